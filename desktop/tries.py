"""Wrong passphrases, counted on disk, so that starting Heard again does not shorten the wait."""

from __future__ import annotations

import contextlib
import json
from datetime import datetime, timedelta
from pathlib import Path

from desktop.files import write_whole
from desktop.platform.interface import Platform
from models.clock import Clock, from_stamp
from models.errors import Trouble

FREE_TRIES = 4
_FIRST_WAIT = 30
_LONGEST_WAIT = 15 * 60
_MOST_COUNTED = 1000
_SIZE_LIMIT = 4096


class TryCounter:
    """Counts wrong tries in one small file. It slows the person at the keyboard; argon2id slows whoever has the file.

    A wrong try is on disk before anyone is told that it was wrong, so that ending the process early gains nothing.
    Waits: none for four tries, then 30 s, doubling to 15 minutes at most. Never destruction.
    """

    def __init__(self, path: Path, clock: Clock, platform: Platform) -> None:
        self._path = path
        self._clock = clock
        self._platform = platform
        self._failed, self._failed_at = self._read()

    def wait_seconds(self) -> int:
        """Whole seconds until another try may be made; 0 when it may be made now.

        A clock set back cannot stretch the wait beyond what this number of tries earned.
        """
        earned = _earned_wait(self._failed)
        if not earned or self._failed_at is None:
            return 0
        passed = self._clock.now() - self._failed_at
        left = timedelta(seconds=earned) - passed
        return max(0, min(earned, -(-left // timedelta(seconds=1))))

    def count(self) -> None:
        """Count one wrong try, on disk."""
        self._failed += 1
        self._failed_at = self._clock.now()
        self._write({"failed": self._failed, "failed_at": self._clock.stamp()})

    def forgive(self) -> None:
        """Start again from none: the vault was opened."""
        self._failed, self._failed_at = 0, None
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)

    def _write(self, facts: dict[str, object]) -> None:
        # A full disk must not keep a worker from opening the vault: then this process alone remembers.
        with contextlib.suppress(Trouble):
            write_whole(self._path, json.dumps(facts).encode(), self._platform)

    def _read(self) -> tuple[int, datetime | None]:
        try:
            with self._path.open("rb") as file:
                facts = json.loads(file.read(_SIZE_LIMIT))
            return min(max(int(facts["failed"]), 0), _MOST_COUNTED), from_stamp(facts["failed_at"])
        except FileNotFoundError:
            return 0, None
        except (OSError, ValueError, TypeError, KeyError, RecursionError):
            return FREE_TRIES, None  # unreadable: the next wrong try waits


def _earned_wait(failed: int) -> int:
    if failed <= FREE_TRIES:
        return 0
    return min(_LONGEST_WAIT, _FIRST_WAIT << min(failed - FREE_TRIES - 1, 10))
