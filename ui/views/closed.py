"""What a worker sees whose laptop the council has closed: what happened, that nothing is lost, and whom to ring."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from ui import access
from ui.parts.buttons import Button
from ui.parts.card import Card
from ui.parts.front_page import FrontPage, FrontWindow, heard_mark
from ui.parts.icon_label import IconLabel
from ui.parts.labels import PlainLabel
from ui.parts.trouble_box import TroubleBox

WIDE = 620
TITLE = "Heard has been closed on this laptop"
WHY = "This is done when a laptop is handed in or replaced, or when somebody leaves. It says nothing about your work."
SAFE = "Everything you wrote was handed over to the council first. Nothing is lost."
GONE = "What was kept here is removed, so that nobody can find a child’s words on this laptop."
ANYBODY = "your manager or your council’s IT"
EMPTYING = "Removing what was kept here…"
WAITING = "This laptop is empty. The council is told as soon as you are online."
DONE = "This laptop is empty, and the council has been told."


class ClosedWindow(FrontWindow):
    """Shown by a process that holds no key. ``again_asked``: set Heard up anew; ``close_asked``: the window may go."""

    again_asked = Signal()
    close_asked = Signal()

    def __init__(self, council: str, closed_on: str, help_line: str) -> None:
        super().__init__("closed_window")
        page = FrontPage(WIDE)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(page)
        page.column.addLayout(heard_mark())
        self.trouble = TroubleBox("closed.trouble")
        page.column.addWidget(self.trouble)
        card = Card()
        card.body.setContentsMargins(28, 24, 28, 22)
        card.body.setSpacing(12)
        page.column.addWidget(card)
        card.add(PlainLabel(TITLE, "h1"))
        on = f" on {closed_on}" if closed_on else ""
        ring = f"If you did not expect this, or still need Heard here, please ring {help_line or ANYBODY}."
        self.told = [f"{council} closed it{on}. {WHY}", SAFE, GONE, ring]
        for key, words in zip(("what", "safe", "gone", "ring"), self.told, strict=True):
            label = PlainLabel(words, "strong" if key == "safe" else "body", leading=1.4)
            label.setObjectName(f"closed.{key}")
            card.add(label)
        row = QHBoxLayout()
        row.setSpacing(10)
        self.icon = IconLabel("refresh-cw", "info", 22)
        row.addWidget(self.icon)
        self.state = PlainLabel("", "body")
        self.state.setObjectName("closed.state")
        row.addWidget(self.state, 1)
        card.body.addLayout(row)
        card.body.addLayout(self._buttons())
        self.setAccessibleDescription(" ".join((TITLE + ".", *self.told)))

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(12)
        self.close_button = Button("Close", "", "primary")
        access.describe(self.close_button, "Close", "Closes Heard", key="closed.close")
        self.close_button.clicked.connect(self.close_asked)
        row.addWidget(self.close_button)
        self.again = Button("Set up Heard again", "", "quiet")
        access.describe(self.again, "Set up Heard again", "You need a new one-time code for it", key="closed.again")
        self.again.clicked.connect(self.again_asked)
        self.again.hide()
        row.addWidget(self.again)
        row.addStretch(1)
        return row

    def show_emptying(self) -> None:
        """It is being done."""
        self._say("refresh-cw", "info", EMPTYING)

    def show_waiting(self) -> None:
        """It is done, and the council has not heard of it yet."""
        self._say("cloud-off", "info", WAITING)

    def show_done(self) -> None:
        """It is done and the council knows. Whoever has a new one-time code may begin again."""
        self._say("circle-check", "ok", DONE)
        self.again.show()

    def show_trouble(self, title: str, message: str, help: str) -> None:  # noqa: A002 - as in models.errors.Trouble
        """Something could not be removed; it is tried again."""
        self.trouble.show_trouble(title, message, help)

    def _say(self, icon: str, tone: str, words: str) -> None:
        self.trouble.hide()
        self.icon.set_icon(icon, tone)
        if words != self.state.text():
            self.state.setText(words)
            access.announce(self, words)
