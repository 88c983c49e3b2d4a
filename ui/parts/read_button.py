"""The button that reads a page aloud, and stops it again; it is there only where the laptop has a voice."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QWidget

from ui import access, actions
from ui.parts.buttons import Button
from ui.speech import ReadAloud

READ, STOP = "Read aloud", "Stop reading"


class ReadButton(Button):
    """``pieces`` is asked when it is pressed: what to read, in order. ``about`` tells two of them on a page apart.

    R presses the one that ``has_key``; of several the newest.
    """

    def __init__(
        self,
        speech: ReadAloud | None,
        pieces: Callable[[], Sequence[str]],
        key: str,
        parent: QWidget,
        *,
        about: str = "",
        has_key: bool = True,
    ) -> None:
        super().__init__(READ, "volume-2", "secondary", parent, keys=actions.keys("read_aloud") if has_key else "")
        self._speech, self._pieces, self._about = speech, pieces, about
        self.has_key = has_key
        self._is_mine, self._is_wanted = False, True
        access.describe(self, READ, key=key)
        self.clicked.connect(self.toggle)
        self.hide()
        if speech is not None:
            speech.changed.connect(self._show)
            self._show()

    def want(self, is_wanted: bool) -> None:
        """Say whether the page stands in a way that can be read."""
        self._is_wanted = is_wanted
        self.setVisible(is_wanted and self._speech is not None and self._speech.is_offered())

    def toggle(self) -> None:
        """Read, or stop what this button began; another reading gives way to this one."""
        if self._speech is None:
            return
        if self._is_mine:
            self._speech.stop()
            return
        self._speech.stop()
        self._is_mine = True
        self._speech.read(self._pieces())
        self._show()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        # What is read belongs to what stands.
        if self._is_mine and self._speech is not None:
            self._speech.stop()

    def _show(self) -> None:
        speech = self._speech
        assert speech is not None
        self._is_mine = self._is_mine and speech.is_reading()
        words = STOP if self._is_mine else READ
        self.set_words(words, name=f"{words}: {self._about}" if self._about else words)
        self.set_icon("circle-stop" if self._is_mine else "volume-2")
        self.want(self._is_wanted)
