"""Who may do what, one pure table the hub asks: role by policy class by audience by verb by assignment."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from models.audience import AUDIENCES, may_read, may_write


@dataclass(frozen=True)
class Standing:
    """A record as it stands before something is done to it."""

    policy_class: str
    audience: str
    author_id: str
    is_finished: bool


@dataclass(frozen=True)
class Readable:
    """The audiences a role may read: of anyone's records, and of the worker's own."""

    of_anyone: frozenset[str]
    of_own: frozenset[str]


@cache
def readable(role: str | None) -> Readable:
    """Return what ``role`` (None: not assigned) may read in a scope."""
    return Readable(
        frozenset(audience for audience in AUDIENCES if may_read(audience, role, is_author=False)),
        frozenset(audience for audience in AUDIENCES if may_read(audience, role, is_author=True)),
    )


def can_read(audience: str, role: str | None, *, is_author: bool) -> bool:
    """Say whether a worker with ``role`` in the scope may read a record with this audience."""
    found = readable(role)
    return audience in (found.of_own if is_author else found.of_anyone)


def can_begin(policy_class: str, audience: str, role: str | None) -> bool:
    """Say whether a worker may begin a record of this policy class, for this audience."""
    return may_write(policy_class, audience, role, is_author=True, is_finished=False, is_new=True)


def can_change(before: Standing, audience: str, worker_id: str, role: str | None) -> bool:
    """Say whether a worker may add a version whose audience is ``audience``.

    Both must hold: they may change the record as it stands, and may still read what they make of it.
    """
    is_author = before.author_id == worker_id
    return may_write(
        before.policy_class,
        before.audience,
        role,
        is_author=is_author,
        is_finished=before.is_finished,
        is_new=False,
    ) and can_read(audience, role, is_author=is_author)
