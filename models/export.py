"""Everything a worker holds, or one child's part of it, or one record, as JSON, CSV or HTML that others can read."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import msgspec

from models import export_files
from models.casebook import Casebook
from models.entry import Entry
from models.fields import is_empty
from models.query import OLDEST, Query
from models.record import whose_words
from models.value_words import NOT_HERE, key_words, plain_words, value_words
from models.wording import Spoken, say
from models.written import not_written, write_whole

KINDS = ("json", "csv", "html")
PAGE = 500
FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")
"""What makes a spreadsheet take a cell for a formula, in its wide forms too (OWASP, CSV injection)."""


@dataclass(frozen=True, slots=True)
class Line:
    """One answer of a record in words. ``whose`` is worker, child, carer …; ``beside`` are texts not chosen yet."""

    label: str
    words: str
    whose: str
    is_exact: bool
    beside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """One record ready to be written out."""

    entry: Entry
    title: str
    author: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Chapter:
    """One child and what is recorded with them."""

    scope_id: str
    name: str
    sheets: tuple[Sheet, ...]


def write(casebook: Casebook, kind: str, out: Path, *, scope_id: str = "", record_id: str = "") -> Path:
    """Write an export and return its path: ``out``, or a file in it where ``out`` is a folder. Readable by the owner
    alone.

    Photos, sound, films and pages lie in a folder beside a JSON export, and pictures are part of an HTML page.
    ``kind`` is one of KINDS; ``scope_id`` and ``record_id`` narrow it to one child or one record. Raises Trouble
    where the place cannot be written to; nothing half done is left there.
    """
    chapters = gather(casebook, scope_id, record_id)
    made = {"json": to_json, "csv": to_csv, "html": to_html}[kind](casebook, chapters)
    path = out / f"heard.{kind}" if out.is_dir() else out
    files = export_files.folder_beside(path)
    if kind == "json":
        entries = (sheet.entry for chapter in chapters for sheet in chapter.sheets)
        try:
            export_files.write_files(casebook, entries, files)
        except OSError as error:
            raise not_written(error) from error
    return write_whole(made, path)


def gather(casebook: Casebook, scope_id: str = "", record_id: str = "") -> tuple[Chapter, ...]:
    """Read what is asked for: every record on this laptop that is not deleted, by child and in order of time."""
    entries = [entry for entry in read_all(casebook, scope_id) if record_id in ("", entry.record_id)]
    children = {child.scope_id: child for child in casebook.children()}
    titles = titles_of(casebook, entries)
    scopes = sorted({entry.scope_id for entry in entries}, key=lambda one: (_name(children.get(one)), one))
    return tuple(
        Chapter(
            one,
            _name(children.get(one)),
            tuple(_sheet(casebook, entry, children.get(one), titles) for entry in entries if entry.scope_id == one),
        )
        for one in scopes
    )


def read_all(casebook: Casebook, scope_id: str) -> Iterator[Entry]:
    """Every record on this laptop that is not deleted, or those of one child, in order of time."""
    offset = 0
    while page := casebook.select(Query(scope_id=scope_id, order=OLDEST, limit=PAGE, offset=offset)):
        yield from page
        offset += PAGE


def _name(child: Entry | None) -> str:
    return Spoken.of(child.body).name if child else "A child or young person"


def titles_of(casebook: Casebook, entries: Sequence[Entry]) -> Callable[[str], str]:
    """Names a linked record, or a worker, by its id; ``entries`` are at hand already."""
    known = {entry.record_id: entry for entry in entries}

    def title_of(record_id: str) -> str:
        if casebook.worker(record_id) is not None:
            return casebook.worker_name(record_id)
        entry = known.get(record_id) or casebook.entry(record_id)
        if entry is None:
            return NOT_HERE
        return " ".join(part for part in (_type_title(entry, None), entry.title or entry.when[:10]) if part)

    return title_of


def _type_title(entry: Entry, child: Spoken | None) -> str:
    return say(entry.declaration.title, child) if entry.declaration else key_words(entry.type)


def _sheet(casebook: Casebook, entry: Entry, child: Entry | None, title_of: Callable[[str], str]) -> Sheet:
    spoken = Spoken.of(child.body) if child else None
    title = " · ".join(part for part in (_type_title(entry, spoken), entry.when[:10] or entry.title) if part)
    return Sheet(entry, title, casebook.worker_name(entry.author_id), tuple(lines_of(entry, spoken, title_of)))


def lines_of(entry: Entry, child: Spoken | None, title_of: Callable[[str], str]) -> Iterator[Line]:
    """Every answer there is, asked or not, and every key that only a newer Heard knows: an export drops nothing."""
    declared = entry.declaration.fields if entry.declaration else {}
    beside: dict[str, tuple[Any, ...]] = {}
    for choice in entry.open_choices:
        beside[choice.field] = (*beside.get(choice.field, ()), choice.value)
    names = [*declared, *(name for name in entry.body if name not in declared)]
    for name in dict.fromkeys([*names, *beside]):
        value, others, field = entry.body.get(name), beside.get(name, ()), declared.get(name)
        if is_empty(value) and not others:
            continue
        if field is None or entry.declaration is None:
            yield Line(key_words(name), plain_words(value), "", False, tuple(map(plain_words, others)))
            continue
        words = [value_words(field, one, child, title_of) for one in (value, *others)]
        whose = whose_words(entry.declaration, field, entry.body)
        yield Line(say(field.label, child), words[0], whose, field.is_verbatim, tuple(words[1:]))


# ---- JSON ----


def to_json(casebook: Casebook, chapters: Sequence[Chapter]) -> bytes:
    """Everything as it is kept, with the words of each answer beside its code."""
    made = {
        "heard_export": 1,
        "council": casebook.me.council_name,
        "worker": casebook.me.worker.display_name,
        "made_at": casebook.clock.stamp(),
        "children": [
            {"scope_id": one.scope_id, "name": one.name, "records": [_as_data(sheet) for sheet in one.sheets]}
            for one in chapters
        ],
    }
    return msgspec.json.format(msgspec.json.encode(made), indent=1) + b"\n"


def _as_data(sheet: Sheet) -> dict[str, Any]:
    entry = sheet.entry
    names = ("record_id", "type", "schema", "version_id", "audience", "keep_from", "about", "changed_at")
    return {
        **{name: getattr(entry, name) for name in names},
        "title": sheet.title,
        "author": {"worker_id": entry.author_id, "name": sheet.author},
        "is_finished": entry.is_finished,
        "is_sent": entry.state == "sent",
        "body": entry.body,
        "open_choices": entry.open_choices,
        "in_words": [
            {"question": line.label, "answer": line.words, "whose_words": line.whose, "beside": line.beside}
            for line in sheet.lines
        ],
    }


# ---- CSV ----

COLUMNS = (
    "Child",
    "Record",
    "Record id",
    "When",
    "Written by",
    "Finished",
    "Question",
    "Whose words",
    "Answer",
    "Beside",
)


def to_csv(_casebook: Casebook, chapters: Sequence[Chapter]) -> bytes:
    """One row an answer, so that records of every type fit one table. UTF-8 with a mark, as spreadsheets expect."""
    out = io.StringIO(newline="")
    rows = csv.writer(out, quoting=csv.QUOTE_ALL)
    rows.writerow(COLUMNS)
    for chapter in chapters:
        for sheet in chapter.sheets:
            entry = sheet.entry
            about = (chapter.name, sheet.title, entry.record_id, entry.when, sheet.author)
            finished = "Yes" if entry.is_finished else "No"
            for line in sheet.lines:
                answer = (line.label, line.whose, line.words, "\n".join(line.beside))
                rows.writerow([as_cell(text) for text in (*about, finished, *answer)])
    return out.getvalue().encode("utf-8-sig", "replace")


def as_cell(text: str) -> str:
    """Text as a spreadsheet shows it and never runs it: what could start a formula gets a quotation mark before it."""
    text = text.replace("\x00", "\N{REPLACEMENT CHARACTER}")
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


# ---- HTML ----

_STYLE = (
    "body{font:1.1rem/1.6 sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem;color:#1d1d1f;background:#fffdf8}"
    "dt{font-weight:700;margin-top:.8rem}dd{margin:0;white-space:pre-wrap;overflow-wrap:anywhere}"
    "blockquote{margin:0;padding-left:.8rem;border-left:.3rem solid #6b4e9b}article{margin-bottom:2.5rem}"
    "img{max-width:100%;height:auto}"
)


def to_html(casebook: Casebook, chapters: Sequence[Chapter]) -> bytes:
    """One page to read or print: headings by child and record, exact words as quotations, no script and no link."""
    made = f"{casebook.me.council_name} · {casebook.me.worker.display_name} · {casebook.clock.stamp()[:10]}"
    parts = [
        '<!DOCTYPE html>\n<html lang="en-GB"><head><meta charset="utf-8">',
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'\">",
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{_safe('Heard: ' + made)}</title><style>{_STYLE}</style></head>",
        f"<body><header><h1>Heard</h1><p>{_safe(made)}</p></header><main>",
    ]
    for chapter in chapters:
        parts.append(f"<section><h2>{_safe(chapter.name)}</h2>")
        parts += [_article(sheet, export_files.picture_uri(casebook, sheet.entry)) for sheet in chapter.sheets]
        parts.append("</section>")
    parts.append("</main></body></html>\n")
    return "\n".join(parts).encode("utf-8", "replace")


def _article(sheet: Sheet, picture: str) -> str:
    finished = "finished" if sheet.entry.is_finished else "not finished"
    answers = "".join(
        f"<dt>{_safe(line.label)}</dt>{_answer(line.words, line)}"
        + "".join(
            f"<dt>{_safe(line.label)}: the other text, not chosen yet</dt>{_answer(one, line)}" for one in line.beside
        )
        for line in sheet.lines
    )
    drawn = f'<img src="{picture}" alt="{_safe(sheet.entry.title or sheet.title)}">' if picture else ""
    head = f"<h3>{_safe(sheet.title)}</h3><p>{_safe(sheet.author)}, {finished}</p>"
    return f"<article>{head}{drawn}<dl>{answers}</dl></article>"


def _answer(words: str, line: Line) -> str:
    text = _safe(words) or "Nothing recorded"
    return f"<dd><blockquote>{text}</blockquote></dd>" if line.is_exact else f"<dd>{text}</dd>"


def _safe(text: str) -> str:
    """Text that a browser shows letter by letter: no markup, and none of the letters that HTML does not allow."""
    return escape(
        "".join(letter if letter >= " " or letter in "\t\n" else "\N{REPLACEMENT CHARACTER}" for letter in text)
    )
