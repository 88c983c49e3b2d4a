"""The held-back box: what is in it, and what a manager decides about each: admit it, or give it back with words."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, or_, select, update

from models.errors import Trouble
from models.version import Version
from sync.server import policy
from sync.server.audit import Entry
from sync.server.books import Books
from sync.server.callers import granted_scopes, standing
from sync.server.centre import Centre
from sync.server.database import tried_again
from sync.server.incoming import Sent, prepare
from sync.server.judging import RecordState, Sender, moves_head, state_after
from sync.server.origins import GIVEN_BACK, Origin, find_origin, went_back_before
from sync.server.outgoing import split_version
from sync.server.tables import assignment, held_back, scope, worker
from sync.server.turns import lock_scopes
from sync.server.withdrawing import follow_heads, tell_of_decision

LONGEST_WORDS = 1000
MANAGER = "team_manager"
_NEVER = ("version_reused", "moved", "erased", "erasing")
"""Reasons that no manager can set aside: the version says of itself what is not so, or the law has spoken."""


@dataclass(frozen=True)
class _Case:
    """One held-back version with what deciding about it needs."""

    row: Row[*tuple[Any, ...]]
    sent: Sent
    sender: Sender
    origin: Origin | None = None
    """Who wrote it and on which laptop, where another one gave it back."""


def list_held(centre: Centre, *, state: str = "") -> list[dict[str, Any]]:
    """List the box, oldest first: who sent what, where it belongs and why it is held, never the words inside."""
    names = ("held_id", "worker_id", "device_id", "record_id", "scope_id", "reason_code", "state", "received_at")
    shown = (*names, "decided_at", "decided_by")
    query = select(*(held_back.c[name] for name in (*shown, "content", "content_hash"))).where(
        held_back.c.council_id == centre.council_id
    )
    query = query.where(held_back.c.state == state) if state else query
    with centre.database.read() as connection:
        rows = connection.execute(query.order_by(held_back.c.received_at, held_back.c.held_id)).all()
        return [{**{name: getattr(row, name) for name in shown}, **_told(centre, connection, row)} for row in rows]


def _told(centre: Centre, connection: Connection, row: Row[*tuple[Any, ...]]) -> dict[str, Any]:
    """What a held-back version is, in a few words; of one given back, who wrote it and what proves it."""
    if row.reason_code != GIVEN_BACK:
        return {"what": "sent by whoever wrote it"}
    origin = find_origin(centre, connection, msgspec.json.decode(row.content, type=Version))
    if origin is None:
        return {"what": "another laptop says that it was written by somebody else; nothing here knows of that"}
    if not went_back_before(centre, connection, row.content_hash):
        return {"what": "another laptop says that it was written by somebody else; this server never went back"}
    return {
        "what": "written by a colleague, lost by this server when it went back, given back by another laptop",
        "written_by": origin.name,
        "written_on": origin.device_id,
        "proved": "by the signature of the laptop that wrote it" if origin.batch_id else "by nobody: ask who wrote it",
    }


def show_envelope(centre: Centre, held_id: str) -> dict[str, Any]:
    """Return a held-back version without anything that was written in it: what any manager may see."""
    with centre.database.read() as connection:
        row = _find(centre, connection, held_id)
        told = _told(centre, connection, row)
    envelope, _body = split_version(msgspec.json.decode(row.content, type=Version).without_text())
    shown = json.loads(envelope)
    return {
        **{name: shown[name] for name in shown if name not in ("body", "salt", "open_choices", "is_erased")},
        "bytes": len(row.content),
        **{name: getattr(row, name) for name in ("held_id", "reason_code", "reason", "state", "received_at")},
        **told,
    }


@tried_again
def read_held(centre: Centre, held_id: str, manager: str) -> dict[str, Any]:
    """Return what was written in a held-back version, to a manager among those who may read it. It is audited.

    Raises Trouble for anybody else.
    """
    with centre.database.write() as connection:
        case = _case(centre, connection, held_id)
        version = case.sent.version
        manager_id = _find_manager(centre, connection, manager, version)
        role = granted_scopes(centre, connection, manager_id).get(version.scope_id)
        if not policy.can_read(version.audience, role, is_author=version.author_id == manager_id):
            raise Trouble(
                "This manager is not among those who may read it.",
                "Who it is from and why it is held can be seen without reading it.",
                "See: held show-envelope.",
            )
        entry = Entry("held_read", manager_id, detail={"held": held_id, "record": version.record_id})
        centre.ledger.close(connection, centre.clock.stamp(), [entry])
    return {"body": version.read_body(), "open_choices": msgspec.to_builtins(version.open_choices)}


@tried_again
def admit(centre: Centre, held_id: str, manager: str, words: str = "") -> str:
    """Append a held-back version by a manager's decision; return ``head`` or ``branch``.

    The sender's permission is set aside and nothing else: it goes through the same books, under the signature it came
    with. A finished record stays as it is, with this as a branch beside it. What a colleague's laptop gave back after
    this server went back keeps its author and counts in their laptop's own numbers, under the signature of that laptop
    where it is here; else laptops say that it is not proved. Raises Trouble, and changes nothing, for what cannot be a
    version of its record at all.
    """
    words = _checked(words)
    with centre.database.write() as connection:
        row = _find(centre, connection, held_id)
        lock_scopes(connection, centre.council_id, [row.scope_id])
        case = _case(centre, connection, held_id)
        manager_id = _decider(centre, connection, manager, case)
        books = Books.load(centre, connection, case.sender, [case.sent])
        _check_admissible(centre, connection, case, books)
        version = case.sent.version
        before = books.records.get(version.record_id)
        outcome = "head" if moves_head(version, before) and not (before and before.is_finished) else "branch"
        books.append(case.sent, outcome, state_after(version, before) if outcome == "head" else None)
        is_signed_by_writer = case.origin is not None and case.origin.batch_id
        batch_id = str(is_signed_by_writer or case.row.batch_id)
        books.write_admitted(batch_id, case.row.content_hash, manager_id, words, **_given_by(case))
        if case.origin is None:
            tell_of_decision(centre, connection, case.row.content_hash, case.row.worker_id)
        follow_heads(centre, connection, books.changes())
    return outcome


@tried_again
def give_back(centre: Centre, held_id: str, manager: str, words: str) -> None:
    """Give a held-back version back to its worker, with the manager's words. It stays in the box, as returned."""
    words = _checked(words)
    if not words:
        raise Trouble("The worker must be told why.", "Nothing was changed.", "Say it with --words.")
    with centre.database.write() as connection:
        case = _case(centre, connection, held_id)
        manager_id = _decider(centre, connection, manager, case)
        now = centre.clock.stamp()
        mine = (held_back.c.council_id == centre.council_id, held_back.c.held_id == held_id)
        decided = {"state": "returned", "decided_at": now, "decided_by": manager_id, "words": words}
        connection.execute(update(held_back).where(*mine).values(decided))
        entry = Entry("held_return", manager_id, detail={"content": case.row.content_hash})
        centre.ledger.close(connection, now, [entry])
        if case.row.reason_code != GIVEN_BACK:
            # Whoever gave back what a colleague wrote never heard that it is held: there is nothing to tell them.
            tell_of_decision(centre, connection, case.row.content_hash, case.row.worker_id)


