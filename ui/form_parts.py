"""The parts of a form: fields grouped as declared, on a card, folded away or plain; records said inside among them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from models.fields import Field, Kind, is_empty
from models.record import COMMON, FOLDED, MORE, SHOWN, Declaration, all_declarations, is_asked
from models.version import Body
from models.wording import say
from ui.attachments import AttachmentStrip
from ui.field_row import FieldRow
from ui.form_inline import InlineRecords
from ui.parts.card import Card
from ui.parts.field_rows import FieldRows
from ui.parts.fold import Fold

if TYPE_CHECKING:
    from ui.form import Form

ATTACHMENT = "attachment"
"""It has no form of its own inside another's: a file is added, not written."""


def inline_types(declaration: Declaration) -> list[Declaration]:
    """The types whose records are shown inside a record of this one, because their own link field says so."""
    found = [each for each in all_declarations() if each.shown_in and each.type != ATTACHMENT]
    return [each for each in found if declaration.type in each.fields[each.shown_in].links_to]


class FormPart(QWidget):
    """One part of a form, or the records of one type shown inside it. What is folded is built when it is opened."""

    def __init__(self, form: Form) -> None:
        super().__init__(form)
        self.form = form
        self.names: tuple[str, ...] = ()
        self.folded: tuple[Field, ...] = ()
        self.fold: Fold | None = None
        self.inline: InlineRecords | AttachmentStrip | None = None
        self.evidence: AttachmentStrip | None = None
        self._has_evidence = False
        self._kept = 0
        self._words = ""
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(8)
        self.host = self.column
        """Where a page may put something of its own among the questions."""

    def add_fields(self, title: str, fields: list[Field]) -> None:
        """Lay out a part's questions under its head."""
        manner = self.form.manner
        self.names = tuple(each.name for each in fields)
        words = say(title, self.form.child)
        self._has_evidence = folds_evidence(self.form) and bool(COMMON.keys() & set(self.names))
        if title in manner.folded or title == MORE:
            self._add_fold(words, fields, self, self.column)
            return
        parent: QWidget = self
        if manner.headed:
            # A card with one question of the same words needs no head above it.
            only = say(fields[0].label, self.form.child) if len(fields) == 1 else ""
            card = Card("" if only == words else words, parent=self)
            self.column.addWidget(card)
            self.host, parent = card.body, card
        self._lay(self.host, parent, [each for each in fields if each.name not in manner.more])
        rest = [each for each in fields if each.name in manner.more]
        if rest:
            self._add_fold(manner.more_words, rest, parent, self.host)

    def _add_fold(self, words: str, fields: list[Field], parent: QWidget, host: QVBoxLayout) -> None:
        self.folded, self._words = tuple(fields), words
        self.fold = Fold(words, self._fill, parent)
        host.addWidget(self.fold)
        draft = self.form.draft
        if self._has_evidence and self.form.autosave.exists:
            box = self.form.link.casebook.attachments
            self._kept = len(box.belonging_to(draft.record_id, draft.scope_id))

    def _fill(self) -> None:
        assert self.fold is not None
        self._lay(self.fold.body, self.fold.content, list(self.folded))
        if self._has_evidence:
            self.evidence = AttachmentStrip(self.form, self.fold.content)
            self.fold.body.addWidget(self.evidence)
        self.form.take_in(list(self.folded))

    def _lay(self, host: QVBoxLayout, parent: QWidget, fields: list[Field]) -> None:
        places = FieldRows()
        host.addLayout(places)
        rows = self.form.rows
        for each in fields:
            earlier = [one.name for one in fields[: fields.index(each)]]
            rows.expect(each, partial(self._put, each, earlier, places, parent))
        body = self.form.body()
        for each in fields:
            # A third of a form's questions is asked only after others: they are built when they are.
            if is_asked(each, body):
                rows.build(each.name)

    def _put(self, each: Field, earlier: list[str], places: FieldRows, parent: QWidget) -> FieldRow:
        """Make a question and put it in its place, after those of ``earlier`` that are built."""
        row = self.form.make_row(each, parent)
        editor = row.editor
        beside = self.form.manner.side_by_side if each.kind is Kind.PROSE else 0
        places.add_question(
            row,
            least=beside or editor.least,
            most=editor.most,
            stretches=editor.stretches,
            whole=editor.whole and not beside,
            at=sum(name in self.form.rows for name in earlier),
        )
        return row

    def add_inline(self, declaration: Declaration) -> None:
        """Show records of another type that were said or made inside this one."""
        self.inline = InlineRecords(self.form, declaration, self)
        self.column.addWidget(self.inline)

    def add_attachments(self) -> None:
        """Show the photos and pages that belong to this record, and the ways to add one."""
        self.inline = AttachmentStrip(self.form, self)
        self.column.addWidget(self.inline)

    def inline_forms(self) -> list[Form]:
        """The forms of the records shown inside."""
        return [form for inside in (self.inline, self.evidence) if inside is not None for form in inside.forms()]

    def unfold(self, name: str) -> None:
        """Open the fold that a field lies in."""
        if self.fold is not None and any(each.name == name for each in self.folded):
            self.fold.set_open(True)

    def refresh(self, body: Body) -> None:
        """Hide the part while none of its questions applies, and say how much a fold holds."""
        if not self.names:
            return
        rows = self.form.rows
        # What is folded away has no rows before it is opened.
        wanted = any(not (rows[name].isHidden() if name in rows else rows.is_waiting(name)) for name in self.names)
        # Qt lays out at once what is told to show itself, before it knows how wide it is to be.
        if self.isHidden() == wanted:
            self.setVisible(wanted)
        if self.fold is not None:
            offered = self.form.manner.offers
            held = sum(not is_empty(body.get(each.name)) for each in self.folded if each.name not in offered)
            answered = f" · {held} answered" if held else ""
            kept = len(self.evidence.forms()) if self.evidence is not None else self._kept
            pages = f" · {kept} {'photo or page' if kept == 1 else 'photos and pages'}" if kept else ""
            self.fold.set_words(f"{self._words}{answered}{pages}")


def folds_evidence(form: Form) -> bool:
    """Whether photos, sound and pages are offered among what is folded away, and not in plain sight."""
    evidence = form.declaration.evidence
    return evidence == FOLDED or (evidence == SHOWN and not form.manner.has_inline)


def make_parts(form: Form, column: QVBoxLayout) -> list[FormPart]:
    """Build a form's parts into ``column``, in the order of the declaration."""
    grouped: dict[str, list[Field]] = {form.manner.first: []} if form.manner.first else {}
    for each in form.shown_fields():
        grouped.setdefault(form.manner.placed.get(each.name, each.part), []).append(each)
    inline = inline_types(form.declaration) if form.manner.has_inline else []
    last = [title for title in grouped if title != MORE] or list(grouped) or [""]
    after = form.manner.inline_after if form.manner.inline_after in grouped else last[-1]
    parts: list[FormPart] = []

    def add() -> FormPart:
        parts.append(FormPart(form))
        column.addWidget(parts[-1])
        return parts[-1]

    for title, fields in grouped.items():
        add().add_fields(title, fields)
        if title == after:
            for declaration in inline:
                add().add_inline(declaration)
            if form.manner.has_inline and form.declaration.evidence == SHOWN:
                add().add_attachments()
    return parts
