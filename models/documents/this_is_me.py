"""This is Me on one sheet: six boxes in the words of whoever held the pen, for a wall, a bag or a new worker."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from models.documents.document import (
    QUIET,
    Block,
    Box,
    Boxes,
    Document,
    Drawing,
    Fact,
    Facts,
    Heading,
    Items,
    Quote,
    Text,
)
from models.documents.record_blocks import beside
from models.documents.sentences import sentence
from models.drawing import read, words
from models.entry import Entry
from models.record import whose_words
from models.records.this_is_me import ThisIsMe
from models.value_words import value_words
from models.wording import Spoken, say

KEY = "this_is_me"
_FACTS = ("pen_held_by", "checked_with_child_on", "copy_given_to")


def make(entry: Entry, child: Spoken, today: date, kept: Sequence[Block] = ()) -> Document:
    """The document, with what is ``kept`` with it last. A box without an answer says so, since an empty one looks like

    nothing to say.
    """
    declaration, body = ThisIsMe.declaration, entry.body
    fields = declaration.fields

    def whose(name: str) -> str:
        return whose_words(declaration, fields[name], body)

    def text(name: str) -> str:
        return str(body.get(name) or "")

    blocks: list[Block] = [Quote(text("about_me"), whose("about_me"))] if text("about_me") else []
    boxes = []
    for field in fields.values():
        if field.part != "Boxes":
            continue
        lines = tuple(line for line in text(field.name).split("\n") if line.strip())
        inside = Items(lines, whose(field.name)) if lines else Text(sentence(KEY, "not_yet"), QUIET)
        boxes.append(Box(say(field.label, child), (inside,)))
    blocks.append(Boxes(tuple(boxes)))
    blocks += _drawing(entry, child)
    if text("how_to_start_with_me"):
        blocks.append(Heading(sentence(KEY, "start")))
        blocks.append(Quote(text("how_to_start_with_me"), whose("how_to_start_with_me")))
    blocks.append(Heading(sentence(KEY, "sharing")))
    wishes = text("sharing_wishes")
    blocks.append(Quote(wishes, whose("sharing_wishes")) if wishes else Text(sentence(KEY, "sharing_not_yet"), QUIET))
    facts = [
        Fact(say(fields[name].label, child), said)
        for name in _FACTS
        if (said := value_words(fields[name], body.get(name), child))
    ]
    blocks += [Facts(tuple(facts))] if facts else []
    blocks += [Heading(sentence(KEY, "pictures")), *kept] if kept else []
    blocks += beside(entry, child)
    name = text("my_name") or child.name
    return Document(KEY, "This is Me", f"My name is {name}", child.name, today, tuple(blocks), is_one_page=True)


def _drawing(entry: Entry, child: Spoken) -> list[Block]:
    """What the child drew, small: it shares the sheet with their words."""
    field = ThisIsMe.declaration.fields["my_drawing"]
    value = entry.body.get(field.name)
    drawn = read(value)
    return [Heading(say(field.label, child)), Drawing(words(value), drawn, is_small=True)] if drawn else []
