"""Runs the model from a seed: the same seed does and suffers the same."""

from __future__ import annotations

from collections.abc import Sequence
from unittest.mock import patch

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import RULE_MARKER, run_state_machine_as_test

from tests.model.machine import SyncModel

STEPS = 50
SMALL_PIECES = patch("sync.server.segments.TAIL_ROWS", 0), patch("sync.client.segments.MOST_AT_ONCE", 1)
"""A model's children have a dozen records: what is cut at a thousand, and fetched by the hundred, goes one at a time."""


def run(number: int, runs: int = 2, only: Sequence[str] = ()) -> None:
    """Run ``runs`` examples of STEPS steps. The first of any seed is the simplest there is; the others are drawn.

    ``only`` names the rules that may be drawn, where a test wants much of a few. Raises AssertionError with what was
    broken; its notes list the steps that led there.
    """
    machine = seed(number)(type("Seeded", (SyncModel,), _without_rules(only) if only else {}))
    with SMALL_PIECES[0], SMALL_PIECES[1]:
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=runs,
                stateful_step_count=STEPS,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
                deadline=None,
                database=None,
                print_blob=False,
            ),
        )


def _without_rules(kept: Sequence[str]) -> dict[str, object]:
    """What makes a subclass whose rules are those named alone: the others are there to be called, and are no rules."""
    marked = {name: getattr(member, RULE_MARKER, None) for name, member in vars(SyncModel).items()}
    rules = {name: rule.function for name, rule in marked.items() if rule is not None}
    assert set(kept) <= rules.keys(), set(kept) - rules.keys()
    return {name: function for name, function in rules.items() if name not in kept}
