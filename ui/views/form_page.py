"""What pages with one form share: a head that says whose record it is, the save line, the keys, and leaving."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from models.changes import Changes
from models.dates_typed import mid_sentence
from models.entry import Draft, Entry
from models.errors import Trouble
from models.fields import fault
from models.moments import day_and_time, read_moment
from models.record import Declaration
from models.wording import Spoken, say
from ui import access, spelling_walk
from ui.autosave import How
from ui.form import Form
from ui.form_manner import Manner
from ui.link import Link, Navigator
from ui.parts.avatar import initials_among
from ui.parts.banner import Banner
from ui.parts.buttons import Button
from ui.parts.card import Card
from ui.parts.empty_state import EmptyState
from ui.parts.error_summary import ErrorSummary
from ui.parts.flow import FlowLayout
from ui.parts.history_button import HistoryButton
from ui.parts.icon_label import IconLabel
from ui.parts.page_head import PageHead
from ui.parts.scroll_page import ScrollPage
from ui.parts.two_versions_strip import TwoVersionsStrip
from ui.record_view import RecordView
from ui.save_line import SaveLine
from ui.theme import Theme
from ui.views.child_facts import body_of, head_of, note_looked_at, title_of_record

SAFE = "Everything else is saved on this laptop."
LEFT_BEHIND = "Put it right, or go again to leave without it. Everything else is saved on this laptop."


def in_a_line(trouble: Trouble) -> str:
    """A trouble as a toast says it."""
    return f"{trouble.title.rstrip('.')}. {trouble.message}".strip()


class FormPage(QWidget):
    """A page of one record. A view decides what stands on it with `show_form`, `show_reading` or `show_nothing`.

    It answers `done` and hears `began`, `record_changed` and `form_changed`.
    """

    page_key = ""

    def __init__(self, link: Link, navigator: Navigator, theme: Theme) -> None:
        super().__init__()
        self._link, self._navigator, self._theme = link, navigator, theme
        self.scope_id = self.record_id = ""
        self.spoken: Spoken | None = None
        self.form: Form | None = None
        self.content: QWidget | None = None
        self._is_going = self._is_warned = False
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.save_line = SaveLine(self)
        self.save_line.copy_asked.connect(self._copy_unsaved)
        self.head = PageHead(self.page_key, self.save_line, self)
        self.head.went_back.connect(navigator.back)
        self.head.setContentsMargins(24, 14, 24, 8)
        column.addWidget(self.head)
        self.page = ScrollPage(self, margins=(24, 4, 24, 24), spacing=14)
        column.addWidget(self.page, 1)
        self.problems = ErrorSummary(parent=self.page.content)
        self.tools = QWidget(self.page.content)
        self._tools = FlowLayout(self.tools, across=10, down=8)
        self._tools.setContentsMargins(0, 0, 0, 0)
        self.tools.hide()
        # Made when there is something to say in them.
        self.note: Banner | None = None
        self.versions: TwoVersionsStrip | None = None
        for part in (self.problems, self.tools):
            self.page.body.addWidget(part)
        self._place = QVBoxLayout()
        self.page.body.addLayout(self._place)
        self.history = HistoryButton(self.head)
        self.history.wanted.connect(lambda record_id: self._navigator.open("history", record_id=record_id))
        self.head.buttons.addWidget(self.history)
        self.page.body.addStretch(1)
        link.changed.connect(self._on_changed)

    # ---- what a view says ----------------------------------------------------------------------------------------

    def add_tool(self, words: str, icon: str, key: str, call: Callable[[], None], kind: str = "secondary") -> Button:
        """Put a button above the form; the view shows and hides it, then calls `fit_tools`."""
        button = Button(words, icon, kind, self.tools)
        button.setObjectName(key)
        button.clicked.connect(lambda: call())
        button.hide()
        self._tools.addWidget(button)
        return button

    def add_head(self, words: str, icon: str, key: str, call: Callable[[], None], keys: str = "") -> Button:
        """Put a button at the right of the head."""
        button = Button(words, icon, "secondary", self.head, keys=keys)
        button.setObjectName(key)
        button.clicked.connect(lambda: call())
        button.hide()
        self.head.buttons.addWidget(button)
        return button

    def fit_tools(self) -> None:
        """Leave no gap where none of the buttons above the form is shown."""
        buttons = self.tools.findChildren(Button, options=Qt.FindChildOption.FindDirectChildrenOnly)
        self.tools.setVisible(any(not button.isHidden() for button in buttons))

    def show_child(self, scope_id: str, title: str) -> None:
        """Say what it is and whose; words may hold {child}, and "" is nobody yet."""
        casebook = self._link.casebook
        body = body_of(casebook, scope_id) if scope_id else {}
        self.scope_id, self.spoken = scope_id, Spoken.of(body) if body else None
        words, name = say(title, self.spoken), self.spoken.name if self.spoken else ""
        whom = head_of(body, casebook.clock.today()) if body else ""
        marks = initials_among(casebook.names())
        self.head.show_child(f"{words} – {whom}" if whom else words, name, marks.get(name, ""))
        if body:
            note_looked_at(self._link, scope_id)
        for tell, about in (("show_section", "children"), ("show_main_action", bool(body))):
            if callable(call := getattr(self._navigator, tell, None)):
                call(about)

    def show_form(self, declaration: Declaration, draft: Draft, entry: Entry | None, manner: Manner) -> Form:
        """Put a form on the page."""
        child = self.spoken if self.scope_id == draft.scope_id else None
        form = Form(self._link, self._navigator, declaration, draft, entry, manner, self.page.content, child=child)
        self._put(form)
        self.form, self.record_id = form, draft.record_id
        form.state_changed.connect(self._on_state)
        form.edited.connect(self._on_edited)
        form.began.connect(self._on_began)
        # A method of the page, no lambda: the autosave outlives the page, and would call what is gone.
        form.autosave.saved.connect(self._on_saved)
        self._show_state()
        if entry is not None and (when := self._when_changed(entry)):
            # The time alone, of a save of last week, would sound like today.
            self.save_line.say(f"Last changed {when}")
        self.save_line.show()
        self._show_versions()
        return form

    def _when_changed(self, entry: Entry) -> str:
        at = read_moment(entry.changed_at)
        return mid_sentence(day_and_time(at, self._link.casebook.clock.today())) if at is not None else ""

    def show_reading(self, entry: Entry, why_not: str) -> None:
        """Put a record on the page to read and not to write, and say why."""
        casebook = self._link.casebook
        view = RecordView(
            entry, self.spoken, title_of=lambda one: title_of_record(casebook, one), parent=self.page.content
        )
        view.versions_asked.connect(self._open_versions)
        self._put(view)
        self.record_id = entry.record_id
        verb = "Finished" if entry.is_finished else "Last changed"
        self.save_line.say(f"{verb} {self._when_changed(entry)} by {casebook.worker_name(entry.author_id)}")
        self.save_line.show()
        self.say_note(say(f"{why_not.rstrip('.')}. You can read it here.", self.spoken), "lock")
        self._show_versions()

    def show_nothing(self, icon: str, title: str, words: str, *buttons: QWidget) -> None:
        """Say that there is nothing to write, and what to do."""
        card = Card(parent=self.page.content)
        card.setObjectName(f"{self.page_key}.nothing")
        card.add(EmptyState(icon, title, words, *buttons))
        self._put(card)

    def say_note(self, words: str, icon: str = "circle-help") -> None:
        """Say something calm above the form; "" takes it away."""
        if self.note is None and words:
            self.note = Banner("", "info", self.page.content)
            self.page.body.insertWidget(self.page.body.indexOf(self.tools), self.note)
        if self.note is not None:
            self.note.set_words(words)
            shown = self.note.findChild(IconLabel)
            if shown is not None:
                shown.set_icon(icon, "info")
            self.note.setVisible(bool(words))

    def _put(self, widget: QWidget) -> None:
        self.clear()
        self.content = widget
        self._place.addWidget(widget)

    def show_choice(self, choice: QWidget) -> None:
        """Ask something before there is a record."""
        self._put(choice)

    def clear(self) -> None:
        """Take what stands there away. What was typed has been handed over."""
        if self.form is not None:
            self.form.leave()
        if self.content is not None:
            self._place.removeWidget(self.content)
            self.content.hide()
            self.content.deleteLater()
        self.form = self.content = None
        self.record_id = ""
        self.history.show_for("")
        self._is_warned = False
        self.problems.clear()
        self.say_note("")
        self._show_strip(are_two=False)
        self.save_line.hide()

    # ---- what the window asks ------------------------------------------------------------------------------------

    def page_title(self) -> str:
        """The title a screen reader says."""
        return self.head.title.text()

    def new_note_about(self) -> dict[str, str]:
        """What a new note started here is about."""
        return {"scope_id": self.scope_id} if self.scope_id else {}

    def main_action(self) -> None:
        """What Ctrl+Enter does."""
        self.done()

    def arrive(self) -> None:
        """Call it at the end of ``opened``."""
        self._is_going = False
        self.fit_history()
        access.announce(self, self.page_title())

    def may_leave(self) -> bool:
        """Stay once where something typed cannot be saved as it stands, so that it is not lost unseen."""
        found = self.unfit()
        if not found or self._is_warned or self._is_going:
            return True
        self.problems.show_problems(found, LEFT_BEHIND)
        self._is_warned = True
        return False

    def leave(self) -> None:
        """Save and cut: another page comes, Heard locks or ends."""
        if self.form is not None:
            self.form.leave()

    def act(self, name: str) -> bool:
        """Answer a key: finish, undo, saved, flush, before_you_knock."""
        if name == "before_you_knock" and self.scope_id:
            self._navigator.open("knock", scope_id=self.scope_id)
            return True
        if name == "history" and not self.history.isHidden():
            self._navigator.open("history", record_id=self.record_id)
            return True
        if self.form is None:
            return False
        if name == "finish":
            self.main_action()
        elif name == "undo":
            return self.form.undo()
        elif name == "saved":
            self.form.hand_over()
            self.form.when_clean(self._say_saved)
            if self.form.state().how is How.TROUBLE:
                self._navigator.toast(self.save_line.text())
        elif name == "spelling":
            return spelling_walk.walk(self.form.forms(), self._navigator.toast)
        elif name == "flush":
            self.form.hand_over()
        else:
            return False
        return True

    def _say_saved(self) -> None:
        assert self.form is not None
        if self.form.autosave.exists:
            self._navigator.toast("Already saved on this laptop. Heard saves as you type.")
        else:
            self._navigator.toast("Nothing is written yet. Heard saves as you type.")

    # ---- saving --------------------------------------------------------------------------------------------------

    def unfit(self) -> list[tuple[str, QWidget]]:
        """What is typed and cannot be saved as it stands: the sentence, and where; said at the field too."""
        found: list[tuple[str, QWidget]] = []
        for form in self.form.forms() if self.form is not None else []:
            for row in list(form.rows.values()):
                row.editor.settle()
                wrong = row.editor.unreadable() or say(fault(row.field, row.editor.value()), self.spoken)
                if wrong:
                    row.show_problem(wrong)
                    found.append((wrong, row.editor.target()))
        return found

    def done(self) -> None:
        """Go back, once all is saved; where something cannot be, show what."""
        form = self.form
        if form is None:
            return
        found = self.unfit()
        if found:
            self.problems.show_problems(found, SAFE if form.autosave.exists or form.has_unsaved() else "")
            return
        form.when_clean(self._go_back)

    def _go_back(self) -> None:
        # Whoever has gone elsewhere meanwhile is not to be taken further back.
        if self.isVisible():
            self._is_going = True
            self._navigator.back()

    def _on_edited(self, name: str) -> None:
        self._is_warned = False
        if self.form is not None and not self.problems.isHidden() and not self.form.has_problems_shown():
            self.problems.clear()
        self.form_changed(name)

    def _on_began(self) -> None:
        come_back_with = getattr(self._navigator, "come_back_with", None)
        if callable(come_back_with) and self.isVisible():
            # Coming back is to this record, and not to another new one.
            come_back_with(**self.arguments())
        self.began()

    def arguments(self) -> dict[str, Any]:
        """What leads back to this record."""
        return {"scope_id": self.scope_id, "record_id": self.record_id}

    def began(self) -> None:
        """The record has come to be."""

    def form_changed(self, name: str) -> None:
        """A field was changed by hand."""

    def record_changed(self, entry: Entry) -> None:
        """The record was changed, here or elsewhere."""

    def must_show_anew(self, entry: Entry) -> bool:
        """Whether what stands here no longer fits the record; never while something typed waits to be saved."""
        if self.form is None:
            return True
        is_closed = entry.is_deleted or bool(self._link.casebook.why_not_editable(entry))
        return is_closed and not self.form.has_unsaved()

    def _show_state(self) -> None:
        if self.form is not None:
            self.save_line.show_state(self.form.state())

    def _on_state(self, _state: object) -> None:
        self._show_state()

    def _on_saved(self, _saved: object) -> None:
        self._show_versions()

    def _show_versions(self) -> None:
        entry = self._link.casebook.entry(self.record_id) if self.record_id else None
        # A record to read shows its own strip.
        self._show_strip(are_two=bool(entry and entry.open_choices and self.form is not None))
        self.history.show_for(self.record_id if entry else "")

    def _show_strip(self, *, are_two: bool) -> None:
        if self.versions is None and are_two:
            self.versions = TwoVersionsStrip(self.page.content)
            self.versions.asked.connect(self._open_versions)
            self.page.body.insertWidget(self.page.body.indexOf(self._place), self.versions)
        if self.versions is not None:
            self.versions.setVisible(are_two)

    def fit_history(self) -> None:
        """Lead to the history where there is a record yet."""
        is_held = bool(self.record_id) and self._link.casebook.entry(self.record_id) is not None
        self.history.show_for(self.record_id if is_held else "")

    def _open_versions(self) -> None:
        if self.form is not None:
            self.form.hand_over()
        self._navigator.open("two_versions", record_id=self.record_id)

    def _copy_unsaved(self) -> None:
        if self.form is not None:
            QApplication.clipboard().setText(self.form.unsaved_words())
            self._navigator.toast("Copied. Paste it where you can keep it.")

    def _on_changed(self, changes: Changes) -> None:
        if self._is_going or self.record_id not in changes.records:
            return
        entry = self._link.casebook.entry(self.record_id)
        if entry is not None:
            self._show_versions()
            self.record_changed(entry)
