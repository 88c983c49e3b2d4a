"""Lists as PostgreSQL takes them, packed here: psycopg works out anew for each list and each item how to.

The form is the wire's binary one for arrays of one
dimension (PostgreSQL: ``array_recv`` in ``src/backend/utils/adt/arrayfuncs.c``): dimensions, whether there are nulls,
the kind of an item, how many, the lowest index, and each item behind its length.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from typing import Any

_HEAD, _LENGTH, _NUMBER = struct.Struct("!iiIii"), struct.Struct("!i"), struct.Struct("!q")
_NULL = _LENGTH.pack(-1)

_KINDS: dict[str, tuple[int, Callable[[Any], bytes]]] = {
    "text": (25, str.encode),
    "bigint": (20, _NUMBER.pack),
    "bytea": (17, bytes),
    "boolean": (16, lambda one: b"\x01" if one else b"\x00"),
}
"""By a column's kind: the number PostgreSQL has for an item, and how it is packed."""


def pack(kind: str, items: Sequence[Any]) -> bytes:
    """Pack a list of one kind: text, bigint, bytea or boolean. None stands for null."""
    item_kind, encode = _KINDS[kind]
    parts = [b""]
    for item in items:
        if item is None:
            parts.append(_NULL)
        else:
            data = encode(item)
            parts += (_LENGTH.pack(len(data)), data)
    parts[0] = _HEAD.pack(int(bool(items)), int(None in items), item_kind, len(items), 1)
    return b"".join(parts) if items else parts[0][:12]


def pack_alike(items: Sequence[Any]) -> bytes:
    """Pack a list of texts or of whole numbers, whichever it holds."""
    return pack("bigint" if items and isinstance(items[0], int) else "text", items)
