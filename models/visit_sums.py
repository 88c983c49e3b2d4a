"""A child's visits, each with what was asked for and what was done, and what that adds up to over time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from models.casebook import Casebook
from models.choices import PLACE
from models.clock import to_stamp
from models.closing_visit import sheets_given
from models.entry import Entry
from models.moments import read_day
from models.query import NEWEST, Query, Where
from models.version import Body
from models.visit_promises import (
    KEPT,
    NOT_ASKED,
    NOT_KEPT,
    NOT_RECORDED,
    ORDER,
    Outcome,
    VisitFacts,
    Wishes,
    outcomes,
    standing,
    was_changed,
)
from models.wording import Spoken

YEAR = timedelta(days=365)
"""What the line on a child's page looks back over."""
MOST = 2_000
_QUARTERS = ("January to March", "April to June", "July to September", "October to December")


@dataclass(frozen=True, slots=True)
class KeptVisit:
    """One visit, held against what was asked for. ``note_id`` is "" for one that was called off."""

    on: date
    place: str
    by_id: str
    note_id: str
    planned_id: str
    outcomes: tuple[Outcome, ...]

    @property
    def state(self) -> str:
        """How the whole visit stands."""
        return standing(self.outcomes)


@dataclass(frozen=True, slots=True)
class Count:
    """How often something was kept. ``base`` are those it was asked for, ``n`` all; not recorded is no answer."""

    kept: int = 0
    not_kept: int = 0
    not_recorded: int = 0
    not_asked: int = 0

    @property
    def base(self) -> int:
        """Kept, not kept and not recorded: wherever something was asked for."""
        return self.kept + self.not_kept + self.not_recorded

    @property
    def n(self) -> int:
        """Every one looked at."""
        return self.base + self.not_asked


def count(states: Iterable[str]) -> Count:
    """Count states."""
    found = list(states)
    return Count(*(found.count(one) for one in (KEPT, NOT_KEPT, NOT_RECORDED, NOT_ASKED)))


def by_visit(visits: Iterable[KeptVisit]) -> Count:
    """How many visits were wholly as asked."""
    return count(one.state for one in visits)


def by_promise(visits: Sequence[KeptVisit]) -> dict[str, Count]:
    """Each promise over all visits, in the order of `ORDER`."""
    states: dict[str, list[str]] = {key: [] for key in ORDER}
    for visit in visits:
        for one in visit.outcomes:
            states[one.key].append(one.state)
    return {key: count(found) for key, found in states.items()}


