"""Two versions: both texts are shown with who wrote them, any of the four ways settles it, and Undo truly undoes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from models.drawing import read
from models.entry import Edit
from models.origin import origin_of
from tests.unit.ui.torn import DANA, MARTIN, NOW, OTHER, STANDS, Stage, open_stage
from ui.parts.buttons import Button
from ui.parts.drawn_sheet import DrawnSheet
from ui.parts.marked_text import MarkedText
from ui.theme import Look, Theme

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def it(tmp_path: Path, clock: Any, look: Theme, qtbot: Any, settle: Callable[[], None]) -> Iterator[Stage]:
    with open_stage(tmp_path, clock, look, qtbot, settle) as stage:
        yield stage


def press(widget: QWidget) -> None:
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


def key(pressed: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(QApplication.focusWidget(), pressed, modifiers)


def button(page: QWidget, name: str) -> Button:
    found = page.findChild(Button, f"two_versions.{name}")
    assert isinstance(found, Button), name
    return found


def marked(page: QWidget, name: str) -> MarkedText:
    found = page.findChild(MarkedText, name)
    assert isinstance(found, MarkedText), name
    return found


def words_on(page: QWidget) -> list[str]:
    return [label.text() for label in page.findChildren(QLabel) if label.isVisible() and label.text()]


# ---- what is shown ---------------------------------------------------------------------------------------------------


def test_both_texts_stand_with_who_wrote_each_and_when(it: Stage) -> None:
    page = it.open(it.torn_note())
    shown = words_on(page)
    ten_past, half_past = (NOW.astimezone().replace(minute=minute) for minute in (15, 25))
    assert page.title.text().endswith("– Tomasz")
    assert "This one · Martin Webb" in shown
    assert "The other · You" in shown
    assert f"Today, {half_past:%H:%M}. It stands in the record." in shown
    assert f"Today, {ten_past:%H:%M}. It is kept beside it." in shown
    assert "You and Martin Webb changed this while apart." in page.intro.text()


def test_only_the_words_that_differ_are_marked_and_a_screen_reader_is_told_them(it: Stage) -> None:
    page = it.open(it.torn_note())
    standing, other = marked(page, "home.how_to_arrive"), marked(page, "home.how_to_arrive.other")
    assert (standing.words(), standing.marked()) == (STANDS, ("garden gate",))
    assert (other.words(), other.marked()) == (OTHER, ("shed door",))
    assert other.accessibleDescription() == "Only in this version: shed door"
    assert page.legend.isVisible()


def test_a_childs_own_words_are_purple_quoted_never_rewritten_and_kept_apart(it: Stage) -> None:
    record_id = it.tear(
        "own_words", {"words": "I am fine."}, {"words": "I am fine with Nan."}, {"words": "I am fine with Nana."}
    )
    page = it.open(record_id)
    assert marked(page, "own_words.words")._is_childs
    assert marked(page, "own_words.words")._quoted
    assert any(
        "Tomasz’s own words, so Heard never mixes them" in words and "ask him" in words for words in words_on(page)
    )
    assert page.findChild(Button, "two_versions.write_together") is None
    press(button(page, "keep_both"))
    it.written()
    kept = it.entry(record_id).body["words"].splitlines()
    assert len(kept) == 2
    assert "I am fine with Nana." in kept[0]
    assert "I am fine with Nan." in kept[1]


def test_answers_that_are_not_text_are_said_in_words(it: Stage) -> None:
    record_id = it.tear(
        "communication_preferences",
        {"notice_days": 1},
        {"notice_days": 7, "wants_feedback_after": True, "asked_on": "2026-11-01", "read_back": "always"},
        {"notice_days": 3, "wants_feedback_after": False, "asked_on": "2026-11-02", "read_back": "no"},
    )
    shown = words_on(it.open(record_id))
    for words in ("3", "7", "Yes", "No", "1 November 2026", "2 November 2026", "Always", "No need"):
        assert words in shown, words
    assert not {"True", "False", "2026-11-01", "always"} & set(shown)


def test_two_drawings_are_seen_side_by_side_as_their_words_would_say_the_same_of_both(it: Stage) -> None:
    first, mine, theirs = [["ink", 6, 5, 5, 9, 9]], [["red", 14, 100, 700, 500, 50]], [["blue", 28, 9, 9, 800, 700]]
    record_id = it.tear(
        "this_is_me", {"my_drawing": first, "pen_held_by": "child"}, {"my_drawing": mine}, {"my_drawing": theirs}
    )
    page = it.open(record_id)
    standing, other = page.findChildren(DrawnSheet)
    assert (standing.strokes, other.strokes) == (read(theirs), read(mine))
    assert standing.accessibleName() == "This one, My drawing: A drawing of 1 line"
    assert other.accessibleName() == "The other, My drawing: A drawing of 1 line"
    assert words_on(page).count("A drawing of 1 line") == 2
    press(button(page, "keep_other"))
    it.written()
    assert it.entry(record_id).body["my_drawing"] == mine


def test_side_by_side_where_there_is_room_and_stacked_in_a_small_window(it: Stage) -> None:
    page = it.open(it.torn_note())
    card = page.cards[0]
    assert card.standing.geometry().top() == card.other.geometry().top()
    it.window.resize(1024, 600)
    it.settle()
    assert card.standing.geometry().bottom() < card.other.geometry().top()


@pytest.mark.parametrize("text_scale", [1.0, 1.5, 2.0])
def test_nothing_is_cut_in_the_smallest_window_at_any_size_of_text(it: Stage, look: Theme, text_scale: float) -> None:
    look.set_look(Look(scheme=look.look.scheme, text_scale=text_scale))
    it.window.resize(1024, 600)
    page = it.open(it.torn_note())
    button(page, "write_together").click()
    it.settle()
    wide = page._scroll.viewport().width()
    assert page._scroll.content.width() <= wide
    for part in page.findChildren(Button):
        if part.isVisible():
            assert part.mapTo(page._scroll.content, part.rect().topRight()).x() <= wide, part.words()


# ---- choosing --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("way", "kept"),
    [
        ("keep_standing", STANDS),
        ("keep_other", OTHER),
        ("keep_both", "Use the garden gate.\nUse the shed door.\nCall first."),
    ],
)
def test_each_way_settles_it_and_undo_opens_it_again_with_its_author(it: Stage, way: str, kept: str) -> None:
    record_id = it.torn_note()
    before = it.entry(record_id)
    page = it.open(record_id)
    press(button(page, way))
    it.written()
    assert it.entry(record_id).body["how_to_arrive"] == kept
    assert it.entry(record_id).open_choices == ()
    assert "Settled" in words_on(page)
    assert button(page, "done").hasFocus()
    press(it.window.toasts.undo_button)
    it.written()
    assert it.entry(record_id).open_choices == before.open_choices
    assert it.entry(record_id).body["how_to_arrive"] == STANDS
    assert marked(page, "home.how_to_arrive.other").words() == OTHER


def test_by_keys_alone_from_the_first_choice_to_the_way_back(it: Stage) -> None:
    record_id = it.torn_note()
    page = it.open(record_id)
    for _ in range(12):
        key(Qt.Key.Key_Tab)
        if QApplication.focusWidget().objectName() == "two_versions.keep_other":
            break
    key(Qt.Key.Key_Space)
    it.written()
    assert it.entry(record_id).body["how_to_arrive"] == OTHER
    assert page.isVisible()
    key(Qt.Key.Key_Space)
    it.settle()
    assert it.window.here().key == "today"


def test_ctrl_z_after_choosing_undoes_it_also_from_another_page(it: Stage) -> None:
    record_id = it.torn_note()
    page = it.open(record_id)
    press(button(page, "keep_other"))
    it.written()
    key(Qt.Key.Key_Escape)
    it.settle()
    assert it.window.here().key == "today"
    QTest.keyClick(it.window, Qt.Key.Key_Z, CTRL)
    it.written()
    assert len(it.entry(record_id).open_choices) == 1


def test_undo_never_overwrites_what_somebody_wrote_since(it: Stage) -> None:
    record_id = it.torn_note()
    press(button(it.open(record_id), "keep_other"))
    it.written()
    it.change(record_id, how_to_arrive="By letter.")
    press(it.window.toasts.undo_button)
    it.written()
    assert it.entry(record_id).body["how_to_arrive"] == "By letter."
    assert "This has been changed since" in it.window.toasts.label.text()


def test_the_text_not_chosen_stays_in_the_history(it: Stage) -> None:
    record_id = it.torn_note()
    press(button(it.open(record_id), "keep_standing"))
    it.written()
    assert any(version.read_body().get("how_to_arrive") == OTHER for version in it.casebook.history(record_id))


def test_of_several_choices_one_is_settled_at_a_time_and_the_next_has_the_focus(it: Stage) -> None:
    record_id = it.tear(
        "person_i_trust",
        {"name": "Pete"},
        {"name": "Pete A", "relationship": "Grandad"},
        {"name": "Pete B", "relationship": "My grandad"},
    )
    page = it.open(record_id)
    assert len(page.cards) == 2
    press(page.cards[0].buttons["keep_other"])
    it.written()
    assert len(page.cards) == 1
    assert page.cards[0].buttons["keep_standing"].hasFocus()
    assert "Settled" not in words_on(page)
    press(page.cards[0].buttons["keep_other"])
    it.written()
    body = it.entry(record_id).body
    assert (body["name"], body["relationship"]) == ("Pete A", "Grandad")
    assert "Settled" in words_on(page)


def test_the_notice_goes_when_the_last_choice_is_settled(it: Stage) -> None:
    record_id = it.torn_note()
    assert [notice.kind for notice in it.casebook.notices()] == ["two_versions"]
    press(button(it.open(record_id), "keep_other"))
    it.written()
    assert it.casebook.notices() == []


def test_a_colleagues_record_is_shown_and_left_to_its_author(it: Stage) -> None:
    record_id = it.put("visit_note", what_happened="Began.")
    root = it.casebook.history(record_id)[-1]
    it.change(record_id, place="home")
    it.arrive(root, it.casebook.me.worker, place="school")
    theirs = it.casebook.history(record_id)[-1]
    assert theirs.open_choices
    other = msgspec.structs.replace(theirs, record_id=it.casebook._desk.ids.new(), author_id=DANA.worker_id)
    it.arrive(msgspec.structs.replace(other, parents=()), DANA)
    page = it.open(other.record_id)
    assert len(page.cards) == 1
    assert page.cards[0].buttons == {}
    assert any("another worker’s" in words for words in words_on(page))


# ---- writing it together ---------------------------------------------------------------------------------------------


def test_written_together_by_keys_becomes_the_answer(it: Stage) -> None:
    record_id = it.torn_note()
    page = it.open(record_id)
    press(button(page, "write_together"))
    box = page.findChild(QWidget, "two_versions.together")
    assert QApplication.focusWidget() is box
    assert page.cards[0].together() == "Use the garden gate.\nUse the shed door.\nCall first."
    key(Qt.Key.Key_A, CTRL)
    QTest.keyClicks(box, "The garden, or the lane.")
    key(Qt.Key.Key_Return, CTRL)
    it.written()
    assert it.entry(record_id).body["how_to_arrive"] == "The garden, or the lane."
    assert it.entry(record_id).open_choices == ()
    press(it.window.toasts.undo_button)
    it.written()
    assert marked(page, "home.how_to_arrive").words() == STANDS


def test_escape_closes_the_box_first_and_what_was_written_is_there_again_another_day(it: Stage) -> None:
    record_id = it.torn_note()
    page = it.open(record_id)
    press(button(page, "write_together"))
    key(Qt.Key.Key_End, CTRL)
    QTest.keyClicks(QApplication.focusWidget(), " Then tea.")
    key(Qt.Key.Key_Escape)
    it.written()
    assert it.window.here().key == "two_versions"
    assert not page.cards[0].is_writing()
    key(Qt.Key.Key_Escape)
    it.settle()
    page = it.open(record_id)
    press(button(page, "write_together"))
    assert page.cards[0].together().endswith("Call first. Then tea.")


def test_leaving_the_page_in_mid_word_keeps_what_is_written(it: Stage) -> None:
    record_id = it.torn_note()
    press(button(it.open(record_id), "write_together"))
    key(Qt.Key.Key_End, CTRL)
    QTest.keyClicks(QApplication.focusWidget(), " Half a sen")
    page = it.open(record_id)
    press(button(page, "write_together"))
    it.written()
    assert page.cards[0].together().endswith("Half a sen")


def test_what_comes_in_while_writing_never_takes_the_text_away(it: Stage) -> None:
    record_id = it.torn_note()
    page = it.open(record_id)
    press(button(page, "write_together"))
    key(Qt.Key.Key_A, CTRL)
    QTest.keyClicks(QApplication.focusWidget(), "Mine, being written.")
    (choice,) = it.entry(record_id).open_choices
    it.casebook.choose(record_id, choice, STANDS).result()
    it.written()
    assert page.cards[0].together() == "Mine, being written."
    assert any("settled on another laptop" in words for words in words_on(page))
    press(button(page, "keep_together"))
    it.written()
    assert it.entry(record_id).body["how_to_arrive"] == "Mine, being written."
    press(it.window.toasts.undo_button)
    it.written()
    assert it.entry(record_id).body["how_to_arrive"] == STANDS


def test_a_text_too_long_is_told_on_the_card_and_stays_there(it: Stage) -> None:
    record_id = it.tear("person_i_trust", {"contact": "Pete"}, {"contact": "Pete A"}, {"contact": "Pete B"})
    page = it.open(record_id)
    press(button(page, "write_together"))
    page.cards[0].box.setText("x" * 501)  # type: ignore[union-attr]
    press(button(page, "keep_together"))
    it.written()
    assert page.cards[0].trouble.isVisible()
    assert len(page.cards[0].together()) == 501
    assert it.entry(record_id).open_choices
    page.cards[0].box.setText("Pete")  # type: ignore[union-attr]
    press(button(page, "keep_together"))
    it.written()
    assert it.entry(record_id).body["contact"] == "Pete"


def test_nobody_chooses_a_text_that_changed_before_it_was_seen(it: Stage) -> None:
    record_id = it.torn_note()
    page = it.open(record_id)
    entry = it.entry(record_id)
    it.casebook.save(entry.draft(), {"how_to_arrive": Edit(STANDS, "Newer.")}).result()
    button(page, "keep_standing").click()
    it.written()
    assert it.entry(record_id).body["how_to_arrive"] == "Newer."
    assert it.entry(record_id).open_choices
    assert "Please look again" in it.window.toasts.label.text()
    assert marked(page, "home.how_to_arrive").words() == "Newer."


# ---- odd pages -------------------------------------------------------------------------------------------------------


def test_a_record_with_one_text_says_so_and_one_that_is_not_here_too(it: Stage) -> None:
    assert "Nothing to choose here" in words_on(it.open(it.child))
    assert "This record is not on this laptop any more" in words_on(it.open("01977f00-0000-7000-8000-00000000dead"))


def test_a_value_is_traced_to_whoever_brought_it_not_to_who_merged(it: Stage) -> None:
    record_id = it.torn_note()
    me = it.casebook.me.worker.worker_id
    history = it.casebook.history(record_id)
    assert origin_of(it.entry(record_id), history, "how_to_arrive", me).author_id == MARTIN.worker_id
    assert origin_of(it.entry(record_id), history, "carer_name", me).author_id == me
    entry = it.entry(record_id)
    it.casebook.save(entry.draft(), {"how_to_arrive": Edit(STANDS, "Newer.")}).result()
    assert origin_of(it.entry(record_id), it.casebook.history(record_id), "how_to_arrive", me).author_id == me
    assert origin_of(it.entry(record_id), [], "carer_name", me).author_id == it.entry(record_id).author_id
