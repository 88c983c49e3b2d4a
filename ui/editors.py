"""One editor for each kind of field, made from its declaration; what it holds is the field's JSON value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from math import isfinite
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetricsF, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from models.clock import to_stamp
from models.fields import Field, Kind, fault
from models.moments import read_day, read_moment
from models.wording import say
from ui import access, theme
from ui.day_boxes import DayBox, TimeBox
from ui.drawing_editor import DrawingEditor
from ui.editor import Around, Editor
from ui.parts.buttons import Button
from ui.parts.checked_text import CheckedLine, CheckedProse
from ui.parts.choice_row import ChoiceRow
from ui.parts.picker import Picker
from ui.text_boxes import LineBox, TextBox, mark_voice

MOST_CHIPS = 5
"""More answers than this stand in a drop-down."""
NOT_RECORDED = "Not recorded"
NOT_A_NUMBER = "Type a number"
NO_TIME = "Add the time, such as 10:30"
NO_DAY = "Add the day"


class LineEditor(Editor):
    """Short text."""

    least = 260

    def __init__(self, field: Field, around: Around, parent: QWidget | None = None) -> None:
        super().__init__(field, around, parent)
        self.box = LineBox(self)
        access.describe(self.box, around.name, key=around.key)
        self.box.textEdited.connect(lambda _text: self.edited.emit())
        self.column.addWidget(self.box)
        spelling = around.spelling if field.is_worker_prose else None
        self.checked = CheckedLine(self.box, spelling) if spelling is not None else None

    def value(self) -> str:
        return self.box.text()

    def _show(self, value: Any) -> None:
        self.box.setText("" if value is None else str(value))

    def target(self) -> QLineEdit:
        return self.box

    def undo(self) -> bool:
        """Undo in the text itself."""
        is_available = self.box.isUndoAvailable()
        self.box.undo()
        return is_available

    def show_voice(self, *, is_childs: bool) -> None:
        """Colour the words as the child's own."""
        mark_voice(self.box, is_childs=is_childs)


class ProseEditor(Editor):
    """Paragraphs, the worker's or somebody's exact words."""

    least = 320
    whole = True

    def __init__(self, field: Field, around: Around, parent: QWidget | None = None, *, lines: int = 3) -> None:
        super().__init__(field, around, parent)
        self.box = TextBox(self, lines=2 if field.is_verbatim else lines, quoted=field.is_verbatim)
        access.describe(self.box, around.name, key=around.key)
        self.box.textChanged.connect(self._changed)
        self._is_showing = False
        self.column.addWidget(self.box)
        spelling = around.spelling if field.is_worker_prose else None
        self.checked = CheckedProse(self.box, spelling) if spelling is not None else None

    def value(self) -> str:
        return self.box.plain()

    def _show(self, value: Any) -> None:
        self._is_showing = True
        self.box.set_plain("" if value is None else str(value))
        self._is_showing = False

    def target(self) -> TextBox:
        return self.box

    def undo(self) -> bool:
        """Undo in the text itself."""
        is_available = self.box.document().isUndoAvailable()
        self.box.undo()
        return is_available

    def show_voice(self, *, is_childs: bool) -> None:
        """Colour the words as the child's own."""
        mark_voice(self.box, is_childs=is_childs)

    def _changed(self) -> None:
        if not self._is_showing:
            self.edited.emit()


class ChipsEditor(Editor):
    """A choice of few answers, flags, or yes and no; nothing chosen is "not recorded"."""

    least = 0
    stretches = False

    def __init__(self, field: Field, around: Around, parent: QWidget | None = None) -> None:
        super().__init__(field, around, parent)
        self.whole = field.kind is Kind.FLAGS
        self.row = ChoiceRow(name=around.name, several=field.kind is Kind.FLAGS, parent=self)
        self.row.setObjectName(around.key)
        self._known = self._answers()
        self.row.set_answers(self._known)
        self.row.chosen.connect(lambda _codes: self._tell())
        self.column.addWidget(self.row)

    def _answers(self) -> list[tuple[str, str]]:
        if self.field.kind is Kind.TICK:
            return [("yes", "Yes"), ("no", "No")]
        return [(choice.code, say(choice.words, self.around.child)) for choice in self.field.choices]

    def value(self) -> Any:
        codes = self.row.value()
        if self.field.kind is Kind.FLAGS:
            return sorted(codes)
        if self.field.kind is Kind.TICK:
            return None if not codes else codes[0] == "yes"
        return codes[0] if codes else ""

    def _show(self, value: Any) -> None:
        if self.field.kind is Kind.TICK:
            codes = [] if value is None else ["yes" if value else "no"]
        elif self.field.kind is Kind.FLAGS:
            codes = [str(code) for code in value or ()]
        else:
            codes = [str(value)] if value else []
        # A code that only a newer Heard knows is offered as it stands, so that a tap cannot drop it unseen.
        strange = [code for code in codes if code not in dict(self._known)]
        if len(self.row.chips()) != len(self._known) + len(strange) or strange:
            self.row.set_answers([*self._known, *((code, code) for code in strange)])
        self.row.set_value(codes)

    def target(self) -> QWidget:
        return self.row

    def mark_problem(self, *, is_wrong: bool) -> None:
        """Chips keep their edge; the bar beside the question shows the problem."""


