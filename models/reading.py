"""A record as a person reads it: its answers in words, grouped as declared, with whose words each is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from models.drawing import Stroke
from models.drawing import read as read_strokes
from models.fields import Kind, is_empty
from models.moments import read_day, read_moment, short_day
from models.record import Declaration, is_asked, whose_words
from models.value_words import no_title, value_words
from models.version import Body
from models.wording import Spoken, age_on, say

CHILD = "child"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answered question. ``whose`` is worker, child, carer or another speaker; ``is_exact`` text is quoted.

    ``drawn`` are the lines of a drawing, whose ``words`` only say that it is one.
    """

    field: str
    label: str
    words: str
    whose: str
    is_exact: bool
    icon: str = ""
    is_short: bool = False
    drawn: tuple[Stroke, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """Answers under one head, in the order of the form."""

    title: str
    answers: tuple[Answer, ...]


def read_record(
    declaration: Declaration, body: Body, child: Spoken | None, title_of: Callable[[str], str] = no_title
) -> tuple[Part, ...]:
    """Put a body's answers into words. What was not answered is left out; ``title_of`` names a linked record."""
    parts: dict[str, list[Answer]] = {}
    for field in declaration.fields.values():
        value = body.get(field.name)
        if is_empty(value) or not field.is_in_form or not is_asked(field, body):
            continue
        words = value_words(field, value, child, title_of)
        if words:
            whose = whose_words(declaration, field, body)
            drawn = read_strokes(value) if field.kind is Kind.STROKES else ()
            answer = Answer(
                field.name,
                say(field.label, child),
                words,
                whose,
                field.is_verbatim,
                field.icon,
                field.kind is not Kind.PROSE and not drawn,
                drawn,
            )
            parts.setdefault(field.part, []).append(answer)
    return tuple(Part(say(title, child), tuple(answers)) for title, answers in parts.items())


def head_line(child: Body, iro: str = "") -> str:
    """What stands under a child's name: "She/her · says it “SAH-rah” · lives with Nan and Grandad · IRO …"."""
    parts = [str(child.get("pronouns") or "")]
    if child.get("says_name_like"):
        parts.append(f"says it “{child['says_name_like']}”")
    if child.get("lives_with"):
        parts.append(f"lives with {child['lives_with']}")
    if iro:
        parts.append(f"IRO {iro}")
    shown = " · ".join(part for part in parts if part)
    return shown[:1].upper() + shown[1:]


def age_of(child: Body, today: date) -> int | None:
    """A child's age in years; None when the birthday is not recorded."""
    return age_on(read_day(str(child.get("born_on") or "")), today)


def telling_apart(child: Body, others: list[Body], today: date) -> str:
    """What tells a child from another of the same name: where they live or go to school, or the council's number."""
    name = child.get("known_as")
    same = [
        other
        for other in others
        if other.get("known_as") == name and other.get("child_code") != child.get("child_code")
    ]
    if not same:
        return ""
    if all(age_of(other, today) != age_of(child, today) for other in same):
        return ""
    for key, words in (("lives_with", "lives with {}"), ("school", "{}"), ("child_code", "number {}")):
        value = child.get(key)
        if value and all(other.get(key) != value for other in same):
            return words.format(value)
    return f"number {child.get('child_code', '')}".strip()


def when_words(when: str, today: date) -> str:
    """A timeline's day or stamp: "Mon 9 Nov, 16:10", "Mon 9 Nov"; "" for none."""
    moment = read_moment(when)
    if moment is None:
        return ""
    day = short_day(moment.date(), today)
    return f"{day}, {moment:%H:%M}" if len(when) > 10 else day
