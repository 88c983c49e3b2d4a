"""Close the visit: read back in big letters what the child said and was promised, and keep it as they were told it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget
from shiboken6 import isValid

from models.aloud import as_pieces
from models.changes import Changes
from models.closing_visit import Gathered, gather, next_plan, offers, planned_at, sheet_of
from models.dates_typed import Lean, mid_sentence, say_weekday
from models.documents.document import texts
from models.documents.shelf import sheet_document
from models.entry import Entry
from models.errors import Trouble
from models.loop import CLOSED, Answer
from models.moments import clock_words, in_a_sentence, long_day, read_day, read_moment, short_day
from models.record import declaration_of
from models.records.feedback_sheet import GIVEN
from models.version import Body
from models.wording import Spoken
from ui import access, actions, messages, style
from ui.form import Form
from ui.form_manner import Manner
from ui.link import Link, Navigator, touches
from ui.parts.banner import Banner
from ui.parts.buttons import Button
from ui.parts.card import Card
from ui.parts.labels import PlainLabel
from ui.parts.pill import Pill
from ui.parts.read_button import ReadButton
from ui.parts.voice_quote import VoiceQuote
from ui.theme import Theme
from ui.views.check_back import CheckBack
from ui.views.child_facts import body_of
from ui.views.close_acts import Keeping
from ui.views.form_page import SAFE, FormPage, in_a_line

NO_WORDS = "No own words are written in this visit’s note."
NO_PROMISES = "Nothing was promised in this visit."
_INSIDE = ("own_words", "promise", "planned_visit")


class SayingPart(QWidget):
    """One thing the child said, in big letters, with Right, Changed and Not now while it has no answer yet.

    `promised` asks for the page on which something is promised about it; `answered` when the child has said.
    """

    promised = Signal(str)
    answered = Signal()

    def __init__(self, link: Link, navigator: Navigator, said: Entry, child: Spoken, parent: QWidget) -> None:
        super().__init__(parent)
        self._link, self._navigator, self._child = link, navigator, child
        self.record_id = said.record_id
        self.setObjectName("close_visit.saying")
        self.setProperty("row", said.record_id)
        self.check: CheckBack | None = None
        self._shown: QWidget | None = None
        self._drawn: Body = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._draw(said)
        link.changed.connect(self._on_changed)

    def _draw(self, said: Entry) -> None:
        if self._shown is not None:
            self._column.removeWidget(self._shown)
            self._shown.hide()
            self._shown.deleteLater()
        self.check, self._drawn = None, said.body
        self._shown = QWidget(self)
        column = QVBoxLayout(self._shown)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        result = str(said.body.get("checked_back_result") or "")
        if not result and not self._link.casebook.why_not_editable(said):
            # It shows the words itself, in the same big letters.
            self.check = CheckBack(self._link, self._navigator, said, self._child, self._shown)
            self.check.settled.connect(self._settled)
            column.addWidget(self.check)
        else:
            for one in _quotes(said, self._shown):
                column.addWidget(one)
            column.addLayout(self._make_foot(said, result))
        self._column.addWidget(self._shown)

    def _make_foot(self, said: Entry, result: str) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(10)
        words, icon, tone = {
            "right": ("You said: right", "check", "ok"),
            "changed": ("You changed it", "pencil", "ok"),
            "not_now": ("Not now: I ask again", "circle-alert", "warn"),
        }.get(result, ("Not read back yet", "circle-alert", "warn"))
        row.addWidget(Pill(words, icon, tone, self._shown))
        row.addStretch(1)
        promise = Button("Promise something", "heart-handshake", "quiet", self._shown)
        access.describe(promise, f"Promise something about: {said.body.get('words')}", key="close_visit.promise")
        promise.setProperty("row", said.record_id)
        promise.clicked.connect(self._promise)
        row.addWidget(promise)
        return row

    def _promise(self) -> None:
        self.promised.emit(self.record_id)

    def _settled(self) -> None:
        self.check = None
        self._refresh()
        self.answered.emit()

    def _refresh(self) -> None:
        said = self._link.casebook.entry(self.record_id)
        # Only what is another now: drawn anew it would take the focus away from whoever is answering.
        if said is not None and said.body != self._drawn and (self.check is None or not self.check.is_busy()):
            self._draw(said)

    def _on_changed(self, changes: Changes) -> None:
        if self.record_id in changes.records and changes.asked_by != "check_back":
            self._refresh()

    def leave(self) -> None:
        """Hand over what is typed."""
        if self.check is not None:
            self.check.leave()


class CloseVisitPage(FormPage):
    """Arguments: ``note_id`` of the visit to close, or ``record_id`` of a sheet that is begun or kept."""

    page_key = "close_visit"

    def __init__(self, link: Link, navigator: Navigator, theme: Theme) -> None:
        super().__init__(link, navigator, theme)
        self._note: Entry | None = None
        self._gathered: Gathered | None = None
        self.sayings: list[SayingPart] = []
        self._promises: QWidget | None = None
        self._cannot: QWidget | None = None
        self._plan_words: Banner | None = None
        self._is_keeping = False
        self.print_button = self.add_head("Print", "printer", "close_visit.print", self._print)
        self.print_button.set_tip("Print it for the child, or save it as a file (Ctrl+P)")
        self.keep_button = self.add_head(
            "Close the visit", "check", "close_visit.keep", self.done, actions.keys("finish")
        )
        self.keep_button.set_kind("primary")
        self.read_button = ReadButton(link.speech, self.pieces, "close_visit.read", self.head, has_key=False)
        self.head.buttons.insertWidget(0, self.read_button)
        self.again_button = self.add_head("Tell it again", "plus", "close_visit.again", self._begin_again)

    # ---- opening -------------------------------------------------------------------------------------------------

    def opened(self, note_id: str = "", record_id: str = "", again: bool = False, **_more: Any) -> None:
        """Show the sheet of a visit, begin one, or read one that was kept."""
        self.clear()
        self._is_keeping = False
        self.sayings, self._promises, self._cannot, self._plan_words = [], None, None, None
        casebook = self._link.casebook
        sheet = casebook.entry(record_id) if record_id else None
        note = casebook.entry(str(sheet.body.get("visit_note_id") or "") if sheet is not None else note_id)
        self._note = note
        if sheet is None and note is not None and not again:
            sheet = sheet_of(casebook, note)
        self.show_child(note.scope_id if note is not None else "", "Close the visit")
        if note is None or note.is_deleted or (sheet is not None and sheet.is_deleted):
            words = "The note was deleted, or the child is no longer assigned to you."
            self.show_nothing("message-square-heart", "This visit is not on this laptop", words)
        elif sheet is not None and (why_not := casebook.why_not_editable(sheet)):
            self._read(sheet, why_not)
        else:
            self._write(note, sheet)
        self._fit_buttons()
        self.arrive()

    def _write(self, note: Entry, sheet: Entry | None) -> None:
        casebook, declaration = self._link.casebook, declaration_of("feedback_sheet")
        assert declaration is not None
        wishes = casebook.one("communication_preferences", note.scope_id)
        offered = {} if sheet is not None else offers(note, wishes.body if wishes else {}, casebook.clock.today())
        ahead = ("next_visit_on", "hear_by_on")
        manner = Manner(
            offers=offered,
            leans={**dict.fromkeys(ahead, Lean.AHEAD), "given_on": Lean.BACK},
            bare=frozenset({"could_not", "next_visit_on", "child_says"}),
            lines=dict.fromkeys(("could_not", "child_changed"), 2),
        )
        # Who may read what happened may read what the child was told of it.
        draft = sheet.draft() if sheet is not None else casebook.new_draft(
            declaration.type, note.scope_id, audience=note.audience, keep_from=note.keep_from
        )  # fmt: skip
        form = self.show_form(declaration, draft, sheet, manner)
        column = form.layout()
        assert isinstance(column, QVBoxLayout)
        self._gathered = gather(casebook, note)
        column.insertWidget(0, self._make_said(form, self._gathered.said))
        self._make_promises(form)
        self._head_parts(form)
        row = form.rows["next_visit_on"]
        self._plan_words = Banner("", "info", row.parentWidget(), icon="calendar")
        self._plan_words.setObjectName("close_visit.plan")
        host = row.parentWidget()
        assert isinstance(host, Card)
        host.add(self._plan_words)
        self._tell_plan()
        self._start()

    def _start(self) -> None:
        """The first thing still to be read back has the focus."""
        first = next((one.check for one in self.sayings if one.check is not None), None)
        if first is not None:
            first.start()
        elif self.form is not None:
            self.form.focus_on("could_not")

    def _head_parts(self, form: Form) -> None:
        """The parts are read out: their heads stand in big letters."""
        for part in form.parts:
            card = part.findChild(Card)
            declared = form.declaration.fields[part.names[0]].part if part.names else ""
            if card is not None and declared:
                if card.title is None:
                    card.title = PlainLabel("", "knock_head", card)
                    card.body.insertWidget(0, card.title)
                card.title.setText(declared)
                style.mark(card.title, kind="h2" if declared == GIVEN else "knock_head")

    # ---- what is gathered ----------------------------------------------------------------------------------------

    def _make_said(self, parent: QWidget, said: Iterable[Entry]) -> Card:
        assert self.spoken is not None
        card = _big_card("What you told me", parent)
        card.setObjectName("close_visit.said")
        for one in said:
            part = SayingPart(self._link, self._navigator, one, self.spoken, card)
            part.promised.connect(self._promise)
            part.answered.connect(self._start)
            self.sayings.append(part)
            card.add(part)
        if not self.sayings:
            card.add(PlainLabel(NO_WORDS, "lead", card))
        return card

    def _make_promises(self, form: Form) -> None:
        """Draw what was promised, and what cannot be, each anew whenever a promise changes."""
        assert self._gathered is not None
        column = form.layout()
        assert isinstance(column, QVBoxLayout)
        for old in (self._promises, self._cannot):
            if old is not None:
                old.hide()
                old.setParent(None)
                old.deleteLater()
        card = _big_card("What I promised", form)
        card.setObjectName("close_visit.promised")
        for answer in self._gathered.promised:
            card.add(PlainLabel(answer.text("we_promised"), "knock_line", card, leading=1.4))
            card.add(PlainLabel(self._due_words(answer), "lead", card, tone="quiet"))
        if not self._gathered.promised:
            card.add(PlainLabel(NO_PROMISES, "lead", card, tone="quiet"))
        self._promises = card
        column.insertWidget(1, card)
        self._cannot = None
        if self._gathered.cannot:
            cannot = _big_card("What cannot be", form)
            cannot.setObjectName("close_visit.cannot")
            for answer in self._gathered.cannot:
                cannot.add(VoiceQuote(answer.words, cannot))
                cannot.add(PlainLabel(answer.text("cannot_because"), "knock_line", cannot, leading=1.4))
            self._cannot = cannot
            column.insertWidget(2, cannot)

    def _due_words(self, answer: Answer) -> str:
        due = answer.due_on
        if answer.stage == CLOSED:
            return "You have heard what came of this"
        if due is None:
            return "No day is set for this yet"
        today = self._link.casebook.clock.today()
        return f"You hear by {long_day(due)}" if due >= today else f"Was due {in_a_sentence(short_day(due, today))}"

    def _promise(self, said_id: str) -> None:
        if self.form is not None:
            self.form.hand_over()
        self._navigator.open("promise", you_said_id=said_id)

    def _tell_plan(self) -> None:
        """Say what comes of the day typed: a visit that stands already, one that is moved, or a new one."""
        form, note, banner = self.form, self._note, self._plan_words
        if form is None or note is None or banner is None:
            return
        row = form.rows["next_visit_on"]
        on = None if row.editor.unreadable() else read_day(str(row.editor.value() or ""))
        plan = next_plan(self._link.casebook, note, form.body())
        before = read_moment(str(plan.body.get("planned_at") or "")) if plan is not None else None
        words = ""
        if on is None and before is not None:
            words = f"Planned already: {say_weekday(before.date())}, {clock_words(before)}."
        elif on is not None:
            at = planned_at(on, note.body, plan.body if plan is not None else None)
            words = f"{say_weekday(on)}, {clock_words(at)}."
            if before is None:
                words = f"{words} Closing the visit plans it. Change the time in Plan a visit."
            elif before.date() != on:
                was = mid_sentence(short_day(before.date(), self._link.casebook.clock.today()))
                words = f"{words} Closing the visit moves the one planned for {was}."
            else:
                words = f"{words} It is planned already."
        banner.set_words(words)
        banner.setVisible(bool(words))

    # ---- a sheet that was kept -----------------------------------------------------------------------------------

    def _read(self, sheet: Entry, why_not: str) -> None:
        assert self._note is not None
        self.show_child(self._note.scope_id, "What {child} was told")
        self.show_reading(sheet, why_not)
        host = self.content.layout() if self.content is not None else None
        assert isinstance(host, QVBoxLayout)
        self._gathered = gather(self._link.casebook, self._note)
        card = _big_card("What you told me", self.content)
        for one in self._gathered.said:
            for part in _quotes(one, card):
                card.add(part)
        promised = _big_card("What I promised", self.content)
        for answer in self._gathered.promised:
            promised.add(PlainLabel(answer.text("we_promised"), "knock_line", promised, leading=1.4))
            promised.add(PlainLabel(self._due_words(answer), "lead", promised, tone="quiet"))
        for at, (shown, is_there) in enumerate(
            ((card, bool(self._gathered.said)), (promised, bool(self._gathered.promised)))
        ):
            shown.setVisible(is_there)
            host.insertWidget(at, shown)

    def _begin_again(self) -> None:
        if self._note is not None:
            self._navigator.open(self.page_key, note_id=self._note.record_id, again=True)

    def print_about(self) -> dict[str, str]:
        """What Ctrl+P prints here: this sheet, once it exists."""
        if self._link.casebook.entry(self.record_id) is None:
            return {"scope_id": self.scope_id}
        return {"scope_id": self.scope_id, "document": "feedback_sheet", "record_id": self.record_id}

    def _print(self) -> None:
        form = self.form
        if form is None:
            self._navigator.open("print", **self.print_about())
        else:
            form.begin()
            form.when_clean(self._print_now)

    def _print_now(self) -> None:
        if self.isVisible():
            self._navigator.open("print", **self.print_about())

    def pieces(self) -> list[str]:
        """The sheet as it is read aloud: as it stands now, saved or not."""
        note = self._note
        if note is None:
            return []
        casebook = self._link.casebook
        body = self.form.body() if self.form is not None else {}
        known = casebook.entry(self.record_id)
        sheet = Entry(self.record_id, note.scope_id, "feedback_sheet", body, note.author_id, "")
        shown = sheet if self.form is not None or known is None else known
        return as_pieces(texts(sheet_document(casebook, shown, note)), body_of(casebook, note.scope_id))

    def _fit_buttons(self) -> None:
        self.print_button.setVisible(self._note is not None and self.content is not None and bool(self.record_id))
        self.read_button.want(self._note is not None and bool(self.record_id))
        self.keep_button.setVisible(self.form is not None)
        self.again_button.setVisible(self.form is None and self._note is not None and bool(self.record_id))

    # ---- writing, and keeping ------------------------------------------------------------------------------------

    def arguments(self) -> dict[str, Any]:
        """What leads back to this sheet."""
        return {"record_id": self.record_id}

    def form_changed(self, name: str) -> None:
        """The day of the next visit says what becomes of the plan."""
        if name == "next_visit_on":
            self._tell_plan()

    def record_changed(self, entry: Entry) -> None:
        """Kept or deleted elsewhere: shown as it stands, never under the worker's hands."""
        if self.must_show_anew(entry) and not self._is_keeping:
            self.opened(record_id=entry.record_id)

    def _on_changed(self, changes: Changes) -> None:
        super()._on_changed(changes)
        form = self.form
        if form is None or self._note is None or self._is_keeping:
            return
        if touches(changes, asked_by="", types=_INSIDE, scope_id=self.scope_id):
            self._gathered = gather(self._link.casebook, self._note)
            self._make_promises(form)
            self._tell_plan()

    def leave(self) -> None:
        """Save and cut; what is typed beside a saying too."""
        for one in self.sayings:
            one.leave()
        super().leave()

    def done(self) -> None:
        """Keep the sheet as the child was told it; where something is missing or cannot be read, show what."""
        form, note = self.form, self._note
        if form is None or note is None or self._is_keeping:
            return
        found = form.check() or self.unfit()
        self.problems.show_problems(found, SAFE if found else "")
        if found:
            return
        for one in self.sayings:
            one.leave()
        form.begin()
        form.when_clean(self._keep)

    def _keep(self) -> None:
        if self.form is None or self._note is None or not self.isVisible():
            return
        self._is_keeping = True
        Keeping(self._link, self.record_id, self._note.record_id).run(self._kept, self._not_kept)

    def _kept(self) -> None:
        if not isValid(self):
            return
        name = self.spoken.name if self.spoken is not None else "the child"
        self._navigator.toast(f"Visit closed. {name} has been told.")
        self._go_back()

    def _not_kept(self, trouble: Trouble) -> None:
        if not isValid(self):
            # Whoever has gone elsewhere meanwhile finds it on Today, to be closed again.
            self._navigator.toast(in_a_line(trouble))
            return
        self._is_keeping = False
        messages.tell_trouble(self, trouble)


def _quotes(said: Entry, parent: QWidget) -> list[QWidget]:
    """A saying in big letters, and what the child changed it to."""
    found: list[QWidget] = [VoiceQuote(str(said.body.get("words") or ""), parent, role="knock_line")]
    if correction := str(said.body.get("child_correction") or ""):
        found += [PlainLabel("You changed it to:", "lead", parent), VoiceQuote(correction, parent, role="knock_line")]
    return found


def _big_card(title: str, parent: QWidget | None) -> Card:
    card = Card(title, parent=parent)
    assert card.title is not None
    style.mark(card.title, kind="knock_head")
    card.title.setAlignment(Qt.AlignmentFlag.AlignLeft)
    return card
