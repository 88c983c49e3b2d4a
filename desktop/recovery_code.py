"""The recovery code: 128 random bits as letters a person can write down, with two that notice a slip of the pen."""

from __future__ import annotations

import os
import unicodedata

from models.errors import Trouble

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O or U, so that nothing written by hand is read as something else."""

CODE_BYTES = 16
_DATA_LETTERS = 26
_LETTERS = _DATA_LETTERS + 2
_GROUP = 4
_LOOKS_LIKE = str.maketrans({"O": "0", "I": "1", "L": "1"})
_PRIMITIVE = 0b100101  # x^5 + x^2 + 1 makes the 32 letters a field; two check letters then notice any two slips


def new_code() -> str:
    """Make a new recovery code, grouped for reading: seven groups of four letters."""
    return show_code(os.urandom(CODE_BYTES))


def show_code(secret: bytes) -> str:
    """Write 16 bytes as a grouped code with its two check letters."""
    value = int.from_bytes(secret, "big") << 2
    data = [value >> 5 * place & 31 for place in reversed(range(_DATA_LETTERS))]
    letters = "".join(ALPHABET[number] for number in data + _check_letters(data))
    return "-".join(letters[start : start + _GROUP] for start in range(0, _LETTERS, _GROUP))


def read_code(typed: str) -> bytes:
    """Read a code as typed: any case, spaces or dashes anywhere, O for 0, I or L for 1. Raises Trouble for a slip."""
    plain = unicodedata.normalize("NFKC", typed).upper().translate(_LOOKS_LIKE)
    letters = "".join(mark for mark in plain if not (mark.isspace() or unicodedata.category(mark) in ("Pd", "Cf")))
    strange = next((mark for mark in letters if mark not in ALPHABET), None)
    if strange is not None:
        raise Trouble(
            "That is not quite the recovery code",
            f"A recovery code never has “{strange}” in it. Nothing has been changed.",
            "Look at the letter again and type it once more.",
        )
    if len(letters) != _LETTERS:
        raise Trouble(
            "That is not quite the recovery code",
            f"It has {_LETTERS} letters and numbers; {len(letters)} were typed. Nothing has been changed.",
            "Check that none is missing and none is there twice.",
        )
    numbers = [ALPHABET.index(mark) for mark in letters]
    data = numbers[:_DATA_LETTERS]
    value = 0
    for number in data:
        value = value << 5 | number
    if numbers[_DATA_LETTERS:] != _check_letters(data) or value & 3:
        raise Trouble(
            "That is not quite the recovery code",
            "One or more of the letters differs from the code that was made. Nothing has been changed.",
            "Compare it with what you wrote down, one group at a time.",
        )
    return (value >> 2).to_bytes(CODE_BYTES, "big")


def _check_letters(data: list[int]) -> list[int]:
    """The remainder of a Reed-Solomon code over 32 letters: any two wrong or swapped letters are noticed."""
    first = second = 0
    for number in data:
        carry = number ^ first
        # The generator is (x + 2)(x + 4) = x^2 + 6x + 8 in this field.
        first, second = second ^ _times(carry, 6), _times(carry, 8)
    return [first, second]


def _times(left: int, right: int) -> int:
    product = 0
    while right:
        if right & 1:
            product ^= left
        left <<= 1
        if left & 32:
            left ^= _PRIMITIVE
        right >>= 1
    return product
