"""The heading of a section, with a count or an action at its right."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QWidget

from ui.parts.labels import PlainLabel


class SectionHead(QWidget):
    """``kind`` is the type role: h1 for a page's title, h2 for a section, overline for a month."""

    def __init__(
        self, words: str, trailing: QWidget | None = None, kind: str = "h2", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        self.label = PlainLabel(words, kind)
        row.addWidget(self.label, 1)
        if trailing is not None:
            row.addWidget(trailing)

    def set_words(self, words: str) -> None:
        """Show another heading."""
        self.label.setText(words)
