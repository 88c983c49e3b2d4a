"""The tests' own guards: no network, no keyring, a clock and ids that hold still, nothing left running."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import keyring
import keyring.errors
import pytest

from models.clock import Clock
from models.ids import Ids, is_id

ROOT = Path(__file__).parents[3]


def test_reaching_for_another_machine_fails_the_test() -> None:
    with socket.socket() as line, pytest.raises(pytest.fail.Exception, match="reached for the network"):
        line.connect(("192.0.2.1", 443))
    with pytest.raises(pytest.fail.Exception, match="address of another machine"):
        socket.getaddrinfo("heard.example", 443)


def test_loopback_alone_is_allowed() -> None:
    with socket.create_server(("127.0.0.1", 0)) as ear, socket.create_connection(ear.getsockname()) as line:
        assert line.getpeername() == ear.getsockname()


def test_no_test_can_reach_a_real_keyring() -> None:
    with pytest.raises(keyring.errors.NoKeyringError):
        keyring.get_password("heard", "anyone")


def test_time_stands_still_until_a_test_moves_it(clock: Clock) -> None:
    first = clock.stamp()
    assert clock.stamp() == first == "2026-11-23T10:30:00.000Z"
    clock.advance(minutes=5)  # type: ignore[attr-defined]
    assert clock.stamp() == "2026-11-23T10:35:00.000Z"


def test_ids_are_repeatable_and_sort_in_order(ids: Ids) -> None:
    made = [ids.new() for _ in range(300)]
    assert all(is_id(each) for each in made)
    assert made == sorted(set(made))


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="not run: needs Linux's /proc")
@pytest.mark.parametrize("workers", [(), ("-n", "1")], ids=["one process", "a worker"])
def test_a_run_that_leaves_a_program_running_fails(tmp_path: Path, workers: tuple[str, ...]) -> None:
    (tmp_path / "conftest.py").write_text((ROOT / "tests" / "conftest.py").read_text())
    (tmp_path / "test_careless.py").write_text(
        "import subprocess, sys\n"
        "def test_starts_a_program_and_forgets_it():\n"
        "    global child\n"
        "    child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT), "HEARD_TEST_RUN": "another"}
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "-p", "no:cacheprovider", *workers, str(tmp_path)],
        cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert run.returncode == 1, run.stdout + run.stderr
    assert "1 passed" in run.stdout
    assert "left this running" in run.stdout
