"""A file made beside the screen: what is said meanwhile, the way to stop it, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from models.errors import Trouble
from ui import access
from ui.link import Link
from ui.parts.banner import Banner
from ui.parts.buttons import Button
from ui.parts.labels import PlainLabel
from ui.parts.trouble_box import TroubleBox
from ui.tasks import in_background

T = TypeVar("T")


class _Job:
    """One making, and whether anybody still waits for it."""

    def __init__(self) -> None:
        self.is_over = False

    def is_wanted(self) -> bool:
        """Asked on another thread, at every page."""
        return not self.is_over


class Making:
    """Of a ``page``, one at a time. The page gives ``busy`` and ``stop_button`` their places.

    What came of it stands in ``told``, what went wrong in ``trouble``; a page that was left hears nothing more.
    """

    def __init__(self, link: Link, page: QWidget, key: str, *, told: Banner, trouble: TroubleBox) -> None:
        self._link, self._page, self._told, self._trouble = link, page, told, trouble
        self._job: _Job | None = None
        self.busy = PlainLabel("", "body")
        self.busy.setObjectName(f"{key}.busy")
        self.stop_button = Button("Stop", "circle-stop", "secondary")
        access.describe(self.stop_button, "Stop", key=f"{key}.stop")
        self.stop_button.clicked.connect(self.stop)
        self._show_busy("")

    def begin(
        self, words: str, make: Callable[[Callable[[], bool]], T], then: Callable[[T], None], *, may_stop: bool = True
    ) -> None:
        """Make it on a thread of its own, and say ``words`` meanwhile. ``make`` may ask whether it is still wanted."""
        self._trouble.hide()
        self._told.hide()
        self._show_busy(words, may_stop=may_stop)
        job = self._job = _Job()
        self.go_on(in_background(lambda: make(job.is_wanted), "making"), then)

    def go_on(self, future: Future[T], then: Callable[[T], None]) -> None:
        """Wait for the next part of what is being made; nothing where nobody waits any more."""
        job = self._job
        if job is None:
            return

        def has_come(made: T) -> None:
            if isValid(self._page) and job is self._job:
                then(made)

        def has_failed(trouble: Trouble) -> None:
            if isValid(self._page) and job is self._job:
                self.fail(trouble)

        self._link.wait(future, has_come, has_failed)

    def end(self, words: str = "") -> None:
        """It is made; say ``words`` of it."""
        self._job = None
        self._show_busy("")
        if words:
            self._told.set_words(words)
            self._told.show()
            access.announce(self._page, words)

    def fail(self, trouble: Trouble) -> None:
        """It could not be made; say why."""
        self.end()
        self._trouble.show_trouble(trouble.title, trouble.message, trouble.help)

    def stop(self) -> None:
        """Let go of what is being made."""
        if self._job is not None:
            self._job.is_over = True
        self.end()

    def _show_busy(self, words: str, *, may_stop: bool = True) -> None:
        self.busy.setText(words)
        self.busy.setVisible(bool(words))
        self.stop_button.setVisible(bool(words) and may_stop)
