"""Asking a child again who chose not to take part: the day has come, and one press says how it went."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QVBoxLayout, QWidget

from models.asking_again import ONLY_IF_ASKED, TOOK_PART, answered
from models.entry import Entry, Saved
from models.errors import Trouble
from models.wording import Spoken
from ui import access, messages
from ui.link import Link, Navigator
from ui.parts.buttons import Button
from ui.parts.flow import FlowLayout
from ui.parts.labels import PlainLabel
from ui.parts.surface import Surface

FINISH_AFTER_MS = 20_000
"""So long it may be taken back; what is finished never changes."""


class AskAgain(Surface):
    """Stands above a record of not taking part whose day has come.

    An answer is written beside it, as an addendum; where the child chose not to again, as a new record that names it.
    """

    def __init__(self, link: Link, navigator: Navigator, entry: Entry, child: Spoken, parent: QWidget) -> None:
        super().__init__("banner", parent, tone="info")
        self._link, self._navigator, self._entry, self._child = link, navigator, entry, child
        self.setObjectName("ask_again")
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 14)
        column.setSpacing(8)
        column.addWidget(PlainLabel(f"It is time to ask {child.name} again. How did it go?", "h3", self))
        column.addWidget(PlainLabel(f"Whatever {child.they} {_say(child)} is right. Today stops asking then.", "small"))
        answers = FlowLayout(across=8, down=6)
        self.took_part = self._answer(f"{child.name} took part", "check", TOOK_PART)
        self.took_part.clicked.connect(lambda: self._write(TOOK_PART, f"Written down: {child.name} took part"))
        self.not_this_time = self._answer("Chose not to again", "hand", "not_this_time")
        self.not_this_time.clicked.connect(self._not_this_time)
        self.only_if = self._answer(f"Only if {child.name} asks", "ear", ONLY_IF_ASKED)
        self.only_if.clicked.connect(lambda: self._write(ONLY_IF_ASKED, "Written down. Heard does not ask any more"))
        for button in (self.took_part, self.not_this_time, self.only_if):
            answers.addWidget(button)
        column.addLayout(answers)

    def _answer(self, words: str, icon: str, code: str) -> Button:
        button = Button(words, icon, parent=self)
        access.describe(button, words, key=f"ask_again.{code}")
        return button

    def _not_this_time(self) -> None:
        about = {"scope_id": self._entry.scope_id, "about_id": self._entry.record_id}
        self._navigator.open("not_taking_part", **about)

    def _write(self, outcome: str, words: str) -> None:
        link, navigator, casebook = self._link, self._navigator, self._link.casebook
        draft, edits = answered(casebook, self._entry, outcome, self._child)
        for button in (self.took_part, self.not_this_time, self.only_if):
            button.setEnabled(False)
        finishing = QTimer(link)
        finishing.setSingleShot(True)

        def tell(trouble: Trouble) -> None:
            navigator.toast(f"{trouble.title}. {trouble.message}")

        def finish() -> None:
            finishing.deleteLater()
            # In a vault locked by then it stays unfinished; what it says stands all the same, and Today counts it.
            link.wait(casebook.finish(draft.record_id), failed=lambda _trouble: None)

        def undo() -> None:
            finishing.stop()
            link.wait(casebook.delete(draft.record_id), lambda _entry: navigator.toast("Taken back"), tell)

        def saved(_saved: Saved) -> None:
            finishing.timeout.connect(finish)
            finishing.start(FINISH_AFTER_MS)
            navigator.back()
            navigator.toast(words, undo)

        def failed(trouble: Trouble) -> None:
            for button in (self.took_part, self.not_this_time, self.only_if):
                button.setEnabled(True)
            messages.tell_trouble(self, trouble)

        link.wait(casebook.save(draft, edits), saved, failed)


def _say(child: Spoken) -> str:
    return "say" if child.is_plural else "says"
