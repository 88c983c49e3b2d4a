"""Boxes for days and times: typed as people type them, shown as Heard writes them, with a calendar beside."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time

from PySide6.QtCore import QDate, QEvent, QLocale, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFontMetricsF,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextCharFormat,
)
from PySide6.QtWidgets import QAbstractButton, QApplication, QCalendarWidget, QVBoxLayout, QWidget

from models.dates_typed import WEEKDAYS, Lean, read_day, read_time, say_day, say_time, say_weekday, split_moment
from ui import access, icons, theme
from ui.parts.surface import Surface
from ui.text_boxes import LineBox

NOT_A_DAY = "Type a day, such as 23/11/2026, 23 Nov or Tuesday"
NOT_A_TIME = "Type a time, such as 10:30 or 2pm"


class MonthSheet(Surface):
    """A month to pick a day from; Enter or a click picks, Esc or going elsewhere closes.

    It lies in the window and is no window of its own, so that F9 covers it too.
    """

    picked = Signal(object)  # date

    def __init__(self, standing: date, box: QWidget) -> None:
        host = getattr(box.window(), "sheet_host", None) or box.window()
        super().__init__("card", host)
        self._box, self._host = box, host
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 6, 6, 6)
        self.month = QCalendarWidget(self)
        self.month.setLocale(QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom))
        self.month.setFirstDayOfWeek(Qt.DayOfWeek.Monday)
        self.month.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader)
        plain = QTextCharFormat()
        plain.setForeground(theme.current().colour("text"))  # Qt's weekends are red, and red is for errors
        for day in (Qt.DayOfWeek.Saturday, Qt.DayOfWeek.Sunday):
            self.month.setWeekdayTextFormat(day, plain)
        self.month.setSelectedDate(QDate(standing.year, standing.month, standing.day))
        access.describe(self.month, "Calendar", "Arrow keys move, Enter chooses", key="calendar")
        self.month.activated.connect(self._pick)
        self.month.clicked.connect(self._pick)
        column.addWidget(self.month)
        self._place()
        self.show()
        self.raise_()
        self.month.setFocus(Qt.FocusReason.OtherFocusReason)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._on_focus)

    def close_sheet(self) -> None:
        """Go away, and leave the cursor in the box."""
        if not self.isHidden():
            self.hide()
            self._box.setFocus(Qt.FocusReason.OtherFocusReason)
            self.deleteLater()

    def _place(self) -> None:
        look = theme.current()
        wide, tall = look.px(340), look.px(300)
        below = self._box.mapTo(self._host, QPoint(0, self._box.height() + 2))
        top = below.y()
        if top + tall > self._host.height():
            top = max(0, below.y() - self._box.height() - tall - 4)
        left = max(0, min(below.x(), self._host.width() - wide - 8))
        self.setGeometry(left, top, wide, tall)

    def _pick(self, day: QDate) -> None:
        if not self.isHidden():
            self.picked.emit(date(day.year(), day.month(), day.day()))
            self.close_sheet()

    def _on_focus(self, _old: QWidget | None, now: QWidget | None) -> None:
        if now is not None and now is not self and not self.isAncestorOf(now) and not self.isHidden():
            self.hide()
            self.deleteLater()

    def event(self, event: QEvent) -> bool:
        # Esc is the calendar's while it is open; the window would go back with it.
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress:
                self.close_sheet()
                return True
        return super().event(event)


class _CalendarButton(QAbstractButton):
    """The calendar at the right of a day; Alt+Down does the same from the keyboard."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName("Open the calendar")
        access.tip(self, "Open the calendar (Alt+Down)")

    def sizeHint(self) -> QSize:
        side = theme.current().px(34)
        return QSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        side = theme.current().px(20)
        box = QRectF((self.width() - side) / 2, round((self.height() - side) / 2), side, side)
        tint = "primary" if self.underMouse() and self.isEnabled() else "text2"
        icons.paint(QPainter(self), "calendar", box, theme.current().colour(tint))


