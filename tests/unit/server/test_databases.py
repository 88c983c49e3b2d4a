"""PostgreSQL as the council's database: a lost line, its tables and letters, a backup carried over and back."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest
from sqlalchemy import Text, func, inspect, select
from sqlalchemy.exc import IntegrityError

from models.clock import Clock
from models.errors import Trouble
from models.ids import Ids
from sync.server.__main__ import main
from sync.server.administration import Administration
from sync.server.care import back_up, check_everything
from sync.server.centre import Centre, open_centre, remember_head
from sync.server.database import Clash, Unreachable, again
from sync.server.database.postgres import CONNECTIONS
from sync.server.founding import found_council
from sync.server.hub import Hub
from sync.server.refusal import Refusal
from sync.server.restoring import restore
from sync.server.settings import Settings, read_settings
from sync.server.tables import audit, council, metadata, version
from sync.wire import EnrolRequest, TokenRequest
from tests.postgres import Cluster, running_cluster
from tests.unit.server.kinds import at_once, column, on_disk, on_postgresql, wait_for

# --- Trying again --------------------------------------------------------------------------------------------------


@pytest.fixture
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sync.server.database._FIRST_PAUSE_SECONDS", 0.0)


def failing(times: int, error: Exception) -> Callable[[], int]:
    """Work that fails some times and then says how often it was asked."""
    asked = 0

    def work() -> int:
        nonlocal asked
        asked += 1
        if asked <= times:
            raise error
        return asked

    return work


@pytest.mark.parametrize("error", [Clash(), Unreachable()], ids=["clash", "lost"])
def test_what_was_not_stored_is_done_again_a_few_times(no_pause: None, error: Exception) -> None:
    assert again(failing(5, error)) == 6
    with pytest.raises(type(error)):
        again(failing(6, error))


def test_what_may_have_been_stored_is_never_done_again(no_pause: None) -> None:
    with pytest.raises(Unreachable, match="was it stored"):
        again(failing(1, Unreachable(is_unsure=True)))


@on_postgresql
def test_a_key_broken_every_time_is_a_bug_and_leaves_as_one(no_pause: None, centre: Centre) -> None:
    def insert_again() -> None:
        with centre.database.write() as connection:
            connection.execute(council.insert().values(connection.execute(select(council)).mappings().one()))

    with pytest.raises(IntegrityError):
        again(insert_again)


# --- The line to it ------------------------------------------------------------------------------------------------


@pytest.fixture
def own_cluster(cluster: Cluster) -> Iterator[Cluster]:
    """One that the test may end and change."""
    with running_cluster() as made:
        yield made


@pytest.fixture
def restless(own_cluster: Cluster, tmp_path: Path, clock: Clock, ids: Ids, settings: Settings) -> Iterator[Centre]:
    place = replace(settings, data=tmp_path / "restless", database=own_cluster.url(own_cluster.create_database()))
    opened = found_council(place, "Restless", clock, ids)
    yield opened
    opened.close()


def let_in(centre: Centre, like: Any) -> Any:
    """Bring a laptop over to another council's hub."""
    hub, office = Hub(centre), Administration(centre)
    office.add_worker("amy", "Amy")
    sarah = office.open_scope("child", "1001")
    office.assign("amy", "1001", "social_worker")
    joined = hub.enrol(
        EnrolRequest(
            code=office.give_code("amy").code,
            sign_in_name="amy",
            password="a long enough password",
            device_name="amy's laptop",
            public_key=like.key.public_key().public_bytes_raw(),
        ),
        "127.0.0.1",
    )
    return replace(like, hub=hub, joined=joined, token="", rows=[]), sarah


@on_postgresql
def test_a_restart_in_between_is_not_noticed(restless: Centre, own_cluster: Cluster, amy: Any) -> None:
    laptop, sarah = let_in(restless, amy)
    assert laptop.push_one(laptop.version(sarah)).outcome == "head"
    own_cluster.restart_immediately()
    assert laptop.push_one(laptop.version(sarah)).outcome == "head"
    assert len(laptop.pull()) == 2


