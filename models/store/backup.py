"""Encrypted copies of the vault: made by the SQLite backup interface, checked when written, seven kept."""

from __future__ import annotations

import os
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from models.errors import StoreDamaged, Trouble
from models.store.engine import Cipher, connect

KEPT = 7


def back_up(cipher: Cipher, path: Path, folder: Path, why: str, now: datetime | None = None) -> Path:
    """Copy the vault under its own key and return the copy. Raises StoreDamaged if the copy does not check out.

    The copy appears under its name only once it is whole; an interrupted one leaves a ``.part`` that the next removes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for stale in folder.glob("*.part"):
        stale.unlink()
    stamp = (now or datetime.now(UTC)).strftime("%Y%m%dT%H%M%S%f")
    target = folder / f"heard-{stamp}-{why}.db"
    part = target.with_suffix(".part")
    with closing(connect(cipher, path, is_writer=False)) as source, closing(cipher.open(part)) as copy:
        source.backup(copy)
        if not is_sound(copy):
            raise StoreDamaged("The copy of your vault did not check out", "The vault itself has not been changed.")
    os.replace(part, target)
    for old in backups(folder)[KEPT:]:
        old.unlink()
    return target


def backups(folder: Path) -> list[Path]:
    """The copies there are, newest first."""
    return sorted(folder.glob("heard-*.db"), reverse=True)


def is_sound(connection: object) -> bool:
    """Check every page's HMAC and every b-tree of an open connection. False for any damage."""
    try:
        bad_pages = connection.execute("PRAGMA cipher_integrity_check").fetchall()  # type: ignore[attr-defined]
        trees = connection.execute("PRAGMA integrity_check").fetchall()  # type: ignore[attr-defined]
    except Exception:  # noqa: BLE001 - damage shows as DatabaseError, OperationalError or MemoryError, by build
        return False
    return not bad_pages and [str(row[0]) for row in trees] == ["ok"]


def restore_newest(cipher: Cipher, path: Path, folder: Path) -> Path:
    """Put the newest sound copy in the damaged vault's place and keep the damaged file aside. Returns the copy used.

    The caller opens a new device epoch, for the copy may lack op numbers that were already used. Raises Trouble
    when no copy is sound; then nothing has been changed.
    """
    for copy in backups(folder):
        with closing(cipher.open(copy)) as connection:
            if not is_sound(connection):
                continue
        aside = path.with_name(f"damaged-{datetime.now(UTC):%Y%m%dT%H%M%S}.db")
        for suffix in ("", "-wal", "-shm"):
            part = path.with_name(path.name + suffix)
            if part.exists():
                os.replace(part, aside.with_name(aside.name + suffix))
        with closing(cipher.open(copy)) as source, closing(cipher.open(path)) as target:
            source.backup(target)
        return copy
    raise Trouble(
        "There is no good copy of this vault on the laptop",
        "Everything that was sent is safe on the council’s server. The damaged file has been left as it is.",
        "Ask your council’s IT to join this laptop again.",
    )
