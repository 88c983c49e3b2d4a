"""The kinds of field: label, help, whose words, search, merge rule; what every form and merge is derived from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from math import inf
from typing import Any

from models.clock import from_stamp, to_stamp
from models.drawing import is_drawing

WORKER = ""
"""The ``by`` of a field in the worker's own words."""
CHILD = "child"

MAX_LINE = 500
MAX_PROSE = 100_000


class Kind(StrEnum):
    """What a field holds; its JSON form in brackets."""

    LINE = "line"  # [str] one line
    PROSE = "prose"  # [str] paragraphs
    CHOICE = "choice"  # [str] one code
    FLAGS = "flags"  # [list of str] any codes, sorted
    DAY = "day"  # [str] YYYY-MM-DD
    MOMENT = "moment"  # [str] UTC stamp
    NUMBER = "number"  # [int or float]
    TICK = "tick"  # [bool or null] yes, no, not recorded
    LINK = "link"  # [str] another record's id
    STROKES = "strokes"  # [list] a drawing made in Heard, see models/drawing.py


class MergeRule(StrEnum):
    """What happens when both sides changed a field (design 7)."""

    CHOOSE = "choose"  # the head's stands, the other kept as an open choice
    PARAGRAPHS = "paragraphs"  # the worker's prose: by paragraph
    UNION = "union"  # sets: what was added, less what was removed


@dataclass(frozen=True, slots=True)
class Choice:
    """One code and the words for it. Words may hold {child}, {they}, {them} and {their}."""

    code: str
    words: str


@dataclass(frozen=True, slots=True)
class Field:
    """One declared field. ``by`` names whose words: "" the worker's, "child", or the field that names the speaker.

    ``to_finish`` is needed to finish the record, never to save it. ``only_when`` is (field, codes): the
    field is asked and needed only while that field holds one of those codes. ``part`` groups fields under a head.
    ``sealed_when`` is (field, codes): what stands here never changes while that field holds one of those codes.
    """

    kind: Kind
    label: str
    name: str = ""
    help: str = ""
    by: str = WORKER
    choices: tuple[Choice, ...] = ()
    to_finish: bool = False
    missing: str = ""
    only_when: tuple[str, tuple[Any, ...]] | None = None
    sealed_when: tuple[str, tuple[Any, ...]] | None = None
    indexed: bool = False
    searched: bool = False
    merge: MergeRule = MergeRule.CHOOSE
    part: str = ""
    icon: str = ""
    most: int = MAX_LINE
    least_number: float | None = None
    most_number: float | None = None
    links_to: tuple[str, ...] = ()
    is_verbatim: bool = False
    is_in_form: bool = True

    @property
    def is_worker_prose(self) -> bool:
        """True for text that may be merged, spell-checked and prompted on."""
        return not self.is_verbatim and self.kind in (Kind.LINE, Kind.PROSE)

    def empty(self) -> Any:
        """The value that means nothing was recorded, as Python holds it."""
        if self.kind is Kind.FLAGS:
            return ()
        return "" if self.kind in (Kind.LINE, Kind.PROSE, Kind.CHOICE, Kind.LINK) else None

    def words_for(self, code: str) -> str:
        """The words for a choice's code; a code from a newer Heard is shown as it stands."""
        return next((choice.words for choice in self.choices if choice.code == code), code)


def named(field: Field, name: str) -> Field:
    """Return the field under its attribute's name."""
    return replace(field, name=name)


def line(label: str, **more: Any) -> Any:
    """Short text in the worker's words."""
    return Field(Kind.LINE, label, **{"searched": True, **more})


def prose(label: str, **more: Any) -> Any:
    """Long text in the worker's words, merged by paragraph."""
    return Field(Kind.PROSE, label, **{"searched": True, "merge": MergeRule.PARAGRAPHS, "most": MAX_PROSE, **more})


def verbatim(label: str, *, by: str, one_line: bool = False, **more: Any) -> Any:
    """Somebody's exact words: never corrected, never merged, always quoted as they stand."""
    kind, most = (Kind.LINE, MAX_LINE) if one_line else (Kind.PROSE, MAX_PROSE)
    return Field(kind, label, **{"by": by, "searched": True, "is_verbatim": True, "most": most, **more})


def choice(label: str, choices: tuple[Choice, ...], **more: Any) -> Any:
    """One of a list of codes."""
    return Field(Kind.CHOICE, label, choices=choices, **more)


