"""What happened with a child, newest first, a page at a time: notes with what was said in them, and what changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from models.casebook import Casebook
from models.entry import HELD, SAVED, SENT, Entry
from models.fields import Kind
from models.moments import month_of, read_moment
from models.query import Query, Where
from models.reading import read_record
from models.record import Declaration, all_declarations
from models.value_words import no_title
from models.version import Version
from models.wording import Spoken, say

PAGE = 50
MOST_LOOSE = 200
EXCERPT = 280
WORDS, EVIDENCE = "own_words", "attachment"
_DAY = "0"
"""Sorts before any day, and after none at all."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One entry. ``inside`` are the records shown within it: own words, addenda. ``at`` is its day or stamp.

    ``changed`` names the answers that changed, for a record of which a child has one; ``by`` is who.
    """

    entry: Entry
    at: str
    by: str
    inside: tuple[Entry, ...] = ()
    changed: tuple[str, ...] = ()
    version_id: str = ""

    @property
    def key(self) -> str:
        """What tells it from every other moment."""
        return f"{self.entry.record_id}/{self.version_id}"

    @property
    def is_latest(self) -> bool:
        """Whether it is how its record stands now, and not an earlier change of it."""
        return self.version_id in ("", self.entry.version_id)

    @property
    def month(self) -> str:
        """ "November 2026"; "" without a day."""
        when = read_moment(self.at)
        return month_of(when.date()) if when else ""

    @property
    def state(self) -> str:
        """How the whole of it stands: held before saved, saved before sent."""
        states = {one.state for one in (self.entry, *self.inside)}
        return HELD if HELD in states else SAVED if SAVED in states else SENT

    @property
    def held_reason(self) -> str:
        """Why the server keeps a part of it apart; "" where it does not."""
        return next((one.held_reason for one in (self.entry, *self.inside) if one.held_reason), "")


@dataclass
class Timeline:
    """A child's moments, read as far as somebody has scrolled. Types come from their declarations alone."""

    casebook: Casebook
    scope_id: str
    moments: list[Moment] = field(default_factory=list)
    has_more: bool = True

    def fetch(self) -> list[Moment]:
        """Read the next page of moments, and return what it adds."""
        return self._read_to(len(self.moments) + PAGE) if self.has_more else []

    def read_again(self) -> None:
        """Read as much as was read before, after something changed."""
        wanted = max(PAGE, len(self.moments))
        self.moments = []
        self.has_more = True
        self._read_to(wanted)

    def _read_to(self, wanted: int) -> list[Moment]:
        dated = self._dated(wanted + 1)
        has_more = len(dated) > wanted
        dated = dated[:wanted]
        # What has no page of its own is put between the dated ones, as far back as these go.
        last = dated[-1].at if dated and has_more else ""
        between = [one for one in self._undated() if one.at >= last]
        before = {one.key for one in self.moments}
        self.moments = sorted([*dated, *between], key=lambda one: one.at, reverse=True)
        self.has_more = has_more
        return [one for one in self.moments if one.key not in before]

    def _dated(self, limit: int) -> list[Moment]:
        types = _dated_types()
        if not types:
            return []
        return self._with_inside(
            self.casebook.select(Query(types=types, scope_id=self.scope_id, since=_DAY, limit=limit))
        )

    def _with_inside(self, found: list[Entry]) -> list[Moment]:
        inside = self._inside([one.record_id for one in found])
        within = {one.record_id: outer for outer, some in inside.items() for one in some if one.type == WORDS}
        # A drawing that goes with a child's words stands where those words stand.
        for record_id, some in self._inside(list(within), EVIDENCE).items() if within else ():
            inside[within[record_id]] += some
        return [Moment(one, one.when or one.changed_at, one.author_id, inside.get(one.record_id, ())) for one in found]

    def _inside(self, record_ids: list[str], only: str = "") -> dict[str, tuple[Entry, ...]]:
        found: dict[str, tuple[Entry, ...]] = {}
        for declaration in _inline():
            if only not in ("", declaration.type):
                continue
            for start in range(0, len(record_ids), 200):
                some = record_ids[start : start + 200]
                where = Where(declaration.shown_in, "in", some)
                query = Query(types=(declaration.type,), scope_id=self.scope_id, where=(where,), limit=2000)
                for one in reversed(self.casebook.select(query)):
                    parent = str(one.body.get(declaration.shown_in))
                    found[parent] = (*found.get(parent, ()), one)
        return found

    def _undated(self) -> list[Moment]:
        loose = list(self._loose())
        found = self._with_inside(loose) if loose else []
        # A note just begun may not have its day yet: it then stands where it was written.
        begun = Query(types=_dated_types(), scope_id=self.scope_id, before=_DAY, limit=MOST_LOOSE)
        found += self._with_inside(self.casebook.select(begun)) if begun.types else []
        for declaration in all_declarations():
            if declaration.is_on_timeline and not declaration.timeline and not declaration.shown_in:
                query = Query(types=(declaration.type,), scope_id=self.scope_id, limit=MOST_LOOSE)
                for entry in self.casebook.select(query):
                    found += self._changes(entry, declaration)
        return found

    def _loose(self) -> Iterable[Entry]:
        """Records that could stand within another and do not, such as words said outside any visit."""
        for declaration in _inline():
            if declaration.timeline:
                where = Where(declaration.shown_in, "is", "")
                query = Query(types=(declaration.type,), scope_id=self.scope_id, where=(where,), limit=MOST_LOOSE)
                yield from self.casebook.select(query)

    def _changes(self, entry: Entry, declaration: Declaration) -> Iterable[Moment]:
        """Each day on which somebody changed the record, as far back as its versions are kept here."""
        days: dict[tuple[str, str], Moment] = {}
        kept = self.casebook.history(entry.record_id)
        by_id = {version.version_id: version for version in kept}
        for version in kept:
            key = (version.written_at[:10], version.author_id)
            already = days[key].changed if key in days else ()
            changed = tuple(dict.fromkeys((*already, *_changed(declaration, by_id, version))))
            at = version.written_at
            days[key] = Moment(entry, at, version.author_id, changed=changed, version_id=version.version_id)
        return days.values() or [Moment(entry, entry.changed_at, entry.author_id)]


