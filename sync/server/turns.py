"""Whose turn it is: the locks a write takes so that others may write beside it, always in this order.

1. the laptop that sends, so that what it sends twice at once is taken once, and closing it waits for what is under way
   (:func:`sync.server.callers.find_senders`);
2. the children (scopes) it touches, lowest id first, so that who may write, what a record stands at and what waits in
   the held-back box hold still until the end;
3. the records;
4. the council's row: seq and audit numbers (:class:`sync.server.audit.Ledger`), as late as can be;
5. the workers whose laptops are told something, lowest id first: no laptop joins or goes meanwhile.

SQLite has one writer at a time and takes none of them. Two that meet all the same (an unknown order, a new row with the
same key) end in :class:`sync.server.database.Clash`, and one of them begins again.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, select

from models.ids import is_id
from sync.server.tables import scope, worker

_AT_ONCE = 500


def lock_scopes(connection: Connection, council_id: str, scope_ids: Iterable[str]) -> None:
    """Wait for whatever else is under way for these children; ids that are none are passed over."""
    ordered = sorted({one for one in scope_ids if is_id(one)})
    for start in range(0, len(ordered), _AT_ONCE):
        these = scope.c.scope_id.in_(ordered[start : start + _AT_ONCE])
        query = select(scope.c.scope_id).where(scope.c.council_id == council_id, these).order_by(scope.c.scope_id)
        connection.execute(query.with_for_update(key_share=True)).all()


def lock_workers(connection: Connection, council_id: str, worker_ids: Iterable[str]) -> None:
    """Wait for whatever else concerns these workers' laptops; a laptop that joins one of them waits, too."""
    these = worker.c.worker_id.in_(sorted(set(worker_ids)))
    query = select(worker.c.worker_id).where(worker.c.council_id == council_id, these).order_by(worker.c.worker_id)
    connection.execute(query.with_for_update()).all()
