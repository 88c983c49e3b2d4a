"""Wrong clocks (C9): ten years fast or slow, jumping at every look, over 2038 and the night the clocks change.

They are wrong on laptops and on the server, also between a challenge and its signature. Nothing may be lost, doubled or
decided by them; signing in goes on by itself, and all laptops end up showing the same (R11).
"""

from __future__ import annotations

import os
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from models.clock import Clock
from models.errors import NotAllowed, Trouble
from models.ids import Ids
from sync.client.engine import Outcome
from sync.client.http import Centre as Line
from sync.client.http import Offline
from tests.faults.network import Field
from tests.faults.result import Result
from tests.laptops import Laptop, World
from tests.served import served
from tests.verify import breaches, digest_of

DECADE = timedelta(days=3652)
LIBRARIES = tuple(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))


@dataclass
class Crooked:
    """A clock that starts somewhere, walks on by itself, and is changed by ``jump``."""

    at: datetime
    step: timedelta = timedelta(seconds=7)
    jump: Callable[[], timedelta] = field(default=timedelta)

    def __call__(self) -> datetime:
        self.at += self.step
        return min(max(self.at + self.jump(), datetime(1971, 1, 1, tzinfo=UTC)), datetime(2100, 1, 1, tzinfo=UTC))


NOW = datetime(2026, 11, 23, 10, 30, tzinfo=UTC)


def kinds(chance: random.Random) -> dict[str, dict[str, Crooked]]:
    """Whose clock is wrong, and how; who is not named has the right time."""

    def anywhere() -> timedelta:
        return chance.choice((-DECADE, timedelta(), timedelta(), DECADE))

    def now_and_then() -> timedelta:
        return chance.choice((-DECADE, DECADE)) if chance.random() < 0.05 else timedelta()

    spring, autumn = datetime(2026, 3, 29, 0, 50, tzinfo=UTC), datetime(2026, 10, 25, 0, 50, tzinfo=UTC)
    end = datetime(2038, 1, 19, 3, 10, tzinfo=UTC)
    return {
        "ten years fast and slow": {"amy": Crooked(NOW + DECADE), "ben": Crooked(NOW - DECADE)},
        "jumps at every look": {"amy": Crooked(NOW, jump=anywhere), "ben": Crooked(NOW, jump=anywhere)},
        "over 2038": {"amy": Crooked(end), "ben": Crooked(end), "server": Crooked(end)},
        "the clocks change": {"amy": Crooked(spring), "ben": Crooked(autumn), "server": Crooked(spring)},
        "the server's jumps": {"server": Crooked(NOW, jump=now_and_then)},
        "the server's is ten years slow": {"server": Crooked(NOW - DECADE), "ben": Crooked(NOW + DECADE)},
    }


