"""A child's story so far, to read to them or to turn the laptop round with: year by year, in plain sentences."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from models.life_story import Chapter, Line
from ui.attachments import AttachmentShelf
from ui.link import Link, Navigator
from ui.parts.card import Card
from ui.parts.labels import PlainLabel
from ui.parts.voice_quote import VoiceQuote


class StoryView(QWidget):
    """``is_large`` is for the child's own eyes."""

    def __init__(
        self, link: Link, navigator: Navigator, chapters: list[Chapter], parent: QWidget, *, is_large: bool = False
    ) -> None:
        super().__init__(parent)
        self.setObjectName("life_story.story")
        self._link, self._navigator, self._is_large = link, navigator, is_large
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        for chapter in chapters:
            card = Card(chapter.head, parent=self)
            card.setObjectName("life_story.chapter")
            for line in chapter.lines:
                self._add(card, line)
            column.addWidget(card)

    def _add(self, card: Card, line: Line) -> None:
        card.add(PlainLabel(line.words, "lead" if self._is_large else "body", card, leading=1.4))
        if line.quote:
            card.add(VoiceQuote(line.quote, card, role="knock_line" if self._is_large else "reading"))
        if line.picture is not None:
            shelf = AttachmentShelf(self._link, self._navigator, [line.picture], card)
            card.body.addWidget(shelf, 0, Qt.AlignmentFlag.AlignLeft)
