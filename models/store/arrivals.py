"""What comes from the server: taking versions in, settling what was sent, and merging what clashes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection

from models.changes import Touched
from models.errors import NotAllowed
from models.fields import MergeRule
from models.merge import NOTHING, Merged, Side, merge
from models.store.filling import forget
from models.store.issues import raise_issue
from models.store.project import project
from models.store.records import check_editable, put_choices_away, rules_of, write_columns
from models.store.search import cut, index_now
from models.store.versions import (
    Pen,
    Standing,
    UnknownAncestry,
    append_own,
    body_now,
    brought_up,
    common_parent,
    decode_version,
    encode,
    is_held,
    keep,
    make_version,
    row_values,
    standing,
)
from models.version import Version, Working

_INSERT = (
    "INSERT INTO record (record_id, scope_id, type, author_id, changed_at, is_finished, is_deleted, has_choices, "
    "title, when_key, k1, k2, k3, tip_version_id, head_version_id, head_seq, tip, needs_index, proof) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, 1) ON CONFLICT (record_id) DO NOTHING"
)


@dataclass(frozen=True, slots=True)
class Arrival:
    """One version from the server with its place in the council's line."""

    seq: int
    version: Version
    is_head: bool = True


@dataclass(frozen=True, slots=True)
class Laid:
    """Rows laid out for the table: the newest head of each record, its columns, and what is no head."""

    heads: Mapping[str, Arrival]
    values: Sequence[tuple[Any, ...]]
    others: Sequence[Arrival]


def lay_out(arrivals: Sequence[Arrival]) -> Laid:
    """Lay rows out for the table, through the same projection as a save: no work for the writing thread."""
    heads = {a.version.record_id: a for a in sorted(arrivals, key=lambda a: a.seq) if a.is_head}
    # In the order of ids the index on them grows at its end, and is not torn apart.
    values = [
        (*row_values(a.version, project(a.version.type, body_now(a.version))), a.seq, encode(a.version))
        for _, a in sorted(heads.items())
    ]
    return Laid(heads, values, [a for a in arrivals if not a.is_head])


def insert_new(connection: Connection, laid: Laid, touched: Touched) -> set[str]:
    """Insert the records that are not here. Returns those that are: :func:`take` sees to them."""
    if not laid.heads:
        return set()
    top = connection.exec_driver_sql("SELECT coalesce(max(row), 0) FROM record").scalar_one()
    inserted = connection.exec_driver_sql(_INSERT, list(laid.values)).rowcount
    known = _known(connection, list(laid.heads), top) if inserted != len(laid.heads) else set()
    for record_id, arrival in laid.heads.items():
        if record_id not in known:
            touched.add(record_id, arrival.version.type, arrival.version.scope_id)
    return known


def _known(connection: Connection, record_ids: list[str], top: int) -> set[str]:
    # As one value: a statement with hundreds of marks made taking a page half as slow again.
    rows = connection.exec_driver_sql(
        "SELECT record_id FROM record WHERE record_id IN (SELECT value FROM json_each(?)) AND row <= ?",
        (encode(record_ids).decode(), top),
    )
    return {row.record_id for row in rows}


def take(connection: Connection, pen: Pen, laid: Laid, known: Collection[str], touched: Touched) -> set[str]:
    """Take in heads of records that are here, and what is no head. Returns the records that now clash.

    A record nobody is writing moves forward; one with unsent work keeps it, and the head waits beside it.
    An older seq never overwrites a newer one.
    """
    clashes = {one for one in sorted(known) if _take_known(connection, pen, laid.heads[one], touched)}
    versions = [a.version for a in laid.others]
    keep(connection, versions, seqs={a.version.version_id: a.seq for a in laid.others})
    note_branches(connection, versions)
    return clashes


