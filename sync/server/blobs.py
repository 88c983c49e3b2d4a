"""Files of records on their way through the council: offered, taken part by part, judged whole, and handed out."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, func, insert, select, update

from models.audience import PROTECTED
from models.ids import is_id
from sync.server import policy, refusal
from sync.server.audit import Entry
from sync.server.blob_places import BlobPlace
from sync.server.callers import Caller, find_caller, find_reader, find_sender, granted_scopes
from sync.server.centre import Centre
from sync.server.pulling import may_read_clause, note_protected_reads
from sync.server.refusal import Refusal
from sync.server.tables import blob, blob_part, held_back
from sync.server.tables import record as record_table
from sync.wire import BLOB_PART_BYTES, MAX_BLOB_BYTES, BlobOffer, BlobState

MOST_OF_A_RECORD = 8
"""Files of one record. A record speaks of one; more only come where two laptops changed it apart."""
_HASH = re.compile(r"[0-9a-f]{64}")
_MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]{1,80}")


@dataclass(frozen=True)
class Part:
    """One part as it goes out, with its hash."""

    data: bytes
    sha256: str


def parts_in(size: int) -> int:
    """How many parts a file of ``size`` bytes travels in."""
    return -(-size // BLOB_PART_BYTES)


# -- coming


def offer(centre: Centre, token: str, request: BlobOffer) -> BlobState:
    """Make ready for a file of a record, and say what of it is here. Saying it again changes nothing.

    Raises Refusal 400, 401, 404 (no such record, or not this worker's to write) or 413.
    """
    _check_names(request.record_id, request.blob_id)
    if request.size <= 0 or not _MEDIA_TYPE.fullmatch(request.media_type):
        raise refusal.bad_message()
    if request.size > MAX_BLOB_BYTES:
        raise Refusal(413, "blob_too_large", "That file is too large to send. Nothing was stored.")
    with centre.database.read() as connection:
        caller = find_caller(centre, connection, token)
        _need_writer(centre, connection, caller, request.record_id)
        found = _row(centre, connection, request.record_id, request.blob_id)
        if found is not None and (found.is_whole or found.size == request.size):
            return _state(centre, connection, found)
    with centre.database.write() as connection:
        caller = find_sender(centre, connection, token)
        _need_writer(centre, connection, caller, request.record_id)
        _begin(centre, connection, caller, request)
    return BlobState(blob_id=request.blob_id, size=request.size, media_type=request.media_type, have=(), is_whole=False)


def _begin(centre: Centre, connection: Connection, caller: Caller, request: BlobOffer) -> None:
    # One offered before with another size was no true offer: only one size has this hash.
    _forget_rows(connection, _here(centre, request.record_id, request.blob_id))
    many = select(func.count()).select_from(blob).where(blob.c.council_id == centre.council_id)
    if connection.execute(many.where(blob.c.record_id == request.record_id)).scalar_one() >= MOST_OF_A_RECORD:
        raise Refusal(413, "too_many_blobs", "This record has as many files as it may have. Nothing was stored.")
    connection.execute(
        insert(blob).values(
            council_id=centre.council_id,
            record_id=request.record_id,
            blob_id=request.blob_id,
            size=request.size,
            media_type=request.media_type,
            worker_id=caller.worker_id,
            device_id=caller.device_id,
            is_whole=False,
            offered_at=centre.clock.stamp(),
        )
    )


def take_part(
    centre: Centre, token: str, record_id: str, blob_id: str, number: int, data: bytes, sha256: str
) -> BlobState:
    """Keep one part and say what is here now. With the last one the whole is judged: what is not what its hash says

    is refused and forgotten. Raises Refusal 400 (also ``part_damaged``, ``blob_wrong``), 401 or 404.
    """
    _check_names(record_id, blob_id)
    with centre.database.read() as connection:
        caller = find_caller(centre, connection, token)
        _need_writer(centre, connection, caller, record_id)
        found = _row(centre, connection, record_id, blob_id)
        if found is None:
            raise refusal.not_found()
        if found.is_whole:
            return _state(centre, connection, found)
    if len(data) != _length_of(found.size, number):
        raise refusal.bad_message()
    if hashlib.sha256(data).hexdigest() != sha256:
        raise Refusal(400, "part_damaged", "That did not arrive as it was sent. Nothing of it was stored.")
    # The part lies durably in its place before a row says so; a crash between the two costs one part sent again.
    centre.blobs.put(centre.council_id, record_id, blob_id, number, data)
    key = _part_here(centre, record_id, blob_id, number)
    with centre.database.write() as connection:
        find_sender(centre, connection, token)
        if _row(centre, connection, record_id, blob_id) is None:
            raise refusal.not_found()
        connection.execute(delete(blob_part).where(key))
        connection.execute(
            insert(blob_part).values(
                council_id=centre.council_id, record_id=record_id, blob_id=blob_id, part_no=number, sha256=sha256
            )
        )
    return _judge(centre, caller, record_id, blob_id)


def _judge(centre: Centre, caller: Caller, record_id: str, blob_id: str) -> BlobState:
    with centre.database.read() as connection:
        found = _row(centre, connection, record_id, blob_id)
        if found is None:
            raise refusal.not_found()
        state = _state(centre, connection, found)
    if state.is_whole or len(state.have) < parts_in(state.size):
        return state
    digest = digest_of(centre.blobs, (centre.council_id, record_id, blob_id), state.size)
    here = _here(centre, record_id, blob_id)
    with centre.database.write() as connection:
        if digest == blob_id:
            connection.execute(update(blob).where(here).values(is_whole=True))
        else:
            _forget_rows(connection, here)
            detail = {"record": record_id, "blob": blob_id}
            entry = Entry("blob_wrong", caller.worker_id, caller.device_id, detail)
            centre.ledger.close(connection, centre.clock.stamp(), [entry])
    if digest != blob_id:
        centre.blobs.remove(centre.council_id, record_id, blob_id)
        raise Refusal(400, "blob_wrong", "That file is not what it was said to be. Nothing of it was kept.")
    return BlobState(blob_id=blob_id, size=state.size, media_type=state.media_type, have=state.have, is_whole=True)


def digest_of(place: BlobPlace, name: tuple[str, str, str], size: int) -> str:
    """SHA-256 in hex over all parts as they lie in their place; "" where one is missing. ``name``: as the place's."""
    whole = hashlib.sha256()
    for number in range(parts_in(size)):
        data = place.get(*name, number)
        if data is None or len(data) != _length_of(size, number):
            return ""
        whole.update(data)
    return whole.hexdigest()


# -- going


def state(centre: Centre, token: str, record_id: str, blob_id: str) -> BlobState:
    """Say how much of a file is here, to a worker who may read its record. Raises Refusal 400, 401 or 404."""
    _check_names(record_id, blob_id)
    with centre.database.read() as connection:
        _need_reader(centre, connection, find_reader(centre, connection, token), record_id)
        found = _row(centre, connection, record_id, blob_id)
        if found is None:
            raise refusal.not_found()
        return _state(centre, connection, found)


def part(centre: Centre, token: str, record_id: str, blob_id: str, number: int) -> Part:
    """Hand out one part of a whole file. Reading one of a protected record is audited, once a file.

    Raises Refusal 400, 401 or 404, the last also where a part is missing or damaged: what is wrong is never sent.
    """
    _check_names(record_id, blob_id)
    with centre.database.read() as connection:
        caller = find_reader(centre, connection, token)
        audience = _need_reader(centre, connection, caller, record_id)
        found = _row(centre, connection, record_id, blob_id)
        wanted = connection.execute(
            select(blob_part.c.sha256).where(_part_here(centre, record_id, blob_id, number))
        ).scalar_one_or_none()
    if found is None or not found.is_whole or wanted is None:
        raise refusal.not_found()
    data = centre.blobs.get(centre.council_id, record_id, blob_id, number)
    if data is None or hashlib.sha256(data).hexdigest() != wanted:
        raise refusal.not_found()
    if audience == PROTECTED and number == 0:
        note_protected_reads(centre, caller, [record_id], "blob")
    return Part(data, wanted)


# -- who may


def _need_reader(centre: Centre, connection: Connection, caller: Caller, record_id: str) -> str:
    """Return the audience of a record this worker may read. Raises Refusal 404."""
    scopes = granted_scopes(centre, connection, caller.worker_id)
    found = connection.execute(
        select(record_table.c.audience).where(
            record_table.c.council_id == centre.council_id,
            record_table.c.record_id == record_id,
            record_table.c.is_erased.is_(False),
            may_read_clause(caller.worker_id, scopes),
        )
    ).scalar_one_or_none()
    if found is None:
        raise refusal.not_found()
    return str(found)


def _need_writer(centre: Centre, connection: Connection, caller: Caller, record_id: str) -> None:
    """Let through whoever may hand over a file of this record. Raises Refusal 404.

    A closed laptop still hands over what belongs to its words, whether they stand in the record or are held back.
    """
    row = connection.execute(
        select(record_table).where(
            record_table.c.council_id == centre.council_id, record_table.c.record_id == record_id
        )
    ).one_or_none()
    if row is not None:
        role = granted_scopes(centre, connection, caller.worker_id, [row.scope_id]).get(row.scope_id)
        before = policy.Standing(row.policy_class, row.audience, row.author_id, row.is_finished)
        if not row.is_erased and policy.can_hand_over_file(before, caller.worker_id, role):
            return
    mine = and_(
        held_back.c.council_id == centre.council_id,
        held_back.c.record_id == record_id,
        held_back.c.device_id == caller.device_id,
        # Of what is held because it was erased by law nothing is kept, and no file of it.
        held_back.c.reason_code != "erased",
    )
    is_erased = row is not None and row.is_erased
    if is_erased or connection.execute(select(held_back.c.held_id).where(mine).limit(1)).first() is None:
        raise refusal.not_found()


# -- forgetting


def forget(centre: Centre, record_ids: list[str]) -> None:
    """Remove every file of these records, rows and parts, as an erasure by law asks. Safe to do again."""
    with centre.database.write() as connection:
        for record_id in sorted(record_ids):
            _forget_rows(connection, and_(blob.c.council_id == centre.council_id, blob.c.record_id == record_id))
    for record_id in sorted(record_ids):
        if is_id(record_id):
            centre.blobs.remove(centre.council_id, record_id)


def _forget_rows(connection: Connection, here: ColumnElement[bool]) -> None:
    rows = connection.execute(select(blob.c.council_id, blob.c.record_id, blob.c.blob_id).where(here)).all()
    for row in rows:
        connection.execute(
            delete(blob_part).where(
                blob_part.c.council_id == row.council_id,
                blob_part.c.record_id == row.record_id,
                blob_part.c.blob_id == row.blob_id,
            )
        )
    connection.execute(delete(blob).where(here))


# -- shared


def _check_names(record_id: str, blob_id: str) -> None:
    if not is_id(record_id) or not _HASH.fullmatch(blob_id):
        raise refusal.not_found()


def _length_of(size: int, number: int) -> int:
    """How long a part must be; -1 for one that there is not."""
    return min(BLOB_PART_BYTES, size - number * BLOB_PART_BYTES) if 0 <= number < parts_in(size) else -1


def _here(centre: Centre, record_id: str, blob_id: str) -> ColumnElement[bool]:
    return and_(blob.c.council_id == centre.council_id, blob.c.record_id == record_id, blob.c.blob_id == blob_id)


def _part_here(centre: Centre, record_id: str, blob_id: str, number: int) -> ColumnElement[bool]:
    return and_(
        blob_part.c.council_id == centre.council_id,
        blob_part.c.record_id == record_id,
        blob_part.c.blob_id == blob_id,
        blob_part.c.part_no == number,
    )


def _row(centre: Centre, connection: Connection, record_id: str, blob_id: str) -> Row[tuple[str]] | None:
    return connection.execute(select(blob).where(_here(centre, record_id, blob_id))).one_or_none()


def _state(centre: Centre, connection: Connection, found: Row[tuple[str]]) -> BlobState:
    parts = connection.execute(
        select(blob_part.c.part_no)
        .where(
            blob_part.c.council_id == centre.council_id,
            blob_part.c.record_id == found.record_id,
            blob_part.c.blob_id == found.blob_id,
        )
        .order_by(blob_part.c.part_no)
    )
    return BlobState(
        blob_id=found.blob_id,
        size=found.size,
        media_type=found.media_type,
        have=tuple(parts.scalars()),
        is_whole=found.is_whole,
    )
