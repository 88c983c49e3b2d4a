"""The one button that leads from a record to its history, the same on every page that shows one."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from ui import access, actions
from ui.parts.buttons import Button


class HistoryButton(Button):
    """Hidden until `show_for` a record. `wanted` carries its id."""

    wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None, *, key: str = "history.show") -> None:
        super().__init__("", "history", "quiet", parent)
        self._record_id = ""
        self._key = key
        self.clicked.connect(lambda: self.wanted.emit(self._record_id))
        self.show_for("")

    def show_for(self, record_id: str, title: str = "") -> None:
        """Lead to the history of this record; "" is none. ``title`` tells it from others on the same page."""
        self._record_id = record_id
        name = f"History: {title}" if title else "History"
        access.describe(self, name, actions.keys("history") if not title else "", key=self._key)
        self.set_tip(f"History ({actions.keys('history')})" if not title else "History")
        self.setProperty("row", record_id)
        self.setVisible(bool(record_id))
