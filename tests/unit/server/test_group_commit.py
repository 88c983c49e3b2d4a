"""Pushes written together: each gets what it would have got alone, and none answers for another."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from models.version import Version, batch_digest
from sync.codec import pack, unpack
from sync.server import pushing
from sync.server.administration import Administration
from sync.server.care import check_everything
from sync.server.centre import Centre
from sync.server.database import Clash, Unreachable
from sync.server.group_commit import AT_ONCE, GroupCommit
from sync.server.pushing import Pushed
from sync.server.refusal import Refusal
from sync.server.tables import audit, held_back, record, version
from sync.wire import MAX_BATCH_VERSIONS, PushReply, PushRequest, PushResult
from tests.unit.server.kinds import at_once, column, wait_for

Enrol = Callable[..., Any]


def receive(laptop: Any, *versions: Version, signature: bytes = b"") -> Pushed:
    signature = signature or laptop.key.sign(batch_digest(versions))
    request = unpack(PushRequest, pack(PushRequest(versions=versions, signature=signature)))
    return pushing.receive(laptop.token or laptop.sign_in(), request)


def results(answer: bytes | Refusal) -> tuple[PushResult, ...]:
    assert isinstance(answer, bytes)
    return unpack(PushReply, answer).results


def letting_go(go_on: threading.Event, happened: Callable[[], bool]) -> threading.Thread:
    """Let those go on who were held up, once this has happened."""

    def watch() -> None:
        wait_for(happened)
        go_on.set()

    thread = threading.Thread(target=watch)
    thread.start()
    return thread


@pytest.fixture
def three(office: Administration, enrol: Enrol, sarah: str) -> list[tuple[Any, str]]:
    """Three laptops, each with a child of its own."""
    scopes = [sarah, *(office.open_scope("child", code) for code in ("1002", "1003"))]
    codes = ("1001", "1002", "1003")
    return [
        (enrol(name, **{f"c{code}": "social_worker"}), scope)
        for name, code, scope in zip(("cal", "dee", "eve"), codes, scopes, strict=True)
    ]


def test_each_of_several_gets_what_it_would_have_got_alone(centre: Centre, three: list[tuple[Any, str]]) -> None:
    """One plain, one with a branch and something held back, one sent before."""
    (cal, hers), (dee, his), (eve, theirs) = three
    first, old = dee.shared(his), eve.version(theirs)
    dee.push(first, dee.shared(his, {"n": 1}, first))
    again = eve.push(old)
    notes = [cal.version(hers), cal.version(hers)]
    branch, lost = dee.shared(his, {"n": 2}, first), dee.version(his, None, dee.version(his))
    answers = pushing.push(centre, [receive(cal, *notes), receive(dee, branch, lost), receive(eve, old)])
    mine, both, known = map(results, answers)
    assert [(one.outcome, one.seq) for one in mine] == [("head", 4), ("head", 5)]
    assert [(one.outcome, one.seq) for one in both] == [("branch", 6), ("held", 0)]
    assert both[0].head is not None
    assert both[0].head.seq == 2
    assert known == again
    assert column(centre, held_back.c.reason_code) == ["parents_unknown"]
    assert sorted(column(centre, version.c.seq)) == [1, 2, 3, 4, 5, 6]
    assert column(centre, audit.c.action, audit.c.action == "push") == ["push"] * 4
    assert check_everything(centre)["faults"] == []


def test_one_that_is_refused_takes_nothing_from_the_others(centre: Centre, three: list[tuple[Any, str]]) -> None:
    (cal, hers), (dee, his), (eve, theirs) = three
    unsigned = receive(dee, dee.version(his), signature=b"x" * 64)
    stranger = replace(receive(eve, eve.version(theirs)), token="nobody's")
    good, bad, unknown = pushing.push(centre, [receive(cal, cal.version(hers)), unsigned, stranger])
    assert [one.outcome for one in results(good)] == ["head"]
    assert isinstance(bad, Refusal)
    assert isinstance(unknown, Refusal)
    assert (bad.status, unknown.status) == (400, 401)
    assert column(centre, record.c.scope_id) == [hers]
    assert check_everything(centre)["faults"] == []


def test_all_refused_stores_nothing(centre: Centre, three: list[tuple[Any, str]]) -> None:
    bad = [receive(laptop, laptop.version(scope), signature=b"x" * 64) for laptop, scope in three]
    assert [one.status for one in pushing.push(centre, bad) if isinstance(one, Refusal)] == [400] * 3
    assert column(centre, record.c.scope_id) == []


def test_what_would_have_waited_for_another_does_not_go_with_it(enrol: Enrol, three: list[tuple[Any, str]]) -> None:
    (cal, hers), (dee, his), (eve, theirs) = three
    beside = enrol("fay", c1001="social_worker")
    note = cal.version(hers)
    first = [receive(cal, note), receive(dee, dee.version(his))]
    assert receive(eve, eve.version(theirs)).goes_with(first)
    assert not receive(cal, cal.version(theirs)).goes_with(first), "the same laptop"
    assert not receive(beside, beside.version(hers)).goes_with(first), "the same child"
    assert not receive(eve, eve.version(theirs, None, note)).goes_with(first), "the same record"
    assert not receive(eve, *(eve.version(theirs) for _ in range(MAX_BATCH_VERSIONS - 1))).goes_with(first), "too many"


def test_many_at_once_are_written_in_few_transactions(
    centre: Centre, three: list[tuple[Any, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes, taken, go_on = [], pushing.push, threading.Event()

    def slowly(centre: Centre, pushed: Sequence[Pushed]) -> list[bytes | Refusal]:
        sizes.append(len(pushed))
        if len(sizes) <= AT_ONCE:
            go_on.wait(30)
        return taken(centre, pushed)

    monkeypatch.setattr(pushing, "push", slowly)
    hub = three[0][0].hub
    for laptop, _ in three:
        laptop.sign_in()

    def push(laptop: Any, scope: str) -> str:
        return str(laptop.push_one(laptop.version(scope)).outcome)

    jobs = [lambda laptop=laptop, scope=scope: push(laptop, scope) for laptop, scope in three for _ in range(4)]
    release = letting_go(go_on, lambda: len(hub._pushes._waiting) == 12 - AT_ONCE)
    assert at_once(*jobs) == ["head"] * 12
    release.join(30)
    assert sum(sizes) == 12
    assert max(sizes) == len(three), "one of each laptop, and never two of one"
    assert sorted(column(centre, version.c.seq)) == list(range(1, 13))
    assert check_everything(centre)["faults"] == []


class Writer:
    """One laptop that writes for a child, also what nobody should: chance decides, the same for the same seed."""

    def __init__(self, laptop: Any, scope: str, elsewhere: str, seed: int) -> None:
        self.laptop, self.scope, self.elsewhere, self.chance = laptop, scope, elsewhere, random.Random(seed)
        self.known: list[Version] = []
        self.waiting: list[Version] = []

    def batch(self) -> list[Version]:
        return [self._one() for _ in range(self.chance.randrange(1, 5))]

    def _one(self) -> Version:
        what = self.chance.randrange(8)
        before = self.chance.choice(self.known) if self.known else None
        if what == 0:
            stray: Version = self.laptop.version(self.elsewhere)
            return stray
        if what == 1:
            lost = self.laptop.shared(self.scope, {"lost": 1})
            self.waiting.append(lost)
            late: Version = self.laptop.shared(self.scope, {"after": 1}, lost)
            return late
        if what == 2 and self.waiting:
            return self._noted(self.waiting.pop())
        if what == 3 and before:
            return before
        if what in {4, 5} and before:
            return self._noted(self.laptop.shared(self.scope, {"n": len(self.known)}, before))
        return self._noted(self.laptop.shared(self.scope, {"n": len(self.known)}))

    def _noted(self, version: Version) -> Version:
        self.known.append(version)
        return version


def _left(centre: Centre, one: Writer) -> tuple[object, ...]:
    """What the council holds of a writer's."""
    mine = held_back.c.worker_id == one.laptop.worker_id
    return (
        sorted(column(centre, version.c.outcome, version.c.author_id == one.laptop.worker_id)),
        sorted(column(centre, held_back.c.reason_code, mine)),
        sorted(column(centre, held_back.c.state, mine)),
        len(column(centre, record.c.record_id, record.c.scope_id == one.scope)),
    )


