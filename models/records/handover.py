"""A child gets another worker: whether the new one read This is Me and the preferences first (domain 4.9; seed 004).

Young people in seed 004 asked for This is Me so that "if a professional changed the new professional would have this
information".
"""

from __future__ import annotations

from datetime import date, datetime

from models.fields import day, link, moment
from models.record import Record, record


@record(
    "handover",
    title="Hand-over",
    plural="Hand-overs",
    edited_by="assigned",
    icon="users",
    is_on_timeline=False,
    evidence="",
    is_common=False,
)
class Handover(Record):
    """One per new worker. Laptops know an assignment by its worker: ids of assignments stay with the server."""

    worker_id: str = link("Who is new", to_finish=True, indexed=True, is_in_form=False)
    this_is_me_read_at: datetime | None = moment("Read This is Me", is_in_form=False)
    preferences_read_at: datetime | None = moment("Read how {they} {talk}", is_in_form=False)
    child_told_on: date | None = day("{child} was told about the new worker on")
    introduced_on: date | None = day("{child} met the new worker with someone {they} {trust} on")
