"""Small runs of the model on fixed seeds, and the faults it must be able to see."""

from __future__ import annotations

import pytest

from tests.model.planted import PLANTS, Plant
from tests.model.running import run

MOST_SEEDS = 40
"""A planted fault must be seen by one of so many seeds from the one given on."""


@pytest.mark.parametrize("number", range(50))
def test_nothing_typed_is_lost_whatever_is_done_and_suffered(number: int) -> None:
    run(number)


@pytest.mark.timeout(400)
@pytest.mark.parametrize(("plant", "first"), PLANTS.items(), ids=lambda one: getattr(one, "__name__", ""))
def test_a_planted_fault_is_seen(monkeypatch: pytest.MonkeyPatch, plant: Plant, first: int) -> None:
    plant(monkeypatch)
    for number in range(first, first + MOST_SEEDS):
        try:
            run(number)
        except AssertionError:
            return
    pytest.fail(f"{MOST_SEEDS} seeds saw nothing of it")
