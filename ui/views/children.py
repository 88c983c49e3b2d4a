"""Children: those assigned to this worker in a list, and the page of the one chosen beside it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from models.audience import DUTY_WORKER
from models.changes import Changes
from models.clock import to_stamp
from models.entry import Entry
from models.moments import in_a_sentence, read_moment, short_day
from models.query import OLDEST, Query, Where
from models.reading import telling_apart
from models.status import SENDING, SENT, progress_words
from models.today import LONGEST_VISIT
from ui import access
from ui.link import Link, Navigator, touches
from ui.parts.avatar import initials_among
from ui.parts.buttons import Button
from ui.parts.card import Card
from ui.parts.divider import Divider
from ui.parts.empty_state import EmptyState
from ui.parts.icon_label import IconLabel
from ui.parts.key_cap import KeyCap
from ui.parts.labels import PlainLabel
from ui.parts.pill import Pill
from ui.parts.search_field import SearchField
from ui.theme import Theme
from ui.views.child_facts import head_of, note_looked_at, recent_children
from ui.views.child_list import ChildList, ChildrenModel, ChildRow
from ui.views.child_page import ChildPage
from ui.views.no_longer import NoLonger

NARROW_UNDER = 1200
LIST = 304
SETTLE_MS = 120
"""Arrow keys held down pass over children; only the one they rest on is read."""


class ChildrenPage(QWidget):
    """Arguments: ``scope_id`` for a child's page, ``tab``, ``record_id`` to bring an entry of the timeline in sight."""

    page_key = "children"

    def __init__(self, link: Link, navigator: Navigator, theme: Theme) -> None:
        super().__init__()
        self._link, self._navigator, self._theme = link, navigator, theme
        self._scope_id = ""
        self._is_stale = True
        self._coming: dict[str, str] = {}
        whole = QHBoxLayout(self)
        whole.setContentsMargins(16, 14, 24, 8)
        whole.setSpacing(0)
        self.model = ChildrenModel(self._line_of, self)
        self._side = self._make_side()
        whole.addWidget(self._side)
        whole.addSpacing(16)
        self.child = ChildPage(link, navigator)
        self.child.left.connect(self._back_to_list)
        whole.addWidget(self.child, 1)
        self.empty = _NoChildren(link, navigator)
        whole.addWidget(self.empty, 1)
        self._whole = whole
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(SETTLE_MS)
        self._settle.timeout.connect(self._show_looked_at)
        link.changed.connect(self._on_change)

    def _make_side(self) -> QWidget:
        side = QWidget()
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        head = QHBoxLayout()
        self.title = PlainLabel("Children", "h1")
        head.addWidget(self.title, 1)
        self.count = PlainLabel("", "small", wrap=False)
        self.count.setObjectName("children.count")
        head.addWidget(self.count)
        column.addLayout(head)
        self.filter = SearchField("Filter your children", "children.filter", hint="Type part of a name")
        self.filter.textChanged.connect(self._filter)
        self.filter.installEventFilter(self)
        column.addWidget(self.filter)
        self.list = ChildList(self.model)
        self.list.looked_at.connect(self._look_at)
        self.list.chosen.connect(self._choose)
        column.addWidget(self.list, 1)
        self.none_found = self._make_none_found()
        column.addWidget(self.none_found)
        self.hint = self._make_hint()
        column.addWidget(self.hint)
        self.no_longer = NoLonger()
        self.no_longer.asked.connect(lambda code, name: self._navigator.open("cover", code=code, name=name))
        column.addWidget(self.no_longer)
        return side

    def _make_none_found(self) -> QWidget:
        part = QWidget()
        column = QVBoxLayout(part)
        column.setContentsMargins(4, 8, 4, 0)
        self._none_words = PlainLabel("", "body")
        self._none_words.setObjectName("children.none_found")
        column.addWidget(self._none_words)
        column.addWidget(PlainLabel("Children not assigned to you are not shown.", "small"))
        clear = Button("Show all", "x")
        access.describe(clear, "Show all children", key="children.clear")
        clear.clicked.connect(self.filter.clear)
        column.addWidget(clear, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)
        part.hide()
        return part

    def _make_hint(self) -> QWidget:
        part = QWidget()
        row = QHBoxLayout(part)
        row.setContentsMargins(4, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(PlainLabel("Arrow keys move,", "small", wrap=False))
        row.addWidget(KeyCap("Enter"))
        row.addWidget(PlainLabel("opens", "small", wrap=False))
        row.addStretch(1)
        return part

    # ---- the page ------------------------------------------------------------------------------------------------

    def page_title(self) -> str:
        """The title a screen reader says."""
        return self.child.name.text() if self._scope_id else "Children"

    def opened(
        self, scope_id: str = "", tab: str = "", record_id: str = "", is_checking: bool = False, **_more: Any
    ) -> None:
        """Show the list, and a child's page: the one asked for, or the one looked at last.

        ``record_id`` is brought into sight on the timeline; ``is_checking`` asks at once whether its words are right.
        """
        self.refresh()
        if not self.model.count_all():
            self._say_main_action()
            return
        wanted = scope_id or ("" if self._is_narrow() else self._scope_id or self._last_looked_at())
        self._scope_id = ""
        if wanted and self._link.casebook.child(wanted) is not None:
            self._show(wanted, tab)
            note_looked_at(self._link, wanted)
            if record_id:
                # Once the page has its size: what is to be brought into sight must have a place first.
                QTimer.singleShot(0, self, lambda: self.child.timeline.reveal(record_id, is_checking=is_checking))
        self._fit()
        if not record_id:
            (self.list if self._side.isVisibleTo(self) else self.child.first_stop()).setFocus(
                Qt.FocusReason.OtherFocusReason
            )
        self._say_main_action()

    def leave(self) -> None:
        """Hand over what is being typed."""
        self._settle.stop()
        self.child.leave()

    def new_note_about(self) -> dict[str, str]:
        """What a new note started here is about."""
        return {"scope_id": self._scope_id} if self._scope_id else {}

    def print_about(self) -> dict[str, str]:
        """What Ctrl+P prints here."""
        return self.child.print_about() if self._scope_id else {}

    def act(self, name: str) -> bool:
        """Answer Ctrl+Shift+B for the child shown, and Esc where the list is behind the child's page."""
        if name == "before_you_knock" and self._scope_id:
            self._navigator.open("knock", scope_id=self._scope_id)
            return True
        if name == "back" and self._is_narrow() and self._scope_id:
            self._back_to_list()
            return True
        return bool(self._scope_id) and self.child.act(name)

    def refresh(self) -> None:
        """Read the children again."""
        self._is_stale = False
        children = self._link.casebook.children()
        self._coming = self._read_coming()
        today = self._link.casebook.clock.today()
        marks = initials_among(one.title for one in children)
        bodies = [one.body for one in children]
        self.model.set_rows([self._row(one, marks, telling_apart(one.body, bodies, today)) for one in children])
        self._say_count()
        self.no_longer.show_leaving(self._link.casebook.leaving_children())
        if self._scope_id:
            self.list.show_child(self._scope_id)
        self._fit()

    def _row(self, child: Entry, marks: dict[str, str], beside: str) -> ChildRow:
        body = child.body
        words = " ".join(str(body.get(key) or "") for key in ("known_as", "legal_name", "child_code"))
        today = self._link.casebook.clock.today()
        return ChildRow(child.scope_id, head_of(body, today), marks.get(child.title, ""), beside, words)

    def _read_coming(self) -> dict[str, str]:
        """When each child is to be visited next, for the next two weeks."""
        casebook = self._link.casebook
        now, today = casebook.clock.now(), casebook.clock.today()
        since, before = to_stamp(now - LONGEST_VISIT), to_stamp(now + timedelta(days=14))
        where = (Where("planned_at", "since", since), Where("planned_at", "before", before))
        query = Query(types=("planned_visit",), where=where, order=OLDEST, limit=500)
        found: dict[str, str] = {}
        for entry in casebook.select(query):
            when = read_moment(entry.when)
            if when is not None and entry.body.get("state") not in ("cancelled", "done"):
                found.setdefault(entry.scope_id, f"visit {in_a_sentence(short_day(when.date(), today))}")
        return found

    def _line_of(self, scope_id: str) -> str:
        """ "Seen 9 Nov · visit today"."""
        casebook = self._link.casebook
        notes = casebook.select(Query(types=("visit_note",), scope_id=scope_id, limit=5))
        seen = next((read_moment(one.when) for one in notes if one.when and one.body.get("seen") == "yes"), None)
        today = casebook.clock.today()
        day = short_day(seen.date(), today, with_weekday=False) if seen else ""
        none = "Old records are closed" if casebook.lease.is_closed else "No visit here yet"
        is_cover = casebook.scopes.get(scope_id) == DUTY_WORKER
        parts = ["You cover for a day" if is_cover else ""]
        parts += [f"Seen {in_a_sentence(day)}" if day else none, self._coming.get(scope_id, "")]
        return " · ".join(part for part in parts if part)

    def _on_change(self, changes: Changes) -> None:
        if touches(changes, asked_by="", types=("child", "visit_note", "planned_visit")) or changes.is_directory:
            if self.isVisible():
                self.refresh()
            else:
                self._is_stale = True
        if self._scope_id and self._link.casebook.child(self._scope_id) is None:
            self._back_to_list()

    def _last_looked_at(self) -> str:
        casebook = self._link.casebook
        recent = [one for one in recent_children(casebook) if casebook.child(one) is not None]
        return recent[0] if recent else (self.model.rows()[0].scope_id if self.model.rows() else "")

    # ---- list and child --------------------------------------------------------------------------------------------

    def _filter(self, typed: str) -> None:
        self.model.filter(typed.strip())
        self._say_count()
        found = bool(self.model.rows())
        self.none_found.setVisible(not found)
        self.list.setVisible(found)
        self._none_words.setText(f"No child here is called “{typed.strip()}”.")
        if self._scope_id:
            self.list.show_child(self._scope_id)

    def _say_count(self) -> None:
        total, shown = self.model.count_all(), len(self.model.rows())
        self.count.setText(f"{total} assigned to you" if shown == total else f"{shown} of {total}")

    def _look_at(self, scope_id: str) -> None:
        if not self._is_narrow():
            self._looked_at = scope_id
            self._settle.start()

    def _show_looked_at(self) -> None:
        if self._looked_at != self._scope_id:
            self._show(self._looked_at, "")

    def _choose(self, scope_id: str) -> None:
        self._settle.stop()
        self._navigator.open("children", scope_id=scope_id)

    def _show(self, scope_id: str, tab: str) -> None:
        self._scope_id = scope_id
        self.child.show_child(scope_id, tab)
        self.list.show_child(scope_id)

    def _back_to_list(self) -> None:
        self._scope_id = ""
        self._fit()
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _say_main_action(self) -> None:
        show = getattr(self._navigator, "show_main_action", None)
        if callable(show):
            show(bool(self._scope_id) or not self.model.count_all())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.filter and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Down:
                self.list.setFocus(Qt.FocusReason.TabFocusReason)
                if not self.list.currentIndex().isValid():
                    self.list.setCurrentIndex(self.model.index(0))
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.model.rows():
                self._choose(self.model.rows()[0].scope_id)
                return True
        return super().eventFilter(watched, event)

    # ---- sizes ---------------------------------------------------------------------------------------------------

    def _is_narrow(self) -> bool:
        return self.window().width() < self._theme.px(NARROW_UNDER)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        has_children, narrow = self.model.count_all() > 0, self._is_narrow()
        self.empty.setVisible(not has_children)
        shows_child = bool(self._scope_id) and has_children
        self._side.setVisible(has_children and not (narrow and shows_child))
        self.child.setVisible(shows_child)
        self.child.head.back.setVisible(narrow)
        if narrow:
            self._side.setMinimumWidth(0)
            self._side.setMaximumWidth(16_777_215)
        else:
            self._side.setFixedWidth(self._theme.px(LIST))
        self._whole.setStretch(0, 1 if narrow else 0)


class _NoChildren(QWidget):
    """Before the first copy has come: what will happen, and how far it is."""

    def __init__(self, link: Link, navigator: Navigator) -> None:
        super().__init__()
        self._link, self._navigator = link, navigator
        self.setObjectName("children.empty")
        column = QVBoxLayout(self)
        row = QHBoxLayout()
        card = Card()
        card.setMaximumWidth(680)
        words = (
            "Connect once on the council network, and the children assigned to you are copied here. "
            "After that everything works without a connection. You can begin as soon as the first have come."
        )
        state = EmptyState("users", "No children on this laptop yet", words)
        state.layout().setContentsMargins(14, 14, 14, 6)  # type: ignore[union-attr]
        card.add(state)
        card.add(Divider())
        me = link.casebook.me
        done = Pill("Done", "check", "ok")
        card.add(_step("circle-check", f"Signed in as {me.worker.display_name}", me.council_name, done))
        self.copy = Button("Copy now", "cloud-download", "primary")
        access.describe(self.copy, "Copy the children assigned to you to this laptop", key="children.copy")
        self.copy.clicked.connect(self._copy)
        self._progress = PlainLabel("", "small")
        self._progress.setObjectName("children.progress")
        card.add(_step("cloud-download", "Copy your children to this laptop", "", self.copy, self._progress))
        self.cover = Button("Ask for cover", "users", "quiet")
        access.describe(
            self.cover, "Ask for cover", "To see a child not assigned to you, for 24 hours", key="children.empty.cover"
        )
        self.cover.clicked.connect(lambda: self._navigator.open("cover"))
        card.add(self.cover)
        # Without an alignment, so that the words may ask for the height they need.
        row.addStretch(1)
        row.addWidget(card, 20)
        row.addStretch(1)
        column.addLayout(row)
        column.addStretch(1)
        link.status_changed.connect(self._on_status)
        self._show_status()

    def _on_status(self, _status: object) -> None:
        self._show_status()

    def _show_status(self) -> None:
        status = self._link.status
        if status.state == SENDING:
            far = f": {progress_words(status.progress)}" if status.progress is not None else " …"
            self._progress.setText(f"Copying now{far}")
        elif status.state == SENT:
            self._progress.setText("Nobody is assigned to you at the moment. Your manager can change that.")
        elif not self._link.casebook.me.server_url:
            self._progress.setText("This laptop has not joined a council yet.")
        else:
            self._progress.setText("Waiting for a connection. It begins by itself when there is one.")

    def _copy(self) -> None:
        if not self._link.casebook.me.server_url:
            self._navigator.toast("This laptop has not joined a council, so there is nothing to copy from.")
            return
        self._navigator.toast("Heard copies your children as soon as there is a connection.")
        self._link.sync_now()


def _step(icon: str, title: str, words: str, at_right: QWidget, below: PlainLabel | None = None) -> QWidget:
    part = QWidget()
    row = QHBoxLayout(part)
    row.setContentsMargins(12, 6, 12, 6)
    row.setSpacing(14)
    row.addWidget(IconLabel(icon, "primary", 20, ground="primary_soft"))
    column = QVBoxLayout()
    column.setSpacing(1)
    column.addWidget(PlainLabel(title, "strong"))
    column.addWidget(below if below is not None else PlainLabel(words, "small"))
    row.addLayout(column, 1)
    row.addWidget(at_right)
    return part
