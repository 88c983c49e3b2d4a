"""Days and times in the worker's words, whatever language the laptop speaks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from models.moments import (
    ago,
    clock_words,
    day_and_time,
    long_day,
    month_of,
    read_day,
    read_moment,
    short_day,
    until,
)

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 10, 5).astimezone()


def test_a_day_is_said_as_people_say_it() -> None:
    assert long_day(TODAY) == "Monday 23 November"
    assert short_day(TODAY, TODAY) == "Today"
    assert short_day(date(2026, 11, 22), TODAY) == "Yesterday"
    assert short_day(date(2026, 11, 24), TODAY) == "Tomorrow"
    assert short_day(date(2026, 11, 9), TODAY) == "Mon 9 Nov"
    assert short_day(date(2026, 11, 9), TODAY, with_weekday=False) == "9 Nov"
    assert short_day(date(2025, 12, 9), TODAY) == "9 Dec 2025"
    assert month_of(date(2026, 9, 1)) == "September 2026"


def test_a_moment_is_said_where_the_laptop_is() -> None:
    assert clock_words(NOW) == "10:05"
    assert clock_words(NOW, seconds=True) == "10:05:00"
    assert day_and_time(NOW - timedelta(days=14), TODAY) == "Mon 9 Nov, 10:05"


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(25, "in 25 min"), (60, "in 1 h"), (165, "in 2 h 45 min"), (0, "now"), (-15, "now"), (-16, ""), (1, "in 1 min")],
)
def test_how_long_until_a_visit(minutes: int, words: str) -> None:
    assert until(NOW + timedelta(minutes=minutes), NOW) == words


def test_days_and_stamps_are_read_and_anything_else_is_nothing() -> None:
    assert read_day("2026-11-09") == date(2026, 11, 9)
    moment = read_moment("2026-11-09T12:10:00.000Z")
    assert moment is not None
    assert moment.utcoffset() is not None
    assert read_moment("soon") is None
    assert read_moment("2026-13-45") is None
    assert read_day("") is None


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-500, "just now"), (0, "just now"), (59, "just now"), (60, "1 minute ago"), (3599, "59 minutes ago"),
        (3600, "1 hour ago"), (7_300, "2 hours ago"), (86_400, "1 day ago"), (5 * 86_400, "5 days ago"),
    ],
)  # fmt: skip
def test_how_long_ago_is_said_in_the_largest_unit_and_never_in_the_future(seconds: int, words: str) -> None:
    now = datetime(2026, 11, 23, 10, 5, tzinfo=UTC)
    assert ago(now - timedelta(seconds=seconds), now) == words
