"""The head of a page about one record: the way back, whose it is, how it stands with saving, and what may be done."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui import access
from ui.parts.avatar import Avatar
from ui.parts.buttons import Button
from ui.parts.labels import PlainLabel


class PageHead(QWidget):
    """`went_back` is the way back. ``under`` stands below the title; buttons go into ``buttons``."""

    went_back = Signal()

    def __init__(self, key: str, under: QWidget | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        self.back = Button("Back", "chevron-left", "quiet", self)
        access.describe(self.back, "Back", key=f"{key}.back")
        self.back.clicked.connect(self.went_back)
        row.addWidget(self.back, 0, Qt.AlignmentFlag.AlignVCenter)
        self.avatar = Avatar("", 40, self)
        self.avatar.hide()
        row.addWidget(self.avatar, 0, Qt.AlignmentFlag.AlignVCenter)
        names = QVBoxLayout()
        names.setSpacing(1)
        self.title = PlainLabel("", "h1", self, elided=True)
        self.title.setObjectName(f"{key}.title")
        names.addWidget(self.title)
        if under is not None:
            names.addWidget(under)
        row.addLayout(names, 1)
        self.buttons = QHBoxLayout()
        self.buttons.setSpacing(12)
        row.addLayout(self.buttons)

    def show_child(self, title: str, name: str, shown: str = "") -> None:
        """Say what the page is and whom it is about; ``shown`` are initials no other child has."""
        self.title.setText(title)
        self.avatar.setVisible(bool(name))
        if name:
            self.avatar.set_name(name, shown)
