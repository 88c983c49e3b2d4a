"""The recovery code: easy to write down, forgiving to type, and a slip of the pen is noticed."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.recovery_code import ALPHABET, new_code, read_code, show_code
from models.errors import Trouble

CODES = st.binary(min_size=16, max_size=16)


@given(CODES)
def test_every_code_is_read_back_as_it_was_made(secret: bytes) -> None:
    shown = show_code(secret)
    assert re.fullmatch(rf"([{ALPHABET}]{{4}}-){{6}}[{ALPHABET}]{{4}}", shown)
    assert read_code(shown) == secret


def test_no_two_new_codes_are_alike() -> None:
    assert len({new_code() for _ in range(200)}) == 200


@given(
    CODES,
    st.sampled_from(["{}", " {} ", "{}\n"]),
    st.sampled_from(["-", " ", "", " - ", "–", "\u00a0", "\u2011"]),
    st.booleans(),
)
def test_case_spaces_and_dashes_do_not_matter(secret: bytes, around: str, between: str, is_lower: bool) -> None:
    typed = around.format(show_code(secret).replace("-", between))
    assert read_code(typed.lower() if is_lower else typed) == secret


def test_letters_that_look_like_figures_are_taken_as_those() -> None:
    shown = show_code(bytes(16))
    assert read_code(shown.replace("0", "O")) == bytes(16)
    assert read_code(shown.replace("0", "o")) == bytes(16)
    ones = next(code for code in (new_code() for _ in range(10_000)) if "1" in code)
    assert read_code(ones.replace("1", "I")) == read_code(ones.replace("1", "l")) == read_code(ones)


@given(CODES, st.integers(0, 27), st.integers(1, 31))
def test_one_wrong_letter_is_always_noticed(secret: bytes, place: int, change: int) -> None:
    letters = list(show_code(secret).replace("-", ""))
    letters[place] = ALPHABET[ALPHABET.index(letters[place]) ^ change]
    with pytest.raises(Trouble, match="not quite"):
        read_code("".join(letters))


@given(CODES, st.integers(0, 27), st.integers(0, 27), st.integers(1, 31), st.integers(1, 31))
def test_two_wrong_letters_are_always_noticed(secret: bytes, first: int, second: int, one: int, other: int) -> None:
    letters = list(show_code(secret).replace("-", ""))
    for place, change in {first: one, second: other}.items():
        letters[place] = ALPHABET[ALPHABET.index(letters[place]) ^ change]
    with pytest.raises(Trouble, match="not quite"):
        read_code("".join(letters))


@given(CODES, st.integers(0, 27), st.integers(0, 27))
def test_two_letters_in_each_others_place_are_always_noticed(secret: bytes, first: int, second: int) -> None:
    letters = list(show_code(secret).replace("-", ""))
    swapped = letters.copy()
    swapped[first], swapped[second] = swapped[second], swapped[first]
    if swapped != letters:
        with pytest.raises(Trouble, match="not quite"):
            read_code("".join(swapped))


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("", "0 were typed"),
        ("ABCD-EFGH", "8 were typed"),
        ("U" * 28, "never has “U”"),
        ("ABC!", "“!”"),
        ("É" * 28, "never has"),
    ],
)
def test_what_cannot_be_a_code_is_told_kindly(typed: str, told: str) -> None:
    with pytest.raises(Trouble) as trouble:
        read_code(typed)
    assert told in trouble.value.message
    assert "Nothing has been changed" in trouble.value.message


def test_a_code_with_more_than_128_bits_in_it_is_not_one() -> None:
    """The last letter carries two bits that are always 0; a code that sets them was never made."""
    from desktop import recovery_code

    data = [0] * 25 + [1]
    letters = "".join(ALPHABET[number] for number in data + recovery_code._check_letters(data))
    with pytest.raises(Trouble):
        read_code(letters)
