"""The operating system's lock on one vault: at most one writer, and none after a crash."""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path

from desktop.files import explain
from desktop.platform import current
from desktop.platform.interface import Platform

FILE_NAME = "vault.lock"
_POLL_SECONDS = 0.02


class VaultLock:
    """Held from before the vault is opened until the process ends. The system lets go of it even after ``kill -9``.

    The lock file is never removed: removing it would let two processes hold two files of one name.
    """

    def __init__(self, folder: Path, platform: Platform | None = None) -> None:
        self._folder = folder
        self._path = folder / FILE_NAME
        self._platform = platform or current()
        self._descriptor: int | None = None

    @property
    def is_held(self) -> bool:
        """Whether this process has the lock, and the file it locked is still the one others would lock."""
        if self._descriptor is None:
            return False
        try:
            return os.path.samestat(os.fstat(self._descriptor), self._path.stat())
        except OSError:
            return False

    def take(self) -> bool:
        """Take the lock without waiting. False when another process has it. Raises Trouble when the disk refuses."""
        if self._descriptor is not None:
            return True
        try:
            if not self._folder.is_dir():
                self._platform.make_private_folder(self._folder)
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
            if self._platform.try_lock(self._descriptor) and self.is_held:
                self._sign()
                return True
        except OSError as error:
            self.release()
            raise explain(error, self._path) from error
        self.release()
        return False

    def wait(self, seconds: float) -> bool:
        """Take the lock, waiting up to ``seconds`` for another process to end. False when it did not."""
        until = time.monotonic() + seconds
        while not self.take():
            if time.monotonic() >= until:
                return False
            time.sleep(_POLL_SECONDS)
        return True

    def release(self) -> None:
        """Let go of the lock, if it is held."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def holder(self) -> int | None:
        """The process id that last took the lock, if it said so. It may have ended since."""
        with contextlib.suppress(OSError, ValueError):
            return int(self._path.read_text(encoding="ascii"))
        return None

    def _sign(self) -> None:
        assert self._descriptor is not None
        with contextlib.suppress(OSError):  # a full disk: the lock itself needs no room
            os.ftruncate(self._descriptor, 0)
            os.lseek(self._descriptor, 0, os.SEEK_SET)
            os.write(self._descriptor, str(os.getpid()).encode())
