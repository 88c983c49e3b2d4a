"""Garbage is collected on the main thread alone: no timer and no document of Qt's ends on another."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import QObject, Qt

from desktop.garbage import Garbage, collect_due


@pytest.fixture
def automatic() -> Iterator[None]:
    """Python's own collecting, as an app finds it when it starts; afterwards as it was."""
    was_on = gc.isenabled()
    gc.enable()
    yield
    if was_on:
        gc.enable()
    else:
        gc.disable()


class Cycle:
    """Something only the collector can end, with an object of Qt's in it."""

    def __init__(self, ended_on: list[int]) -> None:
        self.itself = self
        self.held = QObject()
        # Told directly, on the thread that destroys it.
        self.held.destroyed.connect(lambda: ended_on.append(threading.get_ident()), Qt.ConnectionType.DirectConnection)


def allocate_much() -> None:
    """Enough for Python to collect every generation by itself, on the thread that calls this."""
    kept = []
    for _ in range(40):
        kept.append([[] for _ in range(20_000)])
    kept.clear()


def test_another_thread_that_allocates_much_ends_nothing_of_qts(automatic: None, qapp: Any) -> None:
    ended_on: list[int] = []
    parent = QObject()
    Garbage(parent)
    Cycle(ended_on)
    writer = threading.Thread(target=allocate_much)
    writer.start()
    writer.join()
    assert ended_on == []
    gc.collect()
    assert ended_on == [threading.get_ident()]


def test_without_it_python_collects_on_the_thread_that_allocates(automatic: None, qapp: Any) -> None:
    """The control: what the test above guards against does happen."""
    collected_on: set[int] = set()

    def note(phase: str, _info: dict[str, int]) -> None:
        if phase == "start":
            collected_on.add(threading.get_ident())

    gc.callbacks.append(note)
    try:
        writer = threading.Thread(target=allocate_much)
        writer.start()
        writer.join()
    finally:
        gc.callbacks.remove(note)
    assert collected_on - {threading.get_ident()}


def test_what_is_due_is_collected_and_nothing_before(automatic: None) -> None:
    gc.disable()
    gc.collect()
    assert collect_due() == 0
    kept = [Cycle([]) for _ in range(3)]
    kept.clear()
    grown = [[] for _ in range(gc.get_threshold()[0] * 2)]
    assert collect_due() > 0
    assert grown


def test_the_app_collects_by_itself_while_it_runs(automatic: None, qtbot: Any) -> None:
    ended_on: list[int] = []
    parent = QObject()
    Garbage(parent)
    assert not gc.isenabled()
    Cycle(ended_on)
    grown = [[] for _ in range(gc.get_threshold()[0] * 2)]
    qtbot.waitUntil(lambda: ended_on == [threading.get_ident()], timeout=5000)
    assert grown
