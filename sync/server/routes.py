"""The declared paths as the server answers them: bytes to messages, the hub's answer to bytes, refusals as replies."""

from __future__ import annotations

import functools
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import anyio.to_thread
import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from sync.codec import CONTENT_TYPE, BadMessage, pack, unpack
from sync.server import refusal
from sync.server.blobs import Part
from sync.server.database import Clash, Unreachable
from sync.server.drop_route import build_drop_route
from sync.server.gate import Gate
from sync.server.hub import Hub
from sync.server.logs import note
from sync.server.migrations import LATEST
from sync.server.openapi import describe
from sync.server.refusal import Refusal
from sync.wire import DECLARED, PART_HASH_HEADER, SPOKEN, WIRE_HEADER, WIRE_VERSION, Message, Route, Spoken

Asked = Request[Any, Any, Any]
T = TypeVar("T")
_HEADERS = {"cache-control": "no-store"}


@dataclass(frozen=True)
class Call:
    """One request. ``message`` is of the type its route takes, and ``size`` how many bytes it came in.

    ``data`` is what came where a route takes bytes and no message.
    """

    request: Asked
    message: Any = None
    size: int = 0
    data: bytes = b""

    @property
    def token(self) -> str:
        """The bearer token. Raises Refusal 401 where there is none."""
        kind, _, given = self.request.headers.get("authorization", "").partition(" ")
        if kind.casefold() != "bearer" or not given:
            raise refusal.not_signed_in()
        return given.strip()

    @property
    def address(self) -> str:
        """Where it came from."""
        return self.request.client.host if self.request.client else ""

    def part(self, name: str) -> str:
        """A parameter of the path."""
        return str(self.request.path_params[name])

    def number(self, name: str) -> int:
        """A number behind the path, 0 where it is not given. Raises Refusal 400 for anything else."""
        text = self.request.query_params.get(name, "0")
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


def build_work(hub: Hub, speaks: Spoken = SPOKEN) -> dict[str, Work]:
    """Say for every declared route what answers it."""
    health = msgspec.json.encode(
        {
            "status": "ok",
            "wire_version": WIRE_VERSION,
            "wire_versions": list(range(speaks.oldest, speaks.newest + 1)),
            "schema": LATEST,
        }
    )
    return {
        "enrol": lambda call: hub.enrol(call.message, call.address),
        "challenge": lambda _call: hub.challenge(),
        "token": lambda call: hub.token(call.message, call.address),
        "pull": lambda call: hub.pull(call.token, call.message),
        "push": lambda call: hub.push(call.token, call.message, call.size),
        "receipt": lambda call: hub.receipt(call.token, call.message),
        "remains": lambda call: hub.remains(call.token, call.message),
        "cover": lambda call: hub.cover(call.token, call.message),
        "closing": lambda call: hub.closing(call.token),
        "proof": lambda call: hub.proof(call.token, call.message),
        "blob_offer": lambda call: hub.offer_blob(call.token, call.message),
        "blob_put": lambda call: _take_part(hub, call),
        "blob_state": lambda call: hub.blob_state(call.token, call.part("record_id"), call.part("blob_id")),
        "blob_get": lambda call: hub.blob_part(
            call.token, call.part("record_id"), call.part("blob_id"), call.place("number")
        ),
        "segments": lambda call: hub.segments(call.token, call.message),
        "segment": lambda call: hub.segment(call.token, call.part("segment_ids").split(","), call.number("start")),
        "agree": lambda call: hub.agree(call.token, call.message),
        "agree_scope": lambda call: hub.agree_scope(call.token, call.message),
        "history": lambda call: hub.history(call.token, call.part("record_id"), call.number("after")),
        "health": lambda _call: health,
        "openapi": lambda _call: describe(),
    }


def _take_part(hub: Hub, call: Call) -> Message:
    sha256 = call.request.headers.get(PART_HASH_HEADER, "")
    return hub.take_part(
        call.token, call.part("record_id"), call.part("blob_id"), call.place("number"), call.data, sha256
    )


