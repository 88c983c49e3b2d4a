"""Life story: the child's own answer from 1 to 10, who explained it, the story so far, and what is due of moving on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from ui import access
from ui.parts.scale import Scale
from ui.parts.voice_quote import VoiceQuote
from ui.views.life_story import LifeStoryPage
from ui.views.my_story import MyStoryPage

LEFT = Qt.MouseButton.LeftButton
UNDERSTANDS = "understands_why_in_care"


@pytest.fixture
def page(stage: Any, show: Callable[..., QWidget]) -> Any:
    page = LifeStoryPage(stage.link, stage.pages, stage.look)
    show(page)
    return page


def find(page: QWidget, name: str) -> Any:
    for _ in range(3):
        QApplication.processEvents()
    found = [each for each in page.findChildren(QWidget, name) if each.isVisible()]
    assert len(found) == 1, f"{len(found)} of {name}"
    return found[0]


def texts(page: QWidget) -> str:
    for _ in range(3):
        QApplication.processEvents()
    labels = [label for label in page.findChildren(QLabel) if label.isVisible()]
    return "\n".join(label.accessibleName() or label.text() for label in labels)


def test_the_childs_answer_is_one_press_and_saved_in_their_own_record(page: Any, stage: Any) -> None:
    page.opened(scope_id=stage.scope)
    QTest.mouseClick(find(page, f"child.{UNDERSTANDS}.6"), LEFT)
    stage.wait_for(lambda: stage.body(stage.sarah).get(UNDERSTANDS) == 6)
    assert page.scale.value() == 6
    QTest.mouseClick(find(page, f"child.{UNDERSTANDS}.6"), LEFT)
    stage.wait_for(lambda: not stage.body(stage.sarah).get(UNDERSTANDS))
    assert page.scale.value() is None


def test_arrow_keys_move_the_answer_and_delete_takes_it_back(page: Any, stage: Any) -> None:
    page.opened(scope_id=stage.scope)
    first = find(page, f"child.{UNDERSTANDS}.3")
    first.setFocus()
    QTest.keyClick(first, Qt.Key.Key_Space)
    assert page.scale.value() == 3
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Right)
    assert page.scale.value() == 4
    assert QApplication.focusWidget().objectName().endswith(".4")
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Left)
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Left)
    assert page.scale.value() == 2
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Delete)
    assert page.scale.value() is None
    stage.wait_for(lambda: not page.form.has_unsaved())
    assert stage.body(stage.sarah).get(UNDERSTANDS) is None


@pytest.mark.parametrize(("held", "shown"), [(7, 7), (7.0, 7), (None, None), (2.5, None), (11, None), (True, None)])
def test_a_scale_shows_only_what_is_an_answer(
    stage: Any, show: Callable[..., QWidget], held: Any, shown: int | None
) -> None:
    scale = Scale("How well?", "not", "well")
    show(scale)
    heard: list[object] = []
    scale.chosen.connect(heard.append)
    scale.show_value(held)
    assert scale.value() == shown
    assert [step.number for step in scale.steps if step.isChecked()] == ([shown] if shown else [])
    assert heard == []


def test_earlier_answers_show_only_beside_a_new_one(page: Any, stage: Any) -> None:
    stage.change(stage.sarah, **{UNDERSTANDS: 4})
    stage.change(stage.sarah, **{UNDERSTANDS: None})
    page.opened(scope_id=stage.scope)
    assert "Before:" not in texts(page)
    QTest.mouseClick(find(page, f"child.{UNDERSTANDS}.6"), LEFT)
    stage.wait_for(lambda: stage.body(stage.sarah).get(UNDERSTANDS) == 6)
    stage.written()
    assert find(page, "life_story.before").text() == "Before: 4 on 23 November 2026"


def test_who_explained_it_and_the_next_step_are_written_where_the_child_answers(page: Any, stage: Any) -> None:
    page.opened(scope_id=stage.scope)
    page.form.focus_on("life_story_by")
    QTest.keyClicks(QApplication.focusWidget(), "Aisha")
    page.form.focus_on("life_story_next_step")
    QTest.keyClicks(QApplication.focusWidget(), "Look at the photos together.")
    page.act("flush")
    stage.wait_for(lambda: not page.form.has_unsaved())
    body = stage.body(stage.sarah)
    assert (body["life_story_by"], body["life_story_next_step"]) == ("Aisha", "Look at the photos together.")
    assert body["known_as"] == "Sarah"


def test_what_another_laptop_answered_shows_while_the_page_stands(page: Any, stage: Any) -> None:
    page.opened(scope_id=stage.scope)
    stage.arrive(stage.sarah, **{UNDERSTANDS: 9})
    stage.wait_for(lambda: page.scale.value() == 9)


def test_the_story_grows_with_what_is_written_elsewhere_and_keeps_the_cursor(page: Any, stage: Any) -> None:
    page.opened(scope_id=stage.scope)
    page.form.focus_on("life_story_by")
    stage.put("own_words", {"words": "I like Becky.", "said_on": "2026-11-20"})
    stage.wait_for(lambda: "On 20 November 2026 you said:" in texts(page))
    assert [quote.words() for quote in page.findChildren(VoiceQuote) if quote.isVisible()] == ["I like Becky."]
    assert QApplication.focusWidget().objectName() == "child.life_story_by"


def test_moving_on_stands_only_where_it_applies_and_begins_a_check_of_this_birthday(page: Any, stage: Any) -> None:
    page.opened(scope_id=stage.scope)
    assert "What is due for Sarah" not in texts(page)
    assert "care_leaver_category" not in page.form.rows
    stage.change(stage.sarah, care_leaver_category="eligible")
    page.opened(scope_id=stage.scope)
    assert "Turning 18: On 4 March 2027. The time for its check opens on 4 December 2026." in texts(page)
    assert {"care_leaver_category", "health_passport"} <= page.form.rows.keys()
    QTest.mouseClick(find(page, "life_story.add_check"), LEFT)
    about = {"type": "care_leaver_check", "scope_id": stage.scope, "checked_on": "2026-11-23"}
    assert stage.pages.opened[-1] == ("edit", about)
    stage.change(stage.sarah, born_on="2009-01-04")
    page.opened(scope_id=stage.scope)
    QTest.mouseClick(find(page, "life_story.add_check"), LEFT)
    assert stage.pages.opened[-1] == ("edit", {**about, "birthday_on": "2027-01-04"})


def test_the_laptop_is_turned_round_to_the_story_alone(page: Any, stage: Any, show: Callable[..., QWidget]) -> None:
    stage.put("own_words", {"words": "I like Becky.", "said_on": "2026-11-20"})
    stage.change(stage.sarah, life_story_next_step="Speak with her grandad first.")
    page.opened(scope_id=stage.scope)
    QTest.mouseClick(find(page, "life_story.tell"), LEFT)
    assert stage.pages.opened[-1] == ("my_story", {"scope_id": stage.scope})
    told = MyStoryPage(stage.link, stage.pages, stage.look)
    show(told)
    told.opened(scope_id=stage.scope)
    said = texts(told)
    assert "I like Becky." in said
    assert "2009, when you were born" in said
    assert "grandad" not in said
    stage.put("own_words", {"words": "And Biscuit.", "said_on": "2026-11-21"})
    stage.wait_for(lambda: "And Biscuit." in texts(told))
    QTest.mouseClick(find(told, "my_story.close"), LEFT)
    assert stage.pages.went_back == 1


def test_a_child_who_is_not_on_this_laptop_has_no_story_here(
    page: Any, stage: Any, show: Callable[..., QWidget]
) -> None:
    page.opened(scope_id="01977f00-0000-7000-8000-00000000c999")
    assert "This is not on this laptop" in texts(page)
    assert page.form is None
    told = MyStoryPage(stage.link, stage.pages, stage.look)
    show(told)
    told.opened(scope_id="01977f00-0000-7000-8000-00000000c999")
    assert "Nothing is written yet" in texts(told)


def test_a_long_story_is_drawn_as_it_is_read_and_heard_whole(stage: Any, show: Callable[..., QWidget]) -> None:
    for number in range(70):
        stage.put(
            "own_words", {"words": f"Saying {number:02}.", "said_on": f"20{10 + number // 12}-0{1 + number % 9}-11"}
        )
    told = MyStoryPage(stage.link, stage.pages, stage.look)
    show(told)
    told.opened(scope_id=stage.scope)
    wanted = {f"Saying {number:02}." for number in range(70)}
    assert wanted <= set(told.pieces())
    bar = told.page.verticalScrollBar()
    stage.wait_for(lambda: bar.maximum() > 0)
    first = quotes(told)
    assert 10 < len(first & wanted) < 60

    def come_to_the_end() -> bool:
        bar.setValue(bar.maximum())
        return wanted <= quotes(told)

    stage.wait_for(come_to_the_end)
    assert first <= quotes(told)


def quotes(page: QWidget) -> set[str]:
    return {quote.words() for quote in page.findChildren(VoiceQuote)}


def test_a_record_of_a_newer_heard_is_read_and_not_changed(page: Any, stage: Any) -> None:
    stage.arrive(stage.sarah, schema=99)
    page.opened(scope_id=stage.scope)
    assert page.form is None
    said = texts(page)
    assert "A newer Heard wrote this" in said
    assert "You were born on 4 March 2009." in said


@pytest.mark.parametrize("size", [(1154, 704), (960, 536)])
def test_everything_has_a_name_and_its_room(page: Any, stage: Any, size: tuple[int, int]) -> None:
    stage.change(stage.sarah, care_leaver_category="eligible")
    page.resize(*size)
    page.opened(scope_id=stage.scope)
    texts(page)
    stops = [each for each in page.findChildren(QWidget) if each.focusPolicy() & Qt.FocusPolicy.TabFocus]
    assert [each for each in stops if each.isVisible() and not access.name_of(each)] == []
    assert page.page.content.width() <= page.page.viewport().width()
    for step in page.scale.steps:
        assert min(step.width(), step.height()) >= 44
