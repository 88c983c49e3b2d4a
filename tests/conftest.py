"""What every test stands on: time and ids that hold still, no display, network or keyring, nothing left running."""

from __future__ import annotations

import gc
import os
import signal
import socket
import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import settings

from desktop.garbage import collect_due
from models.clock import Clock
from models.ids import Ids, new_uuid7

# Before anything imports Qt or keyring, and inherited by every program that a test starts.
os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["LC_ALL"] = "C.UTF-8"
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"

os.environ["HEARD_TEST_RUN"] = str(uuid4())
RUN_MARK = f"HEARD_TEST_RUN={os.environ['HEARD_TEST_RUN']}"

settings.register_profile("heard", deadline=None, database=None)
settings.load_profile("heard")


class StillClock(Clock):
    """A clock that stands at ``moment`` until a test moves it."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment
        super().__init__(lambda: self.moment)

    def advance(self, **by: float) -> None:
        """Move on (or back) by what ``timedelta`` takes: seconds=, minutes=, days= ..."""
        self.moment += timedelta(**by)


@pytest.fixture
def clock() -> StillClock:
    """Half past ten on Monday 23 November 2026, and it stays so."""
    return StillClock(datetime(2026, 11, 23, 10, 30, tzinfo=UTC))


@pytest.fixture
def ids() -> Ids:
    """Ids that are the same on every run, and sort in the order they were made."""
    made = iter(range(1, 1 << 40))

    def make() -> str:
        number = next(made)
        return new_uuid7(1_763_890_200_000 + number, number.to_bytes(10, "big"))

    return Ids(make)


# --- No network beyond loopback -----------------------------------------------------------------------------------


def _is_loopback(host: object) -> bool:
    if host in ("localhost", "", None):
        return True
    try:
        return ip_address(str(host)).is_loopback
    except ValueError:
        return False


def _guard_sockets() -> None:
    """Fail a test that reaches for another machine. ``pytest.fail`` passes through ``except Exception``."""

    def guarded(name: str) -> Any:
        real = getattr(socket.socket, name)

        def reach(self: socket.socket, *args: Any) -> Any:
            address = args[-1]
            if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_loopback(address[0]):
                pytest.fail(f"a test reached for the network: {address[0]}")
            return real(self, *args)

        return reach

    for name in ("connect", "connect_ex", "sendto"):
        setattr(socket.socket, name, guarded(name))

    look_up = socket.getaddrinfo

    def getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        text = host.decode() if isinstance(host, bytes) else host
        if not _is_loopback(text):
            pytest.fail(f"a test asked for the address of another machine: {text}")
        return look_up(host, *args, **kwargs)

    socket.getaddrinfo = getaddrinfo


# --- Nothing of the person's own, nothing left running ------------------------------------------------------------


def _left_running() -> Iterator[tuple[int, str]]:
    """Yield pid and command of every process that this run started and that still lives. Linux only."""
    for entry in Path("/proc").glob("[0-9]*"):
        if int(entry.name) == os.getpid():
            continue
        try:
            ours = RUN_MARK.encode() in (entry / "environ").read_bytes().split(b"\0")
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        except OSError:
            continue
        # Python's own tracker ends with the process that started it, which is this one.
        if ours and command and "multiprocessing.resource_tracker" not in command:
            yield int(entry.name), command


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown() -> None:
    """Collect between tests, on the main thread alone, as the app does: see desktop/garbage.py."""
    collect_due()


def pytest_configure(config: pytest.Config) -> None:
    gc.disable()
    _guard_sockets()
    own = tempfile.TemporaryDirectory(prefix="heard-tests-")
    config.add_cleanup(own.cleanup)
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        folder = Path(own.name) / name.lower()
        folder.mkdir()
        os.environ[name] = str(folder)


LEFT = pytest.StashKey[list[str]]()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail the run if a program that a test started still runs, and end it."""
    config = session.config
    if config.getoption("numprocesses", None):
        # The workers themselves have looked; to this process they would seem left over.
        if config.stash.get(LEFT, []):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        return
    left = list(_left_running())
    for pid, _ in left:
        os.kill(pid, signal.SIGKILL)
    if left:
        config.stash[LEFT] = [f"{pid} {command}" for pid, command in left]
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
    if hasattr(config, "workeroutput"):
        config.workeroutput["left"] = config.stash.get(LEFT, [])


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take over what a worker found left running."""
    left = getattr(node, "workeroutput", {}).get("left", [])
    node.config.stash[LEFT] = node.config.stash.get(LEFT, []) + left


def _not_run(reporter: pytest.TerminalReporter) -> Counter[str]:
    """Why tests did not run on this machine, each reason with their number: never counted as passed, and said aloud."""
    said = (
        str(report.longrepr[2]) for report in reporter.stats.get("skipped", []) if isinstance(report.longrepr, tuple)
    )
    return Counter(reason.partition("not run: ")[2] for reason in said if "not run: " in reason)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for reason, count in _not_run(terminalreporter).items():
        terminalreporter.write_line(f"NOT RUN, {count} tests: {reason}", yellow=True)
    for line in config.stash.get(LEFT, []):
        terminalreporter.write_line(f"FAILED: a test left this running: {line}", red=True)
