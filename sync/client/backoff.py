"""How long to wait after a round that failed: exponential with full jitter, and the server's own wish first."""

from __future__ import annotations

import random

FIRST_SECONDS = 5.0
MOST_SECONDS = 60.0
"""Nothing tells a laptop that its server is back; within a minute it has tried."""


class Backoff:
    """Counts failures in a row. ``choose`` draws from (0, top); tests pass their own."""

    def __init__(self, choose: random.Random | None = None) -> None:
        self._random = choose or random.SystemRandom()
        self._failures = 0

    def failed(self, retry_after: float = 0.0) -> float:
        """Note a failure; return seconds to wait. ``retry_after`` is the server's wish in seconds, 0 for none.

        It is never cut short, and spread out behind, so that all whom a busy server sent away do not come back at once.
        """
        top = min(MOST_SECONDS, FIRST_SECONDS * 2**self._failures)
        self._failures = min(self._failures + 1, 10)
        return retry_after + self._random.uniform(top / 10, top)

    def succeeded(self) -> None:
        """Start again from the shortest wait."""
        self._failures = 0
