"""The card before knocking: a child's own wishes, short enough for a doorstep, and never bent."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from models.invented import invent, me_for_trying
from models.knock_card import LINE_WORDS, MOST_WORDS, QUESTION, KnockCard, knock_card

TODAY = date(2026, 11, 23)
SARAH = {"known_as": "Sarah", "pronouns": "She/her"}
GRANDAD = {"grandad": {"name": "Grandad (Pete)", "contact": "01632 960 142"}}
WISHES: dict[str, Any] = {
    "asked_on": "2026-09-01",
    "answered_by": "child",
    "format_needs": ["dyslexia_font", "short_clear_words"],
    "notice_days": 7,
    "wants_feedback_after": True,
    "feedback_days": 7,
    "group_preference": "small_group",
    "group_size_most": 4,
    "who_stays_near": "Nan or Grandad",
    "contact_first_through_id": "grandad",
    "blocks_unknown_numbers": True,
    "change_warning_days": 7,
    "how_to_tell_changes": "I do not like too many changes and want to be told in advance of any changes being made.",
    "read_back": "always",
    "please_do_not": "Bring anyone new without telling me.\nAsk to see me on my own.",
    "checked_with_child_on": "2026-11-09",
}


def card(child: dict[str, Any] = SARAH, **changes: Any) -> KnockCard:
    return knock_card(child, {**WISHES, **changes}, GRANDAD, TODAY)


def said(sentences: tuple[Any, ...]) -> str:
    return " ".join(one.shown for one in sentences)


def test_sarahs_seven_wishes_stand_on_her_card() -> None:
    it = card()
    assert said(it.first) == "Speak to Grandad (Pete) first. She blocks numbers she does not know."
    assert it.how_to_reach == "01632 960 142"
    assert said(it.words) == "Short, clear words. Dyslexia font."
    assert said(it.changes) == "Give 7 days’ notice. Tell her about changes 7 days before."
    assert said(it.after) == "Read your notes back. Tell her what happened within 7 days."
    assert said(it.please_do_not) == "“Bring anyone new without telling me.” “Ask to see me on my own.”"
    assert said(it.beside) == "She wants Nan or Grandad near. A small group, 4 at most."


def test_every_card_of_an_invented_caseload_is_short_enough_for_a_doorstep() -> None:
    caseload = invent(me_for_trying(), datetime(2026, 11, 23, 10, 5, tzinfo=UTC), children=40, notes=0)
    bodies: dict[tuple[str, str], list[Any]] = {}
    people: dict[str, dict[str, Any]] = {}
    for version in caseload.versions:
        bodies.setdefault((version.type, version.scope_id), []).append(version.read_body())
        if version.type == "person_i_trust":
            people.setdefault(version.scope_id, {})[version.record_id] = version.read_body()
    asked = 0
    for scope_id in caseload.scopes:
        wishes = bodies.get(("communication_preferences", scope_id), [None])[0]
        it = knock_card(bodies["child", scope_id][0], wishes, people[scope_id], TODAY)
        asked += it.is_asked
        for part in (it.first, it.words, it.changes, it.after):
            assert sum(one.length for one in part) <= MOST_WORDS
        assert len(it.line().split()) <= LINE_WORDS or not it.is_asked
    assert asked > 20


def test_exact_words_stand_whole_or_not_at_all() -> None:
    long = "Slow English is fine for small things. Pashto for important things, always."
    it = card(words_to_use=long, interpreter_needed=True)
    assert "Slow English" not in said(it.words)
    short = card(words_to_use="Tell me the plan, then ask me.", format_needs=[])
    assert said(short.words) == "“Tell me the plan, then ask me.”"
    assert short.words[0].is_theirs


def test_what_never_to_do_is_never_shortened() -> None:
    wish = " ".join(["Never come to the school gate in the blue car"] * 5) + "."
    assert said(card(please_do_not=wish).please_do_not) == f"“{wish}”"


def test_a_child_nobody_has_asked_has_a_question_instead_of_a_card() -> None:
    it = knock_card(SARAH, None, {}, TODAY)
    assert not it.is_asked
    assert it.line() == f"not asked yet. Ask: {QUESTION[0].lower()}{QUESTION[1:]}"
    assert not knock_card(SARAH, {"answered_by": "child"}, {}, TODAY).is_asked
    assert knock_card(SARAH, {"notice_days": 3}, {}, TODAY).is_asked


@pytest.mark.parametrize(
    ("checked", "is_old"),
    [("2026-05-23", False), ("2026-05-22", True), ("2026-11-23", False), ("", True)],
)
def test_a_card_last_checked_over_six_months_ago_asks_to_be_checked(checked: str, is_old: bool) -> None:
    it = card(checked_with_child_on=checked, asked_on="2026-01-01" if checked == "" else "2026-05-01")
    assert it.is_old is is_old


def test_asking_counts_as_checking_until_it_is_checked_again() -> None:
    assert card(checked_with_child_on=None).checked_on == date(2026, 9, 1)


def test_a_child_of_unknown_pronouns_is_they() -> None:
    it = card({"known_as": "Dylan"}, contact_first_through_id="")
    assert said(it.first) == "They block numbers they do not know."
    assert "Tell them about changes" in said(it.changes)
    assert "They want Nan or Grandad near." in said(it.beside)


def test_ways_to_get_in_touch_stand_where_nobody_is_to_be_asked_first() -> None:
    it = card(contact_first_through_id="", blocks_unknown_numbers=None, safe_channels=["call", "text"])
    assert said(it.first) == "Get in touch by phone or text."
    assert "Not by letter." in said(card(unsafe_channels=["letter"], blocks_unknown_numbers=None).first)
    assert (
        said(card(has_no_email=True, unsafe_channels=["email"], blocks_unknown_numbers=None).first).count("email") == 1
    )


def test_the_line_says_first_then_what_never_to_do() -> None:
    line = card().line()
    assert line.startswith("speak to Grandad (Pete) first. Please do not: “Bring anyone new without telling me.”")
    assert card(please_do_not="", contact_first_through_id="", blocks_unknown_numbers=None).line(4) == (
        "short, clear words."
    )
    assert knock_card(SARAH, {"asked_on": "2026-11-01"}, {}, TODAY).line() == (
        "nothing special asked for. Open to see more."
    )


def test_the_line_begins_with_exact_words_as_they_are() -> None:
    it = knock_card(SARAH, {"asked_on": "2026-11-01", "words_to_use": "Sing the question."}, {}, TODAY)
    assert it.line() == "“Sing the question.”"


def test_it_says_who_answered_for_a_child_who_could_not() -> None:
    assert card().whose == "child"
    assert card(answered_by="carer").whose == "carer"
    assert card(answered_by="worker_observed").whose == "worker"


def test_what_a_child_uses_instead_of_speech_comes_first() -> None:
    it = card(modes=["makaton", "symbols"], seconds_to_answer=10, format_needs=[])
    assert said(it.words) == "She uses Makaton and symbols. Wait 10 seconds for an answer."
    also = card(modes=["speech", "drawing"], format_needs=["pictures"])
    assert said(also.words) == "Use pictures. She uses drawing."
    assert said(card(wants_feedback_after=False, read_back="important_things").after) == (
        "Read important things back. No need to report back."
    )
