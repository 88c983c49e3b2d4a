"""Every document by its key: what it is called, for which child there is one, and made from what this laptop holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from models import life_story
from models.casebook import Casebook
from models.closing_visit import gather
from models.documents import before_you_knock, feedback_sheet, letter, my_story, picture_letter, this_is_me, visit_note
from models.documents.attached import attached_blocks
from models.documents.document import Document
from models.documents.paper import Paper
from models.entry import Entry
from models.errors import Trouble
from models.knock_card import knock_card
from models.loop import Answer, answers_of, promises_query
from models.moments import read_day
from models.query import OLDEST, Query, Where
from models.value_words import NOT_HERE
from models.version import Body
from models.wording import Spoken

MOST = 500


@dataclass(frozen=True, slots=True)
class Kind:
    """A document that can be made. ``make`` returns None where there is nothing to make it of yet.

    ``needs`` is the type of which a child must have a record. ``of_record``: it is made of one such record, and not of
    the child as a whole. Letters are made of all a child's promises, or of the one that is asked for.
    """

    key: str
    title: str
    make: Callable[[Casebook, str, str], Document | None]
    needs: str
    of_record: bool = False


def kind_of(key: str) -> Kind:
    """A kind by its key; an unknown key is a bug and raises KeyError."""
    return KINDS[key]


def make(casebook: Casebook, key: str, scope_id: str, record_id: str = "") -> Document:
    """Make a document. Raises Trouble where there is nothing on this laptop to make it of."""
    made = kind_of(key).make(casebook, scope_id, record_id)
    if made is None:
        raise Trouble("There is nothing to print yet", "Nothing has been changed.", "Write it down first.")
    return made


def of_child(casebook: Casebook, scope_id: str) -> tuple[Kind, ...]:
    """The documents that can be made of a child as a whole, now."""
    wanted = (kind for kind in KINDS.values() if not kind.of_record)
    return tuple(kind for kind in wanted if casebook.count(Query(types=(kind.needs,), scope_id=scope_id)))


def paper_for(casebook: Casebook, scope_id: str) -> Paper:
    """The paper a child asked for."""
    wishes = casebook.one("communication_preferences", scope_id)
    return Paper.for_child(wishes.body if wishes else {})


def file_name(kind: Kind, day: date, ending: str) -> str:
    """A name for a file that tells what it is and never of whom: files are seen by others, and synced elsewhere."""
    return f"Heard - {kind.title.replace(',', '')} - {day.isoformat()}{ending}"


# ---- reading ----


def spoken_of(casebook: Casebook, scope_id: str) -> Spoken:
    """How to speak of the child of a scope."""
    child = casebook.child(scope_id)
    return Spoken.of(child.body if child else {})


def titles(casebook: Casebook) -> Callable[[str], str]:
    """Names a linked record, or a worker, by its id."""

    def title_of(record_id: str) -> str:
        if casebook.worker(record_id) is not None:
            return casebook.worker_name(record_id)
        entry = casebook.entry(record_id)
        if entry is None:
            return NOT_HERE
        return entry.title or (entry.declaration.title if entry.declaration else NOT_HERE)

    return title_of


def _names(casebook: Casebook) -> Callable[[str], str]:
    """A worker's name by their id; "" for one this laptop does not know, of whom no letter speaks as a colleague."""

    def name_of(worker_id: str) -> str:
        worker = casebook.worker(worker_id)
        return worker.display_name if worker is not None else ""

    return name_of


def inside(casebook: Casebook, type_name: str, field: str, entry: Entry) -> list[Entry]:
    """The records shown within another, oldest first."""
    where = (Where(field, "is", entry.record_id),)
    query = Query(types=(type_name,), scope_id=entry.scope_id, where=where, order=OLDEST, limit=MOST)
    return casebook.select(query)


def _visit_note(casebook: Casebook, _scope_id: str, record_id: str) -> Document | None:
    note = casebook.entry(record_id)
    if note is None or note.is_deleted or note.type != visit_note.KEY:
        return None
    child = spoken_of(casebook, note.scope_id)
    within = visit_note.Inside(
        inside(casebook, "own_words", "said_in_id", note),
        inside(casebook, "addendum", "adds_to_id", note),
        attached_blocks(casebook, casebook.attachments.belonging_to(note.record_id, note.scope_id), child),
    )
    today = casebook.clock.today()
    return visit_note.make(note, within, child, today, casebook.worker_name, titles(casebook))


