"""Where writes are made: each act is one transaction, and what it touched is told once the commit stands."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection

from models.changes import Changes, Touched
from models.clock import Clock
from models.identity import Identity
from models.ids import Ids
from models.store.engine import Store
from models.store.versions import Pen

T = TypeVar("T")
Listener = Callable[[Changes], None]


@dataclass(slots=True)
class Act:
    """One transaction under way: its connection, who writes, and what it touches. ``op_no`` is the last one used."""

    connection: Connection
    pen: Pen
    touched: Touched


class Desk:
    """The one writer's queue and the one broadcast, shared by the casebook and by sync."""

    def __init__(self, store: Store, identity: Identity, clock: Clock, ids: Ids) -> None:
        self.store, self.identity, self.clock, self.ids = store, identity, clock, ids
        self._listeners: list[Listener] = []
        self._lock = threading.Lock()
        self.on_cut: Callable[[int], None] = lambda _op_no: None

    @property
    def pen(self) -> Pen:
        """What this laptop signs versions off with."""
        return Pen(self.identity, self.clock, self.ids)

    def read(self, question: Callable[..., T], *about: Any) -> T:
        """Ask the store a question over one consistent view. Raises Trouble for damage."""
        with self.store.reading() as connection:
            return question(connection, *about)

    def write(
        self, act: Callable[[Act], T], asked_by: str = "", *, is_sync: bool = False, is_bulk: bool = False
    ) -> Future[T]:
        """Run ``act`` in one transaction on the writing thread; tell what it touched; then complete the future."""
        touched = Touched()
        done: Future[T] = Future()
        done.set_running_or_notify_cancel()  # what is committed cannot be called off

        def settle(written: Future[T]) -> None:
            error = written.exception()
            if error is not None:
                done.set_exception(error)
                return
            try:
                if touched.op_no:
                    self.on_cut(touched.op_no)
            finally:
                # The commit stands, whatever goes wrong around it: whoever waits must hear of it.
                done.set_result(written.result())
                if touched.records or touched.scopes:
                    self.tell(touched.told(asked_by, is_sync=is_sync))

        written = self.store.write(lambda connection: act(Act(connection, self.pen, touched)), is_bulk=is_bulk)
        written.add_done_callback(settle)
        return done

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Hear of every commit, on the writing thread. Returns a function that stops it."""
        with self._lock:
            self._listeners.append(listener)

        def stop() -> None:
            with self._lock, suppress(ValueError):
                self._listeners.remove(listener)

        return stop

    def tell(self, changes: Changes) -> None:
        """Tell every listener. Where one fails the others hear all the same; its error is raised after them."""
        with self._lock:
            listeners = list(self._listeners)
        with ExitStack() as all_of_them:
            for listener in reversed(listeners):
                all_of_them.callback(listener, changes)
