"""The model: three laptops, two workers and a server do and suffer anything, and every word typed is accounted for.

The oracle is the set of unique tokens that anybody ever typed and that the casebook acknowledged: each must be found
whole on the server or on the laptop that said "saved", and unless somebody who saw it took it out by hand, on every
laptop that may see the record. ``tests/verify.py`` judges; this module only makes things happen.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from contextlib import nullcontext, suppress
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from models.audience import AUDIENCES, EVERYONE_ON_RECORD
from models.casebook import Casebook
from models.entry import Entry
from models.errors import Trouble
from models.ids import Ids, new_uuid7
from models.query import Query
from sync.server.administration import Administration
from sync.server.centre import open_centre
from sync.server.hub import Hub
from sync.server.segments import Cutter
from tests.conftest import StillClock
from tests.laptops import DELIVER, Killed, Laptop, World
from tests.model.eras import in_era
from tests.model.line import FATES, LATE, ModelWire, Post, killed_at
from tests.verify import SERVER, breaches, read_council, read_device

PROSE = {"visit_note": "what_happened", "planned_visit": "purpose"}
EXACT = {"this_is_me": "helps_me", "own_words": "words"}
FIELDS = PROSE | EXACT
ROLES = ("social_worker", "family_support", "iro", "team_manager", "advocate")
CHILDREN = ("1001", "1002")
TAKE_OUT = 3
"""How an edit is told to delete a line: ``how % 4``."""
COPIES = 3
"""So many copies of each vault and of the server are kept in a run: enough to put the wrong one back."""

SEEN: Counter[str] = Counter()
"""What all runs of this process saw happen, so that a campaign in which nothing happened can fail."""

anyone = st.integers(0, 2)
number = st.integers(0, 10_000)
child = st.integers(0, 1)


class SyncModel(RuleBasedStateMachine):
    """Each rule is something a person, a laptop, a network or a server may do; none of them asserts anything itself."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="heard-model-"))
        made = count(1)
        clock = StillClock(datetime(2026, 11, 23, 10, 30, tzinfo=UTC))
        ids = Ids(lambda: new_uuid7(1_763_890_200_000 + (n := next(made)), n.to_bytes(10, "big")))
        self.world = World(self.folder, clock, ids)
        self.post = Post()
        self.words = count(1)
        self.backups: dict[str, list[Path]] = {}
        self.server_copies: list[Path] = []
        self.newer: set[str] = set()
        self.marks: dict[str, tuple[int, int]] = {}
        self.seen: Counter[str] = Counter()
        self.scopes = [self.world.child(code) for code in CHILDREN]
        both = {f"c{code}": "social_worker" for code in CHILDREN}
        for name, worker in (("amy", "amy"), ("home", "amy"), ("ben", "ben")):
            laptop = self.world.laptop(name, worker, **both)
            laptop.wire = ModelWire(self.world.hub, self.world.network, post=self.post)
            self._keep_mark(laptop)
        for type_name, field in FIELDS.items():
            self._act(self.laptops[0], lambda laptop, t=type_name, f=field: laptop.begin(
                t, self.scopes[0], **{f: "\n".join(self._word(laptop) for _ in range(4))}
            ))  # fmt: skip
        self._rest(4)

    @property
    def laptops(self) -> list[Laptop]:
        return self.world.laptops

    # ---- what people do ----

    @rule(who=anyone, which=st.sampled_from(sorted(FIELDS)), scope=child)
    def begin(self, who: int, which: str, scope: int) -> None:
        self._do(who, lambda laptop: laptop.begin(which, self.scopes[scope], **{FIELDS[which]: self._word(laptop)}))

    @rule(who=anyone, pick=number, how=number, looks=st.booleans())
    def edit(self, who: int, pick: int, how: int, looks: bool) -> None:
        self._do(who, lambda laptop: self._edit(laptop, pick, how, looks=looks))

    @rule(who=anyone, pick=number, how=number)
    def edit_what_is_shown(self, who: int, pick: int, how: int) -> None:
        self._do(who, lambda laptop: self._edit(laptop, pick, how, looks=False))

    @rule(who=anyone, pick=number, how=number)
    def edit_after_a_look(self, who: int, pick: int, how: int) -> None:
        self._do(who, lambda laptop: self._edit(laptop, pick, how, looks=True))

    @rule(who=anyone, pick=number, hows=st.tuples(number, number, number))
    def clash(self, who: int, pick: int, hows: tuple[int, int, int]) -> None:
        """Two workers write in one record without knowing of each other, one of them takes a line out; both send it."""
        one, other = self.laptops[who], self.laptops[(who + 1) % 3]
        for laptop in (one, other):
            self._act(laptop, lambda laptop: laptop.sync())
        shared = [each.record_id for each in self._records(one) if each.type == "planned_visit"]
        for laptop, how in ((one, hows[0]), (other, hows[1]), (other, hows[2] * 4 + TAKE_OUT)):
            if shared:
                self._act(laptop, lambda laptop, how=how: self._edit(laptop, shared[pick % len(shared)], how))
        for laptop in (one, other, one):
            self._act(laptop, lambda laptop: laptop.sync())

    @rule(who=anyone)
    def cut(self, who: int) -> None:
        self._do(who, lambda laptop: laptop.casebook.cut_all().result())

    @rule(who=anyone, pick=number)
    def delete_or_bring_back(self, who: int, pick: int) -> None:
        def act(laptop: Laptop) -> None:
            entry = self._pick(laptop, pick, is_deleted=pick % 3 == 0)
            if entry is not None:
                book = laptop.casebook
                (book.bring_back if entry.is_deleted else book.delete)(entry.record_id).result()
                self.seen["deletes"] += 1

        self._do(who, act)

    @rule(who=anyone, pick=number)
    def finish(self, who: int, pick: int) -> None:
        def act(laptop: Laptop) -> None:
            words = [one for one in self._records(laptop) if one.type == "own_words"]
            if words:
                entry = words[pick % len(words)]
                laptop.edit(entry.record_id, said_on="2026-11-23")
                laptop.casebook.finish(entry.record_id).result()

        self._do(who, act)

    @rule(who=anyone, pick=number, how=st.integers(0, 2))
    def settle_a_choice(self, who: int, pick: int, how: int) -> None:
        def act(laptop: Laptop) -> None:
            torn = laptop.casebook.select(Query(has_open_choices=True))
            if torn:
                entry = torn[pick % len(torn)]
                choice = entry.open_choices[pick % len(entry.open_choices)]
                stands = entry.body.get(choice.field)
                text = (choice.value, stands, f"{stands or ''}\n{choice.value or ''}")[how]
                laptop.choose(entry.record_id, choice, text)
                self.seen["chosen"] += 1

        self._do(who, act)

    @rule(who=anyone, pick=number, wish=st.sampled_from(AUDIENCES))
    def change_audience(self, who: int, pick: int, wish: str) -> None:
        def act(laptop: Laptop) -> None:
            entry = self._pick(laptop, pick)
            if entry is not None:
                laptop.casebook.set_audience(entry.record_id, wish, ("school",)).result()
                self.seen["narrowed" if wish != EVERYONE_ON_RECORD else "widened"] += 1

        self._do(who, act)

    @rule(who=anyone, years=st.sampled_from((-10, -1, 0, 10)), second=st.integers(0, 59))
    def jump_clock(self, who: int, years: int, second: int) -> None:
        moment = datetime(2026 + years, 11, 23, 10, 30, second, tzinfo=UTC)
        self.laptops[who].casebook._desk.clock = StillClock(moment)
        self.seen["clock jumps"] += 1

    @rule(who=anyone)
    def update_heard(self, who: int) -> None:
        """This laptop gets the next Heard, whose visit notes know one thing more."""
        laptop = self.laptops[who]
        if laptop.name not in self.newer:
            self.newer.add(laptop.name)
            self._reopen(laptop)
            self.seen["updates"] += 1

    # ---- sync, and what becomes of it ----

    @rule(who=anyone)
    def sync(self, who: int) -> None:
        self._do(who, lambda laptop: laptop.sync())

    @rule(who=anyone)
    def sync_again(self, who: int) -> None:
        self._do(who, lambda laptop: laptop.sync())

    @rule(
        who=anyone,
        fates=st.lists(st.sampled_from((DELIVER, DELIVER, *FATES)), min_size=1, max_size=4),
        statement=st.integers(1, 25),
        types_on=st.one_of(st.none(), st.tuples(number, number)),
    )
    def sync_over_a_bad_line(
        self, who: int, fates: list[str], statement: int, types_on: tuple[int, int] | None
    ) -> None:
        self.post.fates, self.post.statement = list(fates), statement

        def act(laptop: Laptop) -> None:
            if types_on is not None:
                self._type_at_the_first_message(laptop, *types_on)
            laptop.sync()

        self._do(who, act)
        self.post.fates, self.post.on_request = [], lambda: None

    @rule(who=anyone)
    def sync_and_have_the_push_delayed(self, who: int) -> None:
        self.post.delays_pushes = True
        self._do(who, lambda laptop: laptop.sync())
        self.post.delays_pushes = False

    @rule(who=anyone, picks=st.tuples(number, number), hows=st.tuples(number, number))
    def a_push_is_overtaken(self, who: int, picks: tuple[int, int], hows: tuple[int, int]) -> None:
        """What left first arrives last: a colleague has sent theirs meanwhile, and everybody has read past it."""
        slow, quick = self.laptops[who], self.laptops[(who + 1) % 3]
        for laptop, pick, how in zip((slow, quick), picks, hows, strict=True):
            self._act(laptop, lambda laptop, pick=pick, how=how: self._edit(laptop, pick, how))
        self.sync_and_have_the_push_delayed(who)
        for laptop in (quick, self.laptops[(who + 2) % 3]):
            self._act(laptop, lambda laptop: laptop.sync())
        while self.post.late:
            self.post.arrive(0)

    @rule(who=anyone, statement=st.integers(1, 60))
    def sync_and_be_killed(self, who: int, statement: int) -> None:
        laptop = self.laptops[who]
        self._do(who, lambda laptop: laptop.sync(), during=killed_at(laptop, statement))

    @rule(who=anyone, pick=number, how=number, statement=st.integers(1, 12))
    def type_and_be_killed(self, who: int, pick: int, how: int, statement: int) -> None:
        laptop = self.laptops[who]
        self._do(who, lambda laptop: self._edit(laptop, pick, how, looks=True), during=killed_at(laptop, statement))

    @rule(who=anyone)
    def kill(self, who: int) -> None:
        self._killed(self.laptops[who])

    @precondition(lambda self: self.post.late)
    @rule(which=number)
    def a_late_message_arrives(self, which: int) -> None:
        self.post.arrive(which)

    # ---- who may what ----

    @rule(who=st.sampled_from(("amy", "ben")), scope=child)
    def revoke(self, who: str, scope: int) -> None:
        if self.world.office.unassign(who, CHILDREN[scope]):
            self.seen["revocations"] += 1

    @rule(who=st.sampled_from(("amy", "ben")), scope=child, role=st.sampled_from(ROLES))
    def grant(self, who: str, scope: int, role: str) -> None:
        if self.world.office.assign(who, CHILDREN[scope], role):
            self.seen["grants"] += 1

    @rule(who=st.sampled_from(("amy", "ben")), scope=child, editor=anyone, pick=number, how=number)
    def leave_and_come_back(self, who: str, scope: int, editor: int, pick: int, how: int) -> None:
        """Whoever comes back is given ready-made pieces: some cut long ago, some since the last change."""
        mine = [laptop for laptop in self.laptops if laptop.casebook.me.worker.display_name.lower() == who]
        self.revoke(who, scope)
        for laptop in mine:
            self._act(laptop, lambda laptop: laptop.sync())
        self._cut_pieces()
        self._do(editor, lambda laptop: self._edit(laptop, pick, how))
        self._do(editor, lambda laptop: laptop.sync())
        self._cut_pieces()
        self.grant(who, scope, "social_worker")
        for laptop in mine:
            self._act(laptop, lambda laptop: laptop.sync())

    def _cut_pieces(self) -> None:
        """The server cuts ready-made pieces in its idle time."""
        cutter = Cutter(self.world.centre)
        while cutter.cut_some():
            pass
        self.seen["pieces cut"] += 1

    # ---- copies put back ----

    @rule(who=anyone)
    def back_up_laptop(self, who: int) -> None:
        laptop = self.laptops[who]
        if len(self.backups.get(laptop.name, [])) == COPIES:
            return
        copy = self.folder / f"copy {laptop.name} {next(self.words)}"
        laptop.casebook.back_up()
        shutil.copytree(laptop.folder, copy)
        self.backups.setdefault(laptop.name, []).append(copy)

    @rule(who=anyone)
    def repair_laptop(self, who: int) -> None:
        """The vault is damaged beyond reading: the newest backup takes its place, as the app does it."""
        laptop = self.laptops[who]
        if not list((laptop.folder / "backups").glob("heard-*.db")):
            return
        laptop.casebook._desk.store.close()
        (laptop.folder / "vault.db").write_bytes(b"\0" * 8192)
        for name in ("vault.db-wal", "vault.db-shm"):
            (laptop.folder / name).unlink(missing_ok=True)
        epoch = self.marks.get(laptop.name, (1, 0))[0]
        self._forget_what_only_it_had(laptop, lambda: Casebook.repair(laptop.folder, laptop.key, above_epoch=epoch))
        self.seen["laptop restores"] += 1

    @rule(who=anyone, which=number)
    def put_back_an_older_copy(self, who: int, which: int) -> None:
        """Somebody puts an older copy of the vault back behind our back."""
        laptop = self.laptops[who]
        copies = self.backups.get(laptop.name, [])
        if copies:
            laptop.casebook._desk.store.close()
            after = laptop.folder.with_name(f"{laptop.name} life {laptop.lives + 1}")
            shutil.copytree(copies[which % len(copies)], after)
            laptop.folder, laptop.lives = after, laptop.lives + 1
            self._forget_what_only_it_had(laptop, lambda: None)
            self.seen["laptop restores"] += 1

    @precondition(lambda self: len(self.server_copies) < COPIES)
    @rule()
    def copy_the_server(self) -> None:
        copy = self.folder / f"server {next(self.words)}.db"
        self.world.centre.database.backup(copy)
        self.server_copies.append(copy)

    @precondition(lambda self: self.server_copies)
    @rule(which=number)
    def put_the_server_back(self, which: int) -> None:
        world = self.world
        world.centre.keep_head()
        world.centre.close()
        path = world.centre.settings.database_path
        for name in (f"{path.name}-wal", f"{path.name}-shm"):
            path.with_name(name).unlink(missing_ok=True)
        shutil.copy(self.server_copies[which % len(self.server_copies)], path)
        self.world.ledger.put_back.add(SERVER)
        self._open_server()
        self._forget_what_only_the_server_had()
        self.seen["server restores"] += 1

    # ---- judging ----

    @rule()
    def look(self) -> None:
        found = breaches(self.laptops, self.world.centre, self.world.ledger)
        assert not found, "\n".join(found)

    def teardown(self) -> None:
        try:
            self._end()
        finally:
            self._count()
            self.world.close()
            shutil.rmtree(self.folder, ignore_errors=True)

    def _end(self) -> None:
        """A good line until nothing moves: then everything must be everywhere it belongs."""
        while self.post.late:
            self.post.arrive(0)
        self._rest(20)
        # As the app does it after a round that moved something: what an older copy brought back is found only so.
        # Nothing else may be: a difference that is found and mended here had been passed over by every round before.
        differed = 0
        for laptop in self.laptops:
            with in_era(laptop.name in self.newer):
                differed += laptop.agree()
        assert not differed or self.world.ledger.put_back, f"{differed} records were passed over"
        self._rest(20)
        found = breaches(self.laptops, self.world.centre, self.world.ledger, is_quiet=True)
        assert not found, "\n".join(found)

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

    # ---- how things are done ----

    def _word(self, laptop: Laptop) -> str:
        return f"{laptop.name}~{next(self.words)}~"

    def _records(self, laptop: Laptop, *, is_deleted: bool = False) -> list[Entry]:
        return laptop.casebook.select(Query(types=tuple(FIELDS), is_deleted=is_deleted))

    def _pick(self, laptop: Laptop, pick: int, *, is_deleted: bool = False) -> Entry | None:
        found = self._records(laptop, is_deleted=is_deleted)
        return found[pick % len(found)] if found else None

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

    def _type_at_the_first_message(self, laptop: Laptop, pick: int, how: int) -> None:
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
        try:
            with in_era(laptop.name in self.newer), during or nullcontext():
                act(laptop)
        except Trouble:
            pass  # not this worker's, finished, offline: what a screen says, and no fault
        except Killed:
            self._killed(laptop)

    def _killed(self, laptop: Laptop) -> None:
        self.seen["kills"] += 1
        after = laptop.folder.with_name(f"{laptop.name} life {laptop.lives + 1}")
        laptop.casebook._desk.store.close()
        if not after.exists():
            shutil.copytree(laptop.folder, after)
        laptop.folder, laptop.lives = after, laptop.lives + 1
        self._open(laptop)

    def _reopen(self, laptop: Laptop) -> None:
        laptop.casebook._desk.store.close()
        self._open(laptop)

    def _open(self, laptop: Laptop) -> None:
        laptop.wire.token = ""
        laptop.shown.clear()
        with in_era(laptop.name in self.newer):
            clock = self.world.clock
            laptop.casebook = Casebook.open(laptop.folder, laptop.key, clock=clock, ids=self.world.ids)
            laptop.casebook.begin_epoch_above(*self.marks.get(laptop.name, (0, 0)))
            self._keep_mark(laptop)

    def _keep_mark(self, laptop: Laptop) -> None:
        """As the app does it: the highest op number given out is kept outside the vault, after each cut."""

        def keep(op_no: int) -> None:
            mark = (laptop.casebook.me.device_epoch, op_no)
            self.marks[laptop.name] = max(self.marks.get(laptop.name, (0, 0)), mark)

        laptop.casebook.on_cut(keep)

    def _open_server(self) -> None:
        world = self.world
        world.centre = open_centre(world.centre.settings, world.clock, world.ids)
        world.hub, world.office = Hub(world.centre), Administration(world.centre)
        for laptop in self.laptops:
            laptop.wire.hub, laptop.wire.token = world.hub, ""
        self.post.late.clear()

    def _forget_what_only_it_had(self, laptop: Laptop, restore: Callable[[], object]) -> None:
        """A disk that is gone takes with it what had never left it: only those words are struck from the ledger."""
        restore()
        self.world.ledger.put_back.add(laptop.name)
        self._open(laptop)
        held, there = read_device(laptop), read_council(self.world.centre, [])
        for word, (name, record_id) in list(self.world.ledger.words.items()):
            places = (there.texts.get(record_id, ""), held.texts.get(record_id, ""))
            if name == laptop.name and not any(word in place for place in places):
                del self.world.ledger.words[word]

    def _forget_what_only_the_server_had(self) -> None:
        there = read_council(self.world.centre, [])
        on_laptops = [read_device(laptop) for laptop in self.laptops]
        for word, (_name, record_id) in list(self.world.ledger.words.items()):
            places = [there.texts.get(record_id, ""), *(held.texts.get(record_id, "") for held in on_laptops)]
            if not any(word in place for place in places):
                del self.world.ledger.words[word]

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


__all__ = ["SEEN", "SyncModel"]
