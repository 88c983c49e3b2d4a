"""What a laptop gets: the heads it may read and has not seen, in the council's order, and a record's history."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, case, false, func, or_, select, update

from models.audience import PROTECTED
from models.ids import is_id
from sync.server import policy, refusal
from sync.server.audit import Entry
from sync.server.callers import Caller, find_reader, granted_scopes, held_scopes
from sync.server.centre import Centre
from sync.server.dropping import standing_campaigns
from sync.server.grants import end_lapsed_cover, find_directory
from sync.server.outgoing import MAX_RAW_BYTES, RawHistory, RawPage, RawRow, join_version, pack, page_room
from sync.server.tables import council, device, loose_branch, version
from sync.server.tables import record as record_table
from sync.server.withdrawing import council_rules, held_news, open_orders
from sync.wire import MAX_PAGE_ROWS, PullRequest

_LARGEST_NUMBER = (1 << 63) - 1
_MOST_COVERS = 4000
_BODIES_AT_ONCE = 50
"""How many bodies are read together: bounds what a page of very long records can take in memory."""


@dataclass(frozen=True)
class _Found:
    """One head on its way out."""

    seq: int
    scope_id: str
    record_id: str
    audience: str
    row: RawRow
    size: int


class _Place(NamedTuple):
    """Where a version lies in the council's line."""

    seq: int
    version_id: str
    scope_id: str
    record_id: str
    audience: str
    is_head: bool = True


def may_read_clause(
    worker_id: str, scopes: Mapping[str, str], audience: ColumnElement[str] = record_table.c.audience
) -> ColumnElement[bool]:
    """Write the policy's answer to "may this worker read it?" as a condition on the record table.

    ``audience`` is the record's, or that of another version of it.
    """
    by_role: dict[str, list[str]] = {}
    for scope_id, role in sorted(scopes.items()):
        by_role.setdefault(role, []).append(scope_id)
    parts = []
    for role, scope_ids in by_role.items():
        allowed = policy.readable(role)
        of_anyone = audience.in_(sorted(allowed.of_anyone))
        of_own = and_(record_table.c.author_id == worker_id, audience.in_(sorted(allowed.of_own)))
        parts.append(and_(record_table.c.scope_id.in_(scope_ids), or_(of_anyone, of_own)))
    return or_(*parts) if parts else false()


def pull(centre: Centre, token: str, request: PullRequest) -> bytes:
    """Return the next page for a laptop, packed. Raises Refusal 400 or 401."""
    covers = [upto for of_scope in request.covered.values() for upto in of_scope.values()]
    numbers = (request.cursor, *request.filling.values(), *covers)
    if len(covers) > _MOST_COVERS or not all(0 <= number <= _LARGEST_NUMBER for number in numbers):
        raise refusal.bad_message()
    while (page := _pull(centre, token, request)) is None:
        end_lapsed_cover(centre)
    return page


