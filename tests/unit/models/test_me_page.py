"""What This is Me says of itself: whose words, which version, and when pictures come before words."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from models.choices import PEN_HELD_BY
from models.entry import Kept
from models.history import History
from models.me_page import NO_PEN, is_by_another, pen_words, version_words, wants_pictures
from models.wording import Spoken

SARAH = Spoken("Sarah", "she", "her", "her", is_plural=False)
TODAY = date(2026, 11, 23)


def version(name: str, *parents: str, at: str = "2026-03-03T12:00:00.000Z", by: str = "becky") -> Any:
    return SimpleNamespace(
        version_id=name, parents=parents, written_at=at, author_id=by, device_id="d", record_id="r", op_no=1
    )


def history(*versions: Any, tip: str) -> History:
    return History.of([Kept(one, seq) for seq, one in enumerate(versions, 1)], tip)


@pytest.mark.parametrize("code", [one.code for one in PEN_HELD_BY])
def test_every_way_of_holding_the_pen_is_said_in_a_sentence(code: str) -> None:
    words = pen_words({"pen_held_by": code}, SARAH)
    assert words != NO_PEN
    assert words.endswith(".")
    assert "Sarah" in words


@pytest.mark.parametrize("code", ["", "a_code_of_a_newer_heard"])
def test_a_pen_nobody_wrote_down_is_not_guessed(code: str) -> None:
    assert pen_words({"pen_held_by": code}, SARAH) == NO_PEN


def test_a_carers_words_are_told_apart_from_the_childs() -> None:
    assert is_by_another({"pen_held_by": "carer_for_child"})
    assert not is_by_another({"pen_held_by": "worker_childs_words"})
    assert "not Sarah’s" in pen_words({"pen_held_by": "carer_for_child"}, SARAH)


def test_a_version_has_its_number_its_day_and_its_writer() -> None:
    both = history(version("a"), version("b", "a"), tip="b")
    assert version_words(both, TODAY, {"becky": "Becky Lund"}.__getitem__) == "Version 2, changed 3 March by Becky Lund"
    old = history(version("a", at="2025-03-03T12:00:00.000Z"), tip="a")
    assert version_words(old, TODAY, lambda _who: "you") == "Version 1, changed 3 March 2025 by you"


def test_no_number_is_given_while_earlier_versions_are_still_at_the_council() -> None:
    part = history(version("c", "b"), tip="c")
    assert version_words(part, TODAY, lambda _who: "Becky Lund") == "Changed 3 March by Becky Lund"
    assert version_words(history(tip="c"), TODAY, str) == ""


@pytest.mark.parametrize(
    ("body", "wants"),
    [
        ({}, False),
        ({"modes": ["speech", "drawing"]}, False),
        ({"modes": ["speech", "symbols"]}, True),
        ({"format_needs": ["easy_read"]}, True),
        ({"modes": None, "format_needs": ["large_print"]}, False),
    ],
)
def test_pictures_come_first_for_whoever_asked_for_them(body: dict[str, Any], wants: bool) -> None:
    assert wants_pictures(body) is wants
