"""The side rail: the main pages, then hide, settings and who is working; icons alone where the window is narrow."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from ui import access, icons, style, theme
from ui.parts import strokes
from ui.parts.avatar import Avatar
from ui.parts.labels import PlainLabel
from ui.parts.painted import PaintedButton

WIDE, NARROW = 212, 64
BAR = 4


class NavRow(PaintedButton, QPushButton):
    """One page of the rail; ``is_here`` draws the bar, the tint and the bold words."""

    def __init__(self, words: str, icon: str, keys: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon, self._words, self._keys = icon, words, keys
        self._narrow = self._here = False
        self.setAccessibleName(words)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._explain()

    def words(self) -> str:
        """Return the row's words."""
        return self._words

    def is_here(self) -> bool:
        """Whether this is the page that stands."""
        return self._here

    def set_here(self, here: bool) -> None:
        """Mark the row as the page that stands, or not."""
        if here != self._here:
            self._here = here
            self.setAccessibleDescription("This page" if here else "")
            self.update()

    def set_narrow(self, narrow: bool) -> None:
        """Show the icon alone; the words then stand in the tooltip."""
        self._narrow = narrow
        self._explain()
        self.update()

    def set_face(self, words: str, icon: str) -> None:
        """Show other words and another icon."""
        self._words, self._icon = words, icon
        self.setAccessibleName(words)
        self._explain()
        self.update()

    def _explain(self) -> None:
        whole = f"{self._words} ({self._keys})" if self._keys else self._words
        access.tip(self, whole if self._narrow else self._keys)

    def sizeHint(self) -> QSize:
        look = theme.current()
        return QSize(look.px(NARROW if self._narrow else WIDE) - 20, look.px(44))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.current().px(NARROW) - 16, theme.current().px(44))

    def paintEvent(self, event: QPaintEvent) -> None:
        look = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        whole = QRectF(self.rect())
        if self._here:
            # Square where the bar stands, round at the other end.
            path = QPainterPath()
            path.addRoundedRect(whole.adjusted(-10, 0, 0, 0), 8, 8)
            painter.setClipRect(whole)
            painter.fillPath(path, look.colour("sel"))
            painter.fillRect(QRectF(0, 0, BAR, whole.height()), look.colour("primary"))
        elif self.underMouse() or self.isDown():
            strokes.box(painter, whole, look.colour("sunken" if not self.isDown() else "line"), None, 8)
        if self.wears_ring():
            strokes.ring(painter, whole, 8)
        ink = look.colour("on_primary_soft" if self._here else "text")
        side = look.px(20)
        left = (whole.width() - side) / 2 + (1 if self._here else 0) if self._narrow else 13.0
        icons.paint(painter, self._icon, QRectF(round(left), round((whole.height() - side) / 2), side, side), ink)
        if self._narrow:
            return
        painter.setFont(look.font("ui", 700 if self._here else 500))
        painter.setPen(ink)
        text = QRectF(13 + side + 12, 0, whole.width() - side - 33, whole.height())
        shown = painter.fontMetrics().elidedText(self._words, Qt.TextElideMode.ElideRight, int(text.width()))
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # A button would spend the arrows on its neighbours in the tab order; the rail knows better.
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            event.ignore()
        else:
            super().keyPressEvent(event)


