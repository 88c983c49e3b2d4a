"""The sync thread: whatever one round meets, a bug of ours too, the next one comes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from desktop import sync_runner
from desktop.sync_runner import SyncRunner
from models.casebook import Casebook
from models.errors import StoreDamaged, Trouble
from models.identity import Identity, Worker
from models.status import ATTENTION, NOT_JOINED, SENT, Status
from sync.client.backoff import Backoff
from sync.client.engine import Outcome

WAIT_SECONDS = 20.0


@pytest.fixture
def casebook(tmp_path: Path) -> Iterator[Callable[[str], Casebook]]:
    """Opens a casebook that belongs to a server, or to none."""
    books: list[Casebook] = []

    def open_with(url: str) -> Casebook:
        me = Identity(
            device_id="laptop",
            device_epoch=1,
            council_id="council",
            council_name="Testshire",
            worker=Worker(worker_id="amy", display_name="Amy"),
            timeline="first",
            server_url=url,
            signing_key=bytes(32),
        )
        books.append(Casebook.open(tmp_path, bytes(range(32)), identity=me))
        return books[-1]

    yield open_with
    for book in books:
        book.close()


class Rounds:
    """An engine that meets one fault after another, then does its round."""

    def __init__(self, *faults: Exception) -> None:
        self.faults = list(faults)

    def __call__(self, *_args: Any, **_more: Any) -> Rounds:
        return self

    def round(self) -> Outcome:
        if self.faults:
            raise self.faults.pop(0)
        return Outcome()


@pytest.mark.parametrize("fault", [ValueError("a bug"), AssertionError(), StoreDamaged("a page is damaged")])
def test_no_fault_of_a_round_ends_sync_for_good(
    casebook: Callable[[str], Casebook], monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    reported: list[Any] = []
    monkeypatch.setattr(threading, "excepthook", lambda lost: reported.append(lost.exc_value))
    monkeypatch.setattr(sync_runner, "Engine", Rounds(fault))
    monkeypatch.setattr(Backoff, "failed", lambda *_args: 0.01)
    told: list[Status] = []
    is_sent = threading.Event()

    def tell(status: Status) -> None:
        told.append(status)
        if status.state == SENT:
            is_sent.set()

    runner = SyncRunner(casebook("http://127.0.0.1:9"), tell)
    runner.start()
    try:
        assert is_sent.wait(WAIT_SECONDS)
    finally:
        runner.stop(0.0)
    states = [status.state for status in told]
    assert states.index(ATTENTION) < states.index(SENT)
    assert next(status for status in told if status.state == ATTENTION).words
    assert reported == ([] if isinstance(fault, Trouble) else [fault])


def test_a_bug_in_keeping_house_is_reported_and_house_is_kept_again(
    casebook: Callable[[str], Casebook], monkeypatch: pytest.MonkeyPatch
) -> None:
    reported: list[Any] = []
    monkeypatch.setattr(threading, "excepthook", lambda lost: reported.append(lost.exc_value))
    monkeypatch.setattr(sync_runner, "HOUSEKEEPING_SECONDS", 0.01)
    book = casebook("")
    is_copied = threading.Event()
    faults = [RuntimeError("a bug")]

    def back_up() -> None:
        if faults:
            raise faults.pop()
        is_copied.set()

    monkeypatch.setattr(book, "back_up", back_up)
    told: list[Status] = []
    runner = SyncRunner(book, told.append)
    runner.start()
    try:
        assert is_copied.wait(WAIT_SECONDS)
    finally:
        runner.stop(0.0)
    assert [type(error) for error in reported] == [RuntimeError]
    assert {status.state for status in told} <= {NOT_JOINED}
