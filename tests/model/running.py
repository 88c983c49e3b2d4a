"""Runs the model from a seed: the same seed does and suffers the same."""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.model.machine import SyncModel

STEPS = 50


def run(number: int, runs: int = 1) -> None:
    """Run ``runs`` examples of STEPS steps, each drawn by chance; after ten of one seed they resemble one another.

    Raises AssertionError with what was broken; its notes list the steps that led there.
    """
    machine = seed(number)(type("Seeded", (SyncModel,), {}))
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=runs,
            stateful_step_count=STEPS + 1,  # the first of them sets out
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
            deadline=None,
            database=None,
            print_blob=False,
        ),
    )
