"""Kept safe for your manager: what the council keeps apart of a worker's own writing, why, and all of it to read."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from models.changes import Changes
from models.entry import HELD, Kept
from models.held import RETURNED, HeldItem, next_words
from models.history import entry_of_version
from models.moments import day_and_time, in_a_sentence, read_moment
from ui.link import Link, Navigator
from ui.parts.card import Card
from ui.parts.empty_state import EmptyState
from ui.parts.fold import Fold
from ui.parts.labels import PlainLabel
from ui.parts.page_head import PageHead
from ui.parts.pill import Pill
from ui.parts.scroll_page import ScrollPage
from ui.record_view import RecordView
from ui.theme import Theme
from ui.views.child_facts import title_of_record
from ui.views.sync_words import HELD_PILL, Names, held_look

INTRO = "All of it is kept whole at the council. Your manager can see that it is there, and decides what becomes of it."


class HeldPage(QWidget):
    """Opened from Sync and saved, perhaps with the ``record_id`` of what is to be read at once."""

    page_key = "held"

    def __init__(self, link: Link, navigator: Navigator, theme: Theme) -> None:
        super().__init__()
        del theme
        self.setObjectName("page.held")
        self._link = link
        self.cards: dict[str, HeldCard] = {}
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        self._scroll = ScrollPage(margins=(24, 12, 24, 24), spacing=12)
        whole.addWidget(self._scroll)
        head = PageHead("held", PlainLabel(INTRO, "small"))
        head.show_child(HELD_PILL, "")
        head.went_back.connect(navigator.back)
        self._scroll.body.addWidget(head)
        self._column = QVBoxLayout()
        self._column.setSpacing(12)
        self._scroll.body.addLayout(self._column)
        self._scroll.body.addStretch(1)
        link.changed.connect(self._on_change)

    def page_title(self) -> str:
        """The title a screen reader says."""
        return HELD_PILL

    def opened(self, record_id: str = "", **_arguments: Any) -> None:
        """Show all that is kept apart, one of it open to read."""
        self.refresh({record_id})
        if record_id in self.cards:
            self._scroll.ensureWidgetVisible(self.cards[record_id])

    def refresh(self, open_ids: set[str]) -> None:
        """Read it again; what was open stays open."""
        while self._column.count():
            item = self._column.takeAt(0)
            widget = item.widget() if item else None
            if widget is not None:
                widget.hide()
                widget.setParent(None)
                widget.deleteLater()
        self.cards = {}
        names = Names(self._link.casebook)
        for held in self._link.casebook.held():
            card = HeldCard(held, self._link, names)
            self._column.addWidget(card)
            self.cards[held.record_id] = card
            card.fold.set_open(held.record_id in open_ids)
        if not self.cards:
            card_of_none = Card()
            card_of_none.setObjectName("held.none")
            words = "Everything you sent is part of its record."
            card_of_none.add(EmptyState("shield-check", "Nothing is kept apart", words))
            self._column.addWidget(card_of_none)

    def _on_change(self, changes: Changes) -> None:
        if changes.records or changes.is_directory:
            self.refresh({record_id for record_id, card in self.cards.items() if card.fold.is_open()})


class HeldCard(Card):
    """One record: why it is kept apart, what happens next, and what was written."""

    def __init__(self, held: HeldItem, link: Link, names: Names) -> None:
        look = held_look(held, names)
        casebook = link.casebook
        super().__init__(look.title, Pill(look.pill, look.icon, "warn"))
        self.setObjectName("held.item")
        self.setProperty("row", held.record_id)
        at = read_moment(held.since)
        when = f"Written {in_a_sentence(day_and_time(at, casebook.clock.today()))}" if at else ""
        more = f"{held.count} versions" if held.count > 1 else ""
        details = " · ".join(part for part in (when, more) if part)
        if details:
            self.add(PlainLabel(details, "small"))
        self.add(PlainLabel(held.reason, "body", leading=1.4))
        if held.words:
            said = "Your manager’s words" if held.state == RETURNED else "Words with it"
            self.add(PlainLabel(said, "h3"))
            self.add(PlainLabel(held.words, "body", leading=1.4))
        self.add(PlainLabel(next_words(held), "body", tone="quiet", leading=1.4))
        self._held, self._casebook, self._names = held, casebook, names
        self.fold = Fold("Read what I wrote", lambda: self.fold.body.addWidget(self._make_text()))
        self.fold.button.setObjectName("held.read")
        self.fold.set_name(f"Read what I wrote: {look.title}")
        row = QHBoxLayout()
        row.addWidget(self.fold, 1)
        self.add(row)
        self.setAccessibleName(f"{look.title}. {look.pill}. {held.reason}")

    def _make_text(self) -> RecordView:
        version, casebook = self._held.version, self._casebook
        return RecordView(
            entry_of_version(Kept(version, 0, HELD, self._held.reason)),
            self._names.child(version.scope_id),
            title_of=lambda one: title_of_record(casebook, one) or "Not on this laptop",
            plain=True,
        )
