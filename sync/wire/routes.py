"""Every path of the wire, declared once: server, laptop and the published description all read this table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sync.wire.blobs import BLOB_PART_BYTES, BlobOffer, BlobState
from sync.wire.care import (
    AgreeReply,
    AgreeRequest,
    AgreeScopeReply,
    AgreeScopeRequest,
    ClosingReply,
    CoverReply,
    CoverRequest,
    EmptiedReply,
    EmptiedRequest,
    ProofReply,
    ProofRequest,
    ReceiptReply,
    ReceiptRequest,
    RemainsReply,
    RemainsRequest,
)
from sync.wire.core import MAX_MESSAGE_BYTES, Message, Reply
from sync.wire.drop import DROP_BYTES, DROP_TYPE, DropRequest
from sync.wire.joining import ChallengeReply, EnrolReply, EnrolRequest, TokenReply, TokenRequest
from sync.wire.pulling import HistoryReply, PullPage, PullRequest
from sync.wire.pushing import PushReply, PushRequest
from sync.wire.segments import SegmentsReply, SegmentsRequest

SMALL_BYTES = 64 * 1024
BYTES = "application/octet-stream"
PART_HASH_HEADER = "heard-part-sha256"
MAX_REQUEST_BYTES = 8 * 1024 * 1024
"""Compressed bytes of any request: room for one very long version, which is then held back and not lost."""


@dataclass(frozen=True, slots=True)
class Route:
    """One path and method.

    ``takes`` and ``gives`` are messages (JSON under zstd). None: no body comes, or what goes out is plain JSON or bytes
    as ``media_type`` says; with both, what comes in is plain, too. ``codes`` are the refusals of its own (status,
    code), beside those any route may give. ``query`` names what may stand behind the path, and ``path`` its parameters
    in braces. ``takes_media``: bytes of that media type come, and are no message. ``headers`` are those that come with
    the request or, where nothing is taken, go with the answer.
    """

    name: str
    method: Literal["GET", "POST", "PUT"]
    path: str
    about: str
    takes: type[Message] | None = None
    gives: type[Reply] | None = None
    media_type: str = ""
    needs_token: bool = True
    most_in: int = SMALL_BYTES
    most_out: int = MAX_MESSAGE_BYTES
    query: tuple[tuple[str, str], ...] = ()
    codes: tuple[tuple[int, str], ...] = ()
    takes_media: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    is_negotiated: bool = True
    """False for what must be readable whatever version either end speaks."""


_ALL = (
    Route(
        "enrol",
        "POST",
        "/v1/enrol",
        "A laptop joins with a one-time code.",
        EnrolRequest,
        EnrolReply,
        needs_token=False,
        codes=(
            (400, "password_too_short"),
            (401, "code_wrong"),
            (401, "code_spent"),
            (401, "password_wrong"),
            (429, "too_many_guesses"),
        ),
        most_out=SMALL_BYTES,
    ),
    Route(
        "challenge",
        "POST",
        "/v1/challenge",
        "Random bytes for the device to sign. The body is empty.",
        None,
        ChallengeReply,
        needs_token=False,
        most_out=SMALL_BYTES,
    ),
    Route(
        "token",
        "POST",
        "/v1/token",
        "A signed challenge for a short token.",
        TokenRequest,
        TokenReply,
        needs_token=False,
        codes=((401, "challenge_over"), (401, "unknown_device"), (429, "too_many_guesses")),
        most_out=SMALL_BYTES,
    ),
    Route(
        "pull",
        "POST",
        "/v1/pull",
        "The next page of what this worker may read.",
        PullRequest,
        PullPage,
        most_in=1024 * 1024,
    ),
    Route(
        "push",
        "POST",
        "/v1/push",
        "A signed batch of versions. Safe to send again.",
        PushRequest,
        PushReply,
        most_in=MAX_REQUEST_BYTES,
        codes=((400, "bad_signature"), (413, "batch_too_large")),
    ),
    Route(
        "segments",
        "POST",
        "/v1/segments",
        "The ready-made pieces of scopes that must be filled.",
        SegmentsRequest,
        SegmentsReply,
    ),
    Route(
        "segment",
        "GET",
        "/v1/segment/{segment_ids}",
        "Pieces one behind the other, each a message under zstd of its own; their ids with commas between them.",
        media_type="application/octet-stream",
        query=(("start", "From this byte of them all on, so that a cut line costs nothing twice."),),
        codes=((404, "not_found"),),
    ),
    Route(
        "agree",
        "POST",
        "/v1/agree",
        "Whether a laptop holds what it should, by one digest for each scope.",
        AgreeRequest,
        AgreeReply,
        most_in=1024 * 1024,
    ),
    Route(
        "agree_scope",
        "POST",
        "/v1/agree/scope",
        "The head of every record of one scope.",
        AgreeScopeRequest,
        AgreeScopeReply,
        codes=((404, "not_found"),),
    ),
    Route(
        "history",
        "GET",
        "/v1/history/{record_id}",
        "The versions of one record, oldest first, a few megabytes at a time.",
        None,
        HistoryReply,
        query=(("after", "Only versions with a higher seq than this."),),
        codes=((404, "not_found"),),
    ),
    Route(
        "receipt",
        "POST",
        "/v1/receipt",
        "What this laptop was told to give up is gone from it.",
        ReceiptRequest,
        ReceiptReply,
        codes=((400, "bad_signature"),),
        most_out=SMALL_BYTES,
    ),
    Route(
        "remains",
        "POST",
        "/v1/remains",
        "What a laptop that was put back to an older copy still holds: the orders to give it up, made anew.",
        RemainsRequest,
        RemainsReply,
    ),
    Route(
        "cover",
        "POST",
        "/v1/cover",
        "A worker must see a child not assigned to them, says why, and is let in for a day.",
        CoverRequest,
        CoverReply,
        codes=(
            (400, "reason_needed"),
            (404, "no_such_child"),
            (409, "already_assigned"),
            (429, "too_many_guesses"),
            (429, "too_many_covers"),
        ),
    ),
    Route(
        "closing",
        "POST",
        "/v1/closing",
        "The council's signed word that this laptop is closed. The body is empty.",
        None,
        ClosingReply,
        codes=((404, "not_closed"),),
        most_out=SMALL_BYTES,
    ),
    Route(
        "emptied",
        "POST",
        "/v1/emptied",
        "A closed laptop has been emptied. It comes without a token, under a signature made while it had its key.",
        EmptiedRequest,
        EmptiedReply,
        needs_token=False,
        codes=((400, "bad_signature"), (404, "not_closed")),
        most_out=SMALL_BYTES,
    ),
    Route(
        "proof",
        "POST",
        "/v1/proof",
        "The signed batches that cover versions this worker may read.",
        ProofRequest,
        ProofReply,
    ),
    Route(
        "drop",
        "POST",
        "/v1/drop",
        "One anonymous answer: plain JSON of one fixed length, without a token. Safe to send again.",
        DropRequest,
        media_type=DROP_TYPE,
        needs_token=False,
        most_in=DROP_BYTES,
        codes=((401, "bad_proof"), (404, "not_found"), (410, "campaign_closed"), (429, "too_many_answers")),
        is_negotiated=False,
    ),
    Route(
        "blob_offer",
        "POST",
        "/v1/blobs",
        "A photo, sound, film or page of a record whose words were sent before: what of it is here already.",
        BlobOffer,
        BlobState,
        codes=((404, "not_found"), (413, "blob_too_large"), (413, "too_many_blobs")),
    ),
    Route(
        "blob_put",
        "PUT",
        "/v1/blobs/{record_id}/{blob_id}/{number}",
        "One part of it. Safe to send again. With the last one the whole is judged by its hash.",
        None,
        BlobState,
        takes_media=BYTES,
        most_in=BLOB_PART_BYTES,
        headers=((PART_HASH_HEADER, "SHA-256 of the part, in hex."),),
        codes=((400, "part_damaged"), (400, "blob_wrong"), (404, "not_found")),
    ),
    Route(
        "blob_state",
        "GET",
        "/v1/blobs/{record_id}/{blob_id}",
        "How much of it is here.",
        None,
        BlobState,
        codes=((404, "not_found"),),
    ),
    Route(
        "blob_get",
        "GET",
        "/v1/blobs/{record_id}/{blob_id}/{number}",
        "One part of it, once all of it is here.",
        media_type=BYTES,
        most_out=BLOB_PART_BYTES,
        headers=((PART_HASH_HEADER, "SHA-256 of the part, in hex."),),
        codes=((404, "not_found"),),
    ),
    Route(
        "health",
        "GET",
        "/v1/health",
        "Whether the server is up, and which wire versions it speaks.",
        media_type="application/json",
        needs_token=False,
        is_negotiated=False,
    ),
    Route(
        "openapi",
        "GET",
        "/v1/openapi.json",
        "This description.",
        media_type="application/json",
        needs_token=False,
        is_negotiated=False,
    ),
)

DECLARED = {route.name: route for route in _ALL}
"""Every route by its name."""
ROUTES = {route.name: route.path.partition("/{")[0] for route in _ALL}
"""Paths by name, up to the first parameter."""
