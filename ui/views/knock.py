"""Before you knock, on a page of its own: read at arm's length on a doorstep, without a connection (seed 001)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QBoxLayout,
    QGridLayout,
    QHBoxLayout,
    QVBoxLayout,
    QWidget,
)

from models.aloud import as_pieces
from models.changes import Changes
from models.dates_typed import say_day
from models.entry import Edit
from models.errors import Trouble
from models.knock_card import QUESTION, KnockCard, Sentence
from models.reading import head_line
from models.version import Body
from models.wording import Spoken
from ui import access, actions, messages, theme
from ui.link import Link, Navigator, touches
from ui.parts.avatar import Avatar
from ui.parts.buttons import QWIDGETSIZE_MAX, Button, give_words
from ui.parts.card import Card
from ui.parts.divider import Divider
from ui.parts.flow import FlowLayout
from ui.parts.icon_label import IconLabel
from ui.parts.labels import PlainLabel
from ui.parts.read_button import ReadButton
from ui.parts.scroll_page import ScrollPage
from ui.parts.surface import Surface
from ui.parts.voice_quote import VoiceQuote
from ui.theme import Theme
from ui.views.child_facts import body_of, card_of, head_of, iro_of, note_looked_at, people_of

ONE_COLUMN_UNDER = 900
LOW = 540
"""Height under which the frame is as small as it can be: the card itself is what is read on a doorstep."""
GAP, SIDE = 12, 36
_TYPES = ("child", "communication_preferences", "person_i_trust")
_SAID_BY = {"carer": "Told by a carer", "worker": "Seen by a worker"}
_SCROLLS = {
    Qt.Key.Key_Down: QAbstractSlider.SliderAction.SliderSingleStepAdd,
    Qt.Key.Key_Up: QAbstractSlider.SliderAction.SliderSingleStepSub,
    Qt.Key.Key_PageDown: QAbstractSlider.SliderAction.SliderPageStepAdd,
    Qt.Key.Key_PageUp: QAbstractSlider.SliderAction.SliderPageStepSub,
}


class KnockPage(QWidget):
    """Arguments: ``scope_id``. Enter starts the visit note, Esc closes."""

    page_key = "knock"

    def __init__(self, link: Link, navigator: Navigator, theme: Theme) -> None:
        super().__init__()
        self._link, self._navigator, self._theme = link, navigator, theme
        self._scope_id = ""
        self._child: Body = {}
        self._card = KnockCard()
        self._shown: tuple[Body, KnockCard, str] | None = None
        self._way = ""
        self.cards: list[Card] = []
        self._about_below: PlainLabel | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._make_head())
        self._scroll = ScrollPage(margins=(36, 2, 36, 14), spacing=14)
        column.addWidget(self._scroll, 1)
        column.addWidget(Divider())
        column.addLayout(self._make_foot())
        self._arranged: tuple[bool, bool] | None = None
        link.changed.connect(self._on_change)

    # ---- the frame -----------------------------------------------------------------------------------------------

    def _make_head(self) -> QHBoxLayout:
        self._head = row = QHBoxLayout()
        row.setContentsMargins(SIDE, 16, SIDE, 12)
        row.setSpacing(16)
        self._avatar = Avatar("", 56)
        row.addWidget(self._avatar, 0, Qt.AlignmentFlag.AlignTop)
        names = QVBoxLayout()
        names.setSpacing(0)
        self.title = PlainLabel("", "display", elided=True)
        self.title.setObjectName("child.known_as")
        names.addWidget(self.title)
        self.about = PlainLabel("", "lead")
        self.about.setObjectName("knock.about")
        names.addWidget(self.about)
        row.addLayout(names, 1)
        self.read = ReadButton(self._link.speech, self.pieces, "knock.read", self)
        row.addWidget(self.read, 0, Qt.AlignmentFlag.AlignTop)
        self.close_button = Button("Close", keys="Esc")
        access.describe(self.close_button, "Close", "Esc", key="knock.close")
        self.close_button.clicked.connect(self._navigator.back)
        row.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        return row

    def _make_foot(self) -> FlowLayout:
        self._foot = foot = FlowLayout(across=GAP, down=8)
        foot.setContentsMargins(SIDE, 12, SIDE, 14)
        self.start = Button("Start visit note", "file-pen-line", "primary", keys="Enter")
        access.describe(self.start, "Start visit note", "Enter", key="knock.note")
        self.start.clicked.connect(self.main_action)
        self.me = Button("This is Me", "user-round")
        access.describe(self.me, "This is Me", key="knock.this_is_me")
        self.me.clicked.connect(lambda: self._navigator.open("this_is_me", scope_id=self._scope_id))
        self.change = Button("Change these answers", "pencil", "quiet")
        self.change.setObjectName("knock.change")
        self.change.clicked.connect(self._edit)
        self.not_now = Button("Not taking part", "hand")
        access.describe(self.not_now, "Not taking part", key="knock.not_taking_part")
        self.not_now.clicked.connect(lambda: self._navigator.open("not_taking_part", scope_id=self._scope_id))
        self.print_button = Button("Print", "printer", "quiet")
        access.describe(self.print_button, "Print this card", actions.keys("print"), key="knock.print")
        self.print_button.clicked.connect(lambda: self._navigator.open("print", **self.print_about()))
        for button in (self.start, self.me, self.not_now, self.change, self.print_button):
            foot.addWidget(button)
        return foot

    # ---- the page ------------------------------------------------------------------------------------------------

    def page_title(self) -> str:
        """The title a screen reader says."""
        return f"Before you knock: {self.title.text()}"

    def opened(self, scope_id: str = "", **_more: Any) -> None:
        """Show a child's card."""
        self._scope_id = scope_id
        self._shown = None
        self._avatar.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.refresh()
        note_looked_at(self._link, scope_id)
        access.announce(self, " ".join(self._heard()))

    def leave(self) -> None:
        """Nothing is typed here."""

    def new_note_about(self) -> dict[str, str]:
        """What a new note started here is about."""
        return {"scope_id": self._scope_id} if self._scope_id else {}

    def print_about(self) -> dict[str, str]:
        """What Ctrl+P prints here."""
        return {"scope_id": self._scope_id, "document": "before_you_knock"}

    def main_action(self) -> None:
        """Start the visit note."""
        self._navigator.open("note", scope_id=self._scope_id)

    def pieces(self) -> list[str]:
        """The card as it is read aloud."""
        return as_pieces(self._heard(), self._child)

    def _heard(self) -> list[str]:
        """The card in the order it should be heard: first of all, then what never to do, then the rest."""
        opening = f"Before you knock: {Spoken.of(self._child).name}."
        if not self._card.is_asked:
            return [opening, "Not asked yet.", f"Ask: {QUESTION}"]
        parts = [("First", self._card.first), ("Please do not", self._card.please_do_not)]
        parts += [("Words", self._card.words), ("Changes", self._card.changes), ("After", self._card.after)]
        said = [f"{head}: {_run_on(lines)}" for head, lines in parts if lines]
        return [opening, *said, *(one.words for one in self._card.beside)]

    def refresh(self) -> None:
        """Read the card again, and redraw only if it is another."""
        casebook = self._link.casebook
        self._child = body_of(casebook, self._scope_id)
        self._card = card_of(casebook, self._scope_id, self._child)
        self._way = "" if self._card.is_asked else self._route(Spoken.of(self._child))
        shown = (dict(self._child), self._card, self._way)
        if shown != self._shown:
            self._shown = shown
            self._draw()

    def _on_change(self, changes: Changes) -> None:
        if self.isVisible() and touches(changes, asked_by="", types=_TYPES, scope_id=self._scope_id):
            self.refresh()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            focused = self.focusWidget()
            if isinstance(focused, QAbstractButton) and focused.hasFocus():
                focused.click()
            else:
                self.main_action()
            return
        if event.key() in _SCROLLS:
            self._scroll.verticalScrollBar().triggerAction(_SCROLLS[Qt.Key(event.key())])
            return
        super().keyPressEvent(event)

    # ---- drawing -------------------------------------------------------------------------------------------------

    def _draw(self) -> None:
        spoken, today = Spoken.of(self._child), self._link.casebook.clock.today()
        self._avatar.set_name(spoken.name)
        self.title.setText(head_of(self._child, today))
        checked = f"checked with {spoken.name} {say_day(self._card.checked_on)}" if self._card.checked_on else ""
        line = head_line({**self._child, "lives_with": ""}, "")
        self.about.setText(" · ".join(part for part in ("Before you knock", line, checked) if part))
        self.change.setVisible(self._card.is_asked)
        self._arranged = None
        self._about_below = None
        self._scroll.renew()
        self._body = self._scroll.body
        self._about_below = PlainLabel(self.about.text(), "lead", self._scroll.content)
        self._about_below.setObjectName("knock.about_below")
        self._body.addWidget(self._about_below)
        self.cards = []
        if self._card.is_asked:
            self._draw_card(spoken)
        else:
            self._draw_question()
        self._fit()

    def _draw_card(self, spoken: Spoken) -> None:
        card = self._card
        if card.is_old:
            self._body.addWidget(self._make_check(spoken))
        self._grid = QGridLayout()
        self._grid.setSpacing(14)
        # Made in the order a screen reader goes through them: what never to do comes second.
        first = self._make_card("First", "phone", card.first, card.how_to_reach)
        self._stop = self._make_stop()
        words = self._make_card("Words", "ear", card.words)
        changes = self._make_card("Changes", "calendar", card.changes)
        after = self._make_card("After", "circle-check", card.after)
        self.cards = [first, words, changes, after]
        for part in (first, self._stop, words, changes, after):
            part.setParent(self._scroll.content)
        self._body.addLayout(self._grid, 1)

    def _make_card(self, title: str, icon: str, sentences: Sequence[Sentence], more: str = "") -> Card:
        card = Card()
        card.body.setContentsMargins(20, 16, 20, 18)
        card.setObjectName(f"knock.{title.lower()}")
        card.setAccessibleName(f"{title}: {' '.join(one.words for one in sentences) or 'nothing asked for'}")
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(IconLabel(icon, "primary", 34), 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(6)
        column.addWidget(PlainLabel(title, "knock_head"))
        for at, group in enumerate(_grouped(sentences)):
            column.addWidget(self._said(group, kind="knock_words" if at else "knock_strong"))
        if more:
            column.addWidget(PlainLabel(more, "lead", tone="quiet"))
        if not sentences:
            column.addWidget(PlainLabel("Nothing asked for.", "lead", tone="quiet"))
        column.addStretch(1)
        row.addLayout(column, 1)
        card.add(row, 1)
        return card

    def _said(self, sentences: Sequence[Sentence], *, kind: str) -> QWidget:
        """Exact words of the child in their own colour; everything else as plain words."""
        if sentences[0].is_theirs and self._card.whose == "child":
            return VoiceQuote(sentences[0].words, role="knock_line" if kind == "knock_line" else "knock")
        return PlainLabel(" ".join(one.shown for one in sentences), kind, leading=1.36)

    def _make_stop(self) -> QWidget:
        stop = Surface("banner", tone="warn")
        stop.setObjectName("knock.please_do_not")
        said = " ".join(one.words for one in self._card.please_do_not) or "nothing said"
        stop.setAccessibleName(f"Please do not: {said}")
        row = QHBoxLayout(stop)
        row.setContentsMargins(20, 14, 20, 14)
        row.setSpacing(16)
        row.addWidget(IconLabel("triangle-alert", "warn", 30), 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(6)
        column.addWidget(PlainLabel("Please do not", "knock_head"))
        self._wishes = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._wishes.setSpacing(8)
        for one in self._card.please_do_not:
            self._wishes.addWidget(self._said([one], kind="knock_line"), 1)
        column.addLayout(self._wishes)
        beside = " ".join(one.words for one in self._card.beside)
        if beside:
            column.addWidget(PlainLabel(beside, "knock_line"))
        if self._card.whose != "child":
            column.addWidget(PlainLabel(_SAID_BY.get(self._card.whose, "Told by someone else"), "lead", tone="quiet"))
        row.addLayout(column, 1)
        return stop

    def _make_check(self, spoken: Spoken) -> QWidget:
        bar = Surface("banner", tone="warn")
        bar.setObjectName("knock.check")
        row = QHBoxLayout(bar)
        row.setContentsMargins(20, 10, 14, 10)
        row.setSpacing(14)
        row.addWidget(IconLabel("circle-help", "warn", 24))
        when = f"Last checked {say_day(self._card.checked_on)}." if self._card.checked_on else "Never checked."
        row.addWidget(PlainLabel(f"Check with {spoken.name}. {when}", "lead", tone="warn"), 1)
        right = Button("Still right today", "check")
        access.describe(right, f"{spoken.name} says these are still right today", key="knock.still_right")
        right.clicked.connect(self._still_right)
        row.addWidget(right)
        return bar

    def _draw_question(self) -> None:
        card = Card()
        card.setObjectName("knock.not_asked")
        card.body.setContentsMargins(28, 24, 28, 26)
        card.body.setSpacing(12)
        card.add(IconLabel("ear", "primary", 40))
        card.add(PlainLabel("Not asked yet", "knock_head"))
        card.add(PlainLabel(f"Ask: {QUESTION}", "knock_words"))
        card.add(PlainLabel(self._way, "knock_line"))
        ask = Button("Write down the answers", "pencil")
        access.describe(ask, "Write down the answers", key="knock.write")
        ask.clicked.connect(self._edit)
        row = QHBoxLayout()
        row.addWidget(ask)
        row.addStretch(1)
        card.add(row)
        self._body.addWidget(card)
        self._body.addStretch(1)

    def _route(self, spoken: Spoken) -> str:
        """Who may help to ask, before the first visit."""
        casebook = self._link.casebook
        people = [one for one in people_of(casebook, self._scope_id) if not one.body.get("not_any_more_on")]
        if people:
            body = people[0].body
            reach = f", {body['contact']}" if body.get("contact") else ""
            return (
                f"{body.get('name', '')} may know until then ({body.get('relationship', 'someone they trust')}{reach})."
            )
        if self._child.get("carer_name"):
            return f"{self._child['carer_name']} may know until then."
        iro = iro_of(casebook, self._scope_id)
        if iro:
            return f"Until then, ask whoever looks after {spoken.them}, or {iro}, the IRO."
        return f"Until then, ask whoever looks after {spoken.them}."

    # ---- going on ------------------------------------------------------------------------------------------------

    def _edit(self) -> None:
        self._navigator.open("edit", type="communication_preferences", scope_id=self._scope_id)

    def _still_right(self) -> None:
        casebook = self._link.casebook
        wishes = casebook.one("communication_preferences", self._scope_id)
        if wishes is None:
            return
        before, today = wishes.body.get("checked_with_child_on"), casebook.clock.today().isoformat()
        draft, name = wishes.draft(), "checked_with_child_on"

        def write(seen: Any, value: Any, done: str) -> None:
            def told(_saved: object) -> None:
                self._link.cut(draft.record_id)
                self._navigator.toast(done, None if value == before else lambda: write(today, before, "Taken back"))

            self._link.wait(casebook.save(draft, {name: Edit(seen, value)}), told, self._tell)

        write(before, today, f"Checked with {Spoken.of(self._child).name} today")

    def _tell(self, trouble: Trouble) -> None:
        messages.tell_trouble(self, trouble)

    # ---- sizes ---------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def event(self, event: QEvent) -> bool:
        # A button that comes, or says something else, and larger letters, ask for other room.
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit_frame()
        return super().event(event)

    def _fit(self) -> None:
        self._fit_frame()
        if self.cards:
            self._fit_cards()

    def _fit_frame(self) -> None:
        """Where the page is low, leave the height to the card: one row above it, one below, and the rest scrolls."""
        if self._about_below is None:
            return
        is_low = self.height() < theme.current().px(LOW)
        self._avatar.set_side(40 if is_low else 56)
        self.about.setVisible(not is_low)
        self._about_below.setVisible(is_low)
        self._head.setContentsMargins(SIDE, 8 if is_low else 16, SIDE, 8 if is_low else 12)
        self._foot.setContentsMargins(SIDE, 8 if is_low else 12, SIDE, 8 if is_low else 14)
        room = self.width() - 2 * SIDE if is_low else QWIDGETSIZE_MAX
        name = self.title.fontMetrics().horizontalAdvance(self.title.text()) + 4
        head = self._avatar.sizeHint().width() + name + self.close_button.sizeHint().width()
        give_words([self.read], room - head - 3 * self._head.spacing())
        foot = [self.print_button, self.change, self.not_now, self.me]
        give_words(foot, room - self.start.sizeHint().width() - GAP, GAP)

    def _fit_cards(self) -> None:
        """Two columns, with what never to do between the rows; one column where there is no room."""
        one = self.width() < theme.current().px(ONE_COLUMN_UNDER)
        beside = not one and len(self._card.please_do_not) <= 2
        if self._arranged == (one, beside):
            return
        self._arranged = (one, beside)
        across, down = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        self._wishes.setDirection(across if beside else down)
        first, words, changes, after = self.cards
        for part in (*self.cards, self._stop):
            self._grid.removeWidget(part)
        if one:
            for at, part in enumerate((first, self._stop, words, changes, after)):
                self._grid.addWidget(part, at, 0)
        else:
            self._grid.addWidget(first, 0, 0)
            self._grid.addWidget(words, 0, 1)
            self._grid.addWidget(self._stop, 1, 0, 1, 2)
            self._grid.addWidget(changes, 2, 0)
            self._grid.addWidget(after, 2, 1)
            self._grid.setColumnStretch(0, 1)
            self._grid.setColumnStretch(1, 1)
        # Only here, where it lies in the page: shown before, it would be a window of its own.
        self._stop.setVisible(bool(self._card.please_do_not or self._card.beside))


def _run_on(sentences: Sequence[Sentence]) -> str:
    """Exact wishes have no full stop of their own; heard without one they would run into each other."""
    words = (one.words.rstrip() for one in sentences)
    return " ".join(each if each.endswith((".", "!", "?")) else f"{each}." for each in words)


def _grouped(sentences: Sequence[Sentence]) -> list[list[Sentence]]:
    """The first stands by itself, and so does each exact wish; other sentences run on."""
    groups: list[list[Sentence]] = []
    for one in sentences:
        if len(groups) > 1 and not one.is_theirs and not groups[-1][0].is_theirs:
            groups[-1].append(one)
        else:
            groups.append([one])
    return groups
