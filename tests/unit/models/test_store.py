"""The store in everyday use: what is told and what is a bug, readers beside the writer, and encrypted copies."""

from __future__ import annotations

import errno
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, exc

from models.casebook import Casebook
from models.errors import StoreDamaged, StoreFull, Trouble
from models.query import Query
from models.store import backup, engine, records
from models.store.engine import SqlCipher, Store, as_trouble

KEY = bytes(range(32))


@pytest.fixture
def vault(open_desk: Callable[..., Any], tmp_path: Path) -> Path:
    """A vault with a note in it, closed."""
    desk = open_desk()
    desk.begin(what_happened="We walked.")
    desk.book.close()
    return tmp_path / "amy"


# --- what is told and what is a bug -------------------------------------------------------------------------------


class Coded(Exception):
    """What a driver raises."""

    def __init__(self, words: str, code: int) -> None:
        super().__init__(words)
        self.sqlite_errorcode = code


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (MemoryError(), StoreDamaged),
        (Coded("database disk image is malformed", 0), StoreDamaged),
        (Coded("file is not a database", 0), StoreDamaged),
        (Coded("attempt to write a readonly database", 0), StoreDamaged),
        (Coded("SQL logic error", 0), StoreDamaged),
        (Coded("vtable constructor failed: search", 11), StoreDamaged),
        (Coded("anything", 267), StoreDamaged),
        (Coded("anything", 13), StoreFull),
        (Coded("anything", 778), StoreFull),
        (Coded("unable to open database file", 14), Trouble),
        (Coded("database or disk is full", 0), StoreFull),
        (Coded("disk I/O error", 0), StoreFull),
        (OSError(errno.ENOSPC, "No space left on device"), StoreFull),
        (OSError(errno.EIO, "Input/output error"), StoreFull),
        (exc.DatabaseError("SELECT 1", (), Coded("x", 26)), StoreDamaged),
        (Trouble("told already"), Trouble),
        (Coded("near SELEC: syntax error", 1), None),
        (OSError(errno.ENOENT, "No such file"), None),
        (ZeroDivisionError(), None),
    ],
    ids=str,
)  # fmt: skip
def test_the_worlds_faults_are_told_from_bugs(error: BaseException, kind: type[Trouble] | None) -> None:
    told = as_trouble(error)
    assert (type(told) if told else None) is kind
    assert told is None or told.title


def test_a_bug_in_a_question_is_raised_as_it_is_and_the_next_question_is_answered(desk: Any) -> None:
    with pytest.raises(exc.OperationalError, match="no such table"):
        desk.book._desk.read(lambda connection: connection.exec_driver_sql("SELECT * FROM no_such_table"))
    with pytest.raises(exc.OperationalError, match="no such table"):
        desk.book._desk.write(lambda act: act.connection.exec_driver_sql("DELETE FROM no_such_table")).result()
    assert desk.book.count(Query()) == 0
    assert desk.begin(what_happened="and the next save stands")


def test_a_bug_while_a_casebook_opens_is_no_trouble_of_the_worlds(vault: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "PRAGMAS", ("no_such_pragma(",))
    with pytest.raises(exc.OperationalError, match="incomplete input"):
        Casebook.open(vault, KEY)


def test_a_build_that_does_not_wipe_memory_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cipher = SqlCipher(KEY)

    class Forgetful:
        @staticmethod
        def connect(*_about: object, **_more: object) -> Any:
            real = cipher_module.connect(":memory:")

            class Connection:
                def execute(self, sql: str) -> Any:
                    return real.execute("SELECT '0'" if sql == "PRAGMA cipher_memory_security" else "SELECT 1")

            return Connection()

    cipher_module = cipher.module
    cipher.module = Forgetful
    with pytest.raises(RuntimeError, match="wipe"):
        cipher.open(tmp_path / "vault.db")


# --- readers and the writer ---------------------------------------------------------------------------------------


def test_a_reader_never_waits_for_the_writer_and_sees_one_moment(desk: Any) -> None:
    desk.begin(what_happened="before")
    inside, go_on = threading.Event(), threading.Event()

    def slow(act: Any) -> None:
        act.connection.exec_driver_sql("UPDATE record SET title = 'not committed yet'")
        inside.set()
        assert go_on.wait(20)

    writing = desk.book._desk.write(slow)
    assert inside.wait(20)
    (entry,) = desk.book.select(Query())
    assert entry.title == ""
    assert not writing.done()
    go_on.set()
    writing.result()
    assert desk.book.select(Query())[0].title == "not committed yet"


def test_a_question_asked_again_is_not_prepared_anew(desk: Any) -> None:
    query, prepared = Query(types=("visit_note",), author_id="nobody", limit=3), []
    with desk.book._desk.store.reading() as connection:
        bare = connection.connection.driver_connection
        bare.set_authorizer(lambda *about: prepared.append(about) or 0)  # SQLite asks it of what it prepares
        records.select(connection, query)
        assert prepared
        prepared.clear()
        records.select(connection, query)
        bare.set_authorizer(None)
    assert not prepared


