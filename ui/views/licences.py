"""What Heard is made of: who made it, under which licence, and each licence in full."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

import resources
from ui import access, theme
from ui.link import Link, Navigator
from ui.parts.card import Card
from ui.parts.labels import PlainLabel
from ui.parts.picker import Picker
from ui.parts.scroll_page import ScrollPage
from ui.text_boxes import paint_focus
from ui.theme import Theme

WIDEST = 1000
BOX_TALL = 360


def _read_list() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(resources.path("words", "licences.json").read_text("utf-8"))
    return read


def file_of(text: dict[str, Any]) -> Path:
    """Where the full text lies: in the resources, or beside them, where a packaged app keeps Heard's own."""
    name: str = text["file"]
    if not text.get("beside"):
        return resources.path(*name.split("/"))
    places = (resources.HERE.parent / name, resources.HERE.parent / "licences" / name)
    return next((place for place in places if place.is_file()), places[0])


def by_licence(parts: list[dict[str, str]]) -> dict[str, list[str]]:
    """The names under each licence; the licence most are under first."""
    found: dict[str, list[str]] = {}
    for part in parts:
        found.setdefault(part["licence"], []).append(part["name"])
    return dict(sorted(found.items(), key=lambda item: -len(item[1])))


class _LicenceText(QPlainTextEdit):
    """As tall as it is good to read in; the style sheet sets the least height of every text box."""

    def sizeHint(self) -> QSize:
        return QSize(400, theme.current().px(BOX_TALL))

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        paint_focus(self)


class LicencesPage(QWidget):
    """Reached from Settings."""

    page_key = "licences"

    def __init__(self, link: Link, navigator: Navigator, look: Theme) -> None:
        super().__init__()
        del link, navigator
        self.setObjectName("page.licences")
        self._theme = look
        self._listed = _read_list()
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        self._scroll = ScrollPage()
        whole.addWidget(self._scroll)
        add = self._scroll.body.addWidget
        add(PlainLabel("Licences", "h1"))
        for notice in self._listed["notices"]:
            add(self._make_notice(notice))
        add(self._make_parts())
        add(self._make_texts())
        self._scroll.body.addStretch(1)
        look.changed.connect(self._fit)
        self._fit()

    def page_title(self) -> str:
        """The title a screen reader says."""
        return "Licences"

    def opened(self, **_arguments: Any) -> None:
        """Show the first text."""
        self._show_text(self.picker.currentIndex())

    def _make_notice(self, notice: dict[str, Any]) -> Card:
        card = Card(notice["title"])
        for words in notice["words"]:
            card.add(PlainLabel(words, "body", leading=1.4))
        return card

    def _make_parts(self) -> Card:
        card = Card("Everything else")
        card.add(PlainLabel("Packages for Python, each with its own licence file in the packaged app.", "small"))
        for licence, names in by_licence(self._listed["parts"]).items():
            together = QVBoxLayout()
            together.setSpacing(2)
            together.addWidget(PlainLabel(licence, "h3"))
            together.addWidget(PlainLabel(", ".join(names), "body", leading=1.4))
            card.add(together)
        return card

    def _make_texts(self) -> Card:
        card = Card("Licences in full")
        label = PlainLabel("Which &licence", "h3")
        self.picker = Picker()
        self.picker.addItems([text["title"] for text in self._listed["texts"]])
        access.describe(self.picker, "Which licence", key="licences.which")
        label.setBuddy(self.picker)
        card.add(label)
        card.add(self.picker)
        self.text = _LicenceText()
        self.text.setReadOnly(True)
        # Tab leaves the text for the next control; the arrow and page keys read on.
        self.text.setTabChangesFocus(True)
        access.describe(self.text, "Text of the licence", key="licences.text")
        card.add(self.text)
        self.picker.currentIndexChanged.connect(self._show_text)
        return card

    def _show_text(self, at: int) -> None:
        text = self._listed["texts"][at]
        self.text.setPlainText(file_of(text).read_text("utf-8", errors="replace"))
        self.text.setAccessibleName(f"Text of the licence: {text['title']}")

    def _fit(self) -> None:
        self._scroll.content.setMaximumWidth(self._theme.px(WIDEST))
        self.text.updateGeometry()
