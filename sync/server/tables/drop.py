"""Anonymous answers at the council: what is asked, and what was answered, with nothing that tells from whom or when."""

from __future__ import annotations

from sqlalchemy import PrimaryKeyConstraint, Table

from sync.server.tables.core import council_id, metadata, octets, text

campaign = Table(
    "campaign",
    metadata,
    council_id(),
    text("campaign_id"),
    octets("key"),
    text("title"),
    text("questions"),
    text("opens_on"),
    text("closes_on"),
    PrimaryKeyConstraint("council_id", "campaign_id"),
)
"""A set of anonymous questions (``questions``: a JSON list) and the key that every laptop of the council shares."""

drop_answer = Table(
    "drop_answer",
    metadata,
    council_id(),
    text("campaign_id"),
    text("answer_id"),
    text("day"),
    octets("content"),
    PrimaryKeyConstraint("council_id", "campaign_id", "answer_id"),
    sqlite_with_rowid=False,
)
"""One answer under a random id. No row of another table speaks of one, no foreign key leads to or from it, and there is

no row number: SQLite keeps it in the order of the ids. Each arrival writes its whole day anew, shuffled, so that no
database keeps the order in which they came.
"""
