"""A document loses nothing on its way to paper or to a page: every letter is there, in reading order, as itself."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import Any

import pytest

from models.documents import page, pdf
from models.documents.document import (
    Box,
    Boxes,
    Document,
    Fact,
    Facts,
    Heading,
    Items,
    Notice,
    Quote,
    Text,
    clean,
    texts,
)
from models.documents.paper import LETTERS, SIZES, TINTS, Paper
from models.documents.typefaces import FAMILIES, unprintable
from tests.unit.models.documents.conftest import (
    document_of,
    page_of,
    page_words,
    pdf_words,
    reader_of,
    said_in,
    squeezed,
)

LONG_WORD = "Llanfairpwllgwyngyll" * 100
PRINTABLE = [
    "<b>bold</b> &amp; <img src='file:///etc/passwd'/> <para> ]]> <!-- x -->",
    "Łódź, żółć, gęślą jaźń",
    "ŵyneb, tŷ, Llŷn, dŵr",
    "Україна: ґанок, їжак, є",
    "Ελλάδα 2 → 3 ✓ ≥ 4 – “curly” ‘single’ …",
    "I was 😊 then 😢, 💜 👍🏽 and 👨\u200d👩\u200d👧 ❤\ufe0f",
    "cafe\u0301 n\u0303",
    "one\ttab  two   three spaces\n\n\nand lines\n  set in",
    LONG_WORD,
    "a" * 2_500 + " " + "b" * 900,
    "\x07 bell and \x00 nothing",
]
NOT_PRINTABLE = ["مرحبا, أنا سارة", "שלום", "नमस्ते", "你好", "ɔ̃"]


def every_block(text: str) -> Document:
    """The text in every place a document has for one."""
    return document_of(
        Heading(text[:200]),
        Text(text),
        Text(text[:300], "quiet"),
        Quote(text, by="Said on Monday"),
        Quote(text, "carer"),
        Facts((Fact("A question", text), Fact(text[:100], "No", "child"))),
        Items((text, "and another"), "child"),
        Notice("Please do not", (Quote(text), Text("really"))),
        Boxes((Box("One", (Items((text,)),)), Box("Two", (Quote(text[:50]),)), Box("Three", (Text("last"),)))),
    )


@pytest.mark.parametrize("text", PRINTABLE, ids=range(len(PRINTABLE)))
@pytest.mark.parametrize("size", ["normal", "largest"])
def test_every_letter_of_a_document_is_in_its_pdf_in_reading_order(text: str, size: str) -> None:
    document = every_block(text)
    made = pdf.write(document, Paper(size))
    assert pdf_words(made) == squeezed(_as_set("".join(texts(document))))


def _as_set(text: str) -> str:
    from models.documents.typefaces import printable

    return printable(text)


@pytest.mark.parametrize("text", [*PRINTABLE, *NOT_PRINTABLE], ids=range(len(PRINTABLE) + len(NOT_PRINTABLE)))
def test_every_letter_of_a_document_is_in_its_page_in_reading_order(text: str) -> None:
    document = every_block(text)
    made = page.write(document, Paper())
    assert page_words(made) == squeezed(clean("".join(texts(document))))
    tags = page_of(made).tags
    assert not {"script", "img", "link", "a", "para", "b"} & {tag for tag, _ in tags}
    assert b"file:///etc/passwd'/>" not in made


@pytest.mark.parametrize("text", NOT_PRINTABLE)
@pytest.mark.parametrize("letters", [one.code for one in LETTERS])
def test_letters_that_could_only_be_boxes_are_never_printed_and_the_page_is_named_instead(
    text: str, letters: str
) -> None:
    document = document_of(Quote(f"I said {text}"))
    assert unprintable(document, letters)
    with pytest.raises(pdf.CannotPrint, match="web page has every letter"):
        pdf.write(document, Paper(letters=letters))


def test_a_name_that_cannot_be_printed_in_the_foot_is_noticed_too() -> None:
    with pytest.raises(pdf.CannotPrint):
        pdf.write(document_of(Text("words"), known_as="سارة"), Paper())


def test_the_letters_of_the_app_have_no_gap_that_nobody_fills() -> None:
    plain = "".join(map(chr, range(0x20, 0x17F))) + "ŴŵŶŷẀẁẂẃẄẅỲỳȘșȚț‘’“”–—…•€"
    document = document_of(Text("".join(letter for letter in plain if letter.isprintable())))
    assert [unprintable(document, one) for one in FAMILIES] == [(), (), ()]


@pytest.mark.parametrize("size", [one.code for one in SIZES])
@pytest.mark.parametrize("tint", [one.code for one in TINTS])
def test_every_paper_is_made_with_its_letters_inside_and_its_language_named(size: str, tint: str) -> None:
    made = pdf.write(every_block("Zażółć 😊"), Paper(size, tint, "lexend"))
    read = reader_of(made)
    assert read.metadata is not None
    assert (read.metadata.title, read.trailer["/Root"]["/Lang"]) == ("Trial: A trial", "en-GB")
    fonts = [
        str(one.get_object()["/BaseFont"]) for sheet in read.pages for one in sheet["/Resources"]["/Font"].values()
    ]
    ours = [name for name in fonts if "+" in name]
    assert any("Lexend" in name for name in ours)
    assert any("NotoEmoji" in name for name in ours)
    width, height = read.pages[0].mediabox[2:]
    assert (round(float(width)), round(float(height))) == (595, 842)


def test_each_page_ends_with_whose_it_is_the_day_and_its_number() -> None:
    made = pdf.write(document_of(*(Text(f"Line {at}") for at in range(80))), Paper())
    last = [sheet.extract_text().strip().split("\n")[-2:] for sheet in reader_of(made).pages]
    assert len(last) > 1
    for number, foot in enumerate(last, 1):
        assert foot == ["Sarah · Trial", f"29 November 2026 · Page {number} of {len(last)}"]


def test_one_page_grows_smaller_within_reason_and_then_flows_on_rather_than_be_cut() -> None:
    def me(lines: int) -> Document:
        boxes = tuple(
            Box(f"Box {at}", (Items(tuple(["A line of words that is said"] * lines), "child"),)) for at in range(6)
        )
        return document_of(Boxes(boxes), is_one_page=True)

    def pages(document: Document, paper: Paper) -> int:
        made = pdf.write(document, paper)
        assert pdf_words(made) == said_in(document)
        return len(reader_of(made).pages)

    assert [pages(me(lines), Paper()) for lines in (2, 10)] == [1, 1]
    assert pages(me(30), Paper()) > 1
    assert pages(me(10), Paper("large")) > 1  # large print is not made small


def test_a_box_taller_than_a_page_goes_over_as_many_as_it_needs() -> None:
    box = Box("Long", (Text("A long story of many words. " * 800),))
    document = document_of(Boxes((box, Box("Short", (Text("yes"),)))))
    assert pdf_words(pdf.write(document, Paper())) == said_in(document)


def test_the_longest_word_a_field_may_hold_takes_no_long_time() -> None:
    began = time.process_time()
    made = pdf.write(document_of(Quote("x" * 100_000)), Paper())
    assert time.process_time() - began < 8
    assert pdf_words(made).count("x") == 100_000


def test_making_stops_when_it_is_no_longer_wanted() -> None:
    asked = []

    def is_wanted() -> bool:
        asked.append(1)
        return len(asked) < 3

    with pytest.raises(pdf.Stopped):
        pdf.write(document_of(Text("word " * 20_000)), Paper(), is_wanted)
    assert len(asked) == 3


def test_the_page_says_its_language_has_one_first_heading_and_fetches_nothing() -> None:
    made = page.write(every_block("words"), Paper("large", "pale_blue", "opendyslexic"))
    tags = page_of(made).tags
    assert ("html", {"lang": "en-GB"}) in tags
    assert [tag for tag, _ in tags].count("h1") == 1
    assert {"main", "footer", "blockquote", "dl", "ul", "figure"} <= {tag for tag, _ in tags}
    policy = next(attrs["content"] for tag, attrs in tags if tag == "meta" and "http-equiv" in attrs)
    assert policy == "default-src 'none'; font-src data:; img-src data:; style-src 'unsafe-inline'"
    text = made.decode()
    assert "http://" not in text
    assert "https://" not in text
    assert "OpenDyslexic" in text
    assert "#EEF4FB" in text


def test_only_the_childs_words_have_the_voice_colour() -> None:
    made = page.write(document_of(Quote("mine", "child"), Quote("hers", "carer"), Text("ours")), Paper()).decode()
    assert '<figure class="voice"><blockquote dir="auto">mine' in made
    assert '<figure><blockquote dir="auto">hers' in made


@pytest.mark.parametrize(
    ("wishes", "paper"),
    [
        ({}, Paper()),
        (
            {"text_size": "largest", "paper_colour": "pale_green", "font": "lexend"},
            Paper("largest", "pale_green", "lexend"),
        ),
        ({"format_needs": ["large_print", "dyslexia_font"]}, Paper("large", "cream", "lexend")),
        ({"text_size": "of a newer Heard", "paper_colour": 7}, Paper()),
    ],
)
def test_the_paper_is_what_the_child_asked_for(wishes: Any, paper: Paper) -> None:
    assert Paper.for_child(wishes) == paper


def test_reportlab_is_not_loaded_before_a_pdf_is_made() -> None:
    code = (
        "import sys; import models.documents.shelf, models.documents.page; "
        "assert 'reportlab' not in sys.modules; import models.documents.pdf; assert 'reportlab' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
