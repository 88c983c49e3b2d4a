"""What this laptop holds, as one digest for each scope, and mending it where the server's differs."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import Connection

from models import digest
from models.changes import Touched
from models.store import filling, meta
from models.store.arrivals import read_cursors
from models.store.issues import raise_issue
from models.store.versions import Pen, decode_version, encode

MENDED = "mended"
_PUT_BACK = "put_back"


def here(connection: Connection) -> tuple[int, dict[str, str]]:
    """How far this laptop has come in the server's line, and the digest of each scope it is granted."""
    return read_cursors(connection)[0], digests(connection, meta.scopes(connection))


def heads(connection: Connection, scope_id: str) -> dict[str, str]:
    """The records of a scope that a worker can see here and the server has told of, each with its head."""
    return {record_id: version_id for _, record_id, version_id in _heads(connection, "AND scope_id = ?", (scope_id,))}


def digests(connection: Connection, scopes: Collection[str]) -> dict[str, str]:
    """One digest for each of these scopes, as it travels."""
    sums = dict.fromkeys(scopes, 0)
    for scope_id, record_id, version_id in _heads(connection, "", ()):
        if scope_id in sums:
            sums[scope_id] += digest.of_head(record_id, version_id)
    return {scope_id: digest.to_hex(value) for scope_id, value in sums.items()}


def _heads(connection: Connection, where: str, values: tuple[str, ...]) -> list[tuple[str, str, str]]:
    rows = connection.exec_driver_sql(
        "SELECT scope_id, record_id, head_version_id, CASE WHEN is_deleted = 1 THEN tip END AS tip FROM record "
        f"WHERE head_version_id != '' AND is_hidden = 0 {where}",
        values,
    )
    # What was erased by law is no part of what laptops hold: it only waits to be purged.
    return [
        (row.scope_id, row.record_id, row.head_version_id)
        for row in rows
        if row.tip is None or not decode_version(row.tip).is_erased
    ]


def note_put_back(connection: Connection, *, is_so: bool) -> None:
    """Remember whether this is an older copy whose records have still to be compared with the council's."""
    meta.put(connection, _PUT_BACK, b"1" if is_so else b"")


def was_put_back(connection: Connection) -> bool:
    """Say whether it is."""
    return bool(meta.get(connection, _PUT_BACK))


def mend(connection: Connection, pen: Pen, scope_id: str, right: Mapping[str, str], touched: Touched) -> int:
    """Hold the heads of a scope against the server's. Returns how many differ.

    What is missing or stands elsewhere is asked for again, by pages and from the beginning; what should not be here
    is hidden. No text is removed, and unsent work stays as it is.
    """
    here = heads(connection, scope_id)
    other = sorted(record_id for record_id, head in right.items() if here.get(record_id) != head)
    extra = sorted(here.keys() - right.keys())
    if other:
        # Whatever stands here is kept whole, should the server never have had it.
        which = ("record_id IN (SELECT value FROM json_each(?))", (encode(other).decode(),))
        connection.exec_driver_sql(
            "INSERT OR IGNORE INTO version (version_id, record_id, seq, envelope) "
            f"SELECT tip_version_id, record_id, head_seq, tip FROM record WHERE tip IS NOT NULL AND {which[0]}",
            which[1],
        )
        connection.exec_driver_sql(f"UPDATE record SET head_seq = 0 WHERE {which[0]}", which[1])
        filling.note_by_pages(connection, [scope_id])
    for record_id in extra:
        row = connection.exec_driver_sql(
            "UPDATE record SET is_hidden = 1, needs_index = 0 WHERE record_id = ? RETURNING row, type", (record_id,)
        ).one()
        connection.exec_driver_sql("DELETE FROM search WHERE rowid = ?", (row.row,))
        touched.add(record_id, row.type, scope_id)
    if other or extra:
        raise_issue(connection, pen, MENDED, "", str(len(other) + len(extra)))
    return len(other) + len(extra)
