"""PostgreSQL as the council's database: real concurrent transactions, several server processes, a failover a retry."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import psycopg
from psycopg import conninfo, pq
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Engine,
    ExceptionContext,
    LargeBinary,
    Select,
    Table,
    Text,
    and_,
    create_engine,
    event,
    func,
    literal_column,
    select,
    text,
)
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool

from models.errors import Trouble
from sync.server.database import Clash, Unreachable, arrays
from sync.server.database.pipeline import Command, Line, Value, run, written
from sync.server.database.statements import Ask, Prepared, Rows, Step, prepare
from sync.server.tables import metadata

CONNECTIONS = 8
"""The most that one process holds open; who comes when all are taken waits."""
_WAIT_SECONDS = 30
_MIGRATION_LOCK = 0x6865617264  # "heard"
_OURS = {
    "application_name": "heard-server",
    "client_encoding": "UTF8",
    "connect_timeout": "5",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "20000",
    "target_session_attrs": "read-write",
}
"""What a URL gets where it says nothing else: a dead line is noticed, and a standby is never written to."""

_CLASHES = frozenset({"40001", "40P01", "23505", "23503"})
"""Could not serialise, deadlock; and a key that came, or a row that went, between our reading and our writing."""
_LOST = frozenset({"57P01", "57P02", "57P03", "57P05", "25006", "53300", "26000"})
"""The server is ending, starting or full, or has become a standby since; or does not know what was prepared there."""

_PLACE = b"${}"
"""Where a value goes in a statement that is still to be put together with others, and its places counted."""


class PostgreSQL:
    """A database reached by a libpq URL, which may name several hosts: whichever takes writes is used."""

    def __init__(self, url: str) -> None:
        try:
            asked = conninfo.conninfo_to_dict(url)
        except psycopg.Error as error:
            raise Trouble(
                "The address of the database cannot be read.",
                "Nothing was changed.",
                "It looks like postgresql://heard@host-a,host-b/heard",
            ) from error
        # A service file says the rest; what we would add here would hide what it says.
        self._conninfo = url if "service" in asked else conninfo.make_conninfo(url, **{**_OURS, **_only_text(asked)})
        self._engine: Engine = create_engine(
            "postgresql+psycopg://",
            creator=self._connect,
            poolclass=QueuePool,
            pool_size=CONNECTIONS,
            max_overflow=0,
            pool_timeout=_WAIT_SECONDS,
            use_native_hstore=False,
        )
        event.listen(self._engine, "handle_error", _give_up_the_pool)
        # SQLAlchemy writes what is handed to libpq (:mod:`sync.server.database.pipeline`) with places, not with names.
        self._placed = PGDialect_psycopg(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]
        self._reading = self._engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        self._writing = self._engine.execution_options(isolation_level="READ COMMITTED")
        self._look()

    def _connect(self) -> Line:
        return Line.connect(self._conninfo)

    def _look(self) -> None:
        """Reach it once. Raises Trouble if that fails, or if it is set so that acknowledged work can be lost."""
        try:
            with self.read() as connection:
                durable = connection.exec_driver_sql("SHOW synchronous_commit").scalar_one()
                letters = connection.exec_driver_sql("SHOW server_encoding").scalar_one()
        except (Unreachable, DBAPIError) as error:
            self.close()
            raise Trouble(
                "The council's database cannot be reached.",
                f"Nothing was changed. It says: {_first_line(error)}",
                "Is it running, and does its address in settings.json still hold?",
            ) from error
        if durable == "off" or letters != "UTF8":
            self.close()
            raise Trouble(
                "This database would lose work that laptops were told is sent."
                if durable == "off"
                else "This database cannot hold every letter.",
                f"Its setting synchronous_commit is {durable}, its encoding {letters}. Nothing was changed.",
                "Set synchronous_commit to on, and make the database with ENCODING 'UTF8'.",
            )

    # -- transactions

    @contextlib.contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a transaction that only reads, and sees one moment throughout."""
        with self._told(), self._reading.connect() as connection, connection.begin():
            yield connection

    @contextlib.contextmanager
    def write(self) -> Iterator[Connection]:
        """Open a transaction beside others. Each statement sees what was committed before it; locks do the rest."""
        with self._told(), self._writing.connect() as connection:
            with contextlib.ExitStack() as undo:
                undo.callback(connection.rollback)
                connection.begin()
                yield connection
                undo.pop_all()
            try:
                connection.commit()
            except DBAPIError as error:
                if _is_lost(error):
                    raise Unreachable(is_unsure=True) from error
                raise

    @contextlib.contextmanager
    def migrate(self) -> Iterator[Connection]:
        """Open a transaction that no other server process changing the tables runs beside."""
        with self.write() as connection:
            connection.execute(select(func.pg_advisory_xact_lock(_MIGRATION_LOCK)))
            yield connection

    def settle(self, connection: Connection) -> None:
        """Give the transaction a number, so that its commit waits for the standby, and with it for all before it.

        A commit whose wait was cut off (its server process was ended) can be read before the standby has it. Whoever
        answers "you sent that before" must not do so on the strength of such a commit.
        """
        connection.execute(select(func.pg_current_xact_id()))

    def ask(self, connection: Connection, *steps: Step) -> list[list[Any]]:
        """Send them all in one message, and read what comes back (libpq's pipeline)."""
        return self._run(connection, steps)

    def end(self, connection: Connection, *steps: Step) -> None:
        """Send them and the commit in one message. A line that breaks on the way leaves it unsure what was stored."""
        try:
            self._run(connection, steps, commits=True)
        except DBAPIError as error:
            if _is_lost(error):
                raise Unreachable(is_unsure=True) from error
            raise

    def _run(self, connection: Connection, steps: Sequence[Step], *, commits: bool = False) -> list[list[Any]]:
        line: Line = connection.connection.driver_connection  # type: ignore[assignment]
        parts = _together(steps)
        with self._wrapped(connection):
            answers = run(line, [self._command(part) for part in parts], commits=commits)
        return [rows for part, found in zip(parts, answers, strict=True) for rows in (found, *([] for _ in part[1:]))]

    def _command(self, steps: Sequence[Step]) -> Command:
        first = steps[0]
        if isinstance(first, Ask):
            made = prepare(first.statement, self._placed)
            return Command(made.encoded, [_listed(one) for one in made.values(first.values)])
        inserts = [_insert_of(step) for step in steps if isinstance(step, Rows)]
        return Command(_as_one(tuple(words for words, _ in inserts)), [one for _, values in inserts for one in values])

    @contextlib.contextmanager
    def _wrapped(self, connection: Connection) -> Iterator[None]:
        """Let what the driver says leave as SQLAlchemy would have said it, and give a broken line up."""
        try:
            yield
        except psycopg.Error as error:
            is_broken = error.sqlstate is None or error.sqlstate in _LOST
            if is_broken:
                connection.invalidate(error)
                self._engine.dispose()
            raise DBAPIError(None, None, error, connection_invalidated=is_broken) from error

    def glance(self, statement: Select[Any]) -> _Glance:
        """Make ready a question for the event loop. A standby does not answer it: it may lag behind."""
        return _Glance(self._conninfo, prepare(statement.where(~func.pg_is_in_recovery()), self._engine.dialect))

    def learn(self, connection: Connection) -> None:
        """Gather statistics now instead of within a minute.

        Every key begins with the council. Without statistics any of them looks as good as another, and each new row's
        foreign keys may be looked for among all the rows of the council.
        """
        for name in ("record", "version", "op"):
            connection.exec_driver_sql(f"ANALYZE {name}")

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        """Turn what the database says about the moment, not about the statement, into Clash and Unreachable."""
        try:
            yield
        except DBAPIError as error:
            if _is_lost(error):
                raise Unreachable from error
            if getattr(error.orig, "sqlstate", None) in _CLASHES:
                raise Clash from error
            raise

    # -- looking after it

    def schema(self, ask: str) -> int | None:
        """Run ``ask``; None when the table is not there yet."""
        with self.read() as connection:
            # The first word after FROM is the table; asking for a table that is not there would end the transaction.
            table = ask.split(" FROM ", 1)[1].split()[0]
            if connection.execute(select(func.to_regclass(table))).scalar_one() is None:
                return None
            number = connection.exec_driver_sql(ask).scalar()
            return None if number is None else int(number)

    def backup(self, target: Path) -> None:
        """Copy every table, as of one moment, into a SQLite file and check that. Raises Trouble if it is damaged."""
        from sync.server.copying import copy_to_file

        copy_to_file(self, target)

    def fold_log(self) -> None:
        """Its log is the cluster's own, and where it is kept is for the council to say (see the guide)."""

    def scrub(self) -> None:
        """Free the room of what was deleted; it is written over in time, as in the cluster's log and its copies."""
        with self._connect() as connection:
            connection.autocommit = True
            connection.execute("VACUUM version, held_back, imported")

    def faults(self) -> list[str]:
        """List rows that point nowhere, and what the database cannot read."""
        found: list[str] = []
        with self.read() as connection:
            for table in metadata.sorted_tables:
                for key in sorted(table.foreign_key_constraints, key=lambda key: list(key.column_keys)):
                    other = key.referred_table.alias()
                    pairs = [
                        (table.c[name], other.c[part.column.name])
                        for name, part in zip(key.column_keys, key.elements, strict=True)
                    ]
                    query = (
                        select(func.count())
                        .select_from(table.outerjoin(other, and_(*(ours == theirs for ours, theirs in pairs))))
                        .where(and_(*(ours.is_not(None) for ours, _ in pairs)), pairs[0][1].is_(None))
                    )
                    try:
                        lost = connection.execute(query).scalar_one()
                    except DBAPIError as error:
                        if _is_lost(error):
                            raise
                        return [*found, f"{table.name}: {_first_line(error)}"]
                    if lost:
                        found.append(f"{table.name}: {lost} rows point nowhere in {key.referred_table.name}")
        return found

    def weaknesses(self) -> list[str]:
        """Say which settings of the server could lose acknowledged work, or let damage go unnoticed."""
        found = []
        with self.read() as connection:
            says = {
                name: connection.exec_driver_sql(f"SHOW {name}").scalar_one()
                for name in ("fsync", "full_page_writes", "data_checksums", "synchronous_standby_names")
            }
            followers = connection.execute(
                select(func.count()).select_from(text("pg_stat_replication")).where(literal_column("pid").is_not(None))
            ).scalar_one()
        for name in ("fsync", "full_page_writes"):
            if says[name] != "on":
                found.append(f"{name} is off: a power cut can lose or damage what was acknowledged. Turn it on.")
        if says["data_checksums"] != "on":
            found.append("data_checksums is off: a damaged page may go unnoticed. See pg_checksums --enable.")
        if followers and not says["synchronous_standby_names"]:
            found.append(
                "A standby follows and nothing waits for it (synchronous_standby_names is empty): what was "
                "acknowledged last can be missing when it takes over."
            )
        return found

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()


