"""By when a child has an answer: the council's own days, set, sent to laptops, and given up again."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from models.law.response_policy import ResponsePolicy
from tests.unit.server.kinds import on_file

Run = Callable[..., tuple[int, str, str]]
pytestmark = on_file


def test_a_council_that_set_nothing_has_heards_own_days(run: Run, amy: Any) -> None:
    assert run("answers", "show")[1] == "Heard's own days: 10 working days, 20 by the Board.\n"
    assert amy.page().rules.answers is None


def test_what_is_set_reaches_every_laptop_and_what_is_not_named_stays(run: Run, amy: Any) -> None:
    grants = amy.page().grant_counter
    assert run("answers", "set", "--days", "5", "--within", "visit_note=2", "--closed", "2026-12-24")[0] == 0
    page = amy.page()
    assert page.grant_counter > grants
    assert page.rules.answers == ResponsePolicy({"otherwise": 5, "board": 20, "visit_note": 2}, (date(2026, 12, 24),))
    assert run("answers", "set", "--board", "15", "--closed", "2026-12-23")[0] == 0
    assert run("answers", "show")[1] == (
        "The council's own days: 5 working days, 15 by the Board.\nvisit_note: 2 working days\n"
        "Closed on 2026-12-23\nClosed on 2026-12-24\n"
    )
    assert run("answers", "set", "--no-closed", "--closed", "2027-01-04")[0] == 0
    assert json.loads(run("answers", "show", "--json")[1])["closed_on"] == ["2027-01-04"]
    assert amy.page().rules.lease_days == 14
    assert run("answers", "usual")[1] == "Laptops use Heard's own days.\n"
    assert amy.page().rules.answers is None


@pytest.mark.parametrize("given", [("--days", "0"), ("--board", "251"), ("--within", "visit_note=x"),
                                   ("--within", "no_such_type=3"), ("--within", "visit_note")])  # fmt: skip
def test_days_that_are_none_change_nothing(run: Run, amy: Any, given: tuple[str, str]) -> None:
    code, _, told = run("answers", "set", *given)
    assert code == 1
    assert "Nothing was changed." in told
    assert amy.page().rules.answers is None
