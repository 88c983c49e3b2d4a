"""Opening in another program: a read-only copy for this worker alone, gone at lock, at exit and at the next start."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from desktop.outside import Outside
from desktop.platform import current
from desktop.platform.windows import Windows
from models.errors import StoreFull, Trouble


@pytest.fixture
def opened() -> list[Path]:
    return []


@pytest.fixture
def outside(tmp_path: Path, opened: list[Path]) -> Outside:
    def open_it(path: Path) -> bool:
        opened.append(path)
        return True

    return Outside(tmp_path, current(), open_it)


def test_the_copy_is_read_only_for_this_worker_and_its_name_tells_nothing(outside: Outside, opened: list[Path]) -> None:
    path = outside.copy(b"%PDF-1.7", ".pdf")
    outside.show(path)
    assert opened == [path]
    assert path.read_bytes() == b"%PDF-1.7"
    assert path.stat().st_mode & 0o777 == 0o400
    assert outside.folder.stat().st_mode & 0o077 == 0
    assert path.suffix == ".pdf"
    assert outside.copy(b"x", ".pdf") != path


def test_emptying_leaves_nothing_and_may_be_done_when_there_is_nothing(outside: Outside) -> None:
    assert outside.empty() == 0
    for _ in range(3):
        outside.copy(b"x", ".mp4")
    assert outside.empty() == 0
    assert list(outside.folder.iterdir()) == []


def test_what_another_program_holds_open_is_left_for_the_next_time(
    outside: Outside, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside.copy(b"x", ".pdf")
    monkeypatch.setattr(Path, "unlink", lambda *_args, **_more: (_ for _ in ()).throw(PermissionError()))
    assert outside.empty() == 1
    monkeypatch.undo()
    assert outside.empty() == 0


def test_where_no_program_opens_it_the_copy_is_gone_and_it_is_told(tmp_path: Path) -> None:
    outside = Outside(tmp_path, current(), lambda _path: False)
    with pytest.raises(Trouble, match="no program"):
        outside.show(outside.copy(b"x", ".pdf"))
    assert list(outside.folder.iterdir()) == []


def test_a_full_disk_is_told_and_leaves_nothing(outside: Outside, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_args: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fdopen", full)
    with pytest.raises(StoreFull):
        outside.copy(b"x", ".pdf")
    monkeypatch.undo()
    assert list(outside.folder.iterdir()) == []


def test_on_windows_it_carries_the_mark_of_the_web(tmp_path: Path) -> None:
    """NTFS keeps it in a stream of the file; here, where ``:`` is a letter like any other, it is a file beside it."""
    path = tmp_path / "a.pdf"
    path.write_bytes(b"x")
    Windows().mark_from_outside(path)
    assert (tmp_path / "a.pdf:Zone.Identifier").read_bytes() == b"[ZoneTransfer]\r\nZoneId=3\r\n"
    current().mark_from_outside(path)
    assert path.read_bytes() == b"x"
