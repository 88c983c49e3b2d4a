"""Whether everyone on a child’s record read This is Me before their first visit; their team sees it (seed 004)."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from models.casebook import Casebook
from models.dates_typed import say_day_short
from models.handing_over import NOT_READ, READ_FIRST, READ_LATER, VISITED_UNREAD, Reader, readers
from models.wording import Spoken
from ui import access
from ui.link import Link
from ui.parts.card import Card
from ui.parts.divider import Divider
from ui.parts.labels import PlainLabel
from ui.parts.pill import Pill

_PILLS = {
    READ_FIRST: ("Read first", "circle-check", "ok"),
    READ_LATER: ("Read after a visit", "circle-alert", "warn"),
    VISITED_UNREAD: ("Visited, not read", "circle-alert", "warn"),
    NOT_READ: ("Not read yet", "circle-help", "info"),
}


def told(reader: Reader) -> str:
    """When they read it and when they first visited, in one line."""
    parts = [f"Read on {say_day_short(reader.read_at.date())}" if reader.read_at else ""]
    parts.append(f"First visit {say_day_short(reader.visited_at.date())}" if reader.visited_at else "No visit yet")
    return " · ".join(part for part in parts if part)


class TeamReading(Card):
    """One row for each worker assigned who writes in the record; those who have not read come first."""

    def __init__(self, link: Link, scope_id: str, child: Spoken, parent: QWidget | None = None) -> None:
        super().__init__(f"Who has read {child.name}’s page", parent=parent)
        self.setObjectName("team_reading")
        found = readers(link.casebook, scope_id)
        if not found:
            words = f"Nothing stands on it yet, or the council has not told this laptop who works with {child.name}."
            self.add(PlainLabel(words, "small", self))
        for number, reader in enumerate(found):
            if number:
                self.add(Divider(self))
            self.add(_row(link.casebook, reader, self))


def _row(casebook: Casebook, reader: Reader, parent: QWidget) -> QWidget:
    part = QWidget(parent)
    row = QHBoxLayout(part)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(12)
    column = QVBoxLayout()
    column.setSpacing(1)
    worker = casebook.worker(reader.worker_id)
    who = " – ".join(one for one in (reader.name, worker.job_title if worker else "") if one)
    column.addWidget(PlainLabel(who, "strong", part))
    column.addWidget(PlainLabel(told(reader), "small", part))
    row.addLayout(column, 1)
    words, icon, tone = _PILLS[reader.state]
    row.addWidget(Pill(words, icon, tone, part))
    access.describe(part, f"{who}: {words}. {told(reader)}", key=f"team_reading.{reader.worker_id}")
    return part
