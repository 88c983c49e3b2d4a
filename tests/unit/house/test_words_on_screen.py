"""The words on screen: every string a worker or a child may read is free of the words Heard never shows."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import resources
from models.language import find_words, legal_phrases, words_never_shown

# Everything said in these places may reach a screen, whatever it is passed to.
SAID_WHOLE = ("ui/", "models/records/", "models/choices.py", "models/fields.py", "models/wording.py")
# Here only sentences may: a string with a space in it.
SAID_IN_SENTENCES = ("desktop/", "sync/server/__main__.py", "sync/server/pages/", "models/documents/")
# Names for programs: parts joined by a mark, as in "visit_note.place", and names of our own icons.
IS_CODE = re.compile(r"[\w]+([_.\-:/#][\w]+)+")
ICONS = {path.stem for path in resources.path("icons").glob("*.svg")}
MARKUP = {".html", ".jinja", ".json", ".md", ".txt"}


def unsaid(tree: ast.AST) -> set[int]:
    """The ids of string nodes that nobody reads: docstrings, lists made by split(), and keys of a body."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) or (isinstance(node, ast.Attribute) and node.attr in ("split", "splitlines")):
            found.add(id(node.value))
        elif isinstance(node, ast.Subscript):
            found.add(id(node.slice))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get":
            found.update(id(each) for each in node.args[:1])
    return found


def strings(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Every string a program may say, with its line."""
    skipped = unsaid(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped:
            yield node.lineno, node.value


def trouble_names(trees: list[ast.Module]) -> set[str]:
    """``Trouble`` and every class that comes from it, wherever it is declared."""
    names = {"Trouble"}
    classes = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    for _ in classes:
        found = {each.name for each in classes if names & {ast.unparse(base).split(".")[-1] for base in each.bases}}
        if found <= names:
            break
        names |= found
    return names


def told_in_trouble(tree: ast.AST, names: set[str]) -> Iterator[tuple[int, str]]:
    """What a worker is told when something goes wrong: the words given to ``Trouble`` and its kind."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in names:
            yield from strings(node)


def is_name(text: str) -> bool:
    return text in ICONS or IS_CODE.fullmatch(text) is not None


def said(source: Any, names: set[str]) -> Iterator[tuple[int, str]]:
    """Every string of one file that may reach a screen, with its line."""
    if source.name.startswith(SAID_WHOLE):
        yield from ((line, text) for line, text in strings(source.tree) if not is_name(text))
    elif source.name.startswith(SAID_IN_SENTENCES):
        yield from ((line, text) for line, text in strings(source.tree) if " " in text.strip())
    else:
        yield from told_in_trouble(source.tree, names)


def never_shown(text: str) -> list[str]:
    return [found.word for found in find_words(text, words_never_shown(), legal_phrases())]


def test_no_screen_and_no_message_says_a_word_that_heard_never_shows(rooms: list[Any]) -> None:
    names = trouble_names([source.tree for source in rooms])
    found = [
        f"{source.name}:{line} says {words} in {text!r}"
        for source in rooms
        for line, text in said(source, names)
        if (words := never_shown(text))
    ]
    assert not found, "\n".join(found)


def test_no_page_and_no_guide_for_workers_says_a_word_that_heard_never_shows(
    root: Path, project_files: list[Path]
) -> None:
    pages = [path for path in project_files if path.suffix in MARKUP and "pages" in path.relative_to(root).parts]
    found = [
        f"{path.relative_to(root)} says {words}"
        for path in [*pages, root / "docs" / "guide" / "worker.md"]
        if (words := never_shown(path.read_text(encoding="utf-8")))
    ]
    assert not found, "\n".join(found)


class Planted:
    """A file as it must not be."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.tree = ast.parse(text)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ui/views/today.py", "label = 'Your cases'"),
        ("ui/views/today.py", "label = f'{count} clients'"),
        ("models/records/visit_note.py", "why: str = prose('Contact with family')"),
        ("sync/client/http.py", "raise Trouble('Not sent', 'The server refused it')"),
        ("models/store/engine.py", "raise Full(title='Invalid disk')"),
        ("desktop/demo.py", "print('a new placement for the child')"),
    ],
)
def test_a_planted_word_is_found_wherever_it_would_be_read(name: str, text: str) -> None:
    names = trouble_names([ast.parse("class Full(errors.Trouble): ...\nclass Fuller(Full): ...")])
    assert names == {"Trouble", "Full", "Fuller"}
    assert [words for _, said_text in said(Planted(name, text), names) if (words := never_shown(said_text))]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ui/icons.py", "icon = 'user-round', 'users'"),
        ("desktop/passphrases.py", "common = 'password user letmein'.split()"),
        ("ui/views/today.py", '"""Shows no case."""\nroom = Qt.UserRole'),
        ("ui/views/knock.py", "reach = body['contact'] or body.get('contact', 'nobody')"),
        ("sync/server/auth.py", "raise ValueError('invalid')"),
        ("models/records/plan.py", "title = 'Care Planning, Placement and Case Review'"),
    ],
)
def test_what_no_one_reads_on_a_screen_may_say_what_it_likes(name: str, text: str) -> None:
    assert not [words for _, said_text in said(Planted(name, text), {"Trouble"}) if (words := never_shown(said_text))]
