"""A copy of a child's record for whoever may ask for one, and beside it the council's own page of what is kept apart.

UK GDPR article 15: a copy of what is held. Data Protection Act 2018, Schedule 3, Part 3: to a request by somebody with
parental responsibility is not given what the child said expecting that it would not be passed on, or asked not to be.
Which records those are is what the child was asked: audience and ``keep_from`` (models/sharing.py). The copy for a
parent does not show that anything is kept apart; only the council's page counts it, and says why.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from models.audience import EVERYONE_ON_RECORD, PROTECTED
from models.casebook import Casebook
from models.dates_typed import say_day
from models.documents.document import BODY, QUIET, Block, Document, Fact, Facts, Heading, Items, Quote, Text
from models.documents.sentences import sentence
from models.entry import Entry
from models.errors import Trouble
from models.export import Line, lines_of, read_all, titles_of
from models.moments import read_day
from models.query import Query
from models.wording import Spoken, say

CHILD, PARENT = "child", "parent"
KEY = "access"
ATTACHMENT = "attachment"
SHORT, NAME = 120, 40
"""Letters of an answer that stands beside its question; of one in somebody's exact words, such as a name."""

KEPT_SAFE = "It is kept safe by its kind. A manager looks at it before anybody is given it"
ASKED_NOT = "{child} asked for parents not to be shown it"
FEW_ONLY = "{child} said it for some people only"
BELONGS = "It belongs to, or answers, something that is kept apart"
REASONS = (KEPT_SAFE, ASKED_NOT, FEW_ONLY, BELONGS)


@dataclass(frozen=True, slots=True)
class Pack:
    """The copy to give, the council's page, the records that are in the copy, and those kept apart with the reason."""

    copy: Document
    council: Document
    given: tuple[Entry, ...]
    withheld: tuple[tuple[Entry, str], ...]


def parted(entries: Sequence[Entry], whom: str) -> tuple[list[Entry], list[tuple[Entry, str]]]:
    """Part records into those that are given and those kept apart, with one of REASONS each. Pure.

    What belongs to a record that is kept apart, or answers it, is kept apart too: it would tell of it.
    """
    apart = {entry.record_id: reason for entry in entries if (reason := _reason(entry, whom))}
    found = True
    while found:
        found = False
        for entry in entries:
            if entry.record_id not in apart and any(one in apart for one in _hangs_on(entry)):
                apart[entry.record_id] = BELONGS
                found = True
    given = [entry for entry in entries if entry.record_id not in apart]
    return given, [(entry, apart[entry.record_id]) for entry in entries if entry.record_id in apart]


def _reason(entry: Entry, whom: str) -> str:
    if entry.audience == PROTECTED:
        return KEPT_SAFE
    if whom == CHILD:
        return ""
    if "parents" in entry.keep_from:
        return ASKED_NOT
    return FEW_ONLY if entry.audience != EVERYONE_ON_RECORD else ""


_ANSWERS = ("you_said_id",)


def _hangs_on(entry: Entry) -> Iterable[str]:
    """The records without which this one would not be: what it is shown in, and whose words it answers."""
    declaration = entry.declaration
    names = (declaration.shown_in, *_ANSWERS) if declaration else _ANSWERS
    return [str(entry.body[name]) for name in names if name and entry.body.get(name)]


def make(casebook: Casebook, scope_id: str, whom: str) -> Pack:
    """Make the copy for a child (CHILD) or for somebody with parental responsibility (PARENT), from this laptop.

    Raises Trouble where old records are closed here: a copy must not look whole and not be.
    """
    if casebook.lease.is_closed:
        raise Trouble(
            "Old records are closed on this laptop",
            "A copy made now would leave most of them out.",
            "Sync, then try again.",
        )
    entries = list(read_all(casebook, scope_id))
    given, withheld = parted(entries, whom)
    child = next((Spoken.of(entry.body) for entry in entries if entry.type == "child"), Spoken.of({}))
    apart = {entry.record_id for entry, _ in withheld}
    named = titles_of(casebook, given)

    def title_of(record_id: str) -> str:
        # A name of what is kept apart would say that there is something.
        return "" if record_id in apart else named(record_id)

    today = casebook.clock.today()
    blocks = [block for entry in given for block in _record(entry, child, title_of, casebook.worker_name)]
    copy = _copy(whom, child, today, blocks, is_all=not withheld)
    deleted = casebook.count(Query(scope_id=scope_id, is_deleted=True))
    return Pack(copy, _council(casebook, whom, child, given, withheld, deleted), tuple(given), tuple(withheld))


