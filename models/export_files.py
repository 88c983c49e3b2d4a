"""The files of attachments in an export: part of the HTML page, laid beside the JSON, and brought back from there."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from models.attachments.intake import Taken, take_back
from models.attachments.kinds import PICTURE, by_media_type
from models.casebook import Casebook
from models.entry import Entry
from models.errors import Trouble
from models.store.blobs import is_blob_id

TYPE = "attachment"
FLAGS = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)


def folder_beside(export: Path) -> Path:
    """Where the files of a JSON export lie: a folder with the export's own name and ``.files`` behind it."""
    return export.with_name(export.name + ".files")


def name_of(body: dict[str, object]) -> str:
    """The name of an attachment's file in that folder: its mark and Heard's own ending. "" where it has none."""
    kind, blob_id = by_media_type(str(body.get("media_type") or "")), str(body.get("blob_id") or "")
    return f"{blob_id}{kind.ending}" if kind is not None and is_blob_id(blob_id) else ""


def picture_uri(casebook: Casebook, entry: Entry) -> str:
    """A picture as a ``data:`` address, for a page that fetches nothing. "" where there is none, or it is not here."""
    kind = by_media_type(str(entry.body.get("media_type") or ""))
    if entry.type != TYPE or kind is None or kind.what != PICTURE:
        return ""
    try:
        content = casebook.attachments.content(entry)
    except Trouble:
        return ""
    return f"data:{kind.media_type};base64,{base64.b64encode(content).decode()}"


def write_files(casebook: Casebook, entries: Iterable[Entry], folder: Path) -> int:
    """Write the files that are here, for this worker alone. Returns how many. Raises OSError, and leaves none then."""
    written: list[Path] = []
    try:
        for entry in entries:
            name = name_of(entry.body) if entry.type == TYPE else ""
            if not name:
                continue
            try:
                content = casebook.attachments.content(entry)
            except Trouble:
                continue  # still to come from the server: its record says what it is
            folder.mkdir(mode=0o700, exist_ok=True)
            written.append(folder / name)
            with open(os.open(folder / name, FLAGS, 0o600), "wb") as file:
                file.write(content)
    except OSError:
        for path in written:
            with suppress(OSError):
                path.unlink()
        with suppress(OSError):
            folder.rmdir()  # only where nothing else lies in it
        raise
    return len(written)


def bring_back(body: dict[str, object], folder: Path) -> Taken | None:
    """Read an attachment's file from beside an export. None where it is not there, or is not what its mark says."""
    name = name_of(body)
    if not name or not (folder / name).is_file():
        return None
    try:
        return take_back(folder / name, str(body["blob_id"]))
    except Trouble:
        return None
