"""Cutting versions: one chain a record, one line of op numbers, and all or none of what belongs to a cut."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from sqlalchemy import event

from models import record
from models.exchange import Arrival
from models.ids import is_id
from models.store import arrivals, versions
from models.store.versions import UnknownAncestry, common_parent
from models.version import Version, Working

SARAH = "01a00000-0000-7000-8000-000000000001"


def rows(desk: Any, sql: str) -> list[tuple[Any, ...]]:
    return list(desk.book._desk.read(lambda connection: [tuple(row) for row in connection.exec_driver_sql(sql)]))


def test_each_cut_follows_the_one_before_and_never_changes(desk: Any) -> None:
    draft = desk.begin(what_happened="one")
    first = desk.cut(draft.record_id)
    desk.write(draft, what_happened="one\ntwo")
    second = desk.cut(draft.record_id)
    assert first.parents == ()
    assert second.parents == (first.version_id,)
    assert desk.book.history(draft.record_id) == [first, second]
    for version in (first, second):
        assert version.has_sound_body()
        assert (version.device_id, version.device_epoch, version.author_id) == ("laptop of amy", 1, "amy")
        assert all(map(is_id, (version.version_id, version.record_id)))
    assert (first.salt, first.body_hash) != (second.salt, second.body_hash)


def test_nothing_new_to_say_makes_no_version(desk: Any) -> None:
    draft = desk.begin(what_happened="one")
    desk.cut(draft.record_id)
    assert desk.book.cut(draft.record_id).result() is None
    desk.write(draft, what_happened="one more")
    desk.write(draft, what_happened="one")
    assert desk.book.waiting_count() == 1
    assert desk.book.cut(draft.record_id).result() is None
    assert rows(desk, "SELECT count(*) FROM version") == [(1,)]
    assert rows(desk, "SELECT count(*) FROM record WHERE working IS NOT NULL") == [(0,)]
    assert desk.book.cut("no such record").result() is None


def test_op_numbers_have_no_gap_whatever_fails_between(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[int] = []
    desk.book.on_cut(told.append)
    real = versions.append_own
    for number in range(8):
        draft = desk.begin(what_happened=f"note {number}")
        if number % 3 == 1:
            monkeypatch.setattr(versions, "append_own", lambda *_: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                desk.book.cut(draft.record_id).result()
            monkeypatch.setattr(versions, "append_own", real)
        desk.cut(draft.record_id)
    assert [one.op_no for one in desk.book.exchange.to_send(100)] == list(range(1, 9))
    assert told == list(range(1, 9))


def test_what_has_rested_for_two_minutes_is_cut_and_what_has_not_is_left(desk: Any) -> None:
    old = desk.begin(what_happened="old")
    desk.clock.advance(seconds=100)
    young = desk.begin(what_happened="young")
    desk.clock.advance(seconds=21)
    assert [one.record_id for one in desk.book.cut_rested().result()] == [old.record_id]
    assert [one.record_id for one in desk.book.cut_all().result()] == [young.record_id]
    assert desk.book.cut_all().result() == []


def test_finishing_and_deleting_are_versions_with_their_own_word_in_the_audit(desk: Any) -> None:
    draft = desk.begin(what_happened="one")
    desk.book.delete(draft.record_id).result()
    desk.book.bring_back(draft.record_id).result()
    desk.book.cut(draft.record_id).result()
    trail = rows(desk, "SELECT what, record_id, worker_id FROM audit ORDER BY audit_id")
    assert trail == [("delete", draft.record_id, "amy"), ("bring_back", draft.record_id, "amy")]
    assert rows(desk, "SELECT a.version_id = v.version_id FROM audit a JOIN version v USING (version_id)") == [
        (1,),
        (1,),
    ]


# --- all or none (R2) ---------------------------------------------------------------------------------------------


@contextmanager
def dying_at(desk: Any, number: int) -> Iterator[list[str]]:
    """Fail at the writing statement of this number, as a kill between two statements would. Yields what was run."""
    engines, run = desk.book._desk.store.writers, []

    def before(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if statement.split()[0] in ("INSERT", "UPDATE", "DELETE"):
            run.append(statement)
            if len(run) == number:
                raise KeyboardInterrupt

    for engine in engines:
        event.listen(engine, "before_cursor_execute", before)
    try:
        yield run
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", before)


def _snapshot(desk: Any) -> list[Any]:
    tables = ("record", "version", "outbox", "cursor", "issue", "audit", "meta", "search")
    return [rows(desk, f"SELECT * FROM {table} ORDER BY 1, 2") for table in tables]


def _acts(desk: Any) -> dict[str, Callable[[], Any]]:
    """Every kind of write, each to be run on a desk with one cut and one uncut record and a head that clashes."""
    mine = desk.make({"helps_me": "Biscuit", "my_hopes": "a bike"})
    desk.take(mine)
    theirs = desk.make({"helps_me": "Biscuit the dog", "my_hopes": "a bike"}, mine)
    shared = desk.draft(mine.record_id)
    desk.write(shared, helps_me="Biscuit and Nan")
    desk.cut(mine.record_id)
    note = desk.begin(what_happened="one")
    child = desk.make({"known_as": "Sarah"}, type="child")
    receipts = [
        arrivals.Receipt(one.version_id, "head", 40 + at) for at, one in enumerate(desk.book.exchange.to_send(9))
    ]
    return {
        "save": lambda: desk.write(note, what_happened="two", place="home"),
        "begin": lambda: desk.begin(what_happened="another"),
        "cut": lambda: desk.book.cut(note.record_id).result(),
        "delete": lambda: desk.book.delete(note.record_id).result(),
        "take": lambda: desk.take(theirs, child, scopes={SARAH: "social_worker"}),
        "merge": lambda: desk.book.exchange.merge(mine.record_id).result(),
        "settle": lambda: desk.book.exchange.settle(receipts).result(),
        "timeline": lambda: desk.book.exchange.begin_timeline("second").result(),
        "index": lambda: desk.book.index_some().result(),
    }


@pytest.mark.parametrize("name", ["save", "begin", "cut", "delete", "take", "merge", "settle", "timeline", "index"])
def test_an_act_that_dies_at_any_statement_leaves_nothing_of_it_behind(desk: Any, name: str) -> None:
    acts = _acts(desk)
    if name in ("merge", "index"):
        acts["take"]()
    before, number = _snapshot(desk), 0
    while True:
        number += 1
        with dying_at(desk, number) as run:
            try:
                acts[name]()
            except KeyboardInterrupt:
                assert _snapshot(desk) == before, run[-1]
                continue
        break
    assert number > 1
    assert _snapshot(desk) != before


def test_a_cut_and_all_that_belongs_to_it_stand_together(desk: Any) -> None:
    for number in range(5):
        desk.cut(desk.begin(what_happened=f"note {number}").record_id)
    joined = rows(
        desk,
        "SELECT v.op_no, o.op_no, a.what, r.tip_version_id = v.version_id, r.working IS NULL FROM version v "
        "JOIN outbox o USING (version_id) JOIN audit a USING (version_id) JOIN record r ON r.record_id = v.record_id",
    )
    assert joined == [(number, number, "cut", 1, 1) for number in range(1, 6)]
    assert rows(desk, "SELECT CAST(value AS TEXT) FROM meta WHERE name = 'op_no'") == [("5",)]


# --- schemas ------------------------------------------------------------------------------------------------------


def test_an_older_body_is_brought_up_before_it_is_shown_edited_or_merged(
    desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = desk.make({"helps_me": "Nan"})
    desk.take(old)
    declared = record.declaration_of("this_is_me")
    assert declared is not None
    newer = replace(declared, schema=2, upgrades={1: lambda body: {**body, "my_name": body.get("my_name", "Sarah")}})
    monkeypatch.setitem(record._registry, "this_is_me", newer)
    entry = desk.entry(old.record_id)
    assert (entry.schema, entry.body) == (2, {"helps_me": "Nan", "my_name": "Sarah"})
    came = desk.make({"helps_me": "Biscuit"})
    desk.take(came)
    assert desk.entry(came.record_id).title == "Sarah"
    saved = desk.write(desk.draft(old.record_id), my_name="Sarah B", helps_me="Nan and Biscuit")
    assert saved.entry.open_choices == ()
    mine = desk.cut(old.record_id)
    assert (mine.schema, mine.read_body()) == (2, {"helps_me": "Nan and Biscuit", "my_name": "Sarah B"})
    theirs = desk.make({"helps_me": "Nan", "my_hopes": "a bike"}, old)
    desk.take(theirs)
    assert desk.book.exchange.merge(old.record_id).result()
    merged = desk.book.history(old.record_id)[-1]
    assert merged.schema == 2
    assert merged.read_body() == {"helps_me": "Nan and Biscuit", "my_name": "Sarah B", "my_hopes": "a bike"}


def test_an_older_heard_that_merges_into_a_newer_body_leaves_it_a_newer_body(desk: Any) -> None:
    first = desk.make({"helps_me": "Nan"})
    desk.take(first)
    desk.write(desk.draft(first.record_id), my_hopes="a bike")
    desk.take(desk.make({"helps_me": "Nan", "of_schema_two": 1}, first, schema=2))
    assert desk.book.exchange.merge(first.record_id).result()
    merged = desk.book.exchange.to_send(9)[-1]
    assert merged.schema == 2
    assert merged.read_body() == {"helps_me": "Nan", "my_hopes": "a bike", "of_schema_two": 1}


def test_a_working_state_of_before_schemas_were_written_down_reads_as_the_first() -> None:
    state = versions.decode_working(b'{"body":{"helps_me":"Nan"},"changed_at":"x","audience":"protected"}')
    assert state.schema == 1
    assert versions.brought_up("this_is_me", state) == state
    assert versions.brought_up("of_no_known_type", state) is state
    assert Working(body={}, changed_at="", audience="").says_the_same_as(
        Working(body={}, changed_at="x", audience="", schema=2)
    )


# --- the nearest common parent ------------------------------------------------------------------------------------


def graph(**parents: str) -> dict[str, Version]:
    """Versions by name, each with its parents' names in one word."""
    made = {}
    for name, of in parents.items():
        made[name] = msgspec.convert(
            {
                "version_id": name, "record_id": "r", "scope_id": "s", "type": "t", "policy_class": "shared",
                "schema": 1, "audience": "", "parents": list(of), "device_id": "", "device_epoch": 1, "op_no": 1,
                "author_id": "", "written_at": "", "body_hash": "",
            },
            Version,
        )  # fmt: skip
    return made


