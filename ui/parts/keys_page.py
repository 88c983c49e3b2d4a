"""The page that lists every key, drawn from `ui.actions` so that it cannot be out of date."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui import actions
from ui.parts.card import Card
from ui.parts.key_cap import KeyCap
from ui.parts.labels import PlainLabel
from ui.parts.scroll_page import ScrollPage


class KeysPage(ScrollPage):
    """Shows the keys of the actions named; a page that does not exist yet has no row."""

    page_key = "keys"

    def __init__(self, names: Iterable[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        shown = set(names)
        self.body.addWidget(PlainLabel("Keys", "h1"))
        self.body.addWidget(PlainLabel("Everything in Heard can be done without a mouse.", "small"))
        for group in actions.groups():
            listed = [each for each in actions.ACTIONS if each.group == group and each.name in shown]
            if not listed:
                continue
            card = Card(group)
            for each in listed:
                card.add(self._row(each))
            self.body.addWidget(card)
        self.body.addStretch(1)
        self.content.setMaximumWidth(900)

    @staticmethod
    def _row(action: actions.Action) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(PlainLabel(action.words, "body"), 1)
        caps = QVBoxLayout()
        line = QHBoxLayout()
        line.setSpacing(8)
        for number, keys in enumerate(dict.fromkeys(key.replace("Return", "Enter") for key in action.keys)):
            if number:
                line.addWidget(PlainLabel("or", "small", wrap=False))
            line.addWidget(KeyCap(keys))
        caps.addLayout(line)
        row.addLayout(caps)
        return row

    def opened(self, **_arguments: object) -> None:
        """Nothing to fetch: the page is the same every time."""
