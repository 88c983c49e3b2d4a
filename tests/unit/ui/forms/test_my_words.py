"""My dictionary: what the worker added, taken out by a click or a key, with an undo."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from typing import Any

import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from models.errors import StoreFull
from ui import access
from ui.parts.buttons import Button
from ui.parts.empty_state import EmptyState
from ui.spelling import KEPT, Spelling
from ui.views.my_words import NONE_YET, MyWordsPage


class Silent:
    """A dictionary that nobody asks."""

    def check(self, _words: object) -> Future[list[bool]]:
        return Future()

    def suggest(self, _word: str, _also: object) -> Future[list[str]]:
        return Future()


@pytest.fixture
def page(stage: Any, show: Callable[..., Any]) -> Iterator[MyWordsPage]:
    stage.casebook.remember(KEPT, '["skool", "Xolani", "banter"]').result()
    stage.link.spelling = Spelling(stage.link, Silent())
    page = MyWordsPage(stage.link, stage.pages, stage.look)
    show(page)
    page.opened()
    yield page
    page.close()


def words(page: MyWordsPage) -> list[str]:
    return [button.text() for button in page.findChildren(Button) if button.isVisible()]


def test_the_words_stand_in_order_each_with_its_name(page: MyWordsPage) -> None:
    assert words(page) == ["banter", "skool", "Xolani"]
    assert page.page_title() == "My dictionary"
    button = page.findChild(Button, "my_words.skool")
    assert access.name_of(button) == "Take out “skool”"


def test_a_click_takes_a_word_out_for_good_and_undo_brings_it_back(stage: Any, page: MyWordsPage) -> None:
    QTest.mouseClick(page.findChild(Button, "my_words.skool"), Qt.MouseButton.LeftButton)
    stage.written()
    assert words(page) == ["banter", "Xolani"]
    assert stage.casebook.remembered(KEPT) == '["Xolani", "banter"]'
    assert stage.pages.toasts == ["“skool” is out of your dictionary"]
    stage.pages.undo()
    stage.written()
    assert words(page) == ["banter", "skool", "Xolani"]


def test_without_words_it_says_how_to_add_one(stage: Any, page: MyWordsPage) -> None:
    for word in ("banter", "skool", "Xolani"):
        button = page.findChild(Button, f"my_words.{word}")
        button.setFocus(Qt.FocusReason.TabFocusReason)
        QTest.keyClick(button, Qt.Key.Key_Space)
        stage.written()
    assert words(page) == []
    shown = [each for each in page.findChildren(EmptyState) if each.isVisible()]
    assert [each.words.text() for each in shown] == [NONE_YET]


def test_a_word_that_cannot_be_kept_out_is_told_on_the_page(
    stage: Any, page: MyWordsPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    full: Future[None] = Future()
    full.set_exception(StoreFull("The disk is full", "What was saved is safe.", "Make room."))
    monkeypatch.setattr(stage.casebook, "remember", lambda _name, _value: full)
    QTest.mouseClick(page.findChild(Button, "my_words.skool"), Qt.MouseButton.LeftButton)
    stage.wait_for(lambda: page.trouble.isVisible())
    assert "The disk is full" in page.trouble.title.text()
    page.opened()
    assert not page.trouble.isVisible()


def test_without_a_dictionary_the_page_stands_empty(stage: Any, show: Callable[..., Any]) -> None:
    page = MyWordsPage(stage.link, stage.pages, stage.look)
    show(page)
    page.opened()
    assert words(page) == []


def test_a_page_that_has_gone_hears_nothing_more_of_the_dictionary(stage: Any) -> None:
    stage.link.spelling = Spelling(stage.link, Silent())
    page = MyWordsPage(stage.link, stage.pages, stage.look)
    shiboken6.delete(page)
    stage.link.spelling.learned.emit(frozenset({"skool"}))
    stage.link.spelling.failed.emit(StoreFull("The disk is full", "What was saved is safe.", "Make room."))
