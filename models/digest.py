"""One number for a set of heads, the same on laptop and server however it came about; pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

_WHOLE = 1 << 64


def of_head(record_id: str, version_id: str) -> int:
    """What one record and its head add to the digest of their scope: 64 bits."""
    return int.from_bytes(hashlib.sha256(f"{record_id}\n{version_id}".encode()).digest()[:8], "big")


def total(parts: Iterable[int]) -> int:
    """Add up. The order does not matter, and what is added can be taken away again (as a negative part)."""
    return sum(parts) % _WHOLE


def to_hex(value: int) -> str:
    """A digest as it travels."""
    return f"{value % _WHOLE:016x}"


def to_signed(value: int) -> int:
    """A digest as a database's 63 bits and sign hold it; any multiple of 2^64 away is the same digest."""
    value %= _WHOLE
    return value - _WHOLE if value >= _WHOLE // 2 else value
