"""Sarah, the worked example: the seven wishes she gave her IRO (seed 001), as records a colleague has written."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from models.casebook import Casebook
from models.clock import to_stamp
from models.entry import Edit

# The seven, in her IRO's list: clear words for dyslexia, notice, feedback after, small groups she knows, contact
# through people she trusts, changes told ahead, and what she says checked with her.
PREFERENCES: dict[str, Any] = {
    "answered_by": "child",
    "modes": ["speech", "drawing"],
    "format_needs": ["short_clear_words", "large_print", "cream_paper"],
    "words_to_use": "Short, clear words. One question at a time.",
    "seconds_to_answer": 10,
    "notice_days": 7,
    "wants_feedback_after": True,
    "feedback_days": 7,
    "feedback_how": "letter",
    "group_preference": "small_group",
    "group_size_most": 4,
    "group_with": "People I have spent some time with",
    "who_stays_near": "Nan or Grandad",
    "has_no_email": True,
    "blocks_unknown_numbers": True,
    "safe_channels": ["letter", "through_person"],
    "unsafe_channels": ["call", "email"],
    "change_warning_days": 7,
    "how_to_tell_changes": "Say what will change before it does. Give me a date.",
    "read_back": "always",
    "please_do_not": "Bring anyone new without telling me.",
}
THIS_IS_ME: dict[str, Any] = {
    "my_name": "Sarah",
    "about_me": "I live with my nan and grandad and our dog, Biscuit. I like drawing, baking and quiet places.",
    "important_to_me": "My grandparents being close by\nBiscuit\nKnowing what will happen next",
    "how_to_talk_with_me": "Short, clear words. I have dyslexia\nBig print on cream paper\nGive me time to think",
    "before_you_visit": "Call Grandad first\nGive me plenty of notice\nTell me if anything will change",
    "do_not_like": "Calls from numbers I do not know\nLots of new people\nChanges on the day",
    "helps_me": "Small groups of people I know\nReading my words back to me\nHearing what happened after",
    "my_hopes": "I want to do baking at college and stay near Nan.",
    "sharing_wishes": "Share with my IRO and my teacher. Ask me before anyone else.",
    "pen_held_by": "child_with_worker",
}


def write_worked_example(casebook: Casebook, worker_id: str) -> str:
    """Write what a colleague has recorded with Sarah, and visits planned for today. Returns her scope."""
    children = {child.title: child for child in casebook.children()}
    sarah = children["Sarah"]
    today = casebook.clock.today()
    grandad = _write(
        casebook,
        sarah.scope_id,
        "person_i_trust",
        {"name": "Grandad (Pete)", "relationship": "My grandad", "is_first_contact": True, "may_speak_for_me": True},
    )
    _write(casebook, sarah.scope_id, "person_i_trust", {"name": "Nan", "relationship": "My nan"})
    asked = (today - timedelta(days=14)).isoformat()
    _write(
        casebook,
        sarah.scope_id,
        "communication_preferences",
        {**PREFERENCES, "asked_on": asked, "checked_with_child_on": asked, "contact_first_through_id": grandad},
    )
    _write(casebook, sarah.scope_id, "this_is_me", {**THIS_IS_ME, "checked_with_child_on": asked})
    casebook.save(
        sarah.draft(),
        {"says_name_like": Edit("", "SAH-rah"), "lives_with": Edit("", "Nan and Grandad")},
    ).result()
    _plan_today(casebook, worker_id)
    return sarah.scope_id


def _plan_today(casebook: Casebook, worker_id: str) -> None:
    names = {child.title: child.scope_id for child in casebook.children()}
    now = casebook.clock.now().astimezone()
    visits = (("Sarah", time(10, 30), "home"), ("Jaydon M", time(13, 15), "school"), ("Ellie R", time(15, 0), "home"))
    for name, at, place in visits:
        moment = datetime.combine(now.date(), at, now.tzinfo)
        plan = {"planned_at": to_stamp(moment), "place": place, "visit_kind": "statutory", "state": "planned"}
        _write(casebook, names[name], "planned_visit", {**plan, "goes_id": worker_id})


def _write(casebook: Casebook, scope_id: str, type_name: str, values: dict[str, Any]) -> str:
    draft = casebook.new_draft(type_name, scope_id)
    casebook.save(draft, {name: Edit(None, value) for name, value in values.items()}).result()
    return draft.record_id
