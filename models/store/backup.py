"""Encrypted copies of the vault: made by the SQLite backup interface, checked when written, seven kept."""

from __future__ import annotations

import os
import re
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from models.errors import StoreDamaged, Trouble
from models.store.engine import Cipher, as_trouble, connect

KEPT = 7
_NAME = re.compile(r"heard-(\d{8})-.*\.db")


def back_up(cipher: Cipher, path: Path, folder: Path, why: str, now: datetime | None = None) -> Path:
    """Copy the vault under its own key and return the copy. Raises Trouble, with nothing left behind, if it cannot:
    StoreDamaged if vault or copy did not check out, StoreFull if there was no room.

    The copy appears under its name only once it is whole and has been read back.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _clear(folder, "*.part*")
        return _back_up(cipher, path, folder, why, now or datetime.now(UTC))
    except Exception as error:
        with suppress(OSError):
            _clear(folder, "*.part*")
        trouble = as_trouble(error)
        if trouble is None or trouble is error:
            raise
        raise trouble from error


def _back_up(cipher: Cipher, path: Path, folder: Path, why: str, now: datetime) -> Path:
    # Numbered, so that a laptop whose clock was wrong still knows which copy is the newest.
    number = 1 + max((_number(copy) for copy in backups(folder)), default=0)
    target = folder / f"heard-{number:08d}-{now:%Y%m%dT%H%M%S}-{why}.db"
    part = target.with_suffix(".part")
    with closing(connect(cipher, path, is_writer=False)) as source, closing(cipher.open(part)) as copy:
        source.backup(copy)
    with closing(cipher.open(part)) as copy:
        if not is_sound(copy):
            raise StoreDamaged("The copy of your vault did not check out", "The vault itself has not been changed.")
    os.replace(part, target)
    for old in backups(folder)[KEPT:]:
        old.unlink()
    return target


def backups(folder: Path) -> list[Path]:
    """The copies there are, newest first."""
    found = [path for path in folder.glob("heard-*.db") if _NAME.fullmatch(path.name)]
    return sorted(found, key=_number, reverse=True)


def _number(copy: Path) -> int:
    match = _NAME.fullmatch(copy.name)
    assert match is not None
    return int(match[1])


def _clear(folder: Path, pattern: str) -> None:
    for stale in folder.glob(pattern):
        stale.unlink()


def is_sound(connection: Any) -> bool:
    """Check every page's HMAC and every b-tree of an open connection. False for any damage."""
    try:
        bad_pages = connection.execute("PRAGMA cipher_integrity_check").fetchall()
        trees = connection.execute("PRAGMA integrity_check").fetchall()
    except Exception:  # noqa: BLE001 - damage shows as DatabaseError, OperationalError or MemoryError, by build
        return False
    return not bad_pages and [str(row[0]) for row in trees] == ["ok"]


def restore_newest(cipher: Cipher, path: Path, folder: Path) -> Path:
    """Put the newest sound copy in the damaged vault's place and keep the damaged file aside. Returns the copy used.

    The caller opens a new device epoch, for the copy may lack op numbers that were already used. Raises Trouble
    when no copy is sound; then nothing has been changed. A vault is in its place at every moment in between.
    """
    for copy in backups(folder):
        with closing(cipher.open(copy)) as connection:
            if not is_sound(connection):
                continue
        _clear(path.parent, path.name + ".part*")
        fresh = path.with_name(path.name + ".part")
        with closing(cipher.open(copy)) as source, closing(cipher.open(fresh)) as target:
            source.backup(target)
        _put_aside(path)
        os.replace(fresh, path)
        return copy
    raise Trouble(
        "There is no good copy of this vault on the laptop",
        "Everything that was sent is safe on the council’s server. The damaged file has been left as it is.",
        "Ask your council’s IT to join this laptop again.",
    )


def _put_aside(path: Path) -> None:
    """Keep the damaged file under another name. Its journal must go with it, or it would be played into the copy."""
    number = 1
    while (aside := path.with_name(f"damaged-{number}.db")).exists():
        number += 1
    if path.exists():
        try:
            os.link(path, aside)
        except OSError:  # a disk without links: for a moment the vault is only there under its other name
            os.replace(path, aside)
    for suffix in ("-wal", "-shm"):
        part = path.with_name(path.name + suffix)
        if part.exists():
            os.replace(part, aside.with_name(aside.name + suffix))
