"""The letter "You said, we did": each thing a child asked for, what was heard, and what was done or cannot be, and why.

Seed 000 asks for the loop to be closed; seed 004: "listen, act, respond where possible".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

from models.choices import NOTICE_HOW
from models.dates_typed import say_day
from models.documents.document import LEAD, QUIET, Block, Document, Heading, Quote, Text
from models.documents.sentences import sentence
from models.entry import Entry
from models.loop import OPEN, WITHDRAWN, Answer
from models.moments import read_day
from models.wording import Spoken

KEY = "letter"
_HOW = frozenset(choice.code for choice in NOTICE_HOW)


def make(
    answers: Iterable[Answer],
    said_of: Callable[[str], Entry | None],
    child: Spoken,
    worker: str,
    today: date,
    name_of: Callable[[str], str] = lambda _worker_id: "",
) -> Document:
    """The letter. ``said_of`` finds the child's words by their id, None where this laptop does not hold them;

    ``name_of`` a worker's name by their id, "" for one nobody here knows.
    """
    blocks: list[Block] = [Text(sentence(KEY, "begin"), LEAD)]
    for answer in answers:
        blocks += _one(answer, said_of(answer.text("you_said_id")), name_of)
    blocks += [
        Heading(sentence(KEY, "end")),
        Text(sentence(KEY, "end_more")),
        Text(sentence(KEY, "from", worker=worker), "strong"),
    ]
    title = sentence(KEY, "title", name=child.name)
    return Document(KEY, sentence(KEY, "overline"), title, child.name, today, tuple(blocks))


def told_words(answer: Answer, name_of: Callable[[str], str]) -> str:
    """On which day the child was told, by whom, and how: what is known of it. "" where they have not been told."""
    on = answer.day("told_on")
    if on is None or answer.state == WITHDRAWN:
        return ""
    by = name_of(answer.text("told_by_id")) if answer.text("told_by_id") else ""
    who = sentence(KEY, "told_by", worker=by) if by else sentence(KEY, "told_by_us")
    how = sentence(KEY, f"told_{answer.text('told_how')}") if answer.text("told_how") in _HOW else ""
    return f"{who} {sentence(KEY, 'told_on', day=say_day(on))}{how and ' '}{how}."


def _one(answer: Answer, said: Entry | None, name_of: Callable[[str], str]) -> Iterable[Block]:
    yield Heading(sentence(KEY, "you_said"), is_voice=True)
    words = str(said.body.get("words") or "") if said is not None and not said.is_deleted else ""
    if words:
        yield Quote(words, by=_dated("said_on", answer.said_on))
    else:
        yield Text(sentence(KEY, "not_here"), QUIET)
    changed = str(said.body.get("child_correction") or "") if said is not None and words else ""
    if changed:
        yield Quote(changed, by=sentence(KEY, "you_changed"))
    if answer.state == WITHDRAWN:
        yield Text(sentence(KEY, "withdrawn"))
        return
    for key in ("we_heard", "we_promised"):
        if text := answer.text(key):
            yield Heading(sentence(KEY, key), 3)
            yield Text(text)
    did, cannot = answer.text("we_did"), answer.text("cannot_because")
    if did:
        yield Heading(sentence(KEY, "we_did"), 3)
        yield Text(did)
        if done := read_day(answer.text("done_on")):
            yield Text(_dated("we_did_on", done), QUIET)
    if cannot:
        yield Heading(sentence(KEY, "cannot"), 3)
        yield Text(cannot)
    if told := told_words(answer, name_of):
        yield Text(told, QUIET)
    if answer.state == OPEN and not did and not cannot:
        yield Text(" ".join(filter(None, (sentence(KEY, "open"), _dated("by", answer.due_on)))))


def _dated(key: str, day: date | None) -> str:
    return sentence(KEY, key, day=say_day(day)) if day else ""
