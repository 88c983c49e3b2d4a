"""The note beside a vault that must be emptied: the council has closed this laptop, and everything was handed over.

It lies outside the vault's folder, so that it outlives it, and holds no word of any record and no key.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from desktop.files import explain, write_whole
from desktop.platform.interface import Platform

_SIZE_LIMIT = 64 * 1024


@dataclass(frozen=True)
class ClosedNote:
    """``vault_id`` is the one vault it speaks of. ``receipt`` is the signature to send, in hex.

    ``is_empty``: nothing is left. ``is_told``: the council has the receipt.
    """

    vault_id: str
    device_id: str
    council_name: str
    closed_at: str
    help_line: str
    server_url: str
    server_certificate: str
    receipt: str
    is_empty: bool = False
    is_told: bool = False


def note_path(vault: Path) -> Path:
    """Where the note of a vault lies."""
    return vault.with_name(vault.name + ".closed")


def read_note(vault: Path) -> ClosedNote | None:
    """Read the note of a vault; None where there is none, or where it cannot be read: nothing is emptied then."""
    try:
        with note_path(vault).open("rb") as file:
            facts = json.loads(file.read(_SIZE_LIMIT))
        note = ClosedNote(**facts)
    except (OSError, ValueError, TypeError, RecursionError):
        return None
    flags = (note.is_empty, note.is_told)
    texts = [value for name, value in asdict(note).items() if not name.startswith("is_")]
    is_sound = all(type(one) is str for one in texts) and all(type(one) is bool for one in flags)
    return note if is_sound and note.vault_id else None


def write_note(vault: Path, note: ClosedNote, platform: Platform | None = None) -> None:
    """Write the note, whole or not at all. Raises Trouble when the disk refuses; the one before then stands."""
    write_whole(note_path(vault), json.dumps(asdict(note)).encode(), platform)


def forget_note(vault: Path) -> None:
    """Take the note away: this laptop may be set up again. Raises Trouble."""
    try:
        note_path(vault).unlink(missing_ok=True)
    except OSError as error:
        raise explain(error, note_path(vault)) from error
