"""A drawing to look at: its lines on a small white sheet, in every theme; its words are what a screen reader says."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPixmap
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from models.drawing import TALL, WIDE, Stroke
from ui import access, theme
from ui.parts import strokes
from ui.parts.canvas import PAPER, paint_strokes
from ui.parts.painted import Painted

SHOWN_WIDE, RADIUS = 240, 8


class DrawnSheet(Painted, QLabel):
    """``words`` say that it is a drawing, and whose; it takes no focus."""

    def __init__(self, drawn: Sequence[Stroke], words: str, parent: QWidget | None = None, *, key: str = "") -> None:
        super().__init__(parent)
        self.strokes = tuple(drawn)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        # A label with a picture is told as a picture.
        self.setPixmap(QPixmap(1, 1))
        access.describe(self, words, key=key)

    def sizeHint(self) -> QSize:
        wide = theme.current().px(SHOWN_WIDE)
        return QSize(wide, round(wide * TALL / WIDE))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        whole = QRectF(self.rect())
        strokes.box(painter, whole, QColor(PAPER), theme.current().colour("control"), RADIUS)
        clip = QPainterPath()
        clip.addRoundedRect(whole.adjusted(1, 1, -1, -1), RADIUS - 1, RADIUS - 1)
        painter.setClipPath(clip)
        paint_strokes(painter, whole, self.strokes)
