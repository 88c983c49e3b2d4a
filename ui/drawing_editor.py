"""The editor of a drawing made in Heard: the sheet, its inks and widths, take back and begin again."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QWidget

from models.drawing import WIDTHS
from models.fields import Field
from ui import access
from ui.editor import Around, Editor
from ui.parts.buttons import Button
from ui.parts.canvas import Canvas
from ui.parts.choice_row import ChoiceRow
from ui.parts.flow import FlowLayout
from ui.parts.labels import PlainLabel

INK_WORDS = {
    "ink": "Black", "blue": "Blue", "green": "Green", "red": "Red", "orange": "Orange", "yellow": "Yellow",
    "brown": "Brown", "pink": "Pink",
}  # fmt: skip
WIDTH_WORDS = ("Thin", "Thick", "Very thick")
FULL = "The sheet is full. What is drawn is kept. A photo of a drawing on paper can be added instead."


class DrawingEditor(Editor):
    """Each whole line is saved. Ctrl+Z takes the last one back, as in every field."""

    least = 320
    whole = True

    def __init__(self, field: Field, around: Around, parent: QWidget | None = None) -> None:
        super().__init__(field, around, parent)
        self.canvas = Canvas(around.name, self, key=around.key)
        self.canvas.drawn.connect(self._tell)
        self.canvas.full.connect(self._say_full)
        self.inks = self._choices("Colour", list(INK_WORDS.items()), f"{around.key}.ink")
        self.inks.set_value([self.canvas.ink])
        self.inks.chosen.connect(self._take_ink)
        widths = [(str(wide), words) for wide, words in zip(WIDTHS, WIDTH_WORDS, strict=True)]
        self.widths = self._choices("How thick", widths, f"{around.key}.width")
        self.widths.set_value([str(self.canvas.thick)])
        self.widths.chosen.connect(self._take_width)
        self.column.addWidget(self.inks)
        self.column.addWidget(self.widths)
        self.column.addWidget(self.canvas)
        self.note = PlainLabel(FULL, "small", self)
        self.note.hide()
        self.column.addWidget(self.note)
        row = FlowLayout(across=8, down=4)
        self.back = self._button("Take the last line back", "undo-2", "undo")
        self.back.clicked.connect(self.undo)
        self.clear = self._button("Begin again", "eraser", "clear")
        self.clear.clicked.connect(self._begin_again)
        row.addWidget(self.back)
        row.addWidget(self.clear)
        self.column.addLayout(row)

    def _choices(self, name: str, answers: list[tuple[str, str]], key: str) -> ChoiceRow:
        row = ChoiceRow(name=name, parent=self)
        row.setObjectName(key)
        row.set_answers(answers)
        return row

    def _button(self, words: str, icon: str, key: str) -> Button:
        button = Button(words, icon, "quiet", self)
        access.describe(button, words, key=f"{self.around.key}.{key}")
        return button

    def value(self) -> Any:
        return self.canvas.value()

    def _show(self, value: Any) -> None:
        self.canvas.show_value(value)

    def target(self) -> QWidget:
        return self.canvas

    def mark_problem(self, *, is_wrong: bool) -> None:
        """The sheet stays white; the bar beside the question shows the problem."""

    def _take_ink(self, codes: object) -> None:
        chosen = next(iter(codes), "") if isinstance(codes, tuple) else ""
        # There is always an ink: pressing the one that stands does not take it away.
        self.canvas.ink = str(chosen) or self.canvas.ink
        self.inks.set_value([self.canvas.ink])

    def _take_width(self, codes: object) -> None:
        chosen = next(iter(codes), "") if isinstance(codes, tuple) else ""
        self.canvas.thick = int(chosen) if chosen else self.canvas.thick
        self.widths.set_value([str(self.canvas.thick)])

    def _begin_again(self) -> None:
        if self.canvas.value():
            self.canvas.show_value([])
            self.note.hide()
            self._tell()

    def _say_full(self) -> None:
        self.note.show()
