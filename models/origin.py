"""Who wrote what stands in one answer: the record's versions are followed back to the one that brought it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from models.entry import Entry
from models.fields import is_empty
from models.version import Version


@dataclass(frozen=True, slots=True)
class Origin:
    """A worker's id and the stamp of when they wrote it."""

    author_id: str
    written_at: str


def origin_of(entry: Entry, history: Iterable[Version], name: str, me: str) -> Origin:
    """Follow the field ``name`` back through the versions kept here, as far as its value is the same.

    A merge is nobody's writing: it is passed by for the side its value came from. ``me`` is the worker whose hand
    what is not yet in any version is.
    """
    kept = {version.version_id: version for version in history}
    bodies = {version_id: version.read_body() for version_id, version in kept.items()}
    wanted = entry.body.get(name)

    def holds(version_id: str) -> bool:
        if version_id not in kept:
            return False
        value = bodies[version_id].get(name)
        return bool(value == wanted) or (is_empty(value) and is_empty(wanted))

    at = kept.get(entry.version_id)
    if at is None:
        return Origin(entry.author_id, entry.changed_at)
    if not holds(at.version_id):
        return Origin(me, entry.changed_at)
    while before := next((parent for parent in at.parents if holds(parent)), None):
        at = kept[before]
    return Origin(at.author_id, at.written_at)
