"""This is Me for a child who uses symbols: six large pictures with few words, over the same record."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from models.fields import Field
from models.record import declaration_of, whose_words
from models.symbols import icon_of, lines_of
from models.version import Body
from models.wording import Spoken
from ui import theme
from ui.parts.picture_box import PictureBox

TYPE = "this_is_me"
LEAST = 300
# Few words for each box, as a child who uses symbols reads them; the question is put by the worker beside them.
SHORT = {
    "important_to_me": "Important to me",
    "how_to_talk_with_me": "Talk with me",
    "before_you_visit": "Before you come",
    "do_not_like": "I do not like",
    "helps_me": "This helps me",
    "my_hopes": "I hope",
}


class MeTiles(QWidget):
    """`asked` carries the field of the tile that was pressed."""

    asked = Signal(str)

    def __init__(self, boxes: Sequence[Field], body: Body, child: Spoken, parent: QWidget) -> None:
        super().__init__(parent)
        declaration = declaration_of(TYPE)
        assert declaration is not None
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(12)
        self._columns = 0
        self.tiles: list[PictureBox] = []
        for field in boxes:
            lines = [(icon_of(field.name, line), line) for line in lines_of(str(body.get(field.name) or ""))]
            tone = "voice" if whose_words(declaration, field, body) == "child" else "text"
            tile = PictureBox(
                field.icon or "hand-heart",
                SHORT.get(field.name, field.label),
                lines,
                self,
                tone=tone,
                empty=f"Press to ask {child.name}",
                key=f"{TYPE}.{field.name}.tile",
            )
            tile.clicked.connect(lambda _on=False, name=field.name: self.asked.emit(name))
            self.tiles.append(tile)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        gap = self._grid.spacing()
        columns = max(1, min(3, (self.width() + gap) // (theme.current().px(LEAST) + gap)))
        if columns == self._columns:
            return
        self._columns = columns
        for at in range(3):
            self._grid.setColumnStretch(at, 1 if at < columns else 0)
        for at, tile in enumerate(self.tiles):
            self._grid.addWidget(tile, at // columns, at % columns)
