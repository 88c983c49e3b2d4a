"""Who may read and who may write: every role, audience and state against an oracle written out by hand (domain 4.2)."""

from __future__ import annotations

from itertools import product

import pytest

from models.audience import (
    AUDIENCES,
    AUTHORED,
    DUTY_WORKER,
    EVERYONE_ON_RECORD,
    GIVEN_ROLES,
    ONLY_AUTHOR,
    POLICY_CLASSES,
    PROTECTED,
    ROLES,
    SHARED,
    WORKER_AND_IRO,
    may_ask_for_cover,
    may_read,
    may_write,
)

READERS = {
    EVERYONE_ON_RECORD: set(ROLES),
    WORKER_AND_IRO: {"social_worker", "personal_adviser", "youth_worker", "family_support", "iro"},
    PROTECTED: {"social_worker", "team_manager", "duty_worker"},
    ONLY_AUTHOR: set(),
}
"""Who reads what somebody else wrote."""
BOOLS = (False, True)
CASES = list(product([*ROLES, None, "of_a_newer_server"], [*AUDIENCES, "of_a_newer_heard"], BOOLS))


@pytest.mark.parametrize(("role", "audience", "is_author"), CASES)
def test_a_record_is_read_by_just_those_its_audience_names(role: str | None, audience: str, is_author: bool) -> None:
    expected = role in READERS.get(audience, set())
    if audience == EVERYONE_ON_RECORD:
        expected = role is not None
    elif audience != PROTECTED:
        expected = expected or (is_author and role is not None)
    assert may_read(audience, role, is_author=is_author) == expected


@pytest.mark.parametrize("policy_class", [*POLICY_CLASSES, "of_a_newer_heard"])
@pytest.mark.parametrize(("role", "audience", "is_author"), CASES)
def test_a_version_is_added_only_by_who_may(
    role: str | None, audience: str, is_author: bool, policy_class: str
) -> None:
    for is_finished, is_new in product(BOOLS, BOOLS):
        allowed = may_write(policy_class, audience, role, is_author=is_author, is_finished=is_finished, is_new=is_new)
        if role not in ROLES or role == "auditor" or policy_class not in POLICY_CLASSES or audience not in AUDIENCES:
            assert not allowed
        elif is_new:
            assert allowed == may_read(audience, role, is_author=True)
        else:
            may_see = may_read(audience, role, is_author=is_author)
            may_change = is_author or (policy_class == SHARED and role != "duty_worker")
            assert allowed == (may_see and not is_finished and may_change)


def test_nobody_writes_what_they_may_not_read() -> None:
    for (role, audience, is_author), policy_class in product(CASES, (AUTHORED, SHARED)):
        if may_write(policy_class, audience, role, is_author=is_author, is_finished=False, is_new=False):
            assert may_read(audience, role, is_author=is_author)


def test_cover_may_be_asked_for_by_the_councils_own_workers_and_by_nobody_independent_of_it() -> None:
    outside = {"advocate", "independent_visitor", "auditor"}
    for role in ROLES:
        assert may_ask_for_cover([role]) == (role not in outside)
        assert may_ask_for_cover([role, "social_worker"])
    assert may_ask_for_cover([])
    assert not may_ask_for_cover(outside)


def test_cover_is_no_role_that_can_be_assigned() -> None:
    assert set(ROLES) - set(GIVEN_ROLES) == {DUTY_WORKER}
