"""Any declared record by its derived form: written where this worker may, read where they may not."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from models.changes import Changes
from models.dates_typed import mid_sentence
from models.entry import Entry
from models.moments import day_and_time, read_moment
from models.record import Declaration, declaration_of
from models.wording import Spoken, name_and_age, say
from ui import access
from ui.autosave import SaveState
from ui.form_manner import Manner
from ui.link import Link, Navigator
from ui.parts.avatar import initials_among
from ui.parts.buttons import Button
from ui.parts.empty_state import EmptyState
from ui.parts.page_head import PageHead
from ui.parts.scroll_page import ScrollPage
from ui.record_view import RecordView
from ui.save_line import SaveLine
from ui.theme import Theme
from ui.views.child_facts import body_of, title_of_record
from ui.views.choose_child import ChooseChild
from ui.views.form_sheet import FormSheet, delete_record


class RecordPage(QWidget):
    """Opened with a ``type`` and a child's ``scope_id``, or with a ``record_id``."""

    page_key = "edit"

    def __init__(self, link: Link, navigator: Navigator, theme: Theme) -> None:
        super().__init__()
        self._link, self._navigator, self._theme = link, navigator, theme
        self._scope_id = self._record_id = ""
        self._sheet: FormSheet | None = None
        self._view: RecordView | None = None
        self.line = SaveLine()
        self.head = PageHead("edit", self.line, self)
        self.head.went_back.connect(navigator.back)
        self.done_button = Button("Done", "check", "primary", self)
        access.describe(self.done_button, "Done", "Ctrl+Enter", key="edit.done")
        self.done_button.clicked.connect(self._end)
        self.head.buttons.addWidget(self.done_button)
        down = QVBoxLayout(self)
        down.setContentsMargins(0, 14, 0, 0)
        down.setSpacing(8)
        head_row = QHBoxLayout()
        head_row.setContentsMargins(24, 0, 24, 0)
        head_row.addWidget(self.head)
        down.addLayout(head_row)
        self.page = ScrollPage(self, margins=(24, 4, 24, 24), spacing=14)
        down.addWidget(self.page, 1)
        self._content = QVBoxLayout()
        self._content.setSpacing(14)
        self.page.body.addLayout(self._content)
        self.page.body.addStretch(1)
        link.changed.connect(self._on_changed)

    # ---- opening -------------------------------------------------------------------------------------------------

    def page_title(self) -> str:
        """What a screen reader is told."""
        return "Edit"

    def opened(self, type: str = "", scope_id: str = "", record_id: str = "") -> None:  # noqa: A002 - the word of links
        """Show a record to write or to read."""
        self._clear()
        casebook = self._link.casebook
        entry = casebook.entry(record_id) if record_id else None
        if record_id and entry is None:
            self._show_gone()
            return
        declaration = declaration_of(entry.type if entry else type)
        self._scope_id = entry.scope_id if entry else scope_id
        if entry is None and declaration is None:
            self._show_gone()
        elif not self._scope_id and declaration is not None:
            self._ask_child(declaration)
        else:
            if entry is None and declaration is not None and declaration.is_one_per_child:
                entry = casebook.one(declaration.type, self._scope_id)
            self._show(declaration, entry)

    def _clear(self) -> None:
        self._sheet = None
        self._view = None
        self._record_id = ""
        while (item := self._content.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.setParent(None)
                widget.deleteLater()
        self.line.hide()
        self.done_button.hide()

    def _show_gone(self) -> None:
        self.head.show_child("Record", "")
        words = "It may have left this laptop because the child is no longer assigned to you."
        self._content.addWidget(EmptyState("eye-off", "This is not on this laptop", words, parent=self.page.content))

    def _ask_child(self, declaration: Declaration) -> None:
        self.head.show_child(say(declaration.title, None), "")
        chooser = ChooseChild(self._link.casebook, "Whom is this about?", self.page.content)
        chooser.chosen.connect(lambda chosen: self._navigator.open("edit", type=declaration.type, scope_id=chosen))
        self._content.addWidget(chooser)
        chooser.start()

    def _show(self, declaration: Declaration | None, entry: Entry | None) -> None:
        casebook = self._link.casebook
        body = body_of(casebook, self._scope_id)
        child = Spoken.of(body)
        title = say(declaration.title, child) if declaration else "From a newer Heard"
        whom = "" if child.name in title else f" – {name_and_age(body, casebook.clock.today())}"
        marks = initials_among(one.title for one in casebook.children())
        self.head.show_child(f"{title}{whom}", child.name, marks.get(child.name, ""))
        if (call := getattr(self._navigator, "show_section", None)) is not None:
            call("children")
        self._record_id = entry.record_id if entry else ""
        self.line.show_state(SaveState())
        self.line.show()
        if entry is not None and (declaration is None or entry.is_deleted or casebook.why_not_editable(entry)):
            self._read(entry, child)
        elif declaration is not None:
            self._write(declaration, entry, title)

    def _read(self, entry: Entry, child: Spoken) -> None:
        casebook = self._link.casebook
        self._view = RecordView(
            entry, child, title_of=lambda one: title_of_record(casebook, one), parent=self.page.content
        )
        self._view.versions_asked.connect(lambda: self._navigator.open("two_versions", record_id=entry.record_id))
        self._content.addWidget(self._view)
        at = read_moment(entry.changed_at)
        when = mid_sentence(day_and_time(at, casebook.clock.today())) if at else ""
        by = casebook.worker_name(entry.author_id)
        if entry.is_finished:
            self.line.say(f"Finished {when} by {by}")
        else:
            why = casebook.why_not_editable(entry) or "This is deleted"
            self.line.say(f"{why}. Last changed {when} by {by}.", "lock", "info")

    def _write(self, declaration: Declaration, entry: Entry | None, title: str) -> None:
        casebook = self._link.casebook
        draft = entry.draft() if entry else casebook.new_draft(declaration.type, self._scope_id)
        self._record_id = draft.record_id
        sheet = FormSheet(self._link, self._navigator, declaration, draft, entry, Manner(), self.page.content)
        self._sheet = sheet
        sheet.state_changed.connect(self.line.show_state)
        sheet.done.connect(lambda: self._ended(title))
        self.line.copy_asked.connect(sheet.copy_unsaved)
        self._content.addWidget(sheet)
        self.line.show_changed(read_moment(entry.changed_at) if entry else None, casebook.clock.today())
        delete = Button("Delete", "trash-2", "quiet", self.page.content)
        access.describe(delete, f"Delete: {title}", key="edit.delete")
        delete.clicked.connect(lambda: self._delete(title))
        delete.setVisible(not (declaration.is_one_per_child and declaration.type == "child"))
        self._content.addWidget(delete, 0, Qt.AlignmentFlag.AlignRight)
        self.done_button.set_words("Finish" if sheet.is_finished_for_good() else "Done")
        self.done_button.show()
        if (call := getattr(self._navigator, "show_main_action", None)) is not None:
            call(True)
        first = next(iter(sheet.form.rows), "")
        if first:
            sheet.form.focus_on(first)

    def _ended(self, title: str) -> None:
        finished = self._sheet is not None and self._sheet.is_finished_for_good()
        self._navigator.back()
        self._navigator.toast(f"{title} {'finished' if finished else 'saved on this laptop'}")

    def _end(self) -> None:
        if self._sheet is not None:
            self._sheet.end()

    def _delete(self, title: str) -> None:
        sheet = self._sheet
        if sheet is None:
            return
        form, record_id = sheet.form, sheet.form.draft.record_id

        def delete() -> None:
            if form.autosave.exists:
                delete_record(self._link, self._navigator, record_id, title)
            else:
                self._navigator.back()

        form.when_clean(delete)

    def _on_changed(self, changes: Changes) -> None:
        if self._record_id not in changes.records:
            return
        entry = self._link.casebook.entry(self._record_id)
        is_clean = self._sheet is None or not self._sheet.form.has_unsaved()
        if entry is not None and is_clean and (self._view is not None or entry.is_finished):
            self.opened(record_id=self._record_id)

    # ---- what the window asks ------------------------------------------------------------------------------------

    def leave(self) -> None:
        """Save what is typed and cut a version."""
        if self._sheet is not None:
            self._sheet.leave()

    def act(self, name: str) -> bool:
        """Answer the keys that mean something here."""
        if name == "before_you_knock" and self._scope_id:
            self._navigator.open("knock", scope_id=self._scope_id)
            return True
        return self._sheet is not None and self._sheet.act(name)
