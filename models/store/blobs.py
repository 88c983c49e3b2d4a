"""Rows of the files that records speak of: which are here, which must be sent or fetched, which nobody needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection, Row

from models.record import declaration_of
from models.store.project import column_of

TYPE = "attachment"
UP, DOWN, DONE = "up", "down", ""
SMALL, PART = ".small", ".part"
"""What follows a file's name: its small picture, and what has come of it so far."""
_HEX = frozenset("0123456789abcdef")


@dataclass(frozen=True, slots=True)
class BlobRow:
    """One file of one record. ``parts_done`` counts the parts that have gone, or come, so far."""

    blob_id: str
    record_id: str
    file_name: str
    media_type: str
    size: int
    direction: str
    parts_done: int
    is_whole: bool
    since: str


_COLUMNS = "b.blob_id, b.record_id, b.file_name, b.media_type, b.size, b.direction, b.parts_done, b.is_whole, b.since"


def is_blob_id(text: str) -> bool:
    """Say whether a text can be the mark of a file: a SHA-256 in hex."""
    return len(text) == 64 and _HEX.issuperset(text)


def _read(rows: Iterable[Row[Any]]) -> list[BlobRow]:
    return [BlobRow(**{**row._asdict(), "is_whole": bool(row.is_whole)}) for row in rows]


def put(connection: Connection, row: BlobRow) -> None:
    """Write a row, or write it anew."""
    connection.exec_driver_sql(
        "INSERT INTO blob (blob_id, record_id, file_name, media_type, size, direction, parts_done, is_whole, since) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (blob_id, record_id) DO UPDATE SET file_name = "
        "excluded.file_name, media_type = excluded.media_type, size = excluded.size, direction = excluded.direction, "
        "parts_done = excluded.parts_done, is_whole = excluded.is_whole, since = excluded.since",
        (
            row.blob_id,
            row.record_id,
            row.file_name,
            row.media_type,
            row.size,
            row.direction,
            row.parts_done,
            int(row.is_whole),
            row.since,
        ),
    )


def put_all(connection: Connection, rows: Iterable[BlobRow]) -> None:
    """Write several rows."""
    for row in rows:
        put(connection, row)


def find(connection: Connection, blob_id: str, record_id: str) -> BlobRow | None:
    """One file of one record, or None."""
    rows = connection.exec_driver_sql(
        f"SELECT {_COLUMNS} FROM blob b WHERE b.blob_id = ? AND b.record_id = ?", (blob_id, record_id)
    )
    return next(iter(_read(rows.all())), None)


def to_send(connection: Connection) -> list[BlobRow]:
    """The files that must go, oldest first; only of records whose every version has been acknowledged or held.

    One held back goes too: its words are kept safe for a manager, and what belongs to them must be there.
    """
    rows = connection.exec_driver_sql(
        f"SELECT {_COLUMNS} FROM blob b JOIN record r ON r.record_id = b.record_id WHERE b.direction = 'up' "
        "AND r.tip IS NOT NULL AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.record_id = b.record_id "
        "AND o.held_reason = '') ORDER BY b.since, b.blob_id"
    )
    return _read(rows.all())


def to_fetch(connection: Connection) -> list[BlobRow]:
    """The files that must come, newest first; none of a record that is hidden or deleted."""
    rows = connection.exec_driver_sql(
        f"SELECT {_COLUMNS} FROM blob b JOIN record r ON r.record_id = b.record_id WHERE b.direction = 'down' "
        "AND r.is_hidden = 0 AND r.is_deleted = 0 ORDER BY r.row DESC, b.blob_id"
    )
    return _read(rows.all())


def waiting_count(connection: Connection) -> int:
    """How many files are here and not yet with the council."""
    return int(connection.exec_driver_sql("SELECT count(*) FROM blob WHERE direction = 'up'").scalar_one())


def step(connection: Connection, row: BlobRow, parts_done: int) -> None:
    """Write down how many parts have gone or come."""
    connection.exec_driver_sql(
        "UPDATE blob SET parts_done = ? WHERE blob_id = ? AND record_id = ?", (parts_done, row.blob_id, row.record_id)
    )