def _take_known(connection: Connection, pen: Pen, arrival: Arrival, touched: Touched) -> bool:
    version = arrival.version
    record = standing(connection, version.record_id)
    assert record is not None
    if arrival.seq <= record.head_seq:
        return False
    connection.exec_driver_sql(
        "UPDATE record SET head_version_id = ?, head_seq = ?, proof = 1 WHERE row = ?",
        (version.version_id, arrival.seq, record.row),
    )
    if version.version_id == record.tip_version_id or _is_own(connection, version.version_id):
        return False
    touched.add(version.record_id, version.type, version.scope_id)
    # A head that waits to be sent again (the server came back from an older copy) is unsent work like any other.
    is_behind = record.tip_version_id in version.parents or (
        record.tip_version_id == record.head_version_id and not _is_unsent(connection, record.tip_version_id)
    )
    if record.working is None and is_behind and record.tip is not None:
        move_forward(connection, pen, record, version)
        _tell_of(connection, pen, record, version)
        return False
    keep(connection, [version], seqs={version.version_id: arrival.seq})
    return True


def _is_own(connection: Connection, version_id: str) -> bool:
    """Say whether this laptop cut the version itself, so that the head is one the worker has already built on."""
    found = connection.exec_driver_sql(
        "SELECT 1 FROM version WHERE version_id = ? AND op_no IS NOT NULL", (version_id,)
    ).first()
    return found is not None


def _is_unsent(connection: Connection, version_id: str) -> bool:
    found = connection.exec_driver_sql(
        "SELECT 1 FROM outbox WHERE version_id = ? AND held_reason = ''", (version_id,)
    ).first()
    return found is not None


def move_forward(connection: Connection, pen: Pen, record: Standing, version: Version) -> None:
    """Let a record with no unsent work stand on ``version``. The text it had stays in the server's history."""
    connection.exec_driver_sql(
        "UPDATE record SET tip = ?, tip_version_id = ?, working = NULL, author_id = ?, needs_index = 1 WHERE row = ?",
        (encode(version), version.version_id, version.author_id, record.row),
    )
    write_columns(connection, record, brought_up(version.type, Working.of(version)))
    if not version.open_choices:
        put_choices_away(connection, pen, record.record_id)


def _tell_of(connection: Connection, pen: Pen, record: Standing, version: Version) -> None:
    """Tell this worker what a colleague's merge made of their own text: both authors are told, not only one."""
    me, mine = pen.identity.worker.worker_id, record.tip
    if mine is None or mine.author_id != me or version.author_id == me:
        return
    if mine.is_deleted and not (version.is_deleted or version.is_erased):
        raise_issue(connection, pen, "edit_beat_delete", record.record_id, "")
    fresh = {choice.field for choice in version.open_choices} - {choice.field for choice in mine.open_choices}
    if fresh:
        raise_issue(connection, pen, "two_versions", record.record_id, ",".join(sorted(fresh)))
    if len(version.parents) > 1 and mine.version_id in version.parents:
        before, here, there = (
            _side(record.type, one).body for one in (_before_me(connection, record, mine), mine, version)
        )
        mixed = sorted(
            name
            for name, rule in rules_of(record.type).items()
            if rule is MergeRule.PARAGRAPHS and name not in fresh
            if here.get(name) not in (before.get(name), there.get(name))
        )
        if mixed:
            raise_issue(connection, pen, "merged", record.record_id, ",".join(mixed))


def _before_me(connection: Connection, record: Standing, mine: Version) -> Version:
    """What this worker's run of edits grew from, as far as it is held."""
    graph = _graph(connection, record)
    one = mine
    while one.author_id == mine.author_id and one.parents and one.parents[0] in graph:
        one = graph[one.parents[0]]
    return one


def clashing(connection: Connection) -> list[str]:
    """Records whose server head is not the version they stand on, nor one they were sent with."""
    rows = connection.exec_driver_sql(
        "SELECT record_id FROM record "
        "WHERE head_version_id != '' AND head_version_id != tip_version_id AND is_hidden = 0"
    )
    return [row.record_id for row in rows]


