"""What can go wrong at the vault's door, in the worker's words. None of it loses anything."""

from __future__ import annotations

from models.errors import Trouble


class NotAVault(Trouble):
    """The folder holds no vault."""

    def __init__(self) -> None:
        super().__init__(
            "There is no Heard vault in this folder",
            "Nothing has been changed.",
            "Choose the folder that holds vault.head, or set Heard up on this laptop.",
        )


class VaultInTheWay(Trouble):
    """A new vault was asked for where something already lies. What is there is never overwritten."""

    def __init__(self) -> None:
        super().__init__(
            "This folder is already in use",
            "There are files in it, perhaps a vault. Heard never writes over them.",
            "Open the vault that is there, or choose an empty folder for the new one.",
        )


class HeaderLost(Trouble):
    """Neither the key file nor its copy can be read. ``vault.db`` is untouched."""

    def __init__(self) -> None:
        super().__init__(
            "The vault's key file is damaged",
            "Heard could read neither vault.head nor its copy. Your notes are still in the vault and have not been "
            "touched; everything marked as sent is on the council's server too.",
            "Do not delete anything. Ask your IT team to bring back vault.head from this laptop's own backup.",
        )


class WeakPassphrase(Trouble):
    """The new passphrase is too short or among the first that anyone would try."""

    def __init__(self, reason: str) -> None:
        super().__init__("Choose a stronger passphrase", reason, "Three or four unrelated words are easy to remember.")


class WrongPassphrase(Trouble):
    """The passphrase does not open the vault. ``wait_seconds`` is how long until the next try."""

    def __init__(self, wait_seconds: int) -> None:
        self.wait_seconds = wait_seconds
        super().__init__(
            "That passphrase did not open the vault",
            "Everything in it is safe.",
            f"Try again in {say_wait(wait_seconds)}." if wait_seconds else "Check Caps Lock and try again.",
        )


class WaitFirst(Trouble):
    """Too many wrong tries: the next one has to wait ``wait_seconds``. Nothing was tried."""

    def __init__(self, wait_seconds: int) -> None:
        self.wait_seconds = wait_seconds
        super().__init__(
            f"Please wait {say_wait(wait_seconds)}",
            "There were several wrong passphrases. Everything in the vault is safe, and stays safe.",
            "Then try again, or use your recovery code.",
        )


class WrongRecoveryCode(Trouble):
    """The code is well formed and is not this vault's."""

    def __init__(self) -> None:
        super().__init__(
            "That recovery code is for another vault",
            "It was typed without a slip, but it does not open this one. Nothing has been changed.",
            "If a new code was made since, use the newest.",
        )


class KeyringGone(Trouble):
    """The laptop's password store does not give the device secret; the passphrase alone cannot open the vault."""

    def __init__(self, *, is_silent: bool) -> None:
        reason = "did not answer" if is_silent else "no longer holds the secret that belongs to this vault"
        first = "Sign in to the laptop again and retry, or use" if is_silent else "Use"
        super().__init__(
            "The laptop's half of the key is missing",
            f"This laptop's own password store {reason}. Your passphrase is not at fault and nothing is lost.",
            f"{first} your recovery code: it opens the vault and gives the passphrase a new half.",
        )


class NotEnoughMemory(Trouble):
    """The laptop has too little free memory to work out the key."""

    def __init__(self) -> None:
        super().__init__(
            "This laptop has too little free memory just now",
            "Heard needs some for a moment to work out the key. The vault has not been touched.",
            "Close a few other programs and try again.",
        )


def say_wait(seconds: int) -> str:
    """Say a wait in words: ``40 seconds``, ``2 minutes``."""
    if seconds < 90:
        return "1 second" if seconds == 1 else f"{seconds} seconds"
    return f"{-(-seconds // 60)} minutes"
