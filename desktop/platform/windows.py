"""Windows: %LOCALAPPDATA%, a byte lock, no error reports with memory in them. Unproven on Windows: docs/unproven.md."""

from __future__ import annotations

import contextlib
import importlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

_LOCKED_BYTE = 1 << 30  # far behind the few bytes the lock file holds, so that they stay readable
_SEM_FAILCRITICALERRORS, _SEM_NOGPFAULTERRORBOX = 0x0001, 0x0002
_DETACHED_PROCESS, _CREATE_NEW_PROCESS_GROUP = 0x0008, 0x0200

_KEPT = frozenset(
    """
    SYSTEMROOT WINDIR SYSTEMDRIVE COMSPEC PATH PATHEXT TEMP TMP USERPROFILE USERNAME USERDOMAIN HOMEDRIVE HOMEPATH
    APPDATA LOCALAPPDATA PROGRAMDATA ALLUSERSPROFILE PROGRAMFILES COMPUTERNAME SESSIONNAME LANG SSL_CERT_FILE
    """.split()  # noqa: SIM905 - a list of names reads better as names
)


def _load_library(name: str) -> Any:
    return getattr(importlib.import_module("ctypes"), "WinDLL")(name)  # noqa: B009 - only Windows has it


class Windows:
    """Windows 10 and 11. ``library`` opens a system library by name; tests pass a fake."""

    name = "windows"

    def __init__(self, library: Callable[[str], Any] = _load_library) -> None:
        self._library = library

    def make_private_folder(self, folder: Path) -> None:
        is_new = not folder.exists()
        folder.mkdir(parents=True, exist_ok=True)
        worker = f"{os.environ.get('USERDOMAIN', '.')}\\{os.environ.get('USERNAME', '')}"
        if is_new and not worker.endswith("\\"):
            tool = Path(os.environ.get("SYSTEMROOT", r"C:\Windows")) / "System32" / "icacls.exe"
            # Below %LOCALAPPDATA% this is so already; a vault elsewhere would be readable by everyone on the laptop.
            command = [str(tool), str(folder), "/inheritance:r", "/grant:r", f"{worker}:(OI)(CI)F"]
            subprocess.run(command, check=True, capture_output=True)

    def open_private(self, path: Path) -> int:
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOINHERIT", 0)
        return os.open(path, flags, 0o600)

    def mark_from_outside(self, path: Path) -> None:
        # Mark of the Web: Office opens such a file in its protected view, and SmartScreen looks at it.
        with open(f"{path}:Zone.Identifier", "w", encoding="ascii", newline="\r\n") as stream:
            stream.write("[ZoneTransfer]\nZoneId=3\n")

    def sync_folder(self, folder: Path) -> None:
        """Nothing to do: NTFS journals a rename, and a folder cannot be flushed."""

    def try_lock(self, descriptor: int) -> bool:
        system: Any = importlib.import_module("msvcrt")
        os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)
        try:
            system.locking(descriptor, system.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def steady_seconds(self) -> float:
        return time.monotonic()  # GetTickCount64, which goes on during sleep

    def harden_process(self) -> list[str]:
        undone = []
        try:
            self._library("kernel32").SetErrorMode(_SEM_FAILCRITICALERRORS | _SEM_NOGPFAULTERRORBOX)
            if self._library("wer").WerAddExcludedApplication(Path(sys.executable).name, False) != 0:
                undone.append("Windows may still send an error report about Heard")
        except (OSError, AttributeError):
            undone.append("Windows may still send an error report about Heard")
        return undone

    def data_folder(self, environment: Mapping[str, str]) -> Path:
        given = environment.get("LOCALAPPDATA")
        return (Path(given) if given else Path.home() / "AppData" / "Local") / "Heard"

    def config_folder(self, environment: Mapping[str, str]) -> Path:
        return self.data_folder(environment)

    def log_folder(self, environment: Mapping[str, str]) -> Path:
        return self.data_folder(environment) / "logs"

    def run_folder(self, environment: Mapping[str, str]) -> Path:
        return self.data_folder(environment) / "run"

    def kept_variables(self) -> frozenset[str]:
        return _KEPT

    def start_options(self) -> dict[str, Any]:
        return {"creationflags": _DETACHED_PROCESS | _CREATE_NEW_PROCESS_GROUP}

    def let_window_come_forward(self, process_id: int) -> None:
        with contextlib.suppress(OSError, AttributeError):
            self._library("user32").AllowSetForegroundWindow(process_id)
