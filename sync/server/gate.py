"""Lets so many heavy requests work at once, a few wait, and tells the rest when to come again; others pass by."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TypeVar

import anyio
import anyio.to_thread

from sync.server.refusal import Refusal

T = TypeVar("T")
AT_ONCE = 2
"""Pulls that fill a laptop or a scope, and their segments, run this many at a time."""
MOST_WAITING = 16
"""So many more are done within about a second; who comes after them would only hold a line open."""
COME_AGAIN_SECONDS = (2, 10)


class Gate:
    """One for each process. Use from its event loop."""

    def __init__(self, at_once: int = AT_ONCE, most_waiting: int = MOST_WAITING) -> None:
        self._room = anyio.CapacityLimiter(at_once)
        self._most = at_once + most_waiting
        self._inside = 0

    async def run(self, work: Callable[[], T]) -> T:
        """Do ``work`` in a thread when there is room. Raises Refusal 503 where too many wait for that already."""
        if self._inside >= self._most:
            # Spread, or they would all come again in the same moment.
            seconds = random.randint(*COME_AGAIN_SECONDS)  # noqa: S311 - nothing secret is made of it
            raise Refusal(
                503, "busy", "Many laptops are being filled just now. Nothing is lost; it goes on by itself.", seconds
            )
        self._inside += 1
        try:
            return await anyio.to_thread.run_sync(work, limiter=self._room)
        finally:
            self._inside -= 1
