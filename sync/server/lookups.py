"""What judging batches needs to know of the council's rows: locked in their order and read, in one message or two."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import BindParameter, Connection, Text, bindparam, cast, literal, or_, select, union_all

from models.ids import is_id
from models.version import Version
from sync.server.belonging import belongs_to
from sync.server.centre import Centre
from sync.server.database import Among, Ask
from sync.server.incoming import Sent
from sync.server.judging import RecordState, Sender
from sync.server.tables import assignment, erasure, held_back, op, scope, version
from sync.server.tables import record as record_table

LARGEST_NUMBER = (1 << 53) - 1
PARENTS_UNKNOWN = "parents_unknown"

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
class HeldBefore:
    """What is in the held-back box already: the reason by code, and in words."""

    code: str
    reason: str


@dataclass
class Known:
    """The council's rows that a batch touches, by their ids. ``waits``: some version of these waits for parents."""

    records: dict[str, RecordState] = field(default_factory=dict)
    stored: dict[str, Stored] = field(default_factory=dict)
    erased: set[str] = field(default_factory=set)
    held: dict[str, HeldBefore] = field(default_factory=dict)
    ops: dict[OpKey, str] = field(default_factory=dict)
    roles: dict[str, str] = field(default_factory=dict)
    waits: bool = False


_STATE = tuple(RecordState.__dataclass_fields__)
_COUNCIL: BindParameter[str] = bindparam("council")
_SCOPES = (
    select(scope.c.scope_id)
    .where(scope.c.council_id == _COUNCIL, Among(scope.c.scope_id, "ids"))
    .order_by(scope.c.scope_id)
    .with_for_update(key_share=True)
)
_RECORDS = (
    select(*(record_table.c[name] for name in _STATE))
    .where(record_table.c.council_id == _COUNCIL, Among(record_table.c.record_id, "ids"))
    .order_by(record_table.c.record_id)
    .with_for_update(key_share=True)
)
_NOTHING = literal("")
_HELD_NOW = (
    assignment.c.council_id == _COUNCIL,
    assignment.c.worker_id == bindparam("worker"),
    assignment.c.to_at.is_(None),
    or_(assignment.c.until_at.is_(None), assignment.c.until_at > bindparam("now")),
    Among(assignment.c.scope_id, "scopes"),
)
_FACTS = union_all(
    select(literal("version"), version.c.version_id, version.c.record_id, version.c.outcome, version.c.envelope_hash,
           version.c.seq)
    .where(version.c.council_id == _COUNCIL, Among(version.c.version_id, "versions")),
    select(literal("erased"), erasure.c.record_id, _NOTHING, _NOTHING, _NOTHING, literal(0))
    .where(erasure.c.council_id == _COUNCIL, erasure.c.agreed_at.is_not(None), Among(erasure.c.record_id, "erasable")),
    select(literal("held"), held_back.c.content_hash, held_back.c.reason_code, held_back.c.reason, _NOTHING, literal(0))
    .where(held_back.c.council_id == _COUNCIL, Among(held_back.c.content_hash, "contents")),
    select(literal("waiting"), held_back.c.record_id, _NOTHING, _NOTHING, _NOTHING, literal(0))
    .where(held_back.c.council_id == _COUNCIL, Among(held_back.c.record_id, "records"),
           held_back.c.state == "waiting", held_back.c.reason_code == PARENTS_UNKNOWN),
    select(literal("op"), op.c.version_id, cast(op.c.device_epoch, Text), _NOTHING, _NOTHING, op.c.op_no)
    .where(op.c.council_id == _COUNCIL, op.c.device_id == bindparam("device"), Among(op.c.device_epoch, "epochs"),
           Among(op.c.op_no, "numbers")),
    select(literal("role"), assignment.c.scope_id, assignment.c.role, _NOTHING, _NOTHING, literal(0)).where(*_HELD_NOW),
)  # fmt: skip
"""What several tables say of a batch, as one question: most of what a short one costs is that it is asked."""
_ROLES = select(assignment.c.scope_id, assignment.c.role).where(*_HELD_NOW)


def look_up(centre: Centre, connection: Connection, batches: Sequence[tuple[Sender, Sequence[Sent]]]) -> list[Known]:
    """Lock what these versions touch (:mod:`sync.server.turns`) and read all that judging them needs, for each batch.

    The batches touch no record and no child in common.
    """
    asked = [_Asked(sender, sent) for sender, sent in batches]
    scopes, records = _joined(one.scopes for one in asked), _joined(one.records for one in asked)
    # The locks come first, and each statement sees what was there when it began: so the last see what they hold.
    _, states, *facts = centre.database.ask(
        connection,
        Ask(_SCOPES, {"council": centre.council_id, "ids": scopes}),
        Ask(_RECORDS, {"council": centre.council_id, "ids": records}),
        *(Ask(_FACTS, one.values(centre)) for one in asked),
    )
    standing = _states(states)
    return [one.known(centre, connection, standing, found) for one, found in zip(asked, facts, strict=True)]


