"""How the model does things: on which laptop, in which Heard, and what is noted of it beside."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import Any

import pytest

from models.casebook import Casebook
from models.entry import Entry
from models.errors import Trouble
from models.query import Query
from sync.server.administration import Administration
from sync.server.centre import open_centre
from sync.server.hub import Hub
from tests.laptops import Killed, Laptop
from tests.model import beginning
from tests.model.beginning import FIELDS, Copied, Marks, keep_mark
from tests.model.eras import in_era
from tests.model.line import Post, next_life
from tests.verify import Held, read_council, read_device

TAKE_OUT = 3
"""How an edit is told to delete a line: ``how % 4``."""

SEEN: Counter[str] = Counter()
"""What all runs of this process saw happen, so that a campaign in which nothing happened can fail."""

SMALL_PIECES = {
    "sync.server.segments.TAIL_ROWS": 1,
    "sync.server.segments.MOST_ROWS": 2,
    "sync.client.segments.MOST_AT_ONCE": 1,
}
"""A run has a handful of records: pieces of two, each fetched and taken by itself, make as many as a council has."""


def _quick_place() -> Path | None:
    """A folder in memory where the system has a roomy one: no run ends the power, so waiting for a disk tells nothing.

    None stands for the usual place.
    """
    memory = Path("/dev/shm")
    has_room = memory.is_dir() and shutil.disk_usage(memory).free > 1 << 30
    return memory if has_room else None


class Acting:
    """One run's world, and the ways in which rules change it. Nothing here is there before ``set_out``."""

    is_set_out = False

    def set_out(self) -> None:
        """Copy the beginning into a folder of this run's own."""
        start = beginning.beginning()
        self.folder = Path(tempfile.mkdtemp(prefix="heard-model-", dir=_quick_place()))
        self.post, self.marks = Post(), Marks()
        self.world = Copied(self.folder, start, self.post, self.marks)
        self.words = beginning.Counter(start.said)
        self.backups: dict[str, list[Path]] = {}
        self.server_copies: list[Path] = []
        self.newer: set[str] = set()
        self.seen: Counter[str] = Counter()
        self.scopes = start.scopes
        self._small_pieces = pytest.MonkeyPatch()
        for name, value in SMALL_PIECES.items():
            self._small_pieces.setattr(name, value)
        self.is_set_out = True

    @property
    def laptops(self) -> list[Laptop]:
        return self.world.laptops

    def close(self) -> None:
        """Count what was seen and leave nothing behind."""
        self._small_pieces.undo()
        self._count()
        try:
            self.world.close()
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _count(self) -> None:
        self.seen["runs"] += 1
        self.seen["stale pushes"] += self.post.stale_pushes
        self.seen["words"] += next(self.words)
        self.seen["restores"] = self.seen["laptop restores"] + self.seen["server restores"]
        self.seen.update(self.post.fired)
        with suppress(Exception):
            there = read_council(self.world.centre, [])
            keys = {
                (one.record_id, choice.field, choice.losing_version_id)
                for one in there.versions.values()
                for choice in one.open_choices
            }
            self.seen["open choices"] += len(keys)
        SEEN.update(self.seen)

    def _word(self, laptop: Laptop) -> str:
        return beginning.word(laptop, self.words)

    def _records(self, laptop: Laptop, *, is_deleted: bool = False) -> list[Entry]:
        return laptop.casebook.select(Query(types=tuple(FIELDS), is_deleted=is_deleted))

    def _pick(self, laptop: Laptop, pick: int, *, is_deleted: bool = False) -> Entry | None:
        found = self._records(laptop, is_deleted=is_deleted)
        return found[pick % len(found)] if found else None

    def _shared(self, laptop: Laptop, type_name: str) -> list[str]:
        return [entry.record_id for entry in self._records(laptop) if entry.type == type_name]

    def _edit(self, laptop: Laptop, pick: int | str, how: int, *, looks: bool = True) -> None:
        """Change a record: one by its place in the list, or by its id."""
        if isinstance(pick, str):
            entry = laptop.casebook.entry(pick)
        else:
            entry = self._pick(laptop, pick, is_deleted=pick % 11 == 0)
        if entry is None:
            return
        field = FIELDS[entry.type]
        if looks or (entry.record_id, field) not in laptop.shown:
            laptop.look(entry.record_id)
        before = str(laptop.shown.get((entry.record_id, field)) or "")
        laptop.write(entry.draft(), **{field: self._changed(before, self._word(laptop), how)})

    def _changed(self, text: str, word: str, how: int) -> str:
        lines = text.split("\n") if text else []
        at, act = how // 4 % (len(lines) + 1), how % 4
        if act < 2 or not lines:
            lines.insert(at, word)
        elif act != TAKE_OUT:
            lines[at - 1] = f"{lines[at - 1]} {word}"
        else:
            lines[at - 1 : at] = []  # a deleted line: what edits that only append never find
        return "\n".join(lines)

    def _type_at_the_first_message(self, laptop: Laptop, pick: int | str, how: int) -> None:
        def type_on() -> None:
            self.post.on_request = lambda: None
            with suppress(Trouble):
                self._edit(laptop, pick, how, looks=False)
            self.seen["typed in flight"] += 1

        self.post.on_request = type_on

    def _do(self, who: int, act: Callable[[Laptop], object], during: Any = None) -> None:
        laptop = self.laptops[who]
        self._act(laptop, act, during)

    def _act(self, laptop: Laptop, act: Callable[[Laptop], object], during: Any = None) -> None:
        is_killed = False
        try:
            with in_era(laptop.name in self.newer), during or nullcontext():
                act(laptop)
        except Trouble:
            pass  # not this worker's, finished, offline: what a screen says, and no fault
        except Killed:
            is_killed = True
        # Killed in a write that nobody waited for: the process is gone all the same.
        if is_killed or next_life(laptop).exists():
            self._killed(laptop)

    def _killed(self, laptop: Laptop) -> None:
        self.seen["kills"] += 1
        after = next_life(laptop)
        laptop.casebook._desk.store.close()
        if not after.exists():
            shutil.copytree(laptop.folder, after)
        laptop.folder, laptop.lives = after, laptop.lives + 1
        self._open(laptop)

    def _reopen(self, laptop: Laptop) -> None:
        laptop.casebook._desk.store.close()
        self._open(laptop)

    def _open(self, laptop: Laptop) -> None:
        laptop.wire.tokens.clear()
        laptop.shown.clear()
        with in_era(laptop.name in self.newer):
            clock = self.world.clock
            laptop.casebook = Casebook.open(laptop.folder, laptop.key, clock=clock, ids=self.world.ids)
            laptop.casebook.begin_epoch_above(*self.marks.get(laptop.name, (0, 0)))
            keep_mark(laptop, self.marks)

    def _open_server(self) -> None:
        world = self.world
        world.centre = open_centre(world.centre.settings, world.clock, world.ids)
        world.hub, world.office = Hub(world.centre), Administration(world.centre)
        for laptop in self.laptops:
            laptop.wire.hub = world.hub
            laptop.wire.tokens.clear()
        self.post.late.clear()

    def _forget_what_only_it_had(self, laptop: Laptop, had: Held, restore: Callable[[], object]) -> None:
        """A disk that is gone takes with it what had never left it: only those words are struck from the ledger.

        ``had`` is what it held. Where the server was put back, that may be the last copy of a colleague's words.
        """
        restore()
        self.world.ledger.put_back.add(laptop.name)
        self._open(laptop)
        there, held = read_council(self.world.centre, []), [read_device(one) for one in self.laptops]
        for word, (name, record_id) in list(self.world.ledger.words.items()):
            places = [there.texts.get(record_id, ""), *(one.texts.get(record_id, "") for one in held)]
            was_here = name == laptop.name or word in had.texts.get(record_id, "")
            if was_here and not any(word in place for place in places):
                del self.world.ledger.words[word]

    def _forget_what_only_the_server_had(self) -> None:
        there = read_council(self.world.centre, [])
        on_laptops = [read_device(laptop) for laptop in self.laptops]
        for word, (_name, record_id) in list(self.world.ledger.words.items()):
            places = [there.texts.get(record_id, ""), *(held.texts.get(record_id, "") for held in on_laptops)]
            if not any(word in place for place in places):
                del self.world.ledger.words[word]

    def _compare(self, laptop: Laptop) -> int:
        with in_era(laptop.name in self.newer):
            return laptop.agree()

    def _rest(self, rounds: int) -> None:
        for _ in range(rounds):
            moved = 0
            for laptop in self.laptops:
                before = laptop.casebook.waiting_count()
                with in_era(laptop.name in self.newer):
                    outcome = laptop.sync()
                moved += outcome.sent + outcome.received + outcome.held + before
            if not moved:
                return
