"""What every message is, how large it may be, and how a request that fails is answered."""

from __future__ import annotations

import msgspec

WIRE_VERSION = 1

MAX_BATCH_VERSIONS = 500
MAX_BATCH_BYTES = 256 * 1024
"""Compressed bytes of one push."""
MAX_PAGE_ROWS = 1000
MAX_PAGE_BYTES = 512 * 1024
"""Compressed bytes of one pull page."""
MAX_BODY_BYTES = 512 * 1024
"""One record's body, uncompressed."""
MAX_MESSAGE_BYTES = 16 * 1024 * 1024
"""Any message, once unpacked: the bomb limit."""


class Message(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every message is: immutable, named fields, nothing unknown accepted."""


class ErrorReply(Message, frozen=True, kw_only=True):
    """Why a request failed: ``code`` for programs, ``message`` in plain English for people."""

    code: str
    message: str
