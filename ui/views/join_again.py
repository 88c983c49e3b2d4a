"""Joining again: a laptop that was copied or put back gets a new name at the council, and keeps everything on it."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget
from shiboken6 import isValid

from models.errors import Trouble
from ui import access
from ui.link import Link, Navigator
from ui.parts.entry_field import EntryField
from ui.parts.entry_form import EntryForm, Problem
from ui.parts.scroll_page import ScrollPage
from ui.theme import Theme

WORDS = (
    "Heard has met two laptops that are copies of one another, or that used the same name. Everything written on both "
    "is kept. Ask your council for a one-time code, and tell them if you do not know of another laptop. You need to be "
    "online for this, only once."
)
DONE = "This laptop has joined again. Everything is still here."
NOTHING_YET = "Everything on this laptop is safe, and what you typed is still here."


class JoinAgainPage(QWidget):
    """Reached from the banner of Sync and saved."""

    page_key = "join_again"

    def __init__(self, link: Link, navigator: Navigator, look: Theme) -> None:
        super().__init__()
        del look
        self.setObjectName("page.join_again")
        self._link, self._navigator = link, navigator
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        scroll = ScrollPage()
        whole.addWidget(scroll)
        self.form = JoinAgainForm()
        self.form.accepted.connect(self._join)
        scroll.body.addWidget(self.form)
        scroll.body.addStretch(1)

    def page_title(self) -> str:
        """The title a screen reader says."""
        return "Join again"

    def opened(self, **_arguments: Any) -> None:
        """Begin with empty questions."""
        self.form.clear()
        self.form.begin()

    def _join(self) -> None:
        self.form.show_busy("Joining again. This takes a moment.")
        self._link.wait(self._link.join_again(*self.form.answers()), self._done, self._failed)

    def _done(self, _identity: Any) -> None:
        self._navigator.toast(DONE)
        if isValid(self):
            self.form.show_busy("")
            self.form.clear()
            self._navigator.open("sync")

    def _failed(self, trouble: Trouble) -> None:
        if isValid(self):
            self.form.show_trouble(trouble.title, trouble.message or NOTHING_YET, trouble.help)
        else:
            self._navigator.toast(f"{trouble.title}. {trouble.message}")


class JoinAgainForm(EntryForm):
    """The three things the council asks for."""

    note = NOTHING_YET

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("This laptop has to join again", WORDS, "Join again", "join_again", parent)
        access.describe(self.main, "Join again", key="join_again.join")
        self.code = self.add_field(EntryField("One-time &code", "join_again.code"))
        self.sign_in_name = self.add_field(EntryField("Sign-in &name", "join_again.sign_in_name"))
        hint = "The one for your council’s server, not your passphrase."
        self.password = self.add_field(EntryField("Pass&word", "join_again.password", hint=hint, secret=True))

    def answers(self) -> tuple[str, str, str]:
        """One-time code, sign-in name and password."""
        return self.code.text().strip(), self.sign_in_name.text().strip(), self.password.text()

    def problems(self) -> list[Problem]:
        """Return which of the three is missing."""
        wanted = {
            self.code: "Type the one-time code",
            self.sign_in_name: "Type your sign-in name",
            self.password: "Type your password for the council’s server",
        }
        return [Problem(field, words) for field, words in wanted.items() if not field.text().strip()]
