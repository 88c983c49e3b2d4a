"""Planning a visit by real keys and presses: what is filled in, what the child asks for, moving and cancelling."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from time import monotonic
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from models.casebook import Casebook
from models.entry import Edit
from models.identity import Identity, Worker
from models.invented import make_caseload
from models.query import Query
from models.today import todays_visits, visits_query
from ui import access
from ui.link import Link
from ui.parts.banner import Banner
from ui.parts.cover_page import PinAnswer
from ui.parts.pages import PageSpec
from ui.views.plan import NO_DAY, PlanPage
from ui.window import HeardWindow

K, CTRL = Qt.Key, Qt.KeyboardModifier.ControlModifier
ME = Worker(worker_id="01977f00-0000-7000-8000-00000000a001", display_name="Aisha Khan", job_title="Social worker")


class Other(QWidget):
    """A page that only remembers what it was opened with."""

    log: list[tuple[str, dict[str, Any]]]

    def __init__(self, key: str, log: list[tuple[str, dict[str, Any]]]) -> None:
        super().__init__()
        self.page_key, self.log = key, log

    def opened(self, **arguments: Any) -> None:
        self.log.append((self.page_key, arguments))


@pytest.fixture
def at(tmp_path: Path, clock: Any, look: Any, qtbot: Any, settle: Callable[[], None]) -> Iterator[SimpleNamespace]:
    """A window over an invented caseload; Sarah asks for seven days' notice and to be reached through her grandad."""
    identity = Identity(
        device_id="d", device_epoch=1, council_id="c", council_name="Invented Council", worker=ME, timeline="t"
    )
    casebook = Casebook.open(tmp_path, bytes(range(32)), identity=identity, clock=clock)
    load = make_caseload(casebook, 3, 15)
    link, window = Link(casebook), HeardWindow(lambda _pin: PinAnswer(False))
    log: list[tuple[str, dict[str, Any]]] = []
    window.register(PageSpec("plan", "Plan a visit", lambda: PlanPage(link, window, look)))
    for key in ("today", "note", "edit", "two_versions", "knock"):
        window.register(PageSpec(key, key, lambda key=key: Other(key, log)))  # type: ignore[misc]
    qtbot.addWidget(window)
    window.resize(1366, 768)
    window.show()
    window.activateWindow()
    qtbot.waitExposed(window)
    window.open("today")
    settle()
    scope = next(iter(load.scopes))
    it = SimpleNamespace(casebook=casebook, link=link, window=window, log=log, scope=scope, load=load, settle=settle)
    it.before = ids_of(it)
    yield it
    window.close()
    link.close()
    casebook.close()
    settle()


def ids_of(at: SimpleNamespace) -> set[str]:
    return {one.record_id for one in at.casebook.select(Query(types=("planned_visit",), limit=500))}


def new_one(at: SimpleNamespace) -> dict[str, Any]:
    """The body of the only visit planned in this test."""
    (found,) = ids_of(at) - at.before
    return dict(at.casebook.entry(found).body)


def wait_for(is_so: Callable[[], Any], seconds: float = 8) -> None:
    deadline = monotonic() + seconds
    while not is_so():
        assert monotonic() < deadline, "it never became so"
        QTest.qWait(2)


def open_plan(at: SimpleNamespace, **arguments: Any) -> PlanPage:
    at.window.open("plan", **arguments)
    at.settle()
    page = at.window.pages.currentWidget()
    assert isinstance(page, PlanPage)
    return page


def box(page: PlanPage, name: str) -> Any:
    assert page.form is not None
    return page.form.rows[name].editor.target()


def type_day(page: PlanPage, words: str, name: str = "planned_at") -> None:
    day = box(page, name)
    day.setFocus()
    day.selectAll()
    QTest.keyClicks(day, words)


def put_plan(at: SimpleNamespace, **body: Any) -> str:
    draft = at.casebook.new_draft("planned_visit", at.scope)
    whole = {"planned_at": "2026-12-07T10:30:00.000Z", "place": "home", "visit_kind": "statutory", "state": "planned",
             "goes_id": ME.worker_id, **body}  # fmt: skip
    at.casebook.save(draft, {name: Edit(None, value) for name, value in whole.items()}).result()
    at.casebook.cut(draft.record_id).result()
    at.settle()
    at.before = ids_of(at)
    return str(draft.record_id)