def _this_is_me(casebook: Casebook, scope_id: str, _record_id: str) -> Document | None:
    entry = casebook.one(this_is_me.KEY, scope_id)
    if entry is None:
        return None
    child = spoken_of(casebook, scope_id)
    kept = attached_blocks(casebook, casebook.attachments.belonging_to(entry.record_id, scope_id), child, is_small=True)
    return this_is_me.make(entry, child, casebook.clock.today(), kept)


def _before_you_knock(casebook: Casebook, scope_id: str, _record_id: str) -> Document | None:
    child = casebook.child(scope_id)
    if child is None:
        return None
    wishes = casebook.one("communication_preferences", scope_id)
    found = casebook.select(Query(types=("person_i_trust",), scope_id=scope_id, limit=MOST))
    people: dict[str, Body] = {one.record_id: one.body for one in found}
    today = casebook.clock.today()
    card = knock_card(child.body, wishes.body if wishes else None, people, today)
    return before_you_knock.make(card, wishes, Spoken.of(child.body), today, titles(casebook))


def _answers(casebook: Casebook, scope_id: str, record_id: str) -> list[Answer]:
    """Every promise to a child, or the one that is asked for."""
    found = casebook.select(promises_query(scope_id))
    return answers_of([one for one in found if record_id in ("", one.record_id)], casebook.entry)


def _letter(casebook: Casebook, scope_id: str, record_id: str) -> Document | None:
    answers = _answers(casebook, scope_id, record_id)
    if not answers:
        return None
    child, today, me = spoken_of(casebook, scope_id), casebook.clock.today(), casebook.me.worker
    return letter.make(answers, casebook.entry, child, me.display_name, today, _names(casebook))


def _picture_letter(casebook: Casebook, scope_id: str, record_id: str) -> Document | None:
    answers = _answers(casebook, scope_id, record_id)
    if not answers:
        return None
    child, today = spoken_of(casebook, scope_id), casebook.clock.today()
    return picture_letter.make(answers, casebook.entry, child, _names(casebook), today)


def _my_story(casebook: Casebook, scope_id: str, _record_id: str) -> Document | None:
    told = life_story.chapters(casebook, scope_id)
    if not told:
        return None
    child = spoken_of(casebook, scope_id)
    answers = life_story.understood(casebook, scope_id)
    return my_story.make(
        told,
        answers[-1][1] if answers else None,
        lambda made: attached_blocks(casebook, (made,), child),
        child,
        casebook.clock.today(),
    )


def _feedback_sheet(casebook: Casebook, _scope_id: str, record_id: str) -> Document | None:
    sheet = casebook.entry(record_id)
    note = casebook.entry(str(sheet.body.get("visit_note_id") or "")) if sheet is not None else None
    if sheet is None or sheet.is_deleted or sheet.type != feedback_sheet.KEY or note is None or note.is_deleted:
        return None
    return sheet_document(casebook, sheet, note)


def sheet_document(casebook: Casebook, sheet: Entry, note: Entry) -> Document:
    """The document of a feedback sheet as it stands, also of one that is being written."""
    visited_on = read_day(str(note.body.get("visited_at") or ""))
    child, by = spoken_of(casebook, note.scope_id), casebook.worker_name(sheet.author_id)
    gathered, today = gather(casebook, note), casebook.clock.today()
    return feedback_sheet.make(sheet, visited_on, gathered, child, by, today, titles(casebook))


KINDS = {
    kind.key: kind
    for kind in (
        Kind(this_is_me.KEY, "This is Me", _this_is_me, needs="this_is_me"),
        Kind(before_you_knock.KEY, "Before you knock", _before_you_knock, needs="child"),
        Kind(letter.KEY, "You said, we did", _letter, needs="promise"),
        Kind(picture_letter.KEY, "You said, we did, in pictures", _picture_letter, needs="promise"),
        Kind(my_story.KEY, "My story so far", _my_story, needs="child"),
        Kind(visit_note.KEY, "Visit note", _visit_note, needs="visit_note", of_record=True),
        Kind(feedback_sheet.KEY, "Feedback sheet", _feedback_sheet, needs="feedback_sheet", of_record=True),
    )
}
"""In the order in which they are offered."""
