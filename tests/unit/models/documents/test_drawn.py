"""A drawing made in Heard is drawn on paper and on a page, line by line, and its words stand there as well."""

from __future__ import annotations

import re
from typing import Any

import pytest

from models import drawing
from models.documents import page, pdf
from models.documents.document import Box, Boxes, Drawing, Heading, Text, texts
from models.documents.paper import SIZES, Paper
from models.documents.record_blocks import record_blocks
from models.documents.this_is_me import make
from models.entry import Entry
from models.wording import Spoken
from tests.unit.models.conftest import SARAH
from tests.unit.models.documents.conftest import (
    DAY,
    document_of,
    page_of,
    page_words,
    pdf_words,
    reader_of,
    said_in,
)

HOUSE = [["red", 14, 100, 700, 100, 300, 500, 50], ["blue", 28, 5, 5], ["of a newer Heard", 6, 900, 700, 10, 20]]
CHILD = Spoken("Sarah", "she", "her", "her", is_plural=False)


def me(**body: Any) -> Entry:
    values = {"my_name": "Sarah", "about_me": "I am 17.", "my_drawing": HOUSE, "pen_held_by": "child", **body}
    return Entry("r", SARAH, "this_is_me", values, "me", "2026-11-23T10:00:00.000Z")


def drawn_block(**more: Any) -> Drawing:
    return Drawing(drawing.words(HOUSE), drawing.read(HOUSE), **more)


def inked(made: bytes) -> list[str]:
    """What each sheet of a PDF is told to draw, unpacked."""
    return [sheet.get_contents().get_data().decode("latin-1") for sheet in reader_of(made).pages]  # type: ignore[union-attr]


@pytest.mark.parametrize("size", [one.code for one in SIZES])
@pytest.mark.parametrize("is_small", [True, False])
def test_each_line_is_drawn_in_the_pdf_in_its_ink_and_width_and_no_word_is_lost(size: str, is_small: bool) -> None:
    document = document_of(Heading("My drawing"), drawn_block(is_small=is_small), Text("and after it"))
    made = pdf.write(document, Paper(size))
    assert pdf_words(made) == said_in(document)
    (sheet,) = inked(made)
    # Red and its width, then each point in the drawing's own numbers.
    red, blue, unknown = ".701961 .14902 .180392 RG", ".121569 .372549 .658824 RG", ".109804 .152941 .168627 RG"
    assert sheet.index(red) < sheet.index(blue) < sheet.rindex(unknown)
    for wanted in ("14 w", "28 w", "6 w", "100 700 m", "100 300 l", "500 50 l", "5 5 m", "5 5 l", "900 700 m"):
        assert re.search(rf"(?<![\d.]){re.escape(wanted)}\b", sheet), wanted
    assert not list(reader_of(made).pages[0].images), "its lines are lines, and no picture"


def test_each_line_is_part_of_the_page_itself_and_told_to_whoever_cannot_see_it() -> None:
    document = document_of(drawn_block(), Boxes((Box("One", (drawn_block(is_small=True),)),)))
    made = page.write(document, Paper())
    assert page_words(made) == said_in(document)
    tags = page_of(made).tags
    lines = [attrs for tag, attrs in tags if tag == "polyline"]
    assert [one["points"] for one in lines[:3]] == ["100,700 100,300 500,50", "5,5 5,5", "900,700 10,20"]
    assert [one["stroke-width"] for one in lines[:3]] == ["14", "28", "6"]
    assert [one["stroke"] for one in lines[:3]] == [drawing.INKS["red"], drawing.INKS["blue"], drawing.INKS["ink"]]
    sheet = next(attrs for tag, attrs in tags if tag == "svg")
    assert (sheet["role"], sheet["aria-label"]) == ("img", "A drawing of 3 lines")
    assert not {"script", "img", "use", "image", "style-src"} & {tag for tag, _ in tags}
    assert b"http" not in made.split(b"<body>")[1]


def test_this_is_me_has_the_drawing_on_its_one_sheet() -> None:
    document = make(me(), CHILD, DAY)
    at = document.blocks.index(Heading("My drawing"))
    assert document.blocks[at + 1] == drawn_block(is_small=True)
    made = pdf.write(document, Paper())
    assert len(reader_of(made).pages) == 1
    assert pdf_words(made) == said_in(document)
    without = make(me(my_drawing=[]), CHILD, DAY)
    assert not any(isinstance(one, Drawing) for one in without.blocks)
    assert "My drawing" not in list(texts(without))


def test_any_record_draws_its_drawings_under_their_question_and_says_it_once() -> None:
    blocks = record_blocks(me(), CHILD)
    at = next(at for at, one in enumerate(blocks) if isinstance(one, Drawing))
    assert blocks[at] == drawn_block()
    heading = blocks[at - 1]
    assert isinstance(heading, Heading)
    assert heading.words == "My drawing"
    said = list(texts(document_of(*blocks)))
    assert said.count("My drawing") == said.count("A drawing of 3 lines") == 1


def test_what_is_no_drawing_is_said_as_it_stands_and_not_drawn() -> None:
    blocks = record_blocks(me(my_drawing=["a newer drawing", 7]), CHILD)
    assert not any(isinstance(one, Drawing) for one in blocks)
    assert any("a newer drawing" in one for one in texts(document_of(*blocks)))


def test_the_fullest_drawing_is_printed_whole() -> None:
    many = [["ink", 6, *[number % 700 for number in range(398)]] for _ in range(50)]
    assert drawing.is_drawing(many)
    full = Drawing(drawing.words(many), drawing.read(many))
    (sheet,) = inked(pdf.write(document_of(full), Paper()))
    assert len(re.findall(r" l\b", sheet)) >= 50 * 198