class PickEditor(Editor):
    """One of many: a drop-down of a list's answers, or of records a link may point at."""

    least = 200
    most = 520

    def __init__(self, field: Field, around: Around, parent: QWidget | None = None) -> None:
        super().__init__(field, around, parent)
        self.box = Picker(self)
        access.describe(self.box, around.name, key=around.key)
        self.box.view().setAccessibleName(around.name)
        self.box.activated.connect(lambda _at: self._tell())
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.box, 1)
        self.add: Button | None = None
        if field.kind is Kind.LINK and field.links_to:
            self.add = Button("Add", "plus", "quiet", self)
            self.add.set_words("Add", name=f"Add to: {around.name}")
            row.addWidget(self.add)
        self.column.addLayout(row)
        self.refresh()

    def refresh(self) -> None:
        """Offer what there is now, and keep what is chosen."""
        chosen = self.value()
        self.box.clear()
        self.box.addItem(NOT_RECORDED, "")
        for code, words in self._answers():
            self.box.addItem(words, code)
        self._show(chosen)
        self._take_room()

    def _take_room(self) -> None:
        """Be wide enough for the longest answer, within reason: a drop-down cuts words off without a sign."""
        metrics = QFontMetricsF(theme.current().font("body"))
        longest = max(metrics.horizontalAdvance(self.box.itemText(at)) for at in range(self.box.count()))
        beside = 100 if self.add is not None else 0
        self.least = round(min(360.0, max(200.0, longest / theme.current().px(100) * 100 + 84))) + beside

    def _answers(self) -> Sequence[tuple[str, str]]:
        if self.field.kind is Kind.LINK:
            return self.around.options()
        return [(choice.code, say(choice.words, self.around.child)) for choice in self.field.choices]

    def value(self) -> str:
        return str(self.box.currentData() or "")

    def _show(self, value: Any) -> None:
        code = str(value or "")
        at = self.box.findData(code)
        if at < 0:
            words = "Not on this laptop" if self.field.kind is Kind.LINK else code
            self.box.addItem(words, code)
            at = self.box.count() - 1
        self.box.setCurrentIndex(at)

    def target(self) -> Picker:
        return self.box


class NumberEditor(Editor):
    """A number typed; the arrow keys step it, and an empty box is "not recorded"."""

    least = 130
    stretches = False

    def __init__(self, field: Field, around: Around, parent: QWidget | None = None) -> None:
        super().__init__(field, around, parent)
        self.box = LineBox(self)
        self.box.setInputMethodHints(Qt.InputMethodHint.ImhFormattedNumbersOnly)
        access.describe(self.box, around.name, key=around.key)
        self.box.textEdited.connect(lambda _text: self.edited.emit())
        self.box.editingFinished.connect(self.settle)
        self._fit()
        self.column.addWidget(self.box)

    def _fit(self) -> None:
        self.box.setMaximumWidth(theme.current().px(140))

    def value(self) -> float | int | None:
        typed = self.box.text().strip().replace(",", ".")
        try:
            number = float(typed)
        except ValueError:
            return None
        if not isfinite(number):
            return None
        return int(number) if number.is_integer() and abs(number) < 1e15 else number

    def unreadable(self) -> str:
        return NOT_A_NUMBER if self.box.text().strip() and self.value() is None else ""

    def settle(self) -> None:
        if not self.unreadable():
            self._keep_step()

    def _show(self, value: Any) -> None:
        self.box.setText("" if value is None else f"{value:g}" if isinstance(value, int | float) else str(value))

    def target(self) -> QLineEdit:
        return self.box

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(Qt.Key(event.key()))
        if step is None or self.unreadable():
            super().keyPressEvent(event)
            return
        now = self.value()
        wanted = (self.field.least_number or 0) if now is None else now + step
        if not fault(self.field, wanted):
            self._show(wanted)
            self._tell()


