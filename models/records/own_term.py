"""A child's own word for something that others have another word for: it wins, for this child (domain 3.8)."""

from __future__ import annotations

from datetime import date

from models.fields import day, line, verbatim
from models.record import Record, record


@record(
    "own_term",
    title="Their own word for something",
    plural="Their own words for things",
    edited_by="assigned",
    title_field="childs_word",
    icon="message-square-heart",
    is_on_timeline=False,
    evidence="",
    is_common=False,
)
class OwnTerm(Record):
    """Seed 004: ask the child what they call it. A record each, so that two laptops never fight over a list."""

    instead_of: str = line(
        "The word others use", help="Such as the name of a service, or a word from a form", to_finish=True
    )
    childs_word: str = verbatim("What {child} calls it", by="child", one_line=True, to_finish=True)
    asked_on: date | None = day("Asked on")
