"""Saving and reading records: the working body and its columns in one transaction."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import msgspec
from sqlalchemy import Connection, Row

from models.entry import HELD, SAVED, SENT, Draft, Edit, Entry, Waiting
from models.errors import NotAllowed, Trouble
from models.fields import Kind, MergeRule, fault, is_empty, to_json
from models.held import WAITING, HeldItem
from models.merge import merge_value
from models.query import CHANGED, NEWEST, OLDEST, TITLE, Query
from models.record import declaration_of, is_sealed
from models.store.project import column_of, column_text, project
from models.store.proofs import DOUBTFUL
from models.store.versions import Pen, Standing, brought_up, decode_version, decode_working, encode, keep, standing
from models.version import Body, OpenChoice, Working

_ENTRY = """
    SELECT r.record_id, r.scope_id, r.type, r.author_id, r.tip_version_id, r.head_version_id, r.when_key, r.title,
           r.tip, r.working, r.proof,
           EXISTS (SELECT 1 FROM outbox o WHERE o.record_id = r.record_id AND o.held_reason = '')
           OR EXISTS (SELECT 1 FROM blob b WHERE b.record_id = r.record_id AND b.direction = 'up') AS waiting,
           (SELECT o.held_reason FROM outbox o WHERE o.record_id = r.record_id AND o.held_reason != '' LIMIT 1) AS held
    FROM record r """

_UNSENT = "SELECT record_id FROM outbox WHERE held_reason = '' UNION SELECT record_id FROM blob WHERE direction = 'up'"
"""Records of which a version, or the file they speak of, has not gone yet: "all sent" must be true of both."""

_ORDER = {
    NEWEST: "r.when_key DESC, r.row DESC",
    OLDEST: "r.when_key, r.row",
    TITLE: "r.title COLLATE NOCASE, r.row",
    CHANGED: "r.changed_at DESC, r.row DESC",
}


_COMPARED = {"since": ">=", "before": "<"}


def read_entry(row: Row[Any]) -> Entry:
    """Turn a row of ``_ENTRY`` into what screens hold."""
    tip = decode_version(row.tip) if row.tip is not None else None
    if row.working is not None:
        now = decode_working(row.working)
    else:
        assert tip is not None
        now = Working.of(tip)
    now = brought_up(row.type, now)
    state = SAVED if row.waiting or row.working is not None else HELD if row.held else SENT
    return Entry(
        record_id=row.record_id,
        scope_id=row.scope_id,
        type=row.type,
        body=now.body,
        author_id=row.author_id,
        changed_at=now.changed_at,
        audience=now.audience,
        keep_from=now.keep_from,
        about=now.about,
        schema=now.schema,
        version_id=row.tip_version_id,
        when=row.when_key,
        title=row.title,
        state=state,
        held_reason=row.held or "",
        is_finished=now.is_finished,
        is_deleted=now.is_deleted,
        open_choices=now.open_choices,
        is_doubtful=row.proof == DOUBTFUL,
    )


STILL_OPEN = (
    "(r.type = 'child' OR r.working IS NOT NULL OR EXISTS "
    "(SELECT 1 FROM outbox w WHERE w.record_id = r.record_id AND w.held_reason = ''))"
)
"""What can be read while old records are closed: children's names, and whatever is not sent yet."""


def entry(
    connection: Connection, record_id: str, *, may_be_hidden: bool = False, is_closed: bool = False
) -> Entry | None:
    """One record, deleted or not; None when this laptop does not hold it, or must hide it.

    ``is_closed``: the lease is over, and old records are closed.
    """
    where = "r.record_id = ?" if may_be_hidden else "r.record_id = ? AND r.is_hidden = 0"
    if is_closed:
        where += f" AND {STILL_OPEN}"
    row = connection.exec_driver_sql(f"{_ENTRY} WHERE {where}", (record_id,)).first()
    return _opened(read_entry(row), is_closed) if row else None


def _opened(found: Entry, is_closed: bool) -> Entry:
    """A record as it may be read: of a child whose records are closed the name, so that a note can be about them."""
    declaration = found.declaration
    if not is_closed or found.type != "child" or found.state == SAVED or declaration is None:
        return found
    name = declaration.title_field
    return replace(found, body={key: value for key, value in found.body.items() if key == name}, open_choices=())


def select(connection: Connection, query: Query, is_closed: bool = False) -> list[Entry]:
    """The records a query asks for; while old records are closed, those of them that still can be read."""
    where, values = _where(query, is_closed)
    # The limit is written out, not bound: SQLite prepares a statement anew for each limit bound to it.
    rows = connection.exec_driver_sql(
        f"{_ENTRY} WHERE {where} ORDER BY {_ORDER[query.order]} LIMIT {query.limit:d} OFFSET {query.offset:d}",
        tuple(values),
    )
    return [_opened(read_entry(row), is_closed) for row in rows]


