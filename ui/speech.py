"""Reading aloud: one reading at a time, piece by piece, by whatever voice the laptop has, or none."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from models.errors import Trouble

HALF_VOLUME = 0.5
"""A reading may begin in a room with others: it starts at half volume, and the laptop's own keys make it louder."""
RATES = {"slow": -0.3, "usual": 0.0, "fast": 0.3}
"""What the speeds are for a voice, whose slowest is -1 and whose fastest is 1."""
USUAL = "usual"


class Voice(QObject):
    """What speaks; built in the application, and by tests. Every method returns at once; signals tell the rest.

    ``found`` says whether there is a voice, ``ended`` that the words of this number have been said or cut short,
    ``failed`` that it went away while it was saying something.
    """

    found = Signal(bool)
    ended = Signal(int)
    failed = Signal()

    def look(self) -> None:
        """Look for a voice; ``found`` follows."""
        raise NotImplementedError

    def say(self, number: int, words: str, rate: float, volume: float) -> None:
        """Say these words, and nothing else any more."""
        raise NotImplementedError

    def stop(self) -> None:
        """Fall silent."""
        raise NotImplementedError

    def close(self) -> None:
        """Fall silent for good."""
        raise NotImplementedError


class ReadAloud(QObject):
    """One for each open vault. ``changed``: it can be had or not, or a reading began or ended.

    ``failed`` carries the Trouble of a reading that broke off. What is read is kept nowhere.
    """

    changed = Signal()
    failed = Signal(object)

    def __init__(self, voice: Voice, *, is_on: bool = True, speed: str = USUAL) -> None:
        super().__init__()
        self._voice, self._is_on, self._speed = voice, is_on, speed
        self._is_found: bool | None = None
        self._left: list[str] = []
        self._number, self._is_reading = 0, False
        voice.found.connect(self._on_found)
        voice.ended.connect(self._on_ended)
        voice.failed.connect(self._on_failed)

    def look(self) -> None:
        """Look for a voice, if the worker wants one."""
        if self._is_on:
            self._voice.look()

    def has_voice(self) -> bool | None:
        """Whether this laptop has a voice; None while nobody knows."""
        return self._is_found

    def is_offered(self) -> bool:
        """Whether a page may offer to be read."""
        return self._is_on and bool(self._is_found)

    def is_reading(self) -> bool:
        """Whether something is being read."""
        return self._is_reading

    def choose(self, *, is_on: bool, speed: str) -> None:
        """Take the worker's choices; a new speed holds from the next piece on."""
        was_on, self._is_on, self._speed = self._is_on, is_on, speed
        if not is_on:
            self.stop()
        elif not was_on and self._is_found is None:
            self._voice.look()
        if was_on != is_on:
            self.changed.emit()

    def read(self, pieces: Sequence[str]) -> None:
        """Read these one after another, in place of whatever is being read."""
        if not self.is_offered():
            return
        was_reading, self._is_reading = self._is_reading, True
        self._left = [piece for piece in pieces if piece.strip()]
        if self._say_next() and not was_reading:
            self.changed.emit()

    def stop(self) -> None:
        """Stop at once; nothing of it goes on later."""
        self._left = []
        if self._is_reading:
            self._is_reading = False
            self._voice.stop()
            self.changed.emit()

    def _say_next(self) -> bool:
        """Say the next piece; False where that was all."""
        self._number += 1
        if not self._left:
            self._is_reading = False
            self.changed.emit()
            return False
        self._voice.say(self._number, self._left.pop(0), RATES.get(self._speed, RATES[USUAL]), HALF_VOLUME)
        return True

    def _on_ended(self, number: int) -> None:
        if self._is_reading and number == self._number:
            self._say_next()

    def _on_found(self, is_found: bool) -> None:
        self._is_found = is_found
        if not is_found:
            self._left, self._is_reading = [], False
        self.changed.emit()

    def _on_failed(self) -> None:
        if not self._is_reading:
            return
        self._left, self._is_reading = [], False
        self.changed.emit()
        self.failed.emit(
            Trouble(
                "Reading aloud broke off",
                "The laptop’s voice gave no answer. Nothing you wrote is touched.",
                "Press “Read aloud” again. If this stays, ask your council’s IT about the voices of this laptop.",
            )
        )
