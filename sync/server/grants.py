"""Scopes, who holds them and as what, and what a worker's laptops are told about their colleagues."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, Connection, Update, insert, select, update

from models.ids import is_id
from sync.server.audit import Entry
from sync.server.callers import standing
from sync.server.centre import Centre
from sync.server.database import tried_again
from sync.server.tables import assignment, scope, version, worker
from sync.server.tables import record as record_table
from sync.server.turns import lock_scopes
from sync.server.withdrawing import raise_counters, settle_role, withdraw_scope
from sync.wire import Assignment, Directory, Worker

CHILD, GROUP = "child", "group"


def find_directory(centre: Centre, connection: Connection, worker_id: str, scopes: Iterable[str]) -> Directory:
    """Return the workers and assignments in a worker's scopes, and whoever wrote in them."""
    held = sorted(scopes)
    assignments = connection.execute(
        select(assignment.c.scope_id, assignment.c.worker_id, assignment.c.role, assignment.c.is_lead)
        .where(standing(centre), assignment.c.scope_id.in_(held))
        .order_by(assignment.c.scope_id, assignment.c.worker_id)
    ).all()
    records = (record_table.c.council_id == version.c.council_id) & (record_table.c.record_id == version.c.record_id)
    authors = connection.execute(
        select(version.c.author_id)
        .distinct()
        .select_from(version)
        .join(record_table, records)
        .where(version.c.council_id == centre.council_id, record_table.c.scope_id.in_(held))
    ).scalars()
    wanted = {worker_id, *authors, *(row.worker_id for row in assignments)}
    workers = connection.execute(
        select(worker.c.worker_id, worker.c.display_name, worker.c.job_title, worker.c.team)
        .where(worker.c.council_id == centre.council_id, worker.c.worker_id.in_(sorted(wanted)) | worker.c.is_server)
        .order_by(worker.c.worker_id)
    )
    return Directory(
        workers=tuple(
            Worker(worker_id=row.worker_id, display_name=row.display_name, job_title=row.job_title, team=row.team)
            for row in workers
        ),
        assignments=tuple(
            Assignment(scope_id=row.scope_id, worker_id=row.worker_id, role=row.role, is_lead=row.is_lead)
            for row in assignments
        ),
    )


def raise_grant_counters(centre: Centre, connection: Connection, scope_id: str, worker_ids: Iterable[str]) -> None:
    """Let the laptops of these workers, and of everyone who holds the scope, ask for their grants again."""
    holders = connection.execute(
        select(assignment.c.worker_id).where(
            assignment.c.council_id == centre.council_id,
            assignment.c.scope_id == scope_id,
            assignment.c.to_at.is_(None),
        )
    ).scalars()
    raise_counters(centre, connection, {*holders, *worker_ids})


def find_scope(centre: Centre, connection: Connection, code_or_id: str, kind: str = CHILD) -> str | None:
    """Return the id of a scope by the council's own code for it, or by its id."""
    is_it = scope.c.scope_id == code_or_id if is_id(code_or_id) else scope.c.code == " ".join(code_or_id.split())
    query = select(scope.c.scope_id).where(scope.c.council_id == centre.council_id, scope.c.kind == kind, is_it)
    return connection.execute(query).scalar_one_or_none()


def open_scope(centre: Centre, connection: Connection, kind: str, code: str) -> tuple[str, Entry | None]:
    """Return the id of a scope, made if it is not there, and what the audit should say if it was made."""
    found = find_scope(centre, connection, code, kind)
    if found is not None:
        return found, None
    scope_id = centre.ids.new()
    connection.execute(
        insert(scope).values(
            council_id=centre.council_id, scope_id=scope_id, kind=kind, code=code, created_at=centre.clock.stamp()
        )
    )
    return scope_id, Entry("scope_open", detail={"scope": scope_id, "kind": kind})


