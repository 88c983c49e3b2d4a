"""Where a worker stands in a row of steps: a number for what is to come, a tick for what is done."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from ui import icons, theme
from ui.parts import strokes
from ui.parts.painted import Painted

ROUND = 32
GAP = 12


class StepRow(Painted, QLabel):
    """One step; ``stands`` is "done", "now" or "later", told by its sign and its weight, not by colour alone."""

    def __init__(self, number: int, words: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._number = number
        self.stands = ""
        self.setText(words)
        self.show_state("later")

    def show_state(self, stands: str) -> None:
        """Tell how this step stands now."""
        self.stands = stands
        said = {"done": "done", "now": "you are here", "later": "to come"}[stands]
        self.setAccessibleName(f"Step {self._number}, {self.text()}, {said}")
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        look = theme.current()
        wide = QFontMetricsF(look.font("ui", 700)).horizontalAdvance(self.text())
        return QSize(round(look.px(ROUND) + GAP + wide + 1), look.px(ROUND + 8))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.current().px(ROUND), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        look = theme.current()
        painter = QPainter(self)
        side = look.px(ROUND)
        circle = QRectF(0, (self.height() - side) / 2, side, side)
        ground, ink = {
            "done": ("ok_soft", "ok"),
            "now": ("primary", "onaccent"),
            "later": ("sunken", "text2"),
        }[self.stands]
        edge = look.colour("control") if self.stands == "later" else None
        strokes.box(painter, circle, look.colour(ground), edge, side / 2, strokes.edge_width())
        if self.stands == "done":
            tick = look.px(18)
            icons.paint(
                painter, "check", QRectF(7 * side / 32, circle.top() + 7 * side / 32, tick, tick), look.colour(ink)
            )
        else:
            painter.setFont(look.font("small", 700))
            painter.setPen(look.colour(ink))
            painter.drawText(circle, Qt.AlignmentFlag.AlignCenter, str(self._number))
        font = look.font("ui", 700 if self.stands == "now" else 500)
        painter.setFont(font)
        painter.setPen(look.colour("text2" if self.stands == "later" else "text"))
        room = QRectF(side + GAP, 0, max(0, self.width() - side - GAP), self.height())
        shown = QFontMetricsF(font).elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width() + 1)
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)


class StepList(QWidget):
    """The steps in order; `show_step` marks those before as done."""

    def __init__(self, steps: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        self.rows = [StepRow(number, words, self) for number, words in enumerate(steps, 1)]
        for row in self.rows:
            column.addWidget(row)

    def show_step(self, index: int, *, is_done: bool = False) -> None:
        """Stand at the step with this ``index``, counted from 0; ``is_done`` ticks it too."""
        for place, row in enumerate(self.rows):
            past = place < index or (is_done and place == index)
            row.show_state("done" if past else "now" if place == index else "later")
