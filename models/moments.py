"""Days and times in the worker's words: "Monday 23 November", "Mon 9 Nov, 16:10", "in 25 min"."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from models.clock import from_stamp
from models.dates_typed import MONTHS, WEEKDAYS

# Not strftime: Qt sets the process's locale, and the names would then follow the laptop's language.


def local(moment: datetime) -> datetime:
    """The moment where the laptop is."""
    return moment.astimezone()


def read_moment(text: str) -> datetime | None:
    """A stamp as a local moment; a calendar day as its midnight; None for what is neither."""
    try:
        if len(text) == 10:
            return datetime.combine(date.fromisoformat(text), datetime.min.time()).astimezone()
        return local(from_stamp(text))
    except ValueError:
        return None


def read_day(text: str) -> date | None:
    """The calendar day of a stamp or an ISO day; None for what is neither."""
    moment = read_moment(text)
    return moment.date() if moment else None


def long_day(day: date) -> str:
    """ "Monday 23 November"."""
    return f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]}"


def short_day(day: date, today: date, *, with_weekday: bool = True) -> str:
    """ "Today", "Yesterday", "Mon 9 Nov", and with its year where that is another: "9 Nov 2025"."""
    if day == today:
        return "Today"
    if day == today - timedelta(days=1):
        return "Yesterday"
    if day == today + timedelta(days=1):
        return "Tomorrow"
    words = f"{day.day} {MONTHS[day.month - 1][:3]}"
    if day.year != today.year:
        return f"{words} {day.year}"
    return f"{WEEKDAYS[day.weekday()][:3]} {words}" if with_weekday else words


def in_a_sentence(day: str) -> str:
    """ "today" within a sentence; "Mon 9 Nov" keeps its capital."""
    return day[0].lower() + day[1:] if day.startswith(("Today", "Yesterday", "Tomorrow")) else day


def clock_words(moment: datetime, *, seconds: bool = False) -> str:
    """ "10:30" where the laptop is, or "10:30:05"."""
    here = local(moment)
    return f"{here:%H:%M:%S}" if seconds else f"{here:%H:%M}"


def day_and_time(moment: datetime, today: date) -> str:
    """ "Mon 9 Nov, 16:10"."""
    return f"{short_day(local(moment).date(), today)}, {clock_words(moment)}"


def ago(then: datetime, now: datetime) -> str:
    """How long ago something was: "just now", "12 minutes ago", "2 hours ago", "3 days ago"; never in the future."""
    minutes = max(0, int((now - then).total_seconds() // 60))
    if not minutes:
        return "just now"
    size, word = next(one for one in ((1440, "day"), (60, "hour"), (1, "minute")) if minutes >= one[0])
    count = minutes // size
    return f"{count} {word}{'' if count == 1 else 's'} ago"


def month_of(day: date) -> str:
    """ "November 2026"."""
    return f"{MONTHS[day.month - 1]} {day.year}"


def until(moment: datetime, now: datetime) -> str:
    """How long until a moment of today: "in 25 min", "in 2 h 45 min", "now"; "" once it is past by 15 minutes."""
    minutes = round((moment - now).total_seconds() / 60)
    if minutes < -15:
        return ""
    if minutes <= 0:
        return "now"
    hours, left = divmod(minutes, 60)
    if not hours:
        return f"in {left} min"
    return f"in {hours} h {left} min" if left else f"in {hours} h"
