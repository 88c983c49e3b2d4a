"""Locking: warns, can be put off, covers while a task runs, locks at five minutes, and ends the process for sure."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from desktop.idle_filter import IdleFilter
from desktop.lock import Ending, Idle, IdleWatch, clean_environment, restart_fresh
from desktop.platform.posix import Posix
from desktop.platform.windows import Windows

ROOT = Path(__file__).parents[3]


class Seconds:
    """A steady clock that a test moves."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


def changes(watch: IdleWatch, seconds: Seconds, until: float) -> list[tuple[int, Idle]]:
    """Look once a second for ``until`` seconds and tell each change."""
    found, before, start = [], watch.look(), seconds.at
    while seconds.at < start + until:
        seconds.at += 1
        if (now := watch.look()) is not before:
            found.append((int(seconds.at - start), now))
            before = now
    return found


def test_with_no_key_or_click_it_warns_at_four_minutes_and_locks_at_five(seconds: Seconds) -> None:
    ((warned, first), (locked, second)) = changes(IdleWatch(seconds), seconds, 400)
    assert (first, second) == (Idle.WARNING, Idle.LOCKED)
    assert abs(warned - 240) <= 2
    assert abs(locked - 300) <= 2


@pytest.mark.parametrize(
    ("minutes", "warned", "locked"),
    [(1, 30, 60), (2, 60, 120), (15, 840, 900), (0, 30, 60), (99, 840, 900), (-5, 30, 60)],
)
def test_the_council_may_set_one_to_fifteen_minutes(minutes: int, warned: int, locked: int, seconds: Seconds) -> None:
    assert changes(IdleWatch(seconds, minutes), seconds, 1000) == [(warned, Idle.WARNING), (locked, Idle.LOCKED)]


def test_the_warning_counts_down_and_any_key_puts_the_lock_off(seconds: Seconds) -> None:
    watch = IdleWatch(seconds)
    seconds.at += 270
    assert watch.look() is Idle.WARNING
    assert watch.seconds_left() == 30
    watch.touch()
    assert watch.look() is Idle.OPEN
    assert watch.seconds_left() == 300
    assert changes(watch, seconds, 400)[-1] == (300, Idle.LOCKED)


def test_a_key_that_comes_too_late_does_not_unlock(seconds: Seconds) -> None:
    """A laptop wakes after an hour and the first thing it tells is a movement of the mouse, not the timer."""
    watch = IdleWatch(seconds)
    seconds.at += 3600
    watch.touch()
    assert watch.look() is Idle.LOCKED
    watch.uncover()
    watch.touch()
    assert watch.look() is Idle.LOCKED
    assert watch.seconds_left() == 0


def test_a_running_task_holds_the_lock_off_under_a_cover_until_it_ends(seconds: Seconds) -> None:
    watch = IdleWatch(seconds)
    let_go = watch.hold()
    assert changes(watch, seconds, 600) == [(240, Idle.WARNING), (300, Idle.COVERED)]
    watch.touch()
    assert watch.look() is Idle.COVERED, "only the PIN lifts the cover"
    let_go()
    assert watch.look() is Idle.LOCKED
    let_go()


def test_the_pin_lifts_the_cover_while_the_task_still_runs(seconds: Seconds) -> None:
    watch = IdleWatch(seconds)
    let_go = watch.hold()
    seconds.at += 400
    assert watch.look() is Idle.COVERED
    watch.uncover()
    assert watch.look() is Idle.OPEN
    let_go()
    assert changes(watch, seconds, 400) == [(240, Idle.WARNING), (300, Idle.LOCKED)]


def test_a_task_that_never_ends_holds_the_lock_off_for_half_an_hour_and_no_longer(seconds: Seconds) -> None:
    watch = IdleWatch(seconds)
    watch.hold()
    assert changes(watch, seconds, 4000)[-1] == (300 + 1800, Idle.LOCKED)


def test_of_two_tasks_the_last_to_end_decides(seconds: Seconds) -> None:
    watch = IdleWatch(seconds)
    first, second = watch.hold(), watch.hold()
    seconds.at += 301
    first()
    first()
    assert watch.look() is Idle.COVERED
    second()
    assert watch.look() is Idle.LOCKED


def test_a_shorter_time_counts_from_the_last_key(seconds: Seconds) -> None:
    watch = IdleWatch(seconds, 15)
    seconds.at += 290
    watch.set_minutes(5)
    assert watch.look() is Idle.WARNING


