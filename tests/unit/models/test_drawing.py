"""A drawing kept as strokes: what is one, what is not, and that nothing of it changes on the way."""

from __future__ import annotations

from typing import Any

import pytest

import models.records  # noqa: F401 - declares every type
from models.drawing import INKS, MOST_NUMBERS, TALL, WIDE, Stroke, is_drawing, read, words, write
from models.fields import MergeRule, fault
from models.record import declaration_of, whose_words
from models.value_words import value_words

HOUSE = [["ink", 6, 100, 700, 100, 300, 500, 50], ["red", 28, 5, 5]]


def test_strokes_come_back_as_they_were_drawn() -> None:
    drawn = read(HOUSE)
    assert drawn == (Stroke("ink", 6, ((100, 700), (100, 300), (500, 50))), Stroke("red", 28, ((5, 5),)))
    assert write(drawn) == HOUSE
    assert read([]) == ()


@pytest.mark.parametrize(
    "value",
    [
        "a house", 7, {"ink": 1}, [7], [[]], [["ink", 6]], [["ink", 6, 1]], [["ink", 6, 1, 2, 3]], [[1, 6, 1, 2]],
        [["ink", 0, 1, 2]], [["ink", 101, 1, 2]], [["ink", 6, -1, 2]], [["ink", 6, WIDE + 1, 2]],
        [["ink", 6, 1, TALL + 1]], [["ink", 6, 1.5, 2]], [["ink", 6, True, 2]], [["ink", 6, "1", 2]],
        [["ink", 6, *[1] * MOST_NUMBERS]],
    ],
)  # fmt: skip
def test_what_is_no_drawing_is_never_guessed_at(value: Any) -> None:
    assert not is_drawing(value)
    assert read(value) == ()


def test_an_ink_of_a_newer_heard_is_kept() -> None:
    assert is_drawing([["gold_of_a_newer_heard", 6, 1, 2]])
    assert all(len(one) == 7 for one in INKS.values())


def test_a_drawing_is_said_in_words_where_it_cannot_be_seen() -> None:
    assert words(HOUSE) == "A drawing of 2 lines"
    assert words(HOUSE[:1]) == "A drawing of 1 line"
    assert words([]) == words(None) == ""


def test_a_childs_drawing_is_as_exact_as_their_words() -> None:
    declaration = declaration_of("this_is_me")
    assert declaration is not None
    field = declaration.fields["my_drawing"]
    assert field.is_verbatim
    assert field.merge is MergeRule.CHOOSE
    assert not field.is_worker_prose
    assert whose_words(declaration, field, {"pen_held_by": "child_with_worker"}) == "child"
    assert fault(field, HOUSE) == ""
    assert fault(field, [["ink", 6, *[1] * MOST_NUMBERS]])
    assert value_words(field, HOUSE, None) == "A drawing of 2 lines"
