"""Fourteen days without the council close old records, and no clock brings them back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import lease
from models.lease import Lease

NOW = datetime(2026, 11, 23, 10, 30, tzinfo=UTC)
SERVER = "2026-11-23T10:30:00.000Z"
seconds = st.floats(0, 40 * 86_400)
jumps = st.sampled_from([timedelta(days=3650), timedelta(days=-3650), timedelta(days=-1), timedelta()])


def begun(days: int = 14, now: datetime = NOW) -> Lease:
    return lease.begin(SERVER, now, days)


def test_old_records_close_after_so_many_days_and_not_a_second_before() -> None:
    almost = lease.count(begun(), NOW + timedelta(days=14) - timedelta(seconds=1))
    assert not lease.is_over(almost)
    assert lease.left(almost) == timedelta(seconds=1)
    assert lease.is_over(lease.count(almost, NOW + timedelta(days=14)))


@pytest.mark.parametrize(("asked", "days"), [(3, 3), (0, 1), (-5, 1), (1000, 90)])
def test_the_council_sets_the_days_within_limits(asked: int, days: int) -> None:
    assert lease.left(begun(asked)) == timedelta(days=days)


def test_reaching_the_council_begins_anew_whatever_the_clock_says() -> None:
    wrong = NOW + timedelta(days=3650)
    over = lease.count(begun(), wrong)
    assert lease.is_over(over)
    assert lease.left(lease.begin(SERVER, wrong)) == timedelta(days=14)
    assert lease.left(lease.count(lease.begin(SERVER, wrong), wrong + timedelta(days=1))) == timedelta(days=13)


def test_a_clock_set_back_is_counted_from_where_it_stands() -> None:
    back = NOW - timedelta(days=100)
    one = lease.count(begun(), back)
    assert lease.left(one) == timedelta(days=14)
    assert lease.left(lease.count(one, back + timedelta(days=5))) == timedelta(days=9)


def test_the_steady_clock_counts_where_the_other_is_held_still() -> None:
    assert lease.left(lease.count(begun(), NOW, 86_400.0)) == timedelta(days=13)


@given(st.lists(st.tuples(seconds, jumps, st.booleans()), max_size=20))
def test_nothing_done_to_the_clock_ever_gives_time_back_or_counts_less_than_passed(
    looks: list[tuple[float, timedelta, bool]],
) -> None:
    clock, passed, one = NOW, 0.0, begun()
    for seconds_on, jump, is_running in looks:
        before = lease.left(one)
        clock += timedelta(seconds=seconds_on)
        if is_running:
            clock += jump
        # Switched off with an honest clock, or running with one that may be set: either way it is counted.
        one = lease.count(one, clock, seconds_on if is_running else 0.0)
        passed += seconds_on
        assert lease.left(one) <= before
    assert one.counted >= passed - 1.0
