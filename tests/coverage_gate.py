"""Runs every test and holds the files named in pyproject.toml to whole branch coverage: what `make test` calls."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import tomllib
from pathlib import Path

import coverage
import pytest

ROOT = Path(__file__).parents[1]
PARTS, FILES = "HEARD_COVERAGE_PARTS", "files.json"
"""As in tests/measured.py, which is the workers' end of this and must not be imported here."""
WORKERS = ["-n", "auto", "--maxprocesses", "8", "--dist", "worksteal"]
MOST_SHOWN = 12
"""Branches named for one file; the rest is counted by the percentage."""


def listed_files(root: Path = ROOT) -> list[Path]:
    """The files that ``[tool.heard] covered_whole`` names and that exist."""
    patterns = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["heard"]["covered_whole"]
    return sorted({path for pattern in patterns for path in root.glob(pattern)})


def uncovered(measured: coverage.Coverage, files: list[Path], root: Path = ROOT) -> list[str]:
    """One line for each file with a line or branch that no test took: where it is, and how much is missing."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        measured.json_report(morfs=[str(path) for path in files], outfile=str(report))
        by_file = json.loads(report.read_text())["files"]
    found = []
    for name, figures in by_file.items():
        lines, branches = figures["missing_lines"], figures["missing_branches"]
        if lines or branches:
            path = (Path.cwd() / name).relative_to(root)
            percent = figures["summary"]["percent_covered"]
            jumps = [f"{start}->{end}" for start, end in branches]
            taken = ", ".join(jumps[:MOST_SHOWN]) + (" ..." if jumps[MOST_SHOWN:] else "") or "all taken"
            found.append(f"{path}: {percent:.1f} % covered; lines {in_ranges(lines) or 'all taken'}; branches {taken}")
    return found


def in_ranges(lines: list[int]) -> str:
    """Line numbers in rising order as "3-5, 9"."""
    ranges: list[list[int]] = []
    for line in lines:
        if ranges and line == ranges[-1][1] + 1:
            ranges[-1][1] = line
        else:
            ranges.append([line, line])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in ranges)


def main(arguments: list[str]) -> int:
    """Run pytest, one worker a processor, each measured. 0 if all passed and all is covered; else pytest's own code."""
    files = [str(path) for path in listed_files()]
    sys.path.insert(0, str(ROOT))
    with tempfile.TemporaryDirectory(prefix="heard-coverage-") as folder:
        os.environ[PARTS] = folder
        (Path(folder) / FILES).write_text(json.dumps(files))
        code = int(pytest.main([*WORKERS, "-p", "tests.measured", *arguments]))
        parts = [str(path) for path in Path(folder).glob("*.part")]
        measured = coverage.Coverage(data_file=str(Path(folder) / "whole"), branch=True, include=files)
        measured.combine(parts, strict=bool(parts))
        missing = uncovered(measured, [Path(path) for path in files], ROOT)
    for line in missing:
        print(f"FAILED: not covered whole: {line}")
    if not missing:
        print(f"Branch coverage is whole in the {len(files)} files that must have it.")
    return code or int(bool(missing))


if __name__ == "__main__":
    outcome = main(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    # Everything has been judged and said. What is left is the interpreter taking down thousands of dead Qt objects in
    # an order of its own, which PySide 6.11 does not always survive; that must not turn a green run into a red one.
    os._exit(outcome)
