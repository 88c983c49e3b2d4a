"""Chips: small rounded choices and actions, drawn 32 px high and pressed anywhere in 40."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QFocusEvent, QFontMetricsF, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QCheckBox, QPushButton, QRadioButton, QSizePolicy, QWidget

from ui import access, icons, theme
from ui.parts import strokes
from ui.parts.painted import PaintedButton

PRESSED_IN, TALL = 40, 32  # the height that can be pressed, and the height that is drawn
PAD = 15
TICK = 14


class _ChipFace(PaintedButton):
    """What all chips have in common: how they are measured and painted."""

    _icon = ""
    _tone = "primary"

    def _dress(self, words: str, icon: str) -> None:
        self._icon = icon
        self.setText(words.replace("&", "&&"))
        self.setAccessibleName(words)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def words(self) -> str:
        """Return the chip's words."""
        return self.text().replace("&&", "&")

    def _before(self) -> float:
        # A choosable chip keeps the same room left and right, and its tick stands in the left: nothing moves.
        look = theme.current()
        if self.isCheckable():
            return look.px(PAD + 8)
        return PAD - 2 + look.px(18) + (7 if self.words() else -2) if self._icon else look.px(PAD)

    def _after(self) -> float:
        return theme.current().px(PAD + 8 if self.isCheckable() else PAD)

    def sizeHint(self) -> QSize:
        wide = self._before() + theme.current().width("small", 700, self.words()) + self._after()
        return QSize(round(wide + 0.99), theme.current().px(PRESSED_IN))

    def minimumSizeHint(self) -> QSize:
        short = theme.current().px(64)
        return QSize(min(short, self.sizeHint().width()), self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.width() < self.sizeHint().width():
            access.tip(self, self.words())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # The row it is one of comes first. An event filter would cost it ten calls for each chip before it stands.
        take_key = getattr(self.parentWidget(), "take_key", None)
        if take_key is None or not take_key(self, event):
            super().keyPressEvent(event)

    def hitButton(self, pos: QPoint) -> bool:
        return self.rect().contains(pos)

    def paintEvent(self, event: QPaintEvent) -> None:
        look = theme.current()
        painter = QPainter(self)
        whole = QRectF(self.rect())
        tall = look.px(TALL)
        chip = QRectF(0, (whole.height() - tall) / 2, whole.width(), tall)
        chosen = self.isChecked()
        fill = "primary_soft" if chosen or self.isDown() else "sunken" if self.underMouse() else "surface"
        edge = look.colour("primary" if chosen else "control")
        width = strokes.edge_width() + (0.5 if chosen else 0)
        strokes.box(painter, chip, look.colour(fill), edge, chip.height() / 2, width)
        if self.wears_ring():
            strokes.ring(painter, chip, chip.height() / 2, width + (0.5 if chosen else 0))
        ink = look.colour("on_primary_soft" if chosen else "text")
        font = look.font("small", 700 if chosen else 600)
        painter.setFont(font)
        painter.setPen(ink)
        if chosen:
            side = look.px(TICK)
            tick = QRectF(chip.left() + look.px(7), round(chip.center().y() - side / 2), side, side)
            icons.paint(painter, "check", tick, ink, 3)
        elif self._icon and not self.isCheckable():
            side = look.px(18)
            place = QRectF(chip.left() + PAD - 2, round(chip.center().y() - side / 2), side, side)
            icons.paint(painter, self._icon, place, ink)
        room = QRectF(
            chip.left() + self._before(), chip.top(), chip.width() - self._before() - self._after(), chip.height()
        )
        shown = QFontMetricsF(font).elidedText(self.words(), Qt.TextElideMode.ElideRight, room.width() + 2)
        painter.drawText(room.adjusted(-3, 0, 3, 0), Qt.AlignmentFlag.AlignCenter, shown)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()


class Chip(_ChipFace, QPushButton):
    """A chip that does something when pressed."""

    def __init__(self, words: str, icon: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._dress(words, icon)

    def show_words(self, words: str, icon: str = "") -> None:
        """Say something else."""
        self._dress(words, icon)
        self.updateGeometry()
        self.update()


class OneChip(_ChipFace, QRadioButton):
    """One answer among several of which one is chosen; made by ChoiceRow."""

    def __init__(self, words: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._dress(words, "")

    def clear(self) -> None:
        """Take the choice back; Qt lets a lone radio button only be chosen, so it stops being one for a moment."""
        self.setAutoExclusive(False)
        self.setChecked(False)
        self.setAutoExclusive(True)


class FlagChip(_ChipFace, QCheckBox):
    """One answer among several of which any number may be chosen; made by ChoiceRow."""

    def __init__(self, words: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._dress(words, "")
