"""A visit note to read: what happened, what the child said in it, and what was added later; adding works here."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from models.dates_typed import mid_sentence
from models.entry import Entry
from models.errors import Trouble
from models.moments import day_and_time, read_day, read_moment, short_day
from models.query import OLDEST, Query, Where
from models.record import declaration_of
from models.value_words import value_words
from models.wording import Spoken, say
from ui import access, messages
from ui.attachments import AttachmentShelf
from ui.autosave import SaveState
from ui.form import Form
from ui.form_manner import Manner
from ui.link import Link, Navigator
from ui.parts.buttons import Button
from ui.parts.card import Card
from ui.parts.error_summary import ErrorSummary
from ui.parts.flow import FlowLayout
from ui.parts.labels import PlainLabel
from ui.parts.pill import Pill
from ui.parts.voice_quote import VoiceQuote
from ui.record_view import RecordView
from ui.save_line import SaveLine
from ui.views.child_facts import title_of_record
from ui.views.kept_reading import KeptCard, KeptFacts
from ui.views.loop_reading import AnswerButton

SAFE = "What you wrote is saved. You can finish it later."


class NoteReading(QWidget):
    """Shows one note that is not being written. `redraw_wanted` after something was added to it."""

    redraw_wanted = Signal()

    def __init__(self, link: Link, navigator: Navigator, note: Entry, child: Spoken, parent: QWidget) -> None:
        super().__init__(parent)
        self._link, self._navigator, self.note, self._child = link, navigator, note, child
        self.setObjectName("visit_note.reading")
        self.addition: Form | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(14)
        casebook = link.casebook
        view = RecordView(note, child, title_of=lambda one: title_of_record(casebook, one), parent=self)
        view.versions_asked.connect(lambda: navigator.open("two_versions", record_id=note.record_id))
        self._column.addWidget(view)
        facts = KeptFacts(link, note.record_id)
        self._column.addWidget(KeptCard(link, facts, child, self, is_small=False))
        for said in self._inside("own_words", "said_in_id"):
            self._column.addWidget(self._saying(said))
        pictures = casebook.attachments.belonging_to(note.record_id, note.scope_id)
        if pictures:
            card = Card("Photos and pages", parent=self)
            card.add(AttachmentShelf(link, navigator, pictures, card))
            self._column.addWidget(card)
        self._mine: Entry | None = None
        for added in self._inside("addendum", "adds_to_id"):
            if not added.is_finished and not casebook.why_not_editable(added):
                self._mine = added
            else:
                self._column.addWidget(self._added(added))
        if self._mine is not None:
            self.add(self._mine)

    def _inside(self, type_name: str, field: str) -> list[Entry]:
        where = (Where(field, "is", self.note.record_id),)
        query = Query(types=(type_name,), scope_id=self.note.scope_id, where=where, order=OLDEST, limit=500)
        return self._link.casebook.select(query)

    def _saying(self, said: Entry) -> QWidget:
        """One of the child's sayings, how it was told, and whether it was checked back."""
        card = Card(parent=self)
        fields = said.declaration.fields if said.declaration else {}
        card.add(PlainLabel(say(fields["words"].label, self._child), "overline", card, tone="voice"))
        quote = VoiceQuote(str(said.body.get("words") or ""), card)
        access.describe(quote, quote.words(), key="own_words.words")
        card.add(quote)
        foot = FlowLayout(across=10, down=4)
        told = value_words(fields["told_by"], said.body.get("told_by"), self._child)
        if told:
            foot.addWidget(
                PlainLabel(f"{say(fields['told_by'].label, self._child)}: {told}", "small", card, wrap=False)
            )
        foot.addWidget(self._checked(said, card))
        if said.body.get("words"):
            foot.addWidget(AnswerButton(self._link, self._navigator, said, self._child, card))
        card.add(foot)
        if correction := str(said.body.get("child_correction") or ""):
            card.add(PlainLabel(say(fields["child_correction"].label, self._child), "overline", card, tone="voice"))
            card.add(VoiceQuote(correction, card))
        return card

    def _checked(self, said: Entry, card: QWidget) -> Pill:
        day = read_day(str(said.body.get("checked_back_on") or ""))
        if said.body.get("checked_back_result") in ("right", "changed"):
            when = f" {mid_sentence(short_day(day, self._link.casebook.clock.today()))}" if day else ""
            return Pill(f"Checked back{when}", "circle-check", "ok", card)
        return Pill("Not checked back yet", "circle-alert", "warn", card)

    def _added(self, added: Entry) -> QWidget:
        at = read_moment(added.changed_at)
        when = f" {mid_sentence(day_and_time(at, self._link.casebook.clock.today()))}" if at else ""
        card = Card(f"Added{when} by {self._link.casebook.worker_name(added.author_id)}", parent=self)
        card.setObjectName("addendum.card")
        card.add(RecordView(added, self._child, plain=True, parent=card))
        return card

    # ---- adding --------------------------------------------------------------------------------------------------

    def can_add(self) -> bool:
        """Whether anything may be added: the note is finished, and no addition is open."""
        return self.note.is_finished and self.addition is None

    def add(self, known: Entry | None = None) -> None:
        """Open an addition, with the cursor in it."""
        declaration = declaration_of("addendum")
        assert declaration is not None
        casebook, note = self._link.casebook, self.note
        # Who may read the note may read what is added to it.
        draft = casebook.new_draft("addendum", note.scope_id, audience=note.audience, keep_from=note.keep_from)
        card = Card("Adding to this note", parent=self)
        card.setObjectName("addendum.new")
        self.summary = ErrorSummary(parent=card)
        card.add(self.summary)
        manner = Manner(headed=False, offers={"adds_to_id": note.record_id}, has_inline=False)
        self.addition = Form(
            self._link, self._navigator, declaration, known.draft() if known else draft, known, manner, card
        )
        form = self.addition
        card.add(form)
        foot = QHBoxLayout()
        line = SaveLine(card)
        self.addition.state_changed.connect(line.show_state)
        foot.addWidget(line, 1)
        self._finish = Button("Finish this addition", "check", "primary", card)
        access.describe(self._finish, "Finish this addition", key="addendum.finish")
        self._finish.clicked.connect(self.finish_addition)
        foot.addWidget(self._finish, 0, Qt.AlignmentFlag.AlignRight)
        card.add(foot)
        self._column.addWidget(card)
        if known is None:
            # Once it is laid out: what has no place yet takes no focus, and the page could not show it.
            QTimer.singleShot(0, self.addition, lambda: form.focus_on("why"))

    def finish_addition(self) -> None:
        """Finish what is being added, or say what it still needs."""
        form = self.addition
        if form is None:
            return
        found = form.check()
        self.summary.show_problems(found, SAFE if found else "")
        if not found:
            form.when_clean(self._finish_now)

    def _finish_now(self) -> None:
        form = self.addition
        assert form is not None
        future = self._link.casebook.finish(form.draft.record_id)
        self._link.wait(future, lambda _entry: self._finished(), self._tell)

    def _finished(self) -> None:
        self._navigator.toast("Added to the note")
        self.redraw_wanted.emit()

    def _tell(self, trouble: Trouble) -> None:
        messages.tell_trouble(self, trouble)

    def state(self) -> SaveState:
        """How the addition stands with saving."""
        return self.addition.state() if self.addition else SaveState()
