"""The card "Before you knock" to take along, and under it everything the child asked for: nothing is left to guess."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from models.dates_typed import say_day
from models.documents.document import LEAD, Block, Box, Boxes, Document, Heading, Items, Notice, Quote, Simple, Text
from models.documents.record_blocks import record_blocks
from models.documents.sentences import sentence
from models.entry import Entry
from models.knock_card import KnockCard, Sentence
from models.value_words import no_title
from models.wording import Spoken

KEY = "before_you_knock"


def make(
    card: KnockCard, wishes: Entry | None, child: Spoken, today: date, title_of: Callable[[str], str] = no_title
) -> Document:
    """The card from `knock_card`, and the answers it was made from. ``wishes`` is None where nobody has asked yet."""
    blocks: list[Block] = []
    if not card.is_asked:
        blocks.append(Text(sentence(KEY, "not_asked", child)))
    else:
        if card.please_do_not:
            inside = tuple(Quote(one.words, card.whose) for one in card.please_do_not)
            blocks.append(Notice(sentence(KEY, "please_do_not"), inside))
        reach = (Sentence(card.how_to_reach),) if card.how_to_reach else ()
        four = (
            ("first", (*card.first, *reach)),
            ("words", card.words),
            ("changes", card.changes),
            ("after", card.after),
        )
        blocks.append(Boxes(tuple(Box(sentence(KEY, key), _said(said, card.whose)) for key, said in four)))
        if card.beside:
            blocks.append(Heading(sentence(KEY, "beside")))
            blocks.append(Items(tuple(one.words for one in card.beside)))
        if card.checked_on:
            checked = [sentence(KEY, "checked", child, day=say_day(card.checked_on))]
            checked += [sentence(KEY, "old", child)] if card.is_old else []
            blocks.append(Text(" ".join(checked), "quiet"))
    if wishes is not None and card.is_asked:
        blocks.append(Heading(sentence(KEY, "all", child), is_on_new_page=True))
        blocks += record_blocks(wishes, child, title_of, level=3)
    return Document(
        KEY, "Before you knock", child.name, child.name, today, tuple(blocks), under=sentence(KEY, "under", child)
    )


def _said(sentences: tuple[Sentence, ...], whose: str) -> tuple[Simple, ...]:
    if not sentences:
        return (Text(sentence(KEY, "nothing"), "quiet"),)
    return tuple(Quote(one.words, whose) if one.is_theirs else Text(one.words, LEAD) for one in sentences)
