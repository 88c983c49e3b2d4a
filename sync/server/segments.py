"""Ready-made pieces of a scope: cut from its heads in idle time or when asked for, listed, and handed out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, func, insert, select

from models.audience import PROTECTED, ROLES
from models.ids import is_id
from sync.codec import unpack
from sync.server import policy, refusal
from sync.server.callers import find_reader, granted_scopes
from sync.server.centre import Centre
from sync.server.outgoing import RawRow, RawSegment, join_version, pack
from sync.server.pulling import note_protected_reads
from sync.server.tables import council, segment, version
from sync.server.tables import record as record_table
from sync.server.turns import lock_scopes
from sync.wire import Segment, SegmentRef, SegmentsReply, SegmentsRequest

LEAD_TYPES = frozenset(
    {"child", "communication_preferences", "this_is_me", "planned_visit", "involvement", "home", "person_i_trust"}
)
"""What makes a child usable on a laptop. A type that is missing here only comes a little later."""
RAW_BYTES = 1024 * 1024
"""Uncompressed bytes of one segment, about 256 KB as it travels: what a laptop killed half-way asks for again."""
MOST_ROWS = 1000
TAIL_ROWS = 200
"""So many newer heads come with pages; more are cut into segments of their own."""
MOST_SCOPES = 500
MOST_AT_ONCE = 100
"""Segments in one request: small scopes would else cost a round trip each."""
MOST_BYTES = 1024 * 1024
"""Bytes of one answer, unless one segment alone is longer."""
_BODIES_AT_ONCE = 200

SEGMENTABLE = frozenset(audience for role in ROLES for audience in policy.readable(role).of_anyone)
"""Audiences that some role may read of anyone; what only its author reads comes with pages."""


@dataclass(frozen=True)
class _State:
    """How a scope's heads of one audience are covered: by segments up to a seq, in how many rows and pieces."""

    upto: int = 0
    rows: int = 0
    pieces: int = 0

    def must_be_cut_anew(self, live: int) -> bool:
        """Say whether too much of them is out of date, or in too many pieces. ``live`` heads lie at or below upto."""
        return self.rows > 2 * live or self.pieces > 8 + 2 * (self.rows // MOST_ROWS)


# -- handing out


def list_segments(centre: Centre, token: str, request: SegmentsRequest) -> SegmentsReply:
    """List what is ready for these scopes (none named: for all that the worker holds), cutting what is missing first.

    Raises Refusal 400 or 401.
    """
    if len(request.scopes) > MOST_SCOPES or not all(map(is_id, request.scopes)):
        raise refusal.bad_message()
    with centre.database.read() as connection:
        caller = find_reader(centre, connection, token)
        roles = granted_scopes(centre, connection, caller.worker_id, list(request.scopes) or None)
        waiting = _in_no_piece(centre, connection, sorted(roles))
    for scope_id, audience in waiting:
        if audience in policy.readable(roles[scope_id]).of_anyone:
            cut_segments(centre, scope_id, audience)
    with centre.database.read() as connection:
        caller = find_reader(centre, connection, token)
        roles = granted_scopes(centre, connection, caller.worker_id, list(request.scopes) or None)
        columns = [column for column in segment.c if column.name not in ("council_id", "content")]
        rows = connection.execute(
            select(*columns)
            .where(_mine(centre), segment.c.scope_id.in_(sorted(roles)))
            .order_by(segment.c.is_lead.desc(), segment.c.last_seq.desc(), segment.c.segment_id)
        )
        readable = [row for row in rows if _may_read(roles, row)]
    covered: dict[str, dict[str, int]] = {}
    for row in readable:
        of_scope = covered.setdefault(row.scope_id, {})
        of_scope[row.audience] = max(of_scope.get(row.audience, 0), row.upto)
    return SegmentsReply(segments=tuple(_ref(row) for row in readable), covered=covered)


def fetch_segments(centre: Centre, token: str, segment_ids: Sequence[str], start: int = 0) -> bytes:
    """Return segments one behind the other, in this order, from byte ``start`` of them all.

    Whether they may be read is asked anew each time. Raises Refusal 400, 401, or 404 when one is not there any
    more or not this worker's to read: the laptop then asks for the list again.
    """
    if not 0 < len(segment_ids) <= MOST_AT_ONCE or not all(map(is_id, segment_ids)) or start < 0:
        raise refusal.not_found()
    with centre.database.read() as connection:
        caller = find_reader(centre, connection, token)
        found = {
            row.segment_id: row
            for row in connection.execute(
                select(segment.c.segment_id, segment.c.scope_id, segment.c.audience, segment.c.size).where(
                    _mine(centre), segment.c.segment_id.in_(segment_ids)
                )
            )
        }
        scopes = sorted({row.scope_id for row in found.values()})
        roles = granted_scopes(centre, connection, caller.worker_id, scopes)
        if len(found) != len(set(segment_ids)) or not all(_may_read(roles, row) for row in found.values()):
            raise refusal.not_found()
        if len(segment_ids) > 1 and sum(found[one].size for one in segment_ids) > MOST_BYTES:
            raise refusal.bad_message()
        rows = connection.execute(
            select(segment.c.segment_id, segment.c.content).where(_mine(centre), segment.c.segment_id.in_(segment_ids))
        )
        contents: dict[str, bytes] = {row.segment_id: row.content for row in rows}
    protected = [contents[one] for one in found if found[one].audience == PROTECTED]
    note_protected_reads(centre, caller, _records_in(protected), "segment")
    return b"".join(contents[one] for one in segment_ids)[start:]


def _records_in(contents: Iterable[bytes]) -> Iterator[str]:
    for content in contents:
        for row in unpack(Segment, content).rows:
            yield row.version.record_id


def _may_read(roles: dict[str, str], row: Row[*tuple[Any, ...]]) -> bool:
    return row.scope_id in roles and row.audience in policy.readable(roles[row.scope_id]).of_anyone


def _mine(centre: Centre) -> ColumnElement[bool]:
    return segment.c.council_id == centre.council_id


def _ref(row: Row[*tuple[Any, ...]]) -> SegmentRef:
    return SegmentRef(
        segment_id=row.segment_id,
        scope_id=row.scope_id,
        audience=row.audience,
        first_seq=row.first_seq,
        last_seq=row.last_seq,
        rows=row.row_count,
        size=row.size,
        sha256=row.sha256,
    )


# -- cutting


class Cutter:
    """Cuts what is missing while nobody waits for it. Remembers how far it has looked; one for each process."""

    def __init__(self, centre: Centre) -> None:
        self._centre = centre
        self._looked_upto = 0
        self._waiting: set[tuple[str, str]] = set()

    def cut_some(self) -> bool:
        """Cut the segments of one scope and audience, if any need it. Returns whether more wait."""
        if not self._waiting:
            self._look()
        if self._waiting:
            cut_segments(self._centre, *self._waiting.pop())
        return bool(self._waiting)

    def _look(self) -> None:
        with self._centre.database.read() as connection:
            top = _top(self._centre, connection)
            if top == self._looked_upto:
                return
            rows = connection.execute(
                select(record_table.c.scope_id, record_table.c.audience)
                .distinct()
                .where(
                    record_table.c.council_id == self._centre.council_id,
                    record_table.c.head_seq > self._looked_upto,
                    record_table.c.audience.in_(sorted(SEGMENTABLE)),
                )
            )
            self._waiting = {(row.scope_id, row.audience) for row in rows}
        self._looked_upto = top


def cut_segments(centre: Centre, scope_id: str, audience: str) -> bool:
    """Bring the segments of one scope and audience up to its heads, where too many are in none. Returns whether so.

    Cut from what one moment shows; kept only if by the end nothing in them was narrowed or erased meanwhile, and
    nobody else has cut the same.
    """
    with centre.database.read() as connection:
        state = _state(centre, connection, scope_id, audience)
        tail, live = _count_heads(centre, connection, scope_id, audience, state.upto)
        is_anew = state.must_be_cut_anew(live)
        if tail <= (TAIL_ROWS if state.pieces and not is_anew else 0) and not is_anew:
            return False
        after, top = (0 if is_anew else state.upto), _top(centre, connection)
        heads = connection.execute(
            select(*_HEAD)
            .where(_heads(centre, scope_id, audience), record_table.c.head_seq > after)
            .order_by(record_table.c.head_seq.desc())
        ).all()
        made = [
            _cut(centre, rows, is_lead=is_lead, upto=top, place=(scope_id, audience))
            for is_lead in (True, False)
            for rows in _pieces(centre, connection, [one for one in heads if (one.type in LEAD_TYPES) == is_lead])
        ]
    return _keep(centre, scope_id, audience, made, [head.record_id for head in heads], state, is_anew=is_anew)


def _in_no_piece(centre: Centre, connection: Connection, scopes: Sequence[str]) -> list[tuple[str, str]]:
    """The scopes and audiences whose segments :func:`cut_segments` may have to bring up, all asked at once."""
    pieces = connection.execute(
        select(
            segment.c.scope_id,
            segment.c.audience,
            func.max(segment.c.upto).label("upto"),
            func.sum(segment.c.row_count).label("rows"),
            func.count().label("pieces"),
        )
        .where(_mine(centre), segment.c.scope_id.in_(scopes))
        .group_by(segment.c.scope_id, segment.c.audience)
    )
    states = {(row.scope_id, row.audience): _State(int(row.upto), int(row.rows), int(row.pieces)) for row in pieces}
    heads = connection.execute(
        select(
            record_table.c.scope_id,
            record_table.c.audience,
            func.max(record_table.c.head_seq).label("newest"),
            func.count().label("heads"),
        )
        .where(_alive(centre), record_table.c.scope_id.in_(scopes))
        .group_by(record_table.c.scope_id, record_table.c.audience)
    )
    found = {(row.scope_id, row.audience): (int(row.newest), int(row.heads)) for row in heads}
    return sorted(
        place
        for place in found.keys() | states.keys()
        if (state := states.get(place, _State())).upto < found.get(place, (0, 0))[0]
        or state.must_be_cut_anew(found.get(place, (0, 0))[1])
    )


def _keep(
    centre: Centre,
    scope_id: str,
    audience: str,
    made: list[dict[str, object]],
    record_ids: list[str],
    state: _State,
    *,
    is_anew: bool,
) -> bool:
    with centre.database.write() as connection:
        # Whoever narrows a record of a scope waits for its turn there; so nobody does until we are done.
        lock_scopes(connection, centre.council_id, [scope_id])
        if _state(centre, connection, scope_id, audience) != state:
            return False
        same = 0
        for start in range(0, len(record_ids), 500):
            some = record_ids[start : start + 500]
            query = select(func.count()).select_from(record_table)
            these = and_(_heads(centre, scope_id, audience), record_table.c.record_id.in_(some))
            same += connection.execute(query.where(these)).scalar_one()
        if same != len(record_ids):
            return False
        if is_anew:
            these = and_(_mine(centre), segment.c.scope_id == scope_id, segment.c.audience == audience)
            connection.execute(delete(segment).where(these))
        if made:
            connection.execute(insert(segment), made)
    return True


def _state(centre: Centre, connection: Connection, scope_id: str, audience: str) -> _State:
    row = connection.execute(
        select(func.max(segment.c.upto), func.sum(segment.c.row_count), func.count()).where(
            _mine(centre), segment.c.scope_id == scope_id, segment.c.audience == audience
        )
    ).one()
    return _State(int(row[0] or 0), int(row[1] or 0), int(row[2]))


def _count_heads(centre: Centre, connection: Connection, scope_id: str, audience: str, upto: int) -> tuple[int, int]:
    """How many heads lie above ``upto``, and how many at or below it."""
    query = select(func.count()).select_from(record_table).where(_heads(centre, scope_id, audience))
    above = connection.execute(query.where(record_table.c.head_seq > upto)).scalar_one()
    below = connection.execute(query.where(record_table.c.head_seq <= upto)).scalar_one()
    return int(above), int(below)


_HEAD = (record_table.c.record_id, record_table.c.type, record_table.c.head_seq, record_table.c.head_version_id)


def _heads(centre: Centre, scope_id: str, audience: str) -> ColumnElement[bool]:
    return and_(_alive(centre), record_table.c.scope_id == scope_id, record_table.c.audience == audience)


def _alive(centre: Centre) -> ColumnElement[bool]:
    return and_(record_table.c.council_id == centre.council_id, record_table.c.is_erased.is_(False))


def _top(centre: Centre, connection: Connection) -> int:
    return int(connection.execute(select(council.c.seq).where(council.c.council_id == centre.council_id)).scalar_one())


def _pieces(centre: Centre, connection: Connection, heads: Sequence[Row[*tuple[Any, ...]]]) -> Iterator[list[RawRow]]:
    """Hand out the heads, newest first, in lists that make one segment each."""
    rows: list[RawRow] = []
    used = 0
    for start in range(0, len(heads), _BODIES_AT_ONCE):
        some = heads[start : start + _BODIES_AT_ONCE]
        found = connection.execute(
            select(version.c.version_id, version.c.envelope, version.c.body).where(
                version.c.council_id == centre.council_id,
                version.c.version_id.in_([head.head_version_id for head in some]),
            )
        )
        bytes_of = {row.version_id: (row.envelope, row.body) for row in found}
        for head in some:
            raw = join_version(*bytes_of[head.head_version_id])
            if rows and (used + len(bytes(raw)) > RAW_BYTES or len(rows) == MOST_ROWS):
                yield rows
                rows, used = [], 0
            rows.append(RawRow(seq=head.head_seq, version=raw))
            used += len(bytes(raw))
    if rows:
        yield rows


def _cut(centre: Centre, rows: list[RawRow], *, is_lead: bool, upto: int, place: tuple[str, str]) -> dict[str, object]:
    content = pack(RawSegment(rows=tuple(rows)))
    return {
        "council_id": centre.council_id,
        "segment_id": centre.ids.new(),
        "scope_id": place[0],
        "audience": place[1],
        "is_lead": is_lead,
        "first_seq": rows[-1].seq,
        "last_seq": rows[0].seq,
        "upto": upto,
        "row_count": len(rows),
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "content": content,
    }
