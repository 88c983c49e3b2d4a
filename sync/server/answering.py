"""One request and its answer, whichever way it came in: bytes to a message, the hub's answer to bytes, one log line."""

from __future__ import annotations

import functools
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import anyio.to_thread
from litestar.exceptions import HTTPException
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from sync.codec import CONTENT_TYPE, BadMessage, pack, unpack
from sync.server import refusal
from sync.server.blobs import Part
from sync.server.database import Clash, Unreachable
from sync.server.gate import Gate
from sync.server.logs import note
from sync.server.refusal import Refusal
from sync.wire import PART_HASH_HEADER, WIRE_HEADER, Message, Route, Spoken


@dataclass(frozen=True)
class Call:
    """One request. ``message`` is of the type its route takes, and ``size`` how many bytes it came in.

    ``data`` is what came where a route takes bytes and no message; ``parts`` are the parameters of the path, ``query``
    what stands behind it, and ``address`` is where it came from. Names of headers are in small letters.
    """

    headers: Mapping[str, str]
    parts: Mapping[str, Any] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    address: str = ""
    message: Any = None
    size: int = 0
    data: bytes = b""

    @property
    def token(self) -> str:
        """The bearer token. Raises Refusal 401 where there is none."""
        kind, _, given = self.headers.get("authorization", "").partition(" ")
        if kind.casefold() != "bearer" or not given:
            raise refusal.not_signed_in()
        return given.strip()

    def part(self, name: str) -> str:
        """A parameter of the path."""
        return str(self.parts[name])

    def number(self, name: str) -> int:
        """A number behind the path, 0 where it is not given. Raises Refusal 400 for anything else."""
        text = self.query.get(name, "0")
        if not (text.isascii() and text.isdigit() and len(text) < 20):
            raise refusal.bad_message()
        return int(text)

    def place(self, name: str) -> int:
        """A number in the path. Raises Refusal 404 for anything else."""
        text = self.part(name)
        if not (text.isascii() and text.isdigit() and len(text) < 10):
            raise refusal.not_found()
        return int(text)


Work = Callable[[Call], Message | bytes | Part]
"""Answers a call, in a thread of its own: with a message, with one packed already, or with a part of a file."""
Glance = Callable[[Call], Awaitable[bytes | None]]
"""Answers a call on the event loop where that takes no time at all; None where it needs a closer look."""
ReadBody = Callable[[], Awaitable[bytes]]


@dataclass(frozen=True)
class Answer:
    """What goes out."""

    status: int
    body: bytes
    headers: dict[str, str]


@dataclass(frozen=True)
class Answering:
    """How one declared route is answered."""

    route: Route
    work: Work
    speaks: Spoken
    gate: Gate
    is_heavy: Callable[[Any], bool] | None = None
    glance: Glance | None = None

    async def answer(self, call: Call, read_body: ReadBody) -> tuple[Answer, Callable[[], None]]:
        """Run one request, and turn whatever happens into a reply, and one log line that the second part writes."""
        started = time.perf_counter()
        code, fault, version = "ok", None, self.speaks.newest
        try:
            if self.route.is_negotiated:
                version = _agreed_version(self.route, call, self.speaks)
            body = await self._body(await _read(self.route, call, read_body))
            answer = _reply(body, self.route.media_type or CONTENT_TYPE)
        except Exception as error:  # noqa: BLE001 - the last door: a bug must not leave as a stack trace
            refused, is_fault = explain(error)
            answer, code, fault = reply_to(refused), refused.code, error if is_fault else None
        answer.headers[WIRE_HEADER] = str(version)
        tell = functools.partial(
            note,
            "request",
            level=logging.ERROR if fault else logging.INFO,
            exc_info=fault,
            route=self.route.name,
            status=answer.status,
            code=code,
            ms=round((time.perf_counter() - started) * 1000, 1),
            bytes_out=len(answer.body),
        )
        return answer, tell

    async def _body(self, call: Call) -> bytes | Message | Part:
        if self.glance is not None:
            seen = await self.glance(call)
            if seen is not None:
                return seen
        task = functools.partial(self.work, call)
        is_heavy = self.is_heavy is not None and self.is_heavy(call.message)
        return await (self.gate.run(task) if is_heavy else anyio.to_thread.run_sync(task))


def _agreed_version(route: Route, call: Call, speaks: Spoken) -> int:
    """Settle in which wire version a request is answered. Raises Refusal 400 or 426."""
    text = call.headers.get(WIRE_HEADER, "1")
    if not (text.isascii() and text.isdigit() and 0 < len(text) < 6):
        raise refusal.bad_message()
    version = speaks.answer_to(int(text), is_written_in=route.takes is not None)
    if not version:
        raise refusal.other_wire_version(int(text), speaks)
    return version


async def _read(route: Route, call: Call, read_body: ReadBody) -> Call:
    """Return the call with what it carries."""
    kind = CONTENT_TYPE if route.takes is not None else route.takes_media
    if not kind:
        return call
    if call.headers.get("content-type", "").split(";")[0].strip().casefold() != kind:
        raise Refusal(415, "content_type", f"The council's server reads {kind} only.")
    data = await read_body()
    try:
        message = unpack(route.takes, data) if route.takes is not None else None
    except (BadMessage, RecursionError) as error:
        raise refusal.bad_message() from error
    carried = data if route.takes is None else b""
    return Call(call.headers, call.parts, call.query, call.address, message, len(data), carried)


def _reply(body: bytes | Message | Part, media_type: str, status: int = 200, **headers: str) -> Answer:
    told = {"cache-control": "no-store", "content-type": media_type, **headers}
    if isinstance(body, Part):
        return Answer(status, body.data, {**told, PART_HASH_HEADER: body.sha256})
    return Answer(status, body if isinstance(body, bytes) else pack(body), told)


def explain(error: Exception) -> tuple[Refusal, bool]:
    """Turn an exception into what a laptop is told; the second part says whether the fault is the server's."""
    if isinstance(error, Refusal):
        return error, False
    if isinstance(error, OperationalError | PoolTimeout | Clash | Unreachable):
        message = "The council's server is busy or short of room. Nothing is lost; it will be tried again."
        return Refusal(503, "busy", message, retry_after=5), True
    if isinstance(error, HTTPException):
        return _explain_http(error.status_code), False
    message = "Something went wrong at the council's server. Nothing is lost on your laptop."
    return Refusal(500, "server_fault", message), True


def _explain_http(status: int) -> Refusal:
    known = {
        404: ("not_found", "There is nothing at that address."),
        405: ("not_found", "That address does not take this kind of request."),
        413: ("message_too_large", "That was too much to send at once. Nothing was stored."),
    }
    code, message = known.get(status, ("bad_message", "The council's server could not read that message."))
    return Refusal(status if 400 <= status < 600 else 500, code, message)


def too_large() -> Refusal:
    """More came than this path takes."""
    return _explain_http(413)


def reply_to(refused: Refusal) -> Answer:
    """Write a refusal as it leaves."""
    later = {"retry-after": str(refused.retry_after)} if refused.retry_after else {}
    return _reply(refused.reply(), CONTENT_TYPE, refused.status, **later)
