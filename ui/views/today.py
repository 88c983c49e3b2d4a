"""Today: who to see and how they like to be approached, without a click; and what is begun and not finished."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from models.asking_again import to_ask_again
from models.changes import Changes
from models.entry import Entry
from models.handing_over import new_to_me
from models.moments import in_a_sentence, long_day, short_day, until
from models.query import OLDEST, Query, Where
from models.reading import telling_apart
from models.today import (
    ASK_AGAIN,
    CHECK_BACK,
    CLOSE,
    MEET,
    MOST_TO_FINISH,
    NOT_TAKING_PART,
    NOTE,
    ToFinish,
    Visit,
    bounds,
    next_visit,
    notes_query,
    summary,
    to_ask,
    to_finish,
    to_meet,
    todays_visits,
    unchecked_query,
    unfinished_query,
    visits_query,
)
from models.version import Body
from models.wording import Spoken
from ui import access, theme
from ui.link import Link, Navigator, touches
from ui.parts.avatar import initials_among
from ui.parts.buttons import Button
from ui.parts.card import Card
from ui.parts.chips import Chip
from ui.parts.divider import Divider
from ui.parts.empty_state import EmptyState
from ui.parts.flow import FlowLayout
from ui.parts.labels import PlainLabel
from ui.parts.pill import Pill
from ui.parts.row_button import RowButton
from ui.parts.scroll_page import ScrollPage
from ui.theme import Theme
from ui.views.child_facts import card_of, head_of
from ui.views.loop_today import LoopRow, LoopToday, loop_rows
from ui.views.visit_card import VisitCard, VisitFacts

NARROW_UNDER = 1200
SIDE = 344
MARGINS = 72
SHORT_LINE = 14
"""Words of the strip in a small window, so that three visits stand on it without scrolling."""
TICK_MS = 20_000
READ_AGAIN_AFTER = timedelta(minutes=10)
"""What was read longer ago is read anew when the page is opened, although nothing was saved since."""
_TYPES = (
    "promise", "planned_visit", "visit_note", "own_words", "child", "communication_preferences", "person_i_trust",
    "this_is_me", "handover", "not_taking_part", "addendum",
)  # fmt: skip
_ICONS = {
    NOTE: "file-pen-line",
    NOT_TAKING_PART: "hand",
    ASK_AGAIN: "hand",
    CHECK_BACK: "circle-check",
    MEET: "user-round",
    CLOSE: "message-square-heart",
}


@dataclass(frozen=True, slots=True)
class _Day:
    """Everything the page shows; two equal days need no redrawing."""

    on: date
    visits: tuple[VisitFacts, ...]
    finish: tuple[ToFinish, ...]
    later: str
    loop: tuple[LoopRow, ...] = ()


class TodayPage(QWidget):
    """The first page of the day."""

    page_key = "today"

    def __init__(self, link: Link, navigator: Navigator, theme: Theme) -> None:
        super().__init__()
        self._link, self._navigator, self._theme = link, navigator, theme
        self._day: _Day | None = None
        self._is_stale = True
        self._read_at: datetime | None = None
        self._shows_finish = False
        self.cards: list[VisitCard] = []
        self.finish_rows: list[RowButton] = []
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        self._scroll = ScrollPage(margins=(24, 14, 24, 24), spacing=10)
        whole.addWidget(self._scroll)
        self._make_head()
        self._columns = QHBoxLayout()
        self._columns.setSpacing(20)
        self._left, self._right = QVBoxLayout(), QVBoxLayout()
        self._left.setSpacing(14)
        self._right.setSpacing(14)
        self._columns.addLayout(self._left, 1)
        self._side = QWidget()
        self._side.setLayout(self._right)
        self._right.setContentsMargins(0, 0, 0, 0)
        self._columns.addWidget(self._side, 0, Qt.AlignmentFlag.AlignTop)
        self._scroll.body.addLayout(self._columns)
        self._scroll.body.addStretch(1)
        self._tick = QTimer(self)
        self._tick.setInterval(TICK_MS)
        self._tick.timeout.connect(self.look_at_the_clock)
        link.changed.connect(self._on_change)

    def _make_head(self) -> None:
        self._head = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._head.setSpacing(10)
        self.title = PlainLabel("", "h1")
        self.title.setObjectName("today.title")
        self._head.addWidget(self.title, 1)
        self._tools = QWidget()
        row = FlowLayout(self._tools, across=10)
        self._head.addWidget(self._tools)
        self.finish_chip = Chip("To finish", "file-pen-line")
        self.finish_chip.setObjectName("today.to_finish")
        self.finish_chip.clicked.connect(self._toggle_finish)
        row.addWidget(self.finish_chip)
        self.loop_chip = Chip("You said, we did", "heart-handshake")
        self.loop_chip.setObjectName("today.loop_chip")
        self.loop_chip.clicked.connect(lambda: self._navigator.open("you_said"))
        row.addWidget(self.loop_chip)
        self.plan = Button("Plan a visit", "calendar")
        access.describe(self.plan, "Plan a visit", key="today.plan")
        self.plan.clicked.connect(lambda: self._navigator.open("plan"))
        row.addWidget(self.plan)
        self._scroll.body.addLayout(self._head)
        self.summary = PlainLabel("", "small")
        self.summary.setObjectName("today.summary")
        self._scroll.body.addWidget(self.summary)

    # ---- the page ------------------------------------------------------------------------------------------------

    def page_title(self) -> str:
        """The title a screen reader says."""
        return self.title.text() or "Today"

    def opened(self, **_arguments: Any) -> None:
        """Show the day as it stands; it is read again where anything was saved since, or came from elsewhere."""
        if self._is_stale or self._is_old():
            self.refresh()
        else:
            self.look_at_the_clock()
        self._tick.start()
        self._say_main_action()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        # It comes back from under the cover without being opened.
        if self._is_stale and self._day is not None:
            self.refresh()

    def leave(self) -> None:
        """Stop counting the minutes while nobody looks."""
        self._tick.stop()

    def new_note_about(self) -> dict[str, str]:
        """What a new note started here is about: the next visit."""
        visit = next_visit(facts.visit for facts in self._day.visits) if self._day else None
        if visit is None:
            return {}
        if visit.note_id:
            return {"record_id": visit.note_id}
        return {"scope_id": visit.scope_id, "planned_visit_id": visit.record_id}

    def main_action(self) -> None:
        """Start the note of the next visit."""
        about = self.new_note_about()
        if about:
            self._navigator.open("note", **about)

    def refresh(self) -> None:
        """Read the day again, and redraw only if it is another."""
        self._is_stale, self._read_at = False, self._now()
        before, day = self._day, self._read()
        self._day = day
        if before is None or _without_hours(day) != _without_hours(before):
            self._draw(day)
        else:
            self._tell_hours()

    def look_at_the_clock(self) -> None:
        """Say anew how long it is until each visit; at midnight another day begins."""
        now = self._now()
        if self._day is None or now.date() != self._day.on or self._next_has_moved(now):
            self.refresh()
            return
        self._tell_hours()

    def _tell_hours(self) -> None:
        now = self._now()
        for card in self.cards:
            visit = card.facts.visit
            card.tell_until("" if visit.is_written else until(visit.at, now))

    def _next_has_moved(self, now: datetime) -> bool:
        assert self._day is not None
        shown = tuple(facts.visit.is_next for facts in self._day.visits)
        return tuple(visit.is_next for visit in self._visits(now)) != shown

    def _is_old(self) -> bool:
        since = self._now() - self._read_at if self._read_at is not None else READ_AGAIN_AFTER
        # A clock that was put back makes it older than it can tell.
        return not timedelta(0) <= since < READ_AGAIN_AFTER

    def _on_change(self, changes: Changes) -> None:
        if self.isVisible() and touches(changes, asked_by="", types=_TYPES):
            self.refresh()
        else:
            # Whatever it is: the next opening can read for longer than a change that comes while somebody works.
            self._is_stale = True

    def _say_main_action(self) -> None:
        # The window's own filled button steps back where the page has one.
        show = getattr(self._navigator, "show_main_action", None)
        if callable(show):
            show(any(facts.visit.is_next for facts in self._day.visits) if self._day else False)

    # ---- reading -------------------------------------------------------------------------------------------------

    def _now(self) -> datetime:
        return self._link.casebook.clock.now().astimezone()

    def _visits(self, now: datetime) -> tuple[Visit, ...]:
        casebook, me = self._link.casebook, self._link.casebook.me.worker.worker_id
        planned = casebook.select(visits_query(now.date()))
        notes = casebook.select(notes_query(now.date(), me))
        return todays_visits(planned, notes, me, now)

    def _read(self) -> _Day:
        casebook, now = self._link.casebook, self._now()
        me = casebook.me.worker.worker_id
        children = {child.scope_id: child for child in casebook.children()}
        # A visit to a child this laptop may no longer show is not a visit to show.
        visits = [visit for visit in self._visits(now) if visit.scope_id in children]
        bodies = [child.body for child in children.values()]
        marks = initials_among(child.title for child in children.values())

        def body_of(scope_id: str) -> Body | None:
            found = children.get(scope_id)
            return found.body if found else None

        # Whoever is visited today comes first.
        by_visit = dict.fromkeys([*(visit.scope_id for visit in visits), *children])
        again = [one for one in to_ask_again(casebook, now.date()) if one.entry.scope_id in children]
        due = to_meet(new_to_me(casebook, by_visit), body_of) + to_ask(again, body_of, now.date())
        finish = due + to_finish(
            casebook.select(unfinished_query(me)),
            casebook.select(unchecked_query(me, now.date())),
            casebook.select(Query(has_open_choices=True, limit=20)),
            body_of,
            now.date(),
        )
        shown = tuple(self._facts(visit, children[visit.scope_id], bodies, marks, now.date()) for visit in visits)
        loop = loop_rows(casebook, {scope: Spoken.of(child.body) for scope, child in children.items()})
        return _Day(now.date(), shown, finish, "" if shown else self._later(children, now.date()), loop)

    def _facts(self, visit: Visit, child: Entry, bodies: list[Body], marks: dict[str, str], today: date) -> VisitFacts:
        card = card_of(self._link.casebook, child.scope_id, child.body)
        knock, short = card.line(), card.line(SHORT_LINE)
        name = Spoken.of(child.body).name
        beside = telling_apart(child.body, bodies, today)
        return VisitFacts(visit, name, head_of(child.body, today), marks.get(name, ""), beside, knock, short)

    def _later(self, children: dict[str, Entry], today: date) -> str:
        """When the next visit is, for a day without any."""
        me = self._link.casebook.me.worker.worker_id
        where = (Where("planned_at", "since", bounds(today)[1]),)
        coming = self._link.casebook.select(Query(types=("planned_visit",), where=where, order=OLDEST, limit=20))
        for visit in todays_visits(coming, (), me, self._now()):
            if visit.scope_id in children:
                name = Spoken.of(children[visit.scope_id].body).name
                return (
                    f"The next one is {in_a_sentence(short_day(visit.at.date(), today))} at {visit.at:%H:%M}: {name}."
                )
        return ""

    # ---- drawing -------------------------------------------------------------------------------------------------

    def _draw(self, day: _Day) -> None:
        focused = self.focusWidget()
        kept = (focused.objectName(), focused.property("row")) if focused else ("", None)
        self.title.setText(long_day(day.on))
        self.summary.setText(summary(tuple(facts.visit for facts in day.visits)))
        self.summary.setVisible(bool(day.visits))
        _empty(self._left)
        _empty(self._right)
        self.cards = []
        self.finish_rows = []
        for facts in day.visits:
            card = VisitCard(facts)
            card.asked.connect(lambda what, facts=facts: self._go(what, facts))
            for part in (card.me, card.note, card.more, card.strip):
                part.setProperty("row", facts.visit.record_id)
            self._left.addWidget(card)
            self.cards.append(card)
        if not day.visits:
            self._left.addWidget(self._make_empty(day.later))
        self._left.addStretch(1)
        self._finish_card = self._make_finish(day.finish)
        self._place_finish()
        self._right.addWidget(LoopToday(day.loop, self._navigator))
        self._fit()
        if self.isVisible():
            self._say_main_action()
        self._focus_again(*kept)

    def _focus_again(self, name: str, row: object) -> None:
        for found in self.findChildren(QWidget, name) if name else []:
            if found.property("row") == row:
                found.setFocus(Qt.FocusReason.OtherFocusReason)
                return

    def _make_empty(self, later: str) -> QWidget:
        new = Button("New visit note", "file-pen-line")
        access.describe(new, "New visit note", key="today.new_note")
        new.clicked.connect(lambda: self._navigator.open("note"))
        plan = Button("Plan a visit", "calendar")
        access.describe(plan, "Plan a visit", key="today.plan_first")
        plan.clicked.connect(lambda: self._navigator.open("plan"))
        words = "Visits you plan stand here in time order, each with how the child likes to be approached."
        state = EmptyState("calendar", "No visits planned today.", f"{words} {later}".strip(), new, plan)
        state.setObjectName("today.empty")
        card = Card()
        card.add(state)
        return card

    def _make_finish(self, items: tuple[ToFinish, ...]) -> Card:
        count = Pill(str(len(items)), "", "warn")
        count.setAccessibleName(f"{len(items)} to finish")
        card = Card("Finish these", count if items else None)
        card.setObjectName("today.finish")
        card.body.setSpacing(4)
        if not items:
            card.add(PlainLabel("Nothing is waiting for you.", "small"))
        for number, item in enumerate(items[:MOST_TO_FINISH]):
            if number:
                card.add(Divider())
            row = RowButton(_ICONS.get(item.kind, "columns-2"), item.title, item.words, tint="warn")
            row.setObjectName(f"today.finish.{item.kind}")
            row.setProperty("row", item.record_id)
            row.clicked.connect(lambda _=False, item=item: self._finish(item))
            card.add(row)
            self.finish_rows.append(row)
        if len(items) > MOST_TO_FINISH:
            card.add(PlainLabel(f"And {len(items) - MOST_TO_FINISH} more, on each child’s timeline.", "small"))
        return card

    # ---- going on ------------------------------------------------------------------------------------------------

    def _go(self, what: str, facts: VisitFacts) -> None:
        visit = facts.visit
        if what == "note" and visit.note_id:
            self._navigator.open("note", record_id=visit.note_id)
        elif what == "note":
            self._navigator.open("note", scope_id=visit.scope_id, planned_visit_id=visit.record_id)
        elif what == "plan":
            self._navigator.open("plan", scope_id=visit.scope_id, record_id=visit.record_id)
        elif what == "child":
            self._navigator.open("children", scope_id=visit.scope_id)
        else:
            self._navigator.open(what, scope_id=visit.scope_id)

    def _finish(self, item: ToFinish) -> None:
        if item.kind == NOTE:
            self._navigator.open("note", record_id=item.record_id)
        elif item.kind in (NOT_TAKING_PART, ASK_AGAIN):
            self._navigator.open(NOT_TAKING_PART, record_id=item.record_id)
        elif item.kind == CLOSE:
            self._navigator.open("close_visit", record_id=item.record_id)
        elif item.kind == MEET:
            self._navigator.open("children", scope_id=item.scope_id)
        elif item.kind == CHECK_BACK:
            about = {"scope_id": item.scope_id, "tab": "timeline", "record_id": item.record_id}
            self._navigator.open("children", **about, is_checking=True)
        else:
            self._navigator.open("two_versions", record_id=item.record_id)

    # ---- sizes ---------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _is_narrow(self) -> bool:
        return self.window().width() < self._theme.px(NARROW_UNDER)

    def _toggle_finish(self) -> None:
        self._shows_finish = not self._shows_finish
        self._fit()
        if self._shows_finish and self.finish_rows:
            self.finish_rows[0].setFocus(Qt.FocusReason.TabFocusReason)

    def _place_finish(self) -> None:
        """In the right column, or above the visits where there is none."""
        self._right.removeWidget(self._finish_card)
        self._left.removeWidget(self._finish_card)
        if self._is_narrow():
            self._left.insertWidget(0, self._finish_card)
        else:
            self._right.insertWidget(0, self._finish_card)

    def _fit(self) -> None:
        if self._day is None:
            return
        narrow = self._is_narrow()
        self._side.setVisible(not narrow)
        self._side.setFixedWidth(theme.current().px(SIDE))
        count = len(self._day.finish)
        self.finish_chip.setText(f"To finish ({count})")
        self.finish_chip.setAccessibleName(f"{count} to finish")
        self.finish_chip.setVisible(narrow and bool(count))
        self.loop_chip.setText(f"You said, we did ({len(self._day.loop)})")
        self.loop_chip.setAccessibleName(f"You said, we did: {len(self._day.loop)} to answer")
        self.loop_chip.setVisible(narrow and bool(self._day.loop))
        wanted = self.title.fontMetrics().horizontalAdvance(self.title.text()) + self._tools.sizeHint().width()
        across, down = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        self._head.setDirection(across if wanted + MARGINS < self.width() else down)
        self._place_finish()
        self._finish_card.setVisible(not narrow or (self._shows_finish and bool(count)))
        self._left.setSpacing(10 if narrow else 14)
        for card in self.cards:
            card.set_short(narrow)
        self._scroll.body.setContentsMargins(*((16, 8, 16, 16) if narrow else (24, 14, 24, 24)))
        self.summary.setVisible(bool(self._day.visits) and not narrow)


def _without_hours(day: _Day) -> _Day:
    """All of a day but how long it is until each visit, which its card is told alone."""
    shown = (replace(facts, visit=replace(facts.visit, until="")) for facts in day.visits)
    return replace(day, visits=tuple(shown))


def _empty(layout: QVBoxLayout) -> None:
    """Take everything out of a layout and really delete it."""
    while layout.count():
        item = layout.takeAt(0)
        widget = item.widget() if item else None
        if widget is not None:
            widget.hide()
            widget.setParent(None)
            widget.deleteLater()
