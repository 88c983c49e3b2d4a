"""A sheet to draw on with a mouse, a finger or a pen; always white paper, in every theme, as on a table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QPolygonF
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from models.drawing import INKS, TALL, WIDE, WIDTHS, Stroke, is_drawing, read, write
from ui import access, theme
from ui.parts import strokes
from ui.parts.painted import Painted

SHOWN_WIDE, NEAR, RADIUS = 560, 4, 10
PAPER = "#FFFFFF"


def paint_strokes(painter: QPainter, room: QRectF, drawn: Iterable[Stroke]) -> None:
    """Draw strokes into a room of the sheet's own shape."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(room.topLeft())
    painter.scale(room.width() / WIDE, room.height() / TALL)
    for one in drawn:
        ink = QColor(INKS.get(one.ink, INKS["ink"]))
        pen = QPen(ink, one.width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        points = [QPointF(x, y) for x, y in one.points]
        if len(points) == 1:
            painter.drawPoint(points[0])
        else:
            painter.drawPolyline(QPolygonF(points))
    painter.restore()


def picture_of(value: Any, wide: int = 264) -> QImage:
    """A drawing as a small picture; a null one for none."""
    return image_of(read(value), wide)


def image_of(drawn: Sequence[Stroke], wide: int = 264) -> QImage:
    """Strokes on their sheet, as a picture so many dots wide; a null one for none."""
    if not drawn:
        return QImage()
    image = QImage(wide, round(wide * TALL / WIDE), QImage.Format.Format_RGB32)
    image.fill(QColor(PAPER))
    painter = QPainter(image)
    paint_strokes(painter, QRectF(image.rect()), drawn)
    painter.end()
    return image


class Canvas(Painted, QLabel):
    """`drawn` after each whole stroke. ``ink`` and ``thick`` are what the next stroke is drawn with.

    A label with a picture is told as a picture; Qt takes a painted widget for a border. A factory of interfaces in
    Python would name it better, and ends the app: Qt goes on using one that Python has let go of.
    """

    drawn = Signal()
    full = Signal()

    def __init__(self, name: str, parent: QWidget | None = None, *, key: str = "") -> None:
        super().__init__(parent)
        self.ink, self.thick = next(iter(INKS)), WIDTHS[0]
        self._strokes: tuple[Stroke, ...] = ()
        self._now: list[tuple[int, int]] = []
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setMaximumWidth(theme.current().px(SHOWN_WIDE))
        self.setPixmap(QPixmap(1, 1))
        access.describe(self, name, key=key)

    def value(self) -> list[list[Any]]:
        """The drawing as the JSON value it is kept as."""
        return write(self._strokes)

    def show_value(self, value: Any) -> None:
        """Show a drawing, without `drawn`."""
        self._strokes, self._now = read(value), []
        self.update()

    # ---- drawing -----------------------------------------------------------------------------------------------------

    def _point(self, at: QPointF) -> tuple[int, int]:
        x, y = at.x() / max(1, self.width()) * WIDE, at.y() / max(1, self.height()) * TALL
        return round(min(WIDE, max(0, x))), round(min(TALL, max(0, y)))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._now = [self._point(event.position())]
            self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not self._now:
            return
        x, y = self._point(event.position())
        before = self._now[-1]
        if abs(x - before[0]) + abs(y - before[1]) >= NEAR:
            self._now.append((x, y))
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or not self._now:
            return
        whole = (*self._strokes, Stroke(self.ink, self.thick, tuple(self._now)))
        self._now = []
        if is_drawing(write(whole)):
            self._strokes = whole
            self.drawn.emit()
        else:
            self.full.emit()
        self.update()

    # ---- sizes and painting ------------------------------------------------------------------------------------------

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return round(width * TALL / WIDE)

    def sizeHint(self) -> QSize:
        wide = theme.current().px(SHOWN_WIDE)
        return QSize(wide, self.heightForWidth(wide))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.current().px(240), theme.current().px(180))

    def paintEvent(self, event: QPaintEvent) -> None:
        look = theme.current()
        painter = QPainter(self)
        whole = QRectF(self.rect())
        strokes.box(painter, whole, QColor(PAPER), look.colour("control"), RADIUS)
        now = (Stroke(self.ink, self.thick, tuple(self._now)),) if self._now else ()
        paint_strokes(painter, whole, (*self._strokes, *now))
        if self.hasFocus():
            strokes.ring(painter, whole, RADIUS)
