"""Every page the window knows, each opened on the record that fills it most: a new page comes along by itself."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from inspect import signature
from types import SimpleNamespace
from typing import Any

from PySide6.QtCore import QRect
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget

import models.records  # noqa: F401 - every type is known
from models.record import all_declarations

RECORD = ("record_id", "you_said_id")
"""What pages call the record they are about."""
MOST_STEPS, STILL = 60, 3
_fullest: dict[str, int] = {}
"""By page, which of its records fills it most. The invented caseload is the same in every app; the search is long."""


@dataclass(frozen=True)
class Screen:
    """A page and what it is opened with."""

    name: str
    page: str
    arguments: dict[str, Any]


def every_screen(at: SimpleNamespace) -> list[Screen]:
    """The pages of a whole app (`counting.whole_app`), and the form of every type of record; sought once an app."""
    if not hasattr(at, "screens"):
        at.screens = [*_pages(at), *_forms(at)]
    screens: list[Screen] = at.screens
    return screens


def opened(at: SimpleNamespace, *, forms: bool = True) -> Iterator[Screen]:
    """Open one after another, and let each settle; without ``forms`` the pages alone."""
    for screen in every_screen(at):
        if forms or screen.name == screen.page:
            open_one(at, screen)
            yield screen


def open_one(at: SimpleNamespace, screen: Screen) -> QWidget:
    """Open a screen and wait until nothing on it moves any more: long pages fill in steps."""
    threads = set(threading.enumerate())
    at.window.open(screen.page, **screen.arguments)
    if at.window.is_covered():
        at.settle()
        at.window.lift()  # a child had held the laptop
    before: list[QRect] = []
    still = 0
    for _ in range(MOST_STEPS):
        at.settle()
        QTest.qWait(10)
        now = [each.geometry() for each in at.window.findChildren(QWidget) if each.isVisible()]
        is_read = not set(threading.enumerate()) - threads  # what is read beside the main thread has come
        still, before = (still + 1 if now == before and is_read else 0), now
        if still == STILL:
            break
    page: QWidget = at.window.pages.currentWidget()
    return page


def _pages(at: SimpleNamespace) -> Iterator[Screen]:
    for spec in at.window.pages.specs():
        takes = _takes(at, spec.key)
        arguments = {"scope_id": at.scope} if "scope_id" in takes else {}
        name = next((each for each in RECORD if each in takes), "")
        records = _records_for(at, spec.key) if name else []
        if records:
            if spec.key not in _fullest:
                tried = [_fullness(at, spec, {**arguments, name: record_id}) for record_id in records]
                _fullest[spec.key] = tried.index(max(tried))
            arguments[name] = records[_fullest[spec.key]]
        yield Screen(spec.key, spec.key, arguments)


def _records_for(at: SimpleNamespace, page: str) -> list[str]:
    """Records a page may be about: of the type it is named for, else one of each."""
    every = _one_of_each_type(at)
    return [record_id for record_id in every if page in at.casebook.entry(record_id).type] or every


def _forms(at: SimpleNamespace) -> Iterator[Screen]:
    """Records of a type's own page have been seen there; a form that is for reading only is still a form."""
    for record_id in _one_of_each_type(at)[len(at.more_ids) :]:
        yield Screen(f"edit {at.casebook.entry(record_id).type}", "edit", {"record_id": record_id})


def _takes(at: SimpleNamespace, key: str) -> set[str]:
    at.window.open(key)
    at.settle()
    return set(signature(at.window.pages.currentWidget().opened).parameters)


def _one_of_each_type(at: SimpleNamespace) -> list[str]:
    found = [at.load.record_ids(declared.type) for declared in all_declarations()]
    return [*at.more_ids, *(ids[0] for ids in found if ids)]


def _fullness(at: SimpleNamespace, spec: Any, arguments: dict[str, Any]) -> int:
    """How many words a page shows."""
    at.window.open(spec.key, **arguments)
    at.settle()
    page = at.window.pages.currentWidget()
    return sum(len(label.text()) for label in page.findChildren(QLabel) if label.isVisible())
