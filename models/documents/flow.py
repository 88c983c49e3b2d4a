"""The few shapes a printed page is made of: a panel with a rule at its left, boxes side by side, and paragraphs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph

from models.documents.colours import colour
from models.documents.paper import sized
from models.documents.strokes import CLOSE, CURVE, LINE, MOVE, SIDE, steps
from models.documents.typefaces import bold, printable, runs
from models.drawing import INKS, TALL, WIDE, Stroke

MOST_IN_ONE = 2_000
"""Letters in one paragraph: what is longer is set as several, since the time to set one grows with its square."""
MOST_IN_A_WORD, PIECE = 120, 36
"""A longer row of letters without a space is broken by us, in pieces: reportlab would take seconds over it."""


@dataclass(frozen=True, slots=True)
class Lettering:
    """The styles of one document: a family, the size of its body text, and all else in proportion."""

    family: str
    points: float

    def style(self, tone: str, tint: str = "text") -> ParagraphStyle:
        """A style by its tone: body, quiet, lead, strong, overline, h1, h2, h3; ``tint`` a colour of the style."""
        times, leading, is_bold = _TONES[tone]
        size = sized(self.points, times)
        return ParagraphStyle(
            tone,
            fontName=bold(self.family) if is_bold else self.family,
            fontSize=size,
            leading=size * leading,
            textColor=HexColor(colour(tint)),
            splitLongWords=1,
        )

    def paragraphs(self, text: str, tone: str = "body", tint: str = "text") -> list[Flowable]:
        """Text as paragraphs that follow each other without a gap, every line and space of it kept."""
        style = self.style(tone, tint)
        return [Paragraph(self._marked(piece), style) for piece in _pieces(printable(text))]

    def _marked(self, text: str) -> str:
        """Letters as reportlab reads them, never markup: escaped, with the typeface named where it is another."""
        made = []
        for name, letters in runs(text, self.family):
            safe = escape(letters).replace("\t", "    ").replace("  ", "\u00a0 ").replace("\n", "<br/>")
            made.append(safe if name == self.family else f'<font name="{name}">{safe}</font>')
        return "".join(made) or "\u00a0"


_TONES = {
    "body": (1.0, 1.45, False),
    "quiet": (0.84, 1.4, False),
    "picture": (1.4, 1.35, False),
    "lead": (1.18, 1.42, False),
    "strong": (1.0, 1.4, True),
    "overline": (0.88, 1.4, True),
    "h1": (1.9, 1.2, True),
    "h2": (1.28, 1.3, True),
    "h3": (1.06, 1.35, True),
}


def _pieces(text: str) -> Iterator[str]:
    """Cut a long text where a line or a word ends; an empty line stays one."""
    for line in text.split("\n"):
        line = _broken(line)
        while len(line) > MOST_IN_ONE:
            at = max(line.rfind("\n", 0, MOST_IN_ONE), line.rfind(" ", 0, MOST_IN_ONE))
            at = at if at > 0 else MOST_IN_ONE
            yield line[:at]
            line = line[at:].lstrip("\n") if line[at] == "\n" else line[at + (line[at] == " ") :]
        yield line


def _broken(line: str) -> str:
    if max(map(len, line.split(" ")), default=0) <= MOST_IN_A_WORD:
        return line
    words = []
    for word in line.split(" "):
        step = PIECE if len(word) > MOST_IN_A_WORD else MOST_IN_A_WORD
        words.append("\n".join(word[at : at + step] for at in range(0, len(word), step)))
    return " ".join(words)


class Stack(Flowable):  # type: ignore[misc]  # reportlab has no types
    """Flowables below each other, set in from the left; goes on over as many pages as it needs."""

    def __init__(self, inside: Sequence[Flowable], left: float, right: float = 0.0, above: float = 0.0) -> None:
        super().__init__()
        self._inside, self._left, self._right, self._above = list(inside), left, right, above
        self._heights: list[float] = []

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        self.width = width
        self._heights = [self._tall(each, width) for each in self._inside]
        self.height = sum(self._heights) + 2 * self._above
        return width, self.height

    def _tall(self, each: Flowable, width: float) -> float:
        return float(each.wrapOn(self.canv, width - self._left - self._right, 1e6)[1])

    def split(self, width: float, height: float) -> list[Flowable]:
        room = height - 2 * self._above
        first: list[Flowable] = []
        rest = list(self._inside)
        while rest and (tall := self._tall(rest[0], width)) <= room:
            room -= tall
            first.append(rest.pop(0))
        if rest and room > 0:
            parts = rest[0].splitOn(self.canv, width - self._left - self._right, room)
            if len(parts) > 1:
                first.append(parts[0])
                rest = [*parts[1:], *rest[1:]]
        return [self._like(first), self._like(rest, is_rest=True)] if first and rest else []

    def _like(self, inside: Sequence[Flowable], *, is_rest: bool = False) -> Stack:
        raise NotImplementedError

    def draw(self) -> None:
        _draw_down(self.canv, self._inside, self._heights, self._left, self.height - self._above)


class Panel(Stack):
    """A part of the page with a rule at its left, and a ground of its own where ``ground`` names a colour."""

    def __init__(self, inside: Sequence[Flowable], rule: str, ground: str, points: float) -> None:
        super().__init__(
            inside, 3.0 + points * 1.1, points if ground else 0.0, points * 0.65 if ground else points * 0.1
        )
        self._rule, self._ground, self._points = rule, ground, points
        self.spaceBefore = self.spaceAfter = points * 0.8

    def _like(self, inside: Sequence[Flowable], *, is_rest: bool = False) -> Panel:
        return Panel(inside, self._rule, self._ground, self._points)

    def draw(self) -> None:
        canvas = self.canv
        if self._ground:
            canvas.setFillColor(HexColor(colour(self._ground)))
            canvas.rect(0, 0, self.width, self.height, stroke=0, fill=1)
        canvas.setFillColor(HexColor(colour(self._rule)))
        canvas.rect(0, 0, 3, self.height, stroke=0, fill=1)
        super().draw()


class Beheld(Stack):
    """Words beside a large picture. Where they go on over a page, the picture stands beside their beginning."""

    def __init__(self, inside: Sequence[Flowable], icon: str, points: float, *, is_rest: bool = False) -> None:
        self._side = points * 4.6
        super().__init__(inside, self._side + points * 1.6)
        self._icon, self._points, self._is_rest = icon, points, is_rest
        self.spaceBefore = self.spaceAfter = points * 0.9

    def _like(self, inside: Sequence[Flowable], *, is_rest: bool = False) -> Beheld:
        return Beheld(inside, self._icon, self._points, is_rest=is_rest or self._is_rest)

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        super().wrap(width, height)
        self._written = self.height
        self.height = self._written if self._is_rest else max(self._written, self._side)
        return width, self.height

    def split(self, width: float, height: float) -> list[Flowable]:
        # A picture is never cut from its words: with no room for it, all of it goes to the next page.
        return super().split(width, height) if self._is_rest or height > self._side else []

    def draw(self) -> None:
        if not self._is_rest:
            _draw_icon(self.canv, self._icon, self._side, self.height)
        # Few words stand in the middle of their picture.
        down = (self.height - self._written) / 2
        _draw_down(self.canv, self._inside, self._heights, self._left, self.height - down)


def _draw_icon(canvas: Canvas, name: str, side: float, top: float) -> None:
    """An icon of this side, its upper left corner at the left edge and ``top``."""
    canvas.saveState()
    canvas.translate(0, top)
    canvas.scale(side / SIDE, -side / SIDE)
    canvas.setStrokeColor(HexColor(colour("primary")))
    canvas.setLineWidth(1.75)
    canvas.setLineCap(1)
    canvas.setLineJoin(1)
    path = canvas.beginPath()
    draw = {MOVE: path.moveTo, LINE: path.lineTo, CURVE: path.curveTo, CLOSE: path.close}
    for step, points in steps(name):
        draw[step](*points)
    canvas.drawPath(path, stroke=1, fill=0)
    canvas.restoreState()


class Sketch(Flowable):  # type: ignore[misc]  # reportlab has no types
    """A drawing made in Heard, its lines drawn as lines on a white sheet, no taller than ``most``; never split."""

    def __init__(self, drawn: Sequence[Stroke], most: float) -> None:
        super().__init__()
        self._drawn, self._most = tuple(drawn), most
        self.hAlign = "LEFT"

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        self.width = min(width, self._most * WIDE / TALL)
        self.height = self.width * TALL / WIDE
        return self.width, self.height

    def draw(self) -> None:
        canvas = self.canv
        canvas.saveState()
        sheet = canvas.beginPath()
        sheet.roundRect(0, 0, self.width, self.height, 5)
        canvas.setStrokeColor(HexColor(colour("line")))
        canvas.setFillColor(HexColor("#FFFFFF"))
        canvas.setLineWidth(0.8)
        # What a thick pen drew at the edge ends with the sheet, as it does on the screen.
        canvas.clipPath(sheet, stroke=1, fill=1)
        canvas.translate(0, self.height)
        canvas.scale(self.width / WIDE, -self.height / TALL)
        canvas.setLineCap(1)
        canvas.setLineJoin(1)
        for one in self._drawn:
            canvas.setStrokeColor(HexColor(INKS.get(one.ink, INKS["ink"])))
            canvas.setLineWidth(one.width)
            path = canvas.beginPath()
            path.moveTo(*one.points[0])
            # A line of one point is a dot, which round ends make of no length at all.
            for point in one.points[1:] or one.points:
                path.lineTo(*point)
            canvas.drawPath(path, stroke=1, fill=0)
        canvas.restoreState()


class Line(Stack):
    """One line of a list, its dot drawn and not written: a dot is no part of what somebody said."""

    def __init__(self, inside: Sequence[Flowable], points: float, tint: str, *, is_rest: bool = False) -> None:
        super().__init__(inside, points * 1.1)
        self._points, self._tint, self._is_rest = points, tint, is_rest
        self.spaceAfter = self.gap_below = points * 0.25

    def _like(self, inside: Sequence[Flowable], *, is_rest: bool = False) -> Line:
        return Line(inside, self._points, self._tint, is_rest=is_rest or self._is_rest)

    def draw(self) -> None:
        if not self._is_rest:
            self.canv.setFillColor(HexColor(colour(self._tint)))
            middle = self.height - self._points * 0.88
            self.canv.circle(self._points * 0.35, middle, self._points * 0.14, stroke=0, fill=1)
        super().draw()


class Beside(Flowable):  # type: ignore[misc]  # reportlab has no types
    """A question at the left and its short answer at the right, on one line; never split."""

    def __init__(self, question: Sequence[Flowable], answer: Sequence[Flowable], points: float) -> None:
        super().__init__()
        self._sides, self._points = (list(question), list(answer)), points
        self._heights: list[list[float]] = []
        self.spaceAfter = self.gap_below = points * 0.3

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        self.width, self._at = width, width * 0.36
        rooms = (self._at - self._points, width - self._at)
        self._heights = [
            [each.wrapOn(self.canv, room, 1e6)[1] for each in side]
            for side, room in zip(self._sides, rooms, strict=True)
        ]
        self.height = max(map(sum, self._heights))
        return width, self.height

    def draw(self) -> None:
        # The question is smaller: set down a little, so that both stand on one line.
        _draw_down(self.canv, self._sides[0], self._heights[0], 0, self.height - self._points * 0.14)
        _draw_down(self.canv, self._sides[1], self._heights[1], self._at, self.height)


class BoxRow(Flowable):  # type: ignore[misc]  # reportlab has no types
    """Boxes of one height side by side. It is never split: where a row is taller than a page, boxes go below each
    other instead.
    """

    def __init__(self, boxes: Sequence[Sequence[Flowable]], columns: int, points: float) -> None:
        super().__init__()
        self._boxes, self._columns, self._points = [list(box) for box in boxes], columns, points
        self._heights: list[list[float]] = []
        self.spaceAfter = points

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        gap, padding = self._points, self._points
        self.width, self._wide = width, (width - gap * (self._columns - 1)) / self._columns
        self._heights = [
            [each.wrapOn(self.canv, self._wide - 2 * padding, 1e6)[1] for each in box] for box in self._boxes
        ]
        gaps = [sum(_gap(each) for each in box) for box in self._boxes]
        tallest = max(sum(tall) + gap for tall, gap in zip(self._heights, gaps, strict=True))
        self.height = tallest + 1.7 * padding
        return width, self.height

    def draw(self) -> None:
        padding = self._points
        for at, (box, heights) in enumerate(zip(self._boxes, self._heights, strict=True)):
            left = at * (self._wide + self._points)
            self.canv.setStrokeColor(HexColor(colour("line")))
            self.canv.setFillColor(HexColor(colour("surface")))
            self.canv.setLineWidth(0.8)
            self.canv.roundRect(left, 0, self._wide, self.height, 6, stroke=1, fill=1)
            _draw_down(self.canv, box, heights, left + padding, self.height - 0.85 * padding)


def _gap(flowable: Flowable) -> float:
    return float(getattr(flowable, "gap_below", 0.0))


def _draw_down(
    canvas: Canvas, flowables: Sequence[Flowable], heights: Sequence[float], left: float, top: float
) -> None:
    for each, tall in zip(flowables, heights, strict=True):
        top -= tall
        each.drawOn(canvas, left, top)
        top -= _gap(each)
