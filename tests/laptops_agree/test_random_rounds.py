"""Three laptops, two workers, one server and a bad line: whatever people do, in any order, nothing typed is lost."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from models.audience import EVERYONE_ON_RECORD, WORKER_AND_IRO
from models.errors import Trouble
from models.ids import Ids
from models.query import Query
from models.store import arrivals
from models.store.versions import standing
from tests.conftest import StillClock
from tests.laptops import DELIVER, FAULTS, Killed, Laptop, World
from tests.verify import digest_of

SEEDS, STEPS = 50, 32
PROSE = {"visit_note": "what_happened", "planned_visit": "purpose"}
EXACT = {"this_is_me": "helps_me", "own_words": "words"}


class People:
    """What the workers do, drawn from one seed."""

    def __init__(self, world: World, seed: int) -> None:
        self.world, self.chance = world, random.Random(seed)
        self.numbers = count(1)
        self.scopes = [world.child("1001"), world.child("1002")]
        both = {"c1001": "social_worker", "c1002": "social_worker"}
        self.laptops = [
            world.laptop("amy", **both), world.laptop("home", "amy"), world.laptop("ben", **both),
        ]  # fmt: skip
        world.network.chance = self.chance
        for type_name, field in (PROSE | EXACT).items():
            self.laptops[0].begin(type_name, self.scopes[0], **{field: self.word(self.laptops[0])})
        world.settle()
        world.network.choose = self.choose_fate
        self.syncing: Laptop | None = None
        self.seen = dict.fromkeys(
            ("merged", "choices", "chosen", "kills", "offline", "deletes", "held", "in flight"), 0
        )

    def choose_fate(self, _route: str) -> str:
        """What becomes of a message; and now and then its worker types on while it is under way."""
        laptop, self.syncing = self.syncing, None
        if laptop is not None and self.chance.random() < 0.3:
            self.edit(laptop)
            self.seen["in flight"] += 1
        self.syncing = laptop
        return self.chance.choice(FAULTS) if self.chance.random() < 0.3 else DELIVER

    def step(self) -> None:
        laptop = self.chance.choice(self.laptops)
        acts = {
            self.edit: 10, self.sync: 5, self.settle_choice: 2, self.delete: 1, self.cut: 1, self.kill: 1,
            self.begin: 0.3, self.jump_clock: 0.5, self.change_audience: 0.5, self.finish: 0.3,
        }  # fmt: skip
        try:
            self.chance.choices(list(acts), weights=list(acts.values()))[0](laptop)
        except Trouble as trouble:
            # Not this worker's, finished, not reachable: what a screen says, and no fault.
            self.seen["offline"] += "offline" in trouble.title
        except Killed:
            self.seen["kills"] += 1
            laptop.kill()

    def word(self, laptop: Laptop) -> str:
        return f"{laptop.name}~{next(self.numbers)}~"

    def some_record(self, laptop: Laptop) -> Any:
        records = laptop.casebook.select(Query(types=(*PROSE, *EXACT), is_deleted=self.chance.random() < 0.1))
        return self.chance.choice(records) if records else None

    def begin(self, laptop: Laptop) -> None:
        type_name = self.chance.choice([*PROSE, *EXACT])
        field = PROSE.get(type_name) or EXACT[type_name]
        laptop.begin(type_name, self.chance.choice(self.scopes), **{field: self.word(laptop)})

    def edit(self, laptop: Laptop) -> None:
        entry = self.some_record(laptop)
        if entry is None:
            return self.begin(laptop)
        field = PROSE.get(entry.type) or EXACT[entry.type]
        # A form that has been open for a while has not seen what came in since.
        if (entry.record_id, field) not in laptop.shown or self.chance.random() < 0.6:
            laptop.look(entry.record_id)
        text = self.changed(str(laptop.shown.get((entry.record_id, field)) or ""), self.word(laptop))
        laptop.write(entry.draft(), **{field: text})
        return None

    def changed(self, text: str, word: str) -> str:
        lines = text.split("\n") if text else []
        at, act = self.chance.randint(0, len(lines)), self.chance.random()
        if act < 0.5 or not lines:
            lines.insert(at, word)
        elif act < 0.75:
            lines[at - 1] = f"{lines[at - 1]} {word}"
        else:
            lines[at - 1 : at] = []  # a deleted line: what edits that only append never find
        return "\n".join(lines)

    def cut(self, laptop: Laptop) -> None:
        laptop.casebook.cut_all().result()

    def sync(self, laptop: Laptop) -> None:
        self.syncing = laptop
        try:
            laptop.sync()
        finally:
            self.syncing = None

    def delete(self, laptop: Laptop) -> None:
        entry = self.some_record(laptop)
        if entry is not None:
            self.seen["deletes"] += 1
            act = laptop.casebook.bring_back if entry.is_deleted else laptop.casebook.delete
            act(entry.record_id).result()

    def settle_choice(self, laptop: Laptop) -> None:
        for entry in laptop.casebook.select(Query(has_open_choices=True)):
            choice = self.chance.choice(entry.open_choices)
            both = f"{entry.body.get(choice.field) or ''}\n{choice.value or ''}"
            text = self.chance.choice([choice.value, entry.body.get(choice.field), both])
            laptop.choose(entry.record_id, choice, text)
            self.seen["chosen"] += 1
            return

    def kill(self, laptop: Laptop) -> None:
        raise Killed

    def jump_clock(self, laptop: Laptop) -> None:
        years = self.chance.choice([-10, 0, 10])
        laptop.casebook._desk.clock = StillClock(
            datetime(2026 + years, 11, 23, 10, 30, next(self.numbers) % 60, tzinfo=UTC)
        )

    def change_audience(self, laptop: Laptop) -> None:
        entry = self.some_record(laptop)
        if entry is not None:
            wish = self.chance.choice([EVERYONE_ON_RECORD, WORKER_AND_IRO])
            laptop.casebook.set_audience(entry.record_id, wish, ("school",)).result()

    def finish(self, laptop: Laptop) -> None:
        entry = self.some_record(laptop)
        if entry is not None and entry.type == "own_words" and self.chance.random() < 0.3:
            laptop.edit(entry.record_id, said_on="2026-11-23")
            laptop.casebook.finish(entry.record_id).result()

    def look_around(self) -> None:
        for laptop in self.laptops:
            kinds = laptop.notices()
            self.seen["merged"] += "merged" in kinds
            self.seen["held"] += "held" in kinds
            self.seen["choices"] += bool(laptop.casebook.count(Query(has_open_choices=True)))


def run(folder: Path, clock: Any, ids: Ids, seed: int, steps: int = STEPS) -> dict[str, int]:
    """One run: steps, a check now and then, and at the end a good line until nothing moves. Returns what it saw."""
    world = World(folder, clock, ids)
    try:
        people = People(world, seed)
        for number in range(steps):
            people.step()
            if number % 15 == 14:
                world.verify()
        people.look_around()
        people.seen |= world.network.fired
        world.settle(rounds=20)
        world.verify(is_quiet=True)
        shown = [digest_of(laptop.casebook) for laptop in people.laptops]
        held = {row.record_id for laptop in people.laptops for row in held_rows(laptop)}
        plain = [{key: value for key, value in one.items() if key not in held} for one in shown]
        assert plain[0] == plain[1] == plain[2]
        return people.seen
    finally:
        world.close()


def held_rows(laptop: Laptop) -> list[Any]:
    sql = "SELECT record_id FROM outbox WHERE held_reason != ''"
    return laptop.casebook._desk.read(lambda connection: list(connection.exec_driver_sql(sql)))


@pytest.mark.parametrize("seed", range(SEEDS))
def test_nothing_typed_is_lost_and_all_laptops_end_alike(tmp_path: Path, clock: Any, ids: Ids, seed: int) -> None:
    run(tmp_path, clock, ids, seed)


def test_the_runs_see_what_they_are_meant_to_see(tmp_path: Path, clock: Any, ids: Ids) -> None:
    total: dict[str, int] = {}
    people_see = ("merged", "choices", "chosen", "kills", "offline", "deletes", "in flight")
    for seed in range(100, 108):
        (tmp_path / str(seed)).mkdir()
        for name, number in run(tmp_path / str(seed), clock, ids, seed).items():
            total[name] = total.get(name, 0) + number
    missing = {*people_see, *FAULTS} - {name for name, number in total.items() if number}
    assert not missing, total


# --- the test of the test -----------------------------------------------------------------------------------------


def _latest_wins(rule: Any, base: Any, mine: Any, head: Any) -> tuple[Any, bool]:
    return (mine, True) if mine != base else (head, True)


@pytest.mark.parametrize(
    ("place", "fault"), [("models.merge.merge_value", _latest_wins), ("models.store.arrivals._take_known", None)]
)
def test_a_planted_fault_is_caught_by_some_seed(
    tmp_path: Path, clock: Any, ids: Ids, monkeypatch: pytest.MonkeyPatch, place: str, fault: Any
) -> None:
    if fault is None:
        # A pull that overwrites what is being written with the head.
        real = arrivals._take_known

        def fault(connection: Any, pen: Any, arrival: Any, touched: Any) -> bool:
            record = standing(connection, arrival.version.record_id)
            assert record is not None
            if arrival.seq > record.head_seq and record.tip is not None and record.working is not None:
                arrivals.move_forward(connection, pen, record, arrival.version)
            return real(connection, pen, arrival, touched)

    monkeypatch.setattr(place, fault)
    for seed in range(12):
        (tmp_path / str(seed)).mkdir()
        try:
            run(tmp_path / str(seed), clock, ids, seed)
        except AssertionError:
            return
    pytest.fail("12 seeds saw nothing wrong")
