"""What the tests of the daily pages share: an invented caseload in a real casebook, and a window that remembers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication, QWidget

from models.casebook import Casebook
from models.clock import Clock
from models.invented import Caseload, make_caseload, me_for_trying
from ui.link import Link
from ui.theme import Look, Scheme, Theme

WIDE, NARROW = (1366, 768), (1024, 600)


class Pages:
    """A window that only remembers what it was asked."""

    def __init__(self) -> None:
        self.opened: list[tuple[str, dict[str, Any]]] = []
        self.toasts: list[tuple[str, Callable[[], None] | None]] = []
        self.went_back = 0
        self.has_main_action: list[bool] = []

    def open(self, page_key: str, **arguments: Any) -> None:
        self.opened.append((page_key, arguments))

    def back(self) -> None:
        self.went_back += 1

    def toast(self, words: str, undo: Callable[[], None] | None = None) -> None:
        self.toasts.append((words, undo))

    def announce(self, words: str) -> None:
        self.toasts.append((words, None))

    def show_main_action(self, on_page: bool) -> None:
        self.has_main_action.append(on_page)


def settle() -> None:
    for _ in range(4):
        QApplication.processEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


class Stage:
    """A casebook at five past ten on a Monday, a link to it, and the pages of a window."""

    def __init__(self, folder: Path, theme: Theme, qtbot: Any) -> None:
        self.now = datetime(2026, 11, 23, 10, 5).astimezone()
        clock = Clock(lambda: self.now)
        self.casebook = Casebook.open(folder, bytes(32), identity=me_for_trying(), clock=clock)
        self.link = Link(self.casebook)
        self.pages = Pages()
        self.theme, self.qtbot = theme, qtbot
        self.caseload: Caseload | None = None
        self._shown: list[QWidget] = []

    def fill(self, children: int = 8, notes: int = 24) -> Caseload:
        self.caseload = make_caseload(self.casebook, children, notes)
        settle()
        return self.caseload

    def scope(self, name: str, at: int = 0) -> str:
        return [child.scope_id for child in self.casebook.children() if child.title == name][at]

    def show(self, kind: type[Any], size: tuple[int, int] = WIDE, **arguments: Any) -> Any:
        page = kind(self.link, self.pages, self.theme)
        self.qtbot.addWidget(page)
        page.resize(*size)
        page.show()
        page.activateWindow()
        self.qtbot.waitUntil(page.isActiveWindow)
        page.opened(**arguments)
        settle()
        self._shown.append(page)
        return page

    def wait(self, check: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(check, timeout=5_000)

    def close(self) -> None:
        for page in self._shown:
            page.leave()
            page.close()
        settle()
        self.link.close()
        self.casebook.close()


@pytest.fixture
def look(qapp: QApplication) -> Iterator[Theme]:
    theme = Theme(qapp, Look(scheme=Scheme.LIGHT), high_contrast=lambda: False)
    yield theme
    theme.set_look(Look(scheme=Scheme.LIGHT))
    settle()


@pytest.fixture
def stage(tmp_path: Path, look: Theme, qtbot: Any) -> Iterator[Stage]:
    it = Stage(tmp_path, look, qtbot)
    yield it
    it.close()


def find(page: QWidget, name: str, row: str = "") -> Any:
    """The one shown widget of this objectName, of a row where several have it."""
    found = [each for each in page.findChildren(QWidget, name) if each.isVisible()]
    if row:
        found = [each for each in found if each.property("row") == row]
    assert len(found) == 1, f"{len(found)} of {name} are shown"
    return found[0]


@pytest.fixture(name="find")
def _find() -> object:
    return find


@pytest.fixture(name="settle")
def _settle() -> object:
    return settle


def controls_without_a_name(page: QWidget) -> list[str]:
    from PySide6.QtCore import Qt

    from ui import access

    bare = []
    for each in page.findChildren(QWidget):
        if each.isVisible() and each.focusPolicy() != Qt.FocusPolicy.NoFocus and not access.name_of(each).strip():
            bare.append(f"{type(each).__name__} {each.objectName()}")
    return bare


@pytest.fixture
def unnamed() -> object:
    return controls_without_a_name
