"""Statements as libpq takes them: prepared once for each connection, many in one message, their answers read together.

psycopg's own cursors work a statement out, look it up and send it by itself each time, which was most of what a push
took of the server. ``psycopg.pq``, its documented door to libpq, does the same for a twentieth of that. Reading what
comes back is psycopg's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import pq
from psycopg.adapt import Transformer
from psycopg.errors import error_from_result
from psycopg.generators import fetch_many, send

Value = tuple[bytes | None, pq.Format]
"""One value of a statement, as it goes into the message: as text, or in PostgreSQL's binary form."""

_FAILED = (pq.ExecStatus.FATAL_ERROR, pq.ExecStatus.PIPELINE_ABORTED)
_PLAN_ONCE = b"SET LOCAL plan_cache_mode = force_generic_plan"
"""What a write asks is found by keys, and the plan made for the first will do for all. Left to itself, PostgreSQL takes
each list of keys for a new question and plans it anew: half of what a push took of it, and more as tables grew."""


MOST_PREPARED = 100
"""On one connection: each takes some ten kilobytes of the database's memory."""


@dataclass(frozen=True)
class Command:
    """A statement with ``$1``, ``$2`` ... and their values. ``once``: not worth preparing."""

    text: bytes
    values: Sequence[Value] = ()
    once: bool = False


class Line(psycopg.Connection[tuple[Any, ...]]):
    """A connection that knows by which names it has prepared what."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.names: dict[bytes, bytes] = {}
        self._made = 0

    def name_of(self, text: bytes) -> tuple[bytes, bool]:
        """By which name a statement is, or is now to be, prepared; and whether it is new."""
        known = self.names.pop(text, None)
        if known is None:
            self._made += 1
        name = self.names[text] = known or b"heard_%d" % self._made
        return name, known is None

    def spare(self) -> list[bytes]:
        """Forget what has not been used for longest where there is too much, and return what to say of it."""
        old = list(self.names)[: max(len(self.names) - MOST_PREPARED, 0)]
        return [b"DEALLOCATE " + self.names.pop(text) for text in old]

    def rollback(self) -> None:
        """Take everything back. psycopg forgets then what it has prepared, and sometimes drops it: so do we, always."""
        was_open = self.pgconn.transaction_status != pq.TransactionStatus.IDLE
        super().rollback()
        if was_open and self.names:
            self.names.clear()
            self.pgconn.exec_(b"DEALLOCATE ALL")


def written(value: str | int | bytes | None) -> Value:
    """Write one value: numbers (and yes and no) as digits, which fit all kinds; texts as bytes, whatever they hold.

    Bytes are taken to be binary already: of a column of bytes, or a packed list.
    """
    if isinstance(value, str):
        return value.encode(), pq.Format.BINARY
    return (b"%d" % value, pq.Format.TEXT) if isinstance(value, int) else (value, pq.Format.BINARY)


def run(line: Line, commands: Sequence[Command], *, commits: bool = False) -> list[list[tuple[Any, ...]]]:
    """Run commands in order, in one message, and return the rows of each. ``commits``: the transaction ends with them.

    A transaction begins with the first. Raises what psycopg does, for the first that failed; none after it was run.
    """
    whole = [*_opening(line), *commands, *([Command(b"COMMIT", once=True)] if commits else [])]
    connection = line.pgconn
    connection.enter_pipeline_mode()
    try:
        answers = _sent(line, whole)
        line.wait(send(connection))
        results = _answers(line, answers)
        connection.exit_pipeline_mode()
    except BaseException:
        line.close()  # half of an answer may still be on its way
        raise
    _raise_first(line, results)
    # What was prepared answered, too, before it was run for the first time.
    rows = [one for one in results if one.status == pq.ExecStatus.TUPLES_OK or one.command_status]
    return _loaded(line, rows[len(whole) - len(commands) - commits : len(rows) - commits])


def _opening(line: Line) -> list[Command]:
    if line.pgconn.transaction_status != pq.TransactionStatus.IDLE:
        return []
    level = f" ISOLATION LEVEL {line.isolation_level.name.replace('_', ' ')}" if line.isolation_level else ""
    begin = f"BEGIN{level}{' READ ONLY' if line.read_only else ''}"
    plan = [] if line.read_only else [_PLAN_ONCE]
    return [Command(text, once=True) for text in (begin.encode(), *plan, *line.spare())]


def _sent(line: Line, commands: Sequence[Command]) -> int:
    """Put all of them into the message. Returns how many answers there will be: one for what is prepared, too.

    Where one fails, its rollback forgets what was prepared, here and there.
    """
    connection, answers = line.pgconn, len(commands)
    for command in commands:
        if command.once:
            connection.send_query_params(command.text, None)
            continue
        name, is_new = line.name_of(command.text)
        if is_new:
            connection.send_prepare(name, command.text)
            answers += 1
        values, formats = zip(*command.values, strict=True) if command.values else ((), ())
        connection.send_query_prepared(name, values, formats, pq.Format.BINARY)
    connection.pipeline_sync()
    return answers


def _answers(line: Line, count: int) -> list[pq.abc.PGresult]:
    """Read the answers of so many commands, and the end of the message."""
    results: list[pq.abc.PGresult] = []
    for _ in range(count):
        results += line.wait(fetch_many(line.pgconn))
    line.wait(fetch_many(line.pgconn))
    return results


def _raise_first(line: Line, results: Sequence[pq.abc.PGresult]) -> None:
    for result in results:
        if result.status in _FAILED:
            raise error_from_result(result, encoding=line.info.encoding)


def _loaded(line: Line, results: Sequence[pq.abc.PGresult]) -> list[list[tuple[Any, ...]]]:
    reader, found = Transformer(line), list[list[tuple[Any, ...]]]()
    for result in results:
        if result.ntuples:
            reader.set_pgresult(result)
        found.append(reader.load_rows(0, result.ntuples, tuple) if result.ntuples else [])
    return found
