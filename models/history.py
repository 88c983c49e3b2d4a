"""A record's history: its versions in the council's order, and what each of them changed, in a worker's words."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from models.audience import EVERYONE_ON_RECORD, ONLY_AUTHOR, PROTECTED, WORKER_AND_IRO
from models.drawing import Stroke, read
from models.entry import SENT, Entry, Kept
from models.fields import Kind, is_empty
from models.moments import day_and_time, in_a_sentence, read_moment
from models.record import Declaration, declaration_of, whose_words
from models.text_difference import Difference, differences
from models.value_words import key_words, no_title, plain_words, unknown_keys, value_words
from models.version import Body, Version
from models.wording import Spoken, say

_NOTHING = Difference((), ())
_READERS = {
    EVERYONE_ON_RECORD: "everyone who works with {child}",
    WORKER_AND_IRO: "{child}’s worker and the reviewing officer",
    ONLY_AUTHOR: "only whoever wrote it",
    PROTECTED: "the social worker and the team manager",
}


@dataclass(frozen=True, slots=True)
class Change:
    """One answer that a version changed, in words; "" on a side is not recorded.

    ``marked`` holds the places that only one of the two texts has. ``whose`` is whose words they are, and
    ``is_exact`` says that they are quoted. ``is_known`` is False for what only a newer Heard knows. A drawing is told
    by its lines, ``drawn_before`` and ``drawn_after``: its words only count them.
    """

    field: str
    label: str
    before: str
    after: str
    whose: str = "worker"
    is_exact: bool = False
    is_text: bool = False
    is_known: bool = True
    marked: Difference = _NOTHING
    drawn_before: tuple[Stroke, ...] = ()
    drawn_after: tuple[Stroke, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """What one version did. ``deeds`` are whole sentences; ``changes`` the answers it changed.

    ``is_start_unknown``: what stood before it is not on this laptop, so that nobody here can say what it changed.
    """

    version_id: str
    deeds: tuple[str, ...]
    changes: tuple[Change, ...]
    is_start_unknown: bool = False


@dataclass(frozen=True, slots=True)
class Telling:
    """How to speak of a history: of which child, who is who, and what day it is."""

    child: Spoken | None
    today: date
    name_of: Callable[[str], str]
    title_of: Callable[[str], str] = no_title

    def when(self, stamp: str) -> str:
        """ "today, 10:05" by the clock of the laptop that wrote it; "" for a stamp that is none."""
        at = read_moment(stamp)
        return in_a_sentence(day_and_time(at, self.today)) if at else ""


@dataclass
class History:
    """The versions of one record that are kept here, newest first, and how their lines run.

    ``tip`` is the version the record stands on. What a version changed is worked out only when it is asked for, so
    that hundreds cost no more than the few that are looked at.
    """

    kept: Mapping[str, Kept]
    tip: str
    order: tuple[str, ...] = field(init=False)
    apart: Mapping[str, str] = field(init=False)
    """Versions written beside the line that stands, and the version that brought each together with it, "" for none."""

    @classmethod
    def of(cls, kept: Iterable[Kept], tip: str) -> History:
        """Order the versions kept of one record. ``tip`` is the one it stands on."""
        return cls({one.version.version_id: one for one in kept}, tip)

    def __post_init__(self) -> None:
        self.order = tuple(reversed(_in_order(self.kept)))
        self.apart = self._find_apart()

    def __len__(self) -> int:
        return len(self.order)

    @property
    def is_whole(self) -> bool:
        """Whether every version is here that one of these grew from."""
        return all(parent in self.kept for one in self.kept.values() for parent in one.version.parents)

    def version(self, version_id: str) -> Version:
        """One of the versions."""
        return self.kept[version_id].version

    def is_clock_behind(self, version_id: str) -> bool:
        """Whether a version bears an earlier time than one it grew from: a laptop's clock was wrong then."""
        version = self.version(version_id)
        before = [self.kept[one].version.written_at for one in version.parents if one in self.kept]
        return any(stamp > version.written_at for stamp in before)

    def laptop_words(self, version_id: str, device_id: str) -> str:
        """ "on this laptop", "on another laptop"; "" where one worker wrote all of theirs on one laptop elsewhere."""
        version = self.version(version_id)
        if version.device_id == device_id:
            return "on this laptop"
        devices = {one.version.device_id for one in self.kept.values() if one.version.author_id == version.author_id}
        if device_id in devices:
            return "on another laptop"
        if len(devices) < 2:
            return ""
        first = self.version(
            next(one for one in reversed(self.order) if self.version(one).author_id == version.author_id)
        )
        return "" if version.device_id == first.device_id else "on another laptop"

    def step(self, version_id: str, telling: Telling) -> Step:
        """Say what one version did to the one before it."""
        version = self.version(version_id)
        before = self.kept[version.parents[0]].version if version.parents and version.parents[0] in self.kept else None
        is_unknown = bool(version.parents) and before is None
        changes = () if is_unknown or version.is_erased else _changes(before, version, telling)
        deeds = tuple(self._deeds(before, version, telling, has_changes=bool(changes)))
        return Step(version_id, deeds, changes, is_start_unknown=is_unknown)

    # ---- how the lines run ----

    def _line(self, start: str) -> Iterator[str]:
        """From a version back, always by the first of its parents: the line that stood on the server."""
        at: str | None = start
        while at is not None and at in self.kept:
            yield at
            at = next(iter(self.version(at).parents), None)

    def _behind(self, start: Iterable[str]) -> set[str]:
        """Versions that these grew from, and these themselves."""
        found: set[str] = set()
        todo = [one for one in start if one in self.kept]
        while todo:
            at = todo.pop()
            if at not in found:
                found.add(at)
                todo += [parent for parent in self.version(at).parents if parent in self.kept]
        return found

    def _find_apart(self) -> dict[str, str]:
        main = list(self._line(self.tip))
        on_main = set(main)
        apart: dict[str, str] = {}
        for merge in reversed(main):
            for one in self._behind(self.version(merge).parents[1:]) - on_main:
                apart.setdefault(one, merge)
        behind = self._behind([self.tip])
        has_gap = any(parent not in self.kept for one in behind for parent in self.version(one).parents)
        for one, kept in self.kept.items():
            # Behind a gap nobody can tell an older version from one beside; what is not acknowledged is surely beside.
            if one not in behind and (kept.state != SENT or not has_gap):
                apart[one] = ""
        return apart

    # ---- what was done ----

    def _deeds(self, before: Version | None, version: Version, telling: Telling, *, has_changes: bool) -> Iterator[str]:
        if version.is_erased:
            yield "Erased, as the law asked. Its words are gone from the server and from every laptop."
            return
        declaration = declaration_of(version.type)
        if declaration is None or version.schema > declaration.schema:
            yield "A newer Heard wrote this. Update Heard to see all of it."
        if len(version.parents) > 1:
            yield self._joined(version, telling)
        if not version.parents:
            yield "Begun."
            yield from _beside(None, version, telling)
        if before is None:
            return
        told = [*_beside(before, version, telling)]
        again = self._same_as(version) if has_changes and len(version.parents) == 1 else None
        if again is not None:
            told.append(f"It says again what stood {telling.when(again.written_at)}.")
        yield from told
        if not told and not has_changes and len(version.parents) == 1:
            yield "Saved again, with nothing changed."

    def _joined(self, version: Version, telling: Telling) -> str:
        """Name the lines that came together: who wrote the newest of each, and when."""
        ends = [self.kept[parent].version for parent in version.parents if parent in self.kept]
        told = [f"what {telling.name_of(one.author_id)} wrote {telling.when(one.written_at)}".strip() for one in ends]
        if len(told) < 2:
            return "Two lines that were written apart came together here."
        return f"Two lines came together: {', '.join(told[:-1])}, and {told[-1]}."

    def _same_as(self, version: Version) -> Version | None:
        """An earlier version with the same body: the record was taken back to it."""
        line = list(self._line(version.version_id))[2:]
        return next((one for one in map(self.version, line) if one.body_bytes() == version.body_bytes()), None)


