"""Kept safe for your manager: why, what happens next, and every word of it to read, also when the child is gone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget

from models.exchange import Receipt
from models.store.arrivals import raise_issue
from tests.unit.ui.torn import Stage, open_stage
from ui.parts.pages import PageSpec
from ui.parts.pill import Pill
from ui.theme import Theme
from ui.views.held import HeldPage

REASON = "You are not assigned here any more. It is kept whole at the council for a manager to look at."


@pytest.fixture
def it(tmp_path: Path, clock: Any, look: Theme, qtbot: Any, settle: Callable[[], None]) -> Iterator[Stage]:
    with open_stage(tmp_path, clock, look, qtbot, settle) as stage:
        stage.window.register(PageSpec("held", "Kept safe", lambda: HeldPage(stage.link, stage.window, look)))
        yield stage


def words_on(widget: QWidget) -> list[str]:
    return [label.text() or label.accessibleName() for label in widget.findChildren(QLabel) if label.isVisible()]


def held_note(it: Stage) -> str:
    note = it.put("visit_note", what_happened="We baked.")
    it.clock.advance(minutes=5)
    it.change(note, what_happened="We baked, and he told me of school.")
    versions = [one for one in it.casebook.exchange.to_send(50) if one.record_id == note]
    it.casebook.exchange.settle([Receipt(one.version_id, "held", reason=REASON) for one in versions]).result()
    it.written()
    return note


def open_it(it: Stage, record_id: str = "") -> HeldPage:
    it.window.open("held", record_id=record_id)
    it.settle()
    page = it.window.pages.currentWidget()
    assert isinstance(page, HeldPage)
    return page


def decide(it: Stage, record_id: str, state: str, words: str) -> None:
    def act(act: Any) -> None:
        act.connection.exec_driver_sql("UPDATE outbox SET held_state = ? WHERE record_id = ?", (state, record_id))
        raise_issue(act.connection, it.casebook._desk.pen, state, record_id, words)
        act.touched.records.add(record_id)

    it.casebook._desk.write(act, is_sync=True).result()
    it.written()


def test_it_says_why_what_happens_next_and_can_be_read_by_keys(it: Stage) -> None:
    note = held_note(it)
    page = open_it(it)
    card = page.cards[note]
    said = words_on(card)
    assert "Visit note – Tomasz" in said
    assert REASON in said
    assert "Your manager decides what becomes of it. You need do nothing; what you wrote stays here to read." in said
    assert any(one.startswith("Written today") for one in said)
    assert any("2 versions" in one for one in said)
    assert [pill.text() for pill in card.findChildren(Pill)] == ["Kept safe for your manager"]
    assert "We baked, and he told me of school." not in said
    card.fold.button.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(card.fold.button, Qt.Key.Key_Space)
    it.settle()
    assert "We baked, and he told me of school." in words_on(card)
    assert card.fold.button.accessibleName() == "Read what I wrote: Visit note – Tomasz"


def test_what_was_asked_for_is_open_and_can_be_read_although_its_child_is_hidden(it: Stage) -> None:
    note = held_note(it)
    exchange = it.casebook.exchange
    cursor, grants, filling = exchange.cursors()
    exchange.take([], cursor=cursor + 1, grants=grants + 1, filling=filling, scopes={}).result()
    it.written()
    assert it.casebook.entry(note) is None
    page = open_it(it, note)
    assert "We baked, and he told me of school." in words_on(page.cards[note])
    assert "Visit note – a child no longer assigned to you" in words_on(page.cards[note])


def test_what_a_manager_gave_back_stands_with_their_words_and_stays_to_read(it: Stage) -> None:
    note = held_note(it)
    page = open_it(it, note)
    decide(it, note, "returned", "Please write it under the right child.")
    said = words_on(page.cards[note])
    assert "Your manager’s words" in said
    assert "Please write it under the right child." in said
    assert any(one.startswith("Your manager has given it back to you.") for one in said)
    assert "We baked, and he told me of school." in said, "what was open stays open"
    assert [pill.text() for pill in page.cards[note].findChildren(Pill)] == ["Given back"]


def test_what_was_let_in_leaves_the_page(it: Stage) -> None:
    note = held_note(it)
    page = open_it(it)
    assert list(page.cards) == [note]

    def act(act: Any) -> None:
        act.connection.exec_driver_sql("DELETE FROM outbox WHERE record_id = ?", (note,))
        act.touched.records.add(note)

    it.casebook._desk.write(act, is_sync=True).result()
    it.written()
    assert page.cards == {}
    assert "Nothing is kept apart" in words_on(page)
    assert page.page_title() == "Kept safe for your manager"


@pytest.mark.parametrize("text_scale", [1.0, 2.0])
def test_nothing_is_wider_than_the_smallest_window(it: Stage, look: Theme, text_scale: float) -> None:
    note = held_note(it)
    it.window.resize(1024, 600)
    look.set_look(replace(look.look, text_scale=text_scale))
    page = open_it(it, note)
    content = page._scroll.content
    assert content.width() <= page._scroll.viewport().width()
    for child in page.cards[note].findChildren(QWidget):
        if child.isVisible():
            assert child.mapTo(content, child.rect().topRight()).x() <= content.width()