@given(
    st.lists(
        st.tuples(st.sampled_from(["pass", "touch", "look", "hold", "let go", "uncover"]), st.floats(0, 400)),
        max_size=60,
    )
)
def test_no_order_of_events_leaves_an_idle_vault_open(events: list[tuple[str, float]]) -> None:
    seconds = Seconds()
    watch, holds = IdleWatch(seconds), list[Callable[[], None]]()
    last_sign, was_locked = seconds.at, False
    for event, amount in events:
        if event == "pass":
            seconds.at += amount
        idle = seconds.at - last_sign
        if event == "touch":
            watch.touch()
            last_sign = seconds.at if idle < 300 else last_sign
        elif event == "hold":
            holds.append(watch.hold())
        elif event == "let go" and holds:
            holds.pop()()
        elif event == "uncover" and watch.look() is not Idle.LOCKED:
            watch.uncover()
            last_sign = seconds.at
        state = watch.look()
        if seconds.at - last_sign >= 300:
            assert state in (Idle.COVERED, Idle.LOCKED)
            assert state is Idle.LOCKED or holds
        assert not was_locked or state is Idle.LOCKED
        was_locked = state is Idle.LOCKED


# --- In the application -------------------------------------------------------------------------------------------


@pytest.fixture
def idle(qtbot: Any, seconds: Seconds) -> Any:
    application = QApplication.instance()
    assert application is not None
    found = IdleFilter(IdleWatch(seconds), application)
    said: list[str] = []
    found.warned.connect(lambda left: said.append(f"warned {left}"))
    for name in ("resumed", "covered", "locked"):
        getattr(found, name).connect(lambda name=name: said.append(name))
    found.said = said  # type: ignore[attr-defined]
    yield found
    application.removeEventFilter(found)
    found.setParent(None)
    found.deleteLater()


def test_a_key_in_any_field_is_a_sign_that_someone_is_there(idle: Any, seconds: Seconds, qtbot: Any) -> None:
    field = QLineEdit()
    qtbot.addWidget(field)
    seconds.at += 250
    idle.look()
    seconds.at += 1
    idle.look()
    QTest.keyClick(field, "a")
    idle.look()
    assert idle.said == ["warned 50", "warned 49", "resumed"]
    assert field.text() == "a"
    seconds.at += 301
    QTest.keyClick(field, "b")
    idle.look()
    idle.look()
    assert idle.said[3:] == ["locked"]


def test_what_the_program_does_by_itself_is_no_sign_of_life(idle: Any, seconds: Seconds, qtbot: Any) -> None:
    field = QLineEdit()
    qtbot.addWidget(field)
    seconds.at += 250
    for kind in (QEvent.Type.KeyPress, QEvent.Type.MouseMove, QEvent.Type.Paint, QEvent.Type.WindowActivate):
        idle.eventFilter(field, QEvent(kind))
    idle.look()
    assert idle.said == ["warned 50"]


def test_the_timer_looks_by_itself(idle: Any, seconds: Seconds, qtbot: Any) -> None:
    idle.watch.hold()
    seconds.at += 301
    with qtbot.waitSignal(idle.covered, timeout=5000):
        pass
    seconds.at += 1800
    with qtbot.waitSignal(idle.locked, timeout=5000):
        pass
    QCoreApplication.processEvents()
    assert idle.said == ["covered", "locked"]


# --- The fresh process --------------------------------------------------------------------------------------------

# Tells what it was given and what it can reach: arguments, variables, open files, its session and its folder.
TELLING = """
import json, os, sys
from pathlib import Path
files = {}
for number in os.listdir("/proc/self/fd"):
    try: files[number] = os.readlink(f"/proc/self/fd/{number}")
    except OSError: pass
told = {"arguments": sys.argv[2:], "variables": dict(os.environ), "files": files}
told |= {"sid": os.getsid(0), "pid": os.getpid()}
Path(sys.argv[1] + ".part").write_text(json.dumps(told))
os.rename(sys.argv[1] + ".part", sys.argv[1])
"""


def test_a_fresh_process_gets_its_arguments_and_nothing_else(tmp_path: Path) -> None:
    told = tmp_path / "told.json"
    secret_file = tmp_path / "open in the old process"
    environment = dict(os.environ) | {
        "HEARD_LOCALE": "cy",
        "SECRET_TOKEN": "s3cret",
        "AWS_KEY": "s3cret",
        "LC_TIME": "en_GB",
    }
    with secret_file.open("wb") as held:
        os.set_inheritable(held.fileno(), True)
        fresh = restart_fresh(
            ["--after-lock", "--vault", "a folder é"],
            environment=environment,
            program=[sys.executable, "-c", TELLING, str(told)],
        )
        fresh.wait(timeout=20)
    found = json.loads(told.read_text())
    assert found["arguments"] == ["--after-lock", "--vault", "a folder é"]
    assert "s3cret" not in json.dumps(found)
    assert found["variables"]["HEARD_LOCALE"] == "cy"
    assert found["variables"]["LC_TIME"] == "en_GB"
    assert found["variables"]["PYTHON_KEYRING_BACKEND"] == "keyring.backends.fail.Keyring"
    assert str(secret_file) not in found["files"].values()
    assert [found["files"][number] for number in "012"] == ["/dev/null"] * 3
    assert found["sid"] == found["pid"] != os.getsid(0), "it outlives the old one's terminal"