def body(at: SimpleNamespace, record_id: str) -> dict[str, Any]:
    return dict(at.casebook.entry(record_id).body)


# ---- what stands there at first ------------------------------------------------------------------------------------


def test_a_plan_opens_with_the_child_the_next_usual_day_and_me(at: SimpleNamespace) -> None:
    page = open_plan(at, scope_id=at.scope)
    assert page.head.title.text() == "Plan a visit – Sarah, 17"
    assert page.form is not None
    assert page.who_goes is not None
    offered = page.form.body()
    assert datetime.fromisoformat(offered["planned_at"]).date() >= datetime(2026, 11, 30).date()
    assert page.who_goes.box.currentText() == "Aisha Khan (me)"
    assert (offered["goes_id"], offered["state"]) == (ME.worker_id, "planned")
    assert box(page, "planned_at").hasFocus()
    assert page.warning is not None
    assert page.warning.isHidden()


def test_a_plan_that_nobody_touched_leaves_nothing_behind(at: SimpleNamespace) -> None:
    page = open_plan(at, scope_id=at.scope)
    QTest.keyClick(page.window().focusWidget(), K.Key_Escape)
    at.settle()
    assert at.window.here().key == "today"
    at.casebook.remember("written", "so far").result()
    assert ids_of(at) == at.before


def test_ctrl_enter_plans_the_visit_as_it_was_filled_in_and_goes_back(at: SimpleNamespace) -> None:
    page = open_plan(at, scope_id=at.scope)
    assert page.done_button.words() == "Plan this visit"
    wanted = page.form.body()["planned_at"] if page.form else ""
    QTest.keyClick(at.window.focusWidget(), K.Key_Return, CTRL)
    wait_for(lambda: at.window.here().key == "today")
    assert new_one(at) == {"planned_at": wanted, "goes_id": ME.worker_id, "state": "planned"}
    assert at.window.toasts.isVisible()


def test_the_first_word_saves_the_plan_with_what_was_filled_in(at: SimpleNamespace) -> None:
    page = open_plan(at, scope_id=at.scope)
    box(page, "purpose").setFocus()
    QTest.keyClicks(box(page, "purpose"), "To talk about school")
    wait_for(lambda: page.save_line.text().startswith("Saved on this laptop "))
    assert new_one(at)["purpose"] == "To talk about school"
    assert new_one(at)["state"] == "planned"
    assert at.window.here().arguments == {"scope_id": at.scope, "record_id": page.record_id}
    assert page.done_button.words() == "Done"


def test_coming_back_to_a_plan_just_begun_shows_that_plan_and_not_another(at: SimpleNamespace) -> None:
    page = open_plan(at, scope_id=at.scope)
    box(page, "purpose").setFocus()
    QTest.keyClicks(box(page, "purpose"), "School")
    wait_for(lambda: page.save_line.text().startswith("Saved"))
    record_id = page.record_id
    at.window.open("edit", type="person_i_trust", scope_id=at.scope)
    at.window.back()
    at.settle()
    page = at.window.pages.currentWidget()
    assert page.record_id == record_id
    assert box(page, "purpose").plain() == "School"


def test_without_a_child_it_asks_whom_and_takes_the_answer_by_keyboard(at: SimpleNamespace) -> None:
    page = open_plan(at)
    assert page.form is None
    chooser = at.window.focusWidget()
    assert chooser.accessibleName() == "Child or young person"
    QTest.keyClicks(chooser, "Sarah")
    QTest.keyClick(at.window.focusWidget(), K.Key_Return)
    wait_for(lambda: at.window.here().arguments.get("scope_id"))
    at.settle()
    page = at.window.pages.currentWidget()
    assert page.head.title.text() == "Plan a visit – Sarah, 17"


# ---- what the child asks for ---------------------------------------------------------------------------------------


