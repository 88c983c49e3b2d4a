"""Language that cares: whole words, legal terms in their own sense, and what to say instead."""

from __future__ import annotations

import json

import pytest

import resources
from models.language import (
    LONGEST_WORDS,
    MOST_ADVICE,
    Prompting,
    Suggestion,
    find_words,
    legal_phrases,
    read_advice,
    suggestions,
    words_never_shown,
)


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
        assert set(each.put) <= {word.lower() for word in each.instead_of}, each
        for word, instead in each.put.items():
            assert not find_words(" ".join(instead), [word]), each
    assert len(suggestions()) == 25


# ---- prompts -----------------------------------------------------------------------------------------------------


def prompts(text: str, own: dict[str, str] | None = None) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(each.word, each.childs, each.put) for each in Prompting(suggestions(), own or {}).find(text)]


def test_a_prompt_says_where_the_word_stands_and_what_could_stand_there() -> None:
    text = "He absconded from his Placement."
    first, second = Prompting(suggestions(), {}).find(text)
    assert [text[each.start : each.end] for each in (first, second)] == ["absconded", "Placement"]
    assert first.put == ("ran away", "went missing")
    assert first.say == "run away, go missing"
    assert second.put == ("home",)


def test_legal_terms_and_other_senses_pass() -> None:
    assert prompts("The placement order, the care order and the contact order stand.") == []
    assert prompts("Just in case, he made eye contact.") == []
    assert prompts("because of a showcase, contactless") == []


def test_the_childs_own_word_comes_with_the_prompt_and_wins_over_a_legal_term() -> None:
    own = {"placement": "Nan’s house", "care plan": "my plan", "respite unit": "the fun house"}
    assert prompts("Her placement", own) == [("placement", "Nan’s house", ("home",))]
    assert prompts("Her care plan") == []
    assert prompts("Her care plan", own) == [("care plan", "my plan", ("future plans", "plan"))]
    assert prompts("at the Respite\nunit", own) == [("Respite\nunit", "the fun house", ())]


def test_a_council_that_wants_no_prompts_has_none() -> None:
    assert Prompting((), {}).find("The case was about contact.") == []


def listed(**one: object) -> bytes:
    whole = {"instead_of": ["tea"], "say": "supper", **one}
    return json.dumps({"suggestions": [whole]}).encode()


def test_a_councils_list_is_read_in_the_shape_of_heards_own() -> None:
    own = resources.path("words", "instead.json").read_bytes()
    assert read_advice(own) == suggestions()
    assert read_advice(listed()) == (Suggestion(instead_of=("tea",), say="supper"),)
    assert read_advice(b'{"suggestions": []}') == ()


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"{", "right shape"),
        (b"[]", "right shape"),
        (b"{}", "right shape"),
        (listed(instead_of="tea"), "right shape"),
        (listed(say=" "), "lacks the word"),
        (listed(instead_of=[]), "lacks the word"),
        (listed(instead_of=[" "]), "lacks the word"),
        (listed(say="x" * (LONGEST_WORDS + 1)), "more than"),
        (listed(put={"tea": ["x" * (LONGEST_WORDS + 1)]}), "more than"),
        (json.dumps({"suggestions": [{"instead_of": ["a"], "say": "b"}] * (MOST_ADVICE + 1)}).encode(), "at most"),
    ],
)
def test_what_is_no_list_is_told_in_plain_words(data: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read_advice(data)
