"""Many at once on PostgreSQL: each thing happens once, no number is skipped, and nothing lands after its end."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import psycopg

from models.errors import Trouble
from sync.server.administration import Administration
from sync.server.auth import TOKEN_WORDS
from sync.server.care import check_everything
from sync.server.centre import Centre, notice_restore
from sync.server.database.postgres import PostgreSQL
from sync.server.importing import import_data
from sync.server.refusal import Refusal
from sync.server.settings import Settings
from sync.server.tables import assignment, audit, council, held_back, record, scope, version
from sync.wire import TokenRequest
from tests.unit.server.kinds import at_once, column, on_postgresql, tamper

Enrol = Callable[..., Any]


@on_postgresql
def test_many_laptops_push_at_once_and_no_reader_skips_a_number(
    centre: Centre, office: Administration, amy: Any, enrol: Enrol, sarah: str
) -> None:
    """Several children, so that the writes run side by side, and one record they all change."""
    scopes = [sarah, *(office.open_scope("child", code) for code in ("1002", "1003", "1004"))]
    everywhere = {f"c{code}": "social_worker" for code in ("1001", "1002", "1003", "1004")}
    writers = [enrol(name, **everywhere) for name in ("cal", "dee", "eve", "fay", "gus", "hal")]
    enrol("amy", **everywhere)
    amy.pull()
    shared = amy.shared(sarah)
    amy.push(shared)
    for writer in writers:
        writer.sign_in()
    done = threading.Event()

    def write(laptop: Any, place: int) -> None:
        for number in range(12):
            here = scopes[(place + number) % len(scopes)]
            batch = [laptop.version(here, {"n": number}), laptop.shared(sarah, {"n": number}, shared)]
            first, second = laptop.push(*batch)
            assert (first.outcome, second.outcome in ("head", "branch")) == ("head", True)

    def read() -> None:
        while not done.is_set():
            amy.pull()
        amy.pull()

    reader = threading.Thread(target=read)
    reader.start()
    answers = at_once(
        *(lambda laptop=laptop, place=place: write(laptop, place) for place, laptop in enumerate(writers))
    )
    done.set()
    reader.join(60)
    assert answers == [None] * len(writers)
    count = 1 + 2 * 12 * len(writers)
    assert sorted(column(centre, version.c.seq)) == list(range(1, count + 1))
    heads = set(column(centre, record.c.head_seq))
    assert heads <= {row.seq for row in amy.rows}, "a reader with this cursor must have had every head"
    outcomes = column(centre, version.c.outcome, version.c.record_id == shared.record_id)
    assert outcomes.count("head") == 2, "only the first that came moved the head"
    assert check_everything(centre)["faults"] == []


@on_postgresql
def test_one_batch_sent_many_times_at_once_is_taken_once(centre: Centre, amy: Any, sarah: str) -> None:
    amy.sign_in()
    first = amy.version(sarah)
    batch = (first, amy.version(sarah, {"what_happened": "More."}, first), amy.version(amy.ids.new()))
    answers = at_once(*[lambda: amy.push(*batch)] * 6)
    assert all(answer == answers[0] for answer in answers), answers
    assert [one.outcome for one in answers[0]] == ["head", "head", "held"]
    assert len(column(centre, version.c.seq)) == 2
    assert len(column(centre, held_back.c.held_id)) == 1


@on_postgresql
def test_a_child_version_and_its_parent_that_come_at_once_both_land(
    centre: Centre, amy: Any, ben: Any, sarah: str
) -> None:
    """As after a restore: whichever is first, none stays in the held-back box for want of the other."""
    amy.sign_in()
    ben.sign_in()
    for _ in range(8):
        parent = amy.shared(sarah)
        child = ben.shared(sarah, {"b": 1}, parent)
        at_once(lambda parent=parent: amy.push(parent), lambda child=child: ben.push(child))
    assert set(column(centre, held_back.c.state)) <= {"admitted"}
    assert len(column(centre, version.c.seq)) == 16
    assert check_everything(centre)["faults"] == []


@on_postgresql
def test_what_is_done_twice_at_once_is_done_once(
    centre: Centre, office: Administration, amy: Any, ben: Any, sarah: str
) -> None:
    assert len(set(at_once(*[lambda: office.open_scope("child", "1009")] * 5))) == 1
    added = at_once(*[lambda: office.add_worker("cal", "Cal")] * 5)
    assert sum(isinstance(one, Trouble) for one in added) == 4
    at_once(*[lambda: office.assign("cal", "1001", "iro", is_lead=True)] * 5)
    at_once(*(lambda name=name: office.assign(name, "1001", "iro", is_lead=True) for name in ("cal", "amy", "ben")))
    standing = (assignment.c.to_at.is_(None), assignment.c.scope_id == sarah)
    assert len(column(centre, assignment.c.worker_id, *standing)) == 3
    assert sum(column(centre, assignment.c.is_lead, *standing)) == 1
    assert at_once(*[lambda: office.unassign("cal", "1001")] * 5).count(True) == 1
    assert at_once(*[lambda: office.revoke(amy.joined.device_id)] * 5).count(True) == 1
    assert check_everything(centre)["faults"] == []


@on_postgresql
def test_a_challenge_answered_many_times_at_once_gives_one_token(amy: Any) -> None:
    challenge = amy.hub.challenge().challenge
    signature = amy.key.sign(TOKEN_WORDS + challenge + amy.joined.device_id.encode())
    request = TokenRequest(device_id=amy.joined.device_id, challenge=challenge, signature=signature)
    answers = at_once(*[lambda: amy.hub.token(request, "127.0.0.1")] * 6)
    assert [one.code for one in answers if isinstance(one, Refusal)] == ["challenge_over"] * 5


@on_postgresql
def test_one_file_imported_twice_at_once_makes_each_record_once(centre: Centre) -> None:
    header = b"CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB\n" + b"".join(
        b"%d,F,15/06/2012,WBRI,,,\n" % number for number in range(2001, 2031)
    )
    reports = at_once(*[lambda: import_data(centre, [("header.csv", header)])] * 3)
    assert sorted(report.counts["child"]["new"] for report in reports) == [0, 0, 30]
    assert len(column(centre, scope.c.code)) == 30
    assert check_everything(centre)["faults"] == []


@on_postgresql
def test_a_worker_loses_a_child_while_pushing_and_nothing_lands_after_the_answer(
    centre: Centre, office: Administration, amy: Any, sarah: str
) -> None:
    amy.sign_in()
    ended = threading.Event()

    def push() -> list[str]:
        outcomes = []
        while not ended.is_set():
            outcomes.append(amy.push_one(amy.version(sarah)).outcome)
        outcomes.append(amy.push_one(amy.version(sarah)).outcome)
        return outcomes

    def end() -> int:
        office.unassign("amy", "1001")
        ended.set()
        return column(centre, council.c.seq)[0]

    outcomes, at_the_end = at_once(push, end)
    assert outcomes[-1] == "held"
    assert column(centre, council.c.seq) == [at_the_end]


@on_postgresql
def test_two_servers_that_start_at_once_notice_a_restore_once(centre: Centre, settings: Settings) -> None:
    centre.keep_head()
    tamper(centre, "UPDATE council SET audit_no = 0, audit_hash = repeat('0', 64); DELETE FROM audit")
    assert at_once(*[lambda: notice_restore(centre)] * 4).count(True) == 1
    assert column(centre, audit.c.action) == ["went_back"]


def test_servers_that_start_at_once_on_an_empty_database_take_its_steps_once(empty_database: str) -> None:
    from sync.server.migrations import LATEST, open_database

    with psycopg.connect(empty_database) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    places = [PostgreSQL(empty_database) for _ in range(4)]
    assert at_once(*(lambda place=place: open_database(place) for place in places)) == [LATEST] * 4
    for place in places:
        place.close()
