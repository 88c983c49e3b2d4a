"""Statements handed to the driver together: the same on every database, in order, and told apart when they fail."""

from __future__ import annotations

import contextlib
from typing import Any

import psycopg
import pytest
from sqlalchemy import Connection, bindparam, delete, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from sync.server.centre import Centre
from sync.server.database import Among, Ask, Clash, Rows, Unreachable, again, arrays
from sync.server.database.pipeline import MOST_PREPARED, Command, Line, run, written
from sync.server.database.postgres import PostgreSQL
from sync.server.database.sqlite import SQLiteFile
from sync.server.tables import batch, digest, op, rule
from tests.unit.server.kinds import column, on_file, on_postgresql

NUMBERS = select(op.c.op_no, op.c.version_id).where(op.c.device_id == bindparam("device"), Among(op.c.op_no, "numbers"))
NAMED = select(op.c.op_no).where(Among(op.c.version_id, "ids")).order_by(op.c.op_no)


def ops(*numbers: int, **other: object) -> list[dict[str, object]]:
    row = {"council_id": "c", "device_id": "d", "device_epoch": 1}
    return [{**row, "op_no": number, "version_id": f"v{number}", **other} for number in numbers]


def ask(centre: Centre, *steps: Any) -> list[list[Any]]:
    with centre.database.write() as connection:
        return [[tuple(row) for row in rows] for rows in centre.database.ask(connection, *steps)]


def line_of(connection: Connection) -> Line:
    line = connection.connection.driver_connection
    assert isinstance(line, Line)
    return line


def test_each_statement_sees_what_the_one_before_it_did(centre: Centre) -> None:
    these = Ask(NUMBERS, {"device": "d", "numbers": [1, 3, 9]})
    gone = delete(op).where(op.c.device_id == bindparam("device"), Among(op.c.version_id, "ids"))
    answers = ask(
        centre,
        these,
        Rows(op, ops(1, 2, 3)),
        these,
        Ask(gone, {"device": "d", "ids": ["v3", "nothing"]}),
        these,
        Ask(NAMED, {"ids": []}),
    )
    assert answers[0] == answers[1] == answers[3] == answers[5] == []
    assert sorted(answers[2]) == [(1, "v1"), (3, "v3")]
    assert answers[4] == [(1, "v1")]


def test_texts_of_every_kind_are_values_and_never_words_of_a_statement(centre: Centre) -> None:
    awkward = ["", "it's", 'say "yes"', "{a,b}", "back\\slash", "NULL", "%s", "[1]", "Zoë 🙂", "a\nb", "a:b", "%(ids)s"]
    for number, words in enumerate(awkward):
        ask(centre, Rows(op, ops(number, version_id=words)))
    many = [row for number, words in enumerate(awkward, 100) for row in ops(number, version_id=words)]
    ask(centre, Rows(op, many))
    assert ask(centre, Ask(NAMED, {"ids": awkward})) == [
        [(number,) for number in (*range(len(awkward)), *range(100, 100 + len(awkward)))]
    ]


def test_a_row_in_the_place_of_another_changes_all_but_its_key(centre: Centre) -> None:
    rows = [{"council_id": centre.council_id, "name": name, "value": "1"} for name in ("a", "b")]
    ask(centre, Rows(rule, rows))
    ask(centre, Rows(rule, [{**rows[0], "value": "2"}, {**rows[0], "name": "c", "value": "2"}], over=True))
    ask(centre, Rows(rule, [{**rows[1], "value": "3"}], over=True))
    assert dict(zip(column(centre, rule.c.name), column(centre, rule.c.value), strict=True)) == {
        "a": "2",
        "b": "3",
        "c": "2",
    }


def test_a_digest_may_be_any_64_bits(centre: Centre, sarah: str) -> None:
    place = {"council_id": centre.council_id, "scope_id": sarah, "audience": "x"}
    ask(centre, Rows(digest, [{**place, "author_id": str(total), "total": total} for total in (-(1 << 63), 0)]))
    ask(centre, Rows(digest, [{**place, "author_id": "0", "total": (1 << 63) - 1}], over=True))
    assert sorted(column(centre, digest.c.total)) == [-(1 << 63), (1 << 63) - 1]


def test_a_key_that_is_taken_leaves_nothing_of_the_transaction(centre: Centre) -> None:
    ask(centre, Rows(op, ops(1)))
    expected = Clash if isinstance(centre.database, PostgreSQL) else IntegrityError
    with pytest.raises(expected):
        ask(centre, Rows(op, ops(2)), Rows(op, ops(1)), Rows(op, ops(3)))
    assert column(centre, op.c.op_no) == [1]
    assert ask(centre, Rows(op, ops(2)), Ask(NAMED, {"ids": ["v1", "v2"]}))[1] == [(1,), (2,)]


def test_what_does_not_fit_its_column_is_a_bug_and_says_so(centre: Centre) -> None:
    with pytest.raises(DBAPIError) as told:
        ask(centre, Rows(batch, [{"council_id": "c", "batch_id": None}]))
    assert not isinstance(told.value, OperationalError)
    assert not told.value.connection_invalidated


LISTS = [
    ("text", ["", "Zoë 🙂", None, "{a,b}"]),
    ("bigint", [0, -(1 << 63), (1 << 63) - 1, None]),
    ("bytea", [b"", b"\x00\xff", None]),
    ("boolean", [True, False, None]),
    ("text", []),
    ("bigint", []),
]


@on_postgresql
@pytest.mark.parametrize(("of", "items"), LISTS)
def test_a_list_is_packed_as_the_database_reads_it(centre: Centre, of: str, items: list[Any]) -> None:
    assert isinstance(centre.database, PostgreSQL)
    with centre.database._connect() as driver:
        [[(found,)]] = run(driver, [Command(f"SELECT $1::{of}[]".encode(), [written(arrays.pack(of, items))])])
    assert found == items


