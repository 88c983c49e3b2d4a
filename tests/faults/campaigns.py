"""The fault campaigns at nightly size: `N=` for another size, `ONLY=` for one; resumable by seed.

Each campaign says how many writes were acknowledged and how many faults fired, and fails when too little happened:
a campaign in which nothing was tried never passes. One that this machine cannot run says so and why. Results go to
build/faults.json.
"""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.faults.result import Result

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("LC_ALL", "C.UTF-8")


@dataclass(frozen=True)
class Campaign:
    """Where a campaign lies, ``module:function`` under tests.faults, and its nightly size.

    The function takes a size and a seed and returns a Result. It is imported only when it is asked for.
    """

    place: str
    nightly: int

    def run(self, size: int, seed: int) -> Result:
        """Run it, and time it."""
        module, _, name = self.place.partition(":")
        start = time.monotonic()
        result: Result = getattr(import_module(f"tests.faults.{module}"), name)(size, seed)
        result.seconds = round(time.monotonic() - start, 1)
        return result


CAMPAIGNS = {
    "typing-kill": Campaign("typing_kill:typing_kill", 50),
    "sync-kill": Campaign("sync_kill:sync_kill", 50),
    "model": Campaign("model:model", 2000),
    "put-back": Campaign("put_back:put_back", 200),
    "tampering": Campaign("tampering:tampering", 1000),
    "bad-network": Campaign("network:bad_network", 500),
    "packet-loss": Campaign("packet_loss:packet_loss", 500),
    "wrong-clock": Campaign("wrong_clock:wrong_clock", 200),
    "fuzz": Campaign("fuzz:fuzz", 10_000),
    "postgres-restart": Campaign("postgres_restart:postgres_restart", 50),
    "postgres-promote": Campaign("postgres_promote:postgres_promote", 10),
}
"""Every campaign there is, by name, in the order they run."""


def main(words: list[str]) -> int:
    """Run the campaigns named by ``ONLY=`` (commas between; all without it) and write what they found."""
    asked = dict(word.split("=", 1) for word in words if "=" in word)
    only = asked.get("ONLY", ",".join(CAMPAIGNS)).split(",")
    wrong = set(asked) - {"N", "ONLY", "SEED"} | set(only) - set(CAMPAIGNS)
    if wrong:
        print(f"Not known: {', '.join(sorted(wrong))}. There are: {', '.join(CAMPAIGNS)}; N=, ONLY=, SEED=.")
        return 2
    seed = int(asked.get("SEED", time.time_ns() % 1_000_000))
    results = []
    for name in (name for name in CAMPAIGNS if name in only):
        size = int(asked.get("N", CAMPAIGNS[name].nightly))
        print(f"{name}: N={size} SEED={seed}", flush=True)
        results.append(CAMPAIGNS[name].run(size, seed))
        print(results[-1].in_words(), flush=True)
    out = ROOT / "build" / "faults.json"
    out.parent.mkdir(exist_ok=True)
    out.write_text(json.dumps({"seed": seed, "campaigns": [asdict(result) for result in results]}, indent=2) + "\n")
    return 0 if all(result.ok or result.not_run for result in results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
