"""Files outside the encrypted store: written whole or not at all, and readable by this worker alone."""

from __future__ import annotations

import contextlib
import errno
import os
import time
from pathlib import Path

from desktop.platform import current
from desktop.platform.interface import Platform
from models.errors import StoreFull, Trouble

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_STALE_SECONDS = 60.0


def write_whole(path: Path, data: bytes, platform: Platform | None = None) -> None:
    """Replace ``path`` by ``data`` so that a crash or power cut leaves the old file or the new one, never a mixture.

    Raises StoreFull when there is no room, Trouble for anything else the disk refuses; the old file then stands.
    """
    platform = platform or current()
    fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        _write_and_flush(fresh, data, platform)
        os.replace(fresh, path)
        platform.sync_folder(path.parent)
    except OSError as error:
        with contextlib.suppress(OSError):
            fresh.unlink()
        raise explain(error, path) from error
    _sweep_left_overs(path)


def keep_aside(path: Path) -> Path:
    """Rename a damaged file to ``NAME.damaged-N`` so that nothing is thrown away. Raises OSError."""
    number = 1
    while (aside := path.with_name(f"{path.name}.damaged-{number}")).exists():
        number += 1
    os.replace(path, aside)
    return aside


def explain(error: OSError, path: Path) -> Trouble:
    """Turn what the disk said into the worker's words."""
    if error.errno in _NO_ROOM:
        return StoreFull(
            "This laptop's disk is full",
            "What was saved before is safe. Heard could not write anything new.",
            "Make some room on the disk, then try again.",
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return Trouble(
            "Heard may not write to its folder",
            f"The folder {path.parent} is read only or belongs to someone else. Nothing has been changed.",
            "Ask your IT team to give you this folder back, then try again.",
        )
    return Trouble(
        "This laptop's disk did not answer as it should",
        f"Heard could not read or write {path.name} ({errno.errorcode.get(error.errno or 0, 'unknown')}). "
        "What was saved before has not been touched.",
        "Try again. If it happens a second time, tell your IT team before you restart the laptop.",
    )


def _write_and_flush(path: Path, data: bytes, platform: Platform) -> None:
    descriptor = platform.open_private(path)
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(descriptor, view) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sweep_left_overs(path: Path) -> None:
    """Remove the half-written copies that a killed process left; younger ones may be another process at work."""
    for left in path.parent.glob(f"{path.name}.*.new"):
        with contextlib.suppress(OSError):
            if time.time() - left.stat().st_mtime > _STALE_SECONDS:
                left.unlink()
