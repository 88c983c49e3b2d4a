"""Asking a child again, by real presses: Today says when, a press leads there, one says how it went or takes back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from desktop import ears, eyes
from models.asking_again import to_ask_again, was_asked
from models.clock import to_stamp
from models.entry import Edit, Entry
from models.query import Query
from models.timeline import Timeline
from tests.unit.ui.counting import CTRL, whole_app
from ui.parts.choice_row import ChoiceRow
from ui.views import ask_again, not_taking_part

K = Qt.Key
ROW = "today.finish.ask_again"


@pytest.fixture
def at(
    tmp_path: Path, clock: Any, look: Any, qtbot: Any, settle: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> Iterator[SimpleNamespace]:
    monkeypatch.setattr(not_taking_part, "FINISH_AFTER_MS", 50)
    with whole_app(tmp_path, clock, look, qtbot, settle) as it:
        it.clock = clock
        yield it


def chose_not_to(at: SimpleNamespace, on: int = 7, **more: Any) -> str:
    """Sarah chose not to today, and is to be asked again in so many days."""
    today = at.clock.today()
    values = {
        "what_happened": "said_no_today",
        "was_for": "plan",
        "happened_on": today.isoformat(),
        "ask_again": "on_date",
        "ask_again_on": (today + timedelta(days=on)).isoformat(),
        **more,
    }
    draft = at.casebook.new_draft("not_taking_part", at.scope)
    at.casebook.save(draft, {name: Edit(None, value) for name, value in values.items()}).result()
    at.casebook.finish(draft.record_id).result()
    return str(draft.record_id)


def rows(at: SimpleNamespace) -> list[Any]:
    at.window.open("sync")
    at.window.open("today")
    at.settle()
    return [one for one in at.window.findChildren(QWidget, ROW) if one.isVisible()]


def entry(at: SimpleNamespace, record_id: str) -> Entry:
    found = at.casebook.entry(record_id)
    assert isinstance(found, Entry)
    return found


def added(at: SimpleNamespace, record_id: str) -> list[Entry]:
    return [one for one in at.casebook.select(Query(types=("addendum",))) if one.body.get("adds_to_id") == record_id]


def test_today_says_it_on_the_day_and_not_before(at: SimpleNamespace) -> None:
    record_id = chose_not_to(at)
    assert rows(at) == []
    at.clock.moment += timedelta(days=6)
    assert rows(at) == []
    at.clock.moment += timedelta(days=1)
    (row,) = rows(at)
    assert row.accessibleName() == "Ask Sarah again. Plan. Last asked Mon 23 Nov."
    assert [one.entry.record_id for one in to_ask_again(at.casebook, at.clock.today())] == [record_id]
    at.clock.moment += timedelta(days=30)
    assert len(rows(at)) == 1, "nobody has asked yet"


def test_a_child_who_will_say_so_is_never_asked(at: SimpleNamespace) -> None:
    chose_not_to(at, 0, ask_again="only_if_child_asks")
    assert rows(at) == []


def planned(at: SimpleNamespace, **more: Any) -> None:
    """This worker visits Sarah this afternoon."""
    when = at.clock.now().replace(hour=15, minute=0)
    draft = at.casebook.new_draft("planned_visit", at.scope)
    values = {"planned_at": to_stamp(when), "goes_id": at.casebook.me.worker.worker_id, "state": "planned", **more}
    at.casebook.save(draft, {name: Edit(None, value) for name, value in values.items()}).result()


def visited(at: SimpleNamespace) -> None:
    """Sarah was visited now."""
    draft = at.casebook.new_draft("visit_note", at.scope)
    at.casebook.save(draft, {"visited_at": Edit(None, to_stamp(at.clock.now())), "seen": Edit(None, "yes")}).result()


def test_at_the_next_visit_is_on_the_day_of_that_visit_and_of_no_other(at: SimpleNamespace) -> None:
    record_id = chose_not_to(at, ask_again="next_visit", ask_again_on=None)
    assert rows(at) == [], "there is a visit today, but that is the one at which she chose not to"
    at.clock.moment += timedelta(days=6)
    assert rows(at) == []
    planned(at, state="cancelled")
    assert rows(at) == []
    planned(at)
    (row,) = rows(at)
    at.hands.press(row)
    assert at.window.pages.currentWidget().record_id == record_id
    assert at.hands.find("ask_again.took_part").isEnabled()
    # What is written of this visit does not take it away before she was asked.
    visited(at)
    assert len(rows(at)) == 1
    at.clock.moment += timedelta(days=7)
    planned(at)
    assert rows(at) == [], "that was the next visit"


def test_one_press_leads_there_and_one_says_that_the_child_took_part(
    at: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ask_again, "FINISH_AFTER_MS", 50)
    record_id = chose_not_to(at, 0)
    (row,) = rows(at)
    at.hands.press(row)
    assert at.window.here().key == "not_taking_part"
    assert at.window.focusWidget() is at.hands.find("ask_again.took_part")
    assert eyes.find_faults(at.window) == []
    assert ears.find_faults(at.window) == []
    at.hands.click("ask_again.took_part")
    assert at.hands.clicks == 2
    at.hands.wait_for(lambda: at.window.here().key == "today")
    at.hands.wait_for(lambda: added(at, record_id) and added(at, record_id)[0].is_finished)
    (written,) = added(at, record_id)
    assert written.body["addition"] == "Sarah was asked again, and took part."
    assert written.audience == entry(at, record_id).audience
    assert rows(at) == []
    timeline = Timeline(at.casebook, at.scope)
    while timeline.has_more:
        timeline.fetch()
    (moment,) = [one for one in timeline.moments if one.entry.record_id == record_id]
    assert [one.record_id for one in moment.inside] == [written.record_id]
    # Whoever reads the record later is not asked any more.
    at.window.open("not_taking_part", record_id=record_id)
    at.settle()
    assert not at.window.findChildren(QWidget, "ask_again")


def test_a_slip_is_taken_back_and_today_asks_again(at: SimpleNamespace) -> None:
    record_id = chose_not_to(at, 0)
    at.hands.press(rows(at)[0])
    at.hands.click("ask_again.only_if_child_asks")
    at.hands.wait_for(lambda: added(at, record_id))
    assert was_asked(at.casebook, entry(at, record_id))
    at.hands.wait_for(lambda: at.window.toasts.undo_button.isVisible())
    at.hands.click("toast.undo")
    at.hands.wait_for(lambda: not added(at, record_id))
    assert len(rows(at)) == 1


def test_choosing_not_to_again_is_a_record_of_its_own_for_the_same_thing(at: SimpleNamespace) -> None:
    record_id = chose_not_to(at, 0)
    at.hands.press(rows(at)[0])
    at.hands.click("ask_again.not_this_time")
    assert at.window.pages.currentWidget().form.body()["was_for"] == "plan"
    at.hands.key(K.Key_Return, CTRL)
    at.hands.wait_for(lambda: was_asked(at.casebook, entry(at, record_id)))
    (later,) = [
        one
        for one in at.casebook.select(Query(types=("not_taking_part",), scope_id=at.scope))
        if one.body.get("about_id") == record_id
    ]
    assert later.body["was_for"] == "plan"
    assert rows(at) == []


def test_what_a_colleague_wrote_who_is_still_there_is_theirs_to_ask(at: SimpleNamespace) -> None:
    record_id = chose_not_to(at, 0)
    today, me = at.clock.today(), at.casebook.me.worker.worker_id
    assert {one.worker_id for one in at.casebook.directory.assignments if one.scope_id == at.scope} > {me}
    other = next(one.worker_id for one in at.casebook.directory.assignments if one.worker_id != me)
    asked = SimpleNamespace(
        clock=at.casebook.clock,
        directory=at.casebook.directory,
        me=SimpleNamespace(worker=SimpleNamespace(worker_id=other)),
        select=at.casebook.select,
    )
    assert to_ask_again(asked, today) == ()  # type: ignore[arg-type]
    # Once the writer has left, whoever works with the child is asked.
    asked.directory = SimpleNamespace(
        assignments=[one for one in at.casebook.directory.assignments if one.worker_id != me]
    )
    assert [one.entry.record_id for one in to_ask_again(asked, today)] == [record_id]  # type: ignore[arg-type]


def test_what_it_was_for_is_one_press_on_a_chip(at: SimpleNamespace) -> None:
    at.window.open("not_taking_part", scope_id=at.scope)
    at.settle()
    chips = at.hands.find("not_taking_part.was_for")
    assert isinstance(chips, ChoiceRow)
    assert [chip.words() for chip in chips.chips()] == [
        "Visit", "Review meeting", "Plan", "Survey", "Group", "Event", "Feedback",
    ]  # fmt: skip
    at.hands.press(chips.chips()[4])
    at.hands.key(K.Key_Return, CTRL)
    at.hands.wait_for(
        lambda: any(one.body.get("was_for") == "group" for one in at.casebook.select(Query(types=("not_taking_part",))))
    )