def test_the_last_statements_of_a_write_end_it_whole_or_not_at_all(centre: Centre) -> None:

    def write(first: Rows, *last: Rows) -> None:
        with centre.database.write() as connection:
            centre.database.ask(connection, first)
            centre.database.end(connection, *last)

    write(
        Rows(op, ops(1)), Rows(op, ops(2)), Rows(rule, [{"council_id": centre.council_id, "name": "a", "value": "1"}])
    )
    assert sorted(column(centre, op.c.op_no)) == [1, 2]
    expected = Clash if isinstance(centre.database, PostgreSQL) else IntegrityError
    with pytest.raises(expected):
        write(Rows(op, ops(3)), Rows(op, ops(4)), Rows(op, ops(2)))
    assert sorted(column(centre, op.c.op_no)) == [1, 2]
    assert column(centre, rule.c.name) == ["a"]


@on_file
def test_a_file_that_somebody_else_holds_is_busy(centre: Centre) -> None:
    database = centre.database
    assert isinstance(database, SQLiteFile)
    with database.write() as _held, database._engine.connect() as other:
        other.exec_driver_sql("PRAGMA busy_timeout=0")
        with pytest.raises(OperationalError):
            database.ask(other, Rows(op, ops(1)))


@on_postgresql
def test_a_line_that_breaks_in_mid_question_is_not_used_again(centre: Centre) -> None:
    database = centre.database
    assert isinstance(database, PostgreSQL)

    def broken() -> None:
        with database.write() as connection:
            pid = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
            with psycopg.connect(database._conninfo) as killer:
                killer.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
            database.ask(connection, Rows(op, ops(1)), Ask(NAMED, {"ids": ["v1"]}))

    with pytest.raises(Unreachable) as lost:
        broken()
    assert not lost.value.is_unsure
    assert ask(centre, Ask(NAMED, {"ids": ["v1"]})) == [[]]


@on_postgresql
def test_what_a_write_asks_is_planned_once_and_what_is_read_is_planned_for_what_it_is_about(centre: Centre) -> None:
    how = text("SHOW plan_cache_mode")
    with centre.database.write() as connection:
        assert [list(map(tuple, rows)) for rows in centre.database.ask(connection, Ask(how), Ask(how))] == [
            [("force_generic_plan",)],
            [("force_generic_plan",)],
        ]
    for look in (centre.database.read, centre.database.write):
        with look() as connection:
            assert connection.execute(how).scalar_one() == "auto"


@on_postgresql
def test_what_was_prepared_is_used_again_also_after_work_that_was_taken_back(centre: Centre) -> None:
    database = centre.database
    assert isinstance(database, PostgreSQL)
    with database.write() as connection:
        database.ask(connection, Rows(op, ops(1)), Ask(NAMED, {"ids": ["v1"]}))
        line = line_of(connection)
        before = dict(line.names)
    for taken in (ops(2), ops(1)):
        with contextlib.suppress(Clash), database.write() as connection:
            assert line_of(connection) is line
            database.ask(connection, Rows(op, taken), Ask(text("SELECT 1")))
    assert not line.names  # the second was taken back, and everything prepared with it
    assert ask(centre, Ask(NAMED, {"ids": ["v1", "v2"]}), Rows(op, ops(3)))[0] == [(1,), (2,)]
    assert len(before) == 2
    assert line.names.keys() == before.keys()


@on_postgresql
def test_a_connection_that_has_lost_what_was_prepared_is_given_up_and_the_work_done_again(centre: Centre) -> None:
    database = centre.database
    assert isinstance(database, PostgreSQL)
    lost: list[Line] = []

    def work() -> list[list[Any]]:
        with database.write() as connection:
            line = line_of(connection)
            if not lost:
                database.ask(connection, Ask(NAMED, {"ids": []}))
                line.pgconn.exec_(b"DEALLOCATE ALL")
                lost.append(line)
            return database.ask(connection, Ask(NAMED, {"ids": ["v1"]}))

    ask(centre, Rows(op, ops(1)))
    assert again(work) == [[(1,)]]
    assert lost[0].closed


@on_postgresql
def test_a_message_longer_than_any_buffer_goes_and_comes_whole(centre: Centre) -> None:
    many = [f"{number:08}" + "x" * 1000 for number in range(5000)]
    rows = [row for number, name in enumerate(many) for row in ops(number, version_id=name)]
    told = ask(centre, Rows(op, rows), Ask(NAMED, {"ids": many}), Ask(NAMED, {"ids": many}))
    assert told[1] == told[2] == [(number,) for number in range(5000)]


@on_postgresql
def test_no_more_stays_prepared_than_is_of_use(centre: Centre) -> None:
    asked = [select(op.c.op_no + number).where(op.c.version_id == "v1") for number in range(MOST_PREPARED + 30)]
    ask(centre, Rows(op, ops(1)))
    for _ in range(2):
        for start in range(0, len(asked), 20):
            answers = ask(centre, Ask(NAMED, {"ids": ["v1"]}), *map(Ask, asked[start : start + 20]))
            assert answers[1:] == [[(1 + number,)] for number in range(start, min(start + 20, len(asked)))]
    with centre.database.write() as connection:
        line = line_of(connection)
        centre.database.ask(connection, Ask(NAMED, {"ids": []}))
        held = connection.exec_driver_sql("SELECT name FROM pg_prepared_statements WHERE name LIKE 'heard%%'").scalars()
        assert sorted(held) == sorted(name.decode() for name in line.names.values())
        assert len(line.names) <= MOST_PREPARED + 1
        assert any(b"ANY" in text for text in line.names), "what is in use stays"
