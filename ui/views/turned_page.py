"""A page that is read with the laptop turned round: its head, and what scrolls below it; nothing of the worker's."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from models.changes import Changes
from ui.link import Link, Navigator
from ui.parts.divider import Divider
from ui.parts.scroll_page import ScrollPage
from ui.parts.turned_head import TurnedHead


class TurnedPage(QWidget):
    """Says whose it is and what it is, is read aloud, and closes. What a page shows goes into ``page.body``."""

    page_key = ""

    def __init__(self, link: Link, navigator: Navigator, title: str, *, spacing: int = 14) -> None:
        super().__init__()
        self._link, self._navigator = link, navigator
        self._scope_id = ""
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(0)
        self.head = TurnedHead(title, self.page_key, link.speech, self.pieces, self)
        self.head.closed.connect(navigator.back)
        self.column.addWidget(self.head)
        self.column.addWidget(Divider())
        self.page = ScrollPage(self, margins=(36, 14, 36, 24), spacing=spacing)
        self.column.addWidget(self.page, 1)
        link.changed.connect(self._on_change)

    def page_title(self) -> str:
        """The title a screen reader says."""
        return self.head.title.text()

    def pieces(self) -> list[str]:
        """The page as it is read aloud."""
        raise NotImplementedError

    def refresh(self) -> None:
        """Read it again and draw it."""
        raise NotImplementedError

    def show_child(self, scope_id: str) -> None:
        """Draw it for a child; the way out has the focus."""
        self._scope_id = scope_id
        self.refresh()
        self.head.close_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_change(self, changes: Changes) -> None:
        if self._scope_id and self.isVisible() and self.is_touched(changes):
            self.refresh()

    def is_touched(self, changes: Changes) -> bool:
        """Whether what was saved or came in stands on this page."""
        raise NotImplementedError