def _dated_types() -> tuple[str, ...]:
    return tuple(one.type for one in all_declarations() if one.is_on_timeline and one.timeline and not one.shown_in)


def _inline() -> list[Declaration]:
    """Types shown within others, where a list can be asked for by what they are shown in."""
    return [one for one in all_declarations() if one.shown_in and one.fields[one.shown_in].indexed]


def _changed(declaration: Declaration, kept: dict[str, Version], version: Version) -> Iterable[str]:
    """The answers that differ from the version before; none where that one is not kept here, or is the first."""
    before = kept.get(version.parents[0]) if version.parents else None
    if before is None:
        return ()
    old, new = before.read_body(), version.read_body()
    return [name for name in declaration.fields if old.get(name) != new.get(name)]


def headline(entry: Entry, child: Spoken) -> str:
    """What an entry is called: by the answer its type is headed by, such as where a visit was, or by its type."""
    declaration = entry.declaration
    if declaration is None:
        return "Written by a newer Heard"
    code = entry.body.get(declaration.headline) if declaration.headline else None
    if code:
        return say(declaration.fields[declaration.headline].words_for(str(code)), child)
    return say(declaration.title, child)


def excerpt(entry: Entry) -> tuple[str, bool]:
    """The first long text of an entry, shortened at a word, and whether it is somebody's exact words."""
    declaration = entry.declaration
    for one in declaration.fields.values() if declaration else ():
        text = entry.body.get(one.name)
        if one.kind is Kind.PROSE and isinstance(text, str) and text.strip():
            return _shortened(text.strip()), one.is_verbatim
    return "", False


def short_answers(entry: Entry, child: Spoken) -> str:
    """What was answered in a record that is headed by an answer and holds no long text: "Visit. Ask again? …"."""
    declaration = entry.declaration
    if declaration is None or any(one.kind is Kind.PROSE for one in declaration.fields.values()):
        return ""
    said = [one for part in read_record(declaration, entry.body, child, no_title) for one in part.answers]
    skipped = (declaration.headline, declaration.timeline)
    return " · ".join(f"{one.label} {one.words}" for one in said if one.field not in skipped)


def _shortened(text: str) -> str:
    if len(text) <= EXCERPT:
        return text
    cut = text[:EXCERPT].rsplit(None, 1)[0].rstrip(" ,;:.–-")
    return f"{cut} …"
