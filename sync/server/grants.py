"""Scopes, who holds them, and what a worker's laptops are told about their colleagues."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, select, update

from sync.server.centre import Centre
from sync.server.tables import assignment, version, worker
from sync.server.tables import record as record_table
from sync.wire import Assignment, Directory, Worker


def find_directory(centre: Centre, connection: Connection, worker_id: str, scopes: Iterable[str]) -> Directory:
    """Return the workers and assignments in a worker's scopes, and whoever wrote in them."""
    held = sorted(scopes)
    mine = assignment.c.council_id == centre.council_id
    assignments = connection.execute(
        select(assignment.c.scope_id, assignment.c.worker_id, assignment.c.role, assignment.c.is_lead)
        .where(mine, assignment.c.scope_id.in_(held), assignment.c.to_at.is_(None))
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
    connection.execute(
        update(worker)
        .where(worker.c.council_id == centre.council_id, worker.c.worker_id.in_({*holders, *worker_ids}))
        .values(grant_counter=worker.c.grant_counter + 1)
    )
