"""The bar under every page while something is read aloud: one big way to stop it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from ui import access, actions, theme
from ui.parts.buttons import Button


class StopButton(Button):
    """Larger than any other, for a hand in a hurry."""

    role = "h2"

    def _tall(self) -> int:
        return theme.current().px(56)


class ReadingBar(QWidget):
    """Hidden until something is read. It takes no focus, and shortens the page rather than covering it."""

    stopped = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        # A page that asks for more height than there is takes none of it from here.
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(24, 8, 24, 12)
        self.stop = StopButton("Stop reading", "circle-stop", "primary", self, keys=actions.keys("back"))
        self.stop.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        access.describe(self.stop, "Stop reading", actions.keys("back"), key="reading.stop")
        self.stop.clicked.connect(self.stopped)
        row.addWidget(self.stop)
        self.hide()
