"""A child is handed from one worker to another, and a worker leaves: in one step each, and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from models.errors import Trouble
from sync.server.administration import Administration
from sync.server.care import check_everything
from sync.server.centre import Centre
from sync.server.refusal import Refusal
from sync.wire import PullRequest

Enrol = Callable[..., Any]


def test_a_child_moves_with_role_and_lead(amy: Any, enrol: Enrol, office: Administration, sarah: str) -> None:
    note = amy.version(sarah)
    amy.push_one(note)
    office.assign("amy", "1001", "social_worker", is_lead=True)
    carl = enrol("carl")
    for laptop in (amy, carl):
        laptop.pull()
    office.move("1001", "amy", "carl")
    carl.pull()
    assert carl.scopes == {sarah: "social_worker"}
    assert note.record_id in carl.holds()
    assert [(one.worker_id, one.is_lead) for one in directory(carl)] == [(carl.worker_id, True)]
    assert [one.scope_id for one in amy.page().withdrawals] == [sarah]


def directory(laptop: Any) -> Any:
    laptop.grants = 0
    return laptop.page().directory.assignments


def test_the_lead_can_be_kept_from_moving_or_given(amy: Any, ben: Any, office: Administration, sarah: str) -> None:
    office.assign("amy", "1001", "social_worker", is_lead=True)
    office.move("1001", "amy", "ben", is_lead=False)
    assert [(one.role, one.is_lead) for one in directory(ben)] == [("social_worker", False)]


def test_a_move_that_cannot_be_changes_nothing(amy: Any, ben: Any, office: Administration, sarah: str) -> None:
    for name, to_name in (("amy", "amy"), ("ben", "nobody"), ("nobody", "ben")):
        with pytest.raises(Trouble):
            office.move("1001", name, to_name)
    office.unassign("ben", "1001")
    with pytest.raises(Trouble, match="not assigned"):
        office.move("1001", "ben", "amy")
    assert len(directory(amy)) == 1


def test_a_worker_who_leaves_loses_laptops_sign_ins_and_children_at_once(
    amy: Any, ben: Any, enrol: Enrol, office: Administration, sarah: str, centre: Centre
) -> None:
    second = enrol("amy")
    unsent = amy.version(sarah, {"what_happened": "not sent yet"})
    for laptop in (amy, second):
        laptop.pull()
    office.leave("amy")
    for laptop in (amy, second):
        with pytest.raises(Refusal, match="token_expired"):
            laptop.hub.pull(laptop.token, PullRequest(cursor=0, grant_counter=0, timeline=""))
        laptop.sign_in()
        with pytest.raises(Refusal, match="device_revoked"):
            laptop.page()
        assert laptop.hub.closing(laptop.token).device_id == laptop.joined.device_id
    assert amy.push_one(unsent).outcome == "held"
    assert [one.worker_id for one in directory(ben)] == [ben.worker_id]
    assert {one["why"] for one in office.withdrawals()} == {"closed"}
    with pytest.raises(Trouble, match="no worker"):
        office.assign("amy", "1001", "social_worker")
    with pytest.raises(Trouble, match="no worker"):
        office.leave("amy")
    assert check_everything(centre)["faults"] == []


def test_a_worker_who_leaves_with_a_laptop_closed_before_leaves_all_the_same(amy: Any, office: Administration) -> None:
    office.revoke(amy.joined.device_id)
    office.leave("amy")
    assert len(office.withdrawals()) == 1
    assert [one["left_at"] is not None for one in office.workers()] == [True]
