"""One entry of a timeline: what it was, what the child said in it, how it stands with sending, what may be done."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from models.audience import EVERYONE_ON_RECORD
from models.entry import HELD, SAVED, Entry
from models.moments import read_day, read_moment, short_day
from models.reading import when_words
from models.record import whose_words
from models.sharing import shown
from models.status import ATTENTION, Status
from models.timeline import Moment, excerpt, headline, short_answers
from models.wording import Spoken, say
from ui import access
from ui.attachments import AttachmentShelf
from ui.link import Link, Navigator
from ui.parts.buttons import Button
from ui.parts.card import Card
from ui.parts.divider import Divider
from ui.parts.entry_head import EntryHead
from ui.parts.flow import FlowLayout
from ui.parts.history_button import HistoryButton
from ui.parts.icon_label import IconLabel
from ui.parts.labels import PlainLabel
from ui.parts.pill import Pill
from ui.parts.voice_quote import VoiceQuote
from ui.sharing import RecordSharing
from ui.views.check_back import CheckBack
from ui.views.loop_reading import AnswerButton

WORDS, ATTACHMENT = "own_words", "attachment"


@dataclass(frozen=True, slots=True)
class Around:
    """What every entry of one child's timeline needs to know."""

    link: Link
    navigator: Navigator
    child: Spoken


