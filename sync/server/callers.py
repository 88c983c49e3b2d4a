"""Who is asking: the laptop and worker behind a token, and the scopes they hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, or_, select

from sync.server import refusal
from sync.server.auth import hash_token
from sync.server.centre import Centre
from sync.server.database import Ask
from sync.server.tables import assignment, device, token, worker


@dataclass(frozen=True)
class Caller:
    """The worker and laptop of one request."""

    worker_id: str
    device_id: str
    public_key: bytes
    grant_counter: int
    last_seen_at: str
    is_revoked: bool
    is_forked: bool
    """A copy of this laptop has written under its name, or it has joined again under another one."""


class _Row(NamedTuple):
    """A row of ``_CALLER``."""

    worker_id: str
    device_id: str
    public_key: bytes
    last_seen_at: str | None
    revoked_at: str | None
    forked_at: str | None
    retired_at: str | None
    grant_counter: int
    left_at: str | None


_CALLER = (
    select(*(device.c[name] for name in _Row._fields[:7]), worker.c.grant_counter, worker.c.left_at)
    .select_from(token)
    .join(device, and_(device.c.council_id == token.c.council_id, device.c.device_id == token.c.device_id))
    .join(worker, and_(worker.c.council_id == device.c.council_id, worker.c.worker_id == device.c.worker_id))
    .where(
        token.c.council_id == bindparam("council"),
        token.c.token_hash == bindparam("hash"),
        token.c.expires_at > bindparam("now"),
    )
)
_CALLER_ALONE = _CALLER.with_for_update(of=device, key_share=True)


def find_caller(centre: Centre, connection: Connection, given_token: str) -> Caller:
    """Return who holds this token, also when the laptop was closed since. Raises Refusal 401 for no such token."""
    [caller] = _callers(centre, connection, _CALLER, [given_token])
    if caller is None:
        raise refusal.not_signed_in()
    return caller


def find_senders(centre: Centre, connection: Connection, given_tokens: Sequence[str]) -> list[Caller | None]:
    """Return who holds each of these tokens, once nothing else of their laptops is under way; None for no such token.

    Their laptops do nothing else until the end.
    """
    return _callers(centre, connection, _CALLER_ALONE, given_tokens)


def _callers(
    centre: Centre, connection: Connection, statement: Select[Any], given_tokens: Sequence[str]
) -> list[Caller | None]:
    now = centre.clock.stamp()
    asked = [{"council": centre.council_id, "hash": hash_token(one), "now": now} for one in given_tokens]
    return [_caller(rows) for rows in centre.database.ask(connection, *(Ask(statement, one) for one in asked))]


def _caller(rows: Sequence[Sequence[Any]]) -> Caller | None:
    if not rows:
        return None
    row = _Row(*rows[0])
    return Caller(
        worker_id=row.worker_id,
        device_id=row.device_id,
        public_key=row.public_key,
        grant_counter=row.grant_counter,
        last_seen_at=row.last_seen_at or "",
        is_revoked=row.revoked_at is not None or row.left_at is not None,
        is_forked=row.forked_at is not None or row.retired_at is not None,
    )


def is_shut(centre: Centre, connection: Connection, device_id: str) -> bool:
    """Say whether the council has closed this laptop, or its worker has left."""
    query = (
        select(device.c.device_id)
        .join(worker, and_(worker.c.council_id == device.c.council_id, worker.c.worker_id == device.c.worker_id))
        .where(
            device.c.council_id == centre.council_id,
            device.c.device_id == device_id,
            device.c.revoked_at.is_(None),
            worker.c.left_at.is_(None),
        )
    )
    return connection.execute(query).one_or_none() is None


def find_sender(centre: Centre, connection: Connection, given_token: str) -> Caller:
    """Return who holds this token, once nothing else of that laptop is under way. Raises Refusal 401."""
    [caller] = find_senders(centre, connection, [given_token])
    if caller is None:
        raise refusal.not_signed_in()
    return caller


def find_reader(centre: Centre, connection: Connection, given_token: str) -> Caller:
    """Return who holds this token; a closed one is told so (401), a copied one too (403). Raises Refusal."""
    caller = find_caller(centre, connection, given_token)
    if caller.is_revoked:
        raise refusal.device_revoked()
    if caller.is_forked:
        raise refusal.device_forked()
    return caller


def standing(centre: Centre) -> ColumnElement[bool]:
    """What makes an assignment one that stands at this moment: not ended, and not cover whose hours are over."""
    return and_(
        assignment.c.council_id == centre.council_id,
        assignment.c.to_at.is_(None),
        or_(assignment.c.until_at.is_(None), assignment.c.until_at > centre.clock.stamp()),
    )


def granted_scopes(
    centre: Centre, connection: Connection, worker_id: str, among: Sequence[str] | None = None
) -> dict[str, str]:
    """Return the scopes a worker holds now, each with their role in it; of ``among`` only, if that is given."""
    query = select(assignment.c.scope_id, assignment.c.role).where(
        standing(centre), assignment.c.worker_id == worker_id
    )
    rows = connection.execute(query if among is None else query.where(assignment.c.scope_id.in_(among)))
    return {row.scope_id: row.role for row in rows}


def held_scopes(centre: Centre, connection: Connection, worker_id: str) -> tuple[dict[str, str], bool]:
    """Return what :func:`granted_scopes` does, and whether cover is over that has not been ended yet."""
    rows = connection.execute(
        select(assignment.c.scope_id, assignment.c.role, assignment.c.until_at).where(
            assignment.c.council_id == centre.council_id,
            assignment.c.worker_id == worker_id,
            assignment.c.to_at.is_(None),
        )
    ).all()
    now = centre.clock.stamp()
    scopes = {row.scope_id: row.role for row in rows if row.until_at is None or row.until_at > now}
    return scopes, len(scopes) < len(rows)
