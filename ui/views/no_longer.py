"""Below the list of children: those no longer assigned to this worker, in grey, and the way to ask for cover."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from models.entry import LeavingChild
from ui import access
from ui.parts.buttons import Button
from ui.parts.icon_label import IconLabel
from ui.parts.labels import PlainLabel
from ui.parts.surface import Surface

WAITING = "No longer assigned to you. It leaves this laptop as soon as what you wrote has reached the council."
GOING = "No longer assigned to you. It leaves this laptop with the next sync."


class NoLonger(QWidget):
    """`asked` carries the number and name of the child it is for; both "" where it is for another one."""

    asked = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        self._shown: list[LeavingChild] = []
        self.rows: list[_GreyRow] = []
        self.other = Button("Ask for cover", "users", "quiet")
        access.describe(
            self.other, "Ask for cover", "To see a child not assigned to you, for 24 hours", key="children.cover"
        )
        self.other.clicked.connect(lambda: self.asked.emit("", ""))
        self._column.addWidget(self.other, 0, Qt.AlignmentFlag.AlignLeft)

    def show_leaving(self, leaving: list[LeavingChild]) -> None:
        """Show these; nothing is drawn anew where they are the same."""
        if leaving == self._shown:
            return
        self._shown = leaving
        for row in self.rows:
            row.setParent(None)
            row.deleteLater()
        self.rows = [_GreyRow(one) for one in leaving]
        for at, row in enumerate(self.rows):
            row.asked.connect(self.asked)
            self._column.insertWidget(at, row)


class _GreyRow(Surface):
    asked = Signal(str, str)

    def __init__(self, child: LeavingChild) -> None:
        super().__init__("well")
        self.setObjectName("children.no_longer")
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(2)
        words = WAITING if child.is_waiting else GOING
        self.setAccessibleName(f"{child.name}. {words}")
        column.addWidget(IconLabel("users", "text2", 18), 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(PlainLabel(child.name, "small"))
        column.addWidget(PlainLabel(words, "small"))
        self.button = Button("Ask for cover for 24 hours", "", "quiet")
        access.describe(
            self.button, f"Ask for cover for 24 hours: {child.name}", "You say why", key="children.no_longer.cover"
        )
        self.button.clicked.connect(lambda: self.asked.emit(child.code, child.name))
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)
