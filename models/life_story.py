"""A child's story so far, told to the child: oldest first, in plain sentences, of what the child may see.

"Too many of our children and young people do not understand why they are in care", and a "care story" (seed 003; life
story work in seed 002). It is told from how the council came to be in their life, their own words, what they were told
back, and what they made. What others wrote about the child and about others is left out: reasons, addresses, notes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from models.audience import PROTECTED
from models.casebook import Casebook
from models.dates_typed import say_day
from models.entry import Entry
from models.loop import answers_of, promises_query
from models.moments import read_day, read_moment
from models.query import NEWEST, OLDEST, Query
from models.version import Body
from models.wording import age_on

MOST = 1_000
THEIR_OWN = frozenset({"child", "child_with_worker"})
WITH_PARENTS = frozenset({"P1"})
_BEGAN = {
    "early_help": "people began to help your family.",
    "child_in_need": "a social worker began to help you and your family.",
    "child_protection": "people made a plan to keep you safe.",
    "looked_after": "the council began to look after you.",
    "short_breaks": "you began to have short breaks away from home.",
    "care_experienced": "you moved on from care. There is still somebody to help you.",
    "adopted": "you were adopted.",
    "supervision_order": "a court asked a social worker to visit and to help.",
}
_ENDED = {
    "early_help": "that help for your family came to an end.",
    "child_in_need": "a social worker stopped coming as before.",
    "child_protection": "the plan to keep you safe came to an end.",
    "looked_after": "the council stopped looking after you.",
    "short_breaks": "your short breaks came to an end.",
    "supervision_order": "the visits that the court had asked for came to an end.",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing of the story. ``words`` is a whole sentence to the child, ``quote`` their own words exactly.

    ``picture`` is something they made. ``order`` keeps what belongs together together on one day.
    """

    on: date
    words: str
    quote: str = ""
    picture: Entry | None = None
    order: int = 0


@dataclass(frozen=True, slots=True)
class Chapter:
    """A year of the story; ``head`` says the year and how old the child was."""

    head: str
    lines: tuple[Line, ...]


def chapters(casebook: Casebook, scope_id: str) -> list[Chapter]:
    """The story of one child, year by year, from what is on this laptop."""
    child = casebook.child(scope_id)
    born_on = read_day(str(child.body.get("born_on") or "")) if child else None
    lines = sorted(_lines(casebook, scope_id), key=lambda one: (one.on, one.order))
    years: dict[int, list[Line]] = {}
    for one in lines:
        years.setdefault(one.on.year, []).append(one)
    return [Chapter(_head(year, born_on), tuple(some)) for year, some in years.items()]


def heard(told: Iterable[Chapter]) -> list[str]:
    """The story as it is heard: each year, each sentence, the child's own words after it, and what a picture shows."""
    said: list[str] = []
    for chapter in told:
        said.append(chapter.head)
        for line in chapter.lines:
            said += [line.words, line.quote]
            if line.picture is not None:
                said.append(str(line.picture.body.get("caption") or ""))
    return [one for one in said if one]


def _head(year: int, born_on: date | None) -> str:
    before, after = age_on(born_on, date(year, 1, 1)), age_on(born_on, date(year, 12, 31))
    if after is None:
        return str(year)
    if before is None:
        return f"{year}, when you were born" if after == 0 else str(year)
    return f"{year}, when you were {before} and {after}" if before != after else f"{year}, when you were {after}"


def _lines(casebook: Casebook, scope_id: str) -> Iterator[Line]:
    for entry in casebook.select(Query(types=("involvement",), scope_id=scope_id, order=OLDEST, limit=MOST)):
        if entry.audience != PROTECTED:
            yield from _of_involvement(entry.body)
    said = casebook.select(Query(types=("own_words",), scope_id=scope_id, order=NEWEST, limit=MOST))
    for entry in said:
        words, on = str(entry.body.get("words") or ""), _day(entry.body, "said_on")
        if words and on:
            yield Line(on, f"On {_date(on)} you said:", quote=words, order=2)
    yield from _answers(casebook, scope_id)
    yield from _made(casebook, scope_id)
    child = casebook.child(scope_id)
    if child is not None:
        yield from _of_child(child.body)


def _of_involvement(body: Body) -> Iterator[Line]:
    status = str(body.get("status") or "")
    began, ended, home, told = (_day(body, name) for name in ("from_on", "to_on", "home_since_on", "child_told_on"))
    if began and status in _BEGAN:
        yield Line(began, f"On {_date(began)} {_BEGAN[status]}")
    if home:
        back = body.get("placement_type") in WITH_PARENTS
        where = "you went to live with your family again." if back else "you moved into a home that was new to you."
        yield Line(home, f"On {_date(home)} {where}", order=1)
    if told:
        yield Line(told, f"On {_date(told)} somebody told you what was going to change.")
    if ended and status in _ENDED:
        yield Line(ended, f"On {_date(ended)} {_ENDED[status]}")


def _of_child(body: Body) -> Iterator[Line]:
    born, explained = _day(body, "born_on"), _day(body, "life_story_explained_on")
    if born:
        yield Line(born, f"You were born on {_date(born)}.")
    if explained:
        by, tool = str(body.get("life_story_by") or ""), str(body.get("life_story_tool") or "")
        who = by or "somebody"
        how = f", with {tool[:1].lower()}{tool[1:]}" if tool else ""
        yield Line(explained, f"On {_date(explained)} {who} talked with you about why you are in care{how}.", order=1)


def _answers(casebook: Casebook, scope_id: str) -> Iterator[Line]:
    """What the child was told back. What was only promised, or waits to be told, is told when it has been."""
    for one in answers_of(casebook.select(promises_query(scope_id)), casebook.entry):
        told = _day(one.entry.body, "told_on")
        came = one.text("we_did") or one.text("cannot_because")
        if told and came:
            did = "We did" if one.text("we_did") else "We could not, because"
            yield Line(told, f"On {_date(told)} we told you what came of your words. {did}: {came}", order=3)


def _made(casebook: Casebook, scope_id: str) -> Iterator[Line]:
    """Drawings and photos that are the child's own; nobody else is in them by another's choice."""
    for entry in casebook.select(Query(types=("attachment",), scope_id=scope_id, order=OLDEST, limit=MOST)):
        on = _day(entry.body, "made_on")
        if on and entry.body.get("made_by") in THEIR_OWN and entry.audience != PROTECTED:
            kind = "a drawing" if entry.body.get("kind") == "drawing" else "this"
            yield Line(on, f"On {_date(on)} you made {kind}.", picture=entry, order=2)


def understood(casebook: Casebook, scope_id: str) -> list[tuple[date, float]]:
    """Each answer the child has given to how well they understand why they are in care, oldest first, with its day.

    From the versions of the child's record that are kept here.
    """
    child = casebook.child(scope_id)
    found: list[tuple[date, float]] = []
    for version in casebook.history(child.record_id) if child else ():
        value = version.read_body().get("understands_why_in_care")
        at = read_moment(version.written_at)
        if at is None or not isinstance(value, int | float) or isinstance(value, bool):
            continue
        if not found or found[-1][1] != value:
            found.append((at.date(), float(value)))
    return found


def _day(body: Mapping[str, object], name: str) -> date | None:
    return read_day(str(body.get(name) or ""))


def _date(on: date) -> str:
    return say_day(on)
