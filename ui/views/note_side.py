"""What stands beside a visit note while it is written: before you knock, and what was said last time."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from models.dates_typed import mid_sentence
from models.entry import Entry
from models.knock_card import QUESTION, KnockCard
from models.moments import read_day, short_day
from models.query import NEWEST, Query
from models.version import Body
from models.wording import Spoken
from ui import access, actions
from ui.link import Link, Navigator
from ui.parts.bullet_list import BulletList
from ui.parts.buttons import Button
from ui.parts.card import Card
from ui.parts.icon_label import IconLabel
from ui.parts.knock_strip import KnockStrip
from ui.parts.labels import PlainLabel
from ui.parts.pill import Pill
from ui.parts.surface import Surface
from ui.parts.voice_quote import VoiceQuote
from ui.views.child_facts import body_of, card_of
from ui.views.kept_reading import KeptCard, KeptFacts, KeptLine

MOST_BULLETS = 5
_LAST_OF, _AT_A_TIME = 40, 5
"""So many sayings are looked through, some at a time, for one that was not said in this very note."""


def reminders(card: KnockCard) -> list[str]:
    """The few lines of the card that matter while writing: the first of each part, never half a wish."""
    lines = [one.shown.rstrip(".") for one in card.first[:1]]
    lines += [f"Please do not: {one.shown}" for one in card.please_do_not[:1]]
    lines += [one.shown.rstrip(".") for one in (*card.changes[:1], *card.words[:2], *card.after[:1])]
    return lines[:MOST_BULLETS]


def said_last(link: Link, scope_id: str, note_id: str) -> Entry | None:
    """The newest of the child's own words that was not said in this note."""
    for offset in range(0, _LAST_OF, _AT_A_TIME):
        query = Query(types=("own_words",), scope_id=scope_id, order=NEWEST, limit=_AT_A_TIME, offset=offset)
        read = link.casebook.select(query)
        found = (entry for entry in read if entry.body.get("said_in_id") != note_id)
        said = next((entry for entry in found if entry.body.get("words")), None)
        if said is not None or len(read) < _AT_A_TIME:
            return said
    return None


def close_button(parent: QWidget, pressed: SignalInstance) -> Button:
    """The button that closes a visit: at the side of a note, or below it where there is no side."""
    button = Button("Close the visit", "message-square-heart", parent=parent)
    button.set_tip(f"Read it back before you leave ({actions.keys('close_visit')})")
    access.describe(button, "Close the visit: read it back", actions.keys("close_visit"), key="note.close_visit")
    button.clicked.connect(pressed)
    return button


class NoteFoot(QWidget):
    """What stands below a note that is being written: deleting it, and closing the visit where there is no side."""

    def __init__(self, closed: SignalInstance, parent: QWidget) -> None:
        super().__init__(parent)
        self._closed = closed
        self._close_visit: Button | None = None
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addStretch(1)
        self.delete = Button("Delete this note", "trash-2", "quiet", self)
        access.describe(self.delete, "Delete this note", key="note.delete")
        row.addWidget(self.delete)

    def offer_close(self, *, is_offered: bool) -> None:
        """Offer to close the visit here, or no longer."""
        if self._close_visit is None and is_offered:
            self._close_visit = close_button(self, self._closed)
            self._row.insertWidget(0, self._close_visit)
        if self._close_visit is not None:
            self._close_visit.setVisible(is_offered)


