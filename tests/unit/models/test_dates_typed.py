"""Days and times as people type them: forgiving, British, and never guessed into another order."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.dates_typed import (
    Lean,
    add_months,
    mid_sentence,
    read_day,
    read_time,
    say_day,
    say_day_short,
    say_moment,
    say_weekday,
    split_moment,
)

TODAY = date(2026, 11, 23)  # a Monday


@pytest.mark.parametrize(
    "typed",
    ["23/11", "23/11/2026", "23/11/26", "23.11.26", "23-11-2026", "23 11 26", "23 nov", "23 November 2026", "23rd Nov",
     "the 23rd of November", "nov 23", "23", "today", "Today", " now ", "mon", "Monday", "2026-11-23", "23112026",
     "231126", "Mon 23 Nov", "Monday, 23 November 2026", "Today, 23 November 2026", "23nov26"],
)  # fmt: skip
def test_the_same_day_is_read_however_it_is_typed(typed: str) -> None:
    assert read_day(typed, TODAY) == TODAY


@pytest.mark.parametrize(
    "typed",
    ["11/23", "11/23/2026", "31/2", "0/11", "23/13", "", "   ", "soon", "x", "t", "s", "tue 23/11", "5/5/5", "99", "32",
     "next", "last week", "29/2/2026", "29 wobble", "ju 5", "Tomorrow, 23 November 2026", "in some days", "3 days"],
)  # fmt: skip
def test_what_is_not_a_day_is_never_guessed_into_one(typed: str) -> None:
    assert read_day(typed, TODAY) is None


@pytest.mark.parametrize(
    ("typed", "days"),
    [("tomorrow", 1), ("tom", 1), ("yesterday", -1), ("in 3 days", 3), ("3 days ago", -3), ("+2", 2), ("-2", -2),
     ("in a week", 7), ("two weeks ago", -14), ("next tue", 1), ("next mon", 7), ("last mon", -7), ("last fri", -3),
     ("this fri", 4), ("thurs", 3), ("weds", 2)],
)  # fmt: skip
def test_days_near_today_are_read_from_words(typed: str, days: int) -> None:
    assert read_day(typed, TODAY) == TODAY + timedelta(days=days)


@pytest.mark.parametrize(
    ("typed", "lean", "day"),
    [
        ("fri", Lean.NEAR, date(2026, 11, 20)),
        ("fri", Lean.AHEAD, date(2026, 11, 27)),
        ("thu", Lean.BACK, date(2026, 11, 19)),
        ("thu", Lean.NEAR, date(2026, 11, 26)),
        ("mon", Lean.AHEAD, TODAY),
        ("mon", Lean.BACK, TODAY),
        ("4/1", Lean.NEAR, date(2027, 1, 4)),
        ("4/1", Lean.BACK, date(2026, 1, 4)),
        ("24/11", Lean.BACK, date(2025, 11, 24)),
        ("22/11", Lean.AHEAD, date(2027, 11, 22)),
        ("5", Lean.AHEAD, date(2026, 12, 5)),
        ("5", Lean.BACK, date(2026, 11, 5)),
        ("29/2", Lean.AHEAD, date(2028, 2, 29)),
        ("29/2", Lean.BACK, date(2024, 2, 29)),
    ],
)
def test_a_day_without_a_year_leans_the_way_the_field_asks(typed: str, lean: Lean, day: date) -> None:
    assert read_day(typed, TODAY, lean) == day


@pytest.mark.parametrize(("typed", "year"), [("4/3/09", 2009), ("4/3/46", 2046), ("4/3/47", 1947), ("4/3/1998", 1998)])
def test_a_year_of_two_digits_lies_at_most_twenty_years_ahead(typed: str, year: int) -> None:
    assert read_day(typed, TODAY) == date(year, 3, 4)


def test_a_month_from_a_long_one_ends_on_the_last_day_of_a_short_one() -> None:
    assert read_day("in a month", date(2026, 1, 31)) == date(2026, 2, 28)
    assert read_day("two months ago", date(2026, 12, 31)) == date(2026, 10, 31)
    assert add_months(date(2026, 11, 30), 15) == date(2028, 2, 29)


@given(st.dates(date(1930, 1, 1), date(2090, 12, 31)), st.sampled_from(Lean))
def test_what_heard_shows_reads_back_as_the_same_day(day: date, lean: Lean) -> None:
    assert read_day(say_day(day), TODAY, lean) == day
    assert read_day(say_weekday(day), TODAY, lean) == day


@given(st.text(max_size=30), st.sampled_from(Lean))
def test_no_text_whatever_breaks_the_reading(typed: str, lean: Lean) -> None:
    assert read_day(typed, TODAY, lean) is None or isinstance(read_day(typed, TODAY, lean), date)
    read_time(typed)
    split_moment(typed, TODAY)


@pytest.mark.parametrize(
    ("typed", "read"),
    [("10:30", time(10, 30)), ("10.30", time(10, 30)), ("1030", time(10, 30)), ("2pm", time(14)),
     ("2:15 pm", time(14, 15)),
     ("12am", time(0)), ("12pm", time(12)), ("noon", time(12)), ("midnight", time(0)), ("9", time(9)), ("2", time(14)),
     ("6:30", time(18, 30)), ("02:30", time(2, 30)), ("14", time(14)), ("23:59", time(23, 59)), ("0", time(0))],
)  # fmt: skip
def test_a_time_is_read_however_it_is_typed(typed: str, read: time) -> None:
    assert read_time(typed) == read


@pytest.mark.parametrize("typed", ["", "25", "10:75", "13pm", "0am", "half past", "10:3", "99:99"])
def test_what_is_not_a_time_is_not_read(typed: str) -> None:
    assert read_time(typed) is None


@pytest.mark.parametrize(
    ("typed", "parts"),
    [("tue 2pm", ("tue", "2pm")), ("Today, 23 November 2026, 10:30", ("Today  23 November 2026", "10:30")),
     ("23/11 at 10:30", ("23/11", "10:30")), ("23/11", ("23/11", "")), ("tomorrow noon", ("tomorrow", "noon")),
     ("23.11", ("23.11", "")), ("nothing 2pm", ("nothing 2pm", ""))],
)  # fmt: skip
def test_a_day_and_a_time_typed_together_are_told_apart(typed: str, parts: tuple[str, str]) -> None:
    assert split_moment(typed, TODAY) == parts


def test_days_are_said_one_way() -> None:
    assert say_day(TODAY) == "23 November 2026"
    assert say_weekday(TODAY) == "Monday 23 November 2026"
    assert say_day_short(TODAY, TODAY) == "23 Nov"
    assert say_day_short(date(2025, 1, 9), TODAY) == "9 Jan 2025"
    here = datetime(2026, 11, 23, 10, 30, tzinfo=UTC)
    assert say_moment(here) == say_moment(here.astimezone())
    assert say_moment(datetime(2026, 11, 23, 10, 30)) == "23 November 2026, 10:30"


@pytest.mark.parametrize(("words", "said"), [("Today, 10:52", "today, 10:52"), ("Mon 9 Nov", "Mon 9 Nov"), ("", "")])
def test_within_a_sentence_only_days_near_today_lose_their_capital(words: str, said: str) -> None:
    assert mid_sentence(words) == said
