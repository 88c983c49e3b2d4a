"""Lines with real bullets: drawn dots and a hanging indent, the words exactly as they are."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from ui import theme
from ui.parts import lettering
from ui.parts.painted import Painted

DOT = 5.0


class BulletList(Painted, QLabel):
    """One bullet for each line; a single line with ``quoted`` stands in quotation marks and without a dot.

    ``role`` is the type role, ``tone`` a token such as ``voice``.
    """

    def __init__(
        self,
        lines: Sequence[str] = (),
        parent: QWidget | None = None,
        *,
        role: str = "reading",
        tone: str = "text",
        quoted: bool = False,
    ) -> None:
        super().__init__(parent)
        self._role, self._tone, self._quoted = role, tone, quoted
        self._lines: tuple[str, ...] = ()
        self.setTextFormat(Qt.TextFormat.PlainText)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.set_lines(lines)

    def lines(self) -> tuple[str, ...]:
        """Return the lines shown."""
        return self._lines

    def set_lines(self, lines: Sequence[str]) -> None:
        """Show other lines; empty ones are left out."""
        self._lines = tuple(line.strip() for line in lines if line.strip())
        self.setAccessibleName("\n".join(self._lines))
        self.updateGeometry()
        self.update()

    def _is_quote(self) -> bool:
        return self._quoted and len(self._lines) == 1

    def _indent(self) -> float:
        return 0.0 if self._is_quote() else float(theme.current().px(18))

    def _laid(self, width: float) -> list[lettering.Laid]:
        font = theme.current().font(self._role)
        room = max(40.0, width - self._indent())
        shown = [f"“{line}”" if self._is_quote() else line for line in self._lines]
        return [lettering.lay_out(line, font, room, leading=1.45) for line in shown]

    def _gap(self) -> int:
        return theme.current().px(5)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        laid = self._laid(width)
        return round(sum(each.height for each in laid) + self._gap() * max(0, len(laid) - 1) + 0.49)

    def sizeHint(self) -> QSize:
        laid = self._laid(theme.current().px(420))
        wide = max((each.width for each in laid), default=0.0) + self._indent()
        return QSize(round(wide + 1.49), self.heightForWidth(round(wide + 1.49)))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.current().px(120), 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        look = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ink = look.colour(self._tone)
        top = 0.0
        dot = DOT * look.px(100) / 100
        step = QFontMetricsF(look.font(self._role)).height() * 1.1
        for laid in self._laid(self.width()):
            if not self._is_quote():
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(ink)
                painter.drawEllipse(QPointF(dot, top + step / 2 + 1), dot / 2, dot / 2)
            laid.draw(painter, QPointF(self._indent(), top), ink)
            top += laid.height + self._gap()
