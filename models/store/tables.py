"""The vault's fixed tables. A new record type never adds one: bodies are JSON, and what lists need is projected."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary, MetaData, Table, Text, text

SCHEMA = 3
"""Raised by each migration. ``SCHEMA // 1000`` is the major number: a vault with a greater one is left untouched."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

record = Table(
    "record",
    metadata,
    Column("row", Integer, primary_key=True),
    Column("record_id", Text, nullable=False, unique=True),
    Column("scope_id", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("author_id", Text, nullable=False),
    Column("changed_at", Text, nullable=False),
    Column("is_finished", Integer, nullable=False),
    Column("is_deleted", Integer, nullable=False),
    Column("is_hidden", Integer, nullable=False, server_default=text("0")),
    Column("has_choices", Integer, nullable=False),
    # Filled by the projection, from the declaration.
    Column("title", Text, nullable=False),
    Column("when_key", Text, nullable=False),
    Column("k1", Text),
    Column("k2", Text),
    Column("k3", Text),
    # The version the working body grew from, and the server's head. tip is the encoded Version, exact bytes and all.
    Column("tip_version_id", Text, nullable=False),
    Column("head_version_id", Text, nullable=False),
    Column("head_seq", Integer, nullable=False),
    Column("tip", LargeBinary),
    Column("working", LargeBinary),
    Column("needs_index", Integer, nullable=False),
    # Whether its head is as its author's laptop signed it: 0 nothing to ask, 1 not yet looked at, 2 in doubt.
    Column("proof", Integer, nullable=False, server_default=text("0")),
    Index("ix_record_scope_id_when_key", "scope_id", "when_key"),
    Index("ix_record_scope_id_type_when_key", "scope_id", "type", "when_key"),
    Index("ix_record_type_k1", "type", "k1"),
    Index("ix_record_needs_index", "needs_index", sqlite_where=text("needs_index = 1")),
    Index("ix_record_proof", "row", sqlite_where=text("proof = 1")),
    Index("ix_record_working", "row", sqlite_where=text("working IS NOT NULL")),
    Index("ix_record_clash", "row", sqlite_where=text("head_version_id != '' AND head_version_id != tip_version_id")),
    Index("ix_record_begun", "type", "author_id", sqlite_where=text("is_finished = 0")),
    Index("ix_record_has_choices", "has_choices", sqlite_where=text("has_choices = 1")),
)
"""One row a record: the state that stands on this laptop."""

version = Table(
    "version",
    metadata,
    Column("version_id", Text, primary_key=True),
    Column("record_id", Text, nullable=False, index=True),
    Column("op_no", Integer, unique=True),
    Column("seq", Integer, nullable=False, server_default=text("0")),
    Column("envelope", LargeBinary, nullable=False),
)
"""Versions kept whole: our own, the bases of what is being edited, clashing heads, and fetched history."""

branch = Table(
    "branch",
    metadata,
    Column("version_id", Text, primary_key=True),
    Column("record_id", Text, nullable=False, index=True),
)
"""Versions the server keeps beside a head, fetched, and waiting for this laptop to merge them."""

outbox = Table(
    "outbox",
    metadata,
    Column("op_no", Integer, primary_key=True),
    Column("version_id", Text, nullable=False, unique=True),
    Column("record_id", Text, nullable=False, index=True),
    Column("since", Text, nullable=False),
    Column("held_reason", Text, nullable=False, server_default=text("''")),
    Column("held_state", Text, nullable=False, server_default=text("''")),
)
"""Cut versions the server has not acknowledged, and those it keeps in the held-back box, with the reason.

``held_state`` is "" while a manager has not decided, then "returned"; an admitted one leaves the outbox.
"""

cursor = Table("cursor", metadata, Column("name", Text, primary_key=True), Column("value", Integer, nullable=False))
"""How far the pull has come: ``main``, ``grants``, and ``fill:<scope>`` for each scope still being filled."""

issue = Table(
    "issue",
    metadata,
    Column("issue_id", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("record_id", Text, nullable=False),
    Column("words", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("settled_at", Text),
)
"""What a person should look at: a row, never a pop-up."""

withdrawal = Table(
    "withdrawal",
    metadata,
    Column("order_id", Text, primary_key=True),
    Column("scope_id", Text, nullable=False),
    Column("record_id", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("files", Text, nullable=False, server_default=text("'[]'")),
    Column("at", Text, nullable=False),
    Index("ix_withdrawal_scope_id", "scope_id"),
)
"""What must be hidden, handed over and purged: one record, or with an empty ``record_id`` a whole scope.

``state``: "hidden" until what waits has been handed over; "emptied" once its rows are gone and the file, its copies and
its side files are still to be cleaned; "purged" until the server has the receipt; then "done", which holds ids alone:
by it a late word in a form that stayed open is known for what it is. ``files`` names what must still be removed from
the blobs' folder, as JSON. An order that begins with "erased:" is the laptop's own, for a record erased by law.
"""

spent = Table(
    "spent",
    metadata,
    Column("op_no", Integer, primary_key=True),
    Column("device_epoch", Integer, nullable=False),
    Column("version_id", Text, nullable=False),
)
"""Op numbers whose versions were purged: that they were given out stays known (R6), what was written does not."""

blob = Table(
    "blob",
    metadata,
    Column("blob_id", Text, primary_key=True),
    Column("record_id", Text, primary_key=True),
    Column("file_name", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("direction", Text, nullable=False),
    Column("parts_done", Integer, nullable=False),
    Column("is_whole", Integer, nullable=False),
    Column("since", Text, nullable=False),
    Index("ix_blob_unsent", "record_id", sqlite_where=text("direction = 'up'")),
)
"""A photo, sound, clip or page that a record speaks of: where its encrypted file is, and how far it has come or gone.

``direction``: "up" while it must be sent, "down" while it must be fetched, "" when nothing is left to do.
"""

answer = Table(
    "answer",
    metadata,
    Column("answer_id", Text, primary_key=True),
    Column("campaign_id", Text, nullable=False),
    Column("day", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
"""Anonymous answers waiting for their own way out. Their only order is that of random ids."""

device_key = Table(
    "device_key",
    metadata,
    Column("device_id", Text, primary_key=True),
    Column("worker_id", Text, nullable=False),
    Column("public_key", LargeBinary, nullable=False),
    Column("seen_at", Text, nullable=False),
)
"""The key each colleague's laptop signs with, as first seen. It never changes and is never removed."""

audit = Table(
    "audit",
    metadata,
    Column("audit_id", Integer, primary_key=True),
    Column("at", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("record_id", Text, nullable=False),
    Column("version_id", Text, nullable=False),
    Column("worker_id", Text, nullable=False),
)
"""What this laptop's worker did, in order. Ids and verbs only."""

meta = Table("meta", metadata, Column("name", Text, primary_key=True), Column("value", LargeBinary, nullable=False))
"""One value a name: identity, directory, scopes, the last op number, the page to come back to."""

SEARCH = """CREATE VIRTUAL TABLE search USING fts5(
    words, title, who, tokenize = "unicode61 remove_diacritics 2", prefix = '2 3')"""
"""Search words; rowid is record.row. FTS5's own secure-delete stays off: with it a save cost 2.5 times as much at
10,000 notes, and the file is encrypted whole. A purge (R13) writes the index anew instead."""