class _Glance:
    """One question on a connection that belongs to the event loop. Prepared there the first time it is asked."""

    def __init__(self, conninfo: str, statement: Prepared) -> None:
        self._conninfo, self._statement = conninfo, statement
        self._line: psycopg.AsyncConnection[tuple[Any, ...]] | None = None
        self._is_opening = False

    async def ask(self, values: Mapping[str, str]) -> tuple[Any, ...] | None:
        """Ask it, outside any transaction; None also where the database cannot be reached now."""
        try:
            line = self._line or await self._opened()
            if line is None:
                return None
            cursor = await line.execute(self._statement.text.encode(), self._statement.values(values), prepare=True)
            return await cursor.fetchone()
        except psycopg.Error:
            await self.close()
            return None

    async def _opened(self) -> psycopg.AsyncConnection[tuple[Any, ...]] | None:
        """Open it, but for one only: who comes meanwhile does not wait."""
        if self._is_opening:
            return None
        self._is_opening = True
        try:
            self._line = await psycopg.AsyncConnection.connect(self._conninfo, autocommit=True)
            return self._line
        finally:
            self._is_opening = False

    async def close(self) -> None:
        """Let go of the connection."""
        line, self._line = self._line, None
        if line is not None:
            await line.close()


def _together(steps: Sequence[Step]) -> list[list[Step]]:
    """Part steps into what goes as one statement: a question alone, rows for several tables that follow one another.

    No such rows read what others write, and foreign keys are looked at when all of them are there; half of what a short
    statement costs is that it is one.
    """
    parts: list[list[Step]] = []
    for step in steps:
        if isinstance(step, Rows) and parts and isinstance(parts[-1][0], Rows):
            parts[-1].append(step)
        else:
            parts.append([step])
    return parts


