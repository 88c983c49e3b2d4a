"""One vault, one writer: the system's lock, racing starts, a killed holder, and a second start that calls the first."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtNetwork import QLocalSocket

from desktop.platform.posix import Posix
from desktop.single import FrontDoor, call_first, door_name
from desktop.vault_lock import VaultLock
from models.errors import Trouble

ROOT = Path(__file__).parents[3]

# Says "ready", waits for the starting shot, tries once, and keeps the lock until its input ends.
RACER = """
import sys
from pathlib import Path
from desktop.vault_lock import VaultLock
lock = VaultLock(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
print("held" if lock.take() else "taken", flush=True)
sys.stdin.read()
"""


def start_racer(folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", RACER, str(folder)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def line_of(racer: subprocess.Popen[str]) -> str:
    assert racer.stdout is not None
    return racer.stdout.readline().strip()


def shoot(racer: subprocess.Popen[str]) -> None:
    assert racer.stdin is not None
    racer.stdin.write("go\n")
    racer.stdin.flush()


@pytest.fixture
def racers() -> Iterator[list[subprocess.Popen[str]]]:
    started: list[subprocess.Popen[str]] = []
    yield started
    for each in started:
        each.kill()
        each.communicate()


def test_of_twenty_racing_processes_exactly_one_holds_the_vault(tmp_path: Path, racers: list[Any]) -> None:
    racers += [start_racer(tmp_path / "vault") for _ in range(20)]
    assert [line_of(each) for each in racers] == ["ready"] * 20
    for each in racers:
        shoot(each)
    said = [line_of(each) for each in racers]
    assert sorted(said) == ["held"] + ["taken"] * 19
    assert VaultLock(tmp_path / "vault").holder() == racers[said.index("held")].pid


def test_a_killed_holders_vault_opens_again_in_under_two_seconds(tmp_path: Path, racers: list[Any]) -> None:
    for _ in range(3):
        holder = start_racer(tmp_path / "vault")
        racers.append(holder)
        assert line_of(holder) == "ready"
        shoot(holder)
        assert line_of(holder) == "held"
        next_one = VaultLock(tmp_path / "vault")
        assert not next_one.take()
        started = time.monotonic()
        os.kill(holder.pid, signal.SIGKILL)
        assert next_one.wait(seconds=2)
        assert time.monotonic() - started < 2
        next_one.release()


def test_waiting_for_a_holder_that_stays_ends_in_no(tmp_path: Path) -> None:
    holder, other = VaultLock(tmp_path / "vault"), VaultLock(tmp_path / "vault")
    assert holder.take()
    assert holder.take(), "taking what is held already is no harm"
    started = time.monotonic()
    assert other.wait(seconds=0.1) is False
    assert 0.1 <= time.monotonic() - started < 2
    holder.release()
    holder.release()
    assert other.wait(seconds=0)
    assert other.is_held
    assert not holder.is_held
    other.release()


def test_a_program_the_holder_starts_does_not_inherit_the_lock(tmp_path: Path) -> None:
    holder = VaultLock(tmp_path / "vault")
    assert holder.take()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, close_fds=False) as child:
        holder.release()
        other = VaultLock(tmp_path / "vault")
        assert other.wait(seconds=5)  # the system may close what was not inherited a moment after the start
        assert child.poll() is None
        other.release()
        child.communicate(b"\n")


def test_a_lock_file_taken_away_and_made_anew_is_noticed(tmp_path: Path) -> None:
    holder = VaultLock(tmp_path / "vault")
    assert holder.take()
    (tmp_path / "vault" / "vault.lock").unlink()
    assert not holder.is_held
    (tmp_path / "vault" / "vault.lock").touch()
    assert not holder.is_held
    holder.release()


def test_the_file_that_was_locked_must_be_the_file_that_is_there(tmp_path: Path) -> None:
    class Swapping(Posix):
        def try_lock(self, descriptor: int) -> bool:
            (tmp_path / "vault" / "vault.lock").unlink()
            return super().try_lock(descriptor)

    lock = VaultLock(tmp_path / "vault", Swapping())
    assert lock.take() is False
    assert not lock.is_held


def test_a_folder_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(Trouble):
        VaultLock(tmp_path / "file").take()
    assert VaultLock(tmp_path / "nothing").holder() is None


def test_a_full_disk_does_not_keep_the_lock_from_being_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "full")

    lock = VaultLock(tmp_path / "vault")
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", fail)
        assert lock.take()
    assert lock.holder() is None
    lock.release()


# --- The second start ---------------------------------------------------------------------------------------------

CALLER = """
import os, sys
from pathlib import Path
from desktop.single import call_first
sys.exit(0 if call_first(sys.argv[1], None, seconds=float(sys.argv[2])) else 3)
"""


@pytest.fixture
def door_at(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A socket's name short enough for the system, whatever the test is called."""
    folder = tmp_path_factory.mktemp("s")
    return door_name(folder, folder)


def test_a_second_start_calls_the_first_forward(door_at: str, qtbot: Any) -> None:
    door = FrontDoor(door_at)
    assert door.open()
    caller = subprocess.Popen([sys.executable, "-c", CALLER, door_at, "10"], cwd=ROOT)
    with qtbot.waitSignal(door.called, timeout=20_000):
        pass
    qtbot.waitUntil(lambda: caller.poll() is not None, timeout=20_000)
    assert caller.returncode == 0
    door.close()
    assert not Path(door_at).exists()


def test_a_caller_that_is_quicker_than_the_first_window_tries_again(door_at: str, qtbot: Any) -> None:
    caller = subprocess.Popen([sys.executable, "-c", CALLER, door_at, "20"], cwd=ROOT)
    door = FrontDoor(door_at)
    qtbot.wait(600)  # the caller is up and has found nobody
    assert caller.poll() is None
    assert door.open()
    with qtbot.waitSignal(door.called, timeout=20_000):
        pass
    qtbot.waitUntil(lambda: caller.poll() is not None, timeout=20_000)
    assert caller.returncode == 0
    door.close()


def test_a_socket_left_by_a_crash_is_replaced_and_only_this_worker_can_reach_it(door_at: str, qtbot: Any) -> None:
    crashed = subprocess.run(
        [
            sys.executable,
            "-c",
            "import os, sys, socket; s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); os._exit(0)",
            door_at,
        ],
        check=True,
    )
    assert crashed.returncode == 0
    assert Path(door_at).exists()
    door = FrontDoor(door_at)
    assert door.open()
    assert Path(door_at).stat().st_mode & 0o077 == 0
    door.close()


@pytest.mark.parametrize("sent", [b"come here now", b"x" * 100_000, b""])
def test_anything_but_the_one_word_is_hung_up_on(sent: bytes, door_at: str, qtbot: Any) -> None:
    door = FrontDoor(door_at)
    assert door.open()
    called: list[bool] = []
    door.called.connect(lambda: called.append(True))
    stranger = QLocalSocket()
    stranger.connectToServer(door_at)
    qtbot.waitUntil(lambda: stranger.state() is QLocalSocket.LocalSocketState.ConnectedState, timeout=5000)
    if sent:
        stranger.write(sent)
    else:
        stranger.disconnectFromServer()
    qtbot.waitUntil(lambda: stranger.state() is QLocalSocket.LocalSocketState.UnconnectedState, timeout=5000)
    assert stranger.readAll().data() == b""
    assert called == []
    door.close()


def test_nobody_there_is_told_within_the_time_given(door_at: str) -> None:
    brought: list[int] = []

    class Bringing(Posix):
        def let_window_come_forward(self, process_id: int) -> None:
            brought.append(process_id)

    assert call_first(door_at, 4711, seconds=0.1, platform=Bringing()) is False
    assert brought == [4711]


def test_a_first_window_that_hangs_is_given_up_on(door_at: str, qtbot: Any) -> None:
    door = FrontDoor(door_at)
    assert door.open()  # and nothing runs that could answer, since this thread is busy calling
    assert call_first(door_at, None, seconds=0.1) is False
    door.close()


def test_a_door_that_cannot_be_opened_is_no_reason_not_to_start(tmp_path: Path, qtbot: Any) -> None:
    assert FrontDoor(str(tmp_path / "no such folder" / "x.sock")).open() is False


def test_two_vaults_have_two_doors_and_a_door_tells_nothing_of_its_vault(tmp_path: Path) -> None:
    first, second = (door_name(tmp_path / name, Path("/run")) for name in ("first vault", "second vault"))
    assert first != second
    assert "vault" not in first
    assert door_name(tmp_path / "x" / ".." / "first vault", Path("/run")) == first

    class OnWindows(Posix):
        name = "windows"

        def __init__(self) -> None:
            pass

    assert door_name(tmp_path, Path("/run"), OnWindows()).startswith("heard-")
