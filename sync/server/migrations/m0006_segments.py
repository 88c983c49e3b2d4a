"""Ready-made pieces of a scope for laptops to fetch, and the digests that say whether both ends hold the same."""

from __future__ import annotations

import hashlib

from sqlalchemy import Connection, text

NUMBER = 6

STATEMENTS: tuple[str, ...] = (
    """CREATE TABLE segment (
        council_id TEXT NOT NULL,
        segment_id TEXT NOT NULL,
        scope_id TEXT NOT NULL,
        audience TEXT NOT NULL,
        is_lead BOOLEAN NOT NULL,
        first_seq BIGINT NOT NULL,
        last_seq BIGINT NOT NULL,
        upto BIGINT NOT NULL,
        row_count BIGINT NOT NULL,
        size BIGINT NOT NULL,
        sha256 TEXT NOT NULL,
        content BLOB NOT NULL,
        PRIMARY KEY (council_id, segment_id),
        FOREIGN KEY(council_id, scope_id) REFERENCES scope (council_id, scope_id)
    )""",
    """CREATE INDEX segment_by_scope ON segment (council_id, scope_id, audience)""",
    """CREATE TABLE digest (
        council_id TEXT NOT NULL,
        scope_id TEXT NOT NULL,
        audience TEXT NOT NULL,
        author_id TEXT NOT NULL,
        total BIGINT NOT NULL,
        PRIMARY KEY (council_id, scope_id, audience, author_id),
        FOREIGN KEY(council_id, scope_id) REFERENCES scope (council_id, scope_id)
    )""",
)


def fill(connection: Connection) -> None:
    """Add up the heads that are here already, as :mod:`models.digest` does."""
    totals: dict[tuple[str, str, str, str], int] = {}
    columns = "council_id, scope_id, audience, author_id, record_id, head_version_id"
    for *key, record_id, version_id in connection.execute(text(f"SELECT {columns} FROM record WHERE NOT is_erased")):
        part = hashlib.sha256(f"{record_id}\n{version_id}".encode()).digest()[:8]
        place = (key[0], key[1], key[2], key[3])
        totals[place] = (totals.get(place, 0) + int.from_bytes(part, "big")) % (1 << 64)
    insert = text("INSERT INTO digest VALUES (:council_id, :scope_id, :audience, :author_id, :total)")
    names = ("council_id", "scope_id", "audience", "author_id")
    for place, total in totals.items():
        signed = total - (1 << 64) if total >= 1 << 63 else total
        connection.execute(insert, {**dict(zip(names, place, strict=True)), "total": signed})
