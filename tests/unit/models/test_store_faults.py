"""The vault's file when the world is against it: damage, a cut file, a wrong key, a full disk, two at once."""

from __future__ import annotations

import errno
import hashlib
import os
import random
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, exc

from models.casebook import Casebook
from models.entry import Edit
from models.errors import NewerVault, StoreDamaged, StoreFull, Trouble
from models.query import Query
from models.store import backup, engine, migrate
from models.store.engine import SqlCipher, Store, as_trouble

KEY = bytes(range(32))
SARAH = "01a00000-0000-7000-8000-000000000001"
ROOT = Path(__file__).parents[3]


def bytes_in(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture
def vault(open_desk: Callable[..., Any], tmp_path: Path) -> Path:
    """A vault of forty notes, half of them in its one backup, closed."""
    desk = open_desk()
    for number in range(40):
        desk.begin(what_happened=f"note {number} " * 60)
        if number == 19:
            desk.book.cut_all().result()
            desk.book.back_up()
    desk.book.close()
    return tmp_path / "amy"


def read_all(book: Casebook) -> list[str]:
    """Everything a worker could come to see, and then a backup, which reads every page."""
    entries = book.select(Query(limit=1000))
    book.find("note")
    book.waiting()
    book.notices()
    for entry in entries:
        book.history(entry.record_id)
    book.back_up()
    return sorted(str(entry.body) for entry in entries)


def open_and_read(folder: Path) -> list[str]:
    book = Casebook.open(folder, KEY)
    try:
        return read_all(book)
    finally:
        book.close()


# --- damage -------------------------------------------------------------------------------------------------------


def test_any_flipped_bit_is_noticed_and_told_and_nothing_wrong_is_ever_shown(vault: Path, tmp_path: Path) -> None:
    good = (vault / "vault.db").read_bytes()
    chance, noticed = random.Random(7), 0
    for number in range(60):
        spoilt = bytearray(good)
        spoilt[chance.randrange(len(good))] ^= 1 << chance.randrange(8)
        folder = tmp_path / f"spoilt {number}"
        folder.mkdir()
        (folder / "vault.db").write_bytes(spoilt)
        with pytest.raises(StoreDamaged) as told:
            open_and_read(folder)
        noticed += "damaged" in told.value.title or "check out" in told.value.title
        assert not list(folder.glob("backups/*"))
    assert noticed == 60


def test_a_save_after_damage_was_met_is_told_as_damage_or_stands(vault: Path) -> None:
    """A connection is spoilt after a failed page check; Heard opens a fresh one and goes on with every good page."""
    good = (vault / "vault.db").read_bytes()
    chance, stood = random.Random(3), 0
    for _ in range(12):
        spoilt = bytearray(good)
        spoilt[4096 * chance.randrange(1, len(good) // 4096) + 99] ^= 1
        (vault / "vault.db").write_bytes(spoilt)
        try:
            book = Casebook.open(vault, KEY)
        except StoreDamaged:
            continue
        try:
            for query in (Query(limit=1000), Query(limit=1)):
                try:
                    book.select(query)
                except StoreDamaged:
                    continue
            draft = book.new_draft("visit_note", SARAH)
            try:
                book.save(draft, {"what_happened": Edit("", "after the damage")}).result()
            except StoreDamaged:
                continue
            stood += 1
            entry = book.entry(draft.record_id)
            assert entry is not None
            assert entry.body == {"what_happened": "after the damage"}
        finally:
            book.close()
    assert stood


def test_a_damaged_vault_is_repaired_from_its_backup_in_a_new_epoch_and_kept_aside(vault: Path) -> None:
    spoilt = bytearray((vault / "vault.db").read_bytes())
    spoilt[5000] ^= 1
    (vault / "vault.db").write_bytes(spoilt)
    (vault / "vault.db-wal").write_bytes(b"a journal that belongs to the damaged file")
    (copy,) = backup.backups(vault / "backups")
    assert Casebook.repair(vault, KEY) == copy
    assert (vault / "damaged-1.db").read_bytes() == spoilt
    assert (vault / "damaged-1.db-wal").read_bytes() == b"a journal that belongs to the damaged file"
    book = Casebook.open(vault, KEY)
    assert book.me.device_epoch == 2
    assert book.count(Query()) == 20
    draft = book.new_draft("visit_note", SARAH)
    book.save(draft, {"what_happened": Edit("", "after the repair")}).result()
    version = book.cut(draft.record_id).result()
    assert version is not None
    assert (version.device_epoch, version.op_no) == (2, 21)
    book.close()
    assert not list(vault.glob("*.part*"))
    assert len(backup.backups(vault / "backups")) == 2


def test_no_two_repairs_share_an_epoch_and_no_damaged_file_replaces_another(vault: Path) -> None:
    epochs = []
    first = backup.backups(vault / "backups")[0].read_bytes()
    for number in range(3):
        for copy in backup.backups(vault / "backups"):
            copy.unlink()
        # Only the very first copy is left each time; the mark outside the vault knows the epochs since.
        (vault / "backups" / "heard-00000001-x-daily.db").write_bytes(first)
        (vault / "vault.db").write_bytes(b"damaged beyond reading" * (number + 1))
        Casebook.repair(vault, KEY, above_epoch=max(epochs, default=0))
        book = Casebook.open(vault, KEY)
        epochs.append(book.me.device_epoch)
        book.close()
    assert epochs == [2, 3, 4]
    assert len({path.read_bytes() for path in vault.glob("damaged-*.db")}) == 3
    # Without the mark, the copy made right after a repair does as well.
    (vault / "vault.db").write_bytes(b"damaged")
    Casebook.repair(vault, KEY)
    assert Casebook.open(vault, KEY).me.device_epoch == 5


def test_a_damaged_copy_is_passed_over_and_without_a_sound_one_nothing_is_changed(vault: Path) -> None:
    book = Casebook.open(vault, KEY)
    book.back_up()
    book.close()
    newest, oldest = backup.backups(vault / "backups")
    newest.write_bytes(newest.read_bytes()[:-4096])
    (vault / "vault.db").write_bytes(b"damaged")
    assert Casebook.repair(vault, KEY) == oldest
    (vault / "vault.db").write_bytes(b"damaged again")
    for copy in backup.backups(vault / "backups"):
        copy.write_bytes(b"damaged too")
    before = bytes_in(vault)
    with pytest.raises(Trouble, match="no good copy"):
        Casebook.repair(vault, KEY)
    assert bytes_in(vault) == before


@pytest.mark.parametrize("deed", [0, 1])
def test_a_repair_that_dies_on_the_way_can_be_done_again(
    vault: Path, monkeypatch: pytest.MonkeyPatch, deed: int
) -> None:
    """It dies as it moves the journal aside, or as it puts the copy in the damaged file's place."""
    (vault / "vault.db").write_bytes(b"damaged")
    (vault / "vault.db-wal").write_bytes(b"old")
    real, left = os.replace, iter(range(deed))

    def replace(*names: Any) -> None:
        next(left)
        real(*names)

    monkeypatch.setattr(backup.os, "replace", replace)
    with pytest.raises(StopIteration):
        Casebook.repair(vault, KEY)
    monkeypatch.setattr(backup.os, "replace", real)
    assert (vault / "vault.db").read_bytes() == b"damaged"
    Casebook.repair(vault, KEY)
    book = Casebook.open(vault, KEY)
    assert book.count(Query()) == 20
    book.close()


def test_a_disk_without_links_keeps_the_damaged_file_aside_too(vault: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*_names: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(backup.os, "link", no_links)
    (vault / "vault.db").write_bytes(b"damaged")
    Casebook.repair(vault, KEY)
    assert (vault / "damaged-1.db").read_bytes() == b"damaged"


@pytest.mark.parametrize("length", [0, 100, 4096, -4096, -100])
def test_a_cut_file_is_noticed_and_never_taken_for_a_new_vault(vault: Path, length: int) -> None:
    good = (vault / "vault.db").read_bytes()
    (vault / "vault.db").write_bytes(good[:length])
    with pytest.raises(StoreDamaged):
        open_and_read(vault)
    (vault / "vault.db").unlink()
    with pytest.raises(StoreDamaged, match="not where it should be"):
        Casebook.open(vault, KEY)
    assert not (vault / "vault.db").exists()
    Casebook.repair(vault, KEY)
    assert len(open_and_read(vault)) == 20


def test_a_wrong_key_is_told_and_changes_no_byte(vault: Path) -> None:
    before = bytes_in(vault)
    with pytest.raises(StoreDamaged):
        Casebook.open(vault, bytes(32))
    assert bytes_in(vault) == before
    with pytest.raises(ValueError, match="32 bytes"):
        SqlCipher(b"short")


def test_a_vault_that_belongs_to_nobody_yet_says_so_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="not joined"):
        Casebook.open(tmp_path, KEY)
    assert list(tmp_path.iterdir()) == []
    # Tables without an identity: the first opening died between the two.
    migrate.prepare(SqlCipher(KEY), tmp_path / "vault.db", tmp_path / "backups")
    with pytest.raises(Trouble, match="not joined"):
        Casebook.open(tmp_path, KEY)


# --- a newer vault ------------------------------------------------------------------------------------------------


def _as_newer(vault: Path) -> None:
    connection = SqlCipher(KEY).open(vault / "vault.db")
    connection.execute("PRAGMA user_version=1000")
    connection.close()


def test_a_vault_of_a_newer_heard_is_refused_with_no_byte_changed(vault: Path) -> None:
    _as_newer(vault)
    before = bytes_in(vault)
    with pytest.raises(NewerVault):
        Casebook.open(vault, KEY)
    assert bytes_in(vault) == before


def test_a_newer_vault_with_the_journal_of_a_crash_is_not_even_checkpointed(vault: Path, tmp_path: Path) -> None:
    _as_newer(vault)
    connection = SqlCipher(KEY).open(vault / "vault.db")
    connection.execute("PRAGMA user_version=1001")
    crashed = tmp_path / "crashed"
    crashed.mkdir()
    for name in ("vault.db", "vault.db-wal", "vault.db-shm"):
        (crashed / name).write_bytes((vault / name).read_bytes())
    connection.close()
    before = bytes_in(crashed)
    with pytest.raises(NewerVault):
        Casebook.open(crashed, KEY)
    after = bytes_in(crashed)
    # The -shm file is only an index of the journal, made anew by whoever opens it.
    assert {name: after[name] for name in ("vault.db", "vault.db-wal")} == {
        name: before[name] for name in ("vault.db", "vault.db-wal")
    }
    assert after.keys() == before.keys()


# --- a full disk --------------------------------------------------------------------------------------------------

FILL = """
import os, resource, signal, sys
from pathlib import Path
sys.path.insert(0, {root!r})
from models.casebook import Casebook
from models.entry import Edit
from models.errors import StoreFull
from models.identity import Identity, Worker
from models.query import Query

folder, key = Path(sys.argv[1]), bytes(range(32))
me = Identity(device_id="d", device_epoch=1, council_id="c", council_name="T", timeline="t",
              worker=Worker(worker_id="amy", display_name="Amy"))
book = Casebook.open(folder, key, identity=me)
kept, chance = [], __import__("random").Random(1)

def words():
    return "".join(chance.choices("abcdefghijklmnop ", k=9000))

def save():
    draft, text = book.new_draft("visit_note", "s"), words()
    book.save(draft, {{"what_happened": Edit("", text)}}).result()
    kept.append((draft.record_id, text))

def until_full(act):
    for _ in range(2000):
        try:
            act()
        except StoreFull as told:
            assert "not saved yet" in told.message, told.message
            return
    raise SystemExit("the disk never filled")

def all_there(casebook):
    for record_id, text in kept:
        entry = casebook.entry(record_id)
        assert entry is not None and entry.body == {{"what_happened": text}}, record_id

save()
book.cut_all().result()
{fill}
until_full(save)
all_there(book)
for _ in range(3):
    until_full(save)
if {is_all_full}:
    until_full(book.back_up)
assert not list((folder / "backups").glob("*.part*"))
all_there(book)
{make_room}
save()
assert book.cut_all().result()
book.back_up()
all_there(book)
book.close()
again = Casebook.open(folder, key)
all_there(again)
assert again.count(Query()) == len(kept)
again.close()
print("saved", len(kept))
"""


def _script(fill: str, make_room: str, *, is_all_full: bool) -> str:
    return FILL.format(root=str(ROOT), fill=fill, make_room=make_room, is_all_full=is_all_full)


def _run(script: str, folder: Path) -> str:
    run = subprocess.run(
        [sys.executable, "-c", script, str(folder)], capture_output=True, text=True, timeout=100, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


def test_a_file_that_may_not_grow_loses_nothing_and_saving_goes_on_once_it_may(tmp_path: Path) -> None:
    fill = textwrap.dedent("""
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, resource.RLIM_INFINITY))
    """)
    room = "resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))"
    assert "saved" in _run(_script(fill, room, is_all_full=False), tmp_path)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of six megabytes."""
    folder = tmp_path / "small disk"
    folder.mkdir()
    mounted = os.name == "posix" and os.getuid() == 0 and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", folder], capture_output=True, check=False
    ).returncode == 0  # fmt: skip
    if not mounted:
        pytest.skip("not run: mounting a small disk needs root")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_a_full_disk_loses_nothing_and_saving_goes_on_once_there_is_room(small_disk: Path) -> None:
    fill = "(folder / 'ballast').write_bytes(bytes(4_200_000))"
    room = "(folder / 'ballast').unlink()"
    assert "saved" in _run(_script(fill, room, is_all_full=True), small_disk)


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
