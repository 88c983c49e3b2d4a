"""Passwords, one-time codes, challenges and tokens: made, hashed and checked; nothing secret is stored readable."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import struct
import threading
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import ARGON2_VERSION
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from sync.server.settings import PasswordCost

CODE_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Capital letters and digits without I, L, O, 0 and 1, which are read as one another."""
CODE_LENGTH = 10
TOKEN_WORDS = b"heard-token-1"
_NONCE, _MAC = 16, 32


class Secrets:
    """Argon2id for what people type: passwords, and the one-time codes they copy. At most two hashes at a time."""

    def __init__(self, cost: PasswordCost) -> None:
        self._hasher = PasswordHasher(time_cost=cost.passes, memory_cost=cost.memory_kib, parallelism=cost.lanes)
        self._gate = threading.BoundedSemaphore(2)
        self._nobody = _hash_of_nothing(cost)

    def hash(self, secret: str) -> str:
        """Return the text to store."""
        with self._gate:
            return self._hasher.hash(_canonical(secret))

    def matches(self, stored: str | None, secret: str) -> bool:
        """Say whether ``secret`` is the one that was hashed; takes as long when there is nothing to compare with."""
        with self._gate:
            try:
                return self._hasher.verify(stored or self._nobody, _canonical(secret)) and stored is not None
            except (VerificationError, InvalidHashError):
                return False


def _hash_of_nothing(cost: PasswordCost) -> str:
    """What looks like a stored hash and takes as long to compare with; no secret is behind it.

    Made without hashing: the 64 MB that one hash takes would be most of what a server process needs.
    """
    salt, digest = (base64.b64encode(secrets.token_bytes(size)).rstrip(b"=").decode() for size in (_NONCE, _MAC))
    return f"$argon2id$v={ARGON2_VERSION}$m={cost.memory_kib},t={cost.passes},p={cost.lanes}${salt}${digest}"


def _canonical(secret: str) -> bytes:
    """The same characters give the same bytes on every keyboard (NFC); what is no text at all gives none."""
    return unicodedata.normalize("NFC", secret).encode("utf-8", "surrogatepass")


def new_code() -> str:
    """Make a one-time code of 10 readable characters (49 bits), as stored; see :func:`show_code`."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))


def show_code(code: str) -> str:
    """Write a code as it is read out: two groups of five."""
    return f"{code[:5]}-{code[5:]}"


def read_code(typed: str) -> str:
    """Take a code as a person typed it: any case, with spaces or hyphens."""
    return "".join(letter for letter in typed.upper() if letter.isalnum())


def new_token() -> str:
    """Make a token: 192 random bits as text."""
    return secrets.token_urlsafe(24)


def hash_token(token: str) -> str:
    """What is stored of a token. A plain hash will do: a token is random and short-lived."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def new_challenge(secret: bytes, expires_at: float) -> bytes:
    """Make bytes for a device to sign. They carry their own end (Unix seconds) and proof that we made them."""
    stem = secrets.token_bytes(_NONCE) + struct.pack(">d", expires_at)
    return stem + hmac.digest(secret, stem, "sha256")


def challenge_expiry(secret: bytes, challenge: bytes) -> float | None:
    """Return when a challenge ends, in Unix seconds; None if we never made it."""
    stem, proof = challenge[:-_MAC], challenge[-_MAC:]
    if len(stem) != _NONCE + 8 or not hmac.compare_digest(hmac.digest(secret, stem, "sha256"), proof):
        return None
    return float(struct.unpack(">d", stem[_NONCE:])[0])


def is_signed(public_key: bytes, signature: bytes, message: bytes) -> bool:
    """Say whether the Ed25519 ``signature`` over ``message`` was made with the key's private half."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def is_public_key(data: bytes) -> bool:
    """Say whether ``data`` can be a device's public key: 32 raw bytes of Ed25519."""
    try:
        Ed25519PublicKey.from_public_bytes(data)
    except ValueError:
        return False
    return True