def count(connection: Connection, query: Query, is_closed: bool = False) -> int:
    """How many records a query asks for, whatever its limit."""
    where, values = _where(query, is_closed)
    return int(connection.exec_driver_sql(f"SELECT count(*) FROM record r WHERE {where}", tuple(values)).scalar_one())


def titles(connection: Connection, query: Query, is_closed: bool = False) -> list[str]:
    """What the records a query asks for are called; their bodies are not read."""
    where, values = _where(query, is_closed)
    rows = connection.exec_driver_sql(
        f"SELECT r.title FROM record r WHERE {where} LIMIT {query.limit:d}", tuple(values)
    )
    return [str(row[0] or "") for row in rows]


def scopes_with(
    connection: Connection, query: Query, scope_ids: Sequence[str], is_closed: bool = False
) -> frozenset[str]:
    """Those of some children of whom there is any record a query asks for, whatever its limit; read by one question."""
    where, values = _where(query, is_closed)
    rows = connection.exec_driver_sql(
        "SELECT s.value FROM json_each(?) s WHERE EXISTS "
        f"(SELECT 1 FROM record r WHERE r.scope_id = s.value AND {where})",
        (json.dumps(list(scope_ids)), *values),
    )
    return frozenset(str(row[0]) for row in rows)


def _where(query: Query, is_closed: bool = False) -> tuple[str, list[Any]]:
    parts, values = ["r.is_hidden = 0", "r.is_deleted = ?"], [int(query.is_deleted)]
    if is_closed:
        parts.append(STILL_OPEN)
    text_values: list[Any] = list(values)
    if query.types:
        parts.append(f"r.type IN ({', '.join('?' * len(query.types))})")
        text_values += query.types
    for column, op, value in (
        ("scope_id", "=", query.scope_id),
        ("when_key", ">=", query.since),
        ("when_key", "<", query.before),
        ("author_id", "=", query.author_id),
    ):
        if value:
            parts.append(f"r.{column} {op} ?")
            text_values.append(value)
    for column, wanted in (("is_finished", query.is_finished), ("has_choices", query.has_open_choices)):
        if wanted is not None:
            # Written out, not bound: only so may SQLite use the index of just these rows.
            parts.append(f"r.{column} = {int(wanted)}")
    for condition in query.where:
        sql, more = _condition(query, condition.field, condition.op, condition.value)
        parts.append(sql)
        text_values += more
    return " AND ".join(parts), text_values


def _condition(query: Query, field: str, op: str, value: Any) -> tuple[str, list[Any]]:
    declaration = declaration_of(query.types[0]) if len(query.types) == 1 else None
    if declaration is None:
        raise ValueError("a condition on a field needs one known type")
    column = f"r.{column_of(declaration, field)}"
    if declaration.fields[field].kind is Kind.NUMBER and op in ("since", "before"):
        # Columns hold text, in which 10 comes before 9.
        return f"CAST({column} AS REAL) {_COMPARED[op]} ?", [value]
    if op == "in":
        return f"{column} IN ({', '.join('?' * len(value))})", [column_text(item) for item in value]
    if op == "is":
        return (f"{column} IS NULL", []) if is_empty(value) else (f"{column} = ?", [column_text(value)])
    return f"{column} {_COMPARED[op]} ?", [column_text(value)]


def save(connection: Connection, pen: Pen, draft: Draft, edits: Mapping[str, Edit]) -> dict[str, Any]:
    """Write a form's edits into the working body, making the record with the first one.

    Returns the fields whose stored value differs from what was handed over, because a merge kept more.
    Raises NotAllowed where this worker may not edit it, Trouble for text that is too long.
    """
    known = standing(connection, draft.record_id)
    record = known or _begin(connection, pen, draft)
    check_editable(pen, record)
    now = record.now() if record.tip or record.working else _empty(pen, draft)
    body, choices, merged = dict(now.body), now.open_choices, {}
    for name, edit in edits.items():
        # In a record that begins now, or was purged under an open form, there is nothing to merge with.
        seen = _as_stored(record.type, name, edit.seen) if known else None
        tidy = Edit(seen, checked_value(record.type, name, edit.value))
        check_sealed(record.type, now.body, {name: tidy.value})
        choices = _apply(pen, record, body, choices, name, tidy)
        if body.get(name) != tidy.value and not (is_empty(body.get(name)) and is_empty(tidy.value)):
            merged[name] = body.get(name)
    # Whoever still writes has not seen the delete come in: the edit wins, or the words would go where nobody looks.
    is_deleted = now.is_deleted and not edits
    state = msgspec.structs.replace(
        now, body=body, open_choices=choices, changed_at=pen.clock.stamp(), is_deleted=is_deleted
    )
    write_working(connection, record, state)
    return merged


