"""A small dictionary, and short ways to look at what is marked in a text and at its menu."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QContextMenuEvent, QTextCharFormat
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from models.errors import Trouble

WAVE = QTextCharFormat.UnderlineStyle.SpellCheckUnderline
RIGHT = {
    "the", "dog", "met", "me", "at", "door", "we", "talked", "about", "school", "and", "a", "lot", "of", "it", "is",
    "said", "like", "organised", "home", "visit", "teacher", "signing",
}  # fmt: skip


class Book:
    """A small dictionary. ``holds`` keeps its answers back until they are given."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []
        self.suggests: dict[str, list[str]] = {"teh": ["the", "tea"], "skool": ["school"]}
        self.also: list[str] = []
        self.trouble: Trouble | None = None
        self.holds = False
        self.held: list[Callable[[], None]] = []

    def check(self, words: Sequence[str]) -> Future[list[bool]]:
        self.asked.append(list(words))
        return self._answer([word.lower() in RIGHT for word in words])

    def suggest(self, word: str, also: Sequence[str]) -> Future[list[str]]:
        self.also = list(also)
        return self._answer(self.suggests.get(word, []))

    def _answer(self, what: Any) -> Future[Any]:
        future: Future[Any] = Future()

        def give() -> None:
            if self.trouble is not None:
                future.set_exception(self.trouble)
            else:
                future.set_result(what)

        if self.holds:
            self.held.append(give)
        else:
            give()
        return future

    def let_go(self) -> None:
        self.holds = False
        for give in self.held:
            give()
        self.held = []


def menus() -> list[QMenu]:
    return [one for one in QApplication.topLevelWidgets() if isinstance(one, QMenu) and one.isVisible()]


def menu() -> QMenu:
    (one,) = menus()
    return one


def offered(one: QMenu) -> list[str]:
    return [action.text() for action in one.actions() if action.isVisible() and not action.isSeparator()]


def choose(one: QMenu, words: str) -> None:
    action = next(action for action in one.actions() if action.text() == words)
    QTest.mouseClick(one, Qt.MouseButton.LeftButton, pos=one.actionGeometry(action).center())


def box_of(form: Any, name: str = "what_happened") -> Any:
    return form.rows[name].editor.box


def marked(box: Any) -> list[str]:
    """The words with a wave under them, as they are drawn."""
    found, block = [], box.document().firstBlock()
    while block.isValid():
        raw = block.text().encode("utf-16-le")
        for span in block.layout().formats():
            if span.format.underlineStyle() == WAVE:
                found.append(raw[2 * span.start : 2 * (span.start + span.length)].decode("utf-16-le"))
        block = block.next()
    return found


def settled(stage: Any, box: Any, *words: str) -> None:
    stage.wait_for(lambda: marked(box) == list(words))


def type_in(box: Any, text: str) -> None:
    box.setFocus()
    QTest.keyClicks(box, text)


def right_click(box: Any, at: int) -> None:
    cursor = box.textCursor()
    cursor.setPosition(at)
    place = box.cursorRect(cursor).center()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, box.viewport().mapToGlobal(place))
    QApplication.sendEvent(box.viewport(), event)
