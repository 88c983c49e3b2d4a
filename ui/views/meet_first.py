"""A child who is new to the worker: This is Me and how they like to be approached, before anything else (seed 004)."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from models.entry import Edit, Entry, Saved
from models.errors import Trouble
from models.handing_over import ME, reading, to_read
from models.knock_card import KnockCard
from models.wording import say
from ui import access, actions, messages
from ui.link import Link, Navigator
from ui.parts.banner import Banner
from ui.parts.buttons import Button
from ui.parts.card import Card
from ui.parts.divider import Divider
from ui.parts.flow import FlowLayout
from ui.parts.labels import PlainLabel
from ui.parts.scroll_page import ScrollPage
from ui.parts.voice_quote import VoiceQuote
from ui.views.child_facts import card_of, spoken_of
from ui.views.me_reading import MeReading

WHY = "You are new to {child}. Read this before your first visit, so that {they} {do} not have to say it all again."
ONLY_WISHES = "Nobody has written This is Me with {child} yet. You can begin it with {them}."


class MeetFirst(QWidget):
    """Stands in place of a child's tabs until the worker says they have read it, or puts it off for now.

    `done` is emitted when the reading is saved, `put_off` when the worker goes on without.
    """

    done, put_off = Signal(), Signal()

    def __init__(self, link: Link, navigator: Navigator, scope_id: str, mark: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._link, self._navigator, self.scope_id = link, navigator, scope_id
        self.setObjectName("meet_first")
        casebook = link.casebook
        self._child = spoken_of(casebook, scope_id)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        page = ScrollPage(self, margins=(0, 4, 12, 12), spacing=12)
        column.addWidget(page, 1)
        banner = Banner(say(WHY, self._child), "info", page.content, icon="user-round")
        banner.setObjectName("meet_first.why")
        page.body.addWidget(banner)
        self._shown = self._facts()
        entry, card = self._shown
        if entry is not None:
            page.body.addWidget(MeReading(link, navigator, entry, self._child, mark, page.content, is_live=False))
        if card.is_asked:
            page.body.addWidget(wishes_card(card, page.content))
        if entry is None:
            page.body.addWidget(PlainLabel(say(ONLY_WISHES, self._child), "small", page.content))
        page.body.addStretch(1)
        column.addWidget(Divider(self))
        column.addLayout(self._make_foot())

    def _make_foot(self) -> FlowLayout:
        foot = FlowLayout(across=12, down=8)
        foot.setContentsMargins(0, 10, 0, 10)
        self.read = Button("I have read this", "check", "primary", self, keys=actions.keys("finish"))
        access.describe(self.read, "I have read this", actions.keys("finish"), key="meet_first.read")
        self.read.clicked.connect(self.say_read)
        self.later = Button("Not now", "", "quiet", self)
        access.describe(self.later, f"Not now, go on to the page of {self._child.name}", key="meet_first.later")
        self.later.clicked.connect(self.put_off)
        foot.addWidget(self.read)
        foot.addWidget(self.later)
        return foot

    def _facts(self) -> tuple[Entry | None, KnockCard]:
        casebook = self._link.casebook
        return casebook.one(ME, self.scope_id), card_of(casebook, self.scope_id)

    def is_still_true(self, scope_id: str) -> bool:
        """Say whether this shows what there is to read: whoever is reading is not sent back to the top for nothing."""
        return scope_id == self.scope_id and self.read.isEnabled() and self._shown == self._facts()

    def say_read(self) -> None:
        """Write down that this worker has read it; the child's team sees it."""
        link, navigator, casebook = self._link, self._navigator, self._link.casebook
        draft, edits = reading(casebook, self.scope_id)
        self.read.setEnabled(False)

        def tell(trouble: Trouble) -> None:
            navigator.toast(f"{trouble.title}. {trouble.message}")

        def cut() -> None:
            link.wait(casebook.cut(draft.record_id), failed=tell)

        def saved(_saved: Saved) -> None:
            cut()
            navigator.toast(f"{self._child.name}’s team can see that you have read this", undo)
            self.done.emit()

        def undo() -> None:
            back = {name: Edit(edit.value, edit.seen) for name, edit in edits.items() if name != "worker_id"}
            link.wait(casebook.save(draft, back), lambda _saved: cut(), tell)

        def failed(trouble: Trouble) -> None:
            self.read.setEnabled(True)
            messages.tell_trouble(self, trouble)

        link.wait(casebook.save(draft, edits), saved, failed)


def must_meet(link: Link, scope_id: str) -> bool:
    """Say whether this worker is asked to read of this child first."""
    return bool(scope_id) and bool(to_read(link.casebook, scope_id))


def wishes_card(card: KnockCard, parent: QWidget) -> Card:
    """The card "Before you knock" as one list to read through: what never to do comes second."""
    shown = Card("Before you knock", parent=parent)
    shown.setObjectName("meet_first.wishes")
    grid = QGridLayout()
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(8)
    grid.setColumnStretch(1, 1)
    parts = [("First", card.first), ("Please do not", card.please_do_not), ("Words", card.words)]
    parts += [("Changes", card.changes), ("After", card.after), ("Also", card.beside)]
    for title, sentences in parts:
        plain = " ".join(one.shown for one in sentences if not one.is_theirs)
        exact = [one.words for one in sentences if one.is_theirs]
        if not sentences:
            continue
        row = grid.rowCount()
        grid.addWidget(PlainLabel(title, "strong", shown, wrap=False), row, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(6)
        if plain:
            column.addWidget(PlainLabel(plain, "reading", shown))
        for words in exact:
            said = VoiceQuote(words, shown) if card.whose == "child" else PlainLabel(f"“{words}”", "reading", shown)
            column.addWidget(said)
        grid.addLayout(column, row, 1)
    shown.add(grid)
    return shown
