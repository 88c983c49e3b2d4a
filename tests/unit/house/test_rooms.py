"""The rooms: who imports whom, how large a file may grow, what it is called and what it says of itself."""

from __future__ import annotations

import ast
import io
import re
import shutil
import subprocess
import sys
import tokenize
import tomllib
from pathlib import Path
from typing import Any

BANNED_NAMES = {"helper", "helpers", "utils", "util", "handler"}
# A function may be about a team manager or the base of a merge; a class or module called so is about nothing.
BANNED_TYPES = BANNED_NAMES | {"manager", "base"}
GPL_ONLY_QT = re.compile(r"PySide6\.Qt(Charts|Graphs|DataVisualization|VirtualKeyboard|WebEngine)")
NOT_CODE = {
    tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT,
    tokenize.ENCODING, tokenize.ENDMARKER,
}  # fmt: skip


def docstring_lines(tree: ast.AST) -> set[int]:
    """The lines that docstrings of modules, classes and functions take, and those under attributes."""
    lines: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            lines.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return lines


def code_lines(text: str, tree: ast.Module) -> set[int]:
    """The lines of a file that hold code: not blank, not a comment, not a docstring."""
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in NOT_CODE:
            lines.update(range(token.start[0], token.end[0] + 1))
    return lines - docstring_lines(tree)


def too_large(name: str, text: str, file_lines: int, function_lines: int) -> list[str]:
    """Say which file and which functions pass the budget."""
    tree = ast.parse(text)
    lines = code_lines(text, tree)
    found = [f"{name}: {len(lines)} lines of code, {file_lines} at most"] if len(lines) > file_lines else []
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            size = len(lines & set(range(node.lineno, (node.end_lineno or node.lineno) + 1)))
            if size > function_lines:
                found.append(f"{name}:{node.lineno} {node.name}: {size} lines of code, {function_lines} at most")
    return found


def words_of(name: str) -> set[str]:
    """The words of a name in snake_case or CamelCase, in lower case."""
    return {word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)}


def banned_in(name: str, tree: ast.Module) -> list[str]:
    """Modules, classes and functions named for nothing in particular."""
    stem = Path(name).stem
    found = [name] if words_of(stem) & BANNED_TYPES else []
    for node in ast.walk(tree):
        if not isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if words_of(node.name) & (BANNED_TYPES if isinstance(node, ast.ClassDef) else BANNED_NAMES):
            found.append(f"{name}:{node.lineno} {node.name}")
    return found


LONG_LIVED = {"link", "_link", "autosave", "spelling", "checker"}
"""What outlives a page: the link and what lives on it."""


def lambdas_that_outlive(name: str, tree: ast.Module) -> list[str]:
    """Lambdas and functions within functions on a signal of what outlives a page: Qt lets go of methods alone."""
    within = {
        inner.name
        for outer in ast.walk(tree)
        if isinstance(outer, ast.FunctionDef)
        for inner in outer.body
        if isinstance(inner, ast.FunctionDef)
    }
    found = []
    for node in ast.walk(tree):
        is_connect = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "connect"
        if not is_connect or not node.args:
            continue
        words = {one.id for one in ast.walk(node.func) if isinstance(one, ast.Name)}
        words |= {one.attr for one in ast.walk(node.func) if isinstance(one, ast.Attribute)}
        slot = node.args[0]
        if words & LONG_LIVED and (isinstance(slot, ast.Lambda) or (isinstance(slot, ast.Name) and slot.id in within)):
            found.append(f"{name}:{node.lineno}")
    return found


def imported(tree: ast.Module) -> list[str]:
    names = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names += [f"{node.module}.{alias.name}" for alias in node.names]
    return names


# In a process of its own: the linter switches off every logger that exists already, ours among them.
LINT = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True, no_logo=True))"


