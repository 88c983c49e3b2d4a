"""What a guess at the passphrase costs: argon2id, calibrated to this laptop and never under the floor."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass

STRETCHED_BYTES = 32
_MIB = 1024
_MEASURES = 5


@dataclass(frozen=True)
class KdfCost:
    """What one argon2id guess costs: memory in KiB, passes over it, and lanes that run side by side."""

    memory_kib: int
    passes: int
    lanes: int

    def reaches(self, floor: KdfCost) -> bool:
        """Say whether a guess costs at least as much memory and as many passes as ``floor``."""
        return self.memory_kib >= floor.memory_kib and self.passes >= floor.passes

    def exceeds(self, ceiling: KdfCost) -> bool:
        """Say whether any part is above ``ceiling``: a forged header may not stall the laptop."""
        return self.memory_kib > ceiling.memory_kib or self.passes > ceiling.passes or self.lanes > ceiling.lanes

    @property
    def work(self) -> int:
        """Memory times passes: what time grows with."""
        return self.memory_kib * self.passes


def stretch(passphrase: str, salt: bytes, cost: KdfCost) -> bytes:
    """Run argon2id over the passphrase's UTF-8 bytes: 32 bytes. Raises MemoryError if the laptop has too little."""
    from argon2.exceptions import HashingError
    from argon2.low_level import Type, hash_secret_raw

    secret = passphrase.encode()
    try:
        return hash_secret_raw(secret, salt, cost.passes, cost.memory_kib, cost.lanes, STRETCHED_BYTES, Type.ID)
    except HashingError as error:
        raise MemoryError("argon2id could not get its memory") from error


@dataclass(frozen=True)
class KdfPolicy:
    """Between which limits a passphrase's cost lies and how long, in seconds, one guess should take.

    ``floor`` and ``ceiling`` are enforced on every header read. Memory grows first, up to ``most_memory_kib``,
    since memory is what makes guessing machines dear; then passes.
    """

    floor: KdfCost
    ceiling: KdfCost
    most_memory_kib: int
    least_seconds: float
    most_seconds: float

    def choose(self, measure: Callable[[KdfCost], float], start: KdfCost | None = None) -> KdfCost:
        """Find a cost whose guess takes between ``least_seconds`` and ``most_seconds``, never under the floor.

        ``measure`` runs one guess and returns its seconds. A busy laptop may end near the limits; a slow one
        ends at the floor, however long that takes.
        """
        cost = start or self.floor
        for _ in range(_MEASURES):
            seconds = measure(cost)
            if self.least_seconds <= seconds <= self.most_seconds:
                break
            scaled = self._scale(cost, (self.least_seconds + self.most_seconds) / 2 / max(seconds, 0.001))
            if scaled == cost:
                break
            cost = scaled
        return cost

    def is_too_cheap(self, seconds: float) -> bool:
        """Say whether a guess that took ``seconds`` should cost more from the next unlock on."""
        return seconds < self.least_seconds * 0.85

    def _scale(self, cost: KdfCost, factor: float) -> KdfCost:
        work = cost.work * factor
        memory = min(self.most_memory_kib, int(work / self.floor.passes))
        memory = max(self.floor.memory_kib, memory // _MIB * _MIB)
        passes = max(self.floor.passes, min(self.ceiling.passes, round(work / memory)))
        return KdfCost(memory, passes, self.floor.lanes)


SHIPPED = KdfPolicy(
    floor=KdfCost(64 * _MIB, 3, 4),
    ceiling=KdfCost(1024 * _MIB, 64, 16),
    most_memory_kib=256 * _MIB,
    least_seconds=0.7,
    most_seconds=1.0,
)
"""RFC 9106's second choice (64 MiB, 3 passes, 4 lanes) as the floor, raised to 0.7 to 1.0 s on this laptop."""


def time_guess(cost: KdfCost) -> float:
    """Run one guess at this cost on this laptop and return its seconds."""
    salt = os.urandom(16)
    stretch("", salt, KdfCost(_MIB, 1, 1))  # the first call imports the library, which is not part of a guess
    started = time.perf_counter()
    stretch("a guess to time", salt, cost)
    return time.perf_counter() - started
