"""What differs by operating system: each part here for real, or with a fake where only Windows could show it."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from desktop.platform import current
from desktop.platform.posix import Posix
from desktop.platform.power import NoPowerWatch, watch_power
from desktop.platform.power_windows import Told, WindowsPowerWatch, _Message, read_message
from desktop.platform.windows import Windows

ROOT = Path(__file__).parents[3]

HARDENED = """
import ctypes, resource
from desktop.platform import current
print(current().harden_process(), resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="not run: needs Linux")
def test_a_hardened_process_leaves_no_core_and_lets_no_neighbour_read_it() -> None:
    done = subprocess.run([sys.executable, "-c", HARDENED], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[] (0, 0) 0\n"


def test_what_cannot_be_hardened_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError

    monkeypatch.setattr("resource.setrlimit", fail)
    monkeypatch.setattr(ctypes, "CDLL", fail)
    assert len(Posix().harden_process()) == 2
    assert len(Posix(is_mac=True).harden_process()) == 1


def test_the_steady_clock_goes_on_during_sleep_where_the_system_has_one(monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    first = current().steady_seconds()
    assert current().steady_seconds() >= first
    monkeypatch.delattr(time, "CLOCK_BOOTTIME", raising=False)
    assert Posix().steady_seconds() >= 0


# --- Windows, behind fakes ----------------------------------------------------------------------------------------


class Library:
    """A system library that notes what was asked of it and gives one answer to everything."""

    def __init__(self, answer: int = 0) -> None:
        self.asked: list[tuple[Any, ...]] = []
        self.answer = answer

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *given: self.asked.append((name, *given)) or self.answer


def test_windows_is_asked_to_send_no_error_reports_and_to_let_windows_forward() -> None:
    library = Library()
    windows = Windows(lambda _: library)
    assert windows.harden_process() == []
    windows.let_window_come_forward(4711)
    assert [each[0] for each in library.asked] == [
        "SetErrorMode",
        "WerAddExcludedApplication",
        "AllowSetForegroundWindow",
    ]
    assert library.asked[-1] == ("AllowSetForegroundWindow", 4711)
    assert Windows(lambda _: Library(answer=5)).harden_process() == [
        "Windows may still send an error report about Heard"
    ]


def test_a_windows_without_those_libraries_is_told_and_goes_on() -> None:
    windows = Windows()  # this machine has none of them
    assert windows.harden_process() == ["Windows may still send an error report about Heard"]
    windows.let_window_come_forward(1)


def test_windows_locks_one_byte_far_behind_the_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held: list[tuple[int, int]] = []

    def locking(descriptor: int, mode: int, length: int) -> None:
        if held:
            raise PermissionError
        held.append((os.lseek(descriptor, 0, os.SEEK_CUR), length))

    monkeypatch.setitem(sys.modules, "msvcrt", SimpleNamespace(locking=locking, LK_NBLCK=2))  # type: ignore[arg-type]
    descriptor = Windows().open_private(tmp_path / "vault.lock")
    assert Windows().try_lock(descriptor) is True
    assert Windows().try_lock(descriptor) is False
    assert held == [(1 << 30, 1)]
    os.close(descriptor)


def test_windows_closes_a_new_folder_to_everyone_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[list[str]] = []
    monkeypatch.setattr(subprocess, "run", lambda command, **_: ran.append(command))
    monkeypatch.setenv("USERDOMAIN", "COUNCIL")
    monkeypatch.setenv("USERNAME", "worker1")
    Windows().make_private_folder(tmp_path / "vault")
    Windows().make_private_folder(tmp_path / "vault")
    assert len(ran) == 1
    assert ran[0][1:] == [str(tmp_path / "vault"), "/inheritance:r", "/grant:r", "COUNCIL\\worker1:(OI)(CI)F"]
    monkeypatch.delenv("USERNAME")
    Windows().make_private_folder(tmp_path / "nameless")
    assert len(ran) == 1
    Windows().sync_folder(tmp_path)
    assert Windows().steady_seconds() >= 0
    assert Windows().start_options()["creationflags"] == 0x208


@pytest.mark.parametrize(
    ("message", "wparam", "means"),
    [
        (0x218, 4, Told.SLEEP),
        (0x218, 7, None),
        (0x2B1, 7, Told.SESSION_LOCK),
        (0x2B1, 8, None),
        (0x16, 1, Told.SLEEP),
        (0x16, 0, None),
        (0x100, 4, None),
    ],
)
def test_windows_messages_mean_sleep_or_a_locked_screen_or_nothing(
    message: int, wparam: int, means: Told | None
) -> None:
    assert read_message(message, wparam) is means
    told: list[str] = []
    watch = WindowsPowerWatch(lambda: told.append("sleep"), lambda: told.append("session_lock"))
    raw = _Message(None, message, wparam)
    assert watch.nativeEventFilter(b"windows_generic_MSG", ctypes.addressof(raw)) == (False, 0)
    assert watch.nativeEventFilter(b"xcb_generic_event_t", ctypes.addressof(raw)) == (False, 0)
    assert told == ([means.value] if means else [])


def test_the_windows_watch_asks_for_each_window_and_says_when_it_cannot(qtbot: Any) -> None:
    from PySide6.QtWidgets import QWidget

    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    library = Library()
    watch = WindowsPowerWatch(lambda: None, lambda: None, library)
    assert watch.start() is True
    assert any(each[0] == "WTSRegisterSessionNotification" for each in library.asked)
    watch.stop()
    blind = WindowsPowerWatch(lambda: None, lambda: None)
    assert blind.start() is False, "this machine has no such library"
    blind.stop()


def test_the_windows_watch_needs_an_application(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desktop.platform.power_windows.QCoreApplication", SimpleNamespace(instance=lambda: None))
    watch = WindowsPowerWatch(lambda: None, lambda: None, Library())
    assert watch.start() is False
    watch.stop()


def test_each_system_is_known_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {}
    for platform in ("linux", "win32", "darwin"):
        monkeypatch.setattr(sys, "platform", platform)
        found[platform] = current().name
    assert found == {"linux": "linux", "win32": "windows", "darwin": "macos"}


def test_each_system_has_its_own_watch(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {}
    for name in ("linux", "windows", "macos"):
        monkeypatch.setattr("desktop.platform.power.current", lambda name=name: SimpleNamespace(name=name))
        found[name] = type(watch_power(lambda: None, lambda: None)).__name__
    assert found == {"linux": "LogindPowerWatch", "windows": "WindowsPowerWatch", "macos": "NoPowerWatch"}
    none = NoPowerWatch()
    assert none.start() is False
    none.stop()
