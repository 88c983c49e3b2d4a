"""A key drawn as a key, for lists of keys and hints beside fields."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from ui import theme
from ui.parts import strokes
from ui.parts.painted import Painted


class KeyCap(Painted, QLabel):
    """``keys`` as written in `ui.actions`: "Ctrl+K" is drawn as two keys."""

    def __init__(self, keys: str, parent: QWidget | None = None, *, tint: str = "text2") -> None:
        super().__init__(parent)
        self._tint = tint
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(keys)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def _letter(self) -> QFontMetricsF:
        return QFontMetricsF(theme.current().font("overline", 600))

    def sizeHint(self) -> QSize:
        return QSize(round(strokes.key_width(self.text(), self._letter()) + 0.99), round(self._letter().height() + 5))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        look = theme.current()
        painter = QPainter(self)
        painter.setFont(look.font("overline", 600))
        strokes.draw_keys(painter, 0, self.height() / 2, self.text(), self._letter(), look.colour(self._tint))
