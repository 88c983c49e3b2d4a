"""A message covers no button of a page’s foot: on whole pages, in usual and in the largest letters."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from desktop.looks import Shown, take_on
from tests.unit.ui.counting import whole_app
from ui.parts.scroll_page import ScrollPage
from ui.parts.toast import CLEAR, FOOT, Toast
from ui.views import child_page

SIZES = [(Shown.LIGHT, 1366, 768), (Shown.LIGHT, 1024, 600), (Shown.LARGE, 1024, 600)]
LONG = "Used again, as a new version. What stood before is in the history"


@pytest.fixture
def at(tmp_path: Path, clock: Any, look: Any, qtbot: Any, settle: Callable[[], None]) -> Iterator[SimpleNamespace]:
    with whole_app(tmp_path, clock, look, qtbot, settle) as it:
        it.theme = look
        yield it


def in_window(at: SimpleNamespace, widget: QWidget) -> QRect:
    return QRect(widget.mapTo(at.window, QPoint(0, 0)), widget.size())


def wait_until_still(at: SimpleNamespace) -> QRect:
    """Where the message stands once nothing moves any more."""
    before = QRect()
    for _ in range(40):
        at.settle()
        QTest.qWait(5)
        now = in_window(at, at.window.toasts)
        if now == before:
            break
        before = now
    return before


@pytest.mark.parametrize(("shown", "width", "height"), SIZES)
@pytest.mark.parametrize(
    ("page", "foot"),
    [
        ("knock", ("knock.note", "knock.this_is_me", "knock.not_taking_part", "knock.change", "knock.print")),
        ("children", ("meet_first.read", "meet_first.later")),
    ],
)
def test_no_button_of_the_foot_is_covered_and_each_can_be_pressed(
    at: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, page: str, foot: tuple[str, ...], shown: Shown,
    width: int, height: int,
) -> None:  # fmt: skip
    monkeypatch.setattr(child_page, "must_meet", lambda *_any: True)
    take_on(at.theme, shown)
    at.window.resize(width, height)
    at.window.open(page, scope_id=at.scope)
    at.window.toast(LONG, lambda: None)
    place = wait_until_still(at)
    assert at.window.toasts.isVisible()
    for name in foot:
        assert not place.intersects(in_window(at, at.hands.find(name))), name
    assert at.window.rect().contains(place)
    # Not higher than it must: it stands right above the foot.
    top = min(in_window(at, at.hands.find(name)).top() for name in foot)
    assert 0 < top - place.bottom() <= CLEAR + 2
    at.hands.click(foot[0])
    if page == "knock":
        assert at.window.here().key == "note"
    else:
        at.hands.wait_for(lambda: at.window.toasts.label.text().endswith("can see that you have read this"))


def test_on_a_page_without_a_foot_it_stands_at_the_bottom_and_goes_with_the_page(at: SimpleNamespace) -> None:
    at.window.open("knock", scope_id=at.scope)
    at.window.toast(LONG, lambda: None)
    high = wait_until_still(at)
    at.window.open("sync")
    low = wait_until_still(at)
    assert low.bottom() > high.bottom()
    assert in_window(at, at.window.pages).bottom() - low.bottom() == FOOT


def test_in_large_letters_the_buttons_at_the_side_stay_free(at: SimpleNamespace) -> None:
    take_on(at.theme, Shown.LARGE)
    at.window.resize(1024, 600)
    at.window.open("sync")
    at.window.toast(LONG, lambda: None)
    assert not wait_until_still(at).intersects(in_window(at, at.window.rail))


def test_a_page_full_of_buttons_or_of_buttons_that_scroll_has_no_foot(qtbot: Any, settle: Callable[[], None]) -> None:
    over = QWidget()
    qtbot.addWidget(over)
    over.resize(800, 600)
    column = QVBoxLayout(over)
    page = ScrollPage(over)
    for number in range(40):
        page.body.addWidget(QPushButton(f"Row {number}"))
    column.addWidget(page)
    over.show()
    message = Toast(over)
    message.say("All sent")
    settle()
    assert over.rect().bottom() - message.geometry().bottom() == FOOT
    page.hide()
    for number in range(30):
        column.addWidget(QPushButton(f"Row {number}"))
    settle()
    message.say("All sent")
    settle()
    assert over.rect().bottom() - message.geometry().bottom() == FOOT
