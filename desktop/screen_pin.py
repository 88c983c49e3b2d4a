"""The screen PIN: comes back from a hidden screen while the vault is open. It wraps nothing."""

from __future__ import annotations

from enum import Enum

from desktop.kdf import KdfCost
from models.errors import Trouble

LEAST_DIGITS = 6
MOST_DIGITS = 64
MOST_TRIES = 5

PIN_COST = KdfCost(memory_kib=19 * 1024, passes=2, lanes=1)
"""OWASP's floor: under 0.1 s, so that coming back does not keep anyone waiting. The hash lies in the encrypted store,
so whoever could guess at it has the vault open already."""

_RUN = "01234567890123456789"


class WeakPin(Trouble):
    """The new PIN is too short, not all digits, or among the first that anyone would try."""

    def __init__(self, reason: str) -> None:
        super().__init__("Choose another PIN", reason, "Pick six or more digits that mean nothing to others.")


def find_pin_weakness(pin: str) -> str | None:
    """Say in plain words what is wrong with a new PIN, or return None when it will do."""
    digits = pin.strip()
    if not (digits.isascii() and digits.isdigit()) or not LEAST_DIGITS <= len(digits) <= MOST_DIGITS:
        return f"A PIN has {LEAST_DIGITS} digits or more, and nothing but digits."
    if len(set(digits)) <= 2:
        return "One or two digits again and again are the first thing someone would try."
    if digits in _RUN or digits[::-1] in _RUN:
        return "Digits in a row are the first thing someone would try."
    half = len(digits) // 2
    if len(digits) % 2 == 0 and digits[:half] == digits[half:]:
        return "The same digits twice are soon guessed."
    return None


def hash_pin(pin: str, cost: KdfCost = PIN_COST) -> str:
    """Return the text to keep in the store's meta. Raises WeakPin. Takes about 0.1 s: not on the main thread."""
    if reason := find_pin_weakness(pin):
        raise WeakPin(reason)
    from argon2 import PasswordHasher

    return PasswordHasher(cost.passes, cost.memory_kib, cost.lanes).hash(pin.strip())


def check_pin(pin: str, kept: str) -> bool:
    """Say whether ``pin`` is the one whose hash was kept. Raises ValueError if ``kept`` is no such hash (a bug)."""
    from argon2 import PasswordHasher
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return PasswordHasher().verify(kept, pin.strip())
    except InvalidHashError as error:
        raise ValueError("not a PIN's hash") from error
    except VerificationError:
        return False


class PinAnswer(Enum):
    """What a try at the PIN led to."""

    RIGHT = "right"
    WRONG = "wrong"
    LOCK = "lock"


class PinGate:
    """Counts wrong PINs in the process that holds the key: the fifth in a row says "lock fully", and so does any later.

    Keep one for as long as the vault is open, so that hiding the screen again does not give five new tries.
    """

    def __init__(self, kept: str) -> None:
        self._kept = kept
        self._wrong = 0

    @property
    def tries_left(self) -> int:
        """How many more wrong PINs there may be before Heard locks fully."""
        return MOST_TRIES - self._wrong

    def change(self, kept: str) -> None:
        """Take the hash of a new PIN."""
        self._kept = kept

    def answer(self, pin: str) -> PinAnswer:
        """Check one try. Takes about 0.1 s: not on the main thread, and one at a time."""
        if self._wrong >= MOST_TRIES:
            return PinAnswer.LOCK
        # Counted before it is checked, so that two tries at once cannot share one count.
        self._wrong += 1
        if check_pin(pin, self._kept):
            self._wrong = 0
            return PinAnswer.RIGHT
        return PinAnswer.LOCK if self._wrong >= MOST_TRIES else PinAnswer.WRONG
