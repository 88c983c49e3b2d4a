"""What a child is told at the end of a visit: read back, right or changed, and kept (seed 001, Sarah's third wish)."""

from __future__ import annotations

from datetime import date

from models.choices import CHANNELS, NOTICE_HOW
from models.fields import Choice, choice, day, link, prose, verbatim
from models.record import Record, record

COULD_NOT, NEXT, HEAR, RIGHT, GIVEN = (
    "What I could not promise, and why",
    "When I come next",
    "How you will hear",
    "Is all of this right?",
    "For the record",
)
"""The parts of the sheet, read out as they stand; the last is the worker's."""
CHILD_SAYS = (
    Choice("right", "Right"),
    Choice("changed", "{child} changed something"),
    Choice("not_now", "Not now"),
)
GIVEN_HOW = (Choice("read_together", "Read together"), Choice("on_paper", "On paper"), *CHANNELS)


@record(
    "feedback_sheet",
    title="Feedback sheet",
    plural="Feedback sheets",
    edited_by="author",
    timeline="given_on",
    headline="given_how",
    icon="message-square-heart",
    is_on_timeline=False,
)
class FeedbackSheet(Record):
    """Belongs to a visit note, and holds only what is written nowhere else: the child's own words and the promises
    stay records of their own, each with its own audience, and are gathered when the sheet is shown.

    "Send me feedback on what was talked about and how my views are being progressed": Sarah, seed 001.
    """

    visit_note_id: str = link("Visit note", to=("visit_note",), to_finish=True, indexed=True, is_in_form=False)
    could_not: str = prose(COULD_NOT, help="In words {child} may read", part=COULD_NOT)
    next_visit_on: date | None = day(NEXT, part=NEXT)
    next_planned_id: str = link("Planned visit", to=("planned_visit",), is_in_form=False)
    hear_how: str = choice("In what way", NOTICE_HOW, part=HEAR)
    hear_through_id: str = link(
        "Through", to=("person_i_trust",), only_when=("hear_how", ("through_person",)), part=HEAR
    )
    hear_by_on: date | None = day("By when", part=HEAR)
    child_says: str = choice(RIGHT, CHILD_SAYS, part=RIGHT)
    child_changed: str = verbatim(
        "What {child} changed", by="child", only_when=("child_says", ("changed",)), part=RIGHT
    )
    given_how: str = choice(
        "How {child} got this", GIVEN_HOW, to_finish=True, missing="Choose how {child} got this", part=GIVEN
    )
    given_through_id: str = link(
        "Through", to=("person_i_trust",), only_when=("given_how", ("through_person",)), part=GIVEN
    )
    given_on: date | None = day(
        "Given to {child} on", to_finish=True, missing="Say when {child} got this", indexed=True, part=GIVEN
    )
