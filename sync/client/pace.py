"""How long one exchange may take: a grace, and more for every byte that moves, so that a slow line is no dead one.

A limit on each read alone lets whoever drips a byte a minute hold a round for ever; a limit on the whole alone cuts off
a full batch on a line of 64 kbit/s. So the time allowed grows with what has moved, at a rate no usable line is below.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable

GRACE_SECONDS = 60.0
"""For an exchange in which nothing moves: the server may be busy with others for so long."""
SLOWEST_BYTES_A_SECOND = 1000.0
_SENT_AT_ONCE = 16 * 1024
_READ_AT_ONCE = 64 * 1024


class TooSlow(TimeoutError):
    """An exchange took longer than what moved in it allows."""


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
        """Seconds left. Raises TooSlow when there are none."""
        allowed = GRACE_SECONDS + self._moved / SLOWEST_BYTES_A_SECOND
        left = self._began + allowed - self._now()
        if left <= 0:
            raise TooSlow
        return left


class Paced:
    """A connected socket that keeps to ``pace``."""

    def __init__(self, line: socket.socket, pace: Pace) -> None:
        self.line, self._pace = line, pace

    def send(self, data: bytes) -> None:
        """Send all of it. Raises TooSlow, and nothing for a line that broke: what it had to say may be there to read.

        Who has answered already may have stopped listening.
        """
        try:
            for start in range(0, len(data), _SENT_AT_ONCE):
                piece = data[start : start + _SENT_AT_ONCE]
                self.line.settimeout(self._pace.left())
                self.line.sendall(piece)
                self._pace.moved(len(piece))
        except TimeoutError as error:
            raise TooSlow from error
        except OSError:
            pass

    def receive(self) -> bytes:
        """Wait for what comes next; b"" where the other end has hung up. Raises TooSlow or another OSError."""
        try:
            self.line.settimeout(self._pace.left())
            data = self.line.recv(_READ_AT_ONCE)
        except TimeoutError as error:
            raise TooSlow from error
        self._pace.moved(len(data))
        return data

    def close(self) -> None:
        """Close the socket."""
        self.line.close()
