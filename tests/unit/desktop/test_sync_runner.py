"""The sync thread: whatever one round meets, a bug of ours too, the next one comes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from desktop import sync_runner
from desktop.sync_runner import SyncRunner
from models.casebook import Casebook
from models.errors import StoreDamaged, Trouble
from models.identity import Identity
from models.status import ATTENTION, FILES_OUT, NOT_JOINED, OFFLINE, PAUSED, SEND, SENT, Progress, Status, chip_words
from sync.client.backoff import Backoff
from sync.client.blobs import Carried
from sync.client.engine import Cancelled, Outcome
from sync.client.http import Offline, Refused

WAIT_SECONDS = 20.0


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


class LongRound:
    """An engine whose round takes many messages: it tells how far it is, and asks before each whether to stop."""

    def __init__(self) -> None:
        self.is_waiting, self.go_on = threading.Event(), threading.Event()
        self.done = 0
        self.asked_for: list[str] = []

    def __call__(self, *_args: Any, progress: Any = None, must_stop: Any = None) -> LongRound:
        if must_stop is not None:
            self.progress, self.must_stop = progress, must_stop
        return self

    def round(self) -> Outcome:
        while self.done < 1000:
            self.is_waiting.set()
            assert self.go_on.wait(WAIT_SECONDS)
            self.go_on.clear()
            if self.must_stop():
                raise Cancelled
            self.done += 500
            self.progress(Progress(SEND, self.done, 1000))
        return Outcome(sent=1000)

    def agree(self) -> int:
        return 0

    def fetch_history(self, record_id: str) -> int:
        self.asked_for.append(record_id)
        return 7

    def step(self) -> None:
        assert self.is_waiting.wait(WAIT_SECONDS)
        self.is_waiting.clear()
        self.go_on.set()


class Told:
    """What the runner said, and a way to wait for a thing to be said."""

    def __init__(self) -> None:
        self.all: list[Status] = []
        self._heard = threading.Condition()

    def __call__(self, status: Status) -> None:
        with self._heard:
            self.all.append(status)
            self._heard.notify_all()

    def wait(self, is_wanted: Callable[[Status], bool]) -> Status:
        with self._heard:
            assert self._heard.wait_for(lambda: any(map(is_wanted, self.all)), WAIT_SECONDS), self.all
            return next(status for status in self.all if is_wanted(status))


@pytest.fixture
def long_round(
    casebook: Callable[[str], Casebook], monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[SyncRunner, LongRound, Told]]:
    monkeypatch.setattr(sync_runner, "SHOWN_AFTER_SECONDS", 0.0)
    engine, told = LongRound(), Told()
    monkeypatch.setattr(sync_runner, "Engine", engine)
    runner = SyncRunner(casebook("http://127.0.0.1:9"), told)
    runner.start()
    yield runner, engine, told
    engine.go_on.set()
    runner.stop(0.0)


def test_a_long_round_says_how_far_it_is_and_stops_and_goes_on_where_it_stopped(
    long_round: tuple[SyncRunner, LongRound, Told],
) -> None:
    runner, engine, told = long_round
    engine.step()
    told.wait(lambda status: status.progress == Progress(SEND, 500, 1000))
    assert engine.is_waiting.wait(WAIT_SECONDS)
    runner.pause()
    engine.step()
    assert told.wait(lambda status: status.state == PAUSED).progress is None
    assert engine.done == 500, "it stopped between two messages"
    runner.sync_now()
    engine.step()
    told.wait(lambda status: status.progress == Progress(SEND, 1000, 1000))
    told.wait(lambda status: status.state == SENT)
    assert told.all[-1].state == SENT, "nothing says that it is sending once it has ended"


def test_a_worker_who_asks_for_a_history_is_answered_between_two_messages_of_a_long_round(
    long_round: tuple[SyncRunner, LongRound, Told],
) -> None:
    runner, engine, _told = long_round
    assert engine.is_waiting.wait(WAIT_SECONDS)
    wish = runner.fetch_history("a note")
    assert not wish.done()
    engine.step()
    assert wish.result(WAIT_SECONDS) == 7
    assert engine.asked_for == ["a note"]
    assert engine.done < 1000


def test_a_history_asked_for_while_nothing_runs_is_fetched_at_once(
    casebook: Callable[[str], Casebook], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, told = LongRound(), Told()
    engine.done = 1000
    monkeypatch.setattr(sync_runner, "Engine", engine)
    runner = SyncRunner(casebook("http://127.0.0.1:9"), told)
    runner.start()
    try:
        told.wait(lambda status: status.state == SENT)
        assert runner.fetch_history("a note").result(WAIT_SECONDS) == 7
    finally:
        runner.stop(0.0)


def test_a_history_that_cannot_be_had_is_told_kindly_and_a_bug_of_ours_comes_back_whole(
    casebook: Callable[[str], Casebook], monkeypatch: pytest.MonkeyPatch
) -> None:
    faults: list[Exception] = [Offline("no line"), ValueError("a bug")]
    engine, told = LongRound(), Told()
    engine.done = 1000

    def fail(_record_id: str) -> int:
        raise faults.pop(0)

    monkeypatch.setattr(engine, "fetch_history", fail)
    monkeypatch.setattr(sync_runner, "Engine", engine)
    runner = SyncRunner(casebook("http://127.0.0.1:9"), told)
    runner.start()
    with pytest.raises(Trouble):
        runner.fetch_history("a note").result(WAIT_SECONDS)
    with pytest.raises(ValueError, match="a bug"):
        runner.fetch_history("a note").result(WAIT_SECONDS)
    runner.stop(0.0)
    with pytest.raises(Trouble):
        runner.fetch_history("after the end").result(WAIT_SECONDS)


def test_without_a_server_a_history_is_what_is_kept_here(casebook: Callable[[str], Casebook]) -> None:
    runner = SyncRunner(casebook(""), Told())
    with pytest.raises(Trouble, match="no council’s server"):
        runner.fetch_history("a note").result(WAIT_SECONDS)
    runner.stop(0.0)


# ---- joining again, and looking at what came -------------------------------------------------------------------------


def test_a_laptop_that_was_copied_says_that_it_must_join_and_does_so_between_two_rounds(
    casebook: Callable[[str], Casebook], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync_runner, "Engine", Rounds(Refused(403, "device_forked", "It was copied.")))
    joined: list[tuple[Any, ...]] = []

    def join(exchange: Any, *words: str) -> Identity:
        joined.append(words)
        assert threading.current_thread().name == "sync"
        return exchange.identity

    monkeypatch.setattr(sync_runner, "join_again", join)
    told: list[Status] = []
    is_told, is_sent = threading.Event(), threading.Event()

    def tell(status: Status) -> None:
        told.append(status)
        (is_sent if status.state == SENT else is_told).set()

    book = casebook("http://127.0.0.1:9")
    runner = SyncRunner(book, tell)
    runner.start()
    try:
        assert is_told.wait(WAIT_SECONDS)
        assert (told[-1].state, told[-1].must_join) == (ATTENTION, True)
        assert runner.join_again("code", "amy", "password").result(WAIT_SECONDS) == book.me
        assert is_sent.wait(WAIT_SECONDS), "a round begins at once"
    finally:
        runner.stop(0.0)
    assert joined[0][:3] == ("code", "amy", "password")
    assert not told[-1].must_join


def test_a_join_that_fails_or_comes_too_late_is_told_to_whoever_asked(
    casebook: Callable[[str], Casebook], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync_runner, "Engine", Rounds())

    def join(*_words: Any) -> Identity:
        raise Offline

    monkeypatch.setattr(sync_runner, "join_again", join)
    runner = SyncRunner(casebook("http://127.0.0.1:9"), lambda _status: None)
    runner.start()
    try:
        assert isinstance(runner.join_again("code", "amy", "password").exception(WAIT_SECONDS), Offline)
    finally:
        runner.stop(0.0)
    late = SyncRunner(casebook(""), lambda _status: None)
    answer = late.join_again("code", "amy", "password")
    late.start()
    try:
        assert isinstance(answer.exception(WAIT_SECONDS), Trouble)
    finally:
        late.stop(0.0)


@pytest.mark.parametrize("fault", [None, Offline(), Refused(404, "not_found", "")])
def test_what_came_is_looked_at_after_a_round_in_small_steps_and_no_fault_of_it_is_a_fault_of_the_round(
    casebook: Callable[[str], Casebook], monkeypatch: pytest.MonkeyPatch, fault: Exception | None
) -> None:
    monkeypatch.setattr(sync_runner, "Engine", Rounds())
    monkeypatch.setattr(sync_runner, "LOOK_AGAIN_SECONDS", 0.0)
    steps: list[str] = []
    is_done = threading.Event()

    class Looks:
        def __init__(self, *_parts: Any) -> None: ...

        def begin(self) -> None:
            steps.append("begin")

        def step(self) -> bool:
            steps.append("step")
            if fault is not None or len(steps) == 4:
                is_done.set()
            if fault is not None:
                raise fault
            return len(steps) < 4

    monkeypatch.setattr(sync_runner, "Proofs", Looks)
    told: list[Status] = []
    runner = SyncRunner(casebook("http://127.0.0.1:9"), told.append)
    runner.start()
    try:
        assert is_done.wait(WAIT_SECONDS)
    finally:
        runner.stop(0.0)
    assert steps == (["begin", "step", "step", "step"] if fault is None else ["begin", "step"])
    assert told[-1].state == SENT


def test_an_anonymous_answer_may_go_while_online_and_nothing_is_said_of_it(
    casebook: Callable[[str], Casebook], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync_runner, "Engine", Rounds())
    thrown = threading.Event()
    faults = [Offline()]

    class Dice:
        gap = 0.01

        def __init__(self, *_parts: Any) -> None: ...

        def throw(self) -> bool:
            if faults:
                raise faults.pop()
            thrown.set()
            return True

    monkeypatch.setattr(sync_runner, "DropSender", Dice)
    told: list[Status] = []
    runner = SyncRunner(casebook("http://127.0.0.1:9"), told.append)
    runner.start()
    try:
        assert thrown.wait(WAIT_SECONDS)
    finally:
        runner.stop(0.0)
    assert {status.state for status in told} == {SENT}


class Files:
    """A carrier that does what it is told each time it carries, one step a call, and asks between parts."""

    def __init__(self, *steps: Callable[[Files], None]) -> None:
        self.steps, self.carried = list(steps), 0
        self.more: dict[str, Any] = {}

    def __call__(self, *_args: Any, **more: Any) -> Files:
        self.more = more
        return self

    def carry(self) -> Carried:
        moved = bool(self.steps)
        if self.steps:
            self.steps.pop(0)(self)
        self.carried += 1
        return Carried(sent=int(moved))


@contextmanager
def carrying(
    casebook: Callable[[str], Casebook], monkeypatch: pytest.MonkeyPatch, files: Files, rounds: Any = None
) -> Iterator[tuple[SyncRunner, list[Status]]]:
    monkeypatch.setattr(sync_runner, "Engine", rounds or Rounds())
    monkeypatch.setattr(sync_runner, "Carrier", files)
    monkeypatch.setattr(sync_runner, "SHOWN_AFTER_SECONDS", 0.0)
    told: list[Status] = []
    runner = SyncRunner(casebook("http://127.0.0.1:9"), told.append)
    runner.start()
    try:
        yield runner, told
    finally:
        runner.stop(0.0)


def until(is_so: Callable[[], bool]) -> None:
    end, ticks = time.monotonic() + WAIT_SECONDS, threading.Event()
    while not is_so():
        assert time.monotonic() < end
        ticks.wait(0.01)


def test_files_are_carried_after_a_round_and_how_far_is_said(
    casebook: Callable[[str], Casebook], monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = threading.Event()

    def carry(files: Files) -> None:
        files.more["progress"](Progress(FILES_OUT, 2, 3))
        shown.set()

    files = Files(carry)
    with carrying(casebook, monkeypatch, files) as (_runner, told):
        assert shown.wait(WAIT_SECONDS)
        until(lambda: told[-1].state == SENT and files.carried == 1)
    words = [chip_words(status) for status in told]
    assert "Sending photo 2 of 3" in words
    assert [status.state for status in told].index(SENT) < words.index("Sending photo 2 of 3")


def test_words_that_wait_interrupt_the_carrying_and_it_goes_on_after_them(
    casebook: Callable[[str], Casebook], monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    begun = threading.Event()

    def parts(files: Files) -> None:
        begun.set()
        until(lambda: files.more["must_stop"]())
        order.append("interrupted")
        raise Cancelled

    class Noted(Rounds):
        def round(self) -> Outcome:
            order.append("round")
            return super().round()

    files = Files(parts, lambda _files: order.append("carried"))
    with carrying(casebook, monkeypatch, files, Noted()) as (runner, _told):
        assert begun.wait(WAIT_SECONDS)
        assert not files.more["must_stop"]()
        runner.sync_now()
        until(lambda: "carried" in order)
    assert order == ["round", "interrupted", "round", "carried"]


@pytest.mark.parametrize(
    ("fault", "state"), [(Offline("no line"), OFFLINE), (Refused(401, "device_revoked", "closed"), SENT)]
)
def test_a_line_lost_while_carrying_is_told_and_nothing_ends(
    casebook: Callable[[str], Casebook], monkeypatch: pytest.MonkeyPatch, fault: Exception, state: str
) -> None:
    monkeypatch.setattr(Backoff, "failed", lambda *_args: 0.05)

    def lose(files: Files) -> None:
        files.more["progress"](Progress(FILES_OUT, 1, 1))
        raise fault

    files = Files(lose)
    with carrying(casebook, monkeypatch, files) as (_runner, told):
        until(lambda: files.carried == 1 and told[-1].state == SENT)
    assert state in [status.state for status in told]


def test_the_worker_may_stop_the_carrying(casebook: Callable[[str], Casebook], monkeypatch: pytest.MonkeyPatch) -> None:
    begun = threading.Event()

    def parts(files: Files) -> None:
        begun.set()
        until(lambda: files.more["must_stop"]())
        raise Cancelled

    with carrying(casebook, monkeypatch, Files(parts)) as (runner, told):
        assert begun.wait(WAIT_SECONDS)
        runner.pause()
        until(lambda: bool(told) and told[-1].state == PAUSED)


def test_all_sent_is_said_once_the_last_file_has_gone_however_quickly(
    casebook: Callable[[str], Casebook], monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = [1]

    def go(_files: Files) -> None:
        waiting[0] = 0

    files = Files(go)
    monkeypatch.setattr(Casebook, "waiting_count", lambda _book: waiting[0])
    with carrying(casebook, monkeypatch, files) as (_runner, told):
        until(lambda: bool(told) and told[-1].state == SENT and told[-1].waiting == 0)
