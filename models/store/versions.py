"""Versions in the vault: cutting them, keeping their bases, and the graph a merge needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection

from models.clock import Clock
from models.entry import HELD, SAVED, SENT, Kept
from models.identity import Identity
from models.ids import Ids
from models.record import declaration_of
from models.version import Body, Version, Working, encode_body, hash_body, hash_choices, new_salt

_version_decoder = msgspec.json.Decoder(Version)
_working_decoder = msgspec.json.Decoder(Working)
encode = msgspec.json.Encoder().encode


def decode_version(data: bytes) -> Version:
    """Read a version as the vault holds it."""
    return _version_decoder.decode(data)


def decode_working(data: bytes) -> Working:
    """Read a working state as the vault holds it."""
    return _working_decoder.decode(data)


@dataclass(frozen=True, slots=True)
class Pen:
    """What a version is signed off with: who writes, on which device, when, and fresh ids."""

    identity: Identity
    clock: Clock
    ids: Ids


@dataclass(frozen=True, slots=True)
class Standing:
    """A record's row, as the code in this room reads it."""

    row: int
    record_id: str
    scope_id: str
    type: str
    author_id: str
    tip_version_id: str
    head_version_id: str
    head_seq: int
    tip: Version | None
    working: Working | None

    def now(self) -> Working:
        """The state a worker sees, in this Heard's schema."""
        if self.working is not None:
            return brought_up(self.type, self.working)
        assert self.tip is not None
        return brought_up(self.type, Working.of(self.tip))


def body_now(version: Version) -> Body:
    """A version's body in this Heard's schema."""
    declaration = declaration_of(version.type)
    body = version.read_body()
    if declaration is None or version.schema >= declaration.schema:
        return body
    return declaration.upgrade(body, version.schema)


def brought_up(type_name: str, state: Working) -> Working:
    """A state with its body in this Heard's schema. A newer body, or one of an unknown type, stays as it is."""
    declaration = declaration_of(type_name)
    if declaration is None or state.schema >= declaration.schema:
        return state
    body = declaration.upgrade(state.body, state.schema)
    return msgspec.structs.replace(state, body=body, schema=declaration.schema)


_STANDING = (
    "SELECT row, record_id, scope_id, type, author_id, tip_version_id, head_version_id, head_seq, tip, working "
    "FROM record WHERE record_id = ?"
)


def standing(connection: Connection, record_id: str) -> Standing | None:
    """Read one record's row whole."""
    found = connection.exec_driver_sql(_STANDING, (record_id,)).first()
    if found is None:
        return None
    tip = decode_version(found.tip) if found.tip is not None else None
    working = decode_working(found.working) if found.working is not None else None
    return Standing(
        found.row,
        found.record_id,
        found.scope_id,
        found.type,
        found.author_id,
        found.tip_version_id,
        found.head_version_id,
        found.head_seq,
        tip,
        working,
    )


def keep(connection: Connection, versions: Iterable[Version], *, seqs: Mapping[str, int] | None = None) -> None:
    """Keep versions whole. One that is kept already stays as it is, and learns its place in the council's line."""
    rows = [(v.version_id, v.record_id, (seqs or {}).get(v.version_id, 0), encode(v)) for v in versions]
    if rows:
        connection.exec_driver_sql(
            "INSERT INTO version (version_id, record_id, seq, envelope) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (version_id) DO UPDATE SET seq = excluded.seq WHERE version.seq = 0",
            rows,
        )


def last_op_no(connection: Connection) -> int:
    """The last op number given out; 0 when there was none."""
    row = connection.exec_driver_sql("SELECT value FROM meta WHERE name = 'op_no'").first()
    return int(row.value) if row else 0


def next_op_no(connection: Connection) -> int:
    """Take the next op number of this device epoch, inside the cut's own transaction."""
    number = last_op_no(connection) + 1
    connection.exec_driver_sql(
        "INSERT INTO meta (name, value) VALUES ('op_no', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (str(number).encode(),),
    )
    return number


