"""A short message at the foot of the window, ten seconds with Undo and five without; it is also said aloud."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from ui import access, style
from ui.parts.labels import PlainLabel

SHOWN_FOR_MS = 5_000
UNDO_FOR_MS = 10_000
FOOT = 20


class Toast(QFrame):
    """One for each window; a new message takes the place of the old. It waits while the pointer or focus is on it."""

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        style.mark(self, kind="toast")
        self._over = over
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
        self._room_below = 0
        over.installEventFilter(self)
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
        self._timer.start(shown_for_ms or (UNDO_FOR_MS if undo else SHOWN_FOR_MS))
        access.announce(self._over, f"{words}. Undo is available." if undo else words)

    def keep_clear(self, room_below: int) -> None:
        """Leave so many pixels at the bottom to something that must not be covered."""
        self._room_below = room_below
        self._place()

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
        most = max(200, self._over.width() - 2 * FOOT)
        self.label.setWordWrap(False)
        # In large letters some messages are longer than the window is wide.
        is_long = self.sizeHint().width() > most
        self.label.setWordWrap(is_long)
        self.setMinimumWidth(most if is_long else 0)
        self.setMaximumWidth(most)
        self.adjustSize()
        down = self._over.height() - self.height() - FOOT - self._room_below
        self.move((self._over.width() - self.width()) // 2, down)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and self.isVisible():
            QTimer.singleShot(0, self, self._place)  # once the label has its new letters

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._over and event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)