def test_too_short_a_notice_is_said_beside_the_day_while_it_is_typed(at: SimpleNamespace) -> None:
    page = open_plan(at, scope_id=at.scope)
    assert page.warning is not None
    type_day(page, "thu")
    assert page.warning.isVisible()
    assert page.warning.words.text() == "Sarah asks for 7 days’ notice. This visit is in 3 days."
    assert "7 days’ notice" in box(page, "planned_at").accessibleDescription()
    at.settle()
    top = page.warning.mapTo(page, page.warning.rect().topLeft()).y()
    day = box(page, "planned_at")
    assert 0 < top - day.mapTo(page, day.rect().bottomLeft()).y() < 40
    type_day(page, "30 nov")
    assert page.warning.isHidden()


def test_a_warning_never_stands_in_the_way(at: SimpleNamespace) -> None:
    page = open_plan(at, scope_id=at.scope)
    type_day(page, "tomorrow")
    QTest.keyClick(box(page, "planned_at"), K.Key_Return, CTRL)
    wait_for(lambda: at.window.here().key == "today")
    assert new_one(at)["planned_at"].startswith("2026-11-24")


def test_a_child_told_in_time_asks_for_nothing_more(at: SimpleNamespace) -> None:
    record_id = put_plan(at, planned_at="2026-11-26T10:30:00.000Z")
    page = open_plan(at, record_id=record_id)
    assert page.warning is not None
    assert page.warning.isVisible()
    type_day(page, "16 nov", "notice_given_on")
    assert page.warning.isHidden()
    type_day(page, "21 nov", "notice_given_on")
    assert page.warning.words.text() == "Sarah asks for 7 days’ notice. Sarah was told 5 days before."


def test_whom_to_speak_to_first_stands_by_the_day_and_follows_what_the_child_changes(at: SimpleNamespace) -> None:
    page = open_plan(at, scope_id=at.scope)
    assert page.first is not None
    assert page.first.isVisible()
    assert page.first.words.text().startswith("Speak to Grandad (Pete) first.")
    wishes = at.casebook.one("communication_preferences", at.scope)
    person = at.casebook.new_draft("person_i_trust", at.scope)
    at.casebook.save(person, {"name": Edit(None, "Nan"), "relationship": Edit(None, "My nan")}).result()
    seen = wishes.body.get("contact_first_through_id")
    at.casebook.save(wishes.draft(), {"contact_first_through_id": Edit(seen, person.record_id)}).result()
    words = page.first.words
    wait_for(lambda: words.text() == "Speak to Nan first.")


# ---- who goes ------------------------------------------------------------------------------------------------------


def test_a_colleague_who_goes_is_chosen_by_keyboard_and_saved(at: SimpleNamespace) -> None:
    page = open_plan(at, scope_id=at.scope)
    assert page.who_goes is not None
    page.who_goes.box.setFocus()
    QTest.keyClick(page.who_goes.box, K.Key_Down)
    chosen = page.who_goes.box.currentData()
    assert chosen != ME.worker_id
    wait_for(lambda: ids_of(at) - at.before)
    assert new_one(at)["goes_id"] == chosen


def test_tab_goes_through_the_questions_as_the_eye_does(at: SimpleNamespace) -> None:
    open_plan(at, scope_id=at.scope)
    wanted = [
        "planned_at", "place", "visit_kind", "purpose", "goes_id", "also_going", "notice_given_on", "notice_given_how",
        "notice_through_id",
    ]  # fmt: skip
    found: list[str] = []
    for _ in range(14):
        now = at.window.focusWidget()
        name = now.objectName().removeprefix("planned_visit.")
        if name in wanted and name not in found:
            found.append(name)
        QTest.keyClick(now, K.Key_Tab)
    assert found == wanted


def test_everything_that_takes_the_focus_has_a_name(at: SimpleNamespace) -> None:
    page = open_plan(at, record_id=put_plan(at, state="cancelled"))
    for widget in page.findChildren(QWidget):
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisible():
            assert access.name_of(widget), widget


# ---- moving and cancelling -----------------------------------------------------------------------------------------


