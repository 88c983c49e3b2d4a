"""Small runs of the model on fixed seeds, and the faults it must be able to see."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.model.machine import SEEN, SyncModel

STEPS = 50


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
