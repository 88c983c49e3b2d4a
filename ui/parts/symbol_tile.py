"""A large picture with few words that a child presses to choose it; a tick and an edge say that it is chosen."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QCheckBox, QSizePolicy, QWidget

from ui import access, icons, theme
from ui.parts import lettering
from ui.parts.painted import PaintedButton

WIDE, TALL, PICTURE, PAD, RADIUS = 150, 116, 50, 8, 16


class SymbolTile(PaintedButton, QCheckBox):
    """``icon`` above ``words``; pressed again it is no longer chosen. Nothing shifts when it is."""

    def __init__(self, icon: str, words: str, parent: QWidget | None = None, *, key: str = "") -> None:
        super().__init__(parent)
        self._icon = icon
        self.setText(words.replace("&", "&&"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        access.describe(self, words, key=key)

    def words(self) -> str:
        """What it says."""
        return self.text().replace("&&", "&")

    def sizeHint(self) -> QSize:
        look = theme.current()
        laid = self._laid(look.px(WIDE) - 2 * PAD)
        return QSize(look.px(WIDE), max(look.px(TALL), round(look.px(PICTURE) + laid.height + 3 * PAD + 6)))

    def minimumSizeHint(self) -> QSize:
        # Whoever lays tiles out gives each its own width; until then they must not hold the page open.
        return QSize(theme.current().px(WIDE) // 4, self.sizeHint().height())

    def hitButton(self, pos: QPoint) -> bool:
        return self.rect().contains(pos)

    def _laid(self, width: float) -> lettering.Laid:
        return lettering.lay_out(self.words(), theme.current().font("body", 700), width, leading=1.2)

    def paintEvent(self, event: QPaintEvent) -> None:
        look = theme.current()
        painter = QPainter(self)
        whole, chosen = QRectF(self.rect()), self.isChecked()
        self.paint_frame(painter, "primary_soft" if chosen or self.isDown() else self.ground(), RADIUS)
        ink = look.colour("on_primary_soft" if chosen else "text")
        side = look.px(PICTURE)
        place = QRectF(round((whole.width() - side) / 2), PAD + 4, side, side)
        icons.paint(painter, self._icon, place, ink)
        laid = self._laid(whole.width() - 2 * PAD)
        top = place.bottom() + (whole.height() - place.bottom() - laid.height) / 2
        painter.setPen(ink)
        for layout, down in zip(laid.lines, laid.tops, strict=True):
            layout.draw(painter, QPointF((whole.width() - laid.width) / 2, top + down))
        if chosen:
            tick = look.px(22)
            icons.paint(painter, "check", QRectF(whole.right() - tick - 10, 10, tick, tick), ink, 3)
