"""Looks for planted words where a vault's key could find them: every page decrypted, free ones and the journal's."""

from __future__ import annotations

import random
from collections.abc import Iterable
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

PAGE, RESERVED, IV, SALT = 4096, 80, 16, 16
WAL_HEADER, FRAME_HEADER = 32, 24


def pages_of(path: Path, key: bytes) -> bytes:
    """Every page of a SQLCipher 4 file in the clear, whether SQLite still reads it or not."""
    raw = path.read_bytes()
    return b"".join(_plain(raw[at : at + PAGE], key, is_first=at == 0) for at in range(0, len(raw), PAGE))


def journal_of(path: Path, key: bytes) -> bytes:
    """Every frame of the write-ahead log in the clear, also those already copied into the file."""
    raw, found = path.read_bytes(), []
    for at in range(WAL_HEADER, len(raw) - FRAME_HEADER, FRAME_HEADER + PAGE):
        number = int.from_bytes(raw[at : at + 4], "big")
        page = raw[at + FRAME_HEADER : at + FRAME_HEADER + PAGE]
        found.append(_plain(page, key, is_first=number == 1))
    return b"".join(found)


def _plain(page: bytes, key: bytes, *, is_first: bool) -> bytes:
    end = PAGE - RESERVED
    decryptor = Cipher(algorithms.AES(key), modes.CBC(page[end : end + IV])).decryptor()
    return decryptor.update(page[SALT if is_first else 0 : end]) + decryptor.finalize()


LETTERS = "bcdfghjklmnpqrstvwxz"


def new_tokens(count: int) -> list[str]:
    """Words of 24 letters that nobody ever typed. Their tails are looked for: an index cuts the head they share."""
    chance = random.Random(7)
    return ["".join(chance.choices(LETTERS, k=24)) for _ in range(count)]


def tails(tokens: Iterable[str]) -> dict[str, bytes]:
    return {token: token[8:].encode() for token in tokens}


def seen_in(data: bytes, tokens: Iterable[str]) -> set[str]:
    return {token for token, tail in tails(tokens).items() if tail in data}


def look(folder: Path, key: bytes, tokens: Iterable[str]) -> dict[str, set[str]]:
    """Look for tokens in every place of a vault's folder, decrypted."""
    found: dict[str, set[str]] = {}
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        name = str(path.relative_to(folder))
        if path.stat().st_size and (name == "vault.db" or name.startswith("backups")):
            data = pages_of(path, key)
        else:
            data = journal_of(path, key) if name.endswith("-wal") else path.read_bytes()
        if tokens_here := seen_in(data, tokens):
            found[name] = tokens_here
    return found
