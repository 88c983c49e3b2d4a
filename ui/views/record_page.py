"""Any record, of any declared type, by the form derived from its declaration, or to read where no one may write it."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt

from models.audience import EVERYONE_ON_RECORD, PROTECTED, may_read
from models.changes import Changes
from models.entry import Entry
from models.errors import Trouble
from models.record import Declaration, declaration_of
from models.wording import say
from ui import access, actions
from ui.form_manner import Manner
from ui.link import Link, Navigator
from ui.parts.buttons import Button
from ui.theme import Theme
from ui.views.child_facts import role_in
from ui.views.choose_child import ChooseChild
from ui.views.form_page import FormPage, in_a_line

KEPT_FROM = "Only the social worker and the team manager can open this. It keeps {child} safe."
NO_TYPE = "A newer Heard may know it. Update Heard, and open it again."
NOT_HERE = "It may have been withdrawn, or the child is no longer assigned to you. Nothing you wrote is lost."


class RecordPage(FormPage):
    """Arguments: ``type`` and ``scope_id``, or ``record_id``; and, for a new record, values of its fields.

    A type of which a child has one opens the current record. A type shown inside another takes its link as an
    argument and the audience of what it belongs to, as an addendum does.
    """

    page_key = "edit"

    def __init__(self, link: Link, navigator: Navigator, theme: Theme) -> None:
        super().__init__(link, navigator, theme)
        self._declaration: Declaration | None = None
        self._opened: dict[str, Any] = {}
        self.add_more = self.add_head("Add to it", "plus", "edit.add", self._add_addendum)
        self.main_button = self.add_head("Done", "check", "edit.done", self.main_action, actions.keys("finish"))
        self.main_button.set_kind("primary")
        self.delete_button = Button("Delete", "trash-2", "danger", self.page.content)
        self.delete_button.clicked.connect(self._delete)
        self.delete_button.hide()
        foot = self.page.body.count() - 1
        self.page.body.insertWidget(foot, self.delete_button)
        self.page.body.setAlignment(self.delete_button, Qt.AlignmentFlag.AlignLeft)

    # ---- opening -------------------------------------------------------------------------------------------------

    def opened(self, type: str = "", scope_id: str = "", record_id: str = "", **more: Any) -> None:  # noqa: A002
        """Open a record, or begin one."""
        self._opened = {"type": type, "scope_id": scope_id, "record_id": record_id, **more}
        self._open()
        self.arrive()

    def _open(self) -> None:
        type_name, scope_id, record_id = (str(self._opened[key]) for key in ("type", "scope_id", "record_id"))
        more = {key: value for key, value in self._opened.items() if key not in ("type", "scope_id", "record_id")}
        casebook = self._link.casebook
        entry = casebook.entry(record_id) if record_id else None
        declaration = entry.declaration if entry else declaration_of(type_name)
        self._declaration = declaration
        if entry is None and not record_id and declaration is not None and declaration.is_one_per_child:
            entry = casebook.one(type_name, scope_id)
        self.clear()
        self.show_child(entry.scope_id if entry else scope_id, declaration.title if declaration else "Record")
        if record_id and entry is None:
            self.show_nothing("circle-help", "This is not on this laptop", NOT_HERE)
        elif entry is None and declaration is not None and not scope_id:
            self._ask_child(declaration)
        elif entry is None and (declaration is None or self.spoken is None):
            self.show_nothing(
                "circle-help", "There is nothing to open here", NO_TYPE if declaration is None else NOT_HERE
            )
        elif not self._may_open(entry, declaration):
            self.show_nothing("lock", "This is kept safe", say(KEPT_FROM, self.spoken))
        elif entry is not None and entry.is_deleted:
            self._show_deleted(entry)
        elif entry is not None and (why_not := casebook.why_not_editable(entry)):
            self.show_reading(entry, why_not)
        else:
            assert declaration is not None
            self._write(declaration, entry, more)
        self._fit_buttons(entry)

    def _ask_child(self, declaration: Declaration) -> None:
        choose = ChooseChild(self._link.casebook, "Whom is this about?", self.page.content)
        choose.chosen.connect(
            lambda scope: self._navigator.open("edit", **{**self._opened, "type": declaration.type, "scope_id": scope})
        )
        self.show_choice(choose)
        choose.start()

    def _may_open(self, entry: Entry | None, declaration: Declaration | None) -> bool:
        casebook = self._link.casebook
        audience = entry.audience if entry and entry.audience else declaration.audience if declaration else ""
        if audience in ("", EVERYONE_ON_RECORD):
            return True
        is_author = audience != PROTECTED and (entry is None or entry.author_id == casebook.me.worker.worker_id)
        return may_read(audience, role_in(casebook, self.scope_id) or None, is_author=is_author)

    def _write(self, declaration: Declaration, entry: Entry | None, more: dict[str, Any]) -> None:
        casebook = self._link.casebook
        offers = {key: value for key, value in more.items() if key in declaration.fields}
        audience: dict[str, Any] = {}
        outer = casebook.entry(str(offers.get(declaration.shown_in) or "")) if declaration.shown_in else None
        if outer is not None:
            audience = {"audience": outer.audience, "keep_from": outer.keep_from}
        draft = entry.draft() if entry else casebook.new_draft(declaration.type, self.scope_id, **audience)
        form = self.show_form(declaration, draft, entry, Manner(offers=offers))
        if form.rows and entry is None:
            form.focus_on(next(iter(form.rows)))

    def _show_deleted(self, entry: Entry) -> None:
        bring_back = Button("Bring it back", "undo-2", "primary")
        bring_back.setObjectName("edit.bring_back")
        record_id = entry.record_id
        bring_back.clicked.connect(lambda: self._bring_back(record_id))
        self.show_nothing("trash-2", "This was deleted", "It can be brought back as it was.", bring_back)
        self.record_id = record_id

    def _fit_buttons(self, entry: Entry | None) -> None:
        declaration, form = self._declaration, self.form
        is_authored = declaration is not None and declaration.edited_by == "author"
        exists = form is not None and form.autosave.exists
        self.main_button.setVisible(form is not None)
        self.main_button.set_words("Finish" if is_authored else "Done")
        self.add_more.setVisible(form is None and entry is not None and entry.is_finished and not entry.is_deleted)
        # The child's own record is what all the others hang on: only the council ends it.
        can_go = exists and declaration is not None and declaration.type != "child"
        self.delete_button.setVisible(can_go)
        if declaration is not None:
            title = say(declaration.title, self.spoken)
            access.describe(self.delete_button, f"Delete: {title}", key=f"{declaration.type}.delete")

    # ---- what the worker does ------------------------------------------------------------------------------------

    def main_action(self) -> None:
        """Finish what its author finishes; leave everything else as it is, saved."""
        if self._declaration is not None and self._declaration.edited_by == "author":
            self._finish()
        else:
            self.done()

    def _finish(self) -> None:
        form = self.form
        if form is None:
            return
        found = form.check()
        if found:
            safe = "What you wrote is saved. You can finish it later." if form.autosave.exists else ""
            self.problems.show_problems(found, safe)
            return
        self.problems.clear()
        form.when_clean(self._finish_now)

    def _finish_now(self) -> None:
        if not self.isVisible():
            return
        self._is_going = True
        title = say(self._declaration.title, self.spoken) if self._declaration else "Record"

        def finished(_entry: Entry) -> None:
            self._navigator.toast(f"{title} finished.")
            self._go_back()

        self._link.wait(self._link.casebook.finish(self.record_id), finished, self._not_done)

    def _delete(self) -> None:
        if self.form is not None:
            self.form.when_clean(self._delete_now)

    def _delete_now(self) -> None:
        if not self.isVisible() or self.form is None or not self.form.autosave.exists:
            return
        self._is_going = True
        link, navigator, record_id = self._link, self._navigator, self.record_id
        title = say(self._declaration.title, self.spoken) if self._declaration else "Record"

        def bring_back() -> None:
            done = f"{title} brought back."
            told = link.casebook.bring_back(record_id)
            link.wait(told, lambda _entry: navigator.toast(done), lambda trouble: navigator.toast(in_a_line(trouble)))

        def deleted(_entry: Entry) -> None:
            self._go_back()
            navigator.toast(f"{title} deleted.", bring_back)

        link.wait(link.casebook.delete(record_id), deleted, self._not_done)

    def _bring_back(self, record_id: str) -> None:
        self._link.wait(self._link.casebook.bring_back(record_id), lambda _entry: self._reopen(), self._not_done)

    def _not_done(self, trouble: Trouble) -> None:
        self._is_going = False
        self._navigator.toast(in_a_line(trouble))

    def _add_addendum(self) -> None:
        self._navigator.open("edit", type="addendum", scope_id=self.scope_id, adds_to_id=self.record_id)

    # ---- what happens meanwhile ----------------------------------------------------------------------------------

    def arguments(self) -> dict[str, Any]:
        """What leads back to this record."""
        return {"type": self._declaration.type if self._declaration else "", "record_id": self.record_id}

    def began(self) -> None:
        """It can be deleted from now on."""
        self._opened = {"scope_id": self.scope_id, **self.arguments()}
        self._fit_buttons(None)

    def record_changed(self, entry: Entry) -> None:
        """Show it anew where it is only read, or was finished or deleted elsewhere; never under the worker's hands."""
        if self.must_show_anew(entry):
            self._reopen()

    def _on_changed(self, changes: Changes) -> None:
        super()._on_changed(changes)
        form, declaration = self.form, self._declaration
        if form is None or declaration is None or not declaration.is_one_per_child:
            return
        is_new = not form.autosave.exists and not form.has_unsaved()
        if is_new and declaration.type in changes.types and self.scope_id in changes.scopes:
            self._reopen()

    def _reopen(self) -> None:
        self._opened = {**self._opened, "record_id": self.record_id if self._is_known() else ""}
        self._open()

    def _is_known(self) -> bool:
        return bool(self.record_id) and self._link.casebook.entry(self.record_id) is not None
