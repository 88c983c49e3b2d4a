"""Where the parts of files lie: a folder beside the database, behind an interface that another store can fill."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from sync.server.database.files import flush, write_durably


class BlobPlace(Protocol):
    """A store of parts by name. A name is council, record, blob and number; callers check each before they ask."""

    def put(self, council_id: str, record_id: str, blob_id: str, number: int, data: bytes) -> None:
        """Keep a part: durable before this returns, and whole or not there at any moment."""

    def get(self, council_id: str, record_id: str, blob_id: str, number: int) -> bytes | None:
        """Read a part; None where there is none."""

    def remove(self, council_id: str, record_id: str, blob_id: str = "") -> None:
        """Delete every part of a blob, or of all blobs of a record."""

    def records(self, council_id: str) -> Iterator[str]:
        """Every record of which something is kept."""


class FolderPlace:
    """A folder on this machine, for its own account only: ``council/record/blob/number``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, council_id: str, record_id: str, blob_id: str, number: int, data: bytes) -> None:
        folder = self.folder / council_id / record_id / blob_id
        if not folder.is_dir():
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.mkdir(parents=True, exist_ok=True)
            for made in (folder.parent, folder.parent.parent, self.folder):
                flush(made)
        write_durably(folder / str(number), data)

    def get(self, council_id: str, record_id: str, blob_id: str, number: int) -> bytes | None:
        try:
            return (self.folder / council_id / record_id / blob_id / str(number)).read_bytes()
        except FileNotFoundError:
            return None

    def remove(self, council_id: str, record_id: str, blob_id: str = "") -> None:
        folder = self.folder / council_id / record_id / blob_id
        if folder.is_dir():
            shutil.rmtree(folder)
            flush(folder.parent)

    def records(self, council_id: str) -> Iterator[str]:
        folder = self.folder / council_id
        yield from sorted(path.name for path in folder.iterdir()) if folder.is_dir() else ()
