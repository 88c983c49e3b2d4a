"""A calm strip: two texts of one answer stand side by side, both are kept, and here is where to look at them."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from ui.parts.buttons import Button
from ui.parts.icon_label import IconLabel
from ui.parts.labels import PlainLabel
from ui.parts.surface import Surface


class TwoVersionsStrip(Surface):
    """`asked` when the worker wants to look at both."""

    asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("banner", parent, tone="info")
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 4, 6, 4)
        row.setSpacing(8)
        row.addWidget(IconLabel("columns-2", "info", 18, self), 0, Qt.AlignmentFlag.AlignVCenter)
        self.words = PlainLabel("Two versions. Both are kept.", "small", self)
        row.addWidget(self.words, 1)
        self.button = Button("Look at both", kind="quiet", parent=self)
        self.button.clicked.connect(self.asked)
        row.addWidget(self.button)

    def show_field(self, name: str) -> None:
        """Name the answer for whoever does not see where the strip stands."""
        self.button.set_words("Look at both", name=f"Look at both versions: {name}")
