"""Pulling: every head a worker may read, exactly once and in order, and not a byte of any other."""

from __future__ import annotations

import random
import sqlite3
import threading
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from sqlalchemy import event, select

from models.audience import EVERYONE_ON_RECORD, ONLY_AUTHOR, PROTECTED, WORKER_AND_IRO
from sync.codec import pack, unpack
from sync.server import outgoing, pulling
from sync.server.administration import Administration
from sync.server.centre import Centre
from sync.server.hub import Hub
from sync.server.refusal import Refusal
from sync.server.tables import audit, record
from sync.wire import MAX_PAGE_BYTES, MAX_PAGE_ROWS, PullPage, PullRequest
from tests.unit.server.kinds import on_file

Enrol = Callable[..., Any]


@pytest.fixture
def short_pages(monkeypatch: pytest.MonkeyPatch) -> int:
    """Pages of three rows, so that a few records are many pages."""
    monkeypatch.setattr(pulling, "MAX_PAGE_ROWS", 3)
    return 3


def seqs(rows: list[Any]) -> list[int]:
    return [row.seq for row in rows]


def test_a_note_reaches_a_colleagues_laptop(amy: Any, ben: Any, sarah: str) -> None:
    note = amy.version(sarah, {"what_happened": "We walked to the pond."})
    amy.push(note)
    [row] = ben.pull()
    assert (row.version.version_id, row.is_head) == (note.version_id, True)
    assert row.version.read_body() == {"what_happened": "We walked to the pond."}


def test_the_first_page_brings_scopes_and_colleagues(office: Administration, amy: Any, ben: Any, sarah: str) -> None:
    office.open_scope("child", "1002")
    page = ben.page()
    assert page.scopes == {sarah: "family_support"}
    assert {worker.display_name for worker in page.directory.workers} == {"Amy", "Ben", "Council import"}
    assert {(one.worker_id, one.role) for one in page.directory.assignments} == {
        (amy.worker_id, "social_worker"),
        (ben.worker_id, "family_support"),
    }
    assert (page.more, page.filling, page.timeline) == (False, {}, ben.joined.timeline)
    assert ben.page().scopes is None


def test_only_heads_come_and_each_in_its_order(amy: Any, ben: Any, sarah: str) -> None:
    first, other = amy.shared(sarah), amy.shared(sarah)
    amy.push(first, other, amy.shared(sarah, {"n": 2}, first))
    assert seqs(ben.pull()) == [2, 3]
    amy.push(amy.shared(sarah, {"n": 3}, other))
    assert seqs(ben.pull()) == [4]
    assert ben.pull() == []


def test_pages_are_bounded_and_skip_nothing(short_pages: int, amy: Any, ben: Any, sarah: str) -> None:
    amy.push(*(amy.version(sarah) for _ in range(10)))
    sizes = []
    assert (ben.page().rows, ben.filling) == ((), {sarah: 0})
    while (page := ben.page()).more:
        sizes.append(len(page.rows))
        assert (page.cursor, page.filling) == (10, {sarah: page.rows[-1].seq})
    assert (*sizes, len(page.rows)) == (3, 3, 3, 1)
    assert seqs(ben.rows) == list(range(1, 11))


def test_a_page_never_holds_more_than_a_thousand_rows(amy: Any, ben: Any, sarah: str) -> None:
    for _ in range(3):
        amy.push(*(amy.version(sarah) for _ in range(400)))
    told = ben.page()
    assert (told.rows, told.still_to_come) == ((), 1200)
    assert len(ben.page().rows) == MAX_PAGE_ROWS
    assert len(ben.pull()) == 200


def test_a_page_keeps_to_its_bytes(amy: Any, ben: Any, sarah: str) -> None:
    chance = random.Random(7)
    for _ in range(6):
        amy.push(amy.version(sarah, {"words": chance.randbytes(100_000).hex()}))
    assert seqs(ben.pull()) == [1, 2, 3, 4, 5, 6]
    assert len(ben.page_bytes) > 1
    assert max(ben.page_bytes) <= MAX_PAGE_BYTES


def test_a_very_long_record_still_travels_alone(
    monkeypatch: pytest.MonkeyPatch, amy: Any, ben: Any, sarah: str
) -> None:
    monkeypatch.setattr(outgoing, "MAX_PAGE_BYTES", 200)
    monkeypatch.setattr(pulling, "MAX_RAW_BYTES", 10)
    amy.push(*(amy.version(sarah) for _ in range(3)))
    assert seqs(ben.pull()) == [1, 2, 3]
    assert [row.seq for row in amy.history(ben.rows[0].version.record_id)] == [1]


# --- Scopes --------------------------------------------------------------------------------------------------------