class NavRail(QFrame):
    """`pressed` says which row: a page's key, or ``hide``. Up and down move between the rows."""

    pressed = Signal(str)
    widened = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        style.mark(self, kind="rail")
        access.describe(self, "Main pages", key="rail")
        self._rows: dict[str, NavRow] = {}
        self._narrow = False
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(12, 10, 12, 12)
        self._column.setSpacing(4)
        self._column.addWidget(self._make_head())
        self._column.addSpacing(6)
        self._column.addStretch(1)
        self._foot = QVBoxLayout()
        self._foot.setSpacing(4)
        self._column.addLayout(self._foot)
        self._width_row = NavRow("Show the words", "chevron-right")
        self._width_row.clicked.connect(lambda: self.widened.emit(self._narrow))
        self._foot.addWidget(self._width_row)
        self._width_row.hide()
        self._column.addSpacing(4)
        self._column.addLayout(self._make_worker())
        self._fit()

    def _make_head(self) -> QWidget:
        self._head = _Brand(self)
        return self._head

    def _make_worker(self) -> QHBoxLayout:
        self._worker_row = row = QHBoxLayout()
        row.setSpacing(11)
        self._worker = Avatar("", 34)
        row.addWidget(self._worker)
        self._names = QWidget()
        lines = QVBoxLayout(self._names)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(0)
        self._name = PlainLabel("", "h3", elided=True)
        self._job = PlainLabel("", "small", elided=True)
        lines.addWidget(self._name)
        lines.addWidget(self._job)
        row.addWidget(self._names, 1)
        return row

    def add_row(self, key: str, words: str, icon: str, keys: str = "", *, foot: bool = False) -> NavRow:
        """Add a row at the end of the main pages, or at the foot."""
        row = NavRow(words, icon, keys, self)
        row.setObjectName(f"rail.{key}")
        row.set_narrow(self._narrow)
        row.clicked.connect(lambda: self.pressed.emit(key))
        if foot:
            self._foot.addWidget(row)
        else:
            main = sum(1 for other in self._rows.values() if not other.property("foot"))
            self._column.insertWidget(2 + main, row)
        row.setProperty("foot", foot)
        self._rows[key] = row
        return row

    def rows(self) -> dict[str, NavRow]:
        """Return the rows by their key, main pages first."""
        return dict(sorted(self._rows.items(), key=lambda item: bool(item[1].property("foot"))))

    def set_worker(self, name: str, job: str) -> None:
        """Say who is working on this laptop."""
        self._worker.set_name(name)
        access.tip(self._worker, f"{name}, {job}" if job else name)
        self._name.setText(name)
        self._job.setText(job)

    def show_here(self, key: str) -> None:
        """Mark the row of the page that stands; a page that has no row leaves none marked."""
        for each, row in self._rows.items():
            row.set_here(each == key)

    def is_narrow(self) -> bool:
        """Whether the rail shows icons alone."""
        return self._narrow

    def set_narrow(self, narrow: bool, *, may_widen: bool = False) -> None:
        """Show icons alone, or icons and words; ``may_widen`` offers the way to change that."""
        self._narrow = narrow
        for row in (*self._rows.values(), self._width_row):
            row.set_narrow(narrow)
        self._names.setVisible(not narrow)
        self._head.set_narrow(narrow)
        self._width_row.setVisible(may_widen)
        self._width_row.set_face(*(("Show the words", "chevron-right") if narrow else ("Icons only", "chevron-left")))
        self._fit()

    def _fit(self) -> None:
        look = theme.current()
        self.setFixedWidth(look.px(NARROW if self._narrow else WIDE))
        side = 8 if self._narrow else 12
        self._worker_row.setContentsMargins(6, 0, 0, 0)
        self._column.setContentsMargins(side, 10, side, 12)

    def stops(self) -> list[QWidget]:
        """Return what Tab stops at, in the order seen."""
        rows = [*self._rows.values()]
        foot = [row for row in rows if row.property("foot")]
        return [*(row for row in rows if row not in foot), self._width_row, *foot]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
        rows = [row for row in self.rows().values() if row.isVisible()]
        standing = next((number for number, row in enumerate(rows) if row.hasFocus()), None)
        if event.key() in steps and standing is not None:
            step = steps[Qt.Key(event.key())]
            rows[(standing + step) % len(rows)].setFocus(Qt.FocusReason.TabFocusReason)
            return
        super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._fit()


class _Brand(QWidget):
    """Heard's sign and name at the top of the rail."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._narrow = False

    def set_narrow(self, narrow: bool) -> None:
        self._narrow = narrow
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme.current().px(NARROW) - 20, theme.current().px(42))

    def paintEvent(self, event: QPaintEvent) -> None:
        look = theme.current()
        painter = QPainter(self)
        side = look.px(26)
        left = (self.width() - side) / 2 if self._narrow else 8.0
        box = QRectF(round(left), round((self.height() - side) / 2), side, side)
        icons.paint(painter, "message-square-heart", box, look.colour("primary"), 2)
        if not self._narrow:
            painter.setFont(look.font("h2", 700))
            painter.setPen(look.colour("text"))
            words = QRectF(left + side + 10, 0, self.width(), self.height())
            painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, "Heard")
