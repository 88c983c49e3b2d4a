"""The head of a page about one record: the way back, whose it is, how it stands with saving, and what may be done."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from ui import access
from ui.parts.avatar import Avatar
from ui.parts.buttons import Button
from ui.parts.fitted import Fitted
from ui.parts.labels import PlainLabel

GAP = 12


class PageHead(Fitted, QWidget):
    """`went_back` is the way back. ``under`` stands below the title; buttons go into ``buttons``.

    Nothing of it is cut short while there is another way: where all of it does not fit beside each other, whose page it
    is takes a row of its own, or the buttons do where they do not even fit beside the way back.
    """

    went_back = Signal()

    def __init__(self, key: str, under: QWidget | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(GAP)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(1, 1)
        self.back = Button("Back", "chevron-left", "quiet", self)
        access.describe(self.back, "Back", key=f"{key}.back")
        self.back.clicked.connect(self.went_back)
        self._whose = QWidget(self)
        row = QHBoxLayout(self._whose)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP)
        self.avatar = Avatar("", 40, self._whose)
        self.avatar.hide()
        row.addWidget(self.avatar, 0, Qt.AlignmentFlag.AlignVCenter)
        names = QVBoxLayout()
        names.setSpacing(1)
        self.title = PlainLabel("", "h1", self._whose, elided=True)
        self.title.setObjectName(f"{key}.title")
        names.addWidget(self.title)
        self._under = under
        if under is not None:
            under.setParent(self._whose)
            names.addWidget(under)
        row.addLayout(names, 1)
        self._tools = QWidget(self)
        self.buttons = QHBoxLayout(self._tools)
        self.buttons.setContentsMargins(0, 0, 0, 0)
        self.buttons.setSpacing(GAP)
        self._placed: tuple[int, int] | None = None
        self._fit()

    def show_child(self, title: str, name: str, shown: str = "") -> None:
        """Say what the page is and whom it is about; ``shown`` are initials no other child has."""
        self.title.setText(title)
        if self.avatar.isHidden() == bool(name):
            self.avatar.setVisible(bool(name))
        if name:
            self.avatar.set_name(name, shown)
        self._fit()

    # ---- beside each other, or below ---------------------------------------------------------------------------------

    def _wanted(self) -> int:
        words = self.title.fontMetrics().horizontalAdvance(self.title.text())
        under = self._under.sizeHint().width() if self._under is not None and not self._under.isHidden() else 0
        whose = max(words, under) + 4 + (self.avatar.sizeHint().width() + GAP if not self.avatar.isHidden() else 0)
        return self.back.sizeHint().width() + whose + self.buttons.sizeHint().width() + 2 * GAP

    def _rows(self) -> tuple[int, int]:
        """In which rows whose page it is, and the buttons, stand: the way back is in the first."""
        margins = self.contentsMargins()
        room = self.width() - margins.left() - margins.right()
        if self._wanted() <= room:
            return 0, 0
        if not self.title.text():
            return 0, 1
        does_fit = self.back.sizeHint().width() + self.buttons.sizeHint().width() + GAP <= room
        return (1, 0) if does_fit else (0, 1)

    def _fit(self) -> None:
        rows = self._rows()
        if rows == self._placed:
            return
        self._placed = whose, tools = rows
        middle, right = Qt.AlignmentFlag.AlignVCenter, Qt.AlignmentFlag.AlignRight
        for widget in (self.back, self._whose, self._tools):
            self._grid.removeWidget(widget)
        self._grid.addWidget(self.back, 0, 0, middle)
        if tools:
            self._grid.addWidget(self._whose, 0, 1, 1, 2)
            self._grid.addWidget(self._tools, 1, 0, 1, 3, middle | right)
        elif whose:
            self._grid.addWidget(self._tools, 0, 1, 1, 2, middle | right)
            self._grid.addWidget(self._whose, 1, 0, 1, 3)
        else:
            self._grid.addWidget(self._whose, 0, 1)
            self._grid.addWidget(self._tools, 0, 2, middle)
