"""The paths a laptop knows: bytes to messages, the hub's answer back to bytes, and every refusal as an ErrorReply."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any, TypeVar

import anyio
import anyio.to_thread
from litestar import Request, Response, get, post
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from sync.codec import CONTENT_TYPE, BadMessage, pack, unpack
from sync.server import refusal
from sync.server.hub import Hub
from sync.server.logs import note
from sync.server.migrations import LATEST
from sync.server.refusal import Refusal
from sync.wire import (
    ROUTES,
    WIRE_VERSION,
    EnrolRequest,
    Message,
    PullRequest,
    PushRequest,
    ReceiptRequest,
    TokenRequest,
)

Asked = Request[Any, Any, Any]
M = TypeVar("M", bound=Message)
T = TypeVar("T")
_HEADERS = {"cache-control": "no-store"}
_HEAVY_AT_ONCE = 2
"""Pulls that fill a laptop or a scope run this many at a time and wait for one another, never in front of others."""


def build_routes(hub: Hub) -> list[HTTPRouteHandler]:
    """Make the handlers of the first wire version for one hub."""
    heavy = anyio.CapacityLimiter(_HEAVY_AT_ONCE)

    @post(ROUTES["enrol"], status_code=200)
    async def enrol(request: Asked) -> Response[bytes]:
        async def work() -> bytes:
            message = await _read(EnrolRequest, request)
            return pack(await _in_thread(lambda: hub.enrol(message, _address(request))))

        return await _answer("enrol", work)

    @post(ROUTES["challenge"], status_code=200)
    async def challenge(request: Asked) -> Response[bytes]:
        async def work() -> bytes:
            return pack(await _in_thread(hub.challenge))

        return await _answer("challenge", work)

    @post(ROUTES["token"], status_code=200)
    async def token(request: Asked) -> Response[bytes]:
        async def work() -> bytes:
            message = await _read(TokenRequest, request)
            return pack(await _in_thread(lambda: hub.token(message, _address(request))))

        return await _answer("token", work)

    @post(ROUTES["pull"], status_code=200)
    async def pull(request: Asked) -> Response[bytes]:
        async def work() -> bytes:
            message = await _read(PullRequest, request)
            limiter = heavy if message.cursor == 0 or message.filling else None
            return await _in_thread(lambda: hub.pull(_token(request), message), limiter)

        return await _answer("pull", work)

    @post(ROUTES["push"], status_code=200)
    async def push(request: Asked) -> Response[bytes]:
        async def work() -> bytes:
            message = await _read(PushRequest, request)
            size = len(await request.body())
            return await _in_thread(lambda: hub.push(_token(request), message, size))

        return await _answer("push", work)

    @post(ROUTES["receipt"], status_code=200)
    async def receipt(request: Asked) -> Response[bytes]:
        async def work() -> bytes:
            message = await _read(ReceiptRequest, request)
            return pack(await _in_thread(lambda: hub.receipt(_token(request), message)))

        return await _answer("receipt", work)

    @post(ROUTES["closing"], status_code=200)
    async def closing(request: Asked) -> Response[bytes]:
        async def work() -> bytes:
            return pack(await _in_thread(lambda: hub.closing(_token(request))))

        return await _answer("closing", work)

    @get(ROUTES["history"] + "/{record_id:str}", status_code=200)
    async def history(request: Asked) -> Response[bytes]:
        async def work() -> bytes:
            after = request.query_params.get("after", "0")
            if not (after.isascii() and after.isdigit() and len(after) < 20):
                raise refusal.bad_message()
            record_id = str(request.path_params["record_id"])
            return await _in_thread(lambda: hub.history(_token(request), record_id, int(after)))

        return await _answer("history", work)

    @get(ROUTES["health"], status_code=200, media_type="application/json")
    async def health() -> dict[str, object]:
        return {"status": "ok", "wire_version": WIRE_VERSION, "schema": LATEST}

    return [enrol, challenge, token, pull, push, receipt, closing, history, health]


async def _in_thread(work: Callable[[], T], limiter: anyio.CapacityLimiter | None = None) -> T:
    return await anyio.to_thread.run_sync(work, limiter=limiter)


def _address(request: Asked) -> str:
    return request.client.host if request.client else ""


def _token(request: Asked) -> str:
    kind, _, given = request.headers.get("authorization", "").partition(" ")
    if kind.casefold() != "bearer" or not given:
        raise refusal.not_signed_in()
    return given.strip()


async def _read(kind: type[M], request: Asked) -> M:
    if request.headers.get("content-type", "").split(";")[0].strip().casefold() != CONTENT_TYPE:
        raise Refusal(415, "content_type", f"The council's server reads {CONTENT_TYPE} only.")
    try:
        return unpack(kind, await request.body())
    except (BadMessage, RecursionError) as error:
        raise refusal.bad_message() from error


async def _answer(route: str, work: Callable[[], Any]) -> Response[bytes]:
    """Run one request, and turn whatever happens into a reply and one log line."""
    started = time.perf_counter()
    code, fault = "ok", None
    try:
        body: bytes = await work()
        response = Response(body, media_type=CONTENT_TYPE, status_code=200, headers=dict(_HEADERS))
    except Exception as error:  # noqa: BLE001 - the last door: a bug must not leave as a stack trace
        refused, is_fault = explain(error)
        response, code, fault = reply_to(refused), refused.code, error if is_fault else None
    note(
        "request",
        level=logging.ERROR if fault else logging.INFO,
        exc_info=fault,
        route=route,
        status=response.status_code,
        code=code,
        ms=round((time.perf_counter() - started) * 1000, 1),
        bytes_out=len(response.content),
    )
    return response


def explain(error: Exception) -> tuple[Refusal, bool]:
    """Turn an exception into what a laptop is told; the second part says whether the fault is the server's."""
    if isinstance(error, Refusal):
        return error, False
    if isinstance(error, OperationalError | PoolTimeout):
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
    headers = dict(_HEADERS)
    if refused.retry_after:
        headers["retry-after"] = str(refused.retry_after)
    return Response(pack(refused.reply()), media_type=CONTENT_TYPE, status_code=refused.status, headers=headers)
