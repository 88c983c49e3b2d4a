"""A quiet surface that keeps its edge in high contrast, where the style sheet is off."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QWidget

from ui import style, theme
from ui.parts import strokes


class Surface(QFrame):
    """``kind`` as in heard.qss: card, well, knock, voice, banner (with ``tone``), problems, sheet, field."""

    def __init__(self, kind: str, parent: QWidget | None = None, *, tone: str = "") -> None:
        super().__init__(parent)
        style.mark(self, kind=kind, tone=tone)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        look = theme.current()
        if look.is_high_contrast:
            painter = QPainter(self)
            strokes.box(painter, QRectF(self.rect()), look.colour("surface"), look.colour("line"), 4, 2)
