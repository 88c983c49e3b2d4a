"""The other way in: the recovery code and a new passphrase; built only when a worker asks for it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from ui import access
from ui.parts.buttons import Button
from ui.parts.card import Card
from ui.parts.entry_field import EntryField
from ui.parts.error_summary import ErrorSummary
from ui.parts.labels import PlainLabel

WHAT_IT_DOES = (
    "Your recovery code is the one you wrote down when you set up Heard. It opens what is on this laptop, and you "
    "choose a new passphrase. Nothing is removed."
)


class RecoveryPanel(Card):
    """`given` is the code as typed and the new passphrase; `left` is the way back to the passphrase."""

    given = Signal(str, str)
    left = Signal()

    def __init__(self, find_weakness: Callable[[str], str | None] | None, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._find_weakness = find_weakness
        self._is_busy = False
        self.body.setContentsMargins(28, 24, 28, 22)
        self.body.setSpacing(14)
        self.summary = ErrorSummary()
        self.add(self.summary)
        self.add(PlainLabel("Use your recovery code", "h1"))
        self.add(PlainLabel(WHAT_IT_DOES, "body", leading=1.4))
        self.code = EntryField(
            "Recovery &code", "unlock.recovery_code", hint="Seven groups of four. Small letters and spaces are fine."
        )
        self.new = EntryField(
            "&New passphrase", "unlock.new_passphrase", hint="At least 12 characters, or four words.", secret=True
        )
        self.again = EntryField("New passphrase &again", "unlock.new_passphrase_again", secret=True)
        self.fields = (self.code, self.new, self.again)
        for field, after in zip(self.fields, (self.new, self.again, None), strict=True):
            field.entered.connect(lambda after=after: self._go_on(after))
            self.add(field)
        self.status = PlainLabel("", "small")
        self.status.setObjectName("unlock.recovery_status")
        self.add(self.status)
        row = QHBoxLayout()
        row.setSpacing(12)
        self.open = Button("Open with my code", "", "primary")
        access.describe(self.open, "Open with my code", key="unlock.recover")
        self.open.clicked.connect(self.submit)
        row.addWidget(self.open)
        back = Button("Back to my passphrase", "", "quiet")
        access.describe(back, "Back to my passphrase", key="unlock.use_passphrase")
        back.clicked.connect(self.left)
        row.addWidget(back)
        row.addStretch(1)
        self.add(row)

    def submit(self) -> None:
        """Give code and passphrase on, or say what is still missing."""
        if self._is_busy:
            return
        problems = self._problems()
        for field in self.fields:
            field.show_problem(next((words for words, each in problems if each is field), ""))
        self.summary.show_problems([(words, field) for words, field in problems], "Nothing has been changed.")
        if not problems:
            self.code.setFocus(Qt.FocusReason.OtherFocusReason)
            self.given.emit(self.code.text(), self.new.text())

    def set_busy(self, busy: bool) -> None:
        """Take nothing twice; the cursor stays where it is."""
        self._is_busy = busy
        for field in self.fields:
            field.set_busy(busy)
        self.open.setEnabled(not busy)

    def clear(self) -> None:
        """Empty every field and take the problems away."""
        for field in self.fields:
            field.clear()
        self.summary.clear()
        self.status.setText("")

    def _go_on(self, after: EntryField | None) -> None:
        if after is None or after.text():
            self.submit()
        else:
            after.setFocus(Qt.FocusReason.OtherFocusReason)

    def _problems(self) -> list[tuple[str, EntryField]]:
        problems: list[tuple[str, EntryField]] = []
        if not self.code.text().strip():
            problems.append(("Type your recovery code", self.code))
        weakness = self._find_weakness(self.new.text()) if self._find_weakness and self.new.text() else None
        if not self.new.text():
            problems.append(("Choose a new passphrase", self.new))
        elif weakness:
            problems.append((weakness, self.new))
        elif self.new.text() != self.again.text():
            problems.append(("The two passphrases are not the same", self.again))
        return problems
