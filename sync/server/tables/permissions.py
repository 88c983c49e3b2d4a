"""What has been taken back and from which laptop, what was erased by law, and what the council sets for its laptops."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKeyConstraint, Index, LargeBinary, PrimaryKeyConstraint, Table

from sync.server.tables.core import council_id, metadata, number, text

withdrawal = Table(
    "withdrawal",
    metadata,
    council_id(),
    text("order_id"),
    text("device_id"),
    text("worker_id"),
    text("scope_id"),
    text("record_id"),
    text("why"),
    number("seq"),
    text("ordered_at"),
    text("ended_at", missing=True),
    text("receipt_at", missing=True),
    Column("signature", LargeBinary, nullable=True),
    PrimaryKeyConstraint("council_id", "order_id"),
    ForeignKeyConstraint(["council_id", "device_id"], ["device.council_id", "device.device_id"]),
    Index("withdrawal_by_device", "council_id", "device_id", "receipt_at"),
    Index("withdrawal_by_worker", "council_id", "worker_id", "scope_id"),
)
"""One laptop told to give something up: a record, a whole scope (``record_id`` is ""), or all of it (both are "").

``seq`` is where the council's line stood. An order ends without a receipt when what it is about is granted again.
"""

erasure = Table(
    "erasure",
    metadata,
    council_id(),
    text("record_id"),
    text("asked_by"),
    text("asked_at"),
    text("reason"),
    text("agreed_by", missing=True),
    text("agreed_at", missing=True),
    text("tombstone_id", missing=True),
    PrimaryKeyConstraint("council_id", "record_id"),
)
"""What one person asked to have erased, and another agreed to. A record need not be here any more to stay erased."""

rule = Table(
    "rule",
    metadata,
    council_id(),
    text("name"),
    text("value"),
    PrimaryKeyConstraint("council_id", "name"),
)
"""What the council has set for its laptops, where it differs from what Heard comes with."""
