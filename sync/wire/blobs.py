"""Photos, sound, clips and scanned pages on their way: offered, carried in parts, after all text."""

from __future__ import annotations

from sync.wire.core import Message, Reply

BLOB_PART_BYTES = 256 * 1024
MAX_BLOB_BYTES = 64 * 1024 * 1024


class BlobOffer(Message, frozen=True, kw_only=True):
    """A blob of a record this laptop has sent before. ``blob_id`` is the SHA-256 of its content, in hex."""

    blob_id: str
    record_id: str
    size: int
    media_type: str


class BlobState(Reply, frozen=True, kw_only=True):
    """How much of a blob the server has: part numbers from 0, each BLOB_PART_BYTES but the last."""

    blob_id: str
    size: int
    media_type: str
    have: tuple[int, ...]
    is_whole: bool
