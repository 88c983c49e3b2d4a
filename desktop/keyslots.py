"""The vault's header: slots that each wrap the same vault key, so that every byte is authenticated or checked."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from desktop.kdf import KdfCost

FORMAT = 1
KEY_BYTES = 32
SALT_BYTES = 16
NONCE_BYTES = 12
WRAPPED_BYTES = KEY_BYTES + 16
CHECK_BYTES = 16
HEADER_LIMIT = 64 * 1024

PASSPHRASE = "passphrase"  # noqa: S105 - names of kinds
PASSPHRASE_AND_DEVICE = "passphrase_and_device"  # noqa: S105
RECOVERY = "recovery"
KINDS = (PASSPHRASE, PASSPHRASE_AND_DEVICE, RECOVERY)

_CHECK_KEY = b',"check":"'
_TAIL_LENGTH = len(_CHECK_KEY) + 64 + len(b'"}\n')
_SECRET_NAME = re.compile(r"[0-9a-f]{32}")
_VAULT_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class HeaderDamagedError(Exception):
    """These bytes are not a header that Heard wrote, or not all of it. The text says which rule they broke."""


class HeaderNewerError(Exception):
    """The header is whole, and of a format made by a newer Heard."""


class SlotStaysShutError(Exception):
    """The secret given does not open this slot. Nothing more can be told from it."""


@dataclass(frozen=True)
class Slot:
    """One way to the vault key. ``cost`` is None for the recovery code, which is random and needs no slow hash.

    ``secret_name`` says under which name the operating system keeps the device secret, and ``secret_check``
    tells a changed secret from a wrong passphrase (the secret is 256 random bits, so its hash tells nothing).
    """

    kind: str
    salt: bytes
    cost: KdfCost | None = None
    secret_name: str | None = None
    secret_check: bytes | None = None
    nonce: bytes = b""
    wrapped: bytes = b""


@dataclass(frozen=True)
class Header:
    """Everything ``vault.head`` says. ``revision`` rises with every write.

    ``valid_from`` is the revision at which a passphrase or recovery code was last given up: an older copy
    of the header would still open with it and is replaced.
    """

    vault_id: str
    created_with: str
    created_at: str
    is_invented: bool
    revision: int
    valid_from: int
    slots: tuple[Slot, ...]

    def passphrase_slot(self) -> Slot:
        """The slot the passphrase opens, with or without a device secret. Every header has exactly one."""
        return next(slot for slot in self.slots if slot.kind != RECOVERY)

    def recovery_slot(self) -> Slot:
        """The slot the recovery code opens. Every header has exactly one."""
        return next(slot for slot in self.slots if slot.kind == RECOVERY)

    def with_slot(self, new: Slot, *, gives_up_old: bool) -> Header:
        """Return the next revision with ``new`` in place of the slot of its family."""
        kept = tuple(slot for slot in self.slots if (slot.kind == RECOVERY) != (new.kind == RECOVERY))
        revision = self.revision + 1
        return replace(
            self, slots=(*kept, new), revision=revision, valid_from=revision if gives_up_old else self.valid_from
        )


def check_secret(salt: bytes, secret: bytes) -> bytes:
    """Tell one device secret from another without telling anything of either: 16 bytes."""
    return hashlib.sha256(b"heard device secret\n" + salt + secret).digest()[:CHECK_BYTES]


def wrap(header: Header, blank: Slot, secret: bytes, key: bytes) -> Slot:
    """Return ``blank`` with the vault key wrapped by ``secret`` (the stretched passphrase and device secret, or code).

    The header gives the facts that are authenticated with the wrap: vault id, format, origin and KDF parameters.
    """
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = os.urandom(NONCE_BYTES)
    wrapped = AESGCM(_slot_key(blank, secret)).encrypt(nonce, key, _slot_facts(header, blank))
    return replace(blank, nonce=nonce, wrapped=wrapped)


def unwrap(header: Header, slot: Slot, secret: bytes) -> bytes:
    """Return the vault key from ``slot``. Raises SlotStaysShutError if the secret or any authenticated fact differs."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        return AESGCM(_slot_key(slot, secret)).decrypt(slot.nonce, slot.wrapped, _slot_facts(header, slot))
    except InvalidTag as error:
        raise SlotStaysShutError from error


def subkey(key: bytes, purpose: str) -> bytes:
    """Derive 32 bytes from the vault key for one purpose, such as ``blobs``; none tells anything of another."""
    return _expand(key, b"", f"heard {purpose}")


def encode(header: Header, key: bytes) -> bytes:
    """Write the header as one line of canonical JSON, with a MAC under the vault key and a check anyone can make."""
    facts = _header_facts(header)
    sealed = _canonical({**facts, "mac": _mac(facts, key)})
    return sealed[:-1] + _CHECK_KEY + hashlib.sha256(sealed[:-1]).hexdigest().encode() + b'"}\n'


def is_sealed_by(raw: bytes, key: bytes) -> bool:
    """Say whether these header bytes carry the MAC of this vault key over every fact in them."""
    facts = _read_checked(raw)
    mac = facts.pop("mac", "")
    return isinstance(mac, str) and hmac.compare_digest(mac.encode(), _mac(facts, key).encode())