def _given_by(case: _Case) -> dict[str, str]:
    """What the audit says of a version that another laptop gave back: who wrote it, and whose laptop brought it."""
    if case.origin is None:
        return {}
    written = {"author": case.sent.version.author_id, "device": case.sent.version.device_id}
    return {**written, "given_by": case.row.worker_id, "given_from": case.row.device_id}


def _find(centre: Centre, connection: Connection, held_id: str) -> Row[*tuple[Any, ...]]:
    mine = (held_back.c.council_id == centre.council_id, held_back.c.held_id == held_id)
    row = connection.execute(select(held_back).where(*mine)).one_or_none()
    if row is None:
        raise Trouble("There is nothing held back under that id.", "Nothing was changed.", "See: held list.")
    return row


def _case(centre: Centre, connection: Connection, held_id: str) -> _Case:
    row = _find(centre, connection, held_id)
    sent = prepare(msgspec.json.decode(row.content, type=Version))
    origin = None
    if row.reason_code == GIVEN_BACK and went_back_before(centre, connection, row.content_hash):
        origin = find_origin(centre, connection, sent.version)
    if origin is None:
        return _Case(row, sent, Sender(row.worker_id, row.device_id))
    return _Case(row, sent, Sender(sent.version.author_id, sent.version.device_id), origin)


