"""Work beside the screen: one at a time, and of a burst only the newest."""

from __future__ import annotations

from threading import Event
from time import monotonic

import pytest

from ui.tasks import LatestOnly, in_background


def test_work_done_beside_the_screen_brings_its_outcome() -> None:
    assert in_background(lambda: 6 * 7).result(10) == 42
    with pytest.raises(ZeroDivisionError):
        in_background(lambda: 1 / 0).result(10)


def test_of_a_burst_the_first_and_the_last_are_run_and_only_the_last_is_told() -> None:
    begun, may_go, told, ran = Event(), Event(), Event(), []
    answers: list[int] = []

    def done(answer: int) -> None:
        answers.append(answer)
        told.set()

    def first() -> int:
        begun.set()
        may_go.wait(10)
        ran.append(1)
        return 1

    def make(number: int):  # type: ignore[no-untyped-def]
        def run() -> int:
            ran.append(number)
            return number

        return run

    latest: LatestOnly[int] = LatestOnly(done)
    latest.ask(first)
    assert begun.wait(10)
    for number in (2, 3, 4):
        latest.ask(make(number))
    may_go.set()
    assert told.wait(10)
    assert (ran, answers) == ([1, 4], [4])


def test_after_stopping_nothing_more_is_told() -> None:
    begun, may_go = Event(), Event()
    answers: list[int] = []

    def run() -> int:
        begun.set()
        may_go.wait(10)
        return 1

    latest: LatestOnly[int] = LatestOnly(answers.append)
    latest.ask(run)
    assert begun.wait(10)
    latest.stop()
    may_go.set()
    deadline = monotonic() + 10
    while latest._is_running and monotonic() < deadline:
        pass
    latest.ask(lambda: 2)
    assert answers == []
