"""What a laptop asks for and gets: pages of heads, what it must give up, and one record's history."""

from __future__ import annotations

import msgspec

from models.campaign import Campaign
from models.identity import Directory
from models.language import Suggestion
from models.law.response_policy import ResponsePolicy
from models.version import Version
from sync.wire.core import Message, Reply, Seq


class PullRequest(Message, frozen=True, kw_only=True):
    """What a laptop already has.

    ``filling`` holds a cursor for each scope still being filled. ``covered`` says, for each of those scopes and each
    audience in it, up to which seq ready-made segments have been taken: the page leaves those heads out. ``room`` is
    how many bytes the page may have at most as it travels, where the line does not hold for more; 0 for no wish.
    """

    cursor: int
    grant_counter: int
    timeline: str
    filling: dict[str, int] = msgspec.field(default_factory=dict)
    covered: dict[str, dict[str, int]] = msgspec.field(default_factory=dict)
    room: int = 0


class PulledRow(Reply, frozen=True, kw_only=True):
    """One version with its place in the council's line. ``is_head`` is False for a branch."""

    seq: Seq
    version: Version
    is_head: bool = True


class Withdrawal(Reply, frozen=True, kw_only=True):
    """What this laptop must hide, hand over and purge: one record whose audience leaves its worker out now,

    or with an empty ``record_id`` the whole scope. It is told again until its receipt has come; one that is told no
    more and has no receipt has ended, because what it named may be read again. A record erased by law is withdrawn,
    too: its tombstone comes as a row like any other, holds no text and may stay.
    """

    order_id: str
    scope_id: str
    record_id: str = ""


class HeldNews(Reply, frozen=True, kw_only=True):
    """What a manager decided about a version in the held-back box.

    state: ``admitted`` (it is a branch of its record now) or ``returned``; ``words`` are the manager's, for the worker.
    """

    version_id: str
    record_id: str
    state: str
    words: str = ""


class CouncilRules(Reply, frozen=True, kw_only=True):
    """What the council sets for its laptops. ``lease_days``: after so many without the server old records close.

    ``advice`` is its own list of what to say instead of some words; null where it has none. ``answers`` are its own
    days within which a child is to have an answer; null where Heard's stand.
    """

    lease_days: int = 14
    advice: tuple[Suggestion, ...] | None = None
    answers: ResponsePolicy | None = None


class PullPage(Reply, frozen=True, kw_only=True):
    """One page out, applied with its cursors in one local transaction.

    ``scopes`` (granted scope id to the worker's role), ``directory``, ``withdrawals``, ``held``, ``rules`` and
    ``campaigns`` come only when the grant counter differs from the laptop's. ``more`` says another page waits;
    ``still_to_come`` about how many rows do, where the server has counted them.
    """

    rows: tuple[PulledRow, ...]
    cursor: Seq
    filling: dict[str, Seq]
    grant_counter: Seq
    timeline: str
    more: bool
    scopes: dict[str, str] | None = None
    directory: Directory | None = None
    withdrawals: tuple[Withdrawal, ...] = ()
    held: tuple[HeldNews, ...] = ()
    rules: CouncilRules | None = None
    campaigns: tuple[Campaign, ...] = ()
    still_to_come: Seq = 0
    server_time: str = ""


class HistoryReply(Reply, frozen=True, kw_only=True):
    """Every version of one record that this worker may read, oldest first."""

    versions: tuple[PulledRow, ...]
