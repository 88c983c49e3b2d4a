"""Where a held-back version comes from that another laptop than its own gave back: its writer, and what proves it.

After the council's server went back to an older copy, laptops give back what it lost (:mod:`sync.client.giving_back`).
The signature that came with it is that of the laptop that gave it back; it proves that this
laptop held it, and no more.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from models.version import Version, digest_of_hashes, envelope_hash
from sync.server.auth import is_signed
from sync.server.centre import Centre
from sync.server.tables import audit, batch, device, worker

GIVEN_BACK = "not_yours"
"""Why it is held: it was written under another name, or on another laptop, than those of who sent it."""


@dataclass(frozen=True)
class Origin:
    """Who wrote a version and on which laptop. ``batch_id`` names their own signature over it, "" where it is lost."""

    worker_id: str
    device_id: str
    name: str
    batch_id: str


def find_origin(centre: Centre, connection: Connection, version: Version) -> Origin | None:
    """Return where a version says it comes from, if this council knows that laptop as that worker's; else None."""
    row = connection.execute(
        select(device.c.public_key, worker.c.display_name)
        .join(worker, (worker.c.council_id == device.c.council_id) & (worker.c.worker_id == device.c.worker_id))
        .where(
            device.c.council_id == centre.council_id,
            device.c.device_id == version.device_id,
            device.c.worker_id == version.author_id,
            worker.c.is_server.is_(False),
        )
    ).one_or_none()
    if row is None:
        return None
    batch_id = _signed_in(centre, connection, version, row.public_key)
    return Origin(version.author_id, version.device_id, row.display_name, batch_id)


def _signed_in(centre: Centre, connection: Connection, version: Version, public_key: bytes) -> str:
    """The batch of the version's own laptop whose signature covers it, "" where there is none here."""
    wanted = envelope_hash(version)
    rows = connection.execute(
        select(batch.c.batch_id, batch.c.signature, batch.c.envelope_hashes).where(
            batch.c.council_id == centre.council_id,
            batch.c.device_id == version.device_id,
            batch.c.envelope_hashes.contains(wanted),
        )
    )
    for row in rows:
        hashes = tuple(row.envelope_hashes.split("\n"))
        if wanted in hashes and is_signed(public_key, row.signature, digest_of_hashes(hashes)):
            return str(row.batch_id)
    return ""


def went_back_before(centre: Centre, connection: Connection, content_hash: str) -> bool:
    """Say whether this server had gone back to an older copy before this was held back, by the order of the audit.

    Only then can a laptop rightly hold what a colleague wrote and the council does not have.
    """
    mine = audit.c.council_id == centre.council_id
    held = select(func.max(audit.c.no)).where(mine, audit.c.action == "held", audit.c.detail.contains(content_hash))
    first = select(func.min(audit.c.no)).where(mine, audit.c.action.in_(("went_back", "restored")))
    held_no, first_no = connection.execute(held).scalar_one(), connection.execute(first).scalar_one()
    return None not in (held_no, first_no) and first_no < held_no
