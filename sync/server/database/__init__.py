"""The one place that knows which database this is: what each of them offers, and what to do when it says "not now"."""

from __future__ import annotations

import functools
import random
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, ParamSpec, Protocol, TypeVar

from sqlalchemy import Connection, Select

from sync.server.database.files import write_durably
from sync.server.database.statements import Among, Ask, Rows, Step, gathered

__all__ = [
    "Among",
    "Ask",
    "Clash",
    "Database",
    "Glance",
    "Rows",
    "Step",
    "Unreachable",
    "again",
    "gathered",
    "tried_again",
    "write_durably",
]

T = TypeVar("T")
P = ParamSpec("P")
_TRIES = 6
_FIRST_PAUSE_SECONDS = 0.05


class Glance(Protocol):
    """One short question that the event loop asks by itself, again and again, on a connection of its own."""

    async def ask(self, values: Mapping[str, str]) -> tuple[Any, ...] | None:
        """Return the one row; None where there is none, or now is not the moment: then it is for a thread to look."""

    async def close(self) -> None:
        """Let go of the connection. A later question opens it again."""


class Database(Protocol):
    """A council's database: a SQLite file, SQLite in memory, or PostgreSQL by URL. All hub code is the same on each.

    ``read`` and ``write`` raise :class:`Clash` and :class:`Unreachable`, which :func:`again` knows how to take.
    """

    def read(self) -> AbstractContextManager[Connection]:
        """Open a transaction that only reads, and sees one moment throughout."""

    def write(self) -> AbstractContextManager[Connection]:
        """Open a transaction that writes. All or nothing, and on the disk before it returns.

        Others may write at the same time: what must not change between reading and writing is locked first, in the
        order of :mod:`sync.server.turns`.
        """

    def migrate(self) -> AbstractContextManager[Connection]:
        """Open a transaction that changes the tables, alone among all processes that would."""

    def settle(self, connection: Connection) -> None:
        """Let this transaction's end wait until what it has read is as durable as what it would write."""

    def ask(self, connection: Connection, *steps: Step) -> list[list[Any]]:
        """Run statements one after the other, in as few messages as can be; return the rows of each.

        A question sees what the steps before it did; rows that follow one another may go in as one. Values come as the
        driver has them: on SQLite a flag is 0 or 1.
        """

    def end(self, connection: Connection, *steps: Step) -> None:
        """Run the last statements of a write, which give no rows, and its end with them: nothing is asked after it.

        Others wait for what these hold, so that one message fewer is felt by all of them.
        """

    def glance(self, statement: Select[Any]) -> Glance:
        """Make ready a question that takes no time: a few rows by their keys."""

    def learn(self, connection: Connection) -> None:
        """Let the database see what its tables hold by now, after a great many rows have come at once."""

    def schema(self, ask: str) -> int | None:
        """Run ``ask`` without changing anything; None when the table is not there yet. Raises Trouble if damaged."""

    def backup(self, target: Path) -> None:
        """Copy everything as of one moment into a SQLite file, in use or not, and check the copy. Raises Trouble."""

    def fold_log(self) -> None:
        """Leave nothing lying about that tells in which order things were written, as far as nobody is reading."""

    def scrub(self) -> None:
        """Leave nothing of what was deleted in the database's own files."""

    def faults(self) -> list[str]:
        """List what the database's own checks find wrong: damaged pages, rows that point nowhere."""

    def weaknesses(self) -> list[str]:
        """Say, in sentences for an operator, which of the database's settings could lose acknowledged work."""

    def close(self) -> None:
        """Let go of every connection."""


class Clash(Exception):
    """Another transaction came in between. Nothing was stored; the same work, done again, will see what it did."""


class Unreachable(Exception):
    """The database cannot be reached, or was lost on the way.

    ``is_unsure``: it was lost while committing, so the work is stored whole or not at all, and only asking tells.
    """

    def __init__(self, *, is_unsure: bool = False) -> None:
        super().__init__("the database cannot be reached" + (": was it stored?" if is_unsure else ""))
        self.is_unsure = is_unsure


def again(work: Callable[[], T]) -> T:
    """Do ``work``, whole transactions, and do it again a few times where another came in between or a line broke.

    What may have been stored is never done again here: the asker asks again, and is recognised. A unique key that is
    broken every time is no race but a bug, and leaves as what the database said of it.
    """
    pause = _FIRST_PAUSE_SECONDS
    for left in reversed(range(_TRIES)):
        try:
            return work()
        except Clash as clash:
            if not left:
                raise clash.__cause__ or clash from None
        except Unreachable as lost:
            if lost.is_unsure or not left:
                raise
        time.sleep(random.uniform(0, pause))  # noqa: S311 - only so that two that met do not meet again
        pause *= 2
    raise AssertionError("unreachable")


def tried_again(work: Callable[P, T]) -> Callable[P, T]:
    """Let a function that is whole transactions be done :func:`again` where that helps."""

    @functools.wraps(work)
    def whole(*args: P.args, **kwargs: P.kwargs) -> T:
        return again(lambda: work(*args, **kwargs))

    return whole
