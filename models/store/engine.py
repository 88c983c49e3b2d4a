"""Opens the vault's file: SQLCipher under SQLAlchemy Core, one writing thread, a few read-only connections."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from errno import EDQUOT, EFBIG, EIO, ENOSPC
from pathlib import Path
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, exc
from sqlalchemy.pool import QueuePool

from models.errors import StoreDamaged, StoreFull, Trouble

T = TypeVar("T")
READERS = 4
STATEMENTS_KEPT = 128
"""Prepared statements that a connection keeps: preparing the look at what waits took seven times as long as it."""
STATEMENTS_KEPT_IN_BULK = 4
"""Kept statements hold the few slots a connection has for small memory. Once those are gone, wiped memory costs two
system calls for every row and index: with 128 a pull and the search index take twice the processor time."""
STEPS_BETWEEN_LOOKS = 2000
"""Steps of SQLite's machine between two looks whether a save waits: well under a millisecond."""
DAMAGE_MET = "vault.damaged"
"""An empty file beside the vault: damage was met, so that the next opening looks at every page."""


class Cipher(Protocol):
    """Opens a DB-API connection to the vault's file. The shipped one encrypts; tests compare with one that does not."""

    module: Any

    def open(self, path: Path, *, is_read_only: bool = False, statements: int = STATEMENTS_KEPT) -> Any:
        """Return a new connection with its key set and nothing read yet. Closing a read-only one writes no byte."""
        ...


class SqlCipher:
    """SQLCipher with 32 random bytes as raw key: opening costs nothing, and damage of any page is noticed."""

    def __init__(self, key: bytes) -> None:
        from sqlcipher3 import dbapi2

        if len(key) != 32:
            raise ValueError("a vault's key is 32 bytes")
        self.module: Any = dbapi2
        self._pragma = f"PRAGMA key=\"x'{key.hex()}'\""

    def open(self, path: Path, *, is_read_only: bool = False, statements: int = STATEMENTS_KEPT) -> Any:
        """Open the file. ``cipher_memory_security`` is read back: a build without it is refused."""
        place = f"{path.absolute().as_uri()}?mode=ro" if is_read_only else str(path)
        connection = self.module.connect(
            place,
            check_same_thread=False,
            timeout=5,
            isolation_level=None,
            uri=is_read_only,
            cached_statements=statements,
        )
        connection.execute("PRAGMA cipher_log_level=NONE")  # or damage floods stderr with hundreds of lines
        connection.execute("PRAGMA cipher_memory_security=ON")
        connection.execute(self._pragma)
        secured = connection.execute("PRAGMA cipher_memory_security").fetchone()
        if not secured or str(secured[0]) != "1":
            raise RuntimeError("this SQLCipher does not wipe freed memory")
        return connection


PRAGMAS = ("foreign_keys=ON", "journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", "temp_store=MEMORY")

PAGES_BEFORE_CHECKPOINT = 4000
"""Pages of 4 KB that the journal gathers before they are written into the file. SQLite's own 1000 made a first pull
write and sync the pages of its indexes over and over: a quarter of its time. All of it is encrypted, and synced at each
commit all the same."""


def connect(cipher: Cipher, path: Path, *, is_writer: bool, is_bulk: bool = False) -> Any:
    """One connection, set up the only way Heard uses: WAL with FULL, or acknowledged saves die with the power."""
    connection = cipher.open(path, statements=STATEMENTS_KEPT_IN_BULK if is_bulk else STATEMENTS_KEPT)
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    if is_writer:
        connection.execute(f"PRAGMA wal_autocheckpoint={PAGES_BEFORE_CHECKPOINT}")
    else:
        connection.execute("PRAGMA query_only=ON")
    return connection


