"""The merge by example: what two people see who changed one record apart (design 7)."""

from __future__ import annotations

from typing import Any

import pytest

from models.fields import MergeRule
from models.merge import NOTHING, Side, merge, merge_paragraphs, merge_value
from models.version import OpenChoice

RULES = {"prose": MergeRule.PARAGRAPHS, "words": MergeRule.CHOOSE, "themes": MergeRule.UNION}
BASE = "We met at the door.\n\nWe talked in the kitchen.\n\nWe walked to the shop."


def left(value: Any, by: str = "mine", field: str = "words") -> OpenChoice:
    return OpenChoice(field, by, value, "w", "")


# --- paragraphs ---------------------------------------------------------------------------------------------------


def test_edits_of_different_paragraphs_both_stand() -> None:
    mine = BASE.replace("the door", "the gate")
    head = BASE.replace("the shop", "the park")
    assert merge_paragraphs(BASE, mine, head) == BASE.replace("the door", "the gate").replace("the shop", "the park")


def test_neighbouring_paragraphs_are_two_places_and_not_one() -> None:
    assert merge_paragraphs("one\ntwo\nthree", "one\nTWO\nthree", "one\ntwo\nTHREE") == "one\nTWO\nTHREE"


def test_the_same_paragraph_changed_twice_is_not_merged() -> None:
    assert merge_paragraphs(BASE, BASE.replace("door", "gate"), BASE.replace("door", "window")) is None


def test_a_paragraph_deleted_here_and_changed_there_is_not_merged() -> None:
    assert merge_paragraphs("one\ntwo", "one", "one\nTWO") is None


def test_a_paragraph_deleted_on_both_sides_is_gone_once() -> None:
    assert merge_paragraphs("one\ntwo\nthree", "one\nthree", "one\nthree\nfour") == "one\nthree\nfour"


def test_what_both_add_at_the_end_is_kept_whole_the_heads_first() -> None:
    assert merge_paragraphs("one", "one\nmine", "one\ntheirs") == "one\ntheirs\nmine"


def test_a_paragraph_that_both_add_word_for_word_comes_once() -> None:
    assert merge_paragraphs("one\ntwo\nx", "one\nnew\ntwo\nx", "one\nnew\ntwo\nX") == "one\nnew\ntwo\nX"


def test_an_addition_beside_a_changed_paragraph_is_no_clash() -> None:
    assert merge_paragraphs("one\ntwo", "one\nnew\ntwo", "one\nTWO") == "one\nnew\nTWO"
    assert merge_paragraphs("one\ntwo", "ONE\ntwo", "one\nnew\ntwo") == "ONE\nnew\ntwo"


@pytest.mark.parametrize("is_turned", [False, True])
def test_an_addition_inside_a_passage_that_was_rewritten_is_a_clash(is_turned: bool) -> None:
    rewritten, added = "first\nONE WHOLE THING\nlast", "first\none\nnew\ntwo\nlast"
    mine, head = (added, rewritten) if is_turned else (rewritten, added)
    assert merge_paragraphs("first\none\ntwo\nlast", mine, head) is None


def test_two_whole_texts_written_into_an_empty_field_never_interleave() -> None:
    """Their empty lines would match, and make of two accounts one that nobody gave."""
    assert merge_paragraphs("", "She was well.\n\nWe played.", "He was tired.\n\nWe sat.") is None
    assert merge_paragraphs("\n \n", "mine\n\nmore", "theirs\n\nmore") is None


# --- one field ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("empty", [None, "", [], ()])
def test_the_forms_of_nothing_recorded_are_one(empty: Any) -> None:
    assert merge_value(MergeRule.CHOOSE, empty, "", None) == (None, True)
    assert merge_value(MergeRule.CHOOSE, empty, None, "theirs") == ("theirs", True)
    assert merge_value(MergeRule.CHOOSE, empty, "mine", None) == ("mine", True)


def test_yes_is_not_the_number_one_and_no_is_not_zero() -> None:
    assert merge_value(MergeRule.CHOOSE, True, True, 1) == (1, True)
    assert merge_value(MergeRule.CHOOSE, False, 0, False) == (0, True)
    assert merge_value(MergeRule.CHOOSE, None, True, 1) == (1, False)


def test_a_field_cleared_here_and_changed_there_is_a_choice_about_clearing_it() -> None:
    merged = merge(RULES, Side("o", {"words": "one"}), Side("mine", {}), Side("head", {"words": "two"}))
    assert merged.body == {"words": "two"}
    assert [(one.field, one.value) for one in merged.open_choices] == [("words", None)]


@pytest.mark.parametrize("odd", [["a", {"b": 1}], ["a", 2], "a", 7, {"a": 1}])
def test_what_is_no_set_of_codes_is_kept_beside_and_never_breaks_the_merge(odd: Any) -> None:
    merged = merge(RULES, Side("o", {"themes": ["a"]}), Side("mine", {"themes": odd}), Side("head", {"themes": ["b"]}))
    assert merged.body == {"themes": ["b"]}
    assert merged.open_choices[0].value == odd


def test_prose_that_is_no_text_is_kept_beside_too() -> None:
    assert merge_value(MergeRule.PARAGRAPHS, "one\ntwo", 7, "one\nTWO") == ("one\nTWO", False)


def test_a_key_that_only_a_newer_heard_knows_is_carried_and_kept_beside() -> None:
    mine, head = Side("mine", {"new": {"x": 1}}), Side("head", {"new": {"x": 2}, "newer": 3})
    merged = merge(RULES, NOTHING, mine, head)
    assert merged.body == {"new": {"x": 2}, "newer": 3}
    assert merged.open_choices == (OpenChoice("new", "mine", {"x": 1}, "", ""),)


