"""The fault campaigns at nightly size: `N=` for another size, `ONLY=` for one; resumable by seed.

Each campaign says how many writes were acknowledged and how many faults fired, and fails when too little happened:
a campaign in which nothing was tried never passes. Results go to build/faults.json.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("LC_ALL", "C.UTF-8")


def main(words: list[str]) -> int:
    """Run the campaigns named by ``ONLY=`` (all without it) and write what they found."""
    from tests.faults.result import Result
    from tests.faults.sync_kill import sync_kill
    from tests.faults.typing_kill import typing_kill

    asked = dict(word.split("=", 1) for word in words if "=" in word)
    campaigns: dict[str, tuple[Callable[[int, int], Result], int]] = {
        "typing-kill": (typing_kill, 50),
        "sync-kill": (sync_kill, 50),
    }
    wrong = set(asked) - {"N", "ONLY", "SEED"} or ({asked["ONLY"]} - set(campaigns) if "ONLY" in asked else set())
    if wrong:
        print(f"Not known: {', '.join(sorted(wrong))}. There are: {', '.join(campaigns)}; N=, ONLY=, SEED=.")
        return 2
    seed = int(asked.get("SEED", time.time_ns() % 1_000_000))
    results = []
    for name, (campaign, nightly) in campaigns.items():
        if asked.get("ONLY", name) == name:
            size = int(asked.get("N", nightly))
            print(f"{name}: N={size} SEED={seed}", flush=True)
            start = time.monotonic()
            result = campaign(size, seed)
            result.seconds = round(time.monotonic() - start, 1)
            print(result.in_words(), flush=True)
            results.append(result)
    out = ROOT / "build" / "faults.json"
    out.parent.mkdir(exist_ok=True)
    out.write_text(json.dumps({"seed": seed, "campaigns": [asdict(result) for result in results]}, indent=2) + "\n")
    return 0 if all(result.ok for result in results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