@on_postgresql
def test_a_database_that_is_away_asks_to_be_tried_again(
    no_pause: None, restless: Centre, own_cluster: Cluster, amy: Any
) -> None:
    from sync.server.answering import explain

    laptop, sarah = let_in(restless, amy)
    laptop.sign_in()
    own_cluster.stop()
    with pytest.raises(Unreachable) as lost:
        laptop.push_one(laptop.version(sarah))
    refused, is_fault = explain(lost.value)
    assert (refused.status, refused.code, refused.retry_after > 0, is_fault) == (503, "busy", True, True)
    with pytest.raises(Trouble, match="cannot be reached"):
        open_centre(restless.settings)
    # What the server does every minute, and when it ends, takes nothing down with it.
    remember_head(restless)
    own_cluster.start()
    assert laptop.push_one(laptop.version(sarah)).outcome == "head"


@on_postgresql
def test_a_line_lost_while_committing_is_unsure_and_the_repeat_waits_for_the_standby(
    restless: Centre, own_cluster: Cluster, amy: Any
) -> None:
    """The commit is there to be read, and no standby has it: "sent before" may not be said on the strength of it."""
    laptop, sarah = let_in(restless, amy)
    laptop.sign_in()
    came = laptop.version(sarah)
    waiting = "SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
    own_cluster.execute("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
    own_cluster.execute("SELECT pg_reload_conf()")
    answers: list[Any] = []

    def push() -> None:
        try:
            answers.append(laptop.push_one(came))
        except Unreachable as lost:
            answers.append(lost)

    first = threading.Thread(target=push)
    first.start()
    wait_for(lambda: own_cluster.execute(waiting))
    [(pid,)] = own_cluster.execute(waiting)
    own_cluster.execute(f"SELECT pg_terminate_backend({pid})")
    first.join(30)
    assert [one.is_unsure for one in answers] == [True]
    assert column(restless, version.c.version_id) == [came.version_id]

    second = threading.Thread(target=push)
    second.start()
    wait_for(lambda: own_cluster.execute(waiting))
    assert len(answers) == 1, "it must not be answered before the standby has it"
    own_cluster.execute("ALTER SYSTEM RESET synchronous_standby_names")
    own_cluster.execute("SELECT pg_reload_conf()")
    second.join(30)
    assert (answers[1].outcome, answers[1].seq) == ("head", 1)


@on_postgresql
def test_a_process_holds_eight_connections_at_most(centre: Centre, amy: Any, empty_database: str) -> None:
    amy.sign_in()
    at_once(*[amy.page] * 20)
    with psycopg.connect(empty_database) as connection:
        query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        [(held,)] = connection.execute(query).fetchall()
    assert 0 < held <= CONNECTIONS


@on_postgresql
def test_a_server_that_would_lose_acknowledged_work_is_not_used(own_cluster: Cluster, settings: Settings) -> None:
    lax = own_cluster.create_database()
    own_cluster.execute(f"ALTER DATABASE {lax} SET synchronous_commit = off")
    with pytest.raises(Trouble, match="lose work that laptops were told is sent"):
        found_council(replace(settings, database=own_cluster.url(lax)), "Lax")
    assert not settings.file_path.exists()
    own_cluster.execute("CREATE DATABASE narrow TEMPLATE template0 ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'")
    with pytest.raises(Trouble, match="every letter"):
        found_council(replace(settings, database=own_cluster.url("narrow")), "Narrow")
    with pytest.raises(Trouble, match="cannot be reached"):
        found_council(replace(settings, database=own_cluster.url("nowhere")), "Nowhere")
    with pytest.raises(Trouble, match="address of the database cannot be read"):
        found_council(replace(settings, database="postgresql://[broken"), "Broken")


@on_postgresql
def test_settings_that_could_lose_work_are_said_plainly(centre: Centre) -> None:
    said = centre.database.weaknesses()
    assert any(one.startswith("fsync is off") for one in said)
    assert check_everything(centre)["weaknesses"] == said


# --- Its tables ----------------------------------------------------------------------------------------------------


@on_postgresql
def test_the_steps_make_the_declared_tables_there_too(centre: Centre) -> None:
    found = inspect(centre.database._engine)
    assert set(found.get_table_names()) == {*metadata.tables, "heard_schema"}
    for name, table in metadata.tables.items():
        columns = {one["name"]: one for one in found.get_columns(name)}
        assert {name: one["nullable"] for name, one in columns.items()} == {c.name: c.nullable for c in table.columns}
        for declared in table.columns:
            kind = columns[declared.name]["type"]
            assert type(kind).__mro__[1] in type(declared.type).__mro__ or isinstance(kind, type(declared.type))
            assert not isinstance(kind, Text) or kind.collation == "C", (name, declared.name)
        assert found.get_pk_constraint(name)["constrained_columns"] == [one.name for one in table.primary_key]
        keys = {(tuple(one["constrained_columns"]), one["referred_table"]) for one in found.get_foreign_keys(name)}
        assert keys == {(tuple(one.column_keys), one.referred_table.name) for one in table.foreign_key_constraints}
        indexes = {one["name"]: one["column_names"] for one in found.get_indexes(name) if not one["unique"]}
        assert indexes == {one.name: [part.name for part in one.columns] for one in table.indexes if not one.unique}


@on_postgresql
def test_a_step_that_fails_there_leaves_nothing_behind(centre: Centre) -> None:
    from types import SimpleNamespace

    from sync.server import migrations

    broken = SimpleNamespace(
        NUMBER=migrations.LATEST + 1, STATEMENTS=("CREATE TABLE extra (a TEXT)", "DROP TABLE op", "CREATE NONSENSE")
    )
    with pytest.raises(Exception, match="NONSENSE"):
        migrations.open_database(centre.database, steps=(*migrations.STEPS, broken))  # type: ignore[arg-type]
    assert set(inspect(centre.database._engine).get_table_names()) == {*metadata.tables, "heard_schema"}
    assert migrations.found_step(centre.database) == migrations.LATEST


@on_postgresql
def test_letters_that_are_none_are_refused_or_held_and_break_nothing(amy: Any, sarah: str, office: Any) -> None:
    results = amy.push(amy.version(sarah, record_id="\0"), amy.version("a\0b"), amy.version(sarah, version_id="\0"))
    assert [one.outcome for one in results] == ["held"] * 3
    with pytest.raises(Refusal) as refused:
        amy.hub.token(TokenRequest(device_id="\0", challenge=amy.hub.challenge().challenge, signature=b""), "127.0.0.1")
    assert refused.value.status == 401
    request = EnrolRequest(
        code="x", sign_in_name="a\0", password="a long enough password", device_name="", public_key=b"\1" * 32
    )
    with pytest.raises(Refusal):
        amy.hub.enrol(request, "127.0.0.1")


# --- Backup and restore --------------------------------------------------------------------------------------------


def rows_of(centre: Centre) -> dict[str, int]:
    with centre.database.read() as connection:
        return {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in metadata.sorted_tables
        }


@on_disk
@pytest.mark.parametrize("to", ["file", "postgresql"])
def test_a_backup_of_either_can_be_put_back_into_either(
    centre: Centre,
    amy: Any,
    ben: Any,
    sarah: str,
    to: str,
    cluster: Cluster,
    clock: Clock,
    ids: Ids,
    tmp_path: Path,
) -> None:
    note = amy.version(sarah, {"what_happened": "Łódź, and “quite”."})
    amy.push(note, amy.version(amy.ids.new()))
    copy = tmp_path / "copy.db"
    back_up(centre, copy)
    before, content = rows_of(centre), copy.read_bytes()
    late = amy.version(sarah, {"what_happened": "Since the copy"})
    amy.push(late)
    centre.keep_head()

    database = cluster.url(cluster.create_database()) if to == "postgresql" else ""
    elsewhere = replace(centre.settings, data=tmp_path / "elsewhere", database=database)
    elsewhere.data.mkdir()
    with pytest.raises(Trouble, match="signing key"):
        restore(elsewhere, copy, clock, ids)
    for path in (centre.settings.import_key_path, centre.settings.ledger_head_path):
        (elsewhere.data / path.name).write_bytes(path.read_bytes())
    assert restore(elsewhere, copy, clock, ids)["ok"]
    assert copy.read_bytes() == content
    with pytest.raises(Trouble, match="already holds a council"):
        restore(elsewhere, copy, clock, ids)
    assert not list(elsewhere.data.glob(".restore*"))

    restored = open_centre(read_settings(elsewhere.data), clock, ids)
    assert check_everything(restored)["faults"] == []
    # The copy was made before the row that tells of it was written; putting it back has written one of its own.
    assert rows_of(restored) == before | {"audit": before["audit"]}
    assert column(restored, audit.c.action)[-1] == "restored"
    assert column(restored, council.c.timeline) != column(centre, council.c.timeline)
    amy.hub, amy.token = Hub(restored), ""
    page = amy.page()
    amy.joined = msgspec.structs.replace(amy.joined, timeline=page.timeline)
    assert amy.push_one(late).outcome == "head"
    assert amy.push_one(note).seq == 1
    restored.close()


@on_disk
def test_a_backup_that_does_not_stand_is_not_put_back(
    centre: Centre, amy: Any, sarah: str, clock: Clock, ids: Ids, tmp_path: Path
) -> None:
    import sqlite3

    amy.push(amy.version(sarah))
    copy = tmp_path / "copy.db"
    back_up(centre, copy)
    connection = sqlite3.connect(copy)
    connection.execute("UPDATE version SET body = x'7b7d'")
    connection.commit()
    connection.close()
    elsewhere = replace(centre.settings, data=tmp_path / "elsewhere", database="")
    elsewhere.data.mkdir()
    (elsewhere.data / "import.key").write_bytes(centre.settings.import_key_path.read_bytes())
    with pytest.raises(Trouble, match="does not stand"):
        restore(elsewhere, copy, clock, ids)
    with pytest.raises(Trouble, match="cannot be opened"):
        restore(elsewhere, tmp_path / "nothing.db", clock, ids)
    assert [path.name for path in elsewhere.data.iterdir()] == ["import.key"]


# --- Commands ------------------------------------------------------------------------------------------------------


def test_the_commands_work_on_it_by_what_init_wrote_down(
    empty_database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, copy = tmp_path / "centre", tmp_path / "copy.db"

    def run(*words: str, folder: Path = data) -> tuple[int, str]:
        code = main([*words, "--data", str(folder)])
        said = capsys.readouterr()
        return code, said.out + said.err

    assert run("init", "--council", "Testshire", "--database", empty_database)[0] == 0
    assert json.loads((data / "settings.json").read_text()) == {"database": empty_database}
    assert (data / "settings.json").stat().st_mode & 0o077 == 0
    assert sorted(path.name for path in data.iterdir()) == ["import.key", "ledger-head.json", "settings.json"]
    assert (
        "holds a council" in run("init", "--council", "Other", "--database", empty_database, folder=tmp_path / "b")[1]
    )
    assert run("worker", "add", "amy", "--name", "Amy")[0] == 0
    assert run("check")[0] == 0
    assert run("audit", "verify")[0] == 0
    assert run("backup", str(copy))[0] == 0
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "import.key").write_bytes((data / "import.key").read_bytes())
    assert run("restore", str(copy), folder=tmp_path / "c")[0] == 0
    assert "Amy" in run("worker", "list", folder=tmp_path / "c")[1]
    (data / "settings.json").write_text('{"database": "postgresql:///nothing?host=/nowhere"}')
    code, said = run("worker", "list")
    assert (code, "cannot be reached" in said, "Traceback" in said) == (1, True, False)
    (data / "settings.json").write_text("{")
    assert "settings cannot be read" in run("worker", "list")[1]


@pytest.mark.parametrize(
    "address", ["mysql://a/b", "postgresql://heard:secret@host/heard", "postgresql://host/heard?password=secret"]
)
def test_an_address_with_a_password_is_wrong_use(
    tmp_path: Path, address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["init", "--data", str(tmp_path / "x"), "--council", "X", "--database", address])
    assert ended.value.code == 2
    assert "secret" not in capsys.readouterr().err
