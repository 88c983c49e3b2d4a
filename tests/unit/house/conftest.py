"""The tree as the rule book sees it: every file of the project, and every Python file parsed once."""

from __future__ import annotations

import ast
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
ROOMS = ("desktop", "ui", "models", "sync", "resources")
NOT_OURS = {"build", "dist", "__pycache__"}


@dataclass(frozen=True)
class Source:
    """One Python file: where it is (``name``, from the top), its text and its tree."""

    name: str
    text: str
    tree: ast.Module

    @property
    def room(self) -> str:
        return self.name.split("/")[0]


def _files() -> Iterator[Path]:
    """Everything git tracks or would; without git (an unpacked archive) everything that is not made by a command."""
    if (ROOT / ".git").exists() and shutil.which("git"):
        command = ["git", "-C", ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(command, capture_output=True, text=True, check=False)
        if listed.returncode == 0:
            yield from (ROOT / name for name in listed.stdout.split("\0") if name)
            return
    for top in ROOT.iterdir():
        if top.is_file():
            yield top
        elif top.name == ".ci" or not (top.name in NOT_OURS or top.name.startswith(".")):
            yield from (path for path in top.rglob("*") if not NOT_OURS & set(path.relative_to(ROOT).parts))


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def project_files() -> list[Path]:
    return sorted(path for path in _files() if path.is_file())


@pytest.fixture(scope="session")
def sources(project_files: list[Path]) -> list[Source]:
    """Every Python file of the five rooms and the tests."""
    found = []
    for path in project_files:
        name = path.relative_to(ROOT).as_posix()
        if path.suffix == ".py" and name.split("/")[0] in (*ROOMS, "tests"):
            text = path.read_text(encoding="utf-8")
            found.append(Source(name, text, ast.parse(text, name)))
    return found


@pytest.fixture(scope="session")
def rooms(sources: list[Source]) -> list[Source]:
    """The Python files of the five rooms, without the tests."""
    return [source for source in sources if source.room in ROOMS]
