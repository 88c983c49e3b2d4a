"""My dictionary: the words this worker has added, each of which can be taken out again."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from models.aloud import as_pieces
from models.errors import Trouble
from ui import access
from ui.link import Link, Navigator
from ui.parts.buttons import Button
from ui.parts.card import Card
from ui.parts.empty_state import EmptyState
from ui.parts.flow import FlowLayout
from ui.parts.labels import PlainLabel
from ui.parts.read_button import ReadButton
from ui.parts.scroll_page import ScrollPage
from ui.parts.trouble_box import TroubleBox
from ui.theme import Theme

ABOUT = (
    "These words are never marked in what you write. They stay in your locked vault on this laptop. A word with a "
    "capital is a name; one written small is right in any letters. Press a word to take it out."
)
NONE_YET = "Press F7 in a note, or the right button of the mouse on a marked word, and choose “Add to my dictionary”."


class MyWordsPage(QWidget):
    """Reached from Settings. Taking a word out can be undone for ten seconds, and by adding it again."""

    page_key = "my_words"

    def __init__(self, link: Link, navigator: Navigator, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("page.my_words")
        self._link, self._navigator = link, navigator
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        self._scroll = ScrollPage()
        whole.addWidget(self._scroll)
        head = QHBoxLayout()
        head.addWidget(PlainLabel("My dictionary", "h1"), 1)
        self.read = ReadButton(link.speech, self._pieces, "my_words.read", self)
        head.addWidget(self.read)
        self._scroll.body.addLayout(head)
        self.trouble = TroubleBox("my_words.trouble")
        self._scroll.body.addWidget(self.trouble)
        self._place = QVBoxLayout()
        self._scroll.body.addLayout(self._place)
        self._scroll.body.addStretch(1)
        self._scroll.content.setMaximumWidth(theme.px(1000))
        self._shown: QWidget | None = None
        if link.spelling is not None:
            # Methods of its own, no lambdas: Qt lets go of them when the page goes, and the dictionary outlives it.
            link.spelling.learned.connect(self._on_learned)
            link.spelling.failed.connect(self._on_failed)

    def page_title(self) -> str:
        """The title a screen reader says."""
        return "My dictionary"

    def opened(self, **_arguments: Any) -> None:
        """Show the words there are now."""
        self.trouble.hide()
        self._show()

    def _words(self) -> list[str]:
        return self._link.spelling.own_words() if self._link.spelling is not None else []

    def _pieces(self) -> list[str]:
        return as_pieces(["My dictionary.", *self._words()])

    def _show(self) -> None:
        if self._shown is not None:
            self._place.removeWidget(self._shown)
            self._shown.hide()
            self._shown.deleteLater()
        words = self._words()
        self.read.want(bool(words))
        card = Card(parent=self._scroll.content)
        card.setObjectName("my_words.card")
        if words:
            card.add(PlainLabel(ABOUT, "body", leading=1.4))
            row = FlowLayout(across=8, down=8)
            for word in words:
                row.addWidget(self._button(word))
            card.add(row)
        else:
            card.add(EmptyState("notebook-pen", "No words of your own yet", NONE_YET))
        self._shown = card
        self._place.addWidget(card)

    def _button(self, word: str) -> Button:
        button = Button(word, "x")
        access.describe(button, f"Take out “{word}”", key=f"my_words.{word}")
        button.clicked.connect(lambda: self._take_out(word))
        return button

    def _take_out(self, word: str) -> None:
        spelling = self._link.spelling
        assert spelling is not None
        spelling.remove(word)
        self._navigator.toast(f"“{word}” is out of your dictionary", lambda: spelling.add(word))

    def _on_learned(self, _words: frozenset[str]) -> None:
        if self.isVisible():
            self._show()

    def _on_failed(self, trouble: Trouble) -> None:
        if self.isVisible():
            self.trouble.show_trouble(trouble.title, trouble.message, trouble.help)
