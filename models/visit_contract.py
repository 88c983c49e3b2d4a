"""What a child asked for before a visit, checked: notice, whom to speak to first, and the next day that is usual."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from statistics import median

from models.version import Body

USUAL_WEEKS = 6
"""Weeks between visits where too few are recorded: reg 28(2) of the 2010 Care Planning Regulations."""
USUAL_TIME = time(10, 30)
_LONGEST_GAP_WEEKS = 26


def notice_asked(preferences: Body) -> int | None:
    """Days of notice the child asks for; None when that is not recorded or is none at all."""
    asked = preferences.get("notice_days")
    return int(asked) if isinstance(asked, int | float) and not isinstance(asked, bool) and asked > 0 else None


def days_of_notice(planned_on: date, told_on: date | None, today: date) -> int:
    """Whole days between telling the child and the visit; counted from today while they have not been told."""
    return (planned_on - (told_on or today)).days


def is_notice_enough(planned_on: date, told_on: date | None, today: date, preferences: Body) -> bool | None:
    """Whether the child has the notice they ask for; None when they have not said."""
    asked = notice_asked(preferences)
    return None if asked is None else days_of_notice(planned_on, told_on, today) >= asked


def notice_warning(name: str, planned_on: date, told_on: date | None, today: date, preferences: Body) -> str:
    """ "Sarah asks for 7 days’ notice. This visit is in 3 days."; "" while there is nothing to warn of."""
    asked = notice_asked(preferences)
    if asked is None or planned_on < today or is_notice_enough(planned_on, told_on, today, preferences):
        return ""
    wish = f"{name} asks for {asked} {'day’s' if asked == 1 else 'days’'} notice."
    if told_on is not None:
        given = max(0, days_of_notice(planned_on, told_on, today))
        return f"{wish} {name} was told {_days(given)} before."
    away = (planned_on - today).days
    return f"{wish} This visit is {'today' if away == 0 else 'tomorrow' if away == 1 else f'in {_days(away)}'}."


def earliest_day(today: date, preferences: Body) -> date:
    """The first day that leaves the child the notice they ask for."""
    return today + timedelta(days=notice_asked(preferences) or 0)


def next_usual(visits: Sequence[datetime], now: datetime, preferences: Body) -> datetime:
    """The next visit as visits usually fall: the same weekday and time, a usual gap after the last, with notice.

    ``visits`` are past visits in the laptop's own time, newest first. A suggestion to start from, never a due date.
    """
    days = sorted({visit.date() for visit in visits}, reverse=True)
    gaps = [(later - earlier).days / 7 for later, earlier in pairwise(days)]
    weeks = round(median(gaps)) if gaps else USUAL_WEEKS
    weeks = min(max(1, weeks), _LONGEST_GAP_WEEKS)
    first = earliest_day(now.date(), preferences)
    if first == now.date():
        first += timedelta(days=1)
    if not visits:
        wanted, at = first, USUAL_TIME
    else:
        last = visits[0]
        wanted, at = last.date() + timedelta(weeks=weeks), last.time().replace(second=0, microsecond=0)
        if wanted < first:
            # Overdue, or too soon for the notice asked: the same weekday, as soon as there is notice enough.
            wanted = first + timedelta(days=(last.weekday() - first.weekday()) % 7)
    if wanted.weekday() >= 5 and not (visits and visits[0].weekday() >= 5):
        wanted += timedelta(days=7 - wanted.weekday())
    # By way of local time, so that half past ten stays half past ten when the clocks change.
    return datetime.combine(wanted, at).astimezone()


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"
