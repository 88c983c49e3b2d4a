"""Working days in England and Wales, against dates the government has published and the golden dates of the field."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from models.law.response_policy import MOST_CLOSED, MOST_KINDS, ResponsePolicy, due_on, find_fault
from models.law.working_days import add_working_days, bank_holidays, easter, is_working_day

PUBLISHED = {
    2011: "1-03 4-22 4-25 4-29 5-02 5-30 8-29 12-26 12-27",
    2012: "1-02 4-06 4-09 5-07 6-04 6-05 8-27 12-25 12-26",
    2020: "1-01 4-10 4-13 5-08 5-25 8-31 12-25 12-28",
    2021: "1-01 4-02 4-05 5-03 5-31 8-30 12-27 12-28",
    2022: "1-03 4-15 4-18 5-02 6-02 6-03 8-29 9-19 12-26 12-27",
    2023: "1-02 4-07 4-10 5-01 5-08 5-29 8-28 12-25 12-26",
    2026: "1-01 4-03 4-06 5-04 5-25 8-31 12-25 12-28",
}


@pytest.mark.parametrize("year", PUBLISHED)
def test_bank_holidays_are_those_published(year: int) -> None:
    days = {date(year, *map(int, one.split("-"))) for one in PUBLISHED[year].split()}
    assert bank_holidays(year) == days


@pytest.mark.parametrize(
    ("start", "end"), [(date(2026, 12, 14), date(2027, 1, 14)), (date(2026, 4, 1), date(2026, 5, 1))]
)
def test_twenty_working_days_end_on_the_golden_dates(start: date, end: date) -> None:
    assert add_working_days(start, 20) == end


@pytest.mark.parametrize(("year", "day"), [(2010, (4, 4)), (2019, (4, 21)), (2024, (3, 31)), (2038, (4, 25))])
def test_easter_falls_on_its_sunday(year: int, day: tuple[int, int]) -> None:
    assert easter(year) == date(year, *day)


def test_every_count_ends_on_a_working_day_and_counts_the_working_days_between() -> None:
    start = date(2026, 12, 20)
    for count in range(1, 60):
        end = add_working_days(start, count)
        assert is_working_day(end)
        between = [start + timedelta(days=at) for at in range(1, (end - start).days + 1)]
        assert sum(map(is_working_day, between)) == count
    assert add_working_days(start, 0) == start


def test_a_day_the_council_is_closed_does_not_count() -> None:
    assert add_working_days(date(2026, 11, 23), 1) == date(2026, 11, 24)
    assert add_working_days(date(2026, 11, 23), 1, [date(2026, 11, 24)]) == date(2026, 11, 25)


def test_the_response_policy_gives_the_day_by_where_the_words_were_said() -> None:
    said = date(2026, 11, 23)
    assert due_on(said) == date(2026, 12, 7)
    assert due_on(said, goes_to_board=True) == date(2026, 12, 21)
    policy = ResponsePolicy({"otherwise": 5, "visit_note": 2})
    assert due_on(said, "visit_note", policy=policy) == date(2026, 11, 25)
    assert due_on(said, "review", policy=policy) == date(2026, 11, 30)
    assert due_on(said, "visit_note", goes_to_board=True, policy=policy) == date(2026, 11, 25)
    assert due_on(said, "visit_note", policy=policy, closed=[date(2026, 11, 25)]) == date(2026, 11, 26)


def test_a_policy_has_its_bounds_and_says_which() -> None:
    assert not find_fault(ResponsePolicy())
    assert "closed days" in find_fault(ResponsePolicy(closed_on=(date(2026, 1, 1),) * (MOST_CLOSED + 1)))
    assert "kinds" in find_fault(ResponsePolicy({str(one): 1 for one in range(MOST_KINDS + 1)}))
    assert "kinds" in find_fault(ResponsePolicy({"": 1}))


def test_a_laptop_brings_a_strange_number_of_days_within_bounds() -> None:
    said = date(2026, 11, 23)
    assert due_on(said, policy=ResponsePolicy({"otherwise": -3})) == date(2026, 11, 24)
    assert due_on(said, policy=ResponsePolicy({})) == due_on(said)
    assert due_on(said, policy=ResponsePolicy({"otherwise": 10**9})) < date(2028, 1, 1)
