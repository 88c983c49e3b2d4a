"""A copy of one child's record by command: to a folder, for one child by the council's number, or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from desktop import errands
from desktop.__main__ import DONE, WORLDS_FAULT, main
from models.casebook import Casebook
from models.invented import make_caseload, me_for_trying


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs the command on a vault of invented children that is open already."""
    (tmp_path / "vault").mkdir()
    (tmp_path / "out").mkdir()

    def opened(_folder: Path) -> Casebook:
        return Casebook.open(tmp_path / "vault", bytes(32), identity=me_for_trying())

    casebook = opened(tmp_path)
    make_caseload(casebook, 2, 4)
    casebook.close()
    monkeypatch.setattr(errands, "_open", opened)

    def command(kind: str, *more: str, out: str = "out") -> int:
        given = ["--vault", str(tmp_path / "vault"), "--passphrase-stdin", "--out", str(tmp_path / out)]
        return main(["export", kind, *given, *more])

    return command


@pytest.mark.parametrize("kind", list(errands.COPIES))
def test_a_copy_is_written_into_two_folders_and_its_files_are_named(
    run: Any, kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(kind, "--child", "700001") == DONE
    said = capsys.readouterr().out
    found = list((tmp_path / "out").rglob("*.pdf"))
    assert {path.parent.name for path in found} == {"To give", "For the council only"}
    assert all(str(path) in said for path in found)


@pytest.mark.parametrize("more", [(), ("--child", ""), ("--child", "no such number")])
def test_without_a_child_of_that_number_nothing_is_written(
    run: Any, more: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("copy-for-parent", *more) == WORLDS_FAULT
    assert "No child with that number" in capsys.readouterr().err
    assert not list((tmp_path / "out").iterdir())


def test_a_folder_that_is_not_there_is_told(run: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("copy-for-child", "--child", "700001", out="gone") == WORLDS_FAULT
    assert "There is no such folder" in capsys.readouterr().err
