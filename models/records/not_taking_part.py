"""A child chose not to take part: a positive record, never an error and never an empty field (domain 4.4)."""

from __future__ import annotations

from datetime import date

from models.choices import METHOD, TOLD_BY
from models.fields import Choice, choice, day, flags, link
from models.record import SHOWN, Record, record

WHAT_HAPPENED = (
    Choice("said_no_today", "Said no today"),
    Choice("not_now_maybe_later", "Said not now, maybe later"),
    Choice("wants_someone_to_speak", "Wants someone to speak for {them}"),
    Choice("sent_views_another_way", "Sent {their} views another way"),
    Choice("something_else", "Something else"),
    Choice("could_not_tell", "I could not tell"),
)
WAS_FOR = (
    Choice("visit", "Visit"),
    Choice("review", "Review meeting"),
    Choice("plan", "Plan"),
    Choice("survey", "Survey"),
    Choice("group", "Group"),
    Choice("event", "Event"),
    Choice("feedback", "Feedback"),
)
ASK_AGAIN = (
    Choice("next_visit", "Next visit"),
    Choice("on_date", "On a day"),
    Choice("only_if_child_asks", "Only if {child} asks"),
)


@record(
    "not_taking_part",
    title="Not taking part",
    plural="Not taking part",
    edited_by="author",
    timeline="happened_on",
    headline="what_happened",
    icon="hand",
    evidence=SHOWN,
)
class NotTakingPart(Record):
    """No reason is owed. What the child said, if they said why, is an own words record said in this one."""

    what_happened: str = choice("What happened?", WHAT_HAPPENED, to_finish=True, missing="Choose what happened")
    was_for: str = choice("What was it for?", WAS_FOR, to_finish=True, missing="Choose what it was for", part="For")
    about_id: str = link("About", to=("visit_note", "planned_visit", "not_taking_part"), is_in_form=False)
    speaker_id: str = link(
        "Who speaks for {child}",
        to=("person_i_trust",),
        only_when=("what_happened", ("wants_someone_to_speak",)),
        part="For",
    )
    views_sent_how: str = choice(
        "How {child} sent {their} views",
        TOLD_BY,
        only_when=("what_happened", ("sent_views_another_way",)),
        part="For",
    )
    ask_again: str = choice("Ask again?", ASK_AGAIN, part="Again")
    ask_again_on: date | None = day("Ask again on", only_when=("ask_again", ("on_date",)), indexed=True, part="Again")
    happened_on: date | None = day("Day", to_finish=True, indexed=True, part="More")
    alternatives_offered: tuple[str, ...] = flags("Other ways offered", METHOD, part="More")
