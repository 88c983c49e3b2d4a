"""A worker's hands: each press and each key goes in where the window system hands it over, and is counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from types import SimpleNamespace
from typing import Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from desktop.settings import Settings
from models.casebook import Casebook
from models.invented import make_caseload, me_for_trying
from tests.unit.ui.standing_voice import StandInVoice
from ui.link import Link
from ui.parts.cover_page import PinAnswer
from ui.screens import Choices, register
from ui.speech import ReadAloud
from ui.window import HeardWindow

NO_MODIFIER, CTRL, SHIFT = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
)


class Hands:
    """Presses what is seen and types keys. A chord counts as one key, as the budgets do."""

    def __init__(self, window: HeardWindow, settle: Callable[[], None]) -> None:
        self.window, self._settle = window, settle
        self.clicks = self.keys = 0

    def find(self, name: str) -> Any:
        """The one widget of a name that is seen."""
        found = [one for one in self.window.findChildren(QWidget, name) if one.isVisible()]
        assert len(found) == 1, f"{len(found)} of {name} are seen"
        return found[0]

    def click(self, name: str) -> None:
        """Press the middle of a widget; it must be in sight."""
        self.press(self.find(name))

    def press(self, widget: QWidget) -> None:
        """Press one of several of the same name."""
        name = widget.objectName()
        middle = widget.mapTo(self.window, widget.rect().center())
        assert self.window.rect().contains(middle), f"{name} is out of sight"
        self.clicks += 1
        QTest.mouseClick(
            self.window.windowHandle(), Qt.MouseButton.LeftButton, NO_MODIFIER, QPoint(middle.x(), middle.y())
        )
        self._settle()

    def choose(self, words: str) -> None:
        """Press a line of the menu that stands open, by its words."""
        menu: Any = QApplication.activePopupWidget()
        (line,) = [one for one in menu.actions() if one.text() == words and one.isVisible()]
        self.clicks += 1
        QTest.mouseClick(
            menu.windowHandle(), Qt.MouseButton.LeftButton, NO_MODIFIER, menu.actionGeometry(line).center()
        )
        self._settle()

    def key(self, key: Qt.Key, modifiers: Any = NO_MODIFIER) -> None:
        """Press one key, or one chord."""
        self.keys += 1
        QTest.keyClick(self.window.windowHandle(), key, modifiers)
        self._settle()

    def type(self, text: str) -> None:
        """Type words where the cursor is; not counted."""
        for letter in text:
            QTest.keyClick(self.window.windowHandle(), letter)
        self._settle()

    def wait_for(self, is_so: Callable[[], Any], seconds: float = 8) -> None:
        """Run the window until something is so; the deadline is for a test that fails."""
        deadline = monotonic() + seconds
        while not is_so():
            assert monotonic() < deadline, "it never became so"
            QTest.qWait(2)


@contextmanager
def whole_app(folder: Path, clock: Any, look: Any, qtbot: Any, settle: Callable[[], None]) -> Iterator[SimpleNamespace]:
    """Every page of Heard in its window, over an invented caseload of three children."""
    casebook = Casebook.open(folder, bytes(range(32)), identity=me_for_trying(), clock=clock)
    load = make_caseload(casebook, 3, 15)
    with window_over(casebook, folder, look, settle) as app:
        qtbot.addWidget(app.window)
        qtbot.waitExposed(app.window)
        app.window.open("today")
        settle()
        app.load, app.scope = load, next(iter(load.scopes))
        yield app
    settle()


@contextmanager
def window_over(casebook: Casebook, folder: Path, look: Any, settle: Callable[[], None]) -> Iterator[SimpleNamespace]:
    """Every page of Heard in its window, with hands in front of it; closes the casebook at the end."""
    link, window = Link(casebook), HeardWindow(lambda _pin: PinAnswer(False))
    voice = StandInVoice()
    link.speech = ReadAloud(voice)
    no_call: Any = lambda *_a, **_k: None  # noqa: E731 - stands for each call of Settings, which is not opened here
    choices = Choices(Settings, no_call, no_call, no_call, no_call, folder, "0", no_call, no_call)
    register(window, link, look, choices)
    window.resize(1366, 768)
    window.show()
    window.activateWindow()
    hands = Hands(window, settle)
    yield SimpleNamespace(casebook=casebook, link=link, window=window, hands=hands, settle=settle, voice=voice)
    window.close()
    link.close()
    casebook.close()
