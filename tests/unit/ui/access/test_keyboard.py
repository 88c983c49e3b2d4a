"""The judge of the Tab key sees what is planted: an order against the eye, what is passed by, a ring nobody sees."""

from __future__ import annotations

import itertools
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget

from tests.unit.ui.access.conftest import settle
from tests.unit.ui.access.tabbing import THICK, against_the_eye, may_stop, ring_share, stops
from ui.theme import Theme


@pytest.fixture
def row(qtbot: Any, look: Theme) -> SimpleNamespace:
    """Three plain buttons one below another, in a window of their own."""
    look.apply()
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(400, 300)
    buttons = [QPushButton(f"Button {number}", window) for number in range(3)]
    for number, button in enumerate(buttons):
        button.setGeometry(20, 20 + 70 * number, 160, 40)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    return SimpleNamespace(window=window, buttons=buttons, settle=settle)


def test_an_order_against_the_eye_is_caught(row: SimpleNamespace) -> None:
    one, two, three = row.buttons
    assert [against_the_eye(before, after) for before, after in itertools.pairwise(stops(row))] == [False, False]
    QWidget.setTabOrder(three, two)
    QWidget.setTabOrder(two, one)
    three.setFocus()
    assert against_the_eye(three, two)
    two.setGeometry(20, 20, 160, 40)
    one.setGeometry(220, 20, 160, 40)
    assert against_the_eye(one, two)
    assert not against_the_eye(two, one)


def test_a_control_that_tab_passes_by_is_caught(row: SimpleNamespace) -> None:
    row.buttons[1].setFocusPolicy(Qt.FocusPolicy.ClickFocus)
    assert row.buttons[1] not in list(stops(row))
    assert row.buttons[1] not in may_stop(row.window)
    row.buttons[2].setFocusProxy(row.buttons[0])
    assert len(may_stop(row.window)) == 1


def test_a_ring_that_cannot_be_seen_is_caught(row: SimpleNamespace) -> None:
    first = next(stops(row))
    assert ring_share(row, first) >= THICK
    first.setStyleSheet("QPushButton:focus { border: 3px solid #e8e0d4; }")
    assert ring_share(row, first) < THICK
