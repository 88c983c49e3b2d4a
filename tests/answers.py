"""What a stub of a council's server answers, byte by byte, to one invented laptop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from models.identity import Identity, Worker
from models.ids import new_uuid7
from sync.codec import pack, unpack
from sync.wire import (
    ChallengeReply,
    ErrorReply,
    PullPage,
    PullRequest,
    TokenReply,
    TokenRequest,
)

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
ID = new_uuid7(1_763_890_200_000, bytes(10))
ME = Identity(
    device_id=ID, device_epoch=1, council_id=ID, council_name="Testshire", timeline=ID,
    worker=Worker(worker_id=ID, display_name="Amy"), signing_key=bytes(range(32)),
)  # fmt: skip
REQUEST = PullRequest(cursor=1_234_567_890, grant_counter=12_345, timeline=ID)
PAGE = PullPage(rows=(), cursor=7, filling={}, grant_counter=1, timeline=ID, more=False)
PORTAL = b"<html><title>Welcome to the hotel</title><a href=/signin>Sign in</a></html>"
Listen = Callable[..., Any]


def http(status: int, body: bytes = b"", length: int | None = None, **headers: Any) -> bytes:
    lines = [f"HTTP/1.1 {status} Whatever", f"content-length: {len(body) if length is None else length}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def council(*replies: bytes, token: str = "t" * 43) -> Callable[[Any], bytes]:
    """Answer sign-in as a server does, and everything else with these replies in turn (the last one again)."""
    left = list(replies)

    def answer(asked: Any) -> bytes:
        if asked.path == "/v1/challenge":
            return http(200, pack(ChallengeReply(challenge=b"c" * 32)))
        if asked.path == "/v1/token":
            request = unpack(TokenRequest, asked.body)
            KEY.public_key().verify(request.signature, b"heard-token-1" + b"c" * 32 + ID.encode())
            return http(200, pack(TokenReply(token=token, seconds=900)))
        return left.pop(0) if len(left) > 1 else left[0]

    return answer


def refusal(status: int, code: str, message: str = "", **headers: Any) -> bytes:
    return http(status, pack(ErrorReply(code=code, message=message)), **headers)
