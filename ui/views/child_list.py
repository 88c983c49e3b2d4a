"""The list of children assigned to this worker: filtered by name, drawn by a delegate, read only as far as seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFocusEvent, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from ui import access, icons, style, theme
from ui.parts import strokes
from ui.parts.avatar import paint_avatar

ROW = 60
PAGE = 100
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class ChildRow:
    """One child in the list. ``beside`` tells them from another of the same name; ``words`` are what may be typed."""

    scope_id: str
    head: str
    mark: str
    beside: str
    words: str


class ChildrenModel(QAbstractListModel):
    """Hands out rows a page at a time; ``line_of`` reads what stands under a name when it is first drawn."""

    def __init__(self, line_of: Callable[[str], str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._line_of = line_of
        self._all: list[ChildRow] = []
        self._rows: list[ChildRow] = []
        self._shown = 0
        self._typed = ""
        self._lines: dict[str, str] = {}

    def set_rows(self, rows: list[ChildRow]) -> None:
        """Take other children, or the same ones changed."""
        self.beginResetModel()
        self._all, self._lines = rows, {}
        self._filter()
        self.endResetModel()

    def filter(self, typed: str) -> None:
        """Keep the children each typed word begins a word of."""
        self.beginResetModel()
        self._typed = typed
        self._filter()
        self.endResetModel()

    def _filter(self) -> None:
        wanted = self._typed.casefold().split()
        self._rows = [row for row in self._all if _matches(row.words, wanted)]
        self._shown = min(PAGE, len(self._rows))

    def rows(self) -> list[ChildRow]:
        """Every child that passes the filter."""
        return self._rows

    def count_all(self) -> int:
        """How many children there are without a filter."""
        return len(self._all)

    def row_of(self, scope_id: str) -> int:
        """Where a child stands, read that far if need be; -1 when the filter leaves them out."""
        at = next((at for at, row in enumerate(self._rows) if row.scope_id == scope_id), -1)
        while at >= self._shown:
            self.fetchMore(QModelIndex())
        return at

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else self._shown

    def canFetchMore(self, parent: Index) -> bool:
        return not parent.isValid() and self._shown < len(self._rows)

    def fetchMore(self, parent: Index) -> None:
        last = min(len(self._rows), self._shown + PAGE)
        self.beginInsertRows(QModelIndex(), self._shown, last - 1)
        self._shown = last
        self.endInsertRows()

    def line(self, row: ChildRow) -> str:
        """What stands under the name; read once."""
        if row.scope_id not in self._lines:
            self._lines[row.scope_id] = self._line_of(row.scope_id)
        parts = (self._lines[row.scope_id], row.beside)
        return " · ".join(part for part in parts if part)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= self._shown:
            return None
        row = self._rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return row.head
        if role == Qt.ItemDataRole.UserRole:
            return row
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ". ".join(part for part in (row.head, self.line(row)) if part)
        return None


def _matches(words: str, wanted: list[str]) -> bool:
    have = words.casefold().replace("-", " ").split()
    return all(any(one.startswith(word) for one in have) for word in wanted)


class ChildDelegate(QStyledItemDelegate):
    """Draws a row: initials, name and age, when they were last seen."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(200, theme.current().px(ROW))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row, model = index.data(Qt.ItemDataRole.UserRole), index.model()
        if not isinstance(row, ChildRow) or not isinstance(model, ChildrenModel):
            return
        look = theme.current()
        place: QRectF = QRectF(option.rect)
        state: QStyle.StateFlag = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = place.adjusted(2, 2, -2, -2)
        is_chosen = bool(state & QStyle.StateFlag.State_Selected)
        if is_chosen:
            strokes.box(painter, box, look.colour("sel"), look.colour("primary"), 8, strokes.edge_width())
        elif state & QStyle.StateFlag.State_MouseOver:
            strokes.box(painter, box, look.colour("sunken"), None, 8)
        view = option.widget
        if state & QStyle.StateFlag.State_HasFocus and getattr(view, "is_by_keyboard", False):
            strokes.ring(painter, box, 8)
        side = look.px(40)
        avatar = QRectF(box.left() + 8, box.center().y() - side / 2, side, side)
        paint_avatar(painter, avatar, row.mark)
        left = avatar.right() + 12
        room = box.right() - left - 10
        if is_chosen:
            room -= look.px(18) + 4
            tick = QRectF(box.right() - look.px(18) - 10, box.center().y() - look.px(9), look.px(18), look.px(18))
            icons.paint(painter, "chevron-right", tick, look.colour("on_primary_soft"), 2)
        self._words(painter, row.head, "ui", 600, "on_primary_soft" if is_chosen else "text", left, room, box, -1)
        line = model.line(row)
        self._words(painter, line, "small", 400, "on_primary_soft" if is_chosen else "text2", left, room, box, 1)
        painter.restore()

    @staticmethod
    def _words(
        painter: QPainter,
        words: str,
        role: str,
        weight: int,
        ink: str,
        left: float,
        room: float,
        box: QRectF,
        half: int,
    ) -> None:
        look = theme.current()
        font = look.font(role, weight)
        painter.setFont(font)
        painter.setPen(look.colour(ink))
        shown = QFontMetricsF(font).elidedText(words, Qt.TextElideMode.ElideRight, room)
        tall = look.px(22)
        top = box.center().y() - tall + 1 if half < 0 else box.center().y()
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextSingleLine
        painter.drawText(QRectF(left, top, room, tall), flags, shown)


class ChildList(QListView):
    """`looked_at` carries the scope the arrow keys reached, `chosen` the one pressed or entered."""

    looked_at = Signal(str)
    chosen = Signal(str)

    def __init__(self, model: ChildrenModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setModel(model)
        self.setItemDelegate(ChildDelegate(self))
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QListView.Shape.NoFrame)
        style.mark(self, kind="rows")
        self.is_by_keyboard = False
        access.describe(self, "Children assigned to you", "Arrow keys move, Enter opens", key="children.list")
        self.clicked.connect(self._choose)

    def _scope(self, index: Index) -> str:
        row = index.data(Qt.ItemDataRole.UserRole)
        return row.scope_id if isinstance(row, ChildRow) else ""

    def _choose(self, index: QModelIndex) -> None:
        if scope_id := self._scope(index):
            self.chosen.emit(scope_id)

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        if self.hasFocus() and (scope_id := self._scope(current)):
            self.looked_at.emit(scope_id)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.is_by_keyboard = event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        super().focusInEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.is_by_keyboard = False
        super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self.is_by_keyboard = True
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose(self.currentIndex())
            return
        super().keyPressEvent(event)

    def show_child(self, scope_id: str) -> None:
        """Mark a child as the one shown, without telling anyone."""
        model = self.model()
        assert isinstance(model, ChildrenModel)
        at = model.row_of(scope_id)
        self.blockSignals(True)
        if at < 0:
            self.clearSelection()
        else:
            self.setCurrentIndex(model.index(at))
            self.scrollTo(model.index(at))
        self.blockSignals(False)
        self.viewport().update()
