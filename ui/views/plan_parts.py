"""Parts of planning a visit: who goes, whom to speak to first, and the note that a visit has."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from models.casebook import Casebook
from models.entry import Entry
from models.query import Query
from models.records.planned_visit import PlannedVisit
from models.version import Body
from ui import access
from ui.parts.labels import PlainLabel
from ui.parts.picker import Picker
from ui.views.child_facts import people_of

RECENT = 50
"""Notes looked through for one that names the visit; a note says so to the visit itself as it begins."""


class WhoGoes(QWidget):
    """Which of the workers assigned to the child goes: this worker stands first. `chosen` carries a worker's id."""

    chosen = Signal(str)

    def __init__(self, casebook: Casebook, scope_id: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._casebook = casebook
        field = PlannedVisit.declaration.fields["goes_id"]
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(5)
        label = PlainLabel(field.label, "h3", self, wrap=False)
        column.addWidget(label)
        self.box = Picker(self)
        access.describe(self.box, field.label, key="planned_visit.goes_id")
        self.box.view().setAccessibleName(field.label)
        label.setBuddy(self.box)
        me = casebook.me.worker
        assigned = {one.worker_id for one in casebook.directory.assignments if one.scope_id == scope_id}
        others = sorted((casebook.worker_name(one), one) for one in assigned if one != me.worker_id)
        self.box.addItem(f"{me.display_name} (me)", me.worker_id)
        for name, worker_id in others:
            self.box.addItem(name, worker_id)
        self.box.activated.connect(lambda _at: self.chosen.emit(str(self.box.currentData() or "")))
        column.addWidget(self.box)

    def show_worker(self, worker_id: str) -> None:
        """Show who goes; somebody no longer assigned is still shown."""
        at = self.box.findData(worker_id)
        if at < 0:
            words = self._casebook.worker_name(worker_id) if worker_id else "Not recorded"
            self.box.addItem(words, worker_id)
            at = self.box.count() - 1
        self.box.setCurrentIndex(at)


def speak_first(casebook: Casebook, scope_id: str, wishes: Body) -> str:
    """ "Speak to Grandad (Pete) first." and how to reach them; "" where the child named nobody."""
    people = [one for one in people_of(casebook, scope_id) if not one.body.get("not_any_more_on")]
    chosen = str(wishes.get("contact_first_through_id") or "")
    person = next((one for one in people if one.record_id == chosen), None)
    person = person or next((one for one in people if one.body.get("is_first_contact")), None)
    if person is None or not person.body.get("name"):
        return ""
    words = f"Speak to {person.body['name']} first."
    return f"{words} {person.body['contact']}" if person.body.get("contact") else words


def note_of(casebook: Casebook, scope_id: str, planned_id: str) -> Entry | None:
    """The visit note begun for a planned visit, by whoever wrote it."""
    planned = casebook.entry(planned_id)
    note = casebook.entry(str(planned.body.get("visit_note_id") or "")) if planned else None
    if note is not None and not note.is_deleted:
        return note
    me = casebook.me.worker.worker_id
    notes = casebook.select(Query(types=("visit_note",), scope_id=scope_id, author_id=me, limit=RECENT))
    return next((one for one in notes if one.body.get("planned_visit_id") == planned_id), None)
