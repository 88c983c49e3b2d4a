"""Each document says what its records say, in their order, in PDF and page alike; nothing kept is left out."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pyphen
import pytest

import resources
from models.attachments.intake import take_in
from models.documents import page, pdf, shelf
from models.documents.document import Document, Heading, IconRow, Quote, texts
from models.documents.paper import Paper
from models.errors import Trouble
from models.version import OpenChoice
from tests.drawings import photo
from tests.unit.models.conftest import SARAH, TOM
from tests.unit.models.documents.conftest import page_of, page_words, pdf_words, reader_of, said_in, squeezed

CHILDS = ("this_is_me", "before_you_knock", "letter", "picture_letter", "my_story")


def made(desk: Any, key: str) -> Document:
    of_record = {"visit_note": desk.note, "feedback_sheet": desk.sheet}
    return shelf.make(desk.book, key, SARAH, of_record[key].record_id if key in of_record else "")


@pytest.mark.parametrize("key", list(shelf.KINDS))
@pytest.mark.parametrize("paper", [Paper(), Paper("large", "white", "lexend")])
def test_pdf_and_page_say_the_same_words_in_the_same_order(sarah: Any, key: str, paper: Paper) -> None:
    document = made(sarah, key)
    assert pdf_words(pdf.write(document, paper)) == said_in(document) == page_words(page.write(document, paper))


def in_order(document: Document, *wanted: str) -> bool:
    said, at = said_in(document), 0
    for words in wanted:
        at = said.find(squeezed(words), at)
        if at < 0:
            raise AssertionError(f"{words!r} is not there, or too early, in {said}")
        at += len(squeezed(words))
    return True


def test_this_is_me_has_its_six_boxes_in_order_and_whose_words_they_are(sarah: Any) -> None:
    document = made(sarah, "this_is_me")
    assert in_order(
        document, "My name is Sarah", "I am 17.", "What is important to me", "Nan", "Biscuit", "How to talk with me",
        "Not asked yet", "Before you visit", "What I do not like", "Crowds <b>", "What helps me", "My hopes",
        "How I would like us to start", "With tea", "Who may see this", "My worker & my IRO", "Who held the pen",
    )  # fmt: skip
    assert document.is_one_page
    assert {block.whose for block in document.blocks if isinstance(block, Quote)} == {"child"}


def test_a_text_that_stands_beside_is_printed_with_the_one_that_stands(desk: Any) -> None:
    desk.begin("child", TOM, known_as="Tom")
    choice = OpenChoice("helps_me", "x", "My Nan, always", "ben", "")
    desk.take(desk.make({"helps_me": "Biscuit"}, scope_id=TOM, open_choices=(choice,)), scopes={TOM: "social_worker"})
    document = shelf.make(desk.book, "this_is_me", TOM)
    assert in_order(document, "Biscuit", "What helps me: another text, not chosen yet", "My Nan, always")


def test_the_card_has_what_never_to_do_first_and_every_answer_behind_it(sarah: Any) -> None:
    document = made(sarah, "before_you_knock")
    assert in_order(
        document, "Please do not", "Bring anyone new", "First", "Speak to Grandad first.", "01632 960 142", "Words",
        "Short words", "Changes", "Give 7 days’ notice.", "All that Sarah told us", "Asked on", "16 September 2026",
        "Speak first to", "Grandad",
    )  # fmt: skip


def test_a_child_nobody_asked_gets_a_card_with_the_question_on_it(desk: Any) -> None:
    desk.begin("child", TOM, known_as="Tom")
    document = shelf.make(desk.book, "before_you_knock", TOM)
    assert in_order(document, "Tom", "We have not asked Tom yet.", "How do you like people to talk with you?")


def test_a_visit_note_has_the_childs_words_before_what_the_worker_makes_of_them(sarah: Any) -> None:
    added = sarah.begin("addendum", adds_to_id=sarah.note.record_id, addition="The bus again.", why="more_to_say")
    document = made(sarah, "visit_note")
    assert in_order(
        document, "Home visit", "15 November 2026", "Statutory visit", "What happened", "We walked.",
        "In Sarah’s own words", "I want to see Biscuit", "Talking", "What Sarah changed", "and Nan",
        "What I think it means", "The move is on her mind.", "Added", "The bus again.",
    )  # fmt: skip
    assert added.record_id


def test_words_for_few_are_marked_on_paper_and_the_note_says_so_at_its_top(sarah: Any) -> None:
    assert "Not for everyone" not in list(texts(made(sarah, "visit_note")))
    kept = sarah.book.new_draft("own_words", SARAH, keep_from=("parents",))
    sarah.write(kept, words="The stairs scare me", said_in_id=sarah.note.record_id)
    assert in_order(
        made(sarah, "visit_note"), "Not for everyone", "Sarah said who can see her words in this note.",
        "The stairs scare me", "Who can see it", "Everyone who helps me. Not my parents",
    )  # fmt: skip


def test_the_feedback_sheet_says_what_was_said_promised_and_not_and_what_comes_next(sarah: Any) -> None:
    document = made(sarah, "feedback_sheet")
    assert in_order(
        document, "After our visit", "For Sarah", "Sunday 15 November 2026", "What you told me",
        "I want to see Biscuit", "and Nan", "What I said I would do", "I will find out.",
        "You will hear by 30 November 2026.", "I will ask.",
        "What I cannot do, and why", "A cat, since Nan sneezes.", "I will come on Tuesday 8 December 2026.",
        "How you will hear", "Through someone she trusts: Grandad", "You will hear by 1 December 2026.",
        "What Sarah changed", "Come after tea", "From Amy",
    )  # fmt: skip
    quotes = [block.words for block in document.blocks if isinstance(block, Quote)]
    assert quotes == ["I want to see Biscuit", "and Nan", "Come after tea"]


def test_words_for_few_say_so_on_the_feedback_sheet(sarah: Any) -> None:
    note = sarah.note.record_id
    said = sarah.begin("own_words", words="The stairs scare me", said_on="2026-11-15", said_in_id=note)
    sarah.book.set_audience(said.record_id, "everyone_on_record", ("parents",)).result()
    assert in_order(made(sarah, "feedback_sheet"), "The stairs scare me", "Everyone who helps me. Not my parents")


def test_a_feedback_sheet_says_nothing_of_what_there_was_not(desk: Any) -> None:
    note = desk.begin(place="home")
    sheet = desk.begin("feedback_sheet", visit_note_id=note.record_id)
    said = said_in(shelf.make(desk.book, "feedback_sheet", SARAH, sheet.record_id))
    for words in ("What you told me", "What I said I would do", "What I cannot do", "When I come next", "changed"):
        assert squeezed(words) not in said
    desk.book.delete(note.record_id).result()
    for record_id in (sheet.record_id, note.record_id, "nothing"):
        with pytest.raises(Trouble, match="nothing to print yet"):
            shelf.make(desk.book, "feedback_sheet", SARAH, record_id)


def test_the_letter_goes_from_what_was_said_to_what_was_done(sarah: Any) -> None:
    assert in_order(
        made(sarah, "letter"), "Dear Sarah", "You said", "I want to see Biscuit", "15 November 2026", "and Nan",
        "What we heard", "You miss Biscuit.", "What we said we would do", "I will ask.", "What we did",
        "Biscuit comes on Fridays.", "18 November 2026", "From Amy",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("state", "more", "words"),
    [
        ("cannot", {"cannot_because": "Nan is ill."}, "What we cannot do, and why"),
        ("open", {}, "You will hear from us by 1 December 2026."),
        ("withdrawn_by_child", {}, "You took this back."),
    ],
)
def test_the_letter_says_what_cannot_be_what_is_still_to_come_and_what_was_taken_back(
    desk: Any, state: str, more: dict[str, str], words: str
) -> None:
    desk.begin("child", known_as="Sarah")
    desk.begin("promise", you_said_id="elsewhere", state=state, due_on="2026-12-01", **more)
    document = shelf.make(desk.book, "letter", SARAH)
    assert in_order(document, "we do not have them here", words, *more.values())


def test_the_picture_page_says_one_thing_in_a_row_and_as_much_as_the_letter(desk: Any) -> None:
    desk.begin("child", known_as="Sarah")
    said = desk.begin("own_words", words="I want a dog. Please.", said_on="2026-11-15")
    desk.begin(
        "promise", you_said_id=said.record_id, we_heard="You miss Biscuit. You want a dog.",
        we_did="Biscuit comes on Fridays.\nNan brings him.", cannot_because="The flat has no room. Not now.",
        told_on="2026-11-20", told_how="in_person", told_by_id=desk.book.me.worker.worker_id,
    )  # fmt: skip
    document = shelf.make(desk.book, "picture_letter", SARAH)
    rows = [(one.icon, one.label, one.words) for one in document.blocks if isinstance(one, IconRow)]
    assert rows == [
        ("message-square-heart", "You said", "I want a dog. Please."),
        ("ear", "We heard", "You miss Biscuit."),
        ("ear", "", "You want a dog."),
        ("circle-check", "We did this", "Biscuit comes on Fridays."),
        ("circle-check", "", "Nan brings him."),
        ("ban", "We cannot do this. This is why", "The flat has no room."),
        ("ban", "", "Not now."),
        ("calendar", "We told you", "Amy told you this on 20 November 2026 face to face."),
        ("hand", "Did we get it right?", "If not, tell me. You can change your mind."),
    ]
    (quoted,) = [one for one in document.blocks if isinstance(one, IconRow) and one.whose]
    assert quoted.words == "I want a dog. Please.", "a child's own words are never parted"
    assert in_order(shelf.make(desk.book, "letter", SARAH), "Amy told you this on 20 November 2026 face to face.")


def test_each_thing_that_was_said_has_a_sheet_of_its_own_and_one_can_be_made_alone(desk: Any) -> None:
    desk.begin("child", known_as="Sarah")
    first = desk.begin("promise", you_said_id="elsewhere", we_promised="I will ask.", due_on="2026-12-01")
    desk.begin("promise", you_said_id="elsewhere", state="withdrawn_by_child", due_on="2026-12-05")
    both = shelf.make(desk.book, "picture_letter", SARAH)
    assert [one.is_on_new_page for one in both.blocks if isinstance(one, Heading)] == [True]
    assert in_order(both, "We said we would", "I will ask.", "1 December 2026", "You took this back")
    for key in ("letter", "picture_letter"):
        alone = said_in(shelf.make(desk.book, key, SARAH, first.record_id))
        assert "Iwillask." in alone
        assert "tookthisback" not in alone


def test_a_picture_stands_on_the_page_and_on_paper(sarah: Any) -> None:
    document = made(sarah, "picture_letter")
    count = sum(isinstance(one, IconRow) for one in document.blocks)
    written = page.write(document, Paper()).decode()
    assert written.count('<svg aria-hidden="true"') == count
    assert "<!--" not in written
    curves = pdf.write(document, Paper())
    assert len(curves) > len(pdf.write(replace(document, blocks=()), Paper()))


def test_a_long_answer_in_pictures_goes_on_over_the_page(desk: Any) -> None:
    desk.begin("child", known_as="Sarah")
    said = desk.begin("own_words", words="A long story about my dog. " * 300, said_on="2026-11-15")
    desk.begin("promise", you_said_id=said.record_id, we_did="Yes.", due_on="2026-12-01")
    document = shelf.make(desk.book, "picture_letter", SARAH)
    paper = Paper("large")
    assert pdf_words(pdf.write(document, paper)) == said_in(document) == page_words(page.write(document, paper))


def test_no_word_of_a_record_is_missing_from_its_document(sarah: Any) -> None:
    for key, entry in (
        ("this_is_me", sarah.book.one("this_is_me", SARAH)),
        ("before_you_knock", sarah.book.one("communication_preferences", SARAH)),
        ("visit_note", sarah.entry(sarah.note.record_id)),
    ):
        said = said_in(made(sarah, key))
        for name, field in entry.declaration.fields.items():
            if field.kind in ("line", "prose") and entry.body.get(name):
                assert squeezed("".join(entry.body[name])) in said or all(
                    squeezed(line) in said for line in entry.body[name].split("\n")
                ), (key, name)


def test_what_cannot_be_made_yet_is_not_offered_and_says_so_when_asked(desk: Any) -> None:
    desk.begin("child", known_as="Sarah")
    assert [kind.key for kind in shelf.of_child(desk.book, SARAH)] == ["before_you_knock", "my_story"]
    with pytest.raises(Trouble, match="nothing to print yet"):
        shelf.make(desk.book, "this_is_me", SARAH)
    with pytest.raises(Trouble):
        shelf.make(desk.book, "visit_note", SARAH, "no note")


def test_every_document_of_a_child_is_offered_and_its_file_never_names_them(sarah: Any) -> None:
    offered = shelf.of_child(sarah.book, SARAH)
    assert [kind.key for kind in offered] == list(CHILDS)
    for kind in shelf.KINDS.values():
        assert shelf.file_name(kind, date(2026, 11, 29), ".pdf") == (
            f"Heard - {kind.title.replace(',', '')} - 2026-11-29.pdf"
        )
    assert shelf.paper_for(sarah.book, SARAH) == Paper("large")


def test_my_story_goes_year_by_year_with_the_childs_own_words_and_what_they_made(drawn: Any) -> None:
    child = drawn.book.child(SARAH)
    drawn.seen[(child.record_id, "understands_why_in_care")] = None
    drawn.write(child.draft(), born_on="2009-11-08", understands_why_in_care=8)
    drawn.cut(child.record_id)
    document = made(drawn, "my_story")
    assert in_order(
        document, "My story so far", "Sarah", "2009", "You were born on 8 November 2009.", "2026",
        "On 15 November 2026 you said:", "I want to see Biscuit", "Why am I in care?", "8 out of 10",
    )  # fmt: skip
    assert Quote("I want to see Biscuit") in document.blocks
    assert pdf_words(pdf.write(document, Paper())) == said_in(document) == page_words(page.write(document, Paper()))


# ---- what children read ----

CHILD_READS = {*CHILDS, "feedback_sheet"}
SYLLABLES = pyphen.Pyphen(lang="en_GB")
MOST_GRADE = 4.0
"""Flesch-Kincaid's grade of pupils who are nine: the fourth (a grade counts from six years of age, less one)."""


