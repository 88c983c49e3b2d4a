"""The council's signed word that a laptop is closed, so that nobody else can have one emptied."""

from __future__ import annotations

from sqlalchemy import select

from sync.server.callers import find_caller
from sync.server.centre import Centre
from sync.server.founding import read_import_key
from sync.server.refusal import Refusal
from sync.server.tables import device, worker
from sync.wire import ClosingReply

CLOSING_WORDS = b"heard-closed-1\n"


def closing(centre: Centre, token: str) -> ClosingReply:
    """Tell a closed laptop so, signed with the council's own key.

    Raises Refusal 401, or 404 for a laptop that is not closed.
    """
    with centre.database.read() as connection:
        caller = find_caller(centre, connection, token)
        row = connection.execute(
            select(device.c.revoked_at, worker.c.left_at)
            .join(worker, (worker.c.council_id == device.c.council_id) & (worker.c.worker_id == device.c.worker_id))
            .where(device.c.council_id == centre.council_id, device.c.device_id == caller.device_id)
        ).one()
    closed_at = row.revoked_at or row.left_at
    if closed_at is None:
        raise Refusal(404, "not_closed", "The council has not closed Heard on this laptop.")
    signature = read_import_key(centre.settings.import_key_path).sign(closing_words(caller.device_id, closed_at))
    return ClosingReply(device_id=caller.device_id, closed_at=closed_at, signature=signature)


def closing_words(device_id: str, closed_at: str) -> bytes:
    """The bytes the council signs when it closes a laptop."""
    return CLOSING_WORDS + f"{device_id}\n{closed_at}".encode()
