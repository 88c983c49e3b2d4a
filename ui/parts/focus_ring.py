"""The focus ring that stands outside a filled control with a gap, where on the fill it could not be seen."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from ui import theme
from ui.parts import strokes

OUT = strokes.RING + strokes.GAP


def has_room(widget: QWidget) -> bool:
    """Whether the ring fits around the widget inside its parent, where nothing would cut it off."""
    parent = widget.parentWidget()
    return parent is not None and parent.rect().contains(widget.geometry().adjusted(-OUT, -OUT, OUT, OUT))


class FocusRing(QWidget):
    """A see-through sibling of the control; it takes no room in a layout and no clicks."""

    def __init__(self, around: QWidget, radius: float) -> None:
        super().__init__(around.parentWidget())
        self._around = around
        self._radius = radius
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.follow()
        self.show()

    def follow(self) -> None:
        """Stand around the control where it is now."""
        self.setGeometry(self._around.geometry().adjusted(-OUT, -OUT, OUT, OUT))
        self.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:
        ink = theme.current().colour("focus")
        strokes.box(QPainter(self), QRectF(self.rect()), None, ink, self._radius + OUT, strokes.RING)
