"""One editor for each kind of field: what is typed, tapped or pasted becomes the field's value, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication, QCalendarWidget, QLineEdit, QVBoxLayout, QWidget

from models.clock import to_stamp
from models.dates_typed import Lean
from models.fields import (
    Choice,
    Field,
    choice,
    day,
    flags,
    line,
    link,
    moment,
    named,
    number,
    prose,
    tick,
    verbatim,
)
from models.wording import Spoken
from ui.day_boxes import NOT_A_DAY, NOT_A_TIME, MonthSheet
from ui.editor import Around
from ui.editors import NO_DAY, NO_TIME, NOT_A_NUMBER, NOT_RECORDED, PickEditor, make_editor
from ui.parts.choice_row import ChoiceRow
from ui.parts.scroll_page import ScrollPage
from ui.text_boxes import TextBox, clean_paste

TODAY = date(2026, 11, 23)  # a Monday
SARAH = Spoken("Sarah", "she", "her", "her", is_plural=False)
FEW = (Choice("yes", "Yes"), Choice("no_childs_choice", "No, {their} choice"), Choice("no_other", "No, other"))
MANY = tuple(Choice(f"c{number}", f"Answer {number}") for number in range(7))
KEY = Qt.Key
NO_KEY = Qt.KeyboardModifier.NoModifier
CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier


@pytest.fixture
def make(show: Callable[..., QWidget], look: object) -> Callable[..., Any]:
    """Make an editor of a field and put it in front, with a second field to go to."""

    def build(field: Any, value: Any = None, **more: Any) -> Any:
        around = Around(key="t.f", name="The question", today=lambda: TODAY, child=SARAH, **more)
        page = QWidget()
        column = QVBoxLayout(page)
        editor = make_editor(named(field, "f"), around, page)
        editor.show_value(value)
        column.addWidget(editor)
        editor.elsewhere = QLineEdit(page)  # type: ignore[attr-defined]
        column.addWidget(editor.elsewhere)  # type: ignore[attr-defined]
        column.addStretch(1)
        show(page, 640, 400)
        editor.target().setFocus()
        editor.page = page  # type: ignore[attr-defined]
        editor.spy = QSignalSpy(editor.edited)  # type: ignore[attr-defined]
        return editor

    return build


def type_in(words: str) -> None:
    widget = QApplication.focusWidget()
    assert widget is not None
    for letter in words:
        if letter.isascii():
            QTest.keyClick(widget, letter)
        else:  # QTest knows no keys for these; a keyboard sends them as text
            QApplication.sendEvent(widget, QKeyEvent(QEvent.Type.KeyPress, 0, NO_KEY, letter))


def press(key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    widget = QApplication.focusWidget()
    assert widget is not None
    QTest.keyClick(widget, key, modifier)


def leave(editor: Any) -> None:
    """Go to the next field, as a form would notice."""
    editor.elsewhere.setFocus()
    editor.settle()


def paste(text: str, html: str = "") -> None:
    data = QMimeData()
    data.setText(text)
    if html:
        data.setHtml(html)
    QApplication.clipboard().setMimeData(data)
    press(KEY.Key_V, CTRL)


# ---- what all of them do -------------------------------------------------------------------------------------------

ONE_OF_EACH: list[tuple[Any, Any]] = [
    (line("L"), 'Grandad’s "house" & <b>garden</b>'),
    (prose("P"), "One.\n\nTwo – “quoted”.\n"),
    (verbatim("V", by="child"), "  i dont\u00a0want to…  "),
    (verbatim("V", by="child", one_line=True), "Saz"),
    (choice("C", FEW), "no_childs_choice"),
    (choice("C", MANY), "c5"),
    (flags("F", MANY), ["c1", "c4"]),
    (day("D"), "2026-11-09"),
    (moment("M"), to_stamp(datetime(2026, 11, 9, 16, 10).astimezone())),
    (number("N", least=0, most=90), 7),
    (number("N"), 2.5),
    (tick("T"), True),
    (tick("T"), False),
    (link("K", to=("person_i_trust",)), "p1"),
]


@pytest.mark.parametrize(("field", "value"), ONE_OF_EACH)
def test_an_editor_gives_back_exactly_what_it_was_shown(make: Any, field: Field, value: Any) -> None:
    editor = make(field, value, options=lambda: [("p1", "Grandad")])
    assert editor.value() == value
    assert editor.unreadable() == ""
    assert editor.spy.count() == 0
    editor.settle()
    assert editor.value() == value


@pytest.mark.parametrize(("field", "value"), ONE_OF_EACH)
def test_an_editor_shown_nothing_holds_nothing(make: Any, field: Field, value: Any) -> None:
    editor = make(field, value, options=lambda: [("p1", "Grandad")])
    editor.show_value(None)
    assert editor.value() in (None, "", [])
    assert editor.spy.count() == 0


@pytest.mark.parametrize(("field", "value"), ONE_OF_EACH)
def test_an_editor_has_a_name_a_key_and_one_place_for_the_focus(make: Any, field: Field, value: Any) -> None:
    editor = make(field, value, options=lambda: [("p1", "Grandad")])
    assert editor.target().accessibleName() == "The question"
    assert editor.target().objectName() == "t.f"
    assert editor.isAncestorOf(QApplication.focusWidget())


# ---- words ---------------------------------------------------------------------------------------------------------


def test_curly_and_straight_text_is_stored_as_typed(make: Any) -> None:
    editor = make(prose("P"))
    type_in("\"straight\" 'and' “curly” – ’quote…  two  spaces")
    press(KEY.Key_Return)
    type_in("next")
    assert editor.value() == "\"straight\" 'and' “curly” – ’quote…  two  spaces\nnext"


def test_a_no_break_space_stays_one(make: Any) -> None:
    editor = make(verbatim("V", by="child"))
    paste("7\u00a0days")
    assert editor.value() == "7\u00a0days"


@pytest.mark.parametrize("field", [prose("P"), verbatim("V", by="child")])
def test_pasted_text_leaves_its_dress_behind(make: Any, field: Field) -> None:
    editor = make(field)
    paste("Bold words\nsecond", html='<b style="color:red">Bold words</b><img src="file:///etc/hostname"><br>second')
    assert editor.value() == "Bold words\nsecond"
    assert "<img" not in editor.box.toHtml()
    assert "red" not in editor.box.toHtml()


def test_a_line_takes_pasted_paragraphs_in_as_one(make: Any) -> None:
    editor = make(line("L"))
    type_in("from ")
    paste("Nan\r\nand\n Grandad")
    assert editor.value() == "from Nan and Grandad"


@pytest.mark.parametrize(
    ("pasted", "kept"),
    [("a\r\nb\rc", "a\nb\nc"), ("a\u2028b\u2029c", "a\nb\nc"), ("a\x00b\x07c", "abc"), ("tab\tstays", "tab\tstays"),
     ("\ud83d alone", "\ufffd alone"), ("😀 whole", "😀 whole")],
)  # fmt: skip
def test_what_no_one_can_see_or_store_is_not_pasted(pasted: str, kept: str) -> None:
    assert clean_paste(pasted) == kept
    kept.encode()


def test_copied_words_are_exact_and_plain(make: Any) -> None:
    make(verbatim("V", by="child"), "a\u00a0b\nc")
    press(KEY.Key_A, CTRL)
    press(KEY.Key_C, CTRL)
    assert QApplication.clipboard().text() == "a\u00a0b\nc"
    assert not QApplication.clipboard().mimeData().hasHtml()


def test_tab_leaves_a_text_and_is_not_written_into_it(make: Any) -> None:
    editor = make(prose("P"), "x")
    press(KEY.Key_Tab)
    assert QApplication.focusWidget() is editor.elsewhere
    assert editor.value() == "x"


def test_each_text_has_its_own_undo_and_redo(make: Any) -> None:
    editor = make(prose("P"), "Grandad met me.")
    press(KEY.Key_End, CTRL)
    type_in(" At the door.")
    press(KEY.Key_Z, CTRL)
    assert editor.value() == "Grandad met me."
    press(KEY.Key_Z, CTRL)
    assert editor.value() == "Grandad met me."
    press(KEY.Key_Y, CTRL)
    assert editor.value() == "Grandad met me. At the door."


def test_a_text_from_the_record_cannot_be_undone_into_an_older_one(make: Any) -> None:
    editor = make(prose("P"), "old")
    type_in("typed ")
    editor.show_value("from the other laptop")
    press(KEY.Key_Z, CTRL)
    assert editor.value() == "from the other laptop"


def test_a_text_grows_with_what_stands_in_it_and_shrinks_again(make: Any) -> None:
    editor = make(prose("P"))
    least = editor.box.height()
    for _ in range(12):
        press(KEY.Key_Return)
    assert editor.box.height() > least * 2
    assert not editor.box.verticalScrollBar().isVisible()
    assert editor.box.document().size().height() <= editor.box.viewport().height()
    editor.box.undo()
    press(KEY.Key_A, CTRL)
    press(KEY.Key_Delete)
    assert editor.box.height() == least


def test_the_page_follows_the_line_being_written(show: Callable[..., QWidget], look: object) -> None:
    page = ScrollPage()
    box = TextBox(page.content)
    page.body.addWidget(box)
    page.body.addStretch(1)
    show(page, 600, 300)
    box.setFocus()
    for _ in range(30):
        QTest.keyClick(box, KEY.Key_Return)
    QTest.qWait(20)
    at = box.viewport().mapTo(page.viewport(), box.cursorRect().center())
    assert page.viewport().rect().contains(at)


def test_quotation_marks_are_drawn_and_never_stored(make: Any) -> None:
    editor = make(verbatim("V", by="child"), "I like Becky coming.")
    drawn = editor.box.grab().toImage()
    editor.box._quoted = False
    editor.box.viewport().update()
    assert editor.box.grab().toImage() != drawn
    assert editor.value() == "I like Becky coming."


def test_the_childs_words_have_the_childs_colour_and_nobody_elses_has(make: Any, look: Any) -> None:
    editor = make(verbatim("V", by="child"), "mine")
    editor.show_voice(is_childs=True)
    assert editor.box.palette().color(editor.box.foregroundRole()) == look.colour("voice")
    editor.show_voice(is_childs=False)
    assert editor.box.palette().color(editor.box.foregroundRole()) == look.colour("text")


# ---- choices -------------------------------------------------------------------------------------------------------


def test_a_few_answers_are_chips_and_many_a_drop_down(make: Any) -> None:
    few, many = make(choice("C", FEW)), make(choice("C", MANY))
    assert isinstance(few.target(), ChoiceRow)
    assert [chip.words() for chip in few.row.chips()] == ["Yes", "No, her choice", "No, other"]
    assert isinstance(many, PickEditor)
    assert many.box.itemText(0) == NOT_RECORDED


def test_a_chip_is_chosen_by_a_tap_and_taken_back_by_delete(make: Any) -> None:
    editor = make(choice("C", FEW))
    QTest.mouseClick(editor.row.chips()[1], Qt.MouseButton.LeftButton)
    assert editor.value() == "no_childs_choice"
    press(KEY.Key_Delete)
    assert editor.value() == ""
    assert editor.spy.count() == 2


def test_a_tick_is_yes_no_or_not_recorded(make: Any) -> None:
    editor = make(tick("T"))
    assert editor.value() is None
    yes, no = editor.row.chips()
    QTest.mouseClick(yes, Qt.MouseButton.LeftButton)
    assert editor.value() is True
    QTest.mouseClick(no, Qt.MouseButton.LeftButton)
    assert editor.value() is False
    press(KEY.Key_Backspace)
    assert editor.value() is None


def test_flags_are_any_of_many_in_the_order_of_storage(make: Any) -> None:
    editor = make(flags("F", MANY))
    for at in (4, 1):
        QTest.mouseClick(editor.row.chips()[at], Qt.MouseButton.LeftButton)
    assert editor.value() == ["c1", "c4"]


@pytest.mark.parametrize(
    ("field", "value"), [(choice("C", FEW), "maybe"), (choice("C", MANY), "c99"), (flags("F", FEW), ["maybe", "yes"])]
)
def test_a_code_from_a_newer_heard_is_offered_and_not_dropped(make: Any, field: Field, value: Any) -> None:
    editor = make(field, value)
    assert editor.value() == value


def test_ctrl_z_takes_a_tap_back_and_ctrl_y_repeats_it(make: Any) -> None:
    editor = make(choice("C", FEW), "yes")
    QTest.mouseClick(editor.row.chips()[2], Qt.MouseButton.LeftButton)
    press(KEY.Key_Z, CTRL)
    assert editor.value() == "yes"
    press(KEY.Key_Y, CTRL)
    assert editor.value() == "no_other"
    press(KEY.Key_Z, CTRL)
    press(KEY.Key_Z, CTRL)
    assert editor.value() == "yes"
    assert editor.spy.count() == 4


def test_a_drop_down_is_worked_by_keys(make: Any) -> None:
    editor = make(choice("C", MANY))
    press(KEY.Key_Down)
    press(KEY.Key_Down)
    assert editor.value() == "c1"


# ---- links ---------------------------------------------------------------------------------------------------------


def test_a_link_offers_the_records_there_are_and_keeps_one_that_is_not_here(make: Any) -> None:
    people = [("p1", "Grandad"), ("p2", "Nan")]
    editor = make(link("K", to=("person_i_trust",)), "p9", options=lambda: people)
    assert editor.value() == "p9"
    assert editor.box.currentText() == "Not on this laptop"
    people.append(("p9", "Aunt Jo"))
    editor.refresh()
    assert editor.value() == "p9"
    assert editor.box.currentText() == "Aunt Jo"
    assert [editor.box.itemText(at) for at in range(4)] == [NOT_RECORDED, "Grandad", "Nan", "Aunt Jo"]


# ---- days, times and numbers ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "value", "shown"),
    [
        ("23/11", "2026-11-23", "23 November 2026"),
        ("today", "2026-11-23", "23 November 2026"),
        ("tue", "2026-11-24", "24 November 2026"),
        ("9 nov 25", "2025-11-09", "9 November 2025"),
    ],
)
def test_a_day_is_typed_as_people_type_it_and_shown_one_way(make: Any, typed: str, value: str, shown: str) -> None:
    editor = make(day("D"))
    type_in(typed)
    assert editor.value() == value
    leave(editor)
    assert editor.value() == value
    assert editor.box.text() == shown


def test_a_day_in_american_order_is_asked_about_and_kept_as_typed(make: Any) -> None:
    editor = make(day("D"))
    type_in("11/23/2026")
    assert editor.unreadable() == NOT_A_DAY
    assert editor.value() is None
    leave(editor)
    assert editor.box.text() == "11/23/2026"


def test_a_weekday_leans_the_way_the_field_asks(make: Any) -> None:
    editor = make(day("D"), lean=Lean.BACK)
    type_in("fri")
    assert editor.value() == "2026-11-20"


def test_the_day_before_comes_back_with_ctrl_z(make: Any) -> None:
    editor = make(day("D"), "2026-11-09")
    press(KEY.Key_A, CTRL)
    type_in("tomorrow")
    press(KEY.Key_Return)
    assert editor.value() == "2026-11-24"
    press(KEY.Key_Z, CTRL)
    assert editor.value() == "2026-11-09"
    assert editor.box.text() == "9 November 2026"


def test_a_day_is_picked_from_the_calendar_by_keys(make: Any, qtbot: Any) -> None:
    editor = make(day("D"), "2026-11-09")
    press(KEY.Key_Down, ALT)
    sheet = editor.page.findChild(MonthSheet)
    month = sheet.findChild(QCalendarWidget)
    assert month.selectedDate().toPython() == date(2026, 11, 9)
    assert month.firstDayOfWeek() == Qt.DayOfWeek.Monday
    view = month.findChild(QWidget, "qt_calendar_calendarview")
    QTest.keyClick(view, KEY.Key_Right)
    QTest.keyClick(view, KEY.Key_Return)
    assert editor.value() == "2026-11-10"
    assert editor.box.text() == "10 November 2026"
    assert editor.spy.count() == 1
    assert sheet.isHidden()
    assert QApplication.focusWidget() is editor.box


@pytest.mark.parametrize("how", ["esc", "elsewhere"])
def test_the_calendar_closes_and_changes_nothing(make: Any, how: str) -> None:
    editor = make(day("D"), "2026-11-09")
    QTest.mouseClick(editor.box._button, Qt.MouseButton.LeftButton)
    sheet = editor.page.findChild(MonthSheet)
    assert sheet.isVisible()
    if how == "esc":
        press(KEY.Key_Escape)
        assert QApplication.focusWidget() is editor.box
    else:
        editor.elsewhere.setFocus()
    assert sheet.isHidden()
    assert editor.value() == "2026-11-09"


def test_a_moment_needs_its_day_and_its_time(make: Any) -> None:
    editor = make(moment("M"))
    type_in("23/11")
    assert editor.unreadable() == NO_TIME
    press(KEY.Key_Tab)
    type_in("2pm")
    assert editor.unreadable() == ""
    assert editor.value() == to_stamp(datetime(2026, 11, 23, 14, 0).astimezone().astimezone(UTC))
    leave(editor)
    assert (editor.box.text(), editor.clock.text()) == ("23 November 2026", "14:00")
    editor.box.setFocus()
    press(KEY.Key_A, CTRL)
    press(KEY.Key_Delete)
    assert editor.unreadable() == NO_DAY
    editor.clock.setFocus()
    press(KEY.Key_A, CTRL)
    type_in("25:00")
    assert editor.unreadable() in (NOT_A_TIME, NO_DAY)


def test_a_day_and_a_time_typed_together_find_their_places(make: Any) -> None:
    editor = make(moment("M"))
    type_in("tue 2pm")
    leave(editor)
    assert editor.value() == to_stamp(datetime(2026, 11, 24, 14, 0).astimezone())
    assert (editor.box.text(), editor.clock.text()) == ("24 November 2026", "14:00")


@pytest.mark.parametrize(("typed", "value"), [("7", 7), ("2.5", 2.5), ("2,5", 2.5), (" 12 ", 12), ("0", 0)])
def test_a_number_is_typed(make: Any, typed: str, value: float) -> None:
    editor = make(number("N", least=0, most=90))
    type_in(typed)
    assert editor.value() == value


@pytest.mark.parametrize("typed", ["seven", "1e999", "nan", "--1"])
def test_what_is_no_number_is_asked_about(make: Any, typed: str) -> None:
    editor = make(number("N", least=0, most=90))
    type_in(typed)
    assert editor.unreadable() == NOT_A_NUMBER


def test_arrow_keys_step_a_number_within_its_bounds(make: Any) -> None:
    editor = make(number("N", least=0, most=2))
    for _ in range(5):
        press(KEY.Key_Up)
    assert editor.value() == 2
    for _ in range(5):
        press(KEY.Key_Down)
    assert editor.value() == 0


@pytest.mark.parametrize("field", [choice("C", MANY), prose("P"), number("N"), flags("F", MANY)])
def test_a_wheel_over_a_field_scrolls_the_page_and_changes_nothing(make: Any, field: Field) -> None:
    editor = make(field)
    turn = QWheelEvent(
        QPointF(5, 5), QPointF(5, 5), QPoint(0, 0), QPoint(0, -120), Qt.MouseButton.NoButton, NO_KEY,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    editor.target().wheelEvent(turn)
    assert not turn.isAccepted()
    assert editor.value() in (None, "", [])
    assert editor.spy.count() == 0
