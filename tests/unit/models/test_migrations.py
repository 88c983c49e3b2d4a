"""Bringing a vault to a newer schema: old or new, never mixed, and an encrypted copy of the old one first."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from models.casebook import Casebook
from models.entry import Edit
from models.fields import choice, line
from models.query import OLDEST, Query
from models.record import Record, forget, record
from models.store import backup, migrate
from models.store.engine import SqlCipher
from models.store.tables import SCHEMA

KEY = bytes(range(32))
SARAH = "01a00000-0000-7000-8000-000000000001"
ROOT = Path(__file__).parents[3]
NEXT, LAST = SCHEMA + 1, SCHEMA + 2
"""The throw-away steps after the newest real one."""

SCRIPT = '''"""A throw-away migration: a column, a rebuilt table, and every row's title written anew."""

import os

from alembic import op
import sqlalchemy as sa

revision = "{revision}"
down_revision = {down}


def _step(name):
    if os.environ.get("DIE_AT") == "{revision}:" + name:
        if os.environ.get("DIE_HOW") == "kill":
            os.kill(os.getpid(), 9)
        raise RuntimeError(name)


def upgrade():
    _step("start")
    op.add_column("record", sa.Column("colour{revision}", sa.Text))
    _step("column")
    op.execute("UPDATE record SET title = title || '*', colour{revision} = 'green'")
    _step("rows")
    with op.batch_alter_table("issue") as batch:
        batch.add_column(sa.Column("shown{revision}", sa.Integer))
    _step("rebuilt")
    op.execute("{wrong}")
    _step("end")
