"""Sync state as a value: what the chip says, how far a long round has come; saved and sent are never mixed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

OFFLINE = "offline"
SENDING = "sending"
SENT = "sent"
PAUSED = "paused"
NOT_JOINED = "not_joined"
ATTENTION = "attention"

RECEIVE, SEND = "receive", "send"
FILES_OUT, FILES_IN = "files_out", "files_in"
_FILE_WORDS = {FILES_OUT: "Sending photo", FILES_IN: "Copying photo"}
"""Most of them are; "file" would say nothing to most."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a long round has come. ``kind``: receive (records from the server) or send (versions to it); or photos,
    sound, films and pages on their way out or in (FILES_OUT, FILES_IN), where ``done`` counts the one under way, too.

    ``total`` is 0 while nobody knows it. ``is_about`` says that it was counted a while ago and may be off.
    """

    kind: str
    done: int
    total: int = 0
    is_about: bool = False


@dataclass(frozen=True, slots=True)
class Status:
    """One calm line about sync.

    ``waiting`` counts records saved here and not yet acknowledged. ``last_sent_at`` is the end of the last
    round that reached the server. ``words`` explains ``attention``: what it is and what is safe. ``progress`` is
    there while a long round runs. ``must_join``: this laptop was copied or replaced, and must join again.
    ``held`` counts records of which the council keeps something safe for a manager.
    """

    state: str
    waiting: int = 0
    last_sent_at: datetime | None = None
    words: str = ""
    progress: Progress | None = None
    must_join: bool = False
    held: int = 0


@dataclass(frozen=True, slots=True)
class Round:
    """One finished round, for the page "Sync and saved"."""

    at: datetime
    sent: int
    received: int


def changes(count: int) -> str:
    """ "1 change", "3 changes"."""
    return f"{count:,} change" if count == 1 else f"{count:,} changes"


def progress_words(progress: Progress) -> str:
    """ "Sending 40 of 1,000", "Sending photo 2 of 3", "312 of about 10,000 records copied", "312 copied so far"."""
    if progress.kind in _FILE_WORDS:
        return f"{_FILE_WORDS[progress.kind]} {_of(progress)}"
    if progress.kind == SEND:
        return f"Sending {_of(progress)}"
    if progress.total:
        return f"{_of(progress)} records copied"
    return "1 record copied so far" if progress.done == 1 else f"{progress.done:,} records copied so far"


def _of(progress: Progress, about: str = "about ") -> str:
    total = max(progress.total, progress.done)
    return f"{progress.done:,} of {about if progress.is_about else ''}{total:,}"


def chip_words(status: Status, *, is_short: bool = False) -> str:
    """The words of the chip in the top bar. Saved and sent are never mixed."""
    waiting = f"{status.waiting:,} saved" if is_short else f"{changes(status.waiting)} saved on this laptop"
    if status.state == SENDING:
        return _busy_words(status.progress, is_short=is_short)
    if status.state == SENT and not status.waiting and status.held:
        return f"All sent · {status.held} kept safe{'' if is_short else ' for your manager'}"
    if status.state == SENT and not status.waiting:
        at = f" · {status.last_sent_at.astimezone():%H:%M}" if status.last_sent_at else ""
        return f"All sent{at}"
    if status.state == ATTENTION:
        return "Please look" if is_short else f"Please look · {waiting}"
    first = {NOT_JOINED: "Not joined to a council", SENT: "Online", PAUSED: "Paused"}.get(status.state, "Offline")
    return f"{first} · {waiting}" if status.waiting else f"{first} · nothing waiting"


def _busy_words(progress: Progress | None, *, is_short: bool) -> str:
    if progress is None:
        return "Sending…"
    if progress.kind in _FILE_WORDS:
        return progress_words(progress)
    verb = "Sending" if progress.kind == SEND else "Copying"
    if not progress.total:
        return f"{verb} · {progress.done:,} so far"
    return f"{verb} {_of(progress, '' if is_short else 'about ')}"
