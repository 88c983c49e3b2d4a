"""This is Me: the child as they want a new worker to know them; six boxes, all versions kept (domain 4.4; seed 004)."""

from __future__ import annotations

from datetime import date
from typing import Any

from models.choices import PEN_HELD_BY
from models.fields import Choice, choice, day, flags, strokes, verbatim
from models.record import SHOWN, Record, record

COPY_GIVEN_TO = (
    Choice("iro", "IRO"),
    Choice("social_worker", "Social worker"),
    Choice("carer", "Carer"),
    Choice("teacher", "Teacher"),
    Choice("health", "Health"),
    Choice("youth_worker", "Youth worker"),
    Choice("advocate", "Advocate"),
)


@record(
    "this_is_me",
    title="This is Me",
    plural="This is Me",
    edited_by="assigned",
    title_field="my_name",
    icon="user-round",
    is_one_per_child=True,
    evidence=SHOWN,
)
class ThisIsMe(Record):
    """One current record per child. ``pen_held_by`` says whose words the boxes hold."""

    pen_held_by: str = choice("Who held the pen", PEN_HELD_BY, to_finish=True, part="Head")
    my_name: str = verbatim("My name is", by="pen_held_by", one_line=True, to_finish=True, part="Head")
    about_me: str = verbatim("About me, in a line or two", by="pen_held_by", part="Head")
    my_drawing: list[Any] | None = strokes("My drawing", by="pen_held_by", part="My drawing")
    important_to_me: str = verbatim(
        "What is important to me", by="pen_held_by", to_finish=True, part="Boxes", icon="star"
    )
    how_to_talk_with_me: str = verbatim(
        "How to talk with me", by="pen_held_by", to_finish=True, part="Boxes", icon="ear"
    )
    before_you_visit: str = verbatim("Before you visit", by="pen_held_by", part="Boxes", icon="calendar")
    do_not_like: str = verbatim("What I do not like", by="pen_held_by", part="Boxes", icon="triangle-alert")
    helps_me: str = verbatim("What helps me", by="pen_held_by", part="Boxes", icon="heart-handshake")
    my_hopes: str = verbatim("My hopes", by="pen_held_by", part="Boxes", icon="sparkles")
    how_to_start_with_me: str = verbatim("How I would like us to start", by="pen_held_by", part="Starting")
    sharing_wishes: str = verbatim("Who may see this, in my words", by="pen_held_by", part="Sharing")
    copy_given_to: tuple[str, ...] = flags("A copy was given to", COPY_GIVEN_TO, part="Sharing")
    checked_with_child_on: date | None = day("Checked with {child} on", part="Truth")
