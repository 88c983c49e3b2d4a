"""Plan a visit: when, where and who goes, with the notice the child asks for and whom to speak to first (seed 001)."""

from __future__ import annotations

from datetime import date
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QLineEdit, QWidget

from models.changes import Changes
from models.clock import to_stamp
from models.dates_typed import Lean, mid_sentence, say_moment
from models.entry import Entry
from models.moments import day_and_time, read_day, read_moment
from models.query import Query
from models.record import Declaration, declaration_of
from models.version import Body
from models.visit_contract import next_usual, notice_warning
from ui import access, actions
from ui.form_manner import Manner
from ui.link import Link, Navigator, touches
from ui.parts.banner import Banner
from ui.parts.card import Card
from ui.parts.field_rows import FieldRows
from ui.theme import Theme
from ui.views.choose_child import ChooseChild
from ui.views.form_page import SAFE, FormPage
from ui.views.plan_parts import WhoGoes, note_of, speak_first

CHANGED_STATES = ("moved", "cancelled")
NO_DAY = "Say when you plan to go"
ALOUD_MS = 900
"""A warning is said aloud once the day has stood this long: a day is typed key by key."""
_WISHES = ("communication_preferences", "person_i_trust")
_LEANS = {"planned_at": Lean.AHEAD, "notice_given_on": Lean.BACK, "change_warned_on": Lean.BACK}
_NOTES = {
    "moved": "Moved. Write down the new day, and what {name} was told.",
    "cancelled": "Cancelled. It no longer stands on Today, and it stays on record. Write down what {name} was told.",
}