def by_quarter(visits: Iterable[KeptVisit]) -> list[tuple[str, Count]]:
    """Visits by quarter of the year, newest first; a quarter without any is left out."""
    states: dict[tuple[int, int], list[str]] = defaultdict(list)
    for visit in visits:
        states[visit.on.year, (visit.on.month - 1) // 3].append(visit.state)
    return [(f"{_QUARTERS[at]} {year}", count(found)) for (year, at), found in sorted(states.items(), reverse=True)]


def line(child: Spoken, found: Count) -> str:
    """ "11 of 13 visits as Sarah asked · 1 not recorded yet"; "" where nothing was asked of any visit."""
    if not found.base:
        return ""
    words = f"{found.kept} of {found.base} visit{'' if found.base == 1 else 's'} as {child.name} asked"
    return f"{words} · {found.not_recorded} not recorded yet" if found.not_recorded else words


# ---- what a laptop holds ---------------------------------------------------------------------------------------------


def wishes_of(casebook: Casebook, scope_id: str) -> Wishes:
    """What a child asks for, as this laptop holds it."""
    child, wishes = casebook.child(scope_id), casebook.one("communication_preferences", scope_id)
    people = casebook.select(Query(types=("person_i_trust",), scope_id=scope_id, limit=100))
    bodies = {one.record_id: one.body for one in people}
    return Wishes(Spoken.of(child.body if child else {}), wishes.body if wishes else {}, bodies)


def visits_of(casebook: Casebook, scope_id: str, since: date | None = None) -> list[KeptVisit]:
    """The visits to a child that have been, or were called off, newest first."""
    wishes, today = wishes_of(casebook, scope_id), casebook.clock.today()
    if not wishes.body and not wishes.first_people():
        return []
    planned = {one.record_id: one for one in _select(casebook, "planned_visit", scope_id, "planned_at")}
    said = _said(casebook, scope_id, since)
    given = sheets_given(casebook.select(Query(types=("feedback_sheet",), scope_id=scope_id, limit=MOST)))
    found = []
    for note in _select(casebook, "visit_note", scope_id, "visited_at", since):
        on = read_day(note.when)
        if on is None or on > today:
            continue
        plan = _plan_of(note, planned)
        words = tuple(said.get(note.record_id, ()))
        facts = facts_of(note.body, plan.body if plan else None, on, words, given.get(note.record_id))
        found.append(_visit(note, plan, facts, wishes, today))
    for plan in planned.values():
        facts = VisitFacts(read_day(plan.when) or today, planned=plan.body)
        is_in = since is None or facts.on >= since
        if is_in and plan.body.get("state") == "cancelled" and was_changed(plan.body):
            found.append(_visit(None, plan, facts, wishes, today))
    return sorted(found, key=lambda one: (one.on, one.note_id), reverse=True)


def visit_of(casebook: Casebook, note: Entry) -> KeptVisit:
    """The visit of one note, also one that is being written."""
    today = casebook.clock.today()
    plan = casebook.entry(str(note.body.get("planned_visit_id") or ""))
    plan = None if plan is None or plan.is_deleted else plan
    where = (Where("said_in_id", "is", note.record_id),)
    said = casebook.select(Query(types=("own_words",), scope_id=note.scope_id, where=where, limit=500))
    on = read_day(str(note.body.get("visited_at") or "")) or today
    where = (Where("visit_note_id", "is", note.record_id),)
    sheets = casebook.select(Query(types=("feedback_sheet",), scope_id=note.scope_id, where=where, limit=20))
    given = sheets_given(sheets).get(note.record_id)
    facts = facts_of(note.body, plan.body if plan else None, on, tuple(one.body for one in said), given)
    return _visit(note, plan, facts, wishes_of(casebook, note.scope_id), today)


def facts_of(
    note: Body, planned: Body | None, on: date, said: tuple[Body, ...], given_on: date | None = None
) -> VisitFacts:
    """What is recorded of the visit of a note; feedback counts from the first day it was given, by note or sheet."""
    days = [one for one in (read_day(str(note.get("feedback_sent_on") or "")), given_on) if one is not None]
    return VisitFacts(on, note, planned, said, min(days, default=None))


def _select(casebook: Casebook, kind: str, scope_id: str, when: str, since: date | None = None) -> list[Entry]:
    where: tuple[Where, ...] = ()
    if since is not None:
        first = datetime.combine(since, datetime.min.time()).astimezone()
        where = (Where(when, "since", to_stamp(first)),)
    return casebook.select(Query(types=(kind,), scope_id=scope_id, where=where, order=NEWEST, limit=MOST))


def _said(casebook: Casebook, scope_id: str, since: date | None) -> dict[str, list[Body]]:
    found: dict[str, list[Body]] = defaultdict(list)
    # A day more: what was said on one side of midnight may stand in the note of the other.
    first = (since - timedelta(days=1)).isoformat() if since is not None else ""
    where = (Where("said_on", "since", first),) if first else ()
    query = Query(types=("own_words",), scope_id=scope_id, where=where, order=NEWEST, limit=MOST)
    for one in casebook.select(query):
        found[str(one.body.get("said_in_id") or "")].append(one.body)
    return found


def _plan_of(note: Entry, planned: dict[str, Entry]) -> Entry | None:
    return planned.get(str(note.body.get("planned_visit_id") or ""))


def _visit(note: Entry | None, plan: Entry | None, facts: VisitFacts, wishes: Wishes, today: date) -> KeptVisit:
    body = (facts.note if facts.note is not None else facts.planned) or {}
    words = next((one.words for one in PLACE if one.code == body.get("place")), "Visit")
    by_id = note.author_id if note is not None else str(body.get("goes_id") or "")
    return KeptVisit(
        facts.on,
        words,
        by_id,
        note.record_id if note else "",
        plan.record_id if plan else "",
        outcomes(facts, wishes, today),
    )
