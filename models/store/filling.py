"""Which ready-made pieces of a scope this laptop has taken, and what they cover, until the scope is filled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection

TAKEN, COVERS, BY_PAGES = "segment:", "covers:", "pages:"
"""How names of the cursor table begin: a segment taken, up to where one audience of a scope is covered, and a scope

to be filled by pages alone.
"""

Covered = Mapping[str, Mapping[str, int]]
"""Scope to audience to seq."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """What is here of the scopes being filled: segments taken, what they cover, and scopes to fill by pages alone.

    Those are being mended: what is wrong with them may have come with a segment.
    """

    taken: frozenset[str] = frozenset()
    covered: Covered = field(default_factory=dict)
    by_pages: frozenset[str] = frozenset()


def pieces(connection: Connection) -> Pieces:
    """What is here of the scopes being filled."""
    taken, by_pages = set(), set()
    covered: dict[str, dict[str, int]] = {}
    for row in connection.exec_driver_sql("SELECT name, value FROM cursor WHERE name LIKE '%:%'"):
        kind, scope_id, what = (*row.name.split(":"), "")[:3]
        if kind == "segment":
            taken.add(what)
        elif kind == "covers":
            covered.setdefault(scope_id, {})[what] = int(row.value)
        elif kind == "pages":
            by_pages.add(scope_id)
    return Pieces(frozenset(taken), covered, frozenset(by_pages))


def note_taken(connection: Connection, segments: Iterable[tuple[str, str]], now_covered: Covered) -> None:
    """Write down segments (scope, id) in the transaction that took their rows, and what is covered with them."""
    names = [(f"{TAKEN}{scope_id}:{segment_id}", 1) for scope_id, segment_id in segments]
    names += [
        (f"{COVERS}{scope_id}:{audience}", upto)
        for scope_id, audiences in now_covered.items()
        for audience, upto in audiences.items()
    ]
    if names:
        connection.exec_driver_sql(
            "INSERT INTO cursor (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            names,
        )


def note_by_pages(connection: Connection, scopes: Iterable[str]) -> None:
    """Have scopes filled by pages alone, from their beginning."""
    for scope_id in scopes:
        forget(connection, [scope_id])
        connection.exec_driver_sql(
            "INSERT INTO cursor (name, value) VALUES (?, 1), (?, 0) ON CONFLICT (name) DO UPDATE SET value = 0",
            (BY_PAGES + scope_id, "fill:" + scope_id),
        )


def forget(connection: Connection, scopes: Iterable[str]) -> None:
    """Forget what was taken of scopes that begin to be filled, or are."""
    for scope_id in scopes:
        for kind in (TAKEN, COVERS):
            name = f"{kind}{scope_id}:"
            connection.exec_driver_sql(
                "DELETE FROM cursor WHERE name >= ? AND name < ?", (name, name[:-1] + chr(ord(":") + 1))
            )
        connection.exec_driver_sql("DELETE FROM cursor WHERE name = ?", (BY_PAGES + scope_id,))


def forget_all(connection: Connection) -> None:
    """Every scope is filled."""
    connection.exec_driver_sql(
        "DELETE FROM cursor WHERE name GLOB 'segment:*' OR name GLOB 'covers:*' OR name GLOB 'pages:*'"
    )