def test_nothing_of_a_scope_that_is_not_granted_is_sent(
    office: Administration, enrol: Enrol, amy: Any, sarah: str
) -> None:
    other = enrol("cal", c1001="social_worker")
    tom = office.open_scope("child", "1002")
    office.assign("cal", "1002", "social_worker")
    other.push(other.version(tom, {"what_happened": "PLANTED"}), other.version(sarah))
    assert seqs(amy.pull()) == [2]
    stranger = enrol("dee")
    assert stranger.pull() == []
    assert stranger.scopes == {}


def test_a_newly_granted_scope_is_filled_once_while_the_main_line_goes_on(
    short_pages: int, office: Administration, amy: Any, enrol: Enrol, sarah: str
) -> None:
    cal = enrol("cal")
    tom = office.open_scope("child", "1002")
    office.assign("cal", "1002", "social_worker")
    office.assign("amy", "1002", "social_worker")
    amy.push(*(amy.version(sarah, {"n": number}) for number in range(8)))
    mine = cal.version(tom)
    cal.push(mine)
    cal.pull()
    assert cal.cursor == 9

    office.assign("cal", "1001", "family_support")
    page = cal.page()
    assert (page.rows, page.more, page.scopes) == ((), True, {tom: "social_worker", sarah: "family_support"})
    assert cal.filling == {sarah: 0}
    page = cal.page()
    assert (seqs(list(page.rows)), page.filling, page.cursor) == ([1, 2, 3], {sarah: 3}, 9)
    # Written while the scope fills: it comes with the main line, and only there.
    amy.push(amy.version(sarah, {"n": 99}))
    cal.pull()
    assert (cal.filling, cal.cursor) == ({}, 10)
    assert seqs(cal.rows) == [9, 1, 2, 3, 4, 5, 6, 7, 8, 10]


def test_a_head_that_moves_while_its_scope_fills_is_not_missed(
    short_pages: int, office: Administration, amy: Any, enrol: Enrol, sarah: str
) -> None:
    cal = enrol("cal")
    tom = office.open_scope("child", "1002")
    office.assign("cal", "1002", "social_worker")
    notes = [amy.version(sarah, {"n": number}) for number in range(6)]
    amy.push(*notes)
    cal.push(cal.version(tom))
    cal.pull()
    office.assign("cal", "1001", "social_worker")
    cal.page()
    cal.page()
    amy.push(
        amy.version(sarah, {"n": "last, changed"}, notes[5]), amy.version(sarah, {"n": "first, changed"}, notes[0])
    )
    cal.pull()
    texts = cal.holds()
    assert texts[notes[5].record_id] == '{"n":"last, changed"}'
    assert texts[notes[0].record_id] == '{"n":"first, changed"}'
    assert len(texts) == 7


def test_two_scopes_fill_from_where_each_had_got_to(
    short_pages: int, office: Administration, amy: Any, sarah: str
) -> None:
    tom = office.open_scope("child", "1002")
    office.assign("amy", "1002", "social_worker")
    amy.push(*(amy.version(scope) for _ in range(4) for scope in (sarah, tom)))
    amy.pull()
    amy.rows.clear()
    amy.filling = {sarah: 0, tom: 4}
    assert seqs(amy.pull()) == [1, 3, 5, 6, 7, 8]


def test_a_filling_scope_that_is_not_granted_is_simply_dropped(office: Administration, amy: Any, sarah: str) -> None:
    tom = office.open_scope("child", "1002")
    amy.push(amy.version(sarah))
    amy.pull()
    amy.filling = {tom: 0}
    assert amy.pull() == []
    assert amy.filling == {}


def test_a_scope_that_is_lost_is_no_longer_named_and_one_granted_again_fills_again(
    office: Administration, amy: Any, ben: Any, sarah: str
) -> None:
    amy.push(amy.version(sarah))
    ben.pull()
    office.unassign("ben", "1001")
    amy.push(amy.version(sarah, {"what_happened": "PLANTED"}))
    assert ben.pull() == []
    assert ben.scopes == {}
    office.assign("ben", "1001", "family_support")
    assert seqs(ben.pull()) == [1, 2]


def test_a_colleagues_assignment_raises_the_counter_of_all_in_the_scope(
    office: Administration, amy: Any, ben: Any, enrol: Enrol, sarah: str
) -> None:
    amy.pull()
    enrol("cal", c1001="iro")
    assert amy.page().directory is not None
    enrol("dee")
    assert amy.page().directory is None


# --- Audience ------------------------------------------------------------------------------------------------------

