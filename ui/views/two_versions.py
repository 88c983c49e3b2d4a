"""Two versions: when two people changed the same answer apart, both texts stand here until a person settles it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget
from shiboken6 import isValid

from models.changes import Changes
from models.entry import Edit, Entry
from models.errors import Trouble
from models.fields import Kind, fault, is_empty
from models.moments import day_and_time, read_moment
from models.origin import origin_of
from models.record import whose_words
from models.text_difference import can_keep_both, differences, keep_both
from models.value_words import key_words, plain_words, value_words
from models.version import OpenChoice
from models.wording import Spoken, say
from ui import access, theme
from ui.link import Link, Navigator, touches
from ui.parts.banner import Banner
from ui.parts.buttons import Button
from ui.parts.card import Card
from ui.parts.empty_state import EmptyState
from ui.parts.history_button import HistoryButton
from ui.parts.labels import PlainLabel
from ui.parts.page_head import PageHead
from ui.parts.scroll_page import ScrollPage
from ui.theme import Theme
from ui.views.child_facts import title_of_record
from ui.views.sync_words import Names
from ui.views.version_choice import BOTH, OTHER, STANDING, TOGETHER, YOU, ChoiceCard, Choosing, Text

STACK_UNDER = 1100
_TOLD = {
    STANDING: "Kept this one. The other stays in the history.",
    OTHER: "Kept the other. The first stays in the history.",
    BOTH: "Kept both.",
    TOGETHER: "Kept what you wrote. Both texts stay in the history.",
}


class TwoVersionsPage(QWidget):
    """Opened with ``record_id``. Nothing is chosen here by the passing of time, nor by leaving."""

    page_key = "two_versions"

    def __init__(self, link: Link, navigator: Navigator, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("page.two_versions")
        self._link, self._navigator, self._theme = link, navigator, theme
        self.record_id = ""
        self.cards: list[ChoiceCard] = []
        self._is_busy = False
        self._had_choices = False
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        self._scroll = ScrollPage(margins=(24, 12, 24, 24), spacing=12)
        whole.addWidget(self._scroll)
        body = self._scroll.body
        self.head = PageHead("two_versions")
        self.head.went_back.connect(self._navigator.back)
        self.title, self.back = self.head.title, self.head.back
        self.history = HistoryButton(self.head)
        self.history.wanted.connect(lambda _record_id: self._open_history())
        self.head.buttons.addWidget(self.history)
        body.addWidget(self.head)
        self.intro = PlainLabel("", "body", leading=1.4)
        self.intro.setObjectName("two_versions.intro")
        self.legend = PlainLabel("Bold and underlined: the words that stand in only one of the two.", "small")
        self.legend.setObjectName("two_versions.legend")
        for part in (self.intro, self.legend):
            body.addWidget(part)
        self._column = QVBoxLayout()
        self._column.setSpacing(14)
        body.addLayout(self._column)
        body.addStretch(1)
        link.changed.connect(self._on_change)
        theme.changed.connect(self._fit)

    # ---- the page ------------------------------------------------------------------------------------------------

    def page_title(self) -> str:
        """The title a screen reader says."""
        return self.title.text()

    def opened(self, record_id: str = "", **_arguments: Any) -> None:
        """Show the open choices of a record."""
        self.record_id = record_id
        self._had_choices = False
        self.refresh()

    def leave(self) -> None:
        """Keep what is being written together."""
        for card in self.cards:
            card.flush()

    def act(self, name: str) -> bool:
        """Esc closes the box first, Ctrl+Enter keeps what is written in it."""
        writing = next((card for card in self.cards if card.is_writing()), None)
        if name == "flush":
            self.leave()
            return True
        if name == "history":
            self._open_history()
            return True
        if writing is None or name not in ("back", "finish"):
            return False
        if name == "back":
            writing.close_writing()
        else:
            self._settle(writing, TOGETHER)
        return True

    def refresh(self) -> None:
        """Read the record again. A text being written stays, whatever became of its choice meanwhile."""
        entry = self._link.casebook.entry(self.record_id)
        writing = [card for card in self.cards if card.is_writing()]
        for card in writing:
            card.flush()
        while self._column.count():
            item = self._column.takeAt(0)
            widget = item.widget() if item else None
            if widget is not None and widget not in writing:
                _delete(widget)
        self.cards = []
        names = Names(self._link.casebook)
        choices = entry.open_choices if entry is not None and not entry.is_deleted else ()
        self._had_choices = self._had_choices or bool(choices)
        self.head.show_child(names.title(entry) if entry else "Two versions", "")
        self.history.show_for(entry.record_id if entry else "")
        why_not = self._link.casebook.why_not_editable(entry) if entry is not None and choices else ""
        if why_not:
            self._column.addWidget(Banner(f"{why_not}. You can read both here; its author chooses.", "info"))
        kept = {card.choosing.key: card for card in writing}
        for choice in choices:
            assert entry is not None
            old = kept.pop((choice.field, choice.losing_version_id), None)
            self._add_card(self._choosing(entry, choice, names.child(entry.scope_id)), old, may_choose=not why_not)
        for card in kept.values():
            card.tell_settled()
            self._column.addWidget(card)
            self.cards.append(card)
        if not self.cards:
            self._column.addWidget(self._make_settled(entry))
        self._show_head()
        self._fit()

    def _add_card(self, choosing: Choosing, old: ChoiceCard | None, *, may_choose: bool) -> None:
        if old is not None and old.choosing.standing == choosing.standing:
            self._column.addWidget(old)
            self.cards.append(old)
            return
        card = ChoiceCard(choosing, may_choose=may_choose)
        card.chosen.connect(lambda how: self._settle(card, how))
        card.drafted.connect(lambda text: self._keep_draft(choosing, text))
        card.writing_changed.connect(self._show_head)
        self._column.addWidget(card)
        self.cards.append(card)
        if old is not None:
            _delete(old)
            card.write_together()

    def _show_head(self) -> None:
        for part in (self.intro, self.legend):
            part.setVisible(bool(self.cards))
        writers = {text.who for card in self.cards for text in (card.choosing.standing, card.choosing.other)}
        named = " and ".join(sorted(writers, key=lambda who: (who != YOU, who)))
        first = "You changed this on two laptops." if writers == {YOU} else f"{named} changed this while apart."
        self.intro.setText(f"{first} Both texts are kept. What is not chosen stays in the history.")
        self.legend.setVisible(any(card.choosing.is_text for card in self.cards))
        show = getattr(self._navigator, "show_main_action", None)
        if callable(show) and self.isVisible():
            show(any(card.is_writing() for card in self.cards))

    def _on_change(self, changes: Changes) -> None:
        if self.record_id in changes.records and touches(changes, asked_by=self.page_key):
            self.refresh()

    def _open_history(self) -> None:
        self._navigator.open("history", record_id=self.record_id)

    # ---- what is shown -------------------------------------------------------------------------------------------

    def _choosing(self, entry: Entry, choice: OpenChoice, child: Spoken | None) -> Choosing:
        casebook, declaration = self._link.casebook, entry.declaration
        field = declaration.fields.get(choice.field) if declaration else None
        mine, theirs = entry.body.get(choice.field), choice.value
        me = casebook.me.worker.worker_id
        origin = origin_of(entry, casebook.history(entry.record_id), choice.field, me)

        def text(value: Any, author_id: str, written_at: str) -> Text:
            said = value_words(field, value, child, self._title_of) if field else plain_words(value)
            at = read_moment(written_at)
            when = day_and_time(at, casebook.clock.today()) if at else ""
            return Text(value, said, YOU if author_id == me else casebook.worker_name(author_id), when)

        standing = text(mine, origin.author_id, origin.written_at)
        other = text(theirs, choice.author_id, choice.written_at)
        if field is not None and field.kind in (Kind.LINE, Kind.PROSE):
            apart = differences(standing.words, other.words)
            standing = Text(standing.value, standing.words, standing.who, standing.when, apart.only_first)
            other = Text(other.value, other.words, other.who, other.when, apart.only_second)
        joined = None
        if field is not None and can_keep_both(field) and not (fault(field, mine) or fault(field, theirs)):
            joined = keep_both(field, mine, theirs)
        whose = whose_words(declaration, field, entry.body) if declaration and field else ""
        return Choosing(
            choice,
            entry.type,
            field,
            say(field.label, child) if field else key_words(choice.field),
            standing,
            other,
            joined,
            is_childs=whose == "child",
            advice=_advice(whose, is_exact=bool(field and field.is_verbatim), child=child),
            draft=casebook.remembered(_draft_name(self.record_id, choice)),
        )

    def _title_of(self, record_id: str) -> str:
        return title_of_record(self._link.casebook, record_id) or "Not on this laptop"

    def _make_settled(self, entry: Entry | None) -> Card:
        card = Card()
        card.setObjectName("two_versions.settled")
        if entry is None:
            title, words = "This record is not on this laptop any more", "Nothing you wrote is lost."
        elif self._had_choices:
            title, words = "Settled", "One text stands in the record now. What was not chosen stays in its history."
        else:
            title, words = "Nothing to choose here", "One text stands in this record."
        done = Button("Back", "chevron-left")
        access.describe(done, "Back", key="two_versions.done")
        done.clicked.connect(self._navigator.back)
        card.add(EmptyState("circle-check", title, words, done))
        return card

    # ---- choosing ------------------------------------------------------------------------------------------------

    def _settle(self, card: ChoiceCard, how: str) -> None:
        entry = self._link.casebook.entry(self.record_id)
        if self._is_busy or entry is None:
            return
        choosing = card.choosing
        name, stood = choosing.choice.field, choosing.standing.value
        is_late = how == TOGETHER and choosing.choice not in entry.open_choices
        if not is_late and not _same(entry.body.get(name), stood):
            # It came in a moment ago and is not on the screen yet: nobody chooses what they have not seen.
            self.refresh()
            self._navigator.toast("This has just changed. Please look again.")
            return
        value = {STANDING: stood, OTHER: choosing.other.value, BOTH: choosing.joined, TOGETHER: card.together()}[how]
        do, undo = self._ways(entry, choosing, value, is_late=is_late)
        self._is_busy = True
        card.trouble.hide()

        def done(_saved: Any) -> None:
            self._settled(card, how, undo)

        self._link.wait(do(), done, lambda trouble: self._not_settled(card, trouble))

    def _ways(
        self, entry: Entry, choosing: Choosing, value: Any, *, is_late: bool
    ) -> tuple[Callable[[], Future[Any]], Callable[[], Future[Any]]]:
        """How to settle it, and how to take that back."""
        casebook, name, record_id = self._link.casebook, choosing.choice.field, entry.record_id
        if is_late:
            # Settled elsewhere while this was being written: it is kept as an ordinary change of the answer.
            former = entry.body.get(name)
            do = partial(casebook.save, entry.draft(), {name: Edit(former, value)}, self.page_key)
            return do, partial(casebook.save, entry.draft(), {name: Edit(value, former)})
        back = partial(casebook.choose_back, record_id, choosing.choice, choosing.standing.value, value)
        return partial(casebook.choose, record_id, choosing.choice, value, self.page_key), back

    def _settled(self, card: ChoiceCard, how: str, undo: Callable[[], Future[Any]]) -> None:
        # Only what outlives this page is held: the message stays for ten seconds, wherever the worker goes.
        link, navigator = self._link, self._navigator

        def told(_entry: Any) -> None:
            navigator.announce("Undone")

        def take_back() -> None:
            link.wait(undo(), told, lambda trouble: navigator.toast(str(trouble)))

        navigator.toast(_TOLD[how], take_back)
        if not isValid(self):
            return
        self._forget_draft(card.choosing)
        self._is_busy = False
        card.close_quietly()
        self.refresh()
        self._focus_next()

    def _not_settled(self, card: ChoiceCard, trouble: Trouble) -> None:
        if isValid(self) and isValid(card):
            self._is_busy = False
            card.trouble.show_trouble(trouble.title, trouble.message, trouble.help)
        else:
            self._navigator.toast(str(trouble))

    def _focus_next(self) -> None:
        """The next choice, or the way back where nothing is left to choose."""
        for card in self.cards:
            if card.buttons:
                card.buttons[STANDING].setFocus(Qt.FocusReason.TabFocusReason)
                return
        done = self.findChild(Button, "two_versions.done")
        if done is not None:
            done.setFocus(Qt.FocusReason.TabFocusReason)

    def _keep_draft(self, choosing: Choosing, text: str) -> None:
        name = _draft_name(self.record_id, choosing.choice)
        self._link.wait(
            self._link.casebook.remember(name, text), failed=lambda trouble: self._navigator.toast(str(trouble))
        )

    def _forget_draft(self, choosing: Choosing) -> None:
        name = _draft_name(self.record_id, choosing.choice)
        if self._link.casebook.remembered(name):
            # A full disk was told of by the choosing itself; a draft left behind does no harm.
            self._link.wait(self._link.casebook.remember(name, ""), failed=lambda _trouble: None)

    # ---- sizes ---------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        stacked = self.window().width() < theme.current().px(STACK_UNDER)
        for card in self.cards:
            card.set_stacked(stacked)


def _draft_name(record_id: str, choice: OpenChoice) -> str:
    return f"together.{record_id}.{choice.field}.{choice.losing_version_id}"


def _advice(whose: str, *, is_exact: bool, child: Spoken | None) -> str:
    """What to bear in mind with somebody's exact words."""
    if not is_exact or whose == "worker":
        return ""
    if whose == "child":
        words = "These are {child}’s own words, so Heard never mixes them. If you can, ask {them} which is right."
        return say(words, child)
    return "These are somebody’s own words, so Heard never mixes them. If you can, ask them which is right."


def _same(one: Any, other: Any) -> bool:
    return bool(one == other) or (is_empty(one) and is_empty(other))


def _delete(widget: QWidget) -> None:
    widget.hide()
    widget.setParent(None)
    widget.deleteLater()
