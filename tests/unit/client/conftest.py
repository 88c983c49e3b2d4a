"""A tiny server on loopback that answers as it is told, and keeps every byte that came."""

from __future__ import annotations

import contextlib
import itertools
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

Answer = Callable[["Asked"], bytes]


@dataclass(frozen=True)
class Asked:
    """One request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    raw: bytes


@dataclass
class Ear:
    """Listens on loopback until it is closed. ``came`` holds whatever bytes reached it after any handshake."""

    answer: Answer
    context: ssl.SSLContext | None = None
    drip: int | None = None
    """After so many bytes of an answer that is no sign-in's, one byte at a time for ever."""
    asked: list[Asked] = field(default_factory=list)
    came: bytes = b""

    def __post_init__(self) -> None:
        self._ear = socket.create_server(("127.0.0.1", 0))
        self.port = self._ear.getsockname()[1]
        self._lines: list[socket.socket] = []
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"{'https' if self.context else 'http'}://127.0.0.1:{self.port}"

    def close(self) -> None:
        for line in (self._ear, *self._lines):
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
            line.close()
        self._thread.join()

    def _listen(self) -> None:
        while True:
            try:
                line, _ = self._ear.accept()
            except OSError:
                return
            self._lines.append(line)
            with contextlib.suppress(OSError):
                line.settimeout(10)
                self._serve(self.context.wrap_socket(line, server_side=True) if self.context else line)
            line.close()

    def _serve(self, line: socket.socket) -> None:
        self._lines.append(line)
        asked = self._read(line)
        if asked is not None:
            self.asked.append(asked)
            answer = self.answer(asked)
            if self.drip is not None and asked.path.rpartition("/")[2] not in ("challenge", "token"):
                self._drip(line, answer, self.drip)
            line.sendall(answer.replace(b"\r\n", b"\r\nconnection: close\r\n", 1))
        line.close()

    def _drip(self, line: socket.socket, answer: bytes, quick: int) -> None:
        line.sendall(answer[:quick])
        for at in itertools.count(quick):
            line.sendall(answer[at : at + 1] or b".")
            threading.Event().wait(0.02)

    def _read(self, line: socket.socket) -> Asked | None:
        data = b""
        while b"\r\n\r\n" not in data:
            more = line.recv(65536)
            self.came += more
            if not more:
                return None
            data += more
        head, _, body = data.partition(b"\r\n\r\n")
        first, *rest = head.decode().split("\r\n")
        headers = {name.lower(): value for name, value in (one.split(": ", 1) for one in rest)}
        while len(body) < int(headers.get("content-length", "0")):
            more = line.recv(65536)
            self.came += more
            body += more
        method, path, _version = first.split()
        return Asked(method, path, headers, body, head + b"\r\n\r\n" + body)


@pytest.fixture
def listen() -> Iterator[Callable[..., Ear]]:
    """Start an ear that gives this answer to everything."""
    ears: list[Ear] = []

    def start(answer: Answer | bytes, context: ssl.SSLContext | None = None, drip: int | None = None) -> Ear:
        ears.append(Ear(answer if callable(answer) else lambda _asked: answer, context, drip))
        return ears[-1]

    yield start
    for ear in ears:
        ear.close()
