"""The judge of what is heard notices what is planted: no name, no role, two alike, painted and not told."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QPushButton, QVBoxLayout, QWidget

from desktop import ears
from ui import access
from ui.parts.canvas import Canvas
from ui.theme import Theme


class _Painted(QWidget):
    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).drawText(4, 20, "Seven more to read")


@pytest.fixture
def planted(qtbot: Any, look: Theme) -> QWidget:
    look.apply()
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