@functools.lru_cache(maxsize=256)
def _as_one(inserts: tuple[bytes, ...]) -> bytes:
    *others, last = inserts
    before = b", ".join(b"part%d AS (%b)" % (number, words) for number, words in enumerate(others))
    text = b"WITH %b %b" % (before, last) if others else last
    first, *more = text.split(_PLACE)
    return first + b"".join(b"$%d%b" % (number, words) for number, words in enumerate(more, 1))


def _insert_of(step: Rows) -> tuple[bytes, list[Value]]:
    """Insert rows by one statement, however many there are: a column at a time, as arrays.

    What is the same in every row is given once.
    """
    names, rows = tuple(step.rows[0]), step.rows
    columns = {name: [row[name] for row in rows] for name in names}
    alike = tuple(name for name in names[: -1 if len(rows) > 1 else None] if _is_one(columns[name]))
    text = _insert_text(step.table, names, alike, over=step.over)
    values = [columns[name][0] for name in names if name in alike]
    values += [arrays.pack(_kind_of(step.table.c[name]), columns[name]) for name in names if name not in alike]
    return text, [written(value) for value in values]


def _listed(value: Any) -> Value:
    """Write one value that may be a list; an empty one says nothing of its kind, and fits any as text."""
    if value == []:
        return b"{}", pq.Format.TEXT
    return written(arrays.pack_alike(value) if isinstance(value, list) else value)


