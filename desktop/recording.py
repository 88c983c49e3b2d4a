"""What a widget draws, taken down instead of painted: each run of words with its ink and its place, and each icon."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QPoint, QRectF, QSize
from PySide6.QtGui import QColor, QPaintDevice, QPaintEngine, QPaintEngineState, QRegion, QTextItem, QTransform
from PySide6.QtWidgets import QWidget

_METRICS = {
    QPaintDevice.PaintDeviceMetric.PdmDpiX: 96,
    QPaintDevice.PaintDeviceMetric.PdmDpiY: 96,
    QPaintDevice.PaintDeviceMetric.PdmPhysicalDpiX: 96,
    QPaintDevice.PaintDeviceMetric.PdmPhysicalDpiY: 96,
    QPaintDevice.PaintDeviceMetric.PdmDepth: 32,
    QPaintDevice.PaintDeviceMetric.PdmNumColors: 1 << 24,
    QPaintDevice.PaintDeviceMetric.PdmDevicePixelRatio: 1,
    QPaintDevice.PaintDeviceMetric.PdmDevicePixelRatioScaled: 1 << 16,
}


@dataclass(frozen=True, slots=True)
class Drawn:
    """One run of words on one line, or an icon where ``words`` is empty; ``rect`` in the widget's own pixels."""

    words: str
    rect: QRectF
    ink: QColor
    pixels: int = 0
    weight: int = 0


def record(widget: QWidget) -> list[Drawn]:
    """Have one widget draw itself, without its children, and return what words and icons it drew."""
    paper = _Paper(widget.size())
    widget.render(paper, QPoint(0, 0), QRegion(), QWidget.RenderFlag(0))
    return paper.engine.drawn


class _Engine(QPaintEngine):
    """Takes words and pictures down; lines and shapes it lets go."""

    def __init__(self) -> None:
        super().__init__(QPaintEngine.PaintEngineFeature.AllFeatures)
        self.drawn: list[Drawn] = []
        self._ink, self._transform = QColor(), QTransform()

    def begin(self, _device: QPaintDevice) -> bool:
        self.setActive(True)
        return True

    def end(self) -> bool:
        self.setActive(False)
        return True

    def type(self) -> QPaintEngine.Type:
        return QPaintEngine.Type.User

    def updateState(self, state: QPaintEngineState) -> None:
        changed = state.state()
        if changed & QPaintEngine.DirtyFlag.DirtyPen:
            self._ink = QColor(state.pen().color())
        if changed & QPaintEngine.DirtyFlag.DirtyTransform:
            self._transform = QTransform(state.transform())

    def drawTextItem(self, at: Any, item: QTextItem) -> None:
        if not item.text().strip():
            return
        rect = QRectF(at.x(), at.y() - item.ascent(), item.width(), item.ascent() + item.descent())
        font = item.font()
        self.drawn.append(
            Drawn(item.text(), self._transform.mapRect(rect), self._ink, font.pixelSize(), int(font.weight()))
        )

    def drawPixmap(self, rect: Any, *_more: Any, **_flags: Any) -> None:
        self.drawn.append(Drawn("", self._transform.mapRect(QRectF(rect)), QColor(self._ink)))

    def drawImage(self, rect: Any, *_more: Any, **_flags: Any) -> None:
        self.drawn.append(Drawn("", self._transform.mapRect(QRectF(rect)), QColor(self._ink)))

    def drawTiledPixmap(self, *_more: Any) -> None:
        """A ground of tiles says nothing."""

    def drawPath(self, *_more: Any) -> None:
        """A shape."""

    drawPolygon = drawRects = drawLines = drawEllipse = drawPoints = drawPath


class _Paper(QPaintDevice):
    def __init__(self, size: QSize) -> None:
        super().__init__()
        self.engine = _Engine()
        self._size = size

    def paintEngine(self) -> QPaintEngine:
        return self.engine

    def metric(self, metric: QPaintDevice.PaintDeviceMetric) -> int:
        if metric == QPaintDevice.PaintDeviceMetric.PdmWidth:
            return self._size.width()
        if metric == QPaintDevice.PaintDeviceMetric.PdmHeight:
            return self._size.height()
        return _METRICS.get(metric, 0)
