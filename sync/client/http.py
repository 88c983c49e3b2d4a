"""The council's server as the laptop speaks to it: TLS, a short token, and every network fault told as Trouble."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from hashlib import sha256
from typing import TypeVar

import msgspec

from models.attachments.carriage import BlobRow
from models.errors import Trouble
from models.identity import Identity
from sync.client import road
from sync.client.answer import Answer, BadAnswer
from sync.client.pace import Pace
from sync.client.road import checked_url
from sync.codec import CONTENT_TYPE, BadMessage, pack, unpack
from sync.wire import (
    DECLARED,
    MAX_PAGE_BYTES,
    PART_HASH_HEADER,
    ROUTES,
    SPOKEN,
    WIRE_HEADER,
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
    ErrorReply,
    HistoryReply,
    Message,
    ProofReply,
    ProofRequest,
    PulledRow,
    PullPage,
    PullRequest,
    PushReply,
    PushRequest,
    ReceiptReply,
    ReceiptRequest,
    RemainsReply,
    RemainsRequest,
    SegmentsReply,
    SegmentsRequest,
    Spoken,
    TokenReply,
    TokenRequest,
)

M = TypeVar("M", bound=Message)
T = TypeVar("T")
LEAST_ROOM_BYTES = 8 * 1024
ENOUGH_THROUGH = 16
"""So many messages of their size must get through before larger ones are tried.

Growing at each would have a line that is cut every so often carry everything twice.
"""
MOST_WAIT_SECONDS = 3600.0
"""The longest ``Retry-After`` that is believed."""


class Offline(Trouble):
    """The server cannot be reached now. Offline is normal: work goes on and is sent later."""

    def __init__(self, why: str = "") -> None:
        super().__init__("You are offline", "Everything is saved on this laptop.", "It is sent when you are online.")
        self.why = why
        self.retry_after = 0.0


class Refused(Trouble):
    """The server answered and said no. ``status`` is HTTP's, ``code`` the server's; ``retry_after`` in seconds."""

    def __init__(self, status: int, code: str, message: str, retry_after: float = 0.0) -> None:
        super().__init__("The council’s server could not take this", message or "Nothing is lost.", "")
        self.status, self.code, self.retry_after = status, code, retry_after


class OtherAge(Refused):
    """Laptop and server speak no wire version in common: one of them must be updated. Nothing is lost meanwhile."""

    def __init__(self, *, is_laptop_older: bool) -> None:
        super().__init__(426, "wire_version", "Everything is saved on this laptop and is sent after the update.")
        if is_laptop_older:
            self.title = "Heard on this laptop is too old for the council’s server"
            self.help = "Please ask your council’s IT to update Heard on this laptop."
        else:
            self.title = "The council’s server is too old for Heard on this laptop"
            self.help = "Please ask your council’s IT to update the server."


@dataclass(frozen=True, slots=True)
class _Answered:
    """What came back: HTTP's status and headers (names in small letters), and the whole body."""

    status: int
    headers: Mapping[str, str]
    data: bytes


