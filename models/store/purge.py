"""Takes out of the vault's tables what must go: rows, versions, search words, blobs' rows and what points at them."""

from __future__ import annotations

import json
import re

import msgspec
from sqlalchemy import Connection

from models.changes import Touched
from models.store import blobs, withdrawn
from models.store.records import write_columns
from models.store.versions import decode_version, encode, standing
from models.store.withdrawn import EMPTIED, ERASED, HIDDEN
from models.version import Working

CHUNK = 200
"""Records taken out in one transaction: a save made meanwhile waits for no more than this."""
_AN_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")

_FREE = f"NOT ({withdrawn.WAITS})"


def empty_some(connection: Connection, touched: Touched) -> bool:
    """Take out one portion of what may go. Returns whether there may be more. Nothing that waits is ever touched."""
    withdrawn.reopen_late(connection)
    order = next((one for one in withdrawn.leaving(connection) if one.state == HIDDEN and not one.is_waiting), None)
    if order is None:
        return False
    if order.order_id.startswith(ERASED) or _is_erased(connection, order.record_id):
        # The tombstone stays: it says for ever that what had this id is gone.
        _strip(connection, order.record_id)
        _pass_on(connection, order.order_id, blobs.forget(connection, [order.record_id]))
        return True
    where, value = ("r.record_id = ?", order.record_id) if order.record_id else ("r.scope_id = ?", order.scope_id)
    rows = connection.exec_driver_sql(
        f"SELECT r.row, r.record_id, r.type, r.scope_id FROM record r WHERE {where} AND {_FREE} LIMIT ?", (value, CHUNK)
    ).all()
    record_ids = [row.record_id for row in rows]
    for row in rows:
        touched.add(row.record_id, row.type, row.scope_id)
    if len(rows) < CHUNK and not order.record_id:
        record_ids += _without_row(connection, order.scope_id)
    names = _take_out(connection, [row.row for row in rows], record_ids)
    if len(rows) < CHUNK:
        gone = {*record_ids, *([order.record_id] if order.record_id else [order.scope_id])}
        _forget_mentions(connection, gone)
        _pass_on(connection, order.order_id, names)
    else:
        _forget_mentions(connection, set(record_ids))
        _note_files(connection, order.order_id, names)
    return True


def _take_out(connection: Connection, rows: list[int], record_ids: list[str]) -> list[str]:
    """Delete records and all of theirs but the audit, which holds ids and verbs. Returns their blobs' file names."""
    ids = encode(record_ids).decode()
    these = "record_id IN (SELECT value FROM json_each(?))"
    connection.exec_driver_sql(
        "INSERT OR IGNORE INTO spent (op_no, device_epoch, version_id) "
        "SELECT op_no, json_extract(CAST(envelope AS TEXT), '$.device_epoch'), version_id FROM version "
        f"WHERE op_no IS NOT NULL AND {these}",
        (ids,),
    )
    names = blobs.forget(connection, record_ids)
    for table in ("outbox", "branch", "version", "record"):
        connection.exec_driver_sql(f"DELETE FROM {table} WHERE {these}", (ids,))
    # What the server keeps safe is still said to be: that notice holds its reason and not a word of the record.
    connection.exec_driver_sql(f"DELETE FROM issue WHERE kind NOT IN ('held', 'returned') AND {these}", (ids,))
    if rows:
        connection.exec_driver_sql("DELETE FROM search WHERE rowid = ?", [(row,) for row in rows])
    return names


def _without_row(connection: Connection, scope_id: str) -> list[str]:
    """Records of a scope of which only versions are kept: a branch that came without its head."""
    rows = connection.exec_driver_sql(
        "SELECT record_id, envelope FROM version WHERE record_id NOT IN (SELECT record_id FROM record)"
    )
    return sorted({row.record_id for row in rows if decode_version(row.envelope).scope_id == scope_id})


