"""What follows when heads move: the digests of their scopes, and segments that may not be handed out any more."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, bindparam, delete, insert, select, tuple_, update

from models import digest
from sync.server.centre import Centre
from sync.server.judging import RecordState
from sync.server.tables import digest as digest_table
from sync.server.tables import record as record_table
from sync.server.tables import segment

Move = tuple[RecordState | None, RecordState]
"""One record before (None: it is new) and after."""
Key = tuple[str, str, str]
"""Scope, audience, author."""


def heads_moved(centre: Centre, connection: Connection, moves: Iterable[Move]) -> None:
    """Bring digests and segments up to what these records are now, in the transaction that made them so.

    Called wherever a row of the record table is written. A segment with a head that was narrowed or erased goes
    at once (R13): whoever reads after this transaction does not find it.
    """
    parts: dict[Key, int] = {}
    closed: set[tuple[str, str]] = set()
    for before, after in moves:
        if before is not None:
            _add(parts, before, -1)
            if before.audience != after.audience or after.is_erased:
                closed |= {(before.scope_id, before.audience), (after.scope_id, after.audience)}
        _add(parts, after, 1)
    if parts:
        _add_up(centre, connection, parts)
    for scope_id, audience in sorted(closed):
        connection.execute(
            delete(segment).where(
                segment.c.council_id == centre.council_id,
                segment.c.scope_id == scope_id,
                segment.c.audience == audience,
            )
        )


def _add(parts: dict[Key, int], state: RecordState, sign: int) -> None:
    # What was erased by law is on no laptop, and is no part of what they hold.
    if not state.is_erased:
        key = (state.scope_id, state.audience, state.author_id)
        parts[key] = parts.get(key, 0) + sign * digest.of_head(state.record_id, state.head_version_id)


def _add_up(centre: Centre, connection: Connection, parts: dict[Key, int]) -> None:
    mine = digest_table.c.council_id == centre.council_id
    columns = (digest_table.c.scope_id, digest_table.c.audience, digest_table.c.author_id)
    rows = connection.execute(
        select(*columns, digest_table.c.total).where(mine, tuple_(*columns).in_(sorted(parts))).with_for_update()
    )
    known = {(row.scope_id, row.audience, row.author_id): row.total for row in rows}
    changed = [
        {"s": key[0], "a": key[1], "w": key[2], "new": digest.to_signed(known[key] + part)}
        for key, part in sorted(parts.items())
        if key in known
    ]
    if changed:
        where = (columns[0] == bindparam("s"), columns[1] == bindparam("a"), columns[2] == bindparam("w"))
        connection.execute(update(digest_table).where(mine, *where).values(total=bindparam("new")), changed)
    fresh = [_row(centre, key, part) for key, part in sorted(parts.items()) if key not in known]
    if fresh:
        connection.execute(insert(digest_table), fresh)


def _row(centre: Centre, key: Key, value: int) -> dict[str, object]:
    return {
        "council_id": centre.council_id,
        "scope_id": key[0],
        "audience": key[1],
        "author_id": key[2],
        "total": digest.to_signed(value),
    }


def count_digests(centre: Centre, connection: Connection) -> dict[Key, int]:
    """Add up every head anew, as the check does, and a database from before there were digests."""
    parts: dict[Key, int] = {}
    mine = (record_table.c.council_id == centre.council_id, record_table.c.is_erased.is_(False))
    for row in connection.execute(select(record_table).where(*mine)):
        key = (row.scope_id, row.audience, row.author_id)
        parts[key] = parts.get(key, 0) + digest.of_head(row.record_id, row.head_version_id)
    return {key: digest.total([part]) for key, part in parts.items()}


def kept_digests(centre: Centre, connection: Connection) -> dict[Key, int]:
    """The digests as they are kept; what adds up to nothing is left out."""
    rows = connection.execute(select(digest_table).where(digest_table.c.council_id == centre.council_id))
    kept = {(row.scope_id, row.audience, row.author_id): digest.total([row.total]) for row in rows}
    return {key: value for key, value in kept.items() if value}
