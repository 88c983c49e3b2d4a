"""The way in for anonymous answers: apart from all other paths, and without a line in the log."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import anyio.to_thread
import msgspec
from litestar import Request, Response, post
from litestar.handlers import HTTPRouteHandler

from sync.server.dropping import DropBox
from sync.server.refusal import Refusal, bad_message
from sync.wire import DECLARED, DROP_TYPE

_HEADERS = {"cache-control": "no-store", "connection": "close"}
_TELLING = ("authorization", "cookie")
"""Headers that say who somebody is. A request that carries one is turned away, so that no laptop ever learns to."""


def build_drop_route(box: DropBox, explain: Callable[[Exception], tuple[Refusal, bool]]) -> HTTPRouteHandler:
    """Make the handler. Every answer that is taken gets the same reply; ``explain`` words what goes wrong."""
    route = DECLARED["drop"]

    @post(route.path, status_code=200, request_max_body_size=route.most_in)
    async def drop(request: Request[Any, Any, Any]) -> Response[bytes]:
        headers = dict(_HEADERS)
        try:
            if any(name in request.headers for name in _TELLING):
                raise bad_message()
            data = await request.body()
            await anyio.to_thread.run_sync(box.take, data)
        except Exception as error:  # noqa: BLE001 - the last door, as for every other path
            refused, is_fault = explain(error)
            if is_fault:
                box.note_fault(error)
            if refused.retry_after:
                headers["retry-after"] = str(refused.retry_after)
            body = msgspec.json.encode(refused.reply())
            return Response(body, media_type=DROP_TYPE, status_code=refused.status, headers=headers)
        return Response(b"{}", media_type=DROP_TYPE, status_code=200, headers=headers)

    return drop
