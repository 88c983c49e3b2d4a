"""Reading documents back: the words of a PDF, and of a page, as another program finds them."""

from __future__ import annotations

import io
import re
from datetime import date
from html.parser import HTMLParser
from typing import Any

import pypdf
import pytest

from models.documents.document import Block, Document, texts

FOOT = re.compile(r"Page \d+ of \d+$")
DAY = date(2026, 11, 29)


def document_of(*blocks: Block, **more: Any) -> Document:
    """A document of some blocks."""
    facts = {"kind": "trial", "overline": "Trial", "title": "A trial", "known_as": "Sarah", "made_on": DAY, **more}
    return Document(blocks=blocks, **facts)


def reader_of(made: bytes) -> pypdf.PdfReader:
    """The PDF as a reader has it."""
    return pypdf.PdfReader(io.BytesIO(made))


def squeezed(text: str) -> str:
    """Text without what a line's end may change: every kind of space and line break, and what is not seen."""
    return re.sub(r"[\s\u200b-\u200d\ufe0f]+", "", text)


def pdf_words(made: bytes) -> str:
    """The words of a PDF in the order in which they stand in it, without the foot of its pages."""
    found = []
    for page in reader_of(made).pages:
        lines = page.extract_text().split("\n")
        at = next(at for at in range(len(lines) - 1, -1, -1) if FOOT.search(lines[at]))
        found += lines[: at - 1] if lines[at - 1].startswith(("Sarah", "Łukasz", "A child", "X")) else lines[:at]
    return squeezed("".join(found))


def said_in(document: Document) -> str:
    """Every word of the value, in its order."""
    return squeezed("".join(texts(document)))


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._is_in = False
        self._standing: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._standing.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._standing and self._standing.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if "main" in self._standing:
            self.words.append(data)


def page_of(made: bytes) -> _Words:
    """The page as a browser reads it: its tags, and the words of its main part."""
    read = _Words()
    read.feed(made.decode("utf-8"))
    return read


def page_words(made: bytes) -> str:
    """The words of the page's main part."""
    return squeezed("".join(page_of(made).words))


@pytest.fixture
def sarah(desk: Any) -> Any:
    """Sarah with a page of every kind written."""
    desk.begin("child", known_as="Sarah", pronouns="she/her")
    desk.begin(
        "this_is_me", my_name="Sarah", about_me="I am 17.", important_to_me="Nan\nBiscuit", do_not_like="Crowds <b>",
        how_to_start_with_me="With tea", sharing_wishes="My worker & my IRO", pen_held_by="child",
    )  # fmt: skip
    grandad = desk.begin("person_i_trust", name="Grandad", relationship="My grandad", contact="01632 960 142")
    desk.begin(
        "communication_preferences", asked_on="2026-09-16", answered_by="child", please_do_not="Bring anyone new",
        contact_first_through_id=grandad.record_id, notice_days=7, words_to_use="Short words", text_size="large",
    )  # fmt: skip
    note = desk.begin(
        visited_at="2026-11-15T16:10:00.000Z", place="home", visit_kind="statutory", seen="yes", seen_alone="yes",
        what_happened="We walked.\n\nThe bus was late.", worker_view="The move is on her mind.",
    )  # fmt: skip
    said = desk.begin("own_words", words="I want to see Biscuit", said_on="2026-11-15", said_in_id=note.record_id,
                      told_by=["talking"], child_correction="and Nan")  # fmt: skip
    desk.begin(
        "promise", you_said_id=said.record_id, we_heard="You miss Biscuit.", we_promised="I will ask.",
        due_on="2026-12-01", state="told", we_did="Biscuit comes on Fridays.", done_on="2026-11-18",
    )  # fmt: skip
    desk.begin("promise", we_promised="I will find out.", due_on="2026-11-30", you_said_id=said.record_id, state="open")
    desk.sheet = desk.begin(
        "feedback_sheet", visit_note_id=note.record_id, could_not="A cat, since Nan sneezes.",
        next_visit_on="2026-12-08", hear_how="through_person", hear_through_id=grandad.record_id,
        hear_by_on="2026-12-01", child_says="changed", child_changed="Come after tea",
        given_on="2026-11-15", given_how="on_paper",
    )  # fmt: skip
    desk.note = note
    return desk
