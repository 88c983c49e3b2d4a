"""Who may read a record and who may change it: pure functions over roles, shared by laptop and server."""

from __future__ import annotations

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

ROLES = (
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
_LEAD_WORKERS = frozenset({"social_worker", "personal_adviser", "youth_worker", "family_support"})
_WRITERS = frozenset(ROLES) - {"auditor"}


def may_read(audience: str, role: str | None, *, is_author: bool) -> bool:
    """Say whether a worker with ``role`` in the record's scope (None: not assigned) may read it.

    everyone_on_record: all assigned, their managers, the IRO. worker_and_iro: the author, the
    child's assigned worker and the IRO. only_author: the author alone. protected: the social worker
    and the team manager (domain 4.2; design 3). An unknown audience is read by nobody but its author.
    """
    if role is None:
        return False
    if audience == EVERYONE_ON_RECORD:
        return True
    if audience == WORKER_AND_IRO:
        return is_author or role in _LEAD_WORKERS or role == "iro"
    if audience == PROTECTED:
        return role in ("social_worker", "team_manager")
    return is_author


def may_write(
    policy_class: str, audience: str, role: str | None, *, is_author: bool, is_finished: bool, is_new: bool
) -> bool:
    """Say whether a worker may add a version to a record.

    ``is_finished`` and ``is_author`` describe the record as it stands before this version. Unknown policy
    classes are written by nobody, so that an old server stays safe under a newer laptop.
    """
    if role not in _WRITERS or policy_class not in POLICY_CLASSES or audience not in AUDIENCES:
        return False
    if is_new:
        return may_read(audience, role, is_author=True)
    if not may_read(audience, role, is_author=is_author):
        return False
    if is_finished:
        return False
    return is_author or policy_class == SHARED