def flags(label: str, choices: tuple[Choice, ...], **more: Any) -> Any:
    """Any of a list of codes; merges by union."""
    return Field(Kind.FLAGS, label, choices=choices, **{"merge": MergeRule.UNION, **more})


def day(label: str, **more: Any) -> Any:
    """A calendar day."""
    return Field(Kind.DAY, label, **more)


def moment(label: str, **more: Any) -> Any:
    """An instant, aware and in UTC."""
    return Field(Kind.MOMENT, label, **more)


def number(label: str, *, least: float | None = None, most: float | None = None, **more: Any) -> Any:
    """A number within bounds."""
    return Field(Kind.NUMBER, label, least_number=least, most_number=most, **more)


def tick(label: str, **more: Any) -> Any:
    """Yes, no, or not recorded: three values."""
    return Field(Kind.TICK, label, **more)


def link(label: str, *, to: tuple[str, ...] = (), **more: Any) -> Any:
    """The id of another record."""
    return Field(Kind.LINK, label, links_to=to, **more)


def strokes(label: str, *, by: str, **more: Any) -> Any:
    """A drawing made in Heard; as exact as somebody's words: never merged, never corrected."""
    return Field(Kind.STROKES, label, **{"by": by, "is_verbatim": True, **more})


def to_json(field: Field, value: Any) -> Any:
    """Turn a Python value of this field into its JSON form."""
    if value is None:
        return None
    if field.kind is Kind.DAY and isinstance(value, date):
        return value.isoformat()
    if field.kind is Kind.MOMENT and isinstance(value, datetime):
        return to_stamp(value)
    if field.kind is Kind.FLAGS:
        return sorted(set(value))
    if isinstance(value, str) and not value.isascii():
        # Half a character, as a paste cut in two leaves it, cannot be written down; the rest of the text must be.
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return value


def from_json(field: Field, value: Any) -> Any:
    """Turn a JSON value into Python. What cannot be read is kept out (the empty value), never guessed."""
    if is_empty(value) or fault(field, value):
        return field.empty()
    if field.kind is Kind.DAY:
        return date.fromisoformat(value)
    if field.kind is Kind.MOMENT:
        return from_stamp(value)
    return tuple(value) if field.kind is Kind.FLAGS else value


def is_empty(value: Any) -> bool:
    """Say whether a JSON value means "not recorded". False and 0 are answers."""
    return value is None or value == "" or value == [] or value == ()


_TYPES: dict[Kind, tuple[type, ...]] = {
    Kind.LINE: (str,),
    Kind.PROSE: (str,),
    Kind.CHOICE: (str,),
    Kind.LINK: (str,),
    Kind.DAY: (str,),
    Kind.MOMENT: (str,),
    Kind.FLAGS: (list, tuple),
    Kind.STROKES: (list,),
    Kind.NUMBER: (int, float),
    Kind.TICK: (bool,),
}


def fault(field: Field, value: Any) -> str:
    """Say in plain English what is wrong with a JSON value for this field; "" when nothing is.

    A code that is not in the list is no fault: it may come from a newer Heard or a council's own list.
    """
    if is_empty(value):
        return ""
    is_right_type: bool = isinstance(value, _TYPES[field.kind])
    if not is_right_type or (field.kind is Kind.NUMBER and isinstance(value, bool)):
        return f"{field.label} cannot hold this."
    if isinstance(value, str) and field.kind in (Kind.LINE, Kind.PROSE) and len(value) > field.most:
        return f"{field.label} can hold {field.most:,} characters. This has {len(value):,}."
    if field.kind is Kind.NUMBER:
        return _number_fault(field, value)
    if field.kind is Kind.STROKES and not is_drawing(value):
        return f"{field.label} cannot hold this. It may be too long."
    if field.kind is Kind.FLAGS and not all(isinstance(code, str) for code in value):
        return f"{field.label} cannot hold this."
    try:
        # Lists are ordered by the text of a day, so only its one canonical form will do.
        is_day = field.kind is not Kind.DAY or date.fromisoformat(value).isoformat() == value
        if field.kind is Kind.MOMENT:
            from_stamp(value)
    except ValueError:
        is_day = False
    return "" if is_day else f"{field.label} must be a date."


def _number_fault(field: Field, value: float) -> str:
    if value != value or value in (inf, -inf):
        return f"{field.label} must be a number."
    if field.least_number is not None and value < field.least_number:
        return f"{field.label} must be {field.least_number:g} or more."
    if field.most_number is not None and value > field.most_number:
        return f"{field.label} must be {field.most_number:g} or less."
    return ""
