"""F7: from one marked word to the next, through every text of a form."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QMenu
from shiboken6 import isValid

from ui.form import Form
from ui.parts.checked_text import CheckedText, Mark
from ui.parts.word_menu import fill
from ui.spelling import Spelling

NOTHING = "Nothing is marked in what you wrote here."
STILL_LOOKING = "Looking the words up…"


class _WalkMenu(QMenu):
    """F7 in the menu leaves the word and goes on, so that one hand can go through a text."""

    def __init__(self, text: CheckedText, go_on: Callable[[], object]) -> None:
        super().__init__(text.box)
        self._go_on = go_on

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_F7:
            self.close()
            self._go_on()
        else:
            super().keyPressEvent(event)


def checked(forms: Iterable[Form]) -> list[CheckedText]:
    """The texts of some forms that are checked, in reading order; never one that is hidden."""
    rows = [row for form in forms for row in form.rows.values()]
    texts = [getattr(row.editor, "checked", None) for row in rows]
    return [text for text in texts if text is not None and text.box.isVisible()]


def walk(forms: Iterable[Form], tell: Callable[[str], None]) -> bool:
    """Go to the next marked word after the cursor and open its menu; False where nothing here is checked.

    ``tell`` hears, in words, that there is none, or why nobody knows.
    """
    forms = list(forms)
    texts = checked(forms)
    if not texts:
        return False
    spelling: Spelling = texts[0].checker.spelling
    found = _next(texts)
    if found is not None:
        text, mark = found
        menu = _WalkMenu(text, lambda: walk(forms, tell))
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setAccessibleName(mark.about)
        place = text.choose(mark)
        fill(menu, text, mark)
        menu.popup(place)
    elif spelling.trouble is not None:
        tell(f"{spelling.trouble.title}. {spelling.trouble.message}")
    elif spelling.is_waiting():
        tell(STILL_LOOKING)
        spelling.when_answered(lambda: _walk_on(forms, tell))
    else:
        tell(NOTHING)
    return True


def _walk_on(forms: list[Form], tell: Callable[[str], None]) -> None:
    """The answers are here: go on, unless the worker has gone elsewhere meanwhile."""
    if all(isValid(form) and form.isVisible() for form in forms):
        walk(forms, tell)


def _next(texts: list[CheckedText]) -> tuple[CheckedText, Mark] | None:
    """The first marked word after the cursor, round and round."""
    all_of_them = [(text, mark) for text in texts for mark in text.marks()]
    here = next((text for text in texts if text.box.hasFocus()), None)
    if here is None:
        return next(iter(all_of_them), None)
    order = {id(text): place for place, text in enumerate(texts)}
    stands = (order[id(here)], here.position())
    later = (each for each in all_of_them if (order[id(each[0])], each[1].start) >= stands)
    return next(later, None) or next(iter(all_of_them), None)