'''
STEPS = ("start", "column", "rows", "rebuilt", "end")


@pytest.fixture
def scripts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two migrations that a later Heard would bring."""
    folder = tmp_path / "migrations"
    (folder / "versions").mkdir(parents=True)
    for revision, down in ((NEXT, None), (LAST, f'"{NEXT}"')):
        text = SCRIPT.format(revision=revision, down=down, wrong="UPDATE record SET title = title")
        (folder / "versions" / f"{revision:04d}.py").write_text(text)
    monkeypatch.setattr(migrate, "MIGRATIONS", folder)
    monkeypatch.setattr(migrate, "SCHEMA", LAST)
    return folder


@pytest.fixture
def vault(open_desk: Callable[..., Any], tmp_path: Path) -> Path:
    """A vault of this Heard's schema."""
    desk = open_desk()
    for number in range(5):
        desk.begin("child", f"01a00000-0000-7000-8000-00000000000{number}", known_as=f"Child {number}")
    desk.book.close()
    return tmp_path / "amy"


def state_of(path: Path) -> tuple[int, list[str], bool, bool]:
    connection = SqlCipher(KEY).open(path)
    try:
        columns = [row[1] for row in connection.execute("PRAGMA table_info(record)")]
        issue = [row[1] for row in connection.execute("PRAGMA table_info(issue)")]
        titles = [row[0] for row in connection.execute("SELECT title FROM record ORDER BY row")]
        schema = int(connection.execute("PRAGMA user_version").fetchone()[0])
        assert backup.is_sound(connection)
    finally:
        connection.close()
    both = (NEXT, LAST)
    is_wider, is_rebuilt = (
        {f"{name}{one}" for one in both} <= set(found) for name, found in (("colour", columns), ("shown", issue))
    )
    return schema, titles, is_wider, is_rebuilt


def test_the_steps_make_the_tables_that_are_declared(vault: Path, tmp_path: Path) -> None:
    def tables_of(path: Path) -> dict[str, Any]:
        connection = SqlCipher(KEY).open(path)
        try:
            names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            return {
                name: (
                    connection.execute(f"PRAGMA table_info({name})").fetchall(),
                    sorted(row[1:4] for row in connection.execute(f"PRAGMA index_list({name})")),
                    connection.execute(f"SELECT wr FROM pragma_table_list('{name}')").fetchall(),
                )
                for name in names
            }
        finally:
            connection.close()

    older = tmp_path / "older"
    older.mkdir()
    shutil.copy(ROOT / "tests" / "golden" / "vaults" / "schema-1.db", older / "vault.db")
    Casebook.open(older, KEY).close()
    assert tables_of(older / "vault.db") == tables_of(vault / "vault.db")


OLD = (SCHEMA, [f"Child {number}" for number in range(5)], False, False)
NEW = (LAST, [f"Child {number}**" for number in range(5)], True, True)


def test_every_migration_is_run_once_and_in_order_after_an_encrypted_copy(vault: Path, scripts: Path) -> None:
    assert state_of(vault / "vault.db") == OLD
    book = Casebook.open(vault, KEY)
    assert [entry.body["known_as"] for entry in book.select(Query(order=OLDEST))] == OLD[1]
    book.close()
    assert state_of(vault / "vault.db") == NEW
    (copy,) = backup.backups(vault / "backups")
    assert copy.name.endswith("-before-update.db")
    assert state_of(copy) == OLD
    assert not copy.read_bytes().startswith(b"SQLite format 3")
    book = Casebook.open(vault, KEY)
    book.close()
    assert state_of(vault / "vault.db") == NEW
    assert len(backup.backups(vault / "backups")) == 1


def test_a_vault_that_had_the_first_migration_only_gets_the_others(
    vault: Path, scripts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = (scripts / "versions" / f"{LAST:04d}.py").rename(scripts / f"{LAST:04d}.py")
    monkeypatch.setattr(migrate, "SCHEMA", NEXT)
    Casebook.open(vault, KEY).close()
    assert state_of(vault / "vault.db")[:2] == (NEXT, [f"Child {number}*" for number in range(5)])
    late.rename(scripts / "versions" / f"{LAST:04d}.py")
    monkeypatch.setattr(migrate, "SCHEMA", LAST)
    Casebook.open(vault, KEY).close()
    assert state_of(vault / "vault.db") == NEW


@pytest.mark.parametrize("revision", [NEXT, LAST])
@pytest.mark.parametrize("step", STEPS)
def test_a_migration_that_fails_at_any_step_leaves_the_old_vault_whole(
    vault: Path, scripts: Path, monkeypatch: pytest.MonkeyPatch, revision: int, step: str
) -> None:
    monkeypatch.setenv("DIE_AT", f"{revision}:{step}")
    with pytest.raises(RuntimeError, match=step):
        Casebook.open(vault, KEY)
    assert state_of(vault / "vault.db") == OLD
    monkeypatch.delenv("DIE_AT")
    Casebook.open(vault, KEY).close()
    assert state_of(vault / "vault.db") == NEW


OPEN = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from models.store import migrate
migrate.MIGRATIONS, migrate.SCHEMA = Path(sys.argv[3]), int(sys.argv[4])
from models.casebook import Casebook
Casebook.open(Path(sys.argv[2]), bytes(range(32))).close()
"""


@pytest.mark.skipif(os.name != "posix", reason="not run: kills a process")
@pytest.mark.parametrize("at", [f"{NEXT}:rows", f"{LAST}:end"])
def test_a_migration_that_is_killed_leaves_the_old_vault_whole(vault: Path, scripts: Path, at: str) -> None:
    run = subprocess.run(
        [sys.executable, "-c", OPEN, str(ROOT), str(vault), str(scripts), str(LAST)],
        env=os.environ | {"DIE_AT": at, "DIE_HOW": "kill"}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert run.returncode == -signal.SIGKILL, run.stderr
    assert state_of(vault / "vault.db") == OLD
    Casebook.open(vault, KEY).close()
    assert state_of(vault / "vault.db") == NEW


def test_a_migration_that_leaves_rows_pointing_at_nothing_is_undone(vault: Path, scripts: Path) -> None:
    wrong = "CREATE TABLE lost (id INTEGER REFERENCES record (row)); "
    text = SCRIPT.format(revision=NEXT, down=None, wrong=wrong.split(";")[0])
    text = text.replace('_step("end")', 'op.execute("INSERT INTO lost VALUES (999)")')
    (scripts / "versions" / f"{NEXT:04d}.py").write_text(text)
    with pytest.raises(RuntimeError, match="point at nothing"):
        Casebook.open(vault, KEY)
    assert state_of(vault / "vault.db") == OLD


def test_a_vault_of_a_newer_minor_schema_is_opened_and_left_as_it_is(vault: Path) -> None:
    connection = SqlCipher(KEY).open(vault / "vault.db")
    connection.execute("PRAGMA user_version=7")
    connection.close()
    book = Casebook.open(vault, KEY)
    assert book.count(Query()) == 5
    book.close()
    assert state_of(vault / "vault.db")[0] == 7


def test_opening_a_vault_of_this_schema_never_imports_alembic(vault: Path) -> None:
    script = (
        OPEN.replace("migrate.MIGRATIONS, migrate.SCHEMA = Path(sys.argv[3]), int(sys.argv[4])\n", "")
        + "assert not [name for name in sys.modules if name.split('.')[0] in ('alembic', 'mako', 'httpx')]\n"
    )
    subprocess.run([sys.executable, "-c", script, str(ROOT), str(vault)], check=True, timeout=60)


# --- a type declared otherwise ------------------------------------------------------------------------------------


def _declare(**more: Any) -> type[Record]:
    class Thing(Record):
        note: str = line("Note")
        place: str = choice("Where", (), **more)

    return record("throw_away", title="Thing", plural="Things", edited_by="assigned", **(
        {"title_field": "note"} if more else {}
    ))(Thing)  # fmt: skip


def test_what_a_newer_heard_lists_by_is_filled_for_records_written_before(open_desk: Callable[..., Any]) -> None:
    desk = open_desk()
    try:
        # First it is known to a newer Heard alone, then declared, then declared with a column and a title.
        came = desk.make({"note": "of a newer Heard", "place": "home"}, type="throw_away")
        desk.take(came)
        _declare()
        desk.book.close()
        desk = open_desk()
        assert desk.entry(came.record_id).title == ""
        while desk.book.index_some().result():
            pass
        assert [hit.entry.record_id for hit in desk.book.find("newer")] == [came.record_id]
        written = desk.begin("throw_away", note="written before", place="home")
        desk.book.close()
        forget("throw_away")
        _declare(indexed=True)
        desk = open_desk()
        from models.query import Where

        asked = Query(types=("throw_away",), where=(Where("place", "is", "home"),), order=OLDEST)
        assert [one.record_id for one in desk.book.select(asked)] == [came.record_id, written.record_id]
        assert [one.title for one in desk.book.select(asked)] == ["of a newer Heard", "written before"]
    finally:
        forget("throw_away")


def test_opening_a_vault_whose_types_are_as_they_were_writes_nothing(vault: Path) -> None:
    before = (vault / "vault.db").read_bytes()
    Casebook.open(vault, KEY).close()
    assert (vault / "vault.db").read_bytes() == before
    book = Casebook.open(vault, KEY)
    draft = book.new_draft("visit_note", SARAH)
    book.save(draft, {"what_happened": Edit("", "x")}).result()
    book.close()
    assert (vault / "vault.db").read_bytes() != before
