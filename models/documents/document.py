"""A document as a value: what it says, in reading order. Two writers draw it, and neither adds or leaves out a word."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import TypeAlias

from models.drawing import Stroke

BODY, QUIET, LEAD, STRONG = "body", "quiet", "lead", "strong"
CHILD = "child"


@dataclass(frozen=True, slots=True)
class Heading:
    """``level`` 2 or 3; the title of the document is the one of level 1. In the voice colour where ``is_voice``."""

    words: str
    level: int = 2
    is_voice: bool = False
    is_on_new_page: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph of ours or of a worker's. ``tone``: body, quiet (small and grey), lead (large), strong (bold)."""

    words: str
    tone: str = BODY


@dataclass(frozen=True, slots=True)
class Quote:
    """Exact words. ``whose`` is child, parent, carer …: only the child's stand in the voice colour. ``by`` is a line

    of ours under them, such as the day.
    """

    words: str
    whose: str = CHILD
    by: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """A short answer beside its question. ``whose`` is child where the answer is in the child's words."""

    label: str
    words: str
    whose: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """Short answers, one below the other."""

    rows: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Items:
    """A list of lines. ``whose`` as in `Quote`, "" for ours."""

    lines: tuple[str, ...]
    whose: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that Heard has drawn anew. ``words`` say what it shows. ``small`` is for a screen; ``whole`` reads the

    one to print, which may take long, and raises Trouble where it is not here. ``is_small`` keeps it to a small place.
    """

    words: str
    media_type: str
    small: bytes = field(repr=False)
    whole: Callable[[], bytes] = field(repr=False)
    is_small: bool = False


@dataclass(frozen=True, slots=True)
class Drawing:
    """A drawing made in Heard, drawn again from its lines. ``words`` say so, for whoever cannot see it."""

    words: str
    strokes: tuple[Stroke, ...] = field(repr=False)
    is_small: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """Words nobody may miss, on a ground of their own: "Please do not" and its kind."""

    title: str
    blocks: tuple[Simple, ...]


@dataclass(frozen=True, slots=True)
class Box:
    """A titled box of a page such as This is Me."""

    title: str
    blocks: tuple[Simple, ...]


@dataclass(frozen=True, slots=True)
class Boxes:
    """Boxes side by side where there is room, read row by row; one below the other where there is not."""

    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class IconRow:
    """One thing: a large picture, what it is, and few words. ``icon`` is a name in `resources/icons`.

    ``whose`` as in `Quote`, "" for ours. Read as its label and its words: the picture says the same again.
    """

    icon: str
    label: str
    words: str
    whose: str = ""


Simple: TypeAlias = Heading | Text | Quote | Facts | Items | Picture | Drawing
Block: TypeAlias = Simple | Notice | Boxes | IconRow


@dataclass(frozen=True, slots=True)
class Document:
    """``kind`` is the document's key and ``overline`` its name; ``known_as`` the child's, for the foot of each page.

    ``is_one_page``: printed a little smaller rather than on two pages, down to `pdf.SMALLEST`; never cut.
    """

    kind: str
    overline: str
    title: str
    known_as: str
    made_on: date
    blocks: tuple[Block, ...]
    under: str = ""
    is_one_page: bool = False


def texts(document: Document) -> Iterator[str]:
    """Every word of a document in reading order, but for the foot of its pages. Empty ones are left out."""
    yield from filter(None, (document.overline, document.title, document.under))
    for block in document.blocks:
        yield from filter(None, _texts_of(block))


def _texts_of(block: Block) -> Iterator[str]:
    match block:
        case Heading() | Text() | Picture() | Drawing():
            yield block.words
        case Quote():
            yield from (block.words, block.by)
        case Facts():
            for row in block.rows:
                yield from (row.label, row.words)
        case Items():
            yield from block.lines
        case IconRow():
            yield from (block.label, block.words)
        case Notice():
            yield block.title
            for each in block.blocks:
                yield from _texts_of(each)
        case Boxes():
            for box in block.boxes:
                yield box.title
                for each in box.blocks:
                    yield from _texts_of(each)


def clean(text: str) -> str:
    """Text that can be printed: signs that no page can show stand as the mark for "a sign was here"."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.isprintable():
        return text
    return "".join("\N{REPLACEMENT CHARACTER}" if _is_control(letter) else letter for letter in text)


def _is_control(letter: str) -> bool:
    code = ord(letter)
    return (code < 0x20 and letter not in "\t\n") or 0x7F <= code < 0xA0 or 0xD800 <= code < 0xE000 or code in _NEVER


_NEVER = (0xFFFE, 0xFFFF)
