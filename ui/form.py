"""A form made from a declaration: parts under heads, questions asked when they apply, saved as it is typed."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from shiboken6 import isValid

from models.changes import Changes
from models.dates_typed import Lean
from models.entry import Draft, Entry, Saved
from models.errors import Trouble
from models.fields import Field, Kind, fault
from models.query import TITLE, Query
from models.record import Declaration, is_asked, is_sealed, problems, whose_words
from models.version import Body
from models.wording import Spoken, say
from ui.autosave import Autosave, How, SaveState, combined, same
from ui.editor import Around
from ui.field_row import FieldRow, pick_letters
from ui.form_manner import Manner
from ui.form_parts import FormPart, make_parts
from ui.form_rows import Rows
from ui.link import Link, Navigator

_numbers = count(1)
NEEDS_CHOICE = "Choose between the two versions"


class Form(QWidget):
    """Writes one record, new or known. `state_changed` carries how it stands with saving, `edited` a field's name,
    `began` comes when the record exists. The page calls `leave` before another page stands. ``child`` is how to speak
    of the child, where whoever makes the form has read it already.
    """

    state_changed = Signal(object)
    edited = Signal(str)
    began = Signal()

    def __init__(
        self,
        link: Link,
        navigator: Navigator,
        declaration: Declaration,
        draft: Draft,
        entry: Entry | None = None,
        manner: Manner | None = None,
        parent: QWidget | None = None,
        *,
        child: Spoken | None = None,
    ) -> None:
        super().__init__(parent)
        self.link, self.navigator = link, navigator
        self.declaration, self.draft, self.manner = declaration, draft, manner or Manner()
        self._asked_by = f"form {next(_numbers)}"
        self._body: Body = dict(entry.body) if entry else {}
        self._open: frozenset[str] = frozenset()
        self._unfit: dict[str, str] = {}
        self._state = SaveState()
        self.child = child or self._read_child()
        self.autosave = Autosave(
            link, draft, self._body, exists=entry is not None, asked_by=self._asked_by, offers=self.manner.offers
        )
        self.autosave.state_changed.connect(self._say_state)
        self.autosave.saved.connect(self._on_saved)
        self.autosave.began.connect(self.began)
        self.destroyed.connect(self.autosave.close)
        self._offers = {} if entry else dict(self.manner.offers)
        self._letters_used = [*self.manner.letters]
        self._letters: dict[str, str] = {}
        spelling = link.spelling
        self._checker = spelling.of(draft.scope_id, self.child, self._ask_child) if spelling is not None else None
        # The fields that others hang on: by what they hold a question is asked, or whose words it holds is said.
        fields = declaration.fields.values()
        self._steering = {each.only_when[0] for each in fields if each.only_when} | {each.by for each in fields}
        self.rows = Rows()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(14)
        self.parts: list[FormPart] = make_parts(self, column)
        self._give_letters(self.rows.fields())
        self._refresh(entry)
        link.changed.connect(self._on_changed)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._on_focus)

    # ---- building ------------------------------------------------------------------------------------------------

    def _read_child(self) -> Spoken | None:
        child = self.link.casebook.child(self.draft.scope_id)
        return Spoken.of(child.body) if child else None

    def shown_fields(self) -> list[Field]:
        """The fields this form asks, in the order of the declaration."""
        fields = self.declaration.fields.values()
        return [each for each in fields if each.is_in_form and each.name not in self.manner.without]

    def make_row(self, each: Field, parent: QWidget) -> FieldRow:
        """Make the question of one field, with the value that stands; hidden where it is not asked."""
        around = Around(
            key=f"{self.declaration.type}.{each.name}",
            name=say(each.label, self.child),
            today=self.link.casebook.clock.today,
            child=self.child,
            lean=self.manner.leans.get(each.name, Lean.NEAR),
            options=lambda: self._options(each),
            spelling=self._checker,
        )
        name = each.name
        row = FieldRow(
            each,
            around,
            parent,
            beside=name in self.manner.beside,
            bare=name in self.manner.bare,
            lines=self.manner.lines.get(name, 3),
            chips=name in self.manner.chips,
        )
        body = self.body()
        row.editor.show_value(body.get(name))
        row.edited.connect(lambda: self._on_edit(name))
        row.versions_asked.connect(self._open_versions)
        if (add := getattr(row.editor, "add", None)) is not None:
            add.clicked.connect(lambda: self._add_record(each))
        row.set_letter(self._letters.get(name, ""), self)
        self._dress(row, body)
        if not is_asked(each, body):
            row.hide()
        return row

    def take_in(self, fields: list[Field]) -> None:
        """Questions were built later than the rest, when a fold opened: let them stand as the others do."""
        self._give_letters(fields)
        self._refresh(self.link.casebook.entry(self.draft.record_id))

    def _give_letters(self, fields: list[Field]) -> None:
        """Choose the Alt letters, also of questions that are not built yet: none is to change when one is asked."""
        labelled = [each for each in fields if each.name not in self.manner.bare]
        letters = pick_letters([say(each.label, self.child) for each in labelled], self._letters_used)
        self._letters_used += letters
        for each, letter in zip(labelled, letters, strict=True):
            self._letters[each.name] = letter
            if each.name in self.rows:
                self.rows[each.name].set_letter(letter, self)

    def _options(self, each: Field) -> list[tuple[str, str]]:
        query = Query(types=each.links_to, scope_id=self.draft.scope_id, order=TITLE, limit=200)
        return [(entry.record_id, self._title_of(entry)) for entry in self.link.casebook.select(query)]

    def _title_of(self, entry: Entry) -> str:
        title = entry.declaration.title if entry.declaration else entry.type
        return entry.title or say(title, self.child)

    def _add_record(self, each: Field) -> None:
        self.navigator.open("edit", type=each.links_to[0], scope_id=self.draft.scope_id)

    def _ask_child(self, word: str) -> None:
        self.navigator.open("edit", type="own_term", scope_id=self.draft.scope_id, instead_of=word)

    def _open_versions(self) -> None:
        self.hand_over()
        self.navigator.open("two_versions", record_id=self.draft.record_id)

    # ---- what stands in the form ---------------------------------------------------------------------------------

    def body(self) -> Body:
        """The record as it stands on screen, saved or not."""
        typed = {name: row.editor.value() for name, row in self.rows.items()}
        offers = {} if self.autosave.exists else self._offers
        return {**offers, **self._body, **self.autosave.unsaved(), **typed}

    def focus_on(self, name: str) -> None:
        """Put the cursor into a field."""
        self._unfold(name)
        self.rows[name].focus()

    def set_value(self, name: str, value: Any) -> None:
        """Change a field for the worker, as a page's own button does; it is saved like anything typed."""
        if name in self.rows:
            self.rows[name].editor.show_value(value)
        self.autosave.edit(name, value)
        self.autosave.hand_over()
        self._refresh_asked()

    def begin(self) -> None:
        """Let the record exist, with what is filled in ahead."""
        self.autosave.begin()

    def offer(self, name: str, value: Any) -> None:
        """Fill in ahead, while nothing is written yet."""
        self.autosave.offer(name, value)
        self._offers[name] = value
        if name in self.rows:
            self.rows[name].editor.show_value(value)

    def _on_edit(self, name: str) -> None:
        row = self.rows[name]
        if row.editor.unreadable():
            # "31" on the way to "31/2" was a day; what stood before is still the last that was meant.
            self.autosave.edit(name, row.editor.settled())
        else:
            value = row.editor.value()
            wrong = say(fault(row.field, value), self.child)
            if wrong:
                self._unfit[name] = wrong
                row.show_problem(wrong)
            else:
                self._unfit.pop(name, None)
                self.autosave.edit(name, value)
                self._recheck(name)
            if row.field.kind in (Kind.CHOICE, Kind.TICK, Kind.FLAGS, Kind.LINK, Kind.STROKES):
                # A tap is whole at once; only typing is worth waiting for.
                self.autosave.hand_over()
        if name in self._steering:
            self._refresh_asked()
            body = self.body()
            for each in self.rows.values():
                self._show_voice(each, body)
        self._say_state()
        self.edited.emit(name)

    def _refresh_asked(self) -> None:
        body = self.body()
        for each in self.rows.waiting():
            if is_asked(each, body):
                self.rows.build(each.name)
        for row in self.rows.values():
            wanted = is_asked(row.field, body)
            # A question that no longer applies stays while the cursor is in it: nothing moves the focus.
            if row.isHidden() == wanted and (wanted or not row.has_cursor()):
                row.setVisible(wanted)

    def _dress(self, row: FieldRow, body: Body) -> None:
        """Let a question show what became of its answer, and in whose voice it is."""
        row.show_versions(are_two=row.field.name in self._open)
        row.show_sealed(self.child if is_sealed(row.field, self._body) else None)
        self._show_voice(row, body)

    def _show_voice(self, row: FieldRow, body: Body) -> None:
        if row.field.is_verbatim:
            row.show_voice(is_childs=whose_words(self.declaration, row.field, body) == "child")

    def _refresh(self, entry: Entry | None) -> None:
        self._open = frozenset(choice.field for choice in entry.open_choices) if entry else frozenset()
        for name in self._open:
            self._unfold(name)
        self._refresh_asked()
        body = self.body()
        for row in self.rows.values():
            self._dress(row, body)
        for part in self.parts:
            part.refresh(body)

    # ---- saving, and what comes from elsewhere -------------------------------------------------------------------

    def _on_saved(self, saved: Saved) -> None:
        if isValid(self):
            self._reconcile(saved.entry)

    def _on_changed(self, changes: Changes) -> None:
        if changes.asked_by == self._asked_by:
            return
        if self.draft.record_id in changes.records:
            self.reload()
        for row in self.rows.values():
            if row.field.kind is Kind.LINK and changes.types & set(row.field.links_to):
                row.refresh()

    def reload(self) -> None:
        """Show what the record holds now, wherever the worker is not writing."""
        entry = self.link.casebook.entry(self.draft.record_id)
        if entry is not None:
            self._reconcile(entry)

    def _reconcile(self, entry: Entry) -> None:
        self._body = dict(entry.body)
        self.autosave.exists = True
        for name, row in self.rows.items():
            self._reconcile_field(row, entry.body.get(name))
        for name in self.declaration.fields.keys() - self.rows.keys():
            if not self.autosave.is_unsaved(name):
                self.autosave.take(name, entry.body.get(name))
        self._refresh(entry)

    def _reconcile_field(self, row: FieldRow, value: Any) -> None:
        name, editor = row.field.name, row.editor
        is_busy = self.autosave.is_unsaved(name) or name in self._unfit or bool(editor.unreadable())
        if not is_busy and same(editor.value(), value):
            self.autosave.take(name, value)
            row.show_waiting(is_waiting=False)
        elif is_busy or row.has_cursor():
            # It waits beside the field. The next save grows from what the worker saw, so the casebook merges.
            row.show_waiting(is_waiting=not same(value, self.autosave.seen(name)) and not is_busy)
        else:
            editor.show_value(value)
            self.autosave.take(name, value)
            row.show_waiting(is_waiting=False)

    def _on_focus(self, old: QWidget | None, now: QWidget | None) -> None:
        row = next((each for each in self.rows.values() if each.holds(old)), None)
        if row is None or row.holds(now):
            return
        row.editor.settle()
        wrong = row.editor.unreadable()
        if wrong:
            row.show_problem(wrong)
        else:
            self._recheck(row.field.name)
        self.autosave.hand_over()
        if now is not None and self.autosave.exists:
            self.reload()

    def hand_over(self) -> None:
        """Save what is typed, now; in every record of this form."""
        for form in self.forms():
            for row in list(form.rows.values()):
                row.editor.settle()
            form.autosave.flush()

    def leave(self) -> None:
        """Save and cut versions: the worker goes elsewhere, or Heard locks."""
        self.hand_over()
        for form in self.forms():
            if form.autosave.exists or form.autosave.has_unsaved():
                future = self.link.casebook.cut(form.draft.record_id, form._asked_by)
                self.link.wait(future, failed=lambda _trouble: None)

    def when_clean(self, then: Callable[[], None]) -> None:
        """Call ``then`` once all that was typed in this form is durable."""
        self.hand_over()
        forms = self.forms()
        left = [form for form in forms if form.autosave.has_unsaved()]
        if not left:
            then()
            return
        waiting = {id(form) for form in left}

        def clean(form: Form) -> None:
            waiting.discard(id(form))
            if not waiting and isValid(self):
                then()

        for form in left:
            form.autosave.when_clean(lambda form=form: clean(form))  # type: ignore[misc]

    # ---- state and problems --------------------------------------------------------------------------------------

    def forms(self) -> list[Form]:
        """This form and those of the records shown inside it."""
        found = [self]
        for part in self.parts:
            found += part.inline_forms()
        return found

    def has_unsaved(self) -> bool:
        """Whether anything typed here, or in a record inside, is not durable yet."""
        return any(form.autosave.has_unsaved() for form in self.forms())

    def state(self) -> SaveState:
        """How this form and those inside it stand with saving."""
        unfit = [SaveState(How.TROUBLE, trouble=Trouble(words)) for words in self._unfit.values()]
        inner = [form.state() for form in self.forms()[1:]]
        return combined([self.autosave.state, *inner, *unfit])

    def _say_state(self, _state: object = None) -> None:
        state = self.state()
        if state != self._state:
            self._state = state
            self.state_changed.emit(state)

    def unsaved_words(self) -> str:
        """What is typed and not saved, as text to copy."""
        words = []
        for form in self.forms():
            for name, value in form.autosave.unsaved().items():
                if name in form.rows and isinstance(value, str):
                    words.append(f"{form.rows[name].name}\n{value}")
        return "\n\n".join(words)

    def check(self) -> list[tuple[str, QWidget]]:
        """What stands in the way of finishing: the sentence, and the widget it leads to. Shown at each field too."""
        found: dict[str, str] = {}
        for name, row in self.rows.items():
            if wrong := row.editor.unreadable() or self._unfit.get(name, ""):
                found[name] = wrong
            elif name in self._open:
                found[name] = f"{NEEDS_CHOICE}: {row.name}"
        asked = {each.name for each in self.shown_fields()}
        for problem in problems(self.declaration, self.body()):
            if problem.field in asked:
                found.setdefault(problem.field, say(problem.words, self.child))
        for name in found:
            self._unfold(name)
        for name, row in self.rows.items():
            row.show_problem(found.get(name, ""))
        here = [(found[name], row.editor.target()) for name, row in self.rows.items() if name in found]
        for form in self.forms()[1:]:
            here += form.check() if form.autosave.exists or form.autosave.has_unsaved() else []
        return here

    def unfit(self) -> list[tuple[str, QWidget]]:
        """What is typed and cannot be saved as it stands: the sentence, and where; said at the field too."""
        found: list[tuple[str, QWidget]] = []
        for form in self.forms():
            for name, row in list(form.rows.items()):
                row.editor.settle()
                if wrong := row.editor.unreadable() or form._unfit.get(name, ""):
                    row.show_problem(wrong)
                    found.append((wrong, row.editor.target()))
        return found

    def has_problems_shown(self) -> bool:
        """Whether any field still says that something is wrong."""
        return any(row.shown_problem() for form in self.forms() for row in form.rows.values())

    def _recheck(self, name: str) -> None:
        """Take a field's problem away as soon as it is put right; never show a new one while typing."""
        row = self.rows[name]
        if not row.shown_problem() or row.editor.unreadable() or name in self._unfit or name in self._open:
            return
        if all(problem.field != name for problem in problems(self.declaration, self.body())):
            row.show_problem("")

    def _unfold(self, name: str) -> None:
        for part in self.parts:
            part.unfold(name)
        if self.rows.is_waiting(name):
            self.rows.build(name)

    # ---- keys ----------------------------------------------------------------------------------------------------

    def undo(self) -> bool:
        """Take back the last change of the field that has the cursor; False when there is none."""
        row = next((row for form in self.forms() for row in form.rows.values() if row.has_cursor()), None)
        return row is not None and row.editor.undo()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.window().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Underline the letters of Alt while it is held."""
        if event.type() in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease, QEvent.Type.WindowDeactivate):
            is_alt = isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Alt
            if is_alt or event.type() == QEvent.Type.WindowDeactivate:
                for row in self.rows.values():
                    row.label.show_letter(is_alt and event.type() == QEvent.Type.KeyPress)
        return super().eventFilter(watched, event)
