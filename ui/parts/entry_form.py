"""A few questions on a card with one main button, which says what is missing before it gives anything on."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui import access
from ui.parts.buttons import Button
from ui.parts.card import Card
from ui.parts.entry_field import CAPS_LOCK, EntryField
from ui.parts.error_summary import ErrorSummary
from ui.parts.labels import PlainLabel
from ui.parts.trouble_box import TroubleBox


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a field: ``words`` stand at the field, ``link`` (or the words again) in the summary."""

    field: EntryField
    words: str
    link: str = ""


class EntryForm(Card):
    """Put more into ``middle``; `accepted` when the main button or Enter found no problem.

    ``note`` says under a summary of problems what is safe.
    """

    accepted = Signal()
    note = "Nothing has been changed."

    def __init__(self, heading: str, words: str, main: str, key: str, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.fields: list[EntryField] = []
        self._is_busy = False
        self.body.setContentsMargins(28, 22, 28, 22)
        self.body.setSpacing(14)
        self.trouble = TroubleBox(f"{key}.trouble")
        self.summary = ErrorSummary()
        self.summary.setObjectName(f"{key}.summary")
        self.heading = PlainLabel(heading, "h1")
        self.add(self.trouble)
        self.add(self.summary)
        self.add(self.heading)
        self.words = PlainLabel(words, "body", leading=1.4)
        self.add(self.words)
        self.words.setVisible(bool(words))
        self.middle = QVBoxLayout()
        self.middle.setSpacing(14)
        self.add(self.middle)
        self.status = PlainLabel("", "small")
        self.status.setObjectName(f"{key}.status")
        self.add(self.status)
        self.buttons = QHBoxLayout()
        self.buttons.setSpacing(12)
        self.main = Button(main, "", "primary")
        self.main.clicked.connect(self.submit)
        self.buttons.addWidget(self.main)
        self.buttons.addStretch(1)
        self.add(self.buttons)

    def add_field(self, field: EntryField) -> EntryField:
        """Add a question; Enter in it goes to the next empty one, or submits."""
        self.fields.append(field)
        field.entered.connect(lambda: self._go_on(field))
        field.caps_lock_seen.connect(self._show_caps_lock)
        self.middle.addWidget(field)
        return field

    def add_quiet(self, words: str, key: str, icon: str = "") -> Button:
        """Add a lesser way on beside the main button, and return it."""
        button = Button(words, icon, "quiet")
        access.describe(button, words, key=key)
        self.buttons.insertWidget(self.buttons.count() - 1, button)
        return button

    def problems(self) -> list[Problem]:
        """Return what stands in the way; a form with questions says its own."""
        return []

    def begin(self) -> None:
        """Put the cursor where this form begins."""
        first = self.fields[0].line if self.fields else self.main
        first.setFocus(Qt.FocusReason.OtherFocusReason)

    def submit(self) -> None:
        """Give what was typed on, or say what is still missing."""
        if self._is_busy:
            return
        found = self.problems()
        self.trouble.hide()
        for field in self.fields:
            field.show_problem(next((each.words for each in found if each.field is field), ""))
        self.summary.show_problems([(each.link or each.words, each.field) for each in found], self.note)
        if not found:
            self.accepted.emit()

    def show_busy(self, words: str) -> None:
        """Say what Heard is doing and take nothing twice; the cursor stays. "" takes things again."""
        self._is_busy = bool(words)
        if self._is_busy and self.main.hasFocus():
            self.begin()
        for field in self.fields:
            field.set_busy(self._is_busy)
        self.main.setEnabled(not self._is_busy)
        self._say(words)

    def show_trouble(self, title: str, message: str, help: str) -> None:  # noqa: A002 - as in models.errors.Trouble
        """Tell one of the world's faults at the top; the focus goes there. What was typed stays."""
        self.show_busy("")
        self.summary.clear()
        self.trouble.show_trouble(title, message, help)
        self.trouble.setFocus(Qt.FocusReason.OtherFocusReason)

    def clear(self) -> None:
        """Empty every field and take problems and troubles away."""
        for field in self.fields:
            field.clear()
        self.summary.clear()
        self.trouble.hide()
        self.status.setText("")

    def _go_on(self, field: EntryField) -> None:
        later = self.fields[self.fields.index(field) + 1 :]
        empty = next((each for each in later if not each.text() and each.isVisible()), None)
        if empty is None:
            self.submit()
        else:
            empty.setFocus(Qt.FocusReason.TabFocusReason)

    def _say(self, words: str) -> None:
        self.status.setText(words)
        if words:
            access.announce(self, words)

    def _show_caps_lock(self, is_on: bool) -> None:
        if is_on and not self.status.text():
            self._say(CAPS_LOCK)
        elif not is_on and self.status.text() == CAPS_LOCK:
            self.status.setText("")


def pair_problems(first: EntryField, again: EntryField, weakness: str | None, what: str) -> list[Problem]:
    """Return what is wrong with a new secret typed twice; ``what`` is "passphrase" or "PIN"."""
    if not first.text():
        return [Problem(first, f"Choose a {what}")]
    if weakness:
        return [Problem(first, weakness, f"Choose another {what}")]
    if first.text() != again.text():
        return [Problem(again, f"Type the same {what} again", f"The second {what} is not the same as the first")]
    return []
