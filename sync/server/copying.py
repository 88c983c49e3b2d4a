"""Carries a whole council from one database to another: out to a file for a backup, and back in from one."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, func, insert, select

from models.errors import Trouble
from sync.server.database import Database
from sync.server.database.sqlite import SQLiteFile
from sync.server.migrations import open_database
from sync.server.tables import council, metadata

_ROWS_AT_ONCE = 500


def copy_to_file(source: Database, target: Path) -> None:
    """Copy every table as of one moment into a SQLite file at ``target``, and check it. Raises Trouble if damaged.

    ``target`` may be there as an empty file.
    """
    copy = SQLiteFile(target, create=True)
    try:
        open_database(copy)
        with source.read() as reading, copy.write() as writing:
            copy_tables(reading, writing)
        copy.fold()
        faults = copy.faults()
    finally:
        copy.close()
    if faults:
        raise Trouble("The backup did not pass its check.", "The copy is damaged.", "Run check on the server.")


def copy_from_file(source: SQLiteFile, target: Database) -> None:
    """Copy every table of a file into a database that holds no council yet, in one transaction.

    Raises Trouble, and changes nothing, if it holds one.
    """
    with source.read() as reading, target.migrate() as writing:
        if writing.execute(select(func.count()).select_from(council)).scalar_one():
            raise Trouble(
                "That database already holds a council.",
                "Nothing was changed.",
                "Restore into an empty database, and give its address.",
            )
        copy_tables(reading, writing)


def copy_tables(reading: Connection, writing: Connection) -> None:
    """Copy the rows of every table, tables that others point to first."""
    for table in metadata.sorted_tables:
        # A cursor of its own, so that a large table never lies whole in memory.
        rows = reading.execution_options(yield_per=_ROWS_AT_ONCE).execute(select(table)).mappings()
        for some in rows.partitions():
            writing.execute(insert(table), [dict(row) for row in some])