@pytest.mark.parametrize(
    ("types", "index"),
    [
        (("own_words",), "ix_record_scope_id_type_when_key"),
        (("own_words", "visit_note"), "ix_record_scope_id_when_key"),
    ],
    ids=["one type", "a timeline"],
)
def test_what_is_asked_of_one_child_is_found_in_its_order_without_reading_the_rest(
    desk: Any, types: tuple[str, ...], index: str
) -> None:
    asked: list[str] = []
    with desk.book._desk.store.reading() as connection:
        bare = connection.connection.driver_connection
        bare.set_trace_callback(asked.append)
        records.select(connection, Query(types=types, scope_id="a child"))
        bare.set_trace_callback(None)
        plan = [row[3] for row in bare.execute(f"EXPLAIN QUERY PLAN {asked[-1]}")]
    assert f"USING INDEX {index} (" in plan[0]
    assert not any("ORDER BY" in step for step in plan)


def test_a_read_connection_cannot_write(desk: Any) -> None:
    with pytest.raises(StoreDamaged):
        desk.book._desk.read(lambda connection: connection.exec_driver_sql("DELETE FROM meta"))


def test_a_backup_goes_on_beside_saving(desk: Any) -> None:
    for number in range(30):
        desk.begin(what_happened=f"note {number} " * 100)
    made: list[Path] = []
    copying = threading.Thread(target=lambda: made.append(desk.book.back_up()))
    copying.start()
    for number in range(20):
        desk.begin(what_happened=f"meanwhile {number}")
    copying.join()
    assert made[0].exists()
    assert desk.book.count(Query()) == 50


def test_every_connection_is_set_up_so_that_no_acknowledged_save_dies_with_the_power(desk: Any) -> None:
    expected = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1, "temp_store": 2}

    def ask(connection: Any) -> dict[str, Any]:
        return {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in expected}

    assert desk.book._desk.read(ask) == expected
    assert desk.book._desk.write(lambda act: ask(act.connection)).result() == expected
    secured = desk.book._desk.read(lambda one: one.exec_driver_sql("PRAGMA cipher_memory_security").scalar())
    assert str(secured) == "1"


def test_one_save_is_one_commit(desk: Any) -> None:
    commits: list[int] = []
    draft = desk.begin(what_happened="one")
    event.listen(desk.book._desk.store._write_engine, "commit", lambda _connection: commits.append(1))
    desk.write(draft, what_happened="two", place="home")
    assert len(commits) == 1


def test_a_write_that_was_called_off_before_its_turn_is_not_made(tmp_path: Path) -> None:
    store = Store(SqlCipher(KEY), tmp_path / "vault.db")
    hold, ran = threading.Event(), []
    store.write(lambda _connection: hold.wait(20))
    second = store.write(lambda _connection: ran.append(1))
    assert second.cancel()
    hold.set()
    store.close()
    assert ran == []
    with pytest.raises(Trouble, match="locked"):
        store.write(lambda _connection: None).result()


# --- backups ------------------------------------------------------------------------------------------------------


def test_seven_copies_are_kept_and_a_wrong_clock_never_puts_an_old_one_first(desk: Any, tmp_path: Path) -> None:
    folder = tmp_path / "amy" / "backups"
    made = []
    for number in range(9):
        if number == 6:
            desk.clock.advance(days=-3650)
        made.append(desk.book.back_up())
    assert backup.backups(folder) == list(reversed(made[2:]))
    assert sorted(path.name for path in folder.iterdir()) == sorted(path.name for path in made[2:])


def test_what_an_interrupted_copy_left_is_cleared_and_strange_files_are_left_alone(desk: Any, tmp_path: Path) -> None:
    folder = tmp_path / "amy" / "backups"
    folder.mkdir()
    for name in ("heard-00000001-x-daily.part", "heard-00000001-x-daily.part-wal", "mine.db", "heard-old.db"):
        (folder / name).write_bytes(b"x")
    copy = desk.book.back_up("before-update")
    assert copy.name.startswith("heard-00000001-20261123T103000")
    assert sorted(path.name for path in folder.iterdir()) == sorted([copy.name, "mine.db", "heard-old.db"])


def test_a_copy_that_did_not_check_out_is_told_and_not_kept(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backup, "is_sound", lambda _connection: False)
    with pytest.raises(StoreDamaged, match="did not check out"):
        desk.book.back_up()
    assert list(desk.book._backups.iterdir()) == []


@pytest.mark.parametrize(
    ("fault", "told"),
    [(OSError(errno.ENOSPC, "No space left on device"), StoreFull), (MemoryError(), StoreDamaged)],
    ids=["full", "damaged"],
)
def test_what_keeps_a_copy_from_being_made_is_told_and_nothing_is_left_behind(
    desk: Any, monkeypatch: pytest.MonkeyPatch, fault: BaseException, told: type[Trouble]
) -> None:
    def fail(_connection: object) -> bool:
        raise fault

    monkeypatch.setattr(backup, "is_sound", fail)
    with pytest.raises(told):
        desk.book.back_up()
    assert list(desk.book._backups.iterdir()) == []


def test_a_bug_in_copying_is_raised_as_it_is(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backup, "is_sound", lambda _connection: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        desk.book.back_up()
    assert list(desk.book._backups.iterdir()) == []
