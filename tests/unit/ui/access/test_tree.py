"""Every screen as a screen reader hears it: names, roles, rows, and nothing painted that is not told."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QPushButton, QVBoxLayout, QWidget

from desktop import ears
from desktop.looks import Shown, take_on
from tests.unit.ui.access.every_screen import opened
from ui import access
from ui.parts.canvas import Canvas


@pytest.mark.timeout(400)  # forty screens in one test
@pytest.mark.parametrize("width", [1366, 1024])
def test_every_screen_tells_a_screen_reader_what_it_shows(at: SimpleNamespace, width: int) -> None:
    take_on(at.theme, Shown.LIGHT)
    at.window.resize(width, 2400)
    found = [f"{screen.name}: {fault}" for screen in opened(at) for fault in ears.find_faults(at.window)]
    assert "\n".join(found) == ""


# ---- the test of the test ------------------------------------------------------------------------------------------


class _Painted(QWidget):
    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).drawText(4, 20, "Seven more to read")


@pytest.fixture
def planted(qtbot: Any, at: SimpleNamespace) -> QWidget:
    take_on(at.theme, Shown.LIGHT)
    window = QWidget()
    qtbot.addWidget(window)
    QVBoxLayout(window)
    window.show()
    return window


def _add(window: QWidget, widget: QWidget) -> QWidget:
    layout = window.layout()
    assert layout is not None
    layout.addWidget(widget)
    widget.setMinimumSize(160, 30)
    widget.show()
    return widget


def test_a_button_without_a_name_is_caught(planted: QWidget) -> None:
    _add(planted, QPushButton())
    assert ["has no name" in fault for fault in ears.find_faults(planted)] == [True]


def test_two_buttons_that_sound_the_same_are_caught_unless_something_tells_them_apart(planted: QWidget) -> None:
    one, other = (_add(planted, QPushButton("Open")) for _ in range(2))
    assert ["2 controls are called 'Open'" in fault for fault in ears.find_faults(planted)] == [True]
    one.setAccessibleDescription("The note of Monday")
    other.setAccessibleDescription("The note of Tuesday")
    assert ears.find_faults(planted) == []


def test_words_that_are_painted_and_not_told_are_caught(planted: QWidget) -> None:
    painted = _add(planted, _Painted())
    assert ["does not say" in fault for fault in ears.find_faults(planted)] == [True]
    painted.setAccessibleName("Seven more to read")
    assert ears.find_faults(planted) == []


def test_a_painted_thing_that_takes_the_focus_and_is_nothing_is_caught(planted: QWidget) -> None:
    painted = _add(planted, _Painted())
    painted.setAccessibleName("Seven more to read")
    painted.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    assert ["its role says nothing" in fault for fault in ears.find_faults(planted)] == [True]


def test_a_row_without_words_is_caught(planted: QWidget) -> None:
    rows = QListWidget()
    rows.setAccessibleName("Children")
    rows.addItem(QListWidgetItem(""))
    _add(planted, rows)
    assert any("has no name" in fault for fault in ears.find_faults(planted))


def test_a_sheet_to_draw_on_says_what_it_is(planted: QWidget) -> None:
    sheet, button = _add(planted, Canvas("My drawing")), _add(planted, QPushButton("Begin again"))
    assert (access.role_of(sheet), access.name_of(sheet)) == (ears.Role.Graphic, "My drawing")
    assert access.role_of(button) == ears.Role.Button
    assert ears.find_faults(planted) == []
