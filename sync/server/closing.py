"""The council's signed word that a laptop is closed, so that nobody else can have one emptied."""

from __future__ import annotations

from sqlalchemy import select

from models.ids import is_id
from sync.server.auth import is_signed
from sync.server.callers import find_caller
from sync.server.centre import Centre
from sync.server.founding import read_import_key
from sync.server.refusal import Refusal
from sync.server.tables import council, device, worker
from sync.server.withdrawing import council_help_line, note_receipts, receipt_words
from sync.wire import ClosingReply, EmptiedReply, EmptiedRequest

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
        help_line = council_help_line(centre, connection)
        mine = council.c.council_id == centre.council_id
        timeline = connection.execute(select(council.c.timeline).where(mine)).scalar_one()
    closed_at = row.revoked_at or row.left_at
    if closed_at is None:
        raise _not_closed()
    signature = read_import_key(centre.settings.import_key_path).sign(closing_words(caller.device_id, closed_at))
    return ClosingReply(
        device_id=caller.device_id, closed_at=closed_at, signature=signature, help_line=help_line, timeline=timeline
    )


def _not_closed() -> Refusal:
    return Refusal(404, "not_closed", "The council has not closed Heard on this laptop.")


def emptied(centre: Centre, request: EmptiedRequest) -> EmptiedReply:
    """Write down that nothing is left on a closed laptop; with it every order it had not answered is answered.

    It has no token, for the key it would ask for one with is gone; its signature was made before. Raises Refusal 400
    (no such laptop, or not signed by it) or 404 (not closed). Sending it again gives the same answer.
    """
    device_id = request.device_id
    mine = (device.c.council_id == centre.council_id, device.c.device_id == device_id)
    joined = (worker.c.council_id == device.c.council_id) & (worker.c.worker_id == device.c.worker_id)
    columns = (device.c.worker_id, device.c.public_key, device.c.revoked_at, worker.c.left_at)
    with centre.database.read() as connection:
        row = (
            connection.execute(select(*columns).join(worker, joined).where(*mine)).one_or_none()
            if is_id(device_id)
            else None
        )
    if row is None or not is_signed(row.public_key, request.signature, receipt_words(device_id, (device_id,))):
        raise Refusal(400, "bad_signature", "That receipt did not carry this laptop's own signature.")
    if row.revoked_at is None and row.left_at is None:
        raise _not_closed()
    with centre.database.write() as connection:
        note_receipts(centre, connection, device_id, row.worker_id, None, request.signature)
    return EmptiedReply(device_id=device_id)


def closing_words(device_id: str, closed_at: str) -> bytes:
    """The bytes the council signs when it closes a laptop."""
    return CLOSING_WORDS + f"{device_id}\n{closed_at}".encode()
