"""What laptops must give up: orders made when a worker may read less, told until the receipt for them has come."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, and_, insert, select, update

from models.ids import is_id
from models.language import Suggestion
from models.law.response_policy import ResponsePolicy
from sync.server import policy, refusal
from sync.server.audit import Entry
from sync.server.auth import is_signed
from sync.server.callers import Caller, find_caller, standing
from sync.server.centre import Centre
from sync.server.judging import Change, RecordState
from sync.server.refusal import Refusal
from sync.server.tables import assignment, council, device, held_back, rule, version, withdrawal, worker
from sync.server.tables import record as record_table
from sync.server.turns import lock_workers
from sync.wire import CouncilRules, HeldNews, ReceiptReply, ReceiptRequest, Withdrawal

UNASSIGNED, ROLE, NARROWED, ERASED, CLOSED = "unassigned", "role", "narrowed", "erased", "closed"
PUT_BACK = "put_back"
"""Why a laptop must give something up."""
RECEIPT_WORDS = b"heard-receipt-1\n"
MOST_RECEIPTS = 1000
LEASE_DAYS = "lease_days"
HELP_LINE = "help_line"
ADVICE = "advice"
ANSWERS = "answers"


# -- making orders


def withdraw_scope(centre: Centre, connection: Connection, worker_id: str, scope_id: str) -> None:
    """Order a worker's laptops to give up a whole scope, its assignment having ended."""
    seq = _seq(centre, connection)
    places = [(device_id, worker_id, scope_id, "") for device_id in _laptops(centre, connection, [worker_id])]
    _order(centre, connection, places, UNASSIGNED, seq)


def close_laptop(centre: Centre, connection: Connection, device_id: str, worker_id: str) -> None:
    """Note that a laptop must give up all it holds; the order has the laptop's own id, so that it knows it."""
    places = [(device_id, worker_id, "", "")]
    _order(centre, connection, places, CLOSED, _seq(centre, connection), order_id=device_id)


def concerns_readers(change: Change) -> bool:
    """Say whether others may read the record now than did before."""
    return _shown(change.before) != _shown(change.after)


def follow_heads(centre: Centre, connection: Connection, changes: Iterable[Change]) -> None:
    """Make and end orders for records whose readers have changed, and let the laptops concerned hear of it."""
    told: set[str] = set()
    for change in filter(concerns_readers, changes):
        before, after = _shown(change.before), _shown(change.after)
        lose, gain = set(), set()
        for holder in _holders(centre, connection, change.after.scope_id):
            is_author = holder.worker_id == change.after.author_id
            if policy.must_give_up(before, holder.role, after, holder.role, is_author=is_author):
                lose.add(holder.worker_id)
            elif policy.may_keep(after, holder.role, is_author=is_author):
                gain.add(holder.worker_id)
        why = ERASED if after.is_erased else NARROWED
        told |= _withdraw_record(centre, connection, change.after, lose, why)
        told |= _end_orders(centre, connection, gain, change.after.scope_id, [change.after.record_id])
    if told:
        raise_counters(centre, connection, told)


def settle_role(centre: Centre, connection: Connection, worker_id: str, scope_id: str, role: str) -> None:
    """Bring a worker's orders in line with the role they have in a scope from now on.

    What they hold again is no longer withdrawn; what an earlier role let them read and this one does not, is.
    """
    spans = _spans(centre, connection, worker_id, scope_id)
    _end_orders(centre, connection, [worker_id], scope_id, [""])
    if not spans:
        return
    lost, kept = [], []
    for state, heads in _records(centre, connection, scope_id):
        is_author = state.author_id == worker_id
        if policy.may_keep(_shown(state), role, is_author=is_author):
            kept.append(state.record_id)
        elif policy.could_have_read(heads, spans, is_author=is_author):
            lost.append((state, heads, is_author))
    _end_orders(centre, connection, [worker_id], scope_id, kept)
    seq, open_now = _seq(centre, connection), _open_places(centre, connection, [worker_id])
    for device_id in _laptops(centre, connection, [worker_id]):
        purged = _purged_up_to(centre, connection, device_id, scope_id)
        still = [span for span in spans if span.to_seq > purged]
        for state, heads, is_author in lost:
            place = (device_id, worker_id, scope_id, state.record_id)
            if place not in open_now and policy.could_have_read(heads, still, is_author=is_author):
                _order(centre, connection, [place], ERASED if state.is_erased else ROLE, seq)


