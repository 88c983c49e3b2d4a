"""What follows when heads move: the digests of their scopes, and segments that may not be handed out any more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, delete, literal, select

from models import digest
from sync.server.centre import Centre
from sync.server.database import Among, Ask, Rows, Step
from sync.server.judging import RecordState
from sync.server.tables import digest as digest_table
from sync.server.tables import record as record_table
from sync.server.tables import segment

Move = tuple[RecordState | None, RecordState]
"""One record before (None: it is new) and after."""
Key = tuple[str, str, str]
"""Scope, audience, author."""


class Moves:
    """Brings digests and segments up to what records are now, in the transaction that made them so.

    Used wherever a row of the record table is written. A segment with a head that was narrowed or erased goes
    at once (R13): whoever reads after this transaction does not find it.
    """

    def __init__(self, centre: Centre, moves: Iterable[Move]) -> None:
        self._centre = centre
        self._parts: dict[Key, int] = {}
        self._closed: set[tuple[str, str]] = set()
        for before, after in moves:
            if before is not None:
                self._add(before, -1)
                if before.audience != after.audience or after.is_erased:
                    self._closed |= {(before.scope_id, before.audience), (after.scope_id, after.audience)}
            self._add(after, 1)

    def _add(self, state: RecordState, sign: int) -> None:
        # What was erased by law is on no laptop, and is no part of what they hold.
        if not state.is_erased:
            key = (state.scope_id, state.audience, state.author_id)
            part = sign * digest.of_head(state.record_id, state.head_version_id)
            self._parts[key] = self._parts.get(key, 0) + part

    def asked(self) -> list[Step]:
        """Ask, under lock, for the digests that move. The council's row is locked by then, so nobody meets here."""
        if not self._parts:
            return []
        scopes = sorted({key[0] for key in self._parts})
        keys = sorted(" ".join(key) for key in self._parts)
        return [Ask(_DIGESTS, {"council": self._centre.council_id, "scopes": scopes, "keys": keys})]

    def written(self, found: Iterable[Sequence[Any]]) -> list[Step]:
        """What to write, from what was asked for; nothing was asked for where nothing counts."""
        steps: list[Step] = []
        if self._parts:
            known = {(row[0], row[1], row[2]): row[3] for row in found}
            rows = [_row(self._centre, key, known.get(key, 0) + part) for key, part in sorted(self._parts.items())]
            steps.append(Rows(digest_table, rows, over=True))
        for scope_id, audience in sorted(self._closed):
            place = {"council": self._centre.council_id, "scope": scope_id, "audience": audience}
            steps.append(Ask(_CLOSED, place))
        return steps


_COUNCIL: BindParameter[str] = bindparam("council")
_PLACE = (digest_table.c.scope_id, digest_table.c.audience, digest_table.c.author_id)
_DIGESTS = (
    select(*_PLACE, digest_table.c.total)
    .where(
        digest_table.c.council_id == _COUNCIL,
        Among(digest_table.c.scope_id, "scopes"),
        Among(_PLACE[0] + literal(" ") + _PLACE[1] + literal(" ") + _PLACE[2], "keys"),
    )
    .with_for_update()
)
_CLOSED = delete(segment).where(
    segment.c.council_id == _COUNCIL,
    segment.c.scope_id == bindparam("scope"),
    segment.c.audience == bindparam("audience"),
)


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
