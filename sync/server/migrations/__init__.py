"""The steps that bring an older council's database to this server's shape, numbered, each one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType

from sqlalchemy import Connection

from models.errors import Trouble
from sync.server.database import Database
from sync.server.migrations import (
    m0001_first_tables,
    m0002_permissions,
    m0003_trust,
    m0004_loose_branches,
    m0005_blobs,
    m0006_segments,
)

STEPS: tuple[ModuleType, ...] = (
    m0001_first_tables,
    m0002_permissions,
    m0003_trust,
    m0004_loose_branches,
    m0005_blobs,
    m0006_segments,
)
LATEST: int = STEPS[-1].NUMBER

_ASK = "SELECT number FROM heard_schema"
_OTHER_NAMES = {"postgresql": {" BLOB": " BYTEA", " WITHOUT ROWID": "", " TEXT": ' TEXT COLLATE "C"'}}
"""The statements are plain SQL; this is all that another database calls by another name.

PostgreSQL orders text by the rules of a language, which come from the system and change with it: an index may then no
longer find what it holds. "C" orders by the bytes, as SQLite does, for ever and faster.
"""


class NewerDatabase(Trouble):
    """The database was written by a newer Heard server and is left untouched."""


def open_database(database: Database, *, steps: Sequence[ModuleType] = STEPS) -> int:
    """Bring the database to the newest step and return its number. Raises NewerDatabase and changes nothing then.

    A file that is already at the newest step is not written to.
    """
    latest: int = steps[-1].NUMBER
    found = found_step(database)
    if found is not None and found > latest:
        raise NewerDatabase(
            "This database belongs to a newer Heard server.",
            f"It is at step {found}; this server knows steps up to {latest}. Nothing was changed.",
            "Install the newer heard-server again, or put back a backup from before the update.",
        )
    for step in steps:
        if (found or 0) < step.NUMBER:
            with database.migrate() as connection:
                _take(connection, step)
    return latest


def found_step(database: Database) -> int | None:
    """Return the step a database is at, without changing anything; None for one that Heard has never opened."""
    return database.schema(_ASK)


def _take(connection: Connection, step: ModuleType) -> None:
    """Run one step inside the caller's transaction, unless another process has just done so."""
    connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS heard_schema (number BIGINT NOT NULL)")
    row = connection.exec_driver_sql(_ASK).fetchone()
    if row is not None and row[0] >= step.NUMBER:
        return
    names = _OTHER_NAMES.get(connection.dialect.name, {})
    for statement in step.STATEMENTS:
        for ours, theirs in names.items():
            statement = statement.replace(ours, theirs)
        connection.exec_driver_sql(statement)
    if hasattr(step, "fill"):
        step.fill(connection)
    connection.exec_driver_sql("DELETE FROM heard_schema")
    connection.exec_driver_sql(f"INSERT INTO heard_schema (number) VALUES ({int(step.NUMBER)})")
