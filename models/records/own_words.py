"""A child's own words: one saying a record, exact, shown inline wherever it was said (domain 4.5).

The record everything else in Heard points at: a decision links it, a promise answers it, "What I've said" shows it.
"""

from __future__ import annotations

from datetime import date

from models.choices import CHECKED_BACK_RESULT, TOLD_BY
from models.fields import choice, day, flags, link, tick, verbatim
from models.record import SHOWN, Record, record


@record(
    "own_words",
    title="Own words",
    plural="Own words",
    edited_by="author",
    timeline="said_on",
    shown_in="said_in_id",
    icon="message-square-heart",
    evidence=SHOWN,
)
class OwnWords(Record):
    """Verbatim, in the voice colour everywhere. Sarah, seed 001: "what I say is checked with me and is accurate".

    Once the child has checked them the words are sealed, and the record stays open: what the child changes later, and
    who may see it, stays theirs to say (decision 0028).
    """

    words: str = verbatim(
        "In {child}’s own words",
        by="child",
        to_finish=True,
        missing="Write what {child} said",
        sealed_when=("checked_back_result", ("right", "changed")),
    )
    told_by: tuple[str, ...] = flags("How {they} told you", TOLD_BY)
    said_on: date | None = day("Said on", to_finish=True, indexed=True)
    said_in_id: str = link(
        "Said in",
        to=("visit_note", "not_taking_part", "promise", "involvement", "care_leaver_check"),
        indexed=True,
        is_in_form=False,
    )
    told_through_id: str = link("Told through", to=("person_i_trust",))
    interpreter_used: bool | None = tick("Interpreter used?")
    checked_back_on: date | None = day("Checked back on")
    checked_back_result: str = choice("Checked back", CHECKED_BACK_RESULT, indexed=True)
    child_correction: str = verbatim("What {child} changed", by="child")
