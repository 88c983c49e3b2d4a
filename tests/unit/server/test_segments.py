"""Ready-made pieces: cut when too much is in none, permission asked at each fetch, gone when a head is narrowed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from sync.codec import unpack
from sync.server import segments
from sync.server.administration import Administration
from sync.server.centre import Centre
from sync.server.gate import Gate
from sync.server.hub import Hub
from sync.server.refusal import Refusal
from sync.server.segments import Cutter, cut_segments
from sync.server.tables import audit
from sync.wire import AgreeRequest, AgreeScopeRequest, Segment, SegmentsReply, SegmentsRequest

Enrol = Callable[..., Any]


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segments, "RAW_BYTES", 3000)
    monkeypatch.setattr(segments, "TAIL_ROWS", 3)


def listed(laptop: Any, *scopes: str) -> SegmentsReply:
    return laptop.hub.segments(laptop.token or laptop.sign_in(), SegmentsRequest(scopes=scopes))


def rows_of(laptop: Any, reply: SegmentsReply) -> list[int]:
    return [
        row.seq
        for one in reply.segments
        for row in unpack(Segment, laptop.hub.segment(laptop.token, [one.segment_id])).rows
    ]


def refused(work: Callable[[], object]) -> tuple[int, str]:
    with pytest.raises(Refusal) as caught:
        work()
    return caught.value.status, caught.value.code


def test_every_head_is_in_one_piece_newest_first_and_what_is_covered_is_said(
    small: None, amy: Any, ben: Any, sarah: str
) -> None:
    first = amy.shared(sarah)
    amy.push(first, *(amy.version(sarah) for _ in range(9)), amy.shared(sarah, {"n": 2}, first))
    reply = listed(ben)
    assert reply.covered == {sarah: {"everyone_on_record": 11}}
    assert rows_of(ben, reply) == [11, 10, 9, 8, 7, 6, 5, 4, 3, 2]
    assert all(one.last_seq >= one.first_seq and one.size and one.rows for one in reply.segments)
    assert listed(ben, sarah) == reply


def test_a_few_newer_heads_are_left_to_pages_and_more_are_cut_without_touching_the_rest(
    small: None, amy: Any, ben: Any, sarah: str
) -> None:
    amy.push(*(amy.version(sarah) for _ in range(9)))
    before = listed(ben)
    amy.push(*(amy.version(sarah) for _ in range(3)))
    assert listed(ben) == before
    amy.push(amy.version(sarah))
    after = listed(ben)
    assert {one.segment_id for one in before.segments} < {one.segment_id for one in after.segments}
    assert after.covered == {sarah: {"everyone_on_record": 13}}
    assert sorted(rows_of(ben, after)) == list(range(1, 14))


def test_pieces_that_are_mostly_out_of_date_are_cut_anew(small: None, amy: Any, ben: Any, sarah: str) -> None:
    notes = [amy.shared(sarah) for _ in range(9)]
    amy.push(*notes)
    before = listed(ben)
    amy.push(*(amy.shared(sarah, {"n": 2}, note) for note in notes[:7]))
    after = listed(ben)
    assert not {one.segment_id for one in before.segments} & {one.segment_id for one in after.segments}
    assert sorted(rows_of(ben, after)) == list(range(8, 17))


def test_a_piece_is_handed_out_from_any_byte_and_several_at_once(small: None, amy: Any, ben: Any, sarah: str) -> None:
    amy.push(*(amy.version(sarah) for _ in range(9)))
    ids = [one.segment_id for one in listed(ben).segments]
    whole = ben.hub.segment(ben.token, ids)
    assert whole == b"".join(ben.hub.segment(ben.token, [one]) for one in ids)
    assert ben.hub.segment(ben.token, ids, 1000) == whole[1000:]
    assert ben.hub.segment(ben.token, ids, len(whole)) == b""


def test_a_piece_goes_with_the_first_head_in_it_that_is_narrowed(small: None, amy: Any, ben: Any, sarah: str) -> None:
    note = amy.version(sarah)
    amy.push(note, *(amy.version(sarah) for _ in range(5)))
    reply = listed(ben)
    amy.push(amy.version(sarah, {"n": 2}, note, audience="only_author"))
    for one in reply.segments:
        assert refused(lambda one=one: ben.hub.segment(ben.token, [one.segment_id])) == (404, "not_found")  # type: ignore[misc]
    assert 1 not in rows_of(ben, listed(ben))
    assert 7 not in rows_of(ben, listed(amy))


def test_what_only_its_author_reads_is_in_no_piece(small: None, amy: Any, sarah: str) -> None:
    amy.push(*(amy.version(sarah, audience="only_author") for _ in range(5)))
    assert listed(amy) == SegmentsReply(segments=(), covered={})


def test_whether_a_piece_may_be_read_is_asked_each_time(
    small: None, office: Administration, amy: Any, ben: Any, sarah: str
) -> None:
    amy.push(*(amy.version(sarah, audience="worker_and_iro") for _ in range(5)))
    amy.push(*(amy.version(sarah) for _ in range(5)))
    mine = [one.segment_id for one in listed(ben).segments if one.audience == "worker_and_iro"]
    assert mine
    office.assign("ben", "1001", "advocate")
    assert refused(lambda: ben.hub.segment(ben.token, mine)) == (404, "not_found")
    assert {one.audience for one in listed(ben).segments} == {"everyone_on_record"}
    rest = [one.segment_id for one in listed(ben).segments]
    assert refused(lambda: ben.hub.segment(ben.token, [rest[0], mine[0]])) == (404, "not_found")
    office.unassign("ben", "1001")
    assert refused(lambda: ben.hub.segment(ben.token, rest)) == (404, "not_found")
    assert listed(ben, sarah).segments == ()
    office.revoke(ben.joined.device_id)
    assert refused(lambda: ben.hub.segment(ben.token, rest)) == (401, "device_revoked")
    assert refused(lambda: listed(ben)) == (401, "device_revoked")


def test_a_protected_piece_that_goes_out_is_in_the_audit_with_its_records(
    small: None, centre: Centre, amy: Any, sarah: str
) -> None:
    home = amy.version(sarah, type="home", audience="protected")
    amy.push(home)
    [one] = listed(amy).segments
    amy.hub.segment(amy.token, [one.segment_id], 5)
    with centre.database.read() as connection:
        rows = connection.execute(select(audit.c.detail).where(audit.c.action == "read_protected")).scalars().all()
    assert any('"way":"segment"' in row and home.record_id in row for row in rows)


@pytest.mark.parametrize("asked", [[], ["x"], ["019ab00c-7dc5-7000-8000-00000000ffff"], ["../heard.db"]])
def test_what_is_no_piece_is_not_found(amy: Any, sarah: str, asked: list[str]) -> None:
    amy.sign_in()
    assert refused(lambda: amy.hub.segment(amy.token, asked)) == (404, "not_found")


def test_too_much_at_once_is_refused(
    small: None, monkeypatch: pytest.MonkeyPatch, amy: Any, ben: Any, sarah: str
) -> None:
    amy.push(*(amy.version(sarah) for _ in range(9)))
    ids = [one.segment_id for one in listed(ben).segments]
    monkeypatch.setattr(segments, "MOST_BYTES", 100)
    assert refused(lambda: ben.hub.segment(ben.token, ids)) == (400, "bad_message")
    assert ben.hub.segment(ben.token, ids[:1])
    assert refused(lambda: listed(ben, "x")) == (400, "bad_message")


def test_pieces_are_cut_in_idle_time_where_something_is_new(small: None, centre: Centre, amy: Any, sarah: str) -> None:
    cutter = Cutter(centre)
    assert not cutter.cut_some()
    amy.push(*(amy.version(sarah) for _ in range(5)), *(amy.version(sarah, audience="only_author") for _ in range(5)))
    while cutter.cut_some():
        pass
    assert not cut_segments(centre, sarah, "everyone_on_record")
    with centre.database.read() as connection:
        assert segments._state(centre, connection, sarah, "everyone_on_record").rows == 5


def test_a_piece_cut_while_a_record_in_it_was_narrowed_is_thrown_away(
    small: None, monkeypatch: pytest.MonkeyPatch, centre: Centre, amy: Any, sarah: str
) -> None:
    note = amy.version(sarah)
    amy.push(note, *(amy.version(sarah) for _ in range(5)))
    keep = segments._keep

    def meanwhile(*args: Any, **more: Any) -> bool:
        monkeypatch.setattr(segments, "_keep", keep)
        amy.push(amy.version(sarah, {"n": 2}, note, audience="only_author"))
        return keep(*args, **more)

    monkeypatch.setattr(segments, "_keep", meanwhile)
    assert not cut_segments(centre, sarah, "everyone_on_record")
    assert cut_segments(centre, sarah, "everyone_on_record")
    assert 1 not in rows_of(amy, listed(amy))


def test_two_that_cut_the_same_leave_it_once(
    small: None, monkeypatch: pytest.MonkeyPatch, centre: Centre, amy: Any, sarah: str
) -> None:
    amy.push(*(amy.version(sarah) for _ in range(5)))
    keep = segments._keep

    def meanwhile(*args: Any, **more: Any) -> bool:
        monkeypatch.setattr(segments, "_keep", keep)
        assert cut_segments(centre, sarah, "everyone_on_record")
        return keep(*args, **more)

    monkeypatch.setattr(segments, "_keep", meanwhile)
    assert not cut_segments(centre, sarah, "everyone_on_record")
    assert sorted(rows_of(amy, listed(amy))) == [1, 2, 3, 4, 5]


# --- Agreement -----------------------------------------------------------------------------------------------------


def test_a_scope_that_is_not_held_cannot_be_compared(office: Administration, amy: Any, sarah: str) -> None:
    tom = office.open_scope("child", "1002")
    token = amy.sign_in()
    for scope in (tom, "x"):
        assert refused(lambda scope=scope: amy.hub.agree_scope(token, AgreeScopeRequest(scope_id=scope))) == (  # type: ignore[misc]
            404,
            "not_found",
        )
    reply = amy.hub.agree(token, AgreeRequest(cursor=0, digests={tom: "0" * 16}))
    assert (reply.is_current, reply.differing) == (False, ())
    assert refused(lambda: amy.hub.agree(token, AgreeRequest(cursor=-1, digests={}))) == (400, "bad_message")


def test_the_heads_of_a_scope_are_those_this_worker_may_read(amy: Any, ben: Any, sarah: str) -> None:
    mine, all_of_us = amy.version(sarah, audience="only_author"), amy.version(sarah)
    amy.push(mine, all_of_us)
    told = ben.hub.agree_scope(ben.sign_in(), AgreeScopeRequest(scope_id=sarah))
    assert (told.cursor, told.heads) == (2, {all_of_us.record_id: all_of_us.version_id})
    told = amy.hub.agree_scope(amy.token, AgreeScopeRequest(scope_id=sarah))
    assert told.heads.keys() == {mine.record_id, all_of_us.record_id}


def test_a_difference_counts_only_where_nothing_new_has_come(amy: Any, ben: Any, sarah: str) -> None:
    amy.push(amy.version(sarah))
    token = ben.sign_in()
    reply = ben.hub.agree(token, AgreeRequest(cursor=1, digests={sarah: "0" * 16}))
    assert (reply.is_current, reply.differing) == (True, (sarah,))
    reply = ben.hub.agree(token, AgreeRequest(cursor=0, digests={sarah: "0" * 16}))
    assert (reply.is_current, reply.differing) == (False, (sarah,))


def test_comparing_reads_as_much_for_many_records_as_for_few(hub: Hub, amy: Any, sarah: str) -> None:
    def rows_read() -> int:
        import sqlalchemy.event as event
        from sqlalchemy import Engine

        asked: list[str] = []
        event.listen(Engine, "before_cursor_execute", listener := lambda *args: asked.append(args[2]))
        try:
            hub.agree(amy.token, AgreeRequest(cursor=1000, digests={sarah: "0" * 16}))
        finally:
            event.remove(Engine, "before_cursor_execute", listener)
        assert not [one for one in asked if one.split()[0] in ("INSERT", "UPDATE", "DELETE")]
        return len(asked)

    amy.push(amy.version(sarah))
    few = rows_read()
    amy.push(*(amy.version(sarah) for _ in range(100)))
    assert rows_read() == few


# --- The gate ------------------------------------------------------------------------------------------------------


def test_so_many_heavy_requests_work_a_few_wait_and_the_rest_are_told_when_to_come_again() -> None:
    import threading

    import anyio

    is_open, told = threading.Event(), []

    async def one(gate: Gate) -> None:
        try:
            await gate.run(is_open.wait)
        except Refusal as refusal:
            told.append((refusal.status, refusal.code, 2 <= refusal.retry_after <= 10))

    async def all_of_them() -> None:
        gate = Gate(at_once=2, most_waiting=3)
        async with anyio.create_task_group() as group:
            for _ in range(9):
                group.start_soon(one, gate)
            while len(told) < 4:
                await anyio.sleep(0)
            is_open.set()

    anyio.run(all_of_them)
    assert told == [(503, "busy", True)] * 4