def order_once(
    centre: Centre, connection: Connection, device_id: str, worker_id: str, places: Iterable[tuple[str, str]]
) -> tuple[Withdrawal, ...]:
    """Return the order for each place (scope, record) on one laptop, made now where none is open.

    The caller holds the scopes still, and has seen that the worker may not have what lies there.
    """
    lock_workers(connection, centre.council_id, [worker_id])
    wanted = {(device_id, worker_id, *place) for place in places}
    fresh = wanted - _open_places(centre, connection, [worker_id])
    _order(centre, connection, sorted(fresh), PUT_BACK, _seq(centre, connection))
    if fresh:
        detail = {"places": [record_id or scope_id for _, _, scope_id, record_id in sorted(fresh)]}
        entry = Entry("ordered_again", worker_id, device_id, detail)
        centre.ledger.close(connection, centre.clock.stamp(), [entry])
    mine = {place[2:] for place in wanted}
    told = open_orders(centre, connection, device_id)
    return tuple(one for one in told if (one.scope_id, one.record_id) in mine)


def _shown(state: RecordState) -> policy.Shown:
    return policy.Shown(state.audience, state.is_erased)


def _withdraw_record(
    centre: Centre, connection: Connection, state: RecordState, workers: Iterable[str], why: str
) -> set[str]:
    workers = sorted(workers)
    if not workers:
        return set()
    open_now = _open_places(centre, connection, workers)
    laptops = _laptops(centre, connection, workers)
    places = [(device_id, whose, state.scope_id, state.record_id) for device_id, whose in laptops.items()]
    _order(centre, connection, [one for one in places if one not in open_now], why, _seq(centre, connection))
    return set(workers)


def _order(
    centre: Centre,
    connection: Connection,
    places: Sequence[tuple[str, str, str, str]],
    why: str,
    seq: int,
    order_id: str = "",
) -> None:
    """Write orders for places: laptop, worker, scope, record."""
    rows = [
        {
            "council_id": centre.council_id,
            "order_id": order_id or centre.ids.new(),
            "device_id": device_id,
            "worker_id": worker_id,
            "scope_id": scope_id,
            "record_id": record_id,
            "why": why,
            "seq": seq,
            "ordered_at": centre.clock.stamp(),
        }
        for device_id, worker_id, scope_id, record_id in places
    ]
    if rows:
        connection.execute(insert(withdrawal), rows)


def _end_orders(
    centre: Centre, connection: Connection, workers: Iterable[str], scope_id: str, record_ids: Sequence[str]
) -> set[str]:
    """End open orders for what may be read again; return the workers who had one."""
    mine = and_(_open(centre), withdrawal.c.worker_id.in_(sorted(workers)), withdrawal.c.scope_id == scope_id)
    ended: set[str] = set()
    for start in range(0, len(record_ids), 500):
        these = and_(mine, withdrawal.c.record_id.in_(record_ids[start : start + 500]))
        ended.update(connection.execute(select(withdrawal.c.worker_id).where(these)).scalars())
        connection.execute(update(withdrawal).where(these).values(ended_at=centre.clock.stamp()))
    return ended


def _open(centre: Centre) -> ColumnElement[bool]:
    return and_(
        withdrawal.c.council_id == centre.council_id,
        withdrawal.c.ended_at.is_(None),
        withdrawal.c.receipt_at.is_(None),
    )


def _open_places(centre: Centre, connection: Connection, workers: Sequence[str]) -> set[tuple[str, str, str, str]]:
    columns = (withdrawal.c.device_id, withdrawal.c.worker_id, withdrawal.c.scope_id, withdrawal.c.record_id)
    rows = connection.execute(select(*columns).where(_open(centre), withdrawal.c.worker_id.in_(workers)))
    return {(row.device_id, row.worker_id, row.scope_id, row.record_id) for row in rows}


# -- reading what orders follow from


def _seq(centre: Centre, connection: Connection) -> int:
    return int(connection.execute(select(council.c.seq).where(council.c.council_id == centre.council_id)).scalar_one())


def _laptops(centre: Centre, connection: Connection, workers: Iterable[str]) -> dict[str, str]:
    """The laptops of these workers that are not closed, each with its worker. No other joins before the end."""
    workers = sorted(workers)
    lock_workers(connection, centre.council_id, workers)
    rows = connection.execute(
        select(device.c.device_id, device.c.worker_id)
        .where(
            device.c.council_id == centre.council_id,
            device.c.worker_id.in_(workers),
            device.c.revoked_at.is_(None),
        )
        .order_by(device.c.device_id)
    )
    return {row.device_id: row.worker_id for row in rows}


