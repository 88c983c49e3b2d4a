"""A line that fails, on loopback: an HTTP proxy between laptop and server that delays, cuts, doubles and lies.

Every byte is counted on the laptop's side of it. What becomes of each request is chosen by ``choose``; how the line
itself is (slow, late, flapping, cut every so many bytes) by a :class:`Line`.
"""

from __future__ import annotations

import asyncio
import random
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

PASS = "pass"
CUT_REQUEST, CUT_REPLY, LOSE_REPLY, TWICE = "cut request", "cut reply", "lose reply", "twice"
OUT_OF_ORDER = "out of order"
"""An earlier request arrives once more, after later ones."""
DRIP = "drip"
"""Slow-loris: the reply comes a few bytes at a time and never ends by itself."""
PORTAL = b"<!doctype html><html><title>Welcome</title><form action=/signin>Sign in to go on</form></html>"


def reply(status: str, body: bytes = b"", **headers: str) -> bytes:
    """Write an HTTP reply."""
    lines = [f"HTTP/1.1 {status}", f"content-length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


LIES = {
    "500": reply("500 Internal Server Error", b"Oops", content_type="text/plain"),
    "502": reply("502 Bad Gateway", b"<html>nginx</html>", content_type="text/html"),
    "503 later": reply("503 Service Unavailable", retry_after="1"),
    "429 later": reply("429 Too Many Requests", b"{}", retry_after="1", content_type="application/json"),
    "429 at a date": reply(
        "429 Too Many Requests",
        date="Mon, 23 Nov 2026 10:30:00 GMT",
        retry_after="Mon, 23 Nov 2026 10:30:01 GMT",
    ),
    "portal": reply("200 OK", PORTAL, content_type="text/html"),
    "portal elsewhere": reply("302 Found", location="http://127.0.0.1:9/signin"),
    "another type": reply("200 OK", b'{"rows":[]}', content_type="application/json"),
    "garbage": reply("200 OK", bytes(range(256)) * 4, content_type="application/vnd.heard+zstd"),
    "nothing": reply("200 OK", content_type="application/vnd.heard+zstd"),
    "no http": b"\x16\x03\x01\x00\x05hello\r\n\r\n",
}
"""What stands between a laptop and its server may answer in the server's place, whatever was asked."""
FATES = (CUT_REQUEST, CUT_REPLY, LOSE_REPLY, TWICE, OUT_OF_ORDER, *LIES)


@dataclass(frozen=True)
class Line:
    """How the line itself is. Seconds and bytes a second; 0 for what does not matter."""

    latency: float = 0.0
    """Before each request arrives; a reply comes back at once, so this is the whole round trip."""
    bytes_per_second: float = 0.0
    up_seconds: float = 0.0
    down_seconds: float = 0.0
    cut_every: int = 0
    """Once in each so many bytes, either way together, the connection is cut at a random one of them."""


class _Cut(Exception):
    """The connection ends here."""


@dataclass
class Proxy:
    """Listens on a free port of this machine and passes on to another, in a thread of its own. Use as a context."""

    target: int
    line: Line = field(default_factory=Line)
    choose: Callable[[str], str] = lambda _path: PASS
    chance: random.Random = field(default_factory=lambda: random.Random(0))
    bytes_up: int = 0
    bytes_down: int = 0
    connections: int = 0
    requests: Counter[str] = field(default_factory=Counter)
    fired: Counter[str] = field(default_factory=Counter)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def bytes_both_ways(self) -> int:
        return self.bytes_up + self.bytes_down

    def heal(self) -> None:
        """From here on the line is good."""
        self.line, self.choose = Line(), lambda _path: PASS

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        self._writers: set[asyncio.StreamWriter] = set()
        self._next_cut = self.chance.randrange(max(1, self.line.cut_every))
        self._earlier: list[bytes] = []
        listening = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(listening,), name="proxy")
        self._thread.start()
        assert listening.wait(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(10)
        assert not self._thread.is_alive()

    # ---- inside the thread ----

    def _run(self, listening: threading.Event) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._listen(listening))

    async def _listen(self, listening: threading.Event) -> None:
        self._ended = asyncio.Event()
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0, limit=1 << 20)
        self.port = server.sockets[0].getsockname()[1]
        self._since = self._loop.time()
        flapping = asyncio.create_task(self._flap())
        listening.set()
        await self._ended.wait()
        server.close()
        flapping.cancel()
        self._hang_up()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def _is_down(self) -> bool:
        if not self.line.down_seconds:
            return False
        at = (self._loop.time() - self._since) % (self.line.up_seconds + self.line.down_seconds)
        return at >= self.line.up_seconds

    async def _flap(self) -> None:
        was_down = False
        while True:
            is_down = self._is_down()
            if is_down and not was_down:
                self.fired["line down"] += 1
                self._hang_up()
            was_down = is_down
            await asyncio.sleep(0.01)

    def _hang_up(self) -> None:
        for writer in list(self._writers):
            writer.transport.abort()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        self.connections += 1
        upstream: list[asyncio.StreamWriter] = []
        try:
            while not self._is_down():
                request = await _read_message(reader)
                await self._exchange(request, writer, upstream)
        except (_Cut, OSError, EOFError, ValueError, asyncio.CancelledError):
            pass  # the line ends here, for whatever reason
        finally:
            self._writers.discard(writer)
            for one in (writer, *upstream):
                one.transport.abort()

    async def _exchange(
        self, request: bytes, laptop: asyncio.StreamWriter, upstream: list[asyncio.StreamWriter]
    ) -> None:
        path = request.split(b" ", 2)[1].decode("ascii", "replace")
        fate = self.choose(path)
        self.requests[path.split("?")[0]] += 1
        if fate != PASS:
            self.fired[fate] += 1
        await asyncio.sleep(self.line.latency)
        if fate == CUT_REQUEST:
            some = request[: self.chance.randrange(len(request))]
            await self._take(some)
            await self._forward(some, upstream, wants_reply=False)
            raise _Cut
        may_pass = await self._take(request)
        if may_pass < len(request):
            await self._forward(request[:may_pass], upstream, wants_reply=False)
            raise _Cut
        if fate in LIES:
            await self._give(LIES[fate], laptop)
            # Half of what stands in between closes after it answered; the other half does not.
            if self.chance.random() < 0.5:
                raise _Cut
            return
        answer = await self._forward(request, upstream)
        if fate == TWICE:
            answer = await self._forward(request, upstream)
        if fate == OUT_OF_ORDER and self._earlier:
            await self._forward(self.chance.choice(self._earlier), upstream)
        self._earlier = [*self._earlier[-9:], request]
        if fate == LOSE_REPLY:
            raise _Cut
        if fate == CUT_REPLY:
            await self._give(answer[: self.chance.randrange(len(answer))], laptop)
            raise _Cut
        if fate == DRIP:
            await self._drip(answer, laptop)
        await self._give(answer, laptop)

    async def _forward(
        self, request: bytes, upstream: list[asyncio.StreamWriter], *, wants_reply: bool = True
    ) -> bytes:
        """Send to the server, over a line of its own each time: a repeated request comes by another one."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.target, limit=1 << 20)
        upstream.append(writer)
        writer.write(request)
        await writer.drain()
        answer = await _read_message(reader) if wants_reply else b""
        writer.close()
        return answer

    async def _take(self, data: bytes) -> int:
        """Count what comes from the laptop, at the line's pace; return how much of it passes before a cut."""
        passes = self._before_cut(len(data))
        if self.line.bytes_per_second:
            await asyncio.sleep(passes / self.line.bytes_per_second)
        self.bytes_up += passes
        return passes

    async def _give(self, data: bytes, laptop: asyncio.StreamWriter) -> None:
        passes = self._before_cut(len(data))
        step = max(256, int(self.line.bytes_per_second / 20)) if self.line.bytes_per_second else max(1, passes)
        for start in range(0, passes, step):
            piece = data[start : min(passes, start + step)]
            if self.line.bytes_per_second:
                await asyncio.sleep(len(piece) / self.line.bytes_per_second)
            laptop.write(piece)
            await laptop.drain()
            self.bytes_down += len(piece)
        if passes < len(data):
            raise _Cut

    async def _drip(self, data: bytes, laptop: asyncio.StreamWriter) -> None:
        for at in range(len(data)):
            laptop.write(data[at : at + 1])
            await laptop.drain()
            self.bytes_down += 1
            await asyncio.sleep(0.05)
        raise _Cut

    def _before_cut(self, wanted: int) -> int:
        """Return how many of these bytes pass before the line is cut; draw the next cut where one fires."""
        every, at = self.line.cut_every, self.bytes_both_ways
        if not every or at + wanted <= self._next_cut:
            return wanted
        passes = max(0, self._next_cut - at)
        self._next_cut = (max(at, self._next_cut) // every + 1) * every + self.chance.randrange(every)
        self.fired["line cut"] += 1
        return passes


async def _read_message(reader: asyncio.StreamReader) -> bytes:
    """Read one request or reply, head and body, by its length."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            length = int(value)
    return head + (await reader.readexactly(length) if length else b"")
