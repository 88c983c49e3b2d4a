"""One question of This is Me at a time, answered with pictures, words or both; for a child who uses symbols."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from models.symbols import SYMBOLS, says, with_words, without_words
from ui import access
from ui.form import Form
from ui.parts.buttons import Button
from ui.parts.icon_label import IconLabel
from ui.parts.labels import PlainLabel
from ui.parts.symbol_tile import SymbolTile
from ui.views.me_tiles import SHORT

PEN = "pen_held_by"
STEPS = (*SHORT, PEN)
"""The six boxes, and who held the pen at the end: the worker asks it, and nobody guesses it."""
PEN_TITLE = "Who told this?"
COLUMNS = 4


class MeAsking(QWidget):
    """Stands above a form of the one field: the question and its pictures. A pressed picture becomes a line."""

    def __init__(self, form: Form, name: str, icon: str, question: str, parent: QWidget | None = None) -> None:
        super().__init__(parent or form)
        self._form, self._name = form, name
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        head = QHBoxLayout()
        head.setSpacing(16)
        head.addWidget(IconLabel(icon, "text", 64, self))
        words = QVBoxLayout()
        words.setSpacing(2)
        self.title = PlainLabel(SHORT.get(name, PEN_TITLE), "display", self)
        self.title.setObjectName("this_is_me.asking")
        words.addWidget(self.title)
        words.addWidget(PlainLabel(question, "lead", self))
        head.addLayout(words, 1)
        count = f"{STEPS.index(name) + 1} of {len(STEPS)}"
        head.addWidget(PlainLabel(count, "body", self, wrap=False), 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(head)
        self.tiles: list[SymbolTile] = []
        if name in SYMBOLS:
            grid = QGridLayout()
            grid.setSpacing(12)
            for at, one in enumerate(SYMBOLS[name]):
                tile = SymbolTile(one.icon, one.words, self, key=f"this_is_me.symbol.{one.icon}")
                tile.clicked.connect(lambda _on=False, tile=tile: self._press(tile))
                grid.addWidget(tile, at // COLUMNS, at % COLUMNS)
                self.tiles.append(tile)
            column.addLayout(grid)
            form.edited.connect(self._follow)
            # After the form, which takes in first what another laptop answered.
            form.link.changed.connect(self._on_changed)
        self.show_chosen()

    def focus(self) -> None:
        """Take the focus on the first picture, or on the question's own field."""
        if self.tiles:
            self.tiles[0].setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self._form.focus_on(self._name)

    def show_chosen(self) -> None:
        """Mark the pictures whose words stand in the box."""
        text = str(self._form.body().get(self._name) or "")
        for tile in self.tiles:
            tile.setChecked(says(text, tile.words()))

    def _press(self, tile: SymbolTile) -> None:
        text = str(self._form.body().get(self._name) or "")
        change = with_words if tile.isChecked() else without_words
        self._form.set_value(self._name, change(text, tile.words()))
        self.show_chosen()

    def _follow(self, _name: str) -> None:
        self.show_chosen()

    def _on_changed(self, _changes: object) -> None:
        self.show_chosen()


class MeSteps(QWidget):
    """Below the question: `stepped` carries the field of the question before or after, "" for all six together."""

    stepped = Signal(str)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        at = STEPS.index(name)
        before = STEPS[at - 1] if at else ""
        after = STEPS[at + 1] if at + 1 < len(STEPS) else ""
        self.before = self._button("Back" if before else "All six", "chevron-left", "before", before)
        self.after = self._button("Next" if after else "All six", "chevron-right", "next", after)
        row.addWidget(self.before)
        row.addStretch(1)
        row.addWidget(self.after)

    def _button(self, words: str, icon: str, key: str, leads_to: str) -> Button:
        is_next = key == "next"
        button = Button(words, "" if is_next else icon, "secondary", self, trailing=icon if is_next else "", tall=58)
        access.describe(button, words, key=f"this_is_me.{key}")
        button.clicked.connect(lambda: self.stepped.emit(leads_to))
        return button
