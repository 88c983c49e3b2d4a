"""A voice that says nothing: it remembers what it was given, and ends when the test says so."""

from __future__ import annotations

from ui.speech import Voice


class StandInVoice(Voice):
    """``said`` holds number, words, rate and volume of everything; ``now`` what is being said."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[tuple[int, str, float, float]] = []
        self.now: str | None = None
        self.looks = self.stops = 0

    def look(self) -> None:
        self.looks += 1

    def say(self, number: int, words: str, rate: float, volume: float) -> None:
        self.said.append((number, words, rate, volume))
        self.now = words

    def stop(self) -> None:
        self.stops += 1
        self.now = None

    def close(self) -> None:
        self.now = None

    def finish(self) -> None:
        """Come to the end of what is being said."""
        self.now = None
        self.ended.emit(self.said[-1][0])

    def finish_all(self) -> list[str]:
        """Come to the end of everything there is to say; what it was."""
        before = len(self.said) - 1
        while self.now is not None:
            self.finish()
        return [words for _number, words, _rate, _volume in self.said[before:]]