def make_engine(cipher: Cipher, path: Path, *, is_writer: bool, is_bulk: bool = False) -> Engine:
    """An engine that begins its own transactions, so that DDL rolls back and a writer never upgrades a read lock."""
    engine = create_engine(
        "sqlite://",
        module=cipher.module,
        creator=lambda: connect(cipher, path, is_writer=is_writer, is_bulk=is_bulk),
        poolclass=QueuePool,
        pool_use_lifo=True,  # whoever asks next gets the connection that still knows the statements
        pool_size=1 if is_writer else READERS,
        max_overflow=0 if is_writer else READERS,
        hide_parameters=True,
    )

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writer else "BEGIN")

    return engine


def as_trouble(error: BaseException) -> Trouble | None:
    """Tell the world's fault from a bug. The one place that reads SQLite's and SQLCipher's codes and messages.

    A failed page check shows as DatabaseError, then "readonly" on every write, or as a bare MemoryError,
    depending on the build; all of them mean damage. None for anything that is our own bug.
    """
    if isinstance(error, Trouble):
        return error
    if isinstance(error, MemoryError):
        return _damaged()
    origin = getattr(error, "orig", None) or error
    fault = _fault_of(origin)
    if fault == "full":
        return StoreFull(
            "The laptop’s disk is full",
            "Everything saved before is safe. What is on the screen is not saved yet.",
            "Delete something you do not need, outside Heard. Heard tries again by itself.",
        )
    if fault == "unwritten":
        return StoreFull(
            "The laptop’s disk did not take what was written",
            "Everything saved before is safe. What is on the screen is not saved yet.",
            "Heard tries again by itself. If this stays, ask your council’s IT to look at the disk.",
        )
    if fault == "unopened":
        return Trouble(
            "Heard could not open its file", "Nothing has been changed.", "Restart the laptop and try again."
        )
    return _damaged() if fault == "damaged" else None


_BY_CODE = {8: "damaged", 10: "unwritten", 11: "damaged", 13: "full", 14: "unopened", 26: "damaged"}
"""SQLite's primary codes: READONLY, IOERR, CORRUPT, FULL, CANTOPEN, NOTADB."""
_BY_ERRNO = {EIO: "unwritten", ENOSPC: "full", EDQUOT: "full", EFBIG: "full"}
_BY_WORDS = {
    "not a database": "damaged",
    "malformed": "damaged",
    "readonly": "damaged",
    "sql logic error": "damaged",
    "file is encrypted": "damaged",
    "disk is full": "full",
    "disk i/o error": "unwritten",
    "unable to open": "unopened",
}


def _fault_of(origin: BaseException) -> str:
    if isinstance(origin, OSError):
        return _BY_ERRNO.get(origin.errno or 0, "")
    found = _BY_CODE.get(getattr(origin, "sqlite_errorcode", 0) & 0xFF, "")
    # Backups carry no code, and builds differ in those they give after the first failure; the words do not.
    text = str(origin).lower()
    return found or next((fault for words, fault in _BY_WORDS.items() if words in text), "")


def _damaged() -> StoreDamaged:
    return StoreDamaged(
        "Part of the file on this laptop is damaged",
        "Heard noticed before showing anything wrong. What was sent is safe on the council’s server.",
        "Close Heard and open it again: it repairs itself from its last good copy.",
    )


class Interrupted(Exception):
    """A chore gave way to a write. Nothing is lost by it: it is done another time."""