def test_a_packaged_heard_starts_itself_and_a_source_tree_starts_its_module(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[tuple[list[str], dict[str, Any]]] = []
    monkeypatch.setattr(subprocess, "Popen", lambda command, **options: started.append((command, options)))
    restart_fresh(["--after-lock"])
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", "/opt/heard/heard")
    restart_fresh(["--after-lock"])
    (source, in_tree), (packaged, in_bundle) = started
    assert source[1:] == ["-m", "desktop", "--after-lock"]
    assert in_tree["cwd"] == ROOT
    assert in_tree["close_fds"] is True
    assert packaged == ["/opt/heard/heard", "--after-lock"]
    assert in_bundle["cwd"] == Path("/opt/heard")
    assert in_bundle["env"]["PYINSTALLER_RESET_ENVIRONMENT"] == "1"


def test_windows_gets_the_variables_it_cannot_start_without() -> None:
    given = {"SystemRoot": "C:", "LOCALAPPDATA": "x", "PASSPHRASE": "no", "Path": "y"}
    assert clean_environment(given, Windows()) == {"SystemRoot": "C:", "LOCALAPPDATA": "x", "Path": "y"}
    assert clean_environment({"HOME": "h", "MY_PASSWORD": "no"}, Posix()) == {"HOME": "h"}


# --- The end ------------------------------------------------------------------------------------------------------


def test_everything_is_closed_in_order_before_the_fresh_start_and_the_end() -> None:
    done: list[object] = []
    steps = [lambda: done.append("cover"), lambda: done.append("save"), lambda: done.append("close")]
    Ending(steps, lambda: done.append("restart"), report=done.append, leave=done.append).run()
    assert done == ["cover", "save", "close", "restart", 0]


def test_a_step_that_fails_is_reported_and_the_others_are_still_done() -> None:
    done: list[object] = []

    def fail() -> None:
        raise ValueError("a bug")

    def fail_to_report(error: BaseException) -> None:
        done.append(type(error))
        raise OSError

    Ending([fail, lambda: done.append("close")], fail, report=fail_to_report, leave=done.append).run()
    assert done == [ValueError, "close", ValueError, 0]


def test_an_end_that_is_forced_happens_once_however_the_closing_goes_on() -> None:
    done: list[object] = []
    forced = threading.Event()

    def hang_for_a_while() -> None:
        assert forced.wait(20)

    def leave(code: int) -> None:
        done.append(code)
        forced.set()

    Ending([hang_for_a_while], lambda: done.append("restart"), report=done.append, seconds=0.05, leave=leave).run()
    assert done == ["restart", 0]


def test_closing_the_app_starts_nothing() -> None:
    done: list[object] = []
    Ending([], None, report=done.append, leave=done.append).run()
    assert done == [0]


HANGING = """
import sys, time
from pathlib import Path
from desktop.lock import Ending
def hang():
    {hang}
Ending([hang], lambda: Path(sys.argv[1]).write_text("restarted"), report=print, seconds=0.3).run()
"""


def test_a_commit_that_hangs_does_not_keep_the_key_alive(tmp_path: Path) -> None:
    started = time.monotonic()
    command = [sys.executable, "-c", HANGING.format(hang="time.sleep(60)"), str(tmp_path / "mark")]
    done = subprocess.run(command, cwd=ROOT, timeout=30, check=False)
    assert done.returncode == 0
    assert (tmp_path / "mark").read_text() == "restarted"
    assert time.monotonic() - started < 20


def test_even_a_library_that_never_gives_python_back_is_ended(tmp_path: Path) -> None:
    hold_python = "import ctypes; ctypes.PyDLL(None).sleep(60)"  # PyDLL keeps the interpreter's lock
    command = [sys.executable, "-c", HANGING.format(hang=hold_python), str(tmp_path / "mark")]
    done = subprocess.run(command, cwd=ROOT, timeout=30, check=False)
    assert done.returncode == 1
    assert not (tmp_path / "mark").exists()
