"""The application, with a way straight through for the paths that laptops take all day."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from litestar import Litestar

from sync.server.answering import Answering, Call, too_large


class Straight(Litestar):
    """Litestar, and before it the declared routes without a parameter in their path.

    They need none of what a framework does for them (routing, parameters, dependencies, hooks), which took half of the
    time in which the server says that nothing has changed.
    """

    __slots__ = ("_direct",)

    def __init__(self, *, direct: Mapping[str, Answering], **others: Any) -> None:
        super().__init__(**others)
        self._direct: dict[tuple[str, str], Answering] = {
            (one.route.method, one.route.path): one for one in direct.values() if "{" not in one.route.path
        }

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request. What is not known here, also for its method or an ending slash, is Litestar's."""
        known = self._direct.get((scope["method"], scope["path"])) if scope["type"] == "http" else None
        if known is None:
            await super().__call__(scope, receive, send)
            return
        client = scope["client"]
        call = Call(
            {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]},
            address=client[0] if client else "",
        )
        try:
            answer, tell = await known.answer(call, lambda: _read(receive, call, known.route.most_in))
        except _Gone:
            return
        headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers.items()]
        length = (b"content-length", str(len(answer.body)).encode())
        await send({"type": "http.response.start", "status": answer.status, "headers": [*headers, length]})
        await send({"type": "http.response.body", "body": answer.body, "more_body": False})
        # It leaves with the end of this turn of the loop: nobody waits for a line in a log.
        await asyncio.sleep(0)
        tell()


class _Gone(BaseException):
    """The laptop hung up before its request was here. No exception that a route could answer."""


async def _read(receive: Any, call: Call, most: int) -> bytes:
    """Read the whole request. Raises Refusal 413 as soon as it is, or says that it will be, longer than ``most``."""
    said = call.headers.get("content-length", "")
    if said.isascii() and said.isdigit() and int(said[:20]) > most:
        raise too_large()
    pieces, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _Gone
        pieces.append(message["body"])
        size += len(message["body"])
        if size > most:
            raise too_large()
        if not message["more_body"]:
            return b"".join(pieces)