class PlanPage(FormPage):
    """Arguments: ``scope_id`` to plan a visit to a child, ``record_id`` for one that is planned; neither asks whom."""

    page_key = "plan"

    def __init__(self, link: Link, navigator: Navigator, theme: Theme) -> None:
        super().__init__(link, navigator, theme)
        self._wishes: Body = {}
        self._state = "planned"
        self._said = ""
        self.who_goes: WhoGoes | None = None
        self.warning: Banner | None = None
        self.first: Banner | None = None
        self.earlier: Banner | None = None
        self._planned_before = ""
        self._was_asked = self._is_new = self.only_asks = False
        self.start_button = self.add_head("Start visit note", "file-pen-line", "plan.note", self._start_note)
        self.done_button = self.add_head("Done", "check", "plan.done", self.done, actions.keys("finish"))
        self.move_button = self.add_tool("Move this visit", "calendar-clock", "plan.move", self._move)
        self.cancel_button = self.add_tool("Cancel this visit", "ban", "plan.cancel", self._cancel)
        self.again_button = self.add_tool("It goes ahead after all", "undo-2", "plan.again", self._go_ahead)
        self._aloud = QTimer(self)
        self._aloud.setSingleShot(True)
        self._aloud.setInterval(ALOUD_MS)
        self._aloud.timeout.connect(self._say_aloud)

    # ---- opening -------------------------------------------------------------------------------------------------

    def opened(self, scope_id: str = "", record_id: str = "", **_more: Any) -> None:
        """Show a planned visit, begin one, or ask to whom."""
        self.clear()
        self.warning = self.first = self.earlier = self.who_goes = None
        self._was_asked = self.only_asks = False
        casebook = self._link.casebook
        entry = casebook.entry(record_id) if record_id else None
        declaration = declaration_of("planned_visit")
        assert declaration is not None
        self._is_new = entry is None
        title = "Planned visit" if entry else "Plan a visit"
        self.show_child(entry.scope_id if entry else "" if record_id else scope_id, title)
        self._planned_before = str(entry.body.get("planned_at") or "") if entry else ""
        if record_id and (entry is None or entry.is_deleted):
            words = "It was deleted, or the child is no longer assigned to you."
            self.show_nothing("calendar", "This visit is not on this laptop", words)
        elif self.spoken is None:
            self._ask_child()
        elif entry is not None and (why_not := casebook.why_not_editable(entry)):
            self.show_reading(entry, why_not)
        else:
            self._write(declaration, entry)
        self._fit()
        self.arrive()

    def _ask_child(self) -> None:
        self.only_asks = True
        choose = ChooseChild(self._link.casebook, "Whom do you plan to visit?", self.page.content)
        choose.chosen.connect(lambda scope: self._navigator.open("plan", scope_id=scope))
        self.show_choice(choose)
        choose.start()

    def _write(self, declaration: Declaration, entry: Entry | None) -> None:
        casebook = self._link.casebook
        wishes = casebook.one("communication_preferences", self.scope_id)
        self._wishes = wishes.body if wishes else {}
        draft = entry.draft() if entry else casebook.new_draft(declaration.type, self.scope_id)
        manner = Manner(
            leans=_LEANS,
            offers={} if entry else self._offers(),
            folded=frozenset({"Changes"}),
            # On a card of its own, so that what there is to warn of stands right below the day.
            placed={"purpose": "What it is for"},
            lines={"purpose": 2, "why_changed": 2},
        )
        form = self.show_form(declaration, draft, entry, manner)
        self._state = str(form.body().get("state") or "planned")
        self._add_warnings()
        self._add_who_goes()
        self._show_state_of_visit()
        form.focus_on("planned_at")

    def _offers(self) -> dict[str, Any]:
        """What is filled in ahead: the next visit as visits usually fall, and that this worker goes."""
        casebook = self._link.casebook
        now = casebook.clock.now().astimezone()
        notes = casebook.select(Query(types=("visit_note",), scope_id=self.scope_id, limit=12))
        times = [at for note in notes if (at := read_moment(note.when)) is not None and at <= now]
        at = next_usual(times, now, self._wishes)
        return {"planned_at": to_stamp(at), "goes_id": casebook.me.worker.worker_id, "state": "planned"}

    def _add_warnings(self) -> None:
        """Beside the day, below it: nothing that appears while it is typed pushes the line it is typed on."""
        assert self.form is not None
        row = self.form.rows["planned_at"]
        host = row.parentWidget()
        self.warning = Banner("", "warn", host, icon="calendar-clock")
        self.warning.setObjectName("plan.warning")
        self.first = Banner("", "info", host, icon="heart-handshake")
        self.first.setObjectName("plan.first")
        assert isinstance(host, Card)
        self.earlier = Banner("", "info", host, icon="history")
        self.earlier.setObjectName("plan.earlier")
        for banner in (self.warning, self.earlier, self.first):
            host.add(banner)
        self._show_wishes()

    def _show_wishes(self) -> None:
        casebook = self._link.casebook
        wishes = casebook.one("communication_preferences", self.scope_id)
        self._wishes = wishes.body if wishes else {}
        if self.first is not None:
            words = speak_first(casebook, self.scope_id, self._wishes)
            self.first.set_words(words)
            self.first.setVisible(bool(words))
        self._warn(aloud=False)

    def _add_who_goes(self) -> None:
        assert self.form is not None
        row = self.form.rows["also_going"]
        host = row.parentWidget()
        assert isinstance(host, Card)
        self.who_goes = WhoGoes(self._link.casebook, self.scope_id, host)
        self.who_goes.show_worker(str(self.form.body().get("goes_id") or ""))
        self.who_goes.chosen.connect(self._choose_worker)
        if host.title is not None:
            host.title.hide()  # the first question says the same
        rows = host.findChild(FieldRows)
        assert rows is not None
        rows.takeAt(0)
        rows.add_question(self.who_goes, least=row.editor.least)
        rows.add_question(row, least=row.editor.least)
        QWidget.setTabOrder(self.form.rows["purpose"].editor.target(), self.who_goes.box)
        QWidget.setTabOrder(self.who_goes.box, row.editor.target())

    def _choose_worker(self, worker_id: str) -> None:
        if self.form is not None:
            self.form.set_value("goes_id", worker_id)

    # ---- what the child asks for ---------------------------------------------------------------------------------

    def planned_on(self) -> date | None:
        """The day that stands there; None while there is none, or while it cannot be read."""
        if self.form is None or self.form.rows["planned_at"].editor.unreadable():
            return None
        return read_day(str(self.form.body().get("planned_at") or ""))

    def _warn(self, *, aloud: bool = True) -> None:
        if self.form is None or self.warning is None or self.spoken is None:
            return
        on, told = self.planned_on(), read_day(str(self.form.body().get("notice_given_on") or ""))
        today = self._link.casebook.clock.today()
        words = ""
        if on is not None and self._state not in ("cancelled", "done"):
            words = notice_warning(self.spoken.name, on, told, today, self._wishes)
        if words != self.warning.words.text():
            self.warning.set_words(words)
            self.form.rows["planned_at"].editor.describe(words)
        self.warning.setVisible(bool(words))
        self._tell_of_earlier()
        if words and aloud:
            self._aloud.start()
        self._said = "" if not words else self._said

    def _tell_of_earlier(self) -> None:
        """A visit planned in an earlier sitting has another day now: the child may have been told the first."""
        if self.form is None or self.earlier is None or self.spoken is None:
            return
        before, now = read_moment(self._planned_before), self.form.body().get("planned_at")
        is_other = before is not None and bool(now) and read_moment(str(now)) != before
        if is_other and before is not None and self._state in ("planned", "confirmed"):
            day = mid_sentence(day_and_time(before, self._link.casebook.clock.today()))
            self.earlier.set_words(
                f"It was planned for {day}. If {self.spoken.name} was told that, choose Move this visit."
            )
            self.earlier.show()
        else:
            self.earlier.hide()

    def _say_aloud(self) -> None:
        words = self.warning.words.text() if self.warning is not None else ""
        if words and words != self._said and self.isVisible():
            self._said = words
            access.announce(self, words)

    def form_changed(self, name: str) -> None:
        """The day, or when the child was told, may have changed what there is to warn of."""
        if name in ("planned_at", "notice_given_on"):
            self._warn()
            self._fit()

    # ---- the state of the visit ----------------------------------------------------------------------------------

    def _show_state_of_visit(self) -> None:
        """Say that it was moved or cancelled, and ask what the child was told."""
        if self.form is None or self.spoken is None:
            return
        words = _NOTES.get(self._state, "").replace("{name}", self.spoken.name)
        self.say_note(words + self._asks_for_warning(), "calendar-clock")
        if self._state in CHANGED_STATES:
            for part in self.form.parts:
                part.unfold("why_changed")
        self._warn(aloud=False)
        self._fit()

    def _asks_for_warning(self) -> str:
        days = self._wishes.get("change_warning_days")
        if self._state not in CHANGED_STATES or self.spoken is None or not days:
            return ""
        return f" {self.spoken.name} asks to hear of a change {days:g} day{'' if days == 1 else 's'} before."

    def _set_state(self, state: str) -> None:
        assert self.form is not None
        self._state = state
        self.form.set_value("state", state)
        self._show_state_of_visit()

    def _move(self) -> None:
        form = self.form
        if form is None:
            return

        def moved() -> None:
            # The day it was planned for stays in the history as a version of its own.
            self._link.cut(self.record_id)
            # The first day alone: whoever moves a visit twice still changed what the child was told first.
            form.set_value("moved_from_at", form.body().get("moved_from_at") or form.body().get("planned_at"))
            self._set_state("moved")
            form.focus_on("planned_at")
            box = form.rows["planned_at"].editor.target()
            if isinstance(box, QLineEdit):
                box.selectAll()

        form.when_clean(moved)

    def _cancel(self) -> None:
        form = self.form
        if form is None:
            return

        def cancelled() -> None:
            self._set_state("cancelled")
            form.focus_on("why_changed")
            self._navigator.announce("Visit cancelled. It stays on record.")

        form.when_clean(cancelled)

    def _go_ahead(self) -> None:
        if self.form is not None:
            self._set_state("planned")
            self.form.focus_on("planned_at")

    def _on_changed(self, changes: Changes) -> None:
        super()._on_changed(changes)
        if self.form is not None and touches(changes, asked_by="", types=_WISHES, scope_id=self.scope_id):
            self._show_wishes()

    # ---- going on ------------------------------------------------------------------------------------------------

    def _fit(self) -> None:
        """Show what can be done with this visit now; only one button is filled."""
        form = self.form
        exists = form is not None and form.autosave.exists
        is_today = self.planned_on() == self._link.casebook.clock.today() and self._state != "cancelled"
        note = note_of(self._link.casebook, self.scope_id, self.record_id) if exists else None
        can_change = exists and self._state not in ("cancelled", "done")
        self.move_button.setVisible(can_change)
        self.cancel_button.setVisible(can_change)
        self.again_button.setVisible(exists and self._state == "cancelled")
        self.start_button.setVisible(form is not None and (is_today or note is not None))
        words = "Start visit note" if note is None else "Open visit note" if note.is_finished else "Go on writing"
        self.start_button.set_words(words)
        self.start_button.set_kind("primary" if is_today else "secondary")
        self.done_button.setVisible(form is not None)
        self.done_button.set_words("Done" if exists else "Plan this visit")
        self.done_button.set_kind("secondary" if is_today else "primary")
        self.fit_tools()

    def began(self) -> None:
        """It can be moved and cancelled from now on."""
        self._fit()

    def record_changed(self, entry: Entry) -> None:
        """A colleague, or this worker's own button, changed what is not a question of the form."""
        form = self.form
        if form is None or self.must_show_anew(entry):
            self.opened(record_id=entry.record_id)
            return
        if self.who_goes is not None and not form.autosave.is_unsaved("goes_id"):
            self.who_goes.show_worker(str(entry.body.get("goes_id") or ""))
        state = str(entry.body.get("state") or "planned")
        if state != self._state and not form.autosave.is_unsaved("state"):
            self._state = state
            self._show_state_of_visit()
        else:
            self._warn(aloud=False)
            self._fit()

    def done(self) -> None:
        """Let the visit be planned, as it stands, and go back. Only a day that cannot be read, or is missing, stays."""
        form = self.form
        if form is None:
            return
        found = self.unfit()
        row = form.rows["planned_at"]
        if not found and not row.editor.value():
            row.show_problem(NO_DAY)
            found = [(NO_DAY, row.editor.target())]
        if found:
            self.problems.show_problems(found, SAFE if form.autosave.exists or form.has_unsaved() else "")
            return
        self.problems.clear()
        if self._ask_what_was_told():
            return
        form.begin()
        form.when_clean(self._planned)

    def _ask_what_was_told(self) -> bool:
        """Ask once, on leaving a visit moved or cancelled, and never twice. True while it is being asked."""
        form = self.form
        if form is None or self.spoken is None or self._was_asked or self._state not in CHANGED_STATES:
            return False
        form.focus_on("why_changed")
        row = form.rows["why_changed"]
        if row.editor.value():
            return False
        self._was_asked = True
        words = f"Write what {self.spoken.name} was told about the change. Done again leaves it for later."
        asks = Banner(words, "info", row, icon="pencil")
        asks.setObjectName("plan.asks")
        row.column.insertWidget(row.column.indexOf(row.editor), asks)
        access.announce(self, words)
        return True

    def _planned(self) -> None:
        at = read_moment(str(self.form.body().get("planned_at") or "")) if self.form is not None else None
        if self._is_new and self._state == "planned" and at is not None and self.isVisible():
            self._navigator.toast(f"Visit planned: {say_moment(at)}")
        self._go_back()

    def _start_note(self) -> None:
        form = self.form
        if form is None:
            return
        form.begin()
        form.when_clean(self._open_note)

    def _open_note(self) -> None:
        note = note_of(self._link.casebook, self.scope_id, self.record_id)
        if note is not None:
            self._navigator.open("note", record_id=note.record_id)
        else:
            self._navigator.open("note", scope_id=self.scope_id, planned_visit_id=self.record_id)