def grade(text: str) -> float:
    """Flesch-Kincaid grade level (Kincaid et al. 1975), with syllables as Pyphen's British patterns part words."""
    sentences = [one for one in re.split(r"[.!?:]+\s*|\n", text) if re.search(r"\w", one)]
    words = re.findall(r"[\w’']+", text)
    syllables = sum(SYLLABLES.inserted(word).count("-") + 1 for word in words)
    return 0.39 * len(words) / len(sentences) + 11.8 * syllables / len(words) - 15.59


def test_the_measure_tells_plain_words_from_an_offices() -> None:
    assert grade("We did this. You can ask me.") < 1
    assert grade("The statutory consultation requirements necessitate comprehensive documentation.") > 12


def test_the_fixed_words_of_documents_children_read_suit_a_child_of_nine() -> None:
    parts = json.loads(resources.path("words", "documents.json").read_text("utf-8"))
    assert set(parts) >= CHILD_READS
    for part, sentences in parts.items():
        if part == "about":
            continue
        text = "\n".join(sentences.values())
        for name, value in (("{child}", "Sam"), ("{them}", "them"), ("{they}", "they"), ("{their}", "their"),
                            ("{day}", "9 May 2026"), ("{name}", "Sam"), ("{worker}", "Jo"),
                            ("{number}", "8"), ("{most}", "10")):  # fmt: skip
            text = text.replace(name, value)
        assert grade(text) <= MOST_GRADE, (part, round(grade(text), 1))
        for key, words in sentences.items():
            assert max(len(one.split()) for one in re.split(r"[.!?]", words)) <= 16, (part, key)


