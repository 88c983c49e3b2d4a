"""What a server judges anew when it starts: versions held back because the one before it did not know their rule."""

from __future__ import annotations

import msgspec
from sqlalchemy import ColumnElement, select

from models.version import Version
from sync.server.centre import Centre
from sync.server.database import tried_again
from sync.server.incoming import prepare
from sync.server.judging import UNKNOWN_RULE
from sync.server.lookups import PARENTS_UNKNOWN
from sync.server.pushing import admit_waiting
from sync.server.tables import held_back
from sync.server.turns import lock_scopes


@tried_again
def judge_anew(centre: Centre) -> int:
    """Append what may be appended now, as if it came today, and what waited for it; return how many records changed.

    Whatever else is against it is asked now, too: a laptop closed since, a worker who has left or is not assigned any
    more, a record finished meanwhile. Then it stays where it is, for a manager to decide. Where no version waits for
    its rule, or its rule is still not known, nothing is written.
    """
    with centre.database.read() as connection:
        rows = connection.execute(select(held_back.c.scope_id, held_back.c.record_id, held_back.c.content).where(
            *_waiting(centre)
        )).all()  # fmt: skip
    known = [row for row in rows if prepare(msgspec.json.decode(row.content, type=Version)).fault is None]
    if not known:
        return 0
    with centre.database.write() as connection:
        lock_scopes(connection, centre.council_id, {row.scope_id for row in known})
        records = sorted({row.record_id for row in known})
        return len(admit_waiting(centre, connection, records, (UNKNOWN_RULE, PARENTS_UNKNOWN)))


def _waiting(centre: Centre) -> tuple[ColumnElement[bool], ...]:
    return (
        held_back.c.council_id == centre.council_id,
        held_back.c.state == "waiting",
        held_back.c.reason_code == UNKNOWN_RULE,
    )