def test_a_moved_visit_asks_what_the_child_was_told_and_keeps_the_day_it_was_planned_for(at: SimpleNamespace) -> None:
    record_id = put_plan(at)
    page = open_plan(at, record_id=record_id)
    QTest.mouseClick(page.move_button, Qt.MouseButton.LeftButton)
    wait_for(lambda: body(at, record_id)["state"] == "moved")
    assert page.note.words.text().startswith("Moved. Write down the new day, and what Sarah was told.")
    assert box(page, "planned_at").hasFocus()
    QTest.keyClicks(box(page, "planned_at"), "14 dec")
    assert page.form is not None
    assert page.form.rows["why_changed"].isVisible()
    box(page, "why_changed").setFocus()
    QTest.keyClicks(box(page, "why_changed"), "That I have a training day")
    assert page.head.title.text() == "Planned visit – Sarah, 17"
    QTest.keyClick(box(page, "why_changed"), K.Key_Return, CTRL)
    wait_for(lambda: at.window.here().key == "today")
    now = body(at, record_id)
    assert (now["planned_at"][:10], now["why_changed"]) == ("2026-12-14", "That I have a training day")
    days = [version.read_body()["planned_at"][:10] for version in at.casebook.history(record_id)]
    assert "2026-12-07" in days


def test_a_cancelled_visit_stays_on_record_and_leaves_today(at: SimpleNamespace) -> None:
    record_id = put_plan(at, planned_at="2026-11-23T15:00:00.000Z")
    page = open_plan(at, record_id=record_id)
    QTest.mouseClick(page.cancel_button, Qt.MouseButton.LeftButton)
    wait_for(lambda: body(at, record_id)["state"] == "cancelled")
    at.settle()
    assert box(page, "why_changed").hasFocus()
    QTest.keyClicks(box(page, "why_changed"), "That I am ill")
    wait_for(lambda: body(at, record_id).get("why_changed") == "That I am ill")
    assert page.cancel_button.isHidden()
    assert page.start_button.isHidden()
    casebook = at.casebook
    planned = casebook.select(visits_query(casebook.clock.today()))
    visits = todays_visits(planned, (), ME.worker_id, casebook.clock.now())
    assert record_id not in {visit.record_id for visit in visits}
    QTest.mouseClick(page.again_button, Qt.MouseButton.LeftButton)
    wait_for(lambda: body(at, record_id)["state"] == "planned")
    assert page.cancel_button.isVisible()
    assert page.note is None or page.note.isHidden()


def test_what_the_child_was_told_is_asked_for_once_and_never_twice(at: SimpleNamespace) -> None:
    page = open_plan(at, record_id=put_plan(at, state="cancelled"))
    QTest.keyClick(at.window.focusWidget(), K.Key_Return, CTRL)
    at.settle()
    asks = page.findChild(Banner, "plan.asks")
    assert asks is not None
    assert asks.isVisible()
    assert page.problems.isHidden()
    assert box(page, "why_changed").hasFocus()
    QTest.keyClick(at.window.focusWidget(), K.Key_Return, CTRL)
    wait_for(lambda: at.window.here().key == "today")


def test_another_day_for_a_visit_planned_before_reminds_of_the_first(at: SimpleNamespace) -> None:
    page = open_plan(at, record_id=put_plan(at))
    assert page.earlier is not None
    assert page.earlier.isHidden()
    type_day(page, "9 dec")
    assert page.earlier.words.text() == (
        "It was planned for Mon 7 Dec, 10:30. If Sarah was told that, choose Move this visit."
    )
    assert page.earlier.isVisible()
    type_day(page, "7 dec")
    assert page.earlier.isHidden()


def test_a_plan_not_made_yet_cannot_be_cancelled(at: SimpleNamespace) -> None:
    page = open_plan(at, scope_id=at.scope)
    assert page.move_button.isHidden()
    assert page.cancel_button.isHidden()
    assert page.tools.isHidden()


def test_a_visit_cancelled_on_another_laptop_says_so_here(at: SimpleNamespace) -> None:
    record_id = put_plan(at)
    page = open_plan(at, record_id=record_id)
    assert page.note is None or page.note.isHidden()
    at.casebook.save(at.casebook.entry(record_id).draft(), {"state": Edit("planned", "cancelled")}).result()
    wait_for(lambda: page.note is not None and page.note.isVisible())
    assert page.again_button.isVisible()


