"""What is said aloud: no quotation marks, a pause after each line, and a name as the child says it."""

from __future__ import annotations

from models.aloud import as_pieces, as_said

SARAH = {"known_as": "Sarah", "says_name_like": "SAH-rah"}


def test_a_name_is_said_as_the_child_says_it() -> None:
    assert as_said("Sarah asks. Tell Sarah’s grandad.", SARAH) == "Sah-rah asks. Tell Sah-rah’s grandad."


def test_a_name_within_another_word_is_left_alone() -> None:
    assert as_said("Sarahs and sarah.", SARAH) == "Sarahs and sarah."
    assert as_said("Dr. No (Al) stays.", {"known_as": "Al", "says_name_like": "AL"}) == "Dr. No (Al) stays."


def test_a_name_is_said_as_it_is_written_where_nobody_wrote_how() -> None:
    assert as_said("Sarah asks.", {"known_as": "Sarah", "says_name_like": " "}) == "Sarah asks."
    assert as_said("Sarah asks.", {}) == "Sarah asks."


def test_what_the_child_wrote_as_their_sound_is_never_taken_for_a_pattern() -> None:
    assert as_said("A+ is here.", {"known_as": "A+", "says_name_like": r"\1 AY"}) == r"\1 ay is here."


def test_lines_end_in_a_pause_and_marks_are_not_said() -> None:
    assert as_said("“dogs”\n\n  my nan  \nIs it so?", {}) == "dogs. my nan. Is it so?"


def test_nothing_is_said_of_nothing() -> None:
    assert as_pieces(["First.", "", "  \n ", "“”", "Then."]) == ["First.", "Then."]
