"""What parts that paint themselves have in common: they follow the look, and wear a ring when reached by keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRectF, Qt
from PySide6.QtGui import QFocusEvent, QPainter

from ui import theme
from ui.parts import strokes

if TYPE_CHECKING:
    from PySide6.QtWidgets import QAbstractButton, QWidget

    _Widget = QWidget
    _Button = QAbstractButton
else:
    # Two Qt classes cannot both be bases; these are plain mix-ins that only mypy takes for widgets.
    _Widget = object
    _Button = object


class Painted(_Widget):
    """Mix into a part whose size comes from the look: it is measured anew when letters change."""

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self.updateGeometry()


class PaintedButton(Painted, _Button):
    """Mix into a button that paints itself: who presses it by the mouse knows where they are, and needs no ring."""

    _by_keyboard = False

    def wears_ring(self) -> bool:
        """Whether the focus came here by keys."""
        return self.hasFocus() and self._by_keyboard

    def ground(self) -> str:
        """The token of the fill where nothing is chosen."""
        return "sunken" if self.underMouse() else "surface"

    def paint_frame(self, painter: QPainter, fill: str, radius: float, *, tone: str = "primary") -> None:
        """Paint the fill and the edge, which is thicker and of the ``tone`` when chosen, and the ring."""
        look, whole, chosen = theme.current(), QRectF(self.rect()), self.isChecked()
        width = strokes.edge_width() + (2 if chosen else 0)
        strokes.box(painter, whole, look.colour(fill), look.colour(tone if chosen else "control"), radius, width)
        if self.wears_ring():
            strokes.ring(painter, whole, radius, width)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._by_keyboard = event.reason() != Qt.FocusReason.MouseFocusReason
        super().focusInEvent(event)
        self.update()
