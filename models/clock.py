"""The only "now", so that tests can hold it still and faults can set it wrong."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime


class Clock:
    """Tells the time. ``now`` may be replaced by a function that returns an aware UTC datetime."""

    def __init__(self, now: Callable[[], datetime] | None = None) -> None:
        self._now = now or (lambda: datetime.now(UTC))

    def now(self) -> datetime:
        """Return this moment, aware and in UTC."""
        return self._now()

    def stamp(self) -> str:
        """Return this moment as ISO 8601 text in UTC with milliseconds, as stored and sent."""
        return to_stamp(self._now())

    def today(self) -> date:
        """Return the calendar day where the laptop is."""
        return self._now().astimezone().date()


def to_stamp(moment: datetime) -> str:
    """Write an aware moment as ``2026-11-23T10:30:00.000Z``; sorts as text in time order."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def from_stamp(stamp: str) -> datetime:
    """Read what :func:`to_stamp` wrote. Raises ValueError for anything that does not say which instant it is."""
    moment = datetime.fromisoformat(stamp)
    if moment.tzinfo is None:
        raise ValueError("a moment without its offset is another instant on every laptop")
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("before the first year or after the last") from error
