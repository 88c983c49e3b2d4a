"""The ground of the pages shown before the vault is open: one column in the middle that scrolls when it must."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from ui import style, theme
from ui.parts.icon_label import IconLabel
from ui.parts.labels import PlainLabel
from ui.parts.scroll_page import ScrollPage


class FrontPage(ScrollPage):
    """Put things into ``column``; it grows with the text and never past ``wide`` pixels (at 100 %)."""

    def __init__(self, wide: int, parent: QWidget | None = None, *, is_centred: bool = True) -> None:
        super().__init__(parent, margins=(24, 20, 24, 24), spacing=0)
        self._wide = wide
        self._middle = QWidget()
        self.column = QVBoxLayout(self._middle)
        # Room for the focus ring that stands outside a filled button.
        self.column.setContentsMargins(6, 6, 6, 6)
        self.column.setSpacing(16)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self._middle, 1_000)
        row.addStretch(1)
        if is_centred:
            self.body.addStretch(2)
        self.body.addLayout(row)
        self.body.addStretch(3)
        # A smaller window or larger text must not leave the field that has the focus out of sight.
        self.verticalScrollBar().rangeChanged.connect(self._stay)
        self._dress()

    def _dress(self) -> None:
        self._middle.setMaximumWidth(theme.current().px(self._wide) + 12)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._dress()

    def _stay(self) -> None:
        self._keep_in_sight(None, self.window().focusWidget())


def heard_mark() -> QHBoxLayout:
    """Return Heard's mark and name, side by side."""
    row = QHBoxLayout()
    row.setSpacing(10)
    row.addWidget(IconLabel("message-square-heart", "primary", 30))
    row.addWidget(PlainLabel("Heard", "h1", wrap=False))
    row.addStretch(1)
    return row


class FrontWindow(QWidget):
    """A window called "Heard" that a worker meets before the vault is open. Enter presses the button in focus."""

    def __init__(self, key: str) -> None:
        super().__init__()
        self.setObjectName(key)
        self.setAccessibleName("Heard")
        self.setWindowTitle("Heard")
        self.setMinimumSize(1024, 600)
        style.mark(self, kind="page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        standing = self.focusWidget()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and isinstance(standing, QPushButton):
            standing.click()
            return
        super().keyPressEvent(event)
