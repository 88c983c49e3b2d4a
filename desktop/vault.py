"""The vault's door: makes a vault, opens it with a passphrase or recovery code; no wrong try destroys anything."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from desktop import keyslots, recovery_code
from desktop.files import explain
from desktop.header_file import Found, HeaderFile
from desktop.kdf import SHIPPED, KdfCost, KdfPolicy, stretch, time_guess
from desktop.keyslots import Header, Slot, SlotStaysShutError
from desktop.passphrases import find_weakness, normalise
from desktop.platform import current
from desktop.platform.interface import Platform
from desktop.tries import TryCounter
from desktop.vault_errors import (
    HeaderLost,
    KeyringGone,
    NotEnoughMemory,
    VaultInTheWay,
    WaitFirst,
    WeakPassphrase,
    WrongPassphrase,
    WrongRecoveryCode,
)
from models.clock import Clock
from models.errors import Trouble
from models.ids import Ids

STORE, TRIES, LOCK = "vault.db", "vault.tries", "vault.lock"
FOLDERS = ("blobs", "backups", "sealed")
SECRET_BYTES = 32
SERVICE = "Heard"

_TRUSTED_KEYRINGS = frozenset(
    {
        "keyring.backends.SecretService.Keyring",
        "keyring.backends.kwallet.DBusKeyring",
        "keyring.backends.kwallet.DBusKeyringKWallet4",
        "keyring.backends.macOS.Keyring",
        "keyring.backends.Windows.WinVaultKeyring",
    }
)
_CHAINER = "keyring.backends.chainer.ChainerBackend"


class SecretStore(Protocol):
    """Where the device secret lies, protected by the operating system."""

    def is_there(self) -> bool:
        """Say whether this laptop has a password store that Heard trusts."""

    def keep(self, name: str, secret: bytes) -> bool:
        """Store a secret and read it back. False when it did not stay."""

    def fetch(self, name: str) -> bytes | None:
        """Return a secret, or None when it is not there. Raises OSError when the store does not answer."""

    def forget(self, name: str) -> None:
        """Remove a secret, where that is possible."""


class OsKeyring:
    """The operating system's password store, through keyring. Plain-text, null and unknown stores do not count."""

    def is_there(self) -> bool:
        return self._find() is not None

    def keep(self, name: str, secret: bytes) -> bool:
        backend = self._find()
        if backend is None:
            return False
        try:
            backend.set_password(SERVICE, name, secret.hex())
            return bool(backend.get_password(SERVICE, name) == secret.hex())
        except Exception:  # noqa: BLE001 - each store raises kinds of its own: D-Bus, Win32, Security.framework
            return False

    def fetch(self, name: str) -> bytes | None:
        backend = self._find()
        if backend is None:
            raise OSError("no password store")
        try:
            text = backend.get_password(SERVICE, name)
            return None if text is None else bytes.fromhex(text)
        except ValueError:
            return None
        except Exception as error:
            raise OSError("the password store does not answer") from error

    def forget(self, name: str) -> None:
        backend = self._find()
        if backend is not None:
            with contextlib.suppress(Exception):
                backend.delete_password(SERVICE, name)

    def _find(self) -> Any:
        try:
            import keyring

            chosen: Any = keyring.get_keyring()
            candidates: list[Any] = list(chosen.backends) if _full_name(chosen) == _CHAINER else [chosen]
            trusted = next((each for each in candidates if _full_name(each) in _TRUSTED_KEYRINGS), None)
        except Exception:  # noqa: BLE001 - a broken store is no store
            return None
        if trusted is not None and _full_name(trusted).startswith("keyring.backends.Windows."):
            trusted.persist = "local machine"  # its default would roam with the profile to other laptops
        return trusted


def _full_name(backend: object) -> str:
    return f"{type(backend).__module__}.{type(backend).__qualname__}"


@dataclass(frozen=True)
class VaultFacts:
    """What the header says without a key. Trust it only after an unlock has checked it."""

    vault_id: str
    created_with: str
    created_at: str
    is_invented: bool
    has_device_secret: bool


@dataclass(frozen=True)
class Created:
    """A new vault. Without a device secret the passphrase alone guards it, and the worker is to be told."""

    key: bytes = field(repr=False)
    recovery_code: str = field(repr=False)
    facts: VaultFacts


@dataclass(frozen=True)
class Unlocked:
    """An open vault. ``was_repaired``: the key file was damaged and its copy was used.

    ``is_cost_low``: this laptop could make guessing dearer; call :meth:`Vault.raise_cost` when there is time.
    """

    key: bytes = field(repr=False)
    facts: VaultFacts
    was_repaired: bool = False
    is_cost_low: bool = False


