"""A question answered by large tiles, each with its key: one of them stands, and nothing shifts when one is chosen."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QRadioButton, QSizePolicy, QWidget

from ui import access, icons, style, theme
from ui.parts import lettering, strokes
from ui.parts.painted import PaintedButton

TALL, RADIUS, PAD, ICON, GAP = 50, 8, 14, 20, 8
ONE_COLUMN_UNDER = 560


class AnswerTile(PaintedButton, QRadioButton):
    """One answer: an icon, its words and its key. ``key`` is the digit that chooses it."""

    def __init__(self, code: str, words: str, icon: str, key: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.code, self.key = code, key
        self._icon = icon
        self.setText(words.replace("&", "&&"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        access.describe(self, words, f"Key {key}")

    def words(self) -> str:
        """Return the tile's words."""
        return self.text().replace("&&", "&")

    def _room(self, width: float) -> float:
        look = theme.current()
        # The tick of the chosen one has its place beside the key in every tile.
        return max(60.0, width - 2 * PAD - look.px(ICON) - 12 - look.px(52))

    def _laid(self, width: float) -> lettering.Laid:
        return lettering.lay_out(self.words(), theme.current().font("body", 700), self._room(width), leading=1.25)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return max(theme.current().px(TALL), round(self._laid(width).height + 0.49) + 20)

    def sizeHint(self) -> QSize:
        wide = theme.current().px(300)
        return QSize(wide, self.heightForWidth(wide))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.current().px(180), theme.current().px(TALL))

    def hitButton(self, pos: object) -> bool:
        del pos
        return True

    def paintEvent(self, event: QPaintEvent) -> None:
        look = theme.current()
        painter = QPainter(self)
        whole, chosen = QRectF(self.rect()), self.isChecked()
        self.paint_frame(painter, "primary_soft" if chosen or self.isDown() else self.ground(), RADIUS)
        ink = look.colour("on_primary_soft" if chosen else "text")
        middle, side = whole.center().y(), look.px(ICON)
        place = QRectF(PAD, round(middle - side / 2), side, side)
        icons.paint(painter, self._icon, place, ink if chosen else look.colour("text2"))
        font = look.font("body", 700 if chosen else 400)
        words = lettering.lay_out(self.words(), font, self._room(whole.width()), leading=1.25)
        words.draw(painter, QPointF(place.right() + 12, middle - words.height / 2), ink)
        letter = look.font("overline", 600)
        metrics = QFontMetricsF(letter)
        left = whole.right() - PAD - strokes.key_width(self.key, metrics)
        painter.setFont(letter)
        strokes.draw_keys(painter, left, middle, self.key, metrics, ink if chosen else look.colour("text2"))
        if chosen:
            tick = look.px(16)
            icons.paint(painter, "check", QRectF(left - tick - 8, round(middle - tick / 2), tick, tick), ink, 3)


class AnswerTiles(QWidget):
    """``answers`` are (code, words, icon), in the order of their keys from 1, ``across`` of them in a row.

    In a row narrower than ``one_column_under`` (pixels at 100 %) they stand below each other. `chosen` carries a code.
    """

    chosen = Signal(str)

    def __init__(
        self,
        name: str,
        answers: Sequence[tuple[str, str, str]],
        parent: QWidget | None = None,
        *,
        key: str = "",
        across: int = 2,
        one_column_under: int = ONE_COLUMN_UNDER,
    ) -> None:
        super().__init__(parent)
        style.mark(self, kind="choices")
        access.describe(self, name, key=key)
        self._group = QButtonGroup(self)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(GAP)
        self.tiles: list[AnswerTile] = []
        self._columns = 0
        for number, (code, words, icon) in enumerate(answers, 1):
            tile = AnswerTile(code, words, icon, str(number), self)
            tile.setObjectName(f"{key}.{code}" if key else code)
            tile.toggled.connect(lambda on, code=code: self.chosen.emit(code) if on else None)
            self._group.addButton(tile)
            self.tiles.append(tile)
        self._across, self._one_column_under = across, one_column_under
        self._arrange(across)

    def value(self) -> str:
        """The code that stands; "" for none."""
        return next((tile.code for tile in self.tiles if tile.isChecked()), "")

    def show_value(self, code: str) -> None:
        """Show an answer, without `chosen`."""
        for tile in self.tiles:
            tile.blockSignals(True)
            tile.setChecked(tile.code == code)
            tile.blockSignals(False)
            tile.update()

    def press(self, key: str) -> bool:
        """Choose by a key; False where no tile has it."""
        tile = next((tile for tile in self.tiles if tile.key == key), None)
        if tile is not None:
            tile.setChecked(True)
            tile.setFocus(Qt.FocusReason.ShortcutFocusReason)
        return tile is not None

    def focus(self) -> None:
        """Take the focus, on the answer that stands."""
        standing = next((tile for tile in self.tiles if tile.isChecked()), self.tiles[0])
        standing.setFocus(Qt.FocusReason.OtherFocusReason)

    def _arrange(self, columns: int) -> None:
        if columns == self._columns:
            return
        self._columns = columns
        for at, tile in enumerate(self.tiles):
            self._grid.addWidget(tile, at // columns, at % columns)
        for at in range(self._across):
            self._grid.setColumnStretch(at, 1 if at < columns else 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange(1 if self.width() < theme.current().px(self._one_column_under) else self._across)
