"""What makes a passphrase good enough, and what is told when it is not."""

from __future__ import annotations

import pytest

from desktop.passphrases import find_weakness, normalise


@pytest.mark.parametrize(
    "good",
    [
        "wobbly marmalade lantern otter",
        "Quiet7Harbour!Kite",
        "up we go on",
        "tangerine-bicycle-fog",
        "ślimak żółw krokodyl",
        "x9$Lq2!vTz7#",
        "我喜欢在下雨的时候散步去公园看鸭子",
    ],
)
def test_a_long_enough_passphrase_of_ones_own_will_do(good: str) -> None:
    assert find_weakness(good) is None


@pytest.mark.parametrize("short", ["", "            ", "otter", "elevenchars", "two words", "a b c d", "to be or"])
def test_a_short_one_is_told_how_long_it_has_to_be(short: str) -> None:
    told = find_weakness(short)
    assert told is not None
    assert "12 characters, or 4 words" in told


@pytest.mark.parametrize(
    "common",
    [
        "password1234",
        "Password2026!!",
        "P4ssw0rd!P4ssw0rd!",
        "letmeinletmein",
        "qwertyuiop12",
        "correct horse battery staple",
        "monday tuesday wednesday thursday",
        "abcdefghijkl",
        "socialworker1",
        "WelcomeWelcome",
        "councilcouncil99",
        "123456789012345a",
    ],
)
def test_what_everyone_would_try_first_is_not_taken(common: str) -> None:
    told = find_weakness(common)
    assert told is not None
    assert "someone would try" in told or "soon guessed" in told


@pytest.mark.parametrize("same", ["aaaaaaaaaaaa", "abababababab", "111111111111", "!!!!!!!!!!!!!!!!"])
def test_the_same_few_letters_again_and_again_are_not_taken(same: str) -> None:
    assert find_weakness(same) == "Use more different letters. The same few again and again are soon guessed."


def test_what_anyone_knows_of_the_worker_does_not_count() -> None:
    assert find_weakness("Tamsin Penhaligon") is None
    assert find_weakness("Tamsin Penhaligon", own_words=["Tamsin Penhaligon", "Borsetshire"]) is not None
    assert find_weakness("borsetshire2026", own_words=["Borsetshire"]) is not None


def test_two_hundred_and_fifty_six_characters_and_more_are_taken_and_a_book_is_not() -> None:
    assert find_weakness("lantern otter " * 20) is None
    assert "1,024" in str(find_weakness("lantern otter " * 80))


def test_inner_spaces_and_capitals_count_and_the_ends_do_not() -> None:
    assert normalise("  Two\u00a0words \n") == "Two words"
    assert normalise("Two  words") != normalise("Two words")
