"""Joins the screens to the casebook: futures come back on the main thread, and one broadcast tells of every change."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from PySide6.QtCore import QObject, Qt, Signal

from models.casebook import Casebook
from models.changes import Changes
from models.errors import Trouble
from models.status import NOT_JOINED, Status

if TYPE_CHECKING:
    from ui.speech import ReadAloud
    from ui.spelling import Spelling

T = TypeVar("T")


class Navigator(Protocol):
    """What a screen may ask of the window around it; the window knows nothing of records."""

    def open(self, page_key: str, **arguments: Any) -> None:
        """Show a page. ``arguments`` are plain values, enough to come back to it later."""
        ...

    def back(self) -> None:
        """Go up, as Esc and Alt+Left do."""
        ...

    def toast(self, words: str, undo: Callable[[], None] | None = None) -> None:
        """Say something for ten seconds, with Undo where there is one."""
        ...

    def announce(self, words: str) -> None:
        """Tell a screen reader."""
        ...


class Link(QObject):
    """Given to every screen. ``changed`` carries Changes and ``status_changed`` Status, always on the main thread.

    A screen ignores ``changed`` whose ``asked_by`` is its own, and never polls.
    """

    changed = Signal(object)
    status_changed = Signal(object)
    _posted = Signal(object)

    def __init__(self, casebook: Casebook, sync_now: Callable[[], None] = lambda: None) -> None:
        super().__init__()
        self.casebook = casebook
        self.sync_now = sync_now
        self.pause_sync: Callable[[], None] = lambda: None
        self.fetch_history: Callable[[str], Future[int]] = _no_server
        self.join_again: Callable[[str, str, str], Future[Any]] = _no_server
        """Joins this laptop again: one-time code, sign-in name, password for the council's server."""
        self.ask_for_cover: Callable[[str, str], Future[Any]] = _no_server
        """Asks to see a child for a day: the council's own number and why. Brings the moment until which."""
        self.open_outside: Callable[[bytes, str], Future[Any]] | None = None
        """Opens what Heard does not show itself in another program: its bytes, and the ending of its kind (".pdf")."""
        self.spelling: Spelling | None = None
        """Spelling for the worker's own text; None where there is no dictionary."""
        self.speech: ReadAloud | None = None
        """Reads pages aloud; None where nothing does."""
        self.status = Status(NOT_JOINED)
        self._posted.connect(self._run, Qt.ConnectionType.QueuedConnection)
        self._stop = casebook.listen(lambda changes: self.post(lambda: self.changed.emit(changes)))

    def post(self, job: Callable[[], None]) -> None:
        """Run ``job`` on the main thread, from any thread, in the order posted."""
        self._posted.emit(job)

    def wait(
        self,
        future: Future[T],
        done: Callable[[T], None] = lambda _result: None,
        failed: Callable[[Trouble], None] | None = None,
    ) -> None:
        """Bring a future's outcome to the main thread. A bug is raised there and takes the crash path.

        Without ``failed`` a Trouble is raised too, so that no save can fail unseen.
        """

        def settle(settled: Future[T]) -> None:
            self.post(lambda: self._settle(settled, done, failed))

        future.add_done_callback(settle)

    def _settle(self, future: Future[T], done: Callable[[T], None], failed: Callable[[Trouble], None] | None) -> None:
        error = future.exception()
        if error is None:
            done(future.result())
        elif isinstance(error, Trouble) and failed is not None:
            failed(error)
        else:
            raise error

    def cut(self, record_id: str, asked_by: str = "") -> None:
        """Cut what has just been saved, so that it is sent without waiting for it to rest.

        Where that fails (the vault has been locked since, the disk is full) nobody is told: it stays saved, and is cut
        with whatever else rests.
        """
        self.wait(self.casebook.cut(record_id, asked_by), failed=lambda _trouble: None)

    def show_status(self, status: Status) -> None:
        """Take a new sync status, from any thread."""

        def show() -> None:
            self.status = status
            self.status_changed.emit(status)

        self.post(show)

    def close(self) -> None:
        """Stop hearing of changes."""
        self._stop()

    @staticmethod
    def _run(job: Callable[[], None]) -> None:
        job()


def _no_server(*_asked: str) -> Future[Any]:
    """Stands in where nothing is joined to a server."""
    told: Future[Any] = Future()
    told.set_exception(Trouble("There is no council’s server to ask", "What is kept here is shown."))
    return told


def touches(changes: Changes, *, asked_by: str, types: tuple[str, ...] = (), scope_id: str = "") -> bool:
    """Say whether a view showing these types (and this child) must redraw. Its own echo never counts."""
    if changes.asked_by and changes.asked_by == asked_by:
        return False
    if changes.is_directory:
        return True
    about_types = not types or bool(changes.types & set(types))
    return about_types and (not scope_id or scope_id in changes.scopes)