@pytest.mark.parametrize("seed", range(4))
def test_what_is_pushed_together_ends_as_what_is_pushed_alone(
    centre: Centre, office: Administration, enrol: Enrol, seed: int
) -> None:
    """Two teams of three do the same, one laptop after the other here, together there."""
    elsewhere = office.open_scope("child", "9000")
    teams = []
    for team in "ab":
        places = [(f"{team}{number}", office.open_scope("child", f"{team}{number}")) for number in range(3)]
        teams.append(
            [
                Writer(enrol(code, **{f"c{code}": "social_worker"}), scope, elsewhere, 10 * seed + number)
                for number, (code, scope) in enumerate(places)
            ]
        )
    for _ in range(6):
        told = []
        for writers, step in zip(teams, (1, 3), strict=True):
            came = [receive(one.laptop, *one.batch()) for one in writers]
            taken = [pushing.push(centre, came[at : at + step]) for at in range(0, len(came), step)]
            told.append([results(answer) for group in taken for answer in group])
        alone, together = (
            [[(one.outcome, one.reason, one.head is None) for one in each] for each in one] for one in told
        )
        assert together == alone
    counts = [[_left(centre, one) for one in writers] for writers in teams]
    assert counts[0] == counts[1]
    assert check_everything(centre)["faults"] == []


