"""Hiding and asking: F9 covers at once, only the PIN lifts it, and a question never stands in front of the cover."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QMenu, QWidget

from models.errors import Trouble
from ui import messages
from ui.parts.cover_page import PinAnswer
from ui.parts.pages import PageSpec
from ui.parts.sheet import Sheet
from ui.theme import Theme
from ui.window import HeardWindow

PIN = "481516"
CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def press(shell: SimpleNamespace, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(QApplication.focusWidget() or shell.window, key, modifiers)


def here(shell: SimpleNamespace) -> str:
    visit = shell.window.here()
    return visit.key if visit else ""


# ---- hiding ----------------------------------------------------------------------------------------------------------


def test_f9_covers_at_once_and_nothing_of_the_page_is_drawn_or_read(shell: SimpleNamespace) -> None:
    shell.window.open("note")
    page = shell.window.pages.currentWidget()
    page.text.setFocus()
    press(shell, Qt.Key.Key_F9)
    assert shell.window.is_covered()
    assert not page.isVisible()
    assert not shell.window.rail.isVisible()
    assert shell.window.cover_page.visibleRegion().boundingRect() == shell.window.rect()
    assert shell.window.cover_page._clock.text() == "10:05"


@pytest.mark.qt_log_ignore("does not support", extend=True)
def test_f9_covers_under_an_open_menu(shell: SimpleNamespace, qtbot, settle) -> None:
    menu = QMenu(shell.window)
    qtbot.addWidget(menu)
    menu.addAction("Copy these words")
    menu.popup(shell.window.mapToGlobal(shell.window.rect().center()))
    settle()
    QTest.keyClick(menu, Qt.Key.Key_F9)
    assert shell.window.is_covered()
    assert not menu.isVisible()


def test_f9_covers_a_question_that_is_open(shell: SimpleNamespace) -> None:
    sheet = messages.ask(shell.window, "Delete this note?", "It can be brought back.", yes="Delete", then=lambda: None)
    press(shell, Qt.Key.Key_F9)
    assert shell.window.is_covered()
    assert not sheet.isVisible()


def test_hiding_lets_the_page_save_what_is_typed(shell: SimpleNamespace) -> None:
    shell.window.pages.currentWidget().answers = {"flush"}
    shell.window.cover()
    assert ("acted", "flush") in shell.log


def test_no_key_of_the_window_works_through_the_cover(shell: SimpleNamespace, qtbot) -> None:
    shell.window.cover()
    with qtbot.assertNotEmitted(shell.window.new_note_asked):
        press(shell, Qt.Key.Key_N, CTRL)
        press(shell, Qt.Key.Key_2, CTRL)
    assert here(shell) == "today"
    assert shell.window.is_covered()


def test_any_key_asks_for_the_pin_and_a_digit_is_its_first(shell: SimpleNamespace) -> None:
    cover = shell.window.cover_page
    shell.window.cover()
    assert not cover.is_asking()
    for digit in PIN:
        QTest.keyClicks(QApplication.focusWidget(), digit)
    assert cover.pin.text() == PIN
    press(shell, Qt.Key.Key_Return)
    assert shell.asked == [PIN]
    assert not shell.window.is_covered()


def test_the_pin_is_never_shown(shell: SimpleNamespace) -> None:
    shell.window.cover()
    press(shell, Qt.Key.Key_Space)
    assert shell.window.cover_page.pin.echoMode() == QLineEdit.EchoMode.Password


def test_a_click_asks_for_the_pin_too_and_escape_goes_back_to_the_clock(shell: SimpleNamespace) -> None:
    cover = shell.window.cover_page
    shell.window.cover()
    QTest.mouseClick(cover, Qt.MouseButton.LeftButton)
    assert cover.is_asking()
    QTest.keyClicks(cover.pin, "12")
    press(shell, Qt.Key.Key_Escape)
    assert not cover.is_asking()
    assert cover.pin.text() == ""
    assert shell.window.is_covered()


def test_the_worker_is_back_in_the_same_field_after_the_pin(shell: SimpleNamespace, settle) -> None:
    page = shell.window.pages.currentWidget()
    page.line.setFocus()
    shell.window.cover()
    shell.window.cover_page.ask()
    QTest.keyClicks(shell.window.cover_page.pin, PIN)
    press(shell, Qt.Key.Key_Return)
    settle()
    assert QApplication.focusWidget() is page.line


def test_whatever_leads_out_of_a_page_a_child_was_handed_asks_for_the_pin_first(shell: SimpleNamespace, settle) -> None:
    window, cover = shell.window, shell.window.cover_page
    window.register(PageSpec("handed", "What I have said", lambda: _Empty("handed"), whole=True, handed=True))
    for way_out in (lambda: press(shell, Qt.Key.Key_Escape), lambda: press(shell, Qt.Key.Key_2, CTRL), window.back):
        window.open("note")
        window.open("handed")
        settle()
        assert not window.is_covered()
        way_out()
        assert window.is_covered(), "before anything of the next page is painted"
        settle()
        assert here(shell) != "handed"
        assert cover.is_asking()
        assert cover.pin.hasFocus()
        assert cover.findChild(QLabel, "cover.words").text() == "Thank you. Please give the laptop back now."
        QTest.keyClicks(cover.pin, PIN)
        press(shell, Qt.Key.Key_Return)
        assert not window.is_covered()
        window.cover()
        cover.ask()
        assert not cover.findChild(QLabel, "cover.words").isVisible(), "it is said to a child, and to nobody else"
        window.lift()


def test_what_a_worker_can_undo_is_not_left_for_a_child_to_press(shell: SimpleNamespace, settle) -> None:
    window = shell.window
    window.register(PageSpec("handed", "What I have said", lambda: _Empty("handed"), whole=True, handed=True))
    window.toast("Written down.", undo=lambda: shell.log.append("undone"))
    assert window.toasts.isVisible()
    window.open("handed")
    settle()
    assert not window.toasts.isVisible()
    press(shell, Qt.Key.Key_Z, CTRL)
    assert "undone" not in shell.log


class _Empty(QWidget):
    """A page with nothing on it."""

    def __init__(self, key: str) -> None:
        super().__init__()
        self.page_key = key

    def opened(self) -> None:
        self.setFocus()


def test_the_cover_lifts_also_where_the_page_that_had_the_focus_is_gone(shell: SimpleNamespace, settle) -> None:
    shell.window.open("note")
    shell.window.pages.currentWidget().text.setFocus()
    shell.window.cover()
    shell.window.open("today")
    settle()
    shell.window.lift()
    assert here(shell) == "today"
    assert not shell.window.is_covered()


def test_five_wrong_pins_lock_and_each_says_how_many_are_left(shell: SimpleNamespace, qtbot) -> None:
    cover = shell.window.cover_page
    shell.window.cover()
    cover.ask()
    said = []
    with qtbot.waitSignal(shell.window.lock_wanted):
        for _ in range(5):
            QTest.keyClicks(cover.pin, "000000")
            press(shell, Qt.Key.Key_Return)
            said.append(cover.message.text())
    assert said[0] == "That is not the PIN. You have 4 more tries."
    assert said[3] == "That is not the PIN. You have one more try."
    assert said[4] == "Heard is locking. Nothing is lost."
    assert shell.window.is_covered()


def test_an_empty_pin_is_not_a_try(shell: SimpleNamespace) -> None:
    shell.window.cover()
    shell.window.cover_page.ask()
    press(shell, Qt.Key.Key_Return)
    assert shell.asked == []


def test_whoever_keeps_the_pin_may_lock_earlier(look: Theme, qtbot) -> None:
    window = HeardWindow(lambda _text: PinAnswer(False, 0))
    qtbot.addWidget(window)
    window.show()
    window.cover()
    window.cover_page.ask()
    QTest.keyClicks(window.cover_page.pin, "1")
    with qtbot.waitSignal(window.lock_wanted):
        QTest.keyClick(window.cover_page.pin, Qt.Key.Key_Return)


# ---- questions -------------------------------------------------------------------------------------------------------


def test_a_question_is_answered_by_key_and_gives_the_focus_back(shell: SimpleNamespace, settle) -> None:
    page = shell.window.pages.currentWidget()
    page.line.setFocus()
    done = []
    messages.ask(page, "Wrong child?", "A new note is made.", yes="Move it", then=lambda: done.append("moved"))
    press(shell, Qt.Key.Key_Return)
    settle()
    assert done == ["moved"]
    assert QApplication.focusWidget() is page.line
    assert shell.window.findChildren(Sheet) == []


def test_enter_never_removes_and_escape_is_the_safe_answer(shell: SimpleNamespace, settle) -> None:
    page = shell.window.pages.currentWidget()
    done = []
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Escape):
        messages.ask(
            page,
            "Delete?",
            "It can be brought back.",
            yes="Delete",
            removes=True,
            then=lambda: done.append("deleted"),
            otherwise=lambda: done.append("kept"),
        )
        press(shell, key)
        settle()
    assert done == ["kept", "kept"]
    assert here(shell) == "today"


def test_tab_stays_inside_a_question(shell: SimpleNamespace) -> None:
    sheet = messages.ask(shell.window, "Delete?", "It can be brought back.", yes="Delete", then=lambda: None)
    for _ in range(5):
        press(shell, Qt.Key.Key_Tab)
        assert sheet.box.isAncestorOf(QApplication.focusWidget())


def test_trouble_is_told_in_the_window_with_what_is_safe(shell: SimpleNamespace) -> None:
    trouble = Trouble("The disk is full", "Your note is safe.", "Make room, then carry on.")
    sheet = messages.tell_trouble(shell.window, trouble)
    shown = " ".join(label.text() for label in sheet.findChildren(QLabel))
    assert "The disk is full" in shown
    assert "Your note is safe.\nMake room, then carry on." in shown
    assert len([each for each in QApplication.topLevelWidgets() if each.isVisible()]) == 1