def _decider(centre: Centre, connection: Connection, manager: str, case: _Case) -> str:
    """Return the id of the manager who decides. Nobody decides twice, or about what they wrote themselves."""
    if case.row.state != "waiting":
        raise Trouble(f"This was decided before: {case.row.state}.", "Nothing was changed.")
    manager_id = _find_manager(centre, connection, manager, case.sent.version)
    if manager_id in (case.row.worker_id, case.sent.version.author_id):
        raise Trouble("Somebody else must decide about what you wrote or sent yourself.", "Nothing was changed.")
    return manager_id


def _find_manager(centre: Centre, connection: Connection, manager: str, version: Version) -> str:
    """Return the worker's id if they manage the child's team; for what belongs to no child here, any team."""
    known = select(scope.c.scope_id).where(
        scope.c.council_id == centre.council_id, scope.c.scope_id == version.scope_id
    )
    is_known = connection.execute(known).one_or_none() is not None
    managed = select(worker.c.worker_id).join(
        assignment,
        (assignment.c.council_id == worker.c.council_id) & (assignment.c.worker_id == worker.c.worker_id),
    )
    query = managed.where(
        standing(centre),
        assignment.c.role == MANAGER,
        worker.c.left_at.is_(None),
        or_(worker.c.sign_in_name == " ".join(manager.split()).casefold(), worker.c.worker_id == manager),
    )
    query = query.where(assignment.c.scope_id == version.scope_id) if is_known else query
    found = connection.execute(query.limit(1)).scalar_one_or_none()
    if found is None:
        raise Trouble(
            "That is not a team manager of this child.",
            "Nothing was changed.",
            "Assign one: assign SIGN_IN_NAME CHILD_CODE --role team_manager.",
        )
    return str(found)


def _check_admissible(centre: Centre, connection: Connection, case: _Case, books: Books) -> None:
    version, before = case.sent.version, books.records.get(case.sent.version.record_id)
    known = select(scope.c.scope_id).where(
        scope.c.council_id == centre.council_id, scope.c.scope_id == version.scope_id
    )
    parents = [books.stored.get(parent) for parent in version.parents]
    cannot = (
        case.sent.fault is not None
        or case.row.reason_code in _NEVER
        or (case.row.reason_code == GIVEN_BACK and case.origin is None)
        or version.record_id in books.erased
        or version.version_id in books.stored
        or (before is not None and _place(before) != _place(version))
        or any(parent is None or parent.record_id != version.record_id for parent in parents)
        or connection.execute(known).one_or_none() is None
    )
    if cannot:
        raise Trouble(
            "This cannot be admitted: it cannot be a version of a record here, whoever sent it.",
            f"It is kept as it is. {case.row.reason}",
            "Give it back to its worker with your words: held return.",
        )


def _place(thing: RecordState | Version) -> tuple[str, str, str]:
    return thing.scope_id, thing.type, thing.policy_class


def _checked(words: str) -> str:
    tidy = " ".join(words.split())
    if len(tidy) > LONGEST_WORDS or not (tidy.isprintable() or not tidy):
        raise Trouble(f"The words can be up to {LONGEST_WORDS} letters.", "Nothing was changed.")
    return tidy
