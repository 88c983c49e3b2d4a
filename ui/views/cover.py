"""Asking for cover: a worker who must see a child not assigned to them says why, and is let in for 24 hours."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget
from shiboken6 import isValid

from models.errors import Trouble
from models.moments import read_moment
from ui import access
from ui.link import Link, Navigator
from ui.parts.entry_field import EntryField
from ui.parts.entry_form import EntryForm, Problem
from ui.parts.scroll_page import ScrollPage
from ui.theme import Theme

WORDS = (
    "For an emergency, or when you are on duty. You see the child’s record for 24 hours; then it leaves this laptop by "
    "itself. Your name and your reason stay in the child’s record, where their team sees them. You need to be online."
)
NOTHING_YET = "Nothing has been asked yet. What you typed is still here."
LONGEST_REASON = 1000
KEPT_CHILD, KEPT_REASON = "cover.child", "cover.reason"
"""What was typed and not asked yet is kept in the vault, so that neither a lock nor a lost line loses it."""


class CoverPage(QWidget):
    """Arguments: ``code`` is the child's number where it is known, ``name`` who they are."""

    page_key = "cover"

    def __init__(self, link: Link, navigator: Navigator, look: Theme) -> None:
        super().__init__()
        del look
        self.setObjectName("page.cover")
        self._link, self._navigator = link, navigator
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        scroll = ScrollPage()
        whole.addWidget(scroll)
        self.form = CoverForm()
        self.form.accepted.connect(self._ask)
        scroll.body.addWidget(self.form)
        scroll.body.addStretch(1)

    def page_title(self) -> str:
        """The title a screen reader says."""
        return "Ask for cover"

    def opened(self, code: str = "", name: str = "", **_more: Any) -> None:
        """Begin with the child asked for, else with what was typed before and not asked."""
        self.form.clear()
        casebook = self._link.casebook
        kept = casebook.remembered(KEPT_CHILD)
        self.form.child.line.setText(code or kept)
        if not code or code == kept:
            self.form.reason.line.setText(casebook.remembered(KEPT_REASON))
        self.form.child.set_hint(f"This is the number of {name}." if name and code else CoverForm.hint)
        self.form.begin()

    def leave(self) -> None:
        """Keep what was typed."""
        self._keep(*self.form.answers())

    def _keep(self, child: str, reason: str) -> None:
        self._link.casebook.remember(KEPT_CHILD, child)
        self._link.casebook.remember(KEPT_REASON, reason)

    def _ask(self) -> None:
        child, reason = self.form.answers()
        self._keep(child, reason)
        self.form.show_busy("Asking the council. This takes a moment.")
        self._link.wait(self._link.ask_for_cover(child, reason), self._granted, self._failed)

    def _granted(self, until_at: str) -> None:
        self._keep("", "")
        if isValid(self):
            self.form.show_busy("")
            self.form.clear()
        self._navigator.toast(f"You may see this child until {self._until(until_at)}. It is being copied here.")
        self._navigator.open("children")

    def _until(self, until_at: str) -> str:
        until, now = read_moment(until_at), self._link.casebook.clock.now()
        if until is None:
            return "it ends by itself"
        days = {now.astimezone().date(): "today", (now + timedelta(days=1)).astimezone().date(): "tomorrow"}
        local = until.astimezone()
        return f"{local:%H:%M} {days.get(local.date(), f'on {local.day} {local:%B}')}"

    def _failed(self, trouble: Trouble) -> None:
        if isValid(self):
            self.form.show_trouble(trouble.title, trouble.message or NOTHING_YET, trouble.help)
        else:
            self._navigator.toast(f"{trouble.title}. {trouble.message}")


class CoverForm(EntryForm):
    """Which child, and why."""

    note = NOTHING_YET
    hint = "The council’s own number for the child, as the duty desk knows it."

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Ask for cover for 24 hours", WORDS, "Ask for cover", "cover", parent)
        access.describe(self.main, "Ask for cover", key="cover.ask")
        self.child = self.add_field(EntryField("&Number of the child", "cover.child", hint=self.hint))
        hint = "One or two sentences. They are kept in the child’s record."
        self.reason = self.add_field(EntryField("&Why you must see this child", "cover.reason", hint=hint))

    def clear(self) -> None:
        """Begin anew."""
        self.trouble.hide()
        self.summary.clear()
        for field in self.fields:
            field.clear()

    def answers(self) -> tuple[str, str]:
        """The child's number, and the reason."""
        return " ".join(self.child.text().split()), self.reason.text().strip()

    def problems(self) -> list[Problem]:
        """Return which is missing, or too long."""
        found = []
        if not self.child.text().strip():
            found.append(Problem(self.child, "Type the number of the child"))
        reason = self.reason.text().strip()
        if not reason:
            found.append(Problem(self.reason, "Say why you must see this child"))
        elif len(reason) > LONGEST_REASON:
            found.append(Problem(self.reason, f"Say it in up to {LONGEST_REASON:,} letters"))
        return found
