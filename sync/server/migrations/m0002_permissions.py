"""Withdrawal orders and their receipts, cover, decisions on what is held back, erasure by law, the council's rules."""

from __future__ import annotations

NUMBER = 2

STATEMENTS: tuple[str, ...] = (
    """ALTER TABLE assignment ADD COLUMN until_at TEXT""",
    """ALTER TABLE assignment ADD COLUMN reason TEXT""",
    """ALTER TABLE assignment ADD COLUMN from_seq BIGINT""",
    """ALTER TABLE assignment ADD COLUMN to_seq BIGINT""",
    """ALTER TABLE held_back ADD COLUMN decided_at TEXT""",
    """ALTER TABLE held_back ADD COLUMN decided_by TEXT""",
    """ALTER TABLE held_back ADD COLUMN words TEXT""",
    """ALTER TABLE held_back ADD COLUMN news_at BIGINT""",
    """CREATE TABLE withdrawal (
        council_id TEXT NOT NULL,
        order_id TEXT NOT NULL,
        device_id TEXT NOT NULL,
        worker_id TEXT NOT NULL,
        scope_id TEXT NOT NULL,
        record_id TEXT NOT NULL,
        why TEXT NOT NULL,
        seq BIGINT NOT NULL,
        ordered_at TEXT NOT NULL,
        ended_at TEXT,
        receipt_at TEXT,
        signature BLOB,
        PRIMARY KEY (council_id, order_id),
        FOREIGN KEY(council_id, device_id) REFERENCES device (council_id, device_id)
    )""",
    """CREATE INDEX withdrawal_by_device ON withdrawal (council_id, device_id, receipt_at)""",
    """CREATE INDEX withdrawal_by_worker ON withdrawal (council_id, worker_id, scope_id)""",
    """CREATE TABLE erasure (
        council_id TEXT NOT NULL,
        record_id TEXT NOT NULL,
        asked_by TEXT NOT NULL,
        asked_at TEXT NOT NULL,
        reason TEXT NOT NULL,
        agreed_by TEXT,
        agreed_at TEXT,
        tombstone_id TEXT,
        PRIMARY KEY (council_id, record_id)
    )""",
    """CREATE TABLE rule (
        council_id TEXT NOT NULL,
        name TEXT NOT NULL,
        value TEXT NOT NULL,
        PRIMARY KEY (council_id, name)
    )""",
)
