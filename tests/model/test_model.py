"""Small runs of the model on fixed seeds, and the faults it must be able to see."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.model.line import FATES
from tests.model.machine import SEEN
from tests.model.planted import PLANTS, Plant
from tests.model.running import run

MOST_SEEDS = 8
"""A planted fault is seen by about three seeds of four; that none of so many sees it happens once in thousands."""
RUNS = 6


@pytest.mark.parametrize("number", range(50))
def test_nothing_typed_is_lost_whatever_is_done_and_suffered(number: int) -> None:
    run(number)


@pytest.mark.parametrize(
    ("rules", "wanted"),
    [
        (("edit", "sync_over_a_bad_line"), (*FATES, "typed in flight")),
        (
            ("edit", "edit_what_is_shown", "clash", "settle_a_choice", "delete_or_bring_back", "sync", "sync_again"),
            ("stale pushes", "open choices", "chosen", "deletes"),
        ),
        (
            ("begin", "change_audience", "revoke", "grant", "leave_and_come_back", "sync"),
            ("narrowed", "widened", "revocations", "grants", "pieces cut"),
        ),
        (
            ("edit", "sync_and_be_killed", "back_up_laptop", "repair_laptop", "put_back_an_older_copy",
             "copy_the_server", "put_the_server_back", "jump_clock", "update_heard"),
            ("kills", "laptop restores", "server restores", "restores", "clock jumps", "updates"),
        ),
    ],
    ids=["bad lines", "two minds", "permission", "copies and clocks"],
)  # fmt: skip
def test_the_rules_do_what_they_are_there_for(rules: tuple[str, ...], wanted: tuple[str, ...]) -> None:
    """A run in which nothing happened would find nothing wrong."""
    before = Counter(SEEN)
    for number in range(2000, 2000 + MOST_SEEDS):
        run(number, RUNS, rules)
        if all((SEEN - before)[name] for name in wanted):
            return
    pytest.fail(f"not seen: {[name for name in wanted if not (SEEN - before)[name]]}")


@pytest.mark.timeout(400)
@pytest.mark.parametrize(("plant", "rules"), PLANTS.items(), ids=lambda one: getattr(one, "__name__", ""))
def test_a_planted_fault_is_seen(monkeypatch: pytest.MonkeyPatch, plant: Plant, rules: tuple[str, ...]) -> None:
    plant(monkeypatch)
    for number in range(1000, 1000 + MOST_SEEDS):
        try:
            run(number, RUNS, rules)
        except AssertionError:
            return
    pytest.fail(f"{MOST_SEEDS} seeds saw nothing of it")