def merge_record(connection: Connection, pen: Pen, record_id: str, touched: Touched, *, is_whole: bool = False) -> bool:
    """Merge a record's unsent work with the server's head, into a version with two parents.

    Where nothing may follow the head (it is finished or erased), or the server holds this work back, the record
    stands on the head: what was written here goes to the held-back box as it is, and is never mixed into it. What had
    been sent before the head was finished stays beside it, and its writer is told.
    Returns True when something was merged or moved. Raises UnknownAncestry when history must be fetched first;
    with ``is_whole`` (it has been) sides without a known common parent are merged over an empty base.
    """
    cut(connection, pen, record_id, touched)
    record = standing(connection, record_id)
    if record is None or record.tip is None or record.head_version_id in ("", record.tip_version_id):
        return False
    graph = _graph(connection, record)
    head = graph.get(record.head_version_id)
    if head is None:
        raise UnknownAncestry(record.head_version_id)
    is_beside = head.is_finished and not _is_waiting(connection, record.tip_version_id)
    is_closed = head.is_erased or is_held(connection, record.tip_version_id) or (head.is_finished and not is_beside)
    try:
        base_id = common_parent(graph, record.tip_version_id, record.head_version_id)
        if base_id is not None and base_id not in graph:
            # Both name it and it is not here: over an empty base, what only one side changed would look contested.
            raise UnknownAncestry(base_id)
    except UnknownAncestry:
        if not (is_whole or is_closed):
            raise
        base_id = None
    if base_id == head.version_id and _is_own(connection, record.tip_version_id):
        return False
    touched.add(record.record_id, record.type, record.scope_id)
    base = _side(record.type, graph[base_id]) if base_id else NOTHING
    # Ahead of the head and not ours to send: a restored server has lost it. What followed it would be held for good.
    is_lost = base_id == head.version_id
    if is_beside and not is_lost:
        _tell_what_is_beside(connection, pen, record, head, record.tip, base)
    if is_closed or is_beside or is_lost or base_id == record.tip_version_id:
        move_forward(connection, pen, record, head)
        return True
    merged = merge(rules_of(record.type), base, _side(record.type, record.tip), _side(record.type, head))
    touched.op_no = _stand_on(connection, pen, record, head, record.tip, merged) or touched.op_no
    return True


def note_branches(connection: Connection, versions: Iterable[Version]) -> None:
    """Remember what the server keeps beside a head and nobody has merged yet."""
    rows = [(version.version_id, version.record_id) for version in versions]
    if rows:
        connection.exec_driver_sql("INSERT OR IGNORE INTO branch (version_id, record_id) VALUES (?, ?)", rows)


def branches(connection: Connection) -> list[tuple[str, str]]:
    """The branches this laptop may still merge: record and version, oldest first."""
    rows = connection.exec_driver_sql(
        "SELECT b.record_id, b.version_id FROM branch b JOIN record r ON r.record_id = b.record_id "
        "WHERE r.is_hidden = 0 AND r.head_version_id = r.tip_version_id ORDER BY b.version_id"
    )
    return [(row.record_id, row.version_id) for row in rows]


def merge_branch(
    connection: Connection, pen: Pen, record_id: str, version_id: str, touched: Touched, *, is_whole: bool = False
) -> bool:
    """Merge a branch into a record that stands on the server's head; any laptop that may write in it does this.

    The branch is then forgotten here: one that is in the record already, or that this worker may not merge, too. Two
    laptops doing so at once make twins, which their next merge recognises. Returns True when something was merged.
    Raises UnknownAncestry as :func:`merge_record` does.
    """
    cut(connection, pen, record_id, touched)
    record = standing(connection, record_id)
    assert record is not None
    assert record.tip is not None
    graph = _graph(connection, record)
    branch = graph[version_id]
    may_follow = _may_follow(pen, record)
    base_id: str | None = version_id
    try:
        if may_follow or _is_told_of_beside(pen, branch, record.tip):
            base_id = common_parent(graph, version_id, record.tip_version_id)
    except UnknownAncestry:
        if not is_whole:
            raise
        base_id = None
    connection.exec_driver_sql("DELETE FROM branch WHERE version_id = ?", (version_id,))
    if base_id == version_id:
        return False
    touched.add(record.record_id, record.type, record.scope_id)
    base = _side(record.type, graph[base_id]) if base_id and base_id in graph else NOTHING
    if not may_follow:
        _tell_what_is_beside(connection, pen, record, record.tip, branch, base)
        return False
    merged = merge(rules_of(record.type), base, _side(record.type, branch), _side(record.type, record.tip))
    made = _stand_on(connection, pen, record, record.tip, branch, merged)
    touched.op_no = made or touched.op_no
    return bool(made)


def _may_follow(pen: Pen, record: Standing) -> bool:
    try:
        check_editable(pen, record)
    except NotAllowed:
        return False
    return True


