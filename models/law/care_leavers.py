"""Moving on from care: to whom it applies, the window around a birthday, and when a personal adviser visits.

The window (seed 002): from three months before a birthday to one month after it. Visits of a personal adviser: at most
two months apart (SI 2010/2571 reg 8), and every eight weeks in seed 002; the stricter is due. A personal adviser from
15 years and 9 months on (seed 002); eligible from 16 on (reg 40); the offer letter until the 25th birthday (seed 002).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from models.dates_typed import add_months

OPENS_MONTHS, CLOSES_MONTHS = 3, 1
FIRST_BIRTHDAY, LAST_BIRTHDAY = 17, 25
ADVISER_MONTHS = 15 * 12 + 9
FROM_AGE = 16
VISIT_WEEKS, VISIT_MONTHS = 8, 2
IN_CARE = frozenset({"looked_after"})
AFTER_CARE = frozenset({"care_experienced"})


@dataclass(frozen=True, slots=True)
class Window:
    """The time around one birthday in which a check counts. Both days are within it."""

    birthday: date
    opens: date
    closes: date

    def holds(self, day: date) -> bool:
        """Whether a check on this day counts."""
        return self.opens <= day <= self.closes


def birthday_of(born_on: date, age: int) -> date:
    """The birthday of an age; whoever was born on 29 February has it on 28 February in a common year."""
    return add_months(born_on, 12 * age)


def window_of(birthday: date) -> Window:
    """The window around a birthday."""
    return Window(birthday, add_months(birthday, -OPENS_MONTHS), add_months(birthday, CLOSES_MONTHS))


def window_for(born_on: date, today: date) -> Window | None:
    """The window that is open, or else the next one; None once the last has closed."""
    windows = (window_of(birthday_of(born_on, age)) for age in range(FIRST_BIRTHDAY, LAST_BIRTHDAY + 1))
    return next((one for one in windows if today <= one.closes), None)


def last_window(born_on: date, today: date) -> Window | None:
    """The window that closed last; None before the first has."""
    windows = [window_of(birthday_of(born_on, age)) for age in range(FIRST_BIRTHDAY, LAST_BIRTHDAY + 1)]
    return next((one for one in reversed(windows) if one.closes < today), None)


def applies(born_on: date | None, category: str, statuses: Iterable[str], today: date) -> bool:
    """Whether the facts of moving on apply: a category is recorded, or the young person is 16 and in or past care.

    Not past the 25th birthday. Without a birthday only what is recorded counts.
    """
    if born_on is not None and today >= birthday_of(born_on, LAST_BIRTHDAY):
        return False
    found = frozenset(statuses)
    if category or found & AFTER_CARE:
        return True
    return born_on is not None and today >= birthday_of(born_on, FROM_AGE) and bool(found & IN_CARE)


def adviser_from(born_on: date) -> date:
    """The day from which a personal adviser is there: 15 years and 9 months."""
    return add_months(born_on, ADVISER_MONTHS)


def adviser_visit_due(last_on: date) -> date:
    """By when the next visit is due: two months or eight weeks after the last, whichever is sooner."""
    return min(add_months(last_on, VISIT_MONTHS), last_on + timedelta(weeks=VISIT_WEEKS))
