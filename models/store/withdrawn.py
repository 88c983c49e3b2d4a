"""What this laptop must give up: told by the server, hidden at once, purged when nothing of it waits any more."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from models.audience import may_read
from models.changes import Touched
from models.entry import LeavingChild
from models.record import declaration_of
from models.store import meta
from models.store.arrivals import Arrival
from models.store.issues import raise_issue
from models.store.project import column_of
from models.store.versions import Pen, decode_version, decode_working, encode
from models.version import Working

HIDDEN, EMPTIED, PURGED, DONE = "hidden", "emptied", "purged", "done"
ERASED = "erased:"
"""What the id of an order begins with that this laptop gave itself, for a record erased by law."""
BELONGS = "belongs:"
"""The same, for a photo or page that belongs to one and is on this laptop alone."""
ATTACHMENT = "attachment"

WAITS = (
    "r.working IS NOT NULL "
    "OR EXISTS (SELECT 1 FROM outbox o WHERE o.record_id = r.record_id AND o.held_reason = '') "
    "OR EXISTS (SELECT 1 FROM blob b WHERE b.record_id = r.record_id AND b.direction = 'up')"
)
"""What of a record ``r`` the council does not have yet: words being written, versions cut, files."""


@dataclass(frozen=True, slots=True)
class Order:
    """Hide, hand over and purge one record, or with an empty ``record_id`` a whole scope."""

    order_id: str
    scope_id: str
    record_id: str = ""


@dataclass(frozen=True, slots=True)
class HeldWord:
    """What a manager decided about a version in the held-back box. ``state``: admitted or returned."""

    version_id: str
    record_id: str
    state: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Leaving:
    """One order under way. ``is_waiting``: something of it is not sent yet; ``state`` as in the withdrawal table."""

    order_id: str
    scope_id: str
    record_id: str
    state: str
    at: str
    is_waiting: bool


def follow(
    connection: Connection, pen: Pen, orders: Iterable[Order], scopes: Collection[str], touched: Touched
) -> None:
    """Write down what must go and hide it, in the transaction that took the page. Told again, nothing changes.

    An order told again after its receipt was acknowledged owes another one: the server lost the first. One for a
    whole scope that the same page grants (``scopes``) is old news: the grant stands.
    """
    for order in orders:
        if not order.record_id and order.scope_id in scopes:
            continue
        connection.exec_driver_sql(
            "INSERT INTO withdrawal (order_id, scope_id, record_id, state, at) VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT (order_id) DO UPDATE SET state = ? WHERE state = ?",
            (order.order_id, order.scope_id, order.record_id, HIDDEN, pen.clock.stamp(), HIDDEN, DONE),
        )
        where, value = ("record_id = ?", order.record_id) if order.record_id else ("scope_id = ?", order.scope_id)
        _hide(connection, where, (value,), touched)


def remains(connection: Connection) -> list[tuple[str, str]]:
    """What is hidden here and no order speaks of: a scope with an empty record id, or one record of a granted scope.

    An older copy of the vault brings back what had been given up since. Only what the server has told of is named.
    """
    granted = encode(list(meta.scopes(connection))).decode()
    rows = connection.exec_driver_sql(
        "SELECT DISTINCT r.scope_id, CASE WHEN r.scope_id IN (SELECT value FROM json_each(?)) THEN r.record_id "
        "ELSE '' END AS record_id FROM record r WHERE r.is_hidden = 1 AND r.head_version_id != '' AND NOT EXISTS "
        "(SELECT 1 FROM withdrawal w WHERE w.record_id = r.record_id "
        "OR (w.scope_id = r.scope_id AND w.record_id = '')) ORDER BY 1, 2",
        (granted,),
    )
    return [(row.scope_id, row.record_id) for row in rows]


def _hide(connection: Connection, where: str, values: tuple[str, ...], touched: Touched) -> None:
    rows = connection.exec_driver_sql(
        f"UPDATE record SET is_hidden = 1, needs_index = 0 WHERE {where} AND is_hidden = 0 "
        "RETURNING row, record_id, type, scope_id",
        values,
    ).all()
    for row in rows:
        touched.add(row.record_id, row.type, row.scope_id)
    if rows:
        # Left in the index it would crowd out what may be found.
        connection.exec_driver_sql("DELETE FROM search WHERE rowid = ?", [(row.row,) for row in rows])


def _show(connection: Connection, where: str, values: tuple[str, ...], touched: Touched) -> None:
    rows = connection.exec_driver_sql(
        f"UPDATE record SET is_hidden = 0, needs_index = 1 WHERE {where} AND is_hidden = 1 "
        "RETURNING record_id, type, scope_id",
        values,
    ).all()
    for row in rows:
        touched.add(row.record_id, row.type, row.scope_id)


def show_scopes(
    connection: Connection, me: str, scopes: Mapping[str, str], before: Mapping[str, str], touched: Touched
) -> list[str]:
    """Hide what is granted no longer, show what is granted again. ``scopes`` and ``before`` are scope to role.

    In another role other records of a scope may be read: those that this one leaves out are hidden too. Nothing is
    deleted here. Returns the granted scopes that are new to this laptop, which must be filled.
    """
    held = {
        row.scope_id: bool(row.hidden)
        for row in connection.exec_driver_sql("SELECT scope_id, min(is_hidden) AS hidden FROM record GROUP BY scope_id")
    }
    for scope_id, is_all_hidden in held.items():
        if scope_id not in scopes:
            if not is_all_hidden:
                _hide(connection, "scope_id = ?", (scope_id,), touched)
                touched.scopes.add(scope_id)
        elif is_all_hidden or before.get(scope_id, scopes[scope_id]) != scopes[scope_id]:
            _show_readable(connection, me, scope_id, scopes[scope_id], touched)
            touched.scopes.add(scope_id)
    # Granted again before the receipt: whatever is gone comes back with the filling.
    connection.exec_driver_sql(
        "DELETE FROM withdrawal WHERE record_id = '' AND scope_id IN (SELECT value FROM json_each(?))",
        (encode(list(scopes)).decode(),),
    )
    return sorted(scope for scope in scopes if scope not in held or held[scope])


def _show_readable(connection: Connection, me: str, scope_id: str, role: str, touched: Touched) -> None:
    ordered = {
        row.record_id
        for row in connection.exec_driver_sql(
            "SELECT record_id FROM withdrawal WHERE scope_id = ? AND record_id != '' AND state = ?", (scope_id, HIDDEN)
        )
    }
    # Who may see a record is judged as the council does, by the head it has told of: what waits here, or was kept safe
    # there, may say otherwise, and a record hidden for that would never be sent again.
    rows = connection.exec_driver_sql(
        "SELECT r.record_id, r.author_id, r.working, r.head_version_id, "
        "CASE WHEN r.head_version_id IN ('', r.tip_version_id) THEN r.tip ELSE coalesce(v.envelope, r.tip) END AS head "
        "FROM record r LEFT JOIN version v ON v.version_id = r.head_version_id WHERE r.scope_id = ?",
        (scope_id,),
    ).all()
    for row in rows:
        is_new = not row.head_version_id and row.working is not None
        audience = (decode_working(row.working) if is_new else decode_version(row.head)).audience
        is_shown = may_read(audience, role, is_author=row.author_id == me) and row.record_id not in ordered
        (_show if is_shown else _hide)(connection, "record_id = ?", (row.record_id,), touched)


def welcome(connection: Connection, heads: Mapping[str, Arrival], known: Collection[str], touched: Touched) -> None:
    """Show records that the server sends again: this worker may read them, once more. A tombstone shows nothing.

    ``heads`` are by record id; ``known`` are those that were here before.
    """
    readable = [record_id for record_id, one in heads.items() if not one.version.is_erased]
    connection.exec_driver_sql(
        "DELETE FROM withdrawal WHERE record_id IN (SELECT value FROM json_each(?)) AND order_id NOT LIKE ?",
        (encode(readable).decode(), ERASED + "%"),
    )
    here = [record_id for record_id in readable if record_id in known]
    if not here:
        return
    back = connection.exec_driver_sql(
        "SELECT record_id, head_seq FROM record WHERE is_hidden = 1 AND record_id IN (SELECT value FROM json_each(?))",
        (encode(here).decode(),),
    ).all()
    for row in back:
        if heads[row.record_id].seq >= row.head_seq:
            _show(connection, "record_id = ?", (row.record_id,), touched)


def newly_erased(connection: Connection, heads: Mapping[str, Arrival]) -> dict[str, str]:
    """Records (id to scope) that a page erases and that this laptop has held words of. Ask before they move on."""
    erased = {record_id: one.version.scope_id for record_id, one in heads.items() if one.version.is_erased}
    if not erased:
        return {}
    rows = connection.exec_driver_sql(
        "SELECT record_id FROM record WHERE record_id IN (SELECT value FROM json_each(:ids)) "
        "AND coalesce(json_extract(CAST(tip AS TEXT), '$.is_erased'), 0) = 0 "
        "UNION SELECT record_id FROM version WHERE record_id IN (SELECT value FROM json_each(:ids)) "
        "AND json_extract(CAST(envelope AS TEXT), '$.is_erased') = 0",
        {"ids": encode(list(erased)).decode()},
    )
    return {row.record_id: erased[row.record_id] for row in rows}


def note_erased(connection: Connection, pen: Pen, erased: Mapping[str, str]) -> None:
    """Have records erased by law purged of every word this laptop still holds of them."""
    for record_id, scope_id in erased.items():
        connection.exec_driver_sql(
            "INSERT OR IGNORE INTO withdrawal (order_id, scope_id, record_id, state, at) VALUES (?, ?, ?, ?, ?)",
            (ERASED + record_id, scope_id, record_id, HIDDEN, pen.clock.stamp()),
        )


def note_belonging(connection: Connection, pen: Pen, erased: Mapping[str, str], touched: Touched) -> None:
    """Have what belongs to records erased by law go too, where it is on this laptop alone.

    Photos and pages that the council knows get tombstones of their own. One that it never had is sent first: of what
    belongs to an erased record nothing is kept there but who sent it, and when.
    """
    for outer, scope_id in erased.items():
        rows = connection.exec_driver_sql(
            f"SELECT record_id FROM record WHERE type = ? AND {_within()} = ? AND head_version_id = ''",
            (ATTACHMENT, outer),
        ).all()
        for row in rows:
            connection.exec_driver_sql(
                "INSERT OR IGNORE INTO withdrawal (order_id, scope_id, record_id, state, at) VALUES (?, ?, ?, ?, ?)",
                (BELONGS + row.record_id, scope_id, row.record_id, HIDDEN, pen.clock.stamp()),
            )
            _hide(connection, "record_id = ?", (row.record_id,), touched)


def _within() -> str:
    declaration = declaration_of(ATTACHMENT)
    assert declaration is not None
    return column_of(declaration, "belongs_to_id")


def hear_of_held(connection: Connection, pen: Pen, news: Iterable[HeldWord], touched: Touched) -> None:
    """Take in what a manager decided: an admitted version is part of its record, a returned one the worker's again.

    An admitted one is sent once more: the server knows it by its id and says where it stands now.
    """
    for one in news:
        if one.state == "admitted":
            connection.exec_driver_sql(
                "UPDATE outbox SET held_reason = '', held_state = '' WHERE version_id = ?", (one.version_id,)
            )
            connection.exec_driver_sql(
                "UPDATE issue SET settled_at = ? WHERE kind = 'held' AND record_id = ? AND settled_at IS NULL "
                "AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.record_id = issue.record_id AND o.held_reason != '')",
                (pen.clock.stamp(), one.record_id),
            )
        else:
            connection.exec_driver_sql(
                "UPDATE outbox SET held_state = ? WHERE version_id = ? AND held_reason != ''",
                (one.state, one.version_id),
            )
        raise_issue(connection, pen, one.state, one.record_id, one.words)
        touched.records.add(one.record_id)


def leaving(connection: Connection) -> list[Leaving]:
    """Every order that is not done, oldest first."""
    rows = connection.exec_driver_sql(
        "SELECT order_id, scope_id, record_id, state, at FROM withdrawal WHERE state != ? ORDER BY at, order_id",
        (DONE,),
    ).all()
    return [
        Leaving(
            one.order_id,
            one.scope_id,
            one.record_id,
            one.state,
            one.at,
            _is_waiting(connection, one.scope_id, one.record_id),
        )
        for one in rows
    ]


def leaving_children(connection: Connection) -> list[LeavingChild]:
    """The children whose whole scope must go and whose own record has not gone yet, by name."""
    found = []
    for order in leaving(connection):
        if order.record_id or order.state != HIDDEN:
            continue
        row = connection.exec_driver_sql(
            "SELECT title, tip, working FROM record WHERE type = 'child' AND scope_id = ? LIMIT 1", (order.scope_id,)
        ).first()
        if row is not None:
            state = decode_working(row.working) if row.working is not None else Working.of(decode_version(row.tip))
            code = str(state.body.get("child_code") or "")
            found.append(LeavingChild(order.scope_id, row.title, code, order.is_waiting))
    return sorted(found, key=lambda one: (one.name.casefold(), one.scope_id))


def _is_waiting(connection: Connection, scope_id: str, record_id: str) -> bool:
    where, value = ("r.record_id = ?", record_id) if record_id else ("r.scope_id = ?", scope_id)
    found = connection.exec_driver_sql(f"SELECT 1 FROM record r WHERE {where} AND ({WAITS}) LIMIT 1", (value,)).first()
    return found is not None


LATE = (
    "state = ? AND EXISTS (SELECT 1 FROM record r WHERE r.is_hidden = 1 AND r.scope_id = withdrawal.scope_id "
    "AND (withdrawal.record_id = '' OR r.record_id = withdrawal.record_id))"
)


def has_work(connection: Connection) -> bool:
    """Say whether anything is to be purged or cleaned now, without writing."""
    if connection.exec_driver_sql(f"SELECT 1 FROM withdrawal WHERE {LATE} LIMIT 1", (DONE,)).first() is not None:
        return True
    return any(one.state == EMPTIED or (one.state == HIDDEN and not one.is_waiting) for one in leaving(connection))


def reopen_late(connection: Connection) -> None:
    """Take up a finished order again when words came late, from a form that had stayed open."""
    connection.exec_driver_sql(f"UPDATE withdrawal SET state = ? WHERE {LATE}", (HIDDEN, DONE))


def acknowledge(connection: Connection, order_ids: Collection[str]) -> None:
    """The server has the receipt of these."""
    if order_ids:
        connection.exec_driver_sql(
            "UPDATE withdrawal SET state = ? WHERE order_id = ? AND state = ?",
            [(DONE, order_id, PURGED) for order_id in order_ids],
        )
