"""What a child said, in purple: the quotation marks are drawn, the words stay exactly as they were recorded."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QContextMenuEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QSizePolicy, QWidget

from ui import theme
from ui.parts import lettering, strokes
from ui.parts.painted import Painted

BAR = 4
LEFT, RIGHT, DOWN = 18, 14, 10


class VoiceQuote(Painted, QLabel):
    """``words`` exactly as told; ``role`` is the type role. The menu copies them without quotation marks."""

    def __init__(self, words: str = "", parent: QWidget | None = None, *, role: str = "reading") -> None:
        super().__init__(parent)
        self._role = role
        self._words = ""
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.set_words(words)

    def words(self) -> str:
        """Return the words as recorded, without quotation marks."""
        return self._words

    def set_words(self, words: str) -> None:
        """Show other words."""
        self._words = words
        self.setAccessibleName(words)
        self.updateGeometry()
        self.update()

    def _laid(self, width: float) -> lettering.Laid:
        font = theme.current().font(self._role)
        return lettering.lay_out(f"“{self._words}”", font, max(60.0, width - LEFT - RIGHT), leading=1.5)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return round(self._laid(width).height + 0.49) + 2 * DOWN

    def sizeHint(self) -> QSize:
        wide = min(theme.current().px(560), round(self._laid(10_000).width) + LEFT + RIGHT + 2)
        return QSize(wide, self.heightForWidth(wide))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.current().px(160), theme.current().px(44))

    def paintEvent(self, event: QPaintEvent) -> None:
        look = theme.current()
        painter = QPainter(self)
        whole = QRectF(self.rect())
        # The tint is rounded on the right only: drawn wider and cut at the bar, whose corners stay square.
        painter.setClipRect(whole)
        strokes.box(painter, whole.adjusted(-12, 0, 0, 0), look.colour("voice_soft"), None, 8)
        painter.fillRect(QRectF(0, 0, BAR, whole.height()), look.colour("voice"))
        laid = self._laid(self.width())
        laid.draw(painter, QPointF(LEFT, (whole.height() - laid.height) / 2), look.colour("text"))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = QMenu(self)
        copy = menu.addAction("Copy these words")
        copy.triggered.connect(lambda: QApplication.clipboard().setText(self._words))
        menu.exec(event.globalPos())
        menu.deleteLater()
