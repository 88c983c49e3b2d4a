"""Says a record's values in words for reading: choices by their words, days and times as Heard writes them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from models import drawing
from models.clock import from_stamp
from models.dates_typed import say_day, say_moment
from models.fields import Field, Kind, fault, is_empty
from models.version import Body
from models.wording import Spoken, say

NOT_HERE = "Not on this laptop"


def no_title(_record_id: str) -> str:
    """Name a linked record that cannot be looked up."""
    return NOT_HERE


def value_words(field: Field, value: Any, child: Spoken | None, title_of: Callable[[str], str] = no_title) -> str:
    """One field's JSON value in words; "" for not recorded. Somebody's own words come back exactly as they are.

    ``title_of`` names a linked record by its id. What cannot be read is shown as it stands, never guessed.
    """
    if is_empty(value):
        return ""
    if fault(field, value) and field.kind is not Kind.NUMBER:
        return plain_words(value)
    if field.kind is Kind.STROKES:
        return drawing.words(value)
    if field.kind is Kind.CHOICE:
        return say(field.words_for(str(value)), child)
    if field.kind is Kind.FLAGS:
        order = [choice.code for choice in field.choices]
        codes = sorted(value, key=lambda code: order.index(code) if code in order else len(order))
        return ", ".join(say(field.words_for(str(code)), child) for code in codes)
    if field.kind is Kind.DAY:
        return say_day(date.fromisoformat(value))
    if field.kind is Kind.MOMENT:
        return say_moment(from_stamp(value))
    if field.kind is Kind.LINK:
        return title_of(str(value))
    return plain_words(value)


def plain_words(value: Any) -> str:
    """Any JSON value in words, for keys that only a newer Heard knows."""
    if is_empty(value):
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list | tuple):
        return ", ".join(plain_words(item) for item in value)
    return str(value)


def key_words(key: str) -> str:
    """A key that only a newer Heard knows, as a label: "seen_by_iro_on" becomes "Seen by iro on"."""
    return key.replace("_", " ").strip().capitalize() or key


def unknown_keys(body: Body, known: object) -> list[str]:
    """Keys of a body that this Heard does not know, in their order."""
    names = known if isinstance(known, dict) else {}
    return [key for key in body if key not in names]
