"""Writing a file that leaves the vault: whole or not at all, for its owner alone; its troubles in plain words."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path

from models.errors import Trouble

FLAGS = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0)
NOT_WRITTEN = "The file could not be written there"
_FULL = (errno.ENOSPC, errno.EDQUOT)


def write_whole(content: bytes, path: Path) -> Path:
    """Write a file beside its place and then move it there, so that nothing half done ever lies there.

    Raises Trouble where the place cannot be written to or the disk is full.
    """
    draft = path.with_name(f".{path.name}.part")
    try:
        with open(os.open(draft, FLAGS, 0o600), "wb") as file:
            file.write(content)
        os.replace(draft, path)
    except OSError as error:
        with suppress(OSError):
            draft.unlink()
        raise not_written(error) from error
    return path


def not_written(error: OSError) -> Trouble:
    """What to tell of a place that could not be written to."""
    if error.errno in _FULL:
        return Trouble(NOT_WRITTEN, "The disk is full. Nothing is lost in Heard.", "Make room, or try another place.")
    return Trouble(NOT_WRITTEN, f"Nothing is lost in Heard. ({error.strerror})", "Try another place.")
