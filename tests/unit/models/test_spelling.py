"""Spelling: what is a word, what is right beside the dictionary, and what the British dictionary says."""

from __future__ import annotations

from typing import Any

import pytest

from models.spelling import (
    LONGEST_WORD,
    Speller,
    Words,
    field_words,
    names_around,
    own_terms,
    parts,
    tokens,
    words_of_name,
)

SARAH = "01a00000-0000-7000-8000-000000000001"


def words(text: str) -> list[str]:
    return [token.word for token in tokens(text)]


def test_words_keep_their_apostrophes_and_hyphens() -> None:
    assert words("Sarah’s dog isn't at the co-op, ‘never’.") == [
        "Sarah’s", "dog", "isn't", "at", "the", "co-op", "never",
    ]  # fmt: skip


def test_what_is_no_prose_is_no_word() -> None:
    text = "EHCP, IROs, 9am, b2, a_b, nan@school.org, https://x.org/teh, www.teh.uk, C:\\teh, a, I"
    assert words(text) == []


def test_a_word_with_a_combining_accent_is_one_word_and_keeps_its_place() -> None:
    text = "ŵyr Zoe\u0308 said teh"
    found = list(tokens(text))
    assert [token.word for token in found] == ["ŵyr", "Zoe\u0308", "said", "teh"]
    assert all(text[token.start : token.end] == token.word for token in found)


def test_a_line_of_letters_longer_than_any_word_is_passed_over() -> None:
    assert words("x" * (LONGEST_WORD + 1)) == []


def test_the_parts_of_a_word_are_those_that_mean_something_alone() -> None:
    assert parts("Makaton-signing") == ["Makaton", "signing"]
    assert parts("pre-visit") == ["visit"]
    assert parts("plain") == []


def test_a_word_written_small_is_right_in_any_letters_and_a_name_only_as_a_name() -> None:
    known = Words(["wellbeing", "Jaydon"])
    assert all(known.holds(word) for word in ("wellbeing", "Wellbeing", "WELLBEING", "wellbeing’s"))
    assert all(known.holds(word) for word in ("Jaydon", "JAYDON", "Jaydon's", "Jaydon’"))
    assert not known.holds("jaydon")
    assert list(known) == ["Jaydon", "wellbeing"]
    assert len(known) == 2


def test_a_name_is_right_whole_and_in_its_parts() -> None:
    assert words_of_name("Mary-Jane O’Neill (Nan)") == {"Mary-Jane", "Mary", "Jane", "O’Neill", "Nan"}


def test_every_word_of_the_field_is_one_that_the_dictionary_lacks(speller: Speller) -> None:
    assert [word for word in field_words() if speller.knows(word)] == []


@pytest.fixture(scope="module")
def speller() -> Speller:
    return Speller()


@pytest.mark.parametrize("word", ["organised", "colour", "practising", "don’t", "child’s", "Sarah", "sleepover"])
def test_british_words_are_right(speller: Speller, word: str) -> None:
    assert speller.knows(word)


@pytest.mark.parametrize("word", ["organized", "color", "teh", "recieve", "safegaurding"])
def test_other_spellings_are_not(speller: Speller, word: str) -> None:
    assert not speller.knows(word)


def test_what_was_meant_is_suggested_first(speller: Speller) -> None:
    assert speller.suggest("organized")[0] == "organised"
    assert "receive" in speller.suggest("recieve")
    assert speller.suggest("makatan", field_words())[0] == "Makaton"
    assert len(speller.suggest("teh", field_words())) <= 5


def test_more_letters_than_a_word_has_are_never_looked_up(speller: Speller) -> None:
    assert speller.knows("q" * (LONGEST_WORD + 1))


def test_the_names_around_a_child_are_right_in_what_is_written_about_them(desk: Any) -> None:
    other = "01a00000-0000-7000-8000-000000000002"
    desk.begin("child", known_as="Zahraa", legal_name="Zahraa Quennell", school="Byrchwood Academy")
    desk.begin("person_i_trust", name="Auntie Ozlem", relationship="my khala")
    desk.begin("child", other, known_as="Tadgh", legal_name="Tadgh Vorster", school="Ravensmead")
    desk.begin("person_i_trust", other, name="Uncle Xolani")
    names = names_around(desk.book, SARAH)
    for name in ("Zahraa", "Quennell", "Byrchwood", "Ozlem", "khala", "Tadgh", "Vorster", "Amy", "Testshire"):
        assert names.holds(name), name
    # A name of another child's family tells who they are to nobody here.
    assert not names.holds("Xolani")
    assert not names.holds("Ravensmead")


def test_what_a_child_calls_things_is_read_by_the_word_of_others(desk: Any) -> None:
    desk.begin("own_term", instead_of="Respite  Unit", childs_word="the fun house")
    desk.begin("own_term", instead_of="placement", childs_word="home home")
    desk.clock.advance(days=1)
    desk.begin("own_term", instead_of="Placement", childs_word="Nan’s house")
    desk.begin("own_term", instead_of="contact")
    assert own_terms(desk.book, SARAH) == {"respite unit": "the fun house", "placement": "Nan’s house"}
    assert own_terms(desk.book, "01a00000-0000-7000-8000-000000000002") == {}