def check_sealed(type_name: str, before: Body, after: Body) -> None:
    """Raise NotAllowed where a value would change that stands sealed; ``after`` may hold some fields only."""
    declaration = declaration_of(type_name)
    fields = declaration.fields if declaration else {}
    for name, value in after.items():
        if name in fields and is_sealed(fields[name], before) and value != before.get(name):
            raise NotAllowed(
                "These words were checked back", "They stay as they were said.", "Write beside them what has changed."
            )


def checked_value(type_name: str, name: str, value: Any) -> Any:
    """A field's value as it is stored. Raises Trouble for text that is too long or not of the field's kind."""
    declaration = declaration_of(type_name)
    field = declaration.fields.get(name) if declaration else None
    if field is None:
        raise ValueError(f"{type_name} has no field {name}")
    wrong = fault(field, value)
    if wrong:
        raise Trouble(wrong, "What was saved before is safe.", "Shorten it, or put part of it in another record.")
    return to_json(field, value)


def _as_stored(type_name: str, name: str, seen: Any) -> Any:
    """What a form saw, in the form it is stored in; left as it is where this Heard cannot read it."""
    try:
        return checked_value(type_name, name, seen)
    except Trouble:
        return seen


def _apply(
    pen: Pen, record: Standing, body: Body, choices: tuple[OpenChoice, ...], name: str, edit: Edit
) -> tuple[OpenChoice, ...]:
    growing = next((c for c in choices if c.field == name and c.value == edit.seen), None)
    if growing is not None and body.get(name) != edit.seen:
        # The worker is still typing the text that lost a merge: it grows where it is kept, beside the other.
        grown = msgspec.structs.replace(growing, value=edit.value, written_at=pen.clock.stamp())
        return tuple(grown if c is growing else c for c in choices)
    value, is_clean = merge_value(rules_of(record.type)[name], edit.seen, edit.value, body.get(name))
    if not is_clean:
        identity = pen.identity
        return (*choices, OpenChoice(name, pen.ids.new(), edit.value, identity.worker.worker_id, pen.clock.stamp()))
    if is_empty(value):
        body.pop(name, None)
    else:
        body[name] = value
    return choices


def _begin(connection: Connection, pen: Pen, draft: Draft) -> Standing:
    if declaration_of(draft.type) is None:
        raise ValueError(f"no record type {draft.type}")
    stamp = pen.clock.stamp()
    author = pen.identity.worker.worker_id
    row = connection.exec_driver_sql(
        "INSERT INTO record (record_id, scope_id, type, author_id, changed_at, is_finished, is_deleted, has_choices, "
        "title, when_key, tip_version_id, head_version_id, head_seq, needs_index, is_hidden) "
        "VALUES (?, ?, ?, ?, ?, 0, 0, 0, '', '', '', '', 0, 0, ?) RETURNING row",
        (draft.record_id, draft.scope_id, draft.type, author, stamp, int(_is_leaving(connection, draft))),
    ).scalar_one()
    return Standing(int(row), draft.record_id, draft.scope_id, draft.type, author, "", "", 0, None, None)


def _is_leaving(connection: Connection, draft: Draft) -> bool:
    """Whether what this record belongs to is given up: a form that stayed open writes on, and it is handed over."""
    found = connection.exec_driver_sql(
        "SELECT 1 FROM withdrawal WHERE scope_id = ? AND record_id IN ('', ?)", (draft.scope_id, draft.record_id)
    ).first()
    return found is not None


def _empty(pen: Pen, draft: Draft) -> Working:
    declaration = declaration_of(draft.type)
    assert declaration is not None
    audience = draft.audience or declaration.audience
    return Working(
        body={},
        changed_at=pen.clock.stamp(),
        audience=audience,
        schema=declaration.schema,
        keep_from=draft.keep_from,
        about=draft.about,
    )


def check_editable(pen: Pen, record: Standing) -> None:
    """Raise NotAllowed unless this worker may change the record as it stands."""
    declaration = declaration_of(record.type)
    title = declaration.title.lower() if declaration and "{" not in declaration.title else "record"
    if declaration is None or (record.tip is not None and record.tip.schema > declaration.schema):
        raise NotAllowed(
            f"A newer Heard wrote this {title}", "You can read it. Nothing is lost.", "Update Heard to change it."
        )
    if record.tip is not None and record.tip.is_erased:
        raise NotAllowed(f"This {title} was erased", "The law asked for it. It cannot be written again.")
    if record.tip is not None and record.tip.is_finished:
        raise NotAllowed(f"This {title} is finished", "A finished record never changes.", "Add an addendum instead.")
    if declaration.edited_by == "author" and record.author_id != pen.identity.worker.worker_id:
        raise NotAllowed(
            f"This {title} is another worker’s", "Only its author can change it.", "Add an addendum instead."
        )


