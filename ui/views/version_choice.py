"""One answer with two texts: both beside each other, who wrote each and when, and the four ways to settle it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from models.drawing import read
from models.fields import Field, Kind
from models.text_difference import Span
from models.version import OpenChoice
from ui import access
from ui.parts.banner import Banner
from ui.parts.buttons import Button
from ui.parts.card import Card
from ui.parts.drawn_sheet import DrawnSheet
from ui.parts.flow import FlowLayout
from ui.parts.labels import PlainLabel
from ui.parts.marked_text import MarkedText
from ui.parts.surface import Surface
from ui.parts.trouble_box import TroubleBox
from ui.text_boxes import LineBox, TextBox

STANDING, OTHER, BOTH, TOGETHER = "keep_standing", "keep_other", "keep_both", "keep_together"
HAND_OVER_MS = 400


@dataclass(frozen=True, slots=True)
class Text:
    """One of the two: what it says in words, who wrote it and when, and what only it says."""

    value: Any
    words: str
    who: str
    when: str
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Choosing:
    """Everything a card shows of one open choice. ``joined`` is both texts in one, None where it holds one answer."""

    choice: OpenChoice
    type: str
    field: Field | None
    label: str
    standing: Text
    other: Text
    joined: Any = None
    is_childs: bool = False
    advice: str = ""
    draft: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """What tells this choice from every other of the record."""
        return self.choice.field, self.choice.losing_version_id

    def keep_words(self) -> tuple[str, str]:
        """What the buttons under the two say: whose is kept, or which of two by the same worker."""
        one, other = self.standing.who, self.other.who
        if one == other:
            return "Keep this one", "Keep the other"
        return _keep(one), _keep(other)

    @property
    def is_text(self) -> bool:
        """Whether the answer is written rather than chosen."""
        return self.field is not None and self.field.kind in (Kind.LINE, Kind.PROSE)

    @property
    def is_exact(self) -> bool:
        """Whether it is somebody's own words, which are never written anew."""
        return self.field is not None and self.field.is_verbatim


YOU = "You"


def _keep(who: str) -> str:
    return "Keep mine" if who == YOU else f"Keep {who}’s"


class VersionSide(Surface):
    """One of the two texts."""

    def __init__(self, title: str, note: str, text: Text, choosing: Choosing, key: str) -> None:
        super().__init__("well")
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 14)
        column.setSpacing(6)
        column.addWidget(PlainLabel(f"{title} · {text.who}", "strong"))
        column.addWidget(PlainLabel(f"{text.when}. {note}" if text.when else note, "small"))
        self.text: QWidget
        is_drawing = choosing.field is not None and choosing.field.kind is Kind.STROKES
        drawn = read(text.value) if is_drawing else ()
        if drawn:
            # Their words only count the lines, and would often say the same of both.
            sheet = DrawnSheet(drawn, f"{title}, {choosing.label}: {text.words}", self, key=f"{key}.drawn")
            column.addWidget(sheet)
        if not text.words:
            self.text = PlainLabel("Nothing written" if choosing.is_text else "Not answered", "body", tone="quiet")
        elif choosing.is_text:
            quoted = choosing.is_exact
            self.text = MarkedText(text.words, text.spans, is_childs=choosing.is_childs, quoted=quoted)
        else:
            self.text = PlainLabel(text.words, "reading")
        self.text.setObjectName(key)
        column.addWidget(self.text)
        column.addStretch(1)
        self._column = column
        self.setAccessibleName(f"{title}, {text.who}")

    def add_button(self, button: Button) -> None:
        """Put the button that keeps this text under it, so that nobody has to think which is which."""
        self._column.addSpacing(4)
        self._column.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)