def make_version(
    connection: Connection, pen: Pen, record: Standing, state: Working, parents: tuple[str, ...]
) -> Version:
    """Make the version of a state, with the next op number; body, salt and hash are fixed here for good."""
    declaration = declaration_of(record.type)
    tip = record.tip
    body = encode_body(state.body)
    salt = new_salt()
    return Version(
        version_id=pen.ids.new(),
        record_id=record.record_id,
        scope_id=record.scope_id,
        type=record.type,
        policy_class=declaration.policy_class if declaration else (tip.policy_class if tip else "authored"),
        schema=state.schema,
        audience=state.audience,
        keep_from=state.keep_from,
        about=state.about,
        parents=parents,
        device_id=pen.identity.device_id,
        device_epoch=pen.identity.device_epoch,
        op_no=next_op_no(connection),
        author_id=pen.identity.worker.worker_id,
        written_at=state.changed_at,
        is_finished=state.is_finished,
        is_deleted=state.is_deleted,
        open_choices=state.open_choices,
        more=state.more,
        salt=salt,
        body_hash=hash_body(salt, body),
        choices_hash=hash_choices(salt, state.open_choices),
        body=msgspec.Raw(body),
    )


def append_own(connection: Connection, pen: Pen, record: Standing, version: Version, what: str) -> None:
    """Make ``version`` the record's tip, with its outbox and audit rows: all or none."""
    connection.exec_driver_sql(
        "INSERT INTO version (version_id, record_id, op_no, envelope) VALUES (?, ?, ?, ?)",
        (version.version_id, version.record_id, version.op_no, encode(version)),
    )
    at = pen.clock.stamp()
    connection.exec_driver_sql(
        "INSERT INTO outbox (op_no, version_id, record_id, since) VALUES (?, ?, ?, ?)",
        (version.op_no, version.version_id, version.record_id, at),
    )
    audit(connection, pen, what, version.record_id, version.version_id)
    connection.exec_driver_sql(
        "UPDATE record SET tip = ?, tip_version_id = ?, author_id = ?, working = NULL WHERE row = ?",
        (encode(version), version.version_id, version.author_id, record.row),
    )


def audit(connection: Connection, pen: Pen, what: str, record_id: str, version_id: str) -> None:
    """Write down what this laptop's worker did: ids and a verb, never a word of a record."""
    connection.exec_driver_sql(
        "INSERT INTO audit (at, what, record_id, version_id, worker_id) VALUES (?, ?, ?, ?, ?)",
        (pen.clock.stamp(), what, record_id, version_id, pen.identity.worker.worker_id),
    )


def cut(connection: Connection, pen: Pen, record_id: str, what: str = "cut") -> Version | None:
    """Cut a version of the working state. None where there is none, or it says nothing new."""
    record = standing(connection, record_id)
    if record is None or record.working is None:
        return None
    if record.tip is not None and record.working.says_the_same_as(Working.of(record.tip)):
        connection.exec_driver_sql("UPDATE record SET working = NULL WHERE row = ?", (record.row,))
        return None
    parents = sent_parents(connection, record.tip_version_id) if record.tip_version_id else ()
    version = make_version(connection, pen, record, record.working, parents)
    append_own(connection, pen, record, version, what)
    return version


def is_held(connection: Connection, version_id: str) -> bool:
    """Say whether the server keeps this version in its held-back box, so that it is no part of the record there."""
    found = connection.exec_driver_sql(
        "SELECT 1 FROM outbox WHERE version_id = ? AND held_reason != ''", (version_id,)
    ).first()
    return found is not None


