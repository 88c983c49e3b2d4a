"""One visit of today: when, who, where, how they like to be approached, and the note to start."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QMenu, QVBoxLayout, QWidget

from models.moments import clock_words
from models.today import Visit
from ui import access, icons, theme
from ui.parts.avatar import Avatar
from ui.parts.buttons import Button
from ui.parts.card import Card
from ui.parts.knock_strip import KnockStrip
from ui.parts.labels import PlainLabel
from ui.parts.pill import Pill

NARROW = 720
"""Under this width of the card its buttons say less and the strip takes the whole width."""


@dataclass(frozen=True, slots=True)
class VisitFacts:
    """A visit with all that its card shows."""

    visit: Visit
    name: str
    head: str
    mark: str
    beside: str
    knock: str
    knock_short: str


class VisitCard(Card):
    """`asked` carries what was pressed: note, this_is_me, knock, child or plan."""

    asked = Signal(str)

    def __init__(self, facts: VisitFacts, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.facts = facts
        visit = facts.visit
        self.setObjectName(f"today.visit.{visit.record_id}")
        self.setAccessibleName(f"{clock_words(visit.at)}, {facts.head}, {visit.where}")
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(10)
        self._grid.setColumnStretch(2, 1)
        self._grid.setColumnMinimumWidth(0, theme.current().px(92))
        self.body.addLayout(self._grid)
        self._grid.addLayout(self._make_time(), 0, 0, Qt.AlignmentFlag.AlignTop)
        self._grid.addWidget(Avatar(facts.name, 40, shown=facts.mark), 0, 1, Qt.AlignmentFlag.AlignTop)
        self._grid.addLayout(self._make_who(), 0, 2, Qt.AlignmentFlag.AlignVCenter)
        self._grid.addLayout(self._make_buttons(), 0, 3, Qt.AlignmentFlag.AlignTop)
        self.strip = KnockStrip(facts.knock)
        self.strip.setObjectName("today.knock")
        self.strip.clicked.connect(lambda: self.asked.emit("knock"))
        self._grid.addWidget(self.strip, 1, 1, 1, 3)
        self._is_narrow: bool | None = None
        self._fit()

    def _make_time(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(0)
        time = PlainLabel(clock_words(self.facts.visit.at), "h2", wrap=False)
        access.describe(time, f"At {clock_words(self.facts.visit.at)}", key="planned_visit.planned_at")
        column.addWidget(time)
        self.until = PlainLabel("", "small", self, wrap=False)
        self.until.setObjectName("today.until")
        column.addWidget(self.until)
        self.tell_until(self.facts.visit.until)
        if self.facts.visit.is_written:
            # Where it would say how long it is until then: beside the buttons it left no room for the child's name.
            written = Pill("Written", "check", "ok", self)
            access.describe(written, "The note of this visit is written", key="today.written")
            column.addWidget(written, 0, Qt.AlignmentFlag.AlignLeft)
        return column

    def set_short(self, is_short: bool) -> None:
        """Say less before knocking, where the window is small; the whole card is one press away."""
        self.strip.set_words(self.facts.knock_short if is_short else self.facts.knock)
        self._place_strip(is_wide=is_short)

    def _place_strip(self, *, is_wide: bool) -> None:
        """Under the name, or under everything where every pixel counts."""
        self._grid.removeWidget(self.strip)
        self._grid.addWidget(self.strip, 1, 0 if is_wide else 1, 1, 4 if is_wide else 3)

    def tell_until(self, words: str) -> None:
        """Say anew how long it is until the visit."""
        self.until.setText(words)
        self.until.setVisible(bool(words))

    def _make_who(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(1)
        name = PlainLabel(self.facts.head, "h2", elided=True)
        name.setObjectName("child.known_as")
        column.addWidget(name)
        visit = self.facts.visit
        moved = "moved" if visit.state == "moved" else ""
        words = " · ".join(part for part in (visit.where, self.facts.beside, moved) if part)
        where = PlainLabel(words, "small", elided=True)
        where.setObjectName("planned_visit.place")
        column.addWidget(where)
        return column

    def _make_buttons(self) -> QHBoxLayout:
        visit = self.facts.visit
        row = QHBoxLayout()
        row.setSpacing(10)
        self.me = Button("This is Me", "user-round")
        access.describe(self.me, f"This is Me of {self.facts.name}", key="today.this_is_me")
        self.me.clicked.connect(lambda: self.asked.emit("this_is_me"))
        row.addWidget(self.me)
        self.note = Button("", "file-pen-line", "primary" if visit.is_next else "secondary")
        self.note.setObjectName("today.note")
        self.note.clicked.connect(lambda: self.asked.emit("note"))
        row.addWidget(self.note)
        self.more = Button("", "ellipsis", "quiet")
        access.describe(self.more, f"More about this visit to {self.facts.name}", key="today.more")
        self.more.set_tip("Change this visit, or open the child’s page")
        self.more.clicked.connect(self._show_more)
        row.addWidget(self.more)
        return row

    def _note_words(self, *, is_short: bool) -> str:
        visit = self.facts.visit
        if visit.is_written:
            return "Open note"
        if visit.note_id:
            return "Go on writing"
        return "Start note" if is_short else "Start visit note"

    def _show_more(self) -> None:
        menu = QMenu(self)
        menu.setAccessibleName("More about this visit")
        rows: list[tuple[str, str, str]] = [
            ("Change this visit", "calendar", "plan"),
            (f"Open {self.facts.name}’s page", "users", "child"),
        ]
        for words, icon, what in rows:
            action = menu.addAction(icons.icon(icon), words.replace("&", "&&"))
            action.triggered.connect(self._asker(what))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.more.mapToGlobal(QPoint(0, self.more.height())))

    def _asker(self, what: str) -> Callable[[], None]:
        return lambda: self.asked.emit(what)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        is_narrow = self.width() < theme.current().px(NARROW)
        if is_narrow == self._is_narrow:
            return
        self._is_narrow = is_narrow
        name = f"{self._note_words(is_short=False)}: {self.facts.head}"
        self.note.set_words(self._note_words(is_short=is_narrow), name=name)
        self.me.set_words("" if is_narrow else "This is Me", name=f"This is Me of {self.facts.name}")
        self.me.set_tip("This is Me" if is_narrow else "")
