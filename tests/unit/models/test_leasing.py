"""Old records close after two weeks without the council; new notes never do, and nothing unsent is out of reach."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from models.changes import Changes
from models.query import Query
from models.store import meta
from tests.unit.models.conftest import SARAH, who

SERVER = "https://heard.testshire.example"


def joined(open_desk: Callable[..., Any]) -> Any:
    """Amy's casebook on a laptop that has reached its council just now, with Sarah, a note of hers and Amy's own."""
    desk = open_desk(identity=who("amy", server_url=SERVER))
    sarah = desk.make({"known_as": "Sarah", "legal_name": "Sarah Smith"}, type="child")
    desk.take(sarah, desk.make({"what_happened": "We baked a cake."}, type="visit_note"), scopes={SARAH: "iro"})
    while desk.book.index_some().result():
        pass
    desk.book.exchange.note_contact("2026-11-23T10:30:00.000Z")
    return desk


def pass_days(desk: Any, days: float) -> bool:
    desk.clock.moment += timedelta(days=days)
    return bool(desk.book.lease.look())


def test_after_fourteen_days_old_records_are_closed_until_the_council_is_reached(
    open_desk: Callable[..., Any],
) -> None:
    desk = joined(open_desk)
    told: list[Changes] = []
    desk.book.listen(told.append)
    assert not pass_days(desk, 13.9)
    assert desk.book.count(Query()) == 2
    assert pass_days(desk, 0.2)
    assert told[-1].is_directory, "every open view hears of it"
    (sarah,) = desk.book.select(Query())
    assert (sarah.type, sarah.body) == ("child", {"known_as": "Sarah"})
    assert desk.book.count(Query()) == 1
    assert desk.book.find("cake") == []
    assert [(hit.entry.body, hit.snippet) for hit in desk.book.find("sarah")] == [({"known_as": "Sarah"}, "")]
    desk.book.exchange.note_contact("2026-12-07T10:30:00.000Z")
    assert desk.book.count(Query()) == 2
    assert desk.body(sarah.record_id) == {"known_as": "Sarah", "legal_name": "Sarah Smith"}


def test_new_notes_are_written_and_read_while_old_records_are_closed(open_desk: Callable[..., Any]) -> None:
    desk = joined(open_desk)
    unsent = desk.begin(what_happened="Written before")
    desk.cut(unsent.record_id)
    assert pass_days(desk, 15)
    child = desk.book.child(SARAH)
    assert child is not None
    note = desk.begin("visit_note", child.scope_id, what_happened="Written after")
    assert {one.record_id for one in desk.book.select(Query(types=("visit_note",)))} == {
        unsent.record_id,
        note.record_id,
    }
    assert desk.body(unsent.record_id) == {"what_happened": "Written before"}
    assert len(desk.book.history(unsent.record_id)) == 1
    assert [hit.entry.record_id for hit in desk.book.find("written after")] == [note.record_id]
    assert desk.book.waiting_count() == 2


def test_what_a_worker_changed_of_a_child_and_has_not_sent_stays_readable(open_desk: Callable[..., Any]) -> None:
    desk = joined(open_desk)
    (sarah,) = desk.book.select(Query(types=("child",)))
    desk.write(desk.draft(sarah.record_id), school="Hill School")
    assert pass_days(desk, 15)
    assert desk.body(sarah.record_id)["school"] == "Hill School"


def test_closing_and_opening_the_vault_or_setting_the_clock_back_opens_nothing(open_desk: Callable[..., Any]) -> None:
    desk = joined(open_desk)
    assert pass_days(desk, 3650), "a clock ten years on closes, until the council is reached"
    desk.clock.moment -= timedelta(days=3660)
    assert desk.book.lease.look()
    desk.book.close()
    again = open_desk()
    assert again.book.lease.is_closed
    assert again.book.count(Query()) == 1


def test_the_council_sets_after_how_many_days(open_desk: Callable[..., Any]) -> None:
    desk = joined(open_desk)
    desk.book.exchange.note_contact("2026-11-23T10:30:00.000Z", 3)
    assert desk.book.lease.days == 3
    assert desk.book.lease.closes_at == desk.clock.now() + timedelta(days=3)
    desk.book.exchange.note_contact("2026-11-24T10:30:00.000Z")
    assert desk.book.lease.days == 3, "what it set stands until it says something else"
    assert pass_days(desk, 3)
    assert desk.book.lease.closes_at == desk.clock.now()


def test_a_laptop_of_no_server_never_closes_anything(desk: Any) -> None:
    note = desk.begin(what_happened="Invented")
    assert not pass_days(desk, 400)
    assert desk.book.lease.closes_at is None
    assert desk.entry(note.record_id)


def test_being_in_touch_is_written_down_once_an_hour_and_no_oftener(open_desk: Callable[..., Any]) -> None:
    desk = joined(open_desk)
    written: list[bytes] = []

    def note() -> None:
        desk.book.remember("screen_pin", "x").result()  # whatever was queued before it has been written
        data = desk.book._desk.read(meta.get, "lease")
        if written[-1:] != [data]:
            written.append(data)

    for _minute in range(0, 150, 5):
        desk.clock.moment += timedelta(minutes=5)
        desk.book.exchange.note_contact("2026-11-23T10:30:00.000Z")
        desk.book.lease.look()
        note()
    assert len(written) == 3
