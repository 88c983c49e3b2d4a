"""Brings a vault's tables to this Heard's schema: in one transaction, after an encrypted copy, or not at all."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine

from models.errors import NewerVault, NotJoined, StoreDamaged, Trouble
from models.store.backup import back_up
from models.store.backup import backups as copies
from models.store.engine import Cipher, make_engine
from models.store.tables import SCHEMA, SEARCH, metadata

MIGRATIONS = Path(__file__).with_name("migrations")


def prepare(cipher: Cipher, path: Path, backups: Path, *, may_create: bool = True) -> None:
    """Make the tables of a new vault, or migrate an older one. Raises NewerVault and touches nothing for a newer one.

    A damaged file raises StoreDamaged at its first read (``PRAGMA key`` itself never fails). So does one that is
    gone or empty while there are copies of it: only ``may_create`` lets a vault begin anew.
    """
    if not may_create and not _has_content(path):
        raise _gone(bool(copies(backups)))
    engine = make_engine(cipher, path, is_writer=True)
    try:
        schema = _schema_of(cipher, path)
        if schema == 0:
            with engine.begin() as connection:
                create(connection)
        elif schema // 1000 > SCHEMA // 1000:
            raise NewerVault(
                "This vault was written by a newer Heard",
                "It has not been changed, and nothing is lost.",
                "Ask your council’s IT to update Heard on this laptop.",
            )
        elif schema < SCHEMA:
            back_up(cipher, path, backups, "before-update")
            upgrade(engine)
    finally:
        engine.dispose()


def _has_content(path: Path) -> bool:
    return path.exists() and path.stat().st_size > 0


def _gone(has_copies: bool) -> Trouble:
    if has_copies:
        return StoreDamaged(
            "The file with your work is not where it should be",
            "There is a copy of it on this laptop. What was sent is safe on the council’s server.",
            "Close Heard and open it again: it repairs itself from its last good copy.",
        )
    return NotJoined("This laptop has not joined a council yet", "Nothing is lost.", "Join it with your code.")


def _schema_of(cipher: Cipher, path: Path) -> int:
    if not _has_content(path):
        return 0
    # Without switching the journal, and with one left by a crash not even played in at closing, so that a vault
    # that must be refused keeps every byte.
    connection = cipher.open(path, is_read_only=_has_content(path.with_name(path.name + "-wal")))
    try:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])
    finally:
        connection.close()


def create(connection: Connection) -> None:
    """Make every table of the current schema."""
    metadata.create_all(connection)
    connection.exec_driver_sql(SEARCH)
    connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA}")


def upgrade(engine: Engine) -> None:
    """Run the numbered migrations. Alembic is imported only here: a vault of this schema never pays for it."""
    from alembic.migration import MigrationContext
    from alembic.operations import Operations
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory(str(MIGRATIONS))
    with engine.connect() as connection:
        # Rebuilding a table with foreign keys on would delete the rows that point at it; the pragma only
        # takes effect outside a transaction, and the check below stands in for it.
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.execute("PRAGMA foreign_keys=OFF")
        with connection.begin():
            start = int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
            operations = Operations(MigrationContext.configure(connection))
            for script in reversed(list(scripts.walk_revisions())):
                if int(script.revision) > start:
                    with Operations.context(operations.migration_context):
                        script.module.upgrade()
            if connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
                raise RuntimeError("a migration left rows that point at nothing")
            connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA}")
        raw.execute("PRAGMA foreign_keys=ON")