# -- the queue, without a council


def gathered(work: Callable[[Sequence[int]], Sequence[str]], count: int) -> tuple[list[Any], list[list[int]]]:
    """Send numbers through while the first of them are held up; what each got, and the groups that were tried."""
    groups: list[list[int]] = []
    go_on = threading.Event()

    def done(numbers: Sequence[int]) -> Sequence[str]:
        groups.append(list(numbers))
        if len(groups) <= AT_ONCE:
            go_on.wait(30)
        return work(numbers)

    line: GroupCommit[int, str] = GroupCommit(done, lambda one, others: one != 13)
    release = letting_go(go_on, lambda: len(line._waiting) == count - AT_ONCE)
    answers = at_once(*(lambda number=number: line.run(number) for number in range(count)))
    release.join(30)
    assert line._free == AT_ONCE
    assert line._waiting == []
    return answers, groups


def test_a_group_is_of_those_that_waited_and_each_gets_its_own_answer() -> None:
    answers, groups = gathered(lambda numbers: [f"no {one}" for one in numbers], 20)
    assert answers == [f"no {number}" for number in range(20)]
    assert sorted(one for group in groups for one in group) == list(range(20))
    assert len(groups) <= AT_ONCE + 4
    assert max(map(len, groups)) == 8
    assert all(group[0] == 13 for group in groups if 13 in group), "who fits nowhere leads a group"


@pytest.mark.parametrize("fault", [Clash(), ValueError("a bug"), Unreachable()])
def test_where_one_of_a_group_fails_the_others_are_done_all_the_same(fault: Exception) -> None:
    def work(numbers: Sequence[int]) -> Sequence[str]:
        if 7 in numbers:
            raise fault
        return [f"no {one}" for one in numbers]

    answers, groups = gathered(work, 12)
    assert answers == [fault if number == 7 else f"no {number}" for number in range(12)]
    assert [7] in groups


def test_where_nobody_can_tell_what_was_stored_nothing_is_done_twice() -> None:
    unsure = Unreachable(is_unsure=True)

    def work(numbers: Sequence[int]) -> Sequence[str]:
        raise unsure

    answers, groups = gathered(work, 12)
    assert answers == [unsure] * 12
    assert sorted(one for group in groups for one in group) == list(range(12))
