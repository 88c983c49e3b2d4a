"""Sync and saved: what is safe on this laptop, what has reached the council, and what a person should look at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from models.changes import Changes
from models.entry import Entry, Notice
from models.errors import Trouble
from models.held import RETURNED
from models.status import SENDING, Status
from ui import access, theme
from ui.link import Link, Navigator
from ui.parts.buttons import Button
from ui.parts.card import Card
from ui.parts.divider import Divider
from ui.parts.labels import PlainLabel
from ui.parts.pill import Pill
from ui.parts.scroll_page import ScrollPage
from ui.parts.state_row import StateRow
from ui.theme import Theme
from ui.views import sync_words as words
from ui.views.places import place_of
from ui.views.sync_cards import Laptop, NoticePart, StateBanner, fact_row, round_row
from ui.views.sync_reading import FIRST, Reading, Seen

NARROW_UNDER = 1200
SIDE = 380
MORE = 50
FIRST_ROUNDS = 3
SOON_MS = 250
MINUTE_MS = 60_000


class SyncPage(QWidget):
    """Ctrl+5. Nothing here opens by itself: it is where the chip of the top bar leads."""

    page_key = "sync"

    def __init__(self, link: Link, navigator: Navigator, theme: Theme, laptop: Callable[[], Laptop] = Laptop) -> None:
        super().__init__()
        self.setObjectName("page.sync")
        self._link, self._navigator, self._theme = link, navigator, theme
        self._shown = {"waiting": FIRST, "look": FIRST, "held": FIRST, "sent": FIRST_ROUNDS}
        self._is_stale, self._is_narrow = True, False
        self._has_main = False
        self._seen: Seen | None = None
        self.rows: list[StateRow] = []
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self.refresh)
        # How long ago the laptop was in touch grows older by itself.
        self._minute = QTimer(self)
        self._minute.setInterval(MINUTE_MS)
        self._minute.timeout.connect(self._on_minute)
        self._minute.start()
        self._reading = Reading(link, laptop)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        self._scroll = ScrollPage(margins=(24, 16, 24, 24), spacing=12)
        whole.addWidget(self._scroll)
        self.title = PlainLabel("Sync and saved", "h1")
        self.title.setObjectName("sync.title")
        self._scroll.body.addWidget(self.title)
        self.banner = StateBanner(self._asked)
        self._scroll.body.addWidget(self.banner)
        columns = QHBoxLayout()
        columns.setSpacing(20)
        self._side = QWidget()
        self._left, self._right = QVBoxLayout(), QVBoxLayout(self._side)
        for column in (self._left, self._right):
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(12)
        columns.addLayout(self._left, 1)
        columns.addWidget(self._side, 0, Qt.AlignmentFlag.AlignTop)
        self._scroll.body.addLayout(columns)
        self._scroll.body.addStretch(1)
        link.changed.connect(self._on_change)
        theme.changed.connect(self._fit)
        link.status_changed.connect(self._on_status)

    # ---- the page ------------------------------------------------------------------------------------------------

    def page_title(self) -> str:
        """The title a screen reader says."""
        return "Sync and saved"

    def opened(self, **_arguments: Any) -> None:
        """Show how things stand, each list from its top."""
        self._shown = {"waiting": FIRST, "look": FIRST, "held": FIRST, "sent": FIRST_ROUNDS}
        self._reading.begin()
        self.refresh()
        self._say_main_action()

    def refresh(self) -> None:
        """Read everything again, and redraw what is another; the control that had the focus keeps it."""
        self._is_stale = False
        self._soon.stop()
        self._show_state(self._link.status)
        seen = self._reading.read(self._shown, is_narrow=self._is_narrow)
        if seen == self._seen:
            return
        self._seen = seen
        focused = self.focusWidget()
        kept = (focused.objectName(), focused.property("row")) if focused else ("", None)
        self._draw(seen)
        self._focus_again(*kept)

    def _on_change(self, changes: Changes) -> None:
        if not self.isVisible():
            self._is_stale = True
        elif not changes.is_sync:
            self.refresh()
        elif not self._soon.isActive():
            # A first pull tells of page after page: redrawn a few times a second, it holds nobody up.
            self._soon.start(SOON_MS)

    def _on_status(self, status: Status) -> None:
        if not self.isVisible():
            return
        if status.state == SENDING:
            self._show_state(status)
        else:
            # A round has ended: what waits and what went has changed, and why the rest still waits.
            self.refresh()

    def _on_minute(self) -> None:
        if self.isVisible():
            self._show_state(self._link.status)

    def _asked(self) -> None:
        """The banner's one button: try now, go on, or stop what takes long."""
        if self.banner.button.words() == words.CANCEL:
            self._link.pause_sync()
            self._navigator.toast("It stops after this message. Nothing is lost; Go on sends the rest.")
        else:
            self._sync_now()

    def _sync_now(self) -> None:
        if self._link.status.must_join:
            self._navigator.open("join_again")
            return
        if self._link.status.state == SENDING:
            self._navigator.toast("Heard is sending now.")
            return
        self._link.sync_now()
        self._navigator.announce("Trying now")

    def _show_state(self, status: Status) -> None:
        # What waits is counted now: the status may be older than the last thing saved, and says "all sent" no longer.
        now = replace(status, waiting=self._link.casebook.waiting_count())
        self.banner.show_state(words.state_of(now, self._reading.last_in_touch(), self._reading.now()), now)

    # ---- drawing -------------------------------------------------------------------------------------------------

    def _draw(self, seen: Seen) -> None:
        for column in (self._left, self._right):
            _empty(column)
        self.rows = []
        self._has_main = False
        main = [self._make_waiting(seen)]
        if seen.held:
            main.append(self._make_held(seen))
        if seen.notices or seen.later:
            # In a small window what wants a person comes first, or it would be out of sight.
            main.insert(0 if seen.is_narrow else 1, self._make_look(seen))
        side = self._left if seen.is_narrow else self._right
        for card in main:
            self._left.addWidget(card)
        for card in (self._make_sent(seen), self._make_laptop(seen)):
            side.addWidget(card)
        self._left.addStretch(1)
        self._fit()
        if self.isVisible():
            self._say_main_action()

    def _make_waiting(self, seen: Seen) -> Card:
        oldest = PlainLabel(seen.oldest, "small", wrap=False)
        oldest.setObjectName("sync.oldest")
        card = Card(f"Waiting to send ({seen.waiting:,})" if seen.waiting else "Waiting to send", oldest)
        card.setObjectName("sync.waiting")
        card.body.setSpacing(2)
        if not seen.rows:
            card.add(PlainLabel("Nothing waits.", "body", tone="quiet"))
        for number, (entry, title, told) in enumerate(seen.rows):
            if number:
                card.add(Divider())
            icon = entry.declaration.icon if entry.declaration else "file-pen-line"
            row = StateRow(icon, title, told, Pill("Saved", "lock", "info"))
            row.setObjectName(f"sync.waiting.{entry.type}")
            row.setProperty("row", entry.record_id)
            # Several notes about one child may be saved within a second, and would sound the same.
            row.setAccessibleDescription(f"{number + 1} of {seen.waiting:,}")
            row.clicked.connect(lambda _=False, entry=entry: self._open(entry))
            card.add(row)
            self.rows.append(row)
        self._add_more(card, "waiting", seen.listed, seen.waiting)
        for number, (entry, title) in enumerate(seen.just_sent, start=1):
            card.add(Divider())
            row = StateRow("circle-check", title, "The council’s server has it.", Pill("Sent", "check", "ok"))
            row.setObjectName("sync.just_sent")
            row.setProperty("row", entry.record_id)
            row.setAccessibleDescription(f"{number} of {len(seen.just_sent):,} just sent")
            row.clicked.connect(lambda _=False, entry=entry: self._open(entry))
            card.add(row)
        return card

    def _make_held(self, seen: Seen) -> Card:
        count = Pill(str(len(seen.held)), "", "warn")
        count.setAccessibleName(f"{len(seen.held)} kept safe")
        card = Card(words.HELD_PILL, count)
        card.setObjectName("sync.held")
        card.body.setSpacing(2)
        for number, (item, look) in enumerate(seen.held[: self._shown["held"]]):
            if number:
                card.add(Divider())
            pill = Pill("Given back" if item.state == RETURNED else "Kept safe", look.icon, "warn")
            row = StateRow("shield-check", look.title, look.words, pill, tint="warn")
            row.setObjectName("sync.held.row")
            row.setProperty("row", item.record_id)
            row.clicked.connect(lambda _=False, one=item: self._navigator.open("held", record_id=one.record_id))
            card.add(row)
        self._add_more(card, "held", len(seen.held))
        return card

    def _make_look(self, seen: Seen) -> Card:
        count = Pill(str(seen.noticed), "", "warn")
        count.setAccessibleName(f"{seen.noticed} to look at")
        card = Card("Please look at this", count if seen.noticed else None)
        card.setObjectName("sync.look")
        for number, (notice, entry, told) in enumerate(seen.notices):
            if number:
                card.add(Divider())
            part = self._make_notice(notice, entry, told)
            card.add(part)
            # One filled button a page: the first pair of texts that stand side by side.
            self._has_main = self._has_main or part.is_torn
        self._add_more(card, "look", seen.noticed)
        for entry, title in seen.later:
            card.add(Divider())
            row = StateRow("columns-2", title, "Left for later. Both are kept.", Pill("Two versions", "", "warn"))
            row.setObjectName("sync.later")
            row.setProperty("row", entry.record_id)
            row.clicked.connect(lambda _=False, entry=entry: self._see_both(entry.record_id))
            card.add(row)
        return card

    def _make_notice(self, notice: Notice, entry: Entry | None, told: words.Look) -> NoticePart:
        part = NoticePart(notice, entry, told, is_main=not self._has_main)
        if part.is_torn:
            part.opened.connect(lambda: self._see_both(notice.record_id))
        elif part.is_beside:
            part.opened.connect(lambda: self._navigator.open("history", record_id=notice.record_id))
        elif entry is not None:
            part.opened.connect(lambda: self._open(entry))
        part.put_off.connect(lambda: self._put_away(notice, is_torn=part.is_torn))
        return part

    def _make_sent(self, seen: Seen) -> Card:
        card = Card("Sent")
        card.setObjectName("sync.sent")
        if not seen.rounds:
            card.add(PlainLabel("Nothing has been sent from this laptop yet.", "body", tone="quiet"))
        for number, (when, what, has_sent) in enumerate(seen.rounds):
            if number:
                card.add(Divider())
            card.add(round_row(when, what, has_sent=has_sent))
        self._add_more(card, "sent", seen.ended)
        return card

    def _make_laptop(self, seen: Seen) -> Card:
        card = Card("This laptop")
        card.setObjectName("sync.laptop")
        card.body.setSpacing(6)
        for label, value in seen.facts:
            card.add(fact_row(label, value))
        return card

    def _add_more(self, card: Card, name: str, listed: int, total: int = 0) -> None:
        left, total = listed - self._shown[name], max(listed, total)
        if left <= 0:
            return
        is_rest = left <= MORE and listed == total
        button = Button(
            f"Show all {total}" if is_rest else f"Show {min(left, MORE)} more of {total:,}", "chevron-down", "quiet"
        )
        access.describe(button, f"{button.words()}: {card.accessibleName()}", key=f"sync.more.{name}")
        button.clicked.connect(lambda: self._show_more(name))
        card.body.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)

    def _show_more(self, name: str) -> None:
        before = self._shown[name]
        self._shown[name] += MORE
        self.refresh()
        if name == "waiting" and before < len(self.rows):
            self.rows[before].setFocus(Qt.FocusReason.TabFocusReason)

    # ---- going on ------------------------------------------------------------------------------------------------

    def _open(self, entry: Entry) -> None:
        page, arguments = place_of(self._link.casebook, entry)
        self._navigator.open(page, **arguments)

    def _see_both(self, record_id: str) -> None:
        self._navigator.open("two_versions", record_id=record_id)

    def _put_away(self, notice: Notice, *, is_torn: bool) -> None:
        def done(_nothing: None) -> None:
            self._navigator.toast("Left for later. It also stands on Today." if is_torn else "Put away.")

        def failed(trouble: Trouble) -> None:
            self._navigator.toast(str(trouble))

        self._link.wait(self._link.casebook.put_away(notice.notice_id), done, failed)

    def _say_main_action(self) -> None:
        # The window's own filled button steps back where the page has one.
        show = getattr(self._navigator, "show_main_action", None)
        if callable(show):
            show(self._has_main)

    # ---- sizes and focus -----------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.window().width() < theme.current().px(NARROW_UNDER)
        if narrow != self._is_narrow:
            self._is_narrow = narrow
            if not self._is_stale:
                self.refresh()
        self._fit()

    def _fit(self) -> None:
        self._side.setVisible(not self._is_narrow)
        self._side.setFixedWidth(theme.current().px(SIDE))

    def _focus_again(self, name: str, row: object) -> None:
        for found in self.findChildren(QWidget, name) if name else []:
            if found.property("row") == row and found.focusPolicy() != Qt.FocusPolicy.NoFocus:
                found.setFocus(Qt.FocusReason.OtherFocusReason)
                return


def _empty(layout: QVBoxLayout) -> None:
    """Take everything out of a layout and really delete it."""
    while layout.count():
        item = layout.takeAt(0)
        widget = item.widget() if item else None
        if widget is not None:
            widget.hide()
            widget.setParent(None)
            widget.deleteLater()
