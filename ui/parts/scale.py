"""A question answered from 1 to 10: ten large numbers, with what the ends mean; one of them stands, or none."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QRadioButton, QSizePolicy, QVBoxLayout, QWidget

from ui import access, style, theme
from ui.parts.labels import PlainLabel
from ui.parts.painted import PaintedButton

SIDE, RADIUS, GAP = 54, 12, 6
LEAST, MOST = 1, 10


class _Step(PaintedButton, QRadioButton):
    """One number. Drawn in the voice colour when it is chosen: it is the child's own answer."""

    def __init__(self, number: int, name: str, parent: QWidget) -> None:
        super().__init__(str(number), parent)
        self.number = number
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        access.describe(self, f"{name}: {number} of {MOST}")

    def sizeHint(self) -> QSize:
        return QSize(theme.current().px(SIDE), theme.current().px(SIDE))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.current().px(30), theme.current().px(SIDE))

    def hitButton(self, pos: QPoint) -> bool:
        return self.rect().contains(pos)

    def paintEvent(self, event: QPaintEvent) -> None:
        look = theme.current()
        painter = QPainter(self)
        whole, chosen = QRectF(self.rect()), self.isChecked()
        self.paint_frame(painter, "voice_soft" if chosen else self.ground(), RADIUS, tone="voice")
        painter.setFont(look.font("knock_head", 700 if chosen else 400))
        painter.setPen(look.colour("voice" if chosen else "text"))
        painter.drawText(whole, Qt.AlignmentFlag.AlignCenter, str(self.number))


class Scale(QWidget):
    """`chosen` carries the number, or None when the answer is taken back; never by `show_value`.

    Pressing the number that stands, Delete or Backspace takes it back: "not said" is always a possible answer.
    """

    chosen = Signal(object)

    def __init__(self, name: str, low: str, high: str, parent: QWidget | None = None, *, key: str = "") -> None:
        super().__init__(parent)
        style.mark(self, kind="choices")
        access.describe(self, name, f"1 is {low}. 10 is {high}.", key=key)
        self._stands: int | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        row = QHBoxLayout()
        row.setSpacing(GAP)
        self.steps = [_Step(number, name, self) for number in range(LEAST, MOST + 1)]
        for step in self.steps:
            step.setObjectName(f"{key}.{step.number}" if key else str(step.number))
            step.setAutoExclusive(False)
            step.clicked.connect(lambda _on=False, step=step: self._press(step))
            step.installEventFilter(self)
            row.addWidget(step)
        column.addLayout(row)
        ends = QHBoxLayout()
        ends.addWidget(PlainLabel(low, "small", self), 1)
        right = PlainLabel(high, "small", self)
        right.setAlignment(Qt.AlignmentFlag.AlignRight)
        ends.addWidget(right, 1)
        column.addLayout(ends)

    def value(self) -> int | None:
        """The number that stands; None while nothing is said."""
        return self._stands

    def show_value(self, value: object) -> None:
        """Show an answer; what is no whole number of the scale shows as none."""
        is_step = isinstance(value, int | float) and not isinstance(value, bool) and value in range(LEAST, MOST + 1)
        self._stands = int(value) if is_step else None  # type: ignore[call-overload]
        for step in self.steps:
            step.setChecked(step.number == self._stands)
            step.update()

    def _press(self, step: _Step) -> None:
        self._take(None if step.number == self._stands else step.number)

    def _take(self, number: int | None) -> None:
        if number != self._stands:
            self.show_value(number)
            self.chosen.emit(number)
        else:
            self.show_value(number)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrow keys move the answer along; the buttons themselves would only move the focus."""
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return super().eventFilter(watched, event)
        key = Qt.Key(event.key())
        along = {Qt.Key.Key_Left: -1, Qt.Key.Key_Down: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: 1}.get(key)
        if along is not None:
            at = next((at for at, step in enumerate(self.steps) if step is watched), 0)
            to = self.steps[min(MOST - 1, max(0, at + along))]
            to.setFocus(Qt.FocusReason.TabFocusReason)
            self._take(to.number)
            return True
        if key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._take(None)
            return True
        return super().eventFilter(watched, event)
