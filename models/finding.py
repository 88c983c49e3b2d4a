"""What Find offers for what is typed: children by name first, then what was written, then the pages of Heard."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher

from models.entry import Entry, Hit
from models.reading import telling_apart, when_words
from models.wording import Spoken, name_and_age, say

MOST_CHILDREN = 8
CHILDREN, WRITTEN, PAGES, RECENT = "Children", "Notes and words", "Pages", "Looked at last"
NEARLY = "Perhaps you mean"
SHORTEST_NEARLY, NEAR_ENOUGH = 3, 0.7
"""Letters typed, and likeness of a name from 0 to 1, from which a name that was typed wrongly is offered."""

Spans = tuple[tuple[int, int], ...]

COMMANDS: tuple[tuple[str, str, str], ...] = (
    ("Today", "today", "house"),
    ("Children", "children", "users"),
    ("New visit note", "note", "file-pen-line"),
    ("Plan a visit", "plan", "calendar"),
    ("Sync and saved", "sync", "refresh-cw"),
    ("Recently deleted", "recently_deleted", "history"),
    ("Settings", "settings", "settings"),
    ("Show all keys", "keys", "keyboard"),
)
"""Words, page key and icon of what Find can open without a record."""


@dataclass(frozen=True, slots=True)
class Result:
    """One row. ``spans`` mark the places in ``title``, ``word_spans`` in ``words``, that match what was typed.

    ``page_key`` and ``arguments`` open it. A row without a page is the heading of those that follow.
    """

    title: str
    words: str = ""
    icon: str = ""
    spans: Spans = ()
    word_spans: Spans = ()
    page_key: str = ""
    arguments: tuple[tuple[str, str], ...] = ()
    scope_id: str = ""

    @property
    def is_heading(self) -> bool:
        """Whether it only says what follows."""
        return not self.page_key


def name_spans(text: str, typed: str) -> Spans:
    """Where each typed word begins a word of ``text``; empty unless every one of them does."""
    found: list[tuple[int, int]] = []
    folded = _folded(text)
    for word in _folded(unicodedata.normalize("NFC", typed)).split():
        starts = [
            at for at in range(len(text)) if folded.startswith(word, at) and (not at or not text[at - 1].isalnum())
        ]
        if not starts:
            return ()
        found.append((starts[0], starts[0] + len(word)))
    return tuple(sorted(set(found)))


def _folded(text: str) -> str:
    """Letters without capitals and accents, one for each: few keyboards have all that names are written with."""
    letters = (unicodedata.normalize("NFD", letter)[0].casefold() for letter in text.replace("’", "'"))
    return "".join(letter if len(letter) == 1 else kept for letter, kept in zip(letters, text, strict=True))


def _word_start(text: str, word: str) -> int:
    """Where a word of ``text`` begins with ``word``; -1 where none does."""
    at = text.find(word)
    while at > 0 and text[at - 1].isalnum():
        at = text.find(word, at + 1)
    return at


def spoken_snippet(snippet: str, spans: Spans, child: Spoken | None) -> tuple[str, Spans]:
    """A snippet of the index with the child's name and pronouns put in, and where its matches then stand."""
    if "{" not in snippet:
        return snippet, spans
    shown, moved, at = "", [], 0
    for start, end in spans:
        shown += say(snippet[at:start], child)
        match = say(snippet[start:end], child)
        moved.append((len(shown), len(shown) + len(match)))
        shown += match
        at = end
    return shown + say(snippet[at:], child), tuple(moved)


def child_result(child: Entry, everyone: Sequence[Entry], today: date, spans: Spans = ()) -> Result:
    """The row of a child."""
    words = telling_apart(child.body, [one.body for one in everyone], today)
    lives = str(child.body.get("lives_with") or "")
    line = words or (f"lives with {lives}" if lives else "")
    arguments = (("scope_id", child.scope_id),)
    return Result(name_and_age(child.body, today), line, "user-round", spans, (), "children", arguments, child.scope_id)


def find_children(typed: str, everyone: Sequence[Entry], today: date) -> list[Result]:
    """Children whose chosen or legal name begins with what is typed. Needs no index."""
    found = []
    for child in everyone:
        spans = name_spans(Spoken.of(child.body).name, typed)
        if spans or name_spans(str(child.body.get("legal_name") or ""), typed):
            found.append(child_result(child, everyone, today, spans))
    return found[:MOST_CHILDREN]


