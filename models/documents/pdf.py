"""A document as PDF: A4, the app's own letters, selectable in reading order, a foot on every page (decision 0026).

reportlab cannot tag a PDF, so that every document has an accessible page beside it (`page.py`), with the same words.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, Image, KeepTogether, PageBreak, PageTemplate, Spacer
from reportlab.platypus.doctemplate import LayoutError

from models.dates_typed import say_day
from models.documents.colours import colour
from models.documents.document import (
    CHILD,
    Block,
    Box,
    Boxes,
    Document,
    Drawing,
    Facts,
    Heading,
    IconRow,
    Items,
    Notice,
    Picture,
    Quote,
    Text,
    clean,
)
from models.documents.flow import Beheld, Beside, BoxRow, Lettering, Line, Panel, Sketch
from models.documents.paper import TWO_COLUMNS_UNDER, Paper, sized
from models.documents.typefaces import FAMILIES, printable, runs, unprintable
from models.errors import Trouble

MARGIN = 18 * mm
FOOT = 20 * mm
SHORT = 160
"""Letters of an answer that stands beside its question; a longer one stands below it."""
SMALLEST = 9.5
"""Points under which a page of one sheet is not made smaller; it then flows on to a second."""
STEP = 0.94
PICTURE_WIDE, PICTURE_TALL, PICTURE_SMALL = 120 * mm, 110 * mm, 42 * mm
DRAWING_TALL, DRAWING_SMALL = 80 * mm, 8
"""How tall a drawing is; a small one in letters of the text."""
LEAST_DOTS = 60
"""Dots an inch under which a picture is not made larger."""


class CannotPrint(Trouble):
    """A document has letters that no typeface of Heard prints. The accessible page has them all."""


class Stopped(Exception):
    """The making of a document was cancelled."""


def write(document: Document, paper: Paper, is_wanted: Callable[[], bool] = lambda: True) -> bytes:
    """Make the PDF. ``is_wanted`` is asked at every page; Stopped is raised once it says no.

    Raises CannotPrint where a letter could only be a box, so that nothing said is ever lost on paper.
    """
    missing = unprintable(document, paper.letters)
    if missing:
        some = " ".join(missing[:8])
        raise CannotPrint(
            "Some letters in it cannot be made into a PDF",
            f"Nothing is lost: the web page has every letter ({some}).",
            "Save the web page, and print that.",
        )
    points = paper.points
    # Large print that was made smaller would not be large print.
    least = min(points, SMALLEST) if paper.size == "normal" and document.is_one_page else points
    while True:
        try:
            made, pages = _build(document, paper, points, is_wanted, is_side_by_side=True)
        except LayoutError:  # a box is taller than a page
            return _build(document, paper, paper.points, is_wanted, is_side_by_side=False)[0]
        if pages == 1 or points * STEP < least:
            break
        points *= STEP
    if pages > 1 and points < paper.points:  # it flows on: then in letters of the size that was asked for
        return _build(document, paper, paper.points, is_wanted, is_side_by_side=False)[0]
    return made


def _build(
    document: Document, paper: Paper, points: float, is_wanted: Callable[[], bool], *, is_side_by_side: bool
) -> tuple[bytes, int]:
    lettering = Lettering(FAMILIES[paper.letters], points)
    out = io.BytesIO()
    title = clean(document.title)

    def ground(canvas: Canvas, _template: BaseDocTemplate) -> None:
        if not is_wanted():
            raise Stopped
        canvas.setFillColor(HexColor(paper.colour))
        canvas.rect(0, 0, *A4, stroke=0, fill=1)

    template = BaseDocTemplate(
        out,
        pagesize=A4,
        title=f"{document.overline}: {title}" if title != document.overline else title,
        author="Heard",
        creator="Heard",
        subject=document.overline,
        lang="en-GB",
        displayDocTitle=1,
    )
    frame = Frame(MARGIN, FOOT, A4[0] - 2 * MARGIN, A4[1] - MARGIN - FOOT, 0, 0, 0, 0)
    template.addPageTemplates([PageTemplate(frames=[frame], onPage=ground)])
    draws = _Drawing(lettering, is_side_by_side=is_side_by_side)
    foot = _foot(document, lettering)
    canvases: list[_Numbered] = []

    def canvas_of(*given: Any, **more: Any) -> _Numbered:
        canvases.append(_Numbered(*given, foot=foot, **more))
        return canvases[-1]

    template.build(draws.story(document), canvasmaker=canvas_of)
    return out.getvalue(), len(canvases[-1].pages)


def _foot(document: Document, lettering: Lettering) -> Callable[[Canvas, int, int], None]:
    """The running foot: whose and what at the left, the day and the page's number at the right."""
    size = min(max(8.5, sized(lettering.points, 0.72)), 15.0)
    left = " · ".join(filter(None, (document.known_as, document.overline)))
    left = left if len(left) < 60 else f"{left[:57]}…"

    def draw(canvas: Canvas, number: int, count: int) -> None:
        canvas.setStrokeColor(HexColor(colour("line")))
        canvas.setLineWidth(0.6)
        canvas.line(MARGIN, FOOT - 5 * mm, A4[0] - MARGIN, FOOT - 5 * mm)
        canvas.setFillColor(HexColor(colour("text2")))
        right = f"{say_day(document.made_on)} · Page {number} of {count}"
        at, down = MARGIN, FOOT - 10.5 * mm
        for name, letters in runs(printable(left), lettering.family):
            canvas.setFont(name, size)
            canvas.drawString(at, down, letters)
            at += canvas.stringWidth(letters, name, size)
        canvas.setFont(lettering.family, size)
        canvas.drawRightString(A4[0] - MARGIN, down, right)

    return draw


