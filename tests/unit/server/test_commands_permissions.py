"""The commands about who may read and what was kept apart, as an operator types them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sync.server.centre import Centre
from sync.wire import CoverRequest
from tests.unit.server.kinds import on_file

Run = Callable[..., tuple[int, str, str]]
Enrol = Callable[..., Any]
pytestmark = on_file


def test_a_child_is_moved_and_the_laptop_that_owes_a_receipt_is_listed(run: Run, amy: Any, ben: Any) -> None:
    assert run("move", "1001", "--from", "amy", "--to", "ben", "--lead")[1] == "1001 has moved from amy to ben.\n"
    (order,) = json.loads(run("withdrawals", "--json")[1])
    assert (order["device_id"], order["why"]) == (amy.joined.device_id, "unassigned")
    assert order["order_id"] in run("withdrawals", "--all")[1]
    amy.answer(order["order_id"])
    assert run("withdrawals")[1] == "No laptop owes a receipt.\n"
    assert run("move", "1001", "--from", "amy", "--to", "ben")[0] == 1


def test_the_list_of_laptops_tells_of_the_receipt_owed(run: Run, amy: Any) -> None:
    run("assign", "amy", "1001", "--end")
    rows = {row["device_id"]: row for row in json.loads(run("device", "list", "--json")[1])}
    assert rows[amy.joined.device_id]["owes"] == 1
    assert "owes_since" in run("device", "list")[1]


def test_a_worker_leaves(run: Run, amy: Any) -> None:
    code, out, _ = run("worker", "leave", "amy")
    assert (code, "can still be handed over" in out) == (0, True)
    assert json.loads(run("worker", "list", "--json")[1])[0]["left_at"]


def test_cover_is_listed_with_its_reason(run: Run, sarah: str, enrol: Enrol) -> None:
    assert run("cover", "list")[1] == "Nobody has covered yet.\n"
    dee = enrol("dee")
    dee.hub.cover(dee.sign_in(), CoverRequest(child="1001", reason="In the night"))
    assert "In the night" in run("cover", "list")[1]


def test_the_lease_is_set_and_every_laptop_hears_of_it(run: Run, amy: Any) -> None:
    amy.pull()
    assert json.loads(run("rules", "--json")[1]) == {"help_line": "", "lease_days": 14}
    assert run("rules", "--lease-days", "7")[1] == "Old records close after 7 days without the council's server.\n"
    assert amy.page().rules.lease_days == 7
    assert run("rules", "--lease-days", "8")[0] == 0
    assert amy.page().rules.lease_days == 8
    assert run("rules", "--lease-days", "0")[0] == 1


def test_whom_a_worker_rings_whose_laptop_was_closed_is_set_beside_it(run: Run) -> None:
    said = run("rules", "--help-line", "the IT desk on 01962 000 000")[1]
    assert said.endswith("Whose laptop was closed rings the IT desk on 01962 000 000.\n")
    assert run("rules", "--help-line", "x" * 300)[0] == 1


def test_what_is_held_back_is_shown_read_admitted_and_returned(
    run: Run, amy: Any, ben: Any, enrol: Enrol, sarah: str
) -> None:
    enrol("mia", c1001="team_manager")
    note = amy.version(sarah)
    amy.push_one(note)
    ben.push(
        ben.version(sarah, {"what_happened": "Otters"}, note), ben.version(sarah, {"what_happened": "Seals"}, note)
    )
    first, second = (row["held_id"] for row in json.loads(run("held", "list", "--json")[1]))
    assert "author_id: " + ben.worker_id in run("held", "show-envelope", first)[1]
    assert "Otters" not in run("held", "show-envelope", first, "--json")[1]
    assert "Otters" in run("held", "read", first, "--as", "mia")[1]
    assert run("held", "admit", first, "--as", "mia", "--words", "Thank you")[1] == (
        "Admitted: it is how the record stands now.\n"
    )
    assert run("held", "admit", second, "--as", "ben")[0] == 1
    assert run("held", "return", second, "--as", "mia", "--words", "Twice")[0] == 0
    assert run("held", "list", "--waiting")[1] == "Nothing is held back.\n"
    assert {one.state for one in ben.page().held} == {"admitted", "returned"}


def test_many_held_back_are_decided_at_once_and_one_that_cannot_be_keeps_no_other_back(
    run: Run, amy: Any, ben: Any, enrol: Enrol, sarah: str
) -> None:
    enrol("mia", c1001="team_manager")
    note = amy.version(sarah)
    amy.push_one(note)
    ben.push(*(ben.version(sarah, {"what_happened": f"Otters {number}"}, note) for number in range(3)))
    held = [row["held_id"] for row in json.loads(run("held", "list", "--json")[1])]
    run("held", "return", held[1], "--as", "mia", "--words", "Amy wrote this")
    code, out, _ = run("held", "admit", *held, "nobody", "--as", "mia", "--json")
    told = json.loads(out)
    assert (code, set(told["outcomes"]) | set(told["faults"])) == (1, {*held, "nobody"})
    assert set(told["outcomes"]) >= {held[0], held[2]}
    assert "nobody" in told["faults"]
    assert run("held", "list", "--waiting")[1] == "Nothing is held back.\n"


def test_a_record_is_erased_by_two_people(run: Run, amy: Any, ben: Any, sarah: str) -> None:
    note = amy.version(sarah)
    amy.push_one(note)
    assert "Asked." in run("erase", note.record_id, "--as", "amy", "--reason", "Article 17(1)(d)")[1]
    assert run("erase", note.record_id, "--as", "amy", "--agree")[0] == 1
    code, out, _ = run("erase", note.record_id, "--as", "ben", "--agree")
    assert (code, out.startswith("Erased.")) == (0, True)
    assert note.record_id in run("erasure", "list")[1]
    assert run("check")[0] == 0


def test_neither_asking_nor_agreeing_is_a_wrong_use(run: Run, centre: Centre, tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as error:
        run("erase", "anything", "--as", "amy")
    assert error.value.code == 2
