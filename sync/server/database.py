"""The one place that knows which database this is: connections, transactions, backup and damage checks for SQLite."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import QueuePool

from models.errors import Trouble

_LOCK_WAIT_SECONDS = 30
_DAMAGED = "{}: the file is damaged"
_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON", "temp_store=MEMORY")


class Database:
    """A council's database file. Opening creates the file if ``create`` says so; see :mod:`sync.server.migrations`.

    Reads run side by side on a snapshot; writes run one at a time, each a whole transaction, and are on the
    disk before :meth:`write` returns.
    """

    def __init__(self, path: Path, *, create: bool = False) -> None:
        if not create and not path.is_file():
            raise Trouble(
                "This folder holds no Heard server yet.",
                f"There is no {path.name} in {path.parent}.",
                "Run the init command first, or give the right folder with --data.",
            )
        self.path = path
        self._one_writer = threading.Lock()
        self._engine: Engine = create_engine(
            "sqlite://", creator=self._connect, poolclass=QueuePool, pool_size=8, max_overflow=56
        )
        self._writing = self._engine.execution_options(writes=True)
        event.listen(self._engine, "begin", _begin)

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.path, timeout=_LOCK_WAIT_SECONDS, isolation_level=None, check_same_thread=False
        )
        try:
            for pragma in _PRAGMAS:
                connection.execute(f"PRAGMA {pragma}")
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    @contextlib.contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a transaction that only reads, and sees one moment throughout."""
        with self._engine.connect() as connection, connection.begin():
            yield connection

    @contextlib.contextmanager
    def write(self) -> Iterator[Connection]:
        """Open a transaction that writes; it holds the write lock from its start. All or nothing."""
        with self._one_writer, self._writing.connect() as connection, connection.begin():
            yield connection

    def backup(self, target: Path) -> None:
        """Copy the database to ``target`` while it is in use, and check the copy. Raises Trouble if it is damaged."""
        source = self._connect()
        copy = sqlite3.connect(target, isolation_level=None)
        try:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")
            faults = integrity_faults(copy)
        finally:
            copy.close()
            source.close()
        if faults:
            raise Trouble("The backup did not pass its check.", "The copy is damaged.", "Run check on the server.")
        _flush(target)

    def fold(self) -> None:
        """Write everything into the one file and leave nothing beside it, as a copy that will be carried away needs."""
        self._engine.dispose()
        connection = self._connect()
        try:
            connection.execute("PRAGMA journal_mode=DELETE")
        finally:
            connection.close()
        _flush(self.path)

    def faults(self) -> list[str]:
        """List what the database's own checks find wrong: damaged pages, rows that point nowhere."""
        try:
            connection = self._connect()
        except sqlite3.DatabaseError as error:
            return [_DAMAGED.format(type(error).__name__)]
        try:
            return integrity_faults(connection)
        finally:
            connection.close()

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def integrity_faults(connection: sqlite3.Connection) -> list[str]:
    """Run SQLite's checks and return what they say, ids only; an empty list means sound."""
    try:
        found = [row[0] for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok"]
        return found + [
            f"{row[0]} row {row[1]} points nowhere" for row in connection.execute("PRAGMA foreign_key_check")
        ]
    except sqlite3.DatabaseError as error:
        return [_DAMAGED.format(type(error).__name__)]


def peek_schema(path: Path, query: str) -> int | None:
    """Run ``query`` on the file without changing a byte of it; None when the table is not there yet."""
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=_LOCK_WAIT_SECONDS)
    try:
        row = connection.execute(query).fetchone()
        return int(row[0]) if row else None
    except sqlite3.OperationalError:
        return None
    except sqlite3.DatabaseError as error:
        raise Trouble(
            "The council's database cannot be read.",
            f"{path.name} is damaged or is not a Heard database. Nothing was changed.",
            "Put back the latest backup, or ask for help before starting the server again.",
        ) from error
    finally:
        connection.close()


def write_durably(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Write a small file whole: a crash leaves the old one or the new one, never half of either."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    _flush(path.parent)


def _flush(path: Path) -> None:
    """Make a file or a folder's list of names durable, where the system can."""
    if path.is_dir() and os.name == "nt":
        return
    handle = os.open(path, os.O_RDWR if path.is_file() else os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
