"""Ready-made pieces of a scope for a first pull or a new grant: newest first, in any order, resumable."""

from __future__ import annotations

from sync.wire.core import Message, Reply
from sync.wire.pulling import PulledRow


class SegmentsRequest(Message, frozen=True, kw_only=True):
    """Which scopes a laptop must fill."""

    scopes: tuple[str, ...]


class SegmentRef(Reply, frozen=True, kw_only=True):
    """One segment to fetch: heads of one scope and audience. ``size`` in bytes as it lies ready, ``sha256`` in hex.

    It never changes under its id; one that may not be handed out any more is gone (404), and the list is asked anew.
    """

    segment_id: str
    scope_id: str
    audience: str
    first_seq: int
    last_seq: int
    rows: int
    size: int
    sha256: str


class SegmentsReply(Reply, frozen=True, kw_only=True):
    """The segments, in the order to fetch them, and what they cover together: scope to audience to seq.

    A head of a covered scope and audience at or below that seq is in one of them; every other head comes with pages.
    """

    segments: tuple[SegmentRef, ...]
    covered: dict[str, dict[str, int]]


class Segment(Reply, frozen=True, kw_only=True):
    """What a segment unpacks to."""

    rows: tuple[PulledRow, ...]
