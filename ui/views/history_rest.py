"""A calm strip on a history: whether all of it is here, and how the rest of it is coming from the council."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from models.errors import Trouble
from ui import access
from ui.parts.buttons import Button
from ui.parts.icon_label import IconLabel
from ui.parts.labels import PlainLabel
from ui.parts.surface import Surface


class RestStrip(Surface):
    """Hidden where all is here. ``asked`` fetches the rest: ``is_busy`` while it comes, ``has_failed`` if not."""

    def __init__(self, asked: Callable[[], None], parent: QWidget | None = None) -> None:
        super().__init__("banner", parent, tone="info")
        self.setObjectName("history.rest")
        self.is_busy = self.has_failed = self._has_come = False
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 10, 14, 10)
        row.setSpacing(12)
        self._icon = IconLabel("cloud-download", "info", 22)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignVCenter)
        self.words = PlainLabel("", "ui")
        self.words.setObjectName("history.rest_words")
        row.addWidget(self.words, 1)
        self.button = Button("Fetch the rest", "refresh-cw")
        access.describe(self.button, "Fetch the rest", key="history.fetch")
        self.button.clicked.connect(asked)
        row.addWidget(self.button, 0, Qt.AlignmentFlag.AlignVCenter)
        self.hide()

    def begin(self) -> None:
        """Another record: nothing has been asked of it yet."""
        self.is_busy = self.has_failed = self._has_come = False
        self.hide()

    def show_rest(self, *, is_whole: bool, count: int) -> None:
        """Say how much of it is here."""
        if is_whole:
            self.hide()
        elif self._has_come:
            self._say("shield-check", "Some of it was written for other readers, and is not shown here.")
        elif not self.is_busy and not self.has_failed:
            self._say("cloud-download", f"{_newest(count)} The rest is kept at the council.", can_ask=True)

    def show_busy(self) -> None:
        """Say that the rest is on its way."""
        self.is_busy, self.has_failed = True, False
        self._say("cloud-download", "Fetching the rest of its history …")

    def show_come(self) -> None:
        """All that may be read here has come."""
        self.is_busy, self.has_failed, self._has_come = False, False, True
        self.hide()

    def show_trouble(self, trouble: Trouble, count: int) -> None:
        """Say kindly that it could not be had now."""
        self.is_busy, self.has_failed = False, True
        words = f"{_newest(count)} The rest comes from the council when you are online. {trouble.title}."
        self._say("cloud-off", words, can_ask=True)

    def _say(self, icon: str, words: str, *, can_ask: bool = False) -> None:
        self._icon.set_icon(icon, "info")
        self.words.setText(words)
        self.setAccessibleName(words)
        self.button.setVisible(can_ask)
        self.show()
        access.announce(self, words)


def _newest(count: int) -> str:
    return "This laptop holds its newest version." if count == 1 else f"This laptop holds {count} of its versions."
