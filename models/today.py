"""What Today shows: the visits of the day in time order, and what a worker has begun and not finished."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from models.choices import PLACE
from models.clock import to_stamp
from models.entry import Entry
from models.fields import Choice
from models.moments import day_and_time, in_a_sentence, read_day, read_moment, short_day, until
from models.query import CHANGED, OLDEST, Query, Where
from models.version import Body
from models.wording import Spoken

if TYPE_CHECKING:
    from models.asking_again import ToAsk

NOTE = "note"
CHECK_BACK = "check_back"
TWO_VERSIONS = "two_versions"
NOT_TAKING_PART = "not_taking_part"
MEET = "meet"
ASK_AGAIN = "ask_again"
CLOSE = "feedback_sheet"
MOST_TO_FINISH = 5
CHECK_BACK_DAYS = 60
"""Words older than this are still marked on the timeline, but Today no longer asks for them."""
LONGEST_VISIT = timedelta(hours=1)
"""So long after its time a visit still counts as the next one: the worker may be on the doorstep."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit of the day. ``note_id`` is the note already begun for it, ``is_written`` that it is finished."""

    record_id: str
    scope_id: str
    at: datetime
    where: str
    until: str
    state: str = ""
    is_next: bool = False
    note_id: str = ""
    is_written: bool = False


@dataclass(frozen=True, slots=True)
class ToFinish:
    """One thing begun and not finished.

    ``kind`` is note, not_taking_part, feedback_sheet, check_back, two_versions, meet or ask_again.
    """

    kind: str
    record_id: str
    scope_id: str
    title: str
    words: str


def bounds(today: date) -> tuple[str, str]:
    """The day's first moment and the next day's, as stamps."""
    start = datetime.combine(today, datetime.min.time()).astimezone()
    end = datetime.combine(today + timedelta(days=1), datetime.min.time()).astimezone()
    return to_stamp(start), to_stamp(end)


def visits_query(today: date) -> Query:
    """The planned visits of a day."""
    since, before = bounds(today)
    where = (Where("planned_at", "since", since), Where("planned_at", "before", before))
    return Query(types=("planned_visit",), where=where, order=OLDEST, limit=100)


def notes_query(today: date, me: str) -> Query:
    """The notes this worker has written of visits since yesterday; one of them may be of a visit of today."""
    since, _ = bounds(today - timedelta(days=1))
    return Query(types=("visit_note",), author_id=me, where=(Where("visited_at", "since", since),), limit=200)


def unfinished_query(me: str) -> Query:
    """What this worker has begun and not finished, the last one touched first."""
    return Query(types=("visit_note", NOT_TAKING_PART, CLOSE), author_id=me, is_finished=False, order=CHANGED, limit=50)


def unchecked_query(me: str, today: date) -> Query:
    """What children told this worker in the last weeks that has not been checked back with them."""
    since = (today - timedelta(days=CHECK_BACK_DAYS)).isoformat()
    where = (Where("said_on", "since", since), Where("checked_back_result", "is", ""))
    return Query(types=("own_words",), author_id=me, where=where, limit=50)


def todays_visits(planned: Iterable[Entry], notes: Iterable[Entry], me: str, now: datetime) -> tuple[Visit, ...]:
    """This worker's visits in time order. The next one is the first not yet written that may still happen."""
    by_plan = {str(note.body.get("planned_visit_id")): note for note in notes if note.body.get("planned_visit_id")}
    visits: list[Visit] = []
    for entry in planned:
        if entry.body.get("state") == "cancelled" or entry.body.get("goes_id") not in (None, "", me):
            continue
        at = read_moment(entry.when)
        if at is None:
            continue
        note = by_plan.get(entry.record_id)
        # "Done" is set when the note is begun; a note that lies here unfinished is still to be written.
        is_written = note.is_finished if note else entry.body.get("state") == "done"
        is_next = not is_written and at + LONGEST_VISIT > now and not any(visit.is_next for visit in visits)
        visits.append(
            Visit(
                entry.record_id,
                entry.scope_id,
                at,
                _where(entry.body),
                "" if is_written else until(at, now),
                str(entry.body.get("state") or ""),
                is_next,
                note.record_id if note else str(entry.body.get("visit_note_id") or ""),
                is_written,
            )
        )
    return tuple(visits)


