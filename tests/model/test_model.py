"""Small runs of the model on fixed seeds, and the faults it must be able to see."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.model.machine import SyncModel
from tests.model.planted import PLANTS, Plant

STEPS = 50
MOST_SEEDS = 40
"""A planted fault must be seen by one of so many seeds."""


def run(number: int, runs: int = 2, steps: int = STEPS) -> None:
    """One seed. The first example of any is the simplest there is; the others are drawn."""
    machine = seed(number)(type("Seeded", (SyncModel,), {}))
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=runs,
            stateful_step_count=steps,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
            deadline=None,
            database=None,
            print_blob=False,
        ),
    )


@pytest.mark.parametrize("number", range(50))
def test_nothing_typed_is_lost_whatever_is_done_and_suffered(number: int) -> None:
    run(number)


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.__name__)
def test_a_planted_fault_is_seen(monkeypatch: pytest.MonkeyPatch, plant: Plant) -> None:
    plant(monkeypatch)
    for number in range(1000, 1000 + MOST_SEEDS):
        try:
            run(number)
        except AssertionError:
            return
    pytest.fail(f"{MOST_SEEDS} seeds saw nothing of it")
