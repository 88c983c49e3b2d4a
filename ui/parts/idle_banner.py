"""Says that Heard is about to lock because nobody is there, and lets the worker stay."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui import access
from ui.parts.buttons import Button
from ui.parts.icon_label import IconLabel
from ui.parts.labels import PlainLabel
from ui.parts.surface import Surface


class IdleBanner(QWidget):
    """Hidden until `warn`; it takes no focus and covers nothing. `stayed` when the worker presses the button."""

    stayed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 12, 24, 0)
        frame = Surface("banner", tone="warn")
        outer.addWidget(frame)
        row = QHBoxLayout(frame)
        row.setContentsMargins(16, 9, 10, 9)
        row.setSpacing(12)
        row.addWidget(IconLabel("lock", "warn", 22))
        self.words = PlainLabel("", "body")
        row.addWidget(self.words, 1)
        self.stay = Button("Stay here", "", "secondary", frame)
        access.describe(self.stay, "Stay here", "Keeps Heard open", key="idle.stay")
        self.stay.clicked.connect(self.stayed)
        row.addWidget(self.stay)
        self.hide()

    def warn(self, seconds: int) -> None:
        """Show how long is left; said aloud the first time only."""
        unit = "second" if seconds == 1 else "seconds"
        self.words.setText(f"Heard locks in {seconds} {unit}. Your work is saved.")
        if self.isHidden():
            access.announce(self, self.words.text())
            self.show()
