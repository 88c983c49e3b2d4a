"""What happened, for whoever looks after the laptop: names of events, ids and numbers, never a word of a record."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Mapping
from pathlib import Path

from desktop.platform import current
from desktop.platform.interface import Platform
from models.clock import Clock
from models.ids import is_id

FILE_NAME = "heard.log"
MOST_BYTES = 1024 * 1024

_EVENT = re.compile(r"[a-z][a-z_]{1,39}")
_WITHHELD = "withheld"


class EventLog:
    """Appends one JSON line for each event; starts a new file at 1 MB and keeps the one before.

    ``known`` are the only words a value may be besides ids, numbers and yes or no: names of record types, of states,
    of screens. Everything else is replaced by "withheld", so that a slip in the calling code shows nothing.
    """

    def __init__(
        self,
        folder: Path,
        known: frozenset[str] = frozenset(),
        clock: Clock | None = None,
        platform: Platform | None = None,
    ) -> None:
        self._path = folder / FILE_NAME
        self._known = known
        self._clock = clock or Clock()
        self._platform = platform or current()

    def write(self, event: str, **details: object) -> None:
        """Note one event. Never raises: a log that cannot be written must not stop the work."""
        line: dict[str, object] = {"at": self._clock.stamp(), "event": event if _EVENT.fullmatch(event) else _WITHHELD}
        line |= self.allow(details)
        with contextlib.suppress(OSError):
            self._platform.make_private_folder(self._path.parent)
            if self._path.exists() and self._path.stat().st_size > MOST_BYTES:
                self._path.replace(self._path.with_name(FILE_NAME + ".1"))
            if not self._path.exists():
                self._path.touch(mode=0o600)
            with self._path.open("a", encoding="ascii") as file:
                file.write(json.dumps(line) + "\n")

    def allow(self, details: Mapping[str, object]) -> dict[str, object]:
        """Return only what a log may hold: ids, numbers, yes or no, and known words."""
        return {
            name: value if self._may_be_logged(value) else _WITHHELD
            for name, value in details.items()
            if _EVENT.fullmatch(name)
        }  # fmt: skip

    def _may_be_logged(self, value: object) -> bool:
        if value is None or isinstance(value, bool | int | float):
            return True
        return isinstance(value, str) and (is_id(value) or value in self._known)
