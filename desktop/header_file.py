"""The vault's key file on disk, with its copy: read whichever is sound, written so that one always is."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path

from desktop import keyslots
from desktop.files import explain, keep_aside, write_whole
from desktop.kdf import KdfCost
from desktop.keyslots import Header, HeaderDamagedError, HeaderNewerError
from desktop.platform.interface import Platform
from desktop.vault_errors import HeaderLost, NotAVault
from models.errors import NewerVault, Trouble

HEAD, PREVIOUS = "vault.head", "vault.head.previous"


@dataclass(frozen=True)
class Found:
    """A header that reads well, the bytes it came from, and from which of the two files."""

    name: str
    raw: bytes
    header: Header


class HeaderFile:
    """``vault.head`` and ``vault.head.previous`` in one folder.

    The copy is the header before the last write, until something is given up (a passphrase, a recovery code): then
    it becomes the new header's twin, so that what was given up opens nothing.
    """

    def __init__(self, folder: Path, floor: KdfCost, ceiling: KdfCost, platform: Platform) -> None:
        self._folder = folder
        self._floor = floor
        self._ceiling = ceiling
        self._platform = platform

    def exists(self) -> bool:
        """Say whether either file is there, sound or not."""
        return (self._folder / HEAD).exists() or (self._folder / PREVIOUS).exists()

    def read(self) -> list[Found]:
        """Return the sound headers, the current one first. Raises NotAVault, HeaderLost, NewerVault, other Trouble."""
        try:
            found = [each for each in (self._read_one(HEAD), self._read_one(PREVIOUS)) if each is not None]
        except HeaderNewerError as error:
            raise NewerVault(
                "This vault was made by a newer Heard",
                "It has been left exactly as it is.",
                "Ask your IT team for the newest version of Heard, then open it again.",
            ) from error
        if not found:
            raise HeaderLost if self.exists() else NotAVault
        return found

    def write(self, header: Header, key: bytes) -> None:
        """Make ``header`` the current one, durably. Raises Trouble; a header that reads well is there all the same."""
        raw = keyslots.encode(header, key)
        current = self._folder / HEAD
        standing = self._read_one(HEAD)
        if standing is not None:
            write_whole(self._folder / PREVIOUS, standing.raw, self._platform)
        write_whole(current, raw, self._platform)
        if header.valid_from == header.revision:
            self._copy(raw)

    def remove(self) -> None:
        """Take every header away, also those kept aside: what they wrapped is then lost. Raises Trouble."""
        for path in sorted(self._folder.glob(f"{HEAD}*")):
            try:
                path.unlink()
            except OSError as error:
                raise explain(error, path) from error

    def mend(self, opened: Found, found: list[Found]) -> bool:
        """Bring both files back in order after an unlock through ``opened``, one of those ``found`` by :meth:`read`.

        Says whether the key file was replaced. A damaged file is kept beside it under another name. When the disk has
        no room, nothing changes.
        """
        if opened.name == PREVIOUS:
            with contextlib.suppress(Trouble, OSError):
                with contextlib.suppress(FileNotFoundError):
                    keep_aside(self._folder / HEAD)
                write_whole(self._folder / HEAD, opened.raw, self._platform)
            return True
        copy = next((each for each in found if each.name == PREVIOUS), None)
        if copy is None or copy.header.revision < opened.header.valid_from:
            self._copy(opened.raw)
        return False

    def _copy(self, raw: bytes) -> None:
        with contextlib.suppress(Trouble):  # the header itself is safe; the next unlock tries again
            write_whole(self._folder / PREVIOUS, raw, self._platform)

    def _read_one(self, name: str) -> Found | None:
        path = self._folder / name
        try:
            with path.open("rb") as file:
                raw = file.read(keyslots.HEADER_LIMIT + 1)
            return Found(name, raw, keyslots.decode(raw, self._floor, self._ceiling))
        except (FileNotFoundError, NotADirectoryError, HeaderDamagedError):
            return None
        except OSError as error:
            raise explain(error, path) from error