class ChoiceCard(Card):
    """`chosen` carries which of the four ways; `drafted` the text being written together, 400 ms after the last
    key; `writing_changed` when its box opens or closes."""

    chosen = Signal(str)
    drafted = Signal(str)
    writing_changed = Signal()

    def __init__(self, choosing: Choosing, *, may_choose: bool, parent: QWidget | None = None) -> None:
        super().__init__(choosing.label, parent=parent)
        self.choosing = choosing
        self.buttons: dict[str, Button] = {}
        self.box: TextBox | LineBox | None = None
        name = f"{choosing.type}.{choosing.choice.field}"
        self.setObjectName(f"two_versions.{name}")
        self._sides = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._sides.setSpacing(12)
        self.standing = VersionSide("This one", "It stands in the record.", choosing.standing, choosing, name)
        self.other = VersionSide("The other", "It is kept beside it.", choosing.other, choosing, f"{name}.other")
        self._sides.addWidget(self.standing, 1)
        self._sides.addWidget(self.other, 1)
        self.add(self._sides)
        if choosing.advice:
            self.add(PlainLabel(choosing.advice, "small"))
        self.trouble = TroubleBox("two_versions.trouble")
        self.add(self.trouble)
        self._writing = QWidget()
        self._writing.hide()
        if may_choose:
            self.add(self._make_buttons())
            self.add(self._writing)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(HAND_OVER_MS)
        self._timer.timeout.connect(self._hand_over)

    def _make_buttons(self) -> FlowLayout:
        standing, other = self.choosing.keep_words()
        offered = [(STANDING, standing, ""), (OTHER, other, "")]
        if self.choosing.joined is not None:
            offered.append((BOTH, "Keep both", ""))
        if self.choosing.is_text and not self.choosing.is_exact:
            offered.append((TOGETHER, "Write it together", "pencil"))
        row = FlowLayout(across=8, down=8)
        for name, words, icon in offered:
            button = Button(words, icon)
            key = "write_together" if name == TOGETHER else name
            access.describe(button, f"{words}: {self.choosing.label}", key=f"two_versions.{key}")
            button.setProperty("row", "/".join(self.choosing.key))
            if name == TOGETHER:
                button.clicked.connect(self.write_together)
            else:
                button.clicked.connect(lambda _=False, name=name: self.chosen.emit(name))
            sides = {STANDING: self.standing, OTHER: self.other}
            if name in sides:
                sides[name].add_button(button)
            else:
                row.addWidget(button)
            self.buttons[name] = button
        return row

    def set_stacked(self, stacked: bool) -> None:
        """Put the two below each other where the window is small."""
        way = QBoxLayout.Direction.TopToBottom if stacked else QBoxLayout.Direction.LeftToRight
        self._sides.setDirection(way)

    # ---- writing it together -------------------------------------------------------------------------------------

    def is_writing(self) -> bool:
        """Whether a text of its own is being written here."""
        return self.box is not None and not self._writing.isHidden()

    def write_together(self) -> None:
        """Open a box with both texts in it, or with what was written there before."""
        if self.box is None:
            self._make_box()
        self._writing.show()
        assert self.box is not None
        self.box.setFocus()
        self.writing_changed.emit()

    def close_writing(self) -> None:
        """Put the box away; what was written in it is kept for the next time."""
        self._hand_over()
        self._writing.hide()
        self.buttons[TOGETHER].setFocus()
        self.writing_changed.emit()

    def close_quietly(self) -> None:
        """Stop writing: what was written has become the answer."""
        self._timer.stop()
        self._writing.hide()

    def together(self) -> str:
        """What is written in the box."""
        if isinstance(self.box, TextBox):
            return self.box.plain()
        return self.box.text() if self.box is not None else ""

    def flush(self) -> None:
        """Hand over what is typed now."""
        if self._timer.isActive():
            self._hand_over()

    def tell_settled(self) -> None:
        """Say that somebody settled this elsewhere while a text was being written here; the text stays."""
        for button in self.buttons.values():
            button.hide()
        self._told.show()

    def _make_box(self) -> None:
        choosing = self.choosing
        start = choosing.draft or str(choosing.joined or choosing.standing.value or choosing.other.value or "")
        column = QVBoxLayout(self._writing)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(8)
        self._told = Banner("This was settled on another laptop meanwhile. What you wrote is still here.", "info")
        self._told.hide()
        column.addWidget(self._told)
        column.addWidget(PlainLabel("Both texts in one, for you to put into shape", "h3"))
        if choosing.field is not None and choosing.field.kind is Kind.LINE:
            line = LineBox()
            line.setText(start)
            line.textChanged.connect(lambda _text: self._timer.start())
            self.box = line
        else:
            text = TextBox(lines=3)
            text.set_plain(start)
            text.textChanged.connect(self._timer.start)
            self.box = text
        access.describe(self.box, f"Write it together: {choosing.label}", key="two_versions.together")
        column.addWidget(self.box)
        keep = Button("Keep what I wrote", "check", "primary", keys="Ctrl+Enter")
        access.describe(keep, f"Keep what I wrote: {choosing.label}", key="two_versions.keep_together")
        keep.clicked.connect(lambda: self.chosen.emit(TOGETHER))
        away = Button("Not now", kind="quiet")
        access.describe(away, "Not now. What you wrote is kept.", key="two_versions.not_now")
        away.clicked.connect(self.close_writing)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(keep)
        row.addWidget(away)
        row.addStretch(1)
        column.addLayout(row)

    def _hand_over(self) -> None:
        self._timer.stop()
        if self.box is not None:
            self.drafted.emit(self.together())
