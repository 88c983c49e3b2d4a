"""Filters as values: what a list shows, said without a word of SQL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

NEWEST = "newest"
OLDEST = "oldest"
TITLE = "title"
CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Where:
    """One indexed field compared with JSON values. ``op``: is, in, since (>=), before (<)."""

    field: str
    op: str
    value: Any


@dataclass(frozen=True, slots=True)
class Query:
    """Which records, in which order. ``since`` and ``before`` bound the timeline's ISO day or stamp.

    ``where`` needs exactly one type, and fields declared ``indexed``. Deleted records are left out unless
    ``is_deleted`` is True (then only those). ``limit`` rows at most, from ``offset``.
    """

    types: tuple[str, ...] = ()
    scope_id: str = ""
    where: tuple[Where, ...] = ()
    since: str = ""
    before: str = ""
    author_id: str = ""
    is_finished: bool | None = None
    is_deleted: bool = False
    has_open_choices: bool | None = None
    order: str = NEWEST
    limit: int = 100
    offset: int = 0
