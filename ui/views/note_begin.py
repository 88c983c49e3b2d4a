"""What a new visit note begins with: the visit it was planned as, and what that visit already says."""

from __future__ import annotations

from typing import Any

from models.casebook import Casebook
from models.clock import to_stamp
from models.closing_visit import OPEN_STATES
from models.entry import Entry
from models.moments import read_moment
from models.query import OLDEST, Query
from models.today import bounds


def begun_for(casebook: Casebook, planned_visit_id: str) -> Entry | None:
    """The note already begun for a planned visit: one visit has one note."""
    planned = casebook.entry(planned_visit_id) if planned_visit_id else None
    note_id = str(planned.body.get("visit_note_id") or "") if planned else ""
    note = casebook.entry(note_id) if note_id else None
    return note if note is not None and not note.is_deleted else None


def planned_visit(casebook: Casebook, scope_id: str, planned_id: str) -> Entry | None:
    """The visit asked for, or this worker's of today that has no note yet."""
    if planned_id:
        return casebook.entry(planned_id)
    since, before = bounds(casebook.clock.today())
    query = Query(types=("planned_visit",), scope_id=scope_id, since=since, before=before, order=OLDEST)
    mine = ("", casebook.me.worker.worker_id)
    return next(
        (
            entry
            for entry in casebook.select(query)
            if entry.body.get("state") in OPEN_STATES
            and not entry.body.get("visit_note_id")
            and str(entry.body.get("goes_id") or "") in mine
        ),
        None,
    )


def offers_of(casebook: Casebook, planned: Entry | None) -> dict[str, Any]:
    """What is filled in ahead: when, where and what kind, from the visit that was planned."""
    now = casebook.clock.now().replace(second=0, microsecond=0)
    if planned is None:
        return {"visited_at": to_stamp(now)}
    at = read_moment(str(planned.body.get("planned_at") or ""))
    is_past_or_today = at is not None and at.date() <= casebook.clock.today()
    when = to_stamp(at) if at is not None and is_past_or_today else to_stamp(now)
    offers = {"visited_at": when, "planned_visit_id": planned.record_id}
    return offers | {name: planned.body[name] for name in ("place", "visit_kind") if planned.body.get(name)}
