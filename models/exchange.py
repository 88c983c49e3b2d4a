"""Sync's side of the casebook: what is to be sent, taken in, settled and merged."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass

import msgspec

from models.campaign import Answer, Campaign
from models.changes import Changes
from models.identity import Directory, Identity
from models.language import Suggestion
from models.law.response_policy import ResponsePolicy
from models.leasing import Leasing
from models.status import Round
from models.store import (
    acts,
    agreement,
    answers,
    arrivals,
    filling,
    handing_over,
    meta,
    proofs,
    purge,
    timelines,
    versions,
    waiting,
    withdrawn,
)
from models.store.arrivals import Arrival, Receipt
from models.store.cleaning import Cleaning
from models.store.desk import Act, Desk
from models.store.filling import Pieces
from models.store.handing_over import UNSENDABLE
from models.store.proofs import KnownKey, Unproved, Verdict
from models.store.versions import UnknownAncestry
from models.store.withdrawn import HeldWord, Order
from models.version import Version

__all__ = [
    "UNSENDABLE",
    "Arrival",
    "Cursors",
    "Exchange",
    "HeldWord",
    "KnownKey",
    "News",
    "Order",
    "Pieces",
    "Receipt",
    "UnknownAncestry",
    "Unproved",
    "Verdict",
]

ROUNDS_KEPT = 20
BULK = 100
"""Rows from which on a page, or the receipts of a push, are written as many rows are."""

Cursors = tuple[int, int, dict[str, int]]
"""Main cursor, grant counter, and the scopes still being filled, each with how far."""


@dataclass(frozen=True, slots=True)
class News:
    """What a page says beside its rows: what must go, and what became of work held back."""

    orders: Sequence[Order] = ()
    held: Sequence[HeldWord] = ()


NO_NEWS = News()


class Exchange:
    """Used by the sync client alone. Every write is one commit, told by the same broadcast as a worker's own."""

    def __init__(self, desk: Desk, lease: Leasing) -> None:
        self._desk, self._lease = desk, lease
        self._may_remain = True
        self._stood: tuple[int, Cursors, bool] | None = None
        """How many writes there had been when it was last read where this laptop stands, and the answer."""
        self._asked_about: set[tuple[str, str]] = set()
        self.halves: dict[str, bytes] = {}
        """What a cut line left of pieces on their way, by their ids, so that the next round goes on at that byte."""

    @property
    def identity(self) -> Identity:
        """Who this laptop is to the server."""
        return self._desk.identity

    def signer_of(self, device_id: str) -> Identity:
        """Who signs and sends what was written under this device id: this laptop, or what it was before.

        Nothing the laptop was not is ever sent under another name: that falls to the laptop as it is now.
        """
        if device_id == self.identity.device_id:
            return self.identity
        return next((one for one in self.identities() if one.device_id == device_id), self.identity)

    def identities(self) -> tuple[Identity, ...]:
        """Who this laptop is, and who it was before it joined again."""
        return self.identity, *self._desk.read(meta.formers)

    def become(self, fresh: Identity) -> Future[Identity]:
        """Go on as another device of the same worker, in a new epoch. What was written before keeps its own name."""

        def act(it: Act) -> Identity:
            acts.cut_rested(it)
            epoch = max(fresh.device_epoch, self._desk.identity.device_epoch + 1)
            newer = msgspec.structs.replace(fresh, device_epoch=epoch)
            meta.become(it.connection, newer)
            # Told as a cut is, so that the mark beside the vault speaks of the laptop it is now.
            it.touched.op_no = versions.last_op_no(it.connection)
            self._desk.identity = newer
            return newer

        before = self._desk.identity
        future = self._desk.write(act)
        future.add_done_callback(lambda done: setattr(self._desk, "identity", before) if done.exception() else None)
        return future

    def cursors(self) -> Cursors:
        """Main cursor, grant counter, and the scopes still being filled."""
        return self._desk.read(arrivals.read_cursors)

    def standing(self) -> tuple[Cursors, bool]:
        """The cursors, and whether anything waits here: to be cut, merged, sent, given back or given up."""
        writes = self._desk.store.writes
        if self._stood is None or self._stood[0] != writes:
            found = self._desk.read(lambda it: (arrivals.read_cursors(it), waiting.has_any(it)))
            self._stood = writes, *found
        _, (main, grants, filling), waits = self._stood
        return (main, grants, dict(filling)), waits or self._may_remain

    def to_send(self, limit: int, under_way: Collection[str] = ()) -> list[Version]:
        """The next unsent versions in op order. What is being written must be cut first.

        ``under_way``: without these, which the server has answered and which are just being settled.
        """
        return self._desk.read(arrivals.to_send, limit, under_way)

    def left_behind(self) -> int:
        """How much of what is here the council does not have; while it is more than 0, nothing may be destroyed."""
        return self._desk.read(handing_over.left_behind)

    def unsent_count(self) -> int:
        """How many versions are cut and not yet acknowledged; what the server holds back is not among them."""
        return self._desk.read(arrivals.unsent_count)

    def cut_all(self) -> Future[list[Version]]:
        """Cut everything being written, so that it can be sent."""
        return self._desk.write(acts.cut_rested)

    def take(
        self,
        rows: Sequence[Arrival],
        *,
        cursor: int,
        grants: int,
        filling: Mapping[str, int],
        scopes: Mapping[str, str] | None = None,
        directory: Directory | None = None,
        campaigns: Sequence[Campaign] = (),
        advice: Sequence[Suggestion] | None = None,
        policy: ResponsePolicy | None = None,
        news: News = NO_NEWS,
    ) -> Future[set[str]]:
        """Take one pulled page in: rows and cursors in one commit. Returns the records that clash and want merging.

        ``scopes``, ``directory``, ``campaigns``, ``advice`` and ``policy`` come when the grants changed; scopes new to
        this laptop are then filled from 0. What must go is hidden in that same commit.
        """
        laid = arrivals.lay_out(rows)

        def act(it: Act) -> set[str]:
            fill = dict(filling)
            if scopes is not None:
                self._may_remain = True
                roles = meta.scopes(it.connection)
                # In another role other records of the scope may be read: those lie before the cursor, too.
                others = {scope for scope, role in scopes.items() if roles.get(scope, role) != role}
                me = it.pen.identity.worker.worker_id
                # A scope in which something was begun here while it was not granted holds rows and is new all the same.
                new = {
                    *withdrawn.show_scopes(it.connection, me, scopes, roles, it.touched),
                    *(scopes.keys() - roles.keys()),
                }
                main, _, already = arrivals.read_cursors(it.connection)
                if main:
                    fill |= {scope: already.get(scope, 0) for scope in new} | dict.fromkeys(others, 0)
                meta.put(it.connection, "scopes", msgspec.json.encode(dict(scopes)))
                meta.put(it.connection, "directory", msgspec.json.encode(directory or Directory()))
                answers.put_campaigns(it.connection, campaigns)
                meta.put_advice(it.connection, advice)
                meta.put_policy(it.connection, policy)
            clashes = _take_rows(it, laid)
            withdrawn.follow(it.connection, it.pen, news.orders, scopes or {}, it.touched)
            withdrawn.hear_of_held(it.connection, it.pen, news.held, it.touched)
            arrivals.write_cursors(it.connection, cursor, grants, fill)
            return clashes

        future = self._desk.write(act, is_sync=True, is_bulk=len(rows) >= BULK)
        if scopes is not None:
            told = Changes(scopes=frozenset(scopes), is_directory=True, is_sync=True)
            future.add_done_callback(lambda done: self._desk.tell(told) if done.exception() is None else None)
        return future

    def note_contact(self, server_at: str, lease_days: int = 0) -> None:
        """The council has just answered: old records stay open, or open again. Written down once an hour at most."""
        self._lease.note_contact(server_at, lease_days)

    def purge(self, must_stop: Callable[[], bool] = lambda: False) -> bool:
        """Take out what was hidden and handed over, and clean what held it. Returns whether anything moved.

        In portions, so that a save made meanwhile hardly waits; killed or stopped anywhere, the next call goes on.
        Raises Trouble where the disk does not let go of a file.
        """
        has_moved = False
        if not self._desk.read(withdrawn.has_work):
            return False
        while not must_stop() and self._desk.write(lambda it: purge.empty_some(it.connection, it.touched)).result():
            has_moved = True
        store = self._desk.store
        return Cleaning(store, store.path.parent / "backups", self._desk.clock, must_stop).run() or has_moved

    def remains(self) -> list[tuple[str, str]]:
        """Scope and record ("": the whole scope) of what lies hidden here without an order, and was not asked about.

        Looked for after an opening, and where a page or a comparison may have hidden something; else nothing is read.
        """
        if not self._may_remain:
            return []
        places = [place for place in self._desk.read(withdrawn.remains) if place not in self._asked_about]
        self._may_remain = bool(places)
        return places

    def take_orders(self, orders: Sequence[Order], asked: Collection[tuple[str, str]]) -> Future[None]:
        """Take the server's orders for what was ``asked`` about; what it orders nothing of stays hidden as it is."""
        self._asked_about.update(asked)
        return self._desk.write(
            lambda it: withdrawn.follow(it.connection, it.pen, orders, meta.scopes(it.connection), it.touched),
            is_sync=True,
        )

    def receipts_due(self) -> tuple[str, ...]:
        """The orders of which nothing is left here, and whose receipt the server does not have yet."""
        return tuple(one.order_id for one in self.leaving() if one.state == withdrawn.PURGED)

    def receipts_taken(self, order_ids: Collection[str]) -> Future[None]:
        """The server has the receipt of these orders."""
        return self._desk.write(lambda it: withdrawn.acknowledge(it.connection, order_ids))

    def leaving(self) -> list[withdrawn.Leaving]:
        """What this laptop is giving up, and how far it is."""
        return self._desk.read(withdrawn.leaving)

    def pieces(self) -> Pieces:
        """What is here of the scopes being filled."""
        return self._desk.read(filling.pieces)

    def take_pieces(
        self,
        rows: Sequence[Arrival],
        segments: Sequence[tuple[str, str]],
        covered: Mapping[str, Mapping[str, int]],
    ) -> Future[None]:
        """Take ready-made pieces (scope, id) in one commit, as a page is taken; never an older head over a newer.

        ``covered`` is what is whole with them.
        """

        laid = arrivals.lay_out(rows)

        def act(it: Act) -> None:
            _take_rows(it, laid)
            filling.note_taken(it.connection, segments, covered)

        return self._desk.write(act, is_sync=True, is_bulk=True)

    def forget_pieces(self) -> Future[None]:
        """Every scope is filled: which pieces it came in no longer matters."""
        self.halves.clear()
        return self._desk.write(lambda it: filling.forget_all(it.connection))

    def digests(self) -> tuple[int, dict[str, str]]:
        """How far this laptop has come in the server's line, and what it holds of each granted scope, as a digest."""
        return self._desk.read(agreement.here)

    def mend(self, scope_id: str, heads: Mapping[str, str]) -> Future[int]:
        """Hold a scope against the server's heads, and have what differs come again. Returns how many differ."""
        self._may_remain = True
        return self._desk.write(
            lambda it: agreement.mend(it.connection, it.pen, scope_id, heads, it.touched), is_sync=True
        )

    def was_put_back(self) -> bool:
        """Say whether this vault is an older copy that was not compared with the council's records since."""
        return self._desk.read(agreement.was_put_back)

    def note_compared(self) -> Future[None]:
        """It has been."""
        return self._desk.write(lambda it: agreement.note_put_back(it.connection, is_so=False))

    def settle(self, receipts: Iterable[Receipt]) -> Future[set[str]]:
        """Apply the server's receipts: only now is a version sent. Returns the records whose head is now another's."""
        receipts = tuple(receipts)

        def act(it: Act) -> set[str]:
            return arrivals.settle(it.connection, it.pen, receipts, it.touched)

        return self._desk.write(act, is_sync=True, is_bulk=len(receipts) >= BULK)

    def clashing(self) -> list[str]:
        """Records that stand on another version than the server's head."""
        return self._desk.read(arrivals.clashing)

    def merge(self, record_id: str, *, is_whole: bool = False) -> Future[bool]:
        """Merge a record's unsent work with the head. Raises UnknownAncestry when its history must be fetched first;

        ``is_whole`` says that it has been.
        """
        return self._desk.write(
            lambda it: arrivals.merge_record(it.connection, it.pen, record_id, it.touched, is_whole=is_whole),
            is_sync=True,
        )

    def branches(self) -> list[tuple[str, str]]:
        """Record and version of each branch that came and is not merged yet."""
        return self._desk.read(arrivals.branches)

    def merge_branch(self, record_id: str, version_id: str, *, is_whole: bool = False) -> Future[bool]:
        """Merge what the server keeps beside a record's head. Raises UnknownAncestry as :meth:`merge` does."""
        return self._desk.write(
            lambda it: arrivals.merge_branch(
                it.connection, it.pen, record_id, version_id, it.touched, is_whole=is_whole
            ),
            is_sync=True,
        )

    def keep_history(self, rows: Sequence[Arrival]) -> Future[None]:
        """Keep fetched versions of a record."""
        seqs = {row.version.version_id: row.seq for row in rows}
        kept = [row.version for row in rows]
        return self._desk.write(lambda it: versions.keep(it.connection, kept, seqs=seqs))

    def last_op_no(self) -> int:
        """The last op number this vault has given out."""
        return self._desk.read(versions.last_op_no)

    def unproved(self, after: int, limit: int) -> list[Unproved]:
        """The next heads nobody has looked at yet, after this row."""
        return self._desk.read(proofs.waiting, after, limit)

    def known_keys(self) -> dict[str, KnownKey]:
        """The keys of colleagues' laptops as first seen, by device id."""
        return self._desk.read(proofs.known_keys)

    def settle_proofs(
        self, verdicts: Sequence[Verdict], fresh: Sequence[KnownKey], changed: Sequence[tuple[str, str]]
    ) -> Future[None]:
        """Write down what a look at some heads has found, see :func:`models.store.proofs.settle`."""
        return self._desk.write(
            lambda it: proofs.settle(it.connection, it.pen, verdicts, fresh, changed, it.touched), is_sync=True
        )

    def answers_waiting(self) -> list[tuple[Answer, Campaign | None]]:
        """Anonymous answers that have not gone yet, each with its campaign; None for one the council asks no more."""
        return self._desk.read(answers.waiting)

    def forget_answer(self, answer_id: str) -> Future[None]:
        """Let go of an anonymous answer that has gone. Nothing is told, and nothing written down of it."""
        return self._desk.write(lambda it: answers.forget(it.connection, answer_id))

    def note_round(self, sent: int, received: int) -> Future[None]:
        """Write down a round that moved something; a round that moved nothing writes nothing."""
        last = [Round(self._desk.clock.now(), sent, received), *self._desk.read(meta.rounds)][:ROUNDS_KEPT]
        return self._desk.write(lambda it: meta.put_rounds(it.connection, last))

    def begin_timeline(self, timeline: str) -> Future[None]:
        """The server was restored from an older copy: ask for everything again, and offer it what it may lack.

        Nothing is deleted because "the server does not know it" (R17); the server recognises what it has.
        """

        def act(it: Act) -> None:
            self._asked_about.clear()
            identity = msgspec.structs.replace(self._desk.identity, timeline=timeline)
            timelines.forget_places(it.connection, it.pen)
            meta.put(it.connection, "identity", msgspec.json.encode(identity))
            self._desk.identity = identity

        return self._desk.write(act)

    def must_give_back(self) -> bool:
        """Say whether what colleagues wrote has still to be offered to a server that came back from an older copy."""
        return self._desk.read(timelines.must_give_back)

    def of_colleagues(self, after: str, limit: int) -> list[Version]:
        """What others wrote and is kept whole here, by id from ``after`` on."""
        return self._desk.read(timelines.of_colleagues, after, limit)

    def note_given_back(self) -> Future[None]:
        """Everything has been offered to this timeline."""
        return self._desk.write(lambda it: meta.put(it.connection, timelines.GIVE_BACK, b""))


def _take_rows(it: Act, laid: arrivals.Laid) -> set[str]:
    """Take rows in, whichever way they came. Returns the records that clash."""
    known = arrivals.insert_new(it.connection, laid, it.touched)
    withdrawn.welcome(it.connection, laid.heads, known, it.touched)
    erased = withdrawn.newly_erased(it.connection, laid.heads)
    clashes = arrivals.take(it.connection, it.pen, laid, known, it.touched)
    withdrawn.note_erased(it.connection, it.pen, erased)
    withdrawn.note_belonging(it.connection, it.pen, erased, it.touched)
    return clashes
