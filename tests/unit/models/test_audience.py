"""Who may read and who may write: every role, audience and state against an oracle written out by hand (domain 4.2)."""

from __future__ import annotations

from itertools import product

import pytest

from models.audience import (
    AUDIENCES,
    AUTHORED,
    EVERYONE_ON_RECORD,
    ONLY_AUTHOR,
    POLICY_CLASSES,
    PROTECTED,
    ROLES,
    SHARED,
    WORKER_AND_IRO,
    may_read,
    may_write,
)

READERS = {
    EVERYONE_ON_RECORD: set(ROLES),
    WORKER_AND_IRO: {"social_worker", "personal_adviser", "youth_worker", "family_support", "iro"},
    PROTECTED: {"social_worker", "team_manager"},
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
            assert allowed == (may_see and not is_finished and (policy_class == SHARED or is_author))


def test_nobody_writes_what_they_may_not_read() -> None:
    for (role, audience, is_author), policy_class in product(CASES, (AUTHORED, SHARED)):
        if may_write(policy_class, audience, role, is_author=is_author, is_finished=False, is_new=False):
            assert may_read(audience, role, is_author=is_author)