class TimelineEntry(QWidget):
    """Stands for one moment. `opened` asks for the page of its record, `settled` when nobody answers here any more."""

    opened, settled = Signal(), Signal()

    def __init__(self, around: Around, moment: Moment, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._around, self.moment = around, moment
        self._today = around.link.casebook.clock.today()
        self.check: CheckBack | None = None
        self.check_buttons: dict[str, Button] = {}
        self.sharing: list[RecordSharing] = []
        entry, declaration = moment.entry, moment.entry.declaration
        self.setObjectName(f"timeline.{entry.type}")
        self.setProperty("row", entry.record_id)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        icon = declaration.icon if declaration else "file-pen-line"
        row.addWidget(IconLabel(icon, "on_primary_soft", 20, ground="primary_soft"), 0, Qt.AlignmentFlag.AlignTop)
        self.card = Card()
        self.card.body.setSpacing(8)
        self.card.body.setContentsMargins(16, 8, 12, 12)
        row.addWidget(self.card, 1)
        self._fill()

    # ---- drawing -------------------------------------------------------------------------------------------------

    def _fill(self) -> None:
        moment = self.moment
        self.card.add(self._make_head())
        reason = self._why_waiting()
        if reason:
            self.card.add(PlainLabel(reason, "small"))
        said = [one for one in moment.inside if one.type == WORDS]
        if moment.entry.type == WORDS:
            said = [moment.entry]
        for one in said:
            self._add_said(one)
        if moment.entry.type != WORDS and not moment.changed:
            self._add_text(quiet=bool(said))
        if moment.changed:
            self.card.add(PlainLabel(f"Changed: {', '.join(self._labels())}", "body"))
        pictures = [one for one in (moment.entry, *moment.inside) if one.type == ATTACHMENT]
        if pictures:
            self.card.add(AttachmentShelf(self._around.link, self._around.navigator, pictures, self.card))
        for one in moment.inside:
            if one.type not in (WORDS, ATTACHMENT):
                self._add_inside(one)
        if moment.entry.open_choices and moment.is_latest:
            self._add_two_versions()

    def _title(self) -> str:
        return headline(self.moment.entry, self._around.child)

    def _labels(self) -> list[str]:
        fields = self.moment.entry.declaration.fields if self.moment.entry.declaration else {}
        return [say(fields[name].label, self._around.child) for name in self.moment.changed if name in fields]

    def _details(self) -> str:
        entry, child = self.moment.entry, self._around.child
        parts = [when_words(self.moment.at, self._today), self._around.link.casebook.worker_name(self.moment.by)]
        alone = entry.declaration.fields.get("seen_alone") if entry.declaration else None
        if alone is not None and entry.body.get("seen_alone"):
            words = say(alone.words_for(str(entry.body["seen_alone"])), child)
            parts.append(f"seen alone: {words[:1].lower()}{words[1:]}")
        return " · ".join(part for part in parts if part)

    def _make_head(self) -> QWidget:
        head = EntryHead(self.card)
        row = head.state
        self.title = PlainLabel(self._title(), "strong", wrap=False)
        self.title.setObjectName("timeline.title")
        head.what.addWidget(self.title)
        details = PlainLabel(self._details(), "small", elided=True)
        details.setObjectName("timeline.details")
        head.what.addWidget(details, 1)
        if self._is_begun():
            row.addWidget(Pill("Not finished", "pencil", "warn"))
        words, icon, tone = state_words(self.moment.state)
        # An earlier change of a record has no state of its own: how the record stands is said once.
        if self.moment.is_latest:
            self.state = Pill(words, icon, tone)
            self.state.setObjectName("timeline.state")
            row.addWidget(self.state)
        entry = self.moment.entry
        self.history = HistoryButton(self.card, key="timeline.history")
        self.history.wanted.connect(lambda record_id: self._around.navigator.open("history", record_id=record_id))
        row.addWidget(self.history)
        self.history.show_for(entry.record_id, f"{self._title()}, {self._details()}")
        if entry.declaration is not None and (entry.type != WORDS or entry.body.get("said_in_id")):
            is_mine = entry.author_id == self._around.link.casebook.me.worker.worker_id
            self.open = Button(
                "Go on" if self._is_begun() and is_mine else "Open", "", "quiet", trailing="chevron-right"
            )
            access.describe(self.open, f"{self.open.words()}: {self._title()}, {self._details()}", key="timeline.open")
            self.open.setProperty("row", entry.record_id)
            self.open.clicked.connect(self.opened)
            row.addWidget(self.open)
        self.card.setAccessibleName(f"{self._title()}, {self._details()}, {words}")
        return head

    def _is_begun(self) -> bool:
        """A note that its author has not finished."""
        entry = self.moment.entry
        is_note = entry.declaration is not None and entry.declaration.edited_by == "author"
        return is_note and not entry.is_finished and entry.type != WORDS

    def _why_waiting(self) -> str:
        return why_waiting(self.moment, self._around.link.status) if self.moment.is_latest else ""

    def _add_text(self, *, quiet: bool) -> None:
        text, is_exact = excerpt(self.moment.entry)
        text = text or short_answers(self.moment.entry, self._around.child)
        declaration = self.moment.entry.declaration
        if not text or declaration is None:
            return
        exact = next((one for one in declaration.fields.values() if one.is_verbatim), None)
        if is_exact and exact and whose_words(declaration, exact, self.moment.entry.body) == "child":
            self.card.add(VoiceQuote(text))
        else:
            self.card.add(PlainLabel(text, "body", tone="quiet" if quiet else "", leading=1.4))

    def _add_said(self, said: Entry) -> None:
        words = str(said.body.get("words") or "")
        quote = VoiceQuote(words or "…")
        quote.setObjectName("own_words.words")
        self.card.add(quote)
        correction = str(said.body.get("child_correction") or "")
        if correction:
            self.card.add(PlainLabel(f"{self._around.child.name} changed this to:", "small"))
            changed = VoiceQuote(correction)
            changed.setObjectName("own_words.child_correction")
            self.card.add(changed)
        row = FlowLayout(across=8, down=4, middle=True)
        their = self._around.child.their
        row.addWidget(Pill(f"{their.capitalize()} words", "", "voice"))
        row.addWidget(self._checked_pill(said))
        casebook = self._around.link.casebook
        sharing = self._add_sharing(row, said)
        is_open = said.body.get("checked_back_result") in (None, "", "not_now")
        if is_open and words and not casebook.why_not_editable(said):
            button = Button("Check back", "circle-check", "quiet")
            access.describe(
                button, f"Check back these words with {self._around.child.name}", key="own_words.check_back"
            )
            button.setProperty("row", said.record_id)
            button.clicked.connect(lambda: self.start_check(said))
            row.addWidget(button)
            self.check_buttons[said.record_id] = button
        if words:
            row.addWidget(AnswerButton(self._around.link, self._around.navigator, said, self._around.child))
        self.card.add(row)
        if sharing is not None:
            self.card.add(sharing)

    def _add_sharing(self, row: FlowLayout, said: Entry) -> RecordSharing | None:
        """Who can see these words: a chip to change it where this worker may, and else said where not all can."""
        around = self._around
        if not around.link.casebook.why_not_editable(said):
            sharing = RecordSharing(around.link, around.navigator, said, self.card, key="own_words.sharing", brief=True)
            sharing.button.setProperty("row", said.record_id)
            row.addWidget(sharing.lend_button())
            sharing.ended.connect(self.settled)
            self.sharing.append(sharing)
            return sharing
        if said.keep_from or said.audience not in ("", EVERYONE_ON_RECORD):
            who = shown(said.audience, said.keep_from, around.link.casebook.worker_name(said.author_id))
            row.addWidget(Pill(who[-1] if len(who) == 2 else who[0] if len(who) == 1 else "Kept from some", "eye-off"))
        return None

    def _checked_pill(self, said: Entry) -> Pill:
        result = said.body.get("checked_back_result")
        on = read_day(str(said.body.get("checked_back_on") or ""))
        day = f" {short_day(on, self._today, with_weekday=False)}" if on else ""
        if result == "right":
            return Pill(f"Checked back{day}", "check", "ok")
        if result == "changed":
            return Pill(f"Checked back{day}, changed", "pencil", "ok")
        if result == "not_now":
            return Pill("Not now: ask again", "circle-alert", "warn")
        return Pill("Not checked back yet", "circle-alert", "warn")

    def _add_inside(self, one: Entry) -> None:
        """An addendum, or anything else that stands within: who added it, when, and what."""
        text, _exact = excerpt(one)
        by = self._around.link.casebook.worker_name(one.author_id)
        when = read_moment(one.changed_at)
        day = f" {short_day(when.date(), self._today)}" if when else ""
        title = one.declaration.title if one.declaration else "Added"
        self.card.add(Divider())
        self.card.add(PlainLabel(f"{title}{day} · {by}", "small"))
        if text:
            self.card.add(PlainLabel(text, "body", leading=1.4))

    def _add_two_versions(self) -> None:
        entry = self.moment.entry
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(Pill("Two versions", "columns-2", "warn"))
        row.addStretch(1)
        both = Button("See both side by side", "columns-2", "quiet")
        access.describe(both, f"See both texts of {self._title()} side by side", key="timeline.two_versions")
        both.clicked.connect(lambda: self._around.navigator.open("two_versions", record_id=entry.record_id))
        row.addWidget(both)
        self.card.add(row)

    # ---- checking back -------------------------------------------------------------------------------------------

    def start_check(self, said: Entry) -> None:
        """Ask about one saying, in place."""
        if self.check is not None:
            return
        around = self._around
        self.check = CheckBack(around.link, around.navigator, said, around.child, self)
        self.check.settled.connect(self._end_check)
        self.card.add(self.check)
        self.check.show()
        for button in self.check_buttons.values():
            button.hide()
        self.check.start()

    def _end_check(self) -> None:
        if self.check is not None:
            self.check.hide()
            self.check.deleteLater()
            self.check = None

    def is_busy(self) -> bool:
        """Whether somebody is answering here."""
        return self.check is not None or any(one.question is not None for one in self.sharing)


def state_words(state: str) -> tuple[str, str, str]:
    """A state as words, an icon and a tone. Saved and sent are never mixed."""
    if state == HELD:
        return "Kept safe for your manager", "shield-check", "warn"
    if state == SAVED:
        return "Waiting to send", "cloud-off", "info"
    return "Sent", "check", "ok"


def why_waiting(moment: Moment, status: Status) -> str:
    """Why an entry is held or still waits; "" for one that is sent or has only just been written."""
    if moment.state == HELD:
        return f"Nothing is lost. {moment.held_reason}".strip()
    if moment.state != SAVED:
        return ""
    if status.state == ATTENTION and status.words:
        return status.words
    changed = read_moment(max(one.changed_at for one in (moment.entry, *moment.inside)))
    if changed is None or status.last_sent_at is None or status.last_sent_at < changed:
        return ""
    # Other things went since: the worker should not wonder why this one did not.
    return "Changed after it was last sent. It goes with the next sending."
