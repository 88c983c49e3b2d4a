"""Working days in England and Wales: not a Saturday, a Sunday, or a bank holiday (SI 2010/959 reg 2; domain 3.6)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache

FIRST_YEAR = 2010
"""The earliest year the rule answers for; before it some days that were moved are missing."""
_MOVED = {
    2012: {"spring": date(2012, 6, 4)},
    2020: {"early_may": date(2020, 5, 8)},
    2022: {"spring": date(2022, 6, 2)},
}
_EXTRA = (date(2011, 4, 29), date(2012, 6, 5), date(2022, 6, 3), date(2022, 9, 19), date(2023, 5, 8))
"""Days proclaimed once."""


def easter(year: int) -> date:
    """Easter Sunday, by the anonymous Gregorian algorithm."""
    a, b, c = year % 19, year // 100, year % 100
    d, e, f = b // 4, b % 4, (b + 8) // 25
    h = (19 * a + b - d - (b - f + 1) // 3 + 15) % 30
    k = (32 + 2 * e + 2 * (c // 4) - h - c % 4) % 7
    m = (a + 11 * h + 22 * k) // 451
    month, day = divmod(h + k - 7 * m + 114, 31)
    return date(year, month, day + 1)


def _monday(on: date) -> date:
    return on + timedelta(days=-on.weekday() % 7)


def _on_weekdays(*days: date) -> list[date]:
    """Days of rest in place of those that fall on a weekend: the next weekdays not taken already."""
    found: list[date] = []
    for day in days:
        while day.weekday() >= 5 or day in found:
            day += timedelta(days=1)
        found.append(day)
    return found


@cache
def bank_holidays(year: int) -> frozenset[date]:
    """The bank holidays of England and Wales, with Good Friday and Christmas Day."""
    moved = _MOVED.get(year, {})
    sunday = easter(year)
    # Boxing Day has its own place where it falls on a weekday; Christmas Day then takes the next free one.
    christmas, boxing = date(year, 12, 25), date(year, 12, 26)
    at_christmas = _on_weekdays(boxing, christmas) if christmas.weekday() == 6 else _on_weekdays(christmas, boxing)
    return frozenset(
        {
            *_on_weekdays(date(year, 1, 1)),
            sunday - timedelta(days=2),
            sunday + timedelta(days=1),
            moved.get("early_may", _monday(date(year, 5, 1))),
            moved.get("spring", _monday(date(year, 5, 25))),
            _monday(date(year, 8, 25)),
            *at_christmas,
            *(day for day in _EXTRA if day.year == year),
        }
    )


def is_working_day(day: date, extra: Iterable[date] = ()) -> bool:
    """Whether a day counts. ``extra`` are more days on which a council does not work."""
    return day.weekday() < 5 and day not in bank_holidays(day.year) and day not in set(extra)


def add_working_days(day: date, count: int, extra: Iterable[date] = ()) -> date:
    """The day that is ``count`` working days after ``day``; the first is the day after it. ``count`` of 0 is itself."""
    closed = frozenset(extra)
    for _ in range(count):
        day += timedelta(days=1)
        while not is_working_day(day, closed):
            day += timedelta(days=1)
    return day
