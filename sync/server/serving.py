"""Runs the application: where it listens, with which certificate, and how another program learns it is ready."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import ipaddress
import logging
import os
import signal
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import msgspec
import uvicorn
from litestar import Litestar
from sqlalchemy.exc import SQLAlchemyError
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from models.errors import Trouble
from sync.server.centre import Centre, remember_head
from sync.server.database import Clash, Unreachable, write_durably
from sync.server.logs import note
from sync.server.segments import Cutter
from sync.wire import MAX_REQUEST_BYTES

MOST_HEAD_BYTES = 64 * 1024
"""A request's first line and headers, together."""
_M_ARENA_MAX = -8
"""From glibc's malloc.h."""
_KEEP_HEAD_SECONDS = 60.0
_CUT_SECONDS = 5.0
"""How often to look whether pieces must be cut; one scope each time, so that nobody waits for it."""


class WrongUse(Exception):
    """The command was given something that cannot be meant; its text says what, for the person who typed it."""


@dataclass(frozen=True)
class Listening:
    """Where to listen. Port 0 takes a free one. Without a certificate only this machine itself may connect."""

    host: str = "127.0.0.1"
    port: int = 8443
    certificate: Path | None = None
    key: Path | None = None
    ready_file: Path | None = None

    def check(self) -> None:
        """Raise WrongUse for what would send children's records over a network in the clear."""
        if (self.certificate is None) != (self.key is None):
            raise WrongUse("Give --certificate and --key together.")
        if self.certificate is None and not is_loopback(self.host):
            raise WrongUse(
                f"Without a certificate the server listens on this machine only, and {self.host} is not. "
                "Give --certificate and --key, or leave --host away."
            )


def is_loopback(host: str) -> bool:
    """Say whether ``host`` is this machine itself and nothing else."""
    if host == "localhost":
        return True
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return False


class OneWrite:
    """A transport that gathers what is written in one turn of the loop, so that header and body leave together."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._waiting: list[bytes] = []

    def write(self, data: bytes) -> None:
        if not data:
            return
        if not self._waiting:
            self._loop.call_soon(self._flush)
        self._waiting.append(data)

    def _flush(self) -> None:
        waiting, self._waiting = self._waiting, []
        if waiting and not self._transport.is_closing():
            self._transport.write(b"".join(waiting))

    def close(self) -> None:
        self._flush()
        self._transport.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


class Protocol(HttpToolsProtocol):
    """uvicorn's, with each answer in one write and an end to what may come before a request is one."""

    def __init__(self, *words: Any, **named: Any) -> None:
        super().__init__(*words, **named)
        self._head_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(OneWrite(transport, self.loop))  # type: ignore[arg-type]

    def data_received(self, data: bytes) -> None:
        """Take what came. The parser itself would gather lines of a head until there is no memory left."""
        self._head_bytes += len(data)
        super().data_received(data)
        if self._head_bytes > MOST_HEAD_BYTES and not self.transport.is_closing():
            self.send_400_response("Too long a head.")

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        # What comes from here on is a body; how long that may be is its route's to say.
        self._head_bytes = -MAX_REQUEST_BYTES

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._head_bytes = 0


class _Server(uvicorn.Server):
    """uvicorn with a ready file, the chain's head remembered every minute, and exit status 0 when asked to end."""

    def __init__(
        self, config: uvicorn.Config, centre: Centre, listening: Listening, url: str, tell_days: Callable[[], None]
    ) -> None:
        super().__init__(config)
        self._centre = centre
        self._listening = listening
        self._url = url
        self._tell_days = tell_days
        self._cutter = Cutter(centre)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self.force_exit = self.should_exit and sig == signal.SIGINT
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if not self.started:
            return
        if self._listening.ready_file is not None:
            ready = msgspec.json.encode({"url": self._url, "pid": os.getpid()})
            write_durably(self._listening.ready_file, ready)
        note("ready", url=self._url, pid=os.getpid())

    async def on_tick(self, counter: int) -> bool:
        if counter % int(_KEEP_HEAD_SECONDS * 10) == 0:
            await asyncio.to_thread(self._remember)
        if counter % int(_CUT_SECONDS * 10) == 0:
            await asyncio.to_thread(self._cut)
        return await super().on_tick(counter)

    def _cut(self) -> None:
        try:
            self._cutter.cut_some()
        except (OSError, Trouble, SQLAlchemyError, Clash, Unreachable) as error:
            note("segments_not_cut", level=logging.ERROR, exc_info=error)

    def _remember(self) -> None:
        self._tell_days()
        remember_head(self._centre)


def spare_memory() -> None:
    """Let threads share glibc's heaps: one for each keeps what a large message took, long after it is gone.

    Elsewhere there is nothing to say: another C library, macOS, Windows.
    """
    with contextlib.suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 2)


def serve(app: Litestar, centre: Centre, listening: Listening) -> None:
    """Serve until asked to end (SIGTERM, SIGINT). Raises Trouble if the port or the certificate cannot be used."""
    listening.check()
    spare_memory()
    if listening.ready_file is not None:
        # One left by a server that was killed would speak of a place where nobody listens.
        listening.ready_file.unlink(missing_ok=True)
    listener = _open_listener(listening)
    port = listener.getsockname()[1]
    shown = f"[{listening.host}]" if ":" in listening.host else listening.host
    url = f"{'https' if listening.certificate else 'http'}://{shown}:{port}"
    config = uvicorn.Config(
        app,
        http=Protocol,
        ws="none",
        loop="auto",
        lifespan="on",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=10,
        ssl_certfile=listening.certificate,
        ssl_keyfile=listening.key,
        ssl_context_factory=_only_tls_1_3 if listening.certificate else None,
    )
    try:
        config.load()
    except (ssl.SSLError, OSError) as error:
        listener.close()
        raise Trouble(
            "The certificate cannot be used.",
            "The server has not started.",
            "Check that --certificate is the PEM file with the whole chain and --key its private key.",
        ) from error
    try:
        _Server(config, centre, listening, url, app.state.tell_days).run(sockets=[listener])
    finally:
        listener.close()
        if listening.ready_file is not None:
            listening.ready_file.unlink(missing_ok=True)


def _only_tls_1_3(config: uvicorn.Config, make: Any) -> ssl.SSLContext:
    context: ssl.SSLContext = make()
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    return context


def _open_listener(listening: Listening) -> socket.socket:
    family = socket.AF_INET6 if ":" in listening.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    if os.name != "nt":
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((listening.host, listening.port))
    except OSError as error:
        listener.close()
        raise Trouble(
            f"The server cannot listen on {listening.host} port {listening.port}.",
            error.strerror or "",
            "Another program may be using it. Give another --port.",
        ) from error
    return listener
