"""What a person should look at, written down as a row: never a pop-up, and each thing once."""

from __future__ import annotations

from sqlalchemy import Connection

from models.store.versions import Pen


def raise_issue(connection: Connection, pen: Pen, kind: str, record_id: str, words: str) -> None:
    """Write down something a person should look at, once."""
    connection.exec_driver_sql(
        "INSERT INTO issue (kind, record_id, words, at) SELECT ?, ?, ?, ? WHERE NOT EXISTS "
        "(SELECT 1 FROM issue WHERE kind = ? AND record_id = ? AND words = ? AND settled_at IS NULL)",
        (kind, record_id, words, pen.clock.stamp(), kind, record_id, words),
    )
