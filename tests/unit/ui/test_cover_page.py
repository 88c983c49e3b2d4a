"""Asking for cover from inside the app: why, for whom, what comes of it, and nothing typed is ever lost."""

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

from models.audience import DUTY_WORKER
from models.casebook import Casebook
from models.entry import Edit
from models.errors import Trouble
from models.exchange import News, Order
from models.identity import Directory
from models.invented import me_for_trying
from ui.link import Link
from ui.parts.cover_page import PinAnswer
from ui.parts.pages import PageSpec
from ui.theme import Theme
from ui.views.children import ChildrenPage
from ui.views.cover import KEPT_CHILD, KEPT_REASON, CoverPage
from ui.views.no_longer import GOING, WAITING
from ui.window import HeardWindow

SARAH, TOM = "01a00000-0000-7000-8000-000000000001", "01a00000-0000-7000-8000-000000000002"


@pytest.fixture
def it(tmp_path: Path, clock: Any, look: Theme, qtbot: Any, settle: Callable[[], None]) -> Iterator[SimpleNamespace]:
    """Children and the page of cover in the real window; ``asked`` is what the council was asked."""
    casebook = Casebook.open(tmp_path, bytes(32), identity=me_for_trying(), clock=clock)
    for scope_id, name, code in ((SARAH, "Sarah", "1001"), (TOM, "Tom", "")):
        draft = casebook.new_draft("child", scope_id)
        casebook.save(draft, {"known_as": Edit("", name), "child_code": Edit("", code)}).result()
    link = Link(casebook)
    asked: list[tuple[str, ...]] = []
    answers: list[Future[Any]] = []

    def ask(*words: str) -> Future[Any]:
        asked.append(words)
        answers.append(Future())
        return answers[-1]

    link.ask_for_cover = ask
    window = HeardWindow(lambda _text: PinAnswer(True), now=lambda: clock.moment)
    for key, kind in (("children", ChildrenPage), ("cover", CoverPage)):
        window.register(PageSpec(key, key, lambda kind=kind: kind(link, window, look)))
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    settle()
    toasts: list[str] = []
    window.toast = lambda words, undo=None: toasts.append(words)  # type: ignore[method-assign]
    yield SimpleNamespace(
        casebook=casebook, link=link, window=window, asked=asked, answers=answers, settle=settle, toasts=toasts,
        page=lambda: window.pages.currentWidget(), clock=clock, wait=qtbot.waitUntil,
    )  # fmt: skip
    window.close()
    link.close()
    casebook.close()
    link.deleteLater()
    settle()


def press(widget: QWidget) -> None:
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


def take(it: SimpleNamespace, scopes: dict[str, str], *orders: Order) -> None:
    """A page of the council's, with what is granted now and what must go."""
    it.casebook.exchange.take(
        [], cursor=1, grants=len(scopes) + 1, filling={}, scopes=scopes, directory=Directory(), news=News(orders=orders)
    ).result()
    it.settle()


def lose_sarah(it: SimpleNamespace) -> None:
    take(it, {SARAH: "social_worker", TOM: "social_worker"})
    it.window.open("children")
    it.settle()
    take(it, {TOM: "social_worker"}, Order("o1", SARAH))
    it.wait(lambda: bool(it.page().no_longer.rows))


def test_a_child_no_longer_assigned_is_a_grey_row_that_says_why_and_leads_to_cover(it: SimpleNamespace) -> None:
    lose_sarah(it)
    (row,) = it.page().no_longer.rows
    assert row.accessibleName() == f"Sarah. {WAITING}"
    assert [one.head for one in it.page().model.rows()] == ["Tom"]
    press(row.button)
    it.settle()
    page = it.page()
    assert isinstance(page, CoverPage)
    assert page.form.child.text() == "1001"
    assert "the number of Sarah" in page.form.child.hint.text()
    QTest.keyClicks(page.form.reason.line, "She rang me from the station")
    press(page.form.main)
    assert it.asked == [("1001", "She rang me from the station")]
    it.answers[0].set_result("2026-11-24T10:30:00.000Z")
    it.settle()
    assert it.window.here().key == "children"
    assert "tomorrow" in it.toasts[-1]
    assert (it.casebook.remembered(KEPT_CHILD), it.casebook.remembered(KEPT_REASON)) == ("", "")


