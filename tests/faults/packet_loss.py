"""Packets lost and a line of 64 kbit/s by the kernel itself (C10), in a network namespace of its own; Linux, as root.

The whole campaign runs inside the namespace, so that nothing of this machine's own network is touched.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.faults.result import Result  # noqa: E402 - a program of its own inside the namespace, too

KINDS = {"30 % lost": (30, 0), "64 kbit/s": (0, 64), "64 kbit/s, 10 % lost": (10, 64)}
"""Percent of packets lost each way, and kbit a second."""
LEAST_LOST = 20
SECONDS = 4 * 3600


def packet_loss(size: int, seed: int) -> Result:
    """Run it in a namespace, or say why this machine cannot."""
    why = _why_not()
    if why:
        return Result.skipped("packet-loss", why)
    name = f"heard-{os.getpid()}"
    _run("ip", "netns", "add", name)
    try:
        here = [sys.executable, str(Path(__file__)), str(size), str(seed)]
        done = subprocess.run(
            ["ip", "netns", "exec", name, *here], capture_output=True, text=True, timeout=SECONDS, check=False, cwd=ROOT
        )
    finally:
        _run("ip", "netns", "delete", name)
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    return Result(**json.loads(done.stdout.splitlines()[-1]))


def _why_not() -> str:
    if sys.platform != "linux" or os.geteuid() != 0:
        return "network namespaces need Linux and root"
    missing = [tool for tool in ("ip", "tc", "nft") if shutil.which(tool) is None]
    if missing:
        return f"{', '.join(missing)} is not installed (debian-packages-faults.txt)"
    name = f"heard-try-{os.getpid()}"
    tried = subprocess.run(["ip", "netns", "add", name], capture_output=True, text=True, check=False)
    if tried.returncode != 0:
        return f"no network namespace may be made here: {tried.stderr.strip()}"
    can = subprocess.run(
        ["ip", "netns", "exec", name, "nft", "-f", "-"], input=_rules(30), capture_output=True, text=True, check=False
    )
    _run("ip", "netns", "delete", name)
    return "" if can.returncode == 0 else f"this kernel drops no packets by chance: {can.stderr.strip()[:200]}"


def _rules(percent: int) -> str:
    return f"""
table inet loss {{
    counter lost {{ }}
    chain in {{
        type filter hook input priority 0;
        meta l4proto tcp numgen random mod 100 < {percent} counter name lost drop
    }}
}}
"""


def _run(*words: str) -> None:
    subprocess.run(words, check=True, capture_output=True)


def _spoil(percent: int, kbit: int) -> None:
    """Make the namespace's own loopback bad."""
    if percent:
        subprocess.run(["nft", "-f", "-"], input=_rules(percent), text=True, check=True, capture_output=True)
    if kbit:
        _run(*f"tc qdisc add dev lo root tbf rate {kbit}kbit burst 4kb latency 4s".split())


def _mend(percent: int, kbit: int) -> int:
    """Make it good again; return how many packets were lost."""
    lost = 0
    if percent:
        said = subprocess.run(["nft", "-j", "list", "counters"], text=True, check=True, capture_output=True).stdout
        lost = sum(one["counter"]["packets"] for one in json.loads(said)["nftables"] if "counter" in one)
        _run("nft", "flush", "ruleset")
    if kbit:
        _run(*["tc", "qdisc", "delete", "dev", "lo", "root"])
    return lost


def inside(size: int, seed: int) -> Result:
    """The campaign itself, where loopback is all the network there is."""
    from tests.faults.network import RECOVERY_SECONDS, Field

    _run(*["ip", "link", "set", "lo", "mtu", "1500", "up"])
    result, chance = Result("packet-loss", size), random.Random(seed)
    with (
        tempfile.TemporaryDirectory(prefix="heard-loss-") as folder,
        Field(Path(folder) / "field", result, chance) as ground,
    ):
        for kind, (percent, kbit) in KINDS.items():
            _spoil(percent, kbit)
            began, offline = time.monotonic(), 0
            for number in range(size):
                ground.write()
                if number % 20 == 19 or number == size - 1:
                    offline += sum(not ground.try_round(laptop) for laptop in ground.laptops)
            ground.check(is_quiet=False)
            result.figures[f"{kind}: s"] = round(time.monotonic() - began, 1)
            result.figures[f"{kind}: rounds put off"] = offline
            lost = _mend(percent, kbit)
            result.figures[f"{kind}: packets lost"] = lost
            result.faults_fired += lost or 1
            seconds = ground.rest()
            result.figures[f"{kind}: s to rest"] = round(seconds, 1)
            if seconds > RECOVERY_SECONDS:
                result.what.append(f"R8 {kind}: {seconds:.0f} s to rest after the faults ended")
            ground.check(is_quiet=True)
        ground.compare()
    return result.settle(LEAST_LOST, size * len(KINDS))


if __name__ == "__main__":
    print(json.dumps(asdict(inside(int(sys.argv[1]), int(sys.argv[2])))))
