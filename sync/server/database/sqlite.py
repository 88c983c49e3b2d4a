"""SQLite as the council's database: a file, the default, and one in memory for tests and tools."""

from __future__ import annotations

import contextlib
import functools
import json
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Dialect, Engine, Select, Table, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool, StaticPool

from models.errors import Trouble
from sync.server.database.files import flush
from sync.server.database.statements import Prepared, Rows, Step, prepare

_LOCK_WAIT_SECONDS = 30
_DAMAGED = "{}: the file is damaged"
_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON", "temp_store=MEMORY")


class SQLiteFile:
    """A database in one file. Opening creates the file if ``create`` says so; see :mod:`sync.server.migrations`.

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

    def migrate(self) -> contextlib.AbstractContextManager[Connection]:
        """A write is alone from its start."""
        return self.write()

    def settle(self, connection: Connection) -> None:
        """What can be read was written through to the disk before its writer was answered."""

    def ask(self, connection: Connection, *steps: Step) -> list[list[Any]]:
        """Run them one after the other; rows by one statement, prepared once."""
        return _ask(connection, steps)

    def end(self, connection: Connection, *steps: Step) -> None:
        """Run them; the transaction ends by itself after that."""
        _ask(connection, steps)

    def glance(self, statement: Select[Any]) -> _Glance:
        """Make ready a question for the event loop, on a connection that waits for nobody."""
        return _Glance(self.path, prepare(statement, self._engine.dialect))

    def learn(self, connection: Connection) -> None:
        """SQLite has nothing to learn: it takes the longest key that fits."""

    def schema(self, ask: str) -> int | None:
        """Run ``ask`` on the file without changing a byte of it; None when the table is not there yet."""
        if not self.path.is_file():
            return None
        connection = sqlite3.connect(f"{self.path.absolute().as_uri()}?mode=ro", uri=True, timeout=_LOCK_WAIT_SECONDS)
        try:
            row = connection.execute(ask).fetchone()
            return int(row[0]) if row else None
        except sqlite3.OperationalError:
            return None
        except sqlite3.DatabaseError as error:
            raise Trouble(
                "The council's database cannot be read.",
                f"{self.path.name} is damaged or is not a Heard database. Nothing was changed.",
                "Put back the latest backup, or ask for help before starting the server again.",
            ) from error
        finally:
            connection.close()

    def backup(self, target: Path) -> None:
        """Copy the database to ``target`` while it is in use, and check the copy. Raises Trouble if it is damaged."""
        source = self._connect()
        try:
            _copy_checked(source, target)
        finally:
            source.close()

    def fold(self) -> None:
        """Write everything into the one file and leave nothing beside it, as a copy that will be carried away needs."""
        self._engine.dispose()
        connection = self._connect()
        try:
            connection.execute("PRAGMA journal_mode=DELETE")
        finally:
            connection.close()
        flush(self.path)

    def fold_log(self) -> None:
        connection = self._connect()
        try:
            connection.execute("PRAGMA busy_timeout=50")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            connection.close()

    def scrub(self) -> None:
        """Write the file anew and empty its log: a page that was split may still hold what a row held before."""
        connection = self._connect()
        try:
            connection.execute("PRAGMA temp_store=FILE")
            connection.execute("VACUUM")
            is_busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        finally:
            connection.close()
        if is_busy:
            raise Trouble(
                "It is done, but the server's log still holds what was taken out.",
                "Somebody was reading the database all the while.",
                "The log is emptied when the server is next stopped.",
            )

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

    def weaknesses(self) -> list[str]:
        """None: every connection sets what durability needs."""
        return []

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()


class _Glance:
    """One question on a connection of the event loop's. A reader waits for no writer here, and holds none up."""

    def __init__(self, path: Path, statement: Prepared) -> None:
        self._path, self._statement = path, statement
        self._line: sqlite3.Connection | None = None

    async def ask(self, values: Mapping[str, str]) -> tuple[Any, ...] | None:
        """Ask it; None also while the file is being written anew."""
        try:
            if self._line is None:
                source = f"{self._path.absolute().as_uri()}?mode=ro"
                self._line = sqlite3.connect(source, uri=True, timeout=0, isolation_level=None, check_same_thread=False)
            rows = self._line.execute(self._statement.text, self._statement.values(values)).fetchall()
        except sqlite3.Error:
            await self.close()
            return None
        return rows[0] if rows else None

    async def close(self) -> None:
        """Let go of the file."""
        line, self._line = self._line, None
        if line is not None:
            line.close()


class _MemoryGlance:
    """One question between two transactions."""

    def __init__(self, turn: threading.RLock, line: sqlite3.Connection, statement: Prepared) -> None:
        self._turn, self._line, self._statement = turn, line, statement

    async def ask(self, values: Mapping[str, str]) -> tuple[Any, ...] | None:
        """Ask it; None while somebody is at work."""
        if not self._turn.acquire(blocking=False):
            return None
        try:
            rows = self._line.execute(self._statement.text, self._statement.values(values)).fetchall()
        finally:
            self._turn.release()
        return rows[0] if rows else None

    async def close(self) -> None:
        """The connection is not its own."""


