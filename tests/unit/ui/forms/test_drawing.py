"""Drawing in Heard: line by line with mouse or pen, taken back, begun again, kept in the record, seen on the page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from models.drawing import INKS, MOST_NUMBERS
from ui.parts.canvas import Canvas, picture_of
from ui.views.this_is_me import ThisIsMePage

LEFT = Qt.MouseButton.LeftButton


def find(page: QWidget, name: str) -> Any:
    QApplication.processEvents()
    found = [each for each in page.findChildren(QWidget, name) if each.isVisible()]
    assert len(found) == 1, f"{len(found)} of {name}"
    return found[0]


def draw(canvas: Canvas, *points: tuple[int, int]) -> None:
    QTest.mousePress(canvas, LEFT, pos=QPoint(*points[0]))
    for point in points[1:]:
        QTest.mouseMove(canvas, QPoint(*point))
    QTest.mouseRelease(canvas, LEFT, pos=QPoint(*points[-1]))


@pytest.fixture
def form(make: Any) -> Any:
    made = make("this_is_me")
    made.focus_on("my_drawing")
    QApplication.processEvents()
    return made


def canvas_of(form: Any) -> Canvas:
    found = form.rows["my_drawing"].editor.canvas
    assert isinstance(found, Canvas)
    return found


def test_each_whole_line_is_saved_with_its_ink_and_its_width(form: Any, stage: Any) -> None:
    canvas = canvas_of(form)
    QTest.mouseClick(find(form, "this_is_me.my_drawing.ink.red"), LEFT)
    QTest.mouseClick(find(form, "this_is_me.my_drawing.width.28"), LEFT)
    draw(canvas, (20, 20), (60, 40), (100, 20))
    stage.wait_for(lambda: stage.count("this_is_me") == 1 and not form.has_unsaved())
    (line,) = stage.only("this_is_me").body["my_drawing"]
    assert line[:2] == ["red", 28]
    assert len(line) == 2 + 2 * 3
    assert line[2] == pytest.approx(20 / canvas.width() * 1000, abs=2)
    assert line[3] == pytest.approx(20 / canvas.height() * 750, abs=2)


def test_there_is_always_an_ink_and_a_width(form: Any) -> None:
    chip = find(form, "this_is_me.my_drawing.ink.ink")
    QTest.mouseClick(chip, LEFT)
    assert chip.isChecked()
    assert canvas_of(form).ink == "ink"
    QTest.mouseClick(find(form, "this_is_me.my_drawing.width.6"), LEFT)
    assert canvas_of(form).thick == 6


def test_a_line_is_taken_back_by_button_and_keys_and_all_can_be_begun_again(form: Any, stage: Any) -> None:
    canvas = canvas_of(form)
    for at in (20, 60, 100):
        draw(canvas, (at, 20), (at, 90))
    assert len(canvas.value()) == 3
    QTest.mouseClick(find(form, "this_is_me.my_drawing.undo"), LEFT)
    assert len(canvas.value()) == 2
    canvas.setFocus()
    QTest.keyClick(canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert len(canvas.value()) == 1
    QTest.mouseClick(find(form, "this_is_me.my_drawing.clear"), LEFT)
    assert canvas.value() == []
    QTest.mouseClick(find(form, "this_is_me.my_drawing.undo"), LEFT)
    assert len(canvas.value()) == 1
    form.hand_over()
    stage.wait_for(lambda: not form.has_unsaved())
    assert len(stage.only("this_is_me").body["my_drawing"]) == 1


def test_what_lies_outside_the_sheet_stays_on_its_edge_and_a_dot_is_a_line(form: Any) -> None:
    canvas = canvas_of(form)
    draw(canvas, (10, 10), (-50, 4000))
    draw(canvas, (30, 30))
    first, dot = canvas.value()
    assert first[-2:] == [0, 750]
    assert len(dot) == 4


def test_a_full_sheet_says_so_and_loses_nothing(form: Any) -> None:
    canvas = canvas_of(form)
    full = [["ink", 6, *[1, 2] * (MOST_NUMBERS // 2 - 1)]]
    canvas.show_value(full)
    note = form.rows["my_drawing"].editor.note
    assert not note.isVisible()
    draw(canvas, (20, 20), (60, 40))
    assert canvas.value() == full
    assert note.isVisible()


@pytest.mark.parametrize("ink", list(INKS))
def test_every_ink_is_seen_on_the_paper(ink: str, look: Any) -> None:
    image = picture_of([[ink, 28, 500, 375]], 100)
    assert image.pixelColor(50, 37).name().upper() == INKS[ink]
    assert image.pixelColor(2, 2).name() == "#ffffff"
    assert picture_of([]).isNull()


def test_the_drawing_stands_at_the_head_of_the_page_and_leads_back_to_the_sheet(
    stage: Any, show: Callable[..., QWidget]
) -> None:
    stage.put("this_is_me", {"my_name": "Sarah", "my_drawing": [["blue", 14, 100, 100, 900, 600]]})
    stage.written()
    page = ThisIsMePage(stage.link, stage.pages, stage.look)
    show(page)
    page.opened(scope_id=stage.scope)
    tile = find(page, "this_is_me.drawing")
    assert tile.has_picture()
    QTest.mouseClick(tile, LEFT)
    assert isinstance(QApplication.focusWidget(), Canvas)
    assert page.form is not None


def test_two_drawings_made_apart_are_both_kept(stage: Any, make: Any) -> None:
    me = stage.put("this_is_me", {"my_name": "Sarah", "my_drawing": [["ink", 6, 1, 1]]})
    stage.written()
    stage.change(me, my_drawing=[["red", 6, 1, 1]])
    stage.arrive(me, base=stage.casebook.history(me)[0], my_drawing=[["blue", 6, 1, 1]])
    entry = stage.casebook.entry(me)
    kept = [entry.body["my_drawing"], *(choice.value for choice in entry.open_choices)]
    assert sorted(one[0][0] for one in kept) == ["blue", "red"]