def settle(connection: Connection, row: BlobRow) -> None:
    """Nothing is left to do for this file: it is here, and the council has it."""
    connection.exec_driver_sql(
        "UPDATE blob SET direction = '', parts_done = 0, is_whole = 1 WHERE blob_id = ? AND record_id = ?",
        (row.blob_id, row.record_id),
    )


def give_up_hidden(connection: Connection, row: BlobRow) -> None:
    """Send a file no more where its record must be given up; the author's own would be taken, were it still wanted."""
    connection.exec_driver_sql(
        "UPDATE blob SET direction = '' WHERE blob_id = ? AND record_id = ? AND EXISTS "
        "(SELECT 1 FROM record r WHERE r.record_id = blob.record_id AND r.is_hidden = 1)",
        (row.blob_id, row.record_id),
    )


def fetch_again(connection: Connection, blob_id: str) -> None:
    """What lies here of a file is damaged or gone: it must come anew from the council, where it had been sent."""
    connection.exec_driver_sql(
        "UPDATE blob SET direction = 'down', parts_done = 0, is_whole = 0 WHERE blob_id = ? AND direction != 'up'",
        (blob_id,),
    )


@dataclass(frozen=True, slots=True)
class Spoken:
    """A record that speaks of a file and has no row for it yet."""

    record_id: str
    blob_id: str
    tip: bytes | None
    working: bytes | None


def spoken_of(connection: Connection) -> list[Spoken]:
    """The records that speak of a file without a row: they came from the server, or out of a damaged vault."""
    rows = connection.exec_driver_sql(
        f"SELECT r.record_id, r.{_blob_column()}, r.tip, r.working FROM record r WHERE r.type = ? "
        f"AND r.{_blob_column()} IS NOT NULL AND NOT EXISTS "
        f"(SELECT 1 FROM blob b WHERE b.record_id = r.record_id AND b.blob_id = r.{_blob_column()})",
        (TYPE,),
    )
    return [Spoken(*row) for row in rows if is_blob_id(row[1])]


def wanted_ids(connection: Connection) -> set[str]:
    """The marks of every file that some record here speaks of, deleted and hidden ones too."""
    rows = connection.exec_driver_sql(
        f"SELECT {_blob_column()} FROM record WHERE type = ? AND {_blob_column()} IS NOT NULL", (TYPE,)
    )
    return {str(row[0]) for row in rows}


def kept_names(connection: Connection) -> set[str]:
    """The file names of every row."""
    return {str(row.file_name) for row in connection.exec_driver_sql("SELECT file_name FROM blob")}


def forget(connection: Connection, record_ids: Iterable[str]) -> list[str]:
    """Take out the rows of these records; return the names of the files that nobody else here speaks of.

    For a purge, inside its transaction. Delete the files after the commit, and before the receipt, with
    :func:`models.attachments.sealed.remove`: they are all there is of these records in the folder of files.
    """
    ids = msgspec.json.encode(sorted(set(record_ids))).decode()
    rows = connection.exec_driver_sql(
        "DELETE FROM blob WHERE record_id IN (SELECT value FROM json_each(?)) RETURNING file_name", (ids,)
    )
    gone = {str(row.file_name) for row in rows.all()} - kept_names(connection)
    return [f"{name}{end}" for name in sorted(gone) for end in ("", SMALL, PART, SMALL + PART)]


def states(connection: Connection, pairs: Mapping[str, str]) -> dict[str, BlobRow]:
    """The rows of some records' files, by record id. ``pairs`` is record id to blob id."""
    ids = msgspec.json.encode(sorted(pairs)).decode()
    rows = connection.exec_driver_sql(
        f"SELECT {_COLUMNS} FROM blob b WHERE b.record_id IN (SELECT value FROM json_each(?))", (ids,)
    )
    return {row.record_id: row for row in _read(rows.all()) if pairs[row.record_id] == row.blob_id}


def _blob_column() -> str:
    declaration = declaration_of(TYPE)
    assert declaration is not None
    return column_of(declaration, "blob_id")
