"""A record as a screen sees it: plain values, nothing of the database, safe to hold and to pass on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from models.record import Declaration, RecordClass, declaration_of
from models.version import Body, OpenChoice, Version

SAVED = "saved"
SENT = "sent"
HELD = "held"


@dataclass(frozen=True, slots=True)
class Entry:
    """One record now. ``state``: saved (on this laptop, waiting to go), sent, or held (kept safe on the server).

    ``author_id`` is who wrote the version it stands on; for types edited by their author it is the author for life.
    ``when`` is the timeline's ISO day or stamp, "" for none. ``schema`` newer than the app's means shown, not edited.
    """

    record_id: str
    scope_id: str
    type: str
    body: Body
    author_id: str
    changed_at: str
    audience: str = ""
    keep_from: tuple[str, ...] = ()
    about: tuple[str, ...] = ()
    schema: int = 1
    version_id: str = ""
    when: str = ""
    title: str = ""
    state: str = SAVED
    held_reason: str = ""
    is_finished: bool = False
    is_deleted: bool = False
    open_choices: tuple[OpenChoice, ...] = ()
    is_doubtful: bool = False
    """Its head could not be proved to be what its author's laptop signed."""

    @property
    def declaration(self) -> Declaration | None:
        """Its type's declaration; None for a type only a newer Heard knows."""
        return declaration_of(self.type)

    def read(self, kind: RecordClass) -> Any:
        """Its body as a typed value of its record class."""
        return kind.from_body(self.body)

    def draft(self) -> Draft:
        """What a form needs to go on writing it."""
        return Draft(self.record_id, self.type, self.scope_id, self.audience, self.keep_from, self.about)


@dataclass(frozen=True, slots=True)
class Draft:
    """Which record a form writes. A record comes to be with its first save, so an untouched form leaves nothing."""

    record_id: str
    type: str
    scope_id: str
    audience: str = ""
    keep_from: tuple[str, ...] = ()
    about: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Edit:
    """One field's change. ``seen`` is the value this text grew from: what the form last loaded or handed over.

    When the record has moved on underneath (a sync came in while the worker typed), the casebook merges from
    ``seen``, so that a colleague's paragraph is never overwritten by a form that had not shown it.
    """

    seen: Any
    value: Any


@dataclass(frozen=True, slots=True)
class Saved:
    """The receipt of a durable save. Only after it may a screen say "Saved on this laptop"."""

    entry: Entry
    at: datetime
    merged_fields: Mapping[str, Any] = field(default_factory=dict)
    """Fields whose stored value is not what the form handed over, because a merge kept more."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One search result: the record, a snippet of its words, and where in the snippet the matches stand."""

    entry: Entry
    snippet: str
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing saved here and not yet acknowledged by the server."""

    entry: Entry
    since: str


@dataclass(frozen=True, slots=True)
class Kept:
    """One version of a record, as this laptop keeps it.

    ``seq`` is its place in the council's line, 0 while the server has not said. ``state``: saved, sent or held.
    """

    version: Version
    seq: int = 0
    state: str = SENT
    held_reason: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something a person should look at: the outcome of a merge, or work the server keeps safe.

    kind: two_versions, merged, edit_beat_delete, left_beside, held, not_proved, key_changed, damaged, mended.
    """

    notice_id: int
    kind: str
    record_id: str
    words: str
    at: str


@dataclass(frozen=True, slots=True)
class LeavingChild:
    """A child no longer assigned to this worker, while something of them is still on this laptop.

    ``code`` is the council's own number for them, "" where it is not known here. ``is_waiting``: something is not sent.
    """

    scope_id: str
    name: str
    code: str
    is_waiting: bool
