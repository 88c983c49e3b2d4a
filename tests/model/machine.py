"""The model: three laptops, two workers and a server do and suffer anything, and every word typed is accounted for.

The oracle is the set of unique tokens that anybody ever typed and that the casebook acknowledged: each must be found
whole on the server or on the laptop that said "saved", and unless somebody who saw it took it out by hand, on every
laptop that may see the record. ``tests/verify.py`` judges; this module only makes things happen.
"""

from __future__ import annotations

import shutil
from datetime import UTC, datetime

from hypothesis import assume
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from models.audience import AUDIENCES, EVERYONE_ON_RECORD
from models.casebook import Casebook
from models.query import Query
from sync.server.segments import Cutter
from tests.conftest import StillClock
from tests.laptops import DELIVER, Laptop
from tests.model.acting import Acting
from tests.model.beginning import CHILDREN, FIELDS, LAPTOPS
from tests.model.line import FATES, killed_at, next_life
from tests.verify import SERVER, breaches, read_device

ROLES = ("social_worker", "family_support", "iro", "team_manager", "advocate")
COPIES = 3
"""So many copies of each vault and of the server are kept in a run: enough to put the wrong one back."""

SHARED = ("planned_visit", "this_is_me")
"""What both workers may write in: one as prose, one as the child's exact words."""
AT_MOST = 3
"""What is many steps in one is done so often in a run, or it would leave room for little else."""

anyone = st.integers(0, 2)
number = st.integers(0, 10_000)
child = st.integers(0, 1)


