"""After the council's server came back from an older copy: offers it what colleagues wrote and it has lost.

A laptop sends its own versions again by itself. Where the laptop that wrote a version is gone or went back too, a
colleague's copy may be the last one: the server keeps it whole in the held-back box, for it cannot know it as theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Sized
from typing import Protocol

from models.exchange import Exchange
from models.identity import Identity
from models.version import Version
from sync.wire import ProofReply, ProofRequest

AT_ONCE = 200
"""Versions asked about in one message."""


class AskingLine(Protocol):
    """What is needed of the server here."""

    def proof(self, identity: Identity, request: ProofRequest) -> ProofReply: ...


def give_back(exchange: Exchange, line: AskingLine, send: Callable[[list[Version]], Sized]) -> int:
    """Offer what this server lacks, once for each of its timelines. Returns how many versions it lacked.

    ``send`` pushes as many of a batch as fit one message, and returns so many answers. Nothing here changes: the
    copies stay where they are. Raises Offline or Refused; begun again from the first then, which the server recognises.
    """
    if not exchange.must_give_back():
        return 0
    given, after = 0, ""
    while some := exchange.of_colleagues(after, AT_ONCE):
        after = some[-1].version_id
        lacking = _lacking(exchange.identity, line, some)
        given += len(lacking)
        while lacking:
            lacking = lacking[len(send(lacking)) :]
    exchange.note_given_back().result()
    return given


def hand_over_all(exchange: Exchange, send: Callable[[list[Version]], Sized]) -> None:
    """Offer all that colleagues wrote, from a laptop that the council has closed: it may not ask what is lacking.

    The server recognises what it has, and keeps the rest in the held-back box. Raises Offline or Refused.
    """
    if not exchange.must_give_back():
        return
    after = ""
    while some := exchange.of_colleagues(after, AT_ONCE):
        after = some[-1].version_id
        left = [one for one in some if not one.is_erased]
        while left:
            left = left[len(send(left)) :]
    exchange.note_given_back().result()


def _lacking(identity: Identity, line: AskingLine, some: list[Version]) -> list[Version]:
    asked = tuple(one.version_id for one in some)
    known: set[str] = set()
    while asked:
        reply = line.proof(identity, ProofRequest(version_ids=asked))
        known.update(one for batch in reply.batches for one in batch.version_ids)
        asked = reply.later if len(reply.later) < len(asked) else ()
    return [one for one in some if one.version_id not in known and not one.is_erased]
