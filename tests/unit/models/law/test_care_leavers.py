"""Moving on: the window around a birthday, to the day; to whom it applies; when an adviser visits."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from models.law.care_leavers import (
    adviser_from,
    adviser_visit_due,
    applies,
    birthday_of,
    last_window,
    window_for,
    window_of,
)

BORN = date(2009, 3, 4)


def test_the_window_opens_three_months_before_and_closes_one_month_after_and_both_days_count() -> None:
    window = window_of(date(2027, 3, 4))
    assert (window.opens, window.closes) == (date(2026, 12, 4), date(2027, 4, 4))
    one = timedelta(days=1)
    assert window.holds(window.opens)
    assert window.holds(window.closes)
    assert not window.holds(window.opens - one)
    assert not window.holds(window.closes + one)


@pytest.mark.parametrize(
    ("birthday", "opens", "closes"),
    [
        (date(2027, 5, 31), date(2027, 2, 28), date(2027, 6, 30)),
        (date(2028, 5, 31), date(2028, 2, 29), date(2028, 6, 30)),
        (date(2027, 1, 31), date(2026, 10, 31), date(2027, 2, 28)),
    ],
)
def test_months_end_with_their_last_day(birthday: date, opens: date, closes: date) -> None:
    assert (window_of(birthday).opens, window_of(birthday).closes) == (opens, closes)


def test_a_birthday_on_the_29th_of_february_is_the_28th_in_a_common_year() -> None:
    assert birthday_of(date(2008, 2, 29), 18) == date(2026, 2, 28)
    assert birthday_of(date(2008, 2, 29), 20) == date(2028, 2, 29)


def test_the_open_window_stands_until_its_last_day_then_the_next_one_does() -> None:
    assert window_for(BORN, date(2026, 4, 4)) == window_of(date(2026, 3, 4))
    assert window_for(BORN, date(2026, 4, 5)) == window_of(date(2027, 3, 4))
    assert last_window(BORN, date(2026, 4, 4)) is None
    assert last_window(BORN, date(2026, 4, 5)) == window_of(date(2026, 3, 4))
    assert window_for(BORN, date(2034, 4, 5)) is None
    assert window_for(BORN, date(2010, 1, 1)) == window_of(date(2026, 3, 4))


@pytest.mark.parametrize(
    ("born", "category", "statuses", "today", "is_so"),
    [
        (BORN, "", ["looked_after"], date(2025, 3, 3), False),
        (BORN, "", ["looked_after"], date(2025, 3, 4), True),
        (BORN, "", ["child_in_need"], date(2026, 3, 4), False),
        (BORN, "", ["care_experienced"], date(2024, 1, 1), True),
        (BORN, "relevant", [], date(2024, 1, 1), True),
        (BORN, "former_relevant", ["care_experienced"], date(2034, 3, 3), True),
        (BORN, "former_relevant", ["care_experienced"], date(2034, 3, 4), False),
        (None, "", ["looked_after"], date(2026, 3, 4), False),
        (None, "eligible", [], date(2026, 3, 4), True),
    ],
)
def test_it_applies_from_16_in_care_or_by_what_is_recorded_until_25(
    born: date | None, category: str, statuses: list[str], today: date, is_so: bool
) -> None:
    assert applies(born, category, statuses, today) is is_so


def test_a_personal_adviser_is_there_from_15_years_and_9_months() -> None:
    assert adviser_from(BORN) == date(2024, 12, 4)


@pytest.mark.parametrize(
    ("last", "due"),
    [
        (date(2026, 11, 9), date(2027, 1, 4)),  # eight weeks are sooner than 9 January
        (date(2026, 1, 1), date(2026, 2, 26)),
        (date(2026, 12, 31), date(2027, 2, 25)),
    ],
)
def test_the_stricter_of_two_months_and_eight_weeks_is_due(last: date, due: date) -> None:
    assert adviser_visit_due(last) == due
