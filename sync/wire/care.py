"""What laptop and server say to each other beside records: receipts, cover, agreement, proofs."""

from __future__ import annotations

from sync.wire.core import Message, Reply
from sync.wire.pulling import Withdrawal


class ReceiptRequest(Message, frozen=True, kw_only=True):
    """These withdrawals have been carried out: nothing of them is left on this laptop.

    ``signature`` is Ed25519 over b"heard-receipt-1\\n" + device id + "\\n" + the order ids, one a line.
    """

    order_ids: tuple[str, ...]
    signature: bytes


class ReceiptReply(Reply, frozen=True, kw_only=True):
    """The orders whose receipt is written down now, or was before."""

    order_ids: tuple[str, ...]


class RemainsRequest(Message, frozen=True, kw_only=True):
    """What lies hidden on this laptop without an order to give it up: an older copy of it was put back.

    ``scopes`` it holds and is not granted, ``records`` of granted scopes that it was told not to show. At most
    MAX_REMAINS of both together.
    """

    scopes: tuple[str, ...] = ()
    records: tuple[str, ...] = ()


class RemainsReply(Reply, frozen=True, kw_only=True):
    """The orders for those of them that must go. What none of them names stays hidden, and as it is."""

    orders: tuple[Withdrawal, ...]


MAX_REMAINS = 500


class ClosingReply(Reply, frozen=True, kw_only=True):
    """The council's word that this laptop is closed, signed so that nobody else can have it emptied.

    When all of it is gone, the receipt for it names the device id as its order (:class:`EmptiedRequest`).

    ``signature`` is Ed25519 by the council's key over b"heard-closed-1\\n" + device id + "\\n" + closed_at.
    ``help_line`` is whom the council wants to be rung about it, "" where it has said nothing. ``timeline`` is the
    server's now: on another than the laptop's it came back from an older copy, and may lack what was sent before.
    """

    device_id: str
    closed_at: str
    signature: bytes
    help_line: str = ""
    timeline: str = ""


class EmptiedRequest(Message, frozen=True, kw_only=True):
    """A closed laptop has nothing left. It has no key any more either, and so no token: its signature was made before.

    ``signature`` is that of a receipt (:class:`ReceiptRequest`) whose one order is the device id.
    """

    device_id: str
    signature: bytes


class EmptiedReply(Reply, frozen=True, kw_only=True):
    """It is written down now, or was before."""

    device_id: str


class CoverRequest(Message, frozen=True, kw_only=True):
    """A worker must see a child not assigned to them, and says why. ``child`` is the council's own number for them."""

    child: str
    reason: str


class CoverReply(Reply, frozen=True, kw_only=True):
    """The scope is granted until then; it comes with the next pull."""

    scope_id: str
    until_at: str


class AgreeRequest(Message, frozen=True, kw_only=True):
    """What a laptop holds, as one digest for each granted scope, at this cursor (scope to hex digest)."""

    cursor: int
    digests: dict[str, str]


class AgreeReply(Reply, frozen=True, kw_only=True):
    """``is_current``: nothing has changed for this worker since the cursor, so a difference is a real one.

    ``differing`` names the scopes whose digests differ from the server's.
    """

    is_current: bool
    differing: tuple[str, ...]


class AgreeScopeRequest(Message, frozen=True, kw_only=True):
    """Which heads does this scope have for me?"""

    scope_id: str


class AgreeScopeReply(Reply, frozen=True, kw_only=True):
    """Every record of the scope that this worker may read, with its head (record id to version id).

    ``cursor`` is the greatest seq among them: a laptop that has not come so far has news to pull first.
    """

    cursor: int
    heads: dict[str, str]


MAX_PROOF_VERSIONS = 500
"""How many versions one request may ask about."""


class ProofRequest(Message, frozen=True, kw_only=True):
    """Which signatures cover these versions? At most MAX_PROOF_VERSIONS."""

    version_ids: tuple[str, ...]


class BatchProof(Reply, frozen=True, kw_only=True):
    """One signed batch: who signed, with which key (retired or not), and the envelope hashes it covers, in op order."""

    device_id: str
    worker_id: str
    public_key: bytes
    signature: bytes
    envelope_hashes: tuple[str, ...]
    version_ids: tuple[str, ...]


class ProofReply(Reply, frozen=True, kw_only=True):
    """The batches; a version that no batch names has no proof, but for those in ``later``: to be asked about again."""

    batches: tuple[BatchProof, ...]
    later: tuple[str, ...] = ()
