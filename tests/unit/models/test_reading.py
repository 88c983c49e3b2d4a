"""A record as a person reads it, and what tells two children of one name apart."""

from __future__ import annotations

from datetime import date
from typing import Any

from models.reading import head_line, read_record, telling_apart, when_words
from models.records.communication_preferences import CommunicationPreferences
from models.records.this_is_me import ThisIsMe
from models.records.visit_note import VisitNote
from models.wording import Spoken

TODAY = date(2026, 11, 23)
SARAH = Spoken("Sarah", "she", "her", "her", is_plural=False)


def test_answers_stand_under_their_heads_in_words() -> None:
    body = {"asked_on": "2026-09-01", "modes": ["speech"], "notice_days": 7, "has_no_email": True, "font": ""}
    parts = read_record(CommunicationPreferences.declaration, body, SARAH)
    assert [part.title for part in parts] == ["Asked", "Words", "Notice", "First"]
    assert [(one.label, one.words) for part in parts for one in part.answers] == [
        ("Asked on", "1 September 2026"),
        ("How she talks", "Speech"),
        ("Days of notice before a visit", "7"),
        ("Has no email?", "Yes"),
    ]


def test_each_answer_says_whose_words_it_is() -> None:
    def whose(**body: Any) -> tuple[str, bool]:
        parts = read_record(ThisIsMe.declaration, {"helps_me": "Music", **body}, SARAH)
        answer = next(one for part in parts for one in part.answers if one.field == "helps_me")
        return answer.whose, answer.is_exact

    assert whose(pen_held_by="child_with_worker") == ("child", True)
    assert whose(pen_held_by="carer_for_child") == ("carer", True)
    note = read_record(VisitNote.declaration, {"what_happened": "We met."}, SARAH)
    assert (note[0].answers[0].whose, note[0].answers[0].is_exact) == ("worker", False)


def test_a_question_that_no_longer_applies_is_not_read_out() -> None:
    body = {"seen": "no", "seen_alone": "yes", "planned_visit_id": "x"}
    parts = read_record(VisitNote.declaration, body, SARAH)
    assert [one.field for part in parts for one in part.answers] == ["seen"]


def test_a_linked_person_is_named() -> None:
    body = {"contact_first_through_id": "p1"}
    parts = read_record(CommunicationPreferences.declaration, body, SARAH, {"p1": "Grandad (Pete)"}.__getitem__)
    assert parts[0].answers[0].words == "Grandad (Pete)"


def test_the_line_under_a_name_says_what_is_known() -> None:
    body = {"pronouns": "She/her", "says_name_like": "SAH-rah", "lives_with": "Nan and Grandad"}
    assert head_line(body, "Martin Webb") == (
        "She/her · says it “SAH-rah” · lives with Nan and Grandad · IRO Martin Webb"
    )
    assert head_line({"lives_with": "Nani"}) == "Lives with Nani"
    assert head_line({}) == ""


def test_two_children_of_one_name_are_told_apart_where_age_does_not() -> None:
    def ellie(code: str, born: str, **more: str) -> dict[str, str]:
        return {"known_as": "Ellie R", "child_code": code, "born_on": born, **more}

    one, younger = ellie("1", "2013-01-01"), ellie("2", "2018-01-01")
    assert telling_apart(one, [one, younger], TODAY) == ""
    twin = ellie("3", "2013-02-01", lives_with="Nan")
    assert telling_apart(one, [one, twin], TODAY) == "number 1"
    assert telling_apart(twin, [one, twin], TODAY) == "lives with Nan"
    other = ellie("4", "2013-03-01", lives_with="Nan", school="Park Lane")
    assert telling_apart(other, [twin, other], TODAY) == "Park Lane"


def test_when_something_was_is_a_day_or_a_day_and_time() -> None:
    assert when_words("2026-11-09", TODAY) == "Mon 9 Nov"
    assert when_words("2026-11-23T12:00:00.000Z", TODAY).startswith("Today, ")
    assert when_words("", TODAY) == ""
