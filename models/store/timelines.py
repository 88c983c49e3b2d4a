"""The server came back from an older copy: what a laptop asks for again, and what it offers to give back."""

from __future__ import annotations

from sqlalchemy import Connection

from models.store import meta
from models.store.versions import Pen, decode_version
from models.version import Version

GIVE_BACK = "give_back"


def forget_places(connection: Connection, pen: Pen) -> None:
    """Forget every place in the server's line, and queue every version of our own again.

    What colleagues wrote is kept whole too: the older copy may lack it, and its heads may stand before it.
    """
    connection.exec_driver_sql("DELETE FROM cursor")
    connection.exec_driver_sql(
        "INSERT OR IGNORE INTO version (version_id, record_id, seq, envelope) "
        "SELECT tip_version_id, record_id, head_seq, tip FROM record WHERE tip IS NOT NULL"
    )
    connection.exec_driver_sql("UPDATE record SET head_seq = 0")
    connection.exec_driver_sql("UPDATE outbox SET held_reason = ''")
    connection.exec_driver_sql(
        "UPDATE blob SET direction = 'up', parts_done = 0 WHERE is_whole = 1 AND record_id IN "
        "(SELECT record_id FROM record WHERE author_id = ?)",
        (pen.identity.worker.worker_id,),
    )
    connection.exec_driver_sql(
        "INSERT OR IGNORE INTO outbox (op_no, version_id, record_id, since) "
        "SELECT op_no, version_id, record_id, ? FROM version WHERE op_no IS NOT NULL",
        (pen.clock.stamp(),),
    )
    meta.put(connection, GIVE_BACK, b"1")


def must_give_back(connection: Connection) -> bool:
    """Say whether what colleagues wrote has still to be offered to this timeline of the server."""
    return bool(meta.get(connection, GIVE_BACK))


def of_colleagues(connection: Connection, after: str, limit: int) -> list[Version]:
    """The next ``limit`` versions that others wrote and that are kept whole here, by id from ``after`` on."""
    rows = connection.exec_driver_sql(
        "SELECT envelope FROM version WHERE op_no IS NULL AND version_id > ? ORDER BY version_id LIMIT ?",
        (after, limit),
    )
    return [decode_version(row.envelope) for row in rows]
