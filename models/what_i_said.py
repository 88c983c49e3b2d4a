"""Everything held in one child's own words: what it was, who can see it, and what happened because of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from models import reading
from models.casebook import Casebook
from models.entry import Entry
from models.loop import CLOSED, DONE, TOLD, WITHDRAWN, Answer, answers_of, promises_query
from models.moments import read_day
from models.query import NEWEST, Query
from models.reading import CHILD, age_of, read_record
from models.record import all_declarations
from models.sharing import shown
from models.wording import Spoken

PICTURES_UNDER = 11
"""Text for 11 and over, pictures for younger (look, section 9)."""
MOST = 500
AT_A_TIME = 20
"""So many are read by one question, whatever is asked for: another number would be another statement to prepare."""


@dataclass(frozen=True, slots=True)
class Saying:
    """One thing in the child's words. ``corrected`` is what they changed it to. ``happened`` is what came of it."""

    entry: Entry
    words: str
    corrected: str
    on: date | None
    told_to: str
    who_can_see: tuple[str, ...]
    happened: str


@dataclass(frozen=True, slots=True)
class Page:
    """What a child wrote, said or drew on a page of their own, such as This is Me: its title, and each answer."""

    title: str
    answers: tuple[reading.Answer, ...]


def wants_pictures(child: Entry, today: date) -> bool:
    """Whether this child is shown pictures; one whose birthday is not recorded is shown text."""
    age = age_of(child.body, today)
    return age is not None and age < PICTURES_UNDER


def sayings(casebook: Casebook, scope_id: str, most: int = MOST) -> list[Saying]:
    """A child's sayings on this laptop, newest first; ``most`` of them at the most."""
    answers: dict[str, Answer] = {}
    # What came of the words is asked for, and not the words once more.
    for one in answers_of(casebook.select(promises_query(scope_id)), lambda _said: None):
        answers[one.text("you_said_id")] = one
    found: list[Saying] = []
    for offset in range(0, MOST, AT_A_TIME):
        query = Query(types=("own_words",), scope_id=scope_id, order=NEWEST, limit=AT_A_TIME, offset=offset)
        read = casebook.select(query)
        found += [_saying(casebook, one, answers.get(one.record_id)) for one in read if one.body.get("words")]
        if len(found) >= most or len(read) < AT_A_TIME:
            break
    return found[:most]


def _saying(casebook: Casebook, entry: Entry, answer: Answer | None) -> Saying:
    author = casebook.worker_name(entry.author_id)
    return Saying(
        entry,
        str(entry.body.get("words") or ""),
        str(entry.body.get("child_correction") or ""),
        read_day(str(entry.body.get("said_on") or "")),
        author,
        shown(entry.audience, entry.keep_from, author),
        happened(answer),
    )


def happened(answer: Answer | None) -> str:
    """What came of a saying, said to the child."""
    if answer is None:
        return ""
    if answer.state == WITHDRAWN:
        return "You took this back."
    came = answer.text("we_did") or answer.text("cannot_because")
    if came and answer.state in (TOLD, DONE) and answer.text("we_did"):
        return f"We did: {came}"
    if came:
        return f"We cannot, because: {came}"
    promised = answer.text("we_promised")
    if answer.stage == CLOSED or not promised:
        return ""
    return f"We promised: {promised}"


def pages(casebook: Casebook, scope_id: str, child: Spoken) -> list[Page]:
    """What stands in the child's words on the pages of which they have one: This is Me, and how to talk with them."""
    found = []
    for declaration in all_declarations():
        entry = casebook.one(declaration.type, scope_id) if declaration.is_one_per_child else None
        # What the council knows of a child is asked for, not said.
        if entry is None or entry.type == "child":
            continue
        parts = read_record(declaration, entry.body, child)
        theirs = tuple(one for part in parts for one in part.answers if one.is_exact and one.whose == CHILD)
        if theirs:
            found.append(Page(declaration.title, theirs))
    return found
