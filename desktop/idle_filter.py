"""Watches keys, clicks and movement in the whole application and tells when to warn, cover and lock."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer, Signal

from desktop.lock import Idle, IdleWatch

_LOOK_EVERY_MS = 1000
_SIGNS_OF_LIFE = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
        QEvent.Type.TabletPress,
        QEvent.Type.InputMethod,
    }
)


class IdleFilter(QObject):
    """Feeds an IdleWatch from Qt's events and a one-second timer, and emits each change once."""

    warned = Signal(int)
    """Seconds left; again every second while the warning stands."""
    resumed = Signal()
    covered = Signal()
    locked = Signal()

    def __init__(self, watch: IdleWatch, application: QCoreApplication) -> None:
        super().__init__(application)
        self.watch = watch
        self._state = Idle.OPEN
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_EVERY_MS)
        self._timer.timeout.connect(self.look)
        application.installEventFilter(self)
        self._timer.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # Only what a person did: a window that moves under a still pointer also makes events.
        if event.type() in _SIGNS_OF_LIFE and event.spontaneous():
            self.watch.touch()
            if self._state is not Idle.OPEN:
                self.look()
        return False

    def look(self) -> None:
        """Look at the clock now and tell what changed."""
        state = self.watch.look()
        before, self._state = self._state, state
        if state is Idle.WARNING:
            self.warned.emit(self.watch.seconds_left())
        elif state is before:
            return
        elif state is Idle.OPEN:
            self.resumed.emit()
        elif state is Idle.COVERED:
            self.covered.emit()
        else:
            self._timer.stop()
            self.locked.emit()
