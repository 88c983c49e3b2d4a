"""The head of an entry in a list: what it is, and how it stands; below each other where they do not fit beside."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

GAP = 10
LEAST_DETAILS = 80
"""Pixels that are left to the details, which are cut short, before anything else has to move."""


class EntryHead(QWidget):
    """``what`` takes the title and the details, ``state`` the pills and buttons; neither makes the entry wider."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(GAP)
        self._grid.setVerticalSpacing(2)
        self._grid.setColumnStretch(0, 1)
        self._left, self._right = QWidget(self), QWidget(self)
        self.what, self.state = QHBoxLayout(self._left), QHBoxLayout(self._right)
        for row in (self.what, self.state):
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(GAP)
        self._is_stacked: bool | None = None
        self._fit()

    def minimumSizeHint(self) -> QSize:
        """As wide as the wider of the two: they can stand below each other."""
        sides = self._left.minimumSizeHint().width(), self._right.minimumSizeHint().width()
        return QSize(max(sides), super().minimumSizeHint().height())

    def _fit(self) -> None:
        title = self.what.itemAt(0)
        least = (title.minimumSize().width() if title is not None else 0) + GAP + LEAST_DETAILS
        is_stacked = least + GAP + self._right.sizeHint().width() > self.width()
        if is_stacked == self._is_stacked:
            return
        self._is_stacked = is_stacked
        for side in (self._left, self._right):
            self._grid.removeWidget(side)
        self._grid.addWidget(self._left, 0, 0)
        right = Qt.AlignmentFlag.AlignRight
        if is_stacked:
            self._grid.addWidget(self._right, 1, 0, 1, 2, right)
        else:
            self._grid.addWidget(self._right, 0, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()
