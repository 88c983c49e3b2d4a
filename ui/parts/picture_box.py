"""A large tile to press: a big picture, few words, and what somebody said to it, each line with its own picture."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from ui import access, icons, theme
from ui.parts import lettering
from ui.parts.painted import PaintedButton

PAD, RADIUS, BIG, SMALL, GAP, LEAST = 16, 16, 56, 34, 10, 176


class PictureBox(PaintedButton, QPushButton):
    """``lines`` are (icon, words); a line without a picture of its own is drawn with a dot. ``tone`` colours them.

    ``empty`` stands there while there is nothing yet. It grows with its words: nothing of them is ever cut.
    """

    def __init__(
        self,
        icon: str,
        title: str,
        lines: Sequence[tuple[str, str]],
        parent: QWidget | None = None,
        *,
        tone: str = "text",
        empty: str = "",
        key: str = "",
    ) -> None:
        super().__init__(parent)
        self._icon, self._title, self._lines, self._tone, self._empty = icon, title, tuple(lines), tone, empty
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        said = ". ".join(words for _icon, words in self._lines) or empty
        access.describe(self, f"{title}: {said}" if said else title, key=key)

    def lines(self) -> tuple[tuple[str, str], ...]:
        """What stands in it."""
        return self._lines

    # ---- sizes -----------------------------------------------------------------------------------------------------

    def _head(self, width: float) -> lettering.Laid:
        room = width - 2 * PAD - theme.current().px(BIG) - 14
        return lettering.lay_out(self._title, theme.current().font("knock_head", 600), max(60.0, room), leading=1.2)

    def _laid(self, width: float) -> list[tuple[str, lettering.Laid]]:
        look = theme.current()
        room = max(60.0, width - 2 * PAD - look.px(SMALL) - 12)
        font = look.font("knock_head", 400)
        return [(icon, lettering.lay_out(words, font, room, leading=1.25)) for icon, words in self._lines]

    def _tall(self, width: float) -> float:
        look = theme.current()
        top = PAD + max(float(look.px(BIG)), self._head(width).height) + GAP
        laid = self._laid(width)
        if not laid:
            return max(float(look.px(LEAST)), top + look.px(26) + PAD)
        lines = sum(max(float(look.px(SMALL)), one.height) + GAP for _icon, one in laid)
        return max(float(look.px(LEAST)), top + lines + PAD)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return round(self._tall(width) + 0.49)

    def sizeHint(self) -> QSize:
        wide = theme.current().px(340)
        return QSize(wide, self.heightForWidth(wide))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.current().px(200), theme.current().px(LEAST))

    # ---- painting --------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        look = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.paint_frame(painter, "sunken" if self.isDown() else self.ground(), RADIUS)
        big = look.px(BIG)
        place = QRectF(PAD, PAD, big, big)
        icons.paint(painter, self._icon, place, look.colour("text"))
        head = self._head(self.width())
        head.draw(painter, QPointF(place.right() + 14, PAD + max(0.0, (big - head.height) / 2)), look.colour("text"))
        self._paint_lines(painter, PAD + max(float(big), head.height) + GAP)

    def _paint_lines(self, painter: QPainter, top: float) -> None:
        look, ink = theme.current(), theme.current().colour(self._tone)
        if not self._lines:
            painter.setPen(look.colour("text2"))
            painter.setFont(look.font("body"))
            flags = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap)
            painter.drawText(QRectF(PAD, top, self.width() - 2 * PAD, self.height() - top), flags, self._empty)
            return
        side = look.px(SMALL)
        for icon, laid in self._laid(self.width()):
            tall = max(float(side), laid.height)
            if icon:
                place = QRectF(PAD, round(top + (min(tall, side * 1.2) - side) / 2), side, side)
                icons.paint(painter, icon, place, ink)
            else:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(ink)
                painter.drawEllipse(QPointF(PAD + side / 2, top + side / 2), 4, 4)
            laid.draw(painter, QPointF(PAD + side + 12, top + max(0.0, (side - laid.height) / 2)), ink)
            top += tall + GAP
