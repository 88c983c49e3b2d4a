"""A code to be written down by hand: large, in groups, each letter well apart from the next."""

from __future__ import annotations

from math import ceil

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from ui import theme
from ui.parts import strokes
from ui.parts.painted import Painted

PAD = 14
GAP = 12
EDGE = 12


class CodeLabel(Painted, QLabel):
    """Takes the focus, so that a screen reader can go back to it, and reads the code letter by letter.

    It cannot be selected or copied: a code on the clipboard is a code on this laptop.
    """

    def __init__(self, what: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._what = what
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        # It may grow: with wide letters fewer groups stand in a row, and none of them may be cut off.
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_code(self, code: str) -> None:
        """Show a code whose groups are parted by dashes."""
        self.setText(code)
        groups = "; ".join(" ".join(group) for group in self._groups())
        self.setAccessibleName(f"{self._what}: {groups}")
        self.setMinimumHeight(self.heightForWidth(self.width()))
        self.updateGeometry()

    def _groups(self) -> list[str]:
        return self.text().split("-")

    def _letter(self) -> QFont:
        font = theme.current().font("display", 700)
        font.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, theme.current().px(4))
        return font

    def _tile(self) -> tuple[float, float]:
        metrics = QFontMetricsF(self._letter())
        wide = max(metrics.horizontalAdvance(group) for group in self._groups())
        return wide + 2 * PAD, metrics.height() + PAD

    def _per_row(self, width: int) -> int:
        wide, _ = self._tile()
        return max(1, int((width - 2 * EDGE + GAP) // (wide + GAP)))

    def heightForWidth(self, width: int) -> int:
        rows = -(-len(self._groups()) // self._per_row(width))
        return ceil(rows * (self._tile()[1] + GAP) - GAP) + 2 * EDGE

    def sizeHint(self) -> QSize:
        wide = ceil(min(4, len(self._groups())) * (self._tile()[0] + GAP) - GAP) + 2 * EDGE
        return QSize(wide, self.heightForWidth(wide))

    def minimumSizeHint(self) -> QSize:
        return QSize(ceil(self._tile()[0]) + 2 * EDGE, ceil(self._tile()[1]) + 2 * EDGE)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # Asked for outright: not every layout around it asks how tall it is at this width.
        self.setMinimumHeight(self.heightForWidth(self.width()))

    def paintEvent(self, event: QPaintEvent) -> None:
        look = theme.current()
        painter = QPainter(self)
        strokes.box(painter, QRectF(self.rect()), look.colour("sunken"), None, 12)
        wide, tall = self._tile()
        per_row = self._per_row(self.width())
        font = self._letter()
        for place, group in enumerate(self._groups()):
            row, column = divmod(place, per_row)
            tile = QRectF(EDGE + column * (wide + GAP), EDGE + row * (tall + GAP), wide, tall)
            strokes.box(painter, tile, look.colour("surface"), look.colour("line"), 8, strokes.edge_width())
            painter.setFont(font)
            painter.setPen(look.colour("text"))
            # The spacing after the last letter is no part of the group.
            painter.drawText(tile.adjusted(look.px(4), 0, 0, 0), Qt.AlignmentFlag.AlignCenter, group)
        if self.hasFocus():
            strokes.ring(painter, QRectF(self.rect()), 12)