class SQLiteMemory:
    """A database that is gone when it is closed: one connection, one transaction at a time, nothing on a disk."""

    def __init__(self) -> None:
        self._turn = threading.RLock()
        self._raw = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        self._raw.execute("PRAGMA foreign_keys=ON")
        self._engine: Engine = create_engine("sqlite://", creator=lambda: self._raw, poolclass=StaticPool)
        self._writing = self._engine
        event.listen(self._engine, "begin", _begin)

    @contextlib.contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a transaction; it is alone, so it sees one moment."""
        with self._turn, self._engine.connect() as connection, connection.begin():
            yield connection

    def write(self) -> contextlib.AbstractContextManager[Connection]:
        """Open a transaction. All or nothing."""
        return self.read()

    def migrate(self) -> contextlib.AbstractContextManager[Connection]:
        """A transaction is always alone."""
        return self.read()

    def settle(self, connection: Connection) -> None:
        """Nothing here outlives the process anyway."""

    def ask(self, connection: Connection, *steps: Step) -> list[list[Any]]:
        """Run them one after the other; rows by one statement, prepared once."""
        return _ask(connection, steps)

    def end(self, connection: Connection, *steps: Step) -> None:
        """Run them; the transaction ends by itself after that."""
        _ask(connection, steps)

    def glance(self, statement: Select[Any]) -> _MemoryGlance:
        """Make ready a question for the event loop."""
        return _MemoryGlance(self._turn, self._raw, prepare(statement, self._engine.dialect))

    def learn(self, connection: Connection) -> None:
        """SQLite has nothing to learn: it takes the longest key that fits."""

    def schema(self, ask: str) -> int | None:
        """Run ``ask``; None when the table is not there yet."""
        with self._turn:
            try:
                row = self._raw.execute(ask).fetchone()
            except sqlite3.OperationalError:
                return None
            return int(row[0]) if row else None

    def backup(self, target: Path) -> None:
        """Write it all into a file, and check that."""
        with self._turn:
            _copy_checked(self._raw, target)

    def fold_log(self) -> None:
        """There is no log in memory."""

    def scrub(self) -> None:
        """There is no file."""

    def faults(self) -> list[str]:
        """List what SQLite's own checks find wrong."""
        with self._turn:
            return integrity_faults(self._raw)

    def weaknesses(self) -> list[str]:
        """One, and it is what this is for."""
        return ["The database is in memory: everything in it is gone when the server ends."]

    def close(self) -> None:
        """Let go of it, and with it of everything."""
        self._engine.dispose()
        self._raw.close()


def _ask(connection: Connection, steps: Sequence[Step]) -> list[list[Any]]:
    driver: sqlite3.Connection = connection.connection.driver_connection  # type: ignore[assignment]
    try:
        return [_run(driver, connection.dialect, step) for step in steps]
    except sqlite3.Error as error:
        # As SQLAlchemy would have said it.
        raise DBAPIError.instance(None, None, error, sqlite3.Error, dialect=connection.dialect) from error


def _run(driver: sqlite3.Connection, dialect: Dialect, step: Step) -> list[Any]:
    if isinstance(step, Rows):
        names = tuple(step.rows[0])
        driver.executemany(_insert_text(step.table, names, over=step.over), [tuple(row.values()) for row in step.rows])
        return []
    made = prepare(step.statement, dialect)
    given = {name: json.dumps(value) if isinstance(value, list) else value for name, value in step.values.items()}
    return driver.execute(made.text, made.values(given)).fetchall()


@functools.lru_cache(maxsize=64)
def _insert_text(table: Table, names: tuple[str, ...], *, over: bool) -> str:
    words = f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
    if over:
        key = [column.name for column in table.primary_key]
        changed = ", ".join(f"{name} = excluded.{name}" for name in names if name not in key)
        words += f" ON CONFLICT ({', '.join(key)}) DO UPDATE SET {changed}"
    return words


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _copy_checked(source: sqlite3.Connection, target: Path) -> None:
    copy = sqlite3.connect(target, isolation_level=None)
    try:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
        faults = integrity_faults(copy)
    finally:
        copy.close()
    if faults:
        raise Trouble("The backup did not pass its check.", "The copy is damaged.", "Run check on the server.")
    flush(target)


def integrity_faults(connection: sqlite3.Connection) -> list[str]:
    """Run SQLite's checks and return what they say, ids only; an empty list means sound."""
    try:
        found = [row[0] for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok"]
        return found + [
            f"{row[0]} row {row[1]} points nowhere" for row in connection.execute("PRAGMA foreign_key_check")
        ]
    except sqlite3.DatabaseError as error:
        return [_DAMAGED.format(type(error).__name__)]
