"""History: every version of a record, newest first, what each changed, and any of them used again."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget
from shiboken6 import isValid

from models.changes import Changes
from models.entry import Entry
from models.errors import Trouble
from models.history import History, Telling, entry_of_version
from models.moments import day_and_time, read_moment
from models.query import Query, Where
from models.record import all_declarations, declaration_of
from models.status import SENT, Status
from ui import access, theme
from ui.link import Link, Navigator, touches
from ui.parts.buttons import Button
from ui.parts.card import Card
from ui.parts.empty_state import EmptyState
from ui.parts.labels import PlainLabel
from ui.parts.page_head import PageHead
from ui.parts.scroll_page import ScrollPage
from ui.record_view import RecordView
from ui.theme import Theme
from ui.views.child_facts import title_of_record
from ui.views.history_rest import RestStrip
from ui.views.history_step import StepCard, Told
from ui.views.sync_words import Names

STACK_UNDER = 1100
FIRST, MORE = 10, 20
AT_ONCE = 3
"""So many are drawn before the page shows; the others follow one by one, whenever there is nothing else to do."""
YOU = "You"
INTRO = "Newest first, in the order in which it reached the council. Nothing is ever removed from here."
MARKS = "Bold and underlined: what was put in. Struck through: what was taken out."


class HistoryPage(QWidget):
    """Opened with ``record_id``. Only as many versions as are looked at are read and drawn."""

    page_key = "history"

    def __init__(self, link: Link, navigator: Navigator, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("page.history")
        self._link, self._navigator, self._theme = link, navigator, theme
        self.record_id = ""
        self.cards: list[StepCard] = []
        self._shown = FIRST
        self._is_busy = False
        self._to_come: list[Callable[[], None]] = []
        self._turn = QTimer(self)
        self._turn.setInterval(0)
        self._turn.timeout.connect(self._build_one)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        self._scroll = ScrollPage(margins=(24, 12, 24, 24), spacing=12)
        whole.addWidget(self._scroll)
        body = self._scroll.body
        self.intro = PlainLabel(INTRO, "small")
        self.head = PageHead("history", self.intro)
        self.head.went_back.connect(navigator.back)
        body.addWidget(self.head)
        self.why_not = PlainLabel("", "body")
        self.why_not.setObjectName("history.why_not")
        self.rest = RestStrip(self._fetch)
        self.legend = PlainLabel(MARKS, "small")
        for part in (self.rest, self.why_not, self.legend):
            body.addWidget(part)
        self._column = QVBoxLayout()
        self._column.setSpacing(12)
        body.addLayout(self._column)
        body.addStretch(1)
        link.changed.connect(self._on_change)
        link.status_changed.connect(self._on_status)
        theme.changed.connect(self._fit)

    # ---- the page ------------------------------------------------------------------------------------------------

    def page_title(self) -> str:
        """The title a screen reader says."""
        return self.head.title.text()

    def opened(self, record_id: str = "", **_arguments: Any) -> None:
        """Show a record's history; what this laptop does not hold of it is fetched."""
        self.record_id, self._shown = record_id, FIRST
        self.rest.begin()
        if not self._draw(AT_ONCE):
            self._fetch()

    def new_note_about(self) -> dict[str, str]:
        """What a new note started here is about."""
        entry = self._link.casebook.entry(self.record_id)
        return {"scope_id": entry.scope_id} if entry is not None else {}

    def refresh(self) -> None:
        """Read the versions again, as many as are shown; the control that had the focus keeps it."""
        focused = self.focusWidget()
        kept_focus = (focused.objectName(), focused.property("row")) if focused else ("", None)
        self._draw(max(AT_ONCE, len(self.cards)))
        self._focus_again(*kept_focus)

    def build_all(self) -> None:
        """Draw at once what is still to come."""
        while self._to_come:
            self._build_one()

    def _build_one(self) -> None:
        if self._to_come:
            self._to_come.pop(0)()
            self._fit()
        else:
            self._turn.stop()

    def _draw(self, at_once: int) -> bool:
        """Draw the page anew. Returns whether all of the history is here."""
        self._to_come = []
        while self._column.count():
            item = self._column.takeAt(0)
            _delete(item.widget() if item else None)
        self.cards = []
        casebook = self._link.casebook
        entry = casebook.entry(self.record_id)
        names = Names(casebook)
        self.head.show_child(f"History: {names.title(entry)}" if entry else "History", "")
        for part in (self.intro, self.legend):
            part.setVisible(entry is not None)
        why_not = casebook.why_not_editable(entry) if entry is not None else ""
        self.why_not.setText(f"{why_not}. You can read its history here." if why_not else "")
        self.why_not.setVisible(bool(why_not))
        if entry is None:
            self._column.addWidget(self._make_gone())
            return True
        history = self._history()
        self.rest.show_rest(is_whole=history.is_whole, count=len(history))
        telling = Telling(names.child(entry.scope_id), casebook.clock.today(), self._who, self._title_of)
        for version_id in history.order[: self._shown]:
            self._to_come.append(partial(self._add_step, history, version_id, entry, telling, may_use=not why_not))
        self._to_come += [partial(self._add_more, len(history)), partial(self._add_inside, entry, names)]
        for _ in range(min(at_once, len(self._to_come))):
            self._build_one()
        if at_once >= len(history.order[: self._shown]):
            self.build_all()
        self._turn.start()
        return history.is_whole

    def _history(self) -> History:
        entry = self._link.casebook.entry(self.record_id)
        return History.of(self._link.casebook.kept(self.record_id), entry.version_id if entry else "")

    def _who(self, worker_id: str) -> str:
        casebook = self._link.casebook
        return "you" if worker_id == casebook.me.worker.worker_id else casebook.worker_name(worker_id)

    def _title_of(self, record_id: str) -> str:
        return title_of_record(self._link.casebook, record_id) or "Not on this laptop"

    def _on_change(self, changes: Changes) -> None:
        if self.record_id in changes.records and touches(changes, asked_by=self.page_key):
            self.refresh()

    # ---- drawing -------------------------------------------------------------------------------------------------

    def _add_step(self, history: History, version_id: str, entry: Entry, telling: Telling, *, may_use: bool) -> None:
        kept = history.kept[version_id]
        version = kept.version
        declaration = declaration_of(version.type)
        is_readable = declaration is not None and version.schema <= declaration.schema and not version.is_erased
        stands = history.kept.get(history.tip)
        is_same = stands is not None and stands.version.body_bytes() == version.body_bytes() and not entry.is_deleted
        who = self._who(version.author_id)
        merge = history.apart.get(version_id)
        told = Told(
            YOU if who == "you" else who,
            self._details(history, version_id, telling),
            kept,
            history.step(version_id, telling),
            is_now=version_id == history.tip,
            is_apart=merge is not None,
            joined=self._joined(history, merge, kept.held_reason, telling) if merge is not None else "",
            may_use=may_use and is_readable and not is_same,
        )
        card = StepCard(
            told, lambda: RecordView(entry_of_version(kept), telling.child, title_of=self._title_of, plain=True)
        )
        card.used_again.connect(lambda: self._use_again(version_id, entry))
        self._column.addWidget(card)
        self.cards.append(card)

    def _details(self, history: History, version_id: str, telling: Telling) -> str:
        kept = history.kept[version_id]
        at = read_moment(kept.version.written_at)
        when = day_and_time(at, telling.today) if at else ""
        if history.is_clock_behind(version_id):
            when = f"{when} by that laptop’s clock, which was behind"
        laptop = history.laptop_words(version_id, self._link.casebook.me.device_id)
        number = f"number {kept.seq:,} at the council" if kept.seq else ""
        return " · ".join(part for part in (when, laptop, number) if part)

    def _joined(self, history: History, merge: str, reason: str, telling: Telling) -> str:
        if merge:
            when = telling.when(history.version(merge).written_at)
            return f"Written while another line went on. Brought together with it {when}.".replace(" .", ".")
        if reason:
            return f"It is no part of the record at the council. {reason}"
        return "It is not yet brought together with what stands."

    def _add_more(self, total: int) -> None:
        left = total - self._shown
        if left <= 0:
            return
        button = Button(f"Show {min(left, MORE)} more of {total}", "chevron-down", "quiet")
        access.describe(button, button.words(), key="history.more")
        button.clicked.connect(self._show_more)
        self._column.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)

    def _show_more(self) -> None:
        before = self._shown
        self._shown += MORE
        self._draw(before + MORE)
        if before < len(self.cards):
            self.cards[before].fold.button.setFocus(Qt.FocusReason.TabFocusReason)

    def _add_inside(self, entry: Entry, names: Names) -> None:
        """What was said or added within it: records of their own, each with a history of its own."""
        found: list[Entry] = []
        for kind in all_declarations():
            if kind.shown_in and kind.fields[kind.shown_in].indexed:
                where = (Where(kind.shown_in, "is", entry.record_id),)
                found += self._link.casebook.select(Query(types=(kind.type,), scope_id=entry.scope_id, where=where))
        if not found:
            return
        card = Card("Within it")
        card.setObjectName("history.inside")
        for one in found:
            button = Button(f"History: {names.title(one)}", "history", "quiet", trailing="chevron-right")
            access.describe(button, button.words(), key="history.open")
            button.setProperty("row", one.record_id)
            button.clicked.connect(lambda _=False, one=one: self._navigator.open("history", record_id=one.record_id))
            card.body.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        self._column.addWidget(card)

    def _make_gone(self) -> Card:
        card = Card()
        card.setObjectName("history.gone")
        words = "It may have been withdrawn, or the child is no longer assigned to you. Nothing you wrote is lost."
        card.add(EmptyState("history", "This record is not on this laptop", words))
        self.rest.hide()
        return card

    # ---- the rest of it ------------------------------------------------------------------------------------------

    def _fetch(self) -> None:
        record_id = self.record_id
        if self.rest.is_busy:
            return
        self.rest.show_busy()

        def came(_count: int) -> None:
            if isValid(self) and record_id == self.record_id:
                self.rest.show_come()
                self.refresh()

        def failed(trouble: Trouble) -> None:
            if isValid(self) and record_id == self.record_id:
                self.rest.show_trouble(trouble, count=len(self._history()))

        self._link.wait(self._link.fetch_history(record_id), came, failed)

    def _on_status(self, status: Status) -> None:
        # The line is back: what could not be fetched a while ago comes by itself.
        if self.isVisible() and status.state == SENT and self.rest.has_failed:
            self._fetch()

    # ---- using a version again -----------------------------------------------------------------------------------

    def _use_again(self, version_id: str, seen: Entry) -> None:
        if self._is_busy:
            return
        self._is_busy = True
        link, navigator, record_id = self._link, self._navigator, self.record_id

        def undo(now: Entry) -> None:
            # Only what outlives this page is held: the message stays for ten seconds, wherever the worker goes.
            back = (
                link.casebook.delete(record_id)
                if seen.is_deleted
                else link.casebook.restore(record_id, seen.version_id, over=now.version_id)
            )
            link.wait(back, lambda _entry: navigator.announce("Undone"), lambda trouble: navigator.toast(str(trouble)))

        def done(now: Entry) -> None:
            navigator.toast("Used again, as a new version. What stood before is in the history.", lambda: undo(now))
            self._settle()

        def failed(trouble: Trouble) -> None:
            navigator.toast(str(trouble))
            self._settle()

        used = link.casebook.restore(record_id, version_id, self.page_key, over=seen.version_id)
        link.wait(used, done, failed)

    def _settle(self) -> None:
        if isValid(self):
            self._is_busy = False
            self.refresh()
            self._scroll.verticalScrollBar().setValue(0)
            self.head.back.setFocus(Qt.FocusReason.OtherFocusReason)

    # ---- sizes and focus -----------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        stacked = self.window().width() < theme.current().px(STACK_UNDER)
        for card in self.cards:
            card.set_stacked(stacked)

    def _focus_again(self, name: str, row: object) -> None:
        for found in self.findChildren(QWidget, name) if name else []:
            if found.property("row") == row and found.focusPolicy() != Qt.FocusPolicy.NoFocus:
                found.setFocus(Qt.FocusReason.OtherFocusReason)
                return


def _delete(widget: QWidget | None) -> None:
    if widget is not None:
        widget.hide()
        widget.setParent(None)
        widget.deleteLater()