def _where(body: Body) -> str:
    parts = [_word(PLACE, body.get("place")) or "Visit"]
    if body.get("also_going"):
        parts.append(f"with {body['also_going']}")
    return " · ".join(parts)


def _word(choices: tuple[Choice, ...], code: object) -> str:
    return next((choice.words for choice in choices if choice.code == code), str(code or ""))


def next_visit(visits: Iterable[Visit]) -> Visit | None:
    """The visit that a new note is most likely about: the next one, or None when there is none left today."""
    return next((visit for visit in visits if visit.is_next), None)


def to_finish(
    unfinished: Iterable[Entry],
    unchecked: Iterable[Entry],
    torn: Iterable[Entry],
    child_of: Callable[[str], Body | None],
    today: date,
) -> tuple[ToFinish, ...]:
    """Everything that waits for this worker: notes first, then two texts to choose between, then words to check back.

    Words told in a note that is itself unfinished are not asked for twice.
    """
    found: list[ToFinish] = []
    open_notes = set()
    for note in unfinished:
        open_notes.add(note.record_id)
        begun = read_moment(note.changed_at)
        if note.type == NOT_TAKING_PART:
            # One of today finishes by itself, once it can no longer be taken back.
            if begun is None or begun.date() < today:
                title = f"Not taking part – {_name(child_of, note)}"
                words = "Begun and not finished. Saved."
                found.append(ToFinish(NOT_TAKING_PART, note.record_id, note.scope_id, title, words))
            continue
        words = f"Started {in_a_sentence(day_and_time(begun, today))}. Saved." if begun else "Saved."
        if note.type == CLOSE:
            title = f"Close the visit – {_name(child_of, note)}"
            found.append(ToFinish(CLOSE, note.record_id, note.scope_id, title, words))
            continue
        found.append(ToFinish(NOTE, note.record_id, note.scope_id, f"Visit note – {_name(child_of, note)}", words))
    for entry in torn:
        title = entry.declaration.title if entry.declaration else "Two texts"
        words = "Two texts stand side by side. Nothing is lost."
        found.append(
            ToFinish(TWO_VERSIONS, entry.record_id, entry.scope_id, f"{title} – {_name(child_of, entry)}", words)
        )
    for said in unchecked:
        if said.body.get("said_in_id") in open_notes or not said.body.get("words"):
            continue
        day = read_day(said.when)
        spoken = Spoken.of(child_of(said.scope_id) or {})
        when = f" of {in_a_sentence(short_day(day, today))}" if day else ""
        words = f"Ask {spoken.them} if {spoken.their} words{when} are right."
        found.append(ToFinish(CHECK_BACK, said.record_id, said.scope_id, f"Check back with {spoken.name}", words))
    return tuple(found)


def to_meet(new: Sequence[str], child_of: Callable[[str], Body | None]) -> tuple[ToFinish, ...]:
    """One line for the children of whom this worker is to read before a first visit, in the order of ``new``."""
    if not new:
        return ()
    spoken = Spoken.of(child_of(new[0]) or {})
    title = f"Read about {spoken.name} first" if len(new) == 1 else f"{len(new)} children are new to you"
    whom = spoken.their if len(new) == 1 else "their"
    names = "" if len(new) == 1 else f" Begin with {spoken.name}."
    words = f"Read {whom} page before your first visit.{names}"
    return (ToFinish(MEET, new[0], new[0], title, words),)


def to_ask(again: Iterable[ToAsk], child_of: Callable[[str], Body | None], today: date) -> tuple[ToFinish, ...]:
    """A line for each child who is to be asked again by today."""
    found = []
    for one in again:
        title = f"Ask {_name(child_of, one.entry)} again"
        found.append(ToFinish(ASK_AGAIN, one.entry.record_id, one.entry.scope_id, title, one.words(today)))
    return tuple(found)


def _name(child_of: Callable[[str], Body | None], entry: Entry) -> str:
    return Spoken.of(child_of(entry.scope_id) or {}).name


def summary(visits: tuple[Visit, ...]) -> str:
    """The line under the date: "3 visits today. Everything you need is on this laptop."."""
    if not visits:
        return ""
    count = f"{len(visits)} visit{'' if len(visits) == 1 else 's'} today"
    return f"{count}. Everything you need is on this laptop."