class DayEditor(Editor):
    """A calendar day."""

    least = 240
    most = 380

    def __init__(self, field: Field, around: Around, parent: QWidget | None = None) -> None:
        super().__init__(field, around, parent)
        self.box = DayBox(around.today, around.lean, self)
        access.describe(self.box, around.name, key=around.key)
        self.box.day_changed.connect(self.edited)
        self.box.editingFinished.connect(self.settle)
        self.column.addWidget(self.box)

    def value(self) -> str | None:
        return self.box.day.isoformat() if self.box.day else None

    def unreadable(self) -> str:
        return self.box.problem()

    def settle(self) -> None:
        self.box.write_out()
        if not self.unreadable():
            self._keep_step()

    def _show(self, value: Any) -> None:
        self.box.show_day(read_day(str(value)) if value else None)

    def target(self) -> DayBox:
        return self.box


class MomentEditor(Editor):
    """A day and a time, where the laptop is; stored as one instant."""

    least = 350
    most = 520

    def __init__(self, field: Field, around: Around, parent: QWidget | None = None) -> None:
        super().__init__(field, around, parent)
        self.box, self.clock = DayBox(around.today, around.lean, self), TimeBox(self)
        access.describe(self.box, around.name, key=around.key)
        access.describe(self.clock, f"{around.name}, time", key=f"{around.key}.time")
        self._fit()
        self.box.day_changed.connect(self.edited)
        self.box.time_typed.connect(self._take_time)
        self.clock.time_changed.connect(self.edited)
        for box in self.boxes():
            box.editingFinished.connect(self.settle)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.box, 1)
        row.addWidget(self.clock)
        self.column.addLayout(row)

    def _fit(self) -> None:
        self.clock.setFixedWidth(theme.current().px(84))

    def value(self) -> str | None:
        if self.box.day is None or self.clock.at is None:
            return None
        return to_stamp(datetime.combine(self.box.day, self.clock.at).astimezone())

    def unreadable(self) -> str:
        if problem := self.box.problem() or self.clock.problem():
            return problem
        if (self.box.day is None) == (self.clock.at is None):
            return ""
        return NO_TIME if self.clock.at is None else NO_DAY

    def settle(self) -> None:
        self.box.write_out()
        self.clock.write_out()
        if not self.unreadable():
            self._keep_step()

    def _take_time(self, at: Any) -> None:
        self.clock.show_time(at)
        self.edited.emit()

    def _show(self, value: Any) -> None:
        moment = read_moment(str(value)) if value else None
        self.box.show_day(moment.date() if moment else None)
        self.clock.show_time(moment.time().replace(second=0, microsecond=0) if moment else None)

    def target(self) -> DayBox:
        return self.box

    def boxes(self) -> tuple[DayBox | TimeBox, ...]:
        return (self.box, self.clock)


_MAKERS: dict[Kind, Callable[[Field, Around, QWidget | None], Editor]] = {
    Kind.LINE: LineEditor,
    Kind.FLAGS: ChipsEditor,
    Kind.TICK: ChipsEditor,
    Kind.DAY: DayEditor,
    Kind.MOMENT: MomentEditor,
    Kind.NUMBER: NumberEditor,
    Kind.LINK: PickEditor,
    Kind.STROKES: DrawingEditor,
}


def make_editor(
    field: Field, around: Around, parent: QWidget | None = None, *, lines: int = 3, chips: bool = False
) -> Editor:
    """Make the editor of a field. ``lines`` is the least height of the worker's prose; ``chips`` shows all answers."""
    if field.kind is Kind.PROSE:
        return ProseEditor(field, around, parent, lines=lines)
    if field.kind is Kind.CHOICE:
        return (PickEditor if len(field.choices) > MOST_CHIPS and not chips else ChipsEditor)(field, around, parent)
    return _MAKERS[field.kind](field, around, parent)