def _is_waiting(connection: Connection, version_id: str) -> bool:
    """Say whether this laptop has not heard yet that the version is part of its record at the server."""
    found = connection.exec_driver_sql("SELECT 1 FROM outbox WHERE version_id = ?", (version_id,)).first()
    return found is not None


def _is_told_of_beside(pen: Pen, beside: Version, head: Version) -> bool:
    """Whether this worker wrote it, and nothing can be written into the record any more."""
    return head.is_finished and not head.is_erased and beside.author_id == pen.identity.worker.worker_id


def _tell_what_is_beside(
    connection: Connection, pen: Pen, record: Standing, head: Version, beside: Version, base: Side
) -> None:
    """Tell a worker of words that had reached the council and are not in what was finished without them.

    A finished record never changes: they stay in its history, whole, and can be said again in an addendum.
    """
    if _is_told_of_beside(pen, beside, head):
        there, here = _side(record.type, head).body, _side(record.type, beside).body
        left = sorted(name for name, value in here.items() if value not in (there.get(name), base.body.get(name)))
        if left:
            raise_issue(connection, pen, "left_beside", record.record_id, ",".join(left))


def _graph(connection: Connection, record: Standing) -> dict[str, Version]:
    rows = connection.exec_driver_sql("SELECT envelope FROM version WHERE record_id = ?", (record.record_id,))
    graph = {version.version_id: version for version in (decode_version(row.envelope) for row in rows)}
    assert record.tip is not None
    graph.setdefault(record.tip.version_id, record.tip)
    return graph


def _side(type_name: str, version: Version) -> Side:
    state = brought_up(type_name, Working.of(version))
    return Side(
        version_id=version.version_id,
        body=state.body,
        author_id=version.author_id,
        written_at=version.written_at,
        open_choices=version.open_choices,
        is_finished=version.is_finished,
        is_deleted=state.is_deleted,
        audience=version.audience,
        keep_from=version.keep_from,
        about=version.about,
        more=version.more or {},
    )


def _stand_on(connection: Connection, pen: Pen, record: Standing, head: Version, other: Version, merged: Merged) -> int:
    """Let a record stand on what came of merging ``other`` into ``head``. Returns the op number used, or 0."""
    state = Working(
        body=merged.body,
        changed_at=pen.clock.stamp(),
        audience=merged.audience,
        # A body that a newer Heard wrote is still its own kind of body after an older one merged into it.
        schema=max(brought_up(record.type, Working.of(one)).schema for one in (head, other)),
        keep_from=merged.keep_from,
        about=merged.about,
        more=dict(merged.more) or msgspec.UNSET,
        is_finished=merged.is_finished,
        is_deleted=merged.is_deleted,
        open_choices=merged.open_choices,
    )
    for kind, words in _outcomes(head, merged):
        raise_issue(connection, pen, kind, record.record_id, words)
    if state.says_the_same_as(Working.of(head)):
        move_forward(connection, pen, record, head)
        return 0
    version = make_version(connection, pen, record, state, (head.version_id, other.version_id))
    append_own(connection, pen, record, version, "merge")
    write_columns(connection, record, state)
    index_now(connection, record.record_id, record.scope_id, record.type, state)
    if not merged.open_choices:
        put_choices_away(connection, pen, record.record_id)
    return version.op_no


def _outcomes(head: Version, merged: Merged) -> list[tuple[str, str]]:
    found = []
    fresh = {choice.field for choice in merged.open_choices} - {choice.field for choice in head.open_choices}
    if fresh:
        found.append(("two_versions", ",".join(sorted(fresh))))
    if merged.mixed:
        found.append(("merged", ",".join(sorted(merged.mixed))))
    if merged.has_beaten_delete:
        found.append(("edit_beat_delete", ""))
    return found


@dataclass(frozen=True, slots=True)
class Receipt:
    """The server's word on one pushed version. outcome: head, branch or held."""

    version_id: str
    outcome: str
    seq: int = 0
    reason: str = ""
    head: Arrival | None = None


