"""Locking ends the process that holds the key: a scan finds it before, and in no process of ours after."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]

pytestmark = pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="not run: needs Linux's /proc/PID/mem")

# What the app does, without its window: opens the vault, keeps the key, and locks when told to. The key goes to the
# scanner once, over a pipe, in a form (each byte turned over) that is not the key.
HOLDER = """
import sys
from pathlib import Path
from desktop.kdf import KdfCost, KdfPolicy
from desktop.lock import Ending, restart_fresh
from desktop.vault import Vault
from desktop.vault_lock import VaultLock

policy = KdfPolicy(KdfCost(8192, 1, 1), KdfCost(65536, 4, 4), 16384, 0.0, 60.0)
folder = Path(sys.argv[1])
lock = VaultLock(folder)
assert lock.take()
phrase = sys.stdin.readline().strip()
Vault(folder, policy=policy).create(phrase, created_with="1")
key = Vault(folder, policy=policy).unlock(phrase).key
as_text = f"x'{key.hex()}'"  # as the store is given it
print(bytes(255 - each for each in key).hex(), flush=True)
sys.stdin.readline()
program = [sys.executable, "-c", sys.argv[2]]
Ending([], lambda: restart_fresh([str(folder)], program=program), report=print).run()
"""

# The fresh Heard: waits for the vault's lock, says who it is, holds no key, and ends when the folder says so.
FRESH = """
import os, sys, time
from pathlib import Path
from desktop.vault_lock import VaultLock
folder = Path(sys.argv[1])
lock = VaultLock(folder)
assert lock.wait(10)
(folder / "fresh.part").write_text(str(os.getpid()))
(folder / "fresh.part").rename(folder / "fresh")
until = time.monotonic() + 60
while not (folder / "enough").exists() and time.monotonic() < until: time.sleep(0.02)
"""


def ours() -> list[int]:
    """Every process of this test run but the scanner itself."""
    mark = f"HEARD_TEST_RUN={os.environ['HEARD_TEST_RUN']}".encode()
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (entry / "environ").read_bytes().split(b"\0") and int(entry.name) != os.getpid():
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def copies(process_id: int, needles: list[bytes]) -> int:
    """Count the needles in all of a process's readable memory. 0 for one that has ended."""
    count = 0
    try:
        maps = Path(f"/proc/{process_id}/maps").read_text()
        memory = os.open(f"/proc/{process_id}/mem", os.O_RDONLY)
    except OSError:
        return 0
    try:
        for start, end in re.findall(r"^([0-9a-f]+)-([0-9a-f]+) r", maps, re.M):
            try:
                chunk = os.pread(memory, int(end, 16) - int(start, 16), int(start, 16))
            except (OSError, OverflowError):
                continue  # the kernel's own pages
            count += sum(chunk.count(needle) for needle in needles)
    finally:
        os.close(memory)
    return count


def wait_for(path: Path) -> str:
    until = time.monotonic() + 20
    while not path.exists():
        assert time.monotonic() < until, f"{path.name} never came"
        time.sleep(0.01)
    return path.read_text()


def test_the_key_is_found_before_the_lock_and_in_no_process_of_ours_after_it(tmp_path: Path) -> None:
    folder = tmp_path / "vault"
    environment = dict(os.environ) | {"PYTHONPATH": str(ROOT)}
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder), FRESH],
        env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert holder.stdin is not None
    assert holder.stdout is not None
    try:
        holder.stdin.write("wobbly marmalade lantern otter\n")
        holder.stdin.flush()
        key = bytes(255 - each for each in bytes.fromhex(holder.stdout.readline().strip()))
        needles = [key, key.hex().encode()]
        assert holder.pid in ours()
        assert copies(holder.pid, [key]) >= 1, "the control: the same scan finds the key while the vault is open"
        assert copies(holder.pid, [key.hex().encode()]) >= 1
        holder.stdin.write("lock\n")
        holder.stdin.flush()
        assert holder.wait(timeout=20) == 0
        fresh = int(wait_for(folder / "fresh"))
        running = ours()
        assert fresh in running
        assert {each: copies(each, needles) for each in running} == dict.fromkeys(running, 0)
    finally:
        holder.kill()
        holder.communicate()
        if folder.exists():
            (folder / "enough").touch()
    until = time.monotonic() + 20
    while fresh in ours() and time.monotonic() < until:
        time.sleep(0.02)
    assert fresh not in ours()
