"""Hears that the laptop is about to sleep or that its screen was locked, where the operating system says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from desktop.platform import current


class PowerWatch(Protocol):
    """Calls back on the main thread. Keep a reference for as long as it should listen."""

    def start(self) -> bool:
        """Begin to listen. False where this system does not tell; idling then still locks."""

    def stop(self) -> None:
        """Stop listening and no longer hold up sleep."""


class NoPowerWatch:
    """A system that tells nothing."""

    def start(self) -> bool:
        return False

    def stop(self) -> None:
        """Nothing to stop."""


def watch_power(before_sleep: Callable[[], None], session_locked: Callable[[], None]) -> PowerWatch:
    """Return this machine's watch. ``before_sleep`` has a few seconds, and is to end the process that holds the key."""
    name = current().name
    if name == "windows":
        from desktop.platform.power_windows import WindowsPowerWatch

        return WindowsPowerWatch(before_sleep, session_locked)
    if name == "linux":
        from desktop.platform.power_linux import LogindPowerWatch

        return LogindPowerWatch(before_sleep, session_locked)
    return NoPowerWatch()
