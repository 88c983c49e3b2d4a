"""Whether a laptop holds what it should: its digests against the council's, and where they differ, head by head."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, select

from models import digest
from models.ids import is_id
from sync.server import policy, refusal
from sync.server.callers import Caller, find_reader, granted_scopes
from sync.server.centre import Centre
from sync.server.pulling import may_read_clause
from sync.server.tables import digest as digest_table
from sync.server.tables import record as record_table
from sync.wire import AgreeReply, AgreeRequest, AgreeScopeReply, AgreeScopeRequest

MOST_SCOPES = 5000


def agree(centre: Centre, token: str, request: AgreeRequest) -> AgreeReply:
    """Compare a laptop's digests with the council's. Reads a few rows for each scope, however many records it has.

    Raises Refusal 400 or 401.
    """
    if len(request.digests) > MOST_SCOPES or request.cursor < 0:
        raise refusal.bad_message()
    with centre.database.read() as connection:
        caller = find_reader(centre, connection, token)
        scopes = granted_scopes(centre, connection, caller.worker_id)
        ours = _digests(centre, connection, caller, scopes)
        differing = sorted(
            scope_id
            for scope_id, theirs in request.digests.items()
            if scope_id in scopes and theirs != digest.to_hex(ours.get(scope_id, 0))
        )
        is_current = request.digests.keys() == scopes.keys()
        if differing and is_current:
            is_current = not _has_news(centre, connection, caller, scopes, request.cursor)
    return AgreeReply(is_current=is_current, differing=tuple(differing))


def _digests(centre: Centre, connection: Connection, caller: Caller, scopes: Mapping[str, str]) -> dict[str, int]:
    rows = connection.execute(
        select(digest_table).where(
            digest_table.c.council_id == centre.council_id, digest_table.c.scope_id.in_(sorted(scopes))
        )
    )
    sums: dict[str, int] = {}
    for row in rows:
        is_author = row.author_id == caller.worker_id
        if policy.can_read(row.audience, scopes[row.scope_id], is_author=is_author):
            sums[row.scope_id] = sums.get(row.scope_id, 0) + row.total
    return sums


def _has_news(centre: Centre, connection: Connection, caller: Caller, scopes: Mapping[str, str], cursor: int) -> bool:
    query = select(record_table.c.record_id).where(
        record_table.c.council_id == centre.council_id,
        record_table.c.head_seq > cursor,
        may_read_clause(caller.worker_id, scopes),
    )
    return connection.execute(query.limit(1)).first() is not None


def agree_scope(centre: Centre, token: str, request: AgreeScopeRequest) -> AgreeScopeReply:
    """List the heads of one scope that this worker may read. Raises Refusal 401, or 404 for a scope not granted."""
    with centre.database.read() as connection:
        caller = find_reader(centre, connection, token)
        among = [request.scope_id] if is_id(request.scope_id) else []
        scopes = granted_scopes(centre, connection, caller.worker_id, among)
        if not scopes:
            raise refusal.not_found()
        rows = connection.execute(
            select(record_table.c.record_id, record_table.c.head_version_id, record_table.c.head_seq).where(
                record_table.c.council_id == centre.council_id,
                record_table.c.is_erased.is_(False),
                may_read_clause(caller.worker_id, scopes),
            )
        ).all()
    upto = max((row.head_seq for row in rows), default=0)
    return AgreeScopeReply(cursor=upto, heads={row.record_id: row.head_version_id for row in rows})