def decode(raw: bytes, floor: KdfCost, ceiling: KdfCost) -> Header:
    """Read header bytes, refusing any that differ in one bit from what was written, or whose KDF is below ``floor``.

    Raises HeaderDamagedError, or HeaderNewerError for a whole header of a later format.
    """
    facts = _read_checked(raw)
    newer = facts.get("format")
    if type(newer) is int and newer > FORMAT:
        raise HeaderNewerError
    try:
        header = _read_header(facts)
    except (KeyError, TypeError, ValueError) as error:
        raise HeaderDamagedError("a field is missing or of the wrong kind") from error
    if _canonical({**_header_facts(header), "mac": facts.get("mac")}) != _canonical(facts):
        raise HeaderDamagedError("not in the form Heard writes")
    for slot in header.slots:
        if slot.cost is not None and (not slot.cost.reaches(floor) or slot.cost.exceeds(ceiling)):
            raise HeaderDamagedError("the passphrase's cost is outside what Heard allows")
    return header


def _read_checked(raw: bytes) -> dict[str, object]:
    if not _TAIL_LENGTH < len(raw) <= HEADER_LIMIT:
        raise HeaderDamagedError("too short or too long")
    sealed = raw[:-_TAIL_LENGTH]
    if raw[-_TAIL_LENGTH:] != _CHECK_KEY + hashlib.sha256(sealed).hexdigest().encode() + b'"}\n':
        raise HeaderDamagedError("its check does not agree")
    try:
        facts = json.loads(sealed + b"}")
        is_ours = isinstance(facts, dict) and _canonical(facts) == sealed + b"}"
    except (ValueError, RecursionError) as error:
        raise HeaderDamagedError("not JSON") from error
    if not is_ours:
        raise HeaderDamagedError("not in the form Heard writes")
    return dict(facts)


def _canonical(facts: Mapping[str, object]) -> bytes:
    return json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def _mac(facts: Mapping[str, object], key: bytes) -> str:
    return hmac.new(subkey(key, "header"), _canonical(facts), hashlib.sha256).hexdigest()


def _slot_key(slot: Slot, secret: bytes) -> bytes:
    return _expand(secret, slot.salt, f"heard slot {FORMAT} {slot.kind}")


def _expand(secret: bytes, salt: bytes, info: str) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(SHA256(), KEY_BYTES, salt or None, info.encode()).derive(secret)


def _slot_facts(header: Header, slot: Slot) -> bytes:
    """Everything that must not change under a wrap, as the AEAD's associated data."""
    facts = _write_slot(slot)
    del facts["nonce"], facts["wrapped"]
    origin = {name: value for name, value in _header_facts(header).items() if name in _ORIGIN}
    return _canonical({**origin, "slot": facts})


_ORIGIN = ("format", "vault_id", "created_with", "created_at", "is_invented")


def _header_facts(header: Header) -> dict[str, object]:
    return {
        "format": FORMAT,
        "vault_id": header.vault_id,
        "created_with": header.created_with,
        "created_at": header.created_at,
        "is_invented": header.is_invented,
        "revision": header.revision,
        "valid_from": header.valid_from,
        "slots": [_write_slot(slot) for slot in header.slots],
    }


def _write_slot(slot: Slot) -> dict[str, object]:
    return {
        "kind": slot.kind,
        "salt": _to_text(slot.salt),
        "cost": None if slot.cost is None else [slot.cost.memory_kib, slot.cost.passes, slot.cost.lanes],
        "secret_name": slot.secret_name,
        "secret_check": None if slot.secret_check is None else _to_text(slot.secret_check),
        "nonce": _to_text(slot.nonce),
        "wrapped": _to_text(slot.wrapped),
    }


def _read_header(facts: Mapping[str, object]) -> Header:
    slots = facts["slots"]
    if not isinstance(slots, list) or len(slots) != 2:
        raise ValueError("slots")
    header = Header(
        vault_id=_matching(_VAULT_ID, facts["vault_id"]),
        created_with=_text(facts["created_with"]),
        created_at=_text(facts["created_at"]),
        is_invented=facts["is_invented"] is True,
        revision=_number(facts["revision"]),
        valid_from=_number(facts["valid_from"]),
        slots=tuple(_read_slot(slot) for slot in slots),
    )
    if sum(slot.kind == RECOVERY for slot in header.slots) != 1:
        raise ValueError("one slot of each family")
    return header


def _read_slot(facts: Mapping[str, object]) -> Slot:
    kind = _text(facts["kind"])
    if kind not in KINDS:
        raise ValueError("kind")
    with_device = kind == PASSPHRASE_AND_DEVICE
    return Slot(
        kind=kind,
        salt=_bytes(facts["salt"], SALT_BYTES),
        cost=None if kind == RECOVERY else _read_cost(facts["cost"]),
        secret_name=_matching(_SECRET_NAME, facts["secret_name"]) if with_device else None,
        secret_check=_bytes(facts["secret_check"], CHECK_BYTES) if with_device else None,
        nonce=_bytes(facts["nonce"], NONCE_BYTES),
        wrapped=_bytes(facts["wrapped"], WRAPPED_BYTES),
    )


def _read_cost(value: object) -> KdfCost:
    if not isinstance(value, list) or len(value) != 3:
        raise ValueError("cost")
    return KdfCost(*(_number(part) for part in value))


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > 100:
        raise ValueError("text")
    return value


def _matching(pattern: re.Pattern[str], value: object) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise ValueError("name")
    return value


def _number(value: object) -> int:
    if type(value) is not int or not 0 < value < 1 << 40:
        raise ValueError("number")
    return value


def _bytes(value: object, length: int) -> bytes:
    raw = base64.b64decode(_text(value), validate=True)
    if len(raw) != length:
        raise ValueError("length")
    return raw


def _to_text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
