"""The check of the packaged app: it refuses what must not be released, and a program that does not start."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture
def check(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    spec = importlib.util.spec_from_file_location("check_package", ROOT / "tests" / "packaged" / "check_package.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def package(check: ModuleType, tmp_path: Path) -> Path:
    """A folder with everything a package must have, and two programs that answer."""
    folder = tmp_path / "heard"
    for name in check.REQUIRED:
        (folder / "_internal" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "_internal" / name).write_text("")
    write_program(folder / "heard", "exit 0")
    write_program(folder / "heard-server", "exit 0")
    return folder


def write_program(path: Path, script: str) -> None:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def test_a_whole_package_has_no_fault(check: ModuleType, package: Path) -> None:
    assert list(check.faults(package)) == []


@pytest.mark.parametrize(
    "name",
    [
        "_internal/PySide6/Qt/plugins/platforminputcontexts/libqtvirtualkeyboardplugin.so",
        "_internal/PySide6/Qt/lib/libQt6VirtualKeyboard.so.6",
        "_internal/PySide6/QtWebEngineCore.abi3.so",
        "_internal/PySide6/Qt6Charts.dll",
        "_internal/PySide6/Qt/plugins/platformthemes/libqgtk3.so",
        "_internal/libgtk-3.so.0",
        "_internal/PySide6/Qt/lib/libavcodec.so.61",
        "_internal/PySide6/avformat-61.dll",
        "_internal/libpulse.so.0",
        "_internal/icuuc.dll",
        "_internal/keyrings.alt-5.0.dist-info",
    ],
)
def test_what_must_not_be_released_is_refused(check: ModuleType, package: Path, name: str) -> None:
    (package / name).parent.mkdir(parents=True, exist_ok=True)
    (package / name).write_text("")
    assert list(check.faults(package)) == [f"must not be inside: {name}"]


def test_a_missing_part_and_a_dangling_link_are_named(check: ModuleType, package: Path) -> None:
    (package / "_internal" / "licences" / "LGPL-3.0.txt").unlink()
    (package / "heard-server").unlink()
    (package / "_internal" / "libQt6Core.so.6").symlink_to("gone")
    assert list(check.faults(package)) == [
        "dangling link: _internal/libQt6Core.so.6",
        "missing: licences/LGPL-3.0.txt",
        "missing program: heard-server",
    ]


@pytest.mark.skipif(not Path("/usr/bin/xvfb-run").exists(), reason="not run: needs xvfb-run, which `make build` brings")
@pytest.mark.skipif(sys.platform == "win32", reason="not run: the stand-in programs are shell scripts")
def test_a_program_that_does_not_start_or_makes_no_vault_fails(
    check: ModuleType, package: Path, tmp_path: Path
) -> None:
    write_program(package / "heard", '[ "$1" = doctor ] && echo "{}"; exit 0')
    write_program(package / "heard-server", "echo broken; exit 3")
    answers = {name: wrong for name, _, wrong in check.tried(package, tmp_path)}
    assert answers["heard doctor"] == ""
    assert answers["heard-server --help"].startswith("exit code 3\nbroken")
    assert answers["heard smoke"].startswith("no vault was made")
    assert answers["heard tour"].startswith("fewer than 12 screens were shown")
