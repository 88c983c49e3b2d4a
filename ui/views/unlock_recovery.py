"""The other way in: the recovery code and a new passphrase; built only when a worker asks for it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from ui import access
from ui.parts.entry_field import EntryField
from ui.parts.entry_form import EntryForm, Problem, pair_problems

WHAT_IT_DOES = (
    "Your recovery code is the one you wrote down when you set up Heard. It opens what is on this laptop, and you "
    "choose a new passphrase. Nothing is removed."
)


class RecoveryPanel(EntryForm):
    """`accepted` when code and new passphrase may be tried; `left` is the way back to the passphrase."""

    left = Signal()

    def __init__(self, find_weakness: Callable[[str], str | None] | None, parent: QWidget | None = None) -> None:
        super().__init__("Use your recovery code", WHAT_IT_DOES, "Open with my code", "unlock.recovery", parent)
        self._find_weakness = find_weakness
        hint = "Seven groups of four. Small letters and spaces are fine."
        self.code = self.add_field(EntryField("Recovery &code", "unlock.recovery_code", hint=hint))
        hint = "At least 12 characters, or four words."
        self.new = self.add_field(EntryField("&New passphrase", "unlock.new_passphrase", hint=hint, secret=True))
        self.again = self.add_field(EntryField("New passphrase &again", "unlock.new_passphrase_again", secret=True))
        access.describe(self.main, "Open with my code", key="unlock.recover")
        self.back = self.add_quiet("Back to my passphrase", "unlock.use_passphrase")
        self.back.clicked.connect(self.left)

    def problems(self) -> list[Problem]:
        """Return what is missing or does not match."""
        found = [] if self.code.text().strip() else [Problem(self.code, "Type your recovery code")]
        weakness = self._find_weakness(self.new.text()) if self._find_weakness and self.new.text() else None
        return found + pair_problems(self.new, self.again, weakness, "new passphrase")
