"""The first run: one thing on each page, every page by keys alone, and nothing typed is lost to a mistake."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QProgressBar, QPushButton, QWidget

from ui import access
from ui.parts.scroll_page import ScrollPage
from ui.theme import Look, Scheme, Theme
from ui.views.first_run import STEPS, FirstRunWindow

Settle = Callable[[], None]
CODE = "7K2D-9QWX-M3PA-0VTR-5HJ8-ZC4E-Y6NB"


def find_weakness(text: str) -> str | None:
    return None if len(text) >= 12 else "Use at least 12 characters."


def find_pin_weakness(pin: str) -> str | None:
    return None if pin.isdigit() and len(pin) >= 6 else "A PIN has 6 digits or more."


class Heard:
    """The first run's window, what it has asked of the application, and hands to work it with."""

    def __init__(self, start_at: str = "passphrase") -> None:
        self.asked: list[tuple[str, ...]] = []
        self.window = FirstRunWindow(
            start_at,
            find_weakness,
            find_pin_weakness,
            lambda typed: typed.upper().replace(" ", "") == CODE.replace("-", ""),
            choose_file=lambda _near: "council.pem",
        )
        names = (
            "passphrase_chosen",
            "code_confirmed",
            "join_asked",
            "pin_chosen",
            "open_asked",
            "later_asked",
            "copy_stopped",
            "copy_wanted",
        )
        for name in names:
            getattr(self.window, name).connect(lambda *given, name=name: self.asked.append((name, *given)))

    def find(self, name: str, kind: type[QWidget] = QWidget) -> Any:
        found = self.window.findChildren(kind, name)
        assert len(found) == 1, (name, found)
        return found[0]

    def type(self, text: str) -> None:
        for letter in text:
            QTest.keyClick(self.window.windowHandle(), letter)  # type: ignore[call-overload]  # the stubs lack str

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(self.window.windowHandle(), key, modifier)

    def enter(self, text: str) -> None:
        self.type(text)
        self.press(Qt.Key.Key_Return)

    def click(self, name: str) -> None:
        button = self.find(name, QPushButton)
        at = button.mapTo(self.window, button.rect().center())
        QTest.mouseClick(
            self.window.windowHandle(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(at)
        )

    def words(self) -> str:
        shown = [each for each in self.window.findChildren(QLabel) if each.isVisible()]
        return "\n".join(each.text().replace("&", "") for each in shown)


@pytest.fixture
def open_at(look: Theme, settle: Settle, qtbot: Any) -> Iterator[Callable[[str], Heard]]:
    del look
    opened: list[Heard] = []

    def open_window(start_at: str) -> Heard:
        it = Heard(start_at)
        opened.append(it)
        it.window.resize(1366, 768)
        it.window.show()
        qtbot.waitUntil(it.window.isActiveWindow)
        settle()
        return it

    yield open_window
    for each in opened:
        each.window.close()
        each.window.deleteLater()
    settle()


@pytest.fixture
def heard(open_at: Callable[[str], Heard]) -> Heard:
    return open_at("passphrase")


def focus_name() -> str:
    standing = QApplication.focusWidget()
    return standing.objectName() if standing else ""


# ---- the whole way -------------------------------------------------------------------------------------------------


def test_an_empty_laptop_becomes_an_open_heard_by_keys_alone(heard: Heard, settle: Settle) -> None:
    assert focus_name() == "first_run.passphrase"
    heard.enter("four quiet rivers")
    assert focus_name() == "first_run.passphrase_again"
    heard.enter("four quiet rivers")
    heard.window.show_busy("Making your vault.")
    heard.window.show_code(CODE, True)
    settle()
    assert focus_name() == "first_run.code"
    heard.press(Qt.Key.Key_Return)
    assert heard.find("first_run.code", QLabel).text() == CODE
    heard.press(Qt.Key.Key_Tab)
    heard.press(Qt.Key.Key_Return)
    settle()
    assert focus_name() == "first_run.code_again"
    heard.enter(CODE.replace("-", " ").lower())
    settle()
    assert focus_name() == "first_run.address"
    for answer in ("https://heard.example.org", "TRY-ME", "aisha", "a long password"):
        heard.enter(answer)
    heard.window.show_busy("Joining your council…")
    heard.window.show_joined("Invented Council", "Aisha Khan")
    heard.window.go_to("pin")
    settle()
    assert focus_name() == "first_run.pin"
    heard.enter("240681")
    heard.enter("240681")
    heard.window.go_to("copying")
    settle()
    heard.press(Qt.Key.Key_Return)
    assert heard.asked == [
        ("passphrase_chosen", "four quiet rivers"),
        ("code_confirmed",),
        ("join_asked", "https://heard.example.org", "TRY-ME", "aisha", "a long password", ""),
        ("pin_chosen", "240681"),
        ("open_asked",),
    ]


@pytest.mark.parametrize(
    ("start_at", "field"),
    [("passphrase", "first_run.passphrase"), ("join", "first_run.address"), ("pin", "first_run.pin")],
)
def test_it_goes_on_where_it_was_closed(open_at: Callable[[str], Heard], start_at: str, field: str) -> None:
    heard = open_at(start_at)
    assert focus_name() == field
    stands = [row.stands for row in heard.window.steps.rows]
    here = list(STEPS).index(start_at)
    assert stands == ["done"] * here + ["now"] + ["later"] * (4 - here)


def test_going_to_the_page_that_is_open_keeps_what_was_typed(open_at: Callable[[str], Heard]) -> None:
    heard = open_at("join")
    heard.type("https")
    heard.window.go_to("join")
    assert heard.find("first_run.address", QLineEdit).text() == "https"


# ---- passphrase ----------------------------------------------------------------------------------------------------


def test_the_strength_of_a_passphrase_is_said_while_it_is_typed(heard: Heard) -> None:
    heard.type("four")
    assert "Use at least 12 characters." in heard.words()
    heard.type(" quiet rivers")
    assert "That will do well." in heard.words()
    assert "Use at least 12 characters." not in heard.words()


def test_what_a_lost_passphrase_means_is_said_before_it_is_chosen(heard: Heard) -> None:
    words = heard.words()
    assert "Nobody can look your passphrase up" in words
    assert "recovery code" in words
    assert "If you lose both" in words


def test_a_weak_passphrase_is_told_in_a_summary_and_at_the_field(heard: Heard, settle: Settle) -> None:
    heard.type("four")
    heard.click("first_run.next")
    settle()
    assert focus_name() == "first_run.summary"
    assert heard.words().count("Use at least 12 characters.") == 1
    heard.press(Qt.Key.Key_Tab)
    heard.press(Qt.Key.Key_Return)
    assert focus_name() == "first_run.passphrase"
    assert heard.find("first_run.passphrase", QLineEdit).text() == "four"
    assert heard.asked == []


def test_two_different_passphrases_are_not_taken(heard: Heard) -> None:
    heard.enter("four quiet rivers")
    heard.enter("four quiet rovers")
    assert "Type the same passphrase again" in heard.words()
    assert heard.asked == []


def test_nothing_is_chosen_twice_while_the_vault_is_made(heard: Heard) -> None:
    heard.enter("four quiet rivers")
    heard.enter("four quiet rivers")
    heard.window.show_busy("Making your vault.")
    heard.press(Qt.Key.Key_Return)
    heard.click("first_run.next")
    heard.type("x")
    assert heard.asked == [("passphrase_chosen", "four quiet rivers")]
    assert heard.find("first_run.passphrase", QLineEdit).text() == "four quiet rivers"
    assert "Making your vault." in heard.words()


def test_no_field_of_a_page_that_was_left_stays_behind(heard: Heard, settle: Settle) -> None:
    heard.type("four quiet rivers")
    line = heard.find("first_run.passphrase", QLineEdit)
    heard.window.show_code(CODE, True)
    assert line.text() == ""
    settle()
    assert heard.window.findChild(QLineEdit) is None


# ---- recovery code -------------------------------------------------------------------------------------------------


def test_the_code_is_read_letter_by_letter_and_cannot_be_copied(heard: Heard, settle: Settle) -> None:
    heard.window.show_code(CODE, True)
    settle()
    label = heard.find("first_run.code", QLabel)
    assert access.name_of(label).startswith("Your recovery code: 7 K 2 D; 9 Q W X;")
    assert label.textInteractionFlags() & Qt.TextInteractionFlag.TextSelectableByMouse == Qt.TextInteractionFlag(0)


@pytest.mark.parametrize("width", [1024, 1366])
def test_every_group_of_a_code_of_the_widest_letters_is_seen(heard: Heard, settle: Settle, width: int) -> None:
    heard.window.resize(width, 600)
    heard.window.show_code("-".join(["WWWW"] * 7), True)
    settle()
    label = heard.find("first_run.code", QLabel)
    assert label.height() >= label.heightForWidth(label.width())


def test_a_slip_in_the_code_is_told_and_the_code_can_be_seen_again(heard: Heard, settle: Settle) -> None:
    heard.window.show_code(CODE, True)
    settle()
    heard.click("first_run.next")
    settle()
    assert heard.window.findChild(QLabel, "first_run.code") is None
    heard.enter("7K2D 9QWX")
    assert "That is not quite the code." in heard.words()
    assert heard.asked == []
    heard.click("first_run.back")
    settle()
    assert heard.find("first_run.code", QLabel).text() == CODE
    heard.click("first_run.next")
    settle()
    heard.press(Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    settle()
    assert heard.find("first_run.code", QLabel).text() == CODE


@pytest.mark.parametrize("has_keyring", [True, False])
def test_a_laptop_without_a_password_store_is_told_what_that_means(
    heard: Heard, settle: Settle, has_keyring: bool
) -> None:
    heard.window.show_code(CODE, has_keyring)
    settle()
    assert ("no password store" in heard.words()) is not has_keyring


# ---- the council ---------------------------------------------------------------------------------------------------


def test_each_missing_answer_is_named_and_leads_to_its_field(open_at: Callable[[str], Heard], settle: Settle) -> None:
    heard = open_at("join")
    heard.type(" ")
    heard.click("first_run.next")
    settle()
    for words in ("Type the address", "Type the one-time code", "Type your sign-in name", "Type your password"):
        assert heard.words().count(words) == 1, words
    for _ in range(3):
        heard.press(Qt.Key.Key_Tab)
    heard.press(Qt.Key.Key_Space)
    assert focus_name() == "first_run.sign_in_name"
    assert heard.asked == []


def test_trouble_with_joining_keeps_every_answer(open_at: Callable[[str], Heard], settle: Settle) -> None:
    heard = open_at("join")
    answers = ("https://heard.example.org", "TRY-ME", "aisha", "a long password")
    for answer in answers:
        heard.enter(answer)
    heard.window.show_busy("Joining your council…")
    heard.window.show_trouble("The council could not be reached", "Nothing is lost.", "Check that you are online.")
    settle()
    assert focus_name() == "first_run.trouble"
    for words in ("The council could not be reached", "Nothing is lost.", "Check that you are online."):
        assert words in heard.words()
    assert "Joining" not in heard.words()
    heard.click("first_run.next")
    assert heard.asked == [("join_asked", *answers, "")] * 2
    assert "could not be reached" not in heard.words()


def test_a_certificate_file_is_asked_for_only_when_there_is_one(
    open_at: Callable[[str], Heard], settle: Settle
) -> None:
    heard = open_at("join")
    for answer in ("https://heard.example.org", "TRY-ME", "aisha"):
        heard.enter(answer)
    heard.type("a long password")
    heard.click("first_run.has_certificate")
    settle()
    assert focus_name() == "first_run.certificate"
    heard.click("first_run.choose_certificate")
    heard.find("first_run.certificate").setFocus()
    heard.press(Qt.Key.Key_Return)
    assert heard.asked == [
        ("join_asked", "https://heard.example.org", "TRY-ME", "aisha", "a long password", "council.pem")
    ]


def test_joining_may_wait_until_later(open_at: Callable[[str], Heard]) -> None:
    heard = open_at("join")
    heard.click("first_run.later")
    assert heard.asked == [("later_asked",)]


# ---- PIN and copying -----------------------------------------------------------------------------------------------


def test_the_pin_page_says_whom_the_laptop_has_joined(open_at: Callable[[str], Heard], settle: Settle) -> None:
    heard = open_at("join")
    heard.window.show_joined("Invented Council", "Aisha Khan")
    settle()
    assert "This laptop has joined Invented Council as Aisha Khan." in heard.words()


def test_a_weak_pin_is_not_taken(open_at: Callable[[str], Heard]) -> None:
    heard = open_at("pin")
    heard.type("1234")
    heard.click("first_run.next")
    assert "A PIN has 6 digits or more." in heard.words()
    assert heard.asked == []


def test_heard_can_be_opened_while_the_copying_goes_on(open_at: Callable[[str], Heard], settle: Settle) -> None:
    heard = open_at("copying")
    bar = heard.find("first_run.bar", QProgressBar)
    heard.window.show_progress(3, 0, "3 children copied")
    assert not bar.isVisible()
    heard.window.show_progress(9, 18, "9 of 18 children copied")
    settle()
    assert bar.isVisible()
    assert (bar.value(), bar.maximum()) == (9, 18)
    assert "9 of 18 children copied" in heard.words()
    assert "You can use Heard already." in heard.words()
    assert heard.window.steps.rows[-1].stands == "now"
    heard.click("first_run.next")
    assert heard.asked == [("open_asked",)]
    heard.window.show_progress(18, 18, "18 children are on this laptop")
    assert heard.window.steps.rows[-1].stands == "done"
    assert "Everything is here" in heard.words()


def test_the_copying_can_be_stopped_and_goes_on_where_it_stopped(open_at: Callable[[str], Heard]) -> None:
    heard = open_at("copying")
    heard.window.show_progress(312, 10_000, "3 children: 312 of about 10,000 records copied")
    stop = heard.find("first_run.stop", QPushButton)
    assert stop.accessibleName() == "Cancel"
    assert "Nothing that has come is lost." in stop.accessibleDescription()
    heard.click("first_run.stop")
    assert heard.asked == [("copy_stopped",)]
    heard.window.show_progress(0, 0, "3 children are here already.", is_stopped=True)
    assert stop.accessibleName() == "Go on"
    heard.click("first_run.stop")
    assert heard.asked == [("copy_stopped",), ("copy_wanted",)]
    heard.window.show_progress(18, 18, "18 children are on this laptop")
    assert not stop.isVisible(), "nothing is left to stop"


def test_progress_told_before_its_page_is_shown_on_it(open_at: Callable[[str], Heard], settle: Settle) -> None:
    heard = open_at("pin")
    heard.type("24")
    heard.window.show_progress(9, 18, "9 of 18 children copied")
    assert heard.find("first_run.pin", QLineEdit).text() == "24"
    heard.window.go_to("copying")
    settle()
    assert "9 of 18 children copied" in heard.words()


# ---- for everyone --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", STEPS)
def test_everything_that_takes_the_focus_has_a_name_and_a_role(
    open_at: Callable[[str], Heard], settle: Settle, step: str
) -> None:
    heard = open_at("passphrase")
    if step == "code":
        heard.window.show_code(CODE, False)
    heard.window.go_to(step)
    settle()
    role = QAccessible.Role
    stops = [each for each in heard.window.findChildren(QWidget) if each.focusPolicy() & Qt.FocusPolicy.TabFocus]
    stops = [each for each in stops if each.isVisible()]
    assert stops
    for each in stops:
        assert access.name_of(each), each.objectName()
        assert access.role_of(each) in (role.EditableText, role.Button, role.StaticText), each.objectName()


def test_the_steps_say_how_they_stand(open_at: Callable[[str], Heard]) -> None:
    heard = open_at("join")
    names = [access.name_of(row) for row in heard.window.steps.rows]
    assert names[1] == "Step 2, Recovery code, done"
    assert names[2] == "Step 3, Your council, you are here"
    assert names[3] == "Step 4, Screen PIN, to come"


@pytest.mark.parametrize("scale", [1.0, 2.0])
@pytest.mark.parametrize("step", STEPS)
def test_at_1024_by_600_every_page_scrolls_and_cuts_nothing_off(
    open_at: Callable[[str], Heard], look: Theme, settle: Settle, step: str, scale: float
) -> None:
    look.set_look(Look(Scheme.LIGHT, text_scale=scale))
    heard = open_at("passphrase")
    heard.window.resize(1024, 600)
    if step == "code":
        heard.window.show_code(CODE, False)
    heard.window.go_to(step)
    settle()
    assert heard.window.width() == 1024
    page = heard.window.findChildren(ScrollPage)[0]
    assert page.horizontalScrollBar().maximum() == 0
    assert page.content.width() <= page.viewport().width()
    stops = [each for each in page.findChildren(QWidget) if each.focusPolicy() & Qt.FocusPolicy.TabFocus]
    for each in (each for each in stops if each.isVisible()):
        each.setFocus(Qt.FocusReason.TabFocusReason)
        settle()
        assert each.width() >= each.minimumSizeHint().width()
        assert each.visibleRegion().boundingRect().height() == min(each.height(), 600), each.objectName()
    where = heard.find("first_run.where", QLabel)
    assert where.isVisible() is (scale > 1)
