"""The sync thread asks for cover; and on a closed laptop it hands over, and says so only when all has gone."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from desktop import sync_runner
from desktop.sync_runner import SyncRunner
from models.casebook import Casebook
from models.errors import Trouble
from models.status import Status
from sync.client.backoff import Backoff
from sync.client.http import Offline, Refused
from sync.wire import CoverReply
from tests.unit.desktop.test_sync_runner import WAIT_SECONDS, Rounds


class Full:
    """What a casebook has left, as it is asked again and again."""

    def __init__(self, *left: int) -> None:
        self.left = list(left)

    def __call__(self) -> int:
        return self.left.pop(0) if len(self.left) > 1 else self.left[0]


@pytest.mark.parametrize(
    ("left", "is_closed"),
    [((0,), True), ((1, 0), True), ((2, 1), False)],
    ids=["all", "all then", "not all"],
)
def test_a_closed_laptop_hands_over_and_says_so_only_once_the_council_has_everything(
    casebook: Callable[[str], Casebook], monkeypatch: pytest.MonkeyPatch, left: tuple[int, ...], is_closed: bool
) -> None:
    refused = [Refused(401, "device_revoked", "The council has closed Heard on this laptop.") for _ in range(9)]
    monkeypatch.setattr(sync_runner, "Engine", Rounds(*refused))
    monkeypatch.setattr(Backoff, "failed", lambda *_args: 60.0)
    word = object()
    monkeypatch.setattr(sync_runner, "hand_over", lambda *_about: word)
    book = casebook("http://127.0.0.1:9")
    monkeypatch.setattr(book.exchange, "left_behind", Full(*left))
    told: list[Status] = []
    came: list[Any] = []
    is_done = threading.Event()

    def tell(status: Status) -> None:
        told.append(status)
        if status.words == sync_runner.LEFT_BEHIND:
            is_done.set()

    def closed(one: Any) -> None:
        came.append(one)
        is_done.set()

    runner = SyncRunner(book, tell, closed=closed)
    runner.start()
    try:
        assert is_done.wait(WAIT_SECONDS)
    finally:
        runner.stop(0.0)
    assert came == ([word] if is_closed else [])
    assert (sync_runner.LEFT_BEHIND in {one.words for one in told}) is not is_closed


def test_without_the_councils_own_word_nothing_is_said_to_be_closed(
    casebook: Callable[[str], Casebook], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync_runner, "Engine", Rounds(Refused(401, "device_revoked", "")))
    monkeypatch.setattr(Backoff, "failed", lambda *_args: 60.0)
    asked = threading.Event()

    def nothing(*_about: Any) -> None:
        asked.set()

    monkeypatch.setattr(sync_runner, "hand_over", nothing)
    came: list[Any] = []
    runner = SyncRunner(casebook("http://127.0.0.1:9"), lambda _status: None, closed=came.append)
    runner.start()
    try:
        assert asked.wait(WAIT_SECONDS)
    finally:
        runner.stop(0.0)
    assert came == []


class CoverLine:
    """A centre that answers a request for cover."""

    def __init__(self, answer: Any) -> None:
        self.answer, self.asked = answer, []  # type: ignore[var-annotated]

    def cover(self, _me: Any, request: Any) -> Any:
        self.asked.append((request.child, request.reason))
        if isinstance(self.answer, Exception):
            raise self.answer
        return CoverReply(scope_id="s", until_at=self.answer)

    def close(self) -> None:
        pass


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ("2026-11-24T10:30:00.000Z", ""),
        (Offline("x"), "Asking for cover needs a connection"),
        (
            Refused(404, "no_such_child", "There is no child with that number."),
            "could not take",
        ),
    ],
    ids=["granted", "offline", "refused"],
)
def test_cover_is_asked_for_between_two_rounds_and_what_comes_of_it_is_told(
    casebook: Callable[[str], Casebook], monkeypatch: pytest.MonkeyPatch, answer: Any, told: str
) -> None:
    monkeypatch.setattr(sync_runner, "Engine", Rounds())
    runner = SyncRunner(casebook("http://127.0.0.1:9"), lambda _status: None)
    line = CoverLine(answer)
    runner._centre = line  # type: ignore[assignment]
    runner.start()
    try:
        asked = runner.ask_for_cover("1001", "On duty")
        if told:
            with pytest.raises(Trouble, match=told):
                asked.result(WAIT_SECONDS)
        else:
            assert asked.result(WAIT_SECONDS) == answer
    finally:
        runner.stop(0.0)
    assert line.asked == [("1001", "On duty")]
    with pytest.raises(Trouble):
        runner.ask_for_cover("1001", "Too late").result(WAIT_SECONDS)