class SyncModel(Acting, RuleBasedStateMachine):
    """Each rule is something a person, a laptop, a network or a server may do; none of them asserts anything itself."""

    @initialize(lot=st.integers(0, 2**32))
    def begin_anew(self, lot: int) -> None:
        """Every seed would else begin with the same run, the simplest there is."""
        assume(lot)
        self.set_out()

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

    @precondition(lambda self: self.seen["clashes"] < AT_MOST)
    @rule(who=anyone, what=st.sampled_from(SHARED), pick=number, hows=st.tuples(number, number, number))
    def clash(self, who: int, what: str, pick: int, hows: tuple[int, int, int]) -> None:
        """Two workers write in one record without knowing of each other, and both send it."""
        self.seen["clashes"] += 1
        one, other = self.laptops[who], self.laptops[(who + 1) % 3]
        for laptop in (one, other):
            self._act(laptop, lambda laptop: laptop.sync())
        shared = self._shared(one, what)
        for laptop, how in ((one, hows[0]), (other, hows[1]), (other, hows[2])):
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
        fates=st.lists(st.sampled_from((DELIVER, *FATES)), min_size=1, max_size=5),
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

    @rule(who=anyone, fate=st.sampled_from(FATES), statement=st.integers(1, 25))
    def sync_over_a_bad_line_again(self, who: int, fate: str, statement: int) -> None:
        self.sync_over_a_bad_line(who, [fate], statement, None)

    @rule(who=anyone)
    def sync_and_have_the_push_delayed(self, who: int) -> None:
        self.post.delays_pushes = True
        self._do(who, lambda laptop: laptop.sync())
        self.post.delays_pushes = False

    @precondition(lambda self: self.seen["met while typing"] < AT_MOST)
    @rule(who=anyone, what=st.sampled_from(SHARED), pick=number, hows=st.tuples(number, number))
    def type_while_a_page_is_on_its_way(self, who: int, what: str, pick: int, hows: tuple[int, int]) -> None:
        """The page brings another text of the record that is being written in."""
        self.seen["met while typing"] += 1
        other = (who + 1) % 3
        self.sync(other)
        shared = self._shared(self.laptops[other], what)
        if shared:
            record_id = shared[pick % len(shared)]
            self._do(other, lambda laptop: self._edit(laptop, record_id, hows[0]))
            self.sync(other)
            self._type_at_the_first_message(self.laptops[who], record_id, hows[1])
            self.sync(who)
            self.post.on_request = lambda: None

    @precondition(lambda self: self.seen["overtaken"] < AT_MOST)
    @rule(who=anyone, pick=number, how=number)
    def be_overtaken(self, who: int, pick: int, how: int) -> None:
        """A push sets out, another passes it on its way, and a third laptop has pulled before the first arrives."""
        self.seen["overtaken"] += 1
        first, second, third = who, (who + 1) % 3, (who + 2) % 3
        self.sync(first)
        self.edit_after_a_look(first, pick, how)
        self.sync_and_have_the_push_delayed(first)
        self.edit_after_a_look(second, pick + 1, how)
        self.sync(second)
        self.sync(third)
        if self.post.late:
            self.post.arrive(-1)
        self.sync(third)

    @rule(who=anyone)
    def compare(self, who: int) -> None:
        """As the app does it after a round that moved something."""
        self._do(who, self._compare)

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

    @rule()
    def cut_pieces(self) -> None:
        """Nobody asks the server anything: it makes pieces ready."""
        cutter = Cutter(self.world.centre)
        while cutter.cut_some():
            pass

    @precondition(lambda self: self.seen["filled again"] < AT_MOST)
    @rule(who=anyone, scope=child, picks=st.tuples(number, number), how=number)
    def fill_again_from_pieces_old_and_new(self, who: int, scope: int, picks: tuple[int, int], how: int) -> None:
        """Pieces are cut, texts move on, more are cut; then somebody loses the child, gets it back, and is filled."""
        self.seen["filled again"] += 1
        other = (who + 1) % 3
        self.cut_pieces()
        for pick in picks:
            self.edit_after_a_look(other, pick, how)
        self.sync(other)
        self.cut_pieces()
        name = LAPTOPS[self.laptops[who].name]
        self.revoke(name, scope)
        self.sync(who)
        self.grant(name, scope, "social_worker")
        self.sync(who)

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
        had = read_device(laptop)
        laptop.casebook._desk.store.close()
        (laptop.folder / "vault.db").write_bytes(b"\0" * 8192)
        for name in ("vault.db-wal", "vault.db-shm"):
            (laptop.folder / name).unlink(missing_ok=True)
        epoch = self.marks.get(laptop.name, (1, 0))[0]
        self._forget_what_only_it_had(
            laptop, had, lambda: Casebook.repair(laptop.folder, laptop.key, above_epoch=epoch)
        )
        self.seen["laptop restores"] += 1

    @rule(who=anyone, which=number)
    def put_back_an_older_copy(self, who: int, which: int) -> None:
        """Somebody puts an older copy of the vault back behind our back."""
        laptop = self.laptops[who]
        copies = self.backups.get(laptop.name, [])
        if not copies:
            self.back_up_laptop(who)
        else:
            had = read_device(laptop)
            laptop.casebook._desk.store.close()
            after = next_life(laptop)
            shutil.copytree(copies[which % len(copies)], after)
            laptop.folder, laptop.lives = after, laptop.lives + 1
            self._forget_what_only_it_had(laptop, had, lambda: None)
            self.seen["laptop restores"] += 1

    @precondition(lambda self: len(self.server_copies) < COPIES)
    @rule()
    def copy_the_server(self) -> None:
        copy = self.folder / f"server {next(self.words)}.db"
        self.world.centre.database.backup(copy)
        self.server_copies.append(copy)

    @rule(which=number)
    def put_the_server_back(self, which: int) -> None:
        if not self.server_copies:
            self.copy_the_server()
            return
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
        if self.is_set_out:
            try:
                self._end()
            finally:
                self.close()

    def _end(self) -> None:
        """A good line until nothing moves: then everything must be everywhere it belongs."""
        while self.post.late:
            self.post.arrive(0)
        self._rest(20)
        self.look()
        # As the app does it after a round that moved something: what an older copy brought back is found only so.
        # Nothing else may be: a difference that is found and mended here had been passed over by every round before.
        differed = sum(self._compare(laptop) for laptop in self.laptops)
        assert not differed or self.world.ledger.put_back, f"{differed} records were passed over"
        self._rest(20)
        found = breaches(self.laptops, self.world.centre, self.world.ledger, is_quiet=True)
        assert not found, "\n".join(found)


__all__ = ["SyncModel"]
