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
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(7)
        self._icon: IconLabel | None = None
        self.words = PlainLabel(NEW, "small", self, wrap=False, elided=True)
        self.words.setObjectName("save_line")
        self._row.addWidget(self.words, 1)
        self._copy: Button | None = None
        self._how = How.NEW

    def text(self) -> str:
        """What the line says."""
        return self.words.text()

    def show_state(self, state: SaveState) -> None:
        """Say how the page stands with saving; a trouble is also said aloud, once."""
        self.words.setText(words_of(state))
        is_trouble = state.how is How.TROUBLE
        if state.how is How.NEW:
            self._hide_icon()
        else:
            icons = {How.TROUBLE: ("triangle-alert", "warn"), How.SAVING: ("refresh-cw", "info")}
            self._show_icon(*icons.get(state.how, ("circle-check", "ok")))
        self.words.set_tone("warn" if is_trouble else "")
        self._offer_copy(is_trouble and isinstance(state.trouble, NotAllowed))
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
        self._show_icon(icon, tint)
        self._offer_copy(False)

    # ---- what stands beside the words, made when it is first wanted --------------------------------------------------

    def _show_icon(self, icon: str, tint: str) -> None:
        if self._icon is None:
            self._icon = IconLabel(icon, tint, 17, self)
            self._row.insertWidget(0, self._icon, 0, Qt.AlignmentFlag.AlignVCenter)
        self._icon.set_icon(icon, tint)
        if self._icon.isHidden():
            self._icon.show()

    def _hide_icon(self) -> None:
        if self._icon is not None:
            self._icon.hide()

    def _offer_copy(self, is_offered: bool) -> None:
        if self._copy is None and is_offered:
            self._copy = Button("Copy what is not saved", kind="link", parent=self)
            self._copy.setObjectName("save_line.copy")
            self._copy.clicked.connect(self.copy_asked)
            self._row.addWidget(self._copy)
        if self._copy is not None:
            self._copy.setVisible(is_offered)
