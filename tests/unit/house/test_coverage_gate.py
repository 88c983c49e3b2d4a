"""The coverage gate: it names what no test took, and passes what is whole."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import coverage
import pytest

ROOT = Path(__file__).parents[3]

TWO_WAYS = "def choose(yes):\n    answer = 'no'\n    if yes:\n        answer = 'yes'\n    return answer\n"


@pytest.fixture
def gate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("coverage_gate", ROOT / "tests" / "coverage_gate.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def measure(gate: ModuleType, folder: Path, *answers: bool) -> list[str]:
    """Take the two ways of a small module as told, in a process of its own, and ask the gate."""
    path = folder / "two_ways.py"
    path.write_text(TWO_WAYS)
    calls = "\n".join(f"two_ways.choose({answer})" for answer in answers)
    (folder / "calls.py").write_text(f"import sys\nsys.path.insert(0, {str(folder)!r})\nimport two_ways\n{calls}\n")
    data = folder / "data"
    subprocess.run(
        [sys.executable, "-m", "coverage", "run", "--branch", f"--data-file={data}", folder / "calls.py"], check=True
    )
    measured = coverage.Coverage(data_file=data, branch=True)
    measured.load()
    return list(gate.uncovered(measured, [path], folder))


def test_a_branch_that_no_test_took_is_named(gate: ModuleType, tmp_path: Path) -> None:
    (line,) = measure(gate, tmp_path, True)
    assert line.startswith("two_ways.py: ")
    assert line.endswith("branches 3->5")


def test_a_file_that_no_test_touched_is_named(gate: ModuleType, tmp_path: Path) -> None:
    (line,) = measure(gate, tmp_path)
    assert "lines 2-5;" in line


def test_a_file_covered_whole_passes(gate: ModuleType, tmp_path: Path) -> None:
    assert measure(gate, tmp_path, True, False) == []


def test_the_gate_watches_the_files_that_exist(gate: ModuleType) -> None:
    names = [str(path.relative_to(ROOT)) for path in gate.listed_files()]
    assert "sync/codec.py" in names
    assert "models/audience.py" in names


def test_parts_of_two_workers_are_put_together(gate: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "two_ways.py").write_text(TWO_WAYS)
    for answer in (True, False):
        (tmp_path / f"test_{answer}.py").write_text(f"import two_ways\ndef test_it():\n    two_ways.choose({answer})\n")
    (tmp_path / "run.py").write_text(
        "import sys; from pathlib import Path\n"
        f"sys.path[:0] = [{str(ROOT)!r}, {str(tmp_path)!r}]\n"
        "from tests import coverage_gate as gate\n"
        f"gate.listed_files = lambda: [Path({str(tmp_path / 'two_ways.py')!r})]\n"
        f"gate.ROOT = Path({str(tmp_path)!r}); gate.WORKERS = ['-n', '2']\n"
        f"sys.exit(gate.main(['-p', 'no:cacheprovider', *sys.argv[1:]]))\n"
    )
    both = _gate_says(tmp_path, "test_True.py", "test_False.py")
    assert (both.returncode, "is whole in the 1 files" in both.stdout) == (0, True), both.stdout + both.stderr
    one = _gate_says(tmp_path, "test_True.py")
    assert (one.returncode, "branches 3->5" in one.stdout) == (1, True), one.stdout + one.stderr


def _gate_says(folder: Path, *tests: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(folder / "run.py"), *tests]
    # This test may itself run in a worker, which the run within it is not.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_XDIST")}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False)
