"""A laptop that was copied says so calmly, and joins again from inside the app with nothing lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from models.casebook import Casebook
from models.changes import Touched
from models.errors import Trouble
from models.invented import me_for_trying
from models.status import ATTENTION, Status
from models.store import proofs
from models.store.issues import raise_issue
from models.store.proofs import KEY_CHANGED, NOT_PROVED
from sync.client.proofs import KEY_CHANGED as CHANGED_WORDS
from ui.link import Link
from ui.parts.cover_page import PinAnswer
from ui.parts.labels import PlainLabel
from ui.parts.pages import PageSpec
from ui.theme import Theme
from ui.views.join_again import JoinAgainPage
from ui.views.sync_status import SyncPage
from ui.window import HeardWindow

MUST_JOIN = Status(ATTENTION, 2, must_join=True, words="Another laptop is a copy of this one.")


@pytest.fixture
def it(tmp_path: Path, clock: Any, look: Theme, qtbot: Any, settle: Callable[[], None]) -> Iterator[SimpleNamespace]:
    """Sync and saved and the page of joining again, in the real window; ``asked`` is what was given to the council."""
    casebook = Casebook.open(tmp_path, bytes(32), identity=me_for_trying(), clock=clock)
    link = Link(casebook)
    asked: list[tuple[str, str, str]] = []
    answer: Future[Any] = Future()

    def join(*words: str) -> Future[Any]:
        asked.append(words)  # type: ignore[arg-type]
        return answer

    link.join_again = join
    window = HeardWindow(lambda _text: PinAnswer(True), now=lambda: clock.moment)
    for key, kind in (("sync", SyncPage), ("join_again", JoinAgainPage)):
        window.register(PageSpec(key, key, lambda kind=kind: kind(link, window, look)))
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    window.open("sync")
    settle()
    yield SimpleNamespace(
        casebook=casebook, link=link, window=window, asked=asked, answer=answer, settle=settle,
        page=lambda: window.pages.currentWidget(),
    )  # fmt: skip
    window.close()
    link.close()
    casebook.close()
    link.deleteLater()
    settle()


def press(widget: QWidget) -> None:
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


def open_form(it: SimpleNamespace) -> JoinAgainPage:
    it.link.show_status(MUST_JOIN)
    it.settle()
    press(it.page().banner.button)
    it.settle()
    page = it.page()
    assert isinstance(page, JoinAgainPage)
    return page


def fill(page: JoinAgainPage) -> None:
    page.form.code.line.setText(" ABCDE-FGHJK ")
    page.form.sign_in_name.line.setText("aisha")
    page.form.password.line.setText("a long password ")


def test_the_banner_says_what_is_safe_and_leads_to_joining_again(it: SimpleNamespace) -> None:
    it.link.show_status(MUST_JOIN)
    it.settle()
    banner = it.page().banner
    assert banner.title.text() == "This laptop has to join again"
    assert "Everything written on both is kept" in banner.words.text()
    assert banner.button.words() == "Join again"
    assert isinstance(open_form(it), JoinAgainPage)


def test_what_is_missing_is_said_and_nothing_is_asked_of_the_council(it: SimpleNamespace) -> None:
    page = open_form(it)
    press(page.form.main)
    it.settle()
    assert page.form.summary.isVisible()
    assert it.asked == []


def test_a_right_code_leads_back_to_sync_and_says_that_everything_is_still_there(it: SimpleNamespace) -> None:
    page = open_form(it)
    fill(page)
    press(page.form.main)
    it.settle()
    assert it.asked == [("ABCDE-FGHJK", "aisha", "a long password ")]
    assert not page.form.main.isEnabled()
    it.answer.set_result(it.casebook.me)
    it.settle()
    assert isinstance(it.page(), SyncPage)


def test_a_wrong_code_is_told_and_what_was_typed_stays(it: SimpleNamespace) -> None:
    page = open_form(it)
    fill(page)
    press(page.form.main)
    it.answer.set_exception(Trouble("The council’s server could not take this", "Please check both.", ""))
    it.settle()
    assert page.form.trouble.isVisible()
    assert page.form.sign_in_name.text() == "aisha"
    assert page.form.main.isEnabled()


def test_a_page_left_meanwhile_still_hears_how_it_went(it: SimpleNamespace) -> None:
    page = open_form(it)
    fill(page)
    press(page.form.main)
    it.settle()
    it.window.open("sync")
    it.settle()
    it.answer.set_exception(Trouble("No", "Please check both."))
    it.settle()
    assert isinstance(it.page(), SyncPage)


def test_without_a_council_there_is_nobody_to_join(it: SimpleNamespace) -> None:
    fresh = Link(it.casebook)
    assert isinstance(fresh.join_again("a", "b", "c").exception(), Trouble)
    fresh.close()
    fresh.deleteLater()


def test_what_could_not_be_proved_and_a_changed_key_are_told_in_plain_words(it: SimpleNamespace) -> None:
    desk = it.casebook._desk

    def act(one: Any) -> None:
        raise_issue(one.connection, one.pen, NOT_PROVED, "a record that is gone", "Please ask whoever wrote it.")
        proofs.settle(one.connection, one.pen, [], [], [(CHANGED_WORDS, "somebody")], Touched())

    desk.write(act).result()
    it.page().refresh()
    it.settle()
    told = {notice.kind: notice for notice in it.casebook.notices()}
    assert set(told) == {NOT_PROVED, KEY_CHANGED}
    shown = [label.text() for label in it.page().findChildren(PlainLabel)]
    assert "A laptop of A colleague" in shown
    assert CHANGED_WORDS in shown
