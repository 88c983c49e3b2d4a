"""One version in a record's history: who wrote it and when, what it changed word by word, and how to use it again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from models.entry import HELD, SAVED, Kept
from models.history import Change, Step
from models.text_difference import Span, part_around
from ui import access
from ui.parts.buttons import Button
from ui.parts.card import Card
from ui.parts.drawn_sheet import DrawnSheet
from ui.parts.fold import Fold
from ui.parts.labels import PlainLabel
from ui.parts.marked_text import MarkedText
from ui.parts.pill import Pill
from ui.parts.surface import Surface

CHILD = "child"
INDENT = 28


@dataclass(frozen=True, slots=True)
class Told:
    """What a card says of a version: whose it is, when by whose clock, and how it stands to the others."""

    who: str
    details: str
    kept: Kept
    step: Step
    is_now: bool = False
    is_apart: bool = False
    joined: str = ""
    may_use: bool = False


class Side(Surface):
    """What an answer said before, or says after; what is taken out is struck through."""

    def __init__(
        self, title: str, change: Change, words: str, spans: tuple[Span, ...], key: str, *, gone: bool
    ) -> None:
        super().__init__("well")
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 12)
        column.setSpacing(4)
        column.addWidget(PlainLabel(title, "small"))
        is_childs = change.whose == CHILD
        drawn = change.drawn_before if gone else change.drawn_after
        text: QWidget
        if drawn:
            column.addWidget(DrawnSheet(drawn, f"{title}, {change.label}: {words}", self, key=f"{key}.drawn"))
            text = PlainLabel(words, "small")
        elif change.is_text:
            if not change.is_exact:
                words, spans = part_around(words, spans)
            text = MarkedText(words, spans, is_childs=is_childs, quoted=change.is_exact, struck=gone)
        else:
            text = PlainLabel(words, "body", tone="voice" if is_childs and change.is_exact else "")
        text.setObjectName(key)
        column.addWidget(text)
        column.addStretch(1)
        self.setAccessibleName(f"{title}, {change.label}")


class ChangeRows(QWidget):
    """One answer that changed: both texts beside each other, or the one there is."""

    def __init__(self, change: Change, type_name: str) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        label = change.label if change.is_known else f"{change.label} (something a newer Heard wrote)"
        column.addWidget(PlainLabel(label, "h3"))
        self.sides = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self.sides.setSpacing(12)
        key = f"history.{type_name}.{change.field}"
        both = bool(change.before and change.after)
        marked = change.marked
        # Where words only came or only went, the other text would say nothing more.
        if change.before and not (both and change.is_text and not change.is_exact and not marked.only_first):
            gone = marked.only_first if both else ((0, len(change.before)),)
            title = "Before" if both else "Taken out"
            self._add(title, change, change.before, gone if change.is_text else (), f"{key}.before", gone=True)
        if change.after and not (both and change.is_text and not change.is_exact and not marked.only_second):
            self._add("After" if both else "Written", change, change.after, marked.only_second, key, gone=False)
        column.addLayout(self.sides)

    def _add(self, title: str, change: Change, words: str, spans: tuple[Span, ...], key: str, *, gone: bool) -> None:
        self.sides.addWidget(Side(title, change, words, spans, key, gone=gone), 1)

    def set_stacked(self, stacked: bool) -> None:
        """Put before and after below each other where the window is small."""
        way = QBoxLayout.Direction.TopToBottom if stacked else QBoxLayout.Direction.LeftToRight
        self.sides.setDirection(way)


class StepCard(QWidget):
    """`used_again` when its text is wanted again. ``whole`` builds all that it said, when that is asked for."""

    used_again = Signal()

    def __init__(self, told: Told, whole: Callable[[], QWidget]) -> None:
        super().__init__()
        version = told.kept.version
        self.version_id = version.version_id
        self.setObjectName("history.step")
        self.setProperty("row", self.version_id)
        self.rows: list[ChangeRows] = []
        self.use: Button | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(INDENT if told.is_apart else 0, 0, 0, 0)
        self.card = Card()
        row.addWidget(self.card)
        self._add_head(told)
        for deed in told.step.deeds:
            self.card.add(PlainLabel(deed, "body"))
        if told.joined:
            self.card.add(PlainLabel(told.joined, "small"))
        if told.step.is_start_unknown:
            words = "What stood before it is not on this laptop, so Heard cannot say what it changed."
            self.card.add(PlainLabel(words, "small"))
        for change in told.step.changes:
            rows = ChangeRows(change, version.type)
            self.card.add(rows)
            self.rows.append(rows)
        if not version.is_erased:
            self._add_foot(told, whole)
        self.card.setAccessibleName(" ".join((f"{told.who}, {told.details}.", *told.step.deeds)))

    def _add_head(self, told: Told) -> None:
        head = QHBoxLayout()
        head.setSpacing(10)
        names = QVBoxLayout()
        names.setSpacing(0)
        names.addWidget(PlainLabel(told.who, "strong"))
        details = PlainLabel(told.details, "small")
        details.setObjectName("history.details")
        names.addWidget(details)
        head.addLayout(names, 1)
        for pill in _pills(told):
            head.addWidget(pill, 0, Qt.AlignmentFlag.AlignTop)
        self.card.add(head)

    def _add_foot(self, told: Told, whole: Callable[[], QWidget]) -> None:
        self.fold = Fold("See all of it", lambda: self.fold.body.addWidget(whole()))
        self.fold.setObjectName("history.whole")
        name = f"{told.who}, {told.details}"
        self.fold.button.setObjectName("history.see_all")
        self.fold.set_name(f"See all of it: {name}")
        if told.may_use:
            self.use = Button("Use this again", "undo-2")
            access.describe(self.use, f"Use this again: {name}", key="history.use")
            self.use.setProperty("row", self.version_id)
            self.use.clicked.connect(self.used_again)
            self.fold.head.insertWidget(0, self.use)
        self.card.add(self.fold)

    def set_stacked(self, stacked: bool) -> None:
        """Put before and after below each other where the window is small."""
        for rows in self.rows:
            rows.set_stacked(stacked)


def _pills(told: Told) -> list[Pill]:
    found = []
    if told.is_apart:
        found.append(Pill("Written apart", "columns-2", "info"))
    if told.kept.state == HELD:
        found.append(Pill("Kept safe for your manager", "shield-check", "warn"))
    elif told.kept.state == SAVED:
        found.append(Pill("Saved, not sent yet", "lock", "info"))
    if told.is_now:
        found.append(Pill("Stands now", "check", "ok"))
    return found
