"""A field to look for something by typing: a magnifier before the words, and a cross that empties it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from ui import access, theme
from ui.parts.buttons import Button
from ui.parts.icon_label import IconLabel


class SearchField(QLineEdit):
    """``key`` is the objectName; the cross is a real button, reached by Tab."""

    def __init__(self, name: str, key: str, parent: QWidget | None = None, *, hint: str = "") -> None:
        super().__init__(parent)
        access.describe(self, name, hint, key=key)
        self.setPlaceholderText(name)
        self._icon = IconLabel("search", "text2", 18, self)
        self._icon.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.cross = Button("", "x", "quiet", self)
        access.describe(self.cross, "Empty the field", key=f"{key}.empty")
        self.cross.setCursor(Qt.CursorShape.ArrowCursor)
        self.cross.clicked.connect(self._empty)
        self.cross.hide()
        self.textChanged.connect(lambda text: self.cross.setVisible(bool(text)))
        self._place()

    def _empty(self) -> None:
        self.clear()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _place(self) -> None:
        side = theme.current().px(18)
        self.setTextMargins(side + 10, 0, theme.current().px(34), 0)
        self._icon.setGeometry(13, (self.height() - side) // 2, side, side)
        wide = theme.current().px(52)
        self.cross.setGeometry(self.width() - wide, 0, wide, self.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._place()
