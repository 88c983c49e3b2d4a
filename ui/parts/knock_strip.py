"""The teal strip "Before you knock": how a child likes to be approached, and the whole strip opens the full card."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from ui import icons, theme
from ui.parts import lettering, strokes
from ui.parts.painted import PaintedButton

LEAD = "Before you knock:"
PAD, ACROSS, DOWN = 16, 14, 11


class KnockStrip(PaintedButton, QPushButton):
    """``words`` are the child's wishes in a line or two; pressing anywhere is `clicked`."""

    def __init__(self, words: str = "", lead: str = LEAD, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lead, self._words = lead, ""
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.set_words(words)

    def words(self) -> str:
        """Return the wishes shown."""
        return self._words

    def set_words(self, words: str) -> None:
        """Show other wishes."""
        self._words = words
        self.setAccessibleName(f"{self._lead} {words}".strip())
        self.setAccessibleDescription("Open the full card")
        self.updateGeometry()
        self.update()

    def _right(self) -> float:
        look = theme.current()
        return QFontMetricsF(look.font("ui", 600)).horizontalAdvance("Open") + look.px(18) + 8

    def _left(self) -> float:
        return PAD + theme.current().px(22) + ACROSS

    def _laid(self, width: float) -> lettering.Laid:
        room = width - self._left() - self._right() - 2 * PAD
        return lettering.lay_out(
            f"{self._lead} {self._words}",
            theme.current().font("body"),
            max(80.0, room),
            bold_to=len(self._lead),
            leading=1.5,
        )

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return max(theme.current().px(44), round(self._laid(width).height + 0.49) + 2 * DOWN)

    def sizeHint(self) -> QSize:
        wide = theme.current().px(560)
        return QSize(wide, self.heightForWidth(wide))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.current().px(260), theme.current().px(44))

    def paintEvent(self, event: QPaintEvent) -> None:
        look = theme.current()
        painter = QPainter(self)
        whole = QRectF(self.rect())
        edge = look.colour("primary") if self.underMouse() or self.isDown() or look.is_high_contrast else None
        strokes.box(painter, whole, look.colour("primary_soft"), edge, 10, strokes.edge_width())
        if self.wears_ring():
            strokes.ring(painter, whole, 10)
        laid = self._laid(self.width())
        top = (whole.height() - laid.height) / 2
        side = look.px(22)
        middle = whole.height() / 2
        ink = look.colour("on_primary_soft")
        icons.paint(painter, "ear", QRectF(PAD, round(middle - side / 2), side, side), ink)
        words = look.colour("on_primary_soft" if look.is_high_contrast else "text")
        laid.draw(painter, QPointF(self._left(), top), words)
        painter.setFont(look.font("ui", 600))
        link = look.colour("on_primary_soft" if look.is_high_contrast else "primary")
        painter.setPen(link)
        left = whole.width() - PAD - self._right()
        painter.drawText(QRectF(left, 0, self._right(), whole.height()), Qt.AlignmentFlag.AlignVCenter, "Open")
        chevron = look.px(18)
        place = QRectF(whole.width() - PAD - chevron + 2, round(middle - chevron / 2) + 1, chevron, chevron)
        icons.paint(painter, "chevron-right", place, link, 2)
