"""Moving on from care: what is due around a birthday, the adviser's visits, the offer letter; of one young person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from models.casebook import Casebook
from models.dates_typed import say_day
from models.entry import Entry
from models.law.care_leavers import (
    Window,
    adviser_from,
    adviser_visit_due,
    applies,
    birthday_of,
    last_window,
    window_for,
)
from models.moments import read_day
from models.query import NEWEST, Query
from models.wording import age_on

CHECK = "care_leaver_check"
LATE_FOR_DAYS = 365
"""So long a window that closed without a check is still spoken of."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One line: what it is about, how it stands, and its tone: ok, warn, or "" for what is only so."""

    label: str
    words: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class MovingOn:
    """How one young person stands. ``window`` is open or the next to open; ``is_checked`` says it has its check."""

    facts: tuple[Fact, ...]
    checks: tuple[Entry, ...]
    window: Window | None
    is_checked: bool


def moving_on(casebook: Casebook, scope_id: str) -> MovingOn | None:
    """The facts of moving on; None where they do not apply to this child."""
    child, today = casebook.child(scope_id), casebook.clock.today()
    if child is None:
        return None
    born = read_day(str(child.body.get("born_on") or ""))
    category = str(child.body.get("care_leaver_category") or "")
    if not applies(born, category, _statuses(casebook, scope_id, today), today):
        return None
    checks = tuple(casebook.select(Query(types=(CHECK,), scope_id=scope_id, order=NEWEST, limit=50)))
    window = window_for(born, today) if born else None
    facts = []
    if born is not None:
        facts += _adviser(born, today)
        facts += _birthdays(born, window, checks, today)
    facts.append(_visits(casebook, scope_id, today))
    facts += _letter(checks, born, today)
    return MovingOn(tuple(facts), checks, window, window is not None and counts(checks, window))


def counts(checks: tuple[Entry, ...], window: Window) -> bool:
    """Whether one of the checks was made in this window, for this birthday."""
    return _counted(checks, window) is not None


def _counted(checks: tuple[Entry, ...], window: Window) -> Entry | None:
    for one in checks:
        on, of = (read_day(str(one.body.get(name) or "")) for name in ("checked_on", "birthday_on"))
        if on is not None and window.holds(on) and of in (None, window.birthday):
            return one
    return None


def _statuses(casebook: Casebook, scope_id: str, today: date) -> list[str]:
    found = []
    for one in casebook.select(Query(types=("involvement",), scope_id=scope_id, limit=200)):
        ended = read_day(str(one.body.get("to_on") or ""))
        if ended is None or ended >= today:
            found.append(str(one.body.get("status") or ""))
    return found


def _adviser(born: date, today: date) -> list[Fact]:
    start = adviser_from(born)
    verb = "Since" if start <= today else "From"
    return [Fact("Personal adviser", f"{verb} {say_day(start)}, at 15 years and 9 months")]


def _birthdays(born: date, window: Window | None, checks: tuple[Entry, ...], today: date) -> list[Fact]:
    facts = []
    missed = last_window(born, today)
    is_late = missed is not None and (today - missed.closes).days <= LATE_FOR_DAYS
    if missed is not None and is_late and not counts(checks, missed):
        words = f"Nothing was written down in the time around {say_day(missed.birthday)}"
        facts.append(Fact("Last birthday", words, "warn"))
    if window is None:
        return facts
    age = age_on(born, window.birthday)
    done = _counted(checks, window)
    if done is not None:
        field = done.declaration.fields["in_touch"] if done.declaration else None
        touch = field.words_for(str(done.body.get("in_touch") or "")) if field and done.body.get("in_touch") else ""
        on = read_day(str(done.body["checked_on"]))
        words = f"Checked on {say_day(on)}, in its time" if on else "Checked in its time"
        return [*facts, Fact(f"Turning {age}", f"{words}. In touch: {touch or 'not recorded'}", "ok")]
    if today < window.opens:
        words = f"On {say_day(window.birthday)}. The time for its check opens on {say_day(window.opens)}"
        return [*facts, Fact(f"Turning {age}", words)]
    words = f"On {say_day(window.birthday)}. Be in touch and check by {say_day(window.closes)}"
    return [*facts, Fact(f"Turning {age}", words, "warn")]


def _visits(casebook: Casebook, scope_id: str, today: date) -> Fact:
    notes = casebook.select(Query(types=("visit_note",), scope_id=scope_id, order=NEWEST, limit=500))
    days = [read_day(one.when) for one in notes if one.body.get("visit_kind") == "pathway"]
    last = max((day for day in days if day is not None), default=None)
    if last is None:
        return Fact("Adviser’s visit", "No pathway visit is written down yet", "warn")
    due = adviser_visit_due(last)
    words = f"Last on {say_day(last)}, the next by {say_day(due)}"
    return Fact("Adviser’s visit", words, "warn" if due < today else "")


def _letter(checks: tuple[Entry, ...], born: date | None, today: date) -> list[Fact]:
    days = [read_day(str(one.body.get("offer_letter_sent_on") or "")) for one in checks]
    last = max((day for day in days if day is not None), default=None)
    if last is not None:
        return [Fact("Local offer letter", f"Sent on {say_day(last)}")]
    if born is not None and today >= birthday_of(born, 18):
        return [Fact("Local offer letter", "Not sent yet", "warn")]
    return []
