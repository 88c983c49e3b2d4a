"""The rows of Find: headings and results in one list, matches marked, nothing ever read as markup."""

from __future__ import annotations

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFont, QFontMetricsF, QMouseEvent, QPainter, QTextCharFormat, QTextLayout
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from models.finding import Result, Spans
from ui import access, icons, style, theme
from ui.parts import strokes

ROW, HEADING = 58, 38
Index = QModelIndex | QPersistentModelIndex


class ResultsModel(QAbstractListModel):
    """Holds the rows of one search."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: list[Result] = []

    def show_rows(self, rows: list[Result]) -> None:
        """Show other rows."""
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self.rows)

    def flags(self, index: Index) -> Qt.ItemFlag:
        if index.isValid() and self.rows[index.row()].is_heading:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self.rows):
            return None
        row = self.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return row.title
        if role == Qt.ItemDataRole.UserRole:
            return row
        if role == Qt.ItemDataRole.ToolTipRole and row.words:
            return row.words
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ". ".join(part for part in (row.title, row.words) if part)
        return None


class ResultDelegate(QStyledItemDelegate):
    """Draws a heading, or an icon with a title and the words around the match."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        row = index.data(Qt.ItemDataRole.UserRole)
        tall = HEADING if isinstance(row, Result) and row.is_heading else ROW
        return QSize(200, theme.current().px(tall))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = index.data(Qt.ItemDataRole.UserRole)
        if not isinstance(row, Result):
            return
        look = theme.current()
        place = QRectF(option.rect)
        painter.save()
        if row.is_heading:
            painter.setFont(look.font("overline", 700))
            painter.setPen(look.colour("text2"))
            flags = Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft
            painter.drawText(place.adjusted(12, 0, -12, -6), flags, row.title)
        else:
            self._paint_row(painter, option, row, place.adjusted(2, 1, -2, -1))
        painter.restore()

    def _paint_row(self, painter: QPainter, option: QStyleOptionViewItem, row: Result, box: QRectF) -> None:
        look = theme.current()
        is_chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if is_chosen:
            strokes.box(painter, box, look.colour("sel"), look.colour("primary"), 8, strokes.edge_width())
        elif option.state & QStyle.StateFlag.State_MouseOver:
            strokes.box(painter, box, look.colour("sunken"), None, 8)
        side = look.px(22)
        ink = "on_primary_soft" if is_chosen else "primary"
        place = QRectF(box.left() + 12, round(box.center().y() - side / 2), side, side)
        icons.paint(painter, row.icon or "file-pen-line", place, look.colour(ink))
        left, room = place.right() + 14, box.right() - place.right() - 28
        tall = look.px(21)
        top = box.center().y() - (tall if row.words else tall / 2)
        text = "on_primary_soft" if is_chosen else "text"
        _draw(painter, row.title, row.spans, look.font("ui", 600), text, QRectF(left, top, room, tall))
        if row.words:
            quiet = "on_primary_soft" if is_chosen else "text2"
            line = QRectF(left, box.center().y(), room, tall)
            _draw(painter, row.words, row.word_spans, look.font("small"), quiet, line)


def _draw(painter: QPainter, text: str, spans: Spans, font: QFont, ink: str, box: QRectF) -> None:
    """Draw one line of plain text, its matches bold on a tint."""
    look = theme.current()
    shown = QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, box.width())
    layout = QTextLayout(shown, font)
    marks = []
    for start, end in spans:
        if start >= len(shown):
            continue
        mark = QTextLayout.FormatRange()
        dress = QTextCharFormat()
        dress.setFontWeight(QFont.Weight.Bold)
        dress.setForeground(look.colour("on_primary_soft"))
        dress.setBackground(look.colour("primary_soft"))
        mark.start, mark.length, mark.format = start, min(end, len(shown)) - start, dress
        marks.append(mark)
    layout.setFormats(marks)
    layout.beginLayout()
    line = layout.createLine()
    # Bold takes more room than was measured: the line is cut by the box, never broken in two.
    line.setNumColumns(len(shown))
    layout.endLayout()
    painter.save()
    painter.setClipRect(box.adjusted(0, -2, 4, 2))
    painter.setPen(look.colour(ink))
    layout.draw(painter, QPointF(box.left(), box.top() + (box.height() - line.height()) / 2))
    painter.restore()


class ResultList(QListView):
    """`chosen` carries the row pressed or entered."""

    chosen = Signal(object)

    def __init__(self, model: ResultsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = model
        self.setModel(model)
        self.setItemDelegate(ResultDelegate(self))
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QListView.Shape.NoFrame)
        # The field keeps the keys: arrows pressed there move in this list.
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        style.mark(self, kind="rows")
        access.describe(self, "Results", "Arrow keys move, Enter opens", key="find.results")

    def current(self) -> Result | None:
        """The row that stands chosen."""
        row = self.currentIndex().data(Qt.ItemDataRole.UserRole)
        return row if isinstance(row, Result) and not row.is_heading else None

    def choose_first(self) -> None:
        """Choose the first row that can be opened."""
        self._step_from(-1, 1)

    def step(self, step: int) -> None:
        """Choose the next or the last row that can be opened; at an end stay there."""
        self._step_from(self.currentIndex().row(), step)

    def _step_from(self, at: int, step: int) -> None:
        at += step
        while 0 <= at < len(self._rows.rows):
            if not self._rows.rows[at].is_heading:
                self.setCurrentIndex(self._rows.index(at))
                self.scrollTo(self._rows.index(max(0, at - 1)) if at == 1 else self._rows.index(at))
                return
            at += step

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        row = self.indexAt(event.position().toPoint()).data(Qt.ItemDataRole.UserRole)
        if event.button() == Qt.MouseButton.LeftButton and isinstance(row, Result) and not row.is_heading:
            self.chosen.emit(row)
