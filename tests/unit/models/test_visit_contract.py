"""The visit contract: the notice a child asks for, and the next day that is usual."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from models.visit_contract import (
    days_of_notice,
    earliest_day,
    is_notice_enough,
    next_usual,
    notice_asked,
    notice_warning,
)

TODAY = date(2026, 11, 23)  # a Monday
NOW = datetime(2026, 11, 23, 10, 30).astimezone()
SARAH = {"notice_days": 7}


def test_a_visit_sooner_than_the_notice_asked_is_warned_of() -> None:
    words = notice_warning("Sarah", TODAY + timedelta(days=3), None, TODAY, SARAH)
    assert words == "Sarah asks for 7 days’ notice. This visit is in 3 days."


@pytest.mark.parametrize(("days", "said"), [(0, "is today"), (1, "is tomorrow"), (6, "is in 6 days")])
def test_the_warning_says_how_near_the_visit_is(days: int, said: str) -> None:
    assert said in notice_warning("Sarah", TODAY + timedelta(days=days), None, TODAY, SARAH)


@pytest.mark.parametrize("days", [7, 8, 100, -1])
def test_a_visit_with_notice_enough_or_already_past_is_not_warned_of(days: int) -> None:
    assert notice_warning("Sarah", TODAY + timedelta(days=days), None, TODAY, SARAH) == ""


@pytest.mark.parametrize("preferences", [{}, {"notice_days": 0}, {"notice_days": None}, {"notice_days": "7"}])
def test_nothing_is_warned_of_where_no_notice_is_asked_for(preferences: dict[str, object]) -> None:
    assert notice_asked(preferences) is None
    assert notice_warning("Sarah", TODAY, None, TODAY, preferences) == ""
    assert is_notice_enough(TODAY, None, TODAY, preferences) is None


def test_notice_counts_from_the_day_the_child_was_told() -> None:
    soon = TODAY + timedelta(days=2)
    assert days_of_notice(soon, TODAY - timedelta(days=6), TODAY) == 8
    assert notice_warning("Sarah", soon, TODAY - timedelta(days=6), TODAY, SARAH) == ""
    late = notice_warning("Sarah", soon, TODAY - timedelta(days=1), TODAY, SARAH)
    assert late == "Sarah asks for 7 days’ notice. Sarah was told 3 days before."
    assert is_notice_enough(soon, TODAY - timedelta(days=5), TODAY, SARAH) is True


def test_one_day_is_said_as_one() -> None:
    words = notice_warning("Ellie", TODAY, None, TODAY, {"notice_days": 1})
    assert words == "Ellie asks for 1 day’s notice. This visit is today."
    told = notice_warning("Sarah", TODAY + timedelta(days=1), TODAY, TODAY, SARAH)
    assert told.endswith("told 1 day before.")


def visits(*days: date) -> list[datetime]:
    return [datetime(day.year, day.month, day.day, 16, 10).astimezone() for day in days]


def test_the_next_visit_falls_a_usual_gap_after_the_last_on_its_weekday_and_at_its_time() -> None:
    past = visits(date(2026, 11, 9), date(2026, 10, 12), date(2026, 9, 14))
    assert next_usual(past, NOW, SARAH) == datetime(2026, 12, 7, 16, 10).astimezone()


def test_an_overdue_visit_is_suggested_as_soon_as_there_is_notice_enough() -> None:
    past = visits(date(2026, 9, 1), date(2026, 8, 4))
    wanted = next_usual(past, NOW, SARAH)
    assert wanted.date() >= earliest_day(TODAY, SARAH)
    assert wanted.date() < earliest_day(TODAY, SARAH) + timedelta(days=7)
    assert wanted.weekday() == past[0].weekday()


def test_without_visits_the_first_working_day_with_notice_is_suggested() -> None:
    assert next_usual([], NOW, SARAH) == datetime(2026, 11, 30, 10, 30).astimezone()
    assert next_usual([], NOW, {"notice_days": 5}).date() == date(2026, 11, 30)  # the 28th is a Saturday
    assert next_usual([], NOW, {}).date() == date(2026, 11, 24)


def test_one_visit_alone_is_followed_after_six_weeks() -> None:
    assert next_usual(visits(date(2026, 11, 10)), NOW, {}).date() == date(2026, 12, 22)


@pytest.mark.parametrize("gap", [1, 3, 7, 30, 400, 2000])
def test_whatever_the_gaps_the_suggestion_lies_ahead_and_leaves_notice(gap: int) -> None:
    past = visits(*[date(2026, 11, 20) - timedelta(days=gap * step) for step in range(4)])
    wanted = next_usual(past, NOW, SARAH)
    assert earliest_day(TODAY, SARAH) <= wanted.date() <= TODAY + timedelta(weeks=27)


def test_a_child_usually_seen_at_the_weekend_is_suggested_a_weekend() -> None:
    past = visits(date(2026, 11, 21), date(2026, 11, 14))  # Saturdays
    assert next_usual(past, NOW, {}).date() == date(2026, 11, 28)
