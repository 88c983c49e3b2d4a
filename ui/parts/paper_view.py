"""A document as it will lie on the paper: painted, never read as markup, in its own letters and colours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from models.documents.colours import colour
from models.documents.document import (
    CHILD,
    Block,
    Boxes,
    Document,
    Drawing,
    Facts,
    Heading,
    Items,
    Notice,
    Picture,
    Quote,
    Text,
    clean,
    texts,
)
from models.documents.paper import TWO_COLUMNS_UNDER, Paper, sized
from models.drawing import TALL, WIDE
from ui import access, fonts
from ui.parts import strokes
from ui.parts.canvas import image_of
from ui.parts.lettering import Laid, lay_out

A4_WIDE, A4_TALL, MARGIN = 595.0, 842.0, 51.0
"""In points, as the PDF has them."""
PICTURE_WIDE, PICTURE_TALL, PICTURE_SMALL = 340.0, 312.0, 119.0
DRAWING_TALL, DRAWING_SMALL = 227.0, 8
MOST_TALL = 3 * A4_TALL
"""So much of a long document is painted; the rest is in the file."""
MOST_SAID = 20_000
MORE = "More follows in the document."
_FAMILIES = {"plain": fonts.ATKINSON, "lexend": fonts.LEXEND, "opendyslexic": fonts.OPEN_DYSLEXIC}
_TONES = {
    "h1": (1.9, 700), "h2": (1.28, 700), "h3": (1.06, 700), "overline": (0.88, 700), "strong": (1.0, 700),
    "lead": (1.18, 400), "body": (1.0, 400), "quiet": (0.84, 400),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Mark:
    """Something to paint: words at a place, or a ground of a colour with a rule at its left, or an edge."""

    place: QRectF
    laid: Laid | None = None
    ink: str = "text"
    ground: str = ""
    rule: str = ""
    edge: str = ""
    image: QImage | None = None


class PaperView(QWidget):
    """`show_document` lays it out anew; its height follows its width. A screen reader is told all of its words."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document: Document | None = None
        self._paper = Paper()
        self._set: dict[int, _Setting] = {}
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        access.describe(self, "The document", key="print.paper")

    def show_document(self, document: Document, paper: Paper) -> None:
        """Show a document on a paper."""
        self._document, self._paper = document, paper
        self._set = {}
        said = " ".join(texts(document))
        is_cut = len(said) > MOST_SAID or self._laid(self.sizeHint().width()).is_cut
        access.describe(self, f"{said[:MOST_SAID]} {MORE}" if is_cut else said, key="print.paper")
        self.updateGeometry()
        self.update()

    def words(self) -> str:
        """All that can be read on it, for tests and screen readers."""
        return self.accessibleName()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return round(self._laid(width).tall + 0.5)

    def sizeHint(self) -> QSize:
        return QSize(520, self.heightForWidth(520))

    def minimumSizeHint(self) -> QSize:
        return QSize(300, 300)

    def _laid(self, width: int) -> _Setting:
        """Set for a width; a layout asks for the same few again and again."""
        if width not in self._set:
            self._set[width] = _Setting(self._paper, width / A4_WIDE).set(self._document)
        return self._set[width]

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        strokes.box(painter, QRectF(self.rect()), QColor(self._paper.colour), QColor(colour("line")), 4)
        setting = self._laid(self.width())
        for mark in setting.marks:
            if not mark.place.intersects(QRectF(event.rect())):
                continue
            if mark.ground or mark.edge:
                ground = QColor(colour(mark.ground)) if mark.ground else QColor(self._paper.colour)
                edge = QColor(colour(mark.edge)) if mark.edge else None
                strokes.box(painter, mark.place, ground, edge, 6 if mark.edge else 0)
            if mark.image is not None:
                painter.drawImage(mark.place, mark.image)
            if mark.rule:
                bar = QRectF(mark.place.left(), mark.place.top(), 3 * self.width() / A4_WIDE, mark.place.height())
                painter.fillRect(bar, QColor(colour(mark.rule)))
            if mark.laid is not None:
                mark.laid.draw(painter, mark.place.topLeft(), QColor(colour(mark.ink)))


