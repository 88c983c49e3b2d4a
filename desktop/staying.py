"""Keeps Heard from closing or locking over words that could not be saved yet, as long as that can be answered for."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer

from desktop.lock import IdleWatch
from ui.autosave import Autosave, How
from ui.link import Link
from ui.window import HeardWindow

LOOK_EVERY_MS = 500
NOT_SAVED = "Something you wrote is not saved yet. It says why above. Close Heard once more to leave without it."


class Staying(QObject):
    """While a save fails (a full disk), idleness hides the screen instead of locking it, for up to 30 minutes.

    Closing the window stays once: where a save fails, and where the page has something that cannot be saved as it
    stands. A second close goes. A lock that is asked for, and the laptop's sleep, are never held up.
    """

    def __init__(self, link: Link, window: HeardWindow, watch: IdleWatch) -> None:
        super().__init__(link)
        self._link, self._window, self._watch = link, window, watch
        self._let_go: Callable[[], None] | None = None
        self._is_warned = False
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_EVERY_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()
        window.installEventFilter(self)

    def is_something_unsaved(self) -> bool:
        """Whether a save failed and what was typed waits for the next try."""
        saving = self._link.findChildren(Autosave)
        return any(one.has_unsaved() and one.state.how is How.TROUBLE for one in saving)

    def look(self) -> None:
        """Hold the lock off while something cannot be saved, and no longer."""
        if self.is_something_unsaved():
            self._let_go = self._let_go or self._watch.hold()
            return
        self._is_warned = False
        if self._let_go is not None:
            self._let_go()
            self._let_go = None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._window and event.type() == QEvent.Type.Close and self._must_stay():
            event.ignore()
            return True
        return False

    def _must_stay(self) -> bool:
        if self.is_something_unsaved():
            is_first, self._is_warned = not self._is_warned, True
            if is_first:
                self._window.toast(NOT_SAVED)
            return is_first
        page = self._window.pages.currentWidget()
        may_leave = getattr(page, "may_leave", None)
        return not self._window.is_covered() and callable(may_leave) and not may_leave()
