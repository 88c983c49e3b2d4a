"""The council's transactions behind one door: all that a laptop may ask of it."""

from __future__ import annotations

from collections.abc import Sequence

from sync.server import agreeing, blobs, closing, covering, proving, pulling, pushing, remaining, segments, withdrawing
from sync.server.auth import Secrets
from sync.server.centre import Centre
from sync.server.database import again
from sync.server.dropping import DropBox
from sync.server.enrolment import Door
from sync.server.group_commit import GroupCommit
from sync.server.pushing import Pushed
from sync.server.refusal import Refusal
from sync.wire import (
    AgreeReply,
    AgreeRequest,
    AgreeScopeReply,
    AgreeScopeRequest,
    BlobOffer,
    BlobState,
    ChallengeReply,
    ClosingReply,
    CoverReply,
    CoverRequest,
    EmptiedReply,
    EmptiedRequest,
    EnrolReply,
    EnrolRequest,
    ProofRequest,
    PullRequest,
    PushRequest,
    ReceiptReply,
    ReceiptRequest,
    RemainsReply,
    RemainsRequest,
    SegmentsReply,
    SegmentsRequest,
    TokenReply,
    TokenRequest,
)


class Hub:
    """One council's hub. Keeps nothing from one request for the next, so any number of them may serve one database.

    Each method may be called from any thread and does its work again where another's came in between; all raise
    :class:`sync.server.refusal.Refusal` for what they will not do. ``pull``, ``push`` and ``history`` return
    packed messages of :mod:`sync.wire`, joined from stored bytes.
    """

    def __init__(self, centre: Centre) -> None:
        self.centre = centre
        self.drop_box = DropBox(centre)
        self._pushes: GroupCommit[Pushed, bytes | Refusal] = GroupCommit(
            lambda pushed: pushing.push(centre, pushed), Pushed.goes_with
        )
        self._door = Door(centre, Secrets(centre.settings.password_cost))

    def enrol(self, request: EnrolRequest, address: str) -> EnrolReply:
        return again(lambda: self._door.enrol(request, address))

    def challenge(self) -> ChallengeReply:
        return again(lambda: self._door.challenge())

    def token(self, request: TokenRequest, address: str) -> TokenReply:
        return again(lambda: self._door.token(request, address))

    def pull(self, token: str, request: PullRequest) -> bytes:
        return again(lambda: pulling.pull(self.centre, token, request))

    def push(self, token: str, request: PushRequest, packed_bytes: int = 0) -> bytes:
        pushed = pushing.receive(token, request, packed_bytes)
        answer = again(lambda: self._pushes.run(pushed))
        if isinstance(answer, Refusal):
            raise answer
        return answer

    def receipt(self, token: str, request: ReceiptRequest) -> ReceiptReply:
        return again(lambda: withdrawing.take_receipt(self.centre, token, request))

    def remains(self, token: str, request: RemainsRequest) -> RemainsReply:
        return again(lambda: remaining.order_again(self.centre, token, request))

    def cover(self, token: str, request: CoverRequest) -> CoverReply:
        return again(lambda: covering.cover(self.centre, token, request))

    def closing(self, token: str) -> ClosingReply:
        return again(lambda: closing.closing(self.centre, token))

    def emptied(self, request: EmptiedRequest) -> EmptiedReply:
        return again(lambda: closing.emptied(self.centre, request))

    def history(self, token: str, record_id: str, after: int = 0) -> bytes:
        return again(lambda: pulling.history(self.centre, token, record_id, after))

    def proof(self, token: str, request: ProofRequest) -> bytes:
        return again(lambda: proving.prove(self.centre, token, request))

    def offer_blob(self, token: str, request: BlobOffer) -> BlobState:
        return again(lambda: blobs.offer(self.centre, token, request))

    def take_part(self, token: str, record_id: str, blob_id: str, number: int, data: bytes, sha256: str) -> BlobState:
        return again(lambda: blobs.take_part(self.centre, token, record_id, blob_id, number, data, sha256))

    def blob_state(self, token: str, record_id: str, blob_id: str) -> BlobState:
        return again(lambda: blobs.state(self.centre, token, record_id, blob_id))

    def blob_part(self, token: str, record_id: str, blob_id: str, number: int) -> blobs.Part:
        return again(lambda: blobs.part(self.centre, token, record_id, blob_id, number))

    def segments(self, token: str, request: SegmentsRequest) -> SegmentsReply:
        return again(lambda: segments.list_segments(self.centre, token, request))

    def segment(self, token: str, segment_ids: Sequence[str], start: int = 0) -> bytes:
        return again(lambda: segments.fetch_segments(self.centre, token, segment_ids, start))

    def agree(self, token: str, request: AgreeRequest) -> AgreeReply:
        return again(lambda: agreeing.agree(self.centre, token, request))

    def agree_scope(self, token: str, request: AgreeScopeRequest) -> AgreeScopeReply:
        return again(lambda: agreeing.agree_scope(self.centre, token, request))
