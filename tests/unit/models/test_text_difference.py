"""Two texts side by side: the words that differ are marked, and both can be kept without losing any."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import text_difference
from models.records.child import Child
from models.records.this_is_me import ThisIsMe
from models.records.visit_note import VisitNote
from models.text_difference import can_keep_both, differences, keep_both, part_around

NOTE, ME, CHILD = (kind.declaration.fields for kind in (VisitNote, ThisIsMe, Child))
TEXTS = st.text(alphabet="ab .\n’", max_size=40)


def marked(text: str, spans: tuple[tuple[int, int], ...]) -> list[str]:
    return [text[start:end] for start, end in spans]


def test_only_the_words_that_differ_are_marked() -> None:
    first, second = "Ask about the bike before tea.", "Ask about Babcia before tea."
    found = differences(first, second)
    assert marked(first, found.only_first) == ["the bike"]
    assert marked(second, found.only_second) == ["Babcia"]


def test_a_line_added_is_marked_whole_and_the_rest_is_not() -> None:
    first, second = "Tell me the plan.\nThen ask.", "Tell me the plan.\nWait.\nThen ask."
    found = differences(first, second)
    assert found.only_first == ()
    assert marked(second, found.only_second) == ["Wait."]


def test_a_word_with_an_apostrophe_is_one_word() -> None:
    found = differences("I don’t like it.", "I do like it.")
    assert marked("I don’t like it.", found.only_first) == ["don’t"]


def test_the_same_text_and_mere_spaces_are_no_difference() -> None:
    assert differences("one two", "one two") == differences("one two", "one  two")
    assert differences("", "").only_first == ()


@given(TEXTS, TEXTS)
def test_what_is_not_marked_is_the_same_on_both_sides(first: str, second: str) -> None:
    found = differences(first, second)

    def rest(text: str, spans: tuple[tuple[int, int], ...]) -> str:
        kept, at = "", 0
        for start, end in spans:
            kept += text[at:start]
            at = end
        return "".join((kept + text[at:]).split())

    assert rest(first, found.only_first) == rest(second, found.only_second)


def test_a_very_long_change_is_marked_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_difference, "MOST_TOKENS", 5)
    found = differences("one two three four five", "one two three four six")
    assert found.only_first == ((0, 23),)


def test_prose_keeps_each_paragraph_of_both_once() -> None:
    both = keep_both(NOTE["what_happened"], "We met.\nMine.", "We met.\nTheirs.")
    assert both == "We met.\nMine.\nTheirs."


def test_exact_words_are_kept_apart_and_unchanged() -> None:
    assert keep_both(ME["helps_me"], "Music on.", "Walks.") == "Music on.\nWalks."
    assert keep_both(ME["helps_me"], "Music on.", None) == "Music on."


def test_codes_are_united_and_a_single_answer_is_chosen() -> None:
    assert keep_both(NOTE["themes"], ["school"], ["health", "school"]) == ["health", "school"]
    assert not can_keep_both(NOTE["place"])
    assert not can_keep_both(CHILD["known_as"])
    with pytest.raises(ValueError, match="place"):
        keep_both(NOTE["place"], "home", "school")


@given(TEXTS, TEXTS)
def test_no_paragraph_is_lost_by_keeping_both(first: str, second: str) -> None:
    kept = keep_both(NOTE["what_happened"], first, second).split("\n")
    assert set(first.split("\n")) | set(second.split("\n")) <= set(kept)


def long_text(*, without: str = "", instead: dict[str, str] | None = None) -> str:
    lines = [f"line {number}" for number in range(1, 15)]
    return "\n".join((instead or {}).get(line, line) for line in lines if line != without)


def test_a_long_text_is_shown_around_what_changed_in_it() -> None:
    before, after = long_text(), long_text(instead={"line 5": "line five", "line 14": "the end"})
    apart = differences(before, after)
    shown, spans = part_around(after, apart.only_second)
    assert shown == "…\nline 4\nline five\nline 6\n…\nline 13\nthe end"
    assert [shown[slice(*span)] for span in spans] == ["five", "the end"]
    shown, spans = part_around(before, apart.only_first)
    assert [shown[slice(*span)] for span in spans] == ["5", "line 14"]


def test_a_line_taken_out_of_a_long_text_is_shown_with_its_neighbours() -> None:
    before = long_text()
    apart = differences(before, long_text(without="line 1"))
    shown, spans = part_around(before, apart.only_first)
    assert shown == "line 1\nline 2\n…"
    assert [shown[slice(*span)] for span in spans] == ["line 1"]


def test_a_mark_over_several_lines_keeps_its_part_in_each() -> None:
    text = long_text()
    start = text.index("line 6")
    shown, spans = part_around(text, ((start, text.index("line 8") + 6),))
    assert shown == "…\nline 5\nline 6\nline 7\nline 8\nline 9\n…"
    assert [shown[slice(*span)] for span in spans] == ["line 6", "line 7", "line 8"]


@pytest.mark.parametrize("text", ["", "one line", "\n".join("12345678")])
def test_a_short_text_and_one_without_a_mark_stay_whole(text: str) -> None:
    assert part_around(text, ((0, 1),) if text else ()) == (text, ((0, 1),) if text else ())
    assert part_around(long_text(), ()) == (long_text(), ())
