"""The shell: pages that come and truly go, keys that do what the list says, and a cover that covers at once."""

from __future__ import annotations

import gc
from types import SimpleNamespace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from ui import access, actions
from ui.parts.pages import PageSpec, Visit
from ui.theme import Look, Scheme, Theme

CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def press(shell: SimpleNamespace, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(QApplication.focusWidget() or shell.window, key, modifiers)


def here(shell: SimpleNamespace) -> str:
    visit = shell.window.here()
    return visit.key if visit else ""


# ---- pages -----------------------------------------------------------------------------------------------------------


def test_the_rail_shows_only_the_pages_that_exist(shell: SimpleNamespace) -> None:
    words = [row.words() for row in shell.window.rail.rows().values()]
    assert words == ["Today", "Children", "Sync and saved", "Hide screen", "Settings"]


def test_the_main_pages_stand_above_each_other_in_the_rail(shell: SimpleNamespace) -> None:
    tops = [row.mapTo(shell.window, row.rect().topLeft()).y() for row in shell.window.rail.rows().values()]
    assert tops == sorted(tops)


def test_pressing_a_row_of_the_rail_opens_its_page_and_marks_it(shell: SimpleNamespace) -> None:
    rows = shell.window.rail.rows()
    QTest.mouseClick(rows["children"], Qt.MouseButton.LeftButton)
    assert here(shell) == "children"
    assert [key for key, row in rows.items() if row.is_here()] == ["children"]
    assert rows["children"].accessibleDescription() == "This page"


def test_a_page_is_built_when_first_asked_for_and_a_kept_one_only_once(shell: SimpleNamespace) -> None:
    assert len(shell.built) == 1
    for key in ("children", "today", "children"):
        shell.window.open(key)
    assert len(shell.built) == 2


def test_the_kept_pages_can_be_built_ahead(shell: SimpleNamespace, qtbot) -> None:
    shell.window.pages.build_ahead()
    qtbot.waitUntil(lambda: len(shell.built) == 3)
    shell.window.open("sync")
    assert len(shell.built) == 3


def test_a_page_gets_its_arguments_and_leaves_before_the_next_one_stands(shell: SimpleNamespace) -> None:
    shell.window.open("note", child_id="c1")
    shell.window.open("children")
    assert shell.log == [
        ("left", "today"),
        ("opened", "note {'child_id': 'c1'}"),
        ("left", "note"),
        ("opened", "children {}"),
    ]


def test_a_page_that_may_not_be_left_stays(shell: SimpleNamespace) -> None:
    shell.window.open("note")
    shell.window.pages.currentWidget().stays = True
    shell.window.open("today")
    press(shell, Qt.Key.Key_Escape)
    assert here(shell) == "note"
    shell.window.pages.currentWidget().stays = False
    press(shell, Qt.Key.Key_Escape)
    assert here(shell) == "today"


def test_closing_a_passing_page_leaves_no_widget_behind(shell: SimpleNamespace, settle) -> None:
    def widgets() -> int:
        gc.collect()
        settle()
        return len(QApplication.allWidgets())

    shell.window.open("children")
    shell.window.open("note", child_id="c0")
    shell.window.open("children")
    before = widgets()
    for number in range(20):
        shell.window.open("note", child_id=f"c{number}")
        shell.window.open("settings")
        shell.window.back()
        shell.window.open("children")
    assert widgets() == before
    alive = [page() for page in shell.built if page() is not None]
    assert sorted(page.page_key for page in alive) == ["children", "today"]


def test_the_way_back_is_the_way_one_came(shell: SimpleNamespace) -> None:
    window = shell.window
    window.open("children")
    window.open("note", child_id="c1")
    window.open("note", child_id="c2")
    came = []
    for _ in range(4):
        window.back()
        came.append(window.here())
    assert came == [Visit("note", {"child_id": "c1"}), Visit("children"), Visit("today"), Visit("today")]


def test_the_way_back_leads_past_the_question_whom_it_is_about(shell: SimpleNamespace) -> None:
    window = shell.window
    window.open("note")
    window.pages.currentWidget().only_asks = True
    window.open("note", child_id="c1")
    window.back()
    assert window.here() == Visit("today")


def test_without_a_way_back_escape_leads_to_today(shell: SimpleNamespace) -> None:
    shell.window.open("children")
    shell.window.pages.forget()
    press(shell, Qt.Key.Key_Escape)
    assert here(shell) == "today"


def test_after_unlocking_the_same_page_stands_or_today_if_it_is_gone(shell: SimpleNamespace) -> None:
    shell.window.come_back_to("note", {"child_id": "c1"})
    assert shell.window.here() == Visit("note", {"child_id": "c1"})
    shell.window.come_back_to("no longer there", {"child_id": "c1"})
    assert shell.window.here() == Visit("today")


def test_a_page_registered_twice_is_a_loud_mistake(shell: SimpleNamespace) -> None:
    with pytest.raises(ValueError, match="today"):
        shell.window.register(PageSpec("today", "Today", QWidget))


def test_a_whole_page_takes_the_rails_and_the_top_bars_room(shell: SimpleNamespace) -> None:
    shell.window.open("card")
    assert shell.window.rail.isHidden()
    assert shell.window.top.isHidden()
    shell.window.back()
    assert shell.window.rail.isVisible()
    assert shell.window.top.isVisible()


def test_the_title_never_names_anyone(shell: SimpleNamespace) -> None:
    shell.window.setWindowTitle("Visit note – Sarah")
    shell.window.open("note", child="Sarah")
    assert shell.window.windowTitle() == "Heard"


def test_only_one_filled_button_stands_on_screen(shell: SimpleNamespace) -> None:
    shell.window.show_main_action(True)
    assert shell.window.top.new_note._kind == "secondary"
    shell.window.open("children")
    assert shell.window.top.new_note._kind == "primary"


# ---- keys ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "modifiers", "page"),
    [
        (Qt.Key.Key_1, CTRL, "today"),
        (Qt.Key.Key_2, CTRL, "children"),
        (Qt.Key.Key_5, CTRL, "sync"),
        (Qt.Key.Key_K, CTRL, "find"),
        (Qt.Key.Key_F1, Qt.KeyboardModifier.NoModifier, "keys"),
        (Qt.Key.Key_Slash, CTRL, "keys"),
    ],
)
def test_a_key_opens_its_page_even_while_typing(
    shell: SimpleNamespace, key: Qt.Key, modifiers: Qt.KeyboardModifier, page: str
) -> None:
    shell.window.open("note")
    shell.window.pages.currentWidget().text.setFocus()
    press(shell, key, modifiers)
    assert here(shell) == page


