"""A newer server starts: what the older one held back for want of a rule is judged anew, with everything else asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from models.version import Version
from sync.server import judging
from sync.server.administration import Administration
from sync.server.anew import judge_anew
from sync.server.care import check_everything
from sync.server.centre import Centre, open_centre
from sync.server.holding import list_held
from sync.server.tables import audit, council
from tests.unit.server.kinds import at_once, column, on_disk

NEW = "sealed_by_court"


@pytest.fixture
def older(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """The server does not know a policy class that laptops have; call it for the one that does."""
    known = judging.POLICY_CLASSES
    monkeypatch.setattr(judging, "POLICY_CLASSES", ("shared",))

    def update() -> None:
        monkeypatch.setattr(judging, "POLICY_CLASSES", known)

    return update


def held_reasons(centre: Centre) -> list[tuple[str, str]]:
    return sorted((one["reason_code"], one["state"]) for one in list_held(centre))


def said(centre: Centre, action: str) -> int:
    with centre.database.read() as connection:
        return len(connection.execute(select(audit.c.no).where(audit.c.action == action)).all())


def chain(laptop: Any, scope_id: str, count: int) -> list[Version]:
    made = [laptop.version(scope_id)]
    for number in range(1, count):
        made.append(laptop.version(scope_id, {"what_happened": f"{number}"}, made[-1]))
    return made


@on_disk
def test_a_server_that_knows_the_rule_admits_what_waited_for_it_when_it_starts(
    centre: Centre, amy: Any, ben: Any, sarah: str, older: Callable[[], None]
) -> None:
    first, second, third = chain(amy, sarah, 3)
    assert [one.outcome for one in amy.push(second, first, third)] == ["held"] * 3
    ben.pull()
    older()
    open_centre(centre.settings, centre.clock, centre.ids, look=True).close()
    assert held_reasons(centre) == [("unknown_rule", "waiting")] * 3, "whoever only looks changes nothing"
    open_centre(centre.settings, centre.clock, centre.ids).close()
    assert held_reasons(centre) == [("unknown_rule", "admitted")] * 3
    assert [row.version.version_id for row in ben.pull()] == [third.version_id]
    assert said(centre, "admitted") == 3
    assert [(one.state, one.words) for one in amy.page().held] == [("admitted", "")] * 3
    assert [one.outcome for one in amy.push(first, second, third)] == ["head"] * 3
    assert check_everything(centre)["faults"] == []
    open_centre(centre.settings, centre.clock, centre.ids).close()
    assert said(centre, "admitted") == 3, "once is enough"


def test_what_waited_for_it_comes_with_it(centre: Centre, amy: Any, sarah: str, older: Callable[[], None]) -> None:
    first, second = chain(amy, sarah, 2)
    amy.push(first)
    older()
    assert amy.push_one(second).outcome == "held"
    assert held_reasons(centre) == [("parents_unknown", "waiting"), ("unknown_rule", "waiting")]
    assert judge_anew(centre) == 1
    assert held_reasons(centre) == [("parents_unknown", "admitted"), ("unknown_rule", "admitted")]
    assert amy.push_one(second).outcome == "head"
    assert check_everything(centre)["faults"] == []


def _leaves(office: Administration, amy: Any) -> None:
    office.leave("amy")


def _closed(office: Administration, amy: Any) -> None:
    office.revoke(amy.joined.device_id)


def _unassigned(office: Administration, amy: Any) -> None:
    office.unassign("amy", "1001")


@pytest.mark.parametrize("happened", [_leaves, _closed, _unassigned], ids=["left", "closed", "not assigned"])
def test_what_else_is_against_it_is_asked_now(
    centre: Centre,
    office: Administration,
    amy: Any,
    sarah: str,
    older: Callable[[], None],
    happened: Callable[[Administration, Any], None],
) -> None:
    amy.push_one(amy.version(sarah))
    happened(office, amy)
    older()
    [before] = column(centre, council.c.audit_no)
    assert judge_anew(centre) == 0
    assert held_reasons(centre) == [("unknown_rule", "waiting")]
    assert column(centre, council.c.audit_no) == [before]
    assert check_everything(centre)["faults"] == []


def test_a_rule_that_is_still_not_known_waits_on(centre: Centre, amy: Any, sarah: str) -> None:
    amy.push_one(amy.version(sarah, policy_class=NEW))
    assert judge_anew(centre) == 0
    assert held_reasons(centre) == [("unknown_rule", "waiting")]


@on_disk
def test_two_servers_that_start_at_once_admit_it_once(
    centre: Centre, amy: Any, sarah: str, older: Callable[[], None]
) -> None:
    note = amy.version(sarah)
    amy.push_one(note)
    older()
    answers = at_once(*[lambda: judge_anew(centre)] * 4)
    assert sorted(answers) == [0, 0, 0, 1]
    assert said(centre, "admitted") == 1
    assert check_everything(centre)["faults"] == []
