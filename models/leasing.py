"""Keeps the lease of one open vault: when the council was reached, and whether old records are closed meanwhile."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import msgspec

from models import lease
from models.changes import Changes
from models.lease import LEASE_DAYS, Lease
from models.store import meta
from models.store.desk import Desk

NAME = "lease"
WRITTEN_EVERY = 3600.0
"""Seconds between two writes: being in touch, or not, is written down once an hour and no oftener (R20)."""


class Leasing:
    """Counts the time since the council was last reached. Use from any thread.

    A laptop that belongs to no server has no lease: its records stay open.
    """

    def __init__(self, desk: Desk, steady: Callable[[], float] = time.monotonic) -> None:
        self._desk, self._steady = desk, steady
        self._lock = threading.Lock()
        self._looked_at = steady()
        data = desk.read(meta.get, NAME)
        self._lease = msgspec.json.decode(data, type=Lease) if data else None
        if self._lease is None and desk.identity.server_url:
            self._lease = lease.begin("", desk.clock.now())
        self._written: Lease | None = self._lease if data else None
        self.is_closed = False
        self.look()

    @property
    def days(self) -> int:
        """After how many days without the council old records close."""
        return self._lease.days if self._lease is not None else LEASE_DAYS

    @property
    def closes_at(self) -> datetime | None:
        """When old records close if the council is not reached before, by this laptop's clock; None without a lease."""
        if self._lease is None:
            return None
        return self._desk.clock.now().astimezone(UTC) + max(timedelta(), lease.left(self._lease))

    def look(self) -> bool:
        """Count the time that has passed. Returns whether old records are closed; every view hears of a change."""
        with self._lock:
            if self._lease is not None:
                now, passed = self._steady(), self._steady() - self._looked_at
                self._looked_at = now
                self._lease = lease.count(self._lease, self._desk.clock.now(), passed)
                self._write_now_and_then()
            return self._settle()

    def note_contact(self, server_at: str, days: int = 0) -> None:
        """The council has just been reached. ``days`` is its rule, 0 where it said nothing new."""
        with self._lock:
            self._looked_at = self._steady()
            self._lease = lease.begin(server_at, self._desk.clock.now(), days or self.days)
            self._write_now_and_then()
            self._settle()

    def _write_now_and_then(self) -> None:
        known, written = self._lease, self._written
        assert known is not None
        is_due = written is None or written.days != known.days or lease.is_over(written) != lease.is_over(known)
        if not is_due and written is not None:
            by_clock = datetime.fromisoformat(known.looked_at) - datetime.fromisoformat(written.looked_at)
            counted = known.counted - written.counted
            is_due = max(abs(by_clock.total_seconds()), abs(counted)) >= WRITTEN_EVERY
        if is_due:
            self._written = known
            self._desk.write(lambda it: meta.put(it.connection, NAME, msgspec.json.encode(known)))

    def _settle(self) -> bool:
        is_closed = self._lease is not None and lease.is_over(self._lease)
        if is_closed != self.is_closed:
            self.is_closed = is_closed
            self._desk.tell(Changes(is_directory=True))
        return is_closed
