"""A child's timeline: newest first, grouped by month, read and built only as far as somebody scrolls."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from models.changes import Changes
from models.clock import to_stamp
from models.entry import Entry
from models.moments import day_and_time
from models.query import OLDEST, Query
from models.timeline import Moment, Timeline
from models.today import LONGEST_VISIT, next_visit, todays_visits
from models.wording import Spoken
from ui import access
from ui.link import Link, Navigator, touches
from ui.parts.buttons import Button
from ui.parts.card import Card
from ui.parts.empty_state import EmptyState
from ui.parts.labels import PlainLabel
from ui.parts.row_button import RowButton
from ui.parts.scroll_page import ScrollPage
from ui.views.child_facts import spoken_of
from ui.views.places import place_of
from ui.views.timeline_entry import Around, TimelineEntry

AHEAD = 900
"""Pixels below what is seen that are kept built, so that scrolling never waits."""
AT_ONCE = 4
MOST_TO_LOOK_FOR = 2_000


class TimelineView(QWidget):
    """Shows one child at a time; `show_child` turns to another."""

    def __init__(self, link: Link, navigator: Navigator, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._link, self._navigator = link, navigator
        self._scope_id = ""
        self._child = Spoken("the child")
        self._timeline: Timeline | None = None
        self._todo: list[Moment] = []
        self._month = ""
        self._is_stale = False
        self.entries: list[TimelineEntry] = []
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        self._scroll = ScrollPage(margins=(0, 8, 12, 16), spacing=8)
        whole.addWidget(self._scroll)
        self._step = QTimer(self)
        self._step.setSingleShot(True)
        self._step.timeout.connect(self._build_some)
        bar = self._scroll.verticalScrollBar()
        bar.valueChanged.connect(lambda _at: self._go_on())
        bar.rangeChanged.connect(lambda _low, _high: self._go_on())
        link.changed.connect(self._on_change)

    def sizeHint(self) -> QSize:
        return QSize(600, 400)

    # ---- which child ---------------------------------------------------------------------------------------------

    def show_child(self, scope_id: str) -> None:
        """Show a child's timeline from its top."""
        if scope_id == self._scope_id and self._timeline is not None:
            if self._is_stale:
                self.refresh()
            return
        self._scope_id = scope_id
        self._child = spoken_of(self._link.casebook, scope_id)
        self._timeline = Timeline(self._link.casebook, scope_id)
        self._timeline.fetch()
        self._draw()
        self._scroll.verticalScrollBar().setValue(0)

    def refresh(self) -> None:
        """Read again what was read, and redraw what is another than before."""
        if self._timeline is None:
            return
        if any(entry.is_busy() for entry in self.entries):
            # Somebody is answering: the rest can wait until they have.
            self._is_stale = True
            return
        self._is_stale = False
        before = [entry.moment for entry in self.entries] + self._todo
        self._child = spoken_of(self._link.casebook, self._scope_id)
        self._timeline.read_again()
        after = self._timeline.moments
        if [one.key for one in before] == [one.key for one in after]:
            self._replace(after)
        elif before != after:
            self._redraw_in_place()

    def _replace(self, moments: list[Moment]) -> None:
        """Draw anew only the entries that changed."""
        focused = self.focusWidget()
        kept = (focused.objectName(), focused.property("row")) if focused else ("", None)
        for at, entry in enumerate(self.entries):
            moment = moments[at]
            if moment == entry.moment:
                continue
            fresh = self._make(moment)
            self._scroll.body.replaceWidget(entry, fresh)
            self.entries[at] = fresh
            _drop(entry)
        self._todo = moments[len(self.entries) :]
        for found in self.findChildren(QWidget, kept[0]) if kept[0] else []:
            if found.property("row") == kept[1]:
                found.setFocus()
                break

    def _redraw_in_place(self) -> None:
        bar = self._scroll.verticalScrollBar()
        at, built = bar.value(), len(self.entries)
        self._draw(max(built, AT_ONCE))
        self._scroll.content.adjustSize()
        bar.setValue(at)

    def _on_change(self, changes: Changes) -> None:
        if not self._scope_id or not touches(changes, asked_by="", scope_id=self._scope_id):
            return
        if self.isVisible():
            self.refresh()
        else:
            self._is_stale = True

    def leave(self) -> None:
        """Hand over what is being typed in an entry."""
        for entry in self.entries:
            if entry.check is not None:
                entry.check.leave()

    # ---- building ------------------------------------------------------------------------------------------------

    def _draw(self, at_once: int = AT_ONCE) -> None:
        body = self._scroll.body
        while body.count():
            item = body.takeAt(0)
            widget = item.widget() if item else None
            if widget is not None:
                _drop(widget)
        self.entries, self._month = [], ""
        assert self._timeline is not None
        self._todo = list(self._timeline.moments)
        coming = self._make_coming()
        if coming is not None:
            body.addWidget(coming)
        if not self._todo:
            body.addWidget(self._make_empty())
        body.addStretch(1)
        for _ in range(at_once):
            self._build_one()
        self._go_on()

    def _build_one(self) -> None:
        if not self._todo:
            return
        moment = self._todo.pop(0)
        body = self._scroll.body
        if moment.month != self._month:
            self._month = moment.month
            month = PlainLabel(moment.month, "overline")
            month.setObjectName("timeline.month")
            body.insertWidget(body.count() - 1, month)
        entry = self._make(moment)
        body.insertWidget(body.count() - 1, entry)
        self.entries.append(entry)

    def _make(self, moment: Moment) -> TimelineEntry:
        entry = TimelineEntry(Around(self._link, self._navigator, self._child), moment)
        entry.opened.connect(lambda: self._open(entry.moment.entry))
        entry.settled.connect(self._catch_up)
        return entry

    def _catch_up(self) -> None:
        """Show what waited while somebody answered; after the event that ended it, whose button is redrawn, too."""
        if self._is_stale:
            QTimer.singleShot(0, self, self.refresh)

    def _wants_more(self) -> bool:
        bar = self._scroll.verticalScrollBar()
        return bar.maximum() - bar.value() < AHEAD

    def _go_on(self) -> None:
        has_more = bool(self._todo) or (self._timeline is not None and self._timeline.has_more)
        if has_more and self._wants_more() and not self._step.isActive():
            self._step.start(0)

    def _build_some(self) -> None:
        """One entry at a time, so that no key and no scroll ever waits for the rest."""
        if not self._todo and self._timeline is not None and self._timeline.has_more:
            self.fetch_more()
        self._build_one()
        self._go_on()

    def fetch_more(self) -> int:
        """Read the next page of entries; returns how many came. They are built as they come into sight."""
        if self._timeline is None:
            return 0
        fresh = self._timeline.fetch()
        self._todo += fresh
        return len(fresh)

    def build_all(self) -> None:
        """Build everything read so far; for printing and for tests."""
        while self._todo:
            self._build_one()

    def reveal(self, record_id: str, *, is_checking: bool = False) -> None:
        """Bring an entry into sight, and what may be done with it under the keys; reads on until it is found.

        ``is_checking`` begins to check its words back, where this worker may.
        """
        while len(self.entries) < MOST_TO_LOOK_FOR:
            entry = next((one for one in self.entries if _holds(one.moment, record_id)), None)
            if entry is not None:
                # Once what was just built has its place: before that there is nothing to scroll to.
                QTimer.singleShot(0, entry, partial(self._bring_up, entry, record_id, is_checking))
                return
            if not self._todo and not self.fetch_more():
                return
            self._build_one()

    def _bring_up(self, entry: TimelineEntry, record_id: str, is_checking: bool) -> None:
        check = entry.check_buttons.get(record_id)
        if is_checking and check is not None:
            check.click()
        self._scroll.content.adjustSize()
        self._scroll.ensureWidgetVisible(entry, 0, 24)
        if entry.check is not None:
            self._scroll.ensureWidgetVisible(entry.check, 0, 24)
            return
        button = check or getattr(entry, "open", None)
        if isinstance(button, Button):
            button.setFocus(Qt.FocusReason.TabFocusReason)

    # ---- what stands above, and what an entry opens ---------------------------------------------------------------

    def _make_coming(self) -> QWidget | None:
        casebook = self._link.casebook
        now = casebook.clock.now().astimezone()
        me = casebook.me.worker.worker_id
        since = to_stamp(now - LONGEST_VISIT)
        query = Query(types=("planned_visit",), scope_id=self._scope_id, since=since, order=OLDEST, limit=20)
        visit = next_visit(todays_visits(casebook.select(query), (), me, now))
        if visit is None:
            return None
        words = f"{day_and_time(visit.at, now.date())} · {visit.where}"
        row = RowButton("calendar", "Next visit", words)
        access.describe(row, f"Next visit: {words}. Change it", key="timeline.next_visit")
        row.clicked.connect(lambda: self._navigator.open("plan", scope_id=self._scope_id, record_id=visit.record_id))
        card = Card()
        card.body.setContentsMargins(6, 4, 6, 4)
        card.add(row)
        return card

    def _make_empty(self) -> QWidget:
        me = Button("Start with This is Me", "user-round")
        access.describe(me, "Start with This is Me", key="timeline.start")
        me.clicked.connect(lambda: self._navigator.open("this_is_me", scope_id=self._scope_id))
        note = Button("New visit note", "file-pen-line")
        access.describe(note, "New visit note", key="timeline.new_note")
        note.clicked.connect(lambda: self._navigator.open("note", scope_id=self._scope_id))
        words = f"Visits, what {self._child.name} said, and what changed stand here, newest first."
        state = EmptyState("history", "Nothing recorded yet.", words, me, note)
        state.setObjectName("timeline.empty")
        card = Card()
        card.add(state)
        return card

    def _open(self, entry: Entry) -> None:
        page, arguments = place_of(self._link.casebook, entry)
        self._navigator.open(page, **arguments)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._go_on()


def _holds(moment: Moment, record_id: str) -> bool:
    return record_id in (moment.entry.record_id, *(one.record_id for one in moment.inside))


def _drop(widget: QWidget) -> None:
    widget.hide()
    widget.setParent(None)
    widget.deleteLater()
