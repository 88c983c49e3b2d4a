"""My story so far, to keep: year by year in plain sentences, with the child's own words and what they made."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

from models.documents.document import LEAD, Block, Document, Fact, Facts, Heading, Quote, Text
from models.documents.sentences import sentence
from models.entry import Entry
from models.life_story import Chapter
from models.wording import Spoken

KEY = "my_story"
MOST = 10
"""The highest answer to how well a child understands why they are in care."""


def make(
    chapters: Iterable[Chapter],
    understood: float | None,
    drawn: Callable[[Entry], Iterable[Block]],
    child: Spoken,
    today: date,
) -> Document:
    """The story. ``drawn`` makes the blocks of what the child made; ``understood`` is their own answer, 1 to 10."""
    blocks: list[Block] = [Text(sentence(KEY, "begin"), LEAD)]
    for chapter in chapters:
        blocks.append(Heading(chapter.head))
        for line in chapter.lines:
            blocks.append(Text(line.words))
            if line.quote:
                blocks.append(Quote(line.quote))
            if line.picture is not None:
                blocks += drawn(line.picture)
    if understood is not None:
        words = sentence(KEY, "out_of", number=f"{understood:g}", most=str(MOST))
        blocks.append(Heading(sentence(KEY, "why")))
        blocks.append(Facts((Fact(sentence(KEY, "understand"), words, "child"),)))
    blocks.append(Text(sentence(KEY, "end")))
    return Document(KEY, sentence(KEY, "title"), child.name, child.name, today, tuple(blocks))