# --- open choices -------------------------------------------------------------------------------------------------


def choices_after(before: list[OpenChoice], here: list[OpenChoice], there: list[OpenChoice]) -> list[tuple[str, Any]]:
    sides = [
        Side(name, {"words": "stands"}, open_choices=tuple(one))
        for name, one in (("base", before), ("mine", here), ("head", there))
    ]
    return [(one.losing_version_id, one.value) for one in merge(RULES, *sides).open_choices]


def test_a_choice_that_one_side_opened_or_settled_is_so() -> None:
    assert choices_after([], [left("x")], []) == [("mine", "x")]
    assert choices_after([], [], [left("x")]) == [("mine", "x")]
    assert choices_after([left("x")], [left("x")], []) == []
    assert choices_after([left("x")], [], [left("x")]) == []
    assert choices_after([left("x")], [], []) == []


def test_a_choice_whose_text_grew_on_one_side_stays_one_choice() -> None:
    assert choices_after([left("x")], [left("x and more")], [left("x")]) == [("mine", "x and more")]
    assert choices_after([left("x")], [left("x")], [left("x and more")]) == [("mine", "x and more")]
    assert choices_after([left("x")], [left("same")], [left("same")]) == [("mine", "same")]


def test_a_choice_whose_text_grew_on_both_sides_keeps_both_texts() -> None:
    both = [("mine", "x of theirs"), ("mine+mine", "x of mine")]
    assert choices_after([left("x")], [left("x of mine")], [left("x of theirs")]) == both
    assert choices_after([], [left("x of mine")], [left("x of theirs")]) == both


def test_a_choice_settled_here_while_its_text_grew_there_is_opened_again() -> None:
    assert choices_after([left("x")], [], [left("x and more")]) == [("mine", "x and more")]
    assert choices_after([left("x")], [left("x and more")], []) == [("mine", "x and more")]


def test_the_same_text_is_never_offered_twice_for_a_field() -> None:
    assert choices_after([], [left("x", "one"), left("x", "two")], []) == [("one", "x")]


def test_the_outcome_is_in_the_same_order_on_every_laptop() -> None:
    many = [left(f"text {number}", f"version {number}", field) for number in range(5) for field in ("words", "prose")]
    grown = [left(f"{one.value} and more", one.losing_version_id, one.field) for one in many]
    expected = choices_after(many, [], grown)
    assert choices_after(list(reversed(many)), [], list(reversed(grown))) == expected
    assert len(expected) == 10


# --- the record ---------------------------------------------------------------------------------------------------


def test_a_record_with_an_open_choice_is_not_finished_whoever_finished_it() -> None:
    base = Side("o", {"words": "one"})
    mine = Side("mine", {"words": "mine"}, is_finished=True)
    assert merge(RULES, base, mine, Side("head", {"words": "one"})).is_finished
    assert not merge(RULES, base, mine, Side("head", {"words": "theirs"})).is_finished


def test_an_edit_beats_a_delete_from_either_side_and_says_so() -> None:
    base, gone = Side("o", {"words": "one"}), Side("x", {"words": "one"}, is_deleted=True)
    edited = Side("y", {"words": "two"})
    for mine, head in ((gone, edited), (edited, gone)):
        merged = merge(RULES, base, mine, head)
        assert (merged.is_deleted, merged.has_beaten_delete) == (False, True)
        assert merged.body == {"words": "two"}


@pytest.mark.parametrize("kept", [{"open_choices": (left("mine and more"),)}, {"is_finished": True}])
def test_text_that_grew_in_an_open_choice_and_finishing_are_edits_too(kept: dict[str, Any]) -> None:
    base = Side("o", {"words": "one"}, open_choices=(left("mine"),))
    gone = Side("x", {"words": "one"}, open_choices=(left("mine"),), is_deleted=True)
    merged = merge(RULES, base, gone, Side("y", {"words": "one"}, **kept))
    assert (merged.is_deleted, merged.has_beaten_delete) == (False, True)


def test_a_delete_stands_where_the_other_side_only_changed_who_may_read_it() -> None:
    base = Side("o", {"words": "one"}, audience="everyone_on_record")
    gone = Side("x", {"words": "one"}, audience="everyone_on_record", is_deleted=True)
    merged = merge(RULES, base, gone, Side("y", {"words": "one"}, audience="only_author"))
    assert (merged.is_deleted, merged.audience) == (True, "only_author")


def test_a_record_brought_back_on_one_side_is_back_and_no_delete_was_beaten() -> None:
    base = Side("o", {"words": "one"}, is_deleted=True)
    back = Side("x", {"words": "one"})
    merged = merge(RULES, base, back, Side("y", {"words": "two"}, is_deleted=True))
    assert (merged.is_deleted, merged.has_beaten_delete) == (False, False)


def test_an_audience_this_heard_does_not_know_counts_as_the_narrowest() -> None:
    sides = (Side(name, {}, audience=audience) for name, audience in (("o", ""), ("a", "only_author"), ("b", "newer")))
    assert merge(RULES, *sides).audience == "newer"


def test_both_authors_paragraphs_in_one_field_are_named_so_that_both_are_told() -> None:
    base, mine, head = (Side(name, {"prose": text}) for name, text in (("o", "a\nb"), ("x", "A\nb"), ("y", "a\nB")))
    assert merge(RULES, base, mine, head).mixed == ("prose",)
    assert merge(RULES, base, mine, base).mixed == ()
