"""One question of This is Me at a time, answered with pictures, words or both; for a child who uses symbols."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from models.symbols import SYMBOLS, says, with_words, without_words
from ui import access, theme
from ui.form import Form
from ui.parts.buttons import Button
from ui.parts.icon_label import IconLabel
from ui.parts.labels import PlainLabel
from ui.parts.symbol_tile import WIDE, SymbolTile
from ui.views.me_tiles import SHORT

PEN = "pen_held_by"
STEPS = (*SHORT, PEN)
"""The six boxes, and who held the pen at the end: the worker asks it, and nobody guesses it."""
PEN_TITLE = "Who told this?"
COLUMNS, GAP = 4, 12


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
        self._grid, self._columns = QGridLayout(), 0
        self._grid.setSpacing(GAP)
        column.addLayout(self._grid)
        if name in SYMBOLS:
            for one in SYMBOLS[name]:
                tile = SymbolTile(one.icon, one.words, self, key=f"this_is_me.symbol.{one.icon}")
                tile.clicked.connect(lambda _on=False, tile=tile: self._press(tile))
                self.tiles.append(tile)
            self._fit()
            form.edited.connect(self._follow)
            # After the form, which takes in first what another laptop answered.
            form.link.changed.connect(self._on_changed)
        self.show_chosen()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """As many pictures in a row as there is room for, four at most."""
        columns = max(1, min(COLUMNS, (self.width() + GAP) // (theme.current().px(WIDE) + GAP)))
        if columns == self._columns:
            return
        for at in range(COLUMNS):
            self._grid.setColumnStretch(at, 1 if at < columns else 0)
        for at, tile in enumerate(self.tiles):
            self._grid.addWidget(tile, at // columns, at % columns)
        self._columns = columns

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
        name = "Back to the question before" if words == "Back" else words
        access.describe(button, name, key=f"this_is_me.{key}")
        button.clicked.connect(lambda: self.stepped.emit(leads_to))
        return button
