"""The laptop's end of giving something up: what a page says must go, and the signed receipt once it is gone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from models.exchange import Exchange, HeldWord, News, Order
from models.identity import Identity
from sync.wire import ClosingReply, PullPage, ReceiptReply, ReceiptRequest

MOST_RECEIPTS = 500
RECEIPT_WORDS = b"heard-receipt-1\n"
CLOSING_WORDS = b"heard-closed-1\n"


class Line(Protocol):
    """What giving up needs of the server."""

    def receipt(self, identity: Identity, request: ReceiptRequest) -> ReceiptReply: ...


def news_of(page: PullPage) -> News:
    """What a page says beside its rows."""
    return News(
        orders=tuple(Order(one.order_id, one.scope_id, one.record_id) for one in page.withdrawals),
        held=tuple(HeldWord(one.version_id, one.record_id, one.state, one.words) for one in page.held),
    )


def carry_out(exchange: Exchange, line: Line, must_stop: Callable[[], bool]) -> None:
    """Purge what has been handed over, and send the receipts that are owed; with nothing to give up, only look.

    Call it when nothing waits any more. Raises Offline, Refused, or Trouble from the disk; the next round goes on.
    """
    while not must_stop() and exchange.purge(must_stop):
        pass
    due = exchange.receipts_due()
    for start in range(0, len(due), MOST_RECEIPTS):
        some = due[start : start + MOST_RECEIPTS]
        line.receipt(exchange.identity, signed_receipt(exchange.identity, some))
        # An order the server does not name in its answer is none of this laptop's any more: no receipt is owed.
        exchange.receipts_taken(some).result()


def signed_receipt(identity: Identity, order_ids: tuple[str, ...]) -> ReceiptRequest:
    """Sign for these orders with the laptop's own key."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.from_private_bytes(identity.signing_key)
    words = RECEIPT_WORDS + "\n".join((identity.device_id, *order_ids)).encode()
    return ReceiptRequest(order_ids=order_ids, signature=key.sign(words))


def is_closed_by_council(identity: Identity, reply: ClosingReply) -> bool:
    """Say whether the council itself has closed this very laptop. Without its signature nothing may be emptied.

    A vault that joined before councils had a key knows none, and believes nobody.
    """
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    if not identity.council_key or reply.device_id != identity.device_id:
        return False
    words = CLOSING_WORDS + f"{reply.device_id}\n{reply.closed_at}".encode()
    try:
        Ed25519PublicKey.from_public_bytes(identity.council_key).verify(reply.signature, words)
    except (InvalidSignature, ValueError):
        return False
    return True
