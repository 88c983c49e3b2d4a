"""What I have said: the laptop turned round. All that is held in the child's words, who sees it, what came of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QWidget

from models.aloud import as_pieces
from models.changes import Changes
from models.moments import in_a_sentence, short_day
from models.what_i_said import Page, Saying, pages, sayings, wants_pictures
from models.wording import Spoken
from ui import access
from ui.link import Link, Navigator, touches
from ui.parts.buttons import Button
from ui.parts.card import Card
from ui.parts.drawn_sheet import DrawnSheet
from ui.parts.empty_state import EmptyState
from ui.parts.flow import FlowLayout
from ui.parts.icon_label import IconLabel
from ui.parts.labels import PlainLabel
from ui.parts.read_button import ReadButton
from ui.parts.voice_quote import VoiceQuote
from ui.sharing import SharingChoice
from ui.theme import Theme
from ui.views.check_back import CheckBack
from ui.views.child_facts import body_of
from ui.views.turned_page import TurnedPage

MORE = 10
AT_ONCE = 4
"""More sayings than a screen holds."""
_ACROSS = Qt.AlignmentFlag(0)
_TYPES = ("own_words", "promise", "this_is_me", "communication_preferences", "child")


class WhatISaidPage(TurnedPage):
    """Opened with a child's ``scope_id``; nothing of another child stands on it, or behind it."""

    page_key = "what_i_said"

    def __init__(self, link: Link, navigator: Navigator, theme: Theme) -> None:
        super().__init__(link, navigator, "What I have said")
        self._theme = theme
        self._shown = MORE
        self._has_pictures = False
        self._heard: list[str] = []
        self._later: list[Callable[[], None]] = []
        self.asked: CheckBack | SharingChoice | None = None

    # ---- the page ------------------------------------------------------------------------------------------------

    def opened(self, scope_id: str = "", **_more: Any) -> None:
        """Show one child's words."""
        self._shown = MORE
        self.show_child(scope_id)

    def pieces(self) -> list[str]:
        """The page as it is read aloud, from the newest words on."""
        self._build_all()
        heard = [f"{self.head.title.text()}.", *(self._heard or ["Nothing yet."])]
        return as_pieces(heard, body_of(self._link.casebook, self._scope_id))

    def _said_aloud(self, one: Saying) -> list[str]:
        """One saying: when and to whom, the words, who can see them, and what came of it."""
        said = []
        if one.on is not None:
            day = in_a_sentence(short_day(one.on, self._link.casebook.clock.today()))
            said.append(f"I said this {day}, to {one.told_to}.")
        said.append(one.words)
        if one.corrected:
            said += ["I changed it to:", one.corrected]
        said.append(f"Who can see this: {'. '.join(one.who_can_see)}")
        return [*said, one.happened]

    def leave(self) -> None:
        """Hand over what is being typed."""
        if isinstance(self.asked, CheckBack):
            self.asked.leave()

    def refresh(self) -> None:
        """Read everything again and draw it."""
        casebook = self._link.casebook
        child = casebook.child(self._scope_id)
        self.asked = None
        self._heard, self._later = [], []
        self.page.renew()
        if child is None:
            self.page.body.addWidget(self._nothing("This is not on this laptop", "Ask your worker about it."))
            return
        spoken = Spoken.of(child.body)
        self._has_pictures = wants_pictures(child, casebook.clock.today())
        self.head.avatar.set_name(spoken.name)
        # One more than is shown tells that there are more.
        found = sayings(casebook, self._scope_id, self._shown + 1)
        shown = found[: self._shown]
        self._heard = [words for one in shown for words in self._said_aloud(one)]
        self.page.body.addStretch(1)
        for number, one in enumerate(shown[:AT_ONCE]):
            self._build(number, one, spoken)
        below = partial(self._build_below, spoken, is_empty=not found, has_more=len(found) > len(shown))
        rest = enumerate(shown[AT_ONCE:], AT_ONCE)
        self._later = [below, *(partial(self._build, number, one, spoken) for number, one in rest)]
        if len(shown) < AT_ONCE:
            self._build_all()
        self._build_soon()

    def _build(self, number: int, one: Saying, spoken: Spoken) -> None:
        """Build a saying, above whatever stands below it already."""
        self.page.body.insertWidget(number, self._make_saying(one, spoken))

    def _build_below(self, spoken: Spoken, *, is_empty: bool, has_more: bool) -> None:
        """Build what stands below the sayings: the way to older ones, and the child's own pages."""
        own_pages = pages(self._link.casebook, self._scope_id, spoken)
        if is_empty and not own_pages:
            self._add(self._nothing("Nothing yet. Shall we start?", "What you say will stand here."))
        if has_more:
            more = Button("Show more", "chevron-down", "quiet", self.page.content)
            access.describe(more, "Show more of what I have said", key="what_i_said.more")
            more.clicked.connect(self._show_more)
            self._add(more, Qt.AlignmentFlag.AlignLeft)
        for page in own_pages:
            self._heard += [page.title, *(f"{one.label}. {one.words}" for one in page.answers)]
            self._add(self._make_page(page))

    def _add(self, widget: QWidget, alignment: Qt.AlignmentFlag = _ACROSS) -> None:
        body = self.page.body
        body.insertWidget(body.count() - 1, widget, 0, alignment)

    def _build_soon(self) -> None:
        """Build what lies below the edge of the screen one by one, once what is above it is painted."""
        asked_for = self._later

        def go_on() -> None:
            if asked_for and self._later is asked_for:
                asked_for.pop(0)()
                self._build_soon()

        QTimer.singleShot(0, self, go_on)

    def _build_all(self) -> None:
        while self._later:
            self._later.pop(0)()

    def _nothing(self, title: str, words: str) -> Card:
        card = Card(parent=self.page.content)
        card.setObjectName("what_i_said.empty")
        card.setMaximumWidth(self._theme.px(720))
        card.add(EmptyState("message-square-heart", title, words))
        return card

    def _show_more(self) -> None:
        self._shown += MORE
        self.refresh()

    def is_touched(self, changes: Changes) -> bool:
        """Never while the child is being asked something: the question would be swept away."""
        return self.asked is None and touches(changes, asked_by="", types=_TYPES, scope_id=self._scope_id)

    # ---- one saying ----------------------------------------------------------------------------------------------

    def _make_saying(self, one: Saying, spoken: Spoken) -> Card:
        card = Card(parent=self.page.content)
        card.setObjectName("what_i_said.saying")
        card.setProperty("row", one.entry.record_id)
        role = "knock_line" if self._has_pictures else "reading"
        day = in_a_sentence(short_day(one.on, self._link.casebook.clock.today())) if one.on is not None else ""
        when = f"I said this {day}, to {one.told_to}" if day else ""
        if when and not self._has_pictures:
            card.add(PlainLabel(when, "small", card))
        card.add(VoiceQuote(one.words, card, role=role))
        if one.corrected:
            card.add(self._fact("pencil", "I changed it to:", card))
            card.add(VoiceQuote(one.corrected, card, role=role))
        sees = ". ".join(one.who_can_see)
        card.add(self._fact("users", sees if self._has_pictures else f"Who can see this: {sees}", card))
        if one.happened:
            card.add(self._fact("heart-handshake", one.happened, card))
        card.setAccessibleName(". ".join(part for part in (one.words, sees, one.happened) if part))
        row = FlowLayout(across=10, down=8)
        alone = ReadButton(
            self._link.speech,
            lambda: as_pieces(self._said_aloud(one), body_of(self._link.casebook, self._scope_id)),
            "what_i_said.read_one",
            card,
            about=one.words,
            has_key=False,
        )
        # A child may say the same twice: the day tells the buttons apart.
        alone.setAccessibleDescription(when)
        row.addWidget(alone)
        wrong = Button("That is not what I said", "pencil", "secondary", card)
        less = Button("Change who can see", "eye-off", "secondary", card)
        for button, name, ask in ((wrong, "not_so", self._ask_what), (less, "share", self._ask_who)):
            access.describe(button, f"{button.words()}: {one.words}", when, key=f"what_i_said.{name}")
            button.setProperty("row", one.entry.record_id)
            button.clicked.connect(partial(self._ask, one, card, ask, spoken))
            row.addWidget(button)
        card.add(row)
        return card

    def _fact(self, icon: str, words: str, parent: QWidget) -> QWidget:
        """A line with its picture: small beside text, large where pictures speak."""
        part = QWidget(parent)
        row = QHBoxLayout(part)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(IconLabel(icon, "primary", 34 if self._has_pictures else 20, part), 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(PlainLabel(words, "lead" if self._has_pictures else "body", part, leading=1.4), 1)
        return part

    def _make_page(self, page: Page) -> Card:
        card = Card(page.title, parent=self.page.content)
        card.setObjectName("what_i_said.page")
        for one in page.answers:
            card.add(PlainLabel(one.label, "strong", card))
            if one.drawn:
                # A child who is handed the laptop sees the drawing, and not a sentence that there is one.
                key = f"what_i_said.drawn.{one.label}"
                card.add(DrawnSheet(one.drawn, f"{one.label}: {one.words}", card, key=key))
            else:
                card.add(VoiceQuote(one.words, card, role="knock_line" if self._has_pictures else "reading"))
        return card

    # ---- what the child may do -----------------------------------------------------------------------------------

    def _ask(self, one: Saying, card: Card, ask: Any, spoken: Spoken) -> None:
        if self.asked is not None:
            return
        if self._link.casebook.why_not_editable(one.entry):
            self._navigator.toast(f"{one.told_to} wrote this down, and can change it. Tell {one.told_to}.")
            return
        self.asked = ask(one, card, spoken)
        self.asked.settled.connect(self.refresh)
        card.add(self.asked)
        self.asked.show()
        self.asked.start()
        if isinstance(self.asked, CheckBack):
            self.asked.begin_changed()

    def _ask_what(self, one: Saying, card: Card, spoken: Spoken) -> CheckBack:
        return CheckBack(self._link, self._navigator, one.entry, spoken, card)

    def _ask_who(self, one: Saying, card: Card, _spoken: Spoken) -> SharingChoice:
        return SharingChoice(self._link, self._navigator, one.entry, card)
