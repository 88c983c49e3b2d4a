"""Lists as PostgreSQL takes them, packed here: psycopg works out anew for each list and each item how to.

That was more than a quarter of what a push takes of the server. The form is the wire's binary one for arrays of one
dimension (PostgreSQL: ``array_recv`` in ``src/backend/utils/adt/arrayfuncs.c``): dimensions, whether there are nulls,
the kind of an item, how many, the lowest index, and each item behind its length.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from typing import Any

import psycopg
from psycopg.types.string import BytesBinaryDumper

_HEAD, _LENGTH, _NUMBER = struct.Struct("!iiIii"), struct.Struct("!i"), struct.Struct("!q")
_NULL = _LENGTH.pack(-1)


class _Texts(bytes):
    """An array of texts, packed."""


class _Numbers(bytes):
    """An array of whole numbers of eight bytes, packed."""


class _Blobs(bytes):
    """An array of bytes, packed."""


class _Flags(bytes):
    """An array of yes and no, packed."""


_KINDS: dict[str, tuple[type[bytes], int, int, Callable[[Any], bytes]]] = {
    "text": (_Texts, 25, 1009, str.encode),
    "bigint": (_Numbers, 20, 1016, _NUMBER.pack),
    "bytea": (_Blobs, 17, 1001, bytes),
    "boolean": (_Flags, 16, 1000, lambda one: b"\x01" if one else b"\x00"),
}
"""By a column's kind: what it is packed as, the numbers PostgreSQL has for an item and for the array, and how."""


def pack(kind: str, items: Sequence[Any]) -> bytes:
    """Pack a list of one kind: text, bigint, bytea or boolean. None stands for null."""
    packed, item_kind, _, encode = _KINDS[kind]
    parts = [b""]
    for item in items:
        if item is None:
            parts.append(_NULL)
        else:
            data = encode(item)
            parts += (_LENGTH.pack(len(data)), data)
    parts[0] = _HEAD.pack(int(bool(items)), int(None in items), item_kind, len(items), 1)
    return packed(b"".join(parts) if items else parts[0][:12])


def pack_alike(items: Sequence[Any]) -> bytes:
    """Pack a list of texts or of whole numbers, whichever it holds."""
    return pack("bigint" if items and isinstance(items[0], int) else "text", items)


def teach(driver: psycopg.Connection[Any]) -> None:
    """Let a connection send what is packed here as it is."""
    for packed, dumper in _DUMPERS:
        driver.adapters.register_dumper(packed, dumper)


_DUMPERS = [
    (packed, type(f"{packed.__name__}Dumper", (BytesBinaryDumper,), {"oid": array_kind}))
    for packed, _, array_kind, _ in _KINDS.values()
]
