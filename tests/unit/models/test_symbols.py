"""Pictures that say words: pressed and taken back without disturbing a letter of what the child said otherwise."""

from __future__ import annotations

import pytest

import models.records  # noqa: F401 - declares every type
import resources
from models.record import declaration_of
from models.symbols import SYMBOLS, icon_of, lines_of, says, with_words, without_words


def test_each_of_the_six_boxes_has_pictures_and_each_picture_is_bundled() -> None:
    declaration = declaration_of("this_is_me")
    assert declaration is not None
    assert set(SYMBOLS) == {one.name for one in declaration.fields.values() if one.part == "Boxes"}
    there = {file.stem for file in resources.path("icons").glob("*.svg")}
    for some in SYMBOLS.values():
        assert {one.icon for one in some} <= there
        assert len({one.icon for one in some}) == len({one.words for one in some}) == len(some)


def test_a_picture_says_four_words_at_most() -> None:
    long = [one.words for some in SYMBOLS.values() for one in some if len(one.words.split()) > 4]
    assert long == []


@pytest.mark.parametrize("text", ["", "Nan.\nBiscuit", "Nan\n\n  spaced  \n"])
def test_a_picture_pressed_and_taken_back_leaves_every_other_line(text: str) -> None:
    added = with_words(text, "Music")
    assert says(added, "Music")
    assert lines_of(added) == (*lines_of(text), "Music")
    assert lines_of(without_words(added, "Music")) == lines_of(text)


def test_what_is_said_already_is_not_said_twice_whoever_wrote_it() -> None:
    assert with_words("music.\nNan", "Music") == "music.\nNan"
    assert without_words("music.\nNan  ", "Music") == "Nan  "


def test_a_line_in_other_words_has_no_picture_and_one_of_another_box_neither() -> None:
    assert icon_of("helps_me", "headphones.") == "headphones"
    assert icon_of("helps_me", "My blue headphones") == ""
    assert icon_of("my_hopes", "Headphones") == ""
    assert icon_of("about_me", "Music") == ""
