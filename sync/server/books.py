"""What one push reads and writes: loaded in a few queries, changed in memory, written at the end in a few more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from sqlalchemy import Connection, Table, bindparam, delete, select, update

from models.audience import PROTECTED
from models.ids import is_id
from models.version import Version
from sync.server import policy
from sync.server.audit import Entry, seal_of
from sync.server.belonging import belongs_to
from sync.server.callers import granted_scopes
from sync.server.centre import Centre
from sync.server.heads import heads_moved
from sync.server.incoming import Sent, prepare
from sync.server.judging import Change, RecordState, Sender
from sync.server.outgoing import MAX_RAW_BYTES, RawRow, join_version
from sync.server.tables import batch, device, erasure, held_back, loose_branch, op, version
from sync.server.tables import record as record_table
from sync.server.turns import lock_scopes

_AT_ONCE = 500
LARGEST_NUMBER = (1 << 53) - 1
_SHOWN = 64
Key = TypeVar("Key", int, str)

OpKey = tuple[int, int]
"""Device epoch and op number."""


@dataclass
class Stored:
    """A version the council has. ``seq`` is 0 until this transaction has taken its number."""

    record_id: str
    outcome: str
    envelope_hash: str
    seq: int = 0


@dataclass(frozen=True)
class Held:
    """A version that goes to the held-back box, and why."""

    sent: Sent
    code: str
    reason: str

    def content(self) -> bytes:
        """What is kept of it: all of it; of what was erased by law, who sent what and when, and not a word."""
        return prepare(self.sent.version.without_text()).content() if self.code == "erased" else self.sent.content()


@dataclass(frozen=True)
class HeldBefore:
    """What is in the held-back box already: the reason by code, and in words."""

    code: str
    reason: str


class Books:
    """The council's rows that one batch touches. Made by :meth:`load`, inside the write transaction."""

    def __init__(self, centre: Centre, connection: Connection, sender: Sender) -> None:
        self._centre = centre
        self._connection = connection
        self._sender = sender
        self._appended: list[tuple[Sent, str]] = []
        self._newly_held: list[Held] = []
        self._claimed: list[Held] = []
        self._begun: set[str] = set()
        self._moved: set[str] = set()
        self._before: dict[str, RecordState] = {}
        self._new_ops: dict[OpKey, str] = {}
        self._fork: OpKey | None = None
        self.stored: dict[str, Stored] = {}
        self._released: list[str] = []
        self.held: dict[str, HeldBefore] = {}
        self.records: dict[str, RecordState] = {}
        self.roles: dict[str, str] = {}
        self.erased: set[str] = set()
        self._ops: dict[OpKey, str] = {}

    # -- reading

    @classmethod
    def load(cls, centre: Centre, connection: Connection, sender: Sender, sent: Sequence[Sent]) -> Books:
        """Read all that judging these versions needs."""
        books = cls(centre, connection, sender)
        lock_scopes(connection, centre.council_id, {one.version.scope_id for one in sent})
        books._load_records(one.version.record_id for one in sent if is_id(one.version.record_id))
        ids = {one.version.version_id for one in sent if is_id(one.version.version_id)}
        ids.update(parent for one in sent if one.fault is None for parent in one.version.parents)
        books._load_versions(ids)
        books._load_erased([one.version for one in sent])
        books._load_held(one.content_hash for one in sent)
        books._load_ops([key for one in sent if (key := books._op_key(one.version))])
        scopes = {one.version.scope_id for one in sent if is_id(one.version.scope_id)} | {
            one.scope_id for one in books.records.values()
        }
        for some in _pieces(scopes):
            books.roles |= granted_scopes(centre, connection, sender.worker_id, some)
        return books

    def _load_versions(self, ids: Iterable[str]) -> None:
        columns = select(version.c.version_id, version.c.record_id, version.c.outcome, version.c.envelope_hash)
        query = columns.add_columns(version.c.seq).where(version.c.council_id == self._centre.council_id)
        for some in _pieces(ids):
            for row in self._connection.execute(query.where(version.c.version_id.in_(some))):
                self.stored[row.version_id] = Stored(row.record_id, row.outcome, row.envelope_hash, row.seq)

    def _load_erased(self, sent: Sequence[Version]) -> None:
        """A record stays erased also where it is not here any more, or not yet again; so does what belongs to it."""
        ids = {one.record_id for one in sent if is_id(one.record_id)}
        within = {one.record_id: outer for one in sent if is_id(outer := belongs_to(one))}
        query = select(erasure.c.record_id).where(
            erasure.c.council_id == self._centre.council_id, erasure.c.agreed_at.is_not(None)
        )
        found: set[str] = set()
        for some in _pieces(ids | set(within.values())):
            found.update(self._connection.execute(query.where(erasure.c.record_id.in_(some))).scalars())
        self.erased.update(found & ids, (one for one, outer in within.items() if outer in found))

    def _load_held(self, hashes: Iterable[str]) -> None:
        query = select(held_back.c.content_hash, held_back.c.reason, held_back.c.reason_code).where(
            held_back.c.council_id == self._centre.council_id
        )
        for some in _pieces(hashes):
            for row in self._connection.execute(query.where(held_back.c.content_hash.in_(some))):
                self.held[row.content_hash] = HeldBefore(row.reason_code, row.reason)

    def _load_records(self, ids: Iterable[str]) -> None:
        mine = select(record_table).where(record_table.c.council_id == self._centre.council_id)
        query = mine.order_by(record_table.c.record_id).with_for_update(key_share=True)
        for some in _pieces(ids):
            for row in self._connection.execute(query.where(record_table.c.record_id.in_(some))):
                self.records[row.record_id] = RecordState(
                    **{name: getattr(row, name) for name in RecordState.__dataclass_fields__}
                )

    def _load_ops(self, keys: Sequence[OpKey]) -> None:
        query = select(op.c.op_no, op.c.version_id).where(
            op.c.council_id == self._centre.council_id, op.c.device_id == self._sender.device_id
        )
        for epoch in {epoch for epoch, _ in keys}:
            for some in _pieces(number for of_epoch, number in keys if of_epoch == epoch):
                of_these = query.where(op.c.device_epoch == epoch, op.c.op_no.in_(some))
                self._ops |= {(epoch, row.op_no): row.version_id for row in self._connection.execute(of_these)}

    def _op_key(self, version_in: Version) -> OpKey | None:
        """The place of a version in its sender's own count; None if it counts in another's, or is no count."""
        numbers = (version_in.device_epoch, version_in.op_no)
        countable = all(0 <= number <= LARGEST_NUMBER for number in numbers) and is_id(version_in.version_id)
        return numbers if countable and version_in.device_id == self._sender.device_id else None

    def notice_fork(self, version_in: Version) -> None:
        """Note it where this op number came before with another version: from a copied or a put-back laptop.

        What both wrote is kept all the same, each where it belongs: nothing is merged, and nothing is dropped.
        """
        key = self._op_key(version_in)
        if key is not None and self._ops.get(key, version_in.version_id) != version_in.version_id:
            self._fork = self._fork or key

    # -- changing, in memory

    @property
    def has_news(self) -> bool:
        """Whether anything came that was not here before."""
        return bool(self._appended or self._newly_held or self._claimed)

    def append(self, sent: Sent, outcome: str, after: RecordState | None) -> None:
        """Note a version to keep; ``after`` is the record with it as its head, None for a branch."""
        came = sent.version
        self._appended.append((sent, outcome))
        self.stored[came.version_id] = Stored(came.record_id, outcome, sent.envelope_hash)
        if after is not None:
            if came.record_id not in self.records:
                self._begun.add(came.record_id)
            else:
                self._before.setdefault(came.record_id, self.records[came.record_id])
            self._moved.add(came.record_id)
            self.records[came.record_id] = after
        self._note_op(came)

    def release(self, content_hash: str) -> None:
        """Note that what lay in the held-back box has been appended: it came again, from the laptop that wrote it."""
        self._released.append(content_hash)

    def hold(self, held: Held) -> None:
        """Note a version for the held-back box."""
        self._newly_held.append(held)
        self.held[held.sent.content_hash] = HeldBefore(held.code, held.reason)
        self._note_op(held.sent.version)

    def claim(self, held: Held) -> None:
        """Note that what lay in the held-back box has come from the laptop that wrote it, and waits for its own reason.

        A colleague's laptop gave it back before: as theirs it could never be appended, by nobody.
        """
        self._claimed.append(held)
        self.held[held.sent.content_hash] = HeldBefore(held.code, held.reason)
        self._note_op(held.sent.version)

    def _note_op(self, came: Version) -> None:
        key = self._op_key(came)
        if key is not None and key not in self._ops:
            self._ops[key] = self._new_ops[key] = came.version_id

    # -- writing

    def write(self, signature: bytes, hashes: Sequence[str]) -> None:
        """Write what was noted. ``hashes`` are the envelope hashes the signature covers, in order."""
        if not self.has_news:
            return
        centre, now = self._centre, self._centre.clock.stamp()
        batch_id = centre.ids.new()
        self._insert(
            batch,
            [
                {
                    "batch_id": batch_id,
                    "device_id": self._sender.device_id,
                    "signature": signature,
                    "envelope_hashes": "\n".join(hashes),
                    "received_at": now,
                }
            ],
        )
        self._insert(held_back, [self._held_row(held, batch_id, now) for held in self._newly_held])
        for held in self._claimed:
            self._mark_claimed(held, batch_id)
        for content_hash in self._released:
            self._mark_admitted(content_hash, now)
        self._write_ops()
        self._write_appended(batch_id, now, self._entries() + self._flag_fork(now))

    def _write_ops(self) -> None:
        device_id = self._sender.device_id
        self._insert(
            op,
            [
                {"device_id": device_id, "device_epoch": epoch, "op_no": number, "version_id": version_id}
                for (epoch, number), version_id in self._new_ops.items()
            ],
        )

    def write_admitted(
        self, batch_id: str, content_hash: str, manager_id: str = "", words: str = "", **more: str
    ) -> None:
        """Write one version that had been held back, under the batch whose signature it came with.

        ``manager_id`` is who decided it, with ``words`` for the worker; "" where what it waited for has come. ``more``
        is what else the audit should say.
        """
        now = self._centre.clock.stamp()
        detail = {"content": content_hash, **more}
        self._write_ops()
        by = (manager_id, "") if manager_id else (self._sender.worker_id, self._sender.device_id)
        self._write_appended(batch_id, now, [Entry("admitted", *by, detail)])
        self._mark_admitted(content_hash, now, manager_id, words)

    def _mark_admitted(self, content_hash: str, now: str, manager_id: str = "", words: str = "") -> None:
        mine = (held_back.c.council_id == self._centre.council_id, held_back.c.content_hash == content_hash)
        decided = {"state": "admitted", "decided_at": now, "decided_by": manager_id or None, "words": words or None}
        self._connection.execute(update(held_back).where(*mine).values(decided))

    def _mark_claimed(self, held: Held, batch_id: str) -> None:
        mine = (held_back.c.council_id == self._centre.council_id, held_back.c.content_hash == held.sent.content_hash)
        sender = {"worker_id": self._sender.worker_id, "device_id": self._sender.device_id, "batch_id": batch_id}
        why = {"reason_code": held.code, "reason": held.reason, "state": "waiting", "content": held.content()}
        undecided = {"decided_at": None, "decided_by": None, "words": None}
        self._connection.execute(update(held_back).where(*mine).values(**sender, **why, **undecided))

    def _write_appended(self, batch_id: str, now: str, entries: list[Entry]) -> None:
        lines = [(one.version.version_id, outcome, one.envelope_hash) for one, outcome in self._appended]

        def sealed(first: int) -> list[Entry]:
            if not lines:
                return entries
            what, *rest = entries
            place = {"first": first, "versions": len(lines), "batch": batch_id, "seal": seal_of(lines)}
            return [replace(what, detail={**what.detail, **place}), *rest]

        first = self._centre.ledger.close(self._connection, now, sealed, seqs=len(lines))
        for seq, (sent, _) in enumerate(self._appended, start=first):
            self.stored[sent.version.version_id].seq = seq
        self._write_records()
        moved = {one: None if one in self._begun else self._before[one] for one in sorted(self._moved)}
        heads_moved(self._centre, self._connection, [(moved[one], self.records[one]) for one in moved])
        self._insert(version, [self._version_row(sent, outcome, batch_id, now) for sent, outcome in self._appended])
        self._write_loose_branches()

    def _write_loose_branches(self) -> None:
        """Remember what lies beside a head and is in no later version yet."""
        merged = {parent for sent, _ in self._appended for parent in sent.version.parents}
        for some in _pieces(merged):
            mine = (loose_branch.c.council_id == self._centre.council_id, loose_branch.c.version_id.in_(some))
            self._connection.execute(delete(loose_branch).where(*mine))
        loose = [sent.version for sent, outcome in self._appended if outcome == "branch"]
        self._insert(
            loose_branch,
            [
                {
                    "version_id": one.version_id,
                    "record_id": one.record_id,
                    "scope_id": one.scope_id,
                    "audience": one.audience,
                    "seq": self.stored[one.version_id].seq,
                }
                for one in loose
                if one.version_id not in merged
            ],
        )

    def changes(self) -> list[Change]:
        """The records whose head moved, as they stood before this batch and as they stand after it."""
        return [Change(before, self.records[record_id]) for record_id, before in sorted(self._before.items())]

    def touched(self) -> list[str]:
        """The records that got a version in this batch."""
        return sorted({sent.version.record_id for sent, _ in self._appended})

    def look_again(self, record_ids: Iterable[str]) -> None:
        """Read these records anew, after something else has changed them in this transaction."""
        self._load_records(record_ids)

    def _entries(self) -> list[Entry]:
        """One audit row for the batch and one for each version held back."""
        by = (self._sender.worker_id, self._sender.device_id)
        entries = [Entry("push", *by)] if self._appended else []
        for held in (*self._newly_held, *self._claimed):
            entries.append(Entry("held", *by, {"reason": held.code, "content": held.sent.content_hash}))
        entries += [Entry("released", *by, {"content": content_hash}) for content_hash in self._released]
        return entries

    def _held_row(self, held: Held, batch_id: str, now: str) -> dict[str, object]:
        came = held.sent.version
        return {
            "held_id": self._centre.ids.new(),
            "content_hash": held.sent.content_hash,
            "version_id": shown(came.version_id),
            "record_id": shown(came.record_id),
            "scope_id": shown(came.scope_id),
            "worker_id": self._sender.worker_id,
            "device_id": self._sender.device_id,
            "batch_id": batch_id,
            "reason_code": held.code,
            "reason": held.reason,
            "state": "waiting",
            "received_at": now,
            "content": held.content(),
        }

    def _version_row(self, sent: Sent, outcome: str, batch_id: str, now: str) -> dict[str, object]:
        came = sent.version
        return {
            "version_id": came.version_id,
            "record_id": came.record_id,
            "seq": self.stored[came.version_id].seq,
            "author_id": came.author_id,
            "audience": came.audience,
            "outcome": outcome,
            "envelope_hash": sent.envelope_hash,
            "batch_id": batch_id,
            "received_at": now,
            "envelope": sent.envelope,
            "body": sent.body,
        }

    def _write_records(self) -> None:
        states = [self.records[record_id] for record_id in sorted(self._moved)]
        rows = [
            {
                **{name: getattr(state, name) for name in RecordState.__dataclass_fields__},
                "head_seq": self.stored[state.head_version_id].seq,
            }
            for state in states
        ]
        self._insert(record_table, [row for row in rows if row["record_id"] in self._begun])
        moved = [row for row in rows if row["record_id"] not in self._begun]
        if moved:
            names = ("head_version_id", "head_seq", "audience", "is_finished", "is_deleted", "is_erased")
            self._connection.execute(
                update(record_table)
                .where(
                    record_table.c.council_id == self._centre.council_id,
                    record_table.c.record_id == bindparam("this_record"),
                )
                .values({name: bindparam(f"new_{name}") for name in names}),
                [{"this_record": row["record_id"], **{f"new_{name}": row[name] for name in names}} for row in moved],
            )

    def _flag_fork(self, now: str) -> list[Entry]:
        """Write down that a laptop has forked, the first time; return what the audit should say."""
        if self._fork is None:
            return []
        flagged = self._connection.execute(
            update(device)
            .where(
                device.c.council_id == self._centre.council_id,
                device.c.device_id == self._sender.device_id,
                device.c.forked_at.is_(None),
            )
            .values(forked_at=now)
        )
        detail = {"epoch": self._fork[0], "op": self._fork[1]}
        by = (self._sender.worker_id, self._sender.device_id)
        return [Entry("forked", *by, detail)] if flagged.rowcount else []

    def _insert(self, table: Table, rows: list[dict[str, object]]) -> None:
        if rows:
            council_id = self._centre.council_id
            whole = [{"council_id": council_id, **row} for row in rows]
            self._centre.database.insert_rows(self._connection, table, whole)

    # -- answering

    def readable_heads(self, record_ids: Iterable[str]) -> dict[str, RawRow]:
        """Return the heads of these records that the sender may read, as many as one reply may carry."""
        shown: dict[str, RecordState] = {}
        is_shut = self._sender.is_revoked or self._sender.is_forked or self._fork is not None
        for record_id in [] if is_shut else record_ids:
            state = self.records.get(record_id)
            if state is not None and self._may_read(state):
                shown[state.head_version_id] = state
        rows: dict[str, RawRow] = {}
        used = 0
        query = select(version.c.version_id, version.c.seq, version.c.envelope, version.c.body).where(
            version.c.council_id == self._centre.council_id
        )
        for some in _pieces(shown, 50):
            for row in self._connection.execute(query.where(version.c.version_id.in_(some))):
                used += len(row.envelope) + len(row.body)
                if used <= MAX_RAW_BYTES:
                    raw = RawRow(seq=row.seq, version=join_version(row.envelope, row.body))
                    rows[shown[row.version_id].record_id] = raw
        self._note_protected_reads(record_id for record_id in rows)
        return rows

    def _may_read(self, state: RecordState) -> bool:
        role = self.roles.get(state.scope_id)
        return policy.can_read(state.audience, role, is_author=state.author_id == self._sender.worker_id)

    def _note_protected_reads(self, record_ids: Iterable[str]) -> None:
        protected = sorted(one for one in record_ids if self.records[one].audience == PROTECTED)
        if protected:
            detail = {"way": "push", "records": protected}
            entry = Entry("read_protected", self._sender.worker_id, self._sender.device_id, detail)
            self._centre.ledger.close(self._connection, self._centre.clock.stamp(), [entry])


def shown(given: str) -> str:
    """What is written of an id as it came, which may be none at all: short, and what every database can hold."""
    return given[:_SHOWN].replace("\0", "\N{REPLACEMENT CHARACTER}")


def _pieces(values: Iterable[Key], size: int = _AT_ONCE) -> Iterator[list[Key]]:
    """Hand out the distinct values in lists short enough for one query."""
    distinct = sorted(set(values))
    for start in range(0, len(distinct), size):
        yield distinct[start : start + size]