def test_the_grey_row_goes_with_what_it_stands_for_and_a_covered_child_says_so(it: SimpleNamespace) -> None:
    lose_sarah(it)
    exchange = it.casebook.exchange
    exchange.cut_all().result()
    from models.exchange import Receipt

    exchange.settle([Receipt(one.version_id, "held", 0, "Not yours now") for one in exchange.to_send(9)]).result()
    it.window.open("children")
    it.settle()
    (row,) = it.page().no_longer.rows
    assert row.accessibleName() == f"Sarah. {GOING}"
    while exchange.purge():
        pass
    it.window.open("children")
    it.settle()
    assert it.page().no_longer.rows == []
    take(it, {TOM: DUTY_WORKER}, Order("o2", SARAH, "one record"), Order("o3", "a scope without its child"))
    assert it.casebook.leaving_children() == []
    it.page().refresh()
    assert "You cover for a day" in it.page().model.line(it.page().model.rows()[0])


def test_any_other_child_is_asked_for_by_number_also_with_none_on_the_laptop(it: SimpleNamespace) -> None:
    it.window.open("children")
    it.settle()
    press(it.page().no_longer.other)
    it.settle()
    assert isinstance(it.page(), CoverPage)
    assert it.page().form.child.text() == ""
    it.window.open("children")
    it.settle()
    it.page().empty.cover.click()
    it.settle()
    assert isinstance(it.page(), CoverPage)


def test_what_is_missing_is_said_and_nothing_is_asked(it: SimpleNamespace) -> None:
    it.window.open("cover")
    it.settle()
    page = it.page()
    press(page.form.main)
    assert page.form.child.problem.text() == "Type the number of the child"
    assert page.form.reason.problem.text() == "Say why you must see this child"
    page.form.child.line.setText("1001")
    page.form.reason.line.setText("x" * 1001)
    press(page.form.main)
    assert "up to 1,000 letters" in page.form.reason.problem.text()
    assert it.asked == []


def test_offline_it_says_that_it_needs_a_connection_and_what_was_typed_outlives_a_lock(it: SimpleNamespace) -> None:
    it.window.open("cover")
    it.settle()
    page = it.page()
    QTest.keyClicks(page.form.child.line, "1003")
    QTest.keyClicks(page.form.reason.line, "On duty tonight")
    press(page.form.main)
    it.answers[0].set_exception(Trouble("Asking for cover needs a connection", "", "Ask again when you are online."))
    it.settle()
    assert "needs a connection" in page.form.trouble.accessibleName()
    assert "still here" in page.form.trouble.accessibleName()
    assert page.form.answers() == ("1003", "On duty tonight")
    it.window.open("children")
    it.settle()
    it.window.open("cover")
    it.settle()
    assert it.page().form.answers() == ("1003", "On duty tonight")
    assert it.casebook.remembered(KEPT_REASON) == "On duty tonight"


@pytest.mark.parametrize(
    ("until_at", "said"),
    [
        ("2026-11-23T22:00:00.000Z", "today"),
        ("2026-12-02T09:00:00.000Z", "on 2 December"),
        ("no moment", "it ends by itself"),
    ],
)
def test_until_when_is_said_as_people_say_it(it: SimpleNamespace, until_at: str, said: str) -> None:
    it.window.open("cover")
    it.settle()
    assert said in it.page()._until(until_at)


def test_a_child_asked_for_anew_begins_with_an_empty_reason(it: SimpleNamespace) -> None:
    it.casebook.remember(KEPT_CHILD, "1003").result()
    it.casebook.remember(KEPT_REASON, "Another child").result()
    it.window.open("cover", code="1001", name="Sarah")
    it.settle()
    assert it.page().form.answers() == ("1001", "")


def test_an_answer_that_comes_after_the_page_has_gone_is_told_all_the_same(it: SimpleNamespace) -> None:
    it.window.open("cover")
    it.settle()
    it.page().form.child.line.setText("1003")
    it.page().form.reason.line.setText("On duty")
    press(it.page().form.main)
    it.window.open("children")
    it.settle()
    it.answers[0].set_exception(Trouble("You cover for as many children as you can", "Nothing was changed.", ""))
    it.settle()
    assert not it.toasts or "as many children" in it.toasts[-1]
