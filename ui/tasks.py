"""Work that would hold the screen up, done beside it: one call at a time, and of a burst only the last."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

T = TypeVar("T")


def in_background(call: Callable[[], T], name: str = "task") -> Future[T]:
    """Run ``call`` on a thread of its own. Bring the future back to the screen with ``Link.wait``."""
    future: Future[T] = Future()

    def run() -> None:
        try:
            result = call()
        except BaseException as error:  # noqa: BLE001 - the future carries it to whoever waits
            future.set_exception(error)
        else:
            future.set_result(result)

    threading.Thread(target=run, name=name, daemon=True).start()
    return future


class LatestOnly(Generic[T]):
    """Runs one call at a time on one thread; of those that come meanwhile only the newest is run.

    ``done`` is called on that thread with the newest call's result; results of calls since overtaken are dropped.
    """

    def __init__(self, done: Callable[[T], None], name: str = "latest") -> None:
        self._done, self._name = done, name
        self._lock = threading.Lock()
        self._next: Callable[[], T] | None = None
        self._is_running = self._is_over = False
        self._count = 0

    def ask(self, call: Callable[[], T]) -> None:
        """Run ``call`` soon, in place of any that has not begun."""
        with self._lock:
            if self._is_over:
                return
            self._next = call
            self._count += 1
            if self._is_running:
                return
            self._is_running = True
        threading.Thread(target=self._run, name=self._name, daemon=True).start()

    def stop(self) -> None:
        """Drop what has not begun, and say nothing more."""
        with self._lock:
            self._is_over, self._next = True, None

    def _run(self) -> None:
        while True:
            with self._lock:
                call, count = self._next, self._count
                self._next = None
                if call is None:
                    self._is_running = False
                    return
            result = call()
            with self._lock:
                is_wanted = not self._is_over and count == self._count
            if is_wanted:
                self._done(result)
