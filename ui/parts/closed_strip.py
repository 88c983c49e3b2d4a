"""Says that old records are closed until the council is reached, and what can be done all the same."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui import access
from ui.parts.buttons import Button
from ui.parts.icon_label import IconLabel
from ui.parts.labels import PlainLabel
from ui.parts.surface import Surface


class ClosedStrip(QWidget):
    """Hidden until `show_days`; it takes no focus and covers nothing. `asked` when the worker presses "Try now"."""

    asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 12, 24, 0)
        frame = Surface("banner", tone="info")
        outer.addWidget(frame)
        row = QHBoxLayout(frame)
        row.setContentsMargins(16, 9, 10, 9)
        row.setSpacing(12)
        row.addWidget(IconLabel("lock", "info", 22))
        self.words = PlainLabel("", "body")
        self.words.setObjectName("closed.words")
        row.addWidget(self.words, 1)
        self.again = Button("Try now", "", "secondary", frame)
        access.describe(self.again, "Try now", "Looks for a connection to the council", key="closed.again")
        self.again.clicked.connect(self.asked)
        row.addWidget(self.again)
        self.hide()

    def show_days(self, days: int) -> None:
        """Say that so many days have passed; said aloud the first time only."""
        self.words.setText(words_for(days))
        if self.isHidden():
            access.announce(self, self.words.text())
            self.show()


def words_for(days: int) -> str:
    """What is closed, until when, and what is open."""
    passed = "1 day" if days == 1 else f"{days} days"
    return (
        f"{passed} without a connection: old records are closed until the next one. "
        "New notes can still be written, and what is not sent yet stays open to you."
    )
