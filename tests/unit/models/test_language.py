"""Language that cares: whole words, legal terms in their own sense, and what to say instead."""

from __future__ import annotations

import pytest

from models.language import find_words, legal_phrases, suggestions, words_never_shown


def found(text: str) -> list[str]:
    return [each.word for each in find_words(text, words_never_shown(), legal_phrases())]


@pytest.mark.parametrize("text", ["Case closed", "two cases", "the CLIENT said", "a sync\nerror", "Lac review", "User"])
def test_a_word_that_is_never_shown_is_found_in_any_letter_case(text: str) -> None:
    assert len(found(text)) == 1


@pytest.mark.parametrize("text", ["because", "showcase", "placemented", "contactless", "black", "suitcases"])
def test_a_part_of_another_word_is_not_found(text: str) -> None:
    assert found(text) == []


def test_a_legal_term_passes_in_its_legal_sense_only() -> None:
    assert found("A placement order was made.") == []
    assert found("The Care Planning, Placement and Case Review (England) Regulations 2010") == []
    assert found("The placement order ended the placement.") == ["placement"]
    assert found("This case is not a case review") == ["case", "case"]


def test_a_find_says_where_it_stands_though_a_phrase_before_it_passed() -> None:
    text = "placement order, placement"
    (only,) = find_words(text, words_never_shown(), legal_phrases())
    assert text[only.start : only.end] == "placement"
    assert only.start == len("placement order, ")


def test_the_longer_of_two_listed_words_is_found() -> None:
    listed = [word for each in suggestions() for word in each.instead_of]
    assert [each.word for each in find_words("at the contact centre", listed)] == ["contact centre"]


def test_every_word_that_is_never_shown_in_the_plural_is_listed_in_the_singular() -> None:
    words = set(words_never_shown())
    assert {word[:-1] for word in words if word.endswith("s") and word != "refuses"} <= words


def test_every_suggestion_says_something_else_and_whose_advice_it_is() -> None:
    for each in suggestions():
        assert each.say
        assert each.source
        assert not find_words(each.say, each.instead_of), each
    assert len(suggestions()) == 25
