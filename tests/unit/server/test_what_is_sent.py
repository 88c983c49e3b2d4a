"""Whatever happens to assignments and audiences, no row leaves the hub that the reader may not read at that moment."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from sync.server import policy
from sync.server.administration import Administration
from sync.server.policy import Readable, Standing
from sync.server.refusal import Refusal
from sync.wire import CoverRequest
from tests.unit.server.test_policy import COLUMNS, READS, begins, changes, reads

Enrol = Callable[..., Any]
WORLDS, STEPS = 4, 100
ROLES = tuple(role for role in READS if role != "duty_worker")


@dataclass
class Kept:
    """What the test knows of one record: it is told by what was acknowledged, not by the server's tables."""

    scope: str
    author: str
    kind: str
    head: Any
    versions: dict[str, str]
    finished: bool = False


@dataclass
class World:
    """A few children and workers, and what each of them is to each child."""

    office: Administration
    chance: random.Random
    laptops: dict[str, Any]
    codes: dict[str, str]
    roles: dict[tuple[str, str], str] = field(default_factory=dict)
    records: dict[str, Kept] = field(default_factory=dict)
    looked: int = 0

    def role(self, name: str, scope: str) -> str | None:
        return self.roles.get((name, scope))

    def may_read(self, name: str, record_id: str, audience: str | None = None) -> bool:
        kept = self.records[record_id]
        own = kept.author == name
        wanted = (kept.head.audience, audience or kept.head.audience)
        return all(reads(one, self.role(name, kept.scope), own) for one in wanted)

    # -- what may happen

    def assign(self) -> None:
        name, code = self.chance.choice(list(self.laptops)), self.chance.choice(list(self.codes))
        role = self.chance.choice(ROLES)
        self.office.assign(name, code, role)
        self.roles[name, self.codes[code]] = role

    def unassign(self) -> None:
        name, code = self.chance.choice(list(self.laptops)), self.chance.choice(list(self.codes))
        self.office.unassign(name, code)
        self.roles.pop((name, self.codes[code]), None)

    def cover(self) -> None:
        name, code = self.chance.choice(list(self.laptops)), self.chance.choice(list(self.codes))
        laptop = self.laptops[name]
        try:
            laptop.hub.cover(laptop.token, CoverRequest(child=code, reason="In the night"))
        except Refusal:
            return
        self.roles[name, self.codes[code]] = "duty_worker"

    def begin(self) -> None:
        name, scope = self.chance.choice(list(self.laptops)), self.chance.choice(list(self.codes.values()))
        kind, audience = self.chance.choice(["authored", "shared"]), self.chance.choice(COLUMNS)
        laptop = self.laptops[name]
        made = laptop.version(scope, {"by": name}, policy_class=kind, audience=audience)
        (result,) = laptop.push(made)
        assert result.outcome == ("head" if begins(kind, audience, self.role(name, scope)) else "held")
        if result.outcome == "head":
            self.records[made.record_id] = Kept(scope, name, kind, made, {made.version_id: audience})

    def change(self) -> None:
        if not self.records:
            return
        name, record_id = self.chance.choice(list(self.laptops)), self.chance.choice(list(self.records))
        kept, laptop = self.records[record_id], self.laptops[name]
        audience, finish = self.chance.choice(COLUMNS), self.chance.random() < 0.1
        behind = self.chance.random() < 0.3
        more = {"audience": audience, "is_finished": finish, "policy_class": kept.kind}
        made = laptop.version(kept.scope, {"by": name}, kept.head, **more)
        if behind:
            made = laptop.version(
                kept.scope, {"by": name}, kept.head, **more, parents=(self.chance.choice(list(kept.versions)),)
            )
        (result,) = laptop.push(made)
        before = Standing(kept.kind, kept.head.audience, kept.author, kept.finished)
        allowed = changes(before, audience, self.role(name, kept.scope), kept.author == name)
        moved = kept.head.version_id in made.parents
        assert result.outcome == ("held" if not allowed else "head" if moved else "branch")
        if result.head is not None:
            self.look(name, result.head.version)
        if allowed:
            kept.versions[made.version_id] = audience
        if result.outcome == "head":
            kept.head, kept.finished = made, finish

    # -- what is really sent

    def look(self, name: str, version: Any) -> None:
        """Every version that leaves the hub is one that this worker may read now, and of the record as it stands."""
        self.looked += 1
        if version.type == "cover":
            assert reads("protected", self.role(name, version.scope_id), False), (name, version.scope_id)
            return
        assert self.may_read(name, version.record_id, version.audience), (name, version.record_id)

    def read_all(self) -> None:
        for name, laptop in self.laptops.items():
            fresh = self.chance.random() < 0.3
            if fresh:
                laptop.cursor, laptop.grants, laptop.filling, laptop.scopes = 0, 0, {}, {}
            for row in laptop.pull():
                self.look(name, row.version)
            for order in laptop.told():
                known = self.records.get(order.record_id)
                assert known is None or not self.may_read(name, order.record_id)
            if fresh:
                got = {row.version.record_id for row in laptop.rows if row.version.type != "cover"}
                assert {one for one in self.records if self.may_read(name, one)} <= got
            for record_id in self.records:
                try:
                    rows = laptop.history(record_id)
                except Refusal:
                    assert not self.may_read(name, record_id)
                    continue
                for row in rows:
                    self.look(name, row.version)
                readable = [
                    one for one in self.records[record_id].versions.values() if self.may_read(name, record_id, one)
                ]
                assert len(rows) == len(readable)


@pytest.fixture
def world(office: Administration, enrol: Enrol) -> Callable[[int], World]:
    def build(seed: int) -> World:
        codes = {code: office.open_scope("child", code) for code in (f"{seed}a", f"{seed}b")}
        laptops = {name: enrol(name) for name in (f"{who}{seed}" for who in ("amy", "ben", "cal", "dee"))}
        for laptop in laptops.values():
            laptop.sign_in()
        return World(office, random.Random(seed), laptops, codes)

    return build


def live(one: World, steps: int) -> int:
    """Let things happen, look at what is sent after every few, and return how many versions were looked at."""
    acts = [one.assign, one.unassign, one.cover, *[one.begin] * 4, *[one.change] * 5]
    for _ in range(6):
        one.assign()
    for step in range(steps):
        one.chance.choice(acts)()
        if step % 10 == 9:
            one.read_all()
    return one.looked


def test_in_random_worlds_nothing_is_sent_that_may_not_be_read(world: Callable[[int], World]) -> None:
    assert sum(live(world(seed), STEPS) for seed in range(WORLDS)) > 800


def test_the_same_look_finds_a_hub_that_asks_no_policy(
    world: Callable[[int], World], monkeypatch: pytest.MonkeyPatch
) -> None:
    everything = Readable(frozenset(COLUMNS), frozenset(COLUMNS))
    monkeypatch.setattr(policy, "readable", lambda _role: everything)
    with pytest.raises(AssertionError):
        live(world(0), 400)
