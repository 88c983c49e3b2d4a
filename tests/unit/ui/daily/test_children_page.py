"""Children, driven by keys and clicks: the list, the filter, a child's page and its tabs, wide and narrow."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from models.entry import Edit
from models.identity import Directory
from models.status import OFFLINE, RECEIVE, SENDING, SENT, Progress, Status
from ui.views.child_list import PAGE, ChildrenModel, ChildRow
from ui.views.child_page import tabs_for
from ui.views.children import ChildrenPage
from ui.views.record_sheet import RecordSheet

LEFT, KEY = Qt.MouseButton.LeftButton, Qt.Key


def heads(page: Any) -> list[str]:
    return [page.model.data(page.model.index(at)) for at in range(page.model.rowCount())]


def line(page: Any, at: int) -> str:
    return str(page.model.data(page.model.index(at), Qt.ItemDataRole.AccessibleTextRole))


def test_the_list_says_who_how_old_when_seen_and_when_to_be_visited(stage: Any) -> None:
    stage.fill(children=18, notes=60)
    page = stage.show(ChildrenPage, scope_id=stage.scope("Sarah"))
    assert page.count.text() == "18 assigned to you"
    assert line(page, heads(page).index("Sarah, 17")) == "Sarah, 17. Seen 9 Nov · visit today"
    assert page.list.width() <= 304
    assert page.list.uniformItemSizes()


def test_two_children_of_one_name_have_other_initials_ages_and_homes(stage: Any) -> None:
    stage.fill(children=18, notes=0)
    page = stage.show(ChildrenPage)
    rows = [row for row in page.model.rows() if row.head.startswith("E")]
    assert [row.head for row in rows] == ["Ellie R, 13", "Ellie R, 8", "Ethan R, 14"]
    assert rows[0].mark != rows[2].mark
    younger = stage.casebook.child(rows[1].scope_id)
    older = stage.casebook.child(rows[0].scope_id)
    stage.casebook.save(younger.draft(), {"born_on": Edit(younger.body["born_on"], older.body["born_on"])}).result()
    stage.wait(lambda: [row.head for row in page.model.rows()].count("Ellie R, 13") == 2)
    twins = [row for row in page.model.rows() if row.head == "Ellie R, 13"]
    assert twins[0].beside != twins[1].beside
    assert all(row.beside.startswith("lives with") for row in twins)


def test_typing_filters_by_name_and_enter_opens_the_first(stage: Any, find: Any) -> None:
    stage.fill(children=18, notes=0)
    page = stage.show(ChildrenPage)
    page.filter.setFocus()
    QTest.keyClicks(page.filter, "tom")
    assert heads(page) == ["Tomasz W, 11"]
    assert page.count.text() == "1 of 18"
    QTest.keyClick(page.filter, KEY.Key_Return)
    assert stage.pages.opened == [("children", {"scope_id": stage.scope("Tomasz W")})]
    QTest.keyClicks(page.filter, "zz")
    assert find(page, "children.none_found").text() == "No child here is called “tomzz”."
    QTest.mouseClick(find(page, "children.clear"), LEFT)
    assert len(heads(page)) == 18
    assert page.list.isVisible()


def test_arrow_keys_show_a_child_and_enter_opens_it(stage: Any) -> None:
    stage.fill()
    page = stage.show(ChildrenPage, scope_id=stage.scope("Ellie R"))
    assert page.list.hasFocus()
    QTest.keyClick(page.list, KEY.Key_Down)
    stage.wait(lambda: page.child.name.text() == "Ethan R, 14")
    assert stage.pages.opened == []
    QTest.keyClick(page.list, KEY.Key_Return)
    assert stage.pages.opened == [("children", {"scope_id": stage.scope("Ethan R")})]
    page.filter.setFocus()
    QTest.keyClick(page.filter, KEY.Key_Down)
    assert page.list.hasFocus()


def test_a_click_on_a_row_opens_its_child(stage: Any) -> None:
    stage.fill()
    page = stage.show(ChildrenPage)
    row = page.model.row_of(stage.scope("Noor A"))
    place = page.list.visualRect(page.model.index(row)).center()
    QTest.mouseClick(page.list.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, QPoint(place))
    assert stage.pages.opened == [("children", {"scope_id": stage.scope("Noor A")})]


def test_the_page_says_who_the_child_is_and_how_to_approach_them(stage: Any, find: Any) -> None:
    stage.fill()
    page = stage.show(ChildrenPage, scope_id=stage.scope("Sarah"))
    assert page.child.name.text() == "Sarah, 17"
    assert page.child.about.text() == ("She/her · says it “SAH-rah” · lives with Nan and Grandad · IRO Martin Webb")
    QTest.mouseClick(find(page, "child.knock"), LEFT)
    QTest.mouseClick(find(page, "child.note"), LEFT)
    scope = {"scope_id": stage.scope("Sarah")}
    assert stage.pages.opened == [("knock", scope), ("note", scope)]
    assert page.new_note_about() == scope
    assert page.act("before_you_knock")
    assert stage.pages.opened[-1] == ("knock", scope)


def test_each_tab_shows_what_it_says(stage: Any, settle: Any) -> None:
    stage.fill()
    page = stage.show(ChildrenPage, scope_id=stage.scope("Sarah"))
    bar = page.child.tabs
    words = [bar.tabText(at) for at in range(bar.count())]
    loop, rest = "Promises", ["Where they live", "About"]
    assert words == ["Timeline", "This is Me", "Communication", "People I trust", loop, *rest]
    shown = []
    for at in range(1, bar.count()):
        QTest.mouseClick(bar, LEFT, Qt.KeyboardModifier.NoModifier, bar.tabRect(at).center())
        settle()
        sheets = [each.objectName() for each in page.child.findChildren(RecordSheet) if each.isVisible()]
        shown.append(sheets)
    assert shown[0] == ["sheet.this_is_me"]
    assert shown[1] == ["sheet.communication_preferences"]
    assert shown[2] == ["sheet.person_i_trust"] * 2
    assert shown[3] == [], "promises stand on cards of their own"
    assert shown[4] == ["sheet.home"]
    assert shown[5] == [
        "sheet.child",
        "sheet.cover",
        "sheet.involvement",
        "sheet.own_term",
        "sheet.planned_visit",
        *["sheet.handover"] * 2,
    ]


def test_a_sheet_leads_to_its_form(stage: Any, find: Any) -> None:
    stage.fill()
    page = stage.show(ChildrenPage, scope_id=stage.scope("Sarah"), tab="communication")
    QTest.mouseClick(find(page, "communication_preferences.edit"), LEFT)
    wishes = stage.casebook.one("communication_preferences", stage.scope("Sarah"))
    assert stage.pages.opened == [("edit", {"type": wishes.type, "record_id": wishes.record_id})]
    quoted = find(page, "communication_preferences.words_to_use")
    assert (
        quoted.words() == "Provide me with information which is as clear as possible taking into account my dyslexia."
    )


def test_where_a_child_lives_is_a_tab_only_for_who_may_read_it(stage: Any) -> None:
    stage.fill()
    assert "Where they live" in [tab.words for tab in tabs_for("social_worker")]
    assert "Where they live" not in [tab.words for tab in tabs_for("iro")]
    scopes = dict.fromkeys(stage.casebook.scopes, "youth_worker")
    cursor, grants, filling = stage.casebook.exchange.cursors()
    directory = stage.casebook.directory or Directory()
    stage.casebook.exchange.take(
        [], cursor=cursor, grants=grants, filling=filling, scopes=scopes, directory=directory
    ).result()
    page = stage.show(ChildrenPage, scope_id=stage.scope("Sarah"))
    assert page.child.tabs.count() == 6


def test_a_child_nobody_has_asked_shows_the_question_and_where_to_write_the_answer(stage: Any, find: Any) -> None:
    stage.fill()
    page = stage.show(ChildrenPage, scope_id=stage.scope("Zara P"), tab="communication")
    empty = find(page, "child.empty")
    assert empty.title.text() == "Not asked yet."
    assert "How do you like people to talk with you?" in empty.words.text()
    QTest.mouseClick(find(page, "communication_preferences.add"), LEFT)
    assert stage.pages.opened == [("edit", {"type": "communication_preferences", "scope_id": stage.scope("Zara P")})]


def test_a_change_elsewhere_is_shown_at_once(stage: Any) -> None:
    stage.fill()
    page = stage.show(ChildrenPage, scope_id=stage.scope("Sarah"), tab="about")
    child = stage.casebook.child(stage.scope("Sarah"))
    stage.link.wait(stage.casebook.save(child.draft(), {"known_as": Edit("Sarah", "Sarah L")}))
    stage.wait(lambda: page.child.name.text() == "Sarah L, 17")
    stage.wait(lambda: "Sarah L, 17" in heads(page))


def test_a_child_no_longer_assigned_is_gone_from_the_page(stage: Any) -> None:
    stage.fill()
    scope = stage.scope("Sarah")
    page = stage.show(ChildrenPage, scope_id=scope)
    scopes = {one: role for one, role in stage.casebook.scopes.items() if one != scope}
    cursor, grants, filling = stage.casebook.exchange.cursors()
    stage.casebook.exchange.take(
        [], cursor=cursor, grants=grants, filling=filling, scopes=scopes, directory=stage.casebook.directory
    ).result()
    stage.wait(lambda: page.count.text() == "7 assigned to you")
    assert not page.child.isVisible()


def test_a_small_window_shows_the_list_or_the_child_and_a_way_back(stage: Any, find: Any) -> None:
    stage.fill()
    page = stage.show(ChildrenPage, size=(1024, 600))
    assert page.list.isVisible()
    assert not page.child.isVisible()
    page.opened(scope_id=stage.scope("Sarah"))
    assert page.child.isVisible()
    assert not page.list.isVisible()
    QTest.mouseClick(find(page, "child.back"), LEFT)
    assert page.list.isVisible()
    page.opened(scope_id=stage.scope("Sarah"))
    assert page.act("back")
    assert page.list.isVisible()
    assert not page.act("back")


def test_before_the_first_copy_the_page_says_what_will_happen(stage: Any, find: Any) -> None:
    page = stage.show(ChildrenPage)
    assert find(page, "children.empty").isVisible()
    assert not page.list.isVisible()
    progress = find(page, "children.progress")
    assert progress.text() == "This laptop has not joined a council yet."
    QTest.mouseClick(find(page, "children.copy"), LEFT)
    assert stage.pages.toasts[-1][0] == "This laptop has not joined a council, so there is nothing to copy from."
    for status, words in (
        (Status(SENDING, progress=Progress(RECEIVE, 3, 9)), "Copying now: 3 of 9 records copied"),
        (Status(SENT), "Nobody is assigned to you at the moment. Your manager can change that."),
        (Status(OFFLINE), "This laptop has not joined a council yet."),
    ):
        stage.link.show_status(status)
        stage.wait(lambda words=words: progress.text() == words)


def test_the_first_children_to_come_take_the_place_of_the_explanation(stage: Any) -> None:
    page = stage.show(ChildrenPage)
    stage.fill(children=3, notes=0)
    stage.wait(lambda: page.list.isVisible())
    assert page.count.text() == "3 assigned to you"
    assert not page.empty.isVisible()


def test_the_list_hands_out_its_rows_a_page_at_a_time(stage: Any) -> None:
    read: list[str] = []
    model = ChildrenModel(lambda scope: read.append(scope) or "Seen today")
    model.set_rows([ChildRow(f"s{at}", f"Child {at}", "C", "", f"Child {at}") for at in range(3 * PAGE)])
    assert model.rowCount() == PAGE
    assert read == []
    assert model.row_of(f"s{PAGE + 5}") == PAGE + 5
    assert model.rowCount() == 2 * PAGE
    assert model.data(model.index(0), Qt.ItemDataRole.AccessibleTextRole) == "Child 0. Seen today"
    assert read == ["s0"]
    model.filter(f"child {PAGE + 7}")
    assert [row.scope_id for row in model.rows()] == [f"s{PAGE + 7}"]
    assert model.row_of("s0") == -1
    assert model.data(model.index(9)) is None


@pytest.mark.parametrize("tab", ["timeline", "this_is_me", "communication", "people", "home", "about"])
@pytest.mark.parametrize("size", [(1366, 768), (1024, 600)])
def test_every_control_has_a_name_and_nothing_is_cut_off(stage: Any, unnamed: Any, tab: str, size: Any) -> None:
    stage.fill()
    page = stage.show(ChildrenPage, size=size, scope_id=stage.scope("Sarah"), tab=tab)
    assert unnamed(page) == []
    assert page.child.geometry().right() <= page.width()


def test_the_life_story_is_one_press_from_what_there_is_to_know(stage: Any, find: Any) -> None:
    stage.fill()
    scope = stage.scope("Sarah")
    page = stage.show(ChildrenPage, scope_id=scope, tab="about")
    row = find(page, "child.life_story")
    assert row.title() == "Life story: why am I in care?"
    QTest.mouseClick(row, Qt.MouseButton.LeftButton)
    assert stage.pages.opened[-1] == ("life_story", {"scope_id": scope})
