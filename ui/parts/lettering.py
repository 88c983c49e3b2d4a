"""Words laid out with the leading that reading needs, a bold beginning if wanted; for parts that paint their own."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QTextCharFormat, QTextLayout, QTextOption

ROOMY = 1.42  # of the type size; reading text, 140 to 145 %


@dataclass(frozen=True, slots=True)
class Laid:
    """Lines ready to be drawn; ``height`` and ``width`` in logical pixels."""

    lines: tuple[QTextLayout, ...]
    tops: tuple[float, ...]
    height: float
    width: float

    def draw(self, painter: QPainter, at: QPointF, ink: QColor) -> None:
        """Draw the words with their top left corner at ``at``."""
        painter.setPen(ink)
        for layout, top in zip(self.lines, self.tops, strict=True):
            layout.draw(painter, at + QPointF(0, top))


KEPT = 512
_kept: dict[tuple[str, str, float, int, float], Laid] = {}


def lay_out(words: str, font: QFont, width: float, *, bold_to: int = 0, leading: float = ROOMY) -> Laid:
    """Break plain ``words`` into lines no wider than ``width``; the first ``bold_to`` characters are bold.

    ``leading`` is the distance of lines as a part of the type size, never less than the font's own. What was laid out
    is kept: layouts ask for the same many times before they stand.
    """
    asked = (words, font.key(), width, bold_to, leading)
    if asked not in _kept:
        if len(_kept) == KEPT:
            _kept.clear()
        _kept[asked] = _break_into_lines(words, font, width, bold_to, leading)
    return _kept[asked]


def _break_into_lines(words: str, font: QFont, width: float, bold_to: int, leading: float) -> Laid:
    step = max(QFontMetricsF(font).lineSpacing(), font.pixelSize() * leading)
    lead_in = (step - QFontMetricsF(font).height()) / 2
    option = QTextOption(Qt.AlignmentFlag.AlignLeading)
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layouts: list[QTextLayout] = []
    tops: list[float] = []
    y = widest = 0.0
    for number, paragraph in enumerate(words.split("\n")):
        layout = QTextLayout(paragraph, font)
        layout.setTextOption(option)
        layout.setCacheEnabled(True)
        if number == 0 and bold_to:
            layout.setFormats([_bold(bold_to)])
        layout.beginLayout()
        top = y
        while (line := layout.createLine()).isValid():
            line.setLineWidth(max(1.0, width))
            line.setPosition(QPointF(0, y - top + lead_in))
            widest = max(widest, line.naturalTextWidth())
            y += step
        layout.endLayout()
        layouts.append(layout)
        tops.append(top)
    return Laid(tuple(layouts), tuple(tops), y, widest)


def _bold(length: int) -> QTextLayout.FormatRange:
    span = QTextLayout.FormatRange()
    look = QTextCharFormat()
    look.setFontWeight(QFont.Weight.Bold)
    span.start, span.length, span.format = 0, length, look
    return span
