"""The same answer in pictures, for a child who is young or uses symbols: a large picture, few words, one thing a row.

What is said is what the letter says (`letter.py`), and nothing is left out: a long text becomes more rows, not fewer
words, since half an answer can say the opposite.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date

from models.dates_typed import say_day
from models.documents.document import CHILD, QUIET, Block, Document, Heading, IconRow, Text
from models.documents.letter import told_words
from models.documents.sentences import sentence
from models.entry import Entry
from models.loop import OPEN, WITHDRAWN, Answer
from models.wording import Spoken

KEY = "picture_letter"
SAID, CHANGED, HEARD, PROMISED = "message-square-heart", "pencil", "ear", "heart-handshake"
DID, CANNOT, WAIT, TOLD, BACK, ASK = "circle-check", "ban", "calendar-clock", "calendar", "undo-2", "hand"
_ENDS = re.compile(r"(?<=[.!?])\s+|\n+")


def make(
    answers: Iterable[Answer],
    said_of: Callable[[str], Entry | None],
    child: Spoken,
    name_of: Callable[[str], str],
    today: date,
) -> Document:
    """The page, one sheet for each thing that was said. ``name_of`` finds a worker's name by their id."""
    blocks: list[Block] = []
    for at, answer in enumerate(answers):
        if at:
            blocks.append(Heading(sentence(KEY, "another"), is_on_new_page=True))
        blocks += _one(answer, said_of(answer.text("you_said_id")), name_of)
    blocks.append(IconRow(ASK, sentence(KEY, "end"), sentence(KEY, "end_more")))
    title = sentence(KEY, "title", name=child.name)
    return Document(KEY, sentence(KEY, "overline"), title, child.name, today, tuple(blocks))


def _one(answer: Answer, said: Entry | None, name_of: Callable[[str], str]) -> Iterable[Block]:
    words = str(said.body.get("words") or "") if said is not None and not said.is_deleted else ""
    if words:
        yield IconRow(SAID, sentence(KEY, "you_said"), words, CHILD)
    else:
        yield Text(sentence("letter", "not_here"), QUIET)
    if said is not None and words and said.body.get("child_correction"):
        yield IconRow(CHANGED, sentence(KEY, "you_changed"), str(said.body["child_correction"]), CHILD)
    if answer.state == WITHDRAWN:
        yield IconRow(BACK, sentence(KEY, "withdrawn"), sentence(KEY, "withdrawn_more"))
        return
    yield from _rows(HEARD, "we_heard", answer.text("we_heard"))
    did, cannot = answer.text("we_did"), answer.text("cannot_because")
    if not did and not cannot:
        yield from _rows(PROMISED, "we_promised", answer.text("we_promised"))
    yield from _rows(DID, "we_did", did)
    yield from _rows(CANNOT, "cannot", cannot)
    if answer.state == OPEN and answer.due_on:
        yield IconRow(WAIT, sentence(KEY, "open"), sentence(KEY, "by", day=say_day(answer.due_on)))
    if told := told_words(answer, name_of):
        yield IconRow(TOLD, sentence(KEY, "told"), told)


def _rows(icon: str, key: str, text: str) -> Iterable[IconRow]:
    """A row for each sentence; the first says what it is."""
    for at, words in enumerate(one.strip() for one in _ENDS.split(text.strip()) if one.strip()):
        yield IconRow(icon, sentence(KEY, key) if at == 0 else "", words)