def find_nearly(typed: str, everyone: Sequence[Entry], today: date) -> list[Result]:
    """Children whose name is nearly what is typed, the nearest first: names are heard before they are spelt."""
    wanted = _folded(typed.strip())
    if len(wanted) < SHORTEST_NEARLY:
        return []
    near = []
    for child in everyone:
        name = _folded(Spoken.of(child.body).name)
        likeness = max(SequenceMatcher(None, wanted, part).ratio() for part in (name, *name.split()[:1]))
        if likeness >= NEAR_ENOUGH:
            near.append((-likeness, name, child))
    return [child_result(child, everyone, today) for _, _, child in sorted(near, key=lambda one: one[:2])][
        :MOST_CHILDREN
    ]


def find_pages(typed: str, commands: Iterable[tuple[str, str, str]] = COMMANDS) -> list[Result]:
    """Pages whose name has a word that begins with each typed one; all of them when nothing is typed."""
    found = []
    for words, key, icon in commands:
        spans = name_spans(words, typed)
        if spans or not typed.strip():
            found.append(Result(words, "", icon, spans, (), key))
    return found


def hit_result(hit: Hit, child: Entry | None, today: date) -> Result:
    """The row of something written: whose, what, when, and the words around the match."""
    entry, declaration = hit.entry, hit.entry.declaration
    spoken = Spoken.of(child.body) if child else None
    title = say(declaration.title, spoken) if declaration else "Written by a newer Heard"
    who = f" – {spoken.name}" if spoken and spoken.name not in title else ""
    day = when_words(entry.when[:10], today)
    icon = declaration.icon if declaration else "file-pen-line"
    page, arguments = _page_of(entry)
    shown = f"{title}{who}{f' · {day}' if day else ''}"
    words, spans = spoken_snippet(hit.snippet, hit.spans, spoken)
    return Result(shown, words, icon, (), spans, page, arguments, entry.scope_id)


def _page_of(entry: Entry) -> tuple[str, tuple[tuple[str, str], ...]]:
    if entry.type == "visit_note":
        return "note", (("record_id", entry.record_id),)
    if entry.type == "own_words":
        keys = (("scope_id", entry.scope_id), ("tab", "timeline"), ("record_id", entry.record_id))
        return "children", keys
    if entry.type in ("not_taking_part", "promise"):
        return entry.type, (("record_id", entry.record_id),)
    if entry.type == "addendum":
        return "note", (("record_id", str(entry.body.get("adds_to_id") or entry.record_id)),)
    if entry.type == "this_is_me":
        return "this_is_me", (("scope_id", entry.scope_id),)
    if entry.type == "planned_visit":
        return "plan", (("scope_id", entry.scope_id), ("record_id", entry.record_id))
    tabs = {"communication_preferences": "communication", "person_i_trust": "people", "home": "home"}
    if entry.type in tabs:
        return "children", (("scope_id", entry.scope_id), ("tab", tabs[entry.type]))
    return "edit", (("type", entry.type), ("record_id", entry.record_id))


def results(typed: str, hits: Iterable[Hit], everyone: Sequence[Entry], today: date) -> list[Result]:
    """Every row for what is typed, under its heading; empty when nothing matches."""
    by_scope: Mapping[str, Entry] = {child.scope_id: child for child in everyone}
    groups = [
        (CHILDREN, find_children(typed, everyone, today)),
        (WRITTEN, [hit_result(hit, by_scope.get(hit.entry.scope_id), today) for hit in hits if _is_written(hit)]),
        (PAGES, find_pages(typed)),
    ]
    if not any(rows for _, rows in groups):
        groups = [(NEARLY, find_nearly(typed, everyone, today))]
    return [row for title, rows in groups if rows for row in (Result(title), *rows)]


def _is_written(hit: Hit) -> bool:
    return hit.entry.type != "child"


def resting(recent: Sequence[Entry], everyone: Sequence[Entry], today: date) -> list[Result]:
    """Every row while nothing is typed: the children looked at last, and the pages."""
    children = [child_result(child, everyone, today) for child in recent]
    rows = [Result(RECENT), *children] if children else []
    return [*rows, Result(PAGES), *find_pages("")]


def nothing_found(typed: str) -> str:
    """What to say when nothing matches; it also says what was not looked through."""
    return f"Nothing on this laptop matches “{typed}”. Children not assigned to you are not searched."
