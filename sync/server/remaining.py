"""What a laptop still holds after an older copy of it was put back: ordered to be given up anew, with a receipt."""

from __future__ import annotations

from sqlalchemy import Connection, select

from models.ids import is_id
from sync.server import policy, refusal
from sync.server.callers import Caller, find_reader, granted_scopes
from sync.server.centre import Centre
from sync.server.tables import record as record_table
from sync.server.tables import scope
from sync.server.turns import lock_scopes
from sync.server.withdrawing import order_once
from sync.wire import MAX_REMAINS, RemainsReply, RemainsRequest


def order_again(centre: Centre, token: str, request: RemainsRequest) -> RemainsReply:
    """Order what lies hidden on a laptop and is not its worker's to have. Asked again, the same orders are told.

    Nothing is ordered of what this council does not know: after a restore the laptop's copy may be the last one, and
    nothing is deleted because "the server does not know it" (R17). Raises Refusal 400, 401 or 403.
    """
    if len(request.scopes) + len(request.records) > MAX_REMAINS:
        raise refusal.bad_message()
    scope_ids = {one for one in request.scopes if is_id(one)}
    record_ids = {one for one in request.records if is_id(one)}
    with centre.database.write() as connection:
        caller = find_reader(centre, connection, token)
        records = connection.execute(
            select(record_table).where(
                record_table.c.council_id == centre.council_id, record_table.c.record_id.in_(sorted(record_ids))
            )
        ).all()
        lock_scopes(connection, centre.council_id, scope_ids | {row.scope_id for row in records})
        granted = granted_scopes(centre, connection, caller.worker_id)
        places = {(scope_id, "") for scope_id in _known(centre, connection, scope_ids) if scope_id not in granted}
        for scope_id, record_id in _of_records(centre, connection, caller, granted, record_ids):
            places.add((scope_id, record_id))
        orders = order_once(centre, connection, caller.device_id, caller.worker_id, places) if places else ()
    return RemainsReply(orders=orders)


def _known(centre: Centre, connection: Connection, scope_ids: set[str]) -> list[str]:
    mine = (scope.c.council_id == centre.council_id, scope.c.scope_id.in_(sorted(scope_ids)))
    return list(connection.execute(select(scope.c.scope_id).where(*mine)).scalars())


def _of_records(
    centre: Centre, connection: Connection, caller: Caller, granted: dict[str, str], record_ids: set[str]
) -> list[tuple[str, str]]:
    """Scope and record of what this worker may not have, as it stands now that its scopes hold still."""
    rows = connection.execute(
        select(record_table).where(
            record_table.c.council_id == centre.council_id, record_table.c.record_id.in_(sorted(record_ids))
        )
    )
    return [
        (row.scope_id, row.record_id)
        for row in rows
        if not policy.may_keep(
            policy.Shown(row.audience, row.is_erased),
            granted.get(row.scope_id),
            is_author=row.author_id == caller.worker_id,
        )
    ]
