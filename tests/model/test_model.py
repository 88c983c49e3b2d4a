"""Small runs of the model on fixed seeds, and the faults it must be able to see."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from tests.model.acting import SEEN
from tests.model.line import FATES
from tests.model.planted import PLANTS, Plant
from tests.model.running import run
from tests.model.scenes import Scene, staged

MOST_RUNS = 60
"""As a rule a dozen see everything: each of these things happens in every fifth run at the least."""
WANTED = (
    "stale pushes", "restores", "revocations", "kills", "open choices", "narrowed", "deletes", "typed in flight",
    "clock jumps", "updates", "chosen", "server restores", "laptop restores", "clashes", "overtaken", "filled again",
    "met while typing",
)  # fmt: skip


@pytest.mark.parametrize("number", range(50))
def test_nothing_typed_is_lost_whatever_is_done_and_suffered(number: int) -> None:
    run(number)


@pytest.mark.timeout(300)
def test_the_runs_see_what_they_are_meant_to_see() -> None:
    """Runs in which nothing happened would find nothing wrong."""
    before = Counter(SEEN)
    for number in range(2000, 2000 + MOST_RUNS):
        run(number)
        missing = [name for name in (*WANTED, *FATES) if not (SEEN - before)[name]]
        if not missing:
            return
    pytest.fail(f"{MOST_RUNS} runs saw nothing of: {', '.join(missing)}")


@pytest.mark.parametrize("scene", PLANTS.values(), ids=lambda one: getattr(one, "__name__", ""))
def test_each_scene_ends_well(scene: Scene) -> None:
    with staged() as machine:
        scene(machine)


@pytest.mark.parametrize("plant", PLANTS, ids=lambda one: getattr(one, "__name__", ""))
def test_a_planted_fault_is_seen(monkeypatch: pytest.MonkeyPatch, plant: Plant) -> None:
    with pytest.raises(AssertionError, match=r"R\d+ "):
        _stage(PLANTS[plant], lambda: plant(monkeypatch))


def _stage(scene: Scene, plant: Callable[[], None]) -> None:
    with staged() as machine:
        plant()
        scene(machine)
