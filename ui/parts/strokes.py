"""Boxes, rings and key shapes drawn the same way by every part that paints itself."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from ui import theme

RING = 3
GAP = 2
KEY_PAD = 6.0


def box(
    painter: QPainter, rect: QRectF, fill: QColor | None, edge: QColor | None, radius: float, width: float = 1.0
) -> None:
    """Draw a rounded box whose border lies inside ``rect``, crisp at any pixel ratio."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(fill if fill is not None else Qt.BrushStyle.NoBrush)
    if edge is None:
        painter.setPen(Qt.PenStyle.NoPen)
    else:
        painter.setPen(QPen(edge, width))
        half = width / 2
        rect = rect.adjusted(half, half, -half, -half)
        radius = max(0.0, radius - half)
    painter.drawRoundedRect(rect, radius, radius)


def ring(painter: QPainter, rect: QRectF, radius: float, edge: float = 1.0) -> None:
    """Draw the focus ring along the inside of ``rect``: 3 px that were no edge before, where the edge is ``edge`` wide.

    Within it stands a line of the ground, without which it could not be told from a fill of nearly its own colour.
    """
    look, wide = theme.current(), ring_width(edge)
    box(painter, rect, None, look.colour("focus"), radius, wide)
    inside = rect.adjusted(wide, wide, -wide, -wide)
    box(painter, inside, None, look.colour("window" if look.is_high_contrast else "surface"), radius - wide, GAP)


def ring_width(edge: float = 1.0) -> float:
    """Return how wide the ring is drawn over an edge of a width: what the edge took already does not count."""
    return RING + max(edge, edge_width()) - 1


def edge_width() -> float:
    """Return how thick a control's edge is: 1 px, 2 px in high contrast."""
    return 2.0 if theme.current().is_high_contrast else 1.0


def key_width(keys: str, metrics: QFontMetricsF) -> float:
    """Return the room that the caps of ``keys`` ("Ctrl+K") take, in logical pixels."""
    caps = keys.split("+")
    return sum(max(20.0, metrics.horizontalAdvance(cap) + 2 * KEY_PAD) for cap in caps) + 3.0 * (len(caps) - 1)


def draw_keys(painter: QPainter, left: float, middle: float, keys: str, metrics: QFontMetricsF, ink: QColor) -> None:
    """Draw each key of ``keys`` as a cap, starting at ``left``, centred on the height ``middle``; ``ink`` for all."""
    height = metrics.height() + 3
    faint = QColor(ink)
    faint.setAlphaF(0.55)
    for cap in keys.split("+"):
        wide = max(20.0, metrics.horizontalAdvance(cap) + 2 * KEY_PAD)
        rect = QRectF(left, middle - height / 2, wide, height)
        box(painter, rect, None, faint, 5)
        painter.setPen(ink)
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, cap)
        left += wide + 3