class DayBox(LineBox):
    """A day. `day_changed` comes with every change by hand; ``day`` is the last that could be read."""

    day_changed = Signal()
    time_typed = Signal(object)  # a time typed together with the day

    def __init__(self, today: Callable[[], date], lean: Lean = Lean.NEAR, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._today, self._lean = today, lean
        self.day: date | None = None
        self._button = _CalendarButton(self)
        self._button.clicked.connect(self.open_calendar)
        self.textEdited.connect(self._read)
        self.editingFinished.connect(self.write_out)
        self._place_button()

    def show_day(self, day: date | None) -> None:
        """Show a day, without `day_changed`."""
        self.day = day
        self.setText(say_day(day) if day else "")

    def problem(self) -> str:
        """What is wrong with what stands there; "" when it is a day or nothing."""
        return NOT_A_DAY if self.text().strip() and self._typed() is None else ""

    def write_out(self) -> None:
        """Turn "tue" into "24 November 2026". What cannot be read stays as it was typed."""
        _words, at = split_moment(self.text(), self._today())
        typed = self._typed()
        if typed is None:
            return
        self.day = typed
        if at and (read := read_time(at)) is not None:
            self.time_typed.emit(read)
        if self.text() != say_day(typed):
            self.setText(say_day(typed))

    def open_calendar(self) -> None:
        """Show the month of the day that stands, or of today."""
        if self.isReadOnly():
            return
        sheet = MonthSheet(self.day or self._today(), self)
        sheet.picked.connect(self._picked)

    def _typed(self) -> date | None:
        words, _at = split_moment(self.text(), self._today())
        return read_day(words, self._today(), self._lean)

    def _read(self) -> None:
        self.day = self._typed()
        self.day_changed.emit()

    def _picked(self, day: date) -> None:
        self.show_day(day)
        self.day_changed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        alt = event.modifiers() & Qt.KeyboardModifier.AltModifier
        if (event.key() == Qt.Key.Key_Down and alt) or event.key() == Qt.Key.Key_F4:
            self.open_calendar()
        elif _is_undo(event) and not self.isUndoAvailable():
            event.ignore()  # the field's own history has what stood before this was written out
        else:
            super().keyPressEvent(event)

    # ---- how it looks --------------------------------------------------------------------------------------------

    def _place_button(self) -> None:
        side = theme.current().px(34)
        self._button.setGeometry(self.width() - side - 3, (self.height() - side) // 2, side, side)
        self.setTextMargins(0, 0, side - 8, 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_button()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._place_button()

    def _beside(self) -> str:
        """What is said at the right of the text: how it is read while typing, and how near the day is."""
        if self.day is None:
            return ""
        if self.hasFocus() and self.text() != say_day(self.day):
            return say_weekday(self.day)
        away = (self.day - self._today()).days
        near = {0: "Today", 1: "Tomorrow", -1: "Yesterday"}
        return near.get(away, WEEKDAYS[self.day.weekday()])

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        words = self._beside()
        look = theme.current()
        font = look.font("small")
        wide = QFontMetricsF(font).horizontalAdvance(words)
        right = self._button.geometry().left() - 4
        taken = 16 + QFontMetricsF(self.font()).horizontalAdvance(self.text()) + 12
        if not words or taken + wide > right:
            return
        painter = QPainter(self)
        painter.setFont(font)
        painter.setPen(look.colour("text2"))
        middle = self.height() / 2 + QFontMetricsF(font).ascent() / 2 - 2
        painter.drawText(QPointF(right - wide, middle), words)


class TimeBox(LineBox):
    """A time of day. `time_changed` comes with every change by hand; ``at`` is None where it cannot be read."""

    time_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.at: time | None = None
        self.textEdited.connect(self._read)
        self.editingFinished.connect(self.write_out)

    def show_time(self, at: time | None) -> None:
        """Show a time, without `time_changed`."""
        self.at = at
        self.setText(say_time(at) if at else "")

    def problem(self) -> str:
        """What is wrong with what stands there; "" when it is a time or nothing."""
        return NOT_A_TIME if self.text().strip() and self.at is None else ""

    def write_out(self) -> None:
        """Turn "2pm" into "14:00"."""
        if self.at is not None and self.text() != say_time(self.at):
            self.setText(say_time(self.at))

    def _read(self, text: str) -> None:
        self.at = read_time(text)
        self.time_changed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if _is_undo(event) and not self.isUndoAvailable():
            event.ignore()
        else:
            super().keyPressEvent(event)


def _is_undo(event: QKeyEvent) -> bool:
    return event.matches(QKeySequence.StandardKey.Undo) or event.matches(QKeySequence.StandardKey.Redo)