def _holders(centre: Centre, connection: Connection, scope_id: str) -> Sequence[Row[*tuple[Any, ...]]]:
    query = select(assignment.c.worker_id, assignment.c.role)
    return connection.execute(query.where(standing(centre), assignment.c.scope_id == scope_id)).all()


def _spans(centre: Centre, connection: Connection, worker_id: str, scope_id: str) -> list[policy.Span]:
    """The worker's assignments in this scope that have ended."""
    rows = connection.execute(
        select(assignment.c.role, assignment.c.from_seq, assignment.c.to_seq).where(
            assignment.c.council_id == centre.council_id,
            assignment.c.worker_id == worker_id,
            assignment.c.scope_id == scope_id,
            assignment.c.to_at.is_not(None),
        )
    )
    now = _seq(centre, connection)
    return [policy.Span(row.role, row.from_seq or 0, now if row.to_seq is None else row.to_seq) for row in rows]


def _records(centre: Centre, connection: Connection, scope_id: str) -> Iterable[tuple[RecordState, list[policy.Head]]]:
    """Every record of a scope as it stands, with all the heads it has had."""
    mine = (record_table.c.council_id == centre.council_id, record_table.c.scope_id == scope_id)
    states = {
        row.record_id: RecordState(**{name: getattr(row, name) for name in RecordState.__dataclass_fields__})
        for row in connection.execute(select(record_table).where(*mine))
    }
    heads: dict[str, list[policy.Head]] = {record_id: [] for record_id in states}
    joined = and_(record_table.c.council_id == version.c.council_id, record_table.c.record_id == version.c.record_id)
    rows = connection.execute(
        select(version.c.record_id, version.c.seq, version.c.audience)
        .join(record_table, joined)
        .where(*mine, version.c.outcome == "head")
        .order_by(version.c.seq)
    )
    for row in rows:
        heads[row.record_id].append(policy.Head(row.seq, row.audience))
    return [(state, heads[record_id]) for record_id, state in states.items()]


def _purged_up_to(centre: Centre, connection: Connection, device_id: str, scope_id: str) -> int:
    """Up to which place in the line a laptop has shown to have purged this scope; -1 if it never has."""
    seqs = connection.execute(
        select(withdrawal.c.seq).where(
            withdrawal.c.council_id == centre.council_id,
            withdrawal.c.device_id == device_id,
            withdrawal.c.scope_id == scope_id,
            withdrawal.c.record_id == "",
            withdrawal.c.receipt_at.is_not(None),
        )
    ).scalars()
    return max(seqs, default=-1)


# -- telling a laptop


def open_orders(centre: Centre, connection: Connection, device_id: str) -> tuple[Withdrawal, ...]:
    """What this laptop still owes a receipt for. The order to a closed laptop is told when it is closed."""
    rows = connection.execute(
        select(withdrawal.c.order_id, withdrawal.c.scope_id, withdrawal.c.record_id)
        .where(_open(centre), withdrawal.c.device_id == device_id, withdrawal.c.why != CLOSED)
        .order_by(withdrawal.c.ordered_at, withdrawal.c.order_id)
    )
    return tuple(Withdrawal(order_id=row.order_id, scope_id=row.scope_id, record_id=row.record_id) for row in rows)


def held_news(centre: Centre, connection: Connection, caller: Caller, since: int) -> tuple[HeldNews, ...]:
    """What was decided about this worker's held-back versions since their grant counter stood at ``since``."""
    rows = connection.execute(
        select(held_back.c.version_id, held_back.c.record_id, held_back.c.state, held_back.c.words)
        .where(
            held_back.c.council_id == centre.council_id,
            held_back.c.worker_id == caller.worker_id,
            held_back.c.news_at > since,
        )
        .order_by(held_back.c.news_at, held_back.c.held_id)
    )
    return tuple(
        HeldNews(version_id=row.version_id, record_id=row.record_id, state=row.state, words=row.words or "")
        for row in rows
    )


def tell_of_decision(centre: Centre, connection: Connection, content_hash: str, worker_id: str) -> None:
    """Let a worker's laptop hear what became of a version it had sent and that was held back."""
    raise_counters(centre, connection, [worker_id])
    counter = select(worker.c.grant_counter).where(
        worker.c.council_id == centre.council_id, worker.c.worker_id == worker_id
    )
    connection.execute(
        update(held_back)
        .where(held_back.c.council_id == centre.council_id, held_back.c.content_hash == content_hash)
        .values(news_at=connection.execute(counter).scalar_one())
    )


