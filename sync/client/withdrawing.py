"""The laptop's end of giving something up: what a page says must go, and the signed receipt once it is gone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from models.exchange import Exchange, HeldWord, News, Order
from models.identity import Identity
from sync.client.http import Refused
from sync.wire import (
    MAX_REMAINS,
    ClosingReply,
    PullPage,
    ReceiptReply,
    ReceiptRequest,
    RemainsReply,
    RemainsRequest,
    Withdrawal,
)

MOST_RECEIPTS = 500
RECEIPT_WORDS = b"heard-receipt-1\n"
CLOSING_WORDS = b"heard-closed-1\n"


class Line(Protocol):
    """What giving up needs of the server."""

    def receipt(self, identity: Identity, request: ReceiptRequest) -> ReceiptReply: ...

    def remains(self, identity: Identity, request: RemainsRequest) -> RemainsReply: ...


def news_of(page: PullPage) -> News:
    """What a page says beside its rows."""
    return News(
        orders=tuple(_order(one) for one in page.withdrawals),
        held=tuple(HeldWord(one.version_id, one.record_id, one.state, one.words) for one in page.held),
    )


def ask_about_remains(exchange: Exchange, line: Line) -> None:
    """After an older copy was put back: say what lies hidden here without an order, and take the orders for it.

    Asks nothing where there is nothing of the kind, and once for each thing while the vault is open. Call it when
    nothing waits to be given back. Raises Offline or Refused.
    """
    places = exchange.remains()
    for start in range(0, len(places), MAX_REMAINS):
        some = places[start : start + MAX_REMAINS]
        request = RemainsRequest(
            scopes=tuple(scope_id for scope_id, record_id in some if not record_id),
            records=tuple(record_id for _, record_id in some if record_id),
        )
        try:
            orders = line.remains(exchange.identity, request).orders
        except Refused as error:
            if error.status != 404:
                raise
            orders = ()  # an older server, which cannot be asked
        exchange.take_orders([_order(one) for one in orders], some).result()


def _order(told: Withdrawal) -> Order:
    return Order(told.order_id, told.scope_id, told.record_id)


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
