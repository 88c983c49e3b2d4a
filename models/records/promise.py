"""You said, we did: what a child asked for, what was promised, what came of it, and whether they know (domain 4.6)."""

from __future__ import annotations

from datetime import date

from models.choices import NOTICE_HOW
from models.fields import Choice, choice, day, link, prose, tick
from models.record import SHOWN, Record, record

STATE = (
    Choice("open", "Still to do"),
    Choice("done", "Done, {child} not told yet"),
    Choice("cannot", "Cannot be done, {child} not told yet"),
    Choice("told", "{child} was told"),
    Choice("withdrawn_by_child", "{child} took it back"),
)
HAPPY_WITH_ANSWER = (
    Choice("yes", "Yes"),
    Choice("partly", "Partly"),
    Choice("no", "No"),
    Choice("not_asked", "Not asked"),
)
LEVEL_OF_INFLUENCE = (
    Choice("individual", "{child} alone"),
    Choice("service", "A service"),
    Choice("council", "The council"),
)


@record(
    "promise",
    title="You said, we did",
    plural="You said, we did",
    edited_by="assigned",
    icon="heart-handshake",
    is_on_timeline=False,
    evidence=SHOWN,
)
class Promise(Record):
    """Hangs on a child's exact words. From the day they were said to the day the child has seen an answer is the loop.
    It stands with those words on the timeline, and not beside them.

    "You said, we did" and the "feedback loop": seed 000; "listen, act, respond where possible": seed 004.
    """

    you_said_id: str = link("{child} said", to=("own_words",), to_finish=True, indexed=True, is_in_form=False)
    we_heard: str = prose("What we heard", help="Read it back: is this what {child} meant?", part="We promised")
    we_promised: str = prose("What we promised", to_finish=True, missing="Write what was promised", part="We promised")
    due_on: date | None = day("Answer by", to_finish=True, indexed=True, part="We promised")
    promised_by_id: str = link("Promised by", to_finish=True, is_in_form=False)
    state: str = choice("State", STATE, to_finish=True, indexed=True, is_in_form=False)
    we_did: str = prose("What we did", part="We did")
    cannot_because: str = prose("Or: why it cannot be", help="In words {child} may read", part="We did")
    done_on: date | None = day("On", part="We did")
    told_on: date | None = day("Told {child} on", part="Told {child}")
    told_by_id: str = link("Told by", is_in_form=False)
    told_how: str = choice("How", NOTICE_HOW, part="Told {child}")
    told_through_id: str = link("Through", to=("person_i_trust",), part="Told {child}")
    seen_by_child_on: date | None = day("{child} saw the answer on", part="Told {child}")
    happy_with_answer: str = choice("Is {child} content with it?", HAPPY_WITH_ANSWER, part="Told {child}")
    goes_to_board: bool | None = tick("For the Corporate Parenting Board?", part="More")
    board_item_on: date | None = day("On the Board’s agenda", only_when=("goes_to_board", (True,)), part="More")
    level_of_influence: str = choice("Whom it may change things for", LEVEL_OF_INFLUENCE, part="More")
    changed_what: str = prose("What it changed", part="More")
