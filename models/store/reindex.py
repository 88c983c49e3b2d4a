"""Writes the search index anew in small portions, so that words it had only marked as deleted are gone from it."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection

from models.store.engine import Store

PAGES = 200
"""Pages of the index written in one transaction: 40 to 60 ms at 10,000 notes, measured."""
_STRUCTURE = 10
"""The row of FTS5's own table that says which segments there are."""
_STAND_IN = -1
"""A row no record has. Its one word makes a segment of its own, where FTS5 would else see nothing to merge."""


def write_anew(store: Store) -> None:
    """Merge every segment into one, beside saving. Killed anywhere, the index is whole and it can be begun again.

    FTS5 drops the marks of deleted words, and with them the words, only when its oldest segments are merged into a
    new highest level. It does so when a merge begins with segments on two levels or more; with all on one, it may
    keep them (measured: 248 of 500 planted words stayed). So a stand-in is put on the lowest level first.
    """
    _merge(store, begins=False)  # what FTS5 had begun itself
    levels = store.write(_filled_levels).result()
    if levels == [0]:
        store.write(_put_stand_in).result()
        _merge(store, begins=True)
        levels = store.write(_filled_levels).result()
    if len(levels) == 1:
        store.write(_put_stand_in).result()
    _merge(store, begins=True)
    store.write(_take_stand_in).result()


def _merge(store: Store, *, begins: bool) -> None:
    pages = -PAGES if begins else PAGES
    while store.write(lambda connection, pages=pages: _merge_some(connection, pages)).result():  # type: ignore[misc]
        pages = PAGES


def _merge_some(connection: Connection, pages: int) -> bool:
    """One portion; False when nothing is left. A negative number begins a merge of everything (FTS5, "merge")."""
    before = connection.exec_driver_sql("SELECT total_changes()").scalar_one()
    connection.exec_driver_sql("INSERT INTO search (search, rank) VALUES ('merge', ?)", (pages,))
    return bool(connection.exec_driver_sql("SELECT total_changes()").scalar_one() - before >= 2)


def _put_stand_in(connection: Connection) -> None:
    _take_stand_in(connection)
    connection.exec_driver_sql("INSERT INTO search (rowid, words) VALUES (?, 'heard')", (_STAND_IN,))


def _take_stand_in(connection: Connection) -> None:
    connection.exec_driver_sql("DELETE FROM search WHERE rowid = ?", (_STAND_IN,))


def _filled_levels(connection: Connection) -> list[int]:
    block = connection.exec_driver_sql("SELECT block FROM search_data WHERE id = ?", (_STRUCTURE,)).scalar_one()
    return filled_levels(bytes(block))


def filled_levels(block: bytes) -> list[int]:
    """The levels that have segments, by FTS5's structure record: a cookie, then numbers of variable length."""
    numbers = iter(list(_numbers(block[4:])))
    levels, _segments, _writes = next(numbers), next(numbers), next(numbers)
    filled = []
    for level in range(levels):
        _merging, segments = next(numbers), next(numbers)
        for _ in range(3 * segments):  # each segment: its id, its first page and its last
            next(numbers)
        if segments:
            filled.append(level)
    return filled


def _numbers(data: bytes) -> Iterator[int]:
    """SQLite's varints, highest part first; none here is longer than eight bytes."""
    value = 0
    for byte in data:
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            yield value
            value = 0