def test_nothing_a_child_reads_is_written_anywhere_else(sarah: Any) -> None:
    parts = json.loads(resources.path("words", "documents.json").read_text("utf-8"))
    for key in CHILD_READS:
        used = "".join(texts(made(sarah, key)))
        assert any(words.split("{")[0].strip() in used for words in parts[key].values() if not words.startswith("{"))


# ---- pictures ----


@pytest.fixture
def drawn(sarah: Any, tmp_path: Path) -> Any:
    """Sarah's drawing, with words in it, in her note and on her This is Me; and a sound."""
    me = sarah.book.one("this_is_me", SARAH)
    for belongs_to in (sarah.note.record_id, me.record_id):
        draft = sarah.book.new_draft("attachment", SARAH)
        values = {"belongs_to_id": belongs_to, "caption": "My flat", "made_by": "child", "words_in_it": "Nan’s door"}
        sarah.book.attachments.add(draft, take_in(photo(size=(300, 200))), values)
    sound = sarah.book.new_draft("attachment", SARAH)
    sarah.write(sound, belongs_to_id=sarah.note.record_id, caption="Her song", kind="sound", media_type="audio/wav")
    return sarah


@pytest.mark.parametrize("key", ["visit_note", "this_is_me"])
def test_a_childs_drawing_is_drawn_and_the_words_in_it_are_theirs(drawn: Any, key: str) -> None:
    document = made(drawn, key)
    assert in_order(document, "My flat", "Nan’s door")
    assert any(isinstance(block, Quote) and block.words == "Nan’s door" for block in document.blocks)
    paper = pdf.write(document, Paper())
    images = [image for sheet in reader_of(paper).pages for image in sheet.images]
    assert [image.image.size for image in images] == [(300, 200)]
    assert pdf_words(paper) == said_in(document) == page_words(page.write(document, Paper()))
    pictures = [attrs for tag, attrs in page_of(page.write(document, Paper())).tags if tag == "img"]
    assert [str(attrs["alt"])[:7] for attrs in pictures] == ["My flat"]
    assert str(pictures[0]["src"]).startswith("data:image/")


def test_a_sound_is_named_on_paper(drawn: Any) -> None:
    assert in_order(made(drawn, "visit_note"), "Photos and pages", "Her song", "A sound recording")


def test_a_drawing_does_not_take_this_is_me_to_a_second_page(drawn: Any) -> None:
    assert len(reader_of(pdf.write(made(drawn, "this_is_me"), Paper())).pages) == 1


def test_a_picture_that_has_gone_since_is_told_and_not_left_out(drawn: Any) -> None:
    document = made(drawn, "visit_note")
    for path in (drawn.book.attachments.files.folder).iterdir():
        path.unlink()
    with pytest.raises(Trouble):
        pdf.write(document, Paper())
    assert in_order(made(drawn, "visit_note"), "My flat")