class Vault:
    """One vault folder. Whoever changes it (anything but reading facts) holds the vault's OS lock: desktop.single."""

    def __init__(
        self,
        folder: Path,
        *,
        secrets: SecretStore | None = None,
        policy: KdfPolicy = SHIPPED,
        clock: Clock | None = None,
        platform: Platform | None = None,
    ) -> None:
        self.folder = folder
        self._secrets = secrets or OsKeyring()
        self._policy = policy
        self._clock = clock or Clock()
        self._platform = platform or current()
        self._head = HeaderFile(folder, policy.floor, policy.ceiling, self._platform)

    @property
    def store_path(self) -> Path:
        """Where the encrypted store lies, or will lie once it is made with the key."""
        return self.folder / STORE

    def exists(self) -> bool:
        """Say whether the folder holds a vault, sound or not."""
        return self._head.exists() or self.store_path.exists()

    def has_header(self) -> bool:
        """Say whether the key file or its copy is there, sound or not."""
        return self._head.exists()

    def facts(self) -> VaultFacts:
        """Read what the header says, without a key. Raises NotAVault, HeaderLost or NewerVault."""
        return _facts(self._read()[0].header)

    def has_keyring(self) -> bool:
        """Say whether a vault made or rewrapped now would be guarded by the laptop's password store too."""
        return self._secrets.is_there()

    def create(
        self,
        passphrase: str,
        *,
        created_with: str,
        code: str | None = None,
        is_invented: bool = False,
        own_words: Iterable[str] = (),
    ) -> Created:
        """Make the folder, its key and its slots. Takes a few seconds: it finds out what this laptop can bear.

        ``code`` is a recovery code already shown and typed back; without one a new code is made and returned.
        ``created_with`` is the app's version. Raises WeakPassphrase, VaultInTheWay, StoreFull or other Trouble, and
        has then left nothing that stands in the way of a second try.
        """
        _refuse_weak(passphrase, own_words)
        code = code or recovery_code.new_code()
        recovery_code.read_code(code)
        self._make_folders()
        key = os.urandom(keyslots.KEY_BYTES)
        blank = Header(Ids().new(), created_with, self._clock.stamp(), is_invented, 1, 1, ())
        slot = self._wrap_passphrase(blank, passphrase, key, self._choose_cost())
        header = replace(blank, slots=(slot, _wrap_recovery(blank, code, key)))
        self._head.write(header, key)
        return Created(key, code, _facts(header))

    def wait_seconds(self) -> int:
        """Whole seconds until the passphrase may be tried again; 0 for now."""
        return self._tries().wait_seconds()

    def unlock(self, passphrase: str) -> Unlocked:
        """Open the vault with the passphrase. Takes about a second, by intention.

        Raises WaitFirst, WrongPassphrase, KeyringGone, HeaderLost, NewerVault, NotAVault or NotEnoughMemory.
        """
        found = self._read()
        tries = self._tries()
        if wait := tries.wait_seconds():
            raise WaitFirst(wait)
        for each in found:
            slot = each.header.passphrase_slot()
            secret = self._fetch_secret(slot)
            started = time.perf_counter()
            stretched = _stretch(passphrase, slot)
            seconds = time.perf_counter() - started
            try:
                key = keyslots.unwrap(each.header, slot, stretched + secret)
            except SlotStaysShutError:
                tries.count()
                raise WrongPassphrase(tries.wait_seconds()) from None
            if keyslots.is_sealed_by(each.raw, key):
                tries.forgive()
                was_repaired = self._head.mend(each, found)
                return Unlocked(key, _facts(each.header), was_repaired, self._policy.is_too_cheap(seconds))
        raise HeaderLost

    def unlock_with_recovery(self, code: str) -> Unlocked:
        """Open the vault with the recovery code as typed. Follow it with :meth:`set_passphrase`.

        Raises Trouble for a slip in the typing, WrongRecoveryCode, HeaderLost, NewerVault or NotAVault.
        """
        secret = recovery_code.read_code(code)
        found = self._read()
        for each in found:
            try:
                key = keyslots.unwrap(each.header, each.header.recovery_slot(), secret)
            except SlotStaysShutError:
                raise WrongRecoveryCode from None
            if keyslots.is_sealed_by(each.raw, key):
                self._tries().forgive()
                return Unlocked(key, _facts(each.header), self._head.mend(each, found))
        raise HeaderLost

    def change_passphrase(self, old: str, new: str, own_words: Iterable[str] = ()) -> VaultFacts:
        """Give up the old passphrase for a new one. Rewraps one slot; nothing in the vault is rewritten.

        Raises what :meth:`unlock` and :meth:`set_passphrase` raise; the old passphrase then still opens.
        """
        _refuse_weak(new, own_words)
        return self.set_passphrase(self.unlock(old).key, new, own_words)

    def set_passphrase(self, key: bytes, passphrase: str, own_words: Iterable[str] = ()) -> VaultFacts:
        """Make a new passphrase slot for an open vault, with a new device secret where there is a password store.

        The old passphrase then opens nothing, neither with the header nor with its copy. ``has_device_secret`` tells
        whether the passphrase now stands alone. Raises WeakPassphrase, StoreFull or other Trouble.
        """
        _refuse_weak(passphrase, own_words)
        header = self._header_of(key)
        new = header.with_slot(
            self._wrap_passphrase(header, passphrase, key, self._choose_cost()), gives_up_old=True
        )  # fmt: skip
        # If this fails the new secret stays behind unused: harmless, where a missing one would shut the vault.
        self._head.write(new, key)
        old_name = header.passphrase_slot().secret_name
        if old_name is not None:
            self._secrets.forget(old_name)
        return _facts(new)

    def renew_recovery_code(self, key: bytes) -> str:
        """Make a new recovery code for an open vault; the old one then opens nothing. Show it, have it typed back."""
        header = self._header_of(key)
        code = recovery_code.new_code()
        self._head.write(header.with_slot(_wrap_recovery(header, code, key), gives_up_old=True), key)
        return code

    def raise_cost(self, key: bytes, passphrase: str) -> bool:
        """Rewrap the passphrase slot so that a guess takes 0.7 to 1.0 s on this laptop again. False if it did already.

        Call it after an unlock that said ``is_cost_low``, when the worker is not waiting. Raises Trouble when the
        disk or the password store refuses; the old slot then stands.
        """
        header = self._header_of(key)
        old = header.passphrase_slot()
        cost = self._choose_cost(old.cost)
        if old.cost is not None and cost.work <= old.cost.work:
            return False
        blank = replace(old, salt=os.urandom(keyslots.SALT_BYTES), cost=cost)
        new = _wrap_with(header, blank, passphrase, self._fetch_secret(old), key)
        self._head.write(header.with_slot(new, gives_up_old=False), key)
        return True

    def forget_key(self) -> None:
        """Make this vault one that nothing opens: not the passphrase, not the recovery code, not a copy of its files.

        For a laptop that the council has closed, once everything in it has been handed over; see desktop.emptying.
        The laptop's own secrets go first. Done again, it does nothing. Raises Trouble where the disk refuses.
        """
        with contextlib.suppress(Trouble):
            for each in self._head.read():
                if name := each.header.passphrase_slot().secret_name:
                    self._secrets.forget(name)
        self._head.remove()

    def _wrap_passphrase(self, header: Header, passphrase: str, key: bytes, cost: KdfCost) -> Slot:
        salt = os.urandom(keyslots.SALT_BYTES)
        secret, name = os.urandom(SECRET_BYTES), os.urandom(16).hex()
        if self._secrets.is_there() and self._secrets.keep(name, secret):
            return _wrap_with(header, Slot(keyslots.PASSPHRASE_AND_DEVICE, salt, cost, name), passphrase, secret, key)
        return _wrap_with(header, Slot(keyslots.PASSPHRASE, salt, cost), passphrase, b"", key)

    def _choose_cost(self, start: KdfCost | None = None) -> KdfCost:
        try:
            return self._policy.choose(time_guess, start)
        except MemoryError as error:
            raise NotEnoughMemory from error

    def _fetch_secret(self, slot: Slot) -> bytes:
        if slot.secret_name is None:
            return b""
        try:
            secret = self._secrets.fetch(slot.secret_name)
        except OSError as error:
            raise KeyringGone(is_silent=True) from error
        if secret is None or keyslots.check_secret(slot.salt, secret) != slot.secret_check:
            raise KeyringGone(is_silent=False)
        return secret

    def _make_folders(self) -> None:
        try:
            if self.folder.exists() and any(each.name not in (LOCK, *FOLDERS) for each in self.folder.iterdir()):
                raise VaultInTheWay
            for folder in (self.folder, *(self.folder / name for name in FOLDERS)):
                self._platform.make_private_folder(folder)
        except OSError as error:
            raise explain(error, self.folder) from error

    def _read(self) -> list[Found]:
        if not self._head.exists() and self.store_path.exists():
            raise HeaderLost
        return self._head.read()

    def _header_of(self, key: bytes) -> Header:
        for each in self._read():
            if keyslots.is_sealed_by(each.raw, key):
                return each.header
        raise HeaderLost

    def _tries(self) -> TryCounter:
        return TryCounter(self.folder / TRIES, self._clock, self._platform)


