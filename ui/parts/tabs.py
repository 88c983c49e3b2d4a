"""Tabs of a page, as wide as their words; arrow keys move between them."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTabBar, QWidget


class Tabs(QTabBar):
    """Use with a QStackedWidget below: ``currentChanged`` says which tab stands."""

    def __init__(self, words: tuple[str, ...] = (), parent: QWidget | None = None, *, name: str = "") -> None:
        super().__init__(parent)
        self.setExpanding(False)
        self.setDrawBase(False)
        self.setUsesScrollButtons(True)
        self.setElideMode(Qt.TextElideMode.ElideNone)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(name)
        for word in words:
            self.addTab(word.replace("&", "&&"))
