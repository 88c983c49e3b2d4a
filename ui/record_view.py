"""A record to read and not to write: finished, another worker's, or written by a newer Heard; from its declaration."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from models.entry import Entry
from models.reading import CHILD, Answer, read_record
from models.value_words import key_words, no_title, plain_words, unknown_keys
from models.wording import Spoken, say
from ui import access
from ui.parts.banner import Banner
from ui.parts.card import Card
from ui.parts.drawn_sheet import DrawnSheet
from ui.parts.field_rows import FieldRows
from ui.parts.labels import PlainLabel
from ui.parts.two_versions_strip import TwoVersionsStrip
from ui.parts.voice_quote import VoiceQuote

NEWER = "A newer Heard wrote this. You can read it here; nothing is lost. Update Heard to change it."
LONGEST_SHORT = 48  # letters of an answer that stands beside others
NOT_KNOWN = "More, from a newer Heard"


class RecordView(QWidget):
    """Shows an entry whole. `versions_asked` when two texts of an answer stand side by side and are to be seen.

    ``plain`` leaves the cards out, for a record shown inside another. ``without`` leaves fields out.
    """

    versions_asked = Signal()

    def __init__(
        self,
        entry: Entry,
        child: Spoken | None,
        *,
        title_of: Callable[[str], str] = no_title,
        plain: bool = False,
        without: frozenset[str] = frozenset(),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._plain = plain
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(10 if plain else 14)
        declaration = entry.declaration
        if declaration is None or entry.schema > declaration.schema:
            self.column.addWidget(Banner(NEWER, "info"))
        if entry.open_choices:
            strip = TwoVersionsStrip()
            strip.asked.connect(self.versions_asked)
            self.column.addWidget(strip)
        if declaration is not None:
            for part in read_record(declaration, entry.body, child, title_of):
                answers = [answer for answer in part.answers if answer.field not in without]
                if answers:
                    self._add_part(entry.type, say(part.title, child), answers)
        self._add_unknown(entry)

    def _add_part(self, type_name: str, title: str, answers: list[Answer]) -> None:
        host = self.column
        if not self._plain:
            only = answers[0].label if len(answers) == 1 else ""
            card = Card("" if title == only else title, parent=self)
            self.column.addWidget(card)
            host = card.body
        self._lay(host, type_name, answers)

    def _lay(self, host: QVBoxLayout, type_name: str, answers: list[Answer]) -> None:
        """Short answers side by side, long ones across."""
        rows = FieldRows(across=28, down=12)
        host.addLayout(rows)
        for answer in answers:
            is_long = answer.is_exact or not _is_short(answer)
            rows.add_question(_shown(f"{type_name}.{answer.field}", answer, self), stretches=False, whole=is_long)

    def _add_unknown(self, entry: Entry) -> None:
        known = dict(entry.declaration.fields) if entry.declaration else {}
        strange = unknown_keys(entry.body, known)
        if not strange:
            return
        card = Card(NOT_KNOWN, parent=self)
        self.column.addWidget(card)
        answers = [
            Answer(key, key_words(key), plain_words(entry.body[key]), "worker", is_exact=False) for key in strange
        ]
        self._lay(card.body, entry.type, answers)


def _is_short(answer: Answer) -> bool:
    return len(answer.words) <= LONGEST_SHORT and "\n" not in answer.words


def _shown(key: str, answer: Answer, parent: QWidget) -> QWidget:
    """One answer under its question; the child's own words in their colour, anybody's exact words quoted."""
    block = QWidget(parent)
    column = QVBoxLayout(block)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(3)
    is_childs = answer.is_exact and answer.whose == CHILD
    column.addWidget(PlainLabel(answer.label, "overline", block, tone="voice" if is_childs else "", wrap=False))
    if answer.drawn:
        column.addWidget(DrawnSheet(answer.drawn, f"{answer.label}: {answer.words}", block, key=key))
        column.addWidget(PlainLabel(answer.words, "small", block))
        return block
    if is_childs:
        quote = VoiceQuote(answer.words, block)
        access.describe(quote, f"{answer.label}: {answer.words}", key=key)
        column.addWidget(quote)
        return block
    shown = f"“{answer.words}”" if answer.is_exact else answer.words
    words = PlainLabel(shown, "reading", block, wrap=not _is_short(answer) or answer.is_exact)
    access.describe(words, f"{answer.label}: {answer.words}", key=key)
    column.addWidget(words)
    return block
