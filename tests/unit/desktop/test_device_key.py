"""The laptop's signing key: what it signed is known by its public half, and nothing else is."""

from __future__ import annotations

import pytest

from desktop.device_key import DeviceKey, is_signed_by


def test_what_this_laptop_signed_is_known_as_its_own() -> None:
    key = DeviceKey.new()
    signature = key.sign(b"digest")
    assert len(key.public) == 32
    assert len(signature) == 64
    assert is_signed_by(key.public, b"digest", signature)
    assert not is_signed_by(key.public, b"digesT", signature)
    assert not is_signed_by(DeviceKey.new().public, b"digest", signature)
    assert not is_signed_by(key.public, b"digest", signature[:-1] + bytes([signature[-1] ^ 1]))
    assert not is_signed_by(b"too short", b"digest", signature)


def test_a_kept_key_signs_as_before_and_is_never_printed() -> None:
    key = DeviceKey.new()
    again = DeviceKey(key.seed)
    assert again.public == key.public
    assert again.sign(b"digest") == key.sign(b"digest")
    assert repr(key) == "DeviceKey(…)"
    assert DeviceKey.new().seed != key.seed


def test_a_key_of_another_length_is_a_bug() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        DeviceKey(b"short")