def test_f7_asks_the_page_and_says_where_there_is_nothing_to_check(shell: SimpleNamespace) -> None:
    page = shell.window.pages.currentWidget()
    press(shell, Qt.Key.Key_F7)
    assert "nothing to check" in shell.window.toasts.label.text()
    asked: list[str] = []
    page.act = lambda name: asked.append(name) or True
    press(shell, Qt.Key.Key_F7)
    assert asked == ["spelling"]


def test_a_page_that_does_not_exist_has_no_key(shell: SimpleNamespace) -> None:
    press(shell, Qt.Key.Key_3, CTRL)
    assert here(shell) == "today"


def test_a_question_mark_lists_the_keys_but_is_a_letter_in_a_text(shell: SimpleNamespace) -> None:
    page = shell.window.pages.currentWidget()
    page.text.setFocus()
    QTest.keyClicks(page.text, "Why?")
    assert (here(shell), page.text.toPlainText()) == ("today", "Why?")
    page.setFocus()
    QTest.keyClick(page, Qt.Key.Key_Question, SHIFT)
    assert here(shell) == "keys"


def test_back_has_two_keys(shell: SimpleNamespace) -> None:
    shell.window.open("children")
    press(shell, Qt.Key.Key_Left, ALT)
    assert here(shell) == "today"


@pytest.mark.parametrize(
    ("key", "modifiers", "signal"),
    [
        (Qt.Key.Key_N, CTRL, "new_note_asked"),
        (Qt.Key.Key_B, CTRL | SHIFT, "knock_asked"),
        (Qt.Key.Key_F5, Qt.KeyboardModifier.NoModifier, "sync_asked"),
    ],
)
def test_a_key_asks_the_application(
    shell: SimpleNamespace, qtbot, key: Qt.Key, modifiers: Qt.KeyboardModifier, signal: str
) -> None:
    with qtbot.waitSignal(getattr(shell.window, signal)):
        press(shell, key, modifiers)


@pytest.mark.parametrize(
    ("name", "key", "modifiers"),
    [
        ("before_you_knock", Qt.Key.Key_B, CTRL | SHIFT),
        ("finish", Qt.Key.Key_Return, CTRL),
        ("saved", Qt.Key.Key_S, CTRL),
        ("back", Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier),
        ("undo", Qt.Key.Key_Z, CTRL),
    ],
)
def test_the_page_that_stands_may_answer_a_key_itself(
    shell: SimpleNamespace, name: str, key: Qt.Key, modifiers: Qt.KeyboardModifier
) -> None:
    shell.window.open("note")
    page = shell.window.pages.currentWidget()
    page.answers = {name}
    page.setFocus()
    press(shell, key, modifiers)
    assert ("acted", name) in shell.log
    assert here(shell) == "note"


def test_ctrl_s_says_that_it_is_saved_already(shell: SimpleNamespace) -> None:
    press(shell, Qt.Key.Key_S, CTRL)
    assert shell.window.toasts.label.text() == "Already saved on this laptop. Heard saves as you type."


def test_ctrl_z_undoes_what_the_message_offers_and_in_a_text_undoes_typing(shell: SimpleNamespace) -> None:
    undone = []
    page = shell.window.pages.currentWidget()
    shell.window.toast("Note deleted", lambda: undone.append(True))
    page.text.setFocus()
    QTest.keyClicks(page.text, "a")
    press(shell, Qt.Key.Key_Z, CTRL)
    assert (page.text.toPlainText(), undone) == ("", [])
    page.setFocus()
    press(shell, Qt.Key.Key_Z, CTRL)
    assert undone == [True]


