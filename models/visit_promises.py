"""What a child asks for of a visit, held against what was done: five promises, each in one of four states (seed 001).

Pure functions over bodies. Where a visit was planned, the plan says it; where it was not, the note does (domain 4.5).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from models.moments import in_a_sentence, read_day, short_day
from models.version import Body
from models.visit_contract import notice_asked
from models.wording import Spoken, say

KEPT, NOT_KEPT, NOT_RECORDED, NOT_ASKED = "kept", "not_kept", "not_recorded", "not_asked"
NOTICE, FIRST, CHANGE, CHECKED, FEEDBACK = "notice", "first", "change", "checked", "feedback"
ORDER = (NOTICE, FIRST, CHANGE, CHECKED, FEEDBACK)
HEADS = {
    NOTICE: "Notice",
    FIRST: "Someone trusted first",
    CHANGE: "Told of changes",
    CHECKED: "Words read back",
    FEEDBACK: "Told what happened",
}
"""What a column or a sum of each promise is called."""
STATES = {
    KEPT: ("Kept", "check", "ok"),
    NOT_KEPT: ("Not as asked", "circle-alert", "warn"),
    NOT_RECORDED: ("Not recorded yet", "circle-help", "info"),
    NOT_ASKED: ("Not asked for", "ellipsis", "info"),
}
"""Words, icon and tone of each state. A promise that was not kept is a thing to talk about, never an error."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a child asks for now: their communication preferences, the people they trust by id, how to speak of them."""

    child: Spoken
    body: Body
    people: Mapping[str, Body]

    def first_people(self) -> dict[str, str]:
        """Whom to speak to first, by id: the one the child named, and whoever else is marked so. "" for no name."""
        named = str(self.body.get("contact_first_through_id") or "")
        marked = [
            one for one, body in self.people.items() if body.get("is_first_contact") and not body.get("not_any_more_on")
        ]
        ids = dict.fromkeys([named, *marked] if named else marked)
        return {one: str(self.people.get(one, {}).get("name") or "") for one in ids}

    def days(self, name: str) -> int:
        """A number of days asked for; 0 for none."""
        asked = self.body.get(name)
        return int(asked) if isinstance(asked, int | float) and not isinstance(asked, bool) else 0


@dataclass(frozen=True, slots=True)
class VisitFacts:
    """What is recorded of one visit. ``note`` is None for one called off, ``planned`` for one nobody had planned.

    ``said`` are the child's own words of this visit, ``given_on`` the day on which they were told what came of it.
    """

    on: date
    note: Body | None = None
    planned: Body | None = None
    said: tuple[Body, ...] = ()
    given_on: date | None = None

    @property
    def was_seen(self) -> bool:
        """Whether there was a visit at which something could be said."""
        return self.note is not None and self.note.get("seen") not in ("no", "tried_not_in")


@dataclass(frozen=True, slots=True)
class Outcome:
    """One promise of one visit: what was asked for, how it stands, and what was done, in words."""

    key: str
    asked: str
    state: str
    done: str


def outcomes(facts: VisitFacts, wishes: Wishes, today: date) -> tuple[Outcome, ...]:
    """The five promises of a visit, in the order of `ORDER`.

    A visit before the child was first asked is held against nothing.
    """
    asked_on = read_day(str(wishes.body.get("asked_on") or ""))
    if asked_on is not None and facts.on < asked_on:
        done = f"{wishes.child.name} had not been asked yet"
        return tuple(Outcome(key, HEADS[key], NOT_ASKED, done) for key in ORDER)
    return (
        _notice(facts, wishes),
        _first(facts, wishes),
        _change(facts, wishes),
        _checked(facts, wishes),
        _feedback(facts, wishes, today),
    )


def standing(found: Iterable[Outcome]) -> str:
    """How a whole visit stands: kept only where everything asked for is known to have been kept."""
    states = {one.state for one in found}
    return next((one for one in (NOT_KEPT, NOT_RECORDED, KEPT) if one in states), NOT_ASKED)


def _none(key: str, done: str = "") -> Outcome:
    return Outcome(key, HEADS[key], NOT_ASKED, done)


# ---- notice, and whom to speak to first ------------------------------------------------------------------------------


def _notice(facts: VisitFacts, wishes: Wishes) -> Outcome:
    asked = notice_asked(wishes.body)
    if asked is None or facts.note is None:
        return _none(NOTICE)
    words = f"{_days(asked)}{'’s' if asked == 1 else '’'} notice"
    days = _notice_given(facts)
    if days is None:
        return Outcome(NOTICE, words, NOT_RECORDED, "No day is written down")
    return Outcome(NOTICE, words, KEPT if days >= asked else NOT_KEPT, _told(days, "before"))


def _notice_given(facts: VisitFacts) -> int | None:
    """Whole days between telling the child and the day that was planned; None where that is not recorded."""
    if facts.planned is not None:
        told = read_day(str(facts.planned.get("notice_given_on") or ""))
        planned = read_day(str(facts.planned.get("planned_at") or "")) or facts.on
        return max(0, (planned - told).days) if told is not None else None
    given = (facts.note or {}).get("notice_given_days")
    return int(given) if isinstance(given, int | float) and not isinstance(given, bool) else None


