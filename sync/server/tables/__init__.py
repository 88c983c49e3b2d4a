"""The council's tables: each starts with council_id and every key leads with it, so councils can be split."""

from __future__ import annotations

from sync.server.tables.blobs import blob, blob_part
from sync.server.tables.core import (
    assignment,
    attempt,
    audit,
    batch,
    council,
    device,
    enrolment_code,
    held_back,
    imported,
    loose_branch,
    metadata,
    op,
    record,
    scope,
    spent_challenge,
    token,
    version,
    worker,
)
from sync.server.tables.drop import campaign, drop_answer
from sync.server.tables.permissions import erasure, rule, withdrawal
from sync.server.tables.segments import digest, segment

__all__ = [
    "assignment",
    "attempt",
    "audit",
    "batch",
    "blob",
    "blob_part",
    "campaign",
    "council",
    "device",
    "digest",
    "drop_answer",
    "enrolment_code",
    "erasure",
    "held_back",
    "imported",
    "loose_branch",
    "metadata",
    "op",
    "record",
    "rule",
    "scope",
    "segment",
    "spent_challenge",
    "token",
    "version",
    "withdrawal",
    "worker",
]
