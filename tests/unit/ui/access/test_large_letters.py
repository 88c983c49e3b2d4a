"""The smallest window with letters twice as large: names stand whole, and no button is left with half a word."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton, QWidget

from desktop import eyes
from desktop.looks import Shown, take_on
from desktop.recording import record
from tests.unit.ui.access.every_screen import Screen, open_one
from ui.parts.buttons import Button
from ui.parts.labels import PlainLabel
from ui.views import child_page

SMALL, TALL = (1024, 600), (1024, 2400)


@pytest.fixture
def large(at: SimpleNamespace) -> Iterator[SimpleNamespace]:
    take_on(at.theme, Shown.LARGE)
    at.window.resize(*SMALL)
    yield at
    take_on(at.theme, Shown.LIGHT)
    at.settle()


def show(at: SimpleNamespace, page: str, **arguments: Any) -> QWidget:
    return open_one(at, Screen(page, page, arguments))


def drawn_by(widget: QWidget) -> list[str]:
    return [drawn.words for drawn in record(widget) if drawn.words]


def cut_buttons(at: SimpleNamespace) -> list[str]:
    """What the buttons at the top and the foot show that ends in an ellipsis."""
    frame = ("top.", "child.", "meet_first.", "knock.")
    seen = [one for one in at.window.findChildren(Button) if one.isVisible() and one.objectName().startswith(frame)]
    assert len(seen) > 4
    return [words for one in seen for words in drawn_by(one) if words.endswith("…")]


def brief_buttons(at: SimpleNamespace) -> dict[str, Button]:
    return {one.objectName(): one for one in at.window.findChildren(Button) if one.isVisible() and one.is_brief()}


@pytest.mark.parametrize("is_new", [False, True])
def test_on_a_childs_page_the_name_is_whole_and_no_button_has_half_a_word(
    large: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, is_new: bool
) -> None:
    monkeypatch.setattr(child_page, "must_meet", lambda *_any: is_new)
    show(large, "children", scope_id=large.scope, tab="timeline")
    name: PlainLabel = large.hands.find("child.known_as")
    assert drawn_by(name) == ["Sarah, 17"]
    assert cut_buttons(large) == []
    brief = brief_buttons(large)
    assert set(brief) == {"child.back", "child.not_taking_part", "child.note"}
    for button in brief.values():
        assert button.words() in button.toolTip()
        assert len(button.accessibleName()) >= len(button.words())
    assert "She/her" in large.hands.find("child.about").toolTip()


@pytest.mark.parametrize("is_new", [False, True])
def test_where_there_is_height_whose_page_it_is_has_a_row_of_its_own(
    large: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, is_new: bool
) -> None:
    monkeypatch.setattr(child_page, "must_meet", lambda *_any: is_new)
    large.window.resize(*TALL)
    show(large, "children", scope_id=large.scope, tab="timeline")
    about, note = large.hands.find("child.about"), large.hands.find("child.note")
    assert (
        about.mapTo(large.window, about.rect().topLeft()).y() > note.mapTo(large.window, note.rect().bottomLeft()).y()
    )
    assert set(brief_buttons(large)) == {"child.back"}
    assert cut_buttons(large) == []
    assert eyes.find_faults(large.window) == []


def test_with_usual_letters_every_button_of_a_childs_page_has_its_words(at: SimpleNamespace) -> None:
    for size in (SMALL, (1366, 768)):
        at.window.resize(*size)
        show(at, "children", scope_id=at.scope, tab="timeline")
        assert brief_buttons(at) == {}
        assert cut_buttons(at) == []


def test_the_top_bar_gives_up_the_words_of_its_button_before_it_cuts_what_is_saved(large: SimpleNamespace) -> None:
    show(large, "today")
    bar = large.window.top
    assert not bar.new_note.is_brief()
    assert drawn_by(bar.state) == ["Offline · 3 saved"]
    large.window.show_state("Offline · 12,345 not sent yet", "cloud-off", "info", "Offline · 12,345 not sent yet")
    large.settle()
    assert bar.new_note.is_brief()
    assert "New visit note" in bar.new_note.toolTip()
    assert drawn_by(bar.state) == ["Offline · 12,345 not sent yet"]
    assert "Find" in drawn_by(bar.find_box)
    large.window.show_state("Offline · 3 changes saved on this laptop", "cloud-off", "info", "Offline · 3 saved")
    large.settle()
    assert not bar.new_note.is_brief()


def test_before_you_knock_leaves_most_of_a_small_window_to_its_card(large: SimpleNamespace) -> None:
    large.voice.found.emit(True)
    page: Any = show(large, "knock", scope_id=large.scope)
    card = large.hands.find("knock.first")
    top = page.read.mapTo(large.window, page.read.rect().bottomLeft()).y()
    bottom = page.start.mapTo(large.window, page.start.rect().topLeft()).y()
    assert bottom - top > large.window.height() * 0.6
    assert card.mapTo(large.window, card.rect().topLeft()).y() < large.window.height() / 2
    assert drawn_by(page.title) == ["Sarah, 17"]
    assert cut_buttons(large) == []
    assert {"knock.print", "knock.change"} <= set(brief_buttons(large))
    # What stood at the top has gone into what scrolls, and is not lost.
    assert not page.about.isVisible()
    assert large.hands.find("knock.about_below").text() == page.about.text()
    large.window.resize(*TALL)
    large.settle()
    assert page.about.isVisible()
    assert brief_buttons(large) == {}
    large.voice.found.emit(False)


def test_a_name_that_needs_the_room_takes_the_words_of_read_aloud(large: SimpleNamespace) -> None:
    large.voice.found.emit(True)
    page: Any = show(large, "knock", scope_id=large.scope)
    assert not page.read.is_brief()
    page.title.setText("Oluwaseun Adeyemi, 15")
    page._fit_frame()
    assert page.read.is_brief()
    assert "Read aloud" in page.read.toolTip()
    large.voice.found.emit(False)


def test_the_day_and_the_time_of_a_planned_visit_stand_whole_when_letters_grow(at: SimpleNamespace) -> None:
    at.window.resize(*SMALL)
    show(at, "plan", scope_id=at.scope)
    day, clock = at.hands.find("planned_visit.planned_at"), at.hands.find("planned_visit.planned_at.time")
    day.setFocus(Qt.FocusReason.OtherFocusReason)
    day.selectAll()
    at.hands.type("tomorrow")
    at.hands.key(Qt.Key.Key_Tab)
    take_on(at.theme, Shown.LARGE)
    at.settle()
    assert (day.text(), clock.text()) == ("24 November 2026", "10:05")
    for box in (day, clock):
        room = box.width() - box.textMargins().left() - box.textMargins().right()
        assert box.fontMetrics().horizontalAdvance(box.text()) + 16 < room
    take_on(at.theme, Shown.LIGHT)
    at.settle()


def test_tabs_that_do_not_fit_are_reached_by_buttons_that_can_be_seen_and_pressed(large: SimpleNamespace) -> None:
    page: Any = show(large, "children", scope_id=large.scope, tab="timeline")
    tabs = page.child.tabs
    left, right = tabs.findChild(QToolButton, "ScrollLeftButton"), tabs.findChild(QToolButton, "ScrollRightButton")
    last = tabs.count() - 1
    assert not tabs.rect().contains(tabs.tabRect(last)), "they fit, and nothing is to be proved"
    for button in (left, right):
        assert tabs.rect().contains(button.geometry())
        assert min(button.width(), button.height()) >= eyes.SMALLEST_TARGET
        image = button.grab().toImage()
        inks = {image.pixelColor(x, image.height() // 2).name() for x in range(image.width())}
        assert len(inks) > 1, "an arrow is drawn on it"
    for _ in range(tabs.count()):
        if right.isEnabled():
            large.hands.press(right)
    shown = tabs.tabRect(last)
    assert shown.left() >= 0
    assert shown.right() <= left.geometry().left() + 1
    QTest.mouseClick(tabs, Qt.MouseButton.LeftButton, pos=shown.center())
    assert page.child.tab() == "about"


def test_who_can_see_this_is_me_is_asked_in_whole_words(large: SimpleNamespace) -> None:
    show(large, "this_is_me", scope_id=large.scope)
    large.hands.find("this_is_me.sharing").click()
    large.settle()
    shown = ("sharing.done", "sharing.leave", "sharing.not.board", "sharing.not.carers")
    words = [large.hands.find(name).text() for name in shown]
    assert [drawn_by(large.hands.find(name)) for name in shown] == [[one] for one in words]


def test_where_a_childs_page_is_very_low_the_strip_goes_before_it_is_cut(
    large: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As while something is read aloud, with the bar that stops it below."""
    monkeypatch.setattr(child_page, "must_meet", lambda *_any: False)
    page = show(large, "children", scope_id=large.scope, tab="timeline").findChild(child_page.ChildPage)
    assert page is not None
    assert page.strip.isVisible()
    page.setMaximumHeight(400)
    large.settle()
    assert not page.strip.isVisible()
    assert [fault for fault in eyes.find_faults(large.window) if "Before you knock" in fault] == []
    page.setMaximumHeight(16_777_215)
    large.settle()
    assert page.strip.isVisible()
