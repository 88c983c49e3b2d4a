"""A person the child trusts: one record each, so that two laptops never fight over a list (domain 4.3)."""

from __future__ import annotations

from datetime import date

from models.fields import Choice, day, flags, line, tick, verbatim
from models.record import Record, record

MAY_BE_TOLD = (
    Choice("visits", "Visits"),
    Choice("reviews", "Reviews"),
    Choice("changes", "Changes"),
    Choice("worries", "Worries"),
    Choice("nothing", "Nothing"),
)


@record(
    "person_i_trust",
    title="Person I trust",
    plural="People I trust",
    edited_by="assigned",
    title_field="name",
    icon="heart-handshake",
    is_on_timeline=False,
)
class PersonITrust(Record):
    """Sarah, seed 001: "Please make contact through people I trust initially"."""

    name: str = verbatim("Name", by="child", one_line=True, to_finish=True)
    relationship: str = verbatim("Who they are to me", by="child", one_line=True, to_finish=True)
    contact: str = line("How to reach them", searched=False)
    has_parental_responsibility: bool | None = tick("Has parental responsibility?")
    is_first_contact: bool | None = tick("Speak to them first?", indexed=True)
    may_speak_for_me: bool | None = tick("May speak for me?")
    may_be_told: tuple[str, ...] = flags("May be told about", MAY_BE_TOLD)
    not_any_more_on: date | None = day("Not any more, from")
