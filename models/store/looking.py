"""Find: the search index and, beside it, what is being written, which goes into the index when its version is cut."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any
from unicodedata import normalize

from sqlalchemy import Connection, Row

from models.store.search import END, INSERT_WORDS, START, words_of
from models.store.tables import SEARCH
from models.store.versions import brought_up, decode_working

Ask = Callable[[str, tuple[Any, ...]], Sequence[Any]]
"""Asks one index: the vault's own, or the one of what is being written."""


def match_words(typed: str) -> str:
    """Turn what a worker typed into an FTS5 query: every word must occur, the last one may be half-typed."""
    composed = normalize("NFC", typed)  # or an accent typed as a mark of its own would cut the word in two
    tokens = "".join(letter if letter.isalnum() else " " for letter in composed).split()
    return " ".join(f'"{token}"*' for token in tokens[:12])


BROAD = 3
"""A word of so few letters matches most of a caseload: the newest are shown then, and nothing is ranked."""
MOST_RANKED = 1000
"""Records that match, above which what is typed says too little for a rank to mean anything."""
_RANK = "bm25(1.0, 4.0, 2.0)"


def find(connection: Connection, typed: str, limit: int) -> list[tuple[str, str]]:
    """Record ids and marked snippets: names first, children before all, then the best or newest of the rest.

    Hidden and deleted records are never found. Bounded work: ranking and snippets are made for a few rows only.
    """
    match = match_words(typed)
    words = match.split()
    if len(words) > 1 and len(words[-1]) == len('"x"*'):
        # One letter of a word that is only just begun would match most of a caseload, slowly.
        match = " ".join(words[:-1])
    if not match:
        return []
    if len(match) == len('"x"*'):
        return _names_beginning(connection, match[1], limit)
    written = _being_written(connection)
    fresh = {int(row.row) for row in written}
    with _index_of(connection, written) as ask_fresh:

        def ask_kept(sql: str, values: tuple[Any, ...]) -> Sequence[Any]:
            return connection.exec_driver_sql(sql, values).all()

        rows: dict[int, None] = {}
        is_broad = _is_broad(ask_kept, match)
        for wanted in (f"title : ({match.replace(' ', ' AND ')})", match):
            rows |= dict.fromkeys(_rows(ask_fresh, wanted, limit, is_broad=is_broad))
            kept = _rows(ask_kept, wanted, limit, is_broad=is_broad)
            # What the index says of a record that is being written is no longer so.
            rows |= dict.fromkeys(row for row in kept if row not in fresh)
        shown = _visible(connection, list(rows))[:limit]
        snippets = _snippets(ask_kept, match, [row for row, _ in shown if row not in fresh])
        snippets |= _snippets(ask_fresh, match, [row for row, _ in shown if row in fresh])
    return [(record_id, snippets.get(row, "")) for row, record_id in shown]


def _is_broad(ask: Ask, match: str) -> bool:
    """Whether so much matches that the newest are shown, and nothing is ranked: a rank costs a score for each match."""
    if max(len(word) for word in match.split()) <= BROAD + len('""*'):
        return True
    found = ask(f"SELECT rowid FROM search WHERE search MATCH ? LIMIT {MOST_RANKED + 1}", (match,))
    return len(found) > MOST_RANKED


def _being_written(connection: Connection) -> Sequence[Row[Any]]:
    return connection.exec_driver_sql(
        "SELECT row, scope_id, type, working FROM record WHERE working IS NOT NULL AND is_hidden = 0"
    ).all()


@contextmanager
def _index_of(connection: Connection, written: Sequence[Row[Any]]) -> Iterator[Ask]:
    """An index in memory of the few records that are being written: the same words, cut and matched the same way."""
    if not written:
        yield lambda _sql, _values: ()
        return
    with closing(connection.dialect.loaded_dbapi.connect(":memory:")) as memory:
        memory.execute(SEARCH)
        for row in written:
            state = brought_up(row.type, decode_working(row.working))
            if not state.is_deleted:
                memory.execute(INSERT_WORDS, (row.row, *words_of(connection, row.scope_id, row.type, state)))
        yield lambda sql, values: memory.execute(sql, values).fetchall()


def _names_beginning(connection: Connection, letter: str, limit: int) -> list[tuple[str, str]]:
    """One letter is looked for among the children's names alone: in the words it would match nearly everything."""
    found = connection.exec_driver_sql(
        "SELECT record_id FROM record WHERE type = 'child' AND is_hidden = 0 AND is_deleted = 0 "
        f"AND (title LIKE ? OR title LIKE ?) ORDER BY title COLLATE NOCASE LIMIT {limit:d}",
        (f"{letter}%", f"% {letter}%"),
    )
    return [(row.record_id, "") for row in found]


def _rows(ask: Ask, match: str, limit: int, *, is_broad: bool) -> list[int]:
    """The rows of an index that match, more than are asked for since some may be hidden."""
    order = "rowid DESC" if is_broad else "rank"
    ranked = "" if is_broad else f" AND rank MATCH '{_RANK}'"
    found = ask(f"SELECT rowid FROM search WHERE search MATCH ?{ranked} ORDER BY {order} LIMIT {limit * 4:d}", (match,))
    return [int(rowid) for (rowid,) in found]


def _visible(connection: Connection, rows: list[int]) -> list[tuple[int, str]]:
    """Those that may be shown, in their order, children first."""
    marks = ", ".join("?" * len(rows))
    found = connection.exec_driver_sql(
        f"SELECT row, record_id, type FROM record WHERE row IN ({marks}) AND is_hidden = 0 AND is_deleted = 0",
        tuple(rows),
    )
    by_row = {int(one.row): one for one in found}
    shown = [by_row[row] for row in rows if row in by_row]
    return [(int(one.row), one.record_id) for one in sorted(shown, key=lambda one: one.type != "child")]


def _snippets(ask: Ask, match: str, rows: list[int]) -> dict[int, str]:
    marks = ", ".join("?" * len(rows))
    found = ask(
        f"SELECT rowid, snippet(search, 0, ?, ?, '…', 14) FROM search WHERE search MATCH ? AND rowid IN ({marks})",
        (START, END, match, *rows),
    )
    return {int(rowid): snippet or "" for rowid, snippet in found}


def spans_of(marked: str) -> tuple[str, tuple[tuple[int, int], ...]]:
    """Split a marked snippet into plain text and the places of its matches."""
    plain, spans, start = "", [], 0
    for letter in marked:
        if letter == START:
            start = len(plain)
        elif letter == END:
            spans.append((start, len(plain)))
        else:
            plain += " " if letter == "\n" else letter
    return plain, tuple(spans)
