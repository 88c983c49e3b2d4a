"""The feedback sheet of one visit: what the child said, what was promised and not, and what comes next (seed 001)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from models.closing_visit import Gathered
from models.dates_typed import say_day, say_weekday
from models.documents.document import LEAD, QUIET, STRONG, Block, Document, Heading, Quote, Text
from models.documents.record_blocks import beside
from models.documents.sentences import sentence
from models.documents.visit_note import is_for_few
from models.entry import Entry
from models.loop import CLOSED
from models.moments import read_day
from models.sharing import shown
from models.value_words import value_words
from models.wording import Spoken, say

KEY = "feedback_sheet"


def make(
    sheet: Entry,
    visited_on: date | None,
    gathered: Gathered,
    child: Spoken,
    worker: str,
    today: date,
    title_of: Callable[[str], str],
) -> Document:
    """The document of one sheet. ``title_of`` names a linked record by its id."""
    blocks: list[Block] = [Text(sentence(KEY, "begin"), LEAD)]
    blocks += _said(gathered, title_of)
    blocks += _promised(gathered)
    blocks += _cannot(sheet, gathered)
    blocks += _next(sheet, child, title_of)
    blocks += _right(sheet, child)
    blocks += beside(sheet, child, title_of)
    blocks += [Heading(sentence(KEY, "end")), Text(sentence(KEY, "end_more"))]
    blocks.append(Text(sentence(KEY, "from", worker=worker), STRONG))
    title = sentence(KEY, "title", name=child.name)
    under = sentence(KEY, "under", day=say_weekday(visited_on)) if visited_on else ""
    return Document(KEY, sentence(KEY, "overline"), title, child.name, today, tuple(blocks), under=under)


def _said(gathered: Gathered, name_of: Callable[[str], str]) -> list[Block]:
    if not gathered.said:
        return []
    made: list[Block] = [Heading(sentence(KEY, "you_said"), is_voice=True)]
    for one in gathered.said:
        # On paper that lies about, who may see it goes with the words.
        who = shown(one.audience, one.keep_from, name_of(one.author_id)) if is_for_few(one) else ()
        made.append(Quote(str(one.body["words"]), by=". ".join(who)))
        if correction := str(one.body.get("child_correction") or ""):
            made.append(Quote(correction, by=sentence(KEY, "you_changed")))
    return made


def _promised(gathered: Gathered) -> list[Block]:
    if not gathered.promised:
        return []
    made: list[Block] = [Heading(sentence(KEY, "promised"))]
    for answer in gathered.promised:
        made.append(Text(answer.text("we_promised")))
        if answer.due_on is not None and answer.stage != CLOSED:
            made.append(Text(sentence(KEY, "by", day=say_day(answer.due_on)), QUIET))
    return made


def _cannot(sheet: Entry, gathered: Gathered) -> list[Block]:
    reasons = [Text(answer.text("cannot_because")) for answer in gathered.cannot if answer.text("cannot_because")]
    if could_not := str(sheet.body.get("could_not") or ""):
        reasons.append(Text(could_not))
    return [Heading(sentence(KEY, "cannot")), *reasons] if reasons else []


def _next(sheet: Entry, child: Spoken, title_of: Callable[[str], str]) -> list[Block]:
    made: list[Block] = []
    if on := read_day(str(sheet.body.get("next_visit_on") or "")):
        made += [Heading(sentence(KEY, "next")), Text(sentence(KEY, "next_on", day=say_weekday(on)))]
    fields = sheet.declaration.fields if sheet.declaration else {}
    names = ("hear_how", "hear_through_id") if fields else ()
    how = [value_words(fields[name], sheet.body.get(name), child, title_of) for name in names]
    by = read_day(str(sheet.body.get("hear_by_on") or ""))
    words = ": ".join(one for one in how if one)
    if words or by:
        made.append(Heading(sentence(KEY, "hear")))
        made += [Text(words)] if words else []
        made += [Text(sentence(KEY, "by", day=say_day(by)), QUIET)] if by else []
    return made


def _right(sheet: Entry, child: Spoken) -> list[Block]:
    changed = str(sheet.body.get("child_changed") or "")
    if not changed or sheet.declaration is None:
        return []
    label = say(sheet.declaration.fields["child_changed"].label, child)
    return [Heading(label, is_voice=True), Quote(changed)]
