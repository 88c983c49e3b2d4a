"""The messages both ends speak, their version, their size limits and the paths they travel by."""

from __future__ import annotations

from models.identity import Assignment, Directory, Worker
from models.version import Version
from sync.wire.blobs import BLOB_PART_BYTES, MAX_BLOB_BYTES, BlobOffer, BlobState
from sync.wire.care import (
    AgreeReply,
    AgreeRequest,
    AgreeScopeReply,
    AgreeScopeRequest,
    BatchProof,
    ClosingReply,
    CoverReply,
    CoverRequest,
    ProofReply,
    ProofRequest,
    ReceiptReply,
    ReceiptRequest,
)
from sync.wire.core import (
    MAX_BATCH_BYTES,
    MAX_BATCH_VERSIONS,
    MAX_BODY_BYTES,
    MAX_MESSAGE_BYTES,
    MAX_PAGE_BYTES,
    MAX_PAGE_ROWS,
    WIRE_VERSION,
    ErrorReply,
    Message,
)
from sync.wire.drop import DropRequest
from sync.wire.joining import ChallengeReply, EnrolReply, EnrolRequest, TokenReply, TokenRequest
from sync.wire.pulling import (
    Campaign,
    CouncilRules,
    HeldNews,
    HistoryReply,
    PulledRow,
    PullPage,
    PullRequest,
    Withdrawal,
)
from sync.wire.pushing import PushReply, PushRequest, PushResult
from sync.wire.segments import Segment, SegmentRef, SegmentsReply, SegmentsRequest

ROUTES = {
    "enrol": "/v1/enrol",
    "challenge": "/v1/challenge",
    "token": "/v1/token",
    "pull": "/v1/pull",
    "push": "/v1/push",
    "history": "/v1/history",
    "receipt": "/v1/receipt",
    "closing": "/v1/closing",
    "health": "/v1/health",
}
"""Paths of the first wire version. enrol, token, pull, push, receipt: POST of a zstd message. challenge,
closing: POST with an empty body. history: GET ``/v1/history/{record_id}``. health: GET, plain JSON."""

__all__ = [
    "BLOB_PART_BYTES",
    "MAX_BATCH_BYTES",
    "MAX_BATCH_VERSIONS",
    "MAX_BLOB_BYTES",
    "MAX_BODY_BYTES",
    "MAX_MESSAGE_BYTES",
    "MAX_PAGE_BYTES",
    "MAX_PAGE_ROWS",
    "ROUTES",
    "WIRE_VERSION",
    "AgreeReply",
    "AgreeRequest",
    "AgreeScopeReply",
    "AgreeScopeRequest",
    "Assignment",
    "BatchProof",
    "BlobOffer",
    "BlobState",
    "Campaign",
    "ChallengeReply",
    "ClosingReply",
    "CouncilRules",
    "CoverReply",
    "CoverRequest",
    "Directory",
    "DropRequest",
    "EnrolReply",
    "EnrolRequest",
    "ErrorReply",
    "HeldNews",
    "HistoryReply",
    "Message",
    "ProofReply",
    "ProofRequest",
    "PullPage",
    "PullRequest",
    "PulledRow",
    "PushReply",
    "PushRequest",
    "PushResult",
    "ReceiptReply",
    "ReceiptRequest",
    "Segment",
    "SegmentRef",
    "SegmentsReply",
    "SegmentsRequest",
    "TokenReply",
    "TokenRequest",
    "Version",
    "Withdrawal",
    "Worker",
]
