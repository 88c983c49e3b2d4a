"""Files at rest: nothing of them can be read, every change is noticed, and a kill leaves them whole or not there."""

from __future__ import annotations

import errno
import hashlib
import os
import random
from pathlib import Path

import pytest

from models.attachments.sealed import PIECE, Damaged, SealedFiles, pieces_in, remove
from models.errors import StoreFull, Trouble
from models.store.blobs import PART

KEY = bytes(range(32))
SIZES = (0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE + 17)


@pytest.fixture
def files(tmp_path: Path) -> SealedFiles:
    return SealedFiles(tmp_path / "blobs", KEY)


@pytest.mark.parametrize("size", SIZES)
def test_what_is_kept_comes_back_whole(size: int, files: SealedFiles) -> None:
    data = random.Random(size).randbytes(size)
    files.write("a", data)
    assert files.read("a") == data
    assert files.size("a") == size
    assert files.digest("a") == hashlib.sha256(data).hexdigest()
    assert [files.piece("a", number) for number in range(pieces_in(size))] == list(files.pieces("a"))
    assert sorted(files.names()) == ["a"]


def test_neither_name_nor_content_tells_anything_without_the_key(files: SealedFiles) -> None:
    mark = hashlib.sha256(b"x").hexdigest()
    name = files.name_of(mark)
    files.write(name, b"a canary that sings " * 1_000)
    raw = (files.folder / name).read_bytes()
    assert b"canary" not in raw
    assert mark not in name
    assert files.name_of(mark) == name
    other = SealedFiles(files.folder, bytes(32))
    assert other.name_of(mark) != name
    with pytest.raises(Damaged):
        other.read(name)


def test_the_same_content_twice_is_written_otherwise_each_time(files: SealedFiles) -> None:
    files.write("a", bytes(5_000))
    first = (files.folder / "a").read_bytes()
    files.write("a", bytes(5_000))
    assert (files.folder / "a").read_bytes() != first


def test_every_changed_byte_and_every_cut_is_noticed(files: SealedFiles) -> None:
    files.write("a", random.Random(1).randbytes(PIECE + 900))
    whole, dice = (files.folder / "a").read_bytes(), random.Random(2)
    for number in range(400):
        damaged = bytearray(whole)
        if number % 2:
            damaged[dice.randrange(len(whole)) if number > 64 else number] ^= 1 << dice.randrange(8)
        else:
            del damaged[dice.randrange(len(whole)) :]
        (files.folder / "a").write_bytes(damaged)
        with pytest.raises(Damaged):
            files.read("a")
    (files.folder / "a").write_bytes(whole + b"x")
    with pytest.raises(Damaged):
        files.read("a")


def test_pieces_put_in_another_order_or_taken_from_another_file_are_noticed(files: SealedFiles) -> None:
    files.write("a", bytes(2 * PIECE))
    files.write("b", bytes(2 * PIECE))
    head, sealed = 32, PIECE + 28
    a, b = (files.folder / "a").read_bytes(), (files.folder / "b").read_bytes()
    mixed = [
        a[:head] + a[head + sealed :] + a[head : head + sealed],
        a[: head + sealed] + b[head + sealed :],
        b,  # a whole file under another's name
        a[: head + sealed] + a[head : head + sealed],
    ]
    for raw in mixed:
        (files.folder / "a").write_bytes(raw)
        with pytest.raises(Damaged):
            files.read("a")


def test_a_file_that_is_not_there_or_a_piece_it_has_not_is_damage(files: SealedFiles) -> None:
    for ask in (files.read, files.size, files.digest, lambda name: files.piece(name, 0)):
        with pytest.raises(Damaged):
            ask("none")
    files.write("a", b"x")
    with pytest.raises(Damaged):
        files.piece("a", 1)
    assert SealedFiles(files.folder / "nowhere", KEY).names() == {}


def test_what_comes_in_pieces_is_gone_on_with_after_a_kill(files: SealedFiles) -> None:
    data = random.Random(3).randbytes(2 * PIECE + 5)
    parts = [data[at : at + PIECE] for at in range(0, len(data), PIECE)]
    files.begin("a", len(data))
    files.add("a", 0, parts[0])
    files.add("a", 1, parts[1])
    raw = files.folder / ("a" + PART)
    with raw.open("ab") as file:
        file.write(b"half of a piece that a kill cut short")
    again = SealedFiles(files.folder, KEY)
    assert not again.has("a")
    assert again.has_begun("a", len(data), 2)
    assert not again.has_begun("a", len(data) + 1, 2)
    assert not again.has_begun("a", len(data), 3)
    assert not again.has_begun("b", len(data), 1)
    again.add("a", 2, parts[2])
    assert again.digest("a", is_part=True) == hashlib.sha256(data).hexdigest()
    again.finish("a")
    assert again.read("a") == data
    assert sorted(again.names()) == ["a"]


def test_what_is_given_up_leaves_nothing(files: SealedFiles) -> None:
    files.begin("a", 5)
    files.give_up("a")
    files.give_up("a")
    assert files.names() == {}


def test_removing_passes_by_what_is_not_there_and_reaches_nothing_outside(files: SealedFiles) -> None:
    files.write("a", b"x")
    remove(files.folder, ["a", "b"])
    remove(files.folder, [])
    assert files.names() == {}


def test_a_full_disk_is_told_and_nothing_half_done_has_the_name(
    files: SealedFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    files.write("a", b"as it was")

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreFull):
        files.write("a", b"as it should be")
    monkeypatch.undo()
    assert files.read("a") == b"as it was"

    def refuse(*_args: object) -> None:
        raise OSError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(Trouble, match="could not be kept"):
        files.write("a", b"as it should be")


def test_the_folder_and_its_files_are_for_their_worker_alone(files: SealedFiles) -> None:
    files.write("a", b"x")
    assert (files.folder / "a").stat().st_mode & 0o077 == 0
    assert files.folder.stat().st_mode & 0o077 == 0
