"""The ratio table: Heard against its limit lines, measured in the same run and written to build/bench.json.

Medians of at least seven; a line fails only when two consecutive runs of it break. A counter has a ``_hold`` (the most
it may be) or a ``_least`` beside it where it can fail the bench, too.

``ONLY=screens`` measures the screens alone, ``ONLY=today`` those of their lines whose names hold the word; such a part
is printed and not written.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
RUNS = 7


@dataclass
class Line:
    """One measured line. ``ratio`` is median over limit_ms; ``hold`` the most it may be."""

    name: str
    median_ms: float
    limit: str
    limit_ms: float
    ratio: float
    hold: float
    ok: bool


def median(measure: Callable[[], float], runs: int = RUNS) -> tuple[float, str]:
    """Run it, and return the median in ms with the spread in words."""
    found = sorted(measure() for _ in range(runs))
    return statistics.median(found), f"{found[0]:.2f} to {found[-1]:.2f}"


def held(name: str, measure: Callable[[], float], limit: str, limit_of: Callable[[], float], hold: float,
         extra_ms: float = 0.0, runs: int = RUNS) -> Line:  # fmt: skip
    """Measure a line and its limit side by side; once more if it breaks."""
    for _attempt in range(2):
        limit_ms, _ = median(limit_of, runs)
        value, spread = median(measure, runs)
        ratio = (value - extra_ms) / limit_ms
        line = Line(name, round(value, 3), limit, round(limit_ms, 3), round(ratio, 2), hold, ratio <= hold)
        print(f"{name:46} {value:9.2f} ms  ({spread})  {ratio:6.2f} of {limit} ({limit_ms:.2f} ms), hold {hold}"
              f"  {'ok' if line.ok else 'BROKEN'}  load {os.getloadavg()[0]:.1f}", flush=True)  # fmt: skip
        if line.ok:
            break
    return line


def broken_counters(counters: dict[str, Any]) -> list[str]:
    """The counters above their ``_hold`` or below their ``_least``."""
    above = [name for name in counters if counters[name] > counters.get(f"{name}_hold", counters[name])]
    below = [name for name in counters if counters[name] < counters.get(f"{name}_least", counters[name])]
    return above + below


def main(only: str = "") -> int:
    from tests.perf import lines

    with tempfile.TemporaryDirectory(prefix="heard-bench-") as folder:
        measured, counters = lines.all_lines(Path(folder), held, only)
    broken = [line.name for line in measured if not line.ok] + broken_counters(counters)
    told = f"{len(measured)} lines, {len(broken)} broken{': ' + ', '.join(broken) if broken else ''}"
    print(told if only else f"{told}; written to {_write(measured, counters)}")
    return 1 if broken or not measured else 0


def _write(measured: list[Line], counters: dict[str, Any]) -> Path:
    out = ROOT / "build" / "bench.json"
    out.parent.mkdir(exist_ok=True)
    table = {"lines": [asdict(line) for line in measured], "counters": counters, **_where()}
    out.write_text(json.dumps(table, indent=2) + "\n")
    return out


def _where() -> dict[str, str]:
    import PySide6

    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return {
        "on": time.strftime("%Y-%m-%d"),
        "commit": commit.stdout.strip(),
        "python": sys.version.split()[0],
        "qt": PySide6.__version__,
        "cores": str(os.cpu_count()),
    }


if __name__ == "__main__":
    sys.exit(main("".join(word.removeprefix("ONLY=") for word in sys.argv[1:])))
