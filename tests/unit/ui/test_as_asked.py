"""As a child asked, by real presses: one press from the child's page, on the note, beside it, and before the knock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QMenu, QWidget

from models.clock import to_stamp
from models.entry import Edit
from models.query import Query
from models.visit_promises import KEPT, NOT_KEPT, NOT_RECORDED
from models.visit_sums import YEAR, by_visit, line, visits_of, wishes_of
from tests.unit.ui.counting import CTRL, SHIFT, whole_app
from ui.parts.labels import PlainLabel
from ui.views.kept import KeptPage, VisitRow
from ui.views.kept_reading import KeptCard, KeptLine, OutcomeRow

K = Qt.Key


@pytest.fixture
def at(tmp_path: Path, clock: Any, look: Any, qtbot: Any, settle: Callable[[], None]) -> Iterator[SimpleNamespace]:
    with whole_app(tmp_path, clock, look, qtbot, settle) as it:
        yield it


def page(at: SimpleNamespace) -> Any:
    return at.window.pages.currentWidget()


def words_of(widget: QWidget) -> str:
    return "\n".join(one.text() for one in widget.findChildren(QLabel) if one.isVisible())


def change(at: SimpleNamespace, record_id: str, **body: Any) -> None:
    entry = at.casebook.entry(record_id)
    edits = {name: Edit(entry.body.get(name), value) for name, value in body.items()}
    at.casebook.save(entry.draft(), edits).result()
    at.settle()


def todays_plan(at: SimpleNamespace) -> Any:
    found = at.casebook.select(Query(types=("planned_visit",), scope_id=at.scope))
    return next(one for one in found if one.when.startswith(at.casebook.clock.today().isoformat()))


def open_asked(at: SimpleNamespace) -> None:
    at.window.open("as_asked", scope_id=at.scope)
    at.hands.wait_for(lambda: page(at).findChildren(QWidget, "as_asked.sums"))
    at.settle()


def open_child(at: SimpleNamespace) -> None:
    at.window.open("children", scope_id=at.scope)
    at.settle()
    at.hands.wait_for(lambda: page(at).child.kept.isVisible())


# ---- before you knock ----------------------------------------------------------------------------------------------


def test_before_you_knock_takes_no_click_on_today_and_one_for_the_whole_card(at: SimpleNamespace) -> None:
    strips = [one for one in at.window.findChildren(QWidget, "today.knock") if one.isVisible()]
    assert strips
    assert all(len(one.words().split()) > 3 for one in strips)
    assert at.hands.clicks == at.hands.keys == 0
    at.hands.press(strips[0])
    assert at.window.here().key == "knock"
    assert at.hands.clicks == 1


def test_one_chord_opens_the_whole_card_from_a_childs_page(at: SimpleNamespace) -> None:
    at.window.open("children", scope_id=at.scope)
    at.hands.key(K.Key_B, CTRL | SHIFT)
    assert at.window.here().key == "knock"
    assert (at.hands.clicks, at.hands.keys) == (0, 1)


# ---- the child's page, and every visit -----------------------------------------------------------------------------


def test_the_childs_page_says_how_many_visits_were_as_asked_and_one_press_shows_each(at: SimpleNamespace) -> None:
    open_child(at)
    since = at.casebook.clock.today() - YEAR
    child = wishes_of(at.casebook, at.scope).child
    expected = line(child, by_visit(visits_of(at.casebook, at.scope, since)))
    assert expected
    assert at.hands.find("child.as_asked").words() == expected
    at.hands.click("child.as_asked")
    assert isinstance(page(at), KeptPage)
    assert at.hands.clicks == 1
    at.hands.wait_for(lambda: page(at).findChildren(QWidget, "as_asked.line"))
    assert page(at).findChild(QWidget, "as_asked.line").text() == line(
        child, by_visit(visits_of(at.casebook, at.scope))
    )
    rows = page(at).findChildren(VisitRow)
    assert len(rows) == min(12, len(visits_of(at.casebook, at.scope)))


def test_each_visit_says_in_words_what_was_kept_and_opens_its_note(at: SimpleNamespace) -> None:
    open_asked(at)
    visit = visits_of(at.casebook, at.scope)[0]
    row = next(one for one in page(at).findChildren(VisitRow) if one.property("row") == visit.note_id)
    said = words_of(row)
    for one in visit.outcomes:
        if one.state in (KEPT, NOT_KEPT, NOT_RECORDED):
            assert one.asked in said
            assert one.done in said
            assert f"{one.asked}: " in row.accessibleName()
    at.hands.press(row.open)
    assert at.window.here().key == "note"
    assert at.window.here().arguments["record_id"] == visit.note_id


def test_the_sums_name_their_base_in_every_row(at: SimpleNamespace) -> None:
    open_asked(at)
    sums = page(at).findChild(QWidget, "as_asked.sums")
    rows = [one.accessibleName() for one in sums.findChildren(PlainLabel) if "not recorded yet" in one.accessibleName()]
    assert len(rows) >= 5
    for words in rows:
        figures = [int(one.strip(",")) for one in words.split(": ")[1].split() if one.strip(",").isdigit()]
        kept, base, missed, waits = figures
        assert kept + missed + waits == base


def test_a_visit_recorded_elsewhere_is_counted_at_once(at: SimpleNamespace) -> None:
    open_asked(at)
    before = by_visit(visits_of(at.casebook, at.scope))
    draft = at.casebook.new_draft("visit_note", at.scope)
    visited = to_stamp(at.casebook.clock.now())
    at.casebook.save(draft, {"visited_at": Edit(None, visited), "notice_given_days": Edit(None, 1)}).result()
    child = wishes_of(at.casebook, at.scope).child
    after = by_visit(visits_of(at.casebook, at.scope))
    assert after.base == before.base + 1
    at.hands.wait_for(lambda: page(at).findChild(QWidget, "as_asked.line").text() == line(child, after))


def test_a_child_nobody_has_asked_leads_to_the_question(at: SimpleNamespace) -> None:
    wishes = at.casebook.one("communication_preferences", at.scope)
    at.casebook.delete(wishes.record_id).result()
    for person in at.casebook.select(Query(types=("person_i_trust",), scope_id=at.scope)):
        at.casebook.delete(person.record_id).result()
    at.window.open("children", scope_id=at.scope)
    at.settle()
    assert not page(at).child.kept.isVisible()
    at.window.open("as_asked", scope_id=at.scope)
    at.hands.wait_for(lambda: page(at).findChildren(QWidget, "as_asked.empty"))
    at.settle()
    assert "Not asked yet" in words_of(page(at))
    at.hands.click("as_asked.ask")
    assert at.window.here().key == "edit"


@pytest.mark.qt_log_ignore("does not support", extend=True)
def test_in_a_low_window_the_line_makes_room_and_the_menu_leads_there(at: SimpleNamespace) -> None:
    open_child(at)
    at.window.resize(1024, 600)
    at.settle()
    assert not page(at).child.kept.isVisible()
    at.hands.click("child.more")
    menu = next(one for one in page(at).findChildren(QMenu) if one.isVisible())
    (action,) = [one for one in menu.actions() if one.text().startswith("Visits as")]
    menu.setActiveAction(action)
    QTest.keyClick(menu, K.Key_Return)
    at.settle()
    assert isinstance(page(at), KeptPage)


# ---- on the note, and beside it ------------------------------------------------------------------------------------


def test_a_written_note_shows_what_the_child_asked_for_and_what_was_done(at: SimpleNamespace) -> None:
    visit = next(one for one in visits_of(at.casebook, at.scope) if at.casebook.entry(one.note_id).is_finished)
    at.window.open("note", record_id=visit.note_id)
    at.settle()
    (card,) = page(at).findChildren(KeptCard)
    assert card.isVisible()
    assert card.outcomes == visit.outcomes
    asked = [one for one in visit.outcomes if one.state in (KEPT, NOT_KEPT, NOT_RECORDED)]
    assert [row.objectName() for row in card.findChildren(OutcomeRow)] == [f"kept.{one.key}" for one in asked]


def test_beside_a_note_being_written_the_plan_says_what_was_kept_and_nothing_is_asked_twice(
    at: SimpleNamespace,
) -> None:
    plan = todays_plan(at)
    today = at.casebook.clock.today()
    change(at, plan.record_id, notice_given_on=(today - timedelta(days=9)).isoformat())
    at.window.open("note", scope_id=at.scope, planned_visit_id=plan.record_id)
    at.settle()
    (card,) = page(at).findChildren(KeptCard)
    found = {one.key: one for one in card.outcomes}
    assert found["notice"].state == KEPT
    assert found["notice"].done == "Told 9 days before"
    assert not page(at).findChildren(QWidget, "visit_note.notice_given_days")
    change(at, plan.record_id, notice_given_on=(today - timedelta(days=1)).isoformat())
    at.hands.wait_for(lambda: {one.key: one.state for one in card.outcomes}["notice"] == NOT_KEPT)
    at.hands.wait_for(lambda: "Told 1 day before" in words_of(card))


def test_where_nothing_was_planned_the_note_itself_is_asked_and_the_card_follows(at: SimpleNamespace) -> None:
    at.casebook.delete(todays_plan(at).record_id).result()
    at.window.open("note", scope_id=at.scope)
    at.settle()
    form = page(at)._form
    form.focus_on("notice_given_days")
    (card,) = page(at).findChildren(KeptCard)
    assert {one.key: one.state for one in card.outcomes}["notice"] == NOT_RECORDED
    at.hands.type("8")
    at.hands.wait_for(lambda: {one.key: one.state for one in card.outcomes}["notice"] == KEPT)


def test_in_a_small_window_the_same_stands_in_one_line(at: SimpleNamespace) -> None:
    plan = todays_plan(at)
    at.window.resize(1024, 600)
    at.window.open("note", scope_id=at.scope, planned_visit_id=plan.record_id)
    at.settle()
    (shown,) = page(at).findChildren(KeptLine)
    assert shown.isVisible()
    name = wishes_of(at.casebook, at.scope).child.name
    assert shown.text().startswith(f"{name} asked for ")
    assert "notice: " in shown.text()


# ---- the plan ------------------------------------------------------------------------------------------------------


def test_moving_a_visit_keeps_the_day_it_was_first_planned_for(at: SimpleNamespace) -> None:
    plan = todays_plan(at)
    first = plan.body["planned_at"]
    at.window.open("plan", record_id=plan.record_id)
    at.settle()
    at.hands.click("plan.move")
    at.hands.wait_for(lambda: at.casebook.entry(plan.record_id).body.get("state") == "moved")
    at.hands.type("30/11 10:30\t")
    at.hands.wait_for(lambda: at.casebook.entry(plan.record_id).body["planned_at"] != first)
    assert at.casebook.entry(plan.record_id).body["moved_from_at"] == first
    at.hands.click("plan.move")
    # What was typed before is saved first; then the day is marked, to be typed over.
    day = at.window.pages.currentWidget().form.rows["planned_at"].editor.target()
    at.hands.wait_for(lambda: day.hasFocus() and day.hasSelectedText())
    at.hands.type("1/12 10:30\t")
    at.hands.wait_for(lambda: at.casebook.entry(plan.record_id).body["planned_at"].startswith("2026-12-01"))
    assert at.casebook.entry(plan.record_id).body["moved_from_at"] == first
