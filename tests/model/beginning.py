"""How every run begins: a council, two children, two workers and their three laptops, made once and copied for each."""

from __future__ import annotations

import random
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from models.casebook import Casebook
from models.ids import Ids, new_uuid7
from sync.server.administration import Administration
from sync.server.centre import open_centre
from sync.server.hub import Hub
from sync.server.settings import Settings
from tests.conftest import StillClock
from tests.laptops import FAST, Laptop, Network, World
from tests.model.line import ModelWire, Post
from tests.verify import Ledger

PROSE = {"visit_note": "what_happened", "planned_visit": "purpose"}
EXACT = {"this_is_me": "helps_me", "own_words": "words"}
FIELDS = PROSE | EXACT
CHILDREN = ("1001", "1002")
LAPTOPS = {"amy": "amy", "home": "amy", "ben": "ben"}
"""Each laptop and whose it is: one worker has two."""

Marks = dict[str, tuple[int, int]]
"""What the app keeps outside each vault: device epoch, and the highest op number given out in it."""


class Counter:
    """Counts from one; where it stands may be read, and gone on from."""

    def __init__(self, last: int = 0) -> None:
        self.last = last

    def __next__(self) -> int:
        self.last += 1
        return self.last


def _clock() -> StillClock:
    return StillClock(datetime(2026, 11, 23, 10, 30, tzinfo=UTC))


def _ids(made: Counter) -> Ids:
    return Ids(lambda: new_uuid7(1_763_890_200_000 + (n := next(made)), n.to_bytes(10, "big")))


def keep_mark(laptop: Laptop, marks: Marks) -> None:
    """As the app does it: the highest op number given out is kept outside the vault, after each cut."""

    def keep(op_no: int) -> None:
        marks[laptop.name] = max(marks.get(laptop.name, (0, 0)), (laptop.casebook.me.device_epoch, op_no))

    laptop.casebook.on_cut(keep)


@dataclass(frozen=True)
class Beginning:
    """A world at rest, as files and as what stood in memory beside them."""

    files: dict[Path, bytes]
    made: int
    said: int
    scopes: list[str]
    words: dict[str, tuple[str, str]]
    marks: Marks
    tokens: dict[str, dict[str, str]] = field(repr=False)


class Copied(World):
    """A world that goes on from a beginning, in a folder of its own."""

    def __init__(self, folder: Path, start: Beginning, post: Post, marks: Marks) -> None:
        for path, content in start.files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)
        self.folder, self.clock, self.ids = folder, _clock(), _ids(Counter(start.made))
        settings = Settings(data=folder / "centre", password_cost=FAST)
        self.centre = open_centre(settings, self.clock, self.ids)
        self.hub, self.office = Hub(self.centre), Administration(self.centre)
        self.network, self.ledger, self.laptops = Network(), Ledger(words=dict(start.words)), []
        marks.update(start.marks)
        for name in LAPTOPS:
            home, key = folder / f"{name} life 1", random.Random(name).randbytes(32)
            casebook = Casebook.open(home, key, clock=self.clock, ids=self.ids)
            wire = ModelWire(self.hub, self.network, dict(start.tokens[name]), post)
            laptop = Laptop(name, home, key, casebook, wire, self.clock, self.ids, self.ledger)
            self.laptops.append(laptop)
            keep_mark(laptop, marks)


@cache
def beginning() -> Beginning:
    """Make the world that all runs of this process begin with: every laptop has one record of each type."""
    made, said, marks = Counter(), Counter(), Marks()
    with tempfile.TemporaryDirectory(prefix="heard-model-") as name:
        folder = Path(name)
        world = World(folder, _clock(), _ids(made))
        scopes = [world.child(code) for code in CHILDREN]
        both = {f"c{code}": "social_worker" for code in CHILDREN}
        for each, worker in LAPTOPS.items():
            keep_mark(world.laptop(each, worker, **both), marks)
        first = world.laptops[0]
        for type_name, prose in FIELDS.items():
            lines = "\n".join(word(first, said) for _ in range(4))
            first.begin(type_name, scopes[0], **{prose: lines})
        world.settle()
        tokens = {laptop.name: dict(laptop.wire.tokens) for laptop in world.laptops}
        world.close()
        files = {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return Beginning(files, made.last, said.last, scopes, world.ledger.words, marks, tokens)


def word(laptop: Laptop, said: Counter) -> str:
    """A word that nobody else ever typed."""
    return f"{laptop.name}~{next(said)}~"
