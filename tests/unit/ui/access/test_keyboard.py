"""Every screen by the keyboard alone: Tab stops at everything, in the order of the eye, and is seen where it stands."""

from __future__ import annotations

import itertools
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget

from desktop.looks import Shown, take_on
from tests.unit.ui.access.every_screen import opened
from tests.unit.ui.access.tabbing import THICK, against_the_eye, may_stop, ring_share, stops


def _name(widget: QWidget) -> str:
    return f"{type(widget).__name__} {widget.objectName() or widget.accessibleName()!r}"


@pytest.mark.timeout(400)  # every stop of forty screens
@pytest.mark.parametrize("size", [(1366, 768), (1024, 600)], ids=lambda size: str(size[0]))
def test_tab_goes_round_every_screen_as_the_eye_does_and_leaves_nothing_out(
    at: SimpleNamespace, size: tuple[int, int]
) -> None:
    take_on(at.theme, Shown.LIGHT)
    at.window.resize(*size)
    found = []
    for screen in opened(at, forms=size[0] == 1366):
        way = list(stops(at))
        found += [f"{screen.name}: Tab never stops at {_name(one)}" for one in may_stop(at.window) if one not in way]
        for before, after in itertools.pairwise(way):
            # From the end of the page Tab goes on with the rail.
            is_round = at.window.rail.isAncestorOf(after) and not at.window.rail.isAncestorOf(before)
            if not is_round and against_the_eye(before, after):
                found.append(f"{screen.name}: Tab goes back from {_name(before)} to {_name(after)}")
    assert "\n".join(dict.fromkeys(found)) == ""


@pytest.mark.timeout(400)
@pytest.mark.parametrize("shown", [Shown.LIGHT, Shown.DARK, Shown.CONTRAST])
def test_whatever_has_the_focus_wears_a_ring_that_can_be_seen(at: SimpleNamespace, shown: Shown) -> None:
    take_on(at.theme, shown)
    at.window.resize(1366, 900)
    found = []
    for screen in opened(at, forms=False):
        for stop in stops(at):
            share = ring_share(at, stop)
            if share < THICK:
                found.append(f"{screen.name}: {_name(stop)} wears {share:.2f} px of a ring")
    assert "\n".join(dict.fromkeys(found)) == ""


# ---- the test of the test ------------------------------------------------------------------------------------------


@pytest.fixture
def row(qtbot: Any, at: SimpleNamespace) -> SimpleNamespace:
    """Three plain buttons one below another, in a window of their own."""
    take_on(at.theme, Shown.LIGHT)
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(400, 300)
    buttons = [QPushButton(f"Button {number}", window) for number in range(3)]
    for number, button in enumerate(buttons):
        button.setGeometry(20, 20 + 70 * number, 160, 40)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    return SimpleNamespace(window=window, buttons=buttons, settle=at.settle)


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
