"""The menu of a marked word: what may have been meant, how else to say it, and to leave it as it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction, QFont
from PySide6.QtWidgets import QMenu
from shiboken6 import isValid

if TYPE_CHECKING:
    from models.language import Prompt
    from ui.parts.checked_text import CheckedText, Mark

LOOKING = "Looking for suggestions…"
NO_SUGGESTIONS = "No suggestions"


def fill(menu: QMenu, text: CheckedText, mark: Mark) -> None:
    """Put what can be done about a word at the head of a menu. Suggestions come in when they are there."""
    _Filling(menu, text, mark).fill()


class _Filling:
    """One menu being filled, before what stood in it first."""

    def __init__(self, menu: QMenu, text: CheckedText, mark: Mark) -> None:
        self._menu, self._text, self._mark = menu, text, mark
        self._first = menu.actions()[0] if menu.actions() else None

    def fill(self) -> None:
        self._put(self._mark.about)
        if self._mark.prompt is not None:
            self._offer_other_words(self._mark.prompt)
        else:
            self._offer_spellings()
        spelling, word = self._text.checker.spelling, self._mark.word
        self._put(f"Leave “{word}” as it is", lambda: spelling.leave(word))
        if self._first is not None:
            self._menu.insertSeparator(self._first)

    def _put(
        self,
        words: str,
        call: Callable[[], object] | None = None,
        *,
        before: QAction | None = None,
        is_main: bool = False,
    ) -> QAction:
        """Put a row there; without ``call`` it only says something."""
        action = QAction(words.replace("&", "&&"), self._menu)
        action.setEnabled(call is not None)
        if call is not None:
            action.triggered.connect(lambda: call())
        if is_main:
            bold = QFont(self._menu.font())
            bold.setBold(True)
            action.setFont(bold)
        self._menu.insertAction(before or self._first, action)  # type: ignore[arg-type]  # none: at the end
        return action

    def _write(self, word: str) -> Callable[[], None]:
        return lambda: self._text.replace(self._mark, word)

    # ---- another way to say it -----------------------------------------------------------------------------------

    def _offer_other_words(self, prompt: Prompt) -> None:
        checker = self._text.checker
        name = checker.child.name
        if prompt.childs:
            self._put(f"{prompt.childs} – what {name} calls it", self._write(prompt.childs), is_main=True)
        for word in prompt.put:
            as_written = word[0].upper() + word[1:] if prompt.word[:1].isupper() and prompt.word[1:].islower() else word
            self._put(as_written, self._write(as_written), is_main=not prompt.childs)
        if prompt.say and prompt.say not in prompt.put:
            self._put(f"Such as: {prompt.say}")
        if not prompt.childs and checker.ask_child is not None:
            ask = checker.ask_child
            self._put(f"Write down what {name} calls it…", lambda: ask(" ".join(prompt.word.lower().split())))

    # ---- spelling ------------------------------------------------------------------------------------------------

    def _offer_spellings(self) -> None:
        checker, word = self._text.checker, self._mark.word
        waiting = self._put(LOOKING)
        add = self._put(f"Add “{word}” to my dictionary", lambda: checker.spelling.add(word))

        def show(words: list[str]) -> None:
            if not isValid(self._menu):
                return
            actions = [self._put(each, self._write(each), before=add, is_main=True) for each in words]
            if actions and self._menu.isVisible() and self._menu.activeAction() in (None, waiting):
                self._menu.setActiveAction(actions[0])
            waiting.setText(NO_SUGGESTIONS)
            waiting.setVisible(not words)

        checker.suggest(word, show)