class _Setting:
    """Sets blocks from the top down, as the PDF does, in pixels."""

    def __init__(self, paper: Paper, scale: float) -> None:
        self._family, self._points, self._scale = _FAMILIES[paper.letters], paper.points, scale
        self._body = paper.points * scale
        self.marks: list[_Mark] = []
        self._left, self._wide = MARGIN * scale, (A4_WIDE - 2 * MARGIN) * scale
        self._at = MARGIN * scale
        self.tall = 0.0
        self.is_cut = False

    def set(self, document: Document | None) -> _Setting:
        """Set a whole document, or as much of it as is looked at."""
        if document is not None:
            if document.overline != document.title:
                self._words(document.overline, "overline", "text2")
            self._words(document.title, "h1")
            if document.under:
                self._words(document.under, "quiet", "text2")
            self._at += self._body
            for block in document.blocks:
                if self._at > MOST_TALL * self._scale:
                    self._words(MORE, "quiet", "text2")
                    self.is_cut = True
                    break
                self._block(block)
        self.tall = max(self._at + MARGIN * self._scale, A4_TALL * self._scale)
        return self

    def _words(self, text: str, tone: str, ink: str = "text", after: float = 0.0) -> None:
        times, weight = _TONES[tone]
        font = fonts.make(self._family, sized(self._points, times) * self._scale, weight)
        laid = lay_out(clean(text)[:6_000], font, self._wide, leading=1.4)
        self.marks.append(_Mark(QRectF(self._left, self._at, self._wide, laid.height), laid, ink))
        self._at += laid.height + after * self._body

    def _block(self, block: Block) -> None:
        match block:
            case Heading():
                self._at += self._body * 0.7
                self._words(block.words, f"h{block.level}", "voice" if block.is_voice else "text", 0.25)
            case Text():
                self._words(block.words, block.tone, "text2" if block.tone == "quiet" else "text", 0.45)
            case Quote():
                is_childs = block.whose == CHILD
                self._panel(
                    list(_quoted(block, "lead")), "voice_soft" if is_childs else "", _ink(block.whose, "control")
                )
            case Facts():
                self._facts(block)
            case Items():
                self._items(block)
            case Picture():
                self._picture(block)
            case Drawing():
                self._drawing(block)
            case Notice():
                inside = [(block.title, "h3", "warn")]
                for each in block.blocks:
                    inside += list(_quoted(each, "body")) if isinstance(each, Quote) else []
                    inside += [(each.words, "body", "text")] if isinstance(each, Text) else []
                self._panel(inside, "warn_soft", "warn")
            case Boxes():
                self._boxes(block)

    def _panel(self, inside: list[tuple[str, str, str]], ground: str, rule: str) -> None:
        self._at += self._body * 0.5
        top, padding, left, wide = self._at, self._body * 0.6, self._left, self._wide
        place = len(self.marks)
        self._left, self._wide, self._at = left + self._body, wide - 2 * self._body, top + padding
        for words, tone, ink in inside:
            self._words(words, tone, ink)
        self._left, self._wide, self._at = left, wide, self._at + padding
        self.marks.insert(place, _Mark(QRectF(left, top, wide, self._at - top), ground=ground, rule=rule))
        self._at += self._body * 0.6

    def _items(self, items: Items) -> None:
        step = self._body * 1.1
        for line in filter(None, items.lines):
            top = self._at
            self._words("•", "body", _ink(items.whose))
            self._left, self._wide, self._at = self._left + step, self._wide - step, top
            self._words(line, "body", _ink(items.whose), 0.2)
            self._left, self._wide = self._left - step, self._wide + step

    def _picture(self, picture: Picture) -> None:
        image = QImage.fromData(picture.small)
        if not image.isNull():
            tall = PICTURE_SMALL if picture.is_small else PICTURE_TALL
            times = min(PICTURE_WIDE / image.width(), tall / image.height()) * self._scale
            place = QRectF(self._left, self._at, image.width() * times, image.height() * times)
            self.marks.append(_Mark(place, image=image))
            self._at += place.height()
        self._words(picture.words, "quiet", "text2", 0.6)

    def _drawing(self, drawing: Drawing) -> None:
        tall = (self._points * DRAWING_SMALL if drawing.is_small else DRAWING_TALL) * self._scale
        place = QRectF(self._left, self._at, tall * WIDE / TALL, tall)
        # Twice as many dots as the view has: it is drawn smoothly whatever the screen.
        self.marks.append(_Mark(place, image=image_of(drawing.strokes, max(1, round(2 * place.width())))))
        self.marks.append(_Mark(place, edge="line"))
        self._at += tall
        self._words(drawing.words, "quiet", "text2", 0.6)

    def _facts(self, facts: Facts) -> None:
        left, wide = self._left, self._wide
        for row in facts.rows:
            top = self._at
            self._wide, self._at = wide * 0.33, top + self._body * 0.14  # both stand on one line
            self._words(row.label, "quiet", "text2")
            low, self._at = self._at, top
            self._left, self._wide = left + wide * 0.36, wide * 0.64
            self._words(row.words, "body", _ink(row.whose))
            self._left, self._wide = left, wide
            self._at = max(low, self._at) + self._body * 0.3

    def _boxes(self, boxes: Boxes) -> None:
        columns = 2 if self._points < TWO_COLUMNS_UNDER else 1
        left, wide, gap = self._left, self._wide, self._body
        each = (wide - gap * (columns - 1)) / columns
        for row in range(0, len(boxes.boxes), columns):
            top, places, low = self._at, len(self.marks), self._at
            for at, box in enumerate(boxes.boxes[row : row + columns]):
                self._at = top + 0.8 * gap
                self._left, self._wide = left + at * (each + gap) + gap, each - 2 * gap
                self._words(box.title, "h3", after=0.2)
                for block in box.blocks:
                    if isinstance(block, Quote):
                        for words, tone, ink in _quoted(block, "body"):
                            self._words(words, tone, ink)
                    else:
                        self._block(block)
                low = max(low, self._at + 0.8 * gap)
            for at in range(len(boxes.boxes[row : row + columns])):
                place = QRectF(left + at * (each + gap), top, each, low - top)
                self.marks.insert(places, _Mark(place, ground="surface", edge="line"))
            self._left, self._wide, self._at = left, wide, low + gap


def _quoted(quote: Quote, tone: str) -> Iterator[tuple[str, str, str]]:
    yield quote.words, tone, _ink(quote.whose)
    if quote.by:
        yield quote.by, "quiet", "text2"


def _ink(whose: str, otherwise: str = "text") -> str:
    return "voice" if whose == CHILD else otherwise
