"""Lucide line icons, recoloured by token and drawn sharp at the screen's own pixel ratio."""

from __future__ import annotations

import functools

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap, QPixmapCache
from PySide6.QtSvg import QSvgRenderer

import resources
from ui import theme


@functools.cache
def _source(name: str) -> bytes:
    return resources.path("icons", f"{name}.svg").read_bytes()


@functools.lru_cache(maxsize=256)
def _renderer(name: str, colour: str, stroke: float) -> QSvgRenderer:
    drawn = _source(name).replace(b"currentColor", colour.encode())
    drawn = drawn.replace(b'stroke-width="2"', f'stroke-width="{stroke:g}"'.encode())
    return QSvgRenderer(QByteArray(drawn))


def paint(painter: QPainter, name: str, box: QRectF, colour: QColor, stroke: float = 1.75) -> None:
    """Draw an icon into ``box`` straight through the painter; sharp at any ratio, nothing to keep."""
    ratio = painter.device().devicePixelRatio()
    side = max(1, round(box.width()))
    painter.drawPixmap(box.topLeft(), pixmap(name, colour, side, ratio, stroke))


def pixmap(name: str, colour: QColor | str, side: int = 20, ratio: float = 1.0, stroke: float = 1.75) -> QPixmap:
    """Return a square picture of ``side`` logical pixels; ``colour`` is a token name or a colour.

    An unknown ``name`` is a bug and raises ``FileNotFoundError``.
    """
    tint = theme.current().colour(colour) if isinstance(colour, str) else colour
    key = f"heard/{name}/{tint.name()}/{side}/{ratio:g}/{stroke:g}"
    kept = QPixmap()
    if QPixmapCache.find(key, kept):
        return kept
    renderer = _renderer(name, tint.name(), stroke)
    drawn = QPixmap(round(side * ratio), round(side * ratio))
    drawn.fill(Qt.GlobalColor.transparent)
    painter = QPainter(drawn)
    renderer.render(painter, QRectF(0, 0, drawn.width(), drawn.height()))
    painter.end()
    drawn.setDevicePixelRatio(ratio)
    QPixmapCache.insert(key, drawn)
    return drawn


def icon(name: str, tint: str = "text", side: int = 20, ratio: float = 2.0) -> QIcon:
    """Return a QIcon for places that want one, such as a menu; parts paint theirs and follow the theme."""
    return QIcon(pixmap(name, tint, side, ratio))