def _is_erased(connection: Connection, record_id: str) -> bool:
    record = standing(connection, record_id)
    if record is None or not record_id:
        return False
    head = connection.exec_driver_sql(
        "SELECT envelope FROM version WHERE version_id = ?", (record.head_version_id,)
    ).first()
    heads = [one for one in (record.tip, decode_version(head.envelope) if head else None) if one is not None]
    return any(one.is_erased for one in heads)


def _strip(connection: Connection, record_id: str) -> None:
    """Leave of every version of an erased record what was signed, and nothing that anybody wrote."""
    rows = connection.exec_driver_sql(
        "SELECT version_id, op_no, envelope FROM version WHERE record_id = ?", (record_id,)
    ).all()
    for row in rows:
        bare = decode_version(row.envelope).without_text()
        if row.op_no is not None:
            # No longer sent again as our own: the server would be asked to take a tombstone for a note.
            connection.exec_driver_sql(
                "INSERT OR IGNORE INTO spent (op_no, device_epoch, version_id) VALUES (?, ?, ?)",
                (row.op_no, bare.device_epoch, row.version_id),
            )
        connection.exec_driver_sql(
            "UPDATE version SET envelope = ?, op_no = NULL WHERE version_id = ?", (encode(bare), row.version_id)
        )
    record = standing(connection, record_id)
    if record is not None:
        assert record.tip is not None  # nothing of it waits, so its first version has been cut
        # Also where the tombstone still waits to be merged: what was written here is in the held-back box.
        bare = record.tip.without_text()
        connection.exec_driver_sql("UPDATE record SET tip = ?, is_hidden = 0 WHERE row = ?", (encode(bare), record.row))
        write_columns(connection, record, Working.of(bare))
    for table in ("outbox", "branch"):
        connection.exec_driver_sql(f"DELETE FROM {table} WHERE record_id = ?", (record_id,))
    connection.exec_driver_sql(
        "DELETE FROM issue WHERE kind NOT IN ('held', 'returned') AND record_id = ?", (record_id,)
    )
    connection.exec_driver_sql(
        "DELETE FROM search WHERE rowid IN (SELECT row FROM record WHERE record_id = ?)", (record_id,)
    )
    _forget_mentions(connection, {record_id})


def _pass_on(connection: Connection, order_id: str, names: list[str]) -> None:
    _note_files(connection, order_id, names)
    connection.exec_driver_sql("UPDATE withdrawal SET state = ? WHERE order_id = ?", (EMPTIED, order_id))


def _note_files(connection: Connection, order_id: str, names: list[str]) -> None:
    row = connection.exec_driver_sql("SELECT files FROM withdrawal WHERE order_id = ?", (order_id,)).one()
    known = {*msgspec.json.decode(row.files, type=list[str]), *names}
    connection.exec_driver_sql(
        "UPDATE withdrawal SET files = ? WHERE order_id = ?", (json.dumps(sorted(known)), order_id)
    )


def _forget_mentions(connection: Connection, gone: set[str]) -> None:
    """Delete remembered values that name what is gone: the page to come back to, a text begun, the recent lists."""
    rows = connection.exec_driver_sql("SELECT name, value FROM meta WHERE name LIKE 'kept:%'").all()
    for row in rows:
        value = bytes(row.value).decode()
        if not gone.isdisjoint(_AN_ID.findall(row.name)):
            connection.exec_driver_sql("DELETE FROM meta WHERE name = ?", (row.name,))
        elif not gone.isdisjoint(_AN_ID.findall(value)):
            connection.exec_driver_sql("UPDATE meta SET value = ? WHERE name = ?", (_less(value, gone), row.name))


def _less(value: str, gone: set[str]) -> bytes:
    """A remembered list without what is gone; anything else is forgotten whole."""
    try:
        kept = json.loads(value)
    except ValueError:
        return b""
    return json.dumps([one for one in kept if one not in gone]).encode() if isinstance(kept, list) else b""
