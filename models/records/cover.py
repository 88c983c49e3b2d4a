"""That a worker covered for a child not assigned to them: who, why, from when and until when (design 6)."""

from __future__ import annotations

from datetime import datetime

from models.audience import PROTECTED
from models.fields import line, link, moment, prose
from models.record import Record, record


@record(
    "cover",
    title="Cover",
    plural="Cover",
    edited_by="author",
    audience=PROTECTED,
    timeline="from_at",
    title_field="worker_name",
    icon="users",
    is_on_timeline=False,
    evidence="",
    is_common=False,
)
class Cover(Record):
    """Written by the council's server, finished at once, so that the manager is told and it stays in the history."""

    worker_name: str = line("Who covered", to_finish=True)
    worker_id: str = link("Worker", indexed=True, is_in_form=False)
    reason: str = prose("Why", to_finish=True, searched=False)
    from_at: datetime | None = moment("From", to_finish=True, indexed=True)
    until_at: datetime | None = moment("Until", to_finish=True)
