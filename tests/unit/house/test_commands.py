"""The commands: each brings what it needs, and what continuous integration runs answers honestly."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="not run: make and bash are not there")


def recipes() -> dict[str, list[str]]:
    """Each target of the Makefile with the lines of its recipe."""
    text = (ROOT / "Makefile").read_text().replace("\\\n", " ")
    found = re.findall(r"^([a-z]+):.*\n((?:\t.*\n)*)", text, re.MULTILINE)
    return {name: [line.strip().removeprefix("@") for line in lines.splitlines()] for name, lines in found}


def test_every_command_first_brings_what_it_needs() -> None:
    kinds = "run|test|faults|build|lock"
    careless = {name for name, lines in recipes().items() if not re.fullmatch(rf"sh setup\.sh ({kinds})", lines[0])}
    # help reads this file, clean removes; lint is called by check and test, which have brought it.
    assert careless == {"help", "clean", "lint"}


def test_no_command_calls_a_script_that_remembers_where_it_was_made() -> None:
    """Entry scripts in an environment's bin hold an absolute path; ``python -m`` survives a moved checkout."""
    text = (ROOT / "Makefile").read_text()
    assert set(re.findall(r"\.venv[\w-]*/bin/([\w.-]+)", text)) == {"python"}


@pytest.mark.parametrize(("code", "words"), [(0, "12 passed in 0.50s"), (2, "1 failed, 11 passed in 75.00s (0:01:15)")])
def test_continuous_integration_ends_as_the_tests_ended_and_shows_their_last_line(
    tmp_path: Path, code: int, words: str
) -> None:
    tree = tmp_path / "a clone é"
    (tree / ".ci").mkdir(parents=True)
    shutil.copy(ROOT / ".ci" / "run", tree / ".ci")
    make = tmp_path / "make"
    make.write_text(f'#!/bin/sh\n[ "$*" = test ] || exit 9\necho "{words}"\necho "coverage is whole"\nexit {code}\n')
    make.chmod(0o755)
    done = subprocess.run(
        ["bash", ".ci/run"], cwd=tree, env={"PATH": f"{tmp_path}:{os.environ['PATH']}"},
        capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False,
    )  # fmt: skip
    assert done.returncode == code, done.stderr
    assert done.stdout.splitlines() == [words, "coverage is whole", words]
