"""The answer to a child, with the laptop turned round: in plain words or pictures, read aloud, told, asked about.

"You said, we did" (seed 000), told in a way this child can take it in (seed 001, wish 1).
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from models.aloud import as_pieces
from models.changes import Changes
from models.documents import letter, picture_letter, shelf
from models.documents.document import Document, texts
from models.entry import Edit, Entry
from models.errors import Trouble
from models.loop import TO_TELL, TOLD, Answer
from models.me_page import wants_pictures as asks_for_pictures
from models.what_i_said import wants_pictures as is_young
from models.wording import Spoken
from ui import access, actions, messages
from ui.link import Link, Navigator, touches
from ui.parts.answer_tiles import AnswerTiles
from ui.parts.buttons import Button
from ui.parts.choice_row import ChoiceRow
from ui.parts.divider import Divider
from ui.parts.empty_state import EmptyState
from ui.parts.labels import PlainLabel
from ui.theme import Theme
from ui.views.child_facts import body_of
from ui.views.letter_reading import drawn
from ui.views.loop_reading import read_answers
from ui.views.turned_page import TurnedPage

HAPPY = "happy_with_answer"
_TYPES = ("promise", "own_words", "child", "communication_preferences")
SHORT_ANSWERS = 420
"""One word each: they stay side by side where longer ones would not, and leave the letter its room."""
_WIDEST, _WIDEST_IN_PICTURES = 900, 1150


class AnswerLetterPage(TurnedPage):
    """Arguments: ``scope_id``, and ``record_id`` of a promise or "" for all of a child's; ``in_pictures`` or as asked.

    With one promise, the child can be told with it, and say whether they are content.
    """

    page_key = "answer_letter"

    def __init__(self, link: Link, navigator: Navigator, theme: Theme) -> None:
        super().__init__(link, navigator, "", spacing=12)
        self._theme = theme
        self._record_id = ""
        self._in_pictures = False
        self._document: Document | None = None
        self._shown: tuple[Document | None, str] | None = None
        self.print = Button("Print", "printer", "secondary", self)
        access.describe(self.print, "Print", actions.keys("print"), key="answer_letter.print")
        self.print.clicked.connect(self._print)
        self.head.add_button(self.print)
        self.column.addWidget(Divider())
        self.column.addWidget(self._make_foot())

    # ---- the frame -----------------------------------------------------------------------------------------------

    def _make_foot(self) -> QWidget:
        foot = QWidget(self)
        column = QVBoxLayout(foot)
        column.setContentsMargins(36, 12, 36, 14)
        column.setSpacing(10)
        top = QHBoxLayout()
        top.setSpacing(16)
        self.question = PlainLabel("Are you content with this answer?", "h3", foot)
        top.addWidget(self.question, 1)
        self.manner = ChoiceRow(name="How it is shown", parent=foot)
        self.manner.setObjectName("answer_letter.manner")
        self.manner.set_answers([("words", "In words"), ("pictures", "In pictures")])
        self.manner.chosen.connect(self._choose)
        top.addWidget(self.manner)
        column.addLayout(top)
        answers = [("yes", "Yes", "check"), ("partly", "Partly", "circle-help"), ("no", "No", "x")]
        self.content = AnswerTiles(
            "Are you content with this answer?",
            answers,
            foot,
            key="answer_letter.content",
            across=3,
            one_column_under=SHORT_ANSWERS,
        )
        self.content.chosen.connect(self._take_content)
        column.addWidget(self.content)
        row = QHBoxLayout()
        self.told = Button("", "message-square-heart", "primary", foot, keys=actions.keys("finish"))
        self.told.setObjectName("answer_letter.told")
        self.told.clicked.connect(self._tell_today)
        row.addWidget(self.told)
        row.addStretch(1)
        column.addLayout(row)
        return foot

    # ---- the page ------------------------------------------------------------------------------------------------

    def opened(self, scope_id: str = "", record_id: str = "", in_pictures: bool | None = None, **_more: Any) -> None:
        """Show the answer, in the manner this child needs unless another is asked for."""
        self._scope_id, self._record_id, self._shown = scope_id, record_id, None
        self._in_pictures = self._needs_pictures() if in_pictures is None else in_pictures
        self.refresh()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _needs_pictures(self) -> bool:
        casebook = self._link.casebook
        child, wishes = casebook.child(self._scope_id), casebook.one("communication_preferences", self._scope_id)
        young = child is not None and is_young(child, casebook.clock.today())
        return young or (wishes is not None and asks_for_pictures(wishes.body))

    def leave(self) -> None:
        """Nothing is typed here."""

    def print_about(self) -> dict[str, str]:
        """What Ctrl+P prints here: the very letter that is shown."""
        key = picture_letter.KEY if self._in_pictures else letter.KEY
        return {"scope_id": self._scope_id, "document": key, "record_id": self._record_id}

    def _print(self) -> None:
        self._navigator.open("print", **self.print_about())

    def act(self, name: str) -> bool:
        """Ctrl+Enter says that the child has been told."""
        if name == "finish" and self.told.isVisible():
            self._tell_today()
            return True
        return False

    def pieces(self) -> list[str]:
        """The letter as it is read aloud."""
        said = list(texts(self._document)) if self._document is not None else []
        return as_pieces(said[1:], body_of(self._link.casebook, self._scope_id))

    def refresh(self) -> None:
        """Read again, and draw only what is not drawn already."""
        casebook = self._link.casebook
        key = picture_letter.KEY if self._in_pictures else letter.KEY
        try:
            self._document = shelf.make(casebook, key, self._scope_id, self._record_id)
        except Trouble:
            self._document = None
        answer = self._answer()
        happy = answer.text(HAPPY) if answer is not None else ""
        shown = (self._document, f"{answer.state if answer else ''} {happy}")
        if shown == self._shown:
            return
        is_other = self._shown is None or self._shown[0] != self._document
        self._shown = shown
        if is_other:
            self._draw()
        self._fit_foot(answer)

    def _draw(self) -> None:
        spoken = Spoken.of(body_of(self._link.casebook, self._scope_id))
        self.head.avatar.set_name(spoken.name)
        self.page.renew()
        self.manner.set_value(("pictures" if self._in_pictures else "words",))
        self.page.content.setMaximumWidth(self._theme.px(_WIDEST_IN_PICTURES if self._in_pictures else _WIDEST))
        document = self._document
        self.head.title.setText(document.title if document is not None else spoken.name)
        self.head.read.want(document is not None)
        self.print.setVisible(document is not None)
        if document is None:
            words = "What you hear and promise stands here, once it is written down."
            self.page.body.addWidget(EmptyState("heart-handshake", "Nothing promised yet.", words))
        else:
            for part in drawn(document, self.page.content):
                self.page.body.addWidget(part)
        self.page.body.addStretch(1)

    def _answer(self) -> Answer | None:
        """The promise shown, where it is one, and it is still here."""
        entry = self._link.casebook.entry(self._record_id) if self._record_id else None
        if entry is None or entry.is_deleted:
            return None
        (answer,) = read_answers(self._link.casebook, [entry])
        return answer

    def _fit_foot(self, answer: Answer | None) -> None:
        spoken = Spoken.of(body_of(self._link.casebook, self._scope_id))
        may_change = answer is not None and not self._link.casebook.why_not_editable(answer.entry)
        stage = answer.stage if answer is not None else ""
        self.told.set_words(f"Told {spoken.name} today")
        self.told.setVisible(may_change and stage == TO_TELL)
        is_asked = may_change and answer is not None and (stage == TO_TELL or answer.state == TOLD)
        for part in (self.question, self.content):
            part.setVisible(is_asked)
        self.content.show_value(answer.text(HAPPY) if answer is not None else "")

    def is_touched(self, changes: Changes) -> bool:
        """What the letter is made of, and how this child reads."""
        return touches(changes, asked_by="", types=_TYPES, scope_id=self._scope_id)

    def _choose(self, codes: tuple[str, ...]) -> None:
        self._in_pictures = codes == ("pictures",) if codes else self._in_pictures
        self.manner.set_value(("pictures" if self._in_pictures else "words",))
        self.refresh()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.content.isVisible() and not event.modifiers() and self.content.press(event.text()):
            return
        super().keyPressEvent(event)

    # ---- told, and content with it -------------------------------------------------------------------------------

    def _tell_today(self) -> None:
        """Told to their face, with this page before them: so they have seen it, too."""
        answer = self._answer()
        if answer is None:
            return
        casebook = self._link.casebook
        today, me = casebook.clock.today().isoformat(), casebook.me.worker.worker_id
        after = {
            "told_on": today,
            "told_by_id": me,
            "told_how": "in_person",
            "seen_by_child_on": answer.text("seen_by_child_on") or today,
            "state": TOLD,
        }
        name = Spoken.of(body_of(casebook, self._scope_id)).name
        self._keep(answer.entry, after, f"Told {name} today")

    def _take_content(self, code: str) -> None:
        answer = self._answer()
        if answer is not None and answer.text(HAPPY) != code:
            self._keep(answer.entry, {HAPPY: code}, "Written down, just as you said")

    def _keep(self, entry: Entry, after: dict[str, Any], words: str) -> None:
        """Save some answers; Undo puts them back as they were."""
        link, navigator = self._link, self._navigator
        before = {name: entry.body.get(name) for name in after}

        def save(seen: dict[str, Any], wanted: dict[str, Any], done: Any) -> None:
            edits = {name: Edit(seen[name], wanted[name]) for name in seen}

            def saved(_saved: object) -> None:
                link.cut(entry.record_id)
                done()

            link.wait(link.casebook.save(entry.draft(), edits), saved, lambda trouble: self._say(trouble))

        save(before, after, lambda: navigator.toast(words, lambda: save(after, before, lambda: None)))

    def _say(self, trouble: Trouble) -> None:
        messages.tell_trouble(self, trouble)
