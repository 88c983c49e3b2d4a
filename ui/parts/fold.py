"""A part of a page that is folded away until wanted; what is inside stays there."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui import access
from ui.parts.buttons import Button


class Fold(QWidget):
    """Put things into ``body``. `folded` carries True when it closes. The button says whether it is open."""

    folded = Signal(bool)

    def __init__(self, words: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self.button = Button(words, "chevron-right", "quiet", self)
        self.button.clicked.connect(lambda: self.set_open(not self.is_open()))
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)
        self.content = QWidget(self)
        self.body = QVBoxLayout(self.content)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(12)
        column.addWidget(self.content)
        self._words = words
        self.content.hide()
        self._tell()

    def is_open(self) -> bool:
        """Whether the content shows."""
        return self.content.isVisibleTo(self)

    def set_open(self, wanted: bool) -> None:
        """Show the content, or fold it away."""
        if wanted != self.is_open():
            self.content.setVisible(wanted)
            self._tell()
            self.folded.emit(not wanted)

    def set_words(self, words: str) -> None:
        """Say something else on the button."""
        self._words = words
        self._tell()

    def _tell(self) -> None:
        is_open = self.is_open()
        self.button.set_icon("chevron-down" if is_open else "chevron-right")
        self.button.set_words(self._words)
        self.button.setAccessibleDescription("Open" if is_open else "Folded")
        access.tip(self.button, "")
