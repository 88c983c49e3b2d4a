"""A drawing made by code, as a child might have made it: for the tour, where everything is invented."""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QImageWriter, QPainter, QPen, QPolygonF

WIDE, TALL = 1200, 900


def drawn_house() -> bytes:
    """A house with a garden, a dog and a sun, in felt-tip pens, as PNG."""
    image = QImage(WIDE, TALL, QImage.Format.Format_RGB32)
    image.fill(QColor("#fdfcf8"))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    def pen(colour: str, width: float = 9) -> None:
        painter.setPen(QPen(QColor(colour), width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.setBrush(Qt.BrushStyle.NoBrush)

    pen("#3f8a45", 12)
    painter.drawPolyline(QPolygonF([QPointF(30 + 40 * at, 770 + (at % 3) * 9) for at in range(29)]))
    pen("#a2482f")
    painter.drawRect(QRectF(330, 430, 420, 340))
    painter.drawPolyline(QPolygonF([QPointF(290, 440), QPointF(545, 230), QPointF(800, 436)]))
    pen("#2d5f9a")
    painter.drawRect(QRectF(390, 500, 110, 100))
    painter.drawLine(QPointF(445, 500), QPointF(445, 600))
    painter.drawRect(QRectF(600, 590, 100, 178))
    pen("#e0a100", 11)
    painter.drawEllipse(QRectF(960, 60, 150, 150))
    for at in range(8):
        painter.save()
        painter.translate(1035, 135)
        painter.rotate(45 * at + 8)
        painter.drawLine(QPointF(0, 95), QPointF(0, 135))
        painter.restore()
    pen("#6b4a2f")
    painter.drawEllipse(QRectF(900, 690, 130, 70))
    painter.drawEllipse(QRectF(1010, 640, 66, 60))
    for at in (920, 950, 985, 1010):
        painter.drawLine(QPointF(at, 750), QPointF(at - 4, 800))
    painter.drawLine(QPointF(902, 712), QPointF(860, 660))
    painter.end()
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"png")).write(image)
    return bytes(data.data())
