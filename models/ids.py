"""The only source of new ids: UUIDv7 text, made on the laptop, so a repeated delivery is recognised."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable


def new_uuid7(milliseconds: int, random_bytes: bytes) -> str:
    """Build a UUIDv7 (RFC 9562) from Unix milliseconds and 10 random bytes."""
    value = (milliseconds & ((1 << 48) - 1)) << 80
    value |= int.from_bytes(random_bytes[:10], "big")
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


class Ids:
    """Makes ids. Tests pass ``make`` to get repeatable ones. The time inside an id is never trusted."""

    def __init__(self, make: Callable[[], str] | None = None) -> None:
        self._make = make or (lambda: new_uuid7(time.time_ns() // 1_000_000, os.urandom(10)))

    def new(self) -> str:
        """Return a new id, unique across all laptops."""
        return self._make()


def is_id(text: str) -> bool:
    """Say whether ``text`` is a canonical UUID, the only form ids travel in."""
    return _CANONICAL.fullmatch(text) is not None


_CANONICAL = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
