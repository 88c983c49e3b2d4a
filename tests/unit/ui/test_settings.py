"""Settings, by keys and clicks: a look is applied and kept, the lock, the secrets, and what Heard is made of."""

from __future__ import annotations

import importlib.metadata
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from time import monotonic
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QPlainTextEdit, QScrollArea, QWidget

import resources
from desktop.passphrases import find_weakness
from desktop.screen_pin import check_pin, find_pin_weakness, hash_pin
from desktop.settings import SettingsFile
from models.casebook import Casebook
from models.errors import Trouble
from models.identity import Identity, Worker
from ui import access
from ui.fonts import LEXEND
from ui.link import Link
from ui.parts.pages import PageSpec
from ui.theme import Look, Scheme, Theme
from ui.views.licences import LicencesPage, file_of
from ui.views.settings import SettingsPage
from ui.window import HeardWindow

OLD_PIN, NEW_PIN = "481516", "902714"
OLD_WORDS, NEW_WORDS = "grey herons over the weir", "eleven kites above Morecambe"
ROOT = Path(__file__).parents[3]


class Plain(QWidget):
    def opened(self, **_arguments: object) -> None: ...


class Stage(SimpleNamespace):
    """The window with Settings in it, the settings file it writes, and what was asked of the application."""

    window: HeardWindow
    page: SettingsPage
    file: SettingsFile

    def find(self, key: str) -> Any:
        found = self.page.findChild(QWidget, f"settings.{key}")
        assert found is not None, key
        return found

    def click(self, key: str) -> None:
        part = self.find(key)
        assert part.isVisible(), key
        at = QPoint(10, part.height() // 2) if isinstance(part, QAbstractButton) else part.rect().center()
        QTest.mouseClick(part, Qt.MouseButton.LeftButton, pos=at)

    def type(self, key: str, words: str) -> None:
        part = self.find(key)
        part.setFocus(Qt.FocusReason.TabFocusReason)
        QTest.keyClicks(part, words)

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(self.window.focusWidget() or self.window, key, modifiers)

    def wait_for(self, is_so: Callable[[], bool]) -> None:
        deadline = monotonic() + 8
        while not is_so():
            assert monotonic() < deadline, "it never became so"
            QTest.qWait(2)

    def open(self) -> None:
        self.window.open("settings")
        self.page = self.window.pages.currentWidget()
        QTest.qWait(1)


class Application:
    """Does what the application does for Settings: the real settings file and PIN, an invented vault."""

    def __init__(self, casebook: Casebook, file: SettingsFile) -> None:
        self.casebook, self.file = casebook, file
        self.locks, self.minutes = 0, 0
        self.passphrase = OLD_WORDS
        self.may_finish = Event()
        self.may_finish.set()
        self.is_full = False
        casebook.remember("screen_pin", hash_pin(OLD_PIN)).result()

    def change_settings(self, **choices: Any) -> None:
        if self.is_full:
            raise Trouble("This laptop has no room left", "What was saved before stays.", "Free some room.")
        self.minutes = self.file.change(**choices).lock_minutes

    def change_pin(self, old: str, new: str) -> None:
        if not check_pin(old, self.casebook.remembered("screen_pin")):
            raise Trouble("That is not your PIN now", "Your PIN has not been changed.", "Try again.")
        self.casebook.remember("screen_pin", hash_pin(new)).result()

    def change_passphrase(self, old: str, new: str) -> Any:
        assert self.may_finish.wait(20)
        if old != self.passphrase:
            raise Trouble("That is not your passphrase", "Nothing has been changed.", "Try again.")
        self.passphrase = new
        return SimpleNamespace(has_device_secret=True)

    def lock(self) -> None:
        self.locks += 1

    def choices(self, folder: Path) -> Any:
        # As ui.screens.Choices, which imports every page there is.
        return SimpleNamespace(
            settings=self.file.read,
            change_settings=self.change_settings,
            change_pin=self.change_pin,
            change_passphrase=self.change_passphrase,
            lock=self.lock,
            folder=folder,
            version="0.1.0",
            find_weakness=find_weakness,
            find_pin_weakness=find_pin_weakness,
        )


@pytest.fixture
def stage(qtbot: Any, look: Theme, settle: Callable[[], None], tmp_path: Path, clock: Any) -> Iterator[Stage]:
    me = Identity(
        device_id="d1", device_epoch=1, council_id="wintershire", council_name="Wintershire", timeline="t",
        worker=Worker(worker_id="01977f00-0000-7000-8000-00000000a001", display_name="Aisha Khan"),
    )  # fmt: skip
    casebook = Casebook.open(tmp_path, bytes(range(32)), identity=me, clock=clock)
    link = Link(casebook)
    file = SettingsFile(tmp_path / "settings" / "settings.json")
    application = Application(casebook, file)
    choices = application.choices(tmp_path)
    window = HeardWindow(lambda _pin: pytest.fail("no PIN is asked for here"))
    window.register(PageSpec("today", "Today", Plain, "house", "main", 1, kept=True))
    window.register(
        PageSpec("settings", "Settings", lambda: SettingsPage(link, window, look, choices), "settings", "foot")
    )
    window.register(PageSpec("recently_deleted", "Recently deleted", Plain))
    window.register(PageSpec("my_words", "My dictionary", Plain))
    window.register(PageSpec("licences", "Licences", lambda: LicencesPage(link, window, look)))
    qtbot.addWidget(window)
    window.resize(1366, 768)
    window.show()
    window.activateWindow()
    window.open("today")
    made = Stage(window=window, file=file, app=application, theme=look, folder=tmp_path, casebook=casebook)
    made.open()
    yield made
    application.may_finish.set()
    window.close()
    link.close()
    casebook.close()
    settle()


# ---- how Heard looks ---------------------------------------------------------------------------------------------


def test_a_chosen_look_is_applied_at_once_and_kept(stage: Stage) -> None:
    stage.click("scheme.dark")
    assert stage.theme.look.scheme is Scheme.DARK
    assert stage.theme.is_dark
    stage.click("text_scale.125")
    assert stage.theme.look.text_scale == 1.25
    stage.click(f"typeface.{LEXEND}")
    assert QApplication.font().family() == LEXEND
    stage.click("less_movement")
    assert not stage.theme.moves
    kept = SettingsFile(stage.folder / "settings" / "settings.json").read()
    assert (kept.scheme, kept.text_scale, kept.typeface, kept.less_movement) == ("dark", 1.25, LEXEND, True)


def test_arrow_keys_choose_the_colours_and_the_cursor_stays_on_them(stage: Stage) -> None:
    light = stage.find("scheme.light")
    light.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(light, Qt.Key.Key_Right)
    assert stage.window.focusWidget() is stage.find("scheme.dark")
    assert stage.theme.look.scheme is Scheme.DARK
    assert stage.file.read().scheme == "dark"


def test_taking_an_answer_back_leaves_the_look_as_it_is(stage: Stage) -> None:
    light = stage.find("scheme.light")
    light.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(light, Qt.Key.Key_Delete)
    assert stage.find("scheme").value() == ("light",)
    assert stage.theme.look.scheme is Scheme.LIGHT


def test_the_page_opens_with_what_was_chosen_before(stage: Stage) -> None:
    stage.window.open("today")
    stage.theme.set_look(Look(Scheme.DARK, 1.3, True, LEXEND))
    stage.file.change(lock_minutes=12)
    stage.open()
    assert stage.find("scheme").value() == ("dark",)
    # A size that is not among those offered is still shown as the one that stands.
    assert stage.find("text_scale").value() == ("130",)
    assert stage.find("typeface").value() == (LEXEND,)
    assert stage.find("less_movement").isChecked()
    assert stage.find("lock_minutes").value() == 12


def test_a_look_that_cannot_be_kept_stands_and_says_so_in_place(stage: Stage) -> None:
    stage.app.is_full = True
    stage.click("scheme.dark")
    assert stage.theme.is_dark
    box = stage.find("appearance.trouble")
    assert box.isVisible()
    assert "This laptop has no room left" in access.name_of(box)
    assert "could not be kept" in access.name_of(box)
    stage.app.is_full = False
    stage.click("scheme.light")
    assert not box.isVisible()
    assert stage.file.read().scheme == "light"


# ---- the lock ----------------------------------------------------------------------------------------------------


def test_the_minutes_before_it_locks_are_kept_and_stay_within_one_and_fifteen(stage: Stage) -> None:
    minutes = stage.find("lock_minutes")
    assert minutes.value() == 5
    minutes.setFocus(Qt.FocusReason.TabFocusReason)
    minutes.selectAll()
    QTest.keyClicks(minutes, "15")
    QTest.keyClick(minutes, Qt.Key.Key_Return)
    assert stage.file.read().lock_minutes == 15
    assert stage.app.minutes == 15
    QTest.keyClick(minutes, Qt.Key.Key_Up)
    assert minutes.value() == 15
    QTest.keyClick(minutes, Qt.Key.Key_Down)
    assert stage.file.read().lock_minutes == 14


def test_minutes_typed_and_not_confirmed_are_kept_on_leaving(stage: Stage) -> None:
    minutes = stage.find("lock_minutes")
    minutes.setFocus(Qt.FocusReason.TabFocusReason)
    minutes.selectAll()
    QTest.keyClicks(minutes, "9")
    stage.window.open("today")
    assert stage.file.read().lock_minutes == 9


def test_lock_now_locks(stage: Stage) -> None:
    stage.click("lock_now")
    assert stage.app.locks == 1


# ---- secrets -----------------------------------------------------------------------------------------------------


def fill(stage: Stage, what: str, old: str, new: str, again: str | None = None) -> None:
    stage.type(f"{what}.old", old)
    stage.type(f"{what}.new", new)
    stage.type(f"{what}.again", new if again is None else again)


def test_a_new_pin_is_taken_by_keys_alone(stage: Stage) -> None:
    button = stage.find("change_pin")
    button.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(button, Qt.Key.Key_Space)
    assert stage.window.focusWidget() is stage.find("pin.old")
    for words in (OLD_PIN, NEW_PIN, NEW_PIN):
        QTest.keyClicks(stage.window.focusWidget(), words)
        stage.press(Qt.Key.Key_Return)
    stage.wait_for(lambda: not stage.find("pin.form").isVisible())
    assert check_pin(NEW_PIN, stage.casebook.remembered("screen_pin"))
    assert stage.window.toasts.isVisible()
    assert stage.window.focusWidget() is button
    assert stage.find("pin.old").text() == stage.find("pin.new").text() == ""


def test_a_wrong_old_pin_is_told_in_place_and_nothing_changes(stage: Stage) -> None:
    stage.click("change_pin")
    fill(stage, "pin", "135790", NEW_PIN)
    stage.press(Qt.Key.Key_Return)
    box = stage.find("pin.trouble")
    stage.wait_for(box.isVisible)
    assert access.name_of(box) == "That is not your PIN now Your PIN has not been changed. Try again."
    assert stage.window.focusWidget() is box
    assert stage.find("pin.form").isVisible()
    assert check_pin(OLD_PIN, stage.casebook.remembered("screen_pin"))
    # What was typed stays, and a second try with the right one goes through.
    stage.find("pin.old").clear()
    stage.type("pin.old", OLD_PIN)
    stage.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    stage.wait_for(lambda: not stage.find("pin.form").isVisible())
    assert check_pin(NEW_PIN, stage.casebook.remembered("screen_pin"))


@pytest.mark.parametrize(
    ("old", "new", "again", "link"),
    [
        ("", NEW_PIN, NEW_PIN, "Type your PIN as it is now"),
        (OLD_PIN, "", "", "Choose a PIN"),
        (OLD_PIN, "123456", "123456", "Choose another PIN"),
        (OLD_PIN, NEW_PIN, "902715", "The second PIN is not the same as the first"),
    ],
)
def test_what_is_missing_or_weak_is_told_before_anything_is_asked(
    stage: Stage, old: str, new: str, again: str, link: str
) -> None:
    stage.click("change_pin")
    fill(stage, "pin", old, new, again)
    QTest.mouseClick(stage.find("pin.change"), Qt.MouseButton.LeftButton)
    summary = stage.find("pin.summary")
    assert summary.isVisible()
    assert [one.words() for one in summary.links()] == [link]
    assert stage.window.focusWidget() is summary
    assert check_pin(OLD_PIN, stage.casebook.remembered("screen_pin"))


def test_a_new_passphrase_is_made_beside_the_screen(stage: Stage) -> None:
    stage.app.may_finish.clear()
    stage.click("change_passphrase")
    fill(stage, "passphrase", OLD_WORDS, NEW_WORDS)
    stage.press(Qt.Key.Key_Return)
    # The work waits on its own thread while the page goes on answering.
    stage.wait_for(lambda: "few seconds" in stage.find("passphrase.status").text())
    assert not stage.find("passphrase.change").isEnabled()
    stage.click("scheme.dark")
    assert stage.theme.is_dark
    stage.press(Qt.Key.Key_Escape)
    assert stage.find("passphrase.form").isVisible()
    stage.app.may_finish.set()
    stage.wait_for(lambda: not stage.find("passphrase.form").isVisible())
    assert stage.app.passphrase == NEW_WORDS


def test_a_passphrase_changed_after_the_page_was_left_is_still_told(stage: Stage) -> None:
    stage.app.may_finish.clear()
    stage.click("change_passphrase")
    fill(stage, "passphrase", OLD_WORDS, NEW_WORDS)
    stage.press(Qt.Key.Key_Return)
    stage.window.open("today")
    stage.wait_for(lambda: stage.window.findChild(SettingsPage) is None)
    stage.app.may_finish.set()
    stage.wait_for(stage.window.toasts.isVisible)
    assert stage.app.passphrase == NEW_WORDS
    assert "Your passphrase has been changed." in [one.text() for one in stage.window.toasts.findChildren(QLabel)]


def test_a_wrong_old_passphrase_is_told_in_place(stage: Stage) -> None:
    stage.click("change_passphrase")
    fill(stage, "passphrase", "something else altogether", NEW_WORDS)
    stage.press(Qt.Key.Key_Return)
    stage.wait_for(stage.find("passphrase.trouble").isVisible)
    assert stage.app.passphrase == OLD_WORDS


def test_escape_leaves_the_form_first_and_forgets_what_was_typed(stage: Stage) -> None:
    stage.click("change_pin")
    stage.type("pin.old", OLD_PIN)
    stage.press(Qt.Key.Key_Escape)
    assert not stage.find("pin.form").isVisible()
    assert stage.find("pin.old").text() == ""
    assert stage.window.focusWidget() is stage.find("change_pin")
    stage.press(Qt.Key.Key_Escape)
    here = stage.window.here()
    assert here is not None
    assert here.key == "today"


def test_only_one_form_is_open_at_a_time(stage: Stage) -> None:
    stage.click("change_pin")
    stage.click("change_passphrase")
    assert not stage.find("pin.form").isVisible()
    assert stage.window.focusWidget() is stage.find("passphrase.old")


# ---- the rest of the page ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["recently_deleted", "my_words", "keys", "licences"])
def test_every_row_leads_to_its_page(stage: Stage, key: str) -> None:
    row = stage.find(key)
    row.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(row, Qt.Key.Key_Space)
    here = stage.window.here()
    assert here is not None
    assert here.key == key


def test_the_version_and_the_folder_are_told(stage: Stage) -> None:
    assert stage.find("version").text() == "Version 0.1.0"
    assert stage.find("folder").text() == str(stage.folder)


def test_every_control_has_a_name_a_role_and_an_objectname_and_tab_reaches_it(stage: Stage) -> None:
    stops: list[QWidget] = []
    stage.page.setFocus()
    stage.press(Qt.Key.Key_Tab)
    while (at := stage.window.focusWidget()) not in stops and stage.page.isAncestorOf(at):
        stops.append(at)
        QTest.keyClick(at, Qt.Key.Key_Tab)
    reached = {one.objectName() for one in stops}
    assert {f"settings.{key}" for key in (
        "scheme.light", "text_scale.100", "less_movement", "lock_minutes", "lock_now", "change_pin",
        "change_passphrase", "recently_deleted", "my_words", "keys", "folder", "licences",
    )} <= reached  # fmt: skip
    assert all(access.name_of(one) and one.objectName() for one in stops)


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_nothing_is_cut_off_at_the_sides_of_the_smallest_window(
    stage: Stage, scale: float, settle: Callable[[], None]
) -> None:
    stage.window.resize(1024, 600)
    stage.theme.set_look(Look(Scheme.LIGHT, scale))
    stage.click("change_passphrase")
    settle()
    scroll = stage.page.findChild(QScrollArea)
    assert scroll.widget().width() <= scroll.viewport().width()
    inside = scroll.widget().rect()
    for part in scroll.widget().findChildren(QWidget):
        if part.isVisible() and part.objectName().startswith("settings."):
            left = part.mapTo(scroll.widget(), QPoint(0, 0)).x()
            assert left >= 0, part.objectName()
            assert left + part.width() <= inside.width(), part.objectName()
            if isinstance(part, QAbstractButton):
                assert part.width() >= part.minimumSizeHint().width(), part.objectName()


def test_two_columns_where_there_is_room_and_one_where_there_is_not(stage: Stage, settle: Callable[[], None]) -> None:
    def lefts() -> set[int]:
        settle()
        return {stage.find(key).mapTo(stage.page, QPoint(0, 0)).x() for key in ("appearance", "lock")}

    assert len(lefts()) == 2
    stage.window.resize(1100, 700)
    assert len(lefts()) == 1
    stage.window.resize(1366, 768)
    assert len(lefts()) == 2
    stage.theme.set_look(Look(Scheme.LIGHT, 1.5))
    assert len(lefts()) == 1


def test_larger_text_leaves_the_pressed_answer_in_sight(stage: Stage, settle: Callable[[], None]) -> None:
    stage.window.resize(1024, 600)
    settle()
    chip = stage.find("text_scale.200")
    QTest.mouseClick(chip, Qt.MouseButton.LeftButton)
    settle()
    viewport = stage.page.findChild(QScrollArea).viewport()
    at = chip.mapTo(viewport, chip.rect().center())
    assert viewport.rect().contains(at)


# ---- licences ----------------------------------------------------------------------------------------------------


def listed() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(resources.path("words", "licences.json").read_text("utf-8"))
    return found


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_part_that_is_shipped_is_named_and_no_other() -> None:
    lock = (ROOT / "requirements" / "run.lock").read_text("utf-8")
    shipped = {plain(name) for name in re.findall(r"^([A-Za-z0-9_.-]+)==", lock, re.MULTILINE)}
    assert {plain(part["name"]) for part in listed()["parts"]} == shipped


def test_each_part_is_under_the_licence_that_it_says_itself() -> None:
    said = {plain(one.metadata["Name"]): one.metadata for one in importlib.metadata.distributions()}
    checked = 0
    for part in listed()["parts"]:
        expression = (said.get(plain(part["name"])) or {}).get("License-Expression")
        if expression:
            checked += 1
            assert part["licence"] == expression, part["name"]
    assert checked > 20


def test_every_licence_file_of_typefaces_icons_and_libraries_can_be_read_on_the_page(stage: Stage) -> None:
    stage.window.open("licences")
    page = stage.window.findChild(LicencesPage)
    box = page.findChild(QPlainTextEdit)
    seen = []
    page.picker.setFocus(Qt.FocusReason.TabFocusReason)
    for text in listed()["texts"]:
        assert page.picker.currentText() == text["title"]
        assert box.toPlainText().strip() == file_of(text).read_text("utf-8").strip()
        seen.append(file_of(text))
        QTest.keyClick(page.picker, Qt.Key.Key_Down)
    bundled = [*resources.HERE.rglob("LICENSE*"), *resources.path("licences").glob("*.txt")]
    assert {one for one in bundled if one.stem != "README"} <= set(seen)


def test_the_notices_of_qt_sqlcipher_and_openssl_stand_on_the_page(stage: Stage) -> None:
    stage.window.open("licences")
    page = stage.window.findChild(LicencesPage)
    words = "\n".join(label.text() for label in page.findChildren(QLabel))
    assert "GNU Lesser General Public License, version 3" in words
    assert "ZETETIC LLC" in words
    assert "The OpenSSL Project Authors" in words
