"""What a guess costs: calibrated to the laptop, memory first, and never under the floor."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from desktop.kdf import SHIPPED, KdfCost, stretch, time_guess

MIB = 1024


def laptop(seconds_at_floor: float) -> Callable[[KdfCost], float]:
    """A laptop on which time grows with memory and passes, as argon2's does."""
    return lambda cost: seconds_at_floor * cost.work / SHIPPED.floor.work


@pytest.mark.parametrize("seconds_at_floor", [0.01, 0.02, 0.05, 0.12, 0.2, 0.35, 0.5, 0.69, 0.7, 0.9, 1.0])
def test_a_guess_takes_between_seven_tenths_and_one_second(seconds_at_floor: float) -> None:
    measure = laptop(seconds_at_floor)
    cost = SHIPPED.choose(measure)
    assert 0.7 <= measure(cost) <= 1.0
    assert cost.reaches(SHIPPED.floor)
    assert not cost.exceeds(SHIPPED.ceiling)
    assert cost.memory_kib <= 256 * MIB


@pytest.mark.parametrize("seconds_at_floor", [1.01, 2.0, 30.0])
def test_a_slow_laptop_stays_at_the_floor_however_long_it_takes(seconds_at_floor: float) -> None:
    assert SHIPPED.choose(laptop(seconds_at_floor)) == SHIPPED.floor


def test_a_laptop_too_fast_to_measure_gets_no_more_than_the_ceiling() -> None:
    cost = SHIPPED.choose(lambda _: 0.0)
    assert not cost.exceeds(SHIPPED.ceiling)
    assert cost.passes == SHIPPED.ceiling.passes


def test_a_busy_moment_is_measured_again() -> None:
    """The first guess met other work: what it led to is found too cheap and raised."""
    times = iter([0.6, 0.2])
    steady = laptop(0.15)
    cost = SHIPPED.choose(lambda asked: next(times, None) or steady(asked))
    assert 0.7 <= steady(cost) <= 1.0


def test_a_laptop_that_never_measures_the_same_twice_still_gets_an_answer() -> None:
    times = iter([0.2, 3.0] * 9)
    cost = SHIPPED.choose(lambda _: next(times))
    assert cost.reaches(SHIPPED.floor)
    assert len(list(times)) == 18 - 5, "it measures five times at most"


def test_a_cost_found_too_high_since_is_brought_down_but_not_below_the_floor() -> None:
    measure = laptop(0.4)
    assert 0.7 <= measure(SHIPPED.choose(measure, KdfCost(256 * MIB, 8, 4))) <= 1.0


def test_only_a_clearly_quick_guess_is_too_cheap() -> None:
    assert SHIPPED.is_too_cheap(0.5)
    assert not SHIPPED.is_too_cheap(0.65)
    assert not SHIPPED.is_too_cheap(2.0)


def test_memory_grows_before_passes() -> None:
    assert SHIPPED.choose(laptop(0.4)).passes == 3
    assert SHIPPED.choose(laptop(0.05)).memory_kib == 256 * MIB


def test_stretching_is_repeatable_and_every_part_counts() -> None:
    cost = KdfCost(8 * MIB, 1, 1)
    first = stretch("otter", b"s" * 16, cost)
    assert len(first) == 32
    assert stretch("otter", b"s" * 16, cost) == first
    others = [
        stretch("Otter", b"s" * 16, cost),
        stretch("otter", b"t" * 16, cost),
        stretch("otter", b"s" * 16, KdfCost(9 * MIB, 1, 1)),
        stretch("otter", b"s" * 16, KdfCost(8 * MIB, 2, 1)),
    ]
    assert len({first, *others}) == 5


def test_memory_that_cannot_be_had_is_a_memory_error() -> None:
    with pytest.raises(MemoryError):
        stretch("otter", b"s" * 16, KdfCost((1 << 32) - 1, 1, 1))


def test_a_timed_guess_takes_time() -> None:
    assert 0.0 < time_guess(KdfCost(8 * MIB, 1, 1)) < 10.0