def _first(facts: VisitFacts, wishes: Wishes) -> Outcome:
    people = wishes.first_people()
    if not people or facts.note is None:
        return _none(FIRST)
    name = next((one for one in people.values() if one), say("someone {they} {trust}", wishes.child))
    words = f"Speak to {name} first"
    if facts.planned is not None:
        state, done = _first_of_plan(facts.planned, people, wishes)
    else:
        answer = (facts.note or {}).get("trusted_person_first")
        state = {True: KEPT, False: NOT_KEPT}.get(answer, NOT_RECORDED) if isinstance(answer, bool) else NOT_RECORDED
        done = {KEPT: "Spoken to first", NOT_KEPT: "Not spoken to first"}.get(state, "Nobody is named")
    return Outcome(FIRST, words, state, done)


def _first_of_plan(planned: Body, people: Mapping[str, str], wishes: Wishes) -> tuple[str, str]:
    through = str(planned.get("notice_through_id") or "")
    if through:
        name = str(wishes.people.get(through, {}).get("name") or "someone else")
        return (KEPT if through in people else NOT_KEPT), f"Told through {name}"
    is_told = bool(planned.get("notice_given_on"))
    if is_told and planned.get("notice_given_how") not in (None, "", "through_person"):
        # How the child was told is recorded, and that nobody stood between: this is an answer.
        return NOT_KEPT, f"{wishes.child.name} was told directly"
    return NOT_RECORDED, "Nobody is named"


# ---- changes ---------------------------------------------------------------------------------------------------------


def was_changed(planned: Body) -> bool:
    """Whether a planned visit was moved or called off, as far as it is recorded."""
    if planned.get("state") in ("moved", "cancelled"):
        return True
    if planned.get("moved_from_at") and planned["moved_from_at"] != planned.get("planned_at"):
        return True
    is_said = bool(planned.get("why_changed") or planned.get("change_warned_on"))
    return is_said or isinstance(planned.get("change_warned"), bool)


def _change(facts: VisitFacts, wishes: Wishes) -> Outcome:
    asked = wishes.days("change_warning_days")
    if not asked and not wishes.body.get("how_to_tell_changes"):
        return _none(CHANGE)
    words = f"Told of a change {_days(asked)} before" if asked else "Told of a change first"
    if facts.planned is None:
        answer = (facts.note or {}).get("change_warned")
        if not isinstance(answer, bool):
            return _none(CHANGE, "No change is recorded")
        return Outcome(CHANGE, words, KEPT if answer else NOT_KEPT, "Told first" if answer else "Not told first")
    if not was_changed(facts.planned):
        return _none(CHANGE, "Nothing was changed")
    return Outcome(CHANGE, words, *_change_told(facts, asked))


def _change_told(facts: VisitFacts, asked: int) -> tuple[str, str]:
    """A move is told of before whichever comes first, the old day or the new one."""
    planned = facts.planned or {}
    told = read_day(str(planned.get("change_warned_on") or ""))
    if planned.get("change_warned") is False:
        return NOT_KEPT, "Not told first"
    if told is not None:
        days = [read_day(str(planned.get(one) or "")) for one in ("moved_from_at", "planned_at")]
        before = (min((one for one in days if one is not None), default=facts.on) - told).days
        return (KEPT if before >= asked else NOT_KEPT), _told(before, "before")
    if planned.get("change_warned") is True:
        return (NOT_RECORDED, "Told, but no day is written down") if asked else (KEPT, "Told first")
    return NOT_RECORDED, "Nothing is written down"


# ---- words, and what came of them ------------------------------------------------------------------------------------


def _checked(facts: VisitFacts, wishes: Wishes) -> Outcome:
    wish = wishes.body.get("read_back")
    if wish not in ("always", "important_things"):
        return _none(CHECKED)
    said = [one for one in facts.said if one.get("words")]
    if not said:
        return _none(CHECKED, "No words were written down")
    checked = sum(one.get("checked_back_result") in ("right", "changed") for one in said)
    words = "Words read back" if wish == "always" else "Important words read back"
    is_kept = checked == len(said) if wish == "always" else checked > 0
    if checked == len(said):
        done = "Read back" if checked == 1 else f"All {checked} read back"
    else:
        done = f"{checked} of {len(said)} read back"
        if any(one.get("checked_back_result") == "not_now" for one in said):
            done = f"{done}. {wishes.child.name} said: not now"
    return Outcome(CHECKED, words, KEPT if is_kept else NOT_RECORDED, done)


def feedback_due(on: date, wishes: Body) -> date | None:
    """The day by which the child wants to hear what happened; None where they gave none, or want nothing."""
    days = wishes.get("feedback_days")
    if not wishes.get("wants_feedback_after") or not isinstance(days, int | float) or days <= 0:
        return None
    return on + timedelta(days=int(days))


def _feedback(facts: VisitFacts, wishes: Wishes, today: date) -> Outcome:
    if not wishes.body.get("wants_feedback_after"):
        return _none(FEEDBACK)
    if not facts.was_seen:
        return _none(FEEDBACK, f"{wishes.child.name} was not seen" if facts.note is not None else "")
    due = feedback_due(facts.on, wishes.body)
    within = f" within {_days((due - facts.on).days)}" if due else ""
    words = f"Told what happened{within}"
    if facts.given_on is not None:
        is_kept = due is None or facts.given_on <= due
        return Outcome(
            FEEDBACK, words, KEPT if is_kept else NOT_KEPT, _told(max(0, (facts.given_on - facts.on).days), "after")
        )
    if due is None:
        return Outcome(FEEDBACK, words, NOT_RECORDED, "Nothing recorded yet")
    when = in_a_sentence(short_day(due, today))
    return Outcome(FEEDBACK, words, NOT_RECORDED, f"Due {when}" if due >= today else f"Was due {when}")


def _told(days: int, side: str) -> str:
    if days < 0:
        return "Told afterwards"
    return f"Told {_days(days)} {side}" if days else "Told on the day"


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"