def _in_order(kept: Mapping[str, Kept]) -> list[str]:
    """Every version after those it grew from; among the rest the server's order, and clocks last of all."""
    waits = {name: sum(parent in kept for parent in one.version.parents) for name, one in kept.items()}
    children: dict[str, list[str]] = {}
    for name, one in kept.items():
        for parent in one.version.parents:
            children.setdefault(parent, []).append(name)

    def place(name: str) -> tuple[int, int, str, str]:
        one = kept[name]
        return (one.seq or 1 << 62, one.version.op_no, one.version.written_at, name)

    ready = [place(name) for name, count in waits.items() if not count]
    heapq.heapify(ready)
    found = []
    while ready:
        name = heapq.heappop(ready)[-1]
        found.append(name)
        for child in children.get(name, ()):
            waits[child] -= 1
            if not waits[child]:
                heapq.heappush(ready, place(child))
    return found


def body_of_version(version: Version) -> Body:
    """A version's body in this Heard's schema; one that a newer Heard wrote stays as it is."""
    declaration, body = declaration_of(version.type), version.read_body()
    if declaration is None or version.schema >= declaration.schema:
        return body
    return declaration.upgrade(body, version.schema)


def entry_of_version(kept: Kept) -> Entry:
    """A version as a record to read, as it stood then."""
    version = kept.version
    return Entry(
        record_id=version.record_id,
        scope_id=version.scope_id,
        type=version.type,
        body=body_of_version(version),
        author_id=version.author_id,
        changed_at=version.written_at,
        audience=version.audience,
        keep_from=version.keep_from,
        about=version.about,
        schema=version.schema,
        version_id=version.version_id,
        state=kept.state,
        held_reason=kept.held_reason,
        is_finished=version.is_finished,
        is_deleted=version.is_deleted or version.is_erased,
    )


