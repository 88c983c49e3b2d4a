"""Search: FTS5 and nothing else. A save indexes in its own transaction, a pull leaves it to idle time."""

from __future__ import annotations

from unicodedata import normalize

from sqlalchemy import Connection

from models.store.project import project, search_words
from models.store.versions import brought_up, decode_version, decode_working
from models.version import Working

START, END = "\x02", "\x03"


def index_now(connection: Connection, row: int, scope_id: str, type_name: str, state: Working) -> None:
    """Replace a record's search words. The child's chosen name goes with each, so "Sarah kitchen" finds her note."""
    title = project(type_name, state.body).title
    if type_name == "child":
        _follow_name(connection, row, scope_id, title)
    connection.exec_driver_sql("DELETE FROM search WHERE rowid = ?", (row,))
    if not state.is_deleted:
        who = title if type_name == "child" else _child_name(connection, scope_id)
        connection.exec_driver_sql(
            "INSERT INTO search (rowid, words, title, who) VALUES (?, ?, ?, ?)",
            (row, _plain(search_words(type_name, state.body)), _plain(title), _plain(who)),
        )
    connection.exec_driver_sql("UPDATE record SET needs_index = 0 WHERE row = ?", (row,))


def _follow_name(connection: Connection, row: int, scope_id: str, name: str) -> None:
    """Have a child's other records indexed again under the name they use now, in idle time."""
    known = connection.exec_driver_sql("SELECT who FROM search WHERE rowid = ?", (row,)).first()
    if known is None or known.who != _plain(name):
        connection.exec_driver_sql("UPDATE record SET needs_index = 1 WHERE scope_id = ? AND row != ?", (scope_id, row))


def _plain(words: str) -> str:
    """Text without the two marks that snippets are split by."""
    return words.translate(_NO_MARKS)


_NO_MARKS = {ord(START): " ", ord(END): " "}


def _child_name(connection: Connection, scope_id: str) -> str:
    found = connection.exec_driver_sql(
        "SELECT title FROM record WHERE scope_id = ? AND type = 'child' LIMIT 1", (scope_id,)
    ).first()
    return str(found.title) if found else ""


def index_some(connection: Connection, limit: int = 200) -> int:
    """Index up to ``limit`` records that a pull brought. Returns how many were done; 0 means none wait."""
    rows = connection.exec_driver_sql(
        "SELECT row, scope_id, type, tip, working FROM record WHERE needs_index = 1 LIMIT ?", (limit,)
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


def find(connection: Connection, typed: str, limit: int) -> list[tuple[str, str]]:
    """Record ids and marked snippets, best first. Hidden and deleted records are never found."""
    match = match_words(typed)
    if not match:
        return []
    rows = connection.exec_driver_sql(
        "SELECT r.record_id, snippet(search, 0, ?, ?, '…', 14) AS snippet FROM search "
        "JOIN record r ON r.row = search.rowid WHERE search MATCH ? AND r.is_hidden = 0 AND r.is_deleted = 0 "
        "ORDER BY (r.type = 'child') DESC, bm25(search, 1.0, 4.0, 2.0) LIMIT ?",
        (START, END, match, limit),
    )
    return [(row.record_id, row.snippet or "") for row in rows]


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
