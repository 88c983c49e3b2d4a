"""Opening a vault that was cut short, damaged, or put back from a copy: what was written is never passed over."""

from __future__ import annotations

import random
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from desktop.high_water import Mark, write_mark
from desktop.opening import _fail, open_casebook
from models.casebook import Casebook
from models.entry import Edit
from models.errors import StoreDamaged, StoreFull, Trouble
from models.identity import Identity, Worker
from models.query import Query
from models.store import migrate
from models.store.engine import SqlCipher

KEY = bytes(range(32))
ME = Identity(
    device_id="laptop",
    device_epoch=1,
    council_id="council",
    council_name="Testshire",
    worker=Worker(worker_id="amy", display_name="Amy"),
    timeline="first",
    signing_key=bytes(32),
)


def write_note(book: Casebook, words: str) -> None:
    draft = book.new_draft("visit_note", "child")
    book.save(draft, {"what_happened": Edit("", words)}).result()
    assert book.cut(draft.record_id).result() is not None


def spoil(folder: Path, page: int) -> None:
    """Flip one bit of a page."""
    spoilt = bytearray((folder / "vault.db").read_bytes())
    spoilt[4096 * page + 99 if page else 99] ^= 1
    (folder / "vault.db").write_bytes(spoilt)


def note_words(book: Casebook) -> set[str]:
    return {str(entry.body["what_happened"]) for entry in book.select(Query(types=("visit_note",)))}


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    """A joined vault with one note, one copy that holds it, and a later note that only the vault holds."""
    book = Casebook.open(tmp_path, KEY, identity=ME)
    write_note(book, "in the copy too")
    book.back_up()
    write_note(book, "only in the vault")
    book.close()
    return tmp_path


def open_now(folder: Path) -> tuple[Casebook, bool]:
    held = open_casebook(folder, KEY)
    assert held.casebook is not None
    return held.casebook, held.was_repaired


def test_a_vault_that_has_not_joined_yet_asks_to_join(tmp_path: Path) -> None:
    assert open_casebook(tmp_path, KEY).casebook is None


def test_joining_that_was_cut_short_at_any_step_can_be_done_again(tmp_path: Path) -> None:
    (tmp_path / "vault.db").touch()
    assert open_casebook(tmp_path, KEY).casebook is None
    migrate.prepare(SqlCipher(KEY), tmp_path / "vault.db", tmp_path / "backups")
    assert open_casebook(tmp_path, KEY).casebook is None
    Casebook.open(tmp_path, KEY, identity=ME).close()
    book, was_repaired = open_now(tmp_path)
    assert not was_repaired
    book.close()


@pytest.mark.parametrize("is_empty", [False, True])
def test_a_vault_whose_file_is_gone_comes_back_from_its_copy_and_never_asks_to_join(
    vault: Path, is_empty: bool
) -> None:
    for path in vault.glob("vault.db*"):
        path.unlink()
    if is_empty:
        (vault / "vault.db").touch()
    book, was_repaired = open_now(vault)
    assert was_repaired
    assert note_words(book) == {"in the copy too"}
    book.close()


def test_a_sound_vault_that_cannot_be_opened_for_a_moment_is_never_replaced_by_an_older_copy(
    vault: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: Any, **_more: Any) -> Casebook:
        raise StoreDamaged("attempt to write a readonly database")

    with monkeypatch.context() as patch:
        patch.setattr(Casebook, "open", fail)
        with pytest.raises(Trouble, match="could not open its file") as told:
            open_casebook(vault, KEY)
        assert not isinstance(told.value, StoreDamaged)
    assert not list(vault.glob("damaged-*"))
    book, was_repaired = open_now(vault)
    assert not was_repaired
    assert note_words(book) == {"in the copy too", "only in the vault"}
    book.close()


def test_a_repair_never_gives_out_an_epoch_that_the_mark_has_seen(vault: Path) -> None:
    write_mark(vault, Mark("laptop", 7, 3))
    spoil(vault, 0)
    book, was_repaired = open_now(vault)
    assert was_repaired
    assert book.me.device_epoch == 8
    book.close()


