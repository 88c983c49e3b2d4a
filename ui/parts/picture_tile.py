"""A small picture that opens what it stands for: a drawing, a photo, or a mark where there is nothing to draw."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPaintEvent, QPixmap
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from ui import access, icons, theme
from ui.parts import strokes
from ui.parts.painted import PaintedButton

WIDE, TALL, RADIUS = 132, 99, 8


class PictureTile(PaintedButton, QPushButton):
    """``icon`` and ``words`` stand where there is no picture. What a screen reader says is ``name``."""

    def __init__(self, icon: str, words: str, name: str, parent: QWidget | None = None, *, key: str = "") -> None:
        super().__init__(parent)
        self._icon, self._words = icon, words
        self._pixmap = QPixmap()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        access.describe(self, name, key=key)

    def words(self) -> str:
        """What stands there in place of a picture."""
        return self._words

    def show_words(self, icon: str, words: str) -> None:
        """Say something else in place of a picture."""
        self._icon, self._words = icon, words
        self.update()

    def show_picture(self, image: QImage) -> None:
        """Draw a small picture; a null one leaves the mark and the words."""
        self._pixmap = QPixmap.fromImage(image)
        self.update()

    def has_picture(self) -> bool:
        """Whether a picture stands there."""
        return not self._pixmap.isNull()

    def sizeHint(self) -> QSize:
        look = theme.current()
        return QSize(look.px(WIDE), look.px(TALL))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        look = theme.current()
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        whole = QRectF(self.rect())
        strokes.box(painter, whole, look.colour("sunken"), look.colour("line"), RADIUS)
        if self._pixmap.isNull():
            self._paint_mark(painter, whole)
        else:
            self._paint_picture(painter, whole.adjusted(1, 1, -1, -1))
        if self.underMouse() or self.isDown():
            strokes.box(painter, whole, None, look.colour("primary"), RADIUS)
        if self.wears_ring():
            strokes.ring(painter, whole, RADIUS)

    def _paint_mark(self, painter: QPainter, whole: QRectF) -> None:
        look = theme.current()
        side = look.px(30)
        at = QRectF(round((whole.width() - side) / 2), round(whole.height() / 2 - side - 2), side, side)
        icons.paint(painter, self._icon, at, look.colour("text2"))
        painter.setFont(look.font("small"))
        painter.setPen(look.colour("text2"))
        room = QRectF(6, at.bottom() + 2, whole.width() - 12, whole.bottom() - at.bottom() - 6)
        flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
        painter.drawText(room, int(flags), self._words)

    def _paint_picture(self, painter: QPainter, room: QRectF) -> None:
        """The whole picture, never a part of it: what a child drew at the edge counts, too."""
        size = self._pixmap.size().scaled(room.size().toSize(), Qt.AspectRatioMode.KeepAspectRatio)
        place = QRectF(0, 0, size.width(), size.height())
        place.moveCenter(room.center())
        clip = QPainterPath()
        clip.addRoundedRect(room, RADIUS - 1, RADIUS - 1)
        painter.setClipPath(clip)
        painter.drawPixmap(place, self._pixmap, QRectF(self._pixmap.rect()))
        painter.setClipping(False)
