"""When a laptop was retired by one that joined again, and the two tables of anonymous answers."""

from __future__ import annotations

NUMBER = 3

STATEMENTS: tuple[str, ...] = (
    """ALTER TABLE device ADD COLUMN retired_at TEXT""",
    """CREATE TABLE campaign (
        council_id TEXT NOT NULL,
        campaign_id TEXT NOT NULL,
        key BLOB NOT NULL,
        title TEXT NOT NULL,
        questions TEXT NOT NULL,
        opens_on TEXT NOT NULL,
        closes_on TEXT NOT NULL,
        PRIMARY KEY (council_id, campaign_id)
    )""",
    """CREATE TABLE drop_answer (
        council_id TEXT NOT NULL,
        campaign_id TEXT NOT NULL,
        answer_id TEXT NOT NULL,
        day TEXT NOT NULL,
        content BLOB NOT NULL,
        PRIMARY KEY (council_id, campaign_id, answer_id)
    ) WITHOUT ROWID""",
)