_HEAVY: Mapping[str, Callable[[Any], bool]] = {
    "pull": lambda message: message.cursor == 0 or bool(message.filling),
    "segments": lambda _message: True,
    "segment": lambda _message: True,
}
"""Which requests are heavy, by route."""


def build_routes(hub: Hub, speaks: Spoken = SPOKEN) -> list[HTTPRouteHandler]:
    """Make the handlers of the declared routes for one hub."""
    gate = Gate()
    known = [_answered(DECLARED[name], work, speaks, gate) for name, work in build_work(hub, speaks).items()]
    return [*known, build_drop_route(hub.drop_box, explain)]


def _answered(route: Route, work: Work, speaks: Spoken, gate: Gate) -> HTTPRouteHandler:
    async def answer(request: Asked) -> Response[bytes]:
        return await _answer(route, request, work, speaks, gate)

    path = route.path.replace("}", ":str}")
    return HTTPRouteHandler(path, http_method=route.method, status_code=200, request_max_body_size=route.most_in)(
        answer
    )


async def _answer(route: Route, request: Asked, work: Work, speaks: Spoken, gate: Gate) -> Response[bytes]:
    """Run one request, and turn whatever happens into a reply and one log line."""
    started = time.perf_counter()
    code, fault, version = "ok", None, speaks.newest
    try:
        if route.is_negotiated:
            version = _agreed_version(route, request, speaks)
        call = await _read(route, request)
        is_heavy = route.name in _HEAVY and _HEAVY[route.name](call.message)
        task = functools.partial(work, call)
        body = await (gate.run(task) if is_heavy else anyio.to_thread.run_sync(task))
        if isinstance(body, Part):
            response = _reply(body.data, route.media_type)
            response.headers[PART_HASH_HEADER] = body.sha256
        else:
            response = _reply(body if isinstance(body, bytes) else pack(body), route.media_type or CONTENT_TYPE)
    except Exception as error:  # noqa: BLE001 - the last door: a bug must not leave as a stack trace
        refused, is_fault = explain(error)
        response, code, fault = reply_to(refused), refused.code, error if is_fault else None
    response.headers[WIRE_HEADER] = str(version)
    note(
        "request",
        level=logging.ERROR if fault else logging.INFO,
        exc_info=fault,
        route=route.name,
        status=response.status_code,
        code=code,
        ms=round((time.perf_counter() - started) * 1000, 1),
        bytes_out=len(response.content),
    )
    return response


def _agreed_version(route: Route, request: Asked, speaks: Spoken) -> int:
    """Settle in which wire version a request is answered. Raises Refusal 400 or 426."""
    text = request.headers.get(WIRE_HEADER, "1")
    if not (text.isascii() and text.isdigit() and 0 < len(text) < 6):
        raise refusal.bad_message()
    version = speaks.answer_to(int(text), is_written_in=route.takes is not None)
    if not version:
        raise refusal.other_wire_version(int(text), speaks)
    return version


async def _read(route: Route, request: Asked) -> Call:
    kind = CONTENT_TYPE if route.takes is not None else route.takes_media
    if not kind:
        return Call(request)
    if request.headers.get("content-type", "").split(";")[0].strip().casefold() != kind:
        raise Refusal(415, "content_type", f"The council's server reads {kind} only.")
    data = await request.body()
    if route.takes is None:
        return Call(request, size=len(data), data=data)
    try:
        return Call(request, unpack(route.takes, data), len(data))
    except (BadMessage, RecursionError) as error:
        raise refusal.bad_message() from error


def _reply(body: bytes, media_type: str, status: int = 200, **headers: str) -> Response[bytes]:
    return Response(body, media_type=media_type, status_code=status, headers={**_HEADERS, **headers})


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


def reply_to(refused: Refusal) -> Response[bytes]:
    """Write a refusal as it leaves."""
    later = {"retry-after": str(refused.retry_after)} if refused.retry_after else {}
    return _reply(pack(refused.reply()), CONTENT_TYPE, refused.status, **later)
