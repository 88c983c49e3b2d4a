"""A child's story so far, to read to them or to turn the laptop round with: year by year, in plain sentences."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from models.life_story import Chapter, Line
from ui.attachments import AttachmentShelf
from ui.link import Link, Navigator
from ui.parts.card import Card
from ui.parts.labels import PlainLabel
from ui.parts.scroll_page import ScrollPage
from ui.parts.voice_quote import VoiceQuote

FIRST, STEP = 18, 6
"""Lines: more than a screen holds, and then as many as hold nobody up."""


class StoryView(QWidget):
    """``is_large`` is for the child's own eyes. A long story grows as ``page``, where it stands, comes to its end."""

    def __init__(
        self, link: Link, navigator: Navigator, chapters: list[Chapter], page: ScrollPage, parent: QWidget,
        *, is_large: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.setObjectName("life_story.story")
        self._link, self._navigator, self._is_large = link, navigator, is_large
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(12)
        self._todo = [(chapter, line) for chapter in chapters for line in chapter.lines]
        self._card: Card | None = None
        self._standing: Chapter | None = None
        self._build(FIRST)
        if self._todo:
            self._bar = page.verticalScrollBar()
            self._bar.valueChanged.connect(self._go_on)
            self._bar.rangeChanged.connect(self._go_on)

    def _go_on(self) -> None:
        if self._todo and self.isVisible() and self._bar.maximum() - self._bar.value() < self._bar.pageStep():
            self._build(STEP)

    def _build(self, most: int) -> None:
        fresh, self._todo = self._todo[:most], self._todo[most:]
        for chapter, line in fresh:
            if self._card is None or chapter is not self._standing:
                self._standing = chapter
                self._card = Card(chapter.head, parent=self)
                self._card.setObjectName("life_story.chapter")
                self._column.addWidget(self._card)
            self._add(self._card, line)

    def _add(self, card: Card, line: Line) -> None:
        card.add(PlainLabel(line.words, "lead" if self._is_large else "body", card, leading=1.4))
        if line.quote:
            card.add(VoiceQuote(line.quote, card, role="knock_line" if self._is_large else "reading"))
        if line.picture is not None:
            shelf = AttachmentShelf(self._link, self._navigator, [line.picture], card)
            card.body.addWidget(shelf, 0, Qt.AlignmentFlag.AlignLeft)
