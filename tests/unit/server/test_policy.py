"""The policy table against an oracle written from the words of the design, over every combination there is."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from models.audience import AUDIENCES, POLICY_CLASSES, ROLES
from sync.server import policy
from sync.server.policy import Standing
from sync.server.refusal import Refusal

Enrol = Callable[..., Any]

# The oracle: who is named, in plain lists, sharing nothing with the code under test.
ANYONE = set(ROLES)
LEADS = {"social_worker", "personal_adviser", "youth_worker", "family_support"}
READS_ANOTHERS = {
    "everyone_on_record": ANYONE,
    "worker_and_iro": LEADS | {"iro"},
    "only_author": set(),
    "protected": {"social_worker", "team_manager"},
}
READS_OWN = READS_ANOTHERS | {"worker_and_iro": ANYONE, "only_author": ANYONE}
WRITERS = ANYONE - {"auditor"}

EVERY_ROLE = (*ROLES, "stranger", None)
EVERY_AUDIENCE = (*AUDIENCES, "judge_only", "")
EVERY_CLASS = (*POLICY_CLASSES, "sealed", "")


def oracle_reads(audience: str, role: str | None, is_author: bool) -> bool:
    return role in (READS_OWN if is_author else READS_ANOTHERS).get(audience, set())


def oracle_begins(policy_class: str, audience: str, role: str | None) -> bool:
    return role in WRITERS and policy_class in ("authored", "shared") and oracle_reads(audience, role, True)


def oracle_changes(before: Standing, after: str, worker_id: str, role: str | None) -> bool:
    own = before.author_id == worker_id
    return (
        role in WRITERS
        and before.policy_class in ("authored", "shared")
        and not before.is_finished
        and (own or before.policy_class == "shared")
        and oracle_reads(before.audience, role, own)
        and oracle_reads(after, role, own)
    )


def test_reading_follows_the_oracle_everywhere() -> None:
    for audience, role, own in itertools.product(EVERY_AUDIENCE, EVERY_ROLE, (True, False)):
        # A role that no list names still reads what everyone assigned may read, and nothing else.
        expected = oracle_reads(audience, role, own) if role != "stranger" else _stranger_reads(audience, own)
        assert policy.can_read(audience, role, is_author=own) is expected, (audience, role, own)


def _stranger_reads(audience: str, own: bool) -> bool:
    return audience == "everyone_on_record" or (own and audience in ("worker_and_iro", "only_author"))


def test_beginning_follows_the_oracle_everywhere() -> None:
    for policy_class, audience, role in itertools.product(EVERY_CLASS, EVERY_AUDIENCE, (*ROLES, None)):
        assert policy.can_begin(policy_class, audience, role) is oracle_begins(policy_class, audience, role)
    assert not any(
        policy.can_begin(kind, audience, "stranger") for kind in EVERY_CLASS for audience in ("only_author",)
    )


def test_changing_follows_the_oracle_everywhere() -> None:
    combinations = itertools.product(
        EVERY_CLASS, EVERY_AUDIENCE, EVERY_AUDIENCE, (*ROLES, None), (True, False), (True, False)
    )
    asked = allowed = 0
    for policy_class, before, after, role, own, finished in combinations:
        standing = Standing(policy_class, before, "me" if own else "another", finished)
        expected = oracle_changes(standing, after, "me", role)
        assert policy.can_change(standing, after, "me", role) is expected, (standing, after, role)
        asked, allowed = asked + 1, allowed + expected
    assert (asked > 5000, allowed > 100) == (True, True)


@pytest.mark.parametrize("role", ROLES)
def test_the_hub_sends_what_the_table_allows_and_nothing_more(enrol: Enrol, amy: Any, sarah: str, role: str) -> None:
    """Every audience and author, as one worker of this role sees them over pull and history."""
    reader = enrol("reader", c1001=role)
    expected = set()
    for audience, own in itertools.product(AUDIENCES, (True, False)):
        author = reader if own else amy
        note = author.shared(sarah, {"own": own, "audience": audience}, audience=audience)
        outcome = author.push_one(note).outcome
        assert outcome == ("head" if not own or oracle_begins("shared", audience, role) else "held")
        if outcome == "head" and oracle_reads(audience, role, own):
            expected.add(note.record_id)
        elif outcome == "head":
            with pytest.raises(Refusal, match="not_found"):
                reader.history(note.record_id)
    reader.pull()
    assert {row.version.record_id for row in reader.rows} == expected
    assert all(reader.history(record_id) for record_id in expected)
