"""A version on its way in, with all that can be worked out about it before the write lock is taken."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from models.version import Version, envelope_hash
from sync.server.judging import fault_in
from sync.server.outgoing import join_version, split_version


@dataclass(frozen=True)
class Sent:
    """One version as a laptop sent it. ``fault`` is why it cannot be kept as a version whoever sent it, or None."""

    version: Version
    envelope: bytes
    body: bytes
    envelope_hash: str
    content_hash: str
    fault: str | None

    def content(self) -> bytes:
        """The whole version as it travels."""
        return bytes(join_version(self.envelope, self.body))


def prepare(version: Version) -> Sent:
    """Take a version apart and look at it alone."""
    envelope, body = split_version(version)
    content_hash = hashlib.sha256(bytes(join_version(envelope, body))).hexdigest()
    return Sent(version, envelope, body, envelope_hash(version), content_hash, fault_in(version, body, len(envelope)))
