"""Closing a visit, by real presses and keys: read back, promised, planned, kept; and killed at any moment of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from models.casebook import Casebook
from models.clock import to_stamp
from models.entry import Edit, Entry
from models.errors import StoreFull
from models.invented import me_for_trying
from models.moments import read_day
from models.query import Query, Where
from models.today import CLOSE, to_finish, unfinished_query
from models.visit_promises import FEEDBACK, KEPT
from models.visit_sums import visit_of
from tests.unit.ui.counting import CTRL, SHIFT, whole_app
from ui.link import Link
from ui.parts.voice_quote import VoiceQuote
from ui.views.close_acts import Keeping
from ui.views.close_visit import NO_PROMISES, NO_WORDS, CloseVisitPage

K = Qt.Key


@pytest.fixture
def at(tmp_path: Path, clock: Any, look: Any, qtbot: Any, settle: Callable[[], None]) -> Iterator[SimpleNamespace]:
    with whole_app(tmp_path, clock, look, qtbot, settle) as it:
        it.folder = tmp_path
        yield it


def page(at: SimpleNamespace) -> Any:
    return at.window.pages.currentWidget()


def here(at: SimpleNamespace) -> str:
    return str(at.window.here().key)


def add(at: SimpleNamespace, kind: str, **body: Any) -> str:
    draft = at.casebook.new_draft(kind, at.scope)
    at.casebook.save(draft, {name: Edit(None, value) for name, value in body.items()}).result()
    at.settle()
    return str(draft.record_id)


def visit(at: SimpleNamespace, *words: str, **more: Any) -> str:
    now = to_stamp(at.casebook.clock.now())
    body = {"visited_at": now, "place": "home", "visit_kind": "statutory", "seen": "yes", "what_happened": "We drew."}
    note = add(at, "visit_note", **{**body, **more})
    for one in words:
        add(at, "own_words", words=one, said_in_id=note, said_on=at.casebook.clock.today().isoformat())
    return note


def said_in(at: SimpleNamespace, note: str) -> list[Entry]:
    where = (Where("said_in_id", "is", note),)
    return list(at.casebook.select(Query(types=("own_words",), scope_id=at.scope, where=where, order="oldest")))


def sheets(at: SimpleNamespace, note: str) -> list[Entry]:
    where = (Where("visit_note_id", "is", note),)
    return list(at.casebook.select(Query(types=("feedback_sheet",), scope_id=at.scope, where=where)))


def open_sheet(at: SimpleNamespace, note: str) -> None:
    at.window.open("close_visit", note_id=note)
    at.settle()


def plans(at: SimpleNamespace) -> list[Entry]:
    """The visits planned for a day still to come."""
    today = at.casebook.clock.today()
    found = at.casebook.select(Query(types=("planned_visit",), scope_id=at.scope, order="oldest"))
    return [one for one in found if (day := read_day(one.when)) is not None and day > today]


def see_in_full(at: SimpleNamespace, widget: QWidget) -> None:
    page(at).page.ensureWidgetVisible(widget)
    at.settle()


def words_of(widget: QWidget) -> str:
    return "\n".join(one.accessibleName() or one.text() for one in widget.findChildren(QLabel) if one.isVisible())


# ---- the way there, counted ----------------------------------------------------------------------------------------


def test_one_chord_in_the_note_opens_what_was_said_and_one_more_keeps_it(at: SimpleNamespace) -> None:
    note = visit(at, "I like Becky coming.")
    at.window.open("note", record_id=note)
    at.settle()
    at.hands.key(K.Key_Return, CTRL | SHIFT)
    at.hands.wait_for(lambda: here(at) == "close_visit")
    at.settle()
    assert [one.words() for one in page(at).findChildren(VoiceQuote)] == ["I like Becky coming."]
    at.hands.key(K.Key_Space)  # Right has the focus
    at.hands.wait_for(lambda: said_in(at, note)[0].body.get("checked_back_result") == "right")
    at.hands.key(K.Key_Return, CTRL)
    at.hands.wait_for(lambda: sheets(at, note) and sheets(at, note)[0].is_finished)
    assert (at.hands.clicks, at.hands.keys) == (0, 3)
    at.hands.wait_for(lambda: here(at) == "note")


def test_by_the_mouse_it_is_three_presses(at: SimpleNamespace) -> None:
    note = visit(at, "I like Becky coming.")
    at.window.open("note", record_id=note)
    at.settle()
    at.hands.click("note.close_visit")
    at.hands.wait_for(lambda: here(at) == "close_visit")
    at.hands.click("own_words.checked_back_result.right")
    at.hands.wait_for(lambda: said_in(at, note)[0].body.get("checked_back_result") == "right")
    at.hands.click("close_visit.keep")
    at.hands.wait_for(lambda: sheets(at, note) and sheets(at, note)[0].is_finished)
    assert at.hands.clicks == 3


def test_the_chord_says_what_to_open_where_there_is_no_note(at: SimpleNamespace) -> None:
    at.hands.key(K.Key_Return, CTRL | SHIFT)
    assert here(at) == "today"
    assert "Open the visit’s note first" in at.window.toasts.label.text()


def test_a_note_that_is_not_written_yet_comes_to_be_with_its_closing(at: SimpleNamespace) -> None:
    before = at.casebook.count(Query(types=("visit_note",)))
    at.window.open("note", scope_id=at.scope)
    at.settle()
    at.hands.type("We drew")
    at.hands.key(K.Key_Return, CTRL | SHIFT)
    at.hands.wait_for(lambda: here(at) == "close_visit")
    at.settle()
    assert at.casebook.count(Query(types=("visit_note",))) == before + 1
    assert at.casebook.entry(page(at)._note.record_id).body["what_happened"] == "We drew"
    assert NO_WORDS in words_of(page(at))
    assert NO_PROMISES in words_of(page(at))


# ---- what is read back ---------------------------------------------------------------------------------------------


def test_each_saying_is_answered_in_turn_and_the_childs_change_is_kept_beside_it(at: SimpleNamespace) -> None:
    note = visit(at, "I like Becky coming.", "Not on Tuesdays.")
    open_sheet(at, note)
    first, second = page(at).sayings
    assert first.check.right.hasFocus()
    at.hands.press(first.check.right)
    at.hands.wait_for(lambda: second.check is not None and second.check.right.hasFocus())
    assert first.check is None
    see_in_full(at, second.check)
    at.hands.press(second.check.changed)
    at.hands.wait_for(lambda: second.check.box is not None and second.check.box.isVisible())
    at.hands.type("Not on Thursdays.")
    see_in_full(at, second.check.done)
    at.hands.press(second.check.done)
    at.hands.wait_for(lambda: said_in(at, note)[1].body.get("child_correction") == "Not on Thursdays.")
    assert said_in(at, note)[1].body["words"] == "Not on Tuesdays."
    at.hands.wait_for(lambda: [one.words() for one in second.findChildren(VoiceQuote) if one.isVisible()] == [
        "Not on Tuesdays.", "Not on Thursdays."])  # fmt: skip


def test_promises_stand_with_their_day_and_what_cannot_be_with_its_reason(at: SimpleNamespace) -> None:
    note = visit(at, "Can Becky come on Tuesdays?", "Can I have a cat?")
    first, second = (one.record_id for one in said_in(at, note))
    due = (at.casebook.clock.today() + timedelta(days=4)).isoformat()
    add(at, "promise", you_said_id=first, we_promised="Ask Becky about Tuesdays", due_on=due, state="open")
    add(at, "promise", you_said_id=second, cannot_because="Nan is allergic", state="cannot")
    open_sheet(at, note)
    promised = words_of(page(at).findChild(QWidget, "close_visit.promised"))
    assert "Ask Becky about Tuesdays" in promised
    assert "You hear by " in promised
    assert "Nan is allergic" in words_of(page(at).findChild(QWidget, "close_visit.cannot"))
    assert "Nan is allergic" not in promised


def test_a_promise_the_child_has_heard_the_end_of_is_not_due_any_more(at: SimpleNamespace) -> None:
    note = visit(at, "Can Becky come on Tuesdays?")
    (said,) = (one.record_id for one in said_in(at, note))
    done = {"we_did": "She comes on Tuesdays", "told_on": "2026-11-23", "due_on": "2026-12-01", "state": "told"}
    add(at, "promise", you_said_id=said, we_promised="Ask Becky", **done)
    open_sheet(at, note)
    promised = words_of(page(at).findChild(QWidget, "close_visit.promised"))
    assert "Ask Becky" in promised
    assert "You have heard what came of this" in promised
    assert "You hear by" not in promised


def test_a_promise_made_from_here_stands_here_on_coming_back(at: SimpleNamespace) -> None:
    note = visit(at, "Can Becky come on Tuesdays?")
    open_sheet(at, note)
    at.hands.press(page(at).sayings[0].check.right)

    def seen() -> list[Any]:
        return [one for one in page(at).findChildren(QWidget, "close_visit.promise") if one.isVisible()]

    at.hands.wait_for(seen)
    (button,) = seen()
    see_in_full(at, button)
    at.hands.press(button)
    assert here(at) == "promise"
    page(at).form.focus_on("we_promised")
    at.hands.type("I will ask Becky")
    at.hands.key(K.Key_Return, CTRL)
    at.hands.wait_for(lambda: here(at) == "close_visit")
    at.hands.wait_for(lambda: "I will ask Becky" in words_of(page(at).findChild(QWidget, "close_visit.promised")))


# ---- what is written down ------------------------------------------------------------------------------------------


def test_keeping_it_marks_the_note_and_the_childs_wish_for_feedback_is_kept(at: SimpleNamespace) -> None:
    note = visit(at)
    wishes = at.casebook.one("communication_preferences", at.scope)
    wanted = {"wants_feedback_after": Edit(None, True), "asked_on": Edit(wishes.body.get("asked_on"), "2026-01-01")}
    at.casebook.save(wishes.draft(), wanted).result()
    open_sheet(at, note)
    assert page(at).form.body()["given_how"] == "read_together"
    at.hands.click("close_visit.keep")
    at.hands.wait_for(lambda: sheets(at, note) and sheets(at, note)[0].is_finished)
    today = at.casebook.clock.today().isoformat()
    assert at.casebook.entry(note).body["feedback_sent_on"] == today
    assert not at.casebook.entry(note).is_finished
    found = {one.key: one for one in visit_of(at.casebook, at.casebook.entry(note)).outcomes}
    assert (found[FEEDBACK].state, found[FEEDBACK].done) == (KEPT, "Told on the day")


def test_a_visit_is_closed_later_from_its_written_note_which_stays_as_it_is(at: SimpleNamespace) -> None:
    note = visit(at, "I like Becky coming.", seen_alone="yes")
    at.casebook.finish(note).result()
    at.settle()
    before = at.casebook.entry(note)
    at.window.open("note", record_id=note)
    at.settle()
    at.hands.click("note.close_visit")
    at.hands.wait_for(lambda: here(at) == "close_visit")
    at.hands.click("close_visit.keep")
    at.hands.wait_for(lambda: sheets(at, note) and sheets(at, note)[0].is_finished)
    assert at.casebook.entry(note) == before
    assert visit_of(at.casebook, before).outcomes == visit_of(at.casebook, at.casebook.entry(note)).outcomes
    at.hands.wait_for(lambda: here(at) == "note")
    assert at.hands.find("note.close_visit").words() == "What was told"
    at.hands.click("note.close_visit")
    assert page(at).form is None
    assert [one.words() for one in page(at).findChildren(VoiceQuote)] == ["I like Becky coming."]


def test_what_was_told_can_be_told_again_and_the_first_sheet_stays(at: SimpleNamespace) -> None:
    note = visit(at)
    open_sheet(at, note)
    at.hands.click("close_visit.keep")
    at.hands.wait_for(lambda: sheets(at, note) and sheets(at, note)[0].is_finished)
    (first,) = sheets(at, note)
    open_sheet(at, note)
    at.hands.click("close_visit.again")
    at.settle()
    assert page(at).form is not None
    at.hands.click("close_visit.keep")
    at.hands.wait_for(lambda: [one.is_finished for one in sheets(at, note)] == [True, True])
    assert first in sheets(at, note)


def test_a_missing_answer_is_said_and_nothing_is_closed(at: SimpleNamespace) -> None:
    note = visit(at)
    open_sheet(at, note)
    page(at).form.set_value("given_how", "")
    at.hands.click("close_visit.keep")
    assert page(at).problems.isVisible()
    assert not any(one.is_finished for one in sheets(at, note))
    assert here(at) == "close_visit"


# ---- the next visit ------------------------------------------------------------------------------------------------


def no_plans(at: SimpleNamespace) -> None:
    for one in at.casebook.select(Query(types=("planned_visit",), scope_id=at.scope)):
        at.casebook.delete(one.record_id).result()
    at.settle()


def type_next(at: SimpleNamespace, typed: str) -> None:
    page(at).form.focus_on("next_visit_on")
    at.hands.type(f"{typed}\t")


def test_a_day_typed_as_people_type_it_plans_the_next_visit_with_notice_given(at: SimpleNamespace) -> None:
    no_plans(at)
    note = visit(at)
    open_sheet(at, note)
    type_next(at, "30/11")
    told = page(at).findChild(QWidget, "close_visit.plan")
    assert "Monday 30 November 2026" in told.words.text()
    assert "plans it" in told.words.text()
    at.hands.click("close_visit.keep")
    at.hands.wait_for(lambda: plans(at))
    (plan,) = plans(at)
    assert read_day(plan.when) == date(2026, 11, 30)
    today = at.casebook.clock.today().isoformat()
    told_how = {"notice_given_on": today, "notice_given_how": "in_person", "state": "planned"}
    assert told_how.items() <= plan.body.items()
    at.hands.wait_for(lambda: at.casebook.entry(note).body.get("next_visit_on") == "2026-11-30")
    assert sheets(at, note)[0].body["next_planned_id"] == plan.record_id
    at.hands.wait_for(lambda: sheets(at, note)[0].is_finished)


def test_a_visit_planned_for_another_day_is_moved_and_the_child_was_told_of_it(at: SimpleNamespace) -> None:
    no_plans(at)
    me = at.casebook.me.worker.worker_id
    first = "2026-12-02T10:30:00.000Z"
    plan = add(at, "planned_visit", planned_at=first, goes_id=me, state="confirmed", place="home")
    note = visit(at)
    open_sheet(at, note)
    assert "Planned already: Wednesday 2 December" in page(at).findChild(QWidget, "close_visit.plan").words.text()
    type_next(at, "30/11")
    assert "moves the one planned for Wed 2 Dec" in page(at).findChild(QWidget, "close_visit.plan").words.text()
    at.hands.click("close_visit.keep")
    at.hands.wait_for(lambda: at.casebook.entry(plan).body.get("state") == "moved")
    body = at.casebook.entry(plan).body
    assert body["planned_at"] == "2026-11-30T10:30:00.000Z"
    assert body["moved_from_at"] == first
    assert (body["change_warned"], body["change_warned_on"]) == (True, at.casebook.clock.today().isoformat())
    assert len(plans(at)) == 1
    at.hands.wait_for(lambda: sheets(at, note)[0].is_finished)


def test_a_visit_planned_for_that_very_day_keeps_when_the_child_first_heard_of_it(at: SimpleNamespace) -> None:
    no_plans(at)
    body = {"planned_at": "2026-12-02T10:30:00.000Z", "state": "planned", "notice_given_on": "2026-11-01"}
    plan = add(at, "planned_visit", **body)
    note = visit(at)
    open_sheet(at, note)
    type_next(at, "2/12")
    at.hands.click("close_visit.keep")
    at.hands.wait_for(lambda: sheets(at, note) and sheets(at, note)[0].is_finished)
    assert at.casebook.entry(plan).body == body


# ---- nothing is lost -----------------------------------------------------------------------------------------------


def test_what_is_typed_is_kept_when_the_page_is_left_and_today_asks_for_it(at: SimpleNamespace) -> None:
    note = visit(at)
    open_sheet(at, note)
    page(at).form.focus_on("could_not")
    at.hands.type("A cat, because of Nan")
    at.window.open("today")
    at.settle()
    at.hands.wait_for(lambda: sheets(at, note) and sheets(at, note)[0].body.get("could_not"))
    (sheet,) = sheets(at, note)
    me = at.casebook.me.worker.worker_id
    todo = to_finish(at.casebook.select(unfinished_query(me)), (), (), lambda _scope: None, at.casebook.clock.today())
    assert (CLOSE, sheet.record_id) in [(one.kind, one.record_id) for one in todo]
    open_sheet(at, note)
    assert page(at).form.body()["could_not"] == "A cat, because of Nan"
    assert len(sheets(at, note)) == 1


@pytest.mark.parametrize("steps", [0, 1, 2, 3])
def test_killed_between_any_two_steps_it_is_closed_once_and_nothing_is_done_twice(
    at: SimpleNamespace, steps: int, clock: Any
) -> None:
    no_plans(at)
    note = visit(at, "I like Becky coming.")
    open_sheet(at, note)
    type_next(at, "30/11")
    page(at).form.focus_on("could_not")
    at.hands.type("A cat")
    page(at).form.hand_over()
    at.hands.wait_for(lambda: sheets(at, note) and sheets(at, note)[0].body.get("could_not") == "A cat")
    sheet = sheets(at, note)[0].record_id
    keeping = Keeping(at.link, sheet, note)
    done: list[int] = []
    for step in (keeping._name_plan, keeping._plan_next, keeping._tell_note, keeping._finish)[:steps]:
        step(lambda: done.append(1), lambda trouble: pytest.fail(str(trouble)))
    at.hands.wait_for(lambda: len(done) == steps)
    # The plug is pulled: another process opens the file as it lies there.
    at.casebook.close()
    again = Casebook.open(at.folder, bytes(range(32)), identity=me_for_trying(), clock=clock)
    link = Link(again)
    ended: list[int] = []
    try:
        Keeping(link, sheet, note).run(lambda: ended.append(1), lambda trouble: pytest.fail(str(trouble)))
        at.hands.wait_for(lambda: ended)
        kept = again.entry(sheet)
        assert kept is not None
        assert kept.is_finished
        assert kept.body["could_not"] == "A cat"
        found = again.select(Query(types=("planned_visit",), scope_id=at.scope))
        assert [read_day(one.when) for one in found] == [date(2026, 11, 30)]
        assert found[0].record_id == kept.body["next_planned_id"]
        written = again.entry(note)
        assert written is not None
        assert written.body["feedback_sent_on"] == at.casebook.clock.today().isoformat()
    finally:
        link.close()
        again.close()


def test_on_a_full_disk_it_says_so_and_closing_again_ends_it(
    at: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = visit(at)
    open_sheet(at, note)
    page(at).form.begin()
    at.hands.wait_for(lambda: sheets(at, note))
    told: list[str] = []
    monkeypatch.setattr("ui.views.close_visit.messages.tell_trouble", lambda _page, trouble: told.append(str(trouble)))
    finish = at.casebook.finish

    def full(*_args: Any) -> Any:
        from concurrent.futures import Future

        failed: Future[Any] = Future()
        failed.set_exception(StoreFull("The disk is full", "What was saved is safe.", "Make room."))
        return failed

    monkeypatch.setattr(at.casebook, "finish", full)
    at.hands.click("close_visit.keep")
    at.hands.wait_for(lambda: told)
    assert here(at) == "close_visit"
    assert not sheets(at, note)[0].is_finished
    monkeypatch.setattr(at.casebook, "finish", finish)
    at.hands.click("close_visit.keep")
    at.hands.wait_for(lambda: sheets(at, note)[0].is_finished)


def test_two_presses_bring_it_to_paper_as_it_stands(at: SimpleNamespace) -> None:
    note = visit(at, "I like Becky coming.")
    open_sheet(at, note)
    page(at).form.focus_on("could_not")
    at.hands.type("A cat")
    at.hands.key(K.Key_P, CTRL)
    assert at.window.here().key == "print"
    at.window.back()
    at.settle()
    at.hands.click("close_visit.print")
    at.hands.wait_for(lambda: here(at) == "print")
    at.hands.wait_for(lambda: "A cat" in page(at).paper.words())
    assert "I like Becky coming." in page(at).paper.words()
    assert sheets(at, note)


def test_it_is_heard_as_it_stands_with_what_is_typed_and_not_saved(at: SimpleNamespace) -> None:
    note = visit(at, "I like Becky coming.")
    open_sheet(at, note)
    page(at).form.rows["could_not"].editor.show_value("A cat")
    said = page(at).pieces()
    assert "I like Becky coming." in said
    assert "A cat." in said
    assert said.index("I like Becky coming.") < said.index("A cat.")


def test_a_deleted_note_has_nothing_to_close(at: SimpleNamespace) -> None:
    note = visit(at)
    at.casebook.delete(note).result()
    open_sheet(at, note)
    assert isinstance(page(at), CloseVisitPage)
    assert "This visit is not on this laptop" in words_of(page(at))
    assert not [one for one in page(at).findChildren(QWidget, "close_visit.keep") if one.isVisible()]
