"""Empties a laptop that the council has closed: by the note alone, in a process that holds no key."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.closed_note import ClosedNote, write_note
from desktop.files import explain
from desktop.vault import LOCK, Vault
from models.errors import Trouble

if TYPE_CHECKING:
    from sync.client.closing import Closed


def note_of(closed: Closed, vault_id: str) -> ClosedNote:
    """What must be remembered, once nothing in this vault is without its copy at the council."""
    return ClosedNote(
        vault_id=vault_id,
        device_id=closed.device_id,
        council_name=closed.council_name,
        closed_at=closed.closed_at,
        help_line=closed.help_line,
        server_url=closed.server_url,
        server_certificate=closed.server_certificate,
        receipt=closed.receipt.hex(),
    )


def empty(vault: Vault, note: ClosedNote) -> ClosedNote:
    """Destroy the vault the note speaks of: its keys first, then its files. Killed anywhere, the next call goes on.

    Another vault in that place, one set up since, is left alone. Raises Trouble where the disk lets go of nothing.
    """
    if note.is_empty or not speaks_of(vault, note):
        return note
    vault.forget_key()
    _remove_all(vault.folder)
    done = replace(note, is_empty=True)
    write_note(vault.folder, done)
    return done


def speaks_of(vault: Vault, note: ClosedNote) -> bool:
    """Say whether a note is about what lies here: this very vault, or the empty place where it was.

    A folder without a header is a vault whose key has gone already. A vault set up since is another one.
    """
    if note.is_empty:
        return not vault.exists()
    with suppress(Trouble):
        return vault.facts().vault_id == note.vault_id
    return not vault.has_header()


def _remove_all(folder: Path) -> None:
    """Everything but the lock, which this process holds. Folders last, so that a file in use is named."""
    try:
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            if path.name == LOCK:
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, onerror=_once_more)
            else:
                _once_more(os.unlink, str(path), None)
    except OSError as error:
        raise explain(error, folder) from error


def _once_more(act: Callable[..., object], path: str, _about: object) -> None:
    """What is opened in another program is read-only, and Windows removes nothing of the kind."""
    with suppress(OSError):
        os.chmod(path, 0o700)
    act(path)


def tell(vault: Path, note: ClosedNote) -> ClosedNote:
    """Send the receipt, once nothing is left. Raises Offline, Refused or other Trouble; it may be sent again."""
    if note.is_told or not note.is_empty:
        return note
    from sync.client.closing import Closed, tell_it_is_empty

    tell_it_is_empty(
        Closed(
            device_id=note.device_id,
            council_name=note.council_name,
            closed_at=note.closed_at,
            help_line=note.help_line,
            server_url=note.server_url,
            server_certificate=note.server_certificate,
            receipt=bytes.fromhex(note.receipt),
        )
    )
    told = replace(note, is_told=True)
    write_note(vault, told)
    return told
