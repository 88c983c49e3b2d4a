"""Replies whose versions are joined from the exact bytes that were stored; no body is decoded on its way out."""

from __future__ import annotations

import msgspec

from models.version import NO_BODY, Version
from sync.codec import pack
from sync.wire import MAX_PAGE_BYTES, Campaign, CouncilRules, Directory, HeldNews, Message, Withdrawal

MAX_RAW_BYTES = 8 * 1024 * 1024
"""Uncompressed bytes of versions in one reply: half of what a laptop agrees to unpack."""

_encoder = msgspec.json.Encoder()
_NULL_END = b"null}"


class RawRow(Message, frozen=True):
    """A :class:`sync.wire.PulledRow` with its version as bytes."""

    seq: int
    version: msgspec.Raw
    is_head: bool = True


class RawPage(Message, frozen=True):
    """A :class:`sync.wire.PullPage` of such rows."""

    rows: tuple[RawRow, ...]
    cursor: int
    filling: dict[str, int]
    grant_counter: int
    timeline: str
    more: bool
    scopes: dict[str, str] | None = None
    directory: Directory | None = None
    withdrawals: tuple[Withdrawal, ...] = ()
    held: tuple[HeldNews, ...] = ()
    rules: CouncilRules | None = None
    campaigns: tuple[Campaign, ...] = ()
    still_to_come: int = 0
    server_time: str = ""


class RawPushResult(Message, frozen=True):
    """A :class:`sync.wire.PushResult` whose head is such a row."""

    version_id: str
    outcome: str
    seq: int = 0
    reason: str = ""
    head: RawRow | None = None


class RawPushReply(Message, frozen=True):
    """A :class:`sync.wire.PushReply` of such results."""

    results: tuple[RawPushResult, ...]


class RawSegment(Message, frozen=True):
    """A :class:`sync.wire.Segment` of such rows."""

    rows: tuple[RawRow, ...]


class RawHistory(Message, frozen=True):
    """A :class:`sync.wire.HistoryReply` of such rows."""

    versions: tuple[RawRow, ...]


def split_version(version: Version) -> tuple[bytes, bytes]:
    """Return a version as its envelope, a whole message with ``null`` for a body, and the body's exact bytes."""
    return _encoder.encode(msgspec.structs.replace(version, body=NO_BODY)), version.body_bytes()


def join_version(envelope: bytes, body: bytes) -> msgspec.Raw:
    """Put together what :func:`split_version` took apart. The body is the last field of the message."""
    if not envelope.endswith(b'"body":' + _NULL_END):
        raise ValueError("not an envelope")
    return msgspec.Raw(envelope[: -len(_NULL_END)] + body + b"}")


def page_room(wanted: int) -> int:
    """How many bytes a packed page may have: what laptops are promised, or less where one asks for less (0: any)."""
    return min(MAX_PAGE_BYTES, wanted) if wanted > 0 else MAX_PAGE_BYTES


__all__ = [
    "MAX_RAW_BYTES",
    "RawHistory",
    "RawPage",
    "RawPushReply",
    "RawPushResult",
    "RawRow",
    "RawSegment",
    "join_version",
    "pack",
    "page_room",
    "split_version",
]
