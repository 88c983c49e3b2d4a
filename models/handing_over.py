"""Nobody should have to tell a new worker everything again: who has read This is Me before the first visit, who not.

Seed 004; domain 4.9 and 6.3.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from models.audience import EVERYONE_ON_RECORD, SHARED, may_write
from models.casebook import Casebook
from models.clock import to_stamp
from models.entry import Draft, Edit, Entry
from models.moments import read_moment
from models.query import OLDEST, Query, Where
from models.version import Body

READ_FIRST, READ_LATER, VISITED_UNREAD, NOT_READ = "read_first", "read_later", "visited_unread", "not_read"
MOST = 2_000
"""Records of one kind that are looked through for all children of a worker."""
ME, WISHES = "this_is_me", "communication_preferences"
_READ_AT = {ME: "this_is_me_read_at", WISHES: "preferences_read_at"}


@dataclass(frozen=True, slots=True)
class Reader:
    """One worker on a child's record, and whether they read it first. ``read_at`` is when the last of it was read."""

    worker_id: str
    name: str
    role: str
    state: str
    read_at: datetime | None = None
    visited_at: datetime | None = None


def unread(handovers: Iterable[Body], standing: Iterable[str]) -> tuple[str, ...]:
    """Which of the types that stand for a child (This is Me, preferences) a worker has not read, by their hand-overs.

    What does not stand yet cannot be read; once it has come, it is asked for.
    """
    done = list(handovers)
    return tuple(one for one in (ME, WISHES) if one in standing and not any(body.get(_READ_AT[one]) for body in done))


def state_of(missing: Iterable[str], read_at: datetime | None, visited_at: datetime | None) -> str:
    """How a worker stands: read first, read after a visit, visited without, or not read and not visited."""
    if tuple(missing):
        return VISITED_UNREAD if visited_at else NOT_READ
    return READ_LATER if visited_at and (read_at is None or read_at > visited_at) else READ_FIRST


def to_read(casebook: Casebook, scope_id: str) -> tuple[str, ...]:
    """What this worker is asked to read before anything else of a child; nothing once they have visited.

    Whoever may only look on (an auditor) is not asked: they cannot write that they have read it.
    """
    me = casebook.me.worker.worker_id
    if not _writes(casebook.scopes.get(scope_id)):
        return ()
    missing = unread((one.body for one in _handovers(casebook, scope_id, me)), _standing(casebook, scope_id))
    return missing if missing and _first_visit(casebook, scope_id, me) is None else ()


def new_to_me(casebook: Casebook, scope_ids: Iterable[str]) -> tuple[str, ...]:
    """The children, in the order given, of whom this worker is asked to read before the first visit.

    As :func:`to_read` says of each, and for all of them at once: Today asks it of every child, each time it is drawn.
    """
    me, asked = casebook.me.worker.worker_id, list(scope_ids)
    # Whether there is one, and not the record: each would be deciphered for nothing.
    standing = {one: casebook.scopes_with(Query(types=(one,)), asked) for one in (ME, WISHES)}
    kept = defaultdict(list)
    where = (Where("worker_id", "is", me),)
    for entry in casebook.select(Query(types=("handover",), where=where, limit=MOST)):
        kept[entry.scope_id].append(entry.body)
    scopes = casebook.scopes

    def is_unread(scope_id: str) -> bool:
        stands = [one for one, found in standing.items() if scope_id in found]
        return bool(unread(kept[scope_id], stands)) and _writes(scopes.get(scope_id))

    new = [one for one in asked if is_unread(one)]
    visited = casebook.scopes_with(_visits(casebook, me), new) if new else frozenset()
    return tuple(one for one in new if one not in visited)


def reading(casebook: Casebook, scope_id: str) -> tuple[Draft, dict[str, Edit]]:
    """What to save when this worker has read what stands of a child: a new hand-over, or what is missing in theirs."""
    me, now = casebook.me.worker.worker_id, casebook.clock.stamp()
    kept = _handovers(casebook, scope_id, me)
    standing = unread((), _standing(casebook, scope_id))
    seen: Body = kept[0].body if kept else {}
    draft = kept[0].draft() if kept else casebook.new_draft("handover", scope_id)
    edits = {_READ_AT[one]: Edit(None, now) for one in standing if not seen.get(_READ_AT[one])}
    return draft, edits if kept else {"worker_id": Edit(None, me), **edits}


def readers(casebook: Casebook, scope_id: str) -> tuple[Reader, ...]:
    """Everyone assigned to a child who writes in the record, as the server last told, and whether they read first.

    Nobody while neither This is Me nor preferences stand: then there is nothing to have read.
    """
    standing, found = _standing(casebook, scope_id), []
    if not standing:
        return ()
    for one in casebook.directory.assignments:
        if one.scope_id != scope_id or not _writes(one.role):
            continue
        kept = [entry.body for entry in _handovers(casebook, scope_id, one.worker_id)]
        visited = _first_visit(casebook, scope_id, one.worker_id)
        missing = unread(kept, standing)
        read_at = None if missing else _read_at(kept, standing)
        state = state_of(missing, read_at, visited)
        found.append(Reader(one.worker_id, casebook.worker_name(one.worker_id), one.role, state, read_at, visited))
    return tuple(sorted(found, key=lambda reader: (reader.state == READ_FIRST, reader.name)))


def _writes(role: str | None) -> bool:
    return may_write(SHARED, EVERYONE_ON_RECORD, role, is_author=True, is_finished=False, is_new=True)


def _standing(casebook: Casebook, scope_id: str) -> tuple[str, ...]:
    return tuple(one for one in (ME, WISHES) if casebook.one(one, scope_id) is not None)


def _handovers(casebook: Casebook, scope_id: str, worker_id: str) -> list[Entry]:
    where = (Where("worker_id", "is", worker_id),)
    return casebook.select(Query(types=("handover",), scope_id=scope_id, where=where, limit=20))


def _read_at(kept: Iterable[Body], standing: Iterable[str]) -> datetime | None:
    """When the last of it was read, each by its first reading."""
    bodies, last = list(kept), []
    for one in standing:
        stamps = sorted(str(body[_READ_AT[one]]) for body in bodies if body.get(_READ_AT[one]))
        last += stamps[:1]
    return read_moment(max(last)) if last else None


def _first_visit(casebook: Casebook, scope_id: str, worker_id: str) -> datetime | None:
    """When a worker first saw, or went to see, the child: by the first note they wrote of a visit that has begun."""
    found = casebook.select(replace(_visits(casebook, worker_id), scope_id=scope_id))
    return read_moment(found[0].when) if found else None


def _visits(casebook: Casebook, worker_id: str) -> Query:
    """The first note a worker wrote of a visit that has begun."""
    before = to_stamp(casebook.clock.now())
    return Query(types=("visit_note",), author_id=worker_id, before=before, order=OLDEST, limit=1)
