"""A visit note to hand over or keep on paper: what happened, what the child said in it, and what was added later."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from models.audience import EVERYONE_ON_RECORD
from models.dates_typed import say_day, say_weekday
from models.documents.document import Block, Document, Fact, Facts, Heading, Notice, Quote, Text
from models.documents.record_blocks import beside, record_blocks
from models.entry import Entry
from models.moments import clock_words, read_day, read_moment
from models.sharing import shown
from models.value_words import value_words
from models.wording import Spoken, say

KEY = "visit_note"
_VIEW = "worker_view"
FOR_FEW = "Not for everyone"
LOOK_FIRST = "{child} said who can see {their} words in this note. Look there before you show it to anyone."


@dataclass(frozen=True, slots=True)
class Inside:
    """What stands within a note: the child's sayings in their order, what was added, and what is kept with it."""

    sayings: Sequence[Entry] = ()
    additions: Sequence[Entry] = ()
    kept: Sequence[Block] = ()


def make(
    note: Entry,
    inside: Inside,
    child: Spoken,
    today: date,
    name_of: Callable[[str], str],
    title_of: Callable[[str], str],
) -> Document:
    """The document of one note. ``name_of`` names a worker, ``title_of`` a linked record, each by its id."""
    at = read_moment(note.when)
    fields = note.declaration.fields if note.declaration else {}
    where = value_words(fields["place"], note.body.get("place"), child) if fields else ""
    finished = "finished" if note.is_finished else "not finished yet"
    names = list(fields)
    blocks: list[Block] = []
    if any(is_for_few(said) for said in inside.sayings):
        # On paper nothing else stops it from being shown on.
        blocks.append(Notice(say(FOR_FEW, child), (Text(say(LOOK_FIRST, child)),)))
    view_at = names.index(_VIEW) if _VIEW in names else len(names)
    head = {"visited_at", "place"}
    # The child's words come before what a worker makes of them, as they do on the screen.
    blocks += list(record_blocks(note, child, title_of, without=frozenset(head | set(names[view_at:])), is_whole=False))
    for said in inside.sayings:
        blocks += saying_blocks(said, child, name_of)
    blocks += record_blocks(note, child, title_of, without=frozenset(head | set(names[:view_at])))
    if inside.kept:
        blocks += [Heading("Photos and pages"), *inside.kept]
    for one in inside.additions:
        added = read_day(one.changed_at)
        on = f" on {say_day(added)}" if added else ""
        blocks.append(Heading(f"Added{on} by {name_of(one.author_id)}"))
        blocks += record_blocks(one, child, title_of, level=3)
    return Document(
        KEY,
        note.declaration.title if note.declaration else "Visit note",
        " · ".join(filter(None, (where, say_weekday(at.date()) if at else ""))) or "Visit",
        child.name,
        today,
        tuple(blocks),
        under=" · ".join(
            filter(
                None, (child.name, clock_words(at) if at else "", f"written by {name_of(note.author_id)}, {finished}")
            )
        ),
    )


def is_for_few(said: Entry) -> bool:
    """Whether a saying is not for everyone who may read the record."""
    return said.audience != EVERYONE_ON_RECORD or bool(said.keep_from)


def saying_blocks(said: Entry, child: Spoken, name_of: Callable[[str], str]) -> list[Block]:
    """One of the child's sayings: the words, how they were told, whether they were checked back, what was changed."""
    fields = said.declaration.fields if said.declaration else {}
    made: list[Block] = []
    words = str(said.body.get("words") or "")
    if words and fields:
        made += [Heading(say(fields["words"].label, child), is_voice=True), Quote(words)]
    facts = []
    for name, field in fields.items():
        if name in ("words", "said_in_id", "child_correction"):
            continue
        answer = value_words(field, said.body.get(name), child)
        facts += [Fact(say(field.label, child), answer)] if answer else []
    if is_for_few(said):
        facts.append(Fact("Who can see it", ". ".join(shown(said.audience, said.keep_from, name_of(said.author_id)))))
    if facts:
        made.append(Facts(tuple(facts)))
    correction = str(said.body.get("child_correction") or "")
    if correction and fields:
        made += [Heading(say(fields["child_correction"].label, child), 3, is_voice=True), Quote(correction)]
    return [*made, *beside(said, child)]
