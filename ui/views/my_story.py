"""My story so far: the laptop turned round. Only what the child may see, in large letters; nothing of the worker's."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from models.aloud import as_pieces
from models.changes import Changes
from models.life_story import Chapter, chapters, heard
from models.wording import Spoken
from ui.link import Link, Navigator, touches
from ui.parts.card import Card
from ui.parts.divider import Divider
from ui.parts.empty_state import EmptyState
from ui.parts.scroll_page import ScrollPage
from ui.parts.turned_head import TurnedHead
from ui.theme import Theme
from ui.views.child_facts import body_of
from ui.views.story_view import StoryView

NOTHING = "Nothing is written yet"


class MyStoryPage(QWidget):
    """Opened with a child's ``scope_id``."""

    page_key = "my_story"

    def __init__(self, link: Link, navigator: Navigator, theme: Theme) -> None:
        super().__init__()
        self._link, self._navigator = link, navigator
        self._scope_id = ""
        self._told: list[Chapter] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.head = TurnedHead("My story so far", "my_story", link.speech, self.pieces, self)
        self.head.closed.connect(navigator.back)
        column.addWidget(self.head)
        column.addWidget(Divider())
        self._scroll = ScrollPage(self, margins=(36, 14, 36, 24), spacing=14)
        column.addWidget(self._scroll, 1)
        link.changed.connect(self._on_change)

    def page_title(self) -> str:
        """The title a screen reader says."""
        return self.head.title.text()

    def opened(self, scope_id: str = "", **_more: Any) -> None:
        """Show one child's story."""
        self._scope_id = scope_id
        self.refresh()
        self.head.close_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def pieces(self) -> list[str]:
        """The story as it is read aloud, from the beginning on."""
        said = [f"{self.head.title.text()}.", *(heard(self._told) or [NOTHING])]
        return as_pieces(said, body_of(self._link.casebook, self._scope_id))

    def refresh(self) -> None:
        """Read it again and draw it."""
        casebook, page = self._link.casebook, self._scroll
        child = casebook.child(self._scope_id)
        page.renew()
        found = self._told = chapters(casebook, self._scope_id) if child is not None else []
        if child is not None:
            self.head.avatar.set_name(Spoken.of(child.body).name)
        if found:
            page.body.addWidget(StoryView(self._link, self._navigator, found, page.content, is_large=True))
        else:
            card = Card(parent=page.content)
            card.add(EmptyState("book-heart", NOTHING, "What you say and make will stand here."))
            page.body.addWidget(card)
        page.body.addStretch(1)

    def _on_change(self, changes: Changes) -> None:
        if self._scope_id and self.isVisible() and touches(changes, asked_by="", scope_id=self._scope_id):
            self.refresh()
