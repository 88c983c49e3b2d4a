"""Who may read a record and who may change it: pure functions over roles, shared by laptop and server."""

from __future__ import annotations

from collections.abc import Iterable

EVERYONE_ON_RECORD = "everyone_on_record"
WORKER_AND_IRO = "worker_and_iro"
ONLY_AUTHOR = "only_author"
PROTECTED = "protected"
AUDIENCES = (EVERYONE_ON_RECORD, WORKER_AND_IRO, ONLY_AUTHOR, PROTECTED)

KEEP_FROM = ("parents", "carers", "school", "board")

AUTHORED = "authored"
"""Policy class of notes and views: until Finish only the author, afterwards nobody."""
SHARED = "shared"
"""Policy class of This is Me, preferences and the like: anyone assigned."""
POLICY_CLASSES = (AUTHORED, SHARED)

DUTY_WORKER = "duty_worker"
"""Whoever covers for a child not assigned to them, for a day and with a reason."""

GIVEN_ROLES = (
    "social_worker",
    "personal_adviser",
    "iro",
    "advocate",
    "youth_worker",
    "family_support",
    "team_manager",
    "participation_lead",
    "independent_visitor",
    "auditor",
)
"""What a worker can be assigned as. Cover is asked for, never assigned."""
ROLES = (*GIVEN_ROLES, DUTY_WORKER)
_OUTSIDE = frozenset({"advocate", "independent_visitor", "auditor"})
"""Who is independent of the council's care of the child (Children Act 1989 ss 23ZB, 26A), or only looks on."""
_LEAD_WORKERS = frozenset({"social_worker", "personal_adviser", "youth_worker", "family_support"})
_WRITERS = frozenset(ROLES) - {"auditor"}


def may_read(audience: str, role: str | None, *, is_author: bool) -> bool:
    """Say whether a worker with ``role`` in the record's scope (None: not assigned) may read it.

    everyone_on_record: all assigned, their managers, the IRO. worker_and_iro: the author, the
    child's assigned worker and the IRO. only_author: the author alone. protected: the social worker,
    the team manager, and whoever covers: in an emergency they must know where the child lives
    (domain 4.2; design 3). An unknown audience is read by nobody but its author.
    """
    if role is None:
        return False
    if audience == EVERYONE_ON_RECORD:
        return True
    if audience == WORKER_AND_IRO:
        return is_author or role in _LEAD_WORKERS or role == "iro"
    if audience == PROTECTED:
        return role in ("social_worker", "team_manager", DUTY_WORKER)
    return is_author


def may_write(
    policy_class: str, audience: str, role: str | None, *, is_author: bool, is_finished: bool, is_new: bool
) -> bool:
    """Say whether a worker may add a version to a record.

    ``is_finished`` and ``is_author`` describe the record as it stands before this version. Unknown policy
    classes are written by nobody, so that an old server stays safe under a newer laptop. Who covers for a day
    writes what they did and were told, and leaves alone what others keep of the child.
    """
    if role not in _WRITERS or policy_class not in POLICY_CLASSES or audience not in AUDIENCES:
        return False
    if is_new:
        return may_read(audience, role, is_author=True)
    if not may_read(audience, role, is_author=is_author):
        return False
    if is_finished:
        return False
    return is_author or (policy_class == SHARED and role != DUTY_WORKER)


def may_ask_for_cover(roles: Iterable[str]) -> bool:
    """Say whether a worker with these roles elsewhere may ask to cover for a child not assigned to them.

    Someone with no child at all may: a duty team has none. Who is independent of the council may not.
    """
    held = frozenset(roles)
    return not held or not held <= _OUTSIDE
