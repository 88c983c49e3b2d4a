"""What came and is not yet seen to be as its author's laptop signed it; the keys of those laptops as first seen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from models.changes import Touched
from models.store.issues import raise_issue
from models.store.versions import Pen, decode_version
from models.version import Version

STANDS, WAITS, DOUBTFUL = 0, 1, 2
NOT_PROVED, KEY_CHANGED = "not_proved", "key_changed"


@dataclass(frozen=True, slots=True)
class Unproved:
    """A record's head nobody has looked at yet. ``version`` is None where there is nothing to look at:

    the worker wrote it on this laptop, or the laptop no longer holds it whole.
    """

    row: int
    record_id: str
    version_id: str
    version: Version | None


@dataclass(frozen=True, slots=True)
class KnownKey:
    """The key a laptop signs with, and whose it is."""

    device_id: str
    worker_id: str
    public_key: bytes


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a look at one head. ``words`` say what is wrong with it, in plain English; "" for nothing."""

    seen: Unproved
    words: str = ""


def waiting(connection: Connection, after: int, limit: int) -> list[Unproved]:
    """The next heads to look at, in the order they came. Costs what is new, however much there is."""
    rows = connection.exec_driver_sql(
        "SELECT r.row, r.record_id, r.head_version_id, r.tip_version_id, r.tip, v.envelope, v.op_no FROM record r "
        "LEFT JOIN version v ON v.version_id = r.head_version_id "
        "WHERE r.proof = 1 AND r.row > ? AND r.is_hidden = 0 ORDER BY r.row LIMIT ?",
        (after, limit),
    )
    found = []
    for row in rows:
        data = row.tip if row.head_version_id == row.tip_version_id else row.envelope
        is_own = row.op_no is not None
        version = decode_version(data) if data is not None and not is_own else None
        found.append(Unproved(row.row, row.record_id, row.head_version_id, version))
    return found


def known_keys(connection: Connection) -> dict[str, KnownKey]:
    """Every laptop's key as first seen, by device id."""
    rows = connection.exec_driver_sql("SELECT device_id, worker_id, public_key FROM device_key")
    return {row.device_id: KnownKey(row.device_id, row.worker_id, bytes(row.public_key)) for row in rows}


def settle(
    connection: Connection,
    pen: Pen,
    verdicts: Sequence[Verdict],
    fresh: Iterable[KnownKey],
    changed: Iterable[tuple[str, str]],
    touched: Touched,
) -> None:
    """Write down what was seen: heads that stand, heads in doubt, keys seen for the first time.

    ``changed`` names workers a laptop of whom signed with another key than before, each with words for people.
    Nothing that came is dropped or hidden for it. A head that has moved on meanwhile waits for its own look.
    """
    at = pen.clock.stamp()
    for key in fresh:
        connection.exec_driver_sql(
            "INSERT OR IGNORE INTO device_key (device_id, worker_id, public_key, seen_at) VALUES (?, ?, ?, ?)",
            (key.device_id, key.worker_id, key.public_key, at),
        )
    for words, worker_id in changed:
        raise_issue(connection, pen, KEY_CHANGED, worker_id, words)
        touched.records.add(worker_id)
    for one in verdicts:
        moved = connection.exec_driver_sql(
            "UPDATE record SET proof = ? WHERE row = ? AND head_version_id = ? RETURNING type, scope_id",
            (DOUBTFUL if one.words else STANDS, one.seen.row, one.seen.version_id),
        ).first()
        if one.words and moved is not None:
            raise_issue(connection, pen, NOT_PROVED, one.seen.record_id, one.words)
            touched.add(one.seen.record_id, moved.type, moved.scope_id)