def test_damage_met_in_use_is_repaired_at_the_next_opening_and_nothing_unsent_is_lost(vault: Path) -> None:
    """Opening reads a few pages only: a vault damaged elsewhere would open, fail and open again for ever.

    Two dozen pages, others in every run; what fails says which.
    """
    book, _ = open_now(vault)
    begun = book.new_draft("visit_note", "child")
    book.save(begun, {"what_happened": Edit("", "never cut")}).result()
    book.exchange.cut_all().result()
    book.save(begun, {"what_happened": Edit("never cut", "never cut, then typed on")}).result()
    book.back_up = lambda why="": Path()  # type: ignore[method-assign]
    book._desk.store.close()
    pages = (vault / "vault.db").stat().st_size // 4096
    sound = (vault / "vault.db").read_bytes()
    kept = lost = 0
    for page in random.sample(range(1, pages), 24):
        for path in (*vault.glob("damaged-*"), *vault.glob("vault.db-*"), *vault.glob("backups/*-repaired.db")):
            path.unlink()
        (vault / "vault.db").write_bytes(sound)
        spoil(vault, page)
        (vault / "vault.damaged").touch()
        book, was_repaired = open_now(vault)
        assert was_repaired, page
        assert not (vault / "vault.damaged").exists(), page
        words = note_words(book)
        assert "in the copy too" in words, page
        is_whole = words == {"in the copy too", "only in the vault", "never cut, then typed on"}
        kept, lost = kept + is_whole, lost + (not is_whole)
        if is_whole:
            assert {1, 2, 3} == {one.op_no for one in book.exchange.to_send(99)}, page
            book.cut_all().result()
            assert [one.op_no for one in book.exchange.to_send(99)] == [1, 2, 3, 4], page
        book.close()
    # Only a page that itself holds the unsent words can take them along.
    assert kept > 4 * lost, (kept, lost)


def test_damage_met_by_a_read_leaves_word_for_the_next_opening_and_a_sound_vault_is_only_looked_at(vault: Path) -> None:
    book, _ = open_now(vault)
    with pytest.raises(StoreDamaged):
        book._desk.read(lambda _connection: (_ for _ in ()).throw(MemoryError()))
    assert Casebook.was_damage_met(vault)
    book.close()
    book, was_repaired = open_now(vault)
    assert not was_repaired
    assert not Casebook.was_damage_met(vault)
    assert note_words(book) == {"in the copy too", "only in the vault"}
    book.close()


def test_an_older_copy_put_in_the_vaults_place_begins_a_new_epoch_once(vault: Path) -> None:
    older = (vault / "vault.db").read_bytes()
    book, _ = open_now(vault)
    assert book.me.device_epoch == 1
    write_note(book, "written after the copy was taken")
    book.close()
    write_mark(vault, Mark("laptop", 1, 3))
    (vault / "vault.db").write_bytes(older)
    for _ in range(2):
        book, was_repaired = open_now(vault)
        assert not was_repaired
        assert book.me.device_epoch == 2
        book.close()


@pytest.mark.parametrize("mark", [Mark("laptop", 1, 2), Mark("laptop", 1, 1), Mark("another laptop", 9, 99)])
def test_a_vault_that_is_not_behind_its_mark_keeps_its_epoch(vault: Path, mark: Mark) -> None:
    write_mark(vault, mark)
    book, _ = open_now(vault)
    assert book.me.device_epoch == 1
    book.close()


def test_a_bug_while_opening_is_told_to_the_screen_that_waits_and_still_takes_the_crash_path() -> None:
    told: list[Trouble] = []
    with pytest.raises(KeyError):
        _fail(KeyError("a bug"), told.append)
    assert [trouble.title for trouble in told] == ["Something in Heard went wrong"]
    _fail(Trouble("No disk"), told.append)
    assert told[-1].title == "No disk"
    with pytest.raises(Trouble):
        _fail(Trouble("Nobody waits"), None)


def test_a_full_disk_at_unlock_is_told_as_it_is_and_changes_nothing(
    vault: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: Any, **_more: Any) -> Casebook:
        raise StoreFull("The disk did not take what was written")

    monkeypatch.setattr(Casebook, "open", fail)
    with pytest.raises(Trouble, match="disk is full") as told:
        open_casebook(vault, KEY)
    assert "on the screen" not in str(told.value)


def test_a_damaged_vault_waits_for_room_and_is_never_said_to_have_no_copy(
    vault: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil(vault, 0)
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "disk_usage", lambda _folder: SimpleNamespace(free=100_000))
        with pytest.raises(Trouble, match="disk is full"):
            open_casebook(vault, KEY)
    assert not list(vault.glob("damaged-*"))
    book, was_repaired = open_now(vault)
    assert was_repaired
    book.close()
