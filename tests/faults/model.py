"""The model at nightly size (C14): thousands of runs on all cores, and proof that enough really happened in them."""

from __future__ import annotations

import multiprocessing
import os
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

from tests.faults.result import Result

RUNS_A_SEED = 8
"""From ten on, hypothesis makes some of a seed's runs out of the runs before."""
SEEDS_A_LIFE = 32
LEAST = {"stale pushes": 500, "revocations": 100, "restores": 100, "open choices": 100}
"""What 2,000 runs must have seen at the least; a smaller or larger campaign in proportion."""


def model(size: int, seed: int) -> Result:
    """Do and suffer ``size`` times 50 steps, and hold every run against the invariants."""
    result, seen = Result("model", size), Counter[str]()
    for number, (saw, broken) in zip(range(size), _runs(size, seed), strict=False):
        seen.update(saw)
        if broken:
            result.lost += broken.count("R1 ")
            result.corrupt += broken.count("\n") + 1 - broken.count("R1 ")
            result.what.append(f"seed {seed + number}: {broken}")
            print(result.what[-1], flush=True)
    result.acknowledged = seen["words"]
    result.faults_fired = sum(number for name, number in seen.items() if name not in NOT_FAULTS)
    for name, least in LEAST.items():
        if seen[name] < least * size / 2000:
            result.what.append(f"too little happened: {seen[name]} {name} in {seen['runs']} runs")
    print(", ".join(f"{number} {name}" for name, number in sorted(seen.items())), flush=True)
    return result.settle(size, size)


NOT_FAULTS = (
    "runs", "words", "open choices", "stale pushes", "deletes", "chosen", "narrowed", "widened", "grants", "clashes",
    "overtaken", "filled again", "met while typing",
)  # fmt: skip


def _runs(size: int, seed: int) -> Iterator[tuple[Counter[str], str]]:
    portions = [min(RUNS_A_SEED, size - start) for start in range(0, size, RUNS_A_SEED)]
    spawn = multiprocessing.get_context("spawn")
    for start in range(0, len(portions), SEEDS_A_LIFE):
        # New processes now and then, as what a run leaves in memory adds up; Python's own way to have them may hang.
        some = portions[start : start + SEEDS_A_LIFE]
        with ProcessPoolExecutor(os.cpu_count(), mp_context=spawn) as workers:
            yield from workers.map(_run, range(seed + start, seed + start + len(some)), some)


def _run(number: int, runs: int) -> tuple[Counter[str], str]:
    from tests.model.acting import SEEN
    from tests.model.running import run

    SEEN.clear()
    try:
        run(number, runs)
    except Exception as error:
        said = error if isinstance(error, AssertionError) else repr(error)
        return Counter(SEEN), f"{said}\n{' / '.join(getattr(error, '__notes__', []))}"
    return Counter(SEEN), ""
