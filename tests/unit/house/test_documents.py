"""The documents stay true: commands, rooms, paths, links and examples they name exist, and none is forgotten."""

from __future__ import annotations

import importlib
import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.record import COMMON, declaration_of, forget
from sync.server.commands import build_parser

ROOT = Path(__file__).parents[3]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
# Made by a command, or by the person reading.
MADE = ("build/", ".venv", "blobs/", "backups/", "sealed/", "opened/")


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def declared_commands() -> set[str]:
    """The targets of the Makefile that have a word of help: those a person may call."""
    return set(re.findall(r"^([a-z]+): +## ", read(ROOT / "Makefile"), re.MULTILINE)) - {"help"}


def named_commands(text: str) -> set[str]:
    """``make X`` where it stands as code: between backquotes or at the start of a line of a code block."""
    inline = re.findall(r"`make ([a-z]+)[^`]*`", text)
    return {*inline, *re.findall(r"^make ([a-z]+)", text, re.MULTILINE)}


def named_paths(text: str) -> Iterator[str]:
    """Every path named in backquotes: something with a slash, or a file at the top."""
    for name in re.findall(r"`([^`\s]+)`", text):
        is_path = re.fullmatch(r"[\w.*/-]+/[\w.*-]*", name) or re.fullmatch(r"[\w-]+\.(py|md|toml|spec|sh|txt)", name)
        if is_path and not name.startswith(MADE):
            yield name


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_a_document_names_exists(path: Path) -> None:
    assert named_commands(read(path)) <= declared_commands()


def test_every_command_is_in_contributing_and_the_two_that_matter_in_the_readme() -> None:
    assert named_commands(read(ROOT / "CONTRIBUTING.md")) == declared_commands()
    assert {"run", "test"} <= named_commands(read(ROOT / "README.md"))


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_path_a_document_names_exists(path: Path) -> None:
    gone = [name for name in named_paths(read(path)) if not any(ROOT.glob(name.rstrip("/")))]
    assert not gone, gone


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_in_a_document_leads_somewhere(path: Path) -> None:
    text = read(path)
    headings = {
        re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-")
        for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    }
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith("#"):
            assert target[1:] in headings, target
        elif not target.startswith("https://"):
            assert (path.parent / target.split("#")[0]).exists(), target


def test_every_room_is_in_the_architecture_page(project_files: list[Path]) -> None:
    text = read(ROOT / "docs" / "architecture.md")
    folders = {
        path.parent.relative_to(ROOT).as_posix()
        for path in project_files
        if path.parts[len(ROOT.parts)] in ("desktop", "ui", "models", "sync", "resources")
    }
    # A folder of numbered migrations or of one family's files needs no line of its own.
    rooms = {folder for folder in folders if not folder.endswith("/versions")}
    assert not [room for room in sorted(rooms) if f"`{room}/`" not in text]


def test_every_decision_is_listed_and_has_its_four_parts() -> None:
    folder = ROOT / "docs" / "decisions"
    pages = sorted(folder.glob("[0-9]*.md"))
    assert [page.name for page in pages] == re.findall(r"\]\((\d{4}-[\w-]+\.md)\)", read(folder / "README.md"))
    numbers = [page.name[:4] for page in pages]
    assert len(set(numbers)) == len(numbers)
    for number, page in zip(numbers, pages, strict=True):
        text = read(page)
        assert text.startswith(f"# {number} ")
        assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences", "Alternatives"]


def test_every_promise_is_listed_once_and_in_order() -> None:
    rows = re.findall(r"^\| (R\d+) \|", read(ROOT / "docs" / "guarantees.md"), re.MULTILINE)
    assert rows == [f"R{number}" for number in range(1, 21)]


def test_every_budget_names_a_test_that_counts_and_a_line_of_the_bench() -> None:
    rows = re.findall(r"^\|.*\|$", read(ROOT / "docs" / "budgets.md"), re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`([^`]+)`", row)}
    tests = "\n".join(read(path) for path in ROOT.glob("tests/unit/ui/test_*.py"))
    counting = {name for name in named if name.startswith("test_")}
    assert len(counting) > 25
    assert not [name for name in sorted(counting) if f"def {name}(" not in tests]
    bench = read(ROOT / "tests" / "perf" / "lines_screens.py")
    assert named - counting == set(re.findall(r'\b(?:Job|held)\(\s*"([^"]+)",', bench))


def test_every_server_command_in_the_documents_is_understood() -> None:
    lines = [
        line for path in DOCUMENTS for line in re.findall(r"^heard-server (.+)$", read(path), re.MULTILINE)
    ]  # fmt: skip
    assert len(lines) > 10
    for line in lines:
        build_parser().parse_args(shlex.split(line))  # leaves with SystemExit if a word of it is unknown


def test_the_record_type_of_the_contributors_page_can_be_declared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (block,) = re.findall(r"```python\n(.+?)```", read(ROOT / "docs" / "guide" / "contributor.md"), re.DOTALL)
    (tmp_path / "keep_me_posted.py").write_text(block, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    try:
        importlib.import_module("keep_me_posted")
        declaration = declaration_of("keep_me_posted")
        assert declaration
        assert list(declaration.fields) == ["wish", "how", "asked_on", *COMMON]
    finally:
        forget("keep_me_posted")
        sys.modules.pop("keep_me_posted", None)
