"""Closing a visit: what is gathered for the child, and what is written down when the sheet is kept.

Pure functions over bodies, and the order in which a sheet is kept. Each step may be done again: a laptop killed between
two of them leaves the sheet open, and closing it once more does what is missing and nothing twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from models.casebook import Casebook
from models.clock import to_stamp
from models.entry import Entry
from models.loop import CANNOT, WITHDRAWN, Answer, answers_of, promises_query
from models.moments import local, read_day, read_moment
from models.query import OLDEST, Query, Where
from models.version import Body
from models.visit_contract import USUAL_TIME

OPEN_STATES = ("planned", "confirmed", "moved")


@dataclass(frozen=True, slots=True)
class Gathered:
    """What was said in one visit, what was promised about it, and what cannot be; each a record of its own."""

    said: tuple[Entry, ...]
    promised: tuple[Answer, ...]
    cannot: tuple[Answer, ...]


def gather(casebook: Casebook, note: Entry) -> Gathered:
    """Gather for the child what belongs to a visit, in the order in which it was said and is due."""
    where = (Where("said_in_id", "is", note.record_id),)
    query = Query(types=("own_words",), scope_id=note.scope_id, where=where, order=OLDEST, limit=500)
    said = tuple(one for one in casebook.select(query) if one.body.get("words"))
    here = {one.record_id for one in said}
    answers = answers_of(casebook.select(promises_query(note.scope_id)), casebook.entry)
    mine = [one for one in answers if one.text("you_said_id") in here and one.state != WITHDRAWN]
    cannot = tuple(one for one in mine if one.state == CANNOT or one.text("cannot_because"))
    return Gathered(said, tuple(one for one in mine if one not in cannot and one.text("we_promised")), cannot)


def sheet_of(casebook: Casebook, note: Entry) -> Entry | None:
    """The feedback sheet of a visit: the one still open, or else the last that was kept."""
    where = (Where("visit_note_id", "is", note.record_id),)
    found = casebook.select(Query(types=("feedback_sheet",), scope_id=note.scope_id, where=where, limit=20))
    return min(found, key=lambda one: one.is_finished, default=None)


def sheets_given(sheets: Iterable[Entry]) -> dict[str, date]:
    """The first day on which each visit's sheet was given, by note; one that is not kept yet does not count."""
    found: dict[str, date] = {}
    for one in sheets:
        on = read_day(str(one.body.get("given_on") or ""))
        note_id = str(one.body.get("visit_note_id") or "")
        if one.is_finished and on is not None:
            found[note_id] = min(on, found.get(note_id, on))
    return found


def offers(note: Entry, wishes: Body, today: date) -> Body:
    """What a new sheet is filled in with: given today, as the visit was today; later in the way the child likes."""
    on = read_day(str(note.body.get("visited_at") or ""))
    how = "read_together" if on == today else str(wishes.get("feedback_how") or "")
    through = str(wishes.get("contact_first_through_id") or "")
    found: Body = {
        "visit_note_id": note.record_id,
        "given_on": today.isoformat(),
        "given_how": how,
        "given_through_id": through if how == "through_person" else "",
        "next_visit_on": str(note.body.get("next_visit_on") or ""),
    }
    return {name: value for name, value in found.items() if value}


def next_plan(casebook: Casebook, note: Entry, sheet: Body) -> Entry | None:
    """The visit that is planned next with this child, by this worker; the one this sheet made comes first."""
    known = casebook.entry(str(sheet.get("next_planned_id") or ""))
    if known is not None and not known.is_deleted:
        return known
    # What is planned for the day of this visit is most likely this visit.
    day = max(read_day(str(note.body.get("visited_at") or "")) or date.min, casebook.clock.today())
    after = datetime.combine(day + timedelta(days=1), time(0)).astimezone()
    query = Query(types=("planned_visit",), scope_id=note.scope_id, since=to_stamp(after), order=OLDEST, limit=50)
    mine = ("", casebook.me.worker.worker_id)
    return next(
        (
            one
            for one in casebook.select(query)
            if one.body.get("state") in OPEN_STATES
            and str(one.body.get("goes_id") or "") in mine
            and one.record_id != note.body.get("planned_visit_id")
        ),
        None,
    )


def planned_at(on: date, note: Body, plan: Body | None) -> datetime:
    """The moment of the next visit: the day the child is told, at the time that was planned, or that of this visit."""
    known = read_moment(str((plan or {}).get("planned_at") or "")) or read_moment(str(note.get("visited_at") or ""))
    at = local(known).time().replace(second=0, microsecond=0) if known is not None else USUAL_TIME
    return datetime.combine(on, at if at != time(0) else USUAL_TIME).astimezone()


def plan_edits(on: date, told_on: date, note: Body, plan: Body | None, me: str) -> dict[str, Any]:
    """What the next visit's plan becomes once the child was told of it; nothing where it says so already.

    A new plan is told in person. A known one of that day keeps when the child first heard of it. One of another day
    is moved, and the child was told of the change when they were told the new day.
    """
    at = to_stamp(planned_at(on, note, plan))
    if plan is None:
        place = {name: note[name] for name in ("place", "visit_kind") if note.get(name)}
        told = {"notice_given_on": told_on.isoformat(), "notice_given_how": "in_person"}
        return {"planned_at": at, "goes_id": me, "state": "planned", **place, **told}
    before = str(plan.get("planned_at") or "")
    if read_day(before) == on:
        if plan.get("notice_given_on"):
            return {}
        return {"notice_given_on": told_on.isoformat(), "notice_given_how": "in_person"}
    return {
        "planned_at": at,
        "moved_from_at": plan.get("moved_from_at") or before,
        "state": "moved",
        "change_warned": True,
        "change_warned_on": told_on.isoformat(),
    }


def note_edits(note: Body, sheet: Body) -> dict[str, Any]:
    """What an open note takes over from its sheet: that feedback was given, and when the next visit is."""
    found = {}
    if sheet.get("given_on") and not note.get("feedback_sent_on"):
        found["feedback_sent_on"] = sheet["given_on"]
    if sheet.get("next_visit_on") and note.get("next_visit_on") != sheet["next_visit_on"]:
        found["next_visit_on"] = sheet["next_visit_on"]
    return found