def _refuse_weak(passphrase: str, own_words: Iterable[str]) -> None:
    if reason := find_weakness(passphrase, own_words):
        raise WeakPassphrase(reason)


def _stretch(passphrase: str, slot: Slot) -> bytes:
    assert slot.cost is not None, "only a passphrase is stretched"
    try:
        return stretch(normalise(passphrase), slot.salt, slot.cost)
    except MemoryError as error:
        raise NotEnoughMemory from error


def _wrap_with(header: Header, blank: Slot, passphrase: str, secret: bytes, key: bytes) -> Slot:
    if secret:
        blank = replace(blank, secret_check=keyslots.check_secret(blank.salt, secret))
    return keyslots.wrap(header, blank, _stretch(passphrase, blank) + secret, key)


def _wrap_recovery(header: Header, code: str, key: bytes) -> Slot:
    blank = Slot(keyslots.RECOVERY, os.urandom(keyslots.SALT_BYTES))
    return keyslots.wrap(header, blank, recovery_code.read_code(code), key)


def _facts(header: Header) -> VaultFacts:
    has_device_secret = header.passphrase_slot().kind == keyslots.PASSPHRASE_AND_DEVICE
    return VaultFacts(header.vault_id, header.created_with, header.created_at, header.is_invented, has_device_secret)