def test_the_list_of_keys_shows_what_is_bound_and_nothing_else(shell: SimpleNamespace) -> None:
    shell.window.open("keys")
    shown = {label.text() for label in shell.window.pages.currentWidget().findChildren(QLabel)}
    for words in ("Find a child, a note or a word", "Sync and saved", "Hide the screen", "Ctrl+K", "F9"):
        assert words in shown
    assert "Reviews" not in shown
    assert "You said, we did" not in shown


def test_no_two_actions_share_a_key_and_none_takes_bold_or_italic() -> None:
    every = [key for action in actions.ACTIONS for key in action.keys]
    assert len(every) == len(set(every))
    assert not {"Ctrl+B", "Ctrl+I"} & set(every)


def test_tab_goes_as_the_eye_does_from_the_rail_to_the_top_bar_to_the_page(shell: SimpleNamespace) -> None:
    shell.window.show_state("All sent · 14:02", "circle-check", "ok")
    shell.window.rail.rows()["today"].setFocus()
    seen = []
    for _ in range(9):
        seen.append(access.name_of(QApplication.focusWidget()))
        press(shell, Qt.Key.Key_Tab)
    rail = ["Today", "Children", "Sync and saved", "Hide screen", "Settings"]
    assert seen[:8] == [*rail, "Find a child, a note or a word", "All sent · 14:02", "New visit note"]
    assert shell.window.pages.isAncestorOf(QApplication.focusWidget())


def test_up_and_down_move_in_the_rail(shell: SimpleNamespace) -> None:
    rows = shell.window.rail.rows()
    rows["today"].setFocus(Qt.FocusReason.TabFocusReason)
    press(shell, Qt.Key.Key_Down)
    assert rows["children"].hasFocus()
    press(shell, Qt.Key.Key_Up)
    press(shell, Qt.Key.Key_Up)
    assert rows["settings"].hasFocus()


# ---- what is shown ---------------------------------------------------------------------------------------------------


def test_the_state_is_always_in_sight_and_opens_sync_and_saved(shell: SimpleNamespace, settle) -> None:
    shell.window.show_state("Offline · 3 changes saved on this laptop", "cloud-off", "info", "Offline · 3 saved")
    settle()
    state = shell.window.top.state
    assert state.isVisible()
    assert access.name_of(state) == "Offline · 3 changes saved on this laptop"
    QTest.mouseClick(state, Qt.MouseButton.LeftButton)
    assert here(shell) == "sync"


def test_the_idle_banner_counts_down_and_lets_the_worker_stay(shell: SimpleNamespace, qtbot) -> None:
    shell.window.warn_of_lock(30)
    shell.window.warn_of_lock(1)
    banner = shell.window.idle
    assert banner.isVisible()
    assert banner.words.text() == "Heard locks in 1 second. Your work is saved."
    with qtbot.waitSignal(shell.window.stay_asked):
        QTest.mouseClick(banner.stay, Qt.MouseButton.LeftButton)
    assert banner.isHidden()


def test_under_1200_pixels_the_rail_shows_icons_with_names_and_can_be_widened(shell: SimpleNamespace, settle) -> None:
    window = shell.window
    window.show_worker("Aisha Khan", "Social worker")
    assert window.rail.width() == 212
    window.resize(1024, 600)
    settle()
    rows = window.rail.rows()
    assert window.rail.width() == 64
    assert rows["today"].toolTip() == "<span>Today (Ctrl+1)</span>"
    assert access.name_of(rows["today"]) == "Today"
    QTest.mouseClick(window.rail._width_row, Qt.MouseButton.LeftButton)
    assert window.rail.width() == 212
    QTest.mouseClick(window.rail._width_row, Qt.MouseButton.LeftButton)
    assert window.rail.width() == 64


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_the_window_fits_1024_by_600_at_any_text_size(
    shell: SimpleNamespace, look: Theme, settle, scale: float
) -> None:
    look.set_look(Look(scheme=Scheme.DARK, text_scale=scale))
    shell.window.show_worker("Aisha Khan", "Social worker")
    shell.window.show_state("Offline · 3 changes saved on this laptop", "cloud-off", "info", "Offline · 3 saved")
    shell.window.resize(1024, 600)
    settle()
    assert (shell.window.width(), shell.window.height()) == (1024, 600)
    bar = shell.window.top
    for part in (bar.find_box, bar.state, bar.new_note):
        assert bar.rect().contains(part.geometry())


def test_everything_of_the_shell_that_takes_the_focus_has_a_name(shell: SimpleNamespace) -> None:
    shell.window.show_state("All sent · 14:02", "circle-check", "ok")
    for part in (shell.window.rail, shell.window.top, shell.window.idle):
        for each in part.findChildren(QWidget):
            if each.focusPolicy() & Qt.FocusPolicy.TabFocus:
                assert access.name_of(each), each


def test_closing_lets_the_page_leave_first(shell: SimpleNamespace, qtbot) -> None:
    with qtbot.waitSignal(shell.window.closing):
        shell.window.close()
    assert shell.log[-1] == ("left", "today")
