"""Statements written once and worked out once for each kind of database: what a driver is handed, in which order.

SQLAlchemy writes them; handing them to the driver ourselves leaves out what it does anew at each call, which is most of
what a short statement costs.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Boolean, ClauseElement, Dialect, Table, Text, any_, bindparam, func, select
from sqlalchemy import column as column_named
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ColumnElement


@dataclass(frozen=True)
class Ask:
    """A statement and its values by name. A list of texts or numbers is one value, for :class:`Among`."""

    statement: ClauseElement
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Rows:
    """Rows to insert, at least one; all name the same columns. ``over``: in the place of those with the same key."""

    table: Table
    rows: Sequence[Mapping[str, Any]]
    over: bool = False


Step = Ask | Rows


def gathered(steps: Sequence[Step]) -> list[Step]:
    """Let rows for one table go in together, where the first of them would: a statement costs more than a row."""
    found: dict[object, Step] = {}
    for number, step in enumerate(steps):
        key = (step.table, step.over, tuple(step.rows[0])) if isinstance(step, Rows) else number
        before = found.get(key)
        if isinstance(step, Rows) and isinstance(before, Rows):
            found[key] = replace(before, rows=[*before.rows, *step.rows])
        else:
            found[key] = step
    return list(found.values())


class Among(ColumnElement[bool]):
    """Says that a column has one of the values given by this name: one bound value, however many there are of them."""

    inherit_cache = False
    type = Boolean()

    def __init__(self, column: ColumnElement[Any], name: str) -> None:
        self.column, self.name = column, name


@compiles(Among, "postgresql")
def _among_array(among: Among, compiler: SQLCompiler, **more: Any) -> str:
    kind = BigInteger() if isinstance(among.column.type, BigInteger) else Text()
    return compiler.process(among.column == any_(bindparam(among.name, type_=ARRAY(kind))), **more)


@compiles(Among, "sqlite")
def _among_json(among: Among, compiler: SQLCompiler, **more: Any) -> str:
    values: Any = select(column_named("value")).select_from(func.json_each(bindparam(among.name)))
    return compiler.process(among.column.in_(values), **more)


@dataclass(frozen=True)
class Prepared:
    """A statement as a driver takes it. ``order`` names its values where they go by place, None where by name."""

    text: str
    fixed: Mapping[str, Any]
    order: tuple[str, ...] | None
    gives_rows: bool

    @functools.cached_property
    def encoded(self) -> bytes:
        """The text, as bytes."""
        return self.text.encode()

    def values(self, given: Mapping[str, Any]) -> Mapping[str, Any] | tuple[Any, ...]:
        """The values of one call, as the driver takes them."""
        whole = {**self.fixed, **given}
        return whole if self.order is None else tuple(whole[name] for name in self.order)


@functools.lru_cache(maxsize=256)
def prepare(statement: ClauseElement, dialect: Dialect) -> Prepared:
    """Work a statement out. What is bound in it by name is given with each call."""
    compiled: Any = statement.compile(dialect=dialect)
    order = tuple(compiled.positiontup) if compiled.positional else None
    fixed = {name: value for name, value in compiled.params.items() if value is not None}
    return Prepared(str(compiled), fixed, order, not getattr(statement, "is_dml", False))
