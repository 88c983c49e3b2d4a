"""How a laptop joins its council, proves its key for a short token, and learns that it has been closed."""

from __future__ import annotations

from models.identity import Worker
from sync.wire.core import Message, Reply


class EnrolRequest(Message, frozen=True, kw_only=True):
    """A laptop asks to join, with the one-time code the council gave its worker.

    ``password`` is the worker's own for the server: chosen here the first time, checked every later time.
    ``public_key`` is the device's Ed25519 key, 32 raw bytes. ``replaces`` is the device id of a laptop that
    joins again: the server retires it, and keeps its key for what it signed.
    """

    code: str
    sign_in_name: str
    password: str
    device_name: str
    public_key: bytes
    replaces: str = ""


class EnrolReply(Reply, frozen=True, kw_only=True):
    """The laptop's identity from now on.

    ``sealing_key`` is the server's X25519 public key, for side files; ``council_key`` the Ed25519 public key that the
    council signs its closing notices with. Each is 32 raw bytes, or empty from a server that has none.
    """

    device_id: str
    device_epoch: int
    council_id: str
    council_name: str
    worker: Worker
    timeline: str
    sealing_key: bytes = b""
    council_key: bytes = b""


class ChallengeReply(Reply, frozen=True, kw_only=True):
    """Random bytes for the device to sign; good once and for two minutes."""

    challenge: bytes


class TokenRequest(Message, frozen=True, kw_only=True):
    """Proves possession of the device key. ``signature`` is Ed25519 over b"heard-token-1" + challenge + device_id."""

    device_id: str
    challenge: bytes
    signature: bytes


class TokenReply(Reply, frozen=True, kw_only=True):
    """A short token, bound to the device. ``seconds`` is how long it holds, by the server's clock."""

    token: str
    seconds: int
