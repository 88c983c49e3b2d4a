"""One of the world's faults told on the page itself: what happened, what is safe, what to do."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui import access
from ui.parts.labels import PlainLabel
from ui.parts.surface import Surface


class TroubleBox(Surface):
    """Looks as the summary of errors does; hidden until `show_trouble`, which says it aloud too."""

    def __init__(self, key: str, parent: QWidget | None = None) -> None:
        super().__init__("problems", parent)
        self.setObjectName(key)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 14)
        column.setSpacing(4)
        self.title = PlainLabel("", "h2")
        self.message = PlainLabel("", "body")
        self.help = PlainLabel("", "body")
        for label in (self.title, self.message, self.help):
            column.addWidget(label)
        self.hide()

    def show_trouble(self, title: str, message: str, help: str) -> None:  # noqa: A002 - as in models.errors.Trouble
        """Show the three parts, those that are not empty, and have them read aloud."""
        for label, words in ((self.title, title), (self.message, message), (self.help, help)):
            label.setText(words)
            label.setVisible(bool(words))
        said = " ".join(words for words in (title, message, help) if words)
        self.setAccessibleName(said)
        self.show()
        access.announce(self, said, at_once=True)

    def set_help(self, words: str) -> None:
        """Change what to do, quietly, as a wait counts down."""
        self.help.setText(words)
        self.help.setVisible(bool(words))
        shown = (label.text() for label in (self.title, self.message, self.help))
        self.setAccessibleName(" ".join(words for words in shown if words))