def _pull(centre: Centre, token: str, request: PullRequest) -> bytes | None:
    """Return the next page; None if cover is over that must be ended first, so that the page says what it took."""
    with centre.database.read() as connection:
        caller = find_reader(centre, connection, token)
        home = connection.execute(
            select(council.c.timeline, council.c.seq).where(council.c.council_id == centre.council_id)
        ).one()
        scopes, has_lapsed = held_scopes(centre, connection, caller.worker_id)
        if has_lapsed:
            return None
        blank = RawPage(
            rows=(),
            cursor=request.cursor,
            filling={},
            grant_counter=caller.grant_counter,
            timeline=home.timeline,
            more=False,
            server_time=centre.clock.stamp(),
        )
        is_same_line = request.timeline in ("", home.timeline)
        if request.grant_counter != caller.grant_counter or not is_same_line:
            # A server put back from an older copy counts anew: a counter of its other history says nothing here.
            since = request.grant_counter if is_same_line else 0
            blank = _with_grants(centre, connection, blank, caller, scopes, since)
            if request.cursor > 0:
                # The rows wait for the next page: only then has the laptop said which scopes it must fill.
                filling = {scope_id: at for scope_id, at in request.filling.items() if scope_id in scopes}
                blank = replace_page(blank, filling=filling, more=True)
        if not is_same_line:
            return pack(replace_page(blank, cursor=0, filling={}, more=True))
        if blank.more:
            return pack(blank)
        if request.cursor == 0 and scopes and home.seq:
            # A first pull fills every scope, as a new grant fills one; the line goes on from here meanwhile.
            blank = replace_page(blank, cursor=home.seq, filling=dict.fromkeys(scopes, 0), more=True)
            return pack(replace_page(blank, still_to_come=_count(centre, connection, caller, scopes)))
        reading = _Reading(centre, connection, caller, scopes, request, home.seq)
        found, more = reading.find()
        page, sent = _pack_page(blank, reading, found, more, page_room(request.room))
    _note_seen(centre, caller)
    note_protected_reads(centre, caller, [one.record_id for one in sent if one.audience == PROTECTED], "pull")
    return page


def _count(centre: Centre, connection: Connection, caller: Caller, scopes: Mapping[str, str]) -> int:
    """About how many records a first pull brings."""
    mine = (record_table.c.council_id == centre.council_id, may_read_clause(caller.worker_id, scopes))
    return int(connection.execute(select(func.count()).select_from(record_table).where(*mine)).scalar_one())


def replace_page(page: RawPage, **changes: object) -> RawPage:
    """Return the page with some fields changed."""
    fields = {name: getattr(page, name) for name in page.__struct_fields__}
    return RawPage(**{**fields, **changes})


def _with_grants(
    centre: Centre, connection: Connection, page: RawPage, caller: Caller, scopes: dict[str, str], since: int
) -> RawPage:
    """Add all that a laptop hears only when its worker's grants have changed."""
    return replace_page(
        page,
        scopes=scopes,
        directory=find_directory(centre, connection, caller.worker_id, scopes),
        withdrawals=open_orders(centre, connection, caller.device_id),
        held=held_news(centre, connection, caller, since),
        rules=council_rules(centre, connection),
        campaigns=standing_campaigns(centre, connection),
    )


