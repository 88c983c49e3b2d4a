"""Spelling in a form: marked with a wave, mended by the right button and F7, and never in what somebody said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from models.errors import Trouble
from tests.unit.ui.forms.spelled import (
    Book,
    box_of,
    choose,
    marked,
    menu,
    menus,
    offered,
    right_click,
    settled,
    type_in,
)
from ui import spelling_walk
from ui.parts import checked_text, word_menu
from ui.spelling import KEPT, Spelling

pytestmark = pytest.mark.qt_log_ignore("does not support", extend=True)
KEY = Qt.Key


# ---- marks -------------------------------------------------------------------------------------------------------


def test_a_wrong_word_gets_a_wave_once_the_cursor_has_left_it(stage: Any, form: Any) -> None:
    box = box_of(form)
    type_in(box, "Teh")
    stage.wait_for(lambda: stage.link.spelling.is_right("Teh", stage.scope) is False)
    stage.written()
    assert marked(box) == []
    QTest.keyClicks(box, " dog")
    settled(stage, box, "Teh")


def test_a_word_still_being_typed_is_marked_when_the_field_is_left(stage: Any, form: Any) -> None:
    box = box_of(form)
    type_in(box, "met teh")
    stage.wait_for(lambda: stage.link.spelling.is_right("teh", stage.scope) is False)
    form.focus_on("present")
    settled(stage, box, "teh")


def test_marks_change_neither_the_text_nor_its_undo_steps_nor_what_is_saved(stage: Any, form: Any) -> None:
    box = box_of(form)
    heard: list[str] = []
    type_in(box, "teh dog. ")
    box.textChanged.connect(lambda: heard.append("text"))
    form.edited.connect(heard.append)
    stage.link.spelling.learned.emit(frozenset())
    settled(stage, box, "teh")
    stage.link.spelling.leave("teh")
    settled(stage, box)
    assert heard == []
    assert box.plain() == "teh dog. "
    box.undo()
    assert box.plain() != "teh dog. "
    box.redo()
    assert box.plain() == "teh dog. "


def test_a_form_that_is_opened_marks_what_stands_there(stage: Any, book: Book, make: Callable[..., Any]) -> None:
    record_id = stage.put("visit_note", {"what_happened": "We talked about skool.\n\nA lot 😀 of skool.\n😀teh dog"})
    box = box_of(make("visit_note", record_id))
    settled(stage, box, "skool", "skool", "teh")


def test_the_names_around_the_child_and_words_of_the_field_are_right(stage: Any, form: Any, book: Book) -> None:
    box = box_of(form)
    type_in(box, "Sarah met Pete at Makaton-signing, Becky's wellbeing, Aisha teh .")
    settled(stage, box, "Becky's", "teh")
    stage.put("person_i_trust", {"name": "Becky"})
    settled(stage, box, "teh")
    asked = {word for words in book.asked for word in words}
    assert not asked & {"Sarah", "Pete", "Makaton", "wellbeing", "Aisha"}


def test_a_word_is_asked_for_once(stage: Any, form: Any, book: Book) -> None:
    box = box_of(form)
    type_in(box, "teh dog teh dog teh ")
    settled(stage, box, "teh", "teh", "teh")
    asked = [word for words in book.asked for word in words]
    assert asked.count("teh") == 1
    assert asked.count("dog") == 1


def test_a_long_text_is_marked_in_pieces_and_a_paragraph_like_a_chapter_not_at_all(
    stage: Any, form: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checked_text, "SLICE_SECONDS", 0.0)
    box = box_of(form)
    box.setFocus()
    text = "\n".join(["teh dog"] * 500)
    box.insertPlainText(text)
    stage.wait_for(lambda: len(marked(box)) == 500)
    box.selectAll()
    box.insertPlainText("teh dog " * 2000)
    stage.written()
    assert marked(box) == []
    assert len(form.rows["what_happened"].editor.checked.marks()) == 2000


def test_what_the_child_said_is_never_checked(stage: Any, book: Book, make: Callable[..., Any]) -> None:
    form = make("own_words")
    box = box_of(form, "words")
    type_in(box, "I dont like skool teh way it is ")
    stage.written()
    assert marked(box) == []
    assert book.asked == []
    assert form.rows["words"].editor.checked is None
    assert not spelling_walk.walk(form.forms(), stage.pages.toast)
    right_click(box, 3)
    assert not any("dictionary" in words for words in offered(menu()))


def test_dictated_and_composed_words_come_in_whole_and_are_marked_afterwards(stage: Any, form: Any) -> None:
    box = box_of(form)
    type_in(box, "teh ")
    settled(stage, box, "teh")
    QApplication.sendEvent(box, QInputMethodEvent("skoo", []))
    stage.link.spelling.learned.emit(frozenset())
    stage.written()
    assert box.document().firstBlock().layout().preeditAreaText() == "skoo"
    commit = QInputMethodEvent("", [])
    commit.setCommitString("skool dog ")
    QApplication.sendEvent(box, commit)
    assert box.plain() == "teh skool dog "
    settled(stage, box, "teh", "skool")


def test_without_a_dictionary_nothing_is_checked(stage: Any, make: Callable[..., Any]) -> None:
    form = make("visit_note")
    type_in(box_of(form), "teh ")
    assert marked(box_of(form)) == []
    assert not spelling_walk.walk(form.forms(), stage.pages.toast)


# ---- the menu ----------------------------------------------------------------------------------------------------


def test_the_right_button_offers_what_was_meant_and_puts_it_in_as_one_step(stage: Any, form: Any) -> None:
    box = box_of(form)
    type_in(box, "teh dog ")
    settled(stage, box, "teh")
    right_click(box, 1)
    stage.wait_for(lambda: "the" in offered(menu()))
    assert offered(menu())[:5] == [
        "“teh” is not in the dictionary", "the", "tea", "Add “teh” to my dictionary", "Leave “teh” as it is",
    ]  # fmt: skip
    choose(menu(), "the")
    assert box.plain() == "the dog "
    settled(stage, box)
    box.undo()
    assert box.plain() == "teh dog "


def test_the_menu_stands_at_once_and_suggestions_come_in_later(stage: Any, form: Any, book: Book) -> None:
    box = box_of(form)
    type_in(box, "teh dog ")
    settled(stage, box, "teh")
    book.holds = True
    right_click(box, 1)
    assert word_menu.LOOKING in offered(menu())
    book.let_go()
    stage.wait_for(lambda: "tea" in offered(menu()))
    assert word_menu.LOOKING not in offered(menu())
    assert "Makaton" in book.also
    assert "Sarah" in book.also


def test_suggestions_that_come_after_the_menu_has_gone_change_nothing(stage: Any, form: Any, book: Book) -> None:
    box = box_of(form)
    type_in(box, "teh dog ")
    settled(stage, box, "teh")
    book.holds = True
    right_click(box, 1)
    menu().close()
    stage.wait_for(lambda: not menus())
    book.let_go()
    stage.written()
    assert box.plain() == "teh dog "


def test_a_word_nobody_can_place_has_no_suggestions(stage: Any, form: Any, book: Book) -> None:
    box = box_of(form)
    type_in(box, "xqzw dog ")
    settled(stage, box, "xqzw")
    right_click(box, 1)
    stage.wait_for(lambda: word_menu.NO_SUGGESTIONS in offered(menu()))
    menu().close()
    book.trouble = Trouble("no")
    right_click(box, 1)
    stage.wait_for(lambda: word_menu.NO_SUGGESTIONS in offered(menu()))


def test_a_word_that_is_right_has_the_usual_menu(stage: Any, form: Any) -> None:
    box = box_of(form)
    type_in(box, "the dog ")
    stage.written()
    right_click(box, 1)
    assert not any("dictionary" in words for words in offered(menu()))
    assert offered(menu())


def test_a_word_changed_while_its_menu_stood_is_left_alone(stage: Any, form: Any) -> None:
    box = box_of(form)
    type_in(box, "teh dog ")
    settled(stage, box, "teh")
    right_click(box, 1)
    stage.wait_for(lambda: "the" in offered(menu()))
    box.set_plain("Now something else")
    choose(menu(), "the")
    assert box.plain() == "Now something else"


def test_an_added_word_is_right_in_every_text_and_is_kept_in_the_vault(stage: Any, form: Any) -> None:
    box = box_of(form)
    type_in(box, "skool teh ")
    settled(stage, box, "skool", "teh")
    right_click(box, 1)
    choose(menu(), "Add “skool” to my dictionary")
    settled(stage, box, "teh")
    stage.written()
    assert stage.casebook.remembered(KEPT) == '["skool"]'
    assert Spelling(stage.link, Book()).own_words() == ["skool"]
    stage.link.spelling.remove("skool")
    settled(stage, box, "skool", "teh")
    stage.written()
    assert stage.casebook.remembered(KEPT) == "[]"


def test_a_word_left_as_it_is_stays_so_until_heard_locks(stage: Any, form: Any) -> None:
    box = box_of(form)
    type_in(box, "skool teh ")
    settled(stage, box, "skool", "teh")
    right_click(box, 1)
    choose(menu(), "Leave “skool” as it is")
    settled(stage, box, "teh")
    stage.written()
    assert stage.casebook.remembered(KEPT) == ""


def test_a_kept_dictionary_that_cannot_be_read_is_an_empty_one(stage: Any) -> None:
    stage.casebook.remember(KEPT, "{broken").result()
    assert Spelling(stage.link, Book()).own_words() == []


# ---- F7 ----------------------------------------------------------------------------------------------------------


def test_f7_goes_from_word_to_word_through_every_text_and_round_again(stage: Any, form: Any) -> None:
    box, view = box_of(form), box_of(form, "worker_view")
    view.set_plain("The dog and teh")
    box.set_plain("the skool, a lot of teh")
    stage.wait_for(lambda: len(marked(box)) == 2)

    def step() -> str:
        assert spelling_walk.walk(form.forms(), stage.pages.toast)
        words = offered(menu())[0]
        menu().close()
        return words

    form.rows["visit_kind"].focus()
    order = [step() for _ in range(4)]
    said = "is not in the dictionary"
    assert order == [f"“skool” {said}", f"“teh” {said}", f"“teh” {said}", f"“skool” {said}"]
    assert box.hasFocus()
    assert box.textCursor().selectedText() == "skool"


def test_f7_alone_mends_a_text_by_keys(stage: Any, form: Any) -> None:
    box = box_of(form)
    box.set_plain("teh skool")
    stage.wait_for(lambda: len(marked(box)) == 2)
    box.setFocus()
    spelling_walk.walk(form.forms(), stage.pages.toast)
    stage.wait_for(lambda: menu().activeAction() is not None and menu().activeAction().text() == "the")
    QTest.keyClick(menu(), KEY.Key_Return)
    assert box.plain() == "the skool"
    spelling_walk.walk(form.forms(), stage.pages.toast)
    stage.wait_for(lambda: "school" in offered(menu()))
    QTest.keyClick(menu(), KEY.Key_F7)
    stage.wait_for(lambda: bool(menus()))
    menu().close()
    assert box.plain() == "the skool"


def test_f7_says_when_there_is_nothing_left(stage: Any, form: Any, book: Book) -> None:
    box = box_of(form)
    book.holds = True
    box.set_plain("the skool")
    stage.wait_for(lambda: bool(book.held))
    spelling_walk.walk(form.forms(), stage.pages.toast)
    assert stage.pages.toasts[-1] == spelling_walk.STILL_LOOKING
    assert not menus()
    book.let_go()
    # It goes on by itself once the dictionary has answered.
    stage.wait_for(lambda: bool(menus()))
    assert offered(menu())[0] == "“skool” is not in the dictionary"
    menu().close()
    settled(stage, box, "skool")
    stage.link.spelling.add("skool")
    spelling_walk.walk(form.forms(), stage.pages.toast)
    assert stage.pages.toasts[-1] == spelling_walk.NOTHING


def test_f7_opens_nothing_on_a_page_left_before_the_dictionary_answered(stage: Any, form: Any, book: Book) -> None:
    book.holds = True
    box_of(form).set_plain("the skool")
    stage.wait_for(lambda: bool(book.held))
    spelling_walk.walk(form.forms(), stage.pages.toast)
    form.page.hide()
    book.let_go()
    stage.wait_for(lambda: not stage.link.spelling.is_waiting())
    assert not menus()


def test_a_dictionary_that_cannot_be_had_is_told_once_and_f7_says_so(stage: Any, form: Any, book: Book) -> None:
    told: list[Trouble] = []
    stage.link.spelling.failed.connect(told.append)
    book.trouble = Trouble("Spelling cannot be checked just now", "Everything else works.")
    box = box_of(form)
    type_in(box, "teh dog skool ")
    stage.wait_for(lambda: bool(told))
    stage.written()
    assert len(told) == 1
    assert marked(box) == []
    spelling_walk.walk(form.forms(), stage.pages.toast)
    assert "cannot be checked" in stage.pages.toasts[-1]


def test_names_that_cannot_be_read_are_told_and_nobody_waits_for_them(
    stage: Any, book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_about: Any) -> Any:
        raise Trouble("Part of the file on this laptop is damaged", "Nothing wrong was shown.")

    monkeypatch.setattr("ui.spelling._read_around", broken)
    told: list[Trouble] = []
    spelling = stage.link.spelling
    spelling.failed.connect(told.append)
    assert spelling.is_right("dog", "a child nothing was read of") is None
    stage.wait_for(lambda: bool(told))
    assert not spelling.is_waiting(), "F7 would wait for ever"


# ---- one line ----------------------------------------------------------------------------------------------------


def test_a_line_of_the_worker_is_mended_by_its_menu(stage: Any, make: Callable[..., Any], book: Book) -> None:
    form = make("child", stage.sarah)
    row = form.rows["school"]
    row.focus()
    QTest.keyClicks(row.editor.box, "teh dog")
    stage.wait_for(lambda: bool(row.editor.checked.marks()))
    place = QPoint(14, row.editor.box.height() // 2)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, row.editor.box.mapToGlobal(place))
    QApplication.sendEvent(row.editor.box, event)
    stage.wait_for(lambda: "the" in offered(menu()))
    choose(menu(), "the")
    assert row.editor.value() == "the dog"
    form.hand_over()
    stage.written()
    assert stage.body(stage.sarah)["school"] == "the dog"
    assert form.rows["known_as"].editor.checked is None
