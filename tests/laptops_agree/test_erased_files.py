"""Photos and pages of a note erased by law go with it: from the server, from laptops, and from what comes late."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from typing import Any

import pytest

from models.attachments.intake import Taken
from sync.client.http import Refused
from sync.server.care import back_up, check_everything
from sync.server.centre import open_centre
from sync.server.erasing import agree_to_erasure, ask_for_erasure, erase_again, list_erasures
from sync.server.hub import Hub
from sync.server.segments import cut_segments
from tests.laptops import Laptop, World
from tests.vault_pages import look, new_tokens

FILE, CAPTION, LATE_FILE, LATE_CAPTION, WORDS, OTHER = new_tokens(6)
ALL = (FILE, CAPTION, LATE_FILE, LATE_CAPTION, WORDS)


def sound(token: str) -> Taken:
    data = f"RIFF {token} ".encode() * 40
    return Taken(data, "audio/wav", "sound", hashlib.sha256(data).hexdigest())


def attach(laptop: Laptop, scope_id: str, token: str, caption: str, within: str) -> str:
    draft = laptop.casebook.new_draft("attachment", scope_id)
    told = {"caption": caption, "kind": "sound", "made_by": "child", "belongs_to_id": within}
    return laptop.casebook.attachments.add(draft, sound(token), told).entry.record_id


def tokens_at_the_council(world: World) -> set[str]:
    """What every file of the server's folder holds, its database and its log among them."""
    data = b"".join(path.read_bytes() for path in world.centre.settings.data.rglob("*") if path.is_file())
    return {token for token in (*ALL, OTHER) if token.encode() in data}


def files_of(laptop: Laptop) -> list[str]:
    return sorted(path.name for path in (laptop.folder / "blobs").glob("*"))


@pytest.fixture
def note(world: World, amy: Laptop, ben: Laptop, sarah: str) -> str:
    """A note with a sound, on both laptops, beside another note with its own."""
    made = amy.begin("visit_note", sarah, what_happened=WORDS).record_id
    attach(amy, sarah, FILE, CAPTION, made)
    other = amy.begin("visit_note", sarah, what_happened="Stays").record_id
    attach(amy, sarah, OTHER, "Stays too", other)
    for laptop in (amy, ben):
        laptop.sync()
        laptop.carry()
        while laptop.casebook.index_some().result():
            pass
    assert len(files_of(amy)) == len(files_of(ben)) == 2
    return made


def erase(world: World, record_id: str) -> None:
    for name in ("dora", "max"):
        world.office.add_worker(name, name.title())
    ask_for_erasure(world.centre, record_id, "dora", "Article 17(1)(d)")
    agree_to_erasure(world.centre, record_id, "max")


def test_the_files_of_an_erased_note_are_nowhere_any_more(
    world: World, amy: Laptop, ben: Laptop, sarah: str, note: str
) -> None:
    cut_segments(world.centre, sarah, "everyone_on_record")
    assert tokens_at_the_council(world) == {FILE, CAPTION, WORDS, OTHER}, "the search finds all before"
    for laptop in (amy, ben):
        assert set().union(*look(laptop.folder, laptop.key, ALL).values()) == {CAPTION, WORDS}
    erase(world, note)
    assert tokens_at_the_council(world) == {OTHER}
    assert len(list_erasures(world.centre)) == 2
    world.settle()
    for laptop in (amy, ben):
        assert look(laptop.folder, laptop.key, ALL) == {}
        assert len(files_of(laptop)) == 1, "the other note's sound stays"
    assert check_everything(world.centre)["faults"] == []
    assert world.office.withdrawals() == []


def test_a_file_that_comes_late_is_kept_nowhere_and_leaves_its_laptop(
    world: World, amy: Laptop, ben: Laptop, sarah: str, note: str
) -> None:
    late = attach(amy, sarah, LATE_FILE, LATE_CAPTION, note)
    erase(world, note)
    amy.sync()
    amy.carry()
    amy.sync()
    assert tokens_at_the_council(world) == {OTHER}
    (held,) = [row for row in world.office.held() if row["record_id"] == late]
    assert held["reason_code"] == "erased"
    assert look(amy.folder, amy.key, ALL) == {}
    assert len(files_of(amy)) == 1
    assert check_everything(world.centre)["faults"] == []


def test_what_was_held_back_before_the_erasure_goes_as_well(
    world: World, amy: Laptop, ben: Laptop, sarah: str, note: str
) -> None:
    world.office.revoke(ben.casebook.me.device_id)
    attach(ben, sarah, LATE_FILE, LATE_CAPTION, note)
    with pytest.raises(Refused, match="closed"):
        ben.sync()
    ben.carry()
    assert tokens_at_the_council(world) >= {LATE_FILE, LATE_CAPTION}
    erase(world, note)
    assert tokens_at_the_council(world) == {OTHER}
    assert check_everything(world.centre)["faults"] == []


def test_an_older_copy_of_the_server_with_its_files_brings_none_of_them_back(
    world: World, amy: Laptop, note: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    back_up(world.centre, tmp_path / "older.db")
    shutil.copytree(world.centre.settings.blobs_path, tmp_path / "files")
    erase(world, note)
    world.centre.close()
    home = world.centre.settings
    for name in ("heard.db-wal", "heard.db-shm"):
        (home.data / name).unlink(missing_ok=True)
    shutil.copy(tmp_path / "older.db", home.database_path)
    shutil.copytree(tmp_path / "files", home.blobs_path, dirs_exist_ok=True)
    assert tokens_at_the_council(world) == {FILE, CAPTION, WORDS, OTHER}
    world.centre = open_centre(home, world.clock, world.ids)
    world.hub = Hub(world.centre)
    assert tokens_at_the_council(world) == {OTHER}
    assert erase_again(world.centre) == 0


def test_what_was_moved_to_another_note_stays_with_that_one(world: World, amy: Laptop, sarah: str, note: str) -> None:
    moved = attach(amy, sarah, LATE_FILE, "Moved", note)
    other = amy.begin("visit_note", sarah, what_happened="Another").record_id
    amy.sync()
    amy.edit(moved, belongs_to_id=other)
    amy.sync()
    amy.carry()
    erase(world, note)
    assert LATE_FILE in tokens_at_the_council(world)
    amy.sync()
    held: Any = amy.casebook.entry(moved)
    assert held.body["belongs_to_id"] == other
