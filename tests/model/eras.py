"""Two Heards side by side: the shipped declarations, and a later one whose visit notes have a field more."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager

import models.records  # noqa: F401 - declares every type
from models import record as registry
from models.fields import line, named
from models.record import declaration_of
from models.version import Body

TYPE = "visit_note"


def _with_weather(body: Body) -> Body:
    return {**body, "weather": "not asked yet"}


_older = declaration_of(TYPE)
assert _older is not None
NEWER = dataclasses.replace(
    _older,
    schema=_older.schema + 1,
    fields={**_older.fields, "weather": named(line("The weather"), "weather")},
    upgrades={**(_older.upgrades or {}), _older.schema: _with_weather},
)
"""What the next Heard declares. Older laptops may show what it wrote, carry it whole, and not edit it."""


@contextmanager
def in_era(is_newer: bool) -> Iterator[None]:
    """Let this process be the newer Heard for a while. Laptops act one after another, so one registry is enough."""
    before = registry._registry[TYPE]
    registry._registry[TYPE] = NEWER if is_newer else before
    try:
        yield
    finally:
        registry._registry[TYPE] = before
