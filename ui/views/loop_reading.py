"""What several screens read of the loop, and how they show it: promises with their words, and one card for each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from PySide6.QtWidgets import QHBoxLayout, QWidget

from models.casebook import Casebook
from models.entry import Entry
from models.loop import CANNOT, Answer, answers_of, promises_query, standing_words
from models.query import Query, Where
from models.version import Body
from models.wording import Spoken
from ui import access
from ui.link import Link, Navigator
from ui.parts.buttons import Button
from ui.parts.card import Card
from ui.parts.labels import PlainLabel
from ui.parts.pill import Pill
from ui.parts.voice_quote import VoiceQuote


def read_answers(
    casebook: Casebook, promises: Iterable[Entry] | None = None, *, scope_id: str = "", body: Body | None = None
) -> list[Answer]:
    """Promises with their words, in the order in which they are due. ``body`` is how a form shows the one given."""
    found = list(casebook.select(promises_query(scope_id)) if promises is None else promises)
    if body is not None:
        found = [replace(one, body=body) for one in found]
    return answers_of(found, casebook.entry)


class LoopCard(Card):
    """One promise: the child's words, what was promised, what came of it. Opens its page."""

    def __init__(
        self,
        link: Link,
        navigator: Navigator,
        answer: Answer,
        child: Spoken,
        parent: QWidget | None = None,
        *,
        is_named: bool = True,
    ) -> None:
        super().__init__(parent=parent)
        self.setObjectName("loop.card")
        self.setProperty("row", answer.entry.record_id)
        today = link.casebook.clock.today()
        words, icon, tone = standing_words(answer, child, today)
        head = QHBoxLayout()
        head.setSpacing(10)
        if is_named:
            head.addWidget(PlainLabel(child.name, "strong", self, wrap=False))
        standing = Pill(words, icon, tone, self)
        standing.setObjectName("loop.standing")
        head.addWidget(standing)
        days = answer.loop_days()
        waited = answer.waiting_days(today)
        length = days if days is not None else waited
        if length:
            counted = f"{length} day{'' if length == 1 else 's'}"
            said = (
                f"{counted} from words to an answer seen" if days is not None else f"waiting {counted} to see an answer"
            )
            head.addWidget(PlainLabel(said, "small", self, elided=True), 1)
        else:
            head.addStretch(1)
        self.open = Button("Open", "", "quiet", self, trailing="chevron-right")
        access.describe(self.open, f"Open: You said, we did, {child.name}. {words}", key="loop.open")
        self.open.setProperty("row", answer.entry.record_id)
        self.open.clicked.connect(lambda: navigator.open("promise", record_id=answer.entry.record_id))
        head.addWidget(self.open)
        self.add(head)
        if answer.words:
            self.add(VoiceQuote(answer.words, self))
        for label, text in self._lines(answer):
            self.add(PlainLabel(f"{label}: {text}", "body", self, leading=1.4))
        self.setAccessibleName(f"{child.name}: {answer.words}. {words}")

    @staticmethod
    def _lines(answer: Answer) -> list[tuple[str, str]]:
        lines = [("We promised", answer.text("we_promised")), ("We did", answer.text("we_did"))]
        if answer.state == CANNOT or not answer.text("we_did"):
            lines.append(("It cannot be, because", answer.text("cannot_because")))
        return [(label, text) for label, text in lines if text]


class AnswerButton(Button):
    """Beside a child's words: how they were answered, or that they can be. Opens the promise, or begins one."""

    def __init__(
        self, link: Link, navigator: Navigator, said: Entry, child: Spoken, parent: QWidget | None = None
    ) -> None:
        where = (Where("you_said_id", "is", said.record_id),)
        query = Query(types=("promise",), scope_id=said.scope_id, where=where, limit=1)
        known = read_answers(link.casebook, link.casebook.select(query))
        words, icon, name = "Answer", "heart-handshake", f"Answer these words of {child.name}"
        if known:
            words, icon, _tone = standing_words(known[0], child, link.casebook.clock.today())
            name = f"You said, we did: {words}"
        super().__init__(words, icon, "quiet", parent)
        access.describe(self, name, key="own_words.answer")
        self.setProperty("row", said.record_id)
        self.clicked.connect(lambda: navigator.open("promise", you_said_id=said.record_id))
