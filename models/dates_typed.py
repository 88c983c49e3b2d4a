"""Reads days and times as people type them ("23/11", "today", "tue", "2pm"), in British order and never in another."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, datetime, time, timedelta
from enum import StrEnum

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_NEAR = {"today": 0, "tod": 0, "now": 0, "tomorrow": 1, "tom": 1, "tomo": 1, "yesterday": -1, "yest": -1}
_NUMBERS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8}
_YEARS_AHEAD = 20  # a year of two digits lies at most this far ahead, so that 09 is 2009 and 59 is 1959
_AFTERNOON_TO = 7  # "2" and "2:30" are in the afternoon, "02:30" is at night


class Lean(StrEnum):
    """Which way a day without a year, or a weekday, is read. Today itself always counts."""

    NEAR = "near"
    BACK = "back"
    AHEAD = "ahead"


def read_day(typed: str, today: date, lean: Lean = Lean.NEAR) -> date | None:
    """Read a day; None for what is not one. 11/23 is no day: the month never comes first in figures."""
    words = _tidy(typed)
    weekday = None
    if not words:
        return None
    if (found := _relative(words, today)) is not None:
        return found
    first, _, rest = words.partition(" ")
    if _weekday(first) is not None or first in ("next", "last", "this"):
        if (found := _by_weekday(words, today, lean)) is not None:
            return found
        weekday, words = _weekday(first), rest
    found = _by_figures(words, today, lean) or _by_name(words, today, lean)
    # "Tue 23/11" when the 23rd is a Monday: one of the two is a slip, and only the worker knows which.
    return None if found is not None and weekday is not None and found.weekday() != weekday else found


def read_time(typed: str) -> time | None:
    """Read a time of day: "10:30", "10.30", "1030", "2pm", "14", "noon"; None for what is not one."""
    words = typed.strip().lower().replace(" ", "")
    if words in ("noon", "midday"):
        return time(12)
    if words == "midnight":
        return time(0)
    found = re.fullmatch(r"(\d{1,2})(?:[:.h]?(\d{2}))?(am|pm|a\.m\.|p\.m\.)?", words)
    if not found:
        return None
    hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "")[:1]
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "p" else 0)
    elif 1 <= hour < _AFTERNOON_TO and not found[1].startswith("0"):
        hour += 12
    return time(hour, minute) if hour < 24 and minute < 60 else None


_TIME_AT_END = re.compile(
    r"(?:\bat\s+)?(\d{1,2}[:.h]\d{2}(?:\s?[ap]m)?|\d{1,2}\s?[ap]m|noon|midday|midnight)$", re.IGNORECASE
)


def split_moment(typed: str, today: date) -> tuple[str, str]:
    """Part "tue 2pm" or "Today, 23 November 2026, 10:30" into the day's words and the time's; "" for no time."""
    words = typed.replace(",", " ").strip()
    found = _TIME_AT_END.search(words)
    if not found or read_day(words[: found.start()], today) is None:
        return typed, ""
    return words[: found.start()].strip(), found[1]


def say_day(day: date) -> str:
    """ "23 November 2026", the only order Heard writes a day in."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def say_day_short(day: date, today: date | None = None) -> str:
    """ "9 Nov", with the year where it is not this one."""
    year = "" if today is not None and day.year == today.year else f" {day.year}"
    return f"{day.day} {MONTHS[day.month - 1][:3]}{year}"


def say_weekday(day: date) -> str:
    """ "Monday 23 November 2026"."""
    return f"{WEEKDAYS[day.weekday()]} {say_day(day)}"


def say_time(moment: datetime | time) -> str:
    """ "10:30"."""
    return f"{moment.hour:02}:{moment.minute:02}"


def say_moment(moment: datetime) -> str:
    """ "23 November 2026, 10:30", in the laptop's own time where the moment is aware."""
    here = moment.astimezone() if moment.tzinfo else moment
    return f"{say_day(here.date())}, {say_time(here)}"


def mid_sentence(words: str) -> str:
    """ "Today, 10:52" as it stands within a sentence: "today, 10:52". Weekdays and months keep their capital."""
    return words[0].lower() + words[1:] if words.startswith(("Today", "Yesterday", "Tomorrow")) else words


