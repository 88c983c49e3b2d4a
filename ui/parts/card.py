"""A card: one thing on a quiet surface, with a heading if it wants one."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLayout, QVBoxLayout, QWidget

from ui.parts.labels import PlainLabel
from ui.parts.surface import Surface


class Card(Surface):
    """Put things into ``body``; ``title`` stands above them and ``trailing`` at the right of the title."""

    def __init__(self, title: str = "", trailing: QWidget | None = None, parent: QWidget | None = None) -> None:
        super().__init__("card", parent)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(16, 14, 16, 14)
        self.body.setSpacing(10)
        self.title: PlainLabel | None = None
        if title or trailing is not None:
            head = QHBoxLayout()
            head.setSpacing(12)
            self.title = PlainLabel(title, "h2", self)
            head.addWidget(self.title, 1)
            if trailing is not None:
                head.addWidget(trailing)
            self.body.addLayout(head)
            self.setAccessibleName(title)

    def add(self, item: QWidget | QLayout, stretch: int = 0) -> None:
        """Add a widget or a layout below what is there."""
        if isinstance(item, QWidget):
            self.body.addWidget(item, stretch)
        else:
            self.body.addLayout(item, stretch)
