"""Changing the screen PIN or the passphrase: as it is now, then the new one twice; slow work runs beside the screen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from models.errors import Trouble
from ui import access, messages, style
from ui.link import Link, Navigator
from ui.parts.entry_field import EntryField
from ui.parts.entry_form import EntryForm, Problem, pair_problems
from ui.tasks import in_background

STANDS_ALONE = (
    "This laptop has no password store that Heard can use. Your passphrase alone keeps what is here closed, so a long "
    "one matters more than usual."
)


@dataclass(frozen=True, slots=True)
class Secret:
    """Which secret, and what is said of it. ``change`` takes old and new, and raises Trouble."""

    key: str
    what: str
    heading: str
    words: str
    hint: str
    busy: str
    done: str
    change: Callable[[str, str], Any]
    find_weakness: Callable[[str], str | None]


class SecretForm(EntryForm):
    """Hidden until asked for. `closed` when it is done with, changed or not."""

    closed = Signal()

    def __init__(self, secret: Secret, link: Link, navigator: Navigator, parent: QWidget | None = None) -> None:
        key = f"settings.{secret.key}"
        super().__init__(secret.heading, secret.words, "Change it", key, parent)
        self._secret, self._link, self._navigator = secret, link, navigator
        self.note = f"Your {secret.what} has not been changed."
        self.setObjectName(f"{key}.form")
        self.setAccessibleName(secret.heading)
        style.mark(self.heading, kind="h2")
        self.body.setContentsMargins(16, 14, 16, 14)
        self.body.setSpacing(12)
        self.middle.setSpacing(12)
        what = secret.what
        self.old = self.add_field(EntryField(f"Your {what} &now", f"{key}.old", secret=True))
        self.new = self.add_field(EntryField(f"New &{what}", f"{key}.new", hint=secret.hint, secret=True))
        self.again = self.add_field(EntryField(f"New {what} a&gain", f"{key}.again", secret=True))
        access.describe(self.main, f"Change {what}", key=f"{key}.change")
        self.add_quiet("Leave it as it is", f"{key}.leave").clicked.connect(self.close_form)
        self.accepted.connect(self._change)
        self.hide()

    def open_form(self) -> None:
        """Show the questions, empty, with the cursor in the first."""
        self.clear()
        self.show()
        self.begin()

    def close_form(self) -> None:
        """Take the questions away, and what was typed with them."""
        if self._is_busy:
            return
        self.clear()
        self.hide()
        self.closed.emit()

    def problems(self) -> list[Problem]:
        """Return what is missing, what is weak, or that the second is not the same."""
        found = [] if self.old.text() else [Problem(self.old, f"Type your {self._secret.what} as it is now")]
        weakness = self._secret.find_weakness(self.new.text()) if self.new.text() else None
        return found + pair_problems(self.new, self.again, weakness, self._secret.what)

    def _change(self) -> None:
        old, new = self.old.text(), self.new.text()
        self.show_busy(self._secret.busy)
        change = self._secret.change
        self._link.wait(in_background(lambda: change(old, new), "change-secret"), self._done, self._failed)

    def _done(self, facts: Any) -> None:
        self._navigator.toast(self._secret.done)
        # The page may have been left, and deleted, while the work was done.
        if not isValid(self):
            return
        self.show_busy("")
        self.close_form()
        if not getattr(facts, "has_device_secret", True):
            messages.tell(self, "Your passphrase stands alone", STANDS_ALONE)

    def _failed(self, trouble: Trouble) -> None:
        if not isValid(self):
            self._navigator.toast(f"{trouble.title}. {self.note}")
            return
        self.show_trouble(trouble.title, trouble.message or self.note, trouble.help)
