"""What a worker may do to a record, each act inside one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from models.entry import Draft, Edit, Entry, Notice, Saved
from models.errors import NotAllowed, Trouble
from models.fields import is_empty
from models.record import declaration_of, problems
from models.store import records, search, versions
from models.store.desk import Act
from models.version import Body, OpenChoice, Version


def save(act: Act, draft: Draft, edits: Mapping[str, Edit]) -> Saved:
    """Save what a form changed: working body and columns together."""
    merged = records.save(act.connection, act.pen, draft, edits)
    return Saved(_touch(act, draft.record_id), act.pen.clock.now(), merged)


def cut(act: Act, record_id: str, what: str = "cut") -> Version | None:
    """Cut a record's version, where it has something new to say."""
    return search.cut(act.connection, act.pen, record_id, act.touched, what)


def cut_rested(act: Act, rested_before: str = "") -> list[Version]:
    """Cut everything being written, or with ``rested_before`` (a stamp) only what has rested since then."""
    rows = act.connection.exec_driver_sql(
        "SELECT record_id FROM record WHERE working IS NOT NULL AND (? = '' OR changed_at < ?) ORDER BY row",
        (rested_before, rested_before),
    ).all()
    cuts = [cut(act, row.record_id) for row in rows]
    return [version for version in cuts if version is not None]


def finish(act: Act, record_id: str) -> Entry:
    """Finish a record. Raises Trouble when something is missing or two texts stand side by side."""
    standing = versions.standing(act.connection, record_id)
    declaration = declaration_of(standing.type) if standing else None
    if standing is None or declaration is None:
        raise Trouble("There is nothing to finish yet", "Write something first.")
    now = standing.now()
    missing = problems(declaration, now.body)
    if missing:
        raise Trouble("There is a problem", missing[0].words, "Your record is saved. You can finish it later.")
    if now.open_choices:
        raise Trouble("Two texts stand side by side", "Both are safe.", "Choose between them, then finish.")
    return change(act, record_id, "finish", is_finished=True)


def change(act: Act, record_id: str, what: str, **changes: Any) -> Entry:
    """Change what stands beside a record's body, as a version of its own."""
    records.change_state(act.connection, act.pen, record_id, **changes)
    cut(act, record_id, what)
    return _touch(act, record_id)


def restore(act: Act, record_id: str, version_id: str, over: str = "") -> Entry:
    """Let a record say again what a version of it said, as a new version that follows the one that stands.

    The text alone comes back: who may read it, and which texts stand side by side, stays as it is now. A deleted
    record comes back with it. ``over`` is the version it must stand on. Raises NotAllowed, or Trouble.
    """
    cut(act, record_id)
    standing = versions.standing(act.connection, record_id)
    if standing is None or (over and standing.tip_version_id != over):
        raise Trouble("This has just changed", "Nothing is lost.", "Look at its history again.")
    records.check_editable(act.pen, standing)
    kept = {one.version.version_id: one.version for one in versions.kept(act.connection, record_id)}
    version = kept.get(version_id)
    if version is None or version.is_erased:
        raise Trouble("That version is not on this laptop", "What stands now stays as it is.")
    if version.schema > standing.now().schema:
        raise NotAllowed("A newer Heard wrote that version", "You can read it.", "Update Heard to use it again.")
    body = versions.body_now(version)
    now = standing.now().body
    records.check_sealed(standing.type, now, {name: body.get(name) for name in now})
    return change(act, record_id, "restore", body=body, is_deleted=False)


def choose(act: Act, record_id: str, choice: OpenChoice, text: Any) -> Entry:
    """Settle an open choice: ``text`` becomes the field's value. The text not chosen stays in the history."""
    cut(act, record_id)
    standing = versions.standing(act.connection, record_id)
    if standing is None or choice not in standing.now().open_choices:
        raise Trouble("This has already been settled", "Both texts are in the history.")
    now = standing.now()
    rest = tuple(one for one in now.open_choices if one != choice)
    declaration = declaration_of(standing.type)
    if declaration is not None and choice.field in declaration.fields:
        text = records.checked_value(standing.type, choice.field, text)
    entry = change(act, record_id, "choose", body=_holding(now.body, choice.field, text), open_choices=rest)
    if not rest:
        records.put_choices_away(act.connection, act.pen, record_id)
    return entry


def choose_back(act: Act, record_id: str, choice: OpenChoice, stood: Any, chosen: Any) -> Entry:
    """Undo a choosing: ``stood`` stands again, and the choice beside it is open again, its author still its author.

    Raises Trouble where the field no longer holds what was ``chosen``: somebody has written in it since.
    """
    cut(act, record_id)
    standing = versions.standing(act.connection, record_id)
    now = standing.now() if standing else None
    held = now.body.get(choice.field) if now else None
    if now is None or (held != chosen and not (is_empty(held) and is_empty(chosen))):
        raise Trouble("This has been changed since", "What stands now is kept. Both texts are in the history.")
    others = (one for one in now.open_choices if one != choice)
    choices = tuple(sorted((*others, choice), key=lambda one: (one.field, one.losing_version_id)))
    return change(act, record_id, "choose", body=_holding(now.body, choice.field, stood), open_choices=choices)


def _holding(body: Body, name: str, value: Any) -> Body:
    held = {**body, name: value}
    if is_empty(value):
        del held[name]
    return held


def put_away(act: Act, notice_id: int) -> None:
    """Put a notice away. What it spoke of stays as it is."""
    row = act.connection.exec_driver_sql(
        "UPDATE issue SET settled_at = ? WHERE issue_id = ? RETURNING record_id", (act.pen.clock.stamp(), notice_id)
    ).first()
    if row:
        act.touched.records.add(row.record_id)


def notices(connection: Any) -> list[Notice]:
    """What a person should look at, newest first."""
    rows = connection.exec_driver_sql(
        "SELECT issue_id, kind, record_id, words, at FROM issue WHERE settled_at IS NULL ORDER BY issue_id DESC"
    )
    return [Notice(*row) for row in rows]


def _touch(act: Act, record_id: str) -> Entry:
    # What is being written is told also when its scope was taken away meanwhile: writing is never turned down for it.
    entry = records.entry(act.connection, record_id, may_be_hidden=True)
    assert entry is not None
    act.touched.add(record_id, entry.type, entry.scope_id)
    return entry