class _Numbered(Canvas):  # type: ignore[misc]  # reportlab has no types
    """A canvas that draws the foot last, once it is known how many pages there are."""

    def __init__(self, *given: Any, foot: Callable[[Canvas, int, int], None], **more: Any) -> None:
        super().__init__(*given, **more)
        self._draw_foot = foot
        self.pages: list[dict[str, Any]] = []

    def showPage(self) -> None:
        self.pages.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        for number, page in enumerate(self.pages, 1):
            self.__dict__.update({**page, "pages": self.pages})
            self._draw_foot(self, number, len(self.pages))
            super().showPage()
        super().save()


class _Drawing:
    """Turns blocks into flowables."""

    def __init__(self, lettering: Lettering, *, is_side_by_side: bool) -> None:
        self._lettering, self._is_side_by_side = lettering, is_side_by_side
        self._points = lettering.points

    def story(self, document: Document) -> list[Flowable]:
        """The whole document, top to bottom."""
        write = self._lettering.paragraphs
        made = write(document.overline, "overline", "text2") if document.overline != document.title else []
        made += write(document.title, "h1")
        if document.under:
            made += [Spacer(0, self._points * 0.3), *write(document.under, "quiet", "text2")]
        made.append(Spacer(0, self._points * 0.9))
        for block in document.blocks:
            made += self.block(block)
        return made

    def block(self, block: Block) -> list[Flowable]:
        """One block, with the room around it."""
        match block:
            case Heading():
                return self._heading(block)
            case Text():
                tint = "text2" if block.tone == "quiet" else "text"
                return _roomy(self._lettering.paragraphs(block.words, block.tone, tint), 0.0, self._points * 0.5)
            case Quote():
                return [self._quote(block)]
            case Facts():
                return self._facts(block)
            case Items():
                return self._items(block)
            case Picture():
                return [self._picture(block)]
            case Drawing():
                return [self._drawing(block)]
            case Notice():
                inside = self._lettering.paragraphs(block.title, "h3", "warn")
                for each in block.blocks:
                    inside += self._plain(each)
                return [Panel(inside, "warn", "warn_soft", self._points)]
            case IconRow():
                return [self._pictured(block)]
            case Boxes():
                return self._boxes(block)

    def _heading(self, heading: Heading) -> list[Flowable]:
        made = self._lettering.paragraphs(heading.words, f"h{heading.level}", "voice" if heading.is_voice else "text")
        for each in made:
            each.keepWithNext = 1
        start: list[Flowable] = [PageBreak()] if heading.is_on_new_page else []
        return start + _roomy(made, self._points * (0.9 if heading.level == 2 else 0.5), self._points * 0.3)

    def _quote(self, quote: Quote) -> Panel:
        is_childs = quote.whose == CHILD
        inside = self._lettering.paragraphs(quote.words, "lead", "voice" if is_childs else "text")
        if quote.by:
            inside += self._lettering.paragraphs(quote.by, "quiet", "text2")
        return Panel(inside, "voice" if is_childs else "control", "voice_soft" if is_childs else "", self._points * 0.9)

    def _pictured(self, row: IconRow) -> Beheld:
        inside = self._lettering.paragraphs(row.label, "strong", "text2") if row.label else []
        inside += self._lettering.paragraphs(row.words, "picture", "voice" if row.whose == CHILD else "text")
        return Beheld(inside, row.icon, self._points)

    def _facts(self, facts: Facts) -> list[Flowable]:
        made: list[Flowable] = []
        for row in facts.rows:
            question = self._lettering.paragraphs(row.label, "quiet", "text2")
            answer = self._lettering.paragraphs(row.words, "body", "voice" if row.whose == CHILD else "text")
            if len(row.words) <= SHORT and len(row.label) <= SHORT:
                made.append(Beside(question, answer, self._points))
            else:
                question[0].keepWithNext = 1
                made += [*question, *_roomy(answer, 0.0, self._points * 0.3)]
        return made

    def _items(self, items: Items) -> list[Flowable]:
        tint = "voice" if items.whose == CHILD else "text"
        return [
            Line(self._lettering.paragraphs(line, "body", tint), self._points, tint) for line in items.lines if line
        ]

    def _picture(self, picture: Picture) -> Flowable:
        drawn = Image(io.BytesIO(picture.whole()))
        drawn.hAlign = "LEFT"
        # As large as it may be and still be seen with its words, on any page; never larger than a photo's dots allow.
        tall = PICTURE_SMALL if picture.is_small else PICTURE_TALL
        times = min(PICTURE_WIDE / drawn.imageWidth, tall / drawn.imageHeight, 72 / LEAST_DOTS)
        drawn.drawWidth, drawn.drawHeight = drawn.imageWidth * times, drawn.imageHeight * times
        words = _roomy(self._lettering.paragraphs(picture.words, "quiet", "text2"), 2.0, self._points * 0.7)
        return KeepTogether([drawn, *words])

    def _drawing(self, drawing: Drawing) -> Flowable:
        words = _roomy(self._lettering.paragraphs(drawing.words, "quiet", "text2"), 2.0, self._points * 0.7)
        # A small one grows and shrinks with the letters, so that a page of one sheet stays one.
        tall = self._points * DRAWING_SMALL if drawing.is_small else DRAWING_TALL
        return KeepTogether([Sketch(drawing.strokes, tall), *words])

    def _plain(self, block: Block) -> list[Flowable]:
        """A block within another: exact words without a panel of their own."""
        if isinstance(block, Quote):
            tint = "voice" if block.whose == CHILD else "text"
            by = self._lettering.paragraphs(block.by, "quiet", "text2") if block.by else []
            return [*self._lettering.paragraphs(block.words, "body", tint), *by]
        return self.block(block)

    def _boxes(self, boxes: Boxes) -> list[Flowable]:
        if not self._is_side_by_side:
            made: list[Flowable] = []
            for box in boxes.boxes:
                made += self._heading(Heading(box.title))
                for block in box.blocks:
                    made += self.block(block)
            return made
        columns = 2 if self._points < TWO_COLUMNS_UNDER else 1
        rows = [boxes.boxes[at : at + columns] for at in range(0, len(boxes.boxes), columns)]
        return [BoxRow([self._box(box) for box in row], columns, self._points) for row in rows]

    def _box(self, box: Box) -> Sequence[Flowable]:
        made = _roomy(self._lettering.paragraphs(box.title, "h3"), 0.0, self._points * 0.25)
        for block in box.blocks:
            made += self._plain(block)
        return made


def _roomy(made: list[Flowable], before: float, after: float) -> list[Flowable]:
    """Room before the first and after the last of some paragraphs; none between them."""
    if made:
        made[0].spaceBefore, made[-1].spaceAfter = before, after
        made[-1].gap_below = after
    return made
