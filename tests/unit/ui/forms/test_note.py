"""The visit note from the first key to Finish, and what may still be done afterwards."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget

from models.clock import to_stamp
from models.entry import Edit
from models.errors import StoreFull
from models.query import Query
from ui import access
from ui.parts.bullet_list import BulletList
from ui.parts.knock_strip import KnockStrip
from ui.parts.voice_quote import VoiceQuote
from ui.views.note import SAFE, NotePage

KEY, LEFT = Qt.Key, Qt.MouseButton.LeftButton
HALF_PAST_TEN = to_stamp(datetime(2026, 11, 23, 10, 30, tzinfo=UTC))
WHOLE = {
    "visited_at": HALF_PAST_TEN, "place": "home", "visit_kind": "statutory", "seen": "yes", "seen_alone": "yes",
    "what_happened": "We talked.",
}  # fmt: skip


@pytest.fixture
def page(stage: Any, show: Callable[..., QWidget]) -> Any:
    page = NotePage(stage.link, stage.pages, stage.look)
    show(page, 1366, 704)
    return page


@pytest.fixture
def planned(stage: Any) -> str:
    body = {"planned_at": HALF_PAST_TEN, "place": "home", "visit_kind": "statutory", "state": "confirmed"}
    return stage.put("planned_visit", {**body, "goes_id": stage.me.worker_id})


def type_in(words: str) -> None:
    QTest.keyClicks(QApplication.focusWidget(), words)


def press(widget: QWidget) -> None:
    QTest.mouseClick(widget, LEFT)


def find(page: QWidget, name: str) -> Any:
    found = page.findChild(QWidget, name)
    assert found is not None, name
    return found


def choose(page: QWidget, name: str) -> None:
    chip = find(page, name)
    chip.setFocus()
    QTest.mouseClick(chip, LEFT)


def fill(page: Any, stage: Any) -> None:
    """A short complete note: three taps and a sentence."""
    type_in("We talked.")
    choose(page, "visit_note.seen.yes")
    choose(page, "visit_note.seen_alone.yes")
    page.act("flush")
    stage.wait_for(lambda: not page._form.has_unsaved())


def texts(page: QWidget) -> str:
    for _ in range(3):
        QApplication.processEvents()
    shown = [label for label in page.findChildren(QLabel) if label.isVisible()]
    return "\n".join(label.accessibleName() or label.text() for label in shown)


# ---- opening -------------------------------------------------------------------------------------------------------


def test_a_note_opens_with_the_cursor_in_what_happened_and_the_visit_filled_in(
    page: Any, stage: Any, planned: str
) -> None:
    page.opened(scope_id=stage.scope, planned_visit_id=planned)
    assert QApplication.focusWidget().objectName() == "visit_note.what_happened"
    assert find(page, "visit_note.visited_at").text() == "23 November 2026"
    assert find(page, "visit_note.place").currentText() == "Home visit"
    assert find(page, "visit_note.visit_kind").currentText() == "Statutory visit"
    assert find(page, "note.title").text() == "Visit note – Sarah, 17"
    assert stage.count("visit_note") == 0


def test_a_note_about_a_child_finds_todays_planned_visit_by_itself(page: Any, stage: Any, planned: str) -> None:
    page.opened(scope_id=stage.scope)
    assert find(page, "visit_note.place").currentText() == "Home visit"
    type_in("x")
    page.leave()
    stage.wait_for(lambda: stage.body(planned)["state"] == "done")
    note = stage.only("visit_note")
    assert note.body["planned_visit_id"] == planned
    assert stage.body(planned)["visit_note_id"] == note.record_id


def test_a_colleagues_visit_or_one_with_a_note_is_not_taken(page: Any, stage: Any, planned: str) -> None:
    stage.change(planned, goes_id=stage.becky.worker_id)
    page.opened(scope_id=stage.scope)
    assert find(page, "visit_note.place").currentText() == "Not recorded"
    stage.change(planned, goes_id=stage.me.worker_id, visit_note_id="some-note")
    page.opened(scope_id=stage.scope)
    assert find(page, "visit_note.place").currentText() == "Not recorded"


def test_a_note_of_no_planned_visit_is_of_now(page: Any, stage: Any) -> None:
    page.opened(scope_id=stage.scope)
    assert page._form.body()["visited_at"] == to_stamp(stage.clock.moment)


def test_a_note_that_was_only_looked_at_leaves_nothing_and_its_visit_stays_planned(
    page: Any, stage: Any, planned: str
) -> None:
    page.opened(scope_id=stage.scope, planned_visit_id=planned)
    page.leave()
    stage.written()
    assert stage.count("visit_note") == 0
    assert stage.body(planned)["state"] == "confirmed"


def test_one_planned_visit_has_one_note(page: Any, stage: Any, planned: str) -> None:
    page.opened(scope_id=stage.scope, planned_visit_id=planned)
    type_in("First.")
    page.leave()
    stage.wait_for(lambda: stage.body(planned).get("visit_note_id", "") != "")
    page.opened(scope_id=stage.scope, planned_visit_id=planned)
    assert page._form.body()["what_happened"] == "First."
    assert stage.count("visit_note") == 1


def test_what_the_planned_visit_knows_is_not_asked_again(page: Any, stage: Any, planned: str) -> None:
    page.opened(scope_id=stage.scope, planned_visit_id=planned)
    assert "notice_given_days" not in [each.name for each in page._form.shown_fields()]
    stage.casebook.delete(planned).result()
    page.opened(scope_id=stage.scope)
    assert "notice_given_days" in [each.name for each in page._form.shown_fields()]


def test_without_a_child_the_page_asks_whom_it_is_about(page: Any, stage: Any) -> None:
    page.opened()
    assert "Whom is this note about?" in texts(page)
    box = QApplication.focusWidget()
    assert box.objectName() == "choose_child"
    before = len(stage.pages.opened)
    QTest.keyClick(box, KEY.Key_Down)
    assert len(stage.pages.opened) == before, "a key that moves among the names has chosen one"
    QTest.keyClick(box, KEY.Key_Return)
    assert stage.pages.opened[-1] == ("note", {"scope_id": stage.scope})


def test_a_note_that_is_not_on_this_laptop_is_said_to_be_gone(page: Any) -> None:
    page.opened(record_id="01977f00-0000-7000-8000-0000000000ff")
    assert "This note is not on this laptop" in texts(page)
    assert page._forms() == []
    page.leave()


# ---- beside the note -----------------------------------------------------------------------------------------------


def test_beside_the_note_stands_what_to_know_and_what_was_said_last(page: Any, stage: Any) -> None:
    stage.put("own_words", {"words": "I want to know a week before.", "said_on": "2026-11-09"})
    stage.written()
    page.opened(scope_id=stage.scope)
    side = find(page, "note.side")
    lines = side.findChild(BulletList).lines()
    assert lines[0] == "Speak to Grandad (Pete) first"
    assert any("Bring anyone new" in line for line in lines)
    assert side.findChild(VoiceQuote).words() == "I want to know a week before."
    assert "Not checked back yet" in texts(side)
    press(find(page, "note.knock"))
    assert stage.pages.opened[-1] == ("knock", {"scope_id": stage.scope})


def test_what_is_said_in_this_note_is_not_from_last_time(page: Any, stage: Any) -> None:
    page.opened(scope_id=stage.scope)
    said = page._form.forms()[1]
    said.focus_on("words")
    type_in("New.")
    page.act("flush")
    stage.wait_for(lambda: stage.count("own_words") == 1)
    stage.written()
    assert page.findChild(QWidget, "note.last") is None


def test_a_narrow_window_has_the_same_facts_in_strips(page: Any, stage: Any) -> None:
    stage.put("own_words", {"words": "I want to know a week before.", "said_on": "2026-11-09"})
    stage.written()
    page.resize(1024, 540)
    page.opened(scope_id=stage.scope)
    assert not page.side_scroll.isVisible()
    strip = find(page, "note.knock")
    assert isinstance(strip, KnockStrip)
    assert "I want to know a week before." in texts(find(page, "note.last"))
    page.resize(1366, 704)
    stage.written()
    assert page.side_scroll.isVisible()
    assert not isinstance(find(page, "note.knock"), KnockStrip)


def test_at_1024_by_600_nothing_is_cut_off_and_the_page_scrolls(page: Any, stage: Any) -> None:
    page.resize(960, 536)
    page.opened(scope_id=stage.scope)
    choose(page, "visit_note.seen.yes")
    stage.written()
    content = page.page.content
    assert content.width() <= page.page.viewport().width()
    assert content.height() > page.page.viewport().height()
    for each in content.findChildren(QPushButton):
        if each.isVisible():
            right = each.mapTo(content, each.rect().topRight()).x()
            assert right <= content.width(), each.text()


# ---- finishing -----------------------------------------------------------------------------------------------------


def test_finish_says_what_is_missing_and_leads_there(page: Any, stage: Any, planned: str) -> None:
    page.opened(scope_id=stage.scope, planned_visit_id=planned)
    type_in("We talked.")
    choose(page, "visit_note.seen.yes")
    press(page.finish_button)
    assert [link.words() for link in page.summary.links()] == ["Choose if you saw Sarah alone"]
    assert QApplication.focusWidget() is page.summary
    assert SAFE in page.summary.accessibleName()
    press(page.summary.links()[0])
    assert page._form.rows["seen_alone"].has_cursor()
    assert page._form.rows["seen_alone"].shown_problem() == "Choose if you saw Sarah alone"
    choose(page, "visit_note.seen_alone.yes")
    assert not page.summary.isVisible()


def test_a_whole_note_is_finished_and_shown_to_read(page: Any, stage: Any, planned: str) -> None:
    page.opened(scope_id=stage.scope, planned_visit_id=planned)
    fill(page, stage)
    assert page.act("finish")
    stage.wait_for(lambda: stage.only("visit_note").is_finished)
    stage.wait_for(lambda: page._reading is not None)
    assert page._form is None
    assert "We talked." in texts(page)
    assert page.line.text().startswith("Finished today, ")
    assert stage.pages.toasts == ["Note finished"]
    assert stage.only("visit_note").body | {"planned_visit_id": planned} == WHOLE | {"planned_visit_id": planned}


def test_the_last_letters_are_saved_before_the_note_is_finished(page: Any, stage: Any, planned: str) -> None:
    page.opened(scope_id=stage.scope, planned_visit_id=planned)
    fill(page, stage)
    page._form.focus_on("worker_view")
    type_in("Calm.")
    page.act("finish")
    stage.wait_for(lambda: page._reading is not None)
    assert stage.only("visit_note").body["worker_view"] == "Calm."


def test_a_note_that_could_not_be_saved_is_not_finished(
    page: Any, stage: Any, planned: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    page.opened(scope_id=stage.scope, planned_visit_id=planned)
    fill(page, stage)
    real = stage.casebook._desk.store.write

    def full(_job: Any, **_more: Any) -> Any:
        def job(_connection: Any) -> None:
            raise StoreFull("The laptop’s disk is full")

        return real(job)

    monkeypatch.setattr(stage.casebook._desk.store, "write", full)
    page._form.focus_on("worker_view")
    type_in("Calm.")
    page.act("finish")
    stage.wait_for(lambda: "Not finished yet. The note must be saved first." in stage.pages.toasts)
    monkeypatch.setattr(stage.casebook._desk.store, "write", real)
    page.act("flush")
    stage.wait_for(lambda: not page._form.has_unsaved())
    stage.written()
    assert not stage.only("visit_note").is_finished
    assert page._form.body()["worker_view"] == "Calm."


def test_ctrl_enter_means_finish_only_while_there_is_something_to_finish(page: Any, stage: Any) -> None:
    note = stage.put("visit_note", WHOLE)
    stage.casebook.finish(note).result()
    page.opened(record_id=note)
    assert not page.act("finish")
    assert not page.act("no such key")


# ---- a finished note, and others' ----------------------------------------------------------------------------------


@pytest.fixture
def finished(stage: Any) -> str:
    note = stage.put("visit_note", WHOLE)
    said = {"words": "I like Becky coming.", "told_by": ["talking"], "said_on": "2026-11-23", "said_in_id": note}
    stage.put("own_words", said)
    stage.casebook.finish(note).result()
    return str(note)


def test_a_finished_note_is_read_with_the_childs_words_and_has_nothing_to_change(
    page: Any, stage: Any, finished: str
) -> None:
    page.opened(record_id=finished)
    assert page.findChildren(VoiceQuote)[0].words() == "I like Becky coming."
    assert "Talking" in texts(page)
    assert not page.finish_button.isVisible()
    assert page.add_button.isVisible()
    for each in page.page.content.findChildren(QWidget):
        assert not each.objectName().startswith("visit_note.") or each.focusPolicy() == Qt.FocusPolicy.NoFocus


def test_something_is_added_to_a_finished_note_and_finished_itself(page: Any, stage: Any, finished: str) -> None:
    page.opened(record_id=finished)
    press(page.add_button)
    stage.wait_for(lambda: page._reading.addition.rows["why"].has_cursor())
    assert page.act("finish")
    assert [link.words() for link in page._reading.summary.links()] == [
        "Choose why you are adding this", "Write what you are adding",
    ]  # fmt: skip
    choose(page, "addendum.why.more_to_say")
    page._reading.addition.focus_on("addition")
    type_in("Becky can do Tuesdays.")
    press(find(page, "addendum.finish"))
    stage.wait_for(lambda: stage.count("addendum") == 1 and stage.only("addendum").is_finished)
    stage.wait_for(lambda: "Becky can do Tuesdays." in texts(page))
    added = stage.only("addendum")
    assert added.body["adds_to_id"] == finished
    assert added.audience == stage.casebook.entry(finished).audience
    assert page.add_button.isVisible()


def test_an_addition_half_written_is_there_again(page: Any, stage: Any, finished: str) -> None:
    page.opened(record_id=finished)
    press(page.add_button)
    stage.wait_for(lambda: page._reading.addition.rows["why"].has_cursor())
    page._reading.addition.focus_on("addition")
    type_in("Half")
    page.leave()
    stage.written()
    page.opened(record_id=finished)
    assert page._reading.addition.body()["addition"] == "Half"


def test_another_workers_note_is_read_and_says_whose_it_is(page: Any, stage: Any) -> None:
    note = stage.put("visit_note", {"what_happened": "Becky’s."})
    stage.arrive(note, what_happened="Becky’s own.")
    page.opened(record_id=note)
    assert page._form is None
    assert not page.add_button.isVisible()
    assert page.line.text().startswith("This visit note is another worker’s.")
    assert "Becky’s own." in texts(page)


def test_a_note_finished_on_the_other_laptop_turns_to_reading_when_nothing_is_unsaved(page: Any, stage: Any) -> None:
    note = stage.put("visit_note", WHOLE)
    page.opened(record_id=note)
    stage.arrive(note, stage.me, finished=True)
    stage.wait_for(lambda: page._reading is not None)


def test_a_note_from_a_newer_heard_is_read_and_not_written(
    page: Any, stage: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = stage.put("visit_note", {"what_happened": "Newer."})
    stage.arrive(note, stage.me, schema=99, seen_from_space=True)
    page.opened(record_id=note)
    assert page._form is None
    assert "A newer Heard wrote this" in texts(page)
    assert "Seen from space" in texts(page)


# ---- deleting ------------------------------------------------------------------------------------------------------


def test_a_deleted_note_comes_back_whole_with_one_undo(page: Any, stage: Any, planned: str) -> None:
    page.opened(scope_id=stage.scope, planned_visit_id=planned)
    type_in("We talked.")
    page._form.forms()[1].focus_on("words")
    type_in("I said this.")
    press(find(page, "note.delete"))
    stage.wait_for(lambda: stage.count("visit_note") == 0 and stage.count("own_words") == 0)
    stage.wait_for(lambda: "Visit note deleted" in stage.pages.toasts)
    assert stage.pages.went_back == 1
    stage.wait_for(lambda: stage.body(planned)["state"] == "planned")
    stage.pages.undo()
    stage.wait_for(lambda: stage.count("visit_note") == 1 and stage.count("own_words") == 1)
    stage.wait_for(lambda: stage.body(planned)["state"] == "done")
    assert stage.only("visit_note").body["what_happened"] == "We talked."


def test_deleting_a_note_that_was_never_begun_only_goes_back(page: Any, stage: Any) -> None:
    page.opened(scope_id=stage.scope)
    press(find(page, "note.delete"))
    stage.written()
    assert stage.pages.went_back == 1
    assert stage.pages.toasts == []


# ---- keys, names ---------------------------------------------------------------------------------------------------


def test_the_keys_of_the_window_mean_something_here(page: Any, stage: Any) -> None:
    page.opened(scope_id=stage.scope)
    type_in("one")
    assert page.act("undo")
    assert page._form.body()["what_happened"] == ""
    assert page.act("before_you_knock")
    assert stage.pages.opened[-1] == ("knock", {"scope_id": stage.scope})
    type_in("two")
    assert page.act("flush")
    stage.wait_for(lambda: not page._form.has_unsaved())
    assert page.act("saved")
    assert stage.pages.toasts[-1].startswith("Saved on this laptop ")
    assert not page.act("back")


def test_everything_that_takes_the_focus_has_a_name(page: Any, stage: Any) -> None:
    page.opened(scope_id=stage.scope)
    choose(page, "visit_note.seen.yes")
    assert texts(page)
    stops = [each for each in page.findChildren(QWidget) if each.focusPolicy() & Qt.FocusPolicy.TabFocus]
    stops = [each for each in stops if each.isVisible()]
    assert len(stops) > 15
    assert [each for each in stops if not access.name_of(each)] == []


def test_from_the_page_to_a_short_whole_note_takes_three_taps_and_finish(page: Any, stage: Any, planned: str) -> None:
    """The budget is five clicks from Today; one of them opened the page."""
    page.opened(scope_id=stage.scope, planned_visit_id=planned)
    type_in("We talked. She was calm.")
    clicks = ("visit_note.seen.yes", "visit_note.seen_alone.yes", "note.finish")
    for name in clicks:
        press(find(page, name))
    stage.wait_for(lambda: page._reading is not None)
    assert stage.only("visit_note").is_finished
    assert len(clicks) + 1 <= 5


def test_a_note_open_in_two_places_is_never_torn(page: Any, stage: Any) -> None:
    """The same record saved by something else between two keys: both stand."""
    page.opened(scope_id=stage.scope)
    type_in("Mine.")
    page.act("flush")
    stage.wait_for(lambda: stage.count("visit_note") == 1)
    note = stage.only("visit_note")
    stage.casebook.save(note.draft(), {"present": Edit(None, "Nan")}, "another page").result()
    type_in(" More.")
    page.act("flush")
    stage.wait_for(lambda: not page._form.has_unsaved())
    found = stage.casebook.select(Query(types=("visit_note",)))[0].body
    assert (found["what_happened"], found["present"]) == ("Mine. More.", "Nan")
