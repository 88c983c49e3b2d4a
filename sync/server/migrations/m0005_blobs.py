"""The tables of photos, sound, films and pages."""

from __future__ import annotations

NUMBER = 5

STATEMENTS: tuple[str, ...] = (
    """CREATE TABLE blob (
        council_id TEXT NOT NULL,
        record_id TEXT NOT NULL,
        blob_id TEXT NOT NULL,
        size BIGINT NOT NULL,
        media_type TEXT NOT NULL,
        worker_id TEXT NOT NULL,
        device_id TEXT NOT NULL,
        is_whole BOOLEAN NOT NULL,
        offered_at TEXT NOT NULL,
        PRIMARY KEY (council_id, record_id, blob_id)
    )""",
    """CREATE TABLE blob_part (
        council_id TEXT NOT NULL,
        record_id TEXT NOT NULL,
        blob_id TEXT NOT NULL,
        part_no BIGINT NOT NULL,
        sha256 TEXT NOT NULL,
        PRIMARY KEY (council_id, record_id, blob_id, part_no),
        FOREIGN KEY(council_id, record_id, blob_id) REFERENCES blob (council_id, record_id, blob_id)
    )""",
)
