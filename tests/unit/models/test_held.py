"""What the council keeps apart of a worker's own writing is told as a plain value, once for each record."""

from __future__ import annotations

from models.exchange import Receipt
from models.held import ADMITTED, RETURNED, WAITING, HeldItem, next_words
from models.store.arrivals import raise_issue
from models.store.desk import Act
from tests.unit.models.conftest import Desk

REASON = "You are not assigned here any more."


def hold(desk: Desk) -> None:
    versions = desk.book.exchange.to_send(50)
    desk.book.exchange.settle([Receipt(one.version_id, "held", reason=REASON) for one in versions]).result()


def decide(desk: Desk, record_id: str, state: str, *words: str) -> None:
    def act(it: Act) -> None:
        it.connection.exec_driver_sql("UPDATE outbox SET held_state = ? WHERE record_id = ?", (state, record_id))
        for one in words:
            raise_issue(it.connection, desk.book._desk.pen, state, record_id, one)

    desk.book._desk.write(act).result()


def test_each_record_stands_once_with_its_newest_version_newest_first(desk: Desk) -> None:
    assert desk.book.held() == []
    note = desk.begin("visit_note", what_happened="one")
    desk.cut(note.record_id)
    desk.write(note, what_happened="one and two")
    newest = desk.cut(note.record_id)
    other = desk.begin("visit_note", what_happened="another")
    only = desk.cut(other.record_id)
    hold(desk)
    first, second = desk.book.held()
    assert desk.book.held_count() == 2
    assert (first.record_id, first.version, first.count) == (other.record_id, only, 1)
    assert (second.record_id, second.version, second.count) == (note.record_id, newest, 2)
    assert (second.reason, second.state, second.words) == (REASON, WAITING, "")
    assert second.version.read_body() == {"what_happened": "one and two"}


def test_what_only_waits_to_be_sent_is_not_kept_apart(desk: Desk) -> None:
    note = desk.begin("visit_note", what_happened="one")
    desk.cut(note.record_id)
    assert desk.book.held() == []


def test_what_a_manager_decided_comes_with_their_last_words_also_when_the_scope_is_hidden(desk: Desk) -> None:
    note = desk.begin("visit_note", what_happened="one")
    desk.cut(note.record_id)
    hold(desk)
    decide(desk, note.record_id, RETURNED, "Not here.", "Please write it under the right child.")
    desk.take(scopes={})
    (item,) = desk.book.held()
    assert (item.state, item.words) == (RETURNED, "Please write it under the right child.")


def test_what_happens_next_is_said_for_each_state(desk: Desk) -> None:
    note = desk.begin("visit_note", what_happened="one")
    version = desk.cut(note.record_id)
    said = {
        state: next_words(HeldItem(note.record_id, REASON, state, "", version))
        for state in (WAITING, ADMITTED, RETURNED)
    }
    assert len(set(said.values())) == 3
    assert "You need do nothing" in said[WAITING]
    assert "let it in" in said[ADMITTED]
    assert "given it back" in said[RETURNED]
