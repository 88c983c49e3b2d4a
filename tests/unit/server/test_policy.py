"""The policy table against an oracle written from the words of the design, over every combination there is."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from models.audience import AUDIENCES
from sync.server import policy
from sync.server.policy import Head, Shown, Span, Standing
from sync.server.refusal import Refusal

Enrol = Callable[..., Any]

# The oracle, as a table a person can read: who reads what somebody else wrote, who begins, who changes another's shared
# record. It shares nothing with the code under test, not even the names of the roles.
READS = {
    # role                everyone_on_record, worker_and_iro, protected, only_author
    "social_worker":        ("yes", "yes", "yes", "no"),
    "personal_adviser":     ("yes", "yes", "no", "no"),
    "iro":                  ("yes", "yes", "no", "no"),
    "advocate":             ("yes", "no", "no", "no"),
    "youth_worker":         ("yes", "yes", "no", "no"),
    "family_support":       ("yes", "yes", "no", "no"),
    "team_manager":         ("yes", "no", "yes", "no"),
    "participation_lead":   ("yes", "no", "no", "no"),
    "independent_visitor":  ("yes", "no", "no", "no"),
    "auditor":              ("yes", "no", "no", "no"),
    "duty_worker":          ("yes", "no", "yes", "no"),
}  # fmt: skip
COLUMNS = ("everyone_on_record", "worker_and_iro", "protected", "only_author")
MINE = ("everyone_on_record", "worker_and_iro", "only_author")
"""What a worker reads of their own, as long as they are assigned at all; where the child lives never goes by that."""
WRITES_NOTHING = ("auditor",)
CHANGES_ONLY_OWN = ("duty_worker",)

EVERY_ROLE = (*READS, "of_a_newer_server", None)
EVERY_AUDIENCE = (*COLUMNS, "judge_only", "")
EVERY_CLASS = ("authored", "shared", "sealed", "")
BOTH = (True, False)


def reads(audience: str, role: str | None, is_own: bool) -> bool:
    if role is None or audience not in COLUMNS:  # the server keeps no record whose audience it does not know
        return False
    if role == "of_a_newer_server":  # what everyone assigned reads, and their own
        return audience == "everyone_on_record" or (is_own and audience != "protected")
    return READS[role][COLUMNS.index(audience)] == "yes" or (is_own and audience in MINE)


def begins(policy_class: str, audience: str, role: str | None) -> bool:
    is_known = policy_class in ("authored", "shared") and audience in COLUMNS and role in READS
    return is_known and role not in WRITES_NOTHING and reads(audience, role, True)


def changes(before: Standing, after: str, role: str | None, is_own: bool) -> bool:
    if not begins(before.policy_class, before.audience, role) or before.is_finished:
        return False
    may_touch = is_own or (before.policy_class == "shared" and role not in CHANGES_ONLY_OWN)
    return may_touch and reads(before.audience, role, is_own) and reads(after, role, is_own)


def test_the_oracle_knows_every_role_there_is() -> None:
    from models.audience import ROLES

    assert set(ROLES) == set(READS)
    assert set(AUDIENCES) == set(COLUMNS)


def test_every_combination_of_role_class_audience_verb_and_assignment_follows_the_oracle() -> None:
    asked = allowed = 0

    def check(found: bool, expected: bool, *about: object) -> None:
        nonlocal asked, allowed
        assert found is expected, about
        asked, allowed = asked + 1, allowed + expected

    for audience, role, own in itertools.product(EVERY_AUDIENCE, EVERY_ROLE, BOTH):
        expected = reads(audience, role, own)
        check(policy.can_read(audience, role, is_author=own), expected, audience, role, own)
        for erased in BOTH:
            kept = policy.may_keep(Shown(audience, erased), role, is_author=own)
            check(kept, expected and not erased, audience, role, own, erased)
    for kind, audience, role in itertools.product(EVERY_CLASS, EVERY_AUDIENCE, EVERY_ROLE):
        check(policy.can_begin(kind, audience, role), begins(kind, audience, role), kind, audience, role)
    for kind, before, after, role, own, finished in itertools.product(
        EVERY_CLASS, EVERY_AUDIENCE, EVERY_AUDIENCE, EVERY_ROLE, BOTH, BOTH
    ):
        standing = Standing(kind, before, "me" if own else "another", finished)
        check(policy.can_change(standing, after, "me", role), changes(standing, after, role, own), standing, after)
    for before, role_before, after, role, own, erased in itertools.product(
        EVERY_AUDIENCE, EVERY_ROLE, EVERY_AUDIENCE, EVERY_ROLE, BOTH, BOTH
    ):
        found = policy.must_give_up(Shown(before), role_before, Shown(after, erased), role, is_author=own)
        lost = reads(before, role_before, own) and (erased or not reads(after, role, own))
        check(found, lost, before, role_before, after, role, own, erased)
    assert (asked > 30_000, allowed > 3_000) == (True, True), (asked, allowed)


HEADS = (Head(10, "everyone_on_record"), Head(20, "only_author"), Head(30, "protected"))


@pytest.mark.parametrize(
    ("role", "between", "expected"),
    [
        ("advocate", (0, 9), False),  # before it was written
        ("advocate", (0, 10), True),
        ("advocate", (19, 40), True),
        ("advocate", (20, 40), False),  # since it was narrowed
        ("social_worker", (20, 29), False),
        ("social_worker", (20, 30), True),
        ("social_worker", (35, 40), True),
    ],
)
def test_what_could_be_read_is_what_stood_while_the_worker_was_assigned(
    role: str, between: tuple[int, int], expected: bool
) -> None:
    assert policy.could_have_read(HEADS, [Span(role, *between)], is_author=False) is expected
    assert policy.could_have_read(HEADS, [Span(role, 0, 5), Span(role, *between)], is_author=False) is expected


def test_an_author_could_have_read_their_own_and_nobody_reads_without_an_assignment() -> None:
    assert policy.could_have_read(HEADS, [Span("advocate", 20, 40)], is_author=True)
    assert not policy.could_have_read(HEADS, [], is_author=True)
    assert not policy.could_have_read((), [Span("social_worker", 0, 40)], is_author=True)


@pytest.mark.parametrize("role", [role for role in READS if role != "duty_worker"])
def test_the_hub_sends_what_the_table_allows_and_nothing_more(enrol: Enrol, amy: Any, sarah: str, role: str) -> None:
    """Every audience and author, as one worker of this role sees them over pull and history."""
    reader = enrol("reader", c1001=role)
    expected = set()
    for audience, own in itertools.product(AUDIENCES, BOTH):
        author = reader if own else amy
        note = author.shared(sarah, {"own": own, "audience": audience}, audience=audience)
        outcome = author.push_one(note).outcome
        assert outcome == ("head" if not own or begins("shared", audience, role) else "held")
        if outcome == "head" and reads(audience, role, own):
            expected.add(note.record_id)
        elif outcome == "head":
            with pytest.raises(Refusal, match="not_found"):
                reader.history(note.record_id)
    reader.pull()
    assert {row.version.record_id for row in reader.rows} == expected
    assert all(reader.history(record_id) for record_id in expected)


def test_a_second_authors_version_of_a_note_and_any_version_after_finish_go_to_the_held_back_box(
    amy: Any, ben: Any, sarah: str, office: Any
) -> None:
    note = amy.version(sarah)
    finished = amy.version(sarah, {"a": 1}, note, is_finished=True)
    amy.push(note)
    assert ben.push_one(ben.version(sarah, {"by": "ben"}, note)).outcome == "held"
    assert amy.push_one(finished).outcome == "head"
    for author in (amy, ben):
        assert author.push_one(author.version(sarah, {"late": 1}, finished)).outcome == "held"
    assert [one["reason_code"] for one in office.held()] == ["another_author", "finished", "finished"]