READERS = {
    EVERYONE_ON_RECORD: {"author", "social_worker", "family_support", "iro", "team_manager", "advocate", "auditor"},
    WORKER_AND_IRO: {"author", "social_worker", "family_support", "iro"},
    ONLY_AUTHOR: {"author"},
    PROTECTED: {"author", "social_worker", "team_manager"},
}


@pytest.mark.parametrize("audience", READERS)
def test_a_head_goes_to_those_its_audience_names_and_to_nobody_else(
    enrol: Enrol, amy: Any, sarah: str, audience: str
) -> None:
    roles = ("social_worker", "family_support", "iro", "team_manager", "advocate", "auditor")
    laptops = {role: enrol(role.replace("_", ""), c1001=role) for role in roles}
    note = amy.version(sarah, {"what_happened": "PLANTED"}, audience=audience)
    amy.push(note)
    got = {role for role, laptop in laptops.items() if laptop.pull()} | ({"author"} if amy.pull() else set())
    assert got == READERS[audience]
    told = set()
    for role, laptop in (laptops | {"author": amy}).items():
        if role in READERS[audience]:
            told |= {role} if laptop.history(note.record_id) else set()
        else:
            with pytest.raises(Refusal, match="not_found"):
                laptop.history(note.record_id)
    assert told == READERS[audience]


def test_a_head_whose_audience_narrows_is_not_sent_again(amy: Any, ben: Any, sarah: str) -> None:
    note = amy.version(sarah, {"what_happened": "For all"})
    amy.push(note)
    assert len(ben.pull()) == 1
    amy.push(amy.version(sarah, {"what_happened": "PLANTED"}, note, audience=ONLY_AUTHOR))
    assert ben.pull() == []
    assert ben.cursor == 2


def test_history_leaves_out_what_was_only_the_authors_then(amy: Any, ben: Any, sarah: str) -> None:
    draft = amy.version(sarah, {"what_happened": "PLANTED"}, audience=ONLY_AUTHOR)
    amy.push(draft, amy.version(sarah, {"what_happened": "For all"}, draft, audience=EVERYONE_ON_RECORD))
    assert seqs(list(ben.history(draft.record_id))) == [2]
    assert seqs(list(amy.history(draft.record_id))) == [1, 2]
    assert seqs(list(amy.history(draft.record_id, after=1))) == [2]


@pytest.mark.parametrize("record_id", ["", "x", "'; drop table record", "0" * 36, "\0", "é" * 40])
def test_history_of_what_is_no_record_is_not_found(amy: Any, record_id: str) -> None:
    with pytest.raises(Refusal) as refused:
        amy.history(record_id)
    assert refused.value.status == 404


def test_protected_reads_are_audited_and_name_the_record_only(
    centre: Centre, enrol: Enrol, amy: Any, sarah: str
) -> None:
    boss = enrol("boss", c1001="team_manager")
    home = amy.shared(sarah, {"address": "PLANTED"}, audience=PROTECTED)
    amy.push(home, amy.version(sarah))
    boss.pull()
    boss.history(home.record_id)
    with centre.database.read() as connection:
        rows = connection.execute(select(audit).where(audit.c.action == "read_protected")).all()
    assert [msgspec.json.decode(row.detail) for row in rows] == [
        {"way": "pull", "records": [home.record_id]},
        {"way": "history", "records": [home.record_id]},
    ]
    assert {(row.worker_id, row.device_id) for row in rows} == {(boss.worker_id, boss.joined.device_id)}


# --- Cost, order and restore ---------------------------------------------------------------------------------------


def test_nothing_changed_is_one_small_request_and_writes_nothing(
    centre: Centre, hub: Hub, amy: Any, sarah: str
) -> None:
    amy.push(amy.version(sarah))
    amy.pull()
    request = PullRequest(cursor=amy.cursor, grant_counter=amy.grants, timeline=amy.joined.timeline)
    statements: list[str] = []
    event.listen(
        centre.database._engine, "before_cursor_execute", lambda *args: statements.append(args[2]), named=False
    )
    page = hub.pull(amy.token, request)
    assert len(page) + len(pack(request)) + len(amy.token) <= 600
    assert not [one for one in statements if not one.lstrip().upper().startswith(("SELECT", "BEGIN"))]
    assert "BEGIN IMMEDIATE" not in statements


def test_a_laptop_is_noted_as_seen_once_an_hour(office: Administration, clock: Any, amy: Any) -> None:
    def seen() -> str | None:
        return next(one["last_seen_at"] for one in office.devices() if one["device_id"] == amy.joined.device_id)

    amy.pull()
    first = seen()
    assert first is not None
    clock.advance(minutes=59)
    amy.sign_in()
    amy.pull()
    assert seen() == first
    clock.advance(minutes=2)
    amy.pull()
    assert seen() > first


