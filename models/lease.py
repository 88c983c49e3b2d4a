"""How long old records stay open without the council: time is counted up, and no clock can count it down."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

LEASE_DAYS = 14
LEAST_DAYS, MOST_DAYS = 1, 90


class Lease(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of the time since the council was last reached.

    ``server_at`` is the server's own stamp then, to show; ``looked_at`` the laptop's clock when time was last counted
    (a stamp, never trusted as a date), ``counted`` the seconds counted since, ``days`` what the council allows.
    """

    server_at: str
    looked_at: str
    counted: float = 0.0
    days: int = LEASE_DAYS


def begin(server_at: str, now: datetime, days: int = LEASE_DAYS) -> Lease:
    """The council was reached just now: counting begins anew, whatever the laptop's clock says."""
    return Lease(server_at=server_at, looked_at=now.isoformat(), days=min(MOST_DAYS, max(LEAST_DAYS, days)))


def count(lease: Lease, now: datetime, steady_seconds: float = 0.0) -> Lease:
    """Count the time since the last look: what the clock has gone forward, or the steady clock if that is more.

    A clock set back takes nothing off and is counted from where it now stands; one set ten years on counts ten years.
    ``steady_seconds`` have passed by a clock nobody can set, 0 where it was not running (before a start).
    """
    by_clock = (now - datetime.fromisoformat(lease.looked_at)).total_seconds()
    passed = max(by_clock, steady_seconds, 0.0)
    return msgspec.structs.replace(lease, looked_at=now.isoformat(), counted=lease.counted + passed)


def is_over(lease: Lease) -> bool:
    """Whether old records are closed until the council is reached again."""
    return left(lease) <= timedelta()


def left(lease: Lease) -> timedelta:
    """How long old records stay open without a connection; negative or nothing once they are closed."""
    return timedelta(days=lease.days) - timedelta(seconds=lease.counted)
