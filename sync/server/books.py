"""What one push reads and writes: loaded in a few queries, changed in memory, written at the end in a few more.

Several pushes may be loaded and written together (:mod:`sync.server.group_commit`), each in books of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection, Table, bindparam, delete, select, update

from models.audience import PROTECTED
from models.version import Version
from sync.server import policy
from sync.server.audit import Entry, seal_of
from sync.server.centre import Centre
from sync.server.database import Among, Ask, Rows, Step, gathered
from sync.server.heads import Move, Moves
from sync.server.incoming import Sent, prepare
from sync.server.judging import Change, RecordState, Sender
from sync.server.lookups import (
    PARENTS_UNKNOWN,
    HeldBefore,
    Known,
    OpKey,
    Stored,
    look_up,
    op_key,
    read_records,
)
from sync.server.outgoing import MAX_RAW_BYTES, RawRow, join_version
from sync.server.tables import batch, device, held_back, loose_branch, op, version
from sync.server.tables import record as record_table

_MERGED = delete(loose_branch).where(
    loose_branch.c.council_id == bindparam("council"), Among(loose_branch.c.version_id, "ids")
)
_SHOWN = 64


@dataclass(frozen=True)
class Held:
    """A version that goes to the held-back box, and why."""

    sent: Sent
    code: str
    reason: str

    def content(self) -> bytes:
        """What is kept of it: all of it; of what was erased by law, who sent what and when, and not a word."""
        return prepare(self.sent.version.without_text()).content() if self.code == "erased" else self.sent.content()


@dataclass
class Page:
    """What is to be written under one signature. ``came`` needs no number; the first of ``entries`` tells of it."""

    books: Books
    batch_id: str
    entries: list[Entry]
    came: list[Step] = field(default_factory=list)

    def sealed(self, first: int) -> list[Entry]:
        """What the audit says, once it is known where in the line this begins."""
        lines = self.books.lines()
        if not lines:
            return self.entries
        what, *rest = self.entries
        place = {"first": first, "versions": len(lines), "batch": self.batch_id, "seal": seal_of(lines)}
        return [replace(what, detail={**what.detail, **place}), *rest]


def write_pages(
    centre: Centre, connection: Connection, pages: Sequence[Page], now: str, *, is_last: bool = False
) -> None:
    """Write it all: what needs no number, then the council's row locked and read, then what follows from its seq.

    Two messages, and the council's row, for which others wait, is held for the second of them and the commit alone.
    ``is_last``: the transaction ends with it.
    """
    books = [page.books for page in pages]
    moves = Moves(centre, [move for one in books for move in one.moves()])
    came = gathered([step for page in pages for step in (*page.came, *page.books.op_rows())])
    asked = centre.database.ask(connection, *came, centre.ledger.standing(), *moves.asked())
    [council_row] = asked[len(came)]
    firsts, told = centre.ledger.append(council_row, now, [(page.sealed, page.books.count) for page in pages])
    for one, first in zip(books, firsts, strict=True):
        one.number(first)
    steps = gathered(
        [
            *(step for one in books for step in one.record_rows()),
            *moves.written(asked[-1]),
            *(step for page in pages for step in page.books.version_rows(page.batch_id, now)),
            *told,
            *(step for one in books for step in one.loose_branches()),
        ]
    )
    write = centre.database.end if is_last else centre.database.ask
    write(connection, *steps)


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
        self._released: list[str] = []
        self._know(Known())

    # -- reading

    @classmethod
    def load(cls, centre: Centre, connection: Connection, sender: Sender, sent: Sequence[Sent]) -> Books:
        """Read all that judging these versions needs."""
        [books] = cls.load_all(centre, connection, [(sender, sent)])
        return books

    @classmethod
    def load_all(
        cls, centre: Centre, connection: Connection, batches: Sequence[tuple[Sender, Sequence[Sent]]]
    ) -> list[Books]:
        """Read it for batches that touch no record and no child in common, each into books of its own."""
        loaded = []
        for (sender, _), known in zip(batches, look_up(centre, connection, batches), strict=True):
            books = cls(centre, connection, sender)
            books._know(known)
            loaded.append(books)
        return loaded

    def _know(self, known: Known) -> None:
        self.stored, self.held, self.records = known.stored, known.held, known.records
        self.roles, self.erased = known.roles, known.erased
        self._ops, self._waits = known.ops, known.waits

    def _op_key(self, came: Version) -> OpKey | None:
        return op_key(came, self._sender.device_id)

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

    @property
    def may_free_others(self) -> bool:
        """Whether something held back may have waited for what came."""
        return self._waits or any(held.code == PARENTS_UNKNOWN for held in (*self._newly_held, *self._claimed))

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
        if self.has_news:
            now = self._centre.clock.stamp()
            write_pages(self._centre, self._connection, [self.page(signature, hashes, now)], now)

    def page(self, signature: bytes, hashes: Sequence[str], now: str) -> Page:
        """Make ready to write what was noted, which is something (:attr:`has_news`)."""
        batch_id = self._centre.ids.new()
        row: dict[str, object] = {
            "batch_id": batch_id,
            "device_id": self._sender.device_id,
            "signature": signature,
            "envelope_hashes": "\n".join(hashes),
            "received_at": now,
        }
        for held in self._claimed:
            self._mark_claimed(held, batch_id)
        for content_hash in self._released:
            self._mark_admitted(content_hash, now)
        came = [
            *self._rows(batch, [row]),
            *self._rows(held_back, [self._held_row(held, batch_id, now) for held in self._newly_held]),
        ]
        return Page(self, batch_id, self._entries() + self._flag_fork(now), came)

    def op_rows(self) -> list[Step]:
        """The laptop's own numbers for what came."""
        device_id = self._sender.device_id
        return self._rows(
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
        by = (manager_id, "") if manager_id else (self._sender.worker_id, self._sender.device_id)
        write_pages(self._centre, self._connection, [Page(self, batch_id, [Entry("admitted", *by, detail)])], now)
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

    @property
    def count(self) -> int:
        """How many versions are to be appended."""
        return len(self._appended)

    def moves(self) -> list[Move]:
        """The records whose head moves, before (None: new) and after."""
        before = {one: None if one in self._begun else self._before[one] for one in sorted(self._moved)}
        return [(state, self.records[one]) for one, state in before.items()]

    def lines(self) -> list[tuple[str, str, str]]:
        """What is appended, in order, as the audit seals it."""
        return [(one.version.version_id, outcome, one.envelope_hash) for one, outcome in self._appended]

    def number(self, first: int) -> None:
        """Give what is appended its numbers."""
        for seq, (sent, _) in enumerate(self._appended, start=first):
            self.stored[sent.version.version_id].seq = seq

    def version_rows(self, batch_id: str, now: str) -> list[Step]:
        """What is appended, numbered."""
        rows = [self._version_row(sent, outcome, batch_id, now) for sent, outcome in self._appended]
        return self._rows(version, rows)

    def loose_branches(self) -> list[Step]:
        """Remember what lies beside a head and is in no later version yet."""
        merged = {parent for sent, _ in self._appended for parent in sent.version.parents}
        loose = [sent.version for sent, outcome in self._appended if outcome == "branch"]
        rows = [
            {
                "version_id": one.version_id,
                "record_id": one.record_id,
                "scope_id": one.scope_id,
                "audience": one.audience,
                "seq": self.stored[one.version_id].seq,
            }
            for one in loose
            if one.version_id not in merged
        ]
        gone = {"council": self._centre.council_id, "ids": sorted(merged)}
        return [*([Ask(_MERGED, gone)] if merged else []), *self._rows(loose_branch, rows)]

    def changes(self) -> list[Change]:
        """The records whose head moved, as they stood before this batch and as they stand after it."""
        return [Change(before, self.records[record_id]) for record_id, before in sorted(self._before.items())]

    def touched(self) -> list[str]:
        """The records that got a version in this batch."""
        return sorted({sent.version.record_id for sent, _ in self._appended})

    def look_again(self, record_ids: Iterable[str]) -> None:
        """Read these records anew, after something else has changed them in this transaction."""
        self.records |= read_records(self._centre, self._connection, record_ids)

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

    def record_rows(self) -> list[Step]:
        """The records whose head moves, as they are now."""
        states = [self.records[record_id] for record_id in sorted(self._moved)]
        rows = [
            {
                **{name: getattr(state, name) for name in RecordState.__dataclass_fields__},
                "head_seq": self.stored[state.head_version_id].seq,
            }
            for state in states
        ]
        begun = self._rows(record_table, [row for row in rows if row["record_id"] in self._begun])
        # These are locked since they were read, so that nothing but what they say now is written over.
        return begun + self._rows(record_table, [row for row in rows if row["record_id"] not in self._begun], over=True)

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

    def _rows(self, table: Table, rows: list[dict[str, object]], *, over: bool = False) -> list[Step]:
        council_id = self._centre.council_id
        return [Rows(table, [{"council_id": council_id, **row} for row in rows], over)] if rows else []

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


def _pieces(values: Iterable[str], size: int) -> Iterator[list[str]]:
    """Hand out the distinct values in lists short enough for one query."""
    distinct = sorted(set(values))
    for start in range(0, len(distinct), size):
        yield distinct[start : start + size]
