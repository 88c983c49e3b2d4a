"""The search index, FTS5 and nothing else: a cut writes it in its own transaction, a pull leaves it to idle time."""

from __future__ import annotations

from typing import NamedTuple

import msgspec
from sqlalchemy import Connection

from models.changes import Touched
from models.store import versions
from models.store.project import project, search_words
from models.store.versions import Pen, brought_up, decode_version
from models.version import Version, Working

SEGMENTS_MERGED = 16
START, END = "\x02", "\x03"
PORTION = 1000
"""Records indexed in one transaction: about as long as a pulled page takes, so that a save hardly waits."""


def cut(connection: Connection, pen: Pen, record_id: str, touched: Touched, what: str = "cut") -> Version | None:
    """Cut a version of what is being written, with its search words. None where it has nothing new to say."""
    version = versions.cut(connection, pen, record_id, what)
    if version is not None:
        state = brought_up(version.type, Working.of(version))
        index_now(connection, record_id, version.scope_id, version.type, state)
        touched.add(record_id, version.type, version.scope_id)
        touched.op_no = version.op_no
    return version


def index_now(connection: Connection, record_id: str, scope_id: str, type_name: str, state: Working) -> None:
    """Replace a record's search words. The child's chosen name goes with each, so "Sarah kitchen" finds her note.

    What must be hidden has none, also while a form that stayed open goes on writing in it.
    """
    row, is_hidden = connection.exec_driver_sql(
        "SELECT row, is_hidden FROM record WHERE record_id = ?", (record_id,)
    ).one()
    words = words_of(connection, scope_id, type_name, state)
    if type_name == "child":
        _follow_name(connection, row, scope_id, words.title)
    connection.exec_driver_sql("DELETE FROM search WHERE rowid = ?", (row,))
    if not state.is_deleted and not is_hidden:
        connection.exec_driver_sql(INSERT_WORDS, (row, *words))
    connection.exec_driver_sql("UPDATE record SET needs_index = 0 WHERE row = ? AND needs_index = 1", (row,))


def _merge_seldom(connection: Connection) -> None:
    """Let FTS5 merge segments by the sixteen and not by the four, from the first time that a thousand records wait.

    It writes each word anew at every merge: by the four that was a third of a first indexing.
    """
    if connection.exec_driver_sql("SELECT v FROM search_config WHERE k = 'automerge'").scalar() != SEGMENTS_MERGED:
        connection.exec_driver_sql("INSERT INTO search (search, rank) VALUES ('automerge', ?)", (SEGMENTS_MERGED,))


class Words(NamedTuple):
    """What a record is found by: its text, its title, and the child's chosen name."""

    words: str
    title: str
    who: str


INSERT_WORDS = "INSERT INTO search (rowid, words, title, who) VALUES (?, ?, ?, ?)"


def words_of(
    connection: Connection, scope_id: str, type_name: str, state: Working, names: dict[str, str] | None = None
) -> Words:
    """A record's search words as it stands. ``names`` keeps the children's names from one record to the next."""
    title = _plain(project(type_name, state.body).title)
    names = {} if names is None else names
    if type_name != "child" and scope_id not in names:
        names[scope_id] = _plain(_child_name(connection, scope_id))
    who = title if type_name == "child" else names[scope_id]
    return Words(_plain(search_words(type_name, state.body)), title, who)


def _follow_name(connection: Connection, row: int, scope_id: str, name: str) -> None:
    """Have a child's other records indexed again under the name they use now, in idle time."""
    known = connection.exec_driver_sql("SELECT who FROM search WHERE rowid = ?", (row,)).first()
    if known is None or known.who != name:
        connection.exec_driver_sql(
            "UPDATE record SET needs_index = 1 WHERE scope_id = ? AND row != ? AND is_hidden = 0 AND needs_index = 0",
            (scope_id, row),
        )


def _plain(words: str) -> str:
    """Text without the two marks that snippets are split by."""
    return words.translate(_NO_MARKS)


_NO_MARKS = {ord(START): " ", ord(END): " "}


def _child_name(connection: Connection, scope_id: str) -> str:
    found = connection.exec_driver_sql(
        "SELECT title FROM record WHERE scope_id = ? AND type = 'child' LIMIT 1", (scope_id,)
    ).first()
    return str(found.title) if found else ""


def index_some(connection: Connection, limit: int = PORTION) -> int:
    """Index up to ``limit`` records that a pull brought. Returns how many were done; 0 means none wait.

    What is being written is left out: it is indexed when its version is cut.
    """
    rows = connection.exec_driver_sql(
        "SELECT row, scope_id, type, tip FROM record "
        "WHERE needs_index = 1 AND is_hidden = 0 AND working IS NULL LIMIT ?",
        (limit,),
    ).all()
    if len(rows) == PORTION:
        _merge_seldom(connection)
    names: dict[str, str] = {}
    done, words = [], []
    for row in rows:
        state = brought_up(row.type, Working.of(decode_version(row.tip)))
        done.append(row.row)
        found = words_of(connection, row.scope_id, row.type, state, names)
        if row.type == "child":
            _follow_name(connection, row.row, row.scope_id, found.title)
        if not state.is_deleted:
            words.append((row.row, *found))
    if done:
        # One statement for all of them: each run of a statement costs as much as a few rows.
        those = (msgspec.json.encode(done).decode(),)
        connection.exec_driver_sql("DELETE FROM search WHERE rowid IN (SELECT value FROM json_each(?))", those)
        connection.exec_driver_sql(
            "UPDATE record SET needs_index = 0 WHERE row IN (SELECT value FROM json_each(?))", those
        )
    if words:
        connection.exec_driver_sql(INSERT_WORDS, words)
    return len(done)
