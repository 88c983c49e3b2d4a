"""Statements written once and worked out once for each kind of database: what a driver is handed, in which order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ClauseElement, Dialect


@dataclass(frozen=True)
class Prepared:
    """A statement as a driver takes it. ``order`` names its values where they go by place, None where by name."""

    text: str
    fixed: Mapping[str, Any]
    order: tuple[str, ...] | None

    def values(self, given: Mapping[str, Any]) -> Mapping[str, Any] | tuple[Any, ...]:
        """The values of one call, as the driver takes them."""
        whole = {**self.fixed, **given}
        return whole if self.order is None else tuple(whole[name] for name in self.order)


def prepare(statement: ClauseElement, dialect: Dialect) -> Prepared:
    """Work a statement out. What is bound in it by name is given with each call."""
    compiled: Any = statement.compile(dialect=dialect)
    order = tuple(compiled.positiontup) if compiled.positional else None
    fixed = {name: value for name, value in compiled.params.items() if value is not None}
    return Prepared(str(compiled), fixed, order)
