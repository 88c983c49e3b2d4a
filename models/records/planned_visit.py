"""A visit that is meant to happen, with the notice the child asked for (domain 4.5; seed 001)."""

from __future__ import annotations

from datetime import date, datetime

from models.choices import NOTICE_HOW, PLACE, VISIT_KIND
from models.fields import Choice, choice, day, line, link, moment, prose, tick
from models.record import Record, record

STATE = (
    Choice("planned", "Planned"),
    Choice("confirmed", "Confirmed"),
    Choice("moved", "Moved"),
    Choice("cancelled", "Cancelled"),
    Choice("done", "Done"),
)


@record(
    "planned_visit",
    title="Planned visit",
    plural="Planned visits",
    edited_by="assigned",
    timeline="planned_at",
    headline="place",
    icon="calendar",
    is_on_timeline=False,
)
class PlannedVisit(Record):
    """One per visit meant. Fills Today and the visit contract."""

    planned_at: datetime | None = moment("When", to_finish=True, indexed=True, part="When and where")
    place: str = choice("Where", PLACE, to_finish=True, part="When and where")
    visit_kind: str = choice("Kind of visit", VISIT_KIND, to_finish=True, part="When and where")
    purpose: str = prose("What it is for", help="In words {child} may read", part="When and where")
    goes_id: str = link("Who goes", to_finish=True, indexed=True, is_in_form=False)
    also_going: str = line("Who else goes", part="Who goes")
    notice_given_on: date | None = day("Told {child} on", part="Notice")
    notice_given_how: str = choice("How", NOTICE_HOW, part="Notice")
    notice_through_id: str = link("Through", to=("person_i_trust",), part="Notice")
    change_warned: bool | None = tick("Told about any change?", part="Changes")
    change_warned_on: date | None = day(
        "Told about the change on", part="Changes", only_when=("change_warned", (True,))
    )
    state: str = choice("State", STATE, to_finish=True, indexed=True, is_in_form=False)
    why_changed: str = prose(
        "What {child} was told about the change", part="Changes", only_when=("state", ("moved", "cancelled"))
    )
    moved_from_at: datetime | None = moment("Planned first for", is_in_form=False)
    visit_note_id: str = link("Visit note", to=("visit_note",), is_in_form=False)
