"""An icon that stands beside words; it follows the theme and tells a screen reader nothing unless it is named."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from ui import icons, theme
from ui.parts import strokes


class IconLabel(QLabel):
    """A Lucide icon in a token's colour; ``ground`` draws it on a round tint of that token, as on a timeline."""

    def __init__(
        self, icon: str, tint: str = "text", side: int = 20, parent: QWidget | None = None, *, ground: str = ""
    ) -> None:
        super().__init__(parent)
        self._icon, self._tint, self._side, self._ground = icon, tint, side, ground
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_icon(self, icon: str, tint: str = "") -> None:
        """Show another icon, perhaps in another token's colour."""
        self._icon, self._tint = icon, tint or self._tint
        self.update()

    def sizeHint(self) -> QSize:
        side = theme.current().px(self._side + (16 if self._ground else 0))
        return QSize(side, side)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        look = theme.current()
        painter = QPainter(self)
        whole = QRectF(self.rect())
        if self._ground:
            strokes.box(painter, whole, look.colour(self._ground), None, whole.width() / 2)
        side = look.px(self._side)
        box = QRectF((whole.width() - side) / 2, (whole.height() - side) / 2, side, side)
        icons.paint(painter, self._icon, box, look.colour(self._tint))