def _copy(whom: str, child: Spoken, today: date, blocks: list[Block], *, is_all: bool) -> Document:
    over = "Copy of the record"
    if whom == PARENT:
        return Document(KEY, over, f"What is recorded about {child.name}", child.name, today, tuple(blocks))
    head: list[Block] = [Text(sentence(KEY, "begin"), "lead")]
    if not is_all:
        head.append(Text(sentence(KEY, "kept_safe")))
    title = sentence(KEY, "title")
    return Document(KEY, over, title, child.name, today, (*head, *blocks), under=sentence(KEY, "under", child))


def _record(
    entry: Entry, child: Spoken, title_of: Callable[[str], str], name_of: Callable[[str], str]
) -> Iterable[Block]:
    day = read_day(entry.when or entry.changed_at)
    title = say(entry.declaration.title, child) if entry.declaration else entry.type
    yield Heading(f"{title}, {say_day(day)}" if day else title, is_voice=entry.type == "own_words")
    written = f"Written by {name_of(entry.author_id)}"
    yield Text(written if entry.is_finished or not _is_authored(entry) else f"{written}, not finished yet", QUIET)
    short: list[Fact] = []
    for line in lines_of(entry, child, title_of):
        most = SHORT if not line.is_exact else NAME
        is_saying = line.is_exact and entry.type == "own_words"
        if line.words and len(line.words) <= most and "\n" not in line.words and not is_saying:
            short.append(Fact(line.label, line.words, line.whose if line.is_exact else ""))
        elif line.words:
            if short:
                yield Facts(tuple(short))
                short = []
            yield from _long(line)
        for other in filter(None, line.beside):
            short.append(
                Fact(f"{line.label}: another text, not chosen yet", other, line.whose if line.is_exact else "")
            )
    if short:
        yield Facts(tuple(short))


def _is_authored(entry: Entry) -> bool:
    return entry.declaration is not None and entry.declaration.edited_by == "author"


def _long(line: Line) -> Iterable[Block]:
    yield Heading(line.label, 3, is_voice=line.is_exact and line.whose == "child")
    yield Quote(line.words, line.whose) if line.is_exact else Text(line.words, BODY)


def _council(
    casebook: Casebook,
    whom: str,
    child: Spoken,
    given: Sequence[Entry],
    withheld: Sequence[tuple[Entry, str]],
    deleted: int,
) -> Document:
    """What is in the copy, what is kept apart and why, and what somebody must still look at; never a word of it."""
    me = casebook.me
    files = sum(1 for entry in given if entry.type == ATTACHMENT)
    asked = child.name if whom == CHILD else "Somebody with parental responsibility"
    rows = [
        Fact("Who asked", asked),
        Fact("Made by", ", ".join(filter(None, (me.worker.display_name, me.worker.job_title)))),
        Fact("Council", me.council_name),
        Fact("Records in the copy", str(len(given))),
        Fact("Records kept apart", str(len(withheld))),
    ]
    rows += [Fact("Photos, sounds and pages to give beside it", str(files))] if files else []
    rows += [Fact("Recently deleted, not in the copy", str(deleted))] if deleted else []
    blocks: list[Block] = [Facts(tuple(rows)), Heading("Kept apart, and why")]
    counts = Counter(reason for _, reason in withheld)
    for reason in REASONS:
        if not counts[reason]:
            continue
        blocks.append(Heading(f"{say(reason, child)}: {counts[reason]}", 3))
        blocks.append(Items(tuple(_named(entry, child, casebook) for entry, why in withheld if why == reason)))
    if not withheld:
        blocks.append(Text("Nothing is kept apart."))
    blocks += [
        Heading("Before the copy is given"),
        Items(
            (
                "Read it for what it says about other people, and about where somebody lives.",
                "Would any of it be likely to cause serious harm to somebody? Ask your manager and your council’s data"
                " protection officer.",
                f"It holds what {me.worker.display_name} may read on this laptop, as it stands now. Another role may"
                " read more; earlier versions are under History.",
                "Keep this page from whoever is given the copy: it tells that something is kept apart."
                if whom == PARENT
                else "Keep this page with the request.",
            )
        ),
        Text(
            "UK GDPR article 15; Data Protection Act 2018, Schedule 3, Part 3. The copy is due within one month of the"
            " request.",
            QUIET,
        ),
    ]
    return Document(
        KEY,
        "For the council only",
        "What is in the copy, and what is not",
        child.name,
        casebook.clock.today(),
        tuple(blocks),
    )


def _named(entry: Entry, child: Spoken, casebook: Casebook) -> str:
    day = read_day(entry.when or entry.changed_at)
    title = say(entry.declaration.title, child) if entry.declaration else entry.type
    return " · ".join(
        filter(None, (title, say_day(day) if day else "", f"written by {casebook.worker_name(entry.author_id)}"))
    )