def _changes(before: Version | None, version: Version, telling: Telling) -> tuple[Change, ...]:
    declaration = declaration_of(version.type)
    old, new = body_of_version(before) if before else {}, body_of_version(version)
    known = dict(declaration.fields) if declaration else {}
    found = [
        _change_of(declaration, name, old, new, telling)
        for name in known
        if declaration is not None and _differ(old.get(name), new.get(name))
    ]
    for name in dict.fromkeys((*unknown_keys(old, known), *unknown_keys(new, known))):
        if _differ(old.get(name), new.get(name)):
            words = plain_words(old.get(name)), plain_words(new.get(name))
            found.append(Change(name, key_words(name), *words, is_known=False))
    return tuple(found)


def _differ(one: Any, other: Any) -> bool:
    return bool(one != other) and not (is_empty(one) and is_empty(other))


def _change_of(declaration: Declaration, name: str, old: Body, new: Body, telling: Telling) -> Change:
    one = declaration.fields[name]
    before, after = (value_words(one, body.get(name), telling.child, telling.title_of) for body in (old, new))
    is_text, is_drawing = one.kind in (Kind.LINE, Kind.PROSE), one.kind is Kind.STROKES
    return Change(
        name,
        say(one.label, telling.child),
        before,
        after,
        whose=whose_words(declaration, one, new if after else old),
        is_exact=one.is_verbatim,
        is_text=is_text,
        marked=differences(before, after) if is_text and before and after else _NOTHING,
        drawn_before=read(old.get(name)) if is_drawing else (),
        drawn_after=read(new.get(name)) if is_drawing else (),
    )


def _beside(before: Version | None, version: Version, telling: Telling) -> Iterator[str]:
    """What changed beside the answers: finished, deleted, who may read it, texts that stand side by side."""
    if version.is_deleted and not (before and before.is_deleted):
        yield "Deleted. It can be brought back."
    if before and before.is_deleted and not version.is_deleted:
        yield "Brought back."
    if version.is_finished and not (before and before.is_finished):
        yield "Finished. From here on it stands as it is."
    if before and before.audience != version.audience:
        readers = (_readers(one.audience, telling.child) for one in (version, before))
        yield "From here on {} can read it; before that, {}.".format(*readers)
    if (before.keep_from if before else ()) != version.keep_from:
        kept_from = _listed(version.keep_from)
        yield f"Kept from {kept_from} in documents." if kept_from else "No longer kept from anybody in documents."
    if before and before.about != version.about:
        yield "Whom it is about was changed."
    yield from _choices(before, version, telling)


def _choices(before: Version | None, version: Version, telling: Telling) -> Iterator[str]:
    declaration = declaration_of(version.type)
    known = declaration.fields if declaration else {}

    def labels(choices: set[tuple[str, str]]) -> str:
        names = sorted({name for name, _losing in choices})
        return _listed(
            [f"“{say(known[one].label, telling.child) if one in known else key_words(one)}”" for one in names]
        )

    stood = {(choice.field, choice.losing_version_id) for choice in (before.open_choices if before else ())}
    stand = {(choice.field, choice.losing_version_id) for choice in version.open_choices}
    if stand - stood:
        yield f"Two texts of {labels(stand - stood)} stand side by side from here on."
    if stood - stand:
        yield f"Settled which text of {labels(stood - stand)} stands."


def _readers(audience: str, child: Spoken | None) -> str:
    return say(_READERS.get(audience, "whoever a newer Heard says"), child)


def _listed(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}" if parts else ""
