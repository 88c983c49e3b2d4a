"""Values in words: what a person reads where a record is shown and not written."""

from __future__ import annotations

from typing import Any

import pytest

from models.records.child import Child
from models.records.own_words import OwnWords
from models.records.visit_note import VisitNote
from models.value_words import NOT_HERE, key_words, plain_words, unknown_keys, value_words
from models.wording import Spoken

SARAH = Spoken("Sarah", "she", "her", "her", is_plural=False)
NOTE, WORDS, CHILD = (kind.declaration.fields for kind in (VisitNote, OwnWords, Child))


@pytest.mark.parametrize(
    ("fields", "name", "value", "words"),
    [
        (NOTE, "place", "home", "Home visit"),
        (NOTE, "seen_alone", "no_childs_choice", "No, her choice"),
        (NOTE, "place", "space_station", "space_station"),
        (NOTE, "bedroom_seen", True, "Yes"),
        (NOTE, "bedroom_seen", False, "No"),
        (NOTE, "bedroom_seen", None, ""),
        (NOTE, "next_visit_on", "2026-12-07", "7 December 2026"),
        (NOTE, "next_visit_on", "soon", "soon"),
        (NOTE, "notice_given_days", 7, "7"),
        (NOTE, "notice_given_days", 7.5, "7.5"),
        (NOTE, "notice_given_days", 900, "900"),
        (NOTE, "planned_visit_id", "an-id", NOT_HERE),
        (NOTE, "what_happened", "Line one\nline two", "Line one\nline two"),
        (WORDS, "told_by", ["drawing", "talking"], "Talking, Drawing"),
        (WORDS, "told_by", ["humming", "talking"], "Talking, humming"),
        (WORDS, "words", "i dont want\u00a0to  ", "i dont want\u00a0to  "),
        (CHILD, "sdq_score", 0, "0"),
    ],
)
def test_a_value_is_said_in_words(fields: dict[str, Any], name: str, value: Any, words: str) -> None:
    assert value_words(fields[name], value, SARAH) == words


def test_a_moment_is_said_in_the_laptops_own_time() -> None:
    assert value_words(NOTE["visited_at"], "2026-11-23T10:30:00.000Z", SARAH).startswith("23 November 2026, ")


def test_a_linked_record_is_named_by_whoever_asks() -> None:
    assert value_words(WORDS["told_through_id"], "p1", SARAH, {"p1": "Grandad"}.__getitem__) == "Grandad"


def test_keys_of_a_newer_heard_are_still_readable() -> None:
    assert key_words("seen_by_iro_on") == "Seen by iro on"
    assert key_words("_") == "_"
    assert unknown_keys({"words": "x", "mood": 3}, dict(WORDS)) == ["mood"]
    assert plain_words([True, "two", 3.0, None]) == "Yes, two, 3, "
