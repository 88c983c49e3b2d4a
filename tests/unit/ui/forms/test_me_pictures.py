"""This is Me in pictures: the same record, six large tiles, one question at a time, answered by pressing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from models.symbols import SYMBOLS
from ui import access
from ui.parts.picture_box import PictureBox
from ui.parts.symbol_tile import SymbolTile
from ui.views.me_asking import STEPS
from ui.views.me_tiles import SHORT
from ui.views.this_is_me import ThisIsMePage

LEFT = Qt.MouseButton.LeftButton
ME = {
    "my_name": "Sarah",
    "helps_me": "Music\nWalking while we talk",
    "important_to_me": "My pet",
    "how_to_talk_with_me": "Short words",
    "pen_held_by": "child_with_worker",
}


@pytest.fixture
def page(stage: Any, show: Callable[..., QWidget]) -> Any:
    page = ThisIsMePage(stage.link, stage.pages, stage.look)
    show(page)
    return page


@pytest.fixture
def me(stage: Any) -> str:
    record_id: str = stage.put("this_is_me", ME)
    stage.written()
    return record_id


def find(page: QWidget, name: str) -> Any:
    found = page.findChild(QWidget, name)
    assert found is not None, name
    return found


def boxes(page: QWidget) -> list[PictureBox]:
    for _ in range(3):
        QApplication.processEvents()
    return [each for each in page.findChildren(PictureBox) if each.isVisible()]


def press(page: QWidget, name: str) -> None:
    QApplication.processEvents()
    QTest.mouseClick(find(page, name), LEFT)


def test_the_switch_between_the_forms_is_on_the_page(page: Any, stage: Any, me: str) -> None:
    page.opened(scope_id=stage.scope)
    assert boxes(page) == []
    press(page, "this_is_me.form")
    assert len(boxes(page)) == 6
    press(page, "this_is_me.form")
    stage.written()
    assert boxes(page) == []


def test_a_child_whose_preferences_ask_for_pictures_gets_them_first(page: Any, stage: Any, me: str) -> None:
    stage.change(stage.wishes, modes=["symbols"])
    page.opened(scope_id=stage.scope)
    assert len(boxes(page)) == 6
    page.opened(scope_id=stage.scope, in_pictures=False)
    stage.written()
    assert boxes(page) == []


def test_each_line_has_its_own_picture_and_no_word_is_left_out(page: Any, stage: Any, me: str) -> None:
    page.opened(scope_id=stage.scope, in_pictures=True)
    tile = find(page, "this_is_me.helps_me.tile")
    assert tile.lines() == (("music", "Music"), ("", "Walking while we talk"))
    assert access.name_of(tile) == "This helps me: Music. Walking while we talk"
    assert access.name_of(find(page, "this_is_me.my_hopes.tile")) == "I hope: Press to ask Sarah"
    for each in boxes(page):
        assert each.height() >= each.heightForWidth(each.width())


def test_a_pressed_picture_becomes_a_line_of_the_record_and_goes_again(page: Any, stage: Any, me: str) -> None:
    page.opened(scope_id=stage.scope, in_pictures=True)
    press(page, "this_is_me.helps_me.tile")
    tiles = {tile.words(): tile for tile in page.findChildren(SymbolTile)}
    assert [words for words, tile in tiles.items() if tile.isChecked()] == ["Music"]
    QTest.mouseClick(tiles["Drawing"], LEFT)
    QTest.mouseClick(tiles["Music"], LEFT)
    stage.wait_for(lambda: not page.form.has_unsaved())
    assert stage.body(me)["helps_me"] == "Walking while we talk\nDrawing"
    assert page.form.rows["helps_me"].editor.value() == "Walking while we talk\nDrawing"


def test_typed_words_and_pressed_pictures_are_one_answer(page: Any, stage: Any) -> None:
    page.opened(scope_id=stage.scope, in_pictures=True)
    press(page, "this_is_me.my_hopes.tile")
    page.form.focus_on("my_hopes")
    QTest.keyClicks(QApplication.focusWidget(), "A flat near Nan")
    press(page, "this_is_me.symbol.dog")
    stage.wait_for(lambda: not page.form.has_unsaved())
    assert stage.only("this_is_me").body == {"my_name": "Sarah", "my_hopes": "A flat near Nan\nA pet"}
    page.form.focus_on("my_hopes")
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Delete)
    assert not find(page, "this_is_me.symbol.dog").isChecked()


def test_one_question_after_another_by_space_and_enter_alone(page: Any, stage: Any, me: str) -> None:
    page.opened(scope_id=stage.scope, in_pictures=True)
    QTest.mouseClick(page.edit_button, LEFT)
    asked = []
    while page.form is not None:
        asked.append(find(page, "this_is_me.asking").text())
        focused = QApplication.focusWidget()
        if isinstance(focused, SymbolTile) and not focused.isChecked():
            QTest.keyClick(focused, Qt.Key.Key_Space)
            assert focused.isChecked()
        before = page.form
        step = find(page, "this_is_me.next")
        step.setFocus(Qt.FocusReason.TabFocusReason)
        QTest.keyClick(step, Qt.Key.Key_Space)
        stage.wait_for(lambda before=before: page.form is not before)
        stage.written()
    assert asked == [*SHORT.values(), "Who told this?"]
    said = stage.body(me)
    assert said["important_to_me"] == "My pet\nMy family"
    assert all(SYMBOLS[name][0].words in said[name] for name in SHORT)


def test_back_from_the_first_question_leads_to_all_six(page: Any, stage: Any, me: str) -> None:
    page.opened(scope_id=stage.scope, in_pictures=True)
    press(page, "this_is_me.important_to_me.tile")
    assert find(page, "this_is_me.before").words() == "All six"
    press(page, "this_is_me.before")
    stage.wait_for(lambda: page.form is None)
    assert len(boxes(page)) == 6


def test_a_lock_comes_back_to_the_question_that_stood(page: Any, stage: Any, me: str) -> None:
    page.opened(scope_id=stage.scope, in_pictures=True, step="helps_me")
    assert page.arguments() == {
        "scope_id": stage.scope, "is_editing": True, "in_pictures": True, "step": "helps_me",
    }  # fmt: skip
    assert find(page, "this_is_me.asking").text() == "This helps me"


def test_what_another_laptop_answered_is_marked_among_the_pictures(page: Any, stage: Any, me: str) -> None:
    page.opened(scope_id=stage.scope, in_pictures=True, step="helps_me")
    stage.arrive(me, helps_me="Headphones")
    stage.wait_for(lambda: find(page, "this_is_me.symbol.headphones").isChecked())
    assert not find(page, "this_is_me.symbol.music").isChecked()


def test_a_page_from_a_newer_heard_can_be_looked_at_in_pictures_and_not_answered(
    page: Any, stage: Any, me: str
) -> None:
    stage.arrive(me, schema=99)
    page.opened(scope_id=stage.scope, in_pictures=True)
    press(page, "this_is_me.helps_me.tile")
    assert page.form is None
    assert "A newer Heard wrote this" in stage.pages.toasts[-1]


@pytest.mark.parametrize("step", ["", *STEPS])
@pytest.mark.parametrize("size", [(1154, 704), (960, 536)])
def test_every_control_has_a_name_a_size_for_a_child_and_its_room(
    page: Any, stage: Any, me: str, step: str, size: tuple[int, int]
) -> None:
    page.resize(*size)
    page.opened(scope_id=stage.scope, in_pictures=True, step=step)
    stage.written()
    stops = [each for each in page.findChildren(QWidget) if each.focusPolicy() & Qt.FocusPolicy.TabFocus]
    assert [each for each in stops if each.isVisible() and not access.name_of(each)] == []
    for each in (*page.findChildren(SymbolTile), *page.findChildren(PictureBox)):
        assert min(each.width(), each.height()) >= 54
    assert page.page.content.width() <= page.page.viewport().width()
