"""You said, we did: every promise to a child on this laptop, what is to tell first, and how long answers take."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from models.changes import Changes
from models.loop import CLOSED, TO_DO, TO_TELL, Answer, meter
from models.wording import Spoken
from ui import access, theme
from ui.link import Link, Navigator, touches
from ui.parts.buttons import Button
from ui.parts.card import Card
from ui.parts.choice_row import ChoiceRow
from ui.parts.empty_state import EmptyState
from ui.parts.labels import PlainLabel
from ui.parts.scroll_page import ScrollPage
from ui.parts.section_head import SectionHead
from ui.theme import Theme
from ui.views.loop_reading import LoopCard, read_answers

MINE, ALL = "mine", "all"
MORE = 20
BEGIN = "Choose “Answer” beside what a child said. It stands here until they know what came of it."
_SECTIONS = ((TO_TELL, "To tell"), (TO_DO, "Still to do"), (CLOSED, "Told"))


class LoopList(QWidget):
    """Promises under three heads: to tell, still to do, told; each head a few at a time."""

    def __init__(self, link: Link, navigator: Navigator, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._link, self._navigator = link, navigator
        self._shown = dict.fromkeys((TO_TELL, TO_DO, CLOSED), MORE)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(10)
        self.cards: list[LoopCard] = []

    def show_answers(self, answers: list[Answer], children: dict[str, Spoken], *, is_named: bool) -> None:
        """Draw these; a child this laptop may no longer show is not named and not shown."""
        while (item := self._column.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.setParent(None)
                widget.deleteLater()
        self.cards = []
        known = [one for one in answers if one.entry.scope_id in children]
        for stage, title in _SECTIONS:
            found = [one for one in known if one.stage == stage]
            if stage == CLOSED:
                found.reverse()
            if not found:
                continue
            self._column.addWidget(SectionHead(f"{title} ({len(found)})", parent=self))
            for one in found[: self._shown[stage]]:
                card = LoopCard(self._link, self._navigator, one, children[one.entry.scope_id], self, is_named=is_named)
                self._column.addWidget(card)
                self.cards.append(card)
            if len(found) > self._shown[stage]:
                more = Button("Show more", "chevron-down", "quiet", self)
                access.describe(more, f"Show more: {title}", key=f"loop.more.{stage}")
                more.clicked.connect(
                    lambda _=False, stage=stage: self._more(stage, answers, children, is_named=is_named)
                )
                self._column.addWidget(more)

    def _more(self, stage: str, answers: list[Answer], children: dict[str, Spoken], *, is_named: bool) -> None:
        self._shown[stage] += MORE
        self.show_answers(answers, children, is_named=is_named)


def _nothing(title: str, key: str) -> Card:
    card = Card()
    card.setObjectName(key)
    card.setMaximumWidth(theme.current().px(720))
    card.add(EmptyState("heart-handshake", title, BEGIN))
    return card


def make_loop(link: Link, navigator: Navigator, scope_id: str, child: Spoken) -> list[QWidget]:
    """One child's promises and loop meter, or what to do first; for a tab of the child's page."""
    answers = read_answers(link.casebook, scope_id=scope_id)
    if not answers:
        return [_nothing("Nothing promised yet.", "child.empty")]
    words = PlainLabel(meter(answers, link.casebook.clock.today()).words(), "body")
    words.setObjectName("child.meter")
    words.setVisible(bool(words.text()))
    head = QWidget()
    row = QHBoxLayout(head)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(12)
    row.addWidget(words, 1)
    write = Button(f"Write to {child.name}", "notebook-pen", "secondary", head)
    access.describe(write, f"Write to {child.name}: all of these answers", key="child.write")
    write.clicked.connect(lambda: navigator.open("answer_letter", scope_id=scope_id))
    row.addWidget(write)
    shown = LoopList(link, navigator)
    shown.show_answers(answers, {scope_id: child}, is_named=False)
    return [head, shown]


class YouSaidPage(QWidget):
    """Ctrl+4."""

    page_key = "you_said"

    def __init__(self, link: Link, navigator: Navigator, theme: Theme) -> None:
        super().__init__()
        self._link, self._navigator, self._theme = link, navigator, theme
        self._whose = MINE
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        scroll = ScrollPage(self, margins=(24, 14, 24, 24), spacing=10)
        whole.addWidget(scroll)
        head = QHBoxLayout()
        head.setSpacing(12)
        title = PlainLabel("You said, we did", "h1", scroll.content)
        title.setObjectName("you_said.title")
        head.addWidget(title, 1)
        self.whose = ChoiceRow(name="Whose promises", parent=scroll.content)
        self.whose.setObjectName("you_said.whose")
        self.whose.set_answers([(MINE, "What I promised"), (ALL, "All of us")])
        self.whose.set_value((MINE,))
        self.whose.chosen.connect(self._choose)
        head.addWidget(self.whose)
        scroll.body.addLayout(head)
        self.meter = PlainLabel("", "body", scroll.content)
        self.meter.setObjectName("you_said.meter")
        scroll.body.addWidget(self.meter)
        self._place = QVBoxLayout()
        scroll.body.addLayout(self._place)
        self.empty: Card | None = None
        self.list = LoopList(link, navigator, scroll.content)
        scroll.body.addWidget(self.list)
        scroll.body.addStretch(1)
        link.changed.connect(self._on_change)

    def page_title(self) -> str:
        """The title a screen reader says."""
        return "You said, we did"

    def opened(self, **_arguments: Any) -> None:
        """Show how it stands."""
        self.refresh()

    def leave(self) -> None:
        """Nothing is typed here."""

    def refresh(self) -> None:
        """Read again and draw."""
        casebook = self._link.casebook
        me = casebook.me.worker.worker_id
        children = {one.scope_id: Spoken.of(one.body) for one in casebook.children()}
        answers = [one for one in read_answers(casebook) if one.entry.scope_id in children]
        if self._whose == MINE:
            answers = [one for one in answers if one.text("promised_by_id") in ("", me)]
        words = meter(answers, casebook.clock.today()).words()
        self.meter.setText(words)
        self.meter.setVisible(bool(words))
        self.list.show_answers(answers, children, is_named=True)
        self._show_empty(is_empty=all(one.stage == CLOSED for one in answers))

    def _show_empty(self, *, is_empty: bool) -> None:
        if self.empty is not None:
            self._place.removeWidget(self.empty)
            self.empty.hide()
            self.empty.deleteLater()
        self.empty = _nothing("Nothing waiting to be told", "you_said.empty") if is_empty else None
        if self.empty is not None:
            self._place.addWidget(self.empty)

    def _choose(self, codes: tuple[str, ...]) -> None:
        self._whose = codes[0] if codes else MINE
        self.whose.set_value((self._whose,))
        self.refresh()

    def _on_change(self, changes: Changes) -> None:
        if self.isVisible() and touches(changes, asked_by="", types=("promise", "own_words", "child")):
            self.refresh()