def council_rules(centre: Centre, connection: Connection) -> CouncilRules:
    """What the council has set for its laptops."""
    rows = connection.execute(select(rule.c.name, rule.c.value).where(rule.c.council_id == centre.council_id))
    found = {row.name: row.value for row in rows}
    advice = msgspec.json.decode(found[ADVICE], type=tuple[Suggestion, ...]) if ADVICE in found else None
    answers = msgspec.json.decode(found[ANSWERS], type=ResponsePolicy) if ANSWERS in found else None
    days = int(found.get(LEASE_DAYS, CouncilRules().lease_days))
    return CouncilRules(lease_days=days, advice=advice, answers=answers)


def council_help_line(centre: Centre, connection: Connection) -> str:
    """Whom the council wants to be rung, "" where it has said nothing."""
    mine = (rule.c.council_id == centre.council_id, rule.c.name == HELP_LINE)
    return connection.execute(select(rule.c.value).where(*mine)).scalar_one_or_none() or ""


# -- hearing back


def take_receipt(centre: Centre, token: str, request: ReceiptRequest) -> ReceiptReply:
    """Write down that a laptop has nothing left of what these orders name. A closed laptop may say so, too.

    Raises Refusal 400 (too many, or not signed by this laptop) or 401. Sending it again gives the same answer.
    """
    if len(request.order_ids) > MOST_RECEIPTS:
        raise refusal.bad_message()
    with centre.database.read() as connection:
        caller = find_caller(centre, connection, token)
    if not is_signed(caller.public_key, request.signature, receipt_words(caller.device_id, request.order_ids)):
        raise Refusal(400, "bad_signature", "That receipt did not carry this laptop's own signature.")
    with centre.database.write() as connection:
        known = note_receipts(
            centre, connection, caller.device_id, caller.worker_id, request.order_ids, request.signature
        )
    return ReceiptReply(order_ids=tuple(one for one in request.order_ids if one in known))


def note_receipts(
    centre: Centre,
    connection: Connection,
    device_id: str,
    worker_id: str,
    order_ids: Iterable[str] | None,
    signature: bytes,
) -> set[str]:
    """Write a laptop's receipt down for these of its orders, or for all (None). Returns those it has been given."""
    named = and_(withdrawal.c.council_id == centre.council_id, withdrawal.c.device_id == device_id)
    if order_ids is not None:
        named = and_(named, withdrawal.c.order_id.in_([one for one in order_ids if is_id(one)]))
    found = connection.execute(select(withdrawal.c.order_id, withdrawal.c.receipt_at).where(named)).all()
    fresh = sorted(row.order_id for row in found if row.receipt_at is None)
    if fresh:
        now = centre.clock.stamp()
        owed = update(withdrawal).where(named, withdrawal.c.receipt_at.is_(None))
        connection.execute(owed.values(receipt_at=now, signature=signature))
        centre.ledger.close(connection, now, [Entry("receipt", worker_id, device_id, {"orders": fresh})])
    return {row.order_id for row in found}


def receipt_words(device_id: str, order_ids: Iterable[str]) -> bytes:
    """The bytes a laptop signs for a receipt."""
    return RECEIPT_WORDS + "\n".join((device_id, *order_ids)).encode("utf-8", "surrogatepass")


def list_orders(centre: Centre, *, everything: bool = False) -> list[dict[str, Any]]:
    """List the orders without a receipt, oldest first; with ``everything`` also those answered or ended."""
    names = ("order_id", "device_id", "worker_id", "scope_id", "record_id", "why", "ordered_at", "ended_at")
    columns = [withdrawal.c[name] for name in (*names, "receipt_at")]
    mine = withdrawal.c.council_id == centre.council_id
    query = select(*columns).where(mine if everything else _open(centre))
    with centre.database.read() as connection:
        rows = connection.execute(query.order_by(withdrawal.c.ordered_at, withdrawal.c.order_id)).mappings()
        return [dict(row) for row in rows]


def raise_counters(centre: Centre, connection: Connection, worker_ids: Iterable[str]) -> None:
    """Let the laptops of these workers ask for their grants again."""
    worker_ids = sorted(set(worker_ids))
    lock_workers(connection, centre.council_id, worker_ids)
    connection.execute(
        update(worker)
        .where(worker.c.council_id == centre.council_id, worker.c.worker_id.in_(worker_ids))
        .values(grant_counter=worker.c.grant_counter + 1)
    )
