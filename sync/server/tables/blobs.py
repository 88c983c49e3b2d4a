"""Photos, sound, films and pages that laptops have sent: whose, how far they have come, and what each part must be."""

from __future__ import annotations

from sqlalchemy import ForeignKeyConstraint, PrimaryKeyConstraint, Table

from sync.server.tables.core import council_id, flag, metadata, number, text

blob = Table(
    "blob",
    metadata,
    council_id(),
    text("record_id"),
    text("blob_id"),
    number("size"),
    text("media_type"),
    text("worker_id"),
    text("device_id"),
    flag("is_whole"),
    text("offered_at"),
    PrimaryKeyConstraint("council_id", "record_id", "blob_id"),
)
"""One file of one record. Each record has its own copy, so that nobody is given a file for knowing its hash.

The record need not be here: what belongs to a version in the held-back box is kept with it.
"""

blob_part = Table(
    "blob_part",
    metadata,
    council_id(),
    text("record_id"),
    text("blob_id"),
    number("part_no"),
    text("sha256"),
    PrimaryKeyConstraint("council_id", "record_id", "blob_id", "part_no"),
    ForeignKeyConstraint(["council_id", "record_id", "blob_id"], ["blob.council_id", "blob.record_id", "blob.blob_id"]),
)
"""A part that has come and lies in its place, with the hash it came with."""
