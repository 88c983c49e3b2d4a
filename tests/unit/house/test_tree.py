"""What the tree may hold: no host of a registry, no path of one machine, locks that pin and hash everything."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

# Put together from pieces, so that this file does not name what it looks for.
NAMES_ELSEWHERE = re.compile(
    "|".join(
        (
            r"https?://[a-z0-9.-]*(py" + r"pi|python" + r"hosted|np" + r"mjs)",
            r"https?://(deb|security|snapshot|ftp)\.[a-z0-9.-]*",
            r"/wo" + r"rk/",
            r"/ro" + r"ot/",
            r"/ho" + r"me/[a-z]",
            r"/Us" + r"ers/[A-Za-z]",
            r"[A-Z]:\\Us" + r"ers\\",
        )
    )
)
KINDS = ("run", "test", "build", "lock")
NEVER_INSTALLED = ("pyside6", "keyrings-alt", "pyside6-fluent-widgets", "sqlcipher3-binary")


def pins(root: Path, kind: str) -> dict[str, str]:
    """Package (in its canonical name) to version, as a lock file pins them."""
    text = (root / "requirements" / f"{kind}.lock").read_text()
    return {canonicalize_name(name): version for name, version in re.findall(r"^([\w.-]+)==([^\s;\\]+)", text, re.M)}


def asked_for(root: Path, kind: str) -> list[Requirement]:
    """What a ``.in`` file asks for, and what the files it takes in ask for."""
    found = []
    for line in (root / "requirements" / f"{kind}.in").read_text().splitlines():
        line = line.split("#")[0].strip()
        if line.startswith("-r "):
            found += asked_for(root, line.removeprefix("-r ").removesuffix(".in"))
        elif line:
            found.append(Requirement(line))
    return found


def test_no_file_names_a_registry_or_a_path_of_one_machine(root: Path, project_files: list[Path]) -> None:
    found = []
    for path in project_files:
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{path.relative_to(root)}: {match[0]}" for match in NAMES_ELSEWHERE.finditer(text)]
    assert not found, found


@pytest.mark.parametrize(
    "text",
    ["https://files.python" + "hosted.org/x", "http://deb" + ".example.org", "/wo" + "rk/main", "C:\\Us" + "ers\\me"],
)
def test_a_planted_host_or_path_is_found(text: str) -> None:
    assert NAMES_ELSEWHERE.search(f"see {text} there")


@pytest.mark.parametrize("kind", KINDS)
def test_a_lock_pins_and_hashes_everything_and_names_no_place(root: Path, kind: str) -> None:
    text = (root / "requirements" / f"{kind}.lock").read_text()
    assert "://" not in text
    assert not re.search(r"^\s*(-i|-f|--index|--extra-index|--find-links|--trusted)", text, re.M)
    entries = re.split(r"^(?=[\w.-]+==)", text, flags=re.M)[1:]
    assert len(entries) == len(pins(root, kind))
    unhashed = [entry.splitlines()[0] for entry in entries if "--hash=sha256:" not in entry]
    assert not unhashed
    assert all("==" in line or line.lstrip().startswith("--hash=") for line in text.splitlines() if line.strip())


@pytest.mark.parametrize("kind", KINDS)
def test_a_lock_holds_nothing_that_is_never_installed(root: Path, kind: str) -> None:
    assert not set(pins(root, kind)) & set(NEVER_INSTALLED)


@pytest.mark.parametrize("kind", KINDS)
def test_a_lock_answers_its_list(root: Path, kind: str) -> None:
    pinned = pins(root, kind)
    unanswered = [
        str(each)
        for each in asked_for(root, kind)
        if pinned.get(canonicalize_name(each.name), "0") not in each.specifier
    ]
    assert not unanswered, f"run `make lock`: {unanswered}"


@pytest.mark.parametrize("kind", ["test", "build"])
def test_the_tests_and_the_package_run_on_the_same_versions_as_the_app(root: Path, kind: str) -> None:
    run, other = pins(root, "run"), pins(root, kind)
    assert {name: other.get(name) for name in run} == run


EMITTING = """
import os, sys
from PySide6.QtCore import QCoreApplication, QObject, Signal
class Bell(QObject): rang = Signal(object)
app = QCoreApplication([]); bell = Bell(); bell.rang.connect(lambda _: None)
before = sys.getrefcount(True)
for _ in range(50): bell.rang.emit(1)
os._exit(0 if sys.getrefcount(True) - before > -10 else 3)
"""


def test_emitting_a_signal_drops_no_reference_to_true() -> None:
    """PySide6 6.12.0 ends Python 3.11 after a few hundred signals (PYSIDE-3474): why the pin is exact."""
    assert subprocess.run([sys.executable, "-c", EMITTING], check=False).returncode == 0


def test_the_version_of_qt_is_pinned_exactly(root: Path) -> None:
    qt = {each.name: str(each.specifier) for each in asked_for(root, "run") if each.name.startswith("PySide6")}
    assert qt == {"PySide6-Essentials": "==6.11.3", "PySide6-Addons": "==6.11.3"}
