"""One child's records of one type, which nearly every screen asks for, are found without reading all others."""

from __future__ import annotations

from alembic import op

revision = "3"
down_revision = "2"


def upgrade() -> None:
    """Make one index. No row is touched."""
    op.execute("CREATE INDEX ix_record_scope_id_type_when_key ON record (scope_id, type, when_key)")
