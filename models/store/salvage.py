"""Brings unsent work over from a damaged vault to the copy put in its place: every page that still reads is sound."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from models.store.engine import Cipher
from models.store.meta import formers, identity
from models.store.project import project
from models.store.records import write_columns
from models.store.versions import brought_up, decode_version, last_op_no, row_values, standing
from models.version import Working

_BEGUN = "SELECT record_id FROM record {} WHERE working IS NOT NULL"
_UNSENT = "SELECT record_id FROM outbox {} WHERE op_no > 0"
_AHEAD = "SELECT record_id FROM record {} WHERE tip IS NOT NULL AND head_version_id != tip_version_id"


def bring_over(cipher: Cipher, damaged: Path, connection: Connection) -> int:
    """Copy every record with unsent work from the damaged file, whole, with its versions. Returns how many came.

    The copy is an older state of the same file, so what the file holds of such a record is newer. A file that has
    given out fewer op numbers than the copy is older itself, and nothing is taken from it.
    """
    found = _Reading(cipher, damaged)
    known = last_op_no(connection)
    asked = ("SELECT value FROM meta {} WHERE name = 'op_no'", "SELECT max(op_no) FROM outbox {}")
    last = max((int(row[0] or 0) for sql in asked for row in found.rows(sql)), default=known)
    if last < known:
        return 0
    ids = dict.fromkeys(str(row[0]) for sql in (_BEGUN, _UNSENT, _AHEAD) for row in found.rows(sql))
    for row in found.rows("SELECT answer_id, * FROM answer {}"):
        connection.exec_driver_sql("INSERT OR IGNORE INTO answer VALUES (?, ?, ?, ?)", tuple(row[1:]))
    came = sum(_bring_record(found, connection, record_id) for record_id in ids)
    last = max(last, connection.exec_driver_sql("SELECT max(op_no) FROM version").scalar() or 0)
    connection.exec_driver_sql(
        "INSERT INTO meta (name, value) VALUES ('op_no', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (str(last).encode(),),
    )
    return came


def _bring_record(found: _Reading, connection: Connection, record_id: str) -> bool:
    rows = found.rows("SELECT row, * FROM record {} WHERE record_id = ?", (record_id,))
    if not rows:
        return _bring_versions(found, connection, record_id)
    names = [name for name in found.columns("record") if name != "row"]
    values = dict(zip(("row", *found.columns("record")), rows[0], strict=True)) | {"needs_index": 1}
    settings = ", ".join(f"{name} = excluded.{name}" for name in names if name != "record_id")
    connection.exec_driver_sql(
        f"INSERT INTO record ({', '.join(names)}) VALUES ({', '.join('?' * len(names))}) "
        f"ON CONFLICT (record_id) DO UPDATE SET {settings}",
        tuple(values[name] for name in names),
    )
    for table in ("version", "outbox", "blob"):
        _bring_rows(found, connection, table, record_id)
    _queue_tip(connection, values)
    return True


def _bring_rows(found: _Reading, connection: Connection, table: str, record_id: str) -> None:
    columns = found.columns(table)
    for row in found.rows(f"SELECT rowid, * FROM {table} {{}} WHERE record_id = ?", (record_id,)):
        connection.exec_driver_sql(
            f"INSERT OR REPLACE INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})",
            tuple(row[1:]),
        )


def _bring_versions(found: _Reading, connection: Connection, record_id: str) -> bool:
    """Let a record whose own row does not read stand on its newest version that does."""
    for table in ("version", "outbox"):
        _bring_rows(found, connection, table, record_id)
    newest = connection.exec_driver_sql(
        "SELECT envelope FROM version WHERE record_id = ? AND op_no IS NOT NULL ORDER BY op_no DESC LIMIT 1",
        (record_id,),
    ).first()
    if newest is None:
        return False
    tip = decode_version(newest.envelope)
    state = brought_up(tip.type, Working.of(tip))
    record = standing(connection, record_id)
    if record is None:
        # Where the server knows the record, the next pull says which version is its head.
        *facts, tip_id, _head_id = row_values(tip, project(tip.type, state.body))
        connection.exec_driver_sql(
            "INSERT INTO record (record_id, scope_id, type, author_id, changed_at, is_finished, is_deleted, "
            "has_choices, title, when_key, k1, k2, k3, tip_version_id, head_version_id, head_seq, tip, needs_index) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', 0, ?, 1)",
            (*facts, tip_id, newest.envelope),
        )
    elif record.tip is None or record.tip.op_no < tip.op_no:
        connection.exec_driver_sql(
            "UPDATE record SET tip = ?, tip_version_id = ?, author_id = ?, working = NULL, needs_index = 1 "
            "WHERE row = ?",
            (newest.envelope, tip.version_id, tip.author_id, record.row),
        )
        write_columns(connection, record, state)
    return True


def _queue_tip(connection: Connection, values: Mapping[str, Any]) -> None:
    """Queue a record's own latest version again where its row of the outbox, or of the versions, no longer reads."""
    if values["tip"] is None or values["head_version_id"] == values["tip_version_id"]:
        return
    tip, mine = decode_version(values["tip"]), identity(connection)
    if tip.device_id not in {one.device_id for one in (*([mine] if mine else []), *formers(connection))}:
        return
    connection.exec_driver_sql(
        "INSERT OR IGNORE INTO version (version_id, record_id, op_no, envelope) VALUES (?, ?, ?, ?)",
        (tip.version_id, tip.record_id, tip.op_no, values["tip"]),
    )
    connection.exec_driver_sql(
        "INSERT OR IGNORE INTO outbox (op_no, version_id, record_id, since) VALUES (?, ?, ?, ?)",
        (tip.op_no, tip.version_id, tip.record_id, tip.written_at),
    )


class _Reading:
    """Reads what can be read. A failed page spoils a connection, so each question has its own."""

    def __init__(self, cipher: Cipher, path: Path) -> None:
        self._cipher, self._path = cipher, path
        self._columns: dict[str, tuple[str, ...]] = {}

    def columns(self, table: str) -> tuple[str, ...]:
        """The names of a table's columns, in their order."""
        if table not in self._columns:
            self._columns[table] = tuple(str(row[1]) for row in self._some(f"PRAGMA table_info({table})", ()))
        return self._columns[table]

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The rows that can be read: by an index and without, from both ends. ``{}`` stands after the table."""
        found: dict[Any, tuple[Any, ...]] = {}
        for hint in ("", "NOT INDEXED"):
            for order in ("", " ORDER BY rowid", " ORDER BY rowid DESC"):
                for row in self._some(sql.format(hint) + order, values):
                    found.setdefault(row[0], row)
        return list(found.values())

    def _some(self, sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        rows: list[tuple[Any, ...]] = []
        try:
            with closing(self._cipher.open(self._path, is_read_only=True)) as connection:
                for row in connection.execute(sql, tuple(values)):
                    rows.append(tuple(row))
        except Exception:  # noqa: BLE001 - damage shows as DatabaseError, OperationalError or MemoryError, by build
            return rows
        return rows