def wrong_clock(size: int, seed: int, *, processes: bool = True) -> Result:
    """So many rounds of sync for each kind; then some with the server's whole process under a false clock."""
    result = Result("wrong-clock", size)
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="heard-clock-") as folder, _in_london():
        for number, (kind, clocks) in enumerate(kinds(chance).items()):
            _work(Path(folder) / str(number), kind, clocks, size, chance, result)
        for number, shift in enumerate(("+10y", "-10y")):
            if LIBRARIES and processes:
                _work_under(shift, Path(folder) / f"process {number}", max(2, size // 10), chance, result)
    if not LIBRARIES:
        result.figures["server processes under a false clock (libfaketime is not here)"] = 0
    return result.settle(6 * size, 3 * size)


@contextmanager
def _in_london() -> Iterator[None]:
    """Calendar days are counted where the clocks change."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = "Europe/London"
    time.tzset()
    yield
    os.environ.pop("TZ")
    if before is not None:
        os.environ["TZ"] = before
    time.tzset()


def _work(
    folder: Path, kind: str, clocks: dict[str, Crooked], size: int, chance: random.Random, result: Result
) -> None:
    folder.mkdir()
    right = Crooked(NOW)
    of_server = Clock(right)
    world = World(folder, of_server, Ids())
    scope = world.child("1001")
    laptops = [world.laptop("amy", c1001="social_worker"), world.laptop("ben", c1001="family_support")]
    for laptop in laptops:
        laptop.casebook._desk.clock = laptop.clock = Clock(clocks.get(laptop.name, right))
    # Wrong from here on: a one-time code is the one thing that a wrong clock may spend.
    of_server._now = clocks.get("server", right)
    card = laptops[0].begin("this_is_me", scope, helps_me="Biscuit").record_id
    try:
        with served(world.centre) as url:
            for laptop in laptops:
                laptop.wire = Line(url)  # type: ignore[assignment]
            for number in range(size):
                laptop = chance.choice(laptops)
                _write(laptop, scope, card, number, chance, result)
                _sync(kind, laptop, result)
                # A token lives a quarter of an hour; with another clock it may be over at any moment.
                if chance.random() < 0.3:
                    laptop.wire._tokens.clear()  # type: ignore[attr-defined]
                result.faults_fired += 1
            _rest(kind, laptops, result)
            for laptop in laptops:
                laptop.wire.close()  # type: ignore[attr-defined]
        found = breaches(laptops, world.centre, world.ledger, is_quiet=True)
        if digest_of(laptops[0].casebook) != digest_of(laptops[1].casebook):
            found.append("R11 the laptops do not show the same")
        result.lost += sum(line.startswith("R1 ") for line in found)
        result.what += [f"{kind}: {line}" for line in found]
    finally:
        world.close()


def _write(laptop: Laptop, scope: str, card: str, number: int, chance: random.Random, result: Result) -> None:
    """Save something as a worker would. A clock that runs fast may have closed old records until the next round."""
    text = f"{laptop.name}~{number} " + "word " * chance.randrange(5, 40)
    if chance.random() < 0.3 and laptop.casebook.entry(card) is not None:
        try:
            laptop.edit(card, my_hopes=text)
        except NotAllowed:
            result.figures["closed by the lease"] = result.figures.get("closed by the lease", 0) + 1
            return
    else:
        laptop.begin("visit_note", scope, what_happened=text)
    result.acknowledged += 1


def _sync(kind: str, laptop: Laptop, result: Result) -> Outcome | None:
    try:
        return laptop.sync()
    except Offline:
        result.figures["rounds put off"] = result.figures.get("rounds put off", 0) + 1
    except Trouble as trouble:
        result.what.append(f"{kind}: {laptop.name} was told {trouble}")
    return None


def _rest(kind: str, laptops: list[Laptop], result: Result) -> None:
    quiet = 0
    for number in range(200):
        laptop = laptops[number % len(laptops)]
        moved = _sync(kind, laptop, result)
        is_still = moved is not None and not (moved.sent or moved.received)
        quiet = quiet + 1 if is_still and not laptop.casebook.waiting_count() else 0
        if quiet == 2 * len(laptops):
            return
    result.what.append(f"{kind}: never came to rest")


def _work_under(shift: str, folder: Path, size: int, chance: random.Random, result: Result) -> None:
    """The whole server process, its libraries and its SQLite under another time, once two laptops have joined."""
    with Field(folder, result, chance) as ground:
        ground.stage.stop_server()
        os.environ |= {"LD_PRELOAD": str(LIBRARIES[0]), "FAKETIME": shift}
        try:
            ground.stage.serve()
        finally:
            for name in ("LD_PRELOAD", "FAKETIME"):
                os.environ.pop(name)
        for _ in range(size):
            ground.write()
            ground.try_round(chance.choice(ground.laptops))
            result.faults_fired += 1
        ground.rest()
        ground.check(is_quiet=True)
        # Set right again, its tokens are years old or years to come.
        ground.stage.stop_server()
        ground.stage.serve()
        ground.write()
        ground.rest()
        ground.check(is_quiet=True)
        ground.compare()
    name = "server processes under a false clock"
    result.figures[name] = result.figures.get(name, 0) + 1
