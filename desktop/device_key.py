"""The laptop's own signing key (Ed25519): made once, kept in the encrypted store, signs every batch that is sent."""

from __future__ import annotations

import os

SEED_BYTES = 32


class DeviceKey:
    """Signs what this laptop sends. ``seed`` is the private half: keep it nowhere but in the store's meta."""

    def __init__(self, seed: bytes) -> None:
        if len(seed) != SEED_BYTES:
            raise ValueError("a device key is 32 bytes")
        self._seed = seed

    def __repr__(self) -> str:
        return "DeviceKey(…)"

    @classmethod
    def new(cls) -> DeviceKey:
        """Make a key for a laptop that is being enrolled."""
        return cls(os.urandom(SEED_BYTES))

    @property
    def seed(self) -> bytes:
        """The 32 private bytes, for the store's meta alone."""
        return self._seed

    @property
    def public(self) -> bytes:
        """The 32 public bytes that the server and the other laptops check with."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return Ed25519PrivateKey.from_private_bytes(self._seed).public_key().public_bytes_raw()

    def sign(self, digest: bytes) -> bytes:
        """Sign the digest of one batch: 64 bytes."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return Ed25519PrivateKey.from_private_bytes(self._seed).sign(digest)


def is_signed_by(public: bytes, digest: bytes, signature: bytes) -> bool:
    """Say whether the laptop with this public key signed this digest."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, digest)
    except (InvalidSignature, ValueError):
        return False
    return True
