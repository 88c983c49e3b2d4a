"""Opening what Heard does not show itself: a read-only copy in a folder of the worker's own, emptied again and again.

A PDF, a sound or a film came from elsewhere and may mean harm, so no part of it is read in this process. The copy is
marked as having come from outside, where the system knows such a mark; a virus scanner sees it like any other file.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from desktop.files import explain
from desktop.platform.interface import Platform
from models.errors import Trouble

FOLDER = "opened"
"""Beside the vault's file; every purge empties it, too."""
_READ_ONLY, _OWN = 0o400, 0o600


class Outside:
    """Copies and opens; ``empty`` is called at lock, at exit and at every start: what a crash left does not stay."""

    def __init__(self, vault_folder: Path, platform: Platform, open_with_system: Callable[[Path], bool]) -> None:
        self.folder = vault_folder / FOLDER
        self._platform, self._open_with_system = platform, open_with_system

    def copy(self, content: bytes, ending: str) -> Path:
        """Write a read-only copy under a name that tells nothing. May take long: call it beside the screen.

        ``ending`` is one of Heard's own (".pdf"), never a part of a name from outside. Raises Trouble.
        """
        path = self.folder / f"Heard {os.urandom(4).hex()}{ending}"
        try:
            self._platform.make_private_folder(self.folder)
            descriptor = self._platform.open_private(path)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
            self._platform.mark_from_outside(path)
            path.chmod(_READ_ONLY)
        except OSError as error:
            self._remove(path)
            raise explain(error, path) from error
        return path

    def show(self, path: Path) -> None:
        """Have the system open a copy. Raises Trouble where it has no program for it; the copy is then gone."""
        if not self._open_with_system(path):
            self._remove(path)
            raise Trouble(
                "This laptop has no program that opens this",
                "Nothing has been changed.",
                "Ask your council’s IT for one that opens PDF, sound and films.",
            )

    def empty(self) -> int:
        """Remove every copy; one that another program holds open goes at the next time. Returns how many are left."""
        if not self.folder.is_dir():
            return 0
        for path in self.folder.iterdir():
            self._remove(path)
        return sum(1 for _ in self.folder.iterdir())

    @staticmethod
    def _remove(path: Path) -> None:
        with suppress(OSError):
            path.chmod(_OWN)  # Windows deletes nothing that is read-only
        with suppress(OSError):
            path.unlink(missing_ok=True)