@pytest.mark.parametrize(
    ("parents", "nearest"),
    [
        ({"o": "", "x": "o", "y": "o"}, "o"),
        ({"o": "", "p": "o", "x": "p", "y": "p"}, "p"),
        ({"o": "", "x": "o", "y": "x"}, "x"),
        ({"o": "", "y": "o", "x": "y"}, "y"),
        # After a merge the head it took in is the base, or the same work would clash again.
        ({"o": "", "a": "o", "b": "o", "m": "ab", "x": "m", "y": "a"}, "a"),
        ({"o": "", "a": "o", "b": "o", "x": "ab", "y": "ab"}, "a"),
        ({"x": "", "y": ""}, None),
        # What lies behind a version that both share need not be held.
        ({"o": "?", "x": "o", "y": "o"}, "o"),
        ({"x": "?", "y": "?"}, "?"),
    ],
)
def test_the_base_of_a_merge_is_the_nearest_parent_both_share(parents: dict[str, str], nearest: str | None) -> None:
    assert common_parent(graph(**parents), "x", "y") == nearest
    assert common_parent(graph(**parents), "y", "x") == nearest


@pytest.mark.parametrize(
    "parents", [{"o": "", "x": "o", "y": "?"}, {"x": "?", "y": ""}, {"x": "?", "y": "!"}, {"x": "", "a": "", "y": "a?"}]
)
def test_history_that_may_hide_the_answer_must_be_fetched_first(parents: dict[str, str]) -> None:
    with pytest.raises(UnknownAncestry):
        common_parent(graph(**parents), "x", "y")


