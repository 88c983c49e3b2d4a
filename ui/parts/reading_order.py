"""The order in which Tab goes: as the eye goes over what is seen, row by row, and down one column before the next."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QScrollArea,
    QTabBar,
    QWidget,
)


def step(root: QWidget, *, forward: bool) -> bool:
    """Give the focus to the stop after the one that has it, or before it; round at the end. False if there is none.

    What was made last comes last in Qt's own chain, wherever it stands; so a button shown later, or a part drawn anew,
    would be reached at the end of the page. Asked only when Tab is pressed: the places of widgets are then settled.
    """
    everything = list(_walk(root))
    if not forward:
        everything.reverse()
    here = QApplication.focusWidget()
    at = everything.index(here) if here in everything else -1
    for each in everything[at + 1 :] + everything[: at + 1]:
        if is_stop(each) and each is not here:
            each.setFocus(Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason)
            return True
    return False


def is_stop(widget: QWidget) -> bool:
    """Whether Tab stops here."""
    wants = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
    return wants and widget.isEnabled() and widget.focusProxy() is None


def _walk(widget: QWidget) -> Iterator[QWidget]:
    yield widget
    if isinstance(widget, QComboBox | QAbstractSpinBox | QTabBar):
        return  # one stop, whatever it is made of
    if isinstance(widget, QAbstractScrollArea) and not isinstance(widget, QScrollArea):
        return  # a list or a text: its rows and words are gone over with the arrows
    parts = [child for child in widget.children() if isinstance(child, QWidget) and child.isVisible()]
    for part in in_order([part for part in parts if not part.isWindow()]):
        yield from _walk(part)


def in_order(parts: list[QWidget]) -> list[QWidget]:
    """Widgets of one parent as they are read: cut between rows, then between columns, and each piece again."""
    if len(parts) < 2:
        return parts
    for start, end in ((_top, _bottom), (_left, _right)):
        pieces = _cut(parts, start, end)
        if len(pieces) > 1:
            return [part for piece in pieces for part in in_order(piece)]
    return sorted(parts, key=lambda part: (part.y(), part.x()))


def _cut(parts: list[QWidget], start: Callable[[QWidget], int], end: Callable[[QWidget], int]) -> list[list[QWidget]]:
    """Cut wherever a straight line goes between the widgets without touching one."""
    pieces: list[list[QWidget]] = []
    reach = min(start(part) for part in parts)
    for part in sorted(parts, key=start):
        if not pieces or start(part) >= reach:
            pieces.append([])
        pieces[-1].append(part)
        reach = max(reach, end(part))
    return pieces


def _top(part: QWidget) -> int:
    return part.y()


def _bottom(part: QWidget) -> int:
    return part.y() + part.height()


def _left(part: QWidget) -> int:
    return part.x()


def _right(part: QWidget) -> int:
    return part.x() + part.width()
