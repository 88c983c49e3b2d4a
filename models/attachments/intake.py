"""Taking a file in: what it is by its bytes, within bounds, freed of what it should not tell, ready to be kept."""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from models.attachments.kinds import (
    CLIP,
    MOST_BYTES,
    MOST_CLIP_SECONDS,
    NOTHING_CHANGED,
    PAGES,
    PICTURE,
    SOUND,
    FileKind,
    checked_kind,
)
from models.attachments.pictures import redraw, small_of
from models.attachments.scrubbing import scrub, seconds_of
from models.errors import Trouble

_GUESSES = {PICTURE: "photo", SOUND: "sound", CLIP: "clip", PAGES: "page"}
_START = 64


@dataclass(frozen=True, slots=True)
class Taken:
    """A file that may be kept. ``kind`` is a first guess at what it is; ``width`` and ``height`` are 0 for no picture.

    ``small`` is its small picture, empty where there is none. Nothing of the name it had is in it.
    """

    content: bytes | bytearray
    media_type: str
    kind: str
    blob_id: str
    width: int = 0
    height: int = 0
    small: bytes = b""


def take_file(path: Path) -> Taken:
    """Take a file in. Raises Trouble, with nothing kept, for one that is not there, not a file, or not allowed.

    May take a second for a large photo: call it beside the screen.
    """
    return take_in(_read(path))


def take_back(path: Path, blob_id: str) -> Taken:
    """Take in a file as it is that Heard kept before, judged as strictly. Raises Trouble if its hash is another."""
    data = _read(path)
    kind = checked_kind(bytes(data[:_START]), len(data))
    if hashlib.sha256(data).hexdigest() != blob_id:
        raise Trouble("That file is not what it was", NOTHING_CHANGED, "Export it again.")
    small = small_of(bytes(data), kind) if kind.what == PICTURE else b""
    return Taken(data, kind.media_type, _GUESSES[kind.what], blob_id, small=small)


def _read(path: Path) -> bytearray:
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(handle, "rb") as file:
            facts = os.fstat(file.fileno())
            if not stat.S_ISREG(facts.st_mode):
                raise Trouble("That is not a file", NOTHING_CHANGED, "Choose a photo, a sound, a film or a PDF.")
            start = file.read(_START)
            checked_kind(start, facts.st_size)
            # It may grow while it is read: what counts is what came.
            return bytearray(start + file.read(MOST_BYTES + 1 - len(start)))
    except (OSError, ValueError) as error:
        raise Trouble("That file could not be opened", NOTHING_CHANGED, "Look where it is, and try again.") from error


def take_in(data: bytes | bytearray) -> Taken:
    """Take a file's bytes in, as from the clipboard. Raises Trouble for what is not allowed."""
    kind = checked_kind(bytes(data[:_START]), len(data))
    if kind.what == PICTURE:
        drawn = redraw(bytes(data), kind)
        return Taken(
            drawn.content,
            drawn.media_type,
            _GUESSES[kind.what],
            hashlib.sha256(drawn.content).hexdigest(),
            drawn.width,
            drawn.height,
            drawn.small,
        )
    return _take_as_it_is(bytearray(data) if isinstance(data, bytes) else data, kind)


def _take_as_it_is(data: bytearray, kind: FileKind) -> Taken:
    seconds = seconds_of(data, kind) if kind.what == CLIP else None
    if seconds is not None and seconds > MOST_CLIP_SECONDS:
        raise Trouble(
            "That film is too long",
            f"It lasts {seconds / 60:.0f} minutes, and Heard can keep {MOST_CLIP_SECONDS // 60}. {NOTHING_CHANGED}",
            "Cut out the part that matters, then add it again.",
        )
    plain = scrub(data, kind)
    if not plain:
        raise Trouble("That file is empty", NOTHING_CHANGED, "Choose another one.")
    return Taken(plain, kind.media_type, _GUESSES[kind.what], hashlib.sha256(plain).hexdigest())
