"""Checking a child's words back with them: read aloud, then right, changed, or not now (seed 001)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from models.aloud import as_pieces
from models.entry import Edit, Entry
from models.errors import Trouble
from models.wording import Spoken
from ui import access, messages, style, text_boxes
from ui.autosave import Autosave, How
from ui.link import Link, Navigator
from ui.parts.buttons import Button
from ui.parts.flow import FlowLayout
from ui.parts.labels import PlainLabel
from ui.parts.read_button import ReadButton
from ui.parts.surface import Surface
from ui.parts.voice_quote import VoiceQuote
from ui.views.child_facts import body_of

RESULT, DAY, CORRECTION = "checked_back_result", "checked_back_on", "child_correction"


class CheckBack(Surface):
    """Asks about one saying. `settled` when it is answered and its form may go."""

    settled = Signal()

    def __init__(
        self, link: Link, navigator: Navigator, said: Entry, child: Spoken, parent: QWidget | None = None
    ) -> None:
        super().__init__("well", parent)
        self._link, self._navigator, self._said, self._child = link, navigator, said, child
        self._autosave: Autosave | None = None
        self.box: text_boxes.TextBox | None = None
        self.setObjectName("check_back")
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(8)
        self.question = PlainLabel(f"Read these words to {child.name}. Are they right?", "h3", self)
        column.addWidget(self.question)
        # Large, for the laptop that is turned round; it is all there is where nothing can read aloud.
        self.words = VoiceQuote(str(said.body.get("words") or ""), self, role="knock_line")
        self.words.setObjectName("check_back.words")
        column.addWidget(self.words)
        answers = FlowLayout(across=8, down=6)
        self.read = ReadButton(link.speech, self._pieces, "check_back.read", self)
        answers.addWidget(self.read)
        self.right = self._answer("Right", "check", "right")
        self.changed = self._answer(f"{child.name} changed them", "pencil", "changed")
        self.not_now = self._answer("Not now", "", "not_now")
        for button in (self.right, self.changed, self.not_now):
            answers.addWidget(button)
        column.addLayout(answers)
        self._column = column

    def _pieces(self) -> list[str]:
        return as_pieces([self.words.words()], body_of(self._link.casebook, self._said.scope_id))

    def _answer(self, words: str, icon: str, code: str) -> Button:
        button = Button(words, icon, parent=self)
        access.describe(button, words, key=f"own_words.{RESULT}.{code}")
        button.clicked.connect(lambda: self._settle(code))
        return button

    def _make_correction(self) -> QWidget:
        """What is asked once the words are not right; mostly they are, and it is never made."""
        part = QWidget(self)
        column = QVBoxLayout(part)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(6)
        label = PlainLabel(f"What {self._child.name} changed, exactly as told", "h3", part)
        column.addWidget(label)
        column.addWidget(PlainLabel("The first words stay as they were. Both are kept.", "small", part))
        self.box = box = text_boxes.TextBox(part, lines=2, quoted=True)
        text_boxes.mark_voice(box, is_childs=True)
        access.describe(box, f"What {self._child.name} changed", key=f"own_words.{CORRECTION}")
        label.setBuddy(box)
        box.set_plain(str(self._said.body.get(CORRECTION) or ""))
        box.textChanged.connect(self._typed)
        column.addWidget(box)
        self.state = PlainLabel("", "small", part)
        self.state.setObjectName("check_back.state")
        column.addWidget(self.state)
        self.done = Button("Done", "check", parent=part)
        access.describe(self.done, "Done", key="check_back.done")
        self.done.clicked.connect(self._finish)
        column.addWidget(self.done, 0, Qt.AlignmentFlag.AlignLeft)
        return part

    def start(self) -> None:
        """Take the focus."""
        self.right.setFocus(Qt.FocusReason.TabFocusReason)

    def begin_changed(self) -> None:
        """Take it as answered that the words are not right, and ask for the right ones."""
        self._settle("changed")

    def is_busy(self) -> bool:
        """Whether something is typed here; the card must then not be redrawn."""
        return self._autosave is not None

    def leave(self) -> None:
        """Hand over what is typed."""
        if self._autosave is not None:
            self._autosave.flush()

    # ---- the answer ----------------------------------------------------------------------------------------------

    def _settle(self, code: str) -> None:
        before = {name: self._said.body.get(name) for name in (RESULT, DAY)}
        today = self._link.casebook.clock.today().isoformat()
        # "Not now" is no checking back, so it has no day.
        after: dict[str, Any] = {RESULT: code, DAY: None if code == "not_now" else today}
        if code == "changed":
            self._link.wait(self._save(before, after), self._ask_what, self._tell)
        else:
            words = (
                f"Checked back with {self._child.name}" if code == "right" else f"Ask {self._child.name} another day"
            )
            self._link.wait(self._save(before, after), lambda _saved: self._told(words, before, after), self._tell)

    def _save(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> Any:
        edits = {name: Edit(before[name], after[name]) for name in before}
        return self._link.casebook.save(self._said.draft(), edits)

    def _told(self, words: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
        link, navigator, said = self._link, self._navigator, self._said
        link.cut(said.record_id)

        def undo() -> None:
            edits = {name: Edit(after[name], before[name]) for name in before}
            saved = link.casebook.save(said.draft(), edits)
            link.wait(saved, lambda _saved: link.cut(said.record_id))

        navigator.toast(words, undo)
        self.settled.emit()

    def _ask_what(self, _saved: object) -> None:
        entry = self._link.casebook.entry(self._said.record_id) or self._said
        self._autosave = Autosave(
            self._link, entry.draft(), {CORRECTION: entry.body.get(CORRECTION, "")}, exists=True, asked_by="check_back"
        )
        self._autosave.state_changed.connect(self._show_state)
        self.read.want(False)
        for button in (self.right, self.changed, self.not_now):
            button.hide()
        self.question.setText(f"{self._child.name} changed these words.")
        correction = self._make_correction()
        self._column.addWidget(correction)
        correction.show()
        assert self.box is not None
        self.box.setFocus(Qt.FocusReason.OtherFocusReason)

    def _typed(self) -> None:
        if self._autosave is not None and self.box is not None:
            self._autosave.edit(CORRECTION, self.box.plain())

    def _show_state(self, state: Any) -> None:
        if state.how is How.TROUBLE and state.trouble is not None:
            self.state.setText(f"Not saved yet. {state.trouble.title}. Heard keeps trying.")
        elif state.how is How.SAVED and state.at is not None:
            self.state.setText(f"Saved on this laptop {state.at.astimezone():%H:%M:%S}")
        style.mark(self.state, tone="danger" if state.how is How.TROUBLE else "")

    def _finish(self) -> None:
        autosave, link, said = self._autosave, self._link, self._said
        if autosave is None:
            return

        def done() -> None:
            link.cut(said.record_id)
            self._autosave = None
            autosave.close()
            self._navigator.toast(f"Checked back with {self._child.name}")
            self.settled.emit()

        autosave.when_clean(done)

    def _tell(self, trouble: Trouble) -> None:
        messages.tell_trouble(self, trouble)
