"""A part of a page that is folded away until wanted; what is inside stays there."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui.parts.buttons import Button


class Fold(QWidget):
    """Put things into ``body``, or let ``fill`` do it when the fold opens for the first time.

    `folded` carries True when it closes. ``head`` is the row of the button, for something at its right.
    """

    folded = Signal(bool)

    def __init__(self, words: str, fill: Callable[[], None] | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._fill = fill
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self.head = QHBoxLayout()
        self.button = Button(words, "chevron-right", "quiet", self)
        self.button.clicked.connect(lambda: self.set_open(not self.is_open()))
        self.head.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)
        self.head.addStretch(1)
        column.addLayout(self.head)
        self.content = QWidget(self)
        self.content.hide()
        self.body = QVBoxLayout(self.content)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(12)
        column.addWidget(self.content)
        self._words, self._name = words, ""
        self._tell()

    def is_open(self) -> bool:
        """Whether the content shows."""
        return not self.content.isHidden()

    def set_open(self, wanted: bool) -> None:
        """Show the content, or fold it away."""
        if wanted == self.is_open():
            return
        if self._fill is not None:
            fill, self._fill = self._fill, None
            fill()
        self.content.setVisible(wanted)
        self._tell()
        self.folded.emit(not wanted)

    def set_name(self, name: str) -> None:
        """Tell it from other folds on the same page, for whoever does not see where it stands."""
        self._name = name
        self._tell()

    def set_words(self, words: str) -> None:
        """Say something else on the button."""
        if words != self._words:
            self._words = words
            self._tell()

    def _tell(self) -> None:
        is_open = self.is_open()
        self.button.set_icon("chevron-down" if is_open else "chevron-right")
        self.button.set_words(self._words, name=self._name)
        self.button.setAccessibleDescription("Open" if is_open else "Folded")
