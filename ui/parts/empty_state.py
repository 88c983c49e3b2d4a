"""What a page shows when there is nothing yet: what belongs here, and the one thing to do next."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui import theme
from ui.parts.icon_label import IconLabel
from ui.parts.labels import PlainLabel

WIDEST, SIDE, TOP = 720, 24, 28


class EmptyState(QWidget):
    """An icon, a title, a sentence and the buttons given, left aligned."""

    def __init__(
        self, icon: str, title: str, words: str = "", *actions: QWidget, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(SIDE, TOP, SIDE, TOP)
        column.setSpacing(8)
        column.addWidget(IconLabel(icon, "primary", 40))
        column.addSpacing(4)
        self.title = PlainLabel(title, "h1")
        column.addWidget(self.title)
        self.words = PlainLabel(words, "body", leading=1.5)
        # Only once it has a parent: shown before, it would be a window for a moment, and take the activation.
        column.addWidget(self.words)
        self.words.setVisible(bool(words))
        if actions:
            column.addSpacing(8)
            row = QHBoxLayout()
            row.setSpacing(12)
            for action in actions:
                row.addWidget(action, 0, Qt.AlignmentFlag.AlignLeft)
            row.addStretch(1)
            column.addLayout(row)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep lines to a length that reads well; under a largest width a layout would ask how tall a wider one is."""
        super().resizeEvent(event)
        kept, over = self._column.contentsMargins(), self.width() - theme.current().px(WIDEST)
        self._column.setContentsMargins(kept.left(), kept.top(), max(kept.left(), over), kept.bottom())
