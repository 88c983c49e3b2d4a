"""The menu of a word that is not in the dictionary: what may have been meant, add it, leave it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QAction, QFont
from PySide6.QtWidgets import QMenu
from shiboken6 import isValid

if TYPE_CHECKING:
    from ui.parts.checked_text import CheckedText, Wrong

LOOKING = "Looking for suggestions…"
NO_SUGGESTIONS = "No suggestions"


def fill(menu: QMenu, text: CheckedText, wrong: Wrong) -> None:
    """Put what can be done about a word at the head of a menu. Suggestions come in when they are there."""
    first = menu.actions()[0] if menu.actions() else None
    spelling = text.checker.spelling

    def put(words: str, before: QAction | None, *, is_live: bool = True) -> QAction:
        action = QAction(words.replace("&", "&&"), menu)
        action.setEnabled(is_live)
        menu.insertAction(before, action)  # type: ignore[arg-type]  # without one it goes to the end
        return action

    put(f"“{wrong.word}” is not in the dictionary", first, is_live=False)
    waiting = put(LOOKING, first, is_live=False)
    add = put(f"Add “{wrong.word}” to my dictionary", first)
    add.triggered.connect(lambda: spelling.add(wrong.word))
    leave = put(f"Leave “{wrong.word}” as it is", first)
    leave.triggered.connect(lambda: spelling.leave(wrong.word))
    if first is not None:
        menu.insertSeparator(first)

    def show(words: list[str]) -> None:
        if not isValid(menu):
            return
        bold = QFont(menu.font())
        bold.setBold(True)
        for word in words:
            action = put(word, add)
            action.setFont(bold)
            action.triggered.connect(lambda _=False, word=word: text.replace(wrong, word))
            if word == words[0] and menu.isVisible() and menu.activeAction() in (None, waiting):
                menu.setActiveAction(action)
        waiting.setText(NO_SUGGESTIONS)
        waiting.setVisible(not words)

    text.checker.suggest(wrong.word, show)
