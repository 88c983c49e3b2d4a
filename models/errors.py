"""The world's faults, told in the worker's words; any other exception is a bug and takes the crash path."""

from __future__ import annotations


class Trouble(Exception):
    """Something outside Heard went wrong: no disk, no network, a wrong passphrase, a damaged file.

    ``title`` is one short sentence, ``message`` says what is safe, ``help`` says what to do next.
    """

    def __init__(self, title: str, message: str = "", help: str = "") -> None:  # noqa: A002 - the word the screen uses
        super().__init__(title)
        self.title = title
        self.message = message
        self.help = help

    def __str__(self) -> str:
        return " ".join(part for part in (self.title, self.message, self.help) if part)


class NotAllowed(Trouble):
    """The worker may not do this to this record: it is finished, another's, or out of their scope."""


class StoreDamaged(Trouble):
    """The vault's file failed its own check. Nothing has been changed; repair comes from backup and server."""


class NotJoined(Trouble):
    """There is a vault and no laptop's identity in it: joining was never done, or was cut short. Joining mends it."""


class StoreFull(Trouble):
    """The disk has no room for the save. What was saved before stays; the draft stays on screen."""


class NewerVault(Trouble):
    """The vault was written by a newer Heard and is left untouched."""
