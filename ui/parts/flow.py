"""A layout that puts things side by side and starts a new line when there is no more room."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget


class FlowLayout(QLayout):
    """For chips, pills and buttons; ``across`` and ``down`` are the gaps in pixels.

    With ``middle`` what is lower stands at half the height of its line, and not at its top.
    """

    def __init__(self, parent: QWidget | None = None, *, across: int = 8, down: int = 8, middle: bool = False) -> None:
        # Heights by width, until something in it changes: a layout asks for them many times before it stands.
        self._tall: dict[int, int] = {}
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._across, self._down, self._middle = across, down, middle
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)
        self.invalidate()

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        self.invalidate()
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        if width not in self._tall:
            self._tall[width] = self._place(QRect(0, 0, width, 0), move=False)
        return self._tall[width]

    def invalidate(self) -> None:
        self._tall.clear()
        super().invalidate()

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._place(rect, move=True)

    def sizeHint(self) -> QSize:
        shown = [item.sizeHint() for item in self._items if not item.isEmpty()]
        wide = sum(size.width() for size in shown) + self._across * max(0, len(shown) - 1)
        return self._with_margins(QSize(wide, max((size.height() for size in shown), default=0)))

    def minimumSize(self) -> QSize:
        size = QSize()
        for item in self._items:
            if not item.isEmpty():
                size = size.expandedTo(item.minimumSize())
        return self._with_margins(size)

    def _with_margins(self, size: QSize) -> QSize:
        margins = self.contentsMargins()
        return size + QSize(margins.left() + margins.right(), margins.top() + margins.bottom())

    def _place(self, rect: QRect, *, move: bool) -> int:
        margins = self.contentsMargins()
        room = rect.marginsRemoved(margins)
        x, y, tallest = room.x(), room.y(), 0
        standing: list[tuple[QLayoutItem, QRect]] = []
        for item in self._items:
            if item.isEmpty():
                continue
            size = item.sizeHint().boundedTo(QSize(max(item.minimumSize().width(), room.width()), 10_000))
            if x > room.x() and x + size.width() > room.x() + room.width():
                self._settle(standing, tallest, move=move)
                x, y, tallest, standing = room.x(), y + tallest + self._down, 0, []
            standing.append((item, QRect(QPoint(x, y), size)))
            x += size.width() + self._across
            tallest = max(tallest, size.height())
        self._settle(standing, tallest, move=move)
        return y + tallest - rect.y() + margins.bottom()

    def _settle(self, standing: list[tuple[QLayoutItem, QRect]], tallest: int, *, move: bool) -> None:
        """Give the items of one line their places."""
        for item, place in standing if move else ():
            down = (tallest - place.height()) // 2 if self._middle else 0
            item.setGeometry(place.translated(0, down))