def add_months(day: date, months: int) -> date:
    """The same day of another month, or that month's last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _tidy(typed: str) -> str:
    words = re.sub(r"[,]", " ", typed.strip().lower())
    words = re.sub(r"(\d)(?:st|nd|rd|th)\b", r"\1", words)
    words = re.sub(r"\b(?:of|the|on)\b", " ", words)
    return re.sub(r"\s+", " ", words).strip()


def _weekday(word: str) -> int | None:
    word = word.rstrip(".")
    if len(word) < 2:
        return None
    found = [number for number, name in enumerate(WEEKDAYS) if name.lower().startswith(word)]
    if word in ("tues", "weds", "thur", "thurs"):
        found = [{"tu": 1, "we": 2, "th": 3}[word[:2]]]
    return found[0] if len(found) == 1 else None


def _relative(words: str, today: date) -> date | None:
    if words in _NEAR:
        return today + timedelta(days=_NEAR[words])
    if words.split(" ")[0] in _NEAR and len(words.split(" ")) > 1:
        # "Today, 23 November 2026": Heard's own way of showing it reads back as itself.
        rest = words.partition(" ")[2]
        near = today + timedelta(days=_NEAR[words.split(" ")[0]])
        return near if _by_name(rest, today, Lean.NEAR) == near else None
    found = re.fullmatch(r"(?:in )?(\w+) (day|week|month)s?( ago)?", words) or re.fullmatch(
        r"([+-]\d+)( days?)?()", words
    )
    if not found:
        return None
    count = _NUMBERS.get(found[1]) if not re.fullmatch(r"[+-]?\d+", found[1]) else int(found[1])
    if count is None or abs(count) > 5000 or not (words.startswith(("in ", "+", "-")) or words.endswith(" ago")):
        return None
    count = -count if found[3] else count
    if found[2] == "month":
        return add_months(today, count)
    return today + timedelta(days=count * (7 if found[2] == "week" else 1))


def _by_weekday(words: str, today: date, lean: Lean) -> date | None:
    which, _, name = words.rpartition(" ")
    wanted = _weekday(name)
    if wanted is None or which not in ("", "next", "last", "this"):
        return None
    ahead = (wanted - today.weekday()) % 7
    if which == "next" or (lean is Lean.AHEAD and which != "last"):
        return today + timedelta(days=ahead or (7 if which == "next" else 0))
    if which == "last" or (lean is Lean.BACK and which != "this"):
        return today - timedelta(days=(7 - ahead) % 7 or (7 if which == "last" else 0))
    return today + timedelta(days=ahead if ahead <= 3 or which == "this" else ahead - 7)


def _by_figures(words: str, today: date, lean: Lean) -> date | None:
    if found := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", words):
        return _day(int(found[1]), int(found[2]), int(found[3]))
    if found := re.fullmatch(r"(\d{2})(\d{2})(\d{4}|\d{2})", words):
        return _day(_year(found[3], today), int(found[2]), int(found[1]))
    found = re.fullmatch(r"(\d{1,2})(?:\s?[/.\- ]\s?(\d{1,2})(?:\s?[/.\- ]\s?(\d{4}|\d{2}))?)?", words)
    if not found:
        return None
    if found[2] is None:
        months = [add_months(today.replace(day=1), step) for step in (-1, 0, 1)]
        return _chosen([_day(month.year, month.month, int(found[1])) for month in months], today, lean)
    return _with_year(int(found[1]), int(found[2]), found[3], today, lean)


def _by_name(words: str, today: date, lean: Lean) -> date | None:
    found = re.fullmatch(r"(\d{1,2})[ \-/.]?([a-z]{3,9})\.?(?:[ \-/.]?(\d{4}|\d{2}))?", words)
    if found:
        day, name, year = found[1], found[2], found[3]
    else:
        found = re.fullmatch(r"([a-z]{3,9})\.? (\d{1,2})(?: (\d{4}))?", words)
        if not found:
            return None
        name, day, year = found[1], found[2], found[3]
    months = [number for number, month in enumerate(MONTHS, 1) if month.lower().startswith(name[:4].rstrip("."))]
    if name == "sept":
        months = [9]
    return _with_year(int(day), months[0], year, today, lean) if len(months) == 1 else None


def _with_year(day: int, month: int, year: str | None, today: date, lean: Lean) -> date | None:
    if year is not None:
        return _day(_year(year, today), month, day)
    # 29 February may be four years away; no other day is further than one.
    years = range(today.year - 4, today.year + 5) if (day, month) == (29, 2) else range(today.year - 1, today.year + 2)
    return _chosen([_day(each, month, day) for each in years], today, lean)


def _year(typed: str, today: date) -> int:
    if len(typed) == 4:
        return int(typed)
    year = today.year - today.year % 100 + int(typed)
    return year - 100 if year > today.year + _YEARS_AHEAD else year


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _chosen(days: list[date | None], today: date, lean: Lean) -> date | None:
    real = [day for day in days if day is not None]
    if lean is Lean.BACK:
        real = [day for day in real if day <= today]
    elif lean is Lean.AHEAD:
        real = [day for day in real if day >= today]
    return min(real, key=lambda day: abs((day - today).days), default=None)
