"""The small files beside the vault: counted tries, the high-water mark, and writing whole or not at all."""

from __future__ import annotations

import errno
import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from desktop.files import explain, keep_aside, write_whole
from desktop.high_water import Mark, read_mark, write_mark
from desktop.platform.posix import Posix
from desktop.tries import TryCounter
from models.errors import StoreFull, Trouble


def test_a_file_is_written_whole_for_this_worker_alone_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    path.chmod(0o644)
    write_whole(path, b"new")
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_is_on_the_disk_before_it_takes_the_old_ones_place_and_so_is_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    for name in ("write", "fsync", "replace"):
        real = getattr(os, name)
        monkeypatch.setattr(os, name, lambda *given, name=name, real=real: done.append(name) or real(*given))

    class Noting(Posix):
        def sync_folder(self, folder: Path) -> None:
            done.append(f"sync {folder.name}")
            super().sync_folder(folder)

    write_whole(tmp_path / "file", b"new", Noting())
    assert done == ["write", "fsync", "replace", f"sync {tmp_path.name}", "fsync"]


@pytest.mark.parametrize("failing", ["write", "fsync", "replace"])
def test_when_the_disk_fails_the_old_file_stands(failing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")

    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, "no room")

    with monkeypatch.context() as patch:
        patch.setattr(os, failing, fail)
        with pytest.raises(StoreFull):
            write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_half_written_copies_of_a_killed_process_are_swept_away_and_fresh_ones_left(tmp_path: Path) -> None:
    old, fresh = tmp_path / "file.111.new", tmp_path / "file.222.new"
    for left in (old, fresh):
        left.write_bytes(b"half")
    os.utime(old, (time.time() - 3600, time.time() - 3600))
    write_whole(tmp_path / "file", b"whole")
    assert not old.exists()
    assert fresh.exists()


def test_a_short_write_is_continued(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.write
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", lambda descriptor, data: real(descriptor, data[:3]))
        write_whole(tmp_path / "file", b"0123456789")
    assert (tmp_path / "file").read_bytes() == b"0123456789"


def test_a_damaged_file_is_never_kept_over_an_earlier_one(tmp_path: Path) -> None:
    for text in ("one", "two"):
        (tmp_path / "file").write_text(text)
        keep_aside(tmp_path / "file")
    assert sorted(path.read_text() for path in tmp_path.iterdir()) == ["one", "two"]


@pytest.mark.parametrize(
    ("code", "title"),
    [
        (errno.ENOSPC, "disk is full"),
        (errno.EDQUOT, "disk is full"),
        (errno.EROFS, "may not write"),
        (errno.EIO, "did not answer"),
        (None, "did not answer"),
    ],
)
def test_what_the_disk_says_is_told_in_the_workers_words(code: int | None, title: str, tmp_path: Path) -> None:
    error = OSError(code, "x") if code else OSError("x")
    trouble = explain(error, tmp_path / "vault.head")
    assert title in trouble.title
    assert trouble.message
    assert trouble.help


# --- Tries --------------------------------------------------------------------------------------------------------


def counter(folder: Path, clock: Any) -> TryCounter:
    return TryCounter(folder / "vault.tries", clock, Posix())


def test_a_clock_set_back_or_forward_cannot_stretch_the_wait(tmp_path: Path, clock: Any) -> None:
    for _ in range(5):
        counter(tmp_path, clock).count()
    clock.advance(days=-3650)
    assert counter(tmp_path, clock).wait_seconds() == 30
    clock.advance(days=7300)
    assert counter(tmp_path, clock).wait_seconds() == 0


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        "{",
        '{"failed": "x", "failed_at": 1}',
        '{"failed": 9}',
        '{"failed": 9, "failed_at": "soon"}',
        "[" * 4000,
    ],
)
def test_a_damaged_count_gives_no_new_tries(text: str, tmp_path: Path, clock: Any) -> None:
    (tmp_path / "vault.tries").write_text(text)
    tries = counter(tmp_path, clock)
    assert tries.wait_seconds() == 0, "the worker is not shut out for it"
    tries.count()
    assert tries.wait_seconds() == 30


def test_an_enormous_count_is_a_wait_of_a_quarter_of_an_hour(tmp_path: Path, clock: Any) -> None:
    (tmp_path / "vault.tries").write_text(json.dumps({"failed": 10**30, "failed_at": clock.stamp()}))
    assert counter(tmp_path, clock).wait_seconds() == 900


# --- The mark -----------------------------------------------------------------------------------------------------


def test_the_mark_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    assert read_mark(tmp_path) is None
    write_mark(tmp_path, Mark("device-1", 2, 77))
    assert read_mark(tmp_path) == Mark("device-1", 2, 77)
    write_mark(tmp_path, Mark("device-1", 3, 0))
    assert read_mark(tmp_path) == Mark("device-1", 3, 0)
    assert (tmp_path / "vault.mark").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        '{"device_id": 1, "epoch": 1, "op_no": 1}',
        '{"device_id": "a", "epoch": -1, "op_no": 1}',
        '{"device_id": "a", "epoch": 1, "op_no": "1"}',
        '{"device_id": "a", "epoch": 1.5, "op_no": 1}',
        "null",
        "[" * 4000,
    ],
)
def test_a_damaged_mark_counts_as_none(text: str, tmp_path: Path) -> None:
    (tmp_path / "vault.mark").write_text(text)
    assert read_mark(tmp_path) is None


def test_a_mark_knows_whether_it_is_ahead() -> None:
    assert Mark("a", 1, 5).is_ahead_of(Mark("a", 1, 4))
    assert Mark("a", 2, 0).is_ahead_of(Mark("a", 1, 900))
    assert not Mark("a", 1, 5).is_ahead_of(Mark("a", 1, 5))
    assert not Mark("a", 1, 900).is_ahead_of(Mark("a", 2, 0))
    assert not Mark("b", 9, 9).is_ahead_of(Mark("a", 1, 1))


def test_a_mark_that_cannot_be_written_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_mark(tmp_path, Mark("a", 1, 1))

    def fail(*_: object) -> None:
        raise OSError(errno.EIO, "disk")

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", fail)
        with pytest.raises(Trouble):
            write_mark(tmp_path, Mark("a", 1, 2))
    assert read_mark(tmp_path) == Mark("a", 1, 1)
