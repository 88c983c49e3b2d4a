"""A visit note: what happened and what the worker thinks, apart from the child's own words (domain 4.5)."""

from __future__ import annotations

from datetime import date, datetime

from models.choices import NOT_ALONE_REASON, PLACE, SEEN, SEEN_ALONE, VISIT_KIND
from models.fields import choice, day, link, moment, number, prose, tick
from models.record import SHOWN, Record, record


@record(
    "visit_note",
    title="Visit note",
    plural="Visit notes",
    edited_by="author",
    timeline="visited_at",
    headline="place",
    icon="file-pen-line",
    evidence=SHOWN,
)
class VisitNote(Record):
    """Seen alone and why not: reg 29 of the 2010 Care Planning Regulations. Own words are records of their own."""

    visited_at: datetime | None = moment("When", to_finish=True, indexed=True, part="When and where")
    place: str = choice(
        "Where", PLACE, to_finish=True, missing="Choose where you met", indexed=True, part="When and where"
    )
    visit_kind: str = choice(
        "Kind of visit", VISIT_KIND, to_finish=True, missing="Choose the kind of visit", part="When and where"
    )
    seen: str = choice("Did you see {child}?", SEEN, to_finish=True, missing="Choose if you saw {child}", part="Seen")
    seen_alone: str = choice(
        "Seen alone?",
        SEEN_ALONE,
        to_finish=True,
        missing="Choose if you saw {child} alone",
        only_when=("seen", ("yes",)),
        part="Seen",
    )
    not_alone_reason: str = choice(
        "Why not alone?",
        NOT_ALONE_REASON,
        to_finish=True,
        missing="Choose why you did not see {child} alone",
        only_when=("seen_alone", ("no_other",)),
        part="Seen",
    )
    bedroom_seen: bool | None = tick("{Their} space seen?", only_when=("seen", ("yes",)), part="Seen")
    what_happened: str = prose("What happened", to_finish=True, missing="Write what happened", part="What happened")
    change_since_last: str = prose("What has changed since last time", part="What happened")
    worker_view: str = prose("What I think it means", part="My view")
    present: str = prose("Who was there", part="More")
    notice_given_days: float | None = number("Days of notice given", least=0, most=365, part="More")
    trusted_person_first: bool | None = tick("Spoke to someone {they} {trust} first?", part="More")
    change_warned: bool | None = tick("Told {them} about changes first?", part="More")
    feedback_sent_on: date | None = day("Feedback sent on", part="More")
    next_visit_on: date | None = day("Next visit on", part="More")
    planned_visit_id: str = link("Planned visit", to=("planned_visit",), is_in_form=False)
    looks_like_same_visit_id: str = link("Looks like the same visit", to=("visit_note",), is_in_form=False)
