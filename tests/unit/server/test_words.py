"""The council's own list of what to say instead of some words: shown, set, sent to laptops, and given up again."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from models.language import suggestions
from tests.unit.server.kinds import on_file

Run = Callable[..., tuple[int, str, str]]
pytestmark = on_file


def test_a_council_that_set_nothing_has_heards_own_list(run: Run, amy: Any) -> None:
    assert run("words", "show")[1].startswith("Heard's own list, of 25.\ncase, cases: children or young people")
    assert amy.page().rules.advice is None


def test_what_is_shown_can_be_edited_and_set_and_every_laptop_hears_of_it(run: Run, amy: Any, tmp_path: Path) -> None:
    shown = json.loads(run("words", "show", "--json")[1])
    assert shown["is_councils"] is False
    shown["suggestions"] = [{"instead_of": ["tea"], "say": "supper", "put": {"tea": ["supper"]}}]
    file = tmp_path / "words.json"
    file.write_text(json.dumps(shown))
    grants = amy.page().grant_counter
    assert run("words", "set", str(file))[1] == "Laptops use the council's own list, of 1.\n"
    page = amy.page()
    assert page.grant_counter > grants
    assert [(each.say, each.put) for each in page.rules.advice] == [("supper", {"tea": ("supper",)})]
    assert page.rules.lease_days == 14
    assert run("words", "show")[1] == "The council's own list, of 1.\ntea: supper\n"
    assert run("words", "usual")[1] == "Laptops use Heard's own list.\n"
    assert amy.page().rules.advice is None
    assert len(json.loads(run("words", "show", "--json")[1])["suggestions"]) == len(suggestions())


def test_a_list_that_is_none_changes_nothing(run: Run, amy: Any, tmp_path: Path) -> None:
    file = tmp_path / "words.json"
    file.write_text("{}")
    code, _, told = run("words", "set", str(file))
    assert code == 1
    assert told.startswith("words.json cannot be used: it has no list of suggestions")
    assert run("words", "set", str(tmp_path / "none.json"))[0] == 1
    assert amy.page().rules.advice is None


def test_an_empty_list_switches_prompts_off(run: Run, amy: Any, tmp_path: Path) -> None:
    file = tmp_path / "words.json"
    file.write_text('{"suggestions": []}')
    assert run("words", "set", str(file))[0] == 0
    assert amy.page().rules.advice == ()
