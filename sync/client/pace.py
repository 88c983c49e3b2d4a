"""How long one exchange may take: a grace, and more for every byte that moves, so that a slow line is no dead one.

A limit on each read alone lets whoever drips a byte a minute hold a round for ever; a limit on the whole alone cuts off
a full batch on a line of 64 kbit/s. So the time allowed grows with what has moved, at a rate no usable line is below.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

import httpcore

GRACE_SECONDS = 60.0
"""For an exchange in which nothing moves: the server may be busy with others for so long."""
SLOWEST_BYTES_A_SECOND = 1000.0
_PIECE_BYTES = 16 * 1024


class Pace:
    """The clock of one exchange at a time."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self.begin()

    def begin(self) -> None:
        """A new exchange starts here."""
        self._began, self._moved = self._now(), 0

    def moved(self, count: int) -> None:
        """Note bytes that went either way."""
        self._moved += count

    def left(self) -> float:
        """Seconds left. Raises httpcore.ReadTimeout when there are none."""
        allowed = GRACE_SECONDS + self._moved / SLOWEST_BYTES_A_SECOND
        left = self._began + allowed - self._now()
        if left <= 0:
            raise httpcore.ReadTimeout("too slow")
        return left


class Paced(httpcore.NetworkBackend):
    """Opens lines that keep to ``pace``, also by way of a proxy."""

    def __init__(self, inner: httpcore.NetworkBackend, pace: Pace) -> None:
        self._inner, self._pace = inner, pace

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        return _Stream(self._inner.connect_tcp(host, port, timeout, local_address, socket_options), self._pace)


class _Stream(httpcore.NetworkStream):
    """Holds back what is written until an answer is waited for: head and body of a request leave as one piece."""

    def __init__(self, inner: httpcore.NetworkStream, pace: Pace) -> None:
        self._inner, self._pace = inner, pace
        self._held = b""

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        with suppress(httpcore.WriteError):  # who has answered already may have stopped listening
            self._let_go()
        data = self._inner.read(max_bytes, self._pace.left())
        self._pace.moved(len(data))
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._held += buffer

    def _let_go(self) -> None:
        held, self._held = self._held, b""
        for start in range(0, len(held), _PIECE_BYTES):
            piece = held[start : start + _PIECE_BYTES]
            self._inner.write(piece, self._pace.left())
            self._pace.moved(len(piece))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        self._let_go()
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, timeout), self._pace)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
