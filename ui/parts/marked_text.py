"""A text with some of its words marked, bold and underlined, so that what differs is seen without colour."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent, QTextCharFormat, QTextLayout, QTextOption
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from ui import theme
from ui.parts import lettering, strokes
from ui.parts.painted import Painted

BAR = 4
LEFT, RIGHT, DOWN = 18, 14, 10
LEADING = 1.5
MOST_KEPT = 6
Span = tuple[int, int]


class MarkedText(Painted, QLabel):
    """``words`` as they stand, with ``spans`` (start, end in characters) marked.

    ``is_childs`` gives the words the child's own colour; ``quoted`` draws quotation marks that are no part of them.
    ``struck`` strikes the marked words through: they stand here no more.
    """

    def __init__(
        self,
        words: str,
        spans: Sequence[Span] = (),
        parent: QWidget | None = None,
        *,
        is_childs: bool = False,
        quoted: bool = False,
        struck: bool = False,
    ) -> None:
        super().__init__(parent)
        self._words, self._spans, self._is_childs, self._quoted = words, tuple(spans), is_childs, quoted
        self._struck = struck
        self._kept: dict[tuple[float, str], lettering.Laid] = {}
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName(words)
        if self._spans:
            verb = "Taken out" if struck else "Only in this version"
            self.setAccessibleDescription(f"{verb}: {'; '.join(self.marked())}")

    def words(self) -> str:
        """Return the words without quotation marks."""
        return self._words

    def marked(self) -> tuple[str, ...]:
        """Return the stretches that are marked."""
        return tuple(self._words[start:end] for start, end in self._spans)

    # ---- laying out ----------------------------------------------------------------------------------------------

    def _sides(self) -> tuple[int, int, int]:
        return (LEFT, RIGHT, DOWN) if self._is_childs else (0, 0, 0)

    def _laid(self, width: float) -> lettering.Laid:
        left, right, _ = self._sides()
        before, after = ("“", "”") if self._quoted else ("", "")
        spans = [(start + len(before), end + len(before)) for start, end in self._spans]
        room = max(60.0, width - left - right)
        font = theme.current().font("reading")
        key = (room, font.toString())
        if key not in self._kept:
            # A layout asks for the height of one width many times over; a long text takes milliseconds to lay out.
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            self._kept[key] = _lay_out(f"{before}{self._words}{after}", spans, font, room, struck=self._struck)
        return self._kept[key]

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return round(self._laid(width).height + 0.49) + 2 * self._sides()[2]

    def sizeHint(self) -> QSize:
        left, right, _ = self._sides()
        wide = min(theme.current().px(520), round(self._laid(10_000).width) + left + right + 2)
        return QSize(wide, self.heightForWidth(wide))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.current().px(160), theme.current().px(28))

    def paintEvent(self, event: QPaintEvent) -> None:
        look = theme.current()
        painter = QPainter(self)
        whole = QRectF(self.rect())
        left, _, down = self._sides()
        if self._is_childs:
            # As a quotation elsewhere: the tint is rounded on the right only, cut at the bar.
            painter.setClipRect(whole)
            strokes.box(painter, whole.adjusted(-12, 0, 0, 0), look.colour("voice_soft"), None, 8)
            painter.fillRect(QRectF(0, 0, BAR, whole.height()), look.colour("voice"))
        self._laid(self.width()).draw(painter, QPointF(left, down), look.colour("text"))


def _lay_out(text: str, spans: Sequence[Span], font: QFont, width: float, *, struck: bool = False) -> lettering.Laid:
    """Break ``text`` into lines no wider than ``width``, its ``spans`` bold and underlined, or struck through."""
    metrics = QFontMetricsF(font)
    step = max(metrics.lineSpacing(), font.pixelSize() * LEADING)
    option = QTextOption(Qt.AlignmentFlag.AlignLeading)
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layouts: list[QTextLayout] = []
    tops: list[float] = []
    y = widest = 0.0
    begins = 0
    for paragraph in text.split("\n"):
        layout = QTextLayout(paragraph, font)
        layout.setTextOption(option)
        layout.setCacheEnabled(True)
        layout.setFormats([_mark(paragraph, start - begins, end - begins, struck=struck) for start, end in spans])
        layout.beginLayout()
        top = y
        while (line := layout.createLine()).isValid():
            line.setLineWidth(max(1.0, width))
            line.setPosition(QPointF(0, y - top + (step - metrics.height()) / 2))
            widest = max(widest, line.naturalTextWidth())
            y += step
        layout.endLayout()
        layouts.append(layout)
        tops.append(top)
        begins += len(paragraph) + 1
    return lettering.Laid(tuple(layouts), tuple(tops), y, widest)


def _mark(paragraph: str, start: int, end: int, *, struck: bool) -> QTextLayout.FormatRange:
    """The part of a span that lies in one paragraph, perhaps none of it."""

    def place(at: int) -> int:
        # Qt counts in UTF-16: a face outside the first plane is two of its characters and one of Python's.
        return len(paragraph[: min(max(at, 0), len(paragraph))].encode("utf-16-le", "surrogatepass")) // 2

    span, look = QTextLayout.FormatRange(), QTextCharFormat()
    if struck:
        look.setFontStrikeOut(True)
    else:
        look.setFontWeight(QFont.Weight.Bold)
        look.setFontUnderline(True)
    span.start, span.length, span.format = place(start), place(end) - place(start), look
    return span
