"""Cover: with a reason, for a day by the server's clock, told to the manager, and over by itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from models.audience import AUTHORED, EVERYONE_ON_RECORD, ONLY_AUTHOR, PROTECTED, SHARED, WORKER_AND_IRO
from models.clock import Clock, to_stamp
from sync.server.administration import Administration
from sync.server.care import check_everything
from sync.server.centre import Centre
from sync.server.covering import list_covers
from sync.server.refusal import Refusal
from sync.wire import CoverReply, CoverRequest

Enrol = Callable[..., Any]
REASON = "Sarah rang the duty line at night."


def ask(laptop: Any, child: str = "1001", reason: str = REASON) -> CoverReply:
    token = laptop.token or laptop.sign_in()
    reply: CoverReply = laptop.hub.cover(token, CoverRequest(child=child, reason=reason))
    return reply


@pytest.fixture
def duty(sarah: str, enrol: Enrol) -> Any:
    """A worker of the duty team, assigned to nobody."""
    return enrol("dee")


def test_cover_lets_a_worker_in_for_a_day(amy: Any, duty: Any, sarah: str, clock: Any) -> None:
    note = amy.version(sarah)
    amy.push_one(note)
    duty.pull()
    reply = ask(duty)
    assert (reply.scope_id, reply.until_at) == (sarah, to_stamp(clock.now() + timedelta(hours=24)))
    assert note.record_id in {row.version.record_id for row in duty.pull()}
    assert duty.scopes == {sarah: "duty_worker"}


def test_whoever_covers_reads_where_the_child_lives_and_not_what_was_told_in_confidence(
    amy: Any, duty: Any, sarah: str
) -> None:
    made = {
        audience: amy.version(sarah, type="home", policy_class=SHARED, audience=audience)
        for audience in (EVERYONE_ON_RECORD, PROTECTED, WORKER_AND_IRO, ONLY_AUTHOR)
    }
    amy.push(*made.values())
    ask(duty)
    read = {row.version.record_id for row in duty.pull() if row.version.type == "home"}
    assert read == {made[EVERYONE_ON_RECORD].record_id, made[PROTECTED].record_id}


def test_whoever_covers_writes_their_own_and_leaves_alone_what_others_keep(amy: Any, duty: Any, sarah: str) -> None:
    this_is_me = amy.shared(sarah)
    amy.push_one(this_is_me)
    ask(duty)
    note = duty.version(sarah, policy_class=AUTHORED)
    assert [duty.push_one(one).outcome for one in (note, duty.version(sarah, {"a": 1}, note))] == ["head", "head"]
    assert duty.push_one(duty.shared(sarah, {"a": 1}, this_is_me)).outcome == "held"


def test_the_manager_is_told_by_a_record_under_the_councils_signature(
    duty: Any, enrol: Enrol, amy: Any, ben: Any, sarah: str, centre: Centre
) -> None:
    manager = enrol("mia", c1001="team_manager")
    manager.pull()
    until_at = ask(duty).until_at
    (row,) = [row for row in manager.pull() if row.version.type == "cover"]
    body = row.version.read_body()
    assert (body["worker_name"], body["reason"], body["until_at"]) == ("Dee", REASON, until_at)
    assert (row.version.audience, row.version.is_finished) == (PROTECTED, True)
    assert not [row for row in ben.pull() if row.version.type == "cover"]
    assert check_everything(centre)["faults"] == []
    changed = manager.version(sarah, {"reason": "another"}, row.version)
    assert manager.push_one(changed).outcome == "held"


def test_cover_is_over_by_itself_and_the_laptop_gives_the_child_up(
    amy: Any, duty: Any, sarah: str, clock: Any, office: Administration
) -> None:
    amy.push_one(amy.version(sarah))
    ask(duty)
    duty.pull()
    clock.advance(hours=23, minutes=59)
    duty.sign_in()
    assert duty.page().scopes is None
    clock.advance(minutes=1)
    page = duty.page()
    assert (page.scopes, [(one.scope_id, one.record_id) for one in page.withdrawals]) == ({}, [(sarah, "")])
    note = duty.version(sarah)
    assert duty.push_one(note).outcome == "held"
    with pytest.raises(Refusal, match="not_found"):
        duty.history(duty.rows[0].version.record_id)


def test_nothing_is_read_by_cover_that_is_over_even_before_it_has_been_ended(
    amy: Any, duty: Any, sarah: str, clock: Any
) -> None:
    note = amy.version(sarah)
    amy.push_one(note)
    ask(duty)
    clock.advance(hours=24)
    duty.sign_in()
    with pytest.raises(Refusal, match="not_found"):
        duty.history(note.record_id)
    result = duty.push_one(duty.shared(sarah, {"a": 1}, note))
    assert (result.outcome, result.head) == ("held", None)


def test_the_operators_lists_end_cover_that_is_over(duty: Any, clock: Any, office: Administration) -> None:
    ask(duty)
    clock.advance(hours=24)
    assert [one["why"] for one in office.withdrawals()] == ["unassigned"]
    assert office.withdrawals() == office.withdrawals()


def test_asking_again_makes_cover_no_longer_and_writes_nothing(duty: Any, clock: Any, centre: Centre) -> None:
    first = ask(duty)
    clock.advance(minutes=5)
    assert ask(duty, reason="Another reason") == first
    assert len(list_covers(centre)) == 1


def test_when_cover_is_over_it_can_be_asked_for_again(duty: Any, clock: Any, sarah: str, centre: Centre) -> None:
    first = ask(duty)
    clock.advance(hours=24)
    duty.sign_in()
    assert ask(duty).until_at > first.until_at
    assert duty.told() == ()
    assert [one["to_at"] is None for one in list_covers(centre)] == [True, False]


@pytest.mark.parametrize("reason", ["", "  \n ", "x" * 1001, "a\x00b"])
def test_cover_needs_a_reason_that_can_be_read(duty: Any, reason: str) -> None:
    with pytest.raises(Refusal, match="reason_needed"):
        ask(duty, reason=reason)


@pytest.mark.parametrize("role", ["advocate", "independent_visitor", "auditor"])
def test_a_child_that_is_not_there_and_one_that_may_not_be_known_look_the_same(
    duty: Any, enrol: Enrol, role: str, office: Administration, sarah: str
) -> None:
    office.open_scope("child", "1002")
    office.open_scope("group", "A group")
    outside = enrol("olu", c1002=role)
    refused = []
    for laptop, child in ((duty, "9999"), (duty, "A group"), (duty, sarah), (outside, "1001")):
        with pytest.raises(Refusal) as error:
            ask(laptop, child)
        refused.append((error.value.status, error.value.code, error.value.message))
    assert len(set(refused)) == 1
    assert refused[0][:2] == (404, "no_such_child")


def test_numbers_of_children_are_not_found_out_by_trying(duty: Any, amy: Any, clock: Any) -> None:
    for number in range(10):
        with pytest.raises(Refusal, match="no_such_child"):
            ask(duty, f"9{number}")
    with pytest.raises(Refusal, match="too_many_guesses"):
        ask(duty)
    with pytest.raises(Refusal, match="already_assigned"):
        ask(amy)
    clock.advance(hours=1, seconds=1)
    duty.sign_in()
    with pytest.raises(Refusal, match="no_such_child"):
        ask(duty, "nobody")
    assert ask(duty).until_at


def test_one_worker_covers_for_ten_children_at_most(duty: Any, office: Administration) -> None:
    for number in range(11):
        office.open_scope("child", f"2{number:03}")
    for number in range(10):
        ask(duty, f"2{number:03}")
    with pytest.raises(Refusal, match="too_many_covers"):
        ask(duty, "2010")


def test_cover_and_its_end_are_in_the_audit_without_the_reason(
    duty: Any, clock: Any, centre: Centre, office: Administration
) -> None:
    ask(duty)
    with pytest.raises(Refusal):
        ask(duty, "9999")
    clock.advance(hours=24)
    office.withdrawals()
    with centre.database.read() as connection:
        rows = connection.exec_driver_sql("SELECT action, detail FROM audit ORDER BY no").fetchall()
    assert [row[0] for row in rows if "cover" in row[0]] == ["cover", "cover_failed", "cover_over"]
    assert not any("duty line" in row[1] for row in rows)


def test_a_closed_laptop_gets_no_cover(duty: Any, office: Administration) -> None:
    duty.sign_in()
    office.revoke(duty.joined.device_id)
    with pytest.raises(Refusal, match="device_revoked"):
        ask(duty)


def test_the_laptops_clock_has_no_say(duty: Any, clock: Clock) -> None:
    """Nothing that a laptop sends tells a time: the request has a child and a reason, and no more."""
    assert CoverRequest.__struct_fields__ == ("child", "reason")


def test_being_assigned_takes_the_place_of_cover(duty: Any, office: Administration, clock: Any, sarah: str) -> None:
    ask(duty)
    office.assign("dee", "1001", "social_worker")
    clock.advance(hours=30)
    duty.sign_in()
    duty.pull()
    assert (duty.scopes, duty.told()) == ({sarah: "social_worker"}, ())
