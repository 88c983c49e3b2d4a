"""Bad networks for real (C10, C11): a served council, laptops with the shipped client, and a proxy between that fails.

Every profile ends with a good line; from then on all must be sent, taken and the same everywhere within a minute (R8,
R9), with nothing lost, doubled or passed over on the way (R1, R2, R5, R6, R7).
"""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from desktop.stage import SERVER_PASSWORD, WORKERS, Stage
from models.casebook import Casebook
from models.clock import Clock
from models.errors import Trouble
from models.ids import Ids
from sync.client.engine import Outcome
from sync.client.http import Centre as Line
from sync.client.http import Offline
from sync.client.joining import join
from sync.server.centre import open_centre
from sync.server.settings import Settings
from sync.wire import MAX_BATCH_BYTES
from tests.faults.proxy import FATES, PASS, Proxy
from tests.faults.proxy import Line as Quality
from tests.faults.result import Result
from tests.laptops import Laptop
from tests.verify import Ledger, breaches, digest_of

RECOVERY_SECONDS = 60.0
MOST_BYTES = 1.5
"""Of a clean run, when the connection is cut in every chunk."""
LARGE = 100
"""From this size on a campaign takes the time that real lines take."""
NAMES = tuple(sign_in_name for sign_in_name, *_rest in WORKERS)


@dataclass
class Field:
    """A served council with one laptop for each of two workers, all on the same children; the line to it is ``proxy``.

    ``clocks`` gives each laptop its own clock by name. Use as a context.
    """

    folder: Path
    result: Result
    chance: random.Random
    proxy: Proxy | None = None
    clocks: dict[str, Clock] = field(default_factory=dict)
    laptops: list[Laptop] = field(default_factory=list)
    ledger: Ledger = field(default_factory=Ledger)
    written: int = 0
    _reached: dict[str, int] = field(default_factory=dict)

    def __enter__(self) -> Self:
        self.folder.mkdir()
        self.stage = Stage(self.folder)
        self.stage.found_council()
        self.stage.serve()
        for name in NAMES:
            self.join(name)
        self.shared = [self.laptops[0].begin("this_is_me", scope, helps_me="A calm voice") for scope in self._scopes()]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for laptop in self.laptops:
            laptop.casebook.close()
            laptop.wire.close()
        self.stage.stop_server()

    @property
    def port(self) -> int:
        return int(self.stage.url.rpartition(":")[2])

    def join(self, worker: str, name: str = "") -> Laptop:
        """Join a laptop over a good line, and let it have its first copy."""
        name = name or worker
        me = join(self.stage.url, self.stage.device_code(worker), worker, SERVER_PASSWORD, name)
        folder, key = self.folder / f"{name} laptop", self.chance.randbytes(32)
        folder.mkdir()
        clock, ids = self.clocks.get(name, Clock()), Ids()
        casebook = Casebook.open(folder, key, identity=me, clock=clock, ids=ids)
        laptop = Laptop(name, folder, key, casebook, Line(self.stage.url), clock, ids, self.ledger)  # type: ignore[arg-type]
        laptop.sync()
        self.laptops.append(laptop)
        return laptop

    def go_by(self, proxy: Proxy) -> None:
        """Every laptop speaks by way of this proxy from now on."""
        self.proxy = proxy
        for laptop in self.laptops:
            laptop.wire.close()
            laptop.wire = Line(proxy.url)  # type: ignore[assignment]

    def _scopes(self) -> list[str]:
        return sorted(self.laptops[0].casebook.scopes)

    def write(self, letters: int = 400, shared: float = 0.2) -> None:
        """One more thing that a worker is told is saved: a note, or now and then a change of what both share."""
        laptop = self.chance.choice(self.laptops)
        mark = f"w~{self.written}"
        text = f"{mark} " + "".join(self.chance.choices("abcdefghijklmnopqrstuvwxyz    ", k=letters))
        card = self.chance.choice(self.shared)
        if self.chance.random() < shared and laptop.casebook.entry(card.record_id) is not None:
            laptop.edit(card.record_id, my_hopes=text)
        else:
            laptop.begin("visit_note", self.chance.choice(self._scopes()), what_happened=text)
        self.written += 1
        self.result.acknowledged += 1

    def try_round(self, laptop: Laptop) -> Outcome | None:
        """One round as the runner would start it; None when it found itself offline. Anything else is a fault."""
        try:
            return laptop.sync()
        except Offline:
            return None
        except Trouble as trouble:
            self.result.what.append(f"{laptop.name}: {type(trouble).__name__} {trouble}")
            return None
        finally:
            at = laptop.casebook.exchange.cursors()[0]
            if at < self._reached.get(laptop.name, 0):
                self.result.what.append(f"R7 {laptop.name}: began again, at {at}")
            self._reached[laptop.name] = at

    def rest(self) -> float:
        """Let all come to rest over the line as it is now. Returns the seconds it took."""
        began, quiet = time.monotonic(), 0
        while quiet < len(self.laptops):
            for laptop in self.laptops:
                moved = self.try_round(laptop)
                is_still = moved is not None and not (moved.sent or moved.received)
                quiet = quiet + 1 if is_still and not laptop.casebook.waiting_count() else 0
            if time.monotonic() - began > 10 * RECOVERY_SECONDS:
                self.result.what.append("R8 never came to rest")
                break
        return time.monotonic() - began

    def check(self, *, is_quiet: bool) -> None:
        """Hold laptops, server and ledger against the invariants."""
        centre = open_centre(Settings(self.stage.data), look=True)
        try:
            found = breaches(self.laptops, centre, self.ledger, is_quiet=is_quiet)
        finally:
            centre.close()
        self.result.lost += sum(line.startswith("R1") for line in found)
        self.result.corrupt += sum(line.startswith(("R2", "R5")) for line in found)
        self.result.what += found

    def compare(self) -> None:
        """All laptops, and one that joins only now, show the same."""
        self.join(NAMES[1], "later")
        first, *others = (digest_of(laptop.casebook) for laptop in self.laptops)
        if any(other != first for other in others):
            self.result.what.append("R9 the laptops do not show the same")


