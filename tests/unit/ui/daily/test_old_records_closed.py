"""Two weeks without the council: the app says calmly what is closed, and a new note is written as ever."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from desktop.settings import Settings
from models.exchange import Receipt
from models.query import Query
from ui.parts.cover_page import PinAnswer
from ui.screens import Choices, register
from ui.theme import Look, Scheme
from ui.window import HeardWindow

Window = Callable[..., HeardWindow]


@pytest.fixture
def window(stage: Any, tmp_path: Path, settle: Callable[[], None]) -> Iterator[HeardWindow]:
    stage.fill()
    exchange = stage.casebook.exchange
    exchange.cut_all().result()
    while rest := exchange.to_send(500):
        exchange.settle([Receipt(one.version_id, "head", one.op_no) for one in rest]).result()
    exchange.note_contact("2026-11-23T10:05:00.000Z")
    made = HeardWindow(lambda _pin: PinAnswer(False, 5))
    stage.qtbot.addWidget(made)
    facts: dict[str, Any] = dict.fromkeys(Choices.__dataclass_fields__, lambda *_about: None)
    facts |= {"folder": tmp_path, "version": "1", "settings": Settings}
    choices = Choices(**facts)
    register(made, stage.link, stage.theme, choices)
    made.resize(1024, 600)
    made.show()
    settle()
    yield made
    made.pages.leave()
    settle()


def two_weeks_pass(stage: Any, settle: Callable[[], None]) -> None:
    stage.now += timedelta(days=15)
    assert stage.casebook.lease.look()
    settle()


def test_a_strip_says_what_is_closed_and_goes_when_the_council_is_reached(
    stage: Any, window: HeardWindow, settle: Callable[[], None]
) -> None:
    window.open("today")
    assert not window.closed.isVisible()
    two_weeks_pass(stage, settle)
    assert window.closed.isVisible()
    assert window.closed.words.text() == (
        "14 days without a connection: old records are closed until the next one. "
        "New notes can still be written, and what is not sent yet stays open to you."
    )
    asked: list[bool] = []
    window.sync_asked.connect(lambda: asked.append(True))
    window.closed.again.click()
    assert asked == [True]
    stage.casebook.exchange.note_contact("2026-12-08T10:05:00.000Z")
    settle()
    assert not window.closed.isVisible()


@pytest.mark.parametrize("page", ["today", "children", "find", "knock", "this_is_me", "sync", "recently_deleted"])
def test_every_page_stands_while_old_records_are_closed(
    stage: Any, window: HeardWindow, settle: Callable[[], None], page: str
) -> None:
    scope_id = stage.casebook.children()[0].scope_id
    arguments = {"scope_id": scope_id} if page in ("children", "knock", "this_is_me") else {}
    window.open(page, **arguments)
    settle()
    two_weeks_pass(stage, settle)
    window.open("settings")
    window.open(page, **arguments)
    settle()
    assert window.closed.isVisible()


def test_the_list_of_children_says_that_records_are_closed_and_not_that_there_are_none(
    stage: Any, window: HeardWindow, settle: Callable[[], None]
) -> None:
    two_weeks_pass(stage, settle)
    window.open("children")
    settle()
    model = window.pages.currentWidget().model  # type: ignore[union-attr]
    assert [model.line(row) for row in model.rows()] == ["Old records are closed"] * 8


def test_a_note_about_a_child_is_written_while_old_records_are_closed(
    stage: Any, window: HeardWindow, settle: Callable[[], None]
) -> None:
    child = stage.casebook.children()[0]
    two_weeks_pass(stage, settle)
    window.open("note", scope_id=child.scope_id)
    settle()
    stage.qtbot.keyClicks(window.focusWidget(), "We talked about school.")
    stage.wait(lambda: stage.casebook.count(Query(types=("visit_note",))) == 1)
    (note,) = stage.casebook.select(Query(types=("visit_note",)))
    assert (note.scope_id, note.body["what_happened"]) == (child.scope_id, "We talked about school.")


@pytest.mark.parametrize("scheme", [Scheme.LIGHT, Scheme.DARK])
def test_the_strip_fits_a_small_window_in_both_themes(
    stage: Any, window: HeardWindow, settle: Callable[[], None], scheme: Scheme
) -> None:
    stage.theme.set_look(Look(scheme=scheme))
    window.open("children")
    two_weeks_pass(stage, settle)
    assert window.width() == 1024
    place = window.closed.again.mapTo(window, window.closed.again.rect().bottomRight())
    assert place.x() < 1024
    assert window.closed.words.height() >= window.closed.words.heightForWidth(window.closed.words.width())
