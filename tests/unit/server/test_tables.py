"""The council's tables: split by council at every key, made by the steps as they are declared, never opened too new."""

from __future__ import annotations

import hashlib
import sqlite3
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import UniqueConstraint, create_engine
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from models.errors import Trouble
from sync.server import migrations
from sync.server.centre import Centre, open_centre
from sync.server.database.sqlite import SQLiteFile
from sync.server.migrations import LATEST, NewerDatabase, open_database
from sync.server.settings import Settings
from sync.server.tables import metadata
from tests.unit.server.kinds import on_file

TABLES = metadata.sorted_tables


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_table_begins_with_the_council_and_so_does_every_key(table: Any) -> None:
    assert next(iter(table.columns)).name == "council_id"
    assert not table.c.council_id.nullable
    assert next(column.name for column in table.primary_key) == "council_id"
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint):
            assert next(column.name for column in constraint.columns) == "council_id"
    for key in table.foreign_key_constraints:
        assert key.column_keys[0] == "council_id"
        assert key.elements[0].target_fullname.endswith(".council_id")
    for index in table.indexes:
        assert next(column.name for column in index.columns) == "council_id"


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_no_table_lets_a_row_go_when_another_goes(table: Any) -> None:
    assert all(key.ondelete is None for key in table.foreign_key_constraints)


def described(path: Path) -> dict[str, Any]:
    connection = sqlite3.connect(path)
    try:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found: dict[str, Any] = {}
        for name in names:
            keys = sorted(row[1:] for row in connection.execute(f"PRAGMA foreign_key_list({name})"))
            indexes = []
            for row in connection.execute(f"PRAGMA index_list({name})").fetchall():
                columns = [part[2] for part in connection.execute(f"PRAGMA index_info({row[1]})")]
                indexes.append((row[2], row[3], columns))
            found[name] = (connection.execute(f"PRAGMA table_info({name})").fetchall(), keys, sorted(indexes))
        return found
    finally:
        connection.close()


@on_file
def test_the_steps_make_the_tables_that_are_declared(centre: Centre, tmp_path: Path) -> None:
    declared = tmp_path / "declared.db"
    engine = create_engine(f"sqlite:///{declared}")
    metadata.create_all(engine)
    engine.dispose()
    made = described(centre.database.path)
    assert made.pop("heard_schema")
    assert made == described(declared)


def test_the_steps_are_numbered_without_a_gap() -> None:
    assert [step.NUMBER for step in migrations.STEPS] == list(range(1, LATEST + 1))


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_the_declared_tables_can_be_made_in_postgresql(table: Any) -> None:
    text = str(CreateTable(table).compile(dialect=postgresql.dialect()))
    assert "BYTEA" in text or "BLOB" not in text
    assert all(str(CreateIndex(index).compile(dialect=postgresql.dialect())) for index in table.indexes)


def digest(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


@on_file
def test_a_database_of_a_newer_server_is_left_untouched(centre: Centre, settings: Settings) -> None:
    with centre.database.write() as connection:
        connection.exec_driver_sql(f"UPDATE heard_schema SET number = {LATEST + 1}")
    centre.database.fold()
    centre.close()
    before = digest(settings.data)
    with pytest.raises(NewerDatabase, match="newer Heard server"):
        open_centre(settings)
    assert digest(settings.data) == before


def step(number: int, *statements: str) -> ModuleType:
    return SimpleNamespace(NUMBER=number, STATEMENTS=statements)  # type: ignore[return-value]


@on_file
def test_a_step_that_fails_leaves_nothing_behind_and_can_be_taken_again(centre: Centre) -> None:
    broken = step(LATEST + 1, "CREATE TABLE extra (council_id TEXT)", "DROP TABLE op", "CREATE NONSENSE")
    before = described(centre.database.path)
    with pytest.raises(Exception, match="NONSENSE"):
        open_database(centre.database, steps=(*migrations.STEPS, broken))
    assert described(centre.database.path) == before
    mended = step(LATEST + 1, "CREATE TABLE extra (council_id TEXT)")
    assert open_database(centre.database, steps=(*migrations.STEPS, mended)) == LATEST + 1
    assert open_database(centre.database, steps=(*migrations.STEPS, mended)) == LATEST + 1
    assert set(described(centre.database.path)) - set(before) == {"extra"}


def test_a_folder_without_a_council_is_said_to_be_so(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="holds no Heard server yet"):
        open_centre(Settings(tmp_path))
    assert list(tmp_path.iterdir()) == []
    SQLiteFile(tmp_path / "heard.db", create=True).fold()
    with pytest.raises(Trouble, match="no council here yet"):
        open_centre(Settings(tmp_path))


def test_a_file_that_is_no_database_is_left_untouched(tmp_path: Path) -> None:
    (tmp_path / "heard.db").write_bytes(b"not a database at all, " * 100)
    before = digest(tmp_path)
    with pytest.raises(Trouble, match="cannot be read"):
        open_centre(Settings(tmp_path))
    assert digest(tmp_path) == before


@on_file
def test_a_connection_is_as_durable_as_promised(centre: Centre) -> None:
    with centre.database.write() as connection:
        asked = ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        found = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in asked]
    assert found == ["wal", 2, 1, 1]
