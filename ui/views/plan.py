"""Plan a visit: when, where and why, with the notice a child asks for and the people they want to be told through."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from models.changes import Changes
from models.clock import to_stamp
from models.dates_typed import Lean, mid_sentence
from models.entry import Draft, Entry
from models.moments import day_and_time, read_day, read_moment
from models.query import NEWEST, Query
from models.record import declaration_of
from models.version import Body
from models.visit_contract import next_usual, notice_warning
from models.wording import Spoken, name_and_age
from ui import access
from ui.autosave import SaveState
from ui.form_manner import Manner
from ui.link import Link, Navigator, touches
from ui.parts.avatar import initials_among
from ui.parts.banner import Banner
from ui.parts.buttons import Button
from ui.parts.labels import PlainLabel
from ui.parts.page_head import PageHead
from ui.parts.picker import Picker
from ui.parts.scroll_page import ScrollPage
from ui.save_line import SaveLine
from ui.theme import Theme
from ui.views.child_facts import body_of, card_of
from ui.views.choose_child import ChooseChild
from ui.views.form_sheet import FormSheet, delete_record

TYPE = "planned_visit"
MOST_VISITS = 6
"""So many past visits say when visits usually fall."""
_CHANGES = frozenset({"change_warned", "change_warned_on", "why_changed"})


class PlanPage(QWidget):
    """Opened with a child's ``scope_id`` for a new plan, or with its ``record_id`` to change, move or cancel one."""

    page_key = "plan"

    def __init__(self, link: Link, navigator: Navigator, theme: Theme) -> None:
        super().__init__()
        self._link, self._navigator, self._theme = link, navigator, theme
        self._scope_id = ""
        self._sheet: FormSheet | None = None
        self._planned_at = ""
        self._wishes: Body = {}
        self._spoken = Spoken("")
        self.line = SaveLine()
        self.head = PageHead("plan", self.line, self)
        self.head.went_back.connect(navigator.back)
        self.done_button = Button("Plan this visit", "check", "primary", self)
        access.describe(self.done_button, "Plan this visit", "Ctrl+Enter", key="plan.done")
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
        return "Plan a visit"

    def opened(self, scope_id: str = "", record_id: str = "") -> None:
        """Show a plan to make or to change; without a child, ask whom it is for."""
        self._clear()
        casebook = self._link.casebook
        entry = casebook.entry(record_id) if record_id else None
        self._scope_id = entry.scope_id if entry else scope_id
        if not self._scope_id:
            self.head.show_child("Plan a visit", "")
            chooser = ChooseChild(casebook, "Whom do you want to visit?", self.page.content)
            chooser.chosen.connect(lambda chosen: self._navigator.open("plan", scope_id=chosen))
            self._content.addWidget(chooser)
            chooser.start()
            return
        wishes = casebook.one("communication_preferences", self._scope_id)
        self._wishes = wishes.body if wishes else {}
        self._show(entry)

    def _clear(self) -> None:
        self._sheet = None
        while (item := self._content.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.setParent(None)
                widget.deleteLater()
        self.line.hide()
        self.done_button.hide()

    def _offers(self) -> dict[str, Any]:
        """The next usual day, where and what kind it was last time, and whom to go through."""
        casebook = self._link.casebook
        query = Query(types=("visit_note",), scope_id=self._scope_id, order=NEWEST, limit=MOST_VISITS)
        notes = [note for note in casebook.select(query) if note.when]
        visits = [at for note in notes if (at := read_moment(note.when)) is not None]
        now = casebook.clock.now().astimezone()
        offers: dict[str, Any] = {
            "planned_at": to_stamp(next_usual([at for at in visits if at <= now], now, self._wishes)),
            "goes_id": casebook.me.worker.worker_id,
            "state": "planned",
            "place": notes[0].body.get("place") if notes else None,
            "visit_kind": notes[0].body.get("visit_kind") if notes else None,
            "notice_through_id": self._wishes.get("contact_first_through_id"),
        }
        return {name: value for name, value in offers.items() if value}

    def _show(self, entry: Entry | None) -> None:
        declaration = declaration_of(TYPE)
        assert declaration is not None
        casebook = self._link.casebook
        body = body_of(casebook, self._scope_id)
        self._spoken = Spoken.of(body)
        self._planned_at = str(entry.body.get("planned_at") or "") if entry else ""
        manner = Manner(
            without=frozenset() if entry else _CHANGES,
            offers={} if entry else self._offers(),
            leans={"planned_at": Lean.AHEAD, "notice_given_on": Lean.BACK, "change_warned_on": Lean.BACK},
            lines={"purpose": 2, "why_changed": 2},
        )
        draft: Draft = entry.draft() if entry else casebook.new_draft(TYPE, self._scope_id)
        self._sheet = FormSheet(self._link, self._navigator, declaration, draft, entry, manner, self.page.content)
        self._sheet.state_changed.connect(self.line.show_state)
        self._sheet.done.connect(self._planned)
        self._sheet.form.edited.connect(self._on_edit)
        self._content.addWidget(self._sheet)
        self._add_wishes()
        self._add_who()
        self._add_changes(entry)
        marks = initials_among(one.title for one in casebook.children())
        title = "Planned visit" if entry else "Plan a visit"
        whom = name_and_age(body, casebook.clock.today())
        self.head.show_child(f"{title} – {whom}", self._spoken.name, marks.get(self._spoken.name, ""))
        self.line.show_state(SaveState())
        self.line.show_changed(read_moment(entry.changed_at) if entry else None, casebook.clock.today())
        self.line.show()
        self.done_button.set_words("Done" if entry else "Plan this visit")
        self.done_button.show()
        if (call := getattr(self._navigator, "show_main_action", None)) is not None:
            call(True)
        self._sheet.form.focus_on("planned_at")
        self._refresh()

    # ---- what stands among the questions -------------------------------------------------------------------------

    def _part_of(self, name: str) -> QWidget:
        assert self._sheet is not None
        return next(part for part in self._sheet.form.parts if name in part.names)

    def _add_wishes(self) -> None:
        """Below the day, the warning; above the notice, whom to speak to first."""
        when = self._part_of("planned_at")
        self.warning = Banner("", "warn", when)
        self.warning.setObjectName("plan.warning")
        when.layout().addWidget(self.warning)  # type: ignore[union-attr]
        notice = self._part_of("notice_given_on")
        first = card_of(self._link.casebook, self._scope_id).first
        self.first = Banner(" ".join(one.shown for one in first), "info", notice, icon="heart-handshake")
        self.first.setObjectName("plan.first")
        self.first.setVisible(bool(first))
        notice.layout().insertWidget(0, self.first)  # type: ignore[union-attr]

    def _add_who(self) -> None:
        """Who goes: this worker, or a colleague the child also knows."""
        part = self._part_of("also_going")
        casebook = self._link.casebook
        me = casebook.me.worker
        ids = [one.worker_id for one in casebook.directory.assignments if one.scope_id == self._scope_id]
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(PlainLabel("Who goes", "h3", part, wrap=False))
        self.who = Picker(part)
        access.describe(self.who, "Who goes", key=f"{TYPE}.goes_id")
        self.who.view().setAccessibleName("Who goes")
        self.who.addItem("You", me.worker_id)
        for worker_id in dict.fromkeys(ids):
            if worker_id != me.worker_id:
                self.who.addItem(casebook.worker_name(worker_id), worker_id)
        self.who.activated.connect(lambda _at: self._set("goes_id", self.who.currentData()))
        row.addWidget(self.who, 1)
        part.layout().insertLayout(0, row)  # type: ignore[union-attr]

    def _add_changes(self, entry: Entry | None) -> None:
        row = QHBoxLayout()
        row.setSpacing(12)
        host = self.page.content
        self.cancelled = Banner("", "warn", host, icon="ban")
        self.cancelled.setObjectName("plan.cancelled")
        self._content.insertWidget(0, self.cancelled)
        self.cancel_button = Button("Cancel this visit", "ban", "secondary", host)
        access.describe(self.cancel_button, "Cancel this visit", key="plan.cancel")
        self.cancel_button.clicked.connect(self._cancel)
        self.delete_button = Button("Delete", "trash-2", "quiet", host)
        access.describe(self.delete_button, "Delete this plan", "It was never meant", key="plan.delete")
        self.delete_button.clicked.connect(self._delete)
        row.addWidget(self.cancel_button)
        row.addStretch(1)
        row.addWidget(self.delete_button)
        foot = QWidget(host)
        foot.setLayout(row)
        foot.setVisible(entry is not None)
        self._content.addWidget(foot)

    def _refresh(self) -> None:
        """Warn of short notice, and say how the plan stands."""
        sheet = self._sheet
        if sheet is None:
            return
        body, today = sheet.form.body(), self._link.casebook.clock.today()
        day, told = read_day(str(body.get("planned_at") or "")), read_day(str(body.get("notice_given_on") or ""))
        words = notice_warning(self._spoken.name, day, told, today, self._wishes) if day else ""
        if words != self.warning.words.text():
            self.warning.set_words(words)
            if words:
                access.announce(self.warning, words)
        is_open = body.get("state") not in ("cancelled", "done")
        self.warning.setVisible(bool(words) and is_open)
        at = max(0, self.who.findData(str(body.get("goes_id") or self._link.casebook.me.worker.worker_id)))
        self.who.setCurrentIndex(at)
        is_cancelled = body.get("state") == "cancelled"
        name = self._spoken.name
        self.cancelled.set_words(f"This visit is cancelled. Tell {name}, and write here what {name} was told.")
        self.cancelled.setVisible(is_cancelled)
        self.cancel_button.set_words("Plan it again" if is_cancelled else "Cancel this visit")
        self.cancel_button.set_icon("undo-2" if is_cancelled else "ban")
        self.cancel_button.setVisible(is_open or is_cancelled)

    # ---- changing ------------------------------------------------------------------------------------------------

    def _on_edit(self, name: str) -> None:
        sheet = self._sheet
        if sheet is None:
            return
        body = sheet.form.body()
        is_moved = bool(self._planned_at) and name == "planned_at" and bool(body.get("planned_at"))
        if is_moved and body["planned_at"] != self._planned_at and body.get("state") in ("planned", "confirmed"):
            # Planned in an earlier sitting and now for another time: the child is to hear of it.
            self._set("state", "moved")
        self._refresh()

    def _set(self, name: str, value: Any) -> None:
        if self._sheet is not None:
            self._sheet.form.set_value(name, value)
            self._refresh()

    def _cancel(self) -> None:
        sheet = self._sheet
        if sheet is None:
            return
        is_cancelled = sheet.form.body().get("state") == "cancelled"
        self._set("state", "planned" if is_cancelled else "cancelled")
        if not is_cancelled:
            sheet.form.focus_on("why_changed")

    def _delete(self) -> None:
        sheet = self._sheet
        if sheet is not None:
            record_id = sheet.form.draft.record_id
            sheet.form.when_clean(lambda: delete_record(self._link, self._navigator, record_id, "Plan"))

    def _end(self) -> None:
        sheet = self._sheet
        if sheet is None:
            return
        body = sheet.form.body()
        row = sheet.form.rows.get("why_changed")
        if body.get("state") in ("moved", "cancelled") and row is not None and not body.get("why_changed"):
            sheet.ask_for("why_changed", f"Write what {self._spoken.name} was told about the change")
        sheet.end()

    def _planned(self) -> None:
        sheet = self._sheet
        body = sheet.form.body() if sheet else {}
        at = read_moment(str(body.get("planned_at") or ""))
        self._navigator.back()
        if at is not None:
            when = mid_sentence(day_and_time(at, self._link.casebook.clock.today()))
            verb = {"cancelled": "cancelled", "moved": "moved to"}.get(str(body.get("state")), "planned for")
            self._navigator.toast("Visit cancelled" if verb == "cancelled" else f"Visit {verb} {when}")

    def _on_changed(self, changes: Changes) -> None:
        if self._sheet is None or not touches(changes, asked_by="plan", scope_id=self._scope_id):
            return
        if "communication_preferences" in changes.types:
            wishes = self._link.casebook.one("communication_preferences", self._scope_id)
            self._wishes = wishes.body if wishes else {}
        self._refresh()

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
        if name == "finish" and self._sheet is not None:
            self._end()
            return True
        return self._sheet is not None and self._sheet.act(name)
