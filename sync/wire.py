"""The messages both ends speak, their version and their size limits."""

from __future__ import annotations

import msgspec

from models.identity import Assignment, Directory, Worker
from models.version import Version

__all__ = ["Assignment", "Directory", "Version", "Worker"]

WIRE_VERSION = 1

MAX_BATCH_VERSIONS = 500
MAX_BATCH_BYTES = 256 * 1024
"""Compressed bytes of one push."""
MAX_PAGE_ROWS = 1000
MAX_PAGE_BYTES = 512 * 1024
"""Compressed bytes of one pull page."""
MAX_BODY_BYTES = 512 * 1024
"""One record's body, uncompressed."""
MAX_MESSAGE_BYTES = 16 * 1024 * 1024
"""Any message, once unpacked: the bomb limit."""


class Message(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every message is: immutable, named fields, nothing unknown accepted."""


class EnrolRequest(Message, frozen=True, kw_only=True):
    """A laptop asks to join, with the one-time code the council gave its worker.

    ``password`` is the worker's own for the server: chosen here the first time, checked every later time.
    ``public_key`` is the device's Ed25519 key, 32 raw bytes.
    """

    code: str
    sign_in_name: str
    password: str
    device_name: str
    public_key: bytes
    wire_version: int = WIRE_VERSION


class EnrolReply(Message, frozen=True, kw_only=True):
    """The laptop's identity from now on. ``sealing_key`` is the server's X25519 public key, for side files."""

    device_id: str
    device_epoch: int
    council_id: str
    council_name: str
    worker: Worker
    timeline: str
    sealing_key: bytes = b""


class ChallengeReply(Message, frozen=True, kw_only=True):
    """Random bytes for the device to sign; good once and for two minutes."""

    challenge: bytes


class TokenRequest(Message, frozen=True, kw_only=True):
    """Proves possession of the device key. ``signature`` is Ed25519 over b"heard-token-1" + challenge + device_id."""

    device_id: str
    challenge: bytes
    signature: bytes


class TokenReply(Message, frozen=True, kw_only=True):
    """A short token, bound to the device. ``seconds`` is how long it holds, by the server's clock."""

    token: str
    seconds: int


class PullRequest(Message, frozen=True, kw_only=True):
    """What a laptop already has. ``filling`` holds a cursor for each scope still being filled."""

    cursor: int
    grant_counter: int
    timeline: str
    filling: dict[str, int] = {}


class PulledRow(Message, frozen=True, kw_only=True):
    """One version with its place in the council's line. ``is_head`` is False for a branch."""

    seq: int
    version: Version
    is_head: bool = True


class PullPage(Message, frozen=True, kw_only=True):
    """One page out, applied with its cursors in one local transaction.

    ``scopes`` (granted scope id to the worker's role) and ``directory`` come only when the grant counter
    differs from the laptop's. ``more`` says another page waits.
    """

    rows: tuple[PulledRow, ...]
    cursor: int
    filling: dict[str, int]
    grant_counter: int
    timeline: str
    more: bool
    scopes: dict[str, str] | None = None
    directory: Directory | None = None
    server_time: str = ""


class PushRequest(Message, frozen=True, kw_only=True):
    """A batch in op order with one signature over :func:`models.version.batch_digest`."""

    versions: tuple[Version, ...]
    signature: bytes


class PushResult(Message, frozen=True, kw_only=True):
    """What became of one version.

    outcome: ``head`` (appended, and the head moved to it), ``branch`` (appended, the head is another),
    ``held`` (kept whole in the held-back box; ``reason`` says why). ``head`` carries the current head where
    it did not move and the author may read it.
    """

    version_id: str
    outcome: str
    seq: int = 0
    reason: str = ""
    head: PulledRow | None = None


class PushReply(Message, frozen=True, kw_only=True):
    """One result for each version, in the order they came."""

    results: tuple[PushResult, ...]


class HistoryReply(Message, frozen=True, kw_only=True):
    """Every version of one record that this worker may read, oldest first."""

    versions: tuple[PulledRow, ...]


class ErrorReply(Message, frozen=True, kw_only=True):
    """Why a request failed: ``code`` for programs, ``message`` in plain English for people."""

    code: str
    message: str


ROUTES = {
    "enrol": "/v1/enrol",
    "challenge": "/v1/challenge",
    "token": "/v1/token",
    "pull": "/v1/pull",
    "push": "/v1/push",
    "history": "/v1/history",
    "health": "/v1/health",
}
"""Paths of the first wire version. enrol, token, pull, push: POST of a zstd message. challenge:
POST with an empty body. history: GET ``/v1/history/{record_id}``. health: GET, plain JSON."""
