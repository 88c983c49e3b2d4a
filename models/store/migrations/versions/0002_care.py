"""What came with sync in full: withdrawals to carry out, blobs, anonymous answers waiting to go."""

from __future__ import annotations

from alembic import op

revision = "2"
down_revision = None

STATEMENTS = (
    """CREATE TABLE withdrawal (
        order_id TEXT NOT NULL,
        scope_id TEXT NOT NULL,
        record_id TEXT NOT NULL,
        state TEXT NOT NULL,
        files TEXT DEFAULT '[]' NOT NULL,
        at TEXT NOT NULL,
        CONSTRAINT pk_withdrawal PRIMARY KEY (order_id)
    )""",
    "CREATE INDEX ix_withdrawal_scope_id ON withdrawal (scope_id)",
    """CREATE TABLE spent (
        op_no INTEGER NOT NULL,
        device_epoch INTEGER NOT NULL,
        version_id TEXT NOT NULL,
        CONSTRAINT pk_spent PRIMARY KEY (op_no)
    )""",
    """CREATE TABLE blob (
        blob_id TEXT NOT NULL,
        record_id TEXT NOT NULL,
        file_name TEXT NOT NULL,
        media_type TEXT NOT NULL,
        size INTEGER NOT NULL,
        direction TEXT NOT NULL,
        parts_done INTEGER NOT NULL,
        is_whole INTEGER NOT NULL,
        since TEXT NOT NULL,
        CONSTRAINT pk_blob PRIMARY KEY (blob_id, record_id)
    )""",
    "CREATE INDEX ix_blob_unsent ON blob (record_id) WHERE direction = 'up'",
    """CREATE TABLE answer (
        answer_id TEXT NOT NULL,
        campaign_id TEXT NOT NULL,
        day TEXT NOT NULL,
        content BLOB NOT NULL,
        CONSTRAINT pk_answer PRIMARY KEY (answer_id)
    ) WITHOUT ROWID""",
    """CREATE TABLE device_key (
        device_id TEXT NOT NULL,
        worker_id TEXT NOT NULL,
        public_key BLOB NOT NULL,
        seen_at TEXT NOT NULL,
        CONSTRAINT pk_device_key PRIMARY KEY (device_id)
    )""",
    "ALTER TABLE record ADD COLUMN proof INTEGER NOT NULL DEFAULT 0",
    "UPDATE record SET proof = 1 WHERE head_seq > 0",
    "CREATE INDEX ix_record_proof ON record (row) WHERE proof = 1",
    """CREATE TABLE branch (
        version_id TEXT NOT NULL,
        record_id TEXT NOT NULL,
        CONSTRAINT pk_branch PRIMARY KEY (version_id)
    )""",
    "CREATE INDEX ix_branch_record_id ON branch (record_id)",
    "ALTER TABLE outbox ADD COLUMN held_state TEXT NOT NULL DEFAULT ''",
)


def upgrade() -> None:
    """Make the new tables. Nothing that was there is touched."""
    for statement in STATEMENTS:
        op.execute(statement)
