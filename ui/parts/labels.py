"""A label that shows words exactly as they are: never as markup, with the leading that reading needs."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from ui import access, style, theme
from ui.parts import lettering

READING = {"reading", "knock"}


class PlainLabel(QLabel):
    """Every label that shows data. ``kind`` is a type role (h1, h2, h3, strong, body, reading, ui, small, overline).

    ``tone`` colours the words (quiet, primary, voice, ok, warn, danger, info). ``elided`` keeps to one line and ends
    in an ellipsis; ``leading`` is the distance of lines as a part of the type size (1.42 for ``reading``).
    """

    def __init__(
        self,
        words: str = "",
        kind: str = "body",
        parent: QWidget | None = None,
        *,
        tone: str = "",
        wrap: bool = True,
        elided: bool = False,
        selectable: bool = False,
        leading: float | None = None,
    ) -> None:
        super().__init__(parent)
        super().setTextFormat(Qt.TextFormat.PlainText)
        self._elided = elided
        self._leading = leading if leading is not None else (lettering.ROOMY if kind in READING else None)
        style.mark(self, kind=kind, tone=tone)
        self.setWordWrap(wrap and not elided)
        policy = self.sizePolicy()
        policy.setHorizontalPolicy(QSizePolicy.Policy.Expanding if elided else QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(self.wordWrap())
        self.setSizePolicy(policy)
        if selectable:
            self._leading = None
            self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self.setCursor(Qt.CursorShape.IBeamCursor)
        self._size_without_sheet()
        self.setText(words)

    def setTextFormat(self, wanted: Qt.TextFormat) -> None:
        """Stay with plain text, whatever is asked: what a record holds is never read as markup."""
        del wanted

    def setText(self, words: str) -> None:
        """Show these words, exactly."""
        super().setText(words)
        if self._elided:
            self._tell_whole()

    def set_tone(self, tone: str) -> None:
        """Colour the words anew."""
        style.mark(self, tone=tone)

    def keep_to_one_line(self, is_one: bool) -> None:
        """Keep to one line that ends in an ellipsis, with the whole in the tip, or break into several."""
        if is_one != self._elided:
            self._elided = is_one
            self.setWordWrap(not is_one)
            policy = self.sizePolicy()
            policy.setHorizontalPolicy(QSizePolicy.Policy.Expanding if is_one else QSizePolicy.Policy.Preferred)
            policy.setHeightForWidth(not is_one)
            self.setSizePolicy(policy)
            self._tell_whole()

    def _paints_itself(self) -> bool:
        return self._elided or (self._leading is not None and self.wordWrap())

    def _laid(self, width: float) -> lettering.Laid:
        return lettering.lay_out(self.text(), self.font(), width, leading=self._leading or lettering.ROOMY)

    def hasHeightForWidth(self) -> bool:
        return self.wordWrap()

    def heightForWidth(self, width: int) -> int:
        if not self._paints_itself() or self._elided:
            return super().heightForWidth(width)
        self.ensurePolished()
        return round(self._laid(width).height + 0.49)

    def sizeHint(self) -> QSize:
        if not self._paints_itself() or self._elided:
            return super().sizeHint()
        self.ensurePolished()
        room = max(240, self.fontMetrics().averageCharWidth() * 60)
        laid = self._laid(room)
        return QSize(round(laid.width + 1.49), round(laid.height + 0.49))

    def minimumSizeHint(self) -> QSize:
        if self._elided:
            self.ensurePolished()
            short = self.fontMetrics().horizontalAdvance(self.text()[:4] + "…")
            return QSize(min(short, super().minimumSizeHint().width()), super().minimumSizeHint().height())
        if self._paints_itself():
            self.ensurePolished()
            words = self.text().split()
            longest = max((self.fontMetrics().horizontalAdvance(word) for word in words), default=0)
            return QSize(min(longest + 2, 160), round(self._laid(10_000).height))
        return super().minimumSizeHint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._elided:
            self._tell_whole()

    def _tell_whole(self) -> None:
        cut = self._elided and self.fontMetrics().horizontalAdvance(self.text()) > self.width()
        access.tip(self, self.text() if cut else "")

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._paints_itself():
            super().paintEvent(event)
            return
        painter = QPainter(self)
        painter.setFont(self.font())
        ink = self.palette().color(self.foregroundRole())
        if self._elided:
            painter.setPen(ink)
            shown = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
            painter.drawText(QRectF(self.rect()), int(self.alignment() | Qt.AlignmentFlag.AlignVCenter), shown)
            return
        self._laid(self.width()).draw(painter, QPointF(0, 0), ink)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._size_without_sheet()
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.FontChange):
            self.updateGeometry()

    def _size_without_sheet(self) -> None:
        """In high contrast the style sheet is off; headings still have to look like headings."""
        look, role = theme.current(), str(self.property("kind"))
        role = {"strong": "body", "problem": "h3", "overline": "small"}.get(role, role)
        if look.is_high_contrast and role in theme.type_sizes():
            self.setFont(look.font(role))
