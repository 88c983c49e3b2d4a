"""Is a young person who has left care in touch, busy and well housed? Asked once around each birthday (domain 4.9)."""

from __future__ import annotations

from datetime import date

from models import code_sets
from models.fields import choice, day, tick
from models.record import Record, record


@record(
    "care_leaver_check",
    title="Birthday check",
    plural="Birthday checks",
    edited_by="assigned",
    timeline="checked_on",
    icon="house",
    is_on_timeline=False,
)
class CareLeaverCheck(Record):
    """One per birthday. It counts from three months before to one month after (seed 002); outside that it is kept.

    Whether this home is right for them, in their own words, is a record of its own said within this one.
    """

    birthday_on: date | None = day("Around the birthday on", to_finish=True, indexed=True, part="Check")
    checked_on: date | None = day("Checked on", to_finish=True, indexed=True, part="Check")
    in_touch: str = choice("In touch?", code_sets.IN_TOUCH, part="Check")
    activity: str = choice("What {they} {do} all day", code_sets.ACTIVITY, part="Check")
    accommodation: str = choice("Where {they} live now", code_sets.ACCOMMODATION, part="Home")
    accommodation_suitable: str = choice("Is it suitable?", code_sets.SUITABLE, part="Home")
    staying_put: bool | None = tick("Staying Put?", part="Home")
    ilsa_on: date | None = day("Independent living skills looked at on", part="Skills")
    offer_letter_sent_on: date | None = day("Local offer letter sent on", part="Skills")