def sent_parents(connection: Connection, version_id: str) -> tuple[str, ...]:
    """The parents of what grows from a version: itself, or where the server holds it back, what it grew from.

    Else whatever a worker wrote after one held version would be held for ever, also once it is allowed again.
    """
    found: dict[str, None] = {}
    todo = [version_id]
    while todo:
        one = todo.pop(0)
        if not is_held(connection, one):
            found[one] = None
            continue
        row = connection.exec_driver_sql("SELECT envelope FROM version WHERE version_id = ?", (one,)).first()
        assert row is not None
        todo[0:0] = decode_version(row.envelope).parents
    return tuple(found)


def history(connection: Connection, record_id: str) -> list[tuple[Version, int]]:
    """The versions of a record kept on this laptop with their seq (0: not acknowledged), oldest first."""
    rows = connection.exec_driver_sql("SELECT envelope, seq FROM version WHERE record_id = ?", (record_id,)).all()
    found: dict[str, tuple[Version, int]] = {}
    for row in rows:
        version = decode_version(row.envelope)
        found[version.version_id] = (version, int(row.seq))
    record = standing(connection, record_id)
    if record is not None and record.tip is not None and record.tip.version_id not in found:
        found[record.tip.version_id] = (record.tip, record.head_seq)
    return sorted(found.values(), key=lambda item: (item[1] or 1 << 60, item[0].written_at, item[0].op_no))


def kept(connection: Connection, record_id: str) -> list[Kept]:
    """The versions of a record kept on this laptop, oldest first, and how each stands with the server."""
    rows = connection.exec_driver_sql(
        "SELECT version_id, held_reason FROM outbox WHERE record_id = ?", (record_id,)
    ).all()
    reasons = {row.version_id: str(row.held_reason) for row in rows}
    return [
        Kept(version, seq, _state(reasons.get(version.version_id)), reasons.get(version.version_id, ""))
        for version, seq in history(connection, record_id)
    ]


def _state(held_reason: str | None) -> str:
    if held_reason is None:
        return SENT
    return HELD if held_reason else SAVED


class UnknownAncestry(Exception):
    """The laptop does not hold enough history to find the common parent; the server must be asked for it."""


def common_parent(graph: Mapping[str, Version], one: str, other: str) -> str | None:
    """The nearest common ancestor of two versions. None when their histories are whole and share nothing.

    Raises UnknownAncestry when the answer may lie in a version this laptop does not hold. What lies behind a
    version that both share need not be held.
    """
    mine, is_mine_whole = _walk(graph, one, frozenset())
    theirs, is_theirs_whole = _walk(graph, other, frozenset(mine))
    shared = [version_id for version_id in theirs if version_id in mine]
    if not is_theirs_whole or (not shared and not is_mine_whole):
        raise UnknownAncestry(other)
    behind = {old for found in shared for old in _walk(graph, found, frozenset())[0] if old != found}
    nearest = sorted(set(shared) - behind, key=lambda found: (mine[found] + theirs[found], found))
    return nearest[0] if nearest else None


def _walk(graph: Mapping[str, Version], start: str, stop_at: frozenset[str]) -> tuple[dict[str, int], bool]:
    """Ancestors of ``start`` (itself too) with their distance; False where a version on the way is not held."""
    depths: dict[str, int] = {start: 0}
    todo, is_whole = [start], True
    while todo:
        version_id = todo.pop(0)
        if version_id in stop_at:
            continue
        version = graph.get(version_id)
        if version is None:
            is_whole = False
            continue
        for parent in version.parents:
            if parent not in depths:
                depths[parent] = depths[version_id] + 1
                todo.append(parent)
    return depths, is_whole


def row_values(version: Version, columns: Any) -> tuple[Any, ...]:
    """A pulled version as a row of the record table, for executemany."""
    return (
        version.record_id,
        version.scope_id,
        version.type,
        version.author_id,
        version.written_at,
        int(version.is_finished),
        int(version.is_deleted or version.is_erased),
        int(bool(version.open_choices)),
        *columns,
        version.version_id,
        version.version_id,
    )
