"""Why the council is in the child's life, over time; drives due dates and keeping (domain 4.3)."""

from __future__ import annotations

from datetime import date

from models import code_sets
from models.fields import choice, day, prose, tick
from models.record import Record, record


@record(
    "involvement",
    title="Involvement",
    plural="Involvement",
    edited_by="assigned",
    timeline="from_on",
    icon="users",
    is_on_timeline=False,
)
class Involvement(Record):
    """A status with its dates. Visit rules are reg 28(2) to (5) of the 2010 Care Planning Regulations."""

    status: str = choice("Status", code_sets.STATUS, to_finish=True, indexed=True, part="Status")
    from_on: date | None = day("From", to_finish=True, indexed=True, part="Status")
    to_on: date | None = day("To", part="Status")
    legal_status: str = choice("Legal status", code_sets.LEGAL_STATUS, part="Home")
    placement_type: str = choice("Kind of home", code_sets.PLACE, part="Home")
    placement_provider: str = choice("Provided by", code_sets.PLACE_PROVIDER, part="Home")
    home_since_on: date | None = day("In this home since", part="Home", help="Visits are counted from here")
    reason_for_change: str = prose("Why it changed", part="Home")
    is_meant_to_last_to_18: bool | None = tick("Meant to last to 18?", part="Visit rule")
    is_designated_long_term: bool | None = tick("Designated long-term foster home?", part="Visit rule")
    with_parent_before_assessment: bool | None = tick("With a parent before assessment?", part="Visit rule")
    connected_person_temporary: bool | None = tick("With a connected person for now?", part="Visit rule")
    interim_order_with_parent: bool | None = tick("Interim order, living with a parent?", part="Visit rule")
    care_order_with_parent: bool | None = tick("Care order, living with a parent?", part="Visit rule")
    child_told_on: date | None = day("{child} was told on", part="{child}")
