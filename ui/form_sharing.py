"""Who can see this? asked of a record while it is being written, also before its first word is kept."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from models.changes import Changes
from models.errors import Trouble
from ui import messages
from ui.sharing import SharingChoice, SharingLine, SharingQuestion

if TYPE_CHECKING:
    from ui.form import Form


class FormSharing(SharingLine):
    """The chip of a form's record. Answered before anything is written, the answer waits for the first word."""

    def __init__(self, form: Form, parent: QWidget | None = None) -> None:
        super().__init__(parent, key=f"{form.declaration.type}.sharing")
        self._form = form
        self.asked.connect(self._ask)
        form.link.changed.connect(self._on_changed)
        self.say_who()

    def say_who(self) -> None:
        """Say how it stands: as it is kept, or as the first word will be kept."""
        casebook, draft = self._form.link.casebook, self._form.draft
        entry = casebook.entry(draft.record_id)
        author_id = entry.author_id if entry is not None else casebook.me.worker.worker_id
        standing = entry or draft
        self.show_who(standing.audience, standing.keep_from, casebook.worker_name(author_id))

    def _ask(self) -> None:
        if self.question is not None:
            self.end()
            return
        form = self._form
        entry = form.link.casebook.entry(form.draft.record_id)
        if entry is not None:
            choice = SharingChoice(form.link, form.navigator, entry, self)
            choice.settled.connect(self.end)
            self.ask(choice)
            return
        question = SharingQuestion(form.draft.audience, form.draft.keep_from, self)
        question.left.connect(self.end)
        question.answered.connect(self._answer)
        self.ask(question)

    def _answer(self, audience: str, keep_from: tuple[str, ...]) -> None:
        # What was typed meanwhile comes to be first, or the answer would be of a record that is not there.
        self._form.when_clean(lambda: self._keep(audience, keep_from))
        self.end()

    def _keep(self, audience: str, keep_from: tuple[str, ...]) -> None:
        form = self._form
        form.draft = replace(form.draft, audience=audience, keep_from=keep_from)
        form.autosave.draft = form.draft
        if form.link.casebook.entry(form.draft.record_id) is not None:
            future = form.link.casebook.set_audience(form.draft.record_id, audience, keep_from)
            form.link.wait(future, failed=self._tell)
        self.say_who()

    def _tell(self, trouble: Trouble) -> None:
        messages.tell_trouble(self, trouble)

    def _on_changed(self, changes: Changes) -> None:
        if self._form.draft.record_id in changes.records:
            self.say_who()