class _Reading:
    """One look at the line: first what still fills newly granted scopes, then what is new for everyone.

    While a scope is being filled the main cursor stands still, so what lies at or below it comes exactly
    once; what changes meanwhile gets a higher seq and comes with the main line.
    """

    def __init__(
        self,
        centre: Centre,
        connection: Connection,
        caller: Caller,
        scopes: Mapping[str, str],
        request: PullRequest,
        top: int,
    ) -> None:
        self._centre = centre
        self._connection = connection
        self._caller = caller
        self._scopes = scopes
        self._cursor = request.cursor
        self._top = max(top, request.cursor)
        self._filling = {
            scope_id: at for scope_id, at in request.filling.items() if scope_id in scopes and at < request.cursor
        }
        self._covered = request.covered

    def find(self) -> tuple[list[_Found], bool]:
        """Return the rows of one page, and whether there are more behind them."""
        found: list[_Found] = []
        more = False
        if self._filling:
            mine = {scope_id: self._scopes[scope_id] for scope_id in self._filling}
            found, more = self._select(self._is_filling, mine, MAX_PAGE_ROWS, 0, self._uncovered())
        if not more and self._cursor < self._top:
            used = sum(one.size for one in found)
            rest, more = self._select(self._is_new, self._scopes, MAX_PAGE_ROWS - len(found), used)
            found += rest
        return found, more

    def _is_filling(self, seq: ColumnElement[int]) -> ColumnElement[bool]:
        fill = []
        for at in sorted(set(self._filling.values())):
            these = sorted(scope_id for scope_id, come in self._filling.items() if come == at)
            fill.append(and_(record_table.c.scope_id.in_(these), seq > at))
        return and_(or_(*fill), seq <= self._cursor)

    def _is_new(self, seq: ColumnElement[int]) -> ColumnElement[bool]:
        return and_(seq > self._cursor, seq <= self._top)

    def _uncovered(self) -> list[ColumnElement[bool]]:
        """Leave out heads the laptop has in segments. What was erased, and what lies beside a head, is in none."""
        covers = [
            (and_(record_table.c.scope_id == scope_id, record_table.c.audience == audience), upto)
            for scope_id in sorted(self._filling.keys() & self._covered.keys())
            for audience, upto in sorted(self._covered[scope_id].items())
        ]
        return [or_(record_table.c.head_seq > case(*covers, else_=0), record_table.c.is_erased)] if covers else []

    def _select(
        self,
        where: Callable[[ColumnElement[int]], ColumnElement[bool]],
        scopes: Mapping[str, str],
        room: int,
        used: int,
        uncovered: Sequence[ColumnElement[bool]] = (),
    ) -> tuple[list[_Found], bool]:
        places = sorted(self._heads(where, scopes, room, uncovered) + self._branches(where, scopes, room))[: room + 1]
        found: list[_Found] = []
        for start in range(0, len(places), _BODIES_AT_ONCE):
            some = places[start : start + _BODIES_AT_ONCE]
            bytes_of = self._read_bytes([place.version_id for place in some])
            for place in some:
                envelope, body = bytes_of[place.version_id]
                size = len(envelope) + len(body)
                used += size
                if len(found) == room or (used > MAX_RAW_BYTES and used > size):
                    return found, True
                raw = RawRow(seq=place.seq, version=join_version(envelope, body), is_head=place.is_head)
                found.append(_Found(place.seq, place.scope_id, place.record_id, place.audience, raw, size))
        return found, False

    def _heads(
        self,
        where: Callable[[ColumnElement[int]], ColumnElement[bool]],
        scopes: Mapping[str, str],
        room: int,
        uncovered: Sequence[ColumnElement[bool]],
    ) -> list[_Place]:
        head = record_table.c
        rows = self._connection.execute(
            select(head.head_seq, head.head_version_id, head.scope_id, head.record_id, head.audience)
            .where(*self._mine(scopes), where(head.head_seq), *uncovered)
            .order_by(head.head_seq)
            .limit(room + 1)
        )
        return [_Place(*row) for row in rows]

    def _branches(
        self, where: Callable[[ColumnElement[int]], ColumnElement[bool]], scopes: Mapping[str, str], room: int
    ) -> list[_Place]:
        """What lies beside those heads and nobody has merged: whoever gets it may."""
        loose = loose_branch.c
        may_read = may_read_clause(self._caller.worker_id, scopes, loose.audience)
        rows = self._connection.execute(
            select(loose.seq, loose.version_id, loose.scope_id, loose.record_id, loose.audience)
            .join_from(
                loose_branch,
                record_table,
                and_(loose.council_id == record_table.c.council_id, loose.record_id == record_table.c.record_id),
            )
            .where(*self._mine(scopes), may_read, record_table.c.is_erased.is_(False), where(loose.seq))
            .order_by(loose.seq)
            .limit(room + 1)
        )
        return [_Place(*row, is_head=False) for row in rows]

    def _mine(self, scopes: Mapping[str, str]) -> list[ColumnElement[bool]]:
        return [
            record_table.c.council_id == self._centre.council_id,
            record_table.c.scope_id.in_(sorted(scopes)),
            may_read_clause(self._caller.worker_id, scopes),
        ]

    def _read_bytes(self, version_ids: list[str]) -> dict[str, tuple[bytes, bytes]]:
        rows = self._connection.execute(
            select(version.c.version_id, version.c.envelope, version.c.body).where(
                version.c.council_id == self._centre.council_id, version.c.version_id.in_(version_ids)
            )
        )
        return {row.version_id: (row.envelope, row.body) for row in rows}

    def cursors(self, found: list[_Found], more: bool) -> tuple[int, dict[str, int]]:
        """Return the cursors that stand once a laptop has these rows."""
        if not more:
            return self._top, {}
        if not found:
            return self._cursor, dict(self._filling)
        last = found[-1].seq
        if last > self._cursor:
            return last, {}
        return self._cursor, {scope_id: max(at, last) for scope_id, at in self._filling.items()}