class Store:
    """The vault's file while it is open. Writes go one after another through one thread; reads never wait for them."""

    def __init__(self, cipher: Cipher, path: Path) -> None:
        self.cipher, self.path = cipher, path
        self._write_engine = make_engine(cipher, path, is_writer=True)
        self._bulk_engine = make_engine(cipher, path, is_writer=True, is_bulk=True)
        self.writers = (self._write_engine, self._bulk_engine)
        """Both are used by the one writing thread: for acts, and for the same few things done to many rows."""
        self._read_engine = make_engine(cipher, path, is_writer=False)
        self.writes = 0
        """Jobs the writing thread has ended. While it stays the same, the store gives the answer it gave."""
        self._gate, self._is_closed = threading.Lock(), False
        self._jobs: queue.SimpleQueue[tuple[Callable[[], Any], Future[Any]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._write_on, name="casebook-writer", daemon=True)
        self._thread.start()

    def write(self, job: Callable[[Connection], T], *, is_bulk: bool = False) -> Future[T]:
        """Run ``job`` in one transaction on the writing thread. The future holds its result, or Trouble.

        ``is_bulk``: it does the same few things to many rows, and has a connection set up for that. After
        :meth:`close` the future holds Trouble at once: nothing is left waiting for a thread that has ended.
        """
        return self._put(lambda: self._do(job, self._bulk_engine if is_bulk else self._write_engine))

    def chore(self, job: Callable[[Any], T], *, gives_way: bool = False) -> Future[T]:
        """Run ``job`` on the writing thread with its bare connection and no transaction, as VACUUM needs.

        With ``gives_way`` a write that comes meanwhile interrupts it: the future then holds Interrupted, and what the
        statement had done is rolled back.
        """
        return self._put(lambda: self._do_chore(job, gives_way=gives_way))

    def _put(self, job: Callable[[], T]) -> Future[T]:
        future: Future[T] = Future()
        with self._gate:
            if self._is_closed:
                future.set_exception(Trouble("Heard is locked", "Everything saved before is safe.", "Unlock it first."))
            else:
                self._jobs.put((job, future))
        return future

    def _yielding(self, job: Callable[[Any], T], connection: Any) -> T:
        if not self._jobs.empty():
            raise Interrupted
        # Asked every so many steps, where an interrupt could come just before the statement begins and be lost.
        connection.set_progress_handler(lambda: not self._jobs.empty(), STEPS_BETWEEN_LOOKS)
        try:
            return job(connection)
        except self.cipher.module.OperationalError as error:
            if "interrupted" in str(error):
                raise Interrupted from error
            raise
        finally:
            connection.set_progress_handler(None, 0)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A read-only connection with one consistent view. Raises Trouble for damage."""
        try:
            with self._read_engine.connect() as connection:
                yield connection
        except (exc.DBAPIError, MemoryError) as error:
            trouble = as_trouble(error)
            self._read_engine.dispose()
            if trouble is None:
                raise
            self._note(trouble)
            raise trouble from error

    def note_damage(self) -> None:
        """Leave word for the next opening."""
        with suppress(OSError):
            self.path.with_name(DAMAGE_MET).touch()

    def _note(self, trouble: Trouble | None) -> None:
        if isinstance(trouble, StoreDamaged):
            self.note_damage()

    def close(self) -> None:
        """Finish what is queued, then close every connection. Safe to call twice."""
        with self._gate:
            if not self._is_closed:
                self._jobs.put(None)
            self._is_closed = True
        self._thread.join()
        for engine in (*self.writers, self._read_engine):
            engine.dispose()

    def _do(self, job: Callable[[Any], T], engine: Engine) -> T:
        with engine.begin() as connection:
            return job(connection)

    def _do_chore(self, job: Callable[[Any], T], *, gives_way: bool) -> T:
        bare = self._write_engine.raw_connection()
        try:
            return self._yielding(job, bare.driver_connection) if gives_way else job(bare.driver_connection)
        finally:
            bare.close()

    def _count(self, job: Callable[[], T]) -> T:
        try:
            return job()
        finally:
            self.writes += 1  # before anybody hears that it is done

    def _write_on(self) -> None:
        while (item := self._jobs.get()) is not None:
            job, future = item
            if not future.set_running_or_notify_cancel():
                continue
            try:
                result = self._count(job)
            except BaseException as error:  # noqa: BLE001 - handed to whoever waits; the thread must live
                # After a failed page check a connection is spoilt; a fresh one still reads every good page.
                if isinstance(error, exc.DBAPIError | MemoryError | self.cipher.module.Error):
                    for engine in self.writers:
                        engine.dispose()
                trouble = as_trouble(error)
                self._note(trouble)
                future.set_exception(trouble or error)
            else:
                future.set_result(result)
