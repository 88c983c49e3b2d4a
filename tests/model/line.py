"""A line of explicit messages: each may be lost, doubled, cut, or arrive late; and kills between any two statements."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import event

from models.identity import Identity
from sync.client.http import Offline
from sync.codec import BadMessage, unpack
from sync.server.refusal import Refusal
from sync.wire import PushReply, PushRequest
from tests.laptops import DELIVER, FAULTS, Killed, Laptop, M, Wire

LATE, CUT_REQUEST, STATEMENT = "late", "cut request", "server dies between statements"
FATES = (*FAULTS, LATE, CUT_REQUEST, STATEMENT)


class ServerDied(Exception):
    """The server's process is gone between two statements; its database has what was committed, and no more."""


@dataclass
class Post:
    """What becomes of the messages of one round, in order; and those that have left and not arrived yet."""

    fates: list[str] = field(default_factory=list)
    delays_pushes: bool = False
    statement: int = 1
    late: list[Callable[[], object]] = field(default_factory=list)
    fired: Counter[str] = field(default_factory=Counter)
    stale_pushes: int = 0
    on_request: Callable[[], None] = lambda: None

    @staticmethod
    def set_out(_wire: ModelWire, ask: Callable[[], bytes]) -> Callable[[], bytes]:
        """A message that will be late leaves the laptop now."""
        return ask

    def arrive(self, number: int) -> None:
        """Deliver one late message; what the server makes of it stands, its answer goes nowhere."""
        ask = self.late.pop(number % len(self.late))
        with suppress(Refusal):  # a token that is over by now, a worker who has left: as with any late letter
            ask()


@dataclass
class ModelWire(Wire):
    """A laptop's line through such a network. Bytes are what travels; the hub is the shipped one."""

    post: Post = field(default_factory=Post)
    message: bytes = b""

    def push(self, identity: Identity, request: PushRequest) -> PushReply:
        reply = super().push(identity, request)
        self.post.stale_pushes += sum(result.outcome == "branch" for result in reply.results)
        return reply

    def _signed_in(
        self, identity: Identity, route: str, message: bytes, kind: type[M], ask: Callable[[str], bytes]
    ) -> M:
        self.message = message
        return super()._signed_in(identity, route, message, kind, ask)

    def _carry(self, route: str, ask: Callable[[], bytes]) -> bytes:
        message = self.message
        self.post.on_request()
        fate = self.post.fates.pop(0) if self.post.fates else DELIVER
        if route == "push" and self.post.delays_pushes:
            fate = LATE
        if fate != DELIVER:
            self.post.fired[fate] += 1
        if fate == LATE:
            # It left, and the laptop gives up waiting: it may arrive after anything else.
            self.post.late.append(self.post.set_out(self, ask))
            raise Offline(fate)
        if fate == CUT_REQUEST:
            with suppress(BadMessage):
                unpack(PushRequest, message[: len(message) * 2 // 3])
                raise AssertionError("half a message was read as a whole one")
            raise Offline(fate)
        if fate == STATEMENT:
            with dying_at(self.hub.centre.database._engine, self.post.statement):
                try:
                    return ask()
                except ServerDied as error:
                    raise Offline(fate) from error
        self.network.choose = lambda _route: fate
        try:
            return super()._carry(route, ask)
        finally:
            self.network.choose = lambda _route: DELIVER


@contextmanager
def at_statement(number: int, what: Callable[[], None], *engines: Any) -> Iterator[None]:
    """Do something just before the ``number``th statement that any of these engines runs from now on."""
    left = [number]

    def count(*_about: Any) -> None:
        left[0] -= 1
        if left[0] == 0:
            what()

    for engine in engines:
        event.listen(engine, "before_cursor_execute", count)
    try:
        yield
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", count)


def dying_at(engine: Any, number: int) -> Any:
    """End the server between two statements of one request: the ``number``th never runs, its transaction never ends."""

    def die() -> None:
        raise ServerDied

    return at_statement(number, die, engine)


def killed_at(laptop: Laptop, number: int) -> Any:
    """End the laptop's process between two statements of its writer: what is on the disk at that moment is kept."""

    def die() -> None:
        shutil.copytree(laptop.folder, next_life(laptop))
        raise Killed

    return at_statement(number, die, *laptop.casebook._desk.store.writers)


__all__ = ["CUT_REQUEST", "FATES", "FAULTS", "LATE", "STATEMENT", "ModelWire", "Post", "killed_at"]


def next_life(laptop: Laptop) -> Path:
    """The folder in which a laptop goes on after it was killed or an older copy was put back."""
    return laptop.folder.with_name(f"{laptop.name} life {laptop.lives + 1}")