def test_a_laptop_of_another_timeline_is_told_and_given_no_rows(amy: Any, ben: Any, sarah: str) -> None:
    amy.push(amy.version(sarah))
    ben.pull()
    from sync.server.centre import start_timeline

    centre = ben.hub.centre
    with centre.database.write() as connection:
        start_timeline(connection, centre.council_id, "019ab00c-0000-7000-8000-000000000000")
    request = PullRequest(cursor=1, grant_counter=ben.grants, timeline=ben.joined.timeline, filling={sarah: 0})
    page = unpack(PullPage, ben.hub.pull(ben.token, request))
    assert (page.timeline, page.rows, page.cursor) == ("019ab00c-0000-7000-8000-000000000000", (), 0)


@pytest.mark.parametrize(("cursor", "filling"), [(-1, {}), (1 << 64, {}), (0, {"x": -1}), (0, {"x": 1 << 70})])
def test_cursors_that_cannot_be_are_refused(hub: Hub, amy: Any, cursor: int, filling: dict[str, int]) -> None:
    with pytest.raises(Refusal) as refused:
        hub.pull(amy.sign_in(), PullRequest(cursor=cursor, grant_counter=0, timeline="", filling=filling))
    assert refused.value.status == 400


def test_seq_has_no_gap_and_no_reader_skips_one_while_many_write(
    centre: Centre, amy: Any, enrol: Enrol, sarah: str
) -> None:
    writers = [enrol(name, c1001="social_worker") for name in ("cal", "dee", "eve", "fay")]
    for writer in writers:
        writer.sign_in()
    faults: list[BaseException] = []
    done = threading.Event()

    def write(laptop: Any) -> None:
        try:
            for number in range(15):
                results = laptop.push(*(laptop.version(sarah, {"n": number}) for _ in range(3)))
                assert {result.outcome for result in results} == {"head"}
        except BaseException as fault:  # shown below: a thread's failure must fail the test
            faults.append(fault)

    def read() -> None:
        try:
            while not done.is_set():
                amy.pull()
            amy.pull()
        except BaseException as fault:
            faults.append(fault)

    reader = threading.Thread(target=read)
    threads = [threading.Thread(target=write, args=(writer,)) for writer in writers]
    amy.sign_in()
    for thread in (reader, *threads):
        thread.start()
    for thread in threads:
        thread.join()
    done.set()
    reader.join()
    assert faults == []
    assert seqs(amy.rows) == list(range(1, 4 * 15 * 3 + 1))
    with centre.database.read() as connection:
        heads = connection.execute(select(record.c.head_seq).order_by(record.c.head_seq)).scalars().all()
    assert heads == list(range(1, 181))


@on_file
def test_a_pull_finds_its_rows_by_an_index(centre: Centre, amy: Any, sarah: str) -> None:
    """The line is walked from the cursor on, or scope by scope; never the whole table."""
    connection = sqlite3.connect(centre.database.path)
    try:
        plan = connection.execute(
            "EXPLAIN QUERY PLAN SELECT head_seq FROM record WHERE council_id = ? AND scope_id IN (?, ?) "
            "AND head_seq > ? AND head_seq <= ? ORDER BY head_seq LIMIT 1001",
            ("c", "a", "b", 1, 2),
        ).fetchall()
    finally:
        connection.close()
    assert any("USING INDEX" in row[3] or "USING COVERING INDEX" in row[3] for row in plan), plan


def test_a_laptop_on_a_line_that_breaks_may_ask_for_small_pages_and_still_gets_everything(
    hub: Hub, amy: Any, ben: Any, sarah: str
) -> None:
    chance = random.Random(5)
    for _ in range(40):
        amy.push(amy.version(sarah, {"what_happened": "".join(chance.choices("abcdefgh ", k=2000))}))
    first = unpack(PullPage, hub.pull(ben.sign_in(), PullRequest(cursor=0, grant_counter=0, timeline="")))
    start = PullRequest(
        cursor=first.cursor, grant_counter=first.grant_counter, timeline=first.timeline, filling=first.filling
    )
    whole = len(hub.pull(ben.token, start))
    for room in (-5, 0, whole * 2):
        page = hub.pull(ben.token, msgspec.structs.replace(start, room=room))
        assert len(unpack(PullPage, page).rows) == 40
    for room in (1, 8192, whole // 2):
        filling, got, more = dict(first.filling), 0, True
        while more:
            page = hub.pull(ben.token, msgspec.structs.replace(start, filling=filling, room=room))
            read = unpack(PullPage, page)
            assert len(page) <= room or len(read.rows) == 1
            assert read.filling != filling
            filling, got, more = read.filling, got + len(read.rows), read.more
        assert got == 40
