"""What the rest of the application may ask of the operating system, and nothing more."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol


class Platform(Protocol):
    """One operating system's answers. Tests pass their own."""

    name: str

    def make_private_folder(self, folder: Path) -> None:
        """Make ``folder`` and those above it; only this worker may look inside ``folder``. Raises OSError."""

    def open_private(self, path: Path) -> int:
        """Open a new or emptied file for writing, readable by this worker alone. Returns a file descriptor."""

    def mark_from_outside(self, path: Path) -> None:
        """Mark a file as one from outside, where the system opens such files with more care. Raises OSError."""

    def sync_folder(self, folder: Path) -> None:
        """Make renames inside ``folder`` survive a power cut, where the system needs to be asked."""

    def try_lock(self, descriptor: int) -> bool:
        """Take the system's lock on an open file, without waiting. False when another process has it."""

    def steady_seconds(self) -> float:
        """Seconds on a clock that nobody can set and that goes on while the laptop sleeps."""

    def harden_process(self) -> list[str]:
        """Keep this process out of crash dumps and other programs' reach. Returns what could not be done."""

    def data_folder(self, environment: Mapping[str, str]) -> Path:
        """Where this worker's own data lies: on this laptop, never on a roaming profile."""

    def config_folder(self, environment: Mapping[str, str]) -> Path:
        """Where the few settings outside the vault lie."""

    def log_folder(self, environment: Mapping[str, str]) -> Path:
        """Where logs and crash reports lie."""

    def run_folder(self, environment: Mapping[str, str]) -> Path:
        """Where sockets lie while the app runs. Short, since their names may be 107 bytes at most."""

    def kept_variables(self) -> frozenset[str]:
        """Names of environment variables that a freshly started process needs from this one."""

    def start_options(self) -> dict[str, Any]:
        """What ``subprocess.Popen`` needs so that a new process outlives this one."""

    def let_window_come_forward(self, process_id: int) -> None:
        """Allow another process to raise its window, where the system asks for leave."""
