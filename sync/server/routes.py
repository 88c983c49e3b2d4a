"""What answers each declared path, and the handlers that Litestar calls for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.handlers import HTTPRouteHandler

from sync.server.answering import Answer, Answering, Call, Glance, Work, explain
from sync.server.drop_route import build_drop_route
from sync.server.gate import Gate
from sync.server.hub import Hub
from sync.server.migrations import LATEST
from sync.server.openapi import describe
from sync.wire import DECLARED, PART_HASH_HEADER, SPOKEN, WIRE_VERSION, Message, Spoken

Asked = Request[Any, Any, Any]


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
        "emptied": lambda call: hub.emptied(call.message),
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
    sha256 = call.headers.get(PART_HASH_HEADER, "")
    return hub.take_part(
        call.token, call.part("record_id"), call.part("blob_id"), call.place("number"), call.data, sha256
    )


_HEAVY: Mapping[str, Callable[[Any], bool]] = {
    "pull": lambda message: message.cursor == 0 or bool(message.filling),
    "segments": lambda _message: True,
    "segment": lambda _message: True,
}
"""Which requests are heavy, by route."""


def build_answering(
    hub: Hub, speaks: Spoken = SPOKEN, glances: Mapping[str, Glance] | None = None
) -> dict[str, Answering]:
    """Say for every declared route but the drop's how it is answered."""
    gate, seen = Gate(), glances or {}
    return {
        name: Answering(DECLARED[name], work, speaks, gate, _HEAVY.get(name), seen.get(name))
        for name, work in build_work(hub, speaks).items()
    }


def build_routes(hub: Hub, answering: Mapping[str, Answering]) -> list[HTTPRouteHandler]:
    """Make the handlers of the declared routes for one hub."""
    return [*map(_framed, answering.values()), build_drop_route(hub.drop_box, explain)]


def _framed(answering: Answering) -> HTTPRouteHandler:
    async def answer(request: Asked) -> Response[bytes]:
        address = request.client.host if request.client else ""
        call = Call(request.headers, request.path_params, request.query_params, address)
        answered, tell = await answering.answer(call, request.body)
        tell()
        return respond(answered)

    route = answering.route
    path = route.path.replace("}", ":str}")
    return HTTPRouteHandler(path, http_method=route.method, status_code=200, request_max_body_size=route.most_in)(
        answer
    )


def respond(answer: Answer) -> Response[bytes]:
    """Write an answer as Litestar sends it."""
    headers = dict(answer.headers)
    return Response(answer.body, media_type=headers.pop("content-type"), status_code=answer.status, headers=headers)
