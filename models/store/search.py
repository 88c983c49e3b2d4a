"""Search: FTS5 and nothing else. A save indexes in its own transaction, a pull leaves it to idle time."""

from __future__ import annotations

from unicodedata import normalize

from sqlalchemy import Connection

from models.store.project import project, search_words
from models.store.versions import brought_up, decode_version, decode_working
from models.version import Working

START, END = "\x02", "\x03"


def index_now(connection: Connection, row: int, scope_id: str, type_name: str, state: Working) -> None:
    """Replace a record's search words. The child's chosen name goes with each, so "Sarah kitchen" finds her note.

    What must be hidden has none, also while a form that stayed open goes on writing in it.
    """
    title = project(type_name, state.body).title
    if type_name == "child":
        _follow_name(connection, row, scope_id, title)
    connection.exec_driver_sql("DELETE FROM search WHERE rowid = ?", (row,))
    if not state.is_deleted and not _is_hidden(connection, row):
        who = title if type_name == "child" else _child_name(connection, scope_id)
        connection.exec_driver_sql(
            "INSERT INTO search (rowid, words, title, who) VALUES (?, ?, ?, ?)",
            (row, _plain(search_words(type_name, state.body)), _plain(title), _plain(who)),
        )
    connection.exec_driver_sql("UPDATE record SET needs_index = 0 WHERE row = ? AND needs_index = 1", (row,))


def _follow_name(connection: Connection, row: int, scope_id: str, name: str) -> None:
    """Have a child's other records indexed again under the name they use now, in idle time."""
    known = connection.exec_driver_sql("SELECT who FROM search WHERE rowid = ?", (row,)).first()
    if known is None or known.who != _plain(name):
        connection.exec_driver_sql(
            "UPDATE record SET needs_index = 1 WHERE scope_id = ? AND row != ? AND is_hidden = 0", (scope_id, row)
        )


def _plain(words: str) -> str:
    """Text without the two marks that snippets are split by."""
    return words.translate(_NO_MARKS)


_NO_MARKS = {ord(START): " ", ord(END): " "}


def _is_hidden(connection: Connection, row: int) -> bool:
    return bool(connection.exec_driver_sql("SELECT is_hidden FROM record WHERE row = ?", (row,)).scalar_one())


def _child_name(connection: Connection, scope_id: str) -> str:
    found = connection.exec_driver_sql(
        "SELECT title FROM record WHERE scope_id = ? AND type = 'child' LIMIT 1", (scope_id,)
    ).first()
    return str(found.title) if found else ""


def index_some(connection: Connection, limit: int = 200) -> int:
    """Index up to ``limit`` records that a pull brought. Returns how many were done; 0 means none wait."""
    rows = connection.exec_driver_sql(
        "SELECT row, scope_id, type, tip, working FROM record WHERE needs_index = 1 AND is_hidden = 0 LIMIT ?", (limit,)
    ).all()
    names: dict[str, str] = {}
    done, words = [], []
    for row in rows:
        state = decode_working(row.working) if row.working is not None else Working.of(decode_version(row.tip))
        state = brought_up(row.type, state)
        done.append((row.row,))
        title = project(row.type, state.body).title
        if row.type == "child":
            _follow_name(connection, row.row, row.scope_id, title)
        if state.is_deleted:
            continue
        if row.type != "child" and row.scope_id not in names:
            names[row.scope_id] = _child_name(connection, row.scope_id)
        who = title if row.type == "child" else names[row.scope_id]
        words.append((row.row, _plain(search_words(row.type, state.body)), _plain(title), _plain(who)))
    if done:
        connection.exec_driver_sql("DELETE FROM search WHERE rowid = ?", done)
        connection.exec_driver_sql("UPDATE record SET needs_index = 0 WHERE row = ?", done)
    if words:
        connection.exec_driver_sql("INSERT INTO search (rowid, words, title, who) VALUES (?, ?, ?, ?)", words)
    return len(done)


def match_words(typed: str) -> str:
    """Turn what a worker typed into an FTS5 query: every word must occur, the last one may be half-typed."""
    composed = normalize("NFC", typed)  # or an accent typed as a mark of its own would cut the word in two
    tokens = "".join(letter if letter.isalnum() else " " for letter in composed).split()
    return " ".join(f'"{token}"*' for token in tokens[:12])


BROAD = 3
"""A word of so few letters matches most of a caseload: the newest are shown then, and nothing is ranked."""
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
    is_broad = max(len(word) for word in match.split()) <= BROAD + len('""*')
    named = _rows(connection, f"title : ({match.replace(' ', ' AND ')})", limit, is_broad=is_broad)
    rows = [*named, *(row for row in _rows(connection, match, limit, is_broad=is_broad) if row not in named)]
    kept = _visible(connection, rows)[:limit]
    snippets = _snippets(connection, match, [row for row, _ in kept])
    return [(record_id, snippets.get(row, "")) for row, record_id in kept]


def _names_beginning(connection: Connection, letter: str, limit: int) -> list[tuple[str, str]]:
    """One letter is looked for among the children's names alone: in the words it would match nearly everything."""
    found = connection.exec_driver_sql(
        "SELECT record_id FROM record WHERE type = 'child' AND is_hidden = 0 AND is_deleted = 0 "
        "AND (title LIKE ? OR title LIKE ?) ORDER BY title COLLATE NOCASE LIMIT ?",
        (f"{letter}%", f"% {letter}%", limit),
    )
    return [(row.record_id, "") for row in found]


def _rows(connection: Connection, match: str, limit: int, *, is_broad: bool) -> list[int]:
    """The rows of the index that match, more than are asked for since some may be hidden."""
    order = "rowid DESC" if is_broad else "rank"
    ranked = "" if is_broad else f" AND rank MATCH '{_RANK}'"
    found = connection.exec_driver_sql(
        f"SELECT rowid FROM search WHERE search MATCH ?{ranked} ORDER BY {order} LIMIT ?", (match, limit * 4)
    )
    return [int(row.rowid) for row in found]


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


def _snippets(connection: Connection, match: str, rows: list[int]) -> dict[int, str]:
    marks = ", ".join("?" * len(rows))
    found = connection.exec_driver_sql(
        f"SELECT rowid, snippet(search, 0, ?, ?, '…', 14) AS snippet FROM search "
        f"WHERE search MATCH ? AND rowid IN ({marks})",
        (START, END, match, *rows),
    )
    return {int(row.rowid): row.snippet or "" for row in found}


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
