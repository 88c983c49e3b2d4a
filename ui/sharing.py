"""Who can see this? asked in the child's own words, and stored as the two things that are enforced (domain 4.2)."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from models.audience import EVERYONE_ON_RECORD
from models.entry import Entry
from models.errors import Trouble
from models.query import Query, Where
from models.sharing import NOT, WHO, shown, stored
from ui import access, messages
from ui.link import Link, Navigator
from ui.parts.answer_tiles import AnswerTiles
from ui.parts.buttons import Button
from ui.parts.chips import Chip
from ui.parts.choice_row import ChoiceRow
from ui.parts.labels import PlainLabel
from ui.parts.surface import Surface

_ICONS = {"everyone_on_record": "users", "worker_and_iro": "shield-check", "only_author": "lock"}


class SharingQuestion(Surface):
    """Asks. `answered` carries an audience and a ``keep_from``; `left` when it stays as it was."""

    answered = Signal(str, tuple)
    left = Signal()

    def __init__(self, audience: str, keep_from: Iterable[str], parent: QWidget | None = None) -> None:
        super().__init__("well", parent)
        self._audience, self._keep_from = audience, tuple(sorted(keep_from))
        self.setObjectName("sharing")
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(10)
        column.addWidget(PlainLabel("Who can see this?", "h3", self))
        answers = [(one.code, one.words, _ICONS[one.code]) for one in WHO]
        self.who = AnswerTiles("Who can see this?", answers, self, key="sharing.who")
        self.who.show_value(audience)
        self.who.chosen.connect(lambda _code: self._fit())
        column.addWidget(self.who)
        self.kept = ChoiceRow(name="And not", several=True, parent=self)
        self.kept.setObjectName("sharing.not")
        self.kept.set_answers([(one.code, one.words) for one in NOT])
        self.kept.set_value(keep_from)
        column.addWidget(self.kept)
        row = QHBoxLayout()
        row.setSpacing(10)
        self.done = Button("That is right", "check", "primary", self)
        access.describe(self.done, "That is right", key="sharing.done")
        self.done.clicked.connect(self._settle)
        self.leave_it = Button("Leave it as it was", "", "quiet", self)
        access.describe(self.leave_it, "Leave it as it was", key="sharing.leave")
        self.leave_it.clicked.connect(self.left)
        row.addWidget(self.done)
        row.addWidget(self.leave_it)
        row.addStretch(1)
        column.addLayout(row)
        self._fit()

    def start(self) -> None:
        """Take the focus."""
        self.who.focus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """1 to 3 choose."""
        if not self.who.press(event.text()):
            super().keyPressEvent(event)

    def _fit(self) -> None:
        # Whoever shares with few keeps it from all the others anyway.
        self.kept.setVisible(self.who.value() in ("", EVERYONE_ON_RECORD))

    def _settle(self) -> None:
        after = stored(self.who.value() or self._audience, self.kept.value())
        if after == (self._audience, self._keep_from):
            self.left.emit()
        else:
            self.answered.emit(*after)


class SharingLine(QWidget):
    """A quiet chip that says who can see something, in the child's words, and asks below itself when pressed.

    ``brief`` says it in few words, and by its icon alone where everyone who helps the child can see it.

    `asked` when it is pressed: whoever put it there makes the question and gives it to `ask`. `ended` when the question
    is gone again.
    """

    asked, ended = Signal(), Signal()

    def __init__(self, parent: QWidget | None = None, *, key: str = "sharing.line", brief: bool = False) -> None:
        super().__init__(parent)
        self.question: SharingQuestion | None = None
        self._brief, self._is_lent = brief, False
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        self.button = Chip("", "users", self)
        self.button.setObjectName(key)
        self.button.clicked.connect(self.asked)
        self._column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)

    def lend_button(self) -> Chip:
        """Give the chip away to stand in another row; the question still comes here."""
        self._is_lent = True
        self._column.removeWidget(self.button)
        self.hide()
        return self.button

    def show_who(self, audience: str, keep_from: Iterable[str], author: str = "") -> None:
        """Say who can see it now. ``author`` names the worker whom "you" means."""
        said = shown(audience, keep_from, author)
        whole = f"Who can see this: {'. '.join(said)}"
        # In few words only what is out of the usual is said; whoever presses it sees all of it.
        is_usual = said == shown(EVERYONE_ON_RECORD, ())
        brief = "" if is_usual else said[-1] if len(said) <= 2 else "Kept from some"
        if self.button.accessibleName() == whole:
            return  # a form says it after every save, and nothing is to be laid out anew for that
        self.button.show_words(brief if self._brief else whole, _ICONS.get(audience, "shield-check"))
        self.button.setAccessibleName(whole)
        access.tip(self.button, whole)

    def ask(self, question: SharingQuestion) -> None:
        """Ask here; `end` takes the question away again."""
        self.end()
        self.question = question
        self._column.addWidget(question)
        self.show()
        question.show()
        question.start()

    def end(self) -> None:
        """Take the question away; the focus goes back to what asked for it."""
        if self.question is not None:
            had_focus = self.question.isAncestorOf(self.window().focusWidget() or self)
            self._column.removeWidget(self.question)
            self.question.hide()
            self.question.deleteLater()
            self.question = None
            self.setVisible(not self._is_lent)
            if had_focus:
                self.button.setFocus(Qt.FocusReason.OtherFocusReason)
            self.ended.emit()


class SharingChoice(SharingQuestion):
    """Asks about one record, and stores the answer. `settled` when it is answered, or left as it was."""

    settled = Signal()

    def __init__(self, link: Link, navigator: Navigator, entry: Entry, parent: QWidget | None = None) -> None:
        super().__init__(entry.audience, entry.keep_from, parent)
        self._link, self._navigator, self._entry = link, navigator, entry
        self.left.connect(self.settled)
        self.answered.connect(self._store)

    def _store(self, audience: str, keep_from: tuple[str, ...]) -> None:
        link, navigator, entry = self._link, self._navigator, self._entry
        changed = [entry, *self._that_follow()]

        def undo() -> None:
            for one in changed:
                future = link.casebook.set_audience(one.record_id, one.audience, one.keep_from)
                link.wait(future, failed=lambda trouble: navigator.toast(str(trouble)))

        def done(_entry: Entry) -> None:
            navigator.toast(f"{'. '.join(shown(audience, keep_from))}.", undo)
            self.settled.emit()

        # The words last: whoever hears that they are settled finds the rest settled, too.
        for one in changed[1:]:
            link.wait(link.casebook.set_audience(one.record_id, audience, keep_from), failed=self._tell)
        link.wait(link.casebook.set_audience(entry.record_id, audience, keep_from), done, self._tell)

    def _that_follow(self) -> list[Entry]:
        """What repeats the words or belongs to them, and so may be seen by no more people: answers, photos, pages."""
        casebook, entry = self._link.casebook, self._entry
        where = (Where("you_said_id", "is", entry.record_id),)
        answers = casebook.select(Query(types=("promise",), scope_id=entry.scope_id, where=where))
        belonging = casebook.attachments.belonging_to(entry.record_id, entry.scope_id)
        return [one for one in (*answers, *belonging) if not casebook.why_not_editable(one)]

    def _tell(self, trouble: Trouble) -> None:
        messages.tell_trouble(self, trouble)


class RecordSharing(SharingLine):
    """The chip of one record that is here, and the question below it when it is pressed."""

    def __init__(
        self,
        link: Link,
        navigator: Navigator,
        entry: Entry,
        parent: QWidget | None = None,
        *,
        key: str = "sharing.line",
        brief: bool = False,
    ) -> None:
        super().__init__(parent, key=key, brief=brief)
        self._link, self._navigator, self._entry = link, navigator, entry
        self.show_who(entry.audience, entry.keep_from, link.casebook.worker_name(entry.author_id))
        self.asked.connect(self._ask)

    def _ask(self) -> None:
        if self.question is not None:
            self.end()
            return
        question = SharingChoice(self._link, self._navigator, self._entry, self)
        question.settled.connect(self.end)
        self.ask(question)
