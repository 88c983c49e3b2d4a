"""The unlock screen: the cursor is in it at once, nothing is asked twice, and what was written is never threatened."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QWidget

from ui import access
from ui.parts.scroll_page import ScrollPage
from ui.theme import Look, Scheme, Theme
from ui.views.unlock import UnlockWindow, say_seconds

Settle = Callable[[], None]


class Seconds:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.at = 1_000.0

    def __call__(self) -> float:
        return self.at


class Heard:
    """The unlock window and everything it has given the application."""

    def __init__(self) -> None:
        self.seconds = Seconds()
        self.window = UnlockWindow(
            find_weakness=lambda text: "Use more letters." if len(text) < 12 else None, now=self.seconds
        )
        self.given: list[tuple[str, ...]] = []
        self.window.passphrase_given.connect(lambda text: self.given.append((text,)))
        self.window.recovery_given.connect(lambda code, text: self.given.append((code, text)))

    def find(self, name: str, kind: type[QWidget] = QWidget) -> Any:
        found = self.window.findChild(kind, name)
        assert found is not None, name
        return found

    def line(self, name: str = "unlock.passphrase") -> QLineEdit:
        found = self.find(name, QLineEdit)
        assert isinstance(found, QLineEdit)
        return found

    def type(self, text: str) -> None:
        """Keys to the window, as the system sends them; a capital comes with Shift."""
        for letter in text:
            shift = Qt.KeyboardModifier.ShiftModifier if letter.isupper() else Qt.KeyboardModifier.NoModifier
            self.letter(letter, shift)

    def letter(self, letter: str, modifier: Qt.KeyboardModifier) -> None:
        """One letter, in the size it is given, whatever Shift is said to be."""
        QTest.keyClick(self.window.windowHandle(), letter, modifier)  # type: ignore[call-overload]  # the stubs lack str

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(self.window.windowHandle(), key, modifier)

    def click(self, name: str) -> None:
        button = self.find(name, QPushButton)
        at = button.mapTo(self.window, button.rect().center())
        QTest.mouseClick(
            self.window.windowHandle(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(at)
        )

    def words(self) -> str:
        """Everything that can be read on the window now."""
        shown = [each for each in self.window.findChildren(QLabel) if each.isVisible()]
        return "\n".join(each.text().replace("&", "") for each in shown)


@pytest.fixture
def heard(look: Theme, settle: Settle, qtbot: object) -> Iterator[Heard]:
    del look
    it = Heard()
    it.window.resize(1366, 768)
    it.window.show()
    qtbot.waitUntil(it.window.isActiveWindow)  # type: ignore[attr-defined]
    settle()
    yield it
    it.window.close()
    it.window.deleteLater()
    settle()


def focus_name() -> str:
    standing = QApplication.focusWidget()
    return standing.objectName() if standing else ""


# ---- the passphrase ------------------------------------------------------------------------------------------------


def test_the_cursor_is_in_the_passphrase_before_anything_is_pressed(heard: Heard) -> None:
    assert heard.window.windowTitle() == "Heard"
    heard.type("quiet river")
    assert heard.line().text() == "quiet river"
    assert heard.line().displayText() != "quiet river"


def test_enter_gives_the_passphrase_as_it_was_typed(heard: Heard) -> None:
    heard.type(" Quiet river ")
    heard.press(Qt.Key.Key_Return)
    assert heard.given == [(" Quiet river ",)]


def test_the_open_button_gives_it_too_and_leaves_the_cursor_in_the_field(heard: Heard) -> None:
    heard.type("quiet river")
    heard.click("unlock.open")
    assert heard.given == [("quiet river",)]
    assert focus_name() == "unlock.passphrase"


def test_tab_and_enter_reach_every_button(heard: Heard) -> None:
    heard.type("quiet river")
    heard.press(Qt.Key.Key_Tab)
    assert focus_name() == "unlock.passphrase.show"
    heard.press(Qt.Key.Key_Tab)
    assert focus_name() == "unlock.open"
    heard.press(Qt.Key.Key_Return)
    assert heard.given == [("quiet river",)]


def test_a_pasted_passphrase_is_taken(heard: Heard) -> None:
    QApplication.clipboard().setText("pasted from a store of passwords")
    heard.press(Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    heard.press(Qt.Key.Key_Return)
    assert heard.given == [("pasted from a store of passwords",)]


def test_a_click_on_show_shows_the_letters_and_keeps_the_cursor(heard: Heard) -> None:
    heard.type("quiet")
    heard.click("unlock.passphrase.show")
    assert heard.line().displayText() == "quiet"
    heard.type(" river")
    assert heard.line().displayText() == "quiet river"
    heard.click("unlock.passphrase.show")
    assert heard.line().displayText() != "quiet river"


def test_an_empty_passphrase_is_asked_for_and_not_tried(heard: Heard) -> None:
    heard.press(Qt.Key.Key_Return)
    assert heard.given == []
    assert "Type your passphrase" in heard.words()
    heard.type("q")
    assert "Type your passphrase" not in heard.words()


def test_nothing_is_given_twice_while_heard_is_opening(heard: Heard) -> None:
    heard.type("quiet river")
    heard.press(Qt.Key.Key_Return)
    heard.window.show_busy("Opening…")
    heard.press(Qt.Key.Key_Return)
    heard.click("unlock.open")
    heard.click("unlock.use_recovery")
    heard.type("x")
    assert heard.given == [("quiet river",)]
    assert heard.line().text() == "quiet river"
    assert focus_name() == "unlock.passphrase"
    assert "Opening…" in heard.words()
    heard.window.show_busy("")
    heard.type("x")
    heard.press(Qt.Key.Key_Return)
    assert heard.given[1:] == [("quiet riverx",)]


def test_caps_lock_is_noticed_by_the_letters_it_makes(heard: Heard) -> None:
    hint = "Caps Lock looks to be on."
    heard.type("qUiet")
    assert hint not in heard.words()
    heard.letter("R", Qt.KeyboardModifier.NoModifier)
    assert hint in heard.words()
    heard.press(Qt.Key.Key_Space)
    heard.press(Qt.Key.Key_7)
    assert hint in heard.words()
    heard.press(Qt.Key.Key_CapsLock)
    assert hint not in heard.words()
    heard.letter("r", Qt.KeyboardModifier.ShiftModifier)
    assert hint in heard.words()
    heard.type("i")
    assert hint not in heard.words()


# ---- trouble -------------------------------------------------------------------------------------------------------


def test_a_wrong_passphrase_stays_selected_so_that_typing_replaces_it(heard: Heard) -> None:
    heard.type("quiet rover")
    heard.press(Qt.Key.Key_Return)
    heard.window.show_busy("Opening…")
    heard.window.show_trouble("That passphrase did not open the vault", "Everything in it is safe.", "Try again.")
    words = heard.words()
    assert "That passphrase did not open the vault" in words
    assert "Everything in it is safe." in words
    assert "Try again." in words
    assert "Opening…" not in words
    heard.type("quiet river")
    heard.press(Qt.Key.Key_Return)
    assert heard.given[-1] == ("quiet river",)
    assert "did not open" not in heard.words()


def test_a_wait_counts_down_takes_nothing_and_threatens_nothing(heard: Heard, qtbot: Any) -> None:
    heard.window.show_trouble("Please wait", "Everything in the vault is safe.", "Then try again.", 65)
    assert "You can try again in 1 minute 5 seconds." in heard.words()
    heard.type("quiet river")
    heard.press(Qt.Key.Key_Return)
    heard.click("unlock.open")
    assert heard.given == []
    assert heard.line().text() == "quiet river"
    heard.seconds.at += 37
    qtbot.waitUntil(lambda: "You can try again in 28 seconds." in heard.words())
    for word in ("wipe", "erase", "delete", "destroy", "tries left", "lost"):
        assert word not in heard.words().lower()
    heard.seconds.at += 28
    qtbot.waitUntil(lambda: "You can try again now." in heard.words())
    heard.click("unlock.open")
    assert heard.given == [("quiet river",)]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "1 second"), (28, "28 seconds"), (60, "1 minute"), (65, "1 minute 5 seconds"), (121, "2 minutes 1 second")],
)
def test_a_wait_is_said_in_minutes_and_seconds(seconds: float, words: str) -> None:
    assert say_seconds(seconds) == words


# ---- the recovery code ---------------------------------------------------------------------------------------------


def test_a_recovery_code_and_a_new_passphrase_by_keys_alone(heard: Heard) -> None:
    heard.click("unlock.use_recovery")
    assert focus_name() == "unlock.recovery_code"
    heard.type("7k2d 9qwx")
    heard.press(Qt.Key.Key_Return)
    heard.type("four quiet rivers")
    heard.press(Qt.Key.Key_Return)
    heard.type("four quiet rivers")
    assert heard.given == []
    heard.press(Qt.Key.Key_Return)
    assert heard.given == [("7k2d 9qwx", "four quiet rivers")]


def test_a_weak_or_different_new_passphrase_is_said_at_its_field(heard: Heard) -> None:
    heard.click("unlock.use_recovery")
    heard.click("unlock.recover")
    assert "Type your recovery code" in heard.words()
    assert focus_name() == "unlock.recovery.summary"
    heard.line("unlock.recovery_code").setFocus()
    heard.type("7k2d")
    heard.press(Qt.Key.Key_Return)
    heard.type("short")
    heard.press(Qt.Key.Key_Return)
    heard.press(Qt.Key.Key_Return)
    heard.click("unlock.recover")
    assert "Use more letters." in heard.words()
    heard.line("unlock.new_passphrase").setFocus()
    heard.line("unlock.new_passphrase").selectAll()
    heard.type("four quiet rivers")
    heard.line("unlock.new_passphrase_again").setFocus()
    heard.type("four quiet rovers")
    heard.press(Qt.Key.Key_Return)
    assert "Type the same new passphrase again" in heard.words()
    assert heard.given == []


def test_a_wait_for_the_passphrase_does_not_hold_up_the_recovery_code(heard: Heard) -> None:
    heard.window.show_trouble("Please wait", "Everything is safe.", "", 300)
    heard.click("unlock.use_recovery")
    heard.type("7k2d")
    heard.press(Qt.Key.Key_Return)
    heard.type("four quiet rivers")
    heard.press(Qt.Key.Key_Return)
    heard.type("four quiet rivers")
    heard.press(Qt.Key.Key_Return)
    assert heard.given == [("7k2d", "four quiet rivers")]
    heard.window.show_busy("Opening…")
    heard.window.show_trouble(
        "That recovery code is for another vault", "Nothing has been changed.", "Look again.", 299
    )
    assert "Look again." in heard.words()
    assert "You can try again in" not in heard.words()
    assert heard.line("unlock.recovery_code").text() == "7k2d"


def test_escape_goes_back_to_the_passphrase_and_leaves_no_code_behind(heard: Heard) -> None:
    heard.click("unlock.use_recovery")
    heard.type("7k2d")
    heard.press(Qt.Key.Key_Escape)
    assert focus_name() == "unlock.passphrase"
    assert heard.line("unlock.recovery_code").text() == ""
    heard.type("quiet river")
    heard.press(Qt.Key.Key_Return)
    assert heard.given == [("quiet river",)]


# ---- what it says and how it looks ---------------------------------------------------------------------------------


def test_the_worker_is_greeted_by_name_only_when_the_name_is_given(heard: Heard) -> None:
    assert "Open Heard" in heard.words()
    heard.window.show_worker("Aisha <b>Khan</b>")
    assert "Welcome back, Aisha <b>Khan</b>" in heard.words()
    heard.window.show_worker("")
    assert "Khan" not in heard.words()


def test_a_laptop_without_a_password_store_is_told_what_that_means(heard: Heard, settle: Settle) -> None:
    heard.window.show_passphrase_only(True)
    settle()
    assert "no password store" in heard.words()
    heard.window.show_passphrase_only(False)
    settle()
    assert "no password store" not in heard.words()


def test_taking_it_down_leaves_nothing_typed(heard: Heard) -> None:
    heard.type("quiet river")
    line = heard.line()
    heard.window.take_down()
    assert line.text() == ""
    assert not heard.window.isVisible()


def test_everything_that_takes_the_focus_has_a_name_and_a_role(heard: Heard) -> None:
    heard.click("unlock.use_recovery")
    stops = [each for each in heard.window.findChildren(QWidget) if each.focusPolicy() & Qt.FocusPolicy.TabFocus]
    named = [each for each in stops if each.objectName() not in ("unlock.trouble", "unlock.recovery.trouble")]
    named = [each for each in named if each.objectName() != "unlock.recovery.summary"]
    assert len(named) >= 10
    for each in named:
        assert access.name_of(each), each.objectName()
        assert access.role_of(each) in (QAccessible.Role.EditableText, QAccessible.Role.Button), each.objectName()


def test_at_1024_by_600_with_text_twice_as_large_it_scrolls_and_cuts_nothing_off(
    heard: Heard, look: Theme, settle: Settle
) -> None:
    look.set_look(Look(Scheme.LIGHT, text_scale=2.0))
    heard.window.resize(1024, 600)
    heard.click("unlock.use_recovery")
    settle()
    page = heard.find("", ScrollPage)
    assert page.horizontalScrollBar().maximum() == 0
    assert page.verticalScrollBar().maximum() > 0
    for name in ("unlock.recovery_code", "unlock.new_passphrase", "unlock.new_passphrase_again", "unlock.recover"):
        heard.find(name).setFocus()
        settle()
        widget = heard.find(name)
        seen = widget.visibleRegion().boundingRect()
        assert seen == widget.rect(), name
