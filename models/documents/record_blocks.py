"""Any record as blocks of a document, from its declaration: short answers beside their questions, long ones below."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from models.documents.document import BODY, Block, Drawing, Fact, Facts, Heading, Quote, Text
from models.drawing import read
from models.entry import Entry
from models.fields import Kind
from models.reading import Answer, read_record
from models.value_words import key_words, no_title, plain_words, unknown_keys, value_words
from models.wording import Spoken, say

OTHER = "Another text, not chosen yet"
NEWER = "More, from a newer Heard"


def record_blocks(
    entry: Entry,
    child: Spoken | None,
    title_of: Callable[[str], str] = no_title,
    *,
    without: frozenset[str] = frozenset(),
    level: int = 2,
    is_whole: bool = True,
) -> tuple[Block, ...]:
    """A record's answers under the heads of their parts, then the texts that stand beside, then what is not known.

    ``without`` leaves fields out. Where it is not ``is_whole``, another call brings what comes after the answers.
    """
    made: list[Block] = []
    declaration = entry.declaration
    for part in read_record(declaration, entry.body, child, title_of) if declaration else ():
        answers = [answer for answer in part.answers if answer.field not in without]
        if not answers:
            continue
        # A head over a single long answer would only say twice what it is about.
        is_single = len(answers) == 1 and not answers[0].is_short
        if part.title and not is_single:
            made.append(Heading(part.title, level))
        made += _answers(answers, part.title, level if is_single else min(level + 1, 3), is_single=is_single)
    if not is_whole:
        return tuple(made)
    made += beside(entry, child, title_of)
    unknown = [key for key in unknown_keys(entry.body, declaration.fields if declaration else {}) if key not in without]
    if unknown:
        made.append(Heading(NEWER, level))
        made.append(Facts(tuple(Fact(key_words(key), plain_words(entry.body[key])) for key in unknown)))
    return tuple(made)


def _answers(answers: list[Answer], part: str, level: int, *, is_single: bool) -> Iterator[Block]:
    short: list[Fact] = []
    for answer in answers:
        if answer.is_short:
            short.append(Fact(answer.label, answer.words, answer.whose if answer.is_exact else ""))
            continue
        if short:
            yield Facts(tuple(short))
            short = []
        if is_single or answer.label != part:
            yield Heading(answer.label, level, is_voice=answer.is_exact and answer.whose == "child")
        if answer.drawn:
            yield Drawing(answer.words, answer.drawn)
        else:
            yield Quote(answer.words, answer.whose) if answer.is_exact else Text(answer.words, BODY)
    if short:
        yield Facts(tuple(short))


def beside(entry: Entry, child: Spoken | None, title_of: Callable[[str], str] = no_title) -> Iterator[Block]:
    """The texts that stand beside an answer until a person chooses; a document leaves none of them out."""
    fields = entry.declaration.fields if entry.declaration else {}
    for choice in entry.open_choices:
        field = fields.get(choice.field)
        words = value_words(field, choice.value, child, title_of) if field else plain_words(choice.value)
        if not words:
            continue
        label = say(field.label, child) if field else key_words(choice.field)
        yield Heading(f"{label}: {OTHER[:1].lower()}{OTHER[1:]}", 3)
        if field is not None and field.kind is Kind.STROKES and (drawn := read(choice.value)):
            yield Drawing(words, drawn)
        else:
            yield Quote(words, "") if field is not None and field.is_verbatim else Text(words)
