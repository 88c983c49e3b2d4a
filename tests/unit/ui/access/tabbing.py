"""Tab pressed round a whole screen, as the window system hands it over: where it stops, and what is seen there."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QCheckBox, QListView, QTabBar, QWidget

from desktop.eyes import SHAPES, contrast

MOST_STOPS = 250
AROUND = 8
SAME_LINE = 0.5
THICK = 1.1
"""Of its rim, how many pixels deep a ring must differ; drawn 3 px deep, with round corners and a gap."""


def stops(at: SimpleNamespace) -> Iterator[QWidget]:
    """Press Tab until it comes round; each stop once, with the focus on it, from the first of the page."""
    seen: list[QWidget] = []
    at.window.activateWindow()
    assert QTest.qWaitForWindowActive(at.window)
    (at.window.pages.currentWidget() if hasattr(at.window, "pages") else at.window).setFocus()
    for _ in range(MOST_STOPS):
        QTest.keyClick(at.window.windowHandle(), Qt.Key.Key_Tab)
        at.settle()
        here = QApplication.focusWidget()
        if here is None or here in seen:
            return
        seen.append(here)
        yield here


def may_stop(window: QWidget) -> list[QWidget]:
    """What asks to be stopped at: seen, enabled, and in the tab order."""
    found = []
    for each in window.findChildren(QWidget):
        wants = each.focusPolicy() & Qt.FocusPolicy.TabFocus and each.focusProxy() is None
        if wants and each.isVisible() and each.isEnabled() and not _is_a_bar(each):
            found.append(each)
    return found


def _is_a_bar(widget: QWidget) -> bool:
    """A scroll bar, or an area that holds others and takes no keys of its own."""
    return widget.inherits("QScrollBar") or (type(widget) is QAbstractScrollArea)


def against_the_eye(before: QWidget, after: QWidget) -> bool:
    """Whether the second of two stops stands before the first: above it, or left of it on its line.

    Compared are the two within what holds both; a column to the right may begin higher up.
    """
    one, other = _beside_each_other(before, after)
    if one is None or other is None:
        return False
    shared = min(one.bottom(), other.bottom()) - max(one.top(), other.top())
    is_one_line = shared > SAME_LINE * min(one.height(), other.height())
    if is_one_line:
        return other.right() <= one.left() + 1
    return other.bottom() <= one.top() + 1 and other.left() < one.right()


def _beside_each_other(before: QWidget, after: QWidget) -> tuple[QRect | None, QRect | None]:
    ways = [_way_up(before), _way_up(after)]
    held = next(each for each in ways[0] if each in ways[1])
    parts = [way[way.index(held) - 1] if way.index(held) else None for way in ways]
    if None in parts:
        return None, None
    one, other = parts
    assert one is not None
    assert other is not None
    return _placed(one, held), _placed(other, held)


def _way_up(widget: QWidget) -> list[QWidget]:
    way, each = [], widget
    while each is not None:
        way.append(each)
        each = each.parentWidget()
    return way


def _placed(widget: QWidget, held: QWidget) -> QRect:
    return QRect(widget.mapTo(held, QPoint(0, 0)), widget.size())


def ring_share(at: SimpleNamespace, widget: QWidget) -> float:
    """How deep the ring of what has the focus is, in pixels: changed by 3:1 at least, over the length of its rim."""
    place = _ringed(widget).translated(widget.mapTo(at.window, QPoint(0, 0)))
    seen = place.adjusted(-AROUND, -AROUND, AROUND, AROUND).intersected(at.window.rect())
    with_focus = _grab(at, seen)
    widget.clearFocus()
    at.settle()
    without = _grab(at, seen)
    widget.setFocus(Qt.FocusReason.TabFocusReason)
    at.settle()
    rim = 2 * (seen.intersected(place).width() + seen.intersected(place).height())
    return _changed(with_focus, without) / max(1, rim)


def _ringed(widget: QWidget) -> QRect:
    """What the ring goes round: of tabs and lists the one that stands, of a box to tick what can be seen of it."""
    if isinstance(widget, QTabBar):
        return widget.tabRect(widget.currentIndex())
    if isinstance(widget, QListView):
        return widget.visualRect(widget.currentIndex()).translated(widget.viewport().pos())
    if type(widget) is QCheckBox:
        return QRect(0, 0, min(widget.width(), widget.sizeHint().width()), widget.height())
    return widget.rect()


def _grab(at: SimpleNamespace, rect: QRect) -> QImage:
    return at.window.grab(rect).toImage().convertToFormat(QImage.Format.Format_RGB32)


def _changed(one: QImage, other: QImage) -> int:
    """How many pixels differ by 3:1 or more. Colours are few, so each pair is worked out once."""
    pairs: dict[tuple[int, int], int] = {}
    for pair in zip(_pixels(one), _pixels(other), strict=True):
        if pair[0] != pair[1]:
            pairs[pair] = pairs.get(pair, 0) + 1
    return sum(count for pair, count in pairs.items() if contrast(QColor(pair[0]), QColor(pair[1])) >= SHAPES)


def _pixels(image: QImage) -> memoryview:
    return memoryview(bytes(image.constBits())).cast("I")
