"""Puts the server together: settings to centre, hub, routes and the application uvicorn runs."""

from __future__ import annotations

import logging
from typing import Any

from litestar import Litestar, Request, Response
from litestar.datastructures import State

from models.clock import Clock
from models.ids import Ids
from sync.server.answering import explain, reply_to
from sync.server.centre import Centre, open_centre, remember_head
from sync.server.glancing import Glancer
from sync.server.hub import Hub
from sync.server.logs import note
from sync.server.routes import build_answering, build_routes, respond
from sync.server.settings import Settings
from sync.server.straight import Straight
from sync.wire import MAX_REQUEST_BYTES, SPOKEN, Spoken

__all__ = ["MAX_REQUEST_BYTES", "build_app", "build_app_on"]


def build_app(settings: Settings, clock: Clock | None = None, ids: Ids | None = None) -> Litestar:
    """Open the council in ``settings.data`` and return its application. Raises Trouble if it cannot be opened."""
    return build_app_on(open_centre(settings, clock, ids))


def build_app_on(centre: Centre, speaks: Spoken = SPOKEN) -> Litestar:
    """Return the application of an opened centre, which it closes when it shuts down. ``speaks``: its wire versions."""

    hub, glancer = Hub(centre), Glancer(centre)
    answering = build_answering(hub, speaks, {"pull": lambda call: glancer.glance(call.token, call.message)})

    async def look_away(_: Litestar) -> None:
        await glancer.close()

    def shut(_: Litestar) -> None:
        remember_head(centre)
        centre.close()

    return Straight(
        direct=answering,
        route_handlers=build_routes(hub, answering),
        state=State({"tell_days": hub.drop_box.tell_days}),
        exception_handlers={Exception: _tell},
        on_shutdown=[look_away, shut],
        openapi_config=None,
        logging_config=None,
        debug=False,
        request_max_body_size=MAX_REQUEST_BYTES,
    )


def _tell(_: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Answer what no route took: an unknown path or method, or a bug before the route began."""
    refused, bug = explain(error)
    level, fault = (logging.ERROR, error) if bug else (logging.INFO, None)
    note("request", level=level, exc_info=fault, route="other", status=refused.status, code=refused.code)
    return respond(reply_to(refused))
