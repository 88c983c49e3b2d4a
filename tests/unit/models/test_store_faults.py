"""The vault's file when the world is against it: damage, a cut file, a wrong key, a full disk, two at once."""

from __future__ import annotations

import errno
import hashlib
import os
import random
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from models.casebook import Casebook
from models.entry import Edit
from models.errors import NewerVault, StoreDamaged, Trouble
from models.query import Query
from models.store import backup, migrate
from models.store.engine import SqlCipher

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
    # Twenty notes were written after the copy: they are brought over out of the damaged file.
    assert book.count(Query()) == 40
    draft = book.new_draft("visit_note", SARAH)
    book.save(draft, {"what_happened": Edit("", "after the repair")}).result()
    version = book.cut(draft.record_id).result()
    assert version is not None
    assert (version.device_epoch, version.op_no) == (2, 41)
    book.close()
    assert not list(vault.glob("*.part*"))
    assert len(backup.backups(vault / "backups")) == 2


def test_no_two_repairs_share_an_epoch_and_no_damaged_file_replaces_another(vault: Path) -> None:
    epochs: list[int] = []
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

    monkeypatch.setattr("models.store.backup.os.replace", replace)
    with pytest.raises(StopIteration):
        Casebook.repair(vault, KEY)
    monkeypatch.setattr("models.store.backup.os.replace", real)
    assert (vault / "vault.db").read_bytes() == b"damaged"
    Casebook.repair(vault, KEY)
    book = Casebook.open(vault, KEY)
    assert book.count(Query()) == 20
    book.close()


def test_a_disk_without_links_keeps_the_damaged_file_aside_too(vault: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*_names: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr("models.store.backup.os.link", no_links)
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
    """A disk of ten megabytes."""
    folder = tmp_path / "small disk"
    folder.mkdir()
    mounted = os.name == "posix" and os.getuid() == 0 and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=10m", "tmpfs", folder], capture_output=True, check=False
    ).returncode == 0  # fmt: skip
    if not mounted:
        pytest.skip("not run: mounting a small disk needs root")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_a_full_disk_loses_nothing_and_saving_goes_on_once_there_is_room(small_disk: Path) -> None:
    fill = "(folder / 'ballast').write_bytes(bytes(8_200_000))"
    room = "(folder / 'ballast').unlink()"
    assert "saved" in _run(_script(fill, room, is_all_full=True), small_disk)
