"""As a child asked: every visit held against what they asked for, one by one and summed up over time (seed 001)."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget
from shiboken6 import isValid

from models.changes import Changes
from models.dates_typed import say_day
from models.errors import Trouble
from models.moments import read_day, short_day
from models.visit_promises import HEADS, KEPT, NOT_ASKED, NOT_KEPT, NOT_RECORDED, STATES, Wishes
from models.visit_sums import Count, KeptVisit, by_promise, by_quarter, by_visit, line, visits_of, wishes_of
from models.wording import Spoken, name_and_age, say
from ui import access, messages
from ui.link import Link, Navigator, touches
from ui.parts.avatar import initials_among
from ui.parts.buttons import Button
from ui.parts.card import Card
from ui.parts.divider import Divider
from ui.parts.empty_state import EmptyState
from ui.parts.flow import FlowLayout
from ui.parts.icon_label import IconLabel
from ui.parts.labels import PlainLabel
from ui.parts.page_head import PageHead
from ui.parts.scroll_page import ScrollPage
from ui.tasks import in_background
from ui.theme import Theme
from ui.views.child_facts import body_of, note_looked_at
from ui.views.kept_reading import KEPT_BY, not_asked_words, said, state_pill

MORE = 12
WIDEST = 1040
_COLUMNS = (KEPT, NOT_KEPT, NOT_RECORDED)


class VisitRow(QWidget):
    """One visit: when, where and who; how it stands, each promise with what was done, and the way to its note."""

    def __init__(self, visit: KeptVisit, page: KeptPage) -> None:
        super().__init__()
        self.setObjectName("kept.visit")
        self.setProperty("row", visit.note_id or visit.planned_id)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 2, 0, 2)
        column.setSpacing(6)
        head = QHBoxLayout()
        head.setSpacing(10)
        when = short_day(visit.on, page.today())
        what = visit.place if visit.note_id else f"{visit.place}, called off"
        title = " · ".join(part for part in (when, what, page.worker(visit.by_id)) if part)
        head.addWidget(PlainLabel(title, "strong", self, elided=True), 1)
        head.addWidget(state_pill(visit.state, self))
        self.open = Button("Open", "", "quiet", self, trailing="chevron-right")
        access.describe(self.open, f"Open: {title}", key="kept.open")
        self.open.clicked.connect(lambda: page.open_visit(visit))
        head.addWidget(self.open)
        column.addLayout(head)
        asked = [one for one in visit.outcomes if one.state != NOT_ASKED]
        flow = FlowLayout(across=18, down=4)
        for one in asked:
            flow.addWidget(_small(STATES[one.state][1], STATES[one.state][2], f"{one.asked}: {one.done}", self))
        if asked:
            column.addLayout(flow)
        column.addWidget(PlainLabel(not_asked_words(visit.outcomes), "small", self))
        self.setAccessibleName(". ".join([title, STATES[visit.state][0], *(said(one) for one in asked)]))


def _small(icon: str, tone: str, words: str, parent: QWidget) -> QWidget:
    part = QWidget(parent)
    row = QHBoxLayout(part)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(6)
    row.addWidget(IconLabel(icon, tone, 17, part))
    row.addWidget(PlainLabel(words, "small", part, wrap=False))
    return part


class KeptPage(QWidget):
    """Opened with a child's ``scope_id``, from the line on their page."""

    page_key = "as_asked"

    def __init__(self, link: Link, navigator: Navigator, theme: Theme) -> None:
        super().__init__()
        self._link, self._navigator, self._theme = link, navigator, theme
        self._scope_id, self._most = "", MORE
        self._wishes = Wishes(Spoken(""), {}, {})
        self._visits: list[KeptVisit] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.under = PlainLabel("", "small", self, elided=True)
        self.head = PageHead(self.page_key, self.under, self)
        self.head.setContentsMargins(24, 14, 24, 8)
        self.head.went_back.connect(navigator.back)
        column.addWidget(self.head)
        self._scroll = ScrollPage(self, margins=(24, 4, 24, 24), spacing=14)
        column.addWidget(self._scroll, 1)
        link.changed.connect(self._on_changed)

    # ---- the page ------------------------------------------------------------------------------------------------

    def page_title(self) -> str:
        """The title a screen reader says."""
        return self.head.title.text()

    def opened(self, scope_id: str = "", **_more: Any) -> None:
        """Show a child's visits."""
        self._scope_id, self._most = scope_id, MORE
        self._scroll.renew()
        note_looked_at(self._link, scope_id)
        for tell, about in (("show_section", "children"), ("show_main_action", bool(scope_id))):
            if callable(call := getattr(self._navigator, tell, None)):
                call(about)
        self.refresh()
        self.head.back.setFocus(Qt.FocusReason.OtherFocusReason)

    def leave(self) -> None:
        """Nothing is typed here."""

    def new_note_about(self) -> dict[str, str]:
        """What a new note started here is about."""
        return {"scope_id": self._scope_id} if self._scope_id else {}

    def today(self) -> Any:
        """Today, by the one clock."""
        return self._link.casebook.clock.today()

    def worker(self, worker_id: str) -> str:
        """A worker's name; "" for nobody."""
        return self._link.casebook.worker_name(worker_id) if worker_id else ""

    def open_visit(self, visit: KeptVisit) -> None:
        """Show the note of a visit, or the plan of one that was called off."""
        if visit.note_id:
            self._navigator.open("note", record_id=visit.note_id)
        else:
            self._navigator.open("plan", record_id=visit.planned_id)

    def refresh(self) -> None:
        """Say whose page it is, and read the visits beside the screen: there may be hundreds."""
        casebook, scope_id = self._link.casebook, self._scope_id
        body = body_of(casebook, scope_id)
        spoken, wishes = Spoken.of(body), wishes_of(casebook, scope_id)
        marks = initials_among(casebook.names())
        asked = read_day(str(wishes.body.get("asked_on") or ""))
        since = f" since {say_day(asked)}" if asked else ""
        self.under.setText(f"What {spoken.name} has asked for{since}, and what was done. Visits on this laptop.")
        title = f"As {spoken.name} asked – {name_and_age(body, self.today())}"
        self.head.show_child(title, spoken.name, marks.get(spoken.name, ""))
        reading = in_background(lambda: visits_of(casebook, scope_id), "visits")
        self._link.wait(reading, lambda found: self._read(scope_id, wishes, found), self._tell)

    def _read(self, scope_id: str, wishes: Wishes, found: list[KeptVisit]) -> None:
        if isValid(self) and scope_id == self._scope_id:
            self._wishes, self._visits = wishes, found
            self._draw()

    def _tell(self, trouble: Trouble) -> None:
        if isValid(self):
            messages.tell_trouble(self, trouble)

    def _draw(self) -> None:
        spoken = self._wishes.child
        self._scroll.renew()
        self._scroll.content.setMaximumWidth(self._theme.px(WIDEST))
        if by_visit(self._visits).base:
            self._scroll.body.addWidget(self._sums(spoken))
            self._scroll.body.addWidget(self._each())
        else:
            self._scroll.body.addWidget(self._nothing(spoken, has_wishes=bool(self._wishes.body)))
        self._scroll.body.addStretch(1)

    def _nothing(self, spoken: Spoken, *, has_wishes: bool) -> Card:
        card = Card(parent=self._scroll.content)
        card.setObjectName("as_asked.empty")
        if has_wishes:
            words = f"As soon as there is a visit of which {spoken.name} asked for something, it stands here."
            card.add(EmptyState("calendar", "No visit to look at yet", words))
        else:
            ask = Button("Write down the answers", "pencil")
            access.describe(ask, "Write down the answers", key="as_asked.ask")
            ask.clicked.connect(self._ask)
            words = "Ask {child} how much notice {they} would like, and who is to be spoken to first."
            card.add(EmptyState("ear", "Not asked yet", say(words, spoken), ask))
        return card

    def _ask(self) -> None:
        self._navigator.open("edit", type="communication_preferences", scope_id=self._scope_id)

    def _on_changed(self, changes: Changes) -> None:
        is_here = self.isVisible() and bool(self._scope_id)
        if is_here and touches(changes, asked_by="", types=KEPT_BY, scope_id=self._scope_id):
            self.refresh()

    # ---- sums ----------------------------------------------------------------------------------------------------

    def _sums(self, spoken: Spoken) -> Card:
        whole = by_visit(self._visits)
        card = Card(parent=self._scroll.content)
        card.setObjectName("as_asked.sums")
        total = PlainLabel(line(spoken, whole), "h2", card)
        total.setObjectName("as_asked.line")
        card.add(total)
        if whole.not_asked:
            visits = "1 more visit" if whole.not_asked == 1 else f"{whole.not_asked} more visits"
            card.add(PlainLabel(f"{visits} of which nothing was asked {_are(whole.not_asked)} not counted.", "small"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(7)
        grid.setColumnStretch(0, 1)
        heads = ("Promise", *(STATES[one][0] for one in _COLUMNS), "Asked for")
        self._add_row(grid, heads, card, is_head=True)
        for key, found in by_promise(self._visits).items():
            if found.base:
                self._add_row(grid, _cells(HEADS[key], found), card)
        quarters = by_quarter(self._visits)
        grid.addWidget(Divider(card), grid.rowCount(), 0, 1, len(heads))
        self._add_row(grid, ("Whole visits", "", "", "", ""), card, is_head=True)
        for words, found in quarters:
            if found.base:
                self._add_row(grid, _cells(words, found), card)
        card.add(grid)
        return card

    @staticmethod
    def _add_row(grid: QGridLayout, cells: tuple[str, ...], card: Card, *, is_head: bool = False) -> None:
        at = grid.rowCount()
        # The figures never need to be broken; names and heads are, where letters are large.
        labels = [
            PlainLabel(words, "small" if is_head else "ui", card, wrap=is_head or not column)
            for column, words in enumerate(cells)
        ]
        for column, label in enumerate(labels):
            if column:
                label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            grid.addWidget(label, at, column)
        if not is_head:
            what, kept, missed, waits, base = cells
            words = f"{what}: {kept} of {base} kept, {missed} not as asked, {waits} not recorded yet"
            labels[0].setAccessibleName(words)

    # ---- each visit ----------------------------------------------------------------------------------------------

    def _each(self) -> Card:
        card = Card("Visit by visit", parent=self._scroll.content)
        for at, visit in enumerate(self._visits[: self._most]):
            if at:
                card.add(Divider(card))
            card.add(VisitRow(visit, self))
        if len(self._visits) > self._most:
            more = Button(
                f"Show {min(MORE, len(self._visits) - self._most)} more of {len(self._visits)}",
                "chevron-down",
                "quiet",
                card,
            )
            access.describe(more, more.words(), key="as_asked.more")
            more.clicked.connect(self._show_more)
            card.body.addWidget(more, 0, Qt.AlignmentFlag.AlignLeft)
        return card

    def _show_more(self) -> None:
        self._most += MORE
        self._draw()


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def _cells(words: str, found: Count) -> tuple[str, ...]:
    return (words, str(found.kept), str(found.not_kept), str(found.not_recorded), str(found.base))
