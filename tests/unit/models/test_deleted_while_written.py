"""A record deleted elsewhere while somebody writes in it: what they write stands, and is found where it was."""

from __future__ import annotations

from typing import Any

from models.query import Query


def test_what_is_typed_into_a_record_just_deleted_brings_it_back(desk: Any) -> None:
    note = desk.begin(what_happened="We talked.")
    desk.book.delete(note.record_id).result()
    assert desk.book.count(Query(types=("visit_note",))) == 0
    desk.write(note, what_happened="We talked. Then it rained.")
    (entry,) = desk.book.select(Query(types=("visit_note",)))
    assert entry.body["what_happened"] == "We talked. Then it rained."
    assert not entry.is_deleted
    assert desk.book.count(Query(types=("visit_note",), is_deleted=True)) == 0


def test_a_save_that_holds_nothing_leaves_a_deleted_record_deleted(desk: Any) -> None:
    note = desk.begin(what_happened="We talked.")
    desk.book.delete(note.record_id).result()
    desk.write(note)
    assert desk.book.count(Query(types=("visit_note",))) == 0
