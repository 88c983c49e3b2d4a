"""Anonymous answers: a path of their own, with nothing in it that could join an answer to a person or a laptop.

One answer is one request of always the same length: plain JSON with spaces behind it, uncompressed, so that its size
says nothing. It carries no token and no cookie, comes on a connection of its own, and is answered alike for all.
"""

from __future__ import annotations

import hashlib
import hmac

import msgspec

from sync.wire.core import Message

DROP_BYTES = 16 * 1024
"""The length of every request."""
DROP_TYPE = "application/json"

_encoder = msgspec.json.Encoder(order="deterministic")


class DropRequest(Message, frozen=True, kw_only=True):
    """One answer. ``answer_id`` is 128 random bits in hex, ``day`` an ISO date and never a time; no token goes with it.

    ``answers`` has the questions' own words as names. ``proof`` shows knowledge of the campaign's key, which every
    laptop of the council has, and of nothing else: see :func:`drop_proof`.
    """

    campaign_id: str
    answer_id: str
    day: str
    answers: dict[str, str]
    proof: bytes


def drop_proof(key: bytes, campaign_id: str, answer_id: str, day: str, answers: dict[str, str]) -> bytes:
    """HMAC-SHA256 with the campaign's key over b"heard-drop-1" and a JSON list of the four, keys sorted."""
    said = b"heard-drop-1\n" + _encoder.encode([campaign_id, answer_id, day, answers])
    return hmac.digest(key, said, hashlib.sha256)


def pack_drop(request: DropRequest) -> bytes:
    """Write a request in DROP_BYTES. Raises ValueError for one that is too long."""
    text = _encoder.encode(request)
    if len(text) > DROP_BYTES:
        raise ValueError("an answer too long to send")
    return text.ljust(DROP_BYTES)


def unpack_drop(data: bytes) -> DropRequest:
    """Read a request. Raises ValueError for anything that is not one, of exactly that length."""
    if len(data) != DROP_BYTES:
        raise ValueError("not the length of an answer")
    try:
        return msgspec.json.decode(data, type=DropRequest)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError("not an answer") from error
