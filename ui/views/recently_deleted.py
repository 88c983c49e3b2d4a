"""What was deleted and can still be brought back, newest first; only what this worker may bring back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from models.changes import Changes
from models.entry import Entry
from models.errors import Trouble
from models.moments import day_and_time, read_moment
from models.query import CHANGED, Query
from models.reading import when_words
from models.timeline import excerpt, headline
from models.version import Body
from models.wording import Spoken, name_and_age, say
from ui import access, messages
from ui.link import Link, Navigator, touches
from ui.parts.buttons import Button
from ui.parts.card import Card
from ui.parts.divider import Divider
from ui.parts.empty_state import EmptyState
from ui.parts.flow import FlowLayout
from ui.parts.labels import PlainLabel
from ui.parts.scroll_page import ScrollPage
from ui.theme import Theme

PAGE = 25
READ_AHEAD = 200
WORDS = (
    "What you delete waits here, and you can bring it back. Until then it is left out of lists, documents and figures."
)


class DeletedRow(QWidget):
    """One deleted record: what it is, about whom, when it was deleted, and the button that brings it back."""

    def __init__(self, entry: Entry, child: Body, page: RecentlyDeletedPage) -> None:
        super().__init__()
        self.record_id = entry.record_id
        today = page.today()
        spoken = Spoken.of(child)
        self.what = say(entry.declaration.title, spoken) if entry.declaration else headline(entry, spoken)
        called = headline(entry, spoken)
        moment = read_moment(entry.changed_at)
        deleted = f"Deleted {_inside(day_and_time(moment, today))}" if moment else "Deleted"
        whose = name_and_age(child, today) if child else "A child no longer on this laptop"
        happened = when_words(entry.when, today) if entry.when else ""
        about = [called if called != self.what else "", happened, deleted]
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 4, 0, 4)
        row.setSpacing(16)
        column = QVBoxLayout()
        column.setSpacing(3)
        self.title = PlainLabel(f"{self.what} · {whose}", "strong")
        self.title.setObjectName("recently_deleted.what")
        column.addWidget(self.title)
        text, is_said = excerpt(entry)
        if text:
            shown = PlainLabel(f"“{text}”" if is_said else text, "small", tone="voice" if is_said else "", elided=True)
            shown.setObjectName("recently_deleted.words")
            column.addWidget(shown)
        self.when = PlainLabel(" · ".join(part for part in about if part), "small")
        self.when.setObjectName("recently_deleted.when")
        column.addWidget(self.when)
        row.addLayout(column, 1)
        self.button = Button("Bring back", "undo-2")
        name = f"Bring back {self.what}, {whose}. {deleted}"
        access.describe(self.button, name, key="recently_deleted.bring_back")
        self.button.clicked.connect(lambda: page.bring_back(self))
        row.addWidget(self.button, 0, Qt.AlignmentFlag.AlignVCenter)


def _inside(words: str) -> str:
    """A day within a sentence: "today, 10:30"; the names of days keep their capital."""
    return words[0].lower() + words[1:] if words.startswith(("Today", "Yesterday")) else words


class RecentlyDeletedPage(QWidget):
    """Reached from Settings. Bringing back can itself be undone for ten seconds, and after that by deleting again."""

    page_key = "recently_deleted"

    def __init__(self, link: Link, navigator: Navigator, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("page.recently_deleted")
        self._link, self._navigator, self._theme = link, navigator, theme
        self._wanted = PAGE
        self._going: set[str] = set()
        self._shown: list[Entry] = []
        self._is_drawn = self._has_more = False
        self.rows: list[DeletedRow] = []
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        self._scroll = ScrollPage()
        whole.addWidget(self._scroll)
        head = FlowLayout(across=16, down=6)
        self.title = PlainLabel("Recently deleted", "h1", wrap=False)
        head.addWidget(self.title)
        self._scroll.body.addLayout(head)
        self.words = PlainLabel(WORDS, "small")
        self._scroll.body.addWidget(self.words)
        self._place = QVBoxLayout()
        self._place.setSpacing(12)
        self._scroll.body.addLayout(self._place)
        self._scroll.body.addStretch(1)
        self._scroll.content.setMaximumWidth(theme.px(1000))
        theme.changed.connect(self._fit)
        link.changed.connect(self._on_change)

    def page_title(self) -> str:
        """The title a screen reader says."""
        return "Recently deleted"

    def opened(self, **_arguments: Any) -> None:
        """Show what is deleted now."""
        self._wanted = PAGE
        self.refresh()

    def today(self) -> Any:
        """The day where the laptop is."""
        return self._link.casebook.clock.today()

    def refresh(self) -> None:
        """Read again, and redraw only when something is different."""
        found, has_more = self._read()
        if not self._is_drawn or (found, has_more) != (self._shown, self._has_more):
            self._draw(found, has_more)

    # ---- reading -------------------------------------------------------------------------------------------------

    def _read(self) -> tuple[list[Entry], bool]:
        """As many as are wanted of those this worker may bring back, and whether there are more."""
        found: list[Entry] = []
        casebook, offset = self._link.casebook, 0
        while len(found) <= self._wanted:
            query = Query(is_deleted=True, order=CHANGED, limit=READ_AHEAD, offset=offset)
            some = casebook.select(query)
            for entry in some:
                if len(found) <= self._wanted and not casebook.why_not_editable(entry):
                    found.append(entry)
            if len(some) < READ_AHEAD:
                break
            offset += READ_AHEAD
        return found[: self._wanted], len(found) > self._wanted

    def _children(self, found: list[Entry]) -> Mapping[str, Body]:
        """The child of each scope; also where the child's own record is what was deleted."""
        casebook = self._link.casebook
        bodies = {child.scope_id: child.body for child in casebook.children()}
        for entry in casebook.select(Query(types=("child",), is_deleted=True, order=CHANGED)):
            bodies.setdefault(entry.scope_id, entry.body)
        return {entry.scope_id: bodies.get(entry.scope_id, {}) for entry in found}

    def _on_change(self, changes: Changes) -> None:
        if self.isVisible() and touches(changes, asked_by=""):
            self.refresh()

    # ---- drawing -------------------------------------------------------------------------------------------------

    def _draw(self, found: list[Entry], has_more: bool) -> None:
        at = next((number for number, row in enumerate(self.rows) if row.button.hasFocus()), None)
        kept = self.rows[at].record_id if at is not None else ""
        _empty(self._place)
        self._shown, self._has_more, self.rows, self._is_drawn = found, has_more, [], True
        self.words.setVisible(bool(found))
        card = self._make_list(found, has_more) if found else self._make_empty()
        self._place.addWidget(card)
        # At once, not with the next event: what is not shown yet takes no focus.
        card.show()
        self._focus_again(at, kept)

    def _make_list(self, found: list[Entry], has_more: bool) -> Card:
        card, children = Card(), self._children(found)
        card.setAccessibleName("Recently deleted")
        for number, entry in enumerate(found):
            if number:
                card.add(Divider())
            row = DeletedRow(entry, children[entry.scope_id], self)
            card.add(row)
            self.rows.append(row)
        if has_more:
            more = Button("Show more", "chevron-down", "quiet")
            access.describe(more, "Show more of what was deleted", key="recently_deleted.more")
            more.clicked.connect(self._show_more)
            card.body.addWidget(more, 0, Qt.AlignmentFlag.AlignLeft)
        return card

    def _make_empty(self) -> Card:
        back = Button("Back", "chevron-left")
        access.describe(back, "Back", key="recently_deleted.back")
        back.clicked.connect(self._navigator.back)
        state = EmptyState(
            "trash-2",
            "Nothing has been deleted.",
            "When you delete something, it waits here and you can bring it back with one press.",
            back,
        )
        state.setObjectName("recently_deleted.empty")
        card = Card()
        card.add(state)
        return card

    def _focus_again(self, at: int | None, kept: str) -> None:
        """Keep the cursor on its row, or on the one that took its place."""
        if at is None:
            return
        same = next((row for row in self.rows if row.record_id == kept), None)
        row = same or (self.rows[min(at, len(self.rows) - 1)] if self.rows else None)
        button = row.button if row else self.findChild(Button, "recently_deleted.back")
        if button is not None:
            button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_more(self) -> None:
        first_new = len(self.rows)
        self._wanted += PAGE
        self._draw(*self._read())
        if first_new < len(self.rows):
            self.rows[first_new].button.setFocus(Qt.FocusReason.TabFocusReason)

    def _fit(self) -> None:
        self._scroll.content.setMaximumWidth(self._theme.px(1000))

    # ---- bringing back -------------------------------------------------------------------------------------------

    def bring_back(self, row: DeletedRow) -> None:
        """Undo a delete; the row goes by itself once it stands."""
        record_id, what = row.record_id, row.what
        if record_id in self._going:
            return
        self._going.add(record_id)
        link, navigator = self._link, self._navigator

        def undo() -> None:
            deleted = link.casebook.delete(record_id)
            link.wait(deleted, failed=lambda trouble: navigator.toast(trouble.title))

        def done(_entry: Entry) -> None:
            self._going.discard(record_id)
            navigator.toast(f"Brought back: {what}", undo)

        def failed(trouble: Trouble) -> None:
            self._going.discard(record_id)
            messages.tell_trouble(self, trouble)

        link.wait(link.casebook.bring_back(record_id), done, failed)


def _empty(layout: QVBoxLayout) -> None:
    """Take everything out of a layout and really delete it."""
    while layout.count():
        item = layout.takeAt(0)
        widget = item.widget() if item else None
        if widget is not None:
            widget.hide()
            widget.setParent(None)
            widget.deleteLater()
