"""What a child asked for of a visit, held against what was done: five promises, each in one of four states."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.visit_promises import (
    CHANGE,
    CHECKED,
    FEEDBACK,
    FIRST,
    KEPT,
    NOT_ASKED,
    NOT_KEPT,
    NOT_RECORDED,
    NOTICE,
    ORDER,
    STATES,
    Outcome,
    VisitFacts,
    Wishes,
    feedback_due,
    outcomes,
    standing,
    was_changed,
)
from models.wording import Spoken

TODAY = date(2026, 11, 23)
VISITED = TODAY - timedelta(days=3)
SARAH = Spoken("Sarah")
PEOPLE: dict[str, dict[str, Any]] = {
    "grandad": {"name": "Grandad (Pete)", "is_first_contact": True},
    "nan": {"name": "Nan"},
}
ASKED: dict[str, Any] = {
    "notice_days": 7,
    "contact_first_through_id": "grandad",
    "change_warning_days": 7,
    "read_back": "always",
    "wants_feedback_after": True,
    "feedback_days": 7,
}


def day(ago: int) -> str:
    return (VISITED - timedelta(days=ago)).isoformat()


def plan(**more: Any) -> dict[str, Any]:
    return {"planned_at": f"{VISITED.isoformat()}T10:30:00.000Z", "state": "done", **more}


def one(key: str, facts: VisitFacts, wishes: dict[str, Any] | None = None, people: Any = None) -> Outcome:
    asks = Wishes(SARAH, ASKED if wishes is None else wishes, PEOPLE if people is None else people)
    return {each.key: each for each in outcomes(facts, asks, TODAY)}[key]


def planned(**more: Any) -> VisitFacts:
    return VisitFacts(VISITED, {"seen": "yes"}, plan(**more))


def unplanned(**more: Any) -> VisitFacts:
    return VisitFacts(VISITED, {"seen": "yes", **more})


@pytest.mark.parametrize(
    ("facts", "state", "done"),
    [
        (planned(notice_given_on=day(8)), KEPT, "Told 8 days before"),
        (planned(notice_given_on=day(7)), KEPT, "Told 7 days before"),
        (planned(notice_given_on=day(1)), NOT_KEPT, "Told 1 day before"),
        (planned(notice_given_on=day(0)), NOT_KEPT, "Told on the day"),
        (planned(), NOT_RECORDED, "No day is written down"),
        (unplanned(notice_given_days=9), KEPT, "Told 9 days before"),
        (unplanned(notice_given_days=0), NOT_KEPT, "Told on the day"),
        (unplanned(), NOT_RECORDED, "No day is written down"),
        (VisitFacts(VISITED, planned=plan(state="cancelled")), NOT_ASKED, ""),
    ],
)
def test_notice_is_the_days_between_telling_the_child_and_the_visit(facts: VisitFacts, state: str, done: str) -> None:
    found = one(NOTICE, facts)
    assert (found.state, found.done) == (state, done)


def test_what_the_plan_says_is_never_overruled_by_the_note() -> None:
    both = VisitFacts(VISITED, {"notice_given_days": 1, "trusted_person_first": False}, plan(notice_given_on=day(9)))
    assert one(NOTICE, both).state == KEPT
    assert one(FIRST, both).state == NOT_RECORDED


@pytest.mark.parametrize(
    ("facts", "state", "done"),
    [
        (planned(notice_through_id="grandad"), KEPT, "Told through Grandad (Pete)"),
        (planned(notice_through_id="nan"), NOT_KEPT, "Told through Nan"),
        (planned(notice_given_on=day(8), notice_given_how="text"), NOT_KEPT, "Sarah was told directly"),
        (planned(notice_given_on=day(8)), NOT_RECORDED, "Nobody is named"),
        (planned(notice_given_on=day(8), notice_given_how="through_person"), NOT_RECORDED, ""),
        (unplanned(trusted_person_first=True), KEPT, "Spoken to first"),
        (unplanned(trusted_person_first=False), NOT_KEPT, "Not spoken to first"),
        (unplanned(), NOT_RECORDED, "Nobody is named"),
    ],
)
def test_the_person_to_speak_to_first_is_the_one_the_child_named(facts: VisitFacts, state: str, done: str) -> None:
    found = one(FIRST, facts)
    assert found.state == state
    assert done in found.done
    assert found.asked == "Speak to Grandad (Pete) first"


def test_whoever_else_is_marked_to_be_spoken_to_first_counts_as_well() -> None:
    people = {**PEOPLE, "nan": {"name": "Nan", "is_first_contact": True}}
    assert one(FIRST, planned(notice_through_id="nan"), people=people).state == KEPT
    gone = {"nan": {"name": "Nan", "is_first_contact": True, "not_any_more_on": "2026-01-01"}}
    assert one(FIRST, planned(), wishes={"notice_days": 7}, people=gone).state == NOT_ASKED


@pytest.mark.parametrize(
    ("facts", "state", "done"),
    [
        (planned(), NOT_ASKED, "Nothing was changed"),
        (planned(state="moved", change_warned_on=day(8)), KEPT, "Told 8 days before"),
        (planned(state="moved", change_warned_on=day(2)), NOT_KEPT, "Told 2 days before"),
        # The child had to know before the first day, not before the new one.
        (planned(moved_from_at=f"{day(5)}T10:30:00.000Z", change_warned_on=day(8)), NOT_KEPT, "Told 3 days before"),
        (planned(moved_from_at=f"{day(5)}T10:30:00.000Z", change_warned_on=day(4)), NOT_KEPT, "Told afterwards"),
        (planned(change_warned=False), NOT_KEPT, "Not told first"),
        (planned(change_warned=True), NOT_RECORDED, "Told, but no day is written down"),
        (planned(state="cancelled"), NOT_RECORDED, "Nothing is written down"),
        (unplanned(change_warned=True), KEPT, "Told first"),
        (unplanned(change_warned=False), NOT_KEPT, "Not told first"),
        (unplanned(), NOT_ASKED, "No change is recorded"),
    ],
)
def test_a_change_is_told_so_many_days_before_the_first_of_both_days(facts: VisitFacts, state: str, done: str) -> None:
    found = one(CHANGE, facts)
    assert (found.state, found.done) == (state, done)


def test_a_visit_moved_back_to_its_day_was_not_changed() -> None:
    same = plan(moved_from_at=plan()["planned_at"])
    assert not was_changed(same)
    assert was_changed(plan(moved_from_at="2026-01-01T10:30:00.000Z"))


def said(*results: str) -> VisitFacts:
    words = tuple({"words": "I like Becky", "checked_back_result": result} for result in results)
    return VisitFacts(VISITED, {"seen": "yes"}, said=words)


@pytest.mark.parametrize(
    ("results", "always", "important", "done"),
    [
        ((), NOT_ASKED, NOT_ASKED, "No words were written down"),
        (("right",), KEPT, KEPT, "Read back"),
        (("right", "changed"), KEPT, KEPT, "All 2 read back"),
        (("right", ""), NOT_RECORDED, KEPT, "1 of 2 read back"),
        (("", ""), NOT_RECORDED, NOT_RECORDED, "0 of 2 read back"),
        (("not_now",), NOT_RECORDED, NOT_RECORDED, "0 of 1 read back. Sarah said: not now"),
    ],
)
def test_words_are_read_back_as_the_child_wants_it(
    results: tuple[str, ...], always: str, important: str, done: str
) -> None:
    found = one(CHECKED, said(*results))
    assert (found.state, found.done) == (always, done)
    assert one(CHECKED, said(*results), {"read_back": "important_things"}).state == important
    assert one(CHECKED, said(*results), {"read_back": "no"}).state == NOT_ASKED


@pytest.mark.parametrize(
    ("visited", "given", "state", "done"),
    [
        (VISITED, VISITED, KEPT, "Told on the day"),
        (VISITED, VISITED + timedelta(days=3), KEPT, "Told 3 days after"),
        (TODAY - timedelta(days=20), TODAY - timedelta(days=12), NOT_KEPT, "Told 8 days after"),
        (VISITED, None, NOT_RECORDED, "Due Fri 27 Nov"),
        (TODAY - timedelta(days=8), None, NOT_RECORDED, "Was due yesterday"),
    ],
)
def test_feedback_is_due_so_many_days_after_the_visit(visited: date, given: date | None, state: str, done: str) -> None:
    found = one(FEEDBACK, VisitFacts(visited, {"seen": "yes"}, given_on=given))
    assert (found.state, found.done) == (state, done)
    assert found.asked == "Told what happened within 7 days"


def test_a_visit_at_which_the_child_was_not_seen_needs_no_feedback() -> None:
    assert one(FEEDBACK, VisitFacts(VISITED, {"seen": "tried_not_in"})).done == "Sarah was not seen"
    assert feedback_due(VISITED, {"wants_feedback_after": True}) is None
    found = one(FEEDBACK, unplanned(), {"wants_feedback_after": True})
    assert (found.asked, found.state) == ("Told what happened", NOT_RECORDED)


def test_a_visit_before_the_child_was_asked_is_held_against_nothing() -> None:
    wishes = Wishes(SARAH, {**ASKED, "asked_on": TODAY.isoformat()}, PEOPLE)
    found = outcomes(planned(notice_given_on=day(0)), wishes, TODAY)
    assert {each.state for each in found} == {NOT_ASKED}
    assert {each.done for each in found} == {"Sarah had not been asked yet"}


def test_a_child_who_asked_for_nothing_is_owed_nothing() -> None:
    found = outcomes(planned(notice_given_on=day(0)), Wishes(SARAH, {}, {}), TODAY)
    assert [each.state for each in found] == [NOT_ASKED] * 5
    assert standing(found) == NOT_ASKED


_days = st.one_of(st.none(), st.integers(-40, 40).map(lambda ago: day(ago)))
_ticks = st.sampled_from([None, True, False])
_plans = st.one_of(
    st.none(),
    st.fixed_dictionaries(
        {
            "planned_at": st.just(plan()["planned_at"]),
            "notice_given_on": _days,
            "notice_given_how": st.sampled_from(["", "text", "through_person"]),
            "notice_through_id": st.sampled_from(["", "grandad", "nan", "nobody here"]),
            "change_warned": _ticks,
            "change_warned_on": _days,
            "moved_from_at": _days,
            "state": st.sampled_from(["planned", "moved", "cancelled", "done", ""]),
        }
    ),
)
_notes = st.fixed_dictionaries(
    {
        "seen": st.sampled_from(["", "yes", "no"]),
        "notice_given_days": st.one_of(st.none(), st.integers(0, 90)),
        "trusted_person_first": _ticks,
        "change_warned": _ticks,
    }
)
_wishes = st.fixed_dictionaries(
    {},
    optional={
        "notice_days": st.integers(0, 90),
        "contact_first_through_id": st.sampled_from(["grandad", "nobody here"]),
        "change_warning_days": st.integers(0, 90),
        "read_back": st.sampled_from(["always", "important_things", "no"]),
        "wants_feedback_after": st.booleans(),
        "feedback_days": st.integers(0, 90),
    },
)


@given(_notes, _plans, _wishes, st.lists(st.sampled_from(["right", "changed", "not_now", ""])), _days)
def test_whatever_is_recorded_each_promise_has_one_state_and_words_for_it(
    note: dict[str, Any], planned_as: Any, wishes: dict[str, Any], results: list[str], given_on: Any
) -> None:
    words = tuple({"words": "x", "checked_back_result": result} for result in results)
    on = date.fromisoformat(given_on) if given_on else None
    found = outcomes(VisitFacts(VISITED, note, planned_as, words, on), Wishes(SARAH, wishes, PEOPLE), TODAY)
    assert tuple(each.key for each in found) == ORDER
    for each in found:
        assert each.state in STATES
        assert each.asked
        assert each.done or each.state == NOT_ASKED
    assert standing(found) in {each.state for each in found}
    # Who asks for nothing is never said to have been let down.
    nothing = outcomes(VisitFacts(VISITED, note, planned_as, words, on), Wishes(SARAH, {}, {}), TODAY)
    assert {each.state for each in nothing} == {NOT_ASKED}


@given(_plans.filter(bool), st.integers(1, 60), st.integers(1, 60))
def test_who_asks_for_less_notice_is_never_served_worse(planned_as: Any, less: int, more: int) -> None:
    facts = VisitFacts(VISITED, {}, planned_as)
    fewer, longer = sorted((less, more))
    if one(NOTICE, facts, {"notice_days": longer}).state == KEPT:
        assert one(NOTICE, facts, {"notice_days": fewer}).state == KEPT
