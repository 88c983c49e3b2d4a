"""What lies beside a head and is not merged yet."""

from __future__ import annotations

NUMBER = 4

STATEMENTS: tuple[str, ...] = (
    """CREATE TABLE loose_branch (
        council_id TEXT NOT NULL,
        version_id TEXT NOT NULL,
        record_id TEXT NOT NULL,
        scope_id TEXT NOT NULL,
        audience TEXT NOT NULL,
        seq BIGINT NOT NULL,
        PRIMARY KEY (council_id, version_id),
        FOREIGN KEY (council_id, version_id) REFERENCES version (council_id, version_id)
    )""",
    """CREATE INDEX loose_branch_by_scope ON loose_branch (council_id, scope_id, seq)""",
)
