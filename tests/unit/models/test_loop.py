"""The loop: how a promise stands, and days from a child's words to an answer the child has seen."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from models.entry import Entry
from models.loop import (
    CANNOT,
    CLOSED,
    DONE,
    OPEN,
    TO_DO,
    TO_TELL,
    TOLD,
    WITHDRAWN,
    Answer,
    LoopMeter,
    answers_of,
    meter,
    seen_when_told,
    standing_words,
    state_after,
    to_answer,
)
from models.wording import Spoken

TODAY = date(2026, 11, 23)
SARAH = Spoken("Sarah", "she", "her", "her", is_plural=False)


def said(record_id: str, on: str, **more: Any) -> Entry:
    return Entry(record_id, "sarah", "own_words", {"words": f"words {record_id}", "said_on": on}, "me", "", **more)


def promise(record_id: str, **body: Any) -> Entry:
    return Entry(record_id, "sarah", "promise", {"you_said_id": f"w{record_id}", **body}, "me", "")


def answer(on: str = "2026-11-02", **body: Any) -> Answer:
    (one,) = answers_of([promise("1", **body)], {"w1": said("w1", on)}.get)
    return one


@pytest.mark.parametrize(
    ("body", "state", "stage"),
    [
        ({}, OPEN, TO_DO),
        ({"we_did": "x"}, DONE, TO_TELL),
        ({"cannot_because": "x"}, CANNOT, TO_TELL),
        ({"we_did": "x", "cannot_because": "y"}, DONE, TO_TELL),
        ({"we_did": "x", "told_on": "2026-11-20"}, TOLD, CLOSED),
        ({"seen_by_child_on": "2026-11-20"}, TOLD, CLOSED),
        ({"state": WITHDRAWN, "we_did": "x"}, WITHDRAWN, CLOSED),
        # Two laptops wrote apart, and the state of one of them stands: the answers say more.
        ({"state": DONE, "we_did": "x", "told_on": "2026-11-20"}, TOLD, CLOSED),
    ],
)
def test_the_answers_say_how_a_promise_stands(body: dict[str, Any], state: str, stage: str) -> None:
    assert state_after(body) == state
    assert (answer(**body).state, answer(**body).stage) == (state, stage)


def test_the_loop_runs_from_the_words_to_the_day_the_child_saw_the_answer_and_not_to_the_telling() -> None:
    told = answer(we_did="x", told_on="2026-11-10")
    assert (told.loop_days(), told.waiting_days(TODAY)) == (None, 21)
    seen = answer(we_did="x", told_on="2026-11-10", seen_by_child_on="2026-11-12")
    assert (seen.loop_days(), seen.waiting_days(TODAY)) == (10, None)
    assert answer(state=WITHDRAWN).waiting_days(TODAY) is None
    assert answer("2026-11-30", seen_by_child_on="2026-11-12").loop_days() == 0


def test_the_meter_says_each_figure_with_what_it_was_counted_from() -> None:
    closed = [answer(seen_by_child_on=f"2026-11-{day}") for day in ("04", "06", "22")]
    waiting = [answer(), answer("2026-11-20")]
    found = meter([*closed, *waiting], TODAY)
    assert found == LoopMeter(answered=3, days=4, waiting=2, longest=21)
    assert found.words() == (
        "4 days from words to an answer seen (the middle of 3 answers). "
        "Waiting to see an answer: 2, the longest 21 days."
    )
    one = meter([closed[0], waiting[1]], TODAY).words()
    assert one == (
        "2 days from words to an answer seen (one answer). Waiting to see an answer: 1, 3 days so far."
    )  # fmt: skip
    assert meter([], TODAY).words() == ""


def test_words_this_laptop_does_not_hold_have_no_days_and_are_counted_nowhere() -> None:
    (one,) = answers_of([promise("1", seen_by_child_on="2026-11-12")], {}.get)
    assert (one.words, one.said_on, one.loop_days(), one.waiting_days(TODAY)) == ("", None, None, None)
    (gone,) = answers_of([promise("1")], {"w1": said("w1", "2026-11-02", is_deleted=True)}.get)
    assert gone.words == ""
    assert meter([one, gone], TODAY) == LoopMeter()


@pytest.mark.parametrize(
    ("body", "words", "tone"),
    [
        ({}, "Still to do", "warn"),
        ({"due_on": "2026-11-26"}, "Due Thu 26 Nov", "info"),
        ({"due_on": "2026-11-20"}, "Was due Fri 20 Nov", "warn"),
        ({"due_on": "2026-11-20", "we_did": "x"}, "Tell Sarah", "warn"),
        ({"told_on": "2026-11-20"}, "Told Sarah Fri 20 Nov", "ok"),
        ({"state": WITHDRAWN}, "Sarah took it back", "info"),
    ],
)
def test_how_it_stands_in_words_and_being_late_is_no_error(body: dict[str, Any], words: str, tone: str) -> None:
    shown, _icon, its_tone = standing_words(answer(**body), SARAH, TODAY)
    assert (shown, its_tone) == (words, tone)


def test_what_is_told_to_the_face_or_by_a_call_is_seen_and_a_letter_is_not() -> None:
    assert seen_when_told({"told_on": "2026-11-20", "told_how": "in_person"}) == "2026-11-20"
    assert seen_when_told({"told_on": "2026-11-20", "told_how": "call"}) == "2026-11-20"
    assert seen_when_told({"told_on": "2026-11-20", "told_how": "letter"}) == ""
    kept = {"told_on": "2026-11-20", "told_how": "call", "seen_by_child_on": "2026-11-21"}
    assert seen_when_told(kept) == "2026-11-21"


def test_today_asks_to_tell_first_then_for_what_is_due_of_this_workers_own() -> None:
    promises = [
        promise("due", promised_by_id="me", due_on="2026-11-23"),
        promise("later", promised_by_id="me", due_on="2026-11-24"),
        promise("tell", promised_by_id="me", due_on="2026-12-24", we_did="x"),
        promise("late", promised_by_id="me", due_on="2026-11-01"),
        promise("other", promised_by_id="becky", due_on="2026-11-01"),
        promise("told", promised_by_id="me", due_on="2026-11-01", told_on="2026-11-02"),
    ]
    found = to_answer(answers_of(promises, {}.get), "me", TODAY)
    assert [one.entry.record_id for one in found] == ["tell", "late", "due"]
