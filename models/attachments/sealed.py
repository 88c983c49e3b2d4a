"""Files at rest: each encrypted in pieces under a key of its own, written whole or not at all, read only if sound."""

from __future__ import annotations

import hashlib
import hmac
import os
import struct
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from models.errors import Trouble
from models.store.blobs import PART
from models.store.engine import as_trouble

PIECE = 256 * 1024
"""Bytes in one piece: that of a part on its way, so that what comes is written as it comes."""
_MAGIC = b"HEARD-F1"
_HEADER = struct.Struct(">8s16sQ")  # magic, salt, plain size
_NONCE, _TAG = 12, 16
_SEALED = _NONCE + PIECE + _TAG
_FLAGS = getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0)


class Damaged(Exception):
    """A file is not as it was written: cut short, changed, swapped with another, or gone."""


def pieces_in(size: int) -> int:
    """How many pieces a file of ``size`` bytes has. One of no bytes has none."""
    return -(-size // PIECE)


class SealedFiles:
    """A folder of encrypted files. Their names and their content tell nothing without the vault's key.

    The name is a keyed hash of what it holds. Each file has a fresh salt and from it a key of its own; each piece a
    random nonce. Name, size and a piece's number are authenticated with it, so that a file cut short, put together
    otherwise or swapped with another is noticed. Use from any thread; two threads must not write the same name.
    """

    def __init__(self, folder: Path, vault_key: bytes) -> None:
        self.folder = folder
        self._key = _derive(vault_key, b"heard-files-1 content")
        self._name_key = _derive(vault_key, b"heard-files-1 names")

    def name_of(self, blob_id: str) -> str:
        """The name under which a file lies here."""
        return hmac.new(self._name_key, blob_id.encode(), hashlib.sha256).hexdigest()

    def has(self, name: str) -> bool:
        """Whether there is a file of that name; it may still turn out to be damaged."""
        return (self.folder / name).is_file()

    def write(self, name: str, data: bytes | bytearray) -> None:
        """Write a file whole and durably. Raises Trouble where the disk will not take it; nothing half done stays."""
        view = memoryview(data)
        self.begin(name, len(view))
        for number in range(pieces_in(len(view))):
            self._put(name, number, view[number * PIECE : (number + 1) * PIECE])
        self.finish(name)

    # ---- as it comes, piece by piece ----

    def begin(self, name: str, size: int) -> None:
        """Begin a file anew, with a salt of its own."""
        with _on_disk():
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(self._part(name), os.O_WRONLY | os.O_CREAT | os.O_TRUNC | _FLAGS, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(_HEADER.pack(_MAGIC, os.urandom(16), size))
                os.fsync(file.fileno())

    def add(self, name: str, number: int, data: bytes) -> None:
        """Write one more piece durably. Whatever lay behind the pieces before it is written over."""
        self._put(name, number, memoryview(data))
        with _on_disk(), open(self._part(name), "r+b") as file:
            os.fsync(file.fileno())

    def _put(self, name: str, number: int, data: memoryview) -> None:
        with _on_disk(), open(self._part(name), "r+b") as file:
            header = file.read(_HEADER.size)
            aead, _size = self._open(name, header)
            nonce = os.urandom(_NONCE)
            file.seek(_HEADER.size + number * _SEALED)
            file.write(nonce + aead.encrypt(nonce, data, _about(name, header, number)))
            file.truncate()

    def has_begun(self, name: str, size: int, pieces: int) -> bool:
        """Whether that many pieces of a file of this size have come and lie here sound."""
        try:
            with self._reading(name + PART) as file:
                header = file.read(_HEADER.size)
                aead, known = self._open(name, header)
                for number in range(pieces):
                    self._read_piece(file, aead, name, header, number)
        except Damaged:
            return False
        return known == size

    def finish(self, name: str) -> None:
        """Give the file its name, durably: from now on it is there, whole."""
        with _on_disk():
            with open(self._part(name), "r+b") as file:
                os.fsync(file.fileno())
            os.replace(self._part(name), self.folder / name)
            sync_folder(self.folder)

    def give_up(self, name: str) -> None:
        """Drop what has come so far."""
        remove(self.folder, [name + PART])

    # ---- reading ----

    def size(self, name: str) -> int:
        """How many bytes the file holds. Raises Damaged."""
        with self._reading(name) as file:
            return self._open(name, file.read(_HEADER.size))[1]

    def pieces(self, name: str, *, is_part: bool = False) -> Iterator[bytes]:
        """Read the file piece by piece, each checked before it is handed out. Raises Damaged."""
        with self._reading(name + PART if is_part else name) as file:
            header = file.read(_HEADER.size)
            aead, size = self._open(name, header)
            for number in range(pieces_in(size)):
                yield self._read_piece(file, aead, name, header, number)
            if file.read(1):
                raise Damaged(name)

    def piece(self, name: str, number: int) -> bytes:
        """Read one piece. Raises Damaged."""
        with self._reading(name) as file:
            header = file.read(_HEADER.size)
            aead, _size = self._open(name, header)
            return self._read_piece(file, aead, name, header, number)

    def read(self, name: str) -> bytes:
        """Read the file whole. Raises Damaged."""
        return b"".join(self.pieces(name))

    def digest(self, name: str, *, is_part: bool = False) -> str:
        """SHA-256 in hex of what the file holds. Raises Damaged."""
        sum_of = hashlib.sha256()
        for piece in self.pieces(name, is_part=is_part):
            sum_of.update(piece)
        return sum_of.hexdigest()

    @contextmanager
    def _reading(self, name: str) -> Iterator[BinaryIO]:
        try:
            with open(self.folder / name, "rb") as file:
                yield file
        except OSError as error:
            raise Damaged(name) from error

    def _open(self, name: str, header: bytes) -> tuple[AESGCM, int]:
        if len(header) != _HEADER.size:
            raise Damaged(name)
        magic, salt, size = _HEADER.unpack(header)
        if magic != _MAGIC:
            raise Damaged(name)
        return AESGCM(_derive(self._key, b"heard-file-1 " + name.encode(), salt)), int(size)

    def _read_piece(self, file: BinaryIO, aead: AESGCM, name: str, header: bytes, number: int) -> bytes:
        size = _HEADER.unpack(header)[2]
        length = min(PIECE, size - number * PIECE)
        if length <= 0:
            raise Damaged(name)
        file.seek(_HEADER.size + number * _SEALED)
        sealed = file.read(_NONCE + length + _TAG)
        try:
            return aead.decrypt(sealed[:_NONCE], sealed[_NONCE:], _about(name, header, number))
        except (InvalidTag, ValueError) as error:
            raise Damaged(name) from error

    def _part(self, name: str) -> Path:
        return self.folder / (name + PART)

    # ---- the folder ----

    def names(self) -> dict[str, float]:
        """What lies in the folder: each file's name and when it was last written to, in seconds since 1970."""
        if not self.folder.is_dir():
            return {}
        found = {}
        for path in self.folder.iterdir():
            with suppress(OSError):
                found[path.name] = path.stat().st_mtime
        return found


def remove(folder: Path, names: Iterable[str]) -> None:
    """Delete files durably; those that are not there are passed by. Raises Trouble where the disk refuses."""
    gone = False
    with _on_disk():
        for name in names:
            with suppress(FileNotFoundError):
                (folder / name).unlink()
                gone = True
        if gone:
            sync_folder(folder)


def sync_folder(folder: Path) -> None:
    """Make a folder's list of names durable, where the system must be asked."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _on_disk() -> Iterator[None]:
    """The one place where the disk's faults become the worker's words."""
    try:
        yield
    except OSError as error:
        raise as_trouble(error) or Trouble(
            "The file could not be kept on this laptop",
            f"Nothing that was saved before is lost. ({error.strerror})",
            "Try again. If this stays, ask your council’s IT to look at the disk.",
        ) from error


def _derive(key: bytes, about: bytes, salt: bytes | None = None) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=salt, info=about).derive(key)


def _about(name: str, header: bytes, number: int) -> bytes:
    return name.encode() + b"\n" + header + struct.pack(">Q", number)