def _is_one(values: list[Any]) -> bool:
    return values.count(values[0]) == len(values)


@functools.lru_cache(maxsize=256)
def _insert_text(table: Table, names: tuple[str, ...], alike: tuple[str, ...], *, over: bool) -> bytes:
    kinds = {name: _kind_of(table.c[name]) for name in names}
    several = [name for name in names if name not in alike]
    given = ", ".join(f"${{}}::{kinds[name]} AS {name}" for name in alike)
    arrays = ", ".join(f"${{}}::{kinds[name]}[]" for name in several)
    source = f"(SELECT {given or 'true AS nothing'}) one" + (
        f" CROSS JOIN unnest({arrays}) AS several ({', '.join(several)})" if several else ""
    )
    words = f"INSERT INTO {table.name} ({', '.join(names)}) SELECT {', '.join(names)} FROM {source}"
    if over:
        key = [column.name for column in table.primary_key]
        changed = ", ".join(f"{name} = excluded.{name}" for name in names if name not in key)
        words += f" ON CONFLICT ({', '.join(key)}) DO UPDATE SET {changed}"
    return words.encode()


def _kind_of(column: Column[Any]) -> str:
    kinds = {LargeBinary: "bytea", Boolean: "boolean", BigInteger: "bigint", Text: "text"}
    return next(name for kind, name in kinds.items() if isinstance(column.type, kind))


def _give_up_the_pool(context: ExceptionContext) -> None:
    """Let go of every connection made before now where a server is gone, or is not the primary any more."""
    if getattr(context.original_exception, "sqlstate", None) in _LOST:
        context.is_disconnect = True


def _is_lost(error: DBAPIError) -> bool:
    """Say whether the connection broke or the server cannot serve now."""
    state = getattr(error.orig, "sqlstate", None)
    if state is None:
        return isinstance(error.orig, psycopg.OperationalError | psycopg.InterfaceError)
    return error.connection_invalidated or state in _LOST or state.startswith("08")


def _first_line(error: Exception) -> str:
    cause = error.__cause__ if isinstance(error, Unreachable) else error
    said = getattr(cause, "orig", None) or cause
    return str(said).strip().splitlines()[0] if str(said).strip() else type(said).__name__


def _only_text(asked: dict[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in asked.items() if value is not None}
