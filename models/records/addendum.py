"""What is added to a finished record, which itself never changes (domain 4.5)."""

from __future__ import annotations

from models.fields import Choice, choice, link, prose, verbatim
from models.record import Record, record

WHY = (
    Choice("more_to_say", "More to say"),
    Choice("put_right", "To put something right"),
    Choice("child_asked", "{child} asked"),
    Choice("answer", "An answer"),
    Choice("told_later", "Told later"),
)
SAID_BY = (Choice("parent", "A parent"), Choice("carer", "A carer"), Choice("someone_else", "Someone else"))


@record(
    "addendum",
    title="Addendum",
    plural="Addenda",
    edited_by="author",
    shown_in="adds_to_id",
    icon="plus",
)
class Addendum(Record):
    """Adds to any finished record of the same scope. Its audience starts as that of the record it adds to."""

    adds_to_id: str = link("Adds to", to_finish=True, indexed=True, is_in_form=False)
    why: str = choice("Why you are adding this", WHY, to_finish=True, missing="Choose why you are adding this")
    addition: str = prose("What you are adding", to_finish=True, missing="Write what you are adding")
    said_by: str = choice("Whose words, if anyone’s", SAID_BY)
    their_words: str = verbatim(
        "Their exact words", by="said_by", only_when=("said_by", ("parent", "carer", "someone_else"))
    )
