"""The envelope: one version of one record, immutable and ready to travel."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from typing import Any

import msgspec

Body = dict[str, Any]
"""A record's fields as plain JSON values: str, bool, int, float, list, dict or None."""


NO_BODY = msgspec.Raw(b"null")
"""What stands where a body was, after a lawful erasure."""


class OpenChoice(msgspec.Struct, frozen=True, forbid_unknown_fields=False):
    """The second text kept beside a field after an unclean merge, until a person settles it.

    Keyed by field and losing version, so three laptops give two choices and never one.
    """

    field: str
    losing_version_id: str
    value: Any
    author_id: str
    written_at: str


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """One state of one record, cut at a moment. Never changes once cut.

    ``more`` holds what a newer Heard says beside the body and this one does not know: kept, signed and passed on as the
    exact bytes it came in, never read. It holds no words of anybody's, because it stays after an erasure.
    ``written_at`` is what the laptop's clock said: shown, never trusted. ``body`` is kept as the exact
    bytes that were hashed; it is ``null`` only after a lawful erasure, when ``salt`` and ``open_choices`` are gone
    too and ``body_hash`` and ``choices_hash`` stay, so signatures still verify and tell nothing of the text.
    """

    version_id: str
    record_id: str
    scope_id: str
    type: str
    policy_class: str
    schema: int
    audience: str
    keep_from: tuple[str, ...] = ()
    about: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()
    device_id: str
    device_epoch: int
    op_no: int
    author_id: str
    written_at: str
    is_finished: bool = False
    is_deleted: bool = False
    is_erased: bool = False
    open_choices: tuple[OpenChoice, ...] = ()
    more: dict[str, msgspec.Raw] | msgspec.UnsetType = msgspec.UNSET
    salt: bytes | None = None
    body_hash: str
    choices_hash: str = ""
    # Made anew each time only because a schema cannot show a default of raw bytes.
    body: msgspec.Raw = msgspec.field(default_factory=lambda: NO_BODY)

    def read_body(self) -> Body:
        """Decode the body. An erased version has an empty one."""
        return dict(msgspec.json.decode(self.body) or {})

    def body_bytes(self) -> bytes:
        """The exact bytes that were hashed and signed; ``null`` after erasure."""
        return bytes(self.body)

    def has_sound_body(self) -> bool:
        """Say whether body and open choices are those that were hashed. True for an erased version, which has none."""
        if self.is_erased:
            return self.body_bytes() == bytes(NO_BODY) and self.salt is None and not self.open_choices
        return (
            self.salt is not None
            and hash_body(self.salt, self.body_bytes()) == self.body_hash
            and hash_choices(self.salt, self.open_choices) == self.choices_hash
        )

    def without_text(self) -> Version:
        """What a lawful erasure leaves of it: everything that was signed, and nothing that anybody wrote."""
        return msgspec.structs.replace(self, salt=None, body=NO_BODY, open_choices=(), is_erased=True)


_encoder = msgspec.json.Encoder(order="deterministic")


def encode_body(body: Body) -> bytes:
    """Write a body as canonical JSON: sorted keys, no spaces, UTF-8."""
    return _encoder.encode(body)


def hash_body(salt: bytes, body: bytes) -> str:
    """SHA-256 over salt and body, in hex. The salt keeps the hash from telling anything after erasure."""
    return hashlib.sha256(salt + body).hexdigest()


def hash_choices(salt: bytes, choices: tuple[OpenChoice, ...]) -> str:
    """SHA-256 over salt and open choices, in hex; "" for none. They hold whole texts: salted like a body."""
    return hashlib.sha256(salt + b"choices" + _encoder.encode(choices)).hexdigest() if choices else ""


def new_salt() -> bytes:
    """16 random bytes, one salt for each version."""
    return os.urandom(16)


def envelope_hash(version: Version) -> str:
    """SHA-256 in hex over everything but what was written and its salt: what a batch signature covers.

    Body and open choices are in it by their salted hashes alone, so that it still holds after an erasure.
    """
    bare = msgspec.structs.replace(version, salt=None, body=NO_BODY, open_choices=(), is_erased=False)
    return hashlib.sha256(_encoder.encode(bare)).hexdigest()


def batch_digest(versions: list[Version] | tuple[Version, ...]) -> bytes:
    """The bytes a device signs for one push: the list of envelope hashes, in op order, hashed once more."""
    return digest_of_hashes([envelope_hash(version) for version in versions])


def digest_of_hashes(hashes: Sequence[str]) -> bytes:
    """The same for the hashes alone: whoever has the list can check a signature without the versions."""
    return hashlib.sha256(b"heard-batch-1\n" + "\n".join(hashes).encode()).digest()


class Working(msgspec.Struct, frozen=True, kw_only=True):
    """A record between two versions: what autosave overwrites until the next one is cut."""

    body: dict[str, Any]
    changed_at: str
    audience: str
    schema: int = 1
    keep_from: tuple[str, ...] = ()
    about: tuple[str, ...] = ()
    is_finished: bool = False
    is_deleted: bool = False
    open_choices: tuple[OpenChoice, ...] = ()
    more: dict[str, msgspec.Raw] | msgspec.UnsetType = msgspec.UNSET

    @classmethod
    def of(cls, version: Version) -> Working:
        """The state a version stands for."""
        return cls(
            body=version.read_body(),
            changed_at=version.written_at,
            audience=version.audience,
            schema=version.schema,
            keep_from=version.keep_from,
            about=version.about,
            is_finished=version.is_finished,
            is_deleted=version.is_deleted or version.is_erased,
            open_choices=version.open_choices,
            more=version.more,
        )

    def says_the_same_as(self, other: Working) -> bool:
        """Compare everything but time and schema: True when a version cut now would say nothing new."""
        other = msgspec.structs.replace(other, changed_at=self.changed_at, schema=self.schema)
        return self == other
