"""The visit note: what happened and the child's own words, apart; saved as it is written, finished when it is whole."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from models.changes import Changes
from models.closing_visit import sheet_of
from models.dates_typed import Lean, mid_sentence
from models.entry import Draft, Entry
from models.errors import Trouble
from models.moments import day_and_time, read_moment
from models.record import declaration_of
from models.version import Body
from models.wording import Spoken, name_and_age
from ui import access, actions, messages, spelling_walk, theme
from ui.autosave import How, SaveState
from ui.form import Form
from ui.form_manner import Manner
from ui.link import Link, Navigator, touches
from ui.parts.avatar import initials_among
from ui.parts.buttons import Button
from ui.parts.empty_state import EmptyState
from ui.parts.error_summary import ErrorSummary
from ui.parts.history_button import HistoryButton
from ui.parts.page_head import PageHead
from ui.parts.scroll_page import ScrollPage
from ui.save_line import SaveLine, words_of
from ui.theme import Theme
from ui.views.child_facts import body_of, note_looked_at
from ui.views.choose_child import ChooseChild
from ui.views.form_page import LEFT_BEHIND
from ui.views.kept_reading import KeptFacts
from ui.views.note_acts import delete_note, link_planned
from ui.views.note_begin import begun_for, offers_of, planned_visit
from ui.views.note_read import NoteReading
from ui.views.note_side import NoteFoot, NoteSide

NARROW_UNDER = 1200
SIDE = 280
SAFE = "Your note is saved. You can also finish it later from Today."
_ASKED_WHEN_NOT_PLANNED = frozenset({"notice_given_days", "trusted_person_first", "change_warned"})


class NotePage(QWidget):
    """Opened with a child's ``scope_id`` (perhaps with ``planned_visit_id``) for a new note, or a ``record_id``."""

    page_key = "note"
    closed = Signal()

    def __init__(self, link: Link, navigator: Navigator, theme: Theme) -> None:
        super().__init__()
        self._link, self._navigator, self._theme = link, navigator, theme
        self._scope_id = self._note_id = self._planned_id = ""
        self._form: Form | None = None
        self._reading: NoteReading | None = None
        self._side: NoteSide | None = None
        self._begun: Entry | None = None
        self._is_narrow: bool | None = None
        self._is_finishing = self._is_warned = self.only_asks = False
        self.line = SaveLine()
        self.line.copy_asked.connect(self._copy_unsaved)
        self.head = PageHead("note", self.line, self)
        self.head.went_back.connect(navigator.back)
        self._read_buttons: tuple[Button, ...] = ()
        self._make_head_buttons()
        across = QHBoxLayout(self)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(0)
        left = QVBoxLayout()
        left.setContentsMargins(0, 14, 0, 0)
        left.setSpacing(8)
        head_row = QHBoxLayout()
        head_row.setContentsMargins(24, 0, 24, 0)
        head_row.addWidget(self.head)
        left.addLayout(head_row)
        self.page = ScrollPage(self, margins=(24, 4, 18, 24), spacing=14)
        left.addWidget(self.page, 1)
        across.addLayout(left, 1)
        self.side_scroll = ScrollPage(self, margins=(4, 16, 22, 24))
        self.side_scroll.setFixedWidth(self._theme.px(SIDE) + 26)
        across.addWidget(self.side_scroll)
        self.summary = ErrorSummary(parent=self.page.content)
        self.page.body.addWidget(self.summary)
        self._strips = QVBoxLayout()
        self.page.body.addLayout(self._strips)
        self._content = QVBoxLayout()
        self.page.body.addLayout(self._content)
        self.page.body.addStretch(1)
        link.changed.connect(self._on_changed)

    def _make_head_buttons(self) -> None:
        self.finish_button = Button("Finish note", "check", "primary", self)
        access.describe(self.finish_button, "Finish note", "Ctrl+Enter", key="note.finish")
        self.finish_button.clicked.connect(self._finish)
        self.head.buttons.addWidget(self.finish_button)
        self.not_now = Button("Not taking part", "hand", "secondary", self)
        access.describe(self.not_now, "Not taking part", actions.keys("not_taking_part"), key="note.not_taking_part")
        self.not_now.clicked.connect(lambda: self._navigator.open("not_taking_part", **self.not_taking_part_about()))
        self.head.buttons.insertWidget(0, self.not_now)
        self.closed.connect(self.close_visit)
        self.history = HistoryButton(self)
        self.history.wanted.connect(lambda record_id: self._navigator.open("history", record_id=record_id))
        self.head.buttons.insertWidget(0, self.history)

    def _make_read_buttons(self) -> None:
        """Those of a note that is read and no longer written."""
        if self._read_buttons:
            return
        self.add_button = Button("Add to this note", "plus", "primary", self)
        access.describe(self.add_button, "Add to this note", key="note.add")
        self.add_button.clicked.connect(self._add)
        self.close_read = Button("", "message-square-heart", "secondary", self)
        self.close_read.setObjectName("note.close_visit")
        self.close_read.clicked.connect(self.closed)
        self.head.buttons.addWidget(self.close_read)
        self.head.buttons.addWidget(self.add_button)
        self.print_button = Button("Print", "printer", "quiet", self)
        access.describe(self.print_button, "Print this note", actions.keys("print"), key="note.print")
        self.print_button.clicked.connect(lambda: self._navigator.open("print", **self.print_about()))
        self.head.buttons.insertWidget(0, self.print_button)
        self._read_buttons = (self.add_button, self.close_read, self.print_button)

    # ---- opening -------------------------------------------------------------------------------------------------

    def page_title(self) -> str:
        """What a screen reader is told."""
        return "Visit note"

    def opened(self, scope_id: str = "", record_id: str = "", planned_visit_id: str = "") -> None:
        """Show a note to write or to read; without a child, ask whom it is about."""
        self._clear()
        self.only_asks = False
        self._scope_id, self._note_id, self._planned_id = scope_id, record_id, planned_visit_id
        entry = self._link.casebook.entry(record_id) if record_id else begun_for(self._link.casebook, planned_visit_id)
        if record_id and entry is None:
            self._show_gone()
        elif entry is not None:
            self._show_entry(entry)
        elif not scope_id:
            self._ask_child()
        else:
            self._start()

    def _show_entry(self, entry: Entry) -> None:
        self._scope_id, self._note_id = entry.scope_id, entry.record_id
        self._planned_id = str(entry.body.get("planned_visit_id") or "")
        if entry.is_finished or entry.is_deleted or self._link.casebook.why_not_editable(entry):
            self._read(entry)
        else:
            self._write(entry.draft(), entry, {})

    def _start(self) -> None:
        planned = planned_visit(self._link.casebook, self._scope_id, self._planned_id)
        self._planned_id = planned.record_id if planned else ""
        draft = self._link.casebook.new_draft("visit_note", self._scope_id)
        self._note_id = draft.record_id
        self._write(draft, None, offers_of(self._link.casebook, planned))

    # ---- what the page shows -------------------------------------------------------------------------------------

    def _clear(self) -> None:
        self._is_finishing = self._is_warned = False
        self.summary.clear()
        self._side = None
        self._form = self._reading = None
        for layout in (self._content, self._strips, self.side_scroll.body):
            while (item := layout.takeAt(0)) is not None:
                if (widget := item.widget()) is not None:
                    widget.hide()
                    widget.setParent(None)
                    widget.deleteLater()
        self.line.show_state(SaveState())
        for button in (self.finish_button, self.history, self.not_now, *self._read_buttons):
            button.hide()

    def _show_head(self, body: Body) -> None:
        casebook = self._link.casebook
        name = Spoken.of(body).name
        marks = initials_among(casebook.names())
        whom = name_and_age(body, casebook.clock.today())
        self.head.show_child(f"Visit note – {whom}", name, marks.get(name, ""))
        is_held = self._link.casebook.entry(self._note_id) is not None
        self.history.show_for(self._note_id if is_held else "")
        note_looked_at(self._link, self._scope_id)
        for tell in ("show_section", "show_main_action"):
            if (call := getattr(self._navigator, tell, None)) is not None:
                call("children" if tell == "show_section" else True)

    def _write(self, draft: Draft, entry: Entry | None, offers: dict[str, Any]) -> None:
        declaration = declaration_of("visit_note")
        assert declaration is not None
        manner = Manner(
            without=_ASKED_WHEN_NOT_PLANNED if self._planned_id else frozenset(),
            offers=offers,
            leans={"visited_at": Lean.BACK, "feedback_sent_on": Lean.BACK, "next_visit_on": Lean.AHEAD},
            folded=frozenset({"More"}),
            headed=False,
            inline_after="What happened",
            lines={"what_happened": 4, "worker_view": 2, "change_since_last": 2, "present": 2},
            placed={"change_since_last": "My view"},
        )
        host = self.page.content
        me = self._link.casebook.me.worker.worker_id
        self._begun = Entry(draft.record_id, draft.scope_id, draft.type, offers, me, "")
        body = body_of(self._link.casebook, self._scope_id)
        child = Spoken.of(body) if body else None
        self._form = Form(self._link, self._navigator, declaration, draft, entry, manner, host, child=child)
        self._form.state_changed.connect(self._show_state)
        self._form.edited.connect(lambda _name: self._tidy_summary())
        self._form.began.connect(self._began)
        self._content.addWidget(self._form)
        self._foot = NoteFoot(self.closed, host)
        self._foot.delete.clicked.connect(self._delete)
        self._content.addWidget(self._foot)
        self.finish_button.show()
        self.not_now.show()
        self._show_head(body)
        if entry is not None:
            self.line.show_changed(read_moment(entry.changed_at), self._link.casebook.clock.today())
        self._fit(anew=True, child=body)
        self._form.focus_on("what_happened")

    def _read(self, entry: Entry) -> None:
        casebook = self._link.casebook
        body = body_of(casebook, self._scope_id)
        self._reading = NoteReading(self._link, self._navigator, entry, Spoken.of(body), self.page.content)
        self._reading.redraw_wanted.connect(self._reopen)
        # Or the button that was pressed, now hidden, would hand the focus to the rail.
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self._content.addWidget(self._reading)
        self._make_read_buttons()
        self.add_button.setVisible(self._reading.can_add())
        self.print_button.show()
        sheet = sheet_of(casebook, entry)
        is_kept = sheet is not None and sheet.is_finished
        self.close_read.set_words("What was told" if is_kept else "Close the visit")
        self.close_read.setVisible(not entry.is_deleted)
        self._show_head(body)
        at = read_moment(entry.changed_at)
        by = casebook.worker_name(entry.author_id)
        when = mid_sentence(day_and_time(at, casebook.clock.today())) if at else ""
        if entry.is_finished:
            self.line.say(f"Finished {when} by {by}")
        else:
            self.line.say(f"{casebook.why_not_editable(entry)}. Last changed {when} by {by}.", "lock", "info")
        self._fit(anew=True, child=body)

    def _ask_child(self) -> None:
        self.only_asks = True
        self.head.show_child("New visit note", "")
        chooser = ChooseChild(self._link.casebook, "Whom is this note about?", self.page.content)
        chooser.chosen.connect(lambda scope_id: self._navigator.open("note", scope_id=scope_id))
        self._content.addWidget(chooser)
        self.line.hide()
        self.side_scroll.hide()
        chooser.start()

    def _show_gone(self) -> None:
        self.head.show_child("Visit note", "")
        words = "It may have left this laptop because the child is no longer assigned to you."
        self._content.addWidget(
            EmptyState("eye-off", "This note is not on this laptop", words, parent=self.page.content)
        )
        self.line.hide()
        self.side_scroll.hide()

    def _reopen(self) -> None:
        self.opened(record_id=self._note_id)

    # ---- beside the note -----------------------------------------------------------------------------------------

    def _fit(self, *, anew: bool = False, child: Body | None = None) -> None:
        """Beside the note where the window is wide, above it where it is not; ``child`` as it has just been read."""
        narrow = self.window().width() < theme.current().px(NARROW_UNDER)
        if not self._scope_id or not (self._form or self._reading) or (narrow == self._is_narrow and not anew):
            return
        self._is_narrow = narrow
        if self._side is not None:
            self._side.hide()
            self._side.setParent(None)
            self._side.deleteLater()
        self.line.show()
        self.side_scroll.setVisible(not narrow)
        host = self.page.content if narrow else self.side_scroll.content
        kept = KeptFacts(self._link, self._note_id, self._begun) if self._form is not None else None
        self._side = NoteSide(
            self._link, self._navigator, self._scope_id, self._note_id, host, narrow=narrow, child=child, kept=kept
        )
        self._side.closed.connect(self.closed)
        (self._strips if narrow else self.side_scroll.body).addWidget(self._side)
        if self._form is not None:
            self._foot.offer_close(is_offered=narrow)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _on_changed(self, changes: Changes) -> None:
        if not self._scope_id or not (self._form or self._reading):
            return
        facts = ("child", "communication_preferences", "person_i_trust", "own_words")
        if touches(changes, asked_by="note", types=facts, scope_id=self._scope_id):
            self._fit(anew=True)
        is_inside = self._scope_id in changes.scopes and bool(changes.types & {"own_words", "addendum", "attachment"})
        if self._note_id in changes.records or is_inside:
            self._follow()

    def _follow(self) -> None:
        """The note may have been finished or deleted elsewhere; what is still being typed is never taken away."""
        entry = self._link.casebook.entry(self._note_id)
        if entry is None:
            return
        if self._form is not None:
            if entry.is_finished and not self._form.has_unsaved() and not self._is_finishing:
                self._reopen()
        elif self._reading is not None and self._reading.addition is None:
            self._reopen()

    def _began(self) -> None:
        """The record has come to be: its planned visit leads to it, and so does the way back after a lock."""
        link_planned(self._link, self._planned_id, self._note_id)
        if (come_back_with := getattr(self._navigator, "come_back_with", None)) is not None and self.isVisible():
            come_back_with(record_id=self._note_id)
        self.history.show_for(self._note_id)

    # ---- saving and finishing ------------------------------------------------------------------------------------

    def _show_state(self, state: SaveState) -> None:
        self.line.show_state(state)
        if state.how is How.TROUBLE and self._is_finishing and self._form is not None:
            self._is_finishing = False
            for form in self._form.forms():
                form.autosave.forget_waiting()
            self._navigator.toast("Not finished yet. The note must be saved first.")

    def _finish(self) -> None:
        form = self._form
        if form is None:
            return
        found = form.check()
        self.summary.show_problems(found, SAFE if form.autosave.exists or form.has_unsaved() else "")
        if found:
            self.page.ensureWidgetVisible(self.summary)
            return
        self._is_finishing = True
        form.when_clean(self._finish_now)

    def _finish_now(self) -> None:
        if not self._is_finishing or self._form is None:
            return
        self._form.leave()
        self._link.wait(self._link.casebook.finish(self._note_id, "note"), self._finished, self._not_finished)

    def _finished(self, _entry: Entry) -> None:
        self._reopen()
        self.page.verticalScrollBar().setValue(0)  # what is read from now on begins at its top
        self._navigator.toast("Note finished")

    def _not_finished(self, trouble: Trouble) -> None:
        self._is_finishing = False
        messages.tell_trouble(self, trouble)

    def _tidy_summary(self) -> None:
        self._is_warned = False
        if self._form is not None and self.summary.isVisible() and not self._form.has_problems_shown():
            self.summary.clear()

    def _copy_unsaved(self) -> None:
        if self._form is not None:
            QGuiApplication.clipboard().setText(self._form.unsaved_words())
            self._navigator.toast("Copied")

    def _add(self) -> None:
        if self._reading is not None:
            self._reading.add()
            self.add_button.hide()

    def close_visit(self) -> None:
        """Go to the sheet of this visit, once the note it belongs to is durable."""
        form = self._form
        if form is None:
            if self._reading is not None:
                self._navigator.open("close_visit", note_id=self._note_id)
            return
        found = form.unfit()
        if found:
            self.summary.show_problems(found, SAFE)
            return
        form.begin()
        form.when_clean(self._close_now)

    def _close_now(self) -> None:
        if self.isVisible():
            self._navigator.open("close_visit", note_id=self._note_id)

    def _delete(self) -> None:
        form = self._form
        if form is not None:
            form.when_clean(lambda: delete_note(self._link, self._navigator, form))

    # ---- what the window asks ------------------------------------------------------------------------------------

    def new_note_about(self) -> dict[str, str]:
        """What another new note started here is about."""
        return {"scope_id": self._scope_id} if self._scope_id else {}

    def not_taking_part_about(self) -> dict[str, str]:
        """What "Not taking part" started here is about: this note, once it exists, or the visit it is planned for."""
        about = self._note_id if self._link.casebook.entry(self._note_id) is not None else self._planned_id
        return {"scope_id": self._scope_id, "about_id": about}

    def print_about(self) -> dict[str, str]:
        """What Ctrl+P prints here: this note, once it exists."""
        if self._link.casebook.entry(self._note_id) is None:
            return {"scope_id": self._scope_id}
        return {"scope_id": self._scope_id, "document": "visit_note", "record_id": self._note_id}

    def may_leave(self) -> bool:
        """Stay once where something typed cannot be saved as it stands, so that it is not lost unseen."""
        found = [] if self._is_warned else [problem for form in self._forms() for problem in form.unfit()]
        if found:
            self._is_warned = True
            self.summary.show_problems(found, LEFT_BEHIND)
        return not found

    def _forms(self) -> list[Form]:
        found = [self._form, self._reading.addition if self._reading else None]
        return [form for form in found if form is not None]

    def leave(self) -> None:
        """Save what is typed and cut versions."""
        for form in self._forms():
            form.leave()

    def act(self, name: str) -> bool:
        """Answer the keys that mean something here."""
        if name == "finish":
            if self._form is not None:
                self._finish()
            elif self._reading is not None and self._reading.addition is not None:
                self._reading.finish_addition()
            else:
                return False
        elif name == "saved" and self._forms():
            for form in self._forms():
                form.hand_over()
            self._navigator.toast(words_of(self._forms()[0].state()))
        elif name == "undo":
            return any(form.undo() for form in self._forms())
        elif name == "spelling":
            inner = [one for form in self._forms() for one in form.forms()]
            return spelling_walk.walk(inner, self._navigator.toast)
        elif name == "close_visit" and (self._form is not None or self._reading is not None):
            self.close_visit()
        elif name == "history" and not self.history.isHidden():
            self._navigator.open("history", record_id=self._note_id)
        elif name == "before_you_knock" and self._scope_id:
            self._navigator.open("knock", scope_id=self._scope_id)
        elif name == "flush":
            for form in self._forms():
                form.hand_over()
        else:
            return False
        return True
