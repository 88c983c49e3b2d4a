"""How many presses and keys each job may take, counted through the whole window; docs/budgets.md lists them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from models.clock import to_stamp
from models.entry import Edit, Entry
from models.invented import leave_two_versions
from models.query import Query
from tests.unit.ui.counting import CTRL, SHIFT, whole_app
from tests.unit.ui.forms.spelled import Book, menus
from ui.parts.two_versions_strip import TwoVersionsStrip
from ui.spelling import Spelling

K = Qt.Key


@pytest.fixture
def at(tmp_path: Path, clock: Any, look: Any, qtbot: Any, settle: Callable[[], None]) -> Iterator[SimpleNamespace]:
    with whole_app(tmp_path, clock, look, qtbot, settle) as it:
        it.voice.found.emit(True)
        it.settle()
        yield it


def page(at: SimpleNamespace) -> Any:
    return at.window.pages.currentWidget()


def here(at: SimpleNamespace) -> str:
    return str(at.window.here().key)


def about(at: SimpleNamespace) -> str:
    return str(page(at).new_note_about().get("scope_id"))


def counted(at: SimpleNamespace) -> tuple[int, int]:
    """Clicks and keys so far."""
    return at.hands.clicks, at.hands.keys


def first(at: SimpleNamespace, name: str) -> QWidget:
    """The first of several of a name that are seen."""
    return next(one for one in page(at).findChildren(QWidget, name) if one.isVisible())


def open_child(at: SimpleNamespace, **more: str) -> None:
    at.window.open("children", scope_id=at.scope, **more)
    at.settle()


def record(at: SimpleNamespace, record_id: str) -> Entry:
    entry = at.casebook.entry(record_id)
    assert entry is not None
    return entry


def add(at: SimpleNamespace, kind: str, scope_id: str, **body: Any) -> str:
    draft = at.casebook.new_draft(kind, scope_id)
    at.casebook.save(draft, {name: Edit(None, value) for name, value in body.items()}).result()
    at.settle()
    return str(draft.record_id)


def newest_note(at: SimpleNamespace) -> Entry:
    mine = at.casebook.select(Query(types=("visit_note",), author_id=at.casebook.me.worker.worker_id, limit=1))
    return next(iter(mine))


# ---- a visit note --------------------------------------------------------------------------------------------------


def is_writing(at: SimpleNamespace) -> bool:
    """Whether a note stands with the cursor blinking in it."""
    focus = at.window.focusWidget()
    return here(at) == "note" and focus is not None and focus.objectName() == "visit_note.what_happened"


def test_one_click_on_today_begins_the_note_of_the_next_visit(at: SimpleNamespace) -> None:
    at.hands.press(first(at, "today.note"))
    assert is_writing(at)
    assert counted(at) == (1, 0)


def test_one_chord_on_today_begins_the_note_of_the_next_visit(at: SimpleNamespace) -> None:
    next_visit = about(at)
    at.hands.key(K.Key_N, CTRL)
    assert is_writing(at)
    assert page(at).new_note_about()["scope_id"] == next_visit
    assert counted(at) == (0, 1)


def test_the_note_of_any_child_is_two_chords_and_three_letters_away(at: SimpleNamespace) -> None:
    at.window.open("settings")
    at.settle()
    at.hands.key(K.Key_K, CTRL)
    for letter in (K.Key_S, K.Key_A, K.Key_R):
        at.hands.key(letter)
    at.hands.wait_for(lambda: page(at).new_note_about())
    at.hands.key(K.Key_N, CTRL)
    assert is_writing(at)
    assert record(at, at.casebook.child(about(at)).record_id).title == "Sarah"
    assert counted(at) == (0, 5)


def test_a_short_whole_note_is_five_clicks_from_today(at: SimpleNamespace) -> None:
    at.hands.press(first(at, "today.note"))
    at.hands.type("We drew a house. She told me about Biscuit.")
    at.hands.click("visit_note.seen.yes")
    at.hands.click("visit_note.seen_alone.yes")
    at.hands.click("note.finish")
    at.hands.wait_for(lambda: newest_note(at).is_finished)
    assert newest_note(at).body["what_happened"] == "We drew a house. She told me about Biscuit."
    assert at.hands.clicks <= 5


# ---- knowing the child ---------------------------------------------------------------------------------------------


def test_one_click_on_the_childs_page_opens_the_whole_card(at: SimpleNamespace) -> None:
    open_child(at)
    at.hands.click("child.knock")
    assert here(at) == "knock"
    assert counted(at) == (1, 0)


def test_one_chord_on_today_opens_the_card_of_the_next_visit(at: SimpleNamespace) -> None:
    next_visit = about(at)
    at.hands.key(K.Key_B, CTRL | SHIFT)
    assert here(at) == "knock"
    assert about(at) == next_visit
    assert counted(at) == (0, 1)


def test_the_card_is_read_aloud_with_two_keys_from_today(at: SimpleNamespace) -> None:
    at.hands.key(K.Key_B, CTRL | SHIFT)
    at.hands.key(K.Key_R)
    assert (at.voice.now or "").startswith("Before you knock: ")
    assert counted(at) == (0, 2)


@pytest.mark.parametrize(("start", "button"), [("today", "today.this_is_me"), ("knock", "knock.this_is_me")])
def test_this_is_me_is_one_click_away(at: SimpleNamespace, start: str, button: str) -> None:
    at.window.open(start, **({"scope_id": at.scope} if start == "knock" else {}))
    at.settle()
    at.hands.press(first(at, button))
    assert here(at) == "this_is_me"
    assert counted(at) == (1, 0)


def test_one_more_click_changes_this_is_me_with_the_cursor_in_it(at: SimpleNamespace) -> None:
    at.window.open("this_is_me", scope_id=at.scope)
    at.settle()
    at.hands.click("this_is_me.edit")
    assert page(at).form is not None
    assert page(at).form.isAncestorOf(at.window.focusWidget())
    assert counted(at) == (1, 0)


# ---- what a child said ---------------------------------------------------------------------------------------------


def said_unchecked(at: SimpleNamespace) -> str:
    return add(at, "own_words", at.scope, words="Tell my nan first.", said_on="2026-11-20")


def is_right(at: SimpleNamespace, said: str) -> bool:
    return bool(record(at, said).body.get("checked_back_result") == "right")


def test_words_are_checked_back_with_two_clicks_on_the_timeline(at: SimpleNamespace) -> None:
    said = said_unchecked(at)
    open_child(at, tab="timeline")
    at.hands.wait_for(lambda: check_buttons(at, said))
    at.hands.press(check_buttons(at, said)[0])
    at.hands.click("own_words.checked_back_result.right")
    at.hands.wait_for(lambda: is_right(at, said))
    assert counted(at) == (2, 0)


def check_buttons(at: SimpleNamespace, said: str) -> list[QWidget]:
    found = page(at).findChildren(QWidget, "own_words.check_back")
    return [one for one in found if one.isVisible() and one.property("row") == said]


def test_words_that_wait_to_be_checked_back_take_two_clicks_from_today(at: SimpleNamespace) -> None:
    row = at.hands.find("today.finish.check_back")
    said = str(row.property("row"))
    at.hands.press(row)
    at.hands.click("own_words.checked_back_result.right")
    at.hands.wait_for(lambda: is_right(at, said))
    assert counted(at) == (2, 0)


def test_words_are_checked_back_with_two_clicks_beside_the_note(at: SimpleNamespace) -> None:
    said = said_unchecked(at)
    at.window.open("note", scope_id=at.scope)
    at.settle()
    at.hands.click("note.check_back")
    at.hands.click("own_words.checked_back_result.right")
    at.hands.wait_for(lambda: is_right(at, said))
    assert counted(at) == (2, 0)


def test_one_click_in_the_note_writes_the_childs_own_words(at: SimpleNamespace) -> None:
    at.window.open("note", scope_id=at.scope)
    at.settle()
    at.hands.click("own_words.words")
    at.hands.type("I like it when you ring first.")
    wanted = Query(types=("own_words",), scope_id=at.scope, limit=50)
    at.hands.wait_for(
        lambda: any(one.body.get("words") == "I like it when you ring first." for one in at.casebook.select(wanted))
    )
    assert counted(at) == (1, 0)


@pytest.mark.qt_log_ignore("raise\\(\\)", "grabbing the keyboard", extend=True)
def test_what_was_said_is_turned_round_with_two_clicks_from_the_childs_page(at: SimpleNamespace) -> None:
    open_child(at)
    at.hands.click("child.more")
    at.hands.choose("What Sarah has said")
    assert here(at) == "what_i_said"
    assert counted(at) == (2, 0)


def test_an_answer_is_written_and_told_with_one_click_and_one_chord(at: SimpleNamespace) -> None:
    me = at.casebook.me.worker.worker_id
    promise = add(
        at, "promise", at.scope, we_promised="I will ask.", we_did="She said yes.", state="done", promised_by_id=me
    )
    at.window.open("promise", record_id=promise)
    at.settle()
    at.hands.click("promise.write")
    at.hands.wait_for(lambda: here(at) == "answer_letter")
    at.settle()
    at.hands.key(K.Key_Return, CTRL)
    at.hands.wait_for(lambda: record(at, promise).body.get("state") == "told")
    at.hands.wait_for(lambda: not at.window.findChild(QWidget, "answer_letter.told").isVisible())
    assert counted(at) == (1, 1)


# ---- written by others, or wrongly ---------------------------------------------------------------------------------


def from_today(at: SimpleNamespace, torn: str) -> QWidget:
    at.window.open("today")
    at.hands.wait_for(lambda: row_of(at, torn))
    return row_of(at, torn)[0]


def row_of(at: SimpleNamespace, record_id: str) -> list[QWidget]:
    return [one for one in page(at).findChildren(QWidget) if one.isVisible() and one.property("row") == record_id]


def from_this_is_me(at: SimpleNamespace, torn: str) -> QWidget:
    at.window.open("this_is_me", scope_id=record(at, torn).scope_id)
    at.settle()
    return next(one for one in page(at).findChildren(TwoVersionsStrip) if one.isVisible()).button


@pytest.mark.parametrize("start", [from_today, from_this_is_me])
def test_two_clicks_settle_two_versions(at: SimpleNamespace, start: Callable[..., QWidget]) -> None:
    torn = leave_two_versions(at.casebook, at.load)
    at.hands.press(start(at, torn))
    at.hands.click("two_versions.keep_other")
    at.hands.wait_for(lambda: not record(at, torn).open_choices)
    assert counted(at) == (2, 0)


# A menu that is its own window: Qt says offscreen that it cannot be brought to the front.
@pytest.mark.qt_log_ignore("raise\\(\\)", "grabbing the keyboard", extend=True)
def test_two_keys_mend_a_word(at: SimpleNamespace) -> None:
    at.link.spelling = Spelling(at.link, Book())
    at.window.open("note", scope_id=at.scope)
    at.settle()
    at.hands.type("the skool ")
    box = at.window.focusWidget()
    at.hands.wait_for(lambda: not at.link.spelling.is_waiting())
    at.hands.key(K.Key_F7)
    at.hands.wait_for(lambda: menus() and menus()[0].activeAction() is not None)
    at.hands.key(K.Key_Return)
    assert box.plain() == "the school "
    assert counted(at) == (0, 2)


# ---- anywhere ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("start", ["today", "children", "knock", "note"])
def test_one_key_hides_the_screen(at: SimpleNamespace, start: str) -> None:
    at.window.open(start, **({} if start == "today" else {"scope_id": at.scope}))
    at.settle()
    at.hands.key(K.Key_F9)
    assert at.window.is_covered()
    assert counted(at) == (0, 1)


def test_one_click_hides_the_screen(at: SimpleNamespace) -> None:
    at.hands.press(at.window.rail.findChild(QWidget, "rail.hide"))
    assert at.window.is_covered()
    assert counted(at) == (1, 0)


def test_a_note_is_found_by_a_word_and_opened_with_two_keys_beside_it(at: SimpleNamespace) -> None:
    note = add(at, "visit_note", at.scope, visited_at=to_stamp(at.casebook.clock.now()), what_happened="A trampoline.")
    at.hands.key(K.Key_K, CTRL)
    at.hands.type("trampoline")
    at.hands.wait_for(lambda: page(at).model.rowCount() > 1)
    at.hands.key(K.Key_Return)
    at.hands.wait_for(lambda: here(at) == "note")
    assert at.window.here().arguments["record_id"] == note
    assert counted(at) == (0, 2)


@pytest.mark.parametrize("start", ["today", "children", "note", "this_is_me", "not_taking_part", "print"])
def test_whether_it_is_safe_is_said_without_a_click(at: SimpleNamespace, start: str) -> None:
    at.window.open(start, **({} if start == "today" else {"scope_id": at.scope}))
    at.window.show_state("Offline · 3 changes saved on this laptop", "cloud-off", "info", "Offline · 3 saved")
    at.settle()
    state = at.window.top.state
    assert state.isVisible()
    assert at.window.rect().contains(state.mapTo(at.window, state.rect().bottomRight()))
    assert counted(at) == (0, 0)
