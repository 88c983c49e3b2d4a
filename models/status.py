"""Sync state as a value: what the chip says, and the difference between saved and sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

OFFLINE = "offline"
SENDING = "sending"
SENT = "sent"
NOT_JOINED = "not_joined"
ATTENTION = "attention"


@dataclass(frozen=True, slots=True)
class Status:
    """One calm line about sync.

    ``waiting`` counts records saved here and not yet acknowledged. ``last_sent_at`` is the end of the last
    round that reached the server. ``words`` explains ``attention``: what it is and what is safe.
    """

    state: str
    waiting: int = 0
    last_sent_at: datetime | None = None
    words: str = ""
    done: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class Round:
    """One finished round, for the page "Sync and saved"."""

    at: datetime
    sent: int
    received: int


def changes(count: int) -> str:
    """ "1 change", "3 changes"."""
    return f"{count} change" if count == 1 else f"{count} changes"


def chip_words(status: Status, *, is_short: bool = False) -> str:
    """The words of the chip in the top bar. Saved and sent are never mixed."""
    waiting = f"{status.waiting} saved" if is_short else f"{changes(status.waiting)} saved on this laptop"
    if status.state == SENDING:
        return "Sending…" if is_short or not status.total else f"Sending {status.done} of {status.total}"
    if status.state == SENT and not status.waiting:
        at = f" · {status.last_sent_at.astimezone():%H:%M}" if status.last_sent_at else ""
        return f"All sent{at}"
    if status.state == ATTENTION:
        return "Please look" if is_short else f"Please look · {waiting}"
    first = "Not joined to a council" if status.state == NOT_JOINED else "Offline"
    if status.state == SENT:
        first = "Online"
    return f"{first} · {waiting}" if status.waiting else f"{first} · nothing waiting"
