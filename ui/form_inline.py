"""Records shown inside another's form, such as what a child said in a visit: one block each, each saved by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from models.changes import Changes
from models.entry import Entry
from models.fields import Field, Kind
from models.moments import read_day
from models.query import OLDEST, Query, Where
from models.record import COMMON, Declaration
from models.wording import say
from ui import access
from ui.form_manner import Manner
from ui.form_sharing import FormSharing
from ui.parts.buttons import Button
from ui.parts.card import Card
from ui.parts.divider import Divider
from ui.parts.icon_label import IconLabel
from ui.parts.labels import PlainLabel
from ui.parts.surface import Surface
from ui.parts.voice_quote import VoiceQuote

if TYPE_CHECKING:
    from ui.form import Form

ALL_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def entries_inside(form: Form, declaration: Declaration) -> list[Entry]:
    """The records of a type that were made inside a form's record, oldest first."""
    scope_id, record_id = form.draft.scope_id, form.draft.record_id
    field = declaration.fields[declaration.shown_in]
    where = (Where(field.name, "is", record_id),) if field.indexed else ()
    query = Query(types=(declaration.type,), scope_id=scope_id, where=where, order=OLDEST, limit=500)
    return [entry for entry in form.link.casebook.select(query) if entry.body.get(field.name) == record_id]


class InlineRecords(QWidget):
    """The blocks of one type, with an empty one ready; an empty block leaves nothing behind."""

    def __init__(self, outer: Form, declaration: Declaration, parent: QWidget) -> None:
        super().__init__(parent)
        self.outer, self.declaration = outer, declaration
        self._blocks: dict[str, _Block] = {}
        self._first = self._leading_field()
        self.is_voice = self._first is not None and self._first.is_verbatim and self._first.by == "child"
        around = QVBoxLayout(self)
        around.setContentsMargins(0, 0, 0, 0)
        self.surface = Surface("voice", self) if self.is_voice else Card(parent=self)
        self.surface.setObjectName(f"{declaration.type}.inline")
        around.addWidget(self.surface)
        column = self.surface.body if isinstance(self.surface, Card) else QVBoxLayout(self.surface)
        if self.is_voice:
            column.setContentsMargins(16, 12, 14, 12)
            column.setSpacing(10)
        column.addLayout(self._head())
        self._column = QVBoxLayout()
        self._column.setSpacing(12)
        column.addLayout(self._column)
        words = "Add more words" if self.is_voice else f"Add another: {declaration.title.lower()}"
        self.more = Button(words, "plus", "quiet", self.surface)
        self.more.setObjectName(f"{declaration.type}.add")
        self.more.clicked.connect(self.add_block)
        column.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeft)
        # In a record that is only begun on screen nothing can stand yet.
        self._fill(entries_inside(outer, declaration) if outer.autosave.exists else [])
        outer.link.changed.connect(self._on_changed)
        outer.edited.connect(self._follow_day)
        self._day = self._outer_day()

    def _leading_field(self) -> Field | None:
        asked = [each for each in self.declaration.fields.values() if each.is_in_form]
        texts = [each for each in asked if each.kind is Kind.PROSE]
        return next((each for each in texts if each.to_finish), texts[0] if texts else None)

    def title(self) -> str:
        """What stands above the blocks: the question of the words themselves."""
        label = self._first.label if self._first is not None else self.declaration.plural
        return say(label, self.outer.child)

    def _head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(9)
        tone = "voice" if self.is_voice else ""
        row.addWidget(IconLabel(self.declaration.icon, tone or "text2", 20, self.surface))
        row.addWidget(PlainLabel(self.title(), "h3", self.surface, tone=tone, wrap=False), 1)
        return row

    # ---- blocks --------------------------------------------------------------------------------------------------

    def forms(self) -> list[Form]:
        """The forms of the blocks that can be written in, and of what is shown inside those."""
        return [form for own in self._own_forms() for form in own.forms()]

    def _own_forms(self) -> list[Form]:
        return [block.form for block in self._blocks.values() if block.form is not None]

    def add_block(self) -> None:
        """Put an empty block at the end, with the cursor in it."""
        empty = next((block for block in self._blocks.values() if block.is_empty()), None)
        block = empty or self._add(None)
        if block.form is not None and self._first is not None:
            block.form.focus_on(self._first.name)
        self._tell()

    def _fill(self, entries: list[Entry]) -> None:
        for entry in entries:
            if entry.record_id not in self._blocks:
                self._add(entry)
        if not self._blocks:
            self._add(None)
        self._tell()

    def _add(self, entry: Entry | None) -> _Block:
        block = _Block(self, entry)
        self._blocks[block.record_id] = block
        block.rule.setVisible(len(self._blocks) > 1)
        self._column.addWidget(block)
        return block

    def drop(self, block: _Block) -> None:
        """Take a block off the page; the last leaves an empty one."""
        if self._blocks.pop(block.record_id, None) is not block:
            return
        self._column.removeWidget(block)
        block.hide()
        block.deleteLater()
        if not self._blocks:
            self._add(None)
        next(iter(self._blocks.values())).rule.hide()
        self._tell()

    def _tell(self) -> None:
        self.more.setVisible(not any(block.is_empty() for block in self._blocks.values()))

    def _on_changed(self, changes: Changes) -> None:
        if self.declaration.type not in changes.types or self.outer.draft.scope_id not in changes.scopes:
            return
        entries = entries_inside(self.outer, self.declaration)
        standing = {entry.record_id for entry in entries}
        for block in list(self._blocks.values()):
            form = block.form
            is_known = form is None or form.autosave.exists
            if is_known and block.record_id not in standing and (form is None or not form.autosave.has_unsaved()):
                self.drop(block)
        is_new = bool(standing - self._blocks.keys())
        self._fill(entries)
        for empty in [
            block for block in self._blocks.values() if is_new and block.is_empty() and not block.has_cursor()
        ]:
            self.drop(empty)

    # ---- what a block starts with --------------------------------------------------------------------------------

    def offers(self) -> dict[str, Any]:
        """What is filled in ahead: where it was said, and on which day."""
        found: dict[str, Any] = {self.declaration.shown_in: self.outer.draft.record_id}
        if (name := self._day_field()) is not None:
            found[name] = self._outer_day()
        return found

    def manner(self) -> Manner:
        """Words first, how they were told beside them, the rest folded away."""
        asked = [each for each in self.declaration.fields.values() if each.is_in_form]
        offered = self.offers()
        leading = {self._first.name} if self._first is not None else set()
        shown = leading | {
            each.name
            for each in asked
            if (each.kind is Kind.FLAGS and each.name not in COMMON) or (each.to_finish and each.name not in offered)
        }
        return Manner(
            offers=offered,
            headed=False,
            bare=frozenset(leading),
            beside=frozenset(each.name for each in asked if each.kind is Kind.FLAGS and each.name not in COMMON),
            placed=dict.fromkeys(COMMON, self._first.part if self._first is not None else ""),
            more=frozenset(each.name for each in asked) - shown,
            more_words="More about these words" if self.is_voice else "More",
            lines=dict.fromkeys(leading, 2),
            letters=ALL_LETTERS,
            has_inline=False,
        )

    def _day_field(self) -> str | None:
        name = self.declaration.timeline
        return name if name and self.declaration.fields[name].kind is Kind.DAY else None

    def _outer_day(self) -> str:
        name = self.outer.declaration.timeline
        value = self.outer.body().get(name) if name else None
        day = read_day(str(value)) if value else None
        return (day or self.outer.link.casebook.clock.today()).isoformat()

    def _follow_day(self, name: str) -> None:
        """Keep the day of what was said with the day of the visit, where it was never set apart."""
        mine = self._day_field()
        if name != self.outer.declaration.timeline or mine is None:
            return
        before, self._day = self._day, self._outer_day()
        for form in self._own_forms():
            if not form.autosave.exists and not form.autosave.has_unsaved():
                form.offer(mine, self._day)
            elif form.body().get(mine) == before and before != self._day:
                form.set_value(mine, self._day)


