"""A new worker meets This is Me and the preferences before anything else, offline, by real keys and presses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from models.entry import Edit
from models.handing_over import NOT_READ, READ_FIRST, VISITED_UNREAD, Reader, readers
from models.query import Query
from ui.views.children import ChildrenPage
from ui.views.meet_first import MeetFirst
from ui.views.team_reading import TeamReading, told
from ui.views.today import TodayPage

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def new(stage: Any) -> str:
    """A laptop just filled, its worker new to every child: no note of anybody is theirs."""
    stage.fill(children=8, notes=0)
    scope: str = stage.scope("Ellie R")
    return scope


def count(stage: Any) -> int:
    found: int = stage.casebook.count(Query(types=("handover",)))
    return found


@pytest.mark.parametrize("size", [(1366, 768), (1024, 600)])
def test_the_page_of_a_new_child_is_this_is_me_and_the_preferences(
    stage: Any, new: str, find: Callable[..., Any], unnamed: Callable[..., Any], size: tuple[int, int]
) -> None:
    page = stage.show(ChildrenPage, size, scope_id=new)
    assert not page.child.tabs.isVisible()
    meet = find(page, "meet_first")
    assert "You are new to Ellie R" in find(page, "meet_first.why").words.text()
    assert find(meet, "this_is_me.my_name").text() == "My name is Ellie"
    assert find(meet, "meet_first.wishes").isVisible()
    assert find(page, "meet_first.read").isVisible()
    assert not page.child.strip.isVisible()
    assert unnamed(page) == []


def test_one_press_says_it_is_read_and_the_page_goes_on(stage: Any, new: str, find: Callable[..., Any]) -> None:
    page = stage.show(ChildrenPage, scope_id=new)
    before = count(stage)
    QTest.mouseClick(find(page, "meet_first.read"), LEFT)
    stage.wait(lambda: page.child.tabs.isVisible())
    assert count(stage) == before + 1
    assert stage.pages.toasts[-1][0] == "Ellie R’s team can see that you have read this"
    mine = next(one for one in readers(stage.casebook, new) if one.name == "Aisha Khan")
    assert (mine.state, mine.visited_at) == (READ_FIRST, None)
    undo = stage.pages.toasts[-1][1]
    undo()
    stage.wait(lambda: not page.child.tabs.isVisible())
    assert next(one for one in readers(stage.casebook, new) if one.name == "Aisha Khan").state == NOT_READ


def test_ctrl_enter_says_it_is_read_too(stage: Any, new: str) -> None:
    page = stage.show(ChildrenPage, scope_id=new)
    assert page.act("finish")
    stage.wait(lambda: page.child.tabs.isVisible())
    assert not page.act("finish")


def test_not_now_leads_on_and_comes_again_with_the_next_start(
    stage: Any, new: str, find: Callable[..., Any], settle: Callable[[], None]
) -> None:
    page = stage.show(ChildrenPage, scope_id=new)
    before = count(stage)
    QTest.mouseClick(find(page, "meet_first.later"), LEFT)
    settle()
    assert page.child.tabs.isVisible()
    assert count(stage) == before
    again = stage.show(ChildrenPage, scope_id=new)
    assert not again.child.tabs.isVisible()


def test_by_keyboard_the_focus_is_on_the_one_thing_to_do_in_a_small_window(
    stage: Any, new: str, find: Callable[..., Any]
) -> None:
    page = stage.show(ChildrenPage, (1024, 600), scope_id=new)
    assert find(page, "meet_first.read").hasFocus()
    QTest.keyClick(find(page, "meet_first.read"), Qt.Key.Key_Space)
    stage.wait(lambda: page.child.tabs.isVisible())


def test_a_child_whose_page_nobody_began_shows_the_preferences_and_says_so(
    stage: Any, new: str, find: Callable[..., Any], settle: Callable[[], None]
) -> None:
    entry = stage.casebook.one("this_is_me", new)
    stage.casebook.delete(entry.record_id).result()
    page = stage.show(ChildrenPage, scope_id=new)
    settle()
    meet = page.findChild(MeetFirst)
    assert meet is not None
    said = [one.text() for one in meet.findChildren(type(page.child.name))]
    assert "Nobody has written This is Me with Ellie R yet. You can begin it with her." in said


def test_today_says_who_is_new_and_leads_there(stage: Any, new: str, find: Callable[..., Any]) -> None:
    page = stage.show(TodayPage)
    row = find(page, "today.finish.meet")
    assert (row.title(), row.words()) == (
        "7 children are new to you",
        "Read their page before your first visit. Begin with Jaydon M.",
    )
    QTest.mouseClick(row, LEFT)
    assert stage.pages.opened[-1] == ("children", {"scope_id": stage.scope("Jaydon M")})


def test_the_team_sees_in_words_who_has_read(stage: Any, new: str, settle: Callable[[], None]) -> None:
    page = stage.show(ChildrenPage, scope_id=new)
    page.act("finish")
    stage.wait(lambda: page.child.tabs.isVisible())
    page.child.show_child(new, "about")
    settle()
    team = page.findChild(TeamReading)
    rows = [one.accessibleName() for one in team.findChildren(QWidget) if one.objectName().startswith("team_reading.")]
    assert any(
        one.startswith("Aisha Khan – Social worker: Read first. Read on 23 Nov 2026 · No visit yet") for one in rows
    )
    assert any("Martin Webb" in one and "Not read yet" in one for one in rows)


def test_a_visit_without_reading_is_said_as_it_was(stage: Any, new: str) -> None:
    visited = stage.now
    assert told(Reader("w", "Amy", "iro", VISITED_UNREAD, None, visited)) == "First visit 23 Nov 2026"
    assert told(Reader("w", "Amy", "iro", NOT_READ)) == "No visit yet"


def test_whoever_is_reading_is_not_sent_back_to_the_top_by_what_changed_elsewhere(
    stage: Any, new: str, settle: Callable[[], None]
) -> None:
    page = stage.show(ChildrenPage, scope_id=new)
    meet = page.findChild(MeetFirst)
    draft = stage.casebook.new_draft("visit_note", new)
    stage.casebook.save(draft, {"present": Edit(None, "Nan")}).result()
    settle()
    assert page.findChild(MeetFirst) is meet
    entry = stage.casebook.one("this_is_me", new)
    stage.casebook.save(entry.draft(), {"my_hopes": Edit(entry.body.get("my_hopes"), "A dog.")}).result()
    stage.wait(lambda: page.findChild(MeetFirst) is not meet)