def _pack_page(
    blank: RawPage, reading: _Reading, found: list[_Found], more: bool, room: int
) -> tuple[bytes, list[_Found]]:
    """Pack as many rows as a page may hold, always at least one."""
    while True:
        cursor, filling = reading.cursors(found, more)
        rows = tuple(one.row for one in found)
        page = pack(replace_page(blank, rows=rows, cursor=cursor, filling=filling, more=more))
        if len(page) <= room or len(found) <= 1:
            return page, found
        found, more = found[: max(1, min(len(found) * 2 // 3, len(found) * room // len(page)))], True


def _note_seen(centre: Centre, caller: Caller) -> None:
    """Remember that a laptop was here, at most once an hour, so that nothing new writes nothing."""
    if caller.last_seen_at > centre.stamp_in(-centre.settings.seen_every_seconds):
        return
    with centre.database.write() as connection:
        connection.execute(
            update(device)
            .where(device.c.council_id == centre.council_id, device.c.device_id == caller.device_id)
            .values(last_seen_at=centre.clock.stamp())
        )


def note_protected_reads(centre: Centre, caller: Caller, record_ids: Iterable[str], way: str) -> None:
    """Put into the audit that protected records went out to this laptop."""
    records = sorted(set(record_ids))
    if not records:
        return
    entry = Entry("read_protected", caller.worker_id, caller.device_id, {"way": way, "records": records})
    with centre.database.write() as connection:
        centre.ledger.close(connection, centre.clock.stamp(), [entry])


def history(centre: Centre, token: str, record_id: str, after: int = 0) -> bytes:
    """Return the versions of a record with seq above ``after`` that this worker may read, packed, oldest first.

    At most 8 MB of them: a laptop asks again after the last seq it got until nothing comes. Raises Refusal
    401, or 404 for a record that is not there or not this worker's to read.
    """
    if not is_id(record_id) or not 0 <= after <= _LARGEST_NUMBER:
        raise refusal.not_found()
    with centre.database.read() as connection:
        caller = find_reader(centre, connection, token)
        scopes = granted_scopes(centre, connection, caller.worker_id)
        found = connection.execute(
            select(record_table).where(
                record_table.c.council_id == centre.council_id,
                record_table.c.record_id == record_id,
                may_read_clause(caller.worker_id, scopes),
            )
        ).one_or_none()
        if found is None:
            raise refusal.not_found()
        allowed = policy.readable(scopes[found.scope_id])
        audiences = allowed.of_own if found.author_id == caller.worker_id else allowed.of_anyone
        rows = connection.execute(
            select(version.c.version_id, version.c.seq, version.c.audience, version.c.envelope, version.c.body)
            .where(
                version.c.council_id == centre.council_id,
                version.c.record_id == record_id,
                version.c.seq > after,
                version.c.audience.in_(sorted(audiences)),
            )
            .order_by(version.c.seq)
        )
        kept: list[RawRow] = []
        used, protected = 0, found.audience == PROTECTED
        for row in rows:
            used += len(row.envelope) + len(row.body)
            if kept and used > MAX_RAW_BYTES:
                rows.close()
                break
            protected = protected or row.audience == PROTECTED
            is_head = row.version_id == found.head_version_id
            kept.append(RawRow(seq=row.seq, version=join_version(row.envelope, row.body), is_head=is_head))
    note_protected_reads(centre, caller, [record_id] if protected else [], "history")
    return pack(RawHistory(versions=tuple(kept)))