class NoteSide(QWidget):
    """A column of cards, or in a narrow window strips; the same facts either way.

    ``child`` is the child's record, where it has been read already. ``kept`` is what the child asked for of this
    visit, while its note is being written; then `closed` may be pressed.
    """

    closed = Signal()

    def __init__(
        self,
        link: Link,
        navigator: Navigator,
        scope_id: str,
        note_id: str,
        parent: QWidget,
        *,
        narrow: bool,
        child: Body | None = None,
        kept: KeptFacts | None = None,
    ) -> None:
        super().__init__(parent)
        self._link, self._navigator, self._scope_id = link, navigator, scope_id
        self.setObjectName("note.side")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8 if narrow else 12)
        child = body_of(link.casebook, scope_id) if child is None else child
        spoken = Spoken.of(child)
        card = card_of(link.casebook, scope_id, child)
        said = said_last(link, scope_id, note_id)
        if narrow:
            strip = KnockStrip(card.line(18), parent=self)
            strip.setObjectName("note.knock")
            strip.clicked.connect(self._open_card)
            column.addWidget(strip)
            if kept is not None:
                column.addWidget(KeptLine(link, kept, spoken, self))
            if said is not None:
                column.addWidget(self._last_strip(said))
        else:
            column.addWidget(self._knock(card))
            if kept is not None:
                column.addWidget(KeptCard(link, kept, spoken, self, is_small=True))
                column.addWidget(close_button(self, self.closed))
            if said is not None:
                column.addWidget(self._last_card(said))
            column.addStretch(1)

    def _open_card(self) -> None:
        self._navigator.open("knock", scope_id=self._scope_id)

    def _knock(self, card: KnockCard) -> QWidget:
        surface = Surface("knock", self)
        column = QVBoxLayout(surface)
        column.setContentsMargins(16, 12, 12, 14)
        column.setSpacing(6)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(IconLabel("ear", "primary", 20, surface))
        head.addWidget(PlainLabel("Before you knock", "h3", surface, tone="primary", wrap=False), 1)
        open_card = Button("Open", kind="link", parent=surface)
        access.describe(open_card, "Open the full card: Before you knock", key="note.knock")
        open_card.clicked.connect(self._open_card)
        head.addWidget(open_card)
        column.addLayout(head)
        lines = reminders(card) if card.is_asked else [f"Not asked yet. Ask: {QUESTION}"]
        if card.is_asked and not lines:
            lines = ["Nothing special asked for"]
        column.addWidget(BulletList(lines, parent=surface, role="ui"))
        return surface

    def _when(self, said: Entry) -> str:
        day = read_day(said.when)
        return short_day(day, self._link.casebook.clock.today()) if day else ""

    def _pill(self, said: Entry, parent: QWidget) -> Pill:
        day = read_day(str(said.body.get("checked_back_on") or ""))
        if said.body.get("checked_back_result") in ("right", "changed"):
            when = f" {mid_sentence(short_day(day, self._link.casebook.clock.today()))}" if day else ""
            return Pill(f"Checked back{when}", "circle-check", "ok", parent)
        return Pill("Not checked back yet", "circle-alert", "warn", parent)

    def _last_card(self, said: Entry) -> QWidget:
        card = Card("From last time", parent=self)
        card.setObjectName("note.last")
        card.add(PlainLabel(self._when(said), "small", card))
        quote = VoiceQuote(str(said.body["words"]), card, role="body")
        card.add(quote)
        row = QHBoxLayout()
        row.addWidget(self._pill(said, card))
        row.addStretch(1)
        card.add(row)
        if said.body.get("checked_back_result") not in ("right", "changed"):
            check = Button("Check back", "circle-check", "quiet", card)
            access.describe(check, "Check back these words", key="note.check_back")
            check.clicked.connect(lambda: self._check(said))
            card.body.addWidget(check, 0, Qt.AlignmentFlag.AlignLeft)
        return card

    def _last_strip(self, said: Entry) -> QWidget:
        surface = Surface("voice", self)
        surface.setObjectName("note.last")
        row = QHBoxLayout(surface)
        row.setContentsMargins(14, 6, 8, 6)
        row.setSpacing(10)
        row.addWidget(PlainLabel(f"From last time, {self._when(said)}", "small", surface, wrap=False))
        words = str(said.body["words"])
        quote = PlainLabel(f"“{words}”".replace("\n", " "), "body", surface, elided=True)
        access.describe(quote, words)
        row.addWidget(quote, 1)
        row.addWidget(self._pill(said, surface))
        return surface

    def _check(self, said: Entry) -> None:
        self._navigator.open(
            "children", scope_id=said.scope_id, tab="timeline", record_id=said.record_id, is_checking=True
        )
