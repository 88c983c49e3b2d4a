"""A layout for questions: side by side while there is room, tops in line, each row filled from edge to edge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget, QWidgetItem

from ui import theme

QWIDGETSIZE_MAX = (1 << 24) - 1


@dataclass(slots=True)
class _Place:
    item: QLayoutItem
    least: int
    most: int
    stretches: bool
    whole: bool


class _Measured(NamedTuple):
    """One question, how wide it wants to be, and how narrow it may be."""

    place: _Place
    wanted: int
    narrow: int


def _measure(place: _Place) -> _Measured:
    narrow = place.item.minimumSize().width()
    wide = narrow if place.stretches else place.item.sizeHint().width()
    return _Measured(place, max(theme.current().px(place.least), wide), narrow)


class FieldRows(QLayout):
    """Add questions with `add_question`; a hidden one takes no room. Gaps in pixels.

    ``least`` and ``most`` are pixels at 100 %: they grow with the letters, also while the questions stand.
    """

    def __init__(self, parent: QWidget | None = None, *, across: int = 20, down: int = 14) -> None:
        # What was measured holds until something in it changes: a layout asks many times before it stands.
        self._tall: dict[int, int] = {}
        self._known: list[_Measured] | None = None
        self._stands_at: QRect | None = None
        super().__init__(parent)
        self._places: list[_Place] = []
        self._across, self._down = across, down
        self.setContentsMargins(0, 0, 0, 0)

    def add_question(
        self,
        widget: QWidget,
        *,
        least: int = 0,
        most: int = 0,
        stretches: bool = True,
        whole: bool = False,
        at: int | None = None,
    ) -> None:
        """Add one: perhaps filling what is left of its row, up to ``most``, perhaps with a row of its own.

        ``at`` is its place among those that are there; without it, it is the last.
        """
        self.addChildWidget(widget)
        place = _Place(QWidgetItem(widget), least, most or QWIDGETSIZE_MAX, stretches, whole)
        self._places.insert(len(self._places) if at is None else at, place)
        self.invalidate()

    def addItem(self, item: QLayoutItem) -> None:
        self._places.append(_Place(item, 0, QWIDGETSIZE_MAX, True, True))
        self.invalidate()

    def count(self) -> int:
        return len(self._places)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._places[index].item if 0 <= index < len(self._places) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        self.invalidate()
        return self._places.pop(index).item if 0 <= index < len(self._places) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation.Horizontal

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        if width not in self._tall:
            self._tall[width] = self._lay(QRect(0, 0, width, 0), move=False)
        return self._tall[width]

    def invalidate(self) -> None:
        self._tall.clear()
        self._known = self._stands_at = None
        super().invalidate()

    def sizeHint(self) -> QSize:
        width = max((one.wanted for one in self._shown()), default=0)
        return QSize(width, self.heightForWidth(max(width, 640)))

    def minimumSize(self) -> QSize:
        return QSize(max((one.narrow for one in self._shown()), default=0), 0)

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        if rect != self._stands_at:
            self._lay(rect, move=True)
            self._stands_at = QRect(rect)

    def _shown(self) -> list[_Measured]:
        if self._known is None:
            self._known = [_measure(place) for place in self._places if not place.item.isEmpty()]
        return self._known

    def _rows(self, width: int) -> list[list[_Measured]]:
        rows: list[list[_Measured]] = []
        taken = 0
        for one in self._shown():
            wanted = min(one.wanted, width)
            is_whole = one.place.whole or (bool(rows) and rows[-1][0].place.whole)
            if not rows or is_whole or taken + self._across + wanted > width:
                rows.append([one])
                taken = wanted
            else:
                rows[-1].append(one)
                taken += self._across + wanted
        return rows

    def _lay(self, rect: QRect, *, move: bool) -> int:
        y = rect.y()
        for number, row in enumerate(self._rows(rect.width())):
            y += self._down if number else 0
            y += self._lay_row(row, rect.x(), y, rect.width(), move=move)
        return y - rect.y()

    def _lay_row(self, row: list[_Measured], x: int, y: int, width: int, *, move: bool) -> int:
        wide = [width if one.place.whole else min(one.wanted, width) for one in row]
        stretching = [at for at, one in enumerate(row) if one.place.stretches and not one.place.whole]
        spare = width - sum(wide) - self._across * (len(row) - 1)
        # Those with a limit first, so that what they cannot take goes to the others.
        stretching.sort(key=lambda at: row[at].place.most)
        for done, at in enumerate(stretching):
            share = min(spare // (len(stretching) - done), max(0, _most(row[at].place) - wide[at]))
            wide[at] += share
            spare -= share
        tall = 0
        for one, across in zip(row, wide, strict=True):
            item = one.place.item
            height = item.heightForWidth(across) if item.hasHeightForWidth() else item.sizeHint().height()
            if move:
                item.setGeometry(QRect(QPoint(x, y), QSize(across, height)))
            x += across + self._across
            tall = max(tall, height)
        return tall


def _most(place: _Place) -> int:
    return theme.current().px(place.most) if place.most < QWIDGETSIZE_MAX else QWIDGETSIZE_MAX