@dataclass(frozen=True)
class Profile:
    """One kind of bad line. ``share`` of all requests meets a fate; ``rounds_per_write`` how often it is tried."""

    quality: Quality
    share: float = 0.0
    disturbed_per_write: int = 0
    writes_at_once: int = 1


def profiles(size: int) -> dict[str, Profile]:
    """The kinds of line, milder ones for a small size."""
    is_long = size >= LARGE
    return {
        "lies": Profile(Quality(), share=0.6, disturbed_per_write=10),
        "late": Profile(Quality(latency=2.0 if is_long else 0.1), writes_at_once=25 if is_long else 6),
        "slow": Profile(Quality(bytes_per_second=8000 if is_long else 40_000), writes_at_once=50 if is_long else 6),
        "flapping": Profile(
            Quality(bytes_per_second=16_000, up_seconds=1.0, down_seconds=0.5)
            if is_long
            else Quality(bytes_per_second=16_000, up_seconds=0.3, down_seconds=0.1),
            writes_at_once=10 if is_long else 3,
        ),
    }


def bad_network(size: int, seed: int) -> Result:
    """Work over every kind of bad line, then over one that is cut in every chunk."""
    result = Result("bad-network", size)
    chance = random.Random(seed)
    with (
        tempfile.TemporaryDirectory(prefix="heard-network-") as folder,
        Field(Path(folder) / "field", result, chance) as ground,
    ):
        for name, profile in profiles(size).items():
            work(name, profile, size, ground)
        result.figures["cut: times a clean run"] = _cut_in_every_chunk(size, ground)
        ground.check(is_quiet=True)
        ground.compare()
    least = size * profiles(size)["lies"].disturbed_per_write
    return result.settle(least, size * len(profiles(size)))


def _fates(share: float, chance: random.Random) -> Callable[[str], str]:
    return lambda _path: chance.choice(FATES) if chance.random() < share else PASS


def work(name: str, profile: Profile, size: int, ground: Field) -> None:
    """Write and sync over the bad line; then heal it, wait, and look."""
    result, chance = ground.result, ground.chance
    with Proxy(ground.port, profile.quality, _fates(profile.share, chance), random.Random(chance.random())) as proxy:
        ground.go_by(proxy)
        began, written = time.monotonic(), 0
        while written < size:
            for _ in range(min(profile.writes_at_once, size - written)):
                ground.write()
                written += 1
            ground.try_round(chance.choice(ground.laptops))
            while sum(proxy.fired.values()) < written * profile.disturbed_per_write:
                ground.try_round(chance.choice(ground.laptops))
        for laptop in ground.laptops:
            ground.try_round(laptop)
        ground.check(is_quiet=False)
        result.figures[f"{name}: s"] = round(time.monotonic() - began, 1)
        result.faults_fired += sum(proxy.fired.values())
        proxy.heal()
        seconds = ground.rest()
        result.figures[f"{name}: s to rest"] = round(seconds, 1)
        if seconds > RECOVERY_SECONDS:
            result.what.append(f"R8 {name}: {seconds:.0f} s to rest after the faults ended")
        ground.check(is_quiet=True)


def _cut_in_every_chunk(size: int, ground: Field) -> float:
    """As much work twice: over a good line, and over one cut at a random byte in each stretch of one chunk."""
    result, is_long = ground.result, size >= LARGE
    chunk = MAX_BATCH_BYTES if is_long else 32 * 1024
    carried: dict[str, int] = {}
    for name, quality in (("clean", Quality()), ("cut", Quality(cut_every=chunk))):
        with Proxy(ground.port, quality, chance=random.Random(ground.chance.random())) as proxy:
            ground.go_by(proxy)
            for number in range(size):
                # Notes alone: what two texts that clash weigh would depend on which round came first.
                ground.write(12_000, shared=0)
                if number % 100 == 99 or number == size - 1:
                    ground.rest()
            carried[name] = proxy.bytes_both_ways
            result.faults_fired += proxy.fired["line cut"]
            result.figures[f"{name}: MB"] = round(proxy.bytes_both_ways / 1e6, 2)
            if name == "cut":
                result.figures["cuts"] = proxy.fired["line cut"]
    ratio = float(round(carried["cut"] / carried["clean"], 3))
    # A handful of cuts in a small run may all fall at the end of a message; many do not.
    if is_long and ratio > MOST_BYTES:
        result.what.append(f"R7 a line cut in every chunk carried {ratio} times the bytes of a clean run")
    return ratio
