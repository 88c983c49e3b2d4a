"""Cover: a worker who must see a child not assigned to them says why, and is let in for a day; the manager is told."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, delete, func, insert, select

from models.audience import DUTY_WORKER, may_ask_for_cover
from models.records.cover import Cover
from sync.server import refusal
from sync.server.audit import Entry
from sync.server.callers import Caller, find_reader, granted_scopes, standing
from sync.server.centre import Centre
from sync.server.council_pen import CouncilPen, own_key
from sync.server.grants import CHILD, assign, end_lapsed_cover
from sync.server.refusal import Refusal
from sync.server.tables import assignment, attempt, scope, worker
from sync.server.turns import lock_scopes
from sync.wire import CoverReply, CoverRequest

LONGEST_REASON = 1000
_KIND = "cover"


def cover(centre: Centre, token: str, request: CoverRequest) -> CoverReply:
    """Let a worker in for a day. Asked again while it lasts, the answer is the same and nothing is longer.

    Raises Refusal 400 (no reason), 401, 404 (no such child, or none this worker may ask for: both look the same),
    409 (assigned already) or 429.
    """
    with centre.database.read() as connection:
        caller = find_reader(centre, connection, token)
        _check_guesses(centre, connection, caller)
    reason = _checked_reason(request.reason)
    key = own_key(centre)
    end_lapsed_cover(centre)
    with centre.database.write() as connection:
        pen = CouncilPen(centre, connection, key)
        roles = granted_scopes(centre, connection, caller.worker_id).values()
        scope_id = _find_child(centre, connection, request.child) if may_ask_for_cover(roles) else None
        if scope_id is not None:
            lock_scopes(connection, centre.council_id, [scope_id])
            until_at = _until(centre, connection, caller, scope_id)
            if until_at is None:
                until_at = centre.stamp_in(centre.settings.cover_seconds)
                _let_in(centre, connection, caller, pen, (scope_id, reason, until_at))
            return CoverReply(scope_id=scope_id, until_at=until_at)
    _note_wrong_guess(centre, caller)
    raise Refusal(404, "no_such_child", "There is no child with that number you can ask to cover for.")


def _checked_reason(text: str) -> str:
    """Return the reason without stray spaces. It is kept in the child's record, so it must say something."""
    tidy = "\n".join(" ".join(line.split()) for line in text.strip().splitlines())
    if not tidy or len(tidy) > LONGEST_REASON or not tidy.replace("\n", "").isprintable():
        raise Refusal(
            400, "reason_needed", f"Please say in up to {LONGEST_REASON:,} letters why you must see this child."
        )
    return tidy


def _find_child(centre: Centre, connection: Connection, code: str) -> str | None:
    mine = (scope.c.council_id == centre.council_id, scope.c.kind == CHILD, scope.c.code == " ".join(code.split()))
    return connection.execute(select(scope.c.scope_id).where(*mine)).scalar_one_or_none()


def _until(centre: Centre, connection: Connection, caller: Caller, scope_id: str) -> str | None:
    """Return until when this worker covers already; None if they do not hold the child and may be let in."""
    rows = connection.execute(
        select(assignment.c.scope_id, assignment.c.until_at).where(
            standing(centre), assignment.c.worker_id == caller.worker_id
        )
    )
    held = {row.scope_id: row.until_at for row in rows}
    if scope_id in held:
        until_at = held[scope_id]
        if until_at is None:
            raise Refusal(409, "already_assigned", "You are assigned to this child already.")
        return str(until_at)
    if sum(until_at is not None for until_at in held.values()) >= centre.settings.most_covers:
        raise Refusal(429, "too_many_covers", "You cover for as many children as one worker can at a time.", 3600)
    return None


def _let_in(
    centre: Centre, connection: Connection, caller: Caller, pen: CouncilPen, granted: tuple[str, str, str]
) -> None:
    """Assign for a day, and write it into the child's record, where it reaches the manager's laptop by sync."""
    scope_id, reason, until_at = granted
    now = centre.clock.stamp()
    assign(centre, connection, caller.worker_id, scope_id, DUTY_WORKER, is_lead=False, until_at=until_at, reason=reason)
    mine = (worker.c.council_id == centre.council_id, worker.c.worker_id == caller.worker_id)
    name = connection.execute(select(worker.c.display_name).where(*mine)).scalar_one()
    body = {
        "worker_name": name,
        "worker_id": caller.worker_id,
        "reason": reason,
        "from_at": now,
        "until_at": until_at,
    }
    record_id = centre.ids.new()
    pen.append([pen.begin(Cover.declaration, body, record_id=record_id, scope_id=scope_id, is_finished=True)])
    detail = {"scope": scope_id, "until": until_at, "record": record_id}
    centre.ledger.close(connection, now, [Entry("cover", caller.worker_id, caller.device_id, detail)])


def _check_guesses(centre: Centre, connection: Connection, caller: Caller) -> None:
    """Numbers of children must not be found out by trying: raises Refusal 429 after too many that were none."""
    counted = select(func.count()).where(
        attempt.c.council_id == centre.council_id,
        attempt.c.kind == _KIND,
        attempt.c.address == caller.worker_id,
        attempt.c.at > centre.stamp_in(-centre.settings.cover_guess_seconds),
    )
    if connection.execute(counted).scalar_one() >= centre.settings.guess_limit:
        raise refusal.too_many_guesses(centre.settings.cover_guess_seconds)


def _note_wrong_guess(centre: Centre, caller: Caller) -> None:
    now = centre.clock.stamp()
    over = centre.stamp_in(-centre.settings.cover_guess_seconds)
    with centre.database.write() as connection:
        mine = (attempt.c.council_id == centre.council_id, attempt.c.kind == _KIND)
        connection.execute(delete(attempt).where(*mine, attempt.c.at <= over))
        row = {"attempt_id": centre.ids.new(), "kind": _KIND, "address": caller.worker_id, "at": now}
        connection.execute(insert(attempt).values(council_id=centre.council_id, **row))
        centre.ledger.close(connection, now, [Entry("cover_failed", caller.worker_id, caller.device_id)])


def list_covers(centre: Centre) -> list[dict[str, Any]]:
    """List who has covered for whom and why, the newest first; an ended one has the time it ended."""
    end_lapsed_cover(centre)
    names = ("worker_id", "scope_id", "from_at", "until_at", "to_at", "reason")
    query = select(*(assignment.c[name] for name in names)).where(
        assignment.c.council_id == centre.council_id, assignment.c.role == DUTY_WORKER
    )
    with centre.database.read() as connection:
        return [dict(row) for row in connection.execute(query.order_by(assignment.c.from_at.desc())).mappings()]
