"""A new worker reads first: what is asked of whom, what counts as read, and what the child's team sees."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from models.casebook import Casebook
from models.clock import to_stamp
from models.entry import Edit
from models.handing_over import (
    ME,
    NOT_READ,
    READ_FIRST,
    READ_LATER,
    VISITED_UNREAD,
    WISHES,
    new_to_me,
    readers,
    reading,
    state_of,
    to_read,
    unread,
)
from models.identity import Assignment, Directory, Worker
from models.ids import Ids
from models.invented import me_for_trying
from models.query import Query
from models.today import MEET, to_meet

NOW = datetime(2026, 11, 23, 10, 5, tzinfo=UTC)
SARAH = "01977f00-0000-7000-8000-00000000c001"
MARTIN = Worker(worker_id="01977f00-0000-7000-8000-00000000a009", display_name="Martin Webb")


@pytest.fixture
def casebook(tmp_path: Path, clock: Any, ids: Ids) -> Iterator[Casebook]:
    clock.moment = NOW
    opened = Casebook.open(tmp_path, bytes(32), identity=me_for_trying(), clock=clock, ids=ids)
    assign(opened, "social_worker")
    yield opened
    opened.close()


def assign(casebook: Casebook, role: str) -> None:
    me = casebook.me.worker
    told = [
        Assignment(scope_id=SARAH, worker_id=me.worker_id, role=role),
        Assignment(scope_id=SARAH, worker_id=MARTIN.worker_id, role="iro"),
        Assignment(scope_id=SARAH, worker_id="someone", role="auditor"),
        Assignment(scope_id="another child", worker_id=me.worker_id, role=role),
    ]
    cursor, grants, _filling = casebook.exchange.cursors()
    casebook.exchange.take(
        [],
        cursor=cursor,
        grants=grants + 1,
        filling={},
        scopes={SARAH: role},
        directory=Directory(workers=(me, MARTIN), assignments=tuple(told)),
    ).result()


def put(casebook: Casebook, type_name: str, **body: Any) -> None:
    draft = casebook.new_draft(type_name, SARAH)
    casebook.save(draft, {name: Edit(None, value) for name, value in body.items()}).result()


def read(casebook: Casebook) -> None:
    draft, edits = reading(casebook, SARAH)
    casebook.save(draft, edits).result()


def visit(casebook: Casebook, at: datetime) -> None:
    put(casebook, "visit_note", visited_at=to_stamp(at))


def mine(casebook: Casebook) -> Any:
    return next(one for one in readers(casebook, SARAH) if one.worker_id == casebook.me.worker.worker_id)


def test_only_what_stands_can_be_read_and_each_is_read_once() -> None:
    assert unread([], []) == ()
    assert unread([], [WISHES, ME]) == (ME, WISHES)
    assert unread([{"this_is_me_read_at": "x"}], [ME, WISHES]) == (WISHES,)
    assert unread([{"this_is_me_read_at": "x"}, {"preferences_read_at": "y"}], [ME, WISHES]) == ()


@pytest.mark.parametrize(
    ("missing", "read_at", "visited_at", "state"),
    [
        ((ME,), None, None, NOT_READ),
        ((ME,), None, NOW, VISITED_UNREAD),
        ((), NOW, None, READ_FIRST),
        ((), NOW, NOW + timedelta(hours=1), READ_FIRST),
        ((), NOW, NOW, READ_FIRST),
        ((), NOW + timedelta(hours=1), NOW, READ_LATER),
    ],
)
def test_how_a_worker_stands(missing: tuple[str, ...], read_at: Any, visited_at: Any, state: str) -> None:
    assert state_of(missing, read_at, visited_at) == state


def asked(casebook: Casebook) -> tuple[str, ...]:
    """What the worker is asked to read of Sarah; Today, which asks of all children at once, must say the same."""
    found = to_read(casebook, SARAH)
    assert new_to_me(casebook, ["another child", SARAH]) == ((SARAH,) if found else ())
    return found


def test_a_new_worker_is_asked_until_they_have_read_all_that_stands(casebook: Casebook) -> None:
    assert asked(casebook) == ()
    put(casebook, ME, my_name="Sarah")
    assert asked(casebook) == (ME,)
    read(casebook)
    assert asked(casebook) == ()
    put(casebook, WISHES, asked_on="2026-11-01")
    assert asked(casebook) == (WISHES,)
    read(casebook)
    assert asked(casebook) == ()
    assert casebook.count(Query(types=("handover",))) == 1
    assert mine(casebook).state == READ_FIRST


def test_reading_twice_keeps_one_record_and_the_first_moment(casebook: Casebook, clock: Any) -> None:
    put(casebook, ME, my_name="Sarah")
    read(casebook)
    first = mine(casebook).read_at
    clock.moment = NOW + timedelta(days=2)
    _draft, edits = reading(casebook, SARAH)
    assert edits == {}
    put(casebook, WISHES, asked_on="2026-11-01")
    read(casebook)
    assert first == NOW
    assert mine(casebook).read_at == NOW + timedelta(days=2)


def test_whoever_has_visited_is_no_longer_asked_but_the_team_sees_it(casebook: Casebook, clock: Any) -> None:
    put(casebook, ME, my_name="Sarah")
    visit(casebook, NOW + timedelta(days=1))  # begun ahead of the visit: not a visit yet
    assert asked(casebook) == (ME,)
    clock.moment = NOW + timedelta(days=2)
    assert asked(casebook) == ()
    assert mine(casebook).state == VISITED_UNREAD
    read(casebook)
    assert mine(casebook).state == READ_LATER


@pytest.mark.parametrize(("role", "is_asked"), [("iro", True), ("duty_worker", True), ("auditor", False)])
def test_who_may_only_look_on_is_not_asked(casebook: Casebook, role: str, is_asked: bool) -> None:
    put(casebook, ME, my_name="Sarah")
    assign(casebook, role)
    assert bool(asked(casebook)) is is_asked


def test_the_team_sees_everyone_who_writes_and_those_who_have_not_read_first(casebook: Casebook) -> None:
    assert readers(casebook, SARAH) == ()
    put(casebook, ME, my_name="Sarah")
    read(casebook)
    found = readers(casebook, SARAH)
    assert [(one.name, one.state) for one in found] == [("Martin Webb", NOT_READ), ("Aisha Khan", READ_FIRST)]
    put(casebook, "handover", worker_id=MARTIN.worker_id, this_is_me_read_at=to_stamp(NOW - timedelta(days=3)))
    # Two laptops of one worker may each write a hand-over: the first reading counts.
    put(casebook, "handover", worker_id=MARTIN.worker_id, this_is_me_read_at=to_stamp(NOW - timedelta(days=1)))
    martin = next(one for one in readers(casebook, SARAH) if one.name == "Martin Webb")
    assert (martin.state, martin.read_at) == (READ_FIRST, NOW - timedelta(days=3))


def test_today_says_in_one_line_whom_to_read_about() -> None:
    bodies = {"a": {"known_as": "Sarah", "pronouns": "She/her"}, "b": {"known_as": "Leo"}}
    assert to_meet((), bodies.get) == ()
    (one,) = to_meet(("a",), bodies.get)
    assert (one.kind, one.scope_id, one.title) == (MEET, "a", "Read about Sarah first")
    assert one.words == "Read her page before your first visit."
    (several,) = to_meet(("b", "a"), bodies.get)
    assert several.title == "2 children are new to you"
    assert several.words == "Read their page before your first visit. Begin with Leo."


def test_which_children_have_a_record_is_asked_of_all_of_them_at_once(casebook: Casebook) -> None:
    me = casebook.me.worker.worker_id
    both = ["another child", SARAH]
    visits = Query(types=("visit_note",), author_id=me, before=to_stamp(NOW))
    visit(casebook, NOW)
    assert casebook.scopes_with(visits, both) == frozenset()
    visit(casebook, NOW - timedelta(hours=1))
    assert casebook.scopes_with(visits, both) == {SARAH}
    assert casebook.scopes_with(visits, ["another child"]) == frozenset()
    assert casebook.scopes_with(visits, []) == frozenset()
