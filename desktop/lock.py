"""Locking: notices that nobody is there, and ends the process that holds the key in favour of a fresh one."""

from __future__ import annotations

import contextlib
import faulthandler
import os
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.platform import current
from desktop.platform.interface import Platform
from desktop.settings import LEAST_MINUTES, MOST_MINUTES, USUAL_MINUTES

if TYPE_CHECKING:
    import subprocess

WARNING_SECONDS = 60.0
LONGEST_HOLD_SECONDS = 30 * 60.0
CLOSING_SECONDS = 8.0

_KEPT_FAMILIES = ("LC_", "XDG_", "QT_", "HEARD_")
_KEPT_FOR_PYTHON = ("PYTHON_KEYRING_BACKEND", "PYTHONPATH", "PYTHONWARNINGS", "PYTHONDONTWRITEBYTECODE")


class Idle(Enum):
    """How Heard stands while nobody touches it."""

    OPEN = "open"
    WARNING = "warning"
    COVERED = "covered"
    LOCKED = "locked"


class IdleWatch:
    """Decides when to warn, cover and lock, from a clock alone. ``now`` returns steady seconds.

    ``minutes`` is 1 to 15 and 5 as a rule. The warning comes 60 s before the end, or half-way where that is sooner.
    Running tasks hold the lock off for up to 30 minutes, under a cover that only the screen PIN lifts.
    """

    def __init__(self, now: Callable[[], float], minutes: int = USUAL_MINUTES) -> None:
        self._now = now
        self._touched_at = now()
        self._holds: list[object] = []
        self._is_covered = False
        self._is_locked = False
        self.set_minutes(minutes)

    def set_minutes(self, minutes: int) -> None:
        """Follow the worker's choice within the council's limits."""
        self._limit = 60.0 * min(MOST_MINUTES, max(LEAST_MINUTES, minutes))
        self._warns_at = self._limit - min(WARNING_SECONDS, self._limit / 2)

    def touch(self) -> None:
        """A key, click or movement: someone is there. It comes too late once the time is over."""
        if self.look() in (Idle.OPEN, Idle.WARNING):
            self._touched_at = self._now()

    def uncover(self) -> None:
        """The screen PIN was given under the cover: someone is there again. Too late once locked."""
        if self.look() is not Idle.LOCKED:
            self._is_covered = False
            self._touched_at = self._now()

    def hold(self) -> Callable[[], None]:
        """Keep a running task from being cut off by idleness. Returns what to call when the task has ended."""
        token = object()
        self._holds.append(token)

        def let_go() -> None:
            with contextlib.suppress(ValueError):
                self._holds.remove(token)

        return let_go

    def seconds_left(self) -> int:
        """Whole seconds until the time is over; 0 when it is."""
        return max(0, round(self._limit - (self._now() - self._touched_at)))

    def look(self) -> Idle:
        """Say how Heard stands now. Call it every second; locked stays locked."""
        idle = self._now() - self._touched_at
        if self._is_locked or (self._is_over(idle) and not self._may_hold(idle)):
            self._is_locked = True
            return Idle.LOCKED
        if self._is_over(idle):
            self._is_covered = True
            return Idle.COVERED
        return Idle.WARNING if idle >= self._warns_at else Idle.OPEN

    def _is_over(self, idle: float) -> bool:
        return self._is_covered or idle >= self._limit

    def _may_hold(self, idle: float) -> bool:
        return bool(self._holds) and idle < self._limit + LONGEST_HOLD_SECONDS


def clean_environment(environment: Mapping[str, str], platform: Platform) -> dict[str, str]:
    """Keep what a fresh Heard needs from the environment and leave everything else behind."""
    kept = platform.kept_variables()
    clean = {
        name: value
        for name, value in environment.items()
        if name.upper() in kept or name in _KEPT_FOR_PYTHON or name.startswith(_KEPT_FAMILIES)
    }
    if getattr(sys, "frozen", False):
        clean["PYINSTALLER_RESET_ENVIRONMENT"] = "1"
    return clean


def restart_fresh(
    arguments: Sequence[str],
    *,
    platform: Platform | None = None,
    environment: Mapping[str, str] | None = None,
    program: Sequence[str] | None = None,
) -> subprocess.Popen[bytes]:
    """Start a new Heard by a fresh start of the program, never by fork; the caller then ends this process.

    Nothing goes along but ``arguments``: no key, no open file, no variable that is not needed to start. They may
    name the vault's folder and never a child; the page to return to lies in the vault. Raises OSError.
    """
    import subprocess

    platform = platform or current()
    is_packaged = bool(getattr(sys, "frozen", False))
    start = [sys.executable] if is_packaged else [sys.executable, "-m", "desktop"]
    folder = Path(sys.executable).parent if is_packaged else Path(__file__).resolve().parents[1]
    return subprocess.Popen(
        [*(program or start), *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        close_fds=True,
        cwd=folder,
        env=clean_environment(os.environ if environment is None else environment, platform),
        **platform.start_options(),
    )


class Ending:
    """Closes what is open, starts a fresh Heard, and ends this process whether or not the closing worked.

    ``steps`` run in order: cover, commit the draft, cut versions, seal, close the store. One that fails is told to
    ``report`` and the next one runs. After ``seconds`` the process ends even in the middle of a step: autosave bounds
    what that can cost.
    """

    def __init__(
        self,
        steps: Sequence[Callable[[], object]],
        restart: Callable[[], object] | None,
        *,
        report: Callable[[BaseException], object],
        seconds: float = CLOSING_SECONDS,
        leave: Callable[[int], object] = os._exit,
    ) -> None:
        self._steps = steps
        self._restart = restart
        self._report = report
        self._seconds = seconds
        self._leave = leave
        self._once = threading.Lock()

    def run(self) -> None:
        """Do all of it. Does not return, unless a test gave another ``leave``."""
        watch = threading.Timer(self._seconds, self._finish)
        watch.daemon = True
        watch.start()
        # The timer needs Python to be running; this one ends the process even when a library never comes back.
        self._arm_last_resort()
        for step in self._steps:
            self._try(step)
        watch.cancel()
        self._finish()

    def _arm_last_resort(self) -> None:
        with open(os.devnull, "wb") as nowhere:
            self._nowhere = os.dup(nowhere.fileno())
        faulthandler.dump_traceback_later(self._seconds + 3.0, exit=True, file=self._nowhere)

    def _finish(self) -> None:
        if not self._once.acquire(blocking=False):
            return
        if self._restart is not None:
            self._try(self._restart)
        faulthandler.cancel_dump_traceback_later()
        os.close(self._nowhere)
        self._leave(0)

    def _try(self, step: Callable[[], object]) -> None:
        try:
            step()
        except Exception as error:  # noqa: BLE001 - whatever it was, the key must go
            with contextlib.suppress(Exception):
                self._report(error)