class _Block(QWidget):
    """One record inside: its form, or its words alone where this worker may not change them."""

    def __init__(self, inside: InlineRecords, entry: Entry | None) -> None:
        super().__init__(inside.surface)
        self._inside = inside
        outer, declaration = inside.outer, inside.declaration
        casebook = outer.link.casebook
        draft = entry.draft() if entry else casebook.new_draft(declaration.type, outer.draft.scope_id)
        self.record_id = draft.record_id
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        self.rule = Divider(self)
        self.rule.hide()
        column.addWidget(self.rule)
        self.form: Form | None = None
        if entry is not None and casebook.why_not_editable(entry):
            leading = inside._first.name if inside._first is not None else ""
            column.addWidget(VoiceQuote(str(entry.body.get(leading, ""))))
            return
        self.form = type(outer)(
            outer.link, outer.navigator, declaration, draft, entry, inside.manner(), self, child=outer.child
        )
        self.form.edited.connect(self._on_edit)
        self.form.state_changed.connect(outer._say_state)
        column.addWidget(self.form)
        self.remove = Button("Remove", "trash-2", "quiet", self)
        access.describe(self.remove, f"Remove: {inside.title()}", key=f"{declaration.type}.remove")
        self.remove.clicked.connect(self._remove)
        self.remove.setVisible(entry is not None)
        fold = next((part.fold for part in self.form.parts if part.fold is not None), None)
        if fold is not None:
            fold.head.addWidget(self.remove)
        else:
            column.addWidget(self.remove, 0, Qt.AlignmentFlag.AlignRight)
        if inside.is_voice:
            self.sharing = FormSharing(self.form, self)
            if fold is not None:
                # One line for what may be done with these words: who can see them, and more about them.
                fold.head.insertWidget(0, self.sharing.lend_button())
            column.addWidget(self.sharing)

    def is_empty(self) -> bool:
        """Whether nothing was ever written in it."""
        return self.form is not None and not self.form.autosave.exists and not self.form.autosave.has_unsaved()

    def has_cursor(self) -> bool:
        """Whether the worker is in it."""
        return self.isAncestorOf(self.window().focusWidget()) if self.window().focusWidget() else False

    def _on_edit(self, _name: str) -> None:
        # What is said in a note that is still empty needs the note to be said in.
        self._inside.outer.begin()
        self.remove.setVisible(not self.is_empty())
        self._inside._tell()

    def _remove(self) -> None:
        form, inside = self.form, self._inside
        if form is None:
            return
        link, navigator, record_id = inside.outer.link, inside.outer.navigator, self.record_id
        words = f"{inside.declaration.title} removed"

        def bring_back() -> None:
            link.wait(link.casebook.bring_back(record_id), failed=lambda t: navigator.toast(str(t)))

        def removed(_entry: Entry) -> None:
            inside.drop(self)
            navigator.toast(words, bring_back)

        def delete() -> None:
            link.wait(link.casebook.delete(record_id), removed, lambda t: navigator.toast(str(t)))

        form.when_clean(delete)
