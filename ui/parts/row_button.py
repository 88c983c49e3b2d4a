"""A row of a list that is pressed as a whole: an icon, a title, a quiet line under it, a chevron."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from ui import icons, theme
from ui.parts import lettering, strokes
from ui.parts.painted import PaintedButton

PAD, GAP, DOWN = 8, 12, 8


class RowButton(PaintedButton, QPushButton):
    """``title`` stands bold over ``words``; long words wrap. ``tint`` is the icon's token."""

    def __init__(
        self, icon: str, title: str, words: str = "", parent: QWidget | None = None, *, tint: str = "primary"
    ) -> None:
        super().__init__(parent)
        self._icon, self._tint = icon, tint
        self._title = self._words = ""
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.show_row(title, words)

    def title(self) -> str:
        """Return the bold line."""
        return self._title

    def words(self) -> str:
        """Return the quiet line."""
        return self._words

    def show_row(self, title: str, words: str) -> None:
        """Stand for something else."""
        self._title, self._words = title, words
        self.setAccessibleName(f"{title}. {words}" if words else title)
        self.updateGeometry()
        self.update()

    def _left(self) -> float:
        return PAD + theme.current().px(22) + GAP

    def _laid(self, width: float) -> tuple[lettering.Laid, lettering.Laid]:
        look = theme.current()
        room = max(80.0, width - self._left() - PAD - look.px(18) - 6)
        title = lettering.lay_out(self._title, look.font("ui", 600), room, leading=1.3)
        words = lettering.lay_out(self._words, look.font("small"), room, leading=1.35)
        return title, words

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        title, words = self._laid(width)
        tall = title.height + (words.height if self._words else 0)
        return max(theme.current().px(44), round(tall + 0.49) + 2 * DOWN)

    def sizeHint(self) -> QSize:
        wide = theme.current().px(260)
        return QSize(wide, self.heightForWidth(wide))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.current().px(160), theme.current().px(44))

    def paintEvent(self, event: QPaintEvent) -> None:
        look = theme.current()
        painter = QPainter(self)
        whole = QRectF(self.rect())
        if self.underMouse() or self.isDown():
            strokes.box(painter, whole, look.colour("sunken"), None, 8)
        if self.wears_ring():
            strokes.ring(painter, whole, 8)
        title, words = self._laid(self.width())
        tall = title.height + (words.height if self._words else 0)
        top = (whole.height() - tall) / 2
        side = look.px(22)
        first = QFontMetricsF(look.font("ui", 600)).height()
        place = QRectF(PAD, round(top + (first - side) / 2 + 1), side, side)
        icons.paint(painter, self._icon, place, look.colour(self._tint))
        title.draw(painter, QPointF(self._left(), top), look.colour("text"))
        if self._words:
            words.draw(painter, QPointF(self._left(), top + title.height), look.colour("text2"))
        chevron = look.px(18)
        at = QRectF(whole.width() - PAD - chevron, round((whole.height() - chevron) / 2), chevron, chevron)
        icons.paint(painter, "chevron-right", at, look.colour("text2"), 2)
