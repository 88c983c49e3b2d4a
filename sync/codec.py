"""Messages to bytes and back: JSON under zstd, with a limit that a compression bomb cannot pass."""

from __future__ import annotations

import threading
from typing import TypeVar

import msgspec
import zstandard

from sync.wire import MAX_MESSAGE_BYTES, Message

CONTENT_TYPE = "application/vnd.heard+zstd"
M = TypeVar("M", bound=Message)

_encoder = msgspec.json.Encoder()
_SMALL_BYTES = 64 * 1024
"""Of messages up to here, uncompressed, a thread keeps what it packs with: making that anew costs ten times as much as

packing does. For a larger one it would be megabytes, and is let go.
"""


class _Kept(threading.local):
    """What a thread packs and unpacks small messages with."""

    def __init__(self) -> None:
        self.packers: dict[int, zstandard.ZstdCompressor] = {}
        self.unpacker = _unpacker()


def _unpacker() -> zstandard.ZstdDecompressor:
    return zstandard.ZstdDecompressor(max_window_size=1 << 23)


_kept = _Kept()


class BadMessage(Exception):
    """The bytes are not a message of the expected kind: junk, truncated, too large or of another shape."""


def pack(message: Message, level: int = 3) -> bytes:
    """Encode and compress in one shot, so that the frame declares its size."""
    plain = _encoder.encode(message)
    packer = _kept.packers.get(level) if len(plain) <= _SMALL_BYTES else None
    if packer is None:
        packer = zstandard.ZstdCompressor(level=level)
        if len(plain) <= _SMALL_BYTES:
            _kept.packers[level] = packer
    return packer.compress(plain)


def unpack(kind: type[M], data: bytes, limit: int = MAX_MESSAGE_BYTES) -> M:
    """Decompress and decode. Raises BadMessage; never expands more than ``limit`` bytes.

    ``max_output_size`` is no limit for a frame that declares its size, so the declared size is asked
    first and a frame without one is refused. ``Version.body`` keeps its exact bytes.
    """
    try:
        declared = zstandard.frame_content_size(data)
        if not 0 <= declared <= limit:
            raise BadMessage("message too large or of undeclared size")
        unpacker = _kept.unpacker if declared <= _SMALL_BYTES else _unpacker()
        plain = unpacker.decompress(data, allow_extra_data=False)
        return msgspec.json.decode(plain, type=kind)
    except (zstandard.ZstdError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BadMessage(str(error)) from error
