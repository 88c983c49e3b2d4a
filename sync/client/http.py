"""The council's server as the laptop speaks to it: TLS, a short token, and every network fault told as Trouble."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

import msgspec

from models.errors import Trouble
from models.identity import Identity
from sync.codec import CONTENT_TYPE, BadMessage, pack, unpack
from sync.wire import (
    MAX_MESSAGE_BYTES,
    ROUTES,
    ChallengeReply,
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
    TokenReply,
    TokenRequest,
)

if TYPE_CHECKING:
    import httpx

M = TypeVar("M", bound=Message)
OWN_MACHINE = ("127.0.0.1", "localhost", "::1")
CONNECT_SECONDS = 5.0
READ_SECONDS = 60.0
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


class Centre:
    """One laptop's line to its council. Kept open between requests; safe to use from one thread at a time."""

    def __init__(self, url: str, certificate: str = "") -> None:
        """``certificate`` is a PEM of the council's own authority; "" trusts what the operating system trusts."""
        self.url = checked_url(url)
        self._certificate = certificate
        self._client: httpx.Client | None = None
        self._tokens: dict[str, str] = {}

    def enrol(self, request: EnrolRequest) -> EnrolReply:
        """Join with a one-time code."""
        return self._ask("enrol", pack(request), EnrolReply)

    def pull(self, identity: Identity, request: PullRequest) -> PullPage:
        """Ask for the next page."""
        return self._signed_in(identity, "pull", pack(request, level=1), PullPage)

    def push(self, identity: Identity, request: PushRequest) -> PushReply:
        """Send a batch. Safe to send again: the server recognises each version."""
        return self._signed_in(identity, "push", pack(request), PushReply)

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

    def close(self) -> None:
        """Close the line. A later request opens it again."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def _signed_in(self, identity: Identity, route: str, body: bytes | None, kind: type[M], tail: str = "") -> M:
        who = identity.device_id
        if who not in self._tokens:
            self._tokens[who] = self._sign_in(identity)
        try:
            return self._ask(route, body, kind, tail, token=self._tokens[who])
        except Refused as error:
            if error.status != 401 or error.code == "device_revoked":
                raise
            self._tokens[who] = self._sign_in(identity)
            return self._ask(route, body, kind, tail, token=self._tokens[who])

    def _sign_in(self, identity: Identity) -> str:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        challenge = self._ask("challenge", b"", ChallengeReply).challenge
        key = Ed25519PrivateKey.from_private_bytes(identity.signing_key)
        signature = key.sign(b"heard-token-1" + challenge + identity.device_id.encode())
        request = TokenRequest(device_id=identity.device_id, challenge=challenge, signature=signature)
        return self._ask("token", pack(request), TokenReply).token

    def _ask(self, route: str, body: bytes | None, kind: type[M], tail: str = "", token: str = "") -> M:
        import httpx

        # A message is packed already; a proxy that packs it again makes it unreadable.
        headers = {"content-type": CONTENT_TYPE, "accept": CONTENT_TYPE, "accept-encoding": "identity"}
        if token:
            headers["authorization"] = f"Bearer {token}"
        method = "GET" if body is None else "POST"
        try:
            client = self._opened()
            with client.stream(method, self.url + ROUTES[route] + tail, content=body, headers=headers) as response:
                data = _read_bounded(response)
        except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError, OSError) as error:
            self.close()
            raise Offline(type(error).__name__) from error
        if response.status_code not in (200, 201):
            raise _refusal(response, data)
        try:
            return unpack(kind, data)
        except BadMessage as error:
            # A hotel's sign-in page answers 200 with HTML: that is no server of ours, and nothing was sent.
            raise Offline("not a Heard server") from error

    def _opened(self) -> httpx.Client:
        import httpx

        if self._client is None:
            timeout = httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
            # What is meant for this machine never goes by way of a proxy, where it would travel readable.
            is_far = urlsplit(self.url).hostname not in OWN_MACHINE
            self._client = httpx.Client(
                verify=trusting(self._certificate), timeout=timeout, follow_redirects=False, trust_env=is_far
            )
        return self._client


def trusting(certificate: str) -> ssl.SSLContext:
    """A TLS context that trusts the council's own authority (PEM), or with "" what the operating system trusts."""
    if certificate:
        context = ssl.create_default_context(cadata=certificate)
    else:
        import truststore

        context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def checked_url(url: str) -> str:
    """Return the address without a trailing slash. Raises Trouble for plain HTTP to anywhere but this machine."""
    text = url.strip()
    text = (text if "://" in text else f"https://{text}").rstrip("/")
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        host, parts = "", urlsplit("")
    is_own_machine = host in OWN_MACHINE
    if not host or parts.scheme not in ("https", "http") or (parts.scheme == "http" and not is_own_machine):
        raise Trouble(
            "That address cannot be used",
            "Heard only speaks to your council over a secure line.",
            "Type the address your council gave you. It starts with https.",
        )
    return text


def _read_bounded(response: httpx.Response) -> bytes:
    chunks, size = [], 0
    for chunk in response.iter_raw():
        size += len(chunk)
        if size > MAX_MESSAGE_BYTES:
            raise Offline("answer too large")
        chunks.append(chunk)
    return b"".join(chunks)


def _refusal(response: httpx.Response, data: bytes) -> Trouble:
    wait = response.headers.get("retry-after", "")
    is_number = wait.isascii() and wait.isdigit() and len(wait) < 10
    retry_after = min(float(wait), MOST_WAIT_SECONDS) if is_number else 0.0
    try:
        reply = unpack(ErrorReply, data)
    except BadMessage:
        try:
            reply = msgspec.json.decode(data, type=ErrorReply)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return _busy(f"HTTP {response.status_code} from something that is not Heard", retry_after)
    if response.status_code >= 500 or response.status_code == 429:
        return _busy(reply.code, retry_after)
    return Refused(response.status_code, reply.code, reply.message, retry_after)


def _busy(why: str, retry_after: float) -> Offline:
    busy = Offline(why)
    busy.retry_after = retry_after
    return busy