def test_every_import_keeps_to_the_rooms(root: Path) -> None:
    run = subprocess.run([sys.executable, "-c", LINT], cwd=root, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


# One breach of each import contract, by the name it has in pyproject.toml.
BREACHES = {
    "layers": ("models/breach_layers.py", "import ui"),
    "inside sync": ("sync/client/breach_inside.py", "import sync.server"),
    "no Qt in the core": ("sync/breach_qt.py", "import PySide6.QtCore"),
    "the screens hold no engine": ("ui/breach_engine.py", "import sqlalchemy"),
    "SQLAlchemy only in the store": ("models/records/breach_store.py", "import sqlalchemy"),
    "the server never opens a laptop's store": ("sync/server/breach_casebook.py", "import models.casebook"),
    "the client knows no tables": ("sync/client/breach_tables.py", "import models.store"),
    "only the vault knows the keyring": ("sync/breach_keyring.py", "import keyring"),
    "only the spelling desk reads a dictionary": ("desktop/breach_spelling.py", "import spylls"),
    "only the documents draw with reportlab": ("models/loop.py", "import reportlab"),
    "the unlock screen starts light": ("ui/views/unlock.py", "import httpx"),
}


def test_each_import_contract_notices_its_breach(root: Path, rooms: list[Any], tmp_path: Path) -> None:
    for source in rooms:
        copy = tmp_path / source.name
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(source.text, encoding="utf-8")
    shutil.copy(root / "pyproject.toml", tmp_path)
    for name, breach in BREACHES.values():
        with (tmp_path / name).open("a", encoding="utf-8") as file:
            file.write(f"\n{breach}\n")
    run = subprocess.run([sys.executable, "-c", LINT], cwd=tmp_path, capture_output=True, text=True, check=False)
    broken = set(re.findall(r"^(.+) BROKEN", run.stdout, re.MULTILINE))
    declared = {
        contract["name"]
        for contract in tomllib.loads((root / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    }
    assert broken == declared == set(BREACHES), run.stdout + run.stderr


# Packages that one place alone may know, wherever an import contract cannot say so.
ONLY_IN = {
    "keyring": ("desktop/vault.py",),
    "PIL": ("models/attachments/pictures.py",),
    "sqlalchemy": ("models/store/", "sync/server/"),
    "alembic": ("models/store/", "sync/server/"),
    "sqlcipher3": ("models/store/", "desktop/errands.py"),  # the doctor tells its version
    "reportlab": ("models/documents/",),
}


def test_a_package_that_one_place_keeps_is_imported_nowhere_else(rooms: list[Any]) -> None:
    found = [
        (source.name, name)
        for source in rooms
        for name in imported(source.tree)
        if not source.name.startswith(ONLY_IN.get(name.split(".")[0], (source.name,)))
    ]
    assert not found, found


def test_no_file_and_no_function_is_too_large(root: Path, sources: list[Any]) -> None:
    budget = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["heard"]
    found = [
        line
        for source in sources
        for line in too_large(source.name, source.text, budget["file_lines"], budget["function_lines"])
    ]
    assert not found, "\n".join(found)


def test_the_budget_counts_code_and_not_what_explains_it() -> None:
    text = '"""Says what\nit is for."""\n\n# why\ndef act():\n    """Does it."""\n    one = 1  # so\n\n    return one\n'
    assert too_large("act.py", text, file_lines=2, function_lines=2) == [
        "act.py: 3 lines of code, 2 at most",
        "act.py:5 act: 3 lines of code, 2 at most",
    ]
    assert too_large("act.py", text, file_lines=3, function_lines=3) == []


def test_every_module_opens_with_a_sentence(sources: list[Any]) -> None:
    silent = [
        source.name
        for source in sources
        if not (ast.get_docstring(source.tree) or "").split("\n\n")[0].rstrip().endswith((".", "?"))
    ]
    assert not silent, silent


def test_no_page_is_called_by_what_outlives_it(sources: list[Any]) -> None:
    """A page is deleted when it is left; a lambda on the link or an autosave would go on calling it."""
    pages = [source for source in sources if source.name.startswith(("ui/views/", "ui/parts/"))]
    assert len(pages) > 50
    found = [place for source in pages for place in lambdas_that_outlive(source.name, source.tree)]
    assert not found, found
    planted = ast.parse(
        "def one(self):\n self._link.changed.connect(lambda _: self.show())\n"
        "def two(form):\n def show(): ...\n form.autosave.saved.connect(show)\n"
        "def three(self):\n self._link.changed.connect(self._on_change)\n self.button.clicked.connect(lambda: 1)\n"
    )
    assert lambdas_that_outlive("x.py", planted) == ["x.py:2", "x.py:5"]


def test_nothing_is_named_for_nothing_in_particular(sources: list[Any]) -> None:
    found = [name for source in sources for name in banned_in(source.name, source.tree)]
    assert not found, found
    planted = ast.parse("class SyncManager: ...\ndef handler(): ...\nclass Database: ...\ndef base(): ...")
    assert banned_in("x/string_utils.py", planted) == ["x/string_utils.py", "x/string_utils.py:1 SyncManager",
                                                       "x/string_utils.py:2 handler"]  # fmt: skip


def test_no_part_of_qt_that_is_gpl_only_is_imported(sources: list[Any]) -> None:
    found = [(source.name, name) for source in sources for name in imported(source.tree) if GPL_ONLY_QT.match(name)]
    assert not found, found
    planted = ast.parse("from PySide6 import QtCharts, QtWidgets\nimport PySide6.QtWebEngineCore")
    assert len([name for name in imported(planted) if GPL_ONLY_QT.match(name)]) == 2


def test_what_may_be_missing_on_a_laptop_is_imported_by_the_process_that_speaks_alone(sources: list[Any]) -> None:
    """Qt's speech and sound raise ImportError without `libpulse0`: nothing that Heard needs may depend on them."""
    found = [
        source.name
        for source in sources
        if source.room != "tests"
        and any(re.match(r"PySide6\.Qt(TextToSpeech|Multimedia|SpatialAudio)", name) for name in imported(source.tree))
    ]
    assert found == ["desktop/speaking_desk.py"]


def test_every_test_is_a_sentence(sources: list[Any]) -> None:
    short = [
        f"{source.name}:{node.lineno} {node.name}"
        for source in sources
        if source.room == "tests" and Path(source.name).name.startswith("test_")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_") and node.name.count("_") < 3
    ]
    assert not short, short
