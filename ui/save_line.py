"""The line under a title that says when the page was last saved on this laptop, or why it is not yet."""

from __future__ import annotations

from datetime import date, datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from models.dates_typed import mid_sentence
from models.errors import NotAllowed
from models.moments import day_and_time
from ui import access
from ui.autosave import How, SaveState
from ui.parts.buttons import Button
from ui.parts.icon_label import IconLabel
from ui.parts.labels import PlainLabel

NEW = "Heard saves as you type"
SAVING = "Not saved yet. Saving…"


def words_of(state: SaveState) -> str:
    """What the line says. "Saved" is said only of what is on the disk."""
    if state.how is How.TROUBLE and state.trouble is not None:
        trouble = state.trouble
        again = "" if isinstance(trouble, NotAllowed) else " Heard tries again by itself."
        return f"Not saved yet. {trouble.title.rstrip('.')}.{again}"
    if state.how is How.SAVING:
        return SAVING
    if state.at is not None:
        return f"Saved on this laptop {state.at.astimezone():%H:%M:%S}"
    return NEW


class SaveLine(QWidget):
    """Say `show_state` whatever an Autosave says. `copy_asked` is for text that may no longer be saved here."""

    copy_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(7)
        self.icon = IconLabel("circle-check", "ok", 17)
        row.addWidget(self.icon, 0, Qt.AlignmentFlag.AlignVCenter)
        self.words = PlainLabel(NEW, "small", wrap=False, elided=True)
        self.words.setObjectName("save_line")
        row.addWidget(self.words, 1)
        self.copy = Button("Copy what is not saved", kind="link")
        self.copy.clicked.connect(self.copy_asked)
        self.copy.hide()
        row.addWidget(self.copy)
        self._how = How.NEW
        self.show_state(SaveState())

    def text(self) -> str:
        """What the line says."""
        return self.words.text()

    def show_state(self, state: SaveState) -> None:
        """Say how the page stands with saving; a trouble is also said aloud, once."""
        self.words.setText(words_of(state))
        is_trouble = state.how is How.TROUBLE
        self.icon.setVisible(state.how is not How.NEW)
        self.icon.set_icon(
            *{How.TROUBLE: ("triangle-alert", "warn"), How.SAVING: ("refresh-cw", "info")}.get(
                state.how, ("circle-check", "ok")
            )
        )
        self.words.set_tone("warn" if is_trouble else "")
        self.copy.setVisible(is_trouble and isinstance(state.trouble, NotAllowed))
        if state.how is not self._how and state.how in (How.TROUBLE, How.SAVED):
            if is_trouble or self._how is not How.SAVED:
                access.announce(self, self.words.text(), at_once=is_trouble)
            self._how = state.how

    def show_changed(self, at: datetime | None, today: date) -> None:
        """Say when a record that is opened again was last changed; the time alone would sound like today."""
        if at is not None:
            self.say(f"Last changed {mid_sentence(day_and_time(at, today))}")

    def say(self, words: str, icon: str = "circle-check", tint: str = "ok") -> None:
        """Say something that stays, as on a finished page."""
        self.words.setText(words)
        self.words.set_tone("")
        self.icon.set_icon(icon, tint)
        self.icon.show()
        self.copy.hide()
