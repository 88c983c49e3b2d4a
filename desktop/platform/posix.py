"""Linux and macOS: user-only modes, flock, XDG folders, and no core dumps."""

from __future__ import annotations

import fcntl
import os
import resource
import stat
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_FOLDER_MODE = 0o700
_FILE_MODE = 0o600
_PR_SET_DUMPABLE = 4

_KEPT = frozenset(
    """
    HOME USER LOGNAME PATH SHELL LANG LANGUAGE TZ TMPDIR DISPLAY WAYLAND_DISPLAY XAUTHORITY
    DBUS_SESSION_BUS_ADDRESS DBUS_SYSTEM_BUS_ADDRESS AT_SPI_BUS_ADDRESS SSL_CERT_FILE SSL_CERT_DIR
    """.split()  # noqa: SIM905 - a list of names reads better as names
)


class Posix:
    """Linux as council laptops and test machines have it; macOS where it does not differ."""

    def __init__(self, *, is_mac: bool = False) -> None:
        self.name = "macos" if is_mac else "linux"
        self._is_mac = is_mac

    def make_private_folder(self, folder: Path) -> None:
        folder.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
        folder.chmod(_FOLDER_MODE)  # the umask, or an older folder, may say otherwise

    def open_private(self, path: Path) -> int:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, _FILE_MODE)
        os.fchmod(descriptor, _FILE_MODE)
        return descriptor

    def mark_from_outside(self, path: Path) -> None:
        """Linux knows no such mark; on macOS it is set by whatever downloads, and is not tried here."""

    def sync_folder(self, folder: Path) -> None:
        descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def try_lock(self, descriptor: int) -> bool:
        # flock, not lockf: a POSIX record lock is lost as soon as any part of this process closes the same file.
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def steady_seconds(self) -> float:
        boot_clock = getattr(time, "CLOCK_BOOTTIME", None)  # CLOCK_MONOTONIC stands still while the laptop sleeps
        return time.monotonic() if boot_clock is None else time.clock_gettime(boot_clock)

    def harden_process(self) -> list[str]:
        undone = []
        try:
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        except (OSError, ValueError):
            undone.append("core dumps are still allowed")
        if not self._is_mac and not _forbid_dumps():
            undone.append("other programs of this worker may still read Heard's memory")
        return undone

    def data_folder(self, environment: Mapping[str, str]) -> Path:
        return self._place(environment, "XDG_DATA_HOME", ".local/share", "Library/Application Support")

    def config_folder(self, environment: Mapping[str, str]) -> Path:
        return self._place(environment, "XDG_CONFIG_HOME", ".config", "Library/Application Support")

    def log_folder(self, environment: Mapping[str, str]) -> Path:
        return self._place(environment, "XDG_STATE_HOME", ".local/state", "Library/Logs") / "logs"

    def run_folder(self, environment: Mapping[str, str]) -> Path:
        given = environment.get("XDG_RUNTIME_DIR", "")
        if os.path.isabs(given) and os.path.isdir(given) and len(given) < 60:
            return Path(given) / "heard"
        shared = Path(tempfile.gettempdir()) / f"heard-{os.getuid()}"
        # Anyone may make a folder of that name in a shared place: then stay among our own.
        return shared if _is_ours(shared) else self.data_folder(environment) / "run"

    def kept_variables(self) -> frozenset[str]:
        return _KEPT

    def start_options(self) -> dict[str, Any]:
        return {"start_new_session": True}

    def let_window_come_forward(self, process_id: int) -> None:
        """Nothing to ask for here."""

    def _place(self, environment: Mapping[str, str], variable: str, below_home: str, mac: str) -> Path:
        home = Path(environment.get("HOME") or Path.home())
        if self._is_mac:
            return home / mac / "Heard"
        given = environment.get(variable, "")
        # The XDG specification says a relative path is to be ignored.
        return (Path(given) if os.path.isabs(given) else home / below_home) / "heard"


def _is_ours(folder: Path) -> bool:
    try:
        found = folder.lstat()
    except FileNotFoundError:
        return True
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid()


def _forbid_dumps() -> bool:
    import ctypes

    try:
        return bool(ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) == 0)
    except (OSError, AttributeError):
        return False
