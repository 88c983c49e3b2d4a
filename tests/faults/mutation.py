"""Messages made from their own types, and then spoilt: in their values, their JSON, their frame and their length."""

from __future__ import annotations

import json
import random
from typing import Any

import msgspec
import zstandard
from msgspec import inspect

DEEP = 5000
NUMBERS = (-1, 0, 1, 2**31, 2**53, 2**63 - 1, 2**63, 2**64, -(2**63) - 1, 10**400, 1.5, -0.0, 1e308)
TEXTS = (
    "",
    " ",
    "\ud800",
    "\udfff x",
    "\x00",
    "x" * 70_000,
    "'; DROP TABLE record; --",
    "../../etc/passwd",
    "\u202e",
    "𝕏" * 50,
)
"""Lone surrogates, a zero, too long, what other languages read as their own, and a turn of direction."""


class Maker:
    """Makes plausible JSON for a message type. ``pool`` holds texts that mean something: ids, names, scopes."""

    def __init__(self, chance: random.Random, pool: list[str]) -> None:
        self.chance, self.pool = chance, pool

    def make(self, kind: type[Any]) -> Any:
        """JSON that decodes as ``kind``, more often than not."""
        return self._value(inspect.type_info(kind))

    def _value(self, about: Any) -> Any:
        chance = self.chance
        match about:
            case inspect.StructType():
                return {
                    one.encode_name: self._value(one.type)
                    for one in about.fields
                    if one.required or chance.random() < 0.7
                }
            case inspect.DictType():
                return {self._text(): self._value(about.value_type) for _ in range(chance.randrange(3))}
            case inspect.VarTupleType() | inspect.ListType():
                return [self._value(about.item_type) for _ in range(chance.randrange(3))]
            case inspect.UnionType():
                known = [one for one in about.types if not isinstance(one, inspect.CustomType)]
                return self._value(chance.choice(known))
            case inspect.IntType():
                return chance.choice((0, 1, chance.randrange(100), chance.randrange(2**40)))
            case inspect.FloatType():
                return chance.random()
            case inspect.BoolType():
                return chance.random() < 0.5
            case inspect.StrType():
                return self._text()
            case inspect.BytesType():
                return chance.choice(("", "AAAA", "c2lnbmF0dXJl" * 8, "not base64!"))
            case inspect.NoneType():
                return None
        return chance.choice(({}, {"what_happened": "We walked."}, [], None, 1, "x"))

    def _text(self) -> str:
        return self.chance.choice(self.pool) if self.chance.random() < 0.8 else self.chance.choice(TEXTS)


def spoil(thing: Any, chance: random.Random) -> Any:
    """Change one place of some JSON, at any depth, or leave it."""
    inside = list(thing) if isinstance(thing, dict) else list(range(len(thing))) if isinstance(thing, list) else []
    if inside and chance.random() < 0.8:
        at = chance.choice(inside)
        copy = dict(thing) if isinstance(thing, dict) else list(thing)
        if chance.random() < 0.1:
            del copy[at]
        elif chance.random() < 0.1 and isinstance(copy, dict):
            copy["no_such_field"] = copy[at]
        else:
            copy[at] = spoil(thing[at], chance)
        return copy
    return chance.choice(
        (None, True, {}, [], [[]], {"": None}, chance.choice(NUMBERS), chance.choice(TEXTS), [thing] * 3, thing)
    )


def to_json(thing: Any, chance: random.Random) -> bytes:
    """Write JSON, now and then nested out of all reason, and with what is no UTF-8."""
    text = json.dumps(thing, ensure_ascii=chance.random() < 0.5, allow_nan=True)
    if chance.random() < 0.03:
        text = text.replace("{}", "[" * DEEP + "]" * DEEP, 1)
    data = text.encode("utf-8", "surrogatepass")
    return data.replace(b"e", b"\xff", 1) if chance.random() < 0.02 else data


def to_frame(plain: bytes, chance: random.Random) -> bytes:
    """Pack, and more often than not spoil the frame."""
    sound = zstandard.ZstdCompressor(level=1).compress(plain)
    match chance.randrange(12):
        case 0:
            return sound[: chance.randrange(len(sound))]
        case 1:
            return sound + chance.choice((b"\0", sound, chance.randbytes(9)))
        case 2:
            stream = zstandard.ZstdCompressor().compressobj()
            return stream.compress(plain) + stream.flush()
        case 3:
            spoilt = bytearray(sound)
            for _ in range(chance.randrange(1, 4)):
                spoilt[chance.randrange(len(spoilt))] ^= 1 << chance.randrange(8)
            return bytes(spoilt)
        case 4:
            return chance.choice(
                (b"", plain, chance.randbytes(60), b"\x28\xb5\x2f\xfd", _SKIPPABLE + sound, BOMB, SLY_BOMB)
            )
    return sound


_SKIPPABLE = b"\x50\x2a\x4d\x18\x04\x00\x00\x00abcd"
BOMB = zstandard.ZstdCompressor(level=1).compress(bytes(64 * 1024 * 1024))
"""64 MB, and says so."""
_stream = zstandard.ZstdCompressor(level=1).compressobj()
SLY_BOMB = b"".join(_stream.compress(bytes(1024 * 1024)) for _ in range(64)) + _stream.flush()
"""64 MB, and does not say so."""


def read_any(data: bytes) -> Any:
    """Read a packed message as plain JSON values, to spoil it."""
    return msgspec.json.decode(zstandard.ZstdDecompressor().decompress(data))
