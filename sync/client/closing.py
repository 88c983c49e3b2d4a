"""The council has closed this laptop: everything goes to it, and only then may the laptop be emptied."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from models.errors import Trouble
from models.exchange import Exchange
from models.identity import Identity
from sync.client.http import Centre
from sync.client.withdrawing import is_closed_by_council, signed_receipt
from sync.wire import ClosingReply, EmptiedRequest


@dataclass(frozen=True, slots=True)
class Closed:
    """The council's word that this laptop is closed, and the receipt to send when it is empty.

    The receipt is signed now, because the key that signs it is among what must go; it is sent only afterwards.
    """

    device_id: str
    council_name: str
    closed_at: str
    help_line: str
    server_url: str
    server_certificate: str
    receipt: bytes


class ClosingLine(Protocol):
    """What is needed of the server here."""

    def closing(self, identity: Identity) -> ClosingReply: ...


class Files(Protocol):
    """Whoever carries photos, sound, films and pages."""

    def hand_over(self) -> int: ...


class Answers(Protocol):
    """Whoever sends anonymous answers."""

    def send_all(self) -> None: ...


def hand_over(exchange: Exchange, line: ClosingLine, files: Files, answers: Answers) -> Closed | None:
    """Hand over what words did not take with them, to a council that has closed this laptop itself.

    Call it after a round that was refused because this laptop is closed: its words have gone by then. Returns None,
    and hands over nothing, without the council's own signature over this very laptop; also where the server came back
    from an older copy, so that another round sends again what it may have lost. What could not be handed over
    is counted by :meth:`Exchange.left_behind`. Raises Offline, Refused or Cancelled; the next call goes on from there.
    """
    me = exchange.identity
    reply = line.closing(me)
    if not is_closed_by_council(me, reply):
        return None
    if reply.timeline and reply.timeline != me.timeline:
        # The server came back from an older copy: what it had acknowledged it may lack now, and gets next.
        exchange.begin_timeline(reply.timeline).result()
        return None
    files.hand_over()
    answers.send_all()
    return Closed(
        device_id=me.device_id,
        council_name=me.council_name,
        closed_at=reply.closed_at,
        help_line=reply.help_line,
        server_url=me.server_url,
        server_certificate=me.server_certificate,
        receipt=signed_receipt(me, (me.device_id,)).signature,
    )


def tell_it_is_empty(closed: Closed) -> None:
    """Send the receipt of a laptop that has no key any more. Raises Offline or Refused; it may be sent again."""
    centre = Centre(closed.server_url, closed.server_certificate)
    try:
        reply = centre.emptied(EmptiedRequest(device_id=closed.device_id, signature=closed.receipt))
    finally:
        centre.close()
    if reply.device_id != closed.device_id:
        raise Trouble("The council’s server gave an answer Heard does not understand")
