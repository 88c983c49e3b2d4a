"""What every message is, how large it may be, and how a request that fails is answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import msgspec

WIRE_VERSION = 1
WIRE_HEADER = "heard-wire"
"""Names the wire version in every request and every reply; the range of both ends is a :class:`Spoken`."""

MAX_BATCH_VERSIONS = 500
MAX_BATCH_BYTES = 256 * 1024
"""Compressed bytes of one push."""
MAX_PAGE_ROWS = 1000
MAX_PAGE_BYTES = 512 * 1024
"""Compressed bytes of one pull page."""
MAX_BODY_BYTES = 512 * 1024
"""One record's body, uncompressed."""
MAX_MESSAGE_BYTES = 16 * 1024 * 1024
"""Any message, once unpacked: the bomb limit."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """The wire versions one end speaks, from the oldest to the newest, all between included."""

    oldest: int = 1
    newest: int = WIRE_VERSION

    def __contains__(self, version: int) -> bool:
        return self.oldest <= version <= self.newest

    def highest_with(self, other: Spoken) -> int:
        """The highest version both ends speak; 0 where there is none."""
        highest = min(self.newest, other.newest)
        return highest if highest in self and highest in other else 0

    def answer_to(self, asked: int, *, is_written_in: bool) -> int:
        """The version in which to answer a laptop that named this one; 0 where it cannot be answered.

        A request with a body is written in the version it names, and must be read in it. One without a body only
        names the newest its laptop speaks, and may be answered in an older one.
        """
        if is_written_in or asked < self.oldest:
            return asked if asked in self else 0
        return min(asked, self.newest)


SPOKEN = Spoken()


Seq = Annotated[int, msgspec.Meta(ge=0, le=(1 << 53) - 1)]
"""A place in the council's line, a count, or anything else that both a database and any JSON reader can hold."""


class Message(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every message is: immutable, named fields. The server refuses a request with a field it does not know."""


class Reply(Message, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """What the server says, and every part of it: an older laptop passes over the fields a newer server added."""


class ErrorReply(Reply, frozen=True, kw_only=True):
    """Why a request failed: ``code`` for programs, ``message`` in plain English for people.

    With the code ``wire_version`` come the oldest and the newest version the server speaks. The shape of this reply is
    the same in every wire version.
    """

    code: str
    message: str
    oldest_wire: int = 0
    newest_wire: int = 0