def assign(
    centre: Centre,
    connection: Connection,
    worker_id: str,
    scope_id: str,
    role: str,
    *,
    is_lead: bool | None,
    until_at: str | None = None,
    reason: str | None = None,
) -> Entry | None:
    """Assign a worker; return what the audit should say, None if they already are assigned just so.

    A worker has one role in a scope, and a scope one lead: the new one takes the place of the old. Without a
    word on ``is_lead`` a worker stays what they are.
    """
    lock_scopes(connection, centre.council_id, [scope_id])
    before = connection.execute(
        select(assignment.c.role, assignment.c.is_lead).where(*_now(centre, scope_id, worker_id))
    ).one_or_none()
    if is_lead is None:
        is_lead = before is not None and bool(before.is_lead)
    if before is not None and (before.role, bool(before.is_lead)) == (role, is_lead):
        return None
    now, seq = centre.clock.stamp(), centre.ledger.hold(connection)
    connection.execute(_end(centre, scope_id, worker_id, now, seq))
    if is_lead:
        connection.execute(update(assignment).where(*_now(centre, scope_id)).values(is_lead=False))
    connection.execute(
        insert(assignment).values(
            council_id=centre.council_id,
            assignment_id=centre.ids.new(),
            scope_id=scope_id,
            worker_id=worker_id,
            role=role,
            is_lead=is_lead,
            from_at=now,
            from_seq=seq,
            until_at=until_at,
            reason=reason,
        )
    )
    if before is None or before.role != role:
        settle_role(centre, connection, worker_id, scope_id, role)
    raise_grant_counters(centre, connection, scope_id, [worker_id])
    return Entry("assign", detail={"worker": worker_id, "scope": scope_id, "role": role, "is_lead": is_lead})


def unassign(centre: Centre, connection: Connection, worker_id: str, scope_id: str) -> Entry | None:
    """End an assignment; return what the audit should say, None if there was none."""
    lock_scopes(connection, centre.council_id, [scope_id])
    seq = centre.ledger.hold(connection)
    if connection.execute(_end(centre, scope_id, worker_id, centre.clock.stamp(), seq)).rowcount == 0:
        return None
    withdraw_scope(centre, connection, worker_id, scope_id)
    raise_grant_counters(centre, connection, scope_id, [worker_id])
    return Entry("unassign", detail={"worker": worker_id, "scope": scope_id})


@tried_again
def end_lapsed_cover(centre: Centre) -> None:
    """End every cover whose hours are over by the server's clock, as any assignment ends, with its orders.

    Called wherever it could be seen that it has not happened yet; nothing is readable by it any more in any case.
    """
    query = select(assignment.c.worker_id, assignment.c.scope_id).where(
        assignment.c.council_id == centre.council_id,
        assignment.c.to_at.is_(None),
        assignment.c.until_at <= centre.clock.stamp(),
    )
    with centre.database.read() as connection:
        lapsed = connection.execute(query).all()
    if not lapsed:
        return
    with centre.database.write() as connection:
        lock_scopes(connection, centre.council_id, {row.scope_id for row in lapsed})
        # Looked at again: by now it may have been ended, or the worker assigned.
        still = connection.execute(query.order_by(assignment.c.scope_id)).all()
        entries = [unassign(centre, connection, row.worker_id, row.scope_id) for row in still]
        over = [Entry("cover_over", detail=entry.detail) for entry in entries if entry is not None]
        centre.ledger.close(connection, centre.clock.stamp(), over)


def move(
    centre: Centre, connection: Connection, scope_id: str, worker_id: str, to_worker_id: str, *, is_lead: bool | None
) -> list[Entry]:
    """Hand a scope from one worker to another, in the role the first one had. Returns nothing if they had none.

    Without a word on ``is_lead`` the other leads if the first one did.
    """
    standing_now = select(assignment.c.role, assignment.c.is_lead, assignment.c.until_at)
    had = connection.execute(standing_now.where(*_now(centre, scope_id, worker_id))).one_or_none()
    if had is None or had.until_at is not None:
        return []
    is_lead = bool(had.is_lead) if is_lead is None else is_lead
    given = assign(centre, connection, to_worker_id, scope_id, had.role, is_lead=is_lead)
    return [entry for entry in (given, unassign(centre, connection, worker_id, scope_id)) if entry is not None]


def _now(centre: Centre, scope_id: str, worker_id: str | None = None) -> list[ColumnElement[bool]]:
    """What makes an assignment one that stands now, in this scope, of this worker or of all."""
    mine = [
        assignment.c.council_id == centre.council_id,
        assignment.c.scope_id == scope_id,
        assignment.c.to_at.is_(None),
    ]
    return mine if worker_id is None else [*mine, assignment.c.worker_id == worker_id]


def _end(centre: Centre, scope_id: str, worker_id: str, now: str, seq: int) -> Update:
    return update(assignment).where(*_now(centre, scope_id, worker_id)).values(to_at=now, to_seq=seq)