def test_what_is_written_after_a_held_version_goes_back_to_what_the_server_has(desk: Any) -> None:
    first = desk.make({"helps_me": "Nan"})
    desk.take(first)
    draft = desk.draft(first.record_id)
    desk.write(draft, helps_me="Nan and Biscuit")
    held = desk.cut(first.record_id)
    desk.write(draft, my_hopes="a bike")
    held_too = desk.cut(first.record_id)
    desk.book.exchange.settle(
        [arrivals.Receipt(one.version_id, "held", reason="no") for one in (held, held_too)]
    ).result()
    desk.write(draft, my_name="Sarah")
    after = desk.cut(first.record_id)
    assert held_too.parents == (held.version_id,)
    assert after.parents == (first.version_id,)
    assert after.read_body() == {"helps_me": "Nan and Biscuit", "my_hopes": "a bike", "my_name": "Sarah"}


def test_the_history_is_in_the_servers_order_and_what_is_unsent_comes_last(desk: Any) -> None:
    first = desk.make({"helps_me": "one"})
    second = desk.make({"helps_me": "two"}, first)
    desk.take(first, second)
    assert desk.book.history(first.record_id) == [second]
    desk.book.exchange.keep_history([Arrival(1, first, is_head=False), Arrival(2, second)]).result()
    desk.write(desk.draft(first.record_id), my_hopes="a bike")
    mine = desk.cut(first.record_id)
    assert desk.book.history(first.record_id) == [first, second, mine]
    assert desk.book.history("no such record") == []
