"""Who may do what, one pure table the hub asks: role by policy class by audience by verb by assignment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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


@dataclass(frozen=True)
class Shown:
    """A record as a laptop may have been shown it: its audience, and whether the law has erased it since."""

    audience: str
    is_erased: bool = False


@dataclass(frozen=True)
class Head:
    """One head a record has had: from which place in the council's line on, and for whom."""

    seq: int
    audience: str


@dataclass(frozen=True)
class Span:
    """One assignment that a worker had in a scope: in which role, and between which places in the council's line."""

    role: str
    from_seq: int
    to_seq: int


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


def can_hand_over_file(before: Standing, worker_id: str, role: str | None) -> bool:
    """Say whether a worker may hand over a file that a record speaks of: its author always, or who may change it.

    That it is finished changes nothing: its words are there, and what belongs to them follows after.
    """
    unfinished = Standing(before.policy_class, before.audience, before.author_id, is_finished=False)
    return before.author_id == worker_id or can_change(unfinished, before.audience, worker_id, role)


def may_keep(shown: Shown, role: str | None, *, is_author: bool) -> bool:
    """Say whether a record may lie on a laptop of a worker with this role: they may read it, and it is not erased."""
    return not shown.is_erased and can_read(shown.audience, role, is_author=is_author)


def must_give_up(before: Shown, role_before: str | None, after: Shown, role: str | None, *, is_author: bool) -> bool:
    """Say whether a worker's laptops must give up a record: it could be on them before, and may not be now.

    Whatever changed: who may see it, the worker's role, the assignment (None: ended), or that it was erased.
    """
    return may_keep(before, role_before, is_author=is_author) and not may_keep(after, role, is_author=is_author)


def could_have_read(heads: Sequence[Head], spans: Iterable[Span], *, is_author: bool) -> bool:
    """Say whether a worker could have been sent a record in any of their earlier assignments.

    ``heads`` are all the heads it has had, in the council's order; each stood until the next one came.
    """
    until = [head.seq for head in heads[1:]]
    return any(
        head.seq <= span.to_seq
        and (place == len(until) or until[place] > span.from_seq)
        and can_read(head.audience, span.role, is_author=is_author)
        for span in spans
        for place, head in enumerate(heads)
    )