def settle(connection: Connection, pen: Pen, receipts: Iterable[Receipt], touched: Touched) -> set[str]:
    """Apply the server's receipts: only now is a version sent. Returns the records whose head is another."""
    clashes: set[str] = set()
    waiting: list[Receipt] = []
    for receipt in receipts:
        waiting.append(receipt)
        if receipt.head is not None:
            # What lies before it is settled by then, as if each had come alone.
            known = _settle_some(connection, pen, waiting, touched)
            waiting = []
            is_ours = receipt.outcome in APPENDED and receipt.version_id in known
            if is_ours and _take_known(connection, pen, receipt.head, touched):
                clashes.add(receipt.head.version.record_id)
    _settle_some(connection, pen, waiting, touched)
    return clashes


APPENDED = ("head", "branch")
"""Outcomes of a version that is part of its record at the server; any other: held back, or a newer server's word."""


def _settle_some(connection: Connection, pen: Pen, receipts: Sequence[Receipt], touched: Touched) -> set[str]:
    """Settle these, all at once. Returns the ids of those that were waiting here."""
    rows = connection.exec_driver_sql(
        "SELECT o.version_id, o.op_no, r.row, r.record_id, r.type, r.scope_id FROM outbox o "
        "JOIN record r ON r.record_id = o.record_id WHERE o.version_id IN (SELECT value FROM json_each(?))",
        (encode([receipt.version_id for receipt in receipts]).decode(),),
    )
    found = {row.version_id: row for row in rows}
    ours = [(receipt, found[receipt.version_id]) for receipt in receipts if receipt.version_id in found]
    for receipt, row in ours:
        touched.add(row.record_id, row.type, row.scope_id)
        if receipt.outcome not in APPENDED:
            connection.exec_driver_sql(
                "UPDATE outbox SET held_reason = ? WHERE op_no = ?", (receipt.reason or "held", row.op_no)
            )
            raise_issue(connection, pen, "held", row.record_id, receipt.reason)
    kept = [(receipt, row) for receipt, row in ours if receipt.outcome in APPENDED]
    heads = [(one.version_id, one.seq, row.row, one.seq) for one, row in kept if one.outcome == "head"]
    for statement, values in (
        ("DELETE FROM outbox WHERE op_no = ?", [(row.op_no,) for _, row in kept]),
        ("UPDATE version SET seq = ? WHERE version_id = ?", [(one.seq, one.version_id) for one, _ in kept]),
        ("UPDATE record SET head_version_id = ?, head_seq = ?, proof = 0 WHERE row = ? AND head_seq < ?", heads),
    ):
        if values:
            connection.exec_driver_sql(statement, values)
    return set(found)


def to_send(connection: Connection, limit: int, under_way: Collection[str] = ()) -> list[Version]:
    """The next unsent versions in op order, without those ``under_way``: answered, and being settled."""
    rows = connection.exec_driver_sql(
        "SELECT v.envelope FROM outbox o JOIN version v ON v.version_id = o.version_id "
        "WHERE o.held_reason = '' AND o.version_id NOT IN (SELECT value FROM json_each(?)) ORDER BY o.op_no LIMIT ?",
        (encode(list(under_way)).decode(), limit),
    )
    return [decode_version(row.envelope) for row in rows]


def unsent_count(connection: Connection) -> int:
    """How many versions wait to be sent."""
    return int(connection.exec_driver_sql("SELECT count(*) FROM outbox WHERE held_reason = ''").scalar_one())


def write_cursors(connection: Connection, main: int, grants: int, filling: Mapping[str, int]) -> None:
    """Put the pull's cursors down, in the same transaction as the rows they stand for."""
    _, _, already = read_cursors(connection)
    # A scope that begins to be filled begins anew: what was taken of it before is not to be counted on.
    forget(connection, [scope_id for scope_id, at in filling.items() if not at and scope_id not in already])
    connection.exec_driver_sql("DELETE FROM cursor WHERE name LIKE 'fill:%'")
    values = [("main", main), ("grants", grants), *((f"fill:{scope}", at) for scope, at in filling.items())]
    connection.exec_driver_sql(
        "INSERT INTO cursor (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", values
    )


def read_cursors(connection: Connection) -> tuple[int, int, dict[str, int]]:
    """Main cursor, grant counter, and the scopes still being filled."""
    found = {row.name: int(row.value) for row in connection.exec_driver_sql("SELECT name, value FROM cursor")}
    filling = {name[5:]: value for name, value in found.items() if name.startswith("fill:")}
    return found.get("main", 0), found.get("grants", 0), filling