class Centre:
    """One laptop's line to its council. Kept open between requests; safe to use from one thread at a time."""

    def __init__(self, url: str, certificate: str = "", speaks: Spoken = SPOKEN) -> None:
        """``certificate`` is a PEM of the council's own authority; "" trusts what the operating system trusts."""
        self.url = checked_url(url)
        self.room = MAX_PAGE_BYTES
        """Bytes to carry in one message: half as many after a line broke under one, more again once they get through.

        A line that never holds for a whole page still brings everything, a piece at a time.
        """
        self._through = 0
        self._speaks, self._agreed = speaks, 0
        self._certificate = certificate
        self._road: road.Road | None = None
        self._tokens: dict[str, str] = {}

    def enrol(self, request: EnrolRequest) -> EnrolReply:
        """Join with a one-time code."""
        return self._ask("enrol", pack(request), EnrolReply)

    def pull(self, identity: Identity, request: PullRequest) -> PullPage:
        """Ask for the next page, a small one where the line has not held for a large one."""
        if self.room < MAX_PAGE_BYTES:
            request = msgspec.structs.replace(request, room=self.room)
        return self._signed_in(identity, "pull", pack(request, level=1), PullPage)

    def push(self, identity: Identity, request: PushRequest) -> PushReply:
        """Send a batch. Safe to send again: the server recognises each version.

        Raises Refused 413, as the server would, for one that this line has not held for of late.
        """
        packed = pack(request)
        if len(packed) > self.room and len(request.versions) > 1:
            raise Refused(413, "batch_too_large", "")
        return self._signed_in(identity, "push", packed, PushReply)

    def history(self, identity: Identity, record_id: str) -> HistoryReply:
        """Ask for every version of a record that this worker may read; the server gives a few megabytes at a time."""
        found: list[PulledRow] = []
        while True:
            after = max((row.seq for row in found), default=0)
            tail = f"/{record_id}?after={after}"
            page = self._signed_in(identity, "history", None, HistoryReply, tail)
            # What lies at or before ``after`` was here already: a server that knows no pages says it all each time.
            fresh = [row for row in page.versions if row.seq > after]
            if not fresh:
                return HistoryReply(versions=tuple(found))
            found += fresh

    def proof(self, identity: Identity, request: ProofRequest) -> ProofReply:
        """Ask for the signatures that cover some versions."""
        return self._signed_in(identity, "proof", pack(request), ProofReply)

    def receipt(self, identity: Identity, request: ReceiptRequest) -> ReceiptReply:
        """Say what is gone from this laptop. Safe to say again."""
        return self._signed_in(identity, "receipt", pack(request), ReceiptReply)

    def closing(self, identity: Identity) -> ClosingReply:
        """Ask for the council's signed word that this laptop is closed. Refused 404 where it is not."""
        return self._signed_in(identity, "closing", b"", ClosingReply)

    def cover(self, identity: Identity, request: CoverRequest) -> CoverReply:
        """Ask to be let in to a child not assigned to this worker, for a day."""
        return self._signed_in(identity, "cover", pack(request), CoverReply)

    def emptied(self, request: EmptiedRequest) -> EmptiedReply:
        """Say that a closed laptop is empty now. It has no key any more and needs no token."""
        return self._ask("emptied", pack(request), EmptiedReply)

    def offer_blob(self, identity: Identity, offer: BlobOffer) -> BlobState:
        """Offer a file of a record whose words were sent before; says what of it the council has."""
        return self._signed_in(identity, "blob_offer", pack(offer), BlobState)

    def send_part(self, identity: Identity, row: BlobRow, number: int, data: bytes) -> BlobState:
        """Send one part of a file. Safe to send again."""
        return self._signed_in(identity, "blob_put", data, BlobState, f"/{row.record_id}/{row.blob_id}/{number}")

    def blob_state(self, identity: Identity, row: BlobRow) -> BlobState:
        """Ask how much of a file the council has."""
        return self._signed_in(identity, "blob_state", None, BlobState, f"/{row.record_id}/{row.blob_id}")

    def fetch_part(self, identity: Identity, row: BlobRow, number: int) -> bytes:
        """Fetch one part of a file, as it lies at the council. Raises Offline for one that changed on the way."""
        tail = f"/{row.record_id}/{row.blob_id}/{number}"
        answer = self._with_token(identity, lambda token: self._answered("blob_get", None, tail, token))
        if sha256(answer.data).hexdigest() != answer.headers.get(PART_HASH_HEADER, ""):
            raise Offline("half a part")
        return answer.data

    def segments(self, identity: Identity, request: SegmentsRequest) -> SegmentsReply:
        """Ask which ready-made pieces there are of scopes that must be filled."""
        return self._signed_in(identity, "segments", pack(request), SegmentsReply)

    def segment(self, identity: Identity, segment_ids: Sequence[str], start: int) -> Iterator[bytes]:
        """Fetch pieces from a byte on, as they come. Raises Offline in the middle where the line is cut."""
        tail = f"/{','.join(segment_ids)}?start={start}"
        try:
            yield from self._stream("segment", tail, self._token_of(identity))
        except Refused as error:
            if error.status != 401 or error.code == "device_revoked":
                raise
            self._tokens.pop(identity.device_id, None)
            yield from self._stream("segment", tail, self._token_of(identity))

    def agree(self, identity: Identity, request: AgreeRequest) -> AgreeReply:
        """Compare the digests of what this laptop holds with the council's."""
        return self._signed_in(identity, "agree", pack(request, level=1), AgreeReply)

    def agree_scope(self, identity: Identity, request: AgreeScopeRequest) -> AgreeScopeReply:
        """Ask for the head of every record of one scope."""
        return self._signed_in(identity, "agree_scope", pack(request, level=1), AgreeScopeReply)

    def remains(self, identity: Identity, request: RemainsRequest) -> RemainsReply:
        """Say what lies hidden here without an order, and hear what of it must go."""
        return self._signed_in(identity, "remains", pack(request), RemainsReply)

    def close(self) -> None:
        """Close the line. A later request opens it again."""
        if self._road is not None:
            self._road.close()
            self._road = None

    def _signed_in(self, identity: Identity, route: str, body: bytes | None, kind: type[M], tail: str = "") -> M:
        return self._with_token(identity, lambda token: self._ask(route, body, kind, tail, token=token))

    def _with_token(self, identity: Identity, ask: Callable[[str], T]) -> T:
        try:
            return ask(self._token_of(identity))
        except Refused as error:
            if error.status != 401 or error.code == "device_revoked":
                raise
            self._tokens.pop(identity.device_id, None)
        try:
            return ask(self._token_of(identity))
        except Refused as error:
            if error.code != "token_expired":
                raise
            # Fresh, and over already: the server's clock jumps. Signing in is nothing a worker could do about it.
            self._tokens.pop(identity.device_id, None)
            raise Offline("no token holds") from error

    def _token_of(self, identity: Identity) -> str:
        who = identity.device_id
        if who not in self._tokens:
            self._tokens[who] = self._sign_in(identity)
        return self._tokens[who]

    def _stream(self, route: str, tail: str, token: str) -> Iterator[bytes]:
        """Hand out an answer's bytes as they come. Raises Offline in the middle, once what had come is handed out."""
        headers = {"accept-encoding": "identity", "authorization": f"Bearer {token}"}
        headers[WIRE_HEADER] = str(self._agreed or self._speaks.newest)
        with self._reaching(), self._asked("GET", ROUTES[route] + tail, None, headers) as response:
            if response.status != 200:
                data = _read_bounded(response, DECLARED[route].most_out)
                raise _refusal(_Answered(response.status, response.headers, data))
            if response.headers.get("content-type", "") != DECLARED[route].media_type:
                raise Offline("not a Heard server")
            yield from response.pieces()

    def _sign_in(self, identity: Identity) -> str:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        # The challenge has no body, so it is the place to ask for the newest version again.
        self._agreed = 0
        key = Ed25519PrivateKey.from_private_bytes(identity.signing_key)
        for _ in range(2):
            challenge = self._ask("challenge", b"", ChallengeReply).challenge
            signature = key.sign(b"heard-token-1" + challenge + identity.device_id.encode())
            request = TokenRequest(device_id=identity.device_id, challenge=challenge, signature=signature)
            try:
                return self._ask("token", pack(request), TokenReply).token
            except Refused as error:
                # The server's clock jumped in between, the line took two minutes or brought the request twice.
                if error.code != "challenge_over":
                    raise
        raise Offline("the challenge was over twice")

    def _ask(self, route: str, body: bytes | None, kind: type[M], tail: str = "", token: str = "") -> M:
        try:
            return unpack(kind, self._answered(route, body, tail, token).data)
        except BadMessage as error:
            # A hotel's sign-in page answers 200 with HTML: that is no server of ours, and nothing was sent.
            raise Offline("not a Heard server") from error

    def _answered(self, route: str, body: bytes | None, tail: str, token: str) -> _Answered:
        """Exchange one request for an answer of the kind its route gives, in a wire version both speak."""
        asked = self._agreed or self._speaks.newest
        answer = self._exchange(route, body, tail, token, asked)
        theirs = _range_named_in(answer)
        if theirs is not None:
            asked = self._speaks.highest_with(theirs)
            if not asked:
                raise OtherAge(is_laptop_older=theirs.oldest > self._speaks.newest)
            answer = self._exchange(route, body, tail, token, asked)
        if answer.status not in (200, 201):
            raise _refusal(answer)
        self._agreed = _answered_version(answer, self._speaks)
        kind = DECLARED[route].media_type or CONTENT_TYPE
        if answer.headers.get("content-type", kind).partition(";")[0].strip().casefold() != kind:
            raise Offline("not a Heard server")
        return answer

    def _exchange(self, route: str, body: bytes | None, tail: str, token: str, version: int) -> _Answered:
        """Send one request and read its whole answer. Raises Offline."""
        # A message is packed already; a proxy that packs it again makes it unreadable.
        declared = DECLARED[route]
        headers = {"content-type": declared.takes_media or CONTENT_TYPE, "accept-encoding": "identity"}
        headers |= {"accept": f"{CONTENT_TYPE}, {declared.media_type}".rstrip(", "), WIRE_HEADER: str(version)}
        if token:
            headers["authorization"] = f"Bearer {token}"
        if declared.takes_media:
            headers[PART_HASH_HEADER] = sha256(body or b"").hexdigest()
        with (
            self._reaching(is_one_message=True),
            self._asked(declared.method, ROUTES[route] + tail, body, headers) as response,
        ):
            data = _read_bounded(response, declared.most_out)
        self._through += max(len(data), len(body or b"")) >= self.room // 2
        if self._through == ENOUGH_THROUGH:
            self.room, self._through = min(MAX_PAGE_BYTES, self.room * 2), 0
        return _Answered(response.status, response.headers, data)

    @contextmanager
    def _reaching(self, *, is_one_message: bool = False) -> Iterator[None]:
        """The one place that turns faults of the line into Offline. Where one message broke it, the next is smaller."""
        try:
            yield
        except (Offline, Refused):
            self.close()
            raise
        except (OSError, BadAnswer, UnicodeError) as error:
            self.close()
            is_opened = not isinstance(error, road.NotOpened)
            if is_one_message and is_opened:
                self.room, self._through = max(LEAST_ROOM_BYTES, self.room // 2), 0
            raise Offline(type(error).__name__ if is_opened else str(error)) from error

    @contextmanager
    def _asked(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Iterator[Answer]:
        """Send a request, and hand out its answer before its body is read. One not read to its end closes the line."""
        if self._road is None:
            self._road = road.Road(road.address_of(self.url), self._certificate, Pace())
        response = self._road.ask(method, path, body, headers)
        try:
            yield response
        finally:
            if not response.keeps_line:
                self.close()


def _read_bounded(response: Answer, limit: int) -> bytes:
    chunks: list[bytes] = []
    left = limit
    if response.length <= limit:
        for chunk in response.pieces():
            left -= len(chunk)
            if left < 0:
                break
            chunks.append(chunk)
        else:
            return b"".join(chunks)
    raise Offline("answer too large")


def _error_in(data: bytes) -> ErrorReply | None:
    """Read a refusal, packed or plain; None where it is not one of Heard's."""
    try:
        return unpack(ErrorReply, data)
    except BadMessage:
        try:
            return msgspec.json.decode(data, type=ErrorReply)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return None


def _range_named_in(answer: _Answered) -> Spoken | None:
    """The wire versions a server says it speaks when it cannot answer in the one it was asked in."""
    error = _error_in(answer.data) if answer.status == 426 else None
    if error is None or error.code != "wire_version" or not 0 < error.oldest_wire <= error.newest_wire:
        return None
    return Spoken(error.oldest_wire, error.newest_wire)


def _answered_version(answer: _Answered, speaks: Spoken) -> int:
    """The wire version an answer is written in. Raises OtherAge for one this laptop does not speak."""
    text = answer.headers.get(WIRE_HEADER, "1")
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        raise Offline("not a Heard server")
    if int(text) not in speaks:
        raise OtherAge(is_laptop_older=int(text) > speaks.newest)
    return int(text)


def _refusal(answer: _Answered) -> Trouble:
    retry_after = _wait_in(answer.headers)
    reply = _error_in(answer.data)
    if reply is None:
        return _busy(f"HTTP {answer.status} from something that is not Heard", retry_after)
    if answer.status >= 500 or answer.status == 429:
        return _busy(reply.code, retry_after)
    return Refused(answer.status, reply.code, reply.message, retry_after)


def _wait_in(headers: Mapping[str, str]) -> float:
    """Seconds to wait by ``Retry-After``, at most MOST_WAIT_SECONDS; 0 where there is none that can be believed.

    A moment is counted from the server's own ``Date``: this laptop's clock may be years wrong, and decides nothing.
    """
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit() and len(text) < 10:
        return min(float(text), MOST_WAIT_SECONDS)
    try:
        seconds = (parsedate_to_datetime(text) - parsedate_to_datetime(headers["date"])).total_seconds()
    except (KeyError, ValueError, TypeError, OverflowError):
        return 0.0
    return min(max(0.0, seconds), MOST_WAIT_SECONDS)


def _busy(why: str, retry_after: float) -> Offline:
    busy = Offline(why)
    busy.retry_after = retry_after
    return busy
