"""A request as HTTP/1.1 writes it, and an answer as it comes: read by the parser that the server, too, reads with."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

MOST_HEAD_BYTES = 64 * 1024
"""Of an answer's first line and headers, together."""


class BadAnswer(Exception):
    """What came is no answer in HTTP, or only the beginning of one."""


def request(method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> bytes:
    """A whole request. Raises UnicodeError for a path or header that cannot go over the line."""
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {told}" for name, told in headers.items())]
    if body is not None:
        lines.append(f"content-length: {len(body)}")
    if " " in path or any("\r" in line or "\n" in line for line in lines):
        raise UnicodeError("a line break or a blank where HTTP knows none")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + (body or b"")


class Answer:
    """One answer: its head once it is made, its body piece by piece. An interim one (1xx) is passed over."""

    def __init__(self, receive: Callable[[], bytes]) -> None:
        """Read the head. ``receive`` returns the next bytes, b"" at the end of the line. Raises BadAnswer."""
        self.status = 0
        self.headers: dict[str, str] = {}
        """Names in small letters; of two by one name, the last."""
        self._receive = receive
        self._pieces: deque[bytes] = deque()
        self._is_headed = self._is_whole = self._keeps_line = False
        self._parser = HttpResponseParser(self)
        came = 0
        while not self._is_headed:
            came += self._read_on()
            if came > MOST_HEAD_BYTES and not self._is_headed:
                raise BadAnswer("too long a head")

    @property
    def keeps_line(self) -> bool:
        """Whether another request may go over the same line: all of this answer came, and nothing after it."""
        return self._is_whole and self._keeps_line

    @property
    def length(self) -> int:
        """How long the body is said to be, in bytes; 0 where nothing sensible is said."""
        text = self.headers.get("content-length", "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else 0

    def pieces(self) -> Iterator[bytes]:
        """Hand out the body as it comes. Raises BadAnswer in the middle where the line is cut."""
        while True:
            while self._pieces:
                yield self._pieces.popleft()
            if self._is_whole:
                return
            self._read_on()

    def _read_on(self) -> int:
        data = self._receive()
        if not data:
            self._end()
            return 0
        try:
            self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade) as error:
            # What follows a whole answer does not make it less whole; only the line is of no use any more.
            self._keeps_line = False
            if not self._is_whole:
                raise BadAnswer(str(error)) from error
        return len(data)

    def _end(self) -> None:
        """The line has ended, which ends an answer that says neither how long it is nor that it comes in chunks."""
        if not self._is_headed or not {"content-length", "transfer-encoding"}.isdisjoint(self.headers):
            raise BadAnswer("the line was cut")
        self._is_whole = True

    # ---- called by the parser ----

    def on_message_begin(self) -> None:
        """An answer begins; after a whole one that is speaking out of turn."""
        self._keeps_line = False

    def on_header(self, name: bytes, told: bytes) -> None:
        """One header of the head."""
        if not self._is_headed:
            self.headers[name.decode("latin-1").lower()] = told.decode("latin-1")

    def on_headers_complete(self) -> None:
        """The head is there."""
        if self._is_whole:
            return
        self.status = self._parser.get_status_code()
        self._is_headed = self.status >= 200

    def on_body(self, body: bytes) -> None:
        """Some of the body."""
        if self._is_headed and not self._is_whole:
            self._pieces.append(body)

    def on_message_complete(self) -> None:
        """All of it is there, or of an interim answer."""
        if not self._is_headed:
            self.headers.clear()
        elif not self._is_whole:
            self._is_whole, self._keeps_line = True, self._parser.should_keep_alive()