def write_working(connection: Connection, record: Standing, state: Working) -> None:
    """Store a working state with its columns. Keeps the version it grew from, as base for a merge.

    Its search words wait until it is cut: until then Find looks at the working state itself.
    """
    if record.tip is not None and record.working is None:
        keep(connection, [record.tip], seqs={record.tip.version_id: record.head_seq})
    write_columns(connection, record, state, working=encode(state))


def write_columns(connection: Connection, record: Standing, state: Working, working: bytes | None = None) -> None:
    """Fill the plain columns of one record from its state, and its working body in the same statement."""
    connection.exec_driver_sql(
        "UPDATE record SET working = coalesce(?, working), changed_at = ?, is_finished = ?, is_deleted = ?, "
        "has_choices = ?, title = ?, when_key = ?, k1 = ?, k2 = ?, k3 = ? WHERE row = ?",
        (
            working,
            state.changed_at,
            int(state.is_finished),
            int(state.is_deleted),
            int(bool(state.open_choices)),
            *project(record.type, state.body),
            record.row,
        ),
    )


def change_state(connection: Connection, pen: Pen, record_id: str, **changes: Any) -> Standing:
    """Change what stands beside the body: finished, deleted, audience, keep_from, open choices. Raises NotAllowed."""
    record = standing(connection, record_id)
    if record is None:
        raise Trouble("This record is no longer on this laptop", "Nothing has been changed.")
    check_editable(pen, record)
    state = msgspec.structs.replace(record.now(), changed_at=pen.clock.stamp(), **changes)
    write_working(connection, record, state)
    return record


def put_choices_away(connection: Connection, pen: Pen, record_id: str) -> None:
    """Put away the notices of two texts in a record that has none any more, whoever chose and on whichever laptop."""
    connection.exec_driver_sql(
        "UPDATE issue SET settled_at = ? WHERE kind = 'two_versions' AND record_id = ? AND settled_at IS NULL",
        (pen.clock.stamp(), record_id),
    )


def waiting(connection: Connection) -> list[Waiting]:
    """What is saved here and not acknowledged, newest first. What must be hidden is sent and counted, never named."""
    rows = connection.exec_driver_sql(
        f"{_ENTRY} WHERE r.is_hidden = 0 AND (r.working IS NOT NULL "
        f"OR r.record_id IN ({_UNSENT})) ORDER BY r.changed_at DESC LIMIT 500"
    )
    entries: Sequence[Entry] = [read_entry(row) for row in rows]
    return [Waiting(one, one.changed_at) for one in entries]


def waiting_count(connection: Connection) -> int:
    """How many records wait to be sent."""
    return int(
        connection.exec_driver_sql(
            f"SELECT count(*) FROM (SELECT record_id FROM record WHERE working IS NOT NULL UNION {_UNSENT})"
        ).scalar_one()
    )


def held(connection: Connection) -> list[HeldItem]:
    """What the server keeps apart, newest first, each record once; also where its scope is hidden: it is one's own."""
    rows = connection.exec_driver_sql(
        "SELECT o.record_id, o.held_reason, o.held_state, o.since, v.envelope, "
        "(SELECT i.words FROM issue i WHERE i.record_id = o.record_id AND i.kind = o.held_state "
        "ORDER BY i.issue_id DESC LIMIT 1) AS words "
        "FROM outbox o JOIN version v ON v.version_id = o.version_id WHERE o.held_reason != '' ORDER BY o.op_no DESC"
    )
    found: dict[str, HeldItem] = {}
    for row in rows:
        newest = found.get(row.record_id)
        if newest is not None:
            found[row.record_id] = replace(newest, count=newest.count + 1)
            continue
        state, version = row.held_state or WAITING, decode_version(row.envelope)
        found[row.record_id] = HeldItem(
            row.record_id, row.held_reason, state, row.words or "", version, since=row.since
        )
    return list(found.values())


def held_count(connection: Connection) -> int:
    """How many records the server keeps something of apart.

    What this laptop had to give up is among them, by the notice that stays of it until the worker puts it away.
    """
    return int(
        connection.exec_driver_sql(
            "SELECT count(*) FROM (SELECT record_id FROM outbox WHERE held_reason != '' UNION "
            "SELECT record_id FROM issue WHERE kind = 'held' AND settled_at IS NULL "
            "AND record_id NOT IN (SELECT record_id FROM record))"
        ).scalar_one()
    )


def rules_of(type_name: str) -> dict[str, MergeRule]:
    """The merge rule of each field of a type; none for a type only a newer Heard knows."""
    declaration = declaration_of(type_name)
    return {name: field.merge for name, field in declaration.fields.items()} if declaration else {}
