"""A pill: a state in an icon and words, never in colour alone."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from ui import access, icons, theme
from ui.parts import strokes
from ui.parts.painted import Painted

PAD = 11
GAP = 6


class Pill(Painted, QLabel):
    """``tone`` is ok, warn, danger, info, voice or primary; a pill is read, not pressed."""

    def __init__(self, words: str, icon: str = "", tone: str = "info", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._icon, self._tone = icon, tone
        self.show_state(words, icon, tone)

    def show_state(self, words: str, icon: str = "", tone: str = "info") -> None:
        """Tell another state."""
        self._icon, self._tone = icon, tone
        self.setText(words)
        self.setAccessibleName(words)
        self.updateGeometry()
        self.update()

    def _letter(self) -> QFontMetricsF:
        return QFontMetricsF(theme.current().font("small", 600))

    def _before(self) -> float:
        return PAD - 1 + theme.current().px(17) + GAP if self._icon else PAD

    def sizeHint(self) -> QSize:
        wide = self._before() + self._letter().horizontalAdvance(self.text()) + PAD
        return QSize(max(round(wide + 0.99), theme.current().px(28)), theme.current().px(27))

    def minimumSizeHint(self) -> QSize:
        short = self._before() + self._letter().horizontalAdvance(self.text()[:6] + "…") + PAD
        return QSize(min(round(short), self.sizeHint().width()), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        look = theme.current()
        painter = QPainter(self)
        whole = QRectF(self.rect())
        ink = look.colour("on_primary_soft" if self._tone == "primary" else self._tone)
        edge = ink if look.is_high_contrast else None
        strokes.box(painter, whole, look.colour(f"{self._tone}_soft"), edge, whole.height() / 2)
        if self._icon:
            side = look.px(17)
            place = QRectF(PAD - 1, round((whole.height() - side) / 2), side, side)
            icons.paint(painter, self._icon, place, ink, 2)
        painter.setFont(look.font("small", 600))
        painter.setPen(ink)
        left = self._before()
        room = self.width() - left - PAD
        shown = self._letter().elidedText(self.text(), Qt.TextElideMode.ElideRight, room + 2)
        spare = max(0.0, room - self._letter().horizontalAdvance(shown)) / 2 if not self._icon else 0.0
        at = QRectF(left + spare, 0, room + 4, whole.height())
        painter.drawText(at, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
        access.tip(self, self.text() if shown != self.text() else "")
