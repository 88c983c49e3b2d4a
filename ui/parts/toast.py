"""A short message at the foot of the window, ten seconds with Undo and five without; it is also said aloud."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QTimer
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QAbstractButton, QAbstractScrollArea, QHBoxLayout, QPushButton, QWidget

from ui import access, style
from ui.parts.labels import PlainLabel
from ui.parts.surface import Surface

SHOWN_FOR_MS = 5_000
UNDO_FOR_MS = 10_000
FOOT = 20
CLEAR = 8
"""Pixels left between a message and the buttons below it."""


class Toast(Surface):
    """One for each window; a new message takes the place of the old. It waits while the pointer or focus is on it.

    It lies on ``over``, in the middle of ``on``, at its foot: above the buttons that stand there, for whoever has just
    done one thing may want the next at once. Buttons that can be scrolled away are left to the wheel.
    """

    def __init__(self, over: QWidget, on: QWidget | None = None) -> None:
        super().__init__("toast", over)
        self._over, self._on = over, on or over
        self._undo: Callable[[], None] | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(18, 8, 10, 8)
        row.setSpacing(14)
        self.label = PlainLabel("", "ui", wrap=False)
        row.addWidget(self.label, 1)
        self.undo_button = QPushButton("Undo", self)
        style.mark(self.undo_button, kind="on_toast")
        access.describe(self.undo_button, "Undo", key="toast.undo")
        self.undo_button.clicked.connect(self._undo_now)
        row.addWidget(self.undo_button)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._leave)
        for watched in {over, self._on}:
            watched.installEventFilter(self)
        self.hide()

    def say(self, words: str, undo: Callable[[], None] | None = None, *, shown_for_ms: int = 0) -> None:
        """Show ``words``; with ``undo`` a button that calls it. ``shown_for_ms`` of 0 is as long as is usual."""
        self._undo = undo
        self.label.setText(words)
        self.setAccessibleName(words)
        self.undo_button.setVisible(undo is not None)
        self._place()
        self.show()
        self.raise_()
        # A page that has only just come has no place for its buttons yet.
        QTimer.singleShot(0, self, self._lift)
        self._timer.start(shown_for_ms or (UNDO_FOR_MS if undo else SHOWN_FOR_MS))
        access.announce(self._over, f"{words}. Undo is available." if undo else words)

    def clear(self) -> None:
        """Take the message away; what could be undone stays done."""
        self._timer.stop()
        self._undo = None
        self.hide()

    def _leave(self) -> None:
        if self.underMouse() or self.undo_button.hasFocus():
            self._timer.start(2_000)
        else:
            self.clear()

    def _undo_now(self) -> None:
        undo = self._undo
        self.clear()
        if undo is not None:
            undo()

    def _place(self) -> None:
        most = max(200, self._on.width() - 2 * FOOT)
        self.label.setWordWrap(False)
        # In large letters some messages are longer than the window is wide.
        is_long = self.sizeHint().width() > most
        self.label.setWordWrap(is_long)
        self.setMinimumWidth(most if is_long else 0)
        self.setMaximumWidth(most)
        self.adjustSize()
        self._lift()

    def _lift(self) -> None:
        """Go to the foot of the page, and from there above every button that would be covered."""
        page = QRect(self._on.mapTo(self._over, QPoint(0, 0)), self._on.size())
        place = QRect(QPoint(0, 0), self.size())
        place.moveCenter(page.center())
        place.moveBottom(page.bottom() - FOOT)
        foot = QRect(place)
        buttons = list(_buttons_on(self._on, self._over))
        while hit := [one for one in buttons if one.intersects(place.adjusted(-CLEAR, -CLEAR, CLEAR, CLEAR - 1))]:
            place.moveBottom(min(one.top() for one in hit) - CLEAR - 1)
        # A page full of buttons has no foot.
        self.move((place if place.top() > page.center().y() else foot).topLeft())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and self.isVisible():
            QTimer.singleShot(0, self, self._place)  # once the label has its new letters

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched in (self._over, self._on) and self.isVisible():
            if event.type() == QEvent.Type.Resize:
                self._place()
            elif event.type() == QEvent.Type.LayoutRequest:
                QTimer.singleShot(0, self, self._lift)
        return super().eventFilter(watched, event)


def _buttons_on(page: QWidget, over: QWidget) -> Iterator[QRect]:
    """Where the buttons stand that do not scroll, in the pixels of ``over``."""
    for child in page.children():
        if not isinstance(child, QWidget) or isinstance(child, Toast) or not child.isVisible():
            continue
        if isinstance(child, QAbstractButton):
            yield QRect(child.mapTo(over, QPoint(0, 0)), child.size())
        elif not isinstance(child, QAbstractScrollArea):
            yield from _buttons_on(child, over)
