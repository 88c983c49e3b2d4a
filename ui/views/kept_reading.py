"""What several screens show of what a child asked for of a visit: each promise with its state, and the card of one."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget
from shiboken6 import isValid

from models.changes import Changes
from models.entry import Entry
from models.visit_promises import FEEDBACK, HEADS, NOT_ASKED, NOT_RECORDED, ORDER, STATES, Outcome
from models.visit_sums import YEAR, KeptVisit, by_visit, line, visit_of, visits_of
from models.wording import Spoken
from ui.link import Link, Navigator, touches
from ui.parts.buttons import Button
from ui.parts.card import Card
from ui.parts.icon_label import IconLabel
from ui.parts.labels import PlainLabel
from ui.parts.pill import Pill
from ui.tasks import in_background
from ui.views.child_facts import spoken_of

KEPT_BY = (
    "visit_note",
    "planned_visit",
    "own_words",
    "feedback_sheet",
    "communication_preferences",
    "person_i_trust",
    "child",
)
"""The types whose change may change how a promise stands."""


def state_pill(state: str, parent: QWidget) -> Pill:
    """A state in an icon and words."""
    return Pill(*STATES[state], parent)


def said(one: Outcome) -> str:
    """One promise in a sentence: "7 days’ notice: kept. Told 8 days before"."""
    state = STATES[one.state][0]
    words = f"{one.asked}: {state[:1].lower()}{state[1:]}"
    return f"{words}. {one.done}" if one.done else words


def not_asked_words(found: Iterable[Outcome]) -> str:
    """What was not asked for, in a line; "" where everything was."""
    left = [one for one in found if one.state == NOT_ASKED]
    if not left:
        return ""
    reasons = dict.fromkeys(one.done for one in left if one.done)
    if len(left) == len(ORDER) and len(reasons) == 1:
        return f"{next(iter(reasons))}."
    parts = [f"{HEADS[one.key].lower()} ({one.done[:1].lower()}{one.done[1:]})" if one.done else HEADS[one.key].lower()
             for one in left]  # fmt: skip
    return f"Not asked for: {', '.join(parts)}."


class OutcomeRow(QWidget):
    """One promise: what was asked, what was done, and its state in a pill; beside a note in an icon and words."""

    def __init__(self, one: Outcome, parent: QWidget, *, is_small: bool) -> None:
        super().__init__(parent)
        self.setObjectName(f"kept.{one.key}")
        self.setAccessibleName(said(one))
        words, icon, tone = STATES[one.state]
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(9)
        if is_small:
            row.addWidget(IconLabel(icon, tone, 18, self), 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addWidget(PlainLabel(one.asked, "ui", self))
        done = f"{words}. {one.done}" if is_small and one.done else one.done or words
        column.addWidget(PlainLabel(done, "small", self))
        row.addLayout(column, 1)
        if not is_small:
            row.addWidget(state_pill(one.state, self), 0, Qt.AlignmentFlag.AlignVCenter)


class KeptFacts:
    """The visit of one note, perhaps of one that is not written yet, held against what was asked for."""

    def __init__(self, link: Link, note_id: str, begun: Entry | None = None) -> None:
        self._link, self._note_id, self._begun = link, note_id, begun
        self._asked = 0

    def note(self) -> Entry | None:
        """The note as it stands."""
        return self._link.casebook.entry(self._note_id) or self._begun

    def read(self, *, is_being_written: bool) -> tuple[Outcome, ...]:
        """The five promises. While a note is written, what is to be told afterwards is not open yet."""
        note = self.note()
        found = visit_of(self._link.casebook, note).outcomes if note is not None else ()
        if not is_being_written:
            return found
        return tuple(one for one in found if one.key != FEEDBACK or one.state != NOT_RECORDED)

    def follow(
        self, changes: Changes, on: QWidget, show: Callable[[tuple[Outcome, ...]], None], *, is_being_written: bool
    ) -> None:
        """Read them again after a change that may have changed one, and show them on ``on`` while it lives.

        Beside the screen: every save of the note is such a change, and the next key must not wait for ten looks.
        """
        if not self._is_touched(changes):
            return
        self._asked += 1
        number = self._asked

        def came(found: tuple[Outcome, ...]) -> None:
            if number == self._asked and isValid(on):
                show(found)

        reading = in_background(lambda: self.read(is_being_written=is_being_written), "kept")
        # Locked meanwhile, or damage that the page itself will meet and tell: what is shown stays.
        self._link.wait(reading, came, lambda _trouble: None)

    def _is_touched(self, changes: Changes) -> bool:
        """Whether a change may have changed one of them."""
        note = self._begun or self.note()
        return note is not None and touches(changes, asked_by="", types=KEPT_BY, scope_id=note.scope_id)


class KeptCard(Card):
    """What the child asked for of one visit. It follows every change, and is gone where nothing was asked.

    ``is_small`` stands beside a note that is being written.
    """

    def __init__(self, link: Link, facts: KeptFacts, child: Spoken, parent: QWidget, *, is_small: bool) -> None:
        super().__init__(f"What {child.name} asked for", parent=parent)
        self._facts, self._is_small = facts, is_small
        self.setObjectName("kept.card")
        self.outcomes: tuple[Outcome, ...] = ()
        self._shown: QWidget | None = None
        self._show(facts.read(is_being_written=is_small))
        link.changed.connect(self._on_changed)

    def _show(self, found: tuple[Outcome, ...]) -> None:
        """Redraw only if it is another."""
        if found != self.outcomes:
            self.outcomes = found
            self._draw()
        wanted = any(one.state != NOT_ASKED for one in found)
        if self.isHidden() == wanted:
            self.setVisible(wanted)

    def _draw(self) -> None:
        if self._shown is not None:
            self.body.removeWidget(self._shown)
            self._shown.hide()
            self._shown.deleteLater()
        self._shown = QWidget(self)
        column = QVBoxLayout(self._shown)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        for one in self.outcomes:
            if one.state != NOT_ASKED:
                column.addWidget(OutcomeRow(one, self._shown, is_small=self._is_small))
        rest = not_asked_words(self.outcomes)
        if rest and not self._is_small:
            column.addWidget(PlainLabel(rest, "small", self._shown))
        self.add(self._shown)

    def _on_changed(self, changes: Changes) -> None:
        self._facts.follow(changes, self, self._show, is_being_written=self._is_small)


class KeptLine(PlainLabel):
    """The same in one line, above a note in a narrow window."""

    def __init__(self, link: Link, facts: KeptFacts, child: Spoken, parent: QWidget) -> None:
        super().__init__("", "small", parent, elided=True)
        self._facts, self._child = facts, child
        self.setObjectName("kept.line")
        self._show(facts.read(is_being_written=True))
        link.changed.connect(self._on_changed)

    def _show(self, found: tuple[Outcome, ...]) -> None:
        words = in_a_line(found)
        self.setText(f"{self._child.name} asked for {words}")
        self.setVisible(bool(words))

    def _on_changed(self, changes: Changes) -> None:
        self._facts.follow(changes, self, self._show, is_being_written=True)


class KeptLink(Button):
    """The quiet line on a child's page: how many visits of the last year were as the child asked. Opens all of them.

    It is counted once the page stands, and not before: the page must not wait for it.
    """

    def __init__(self, link: Link, navigator: Navigator, parent: QWidget | None = None) -> None:
        super().__init__("", kind="link", parent=parent)
        self._link, self._scope_id, self._has_room = link, "", True
        self.setObjectName("child.as_asked")
        self.clicked.connect(lambda: navigator.open("as_asked", scope_id=self._scope_id))
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self.refresh)
        self.hide()
        link.changed.connect(self._on_changed)

    def show_child(self, scope_id: str) -> None:
        """Turn to a child."""
        if scope_id != self._scope_id:
            self.set_words("")
            self._fit()
        self._scope_id = scope_id
        self._soon.start()

    def set_room(self, *, has_room: bool) -> None:
        """In a low window the same page is reached from the menu."""
        self._has_room = has_room
        self._fit()

    def refresh(self) -> None:
        """Count anew, beside the screen: a child may have hundreds of visits."""
        casebook, scope_id = self._link.casebook, self._scope_id
        since = casebook.clock.today() - YEAR
        counting = in_background(lambda: visits_of(casebook, scope_id, since), "visits")
        self._link.wait(counting, lambda found: self._show(scope_id, found), lambda _trouble: None)

    def _show(self, scope_id: str, found: list[KeptVisit]) -> None:
        if not isValid(self) or scope_id != self._scope_id:
            return
        words = line(spoken_of(self._link.casebook, scope_id), by_visit(found))
        if words != self.words():
            self.set_words(words, name=f"{words} in the last twelve months. See every visit")
            self.set_tip("In the last twelve months. See every visit.")
        self._fit()

    def _fit(self) -> None:
        self.setVisible(self._has_room and bool(self.words()))

    def _on_changed(self, changes: Changes) -> None:
        if self.window().isVisible() and touches(changes, asked_by="", types=KEPT_BY, scope_id=self._scope_id or "-"):
            self._soon.start()


def in_a_line(found: Iterable[Outcome]) -> str:
    """The promises in one line: "7 days’ notice: kept · words read back: not recorded yet"."""
    parts = [(one.asked, STATES[one.state][0]) for one in found if one.state != NOT_ASKED]
    return " · ".join(f"{asked[:1].lower()}{asked[1:]}: {state[:1].lower()}{state[1:]}" for asked, state in parts)
