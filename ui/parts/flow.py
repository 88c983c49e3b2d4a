"""A layout that puts things side by side and starts a new line when there is no more room."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget


class _Measured(NamedTuple):
    """One thing, how large it wants to be, and how small it may be."""

    item: QLayoutItem
    wide: int
    tall: int
    narrow: int
    low: int


def _measure(item: QLayoutItem) -> _Measured:
    wanted, least = item.sizeHint(), item.minimumSize()
    return _Measured(item, wanted.width(), wanted.height(), least.width(), least.height())


class FlowLayout(QLayout):
    """For chips, pills and buttons; ``across`` and ``down`` are the gaps in pixels.

    With ``middle`` what is lower stands at half the height of its line, and not at its top.
    """

    def __init__(self, parent: QWidget | None = None, *, across: int = 8, down: int = 8, middle: bool = False) -> None:
        # What was measured holds until something in it changes: a layout asks many times before it stands.
        self._tall: dict[int, int] = {}
        self._known: list[_Measured] | None = None
        self._stands_at: QRect | None = None
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
        self._known = self._stands_at = None
        super().invalidate()

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        if rect != self._stands_at:
            self._place(rect, move=True)
            self._stands_at = QRect(rect)

    def sizeHint(self) -> QSize:
        shown = self._shown()
        wide = sum(one.wide for one in shown) + self._across * max(0, len(shown) - 1)
        return self._with_margins(QSize(wide, max((one.tall for one in shown), default=0)))

    def minimumSize(self) -> QSize:
        shown = self._shown()
        narrow = max((one.narrow for one in shown), default=0)
        return self._with_margins(QSize(narrow, max((one.low for one in shown), default=0)))

    def _shown(self) -> list[_Measured]:
        if self._known is None:
            self._known = [_measure(item) for item in self._items if not item.isEmpty()]
        return self._known

    def _with_margins(self, size: QSize) -> QSize:
        margins = self.contentsMargins()
        return size + QSize(margins.left() + margins.right(), margins.top() + margins.bottom())

    def _place(self, rect: QRect, *, move: bool) -> int:
        margins = self.contentsMargins()
        room = rect.marginsRemoved(margins)
        x, y, tallest = room.x(), room.y(), 0
        left, width = x, room.width()
        standing: list[tuple[QLayoutItem, QRect]] = []
        for one in self._shown():
            wide = min(one.wide, max(one.narrow, width))
            if x > left and x + wide > left + width:
                self._settle(standing, tallest, move=move)
                x, y, tallest, standing = left, y + tallest + self._down, 0, []
            if move:
                standing.append((one.item, QRect(x, y, wide, one.tall)))
            x += wide + self._across
            tallest = max(tallest, one.tall)
        self._settle(standing, tallest, move=move)
        return y + tallest - rect.y() + margins.bottom()

    def _settle(self, standing: list[tuple[QLayoutItem, QRect]], tallest: int, *, move: bool) -> None:
        """Give the items of one line their places."""
        for item, place in standing if move else ():
            down = (tallest - place.height()) // 2 if self._middle else 0
            item.setGeometry(place.translated(0, down))