def _joined(parts: Iterable[Iterable[str]]) -> list[str]:
    return sorted({one for part in parts for one in part})


class _Asked:
    """What is asked about one batch, and what is made of the answers."""

    def __init__(self, sender: Sender, sent: Sequence[Sent]) -> None:
        versions = [one.version for one in sent]
        self._sender = sender
        self.scopes = {one.scope_id for one in versions if is_id(one.scope_id)}
        self.records = _ids(one.record_id for one in versions)
        self._within = {one.record_id: outer for one in versions if is_id(outer := belongs_to(one))}
        parents = {parent for one in sent if one.fault is None for parent in one.version.parents}
        self._versions = sorted({*_ids(one.version_id for one in versions), *parents})
        self._contents = sorted({one.content_hash for one in sent})
        self._keys = [key for one in versions if (key := op_key(one, sender.device_id))]

    def values(self, centre: Centre) -> dict[str, object]:
        """The values of ``_FACTS``."""
        return {
            "council": centre.council_id,
            "device": self._sender.device_id,
            "records": self.records,
            "erasable": sorted({*self.records, *self._within.values()}),
            "versions": self._versions,
            "contents": self._contents,
            "epochs": sorted({epoch for epoch, _ in self._keys}),
            "numbers": sorted({number for _, number in self._keys}),
            **_holding(centre, self._sender, self.scopes),
        }

    def known(
        self,
        centre: Centre,
        connection: Connection,
        standing: Mapping[str, RecordState],
        facts: Sequence[Sequence[Any]],
    ) -> Known:
        """Put the answers in their places; roles where a record is another child's than it says are asked for."""
        known = Known({one: standing[one] for one in self.records if one in standing})
        for fact in facts:
            _note(known, *fact)
        # A record stays erased also where it is not here any more, or not yet again; so does what belongs to it.
        inside = (one for one, outer in self._within.items() if outer in known.erased)
        known.erased = (known.erased & set(self.records)).union(inside)
        elsewhere = {one.scope_id for one in known.records.values()} - self.scopes
        if elsewhere:
            place = {"council": centre.council_id, **_holding(centre, self._sender, elsewhere)}
            [roles] = centre.database.ask(connection, Ask(_ROLES, place))
            known.roles |= dict(map(tuple, roles))
        return known


def _note(known: Known, kind: str, key: str, one: str, two: str, three: str, number: int) -> None:
    """Note one fact in its place. Columns are as in ``_FACTS``."""
    if kind == "version":
        known.stored[key] = Stored(one, two, three, number)
    elif kind == "erased":
        known.erased.add(key)
    elif kind == "held":
        known.held[key] = HeldBefore(one, two)
    elif kind == "waiting":
        known.waits = True
    elif kind == "role":
        known.roles[key] = one
    else:
        known.ops[int(one), number] = key


def read_records(centre: Centre, connection: Connection, record_ids: Iterable[str]) -> dict[str, RecordState]:
    """Lock these records and read them as they are now."""
    [rows] = centre.database.ask(connection, Ask(_RECORDS, {"council": centre.council_id, "ids": _ids(record_ids)}))
    return _states(rows)


def op_key(came: Version, device_id: str) -> OpKey | None:
    """The place of a version in its sender's own count; None if it counts in another's, or is no count."""
    numbers = (came.device_epoch, came.op_no)
    countable = all(0 <= number <= LARGEST_NUMBER for number in numbers) and is_id(came.version_id)
    return numbers if countable and came.device_id == device_id else None


def _holding(centre: Centre, sender: Sender, scopes: Iterable[str]) -> dict[str, object]:
    """What to ask by for the roles a sender holds in these scopes now."""
    return {"worker": sender.worker_id, "now": centre.clock.stamp(), "scopes": sorted(scopes)}


def _ids(given: Iterable[str]) -> list[str]:
    return sorted({one for one in given if is_id(one)})


def _states(rows: Iterable[Sequence[object]]) -> dict[str, RecordState]:
    flags = len(_STATE) - 3
    return {
        str(row[0]): RecordState(*map(str, row[:flags]), *map(bool, row[flags:]))  # type: ignore[arg-type]
        for row in rows
    }
