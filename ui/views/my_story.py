"""My story so far: the laptop turned round. Only what the child may see, in large letters; nothing of the worker's."""

from __future__ import annotations

from typing import Any

from models.aloud import as_pieces
from models.changes import Changes
from models.life_story import Chapter, chapters, heard
from models.wording import Spoken
from ui.link import Link, Navigator, touches
from ui.parts.card import Card
from ui.parts.empty_state import EmptyState
from ui.theme import Theme
from ui.views.child_facts import body_of
from ui.views.story_view import StoryView
from ui.views.turned_page import TurnedPage

NOTHING = "Nothing is written yet"


class MyStoryPage(TurnedPage):
    """Opened with a child's ``scope_id``."""

    page_key = "my_story"

    def __init__(self, link: Link, navigator: Navigator, theme: Theme) -> None:
        super().__init__(link, navigator, "My story so far")
        self._told: list[Chapter] = []

    def opened(self, scope_id: str = "", **_more: Any) -> None:
        """Show one child's story."""
        self.show_child(scope_id)

    def pieces(self) -> list[str]:
        """The story as it is read aloud, from the beginning on."""
        said = [f"{self.head.title.text()}.", *(heard(self._told) or [NOTHING])]
        return as_pieces(said, body_of(self._link.casebook, self._scope_id))

    def refresh(self) -> None:
        """Read it again and draw it."""
        casebook, page = self._link.casebook, self.page
        child = casebook.child(self._scope_id)
        page.renew()
        found = self._told = chapters(casebook, self._scope_id) if child is not None else []
        if child is not None:
            self.head.avatar.set_name(Spoken.of(child.body).name)
        if found:
            page.body.addWidget(StoryView(self._link, self._navigator, found, page, page.content, is_large=True))
        else:
            card = Card(parent=page.content)
            card.add(EmptyState("book-heart", NOTHING, "What you say and make will stand here."))
            page.body.addWidget(card)
        page.body.addStretch(1)

    def is_touched(self, changes: Changes) -> bool:
        """Nearly every type of record has its part in a story."""
        return touches(changes, asked_by="", scope_id=self._scope_id)
