"""Unsent work out of a damaged vault: what still reads is brought over whole, and nothing older takes its place."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from models.casebook import Casebook
from models.exchange import Receipt
from models.store import salvage
from models.store.engine import SqlCipher

KEY = bytes(range(32))
CIPHER = SqlCipher(KEY)
Bring = Callable[..., Any]


@pytest.fixture
def bring(desk: Any, open_desk: Callable[..., Any], tmp_path: Path) -> Bring:
    """Damage Amy's vault (by taking rows out, as if they no longer read) and bring it over to a copy of before."""
    before = tmp_path / "before.db"
    shutil.copy(desk.book.back_up(), before)

    def bring_over(*spoil: str, into: Path = before) -> Any:
        desk.book._desk.store.close()
        connection = CIPHER.open(tmp_path / "amy" / "vault.db")
        for sql in spoil:
            connection.execute(sql)
        connection.close()
        folder = tmp_path / "copy"
        folder.mkdir()
        shutil.copy(into, folder / "vault.db")
        other = open_desk("copy")
        damaged = tmp_path / "amy" / "vault.db"
        other.came = other.book._desk.write(lambda act: salvage.bring_over(CIPHER, damaged, act.connection)).result()
        return other

    return bring_over


def unsent(desk: Any) -> list[int]:
    return [version.op_no for version in desk.book.exchange.to_send(99)]


def test_what_was_begun_cut_and_waiting_comes_over_with_its_versions(desk: Any, bring: Bring) -> None:
    begun = desk.begin(what_happened="being written")
    cut = desk.begin(what_happened="one")
    desk.cut(cut.record_id)
    desk.write(cut, what_happened="one two")
    desk.cut(cut.record_id)
    other = bring()
    assert other.came == 2
    assert other.body(begun.record_id) == {"what_happened": "being written"}
    assert other.body(cut.record_id) == {"what_happened": "one two"}
    assert unsent(other) == [1, 2]
    fresh = other.begin(what_happened="after")
    assert other.cut(fresh.record_id).op_no == 3
    other.book.index_some().result()
    assert [hit.entry.record_id for hit in other.book.find("written")] == [begun.record_id]


def test_a_record_whose_own_row_does_not_read_stands_on_its_newest_version(desk: Any, bring: Bring) -> None:
    note = desk.begin(what_happened="one")
    desk.cut(note.record_id)
    desk.write(note, what_happened="one two")
    desk.cut(note.record_id)
    other = bring("DELETE FROM record")
    assert other.body(note.record_id) == {"what_happened": "one two"}
    assert unsent(other) == [1, 2]
    assert other.book.exchange.clashing() == []


def test_a_record_the_copy_has_moves_on_to_the_version_that_reads(desk: Any, tmp_path: Path, bring: Bring) -> None:
    note = desk.begin(what_happened="one")
    desk.cut(note.record_id)
    known = tmp_path / "known.db"
    shutil.copy(desk.book.back_up(), known)
    desk.write(note, what_happened="one two")
    desk.cut(note.record_id)
    other = bring("DELETE FROM record", into=known)
    assert other.body(note.record_id) == {"what_happened": "one two"}
    assert unsent(other) == [1, 2]


def test_a_version_the_copy_has_already_stands_as_it_is(desk: Any, tmp_path: Path, bring: Bring) -> None:
    note = desk.begin(what_happened="one")
    desk.cut(note.record_id)
    known = tmp_path / "known.db"
    shutil.copy(desk.book.back_up(), known)
    other = bring("DELETE FROM record", into=known)
    assert other.body(note.record_id) == {"what_happened": "one"}
    assert unsent(other) == [1]


def test_a_queue_that_does_not_read_is_made_anew_from_the_records(desk: Any, bring: Bring) -> None:
    note = desk.begin(what_happened="one")
    version = desk.cut(note.record_id)
    theirs = desk.make({"helps_me": "Nan"})
    desk.take(theirs)
    other = bring(
        "DELETE FROM outbox", "DELETE FROM version", "UPDATE record SET head_version_id = '' WHERE head_seq > 0"
    )
    assert unsent(other) == [version.op_no]
    assert other.body(note.record_id) == {"what_happened": "one"}
    # A colleague's record is not this laptop's to send.
    assert other.body(theirs.record_id) == {"helps_me": "Nan"}


def test_a_queue_entry_of_which_nothing_else_reads_brings_nothing_and_breaks_nothing(desk: Any, bring: Bring) -> None:
    note = desk.begin(what_happened="one")
    desk.cut(note.record_id)
    other = bring("DELETE FROM record", "DELETE FROM version")
    assert other.came == 0
    assert other.book.entry(note.record_id) is None


def test_what_was_sent_and_being_written_again_is_brought_without_sending_it_twice(desk: Any, bring: Bring) -> None:
    note = desk.begin(what_happened="one")
    version = desk.cut(note.record_id)
    desk.book.exchange.settle([Receipt(version.version_id, "head", 1)]).result()
    desk.write(note, what_happened="one two")
    other = bring()
    assert other.body(note.record_id) == {"what_happened": "one two"}
    assert unsent(other) == []
    assert other.cut(note.record_id).parents == (version.version_id,)


def test_nothing_is_taken_from_a_file_that_is_older_than_the_copy(desk: Any, tmp_path: Path, bring: Bring) -> None:
    note = desk.begin(what_happened="one")
    desk.cut(note.record_id)
    newer = tmp_path / "newer.db"
    shutil.copy(desk.book.back_up(), newer)
    other = bring("DELETE FROM outbox", "UPDATE meta SET value = '0' WHERE name = 'op_no'", into=newer)
    assert other.came == 0
    assert unsent(other) == [1]


def test_a_file_of_which_nothing_reads_brings_nothing(desk: Any, tmp_path: Path, bring: Bring) -> None:
    other = bring()
    (tmp_path / "rubbish.db").write_bytes(b"rubbish" * 999)
    came = other.book._desk.write(
        lambda act: salvage.bring_over(CIPHER, tmp_path / "rubbish.db", act.connection)
    ).result()
    assert came == 0
    assert isinstance(other.book, Casebook)


def test_anonymous_answers_that_have_not_gone_come_over_too(desk: Any, bring: Bring) -> None:
    insert = "INSERT INTO answer VALUES ('{}', 'k', '2026-11-23', CAST('{{}}' AS BLOB))"
    other = bring(insert.format("a" * 32), insert.format("b" * 32))
    assert [answer.answer_id for answer, _ in other.book.exchange.answers_waiting()] == ["a" * 32, "b" * 32]
