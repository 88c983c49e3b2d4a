"""What is kept ready for laptops: pieces of a scope to fetch, and the digest of its heads; both made from records."""

from __future__ import annotations

from sqlalchemy import ForeignKeyConstraint, Index, PrimaryKeyConstraint, Table

from sync.server.tables.core import council_id, flag, metadata, number, octets, text

segment = Table(
    "segment",
    metadata,
    council_id(),
    text("segment_id"),
    text("scope_id"),
    text("audience"),
    flag("is_lead"),
    number("first_seq"),
    number("last_seq"),
    number("upto"),
    number("row_count"),
    number("size"),
    text("sha256"),
    octets("content"),
    PrimaryKeyConstraint("council_id", "segment_id"),
    ForeignKeyConstraint(["council_id", "scope_id"], ["scope.council_id", "scope.scope_id"]),
    Index("segment_by_scope", "council_id", "scope_id", "audience"),
)
"""Heads of one scope and audience, packed as they travel. A row never changes; it goes when a head in it may no longer

be handed out. Every head of the scope and audience at or below the greatest ``upto`` is in one of them. ``is_lead``:
what makes the child usable on a laptop, to be fetched before all the rest.
"""

digest = Table(
    "digest",
    metadata,
    council_id(),
    text("scope_id"),
    text("audience"),
    text("author_id"),
    number("total"),
    PrimaryKeyConstraint("council_id", "scope_id", "audience", "author_id"),
    ForeignKeyConstraint(["council_id", "scope_id"], ["scope.council_id", "scope.scope_id"]),
)
"""The sum of the heads of a scope by audience and author (:mod:`models.digest`), kept up with every head that moves."""
