"""What lets a laptop see for itself that words are as their author's laptop signed them: the batches they came in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, and_, select

from models.ids import is_id
from sync.codec import pack
from sync.server import policy, refusal
from sync.server.callers import find_reader, granted_scopes
from sync.server.centre import Centre
from sync.server.pulling import may_read_clause
from sync.server.tables import batch, device, version
from sync.server.tables import record as record_table
from sync.wire import MAX_PROOF_VERSIONS, BatchProof, ProofReply, ProofRequest

MAX_HASHES = 20_000
"""How many hashes one reply carries at most, beside those of its first batch: about 1.3 MB of text."""


def prove(centre: Centre, token: str, request: ProofRequest) -> bytes:
    """Return the signed batches that cover these versions, packed; of those this worker may read, and no others.

    A list names whatever else came in a batch by hashes over random ids and salted hashes, which tell nothing.
    Raises Refusal 400, 401 or 403.
    """
    if len(request.version_ids) > MAX_PROOF_VERSIONS:
        raise refusal.bad_message()
    with centre.database.read() as connection:
        caller = find_reader(centre, connection, token)
        scopes = granted_scopes(centre, connection, caller.worker_id)
        wanted = [version_id for version_id in dict.fromkeys(request.version_ids) if is_id(version_id)]
        rows = _readable(centre, connection, caller.worker_id, scopes, wanted)
        covers: dict[str, list[str]] = {}
        for row in rows:
            covers.setdefault(row.batch_id, []).append(row.version_id)
        found = {row.batch_id: row for row in _batches(centre, connection, covers)}
    batches: list[BatchProof] = []
    later: list[str] = []
    used = 0
    for batch_id, version_ids in covers.items():
        row = found[batch_id]
        hashes = tuple(row.envelope_hashes.split("\n"))
        used += len(hashes)
        if batches and used > MAX_HASHES:
            later += version_ids
            continue
        batches.append(
            BatchProof(
                device_id=row.device_id,
                worker_id=row.worker_id,
                public_key=row.public_key,
                signature=row.signature,
                envelope_hashes=hashes,
                version_ids=tuple(version_ids),
            )
        )
    return pack(ProofReply(batches=tuple(batches), later=tuple(later)))


def _readable(
    centre: Centre, connection: Connection, worker_id: str, scopes: dict[str, str], wanted: list[str]
) -> list[Any]:
    """The asked versions of records this worker may read now, whose own audience has them too, in the line's order."""
    rows = connection.execute(
        select(
            version.c.version_id, version.c.batch_id, version.c.audience, record_table.c.author_id,
            record_table.c.scope_id,
        )
        .join_from(
            version,
            record_table,
            and_(record_table.c.council_id == version.c.council_id, record_table.c.record_id == version.c.record_id),
        )
        .where(
            version.c.council_id == centre.council_id,
            version.c.version_id.in_(wanted),
            may_read_clause(worker_id, scopes),
        )
        .order_by(version.c.seq)
    )  # fmt: skip
    return [
        row for row in rows if policy.can_read(row.audience, scopes[row.scope_id], is_author=row.author_id == worker_id)
    ]


def _batches(centre: Centre, connection: Connection, batch_ids: Iterable[str]) -> list[Any]:
    joined = select(
        batch.c.batch_id, batch.c.signature, batch.c.envelope_hashes, device.c.device_id, device.c.worker_id,
        device.c.public_key,
    ).join_from(
        batch, device, and_(device.c.council_id == batch.c.council_id, device.c.device_id == batch.c.device_id)
    )  # fmt: skip
    where = (batch.c.council_id == centre.council_id, batch.c.batch_id.in_(sorted(batch_ids)))
    return list(connection.execute(joined.where(*where)))