# ---- going on ------------------------------------------------------------------------------------------------------


def test_the_note_of_todays_visit_is_one_press_away(at: SimpleNamespace) -> None:
    record_id = put_plan(at, planned_at="2026-11-23T15:00:00.000Z")
    page = open_plan(at, record_id=record_id)
    assert page.start_button.words() == "Start visit note"
    QTest.mouseClick(page.start_button, Qt.MouseButton.LeftButton)
    wait_for(lambda: at.window.here().key == "note")
    assert at.log[-1] == ("note", {"scope_id": at.scope, "planned_visit_id": record_id})


def test_a_visit_of_another_day_has_no_note_to_start(at: SimpleNamespace) -> None:
    page = open_plan(at, record_id=put_plan(at))
    assert page.start_button.isHidden()
    type_day(page, "today")
    assert page.start_button.isVisible()


def test_a_note_already_begun_is_opened_and_not_another(at: SimpleNamespace) -> None:
    record_id = put_plan(at, planned_at="2026-11-23T09:00:00.000Z")
    draft = at.casebook.new_draft("visit_note", at.scope)
    edits = {"planned_visit_id": Edit(None, record_id), "visited_at": Edit(None, "2026-11-23T09:00:00.000Z")}
    at.casebook.save(draft, edits).result()
    page = open_plan(at, record_id=record_id)
    assert page.start_button.words() == "Go on writing"
    QTest.mouseClick(page.start_button, Qt.MouseButton.LeftButton)
    wait_for(lambda: at.window.here().key == "note")
    assert at.log[-1] == ("note", {"record_id": draft.record_id})


def test_a_plan_without_a_day_says_so_and_stays(at: SimpleNamespace) -> None:
    page = open_plan(at, record_id=put_plan(at))
    day = box(page, "planned_at")
    day.selectAll()
    QTest.keyClick(day, K.Key_Delete)
    assert page.form is not None
    (time,) = [each for each in page.form.rows["planned_at"].editor.boxes() if each is not day]
    time.setFocus()
    QTest.keyClick(time, K.Key_A, CTRL)
    QTest.keyClick(time, K.Key_Delete)
    QTest.keyClick(time, K.Key_Return, CTRL)
    at.settle()
    assert at.window.here().key == "plan"
    assert [link.words() for link in page.problems.links()] == [NO_DAY]
    QTest.keyClick(page.problems, K.Key_Tab)
    QTest.keyClick(at.window.focusWidget(), K.Key_Space)
    assert day.hasFocus()


def test_a_day_that_cannot_be_read_holds_the_page_once_and_never_twice(at: SimpleNamespace) -> None:
    page = open_plan(at, record_id=put_plan(at))
    type_day(page, "11/23")
    QTest.keyClick(box(page, "planned_at"), K.Key_Escape)
    at.settle()
    assert at.window.here().key == "plan"
    assert page.problems.isVisible()
    QTest.keyClick(at.window.focusWidget(), K.Key_Escape)
    at.settle()
    assert at.window.here().key == "today"


def test_ctrl_s_says_how_it_stands_and_ctrl_z_takes_a_choice_back(at: SimpleNamespace) -> None:
    record_id = put_plan(at)
    page = open_plan(at, record_id=record_id)
    place = box(page, "place")
    place.setFocus()
    QTest.keyClick(place, K.Key_Down)
    wait_for(lambda: body(at, record_id)["place"] != "home")
    assert page.act("undo")
    wait_for(lambda: body(at, record_id)["place"] == "home")
    QTest.keyClick(place, K.Key_S, CTRL)
    wait_for(lambda: at.window.toasts.isVisible())


def test_a_visit_no_longer_on_this_laptop_is_said_to_be_so(at: SimpleNamespace) -> None:
    page = open_plan(at, scope_id=at.scope, record_id="01977f00-0000-7000-8000-00000000ffff")
    assert page.form is None
    assert page.content is not None
    assert page.content.isVisible()
    assert page.done_button.isHidden()
    assert QApplication.focusWidget() is not None
