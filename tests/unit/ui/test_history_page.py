"""History: one click from a record, every version in plain words, the rest fetched, and any used again in one click."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget

from desktop import ears, eyes
from models.drawing import INKS, read
from models.entry import Edit
from models.errors import Trouble
from models.exchange import Arrival
from models.status import OFFLINE, SENT, Status
from models.version import NO_BODY, Version
from tests.unit.ui.torn import MARTIN, SCOPE, Stage, open_stage
from ui.parts.buttons import Button
from ui.parts.drawn_sheet import DrawnSheet
from ui.parts.history_button import HistoryButton
from ui.parts.marked_text import MarkedText
from ui.parts.pages import PageSpec
from ui.parts.pill import Pill
from ui.theme import Theme
from ui.views.history import AT_ONCE, FIRST, HistoryPage
from ui.views.history_step import Side, StepCard
from ui.views.note import NotePage
from ui.views.record_page import RecordPage
from ui.views.timeline_entry import TimelineEntry

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def it(tmp_path: Path, clock: Any, look: Theme, qtbot: Any, settle: Callable[[], None]) -> Iterator[Stage]:
    with open_stage(tmp_path, clock, look, qtbot, settle) as stage:
        stage.window.register(PageSpec("edit", "Record", lambda: RecordPage(stage.link, stage.window, look)))
        stage.window.register(PageSpec("note", "Visit note", lambda: NotePage(stage.link, stage.window, look)))
        yield stage


def words_on(widget: QWidget) -> list[str]:
    return [label.text() or label.accessibleName() for label in widget.findChildren(QLabel) if not label.isHidden()]


def pills(card: StepCard) -> list[str]:
    return [pill.text() for pill in card.findChildren(Pill)]


def press(button: QWidget | None) -> None:
    assert button is not None
    QTest.mouseClick(button, LEFT)


def toast(it: Stage) -> str:
    return " ".join(words_on(it.window.toasts))


def three_versions(it: Stage) -> str:
    record_id = it.put("home", carer_name="Pete", how_to_arrive="By the lane.\nCall first.")
    it.clock.advance(minutes=10)
    it.change(record_id, how_to_arrive="By the lane.")
    it.clock.advance(minutes=10)
    it.change(record_id, how_to_arrive="By the road.", carer_name="Pete and Ann")
    return record_id


def test_every_version_stands_newest_first_with_who_when_where_and_what_it_changed(it: Stage) -> None:
    page = it.open_history(three_versions(it))
    assert page.page_title().startswith("History: ")
    assert page.page_title().endswith("– Tomasz")
    newest, middle, first = page.cards
    assert pills(newest) == ["Saved, not sent yet", "Stands now"]
    said = words_on(newest)
    assert "You" in said
    assert any(one.startswith("Today, ") and "on this laptop" in one for one in said)
    before, after = (side for side in newest.findChildren(Side) if "How to" in side.accessibleName())
    assert [one.findChild(MarkedText).marked() for one in (before, after)] == [("lane",), ("road",)]
    (put_in,) = (side for side in newest.findChildren(Side) if "How to" not in side.accessibleName())
    assert "After" in words_on(put_in), "where words only came, the text before says nothing more"
    assert put_in.findChild(MarkedText).marked() == ("and Ann",)
    taken_out = middle.findChild(MarkedText)
    assert taken_out.words() == "By the lane.\nCall first."
    assert taken_out.marked() == ("Call first.",)
    assert taken_out.accessibleDescription() == "Taken out: Call first."
    assert "Begun." in words_on(first)
    assert {one.marked() for one in first.findChildren(MarkedText)} == {()}


def test_it_is_one_click_from_a_record_from_a_note_and_from_the_timeline_and_one_key(it: Stage) -> None:
    record_id = three_versions(it)
    note_id = it.put("visit_note", what_happened="We baked.")
    for page_key, opened in (("edit", record_id), ("note", note_id)):
        it.window.open(page_key, record_id=opened)
        it.settle()
        press(it.window.pages.currentWidget().findChild(HistoryButton))
        it.settle()
        here = it.window.pages.here()
        assert (here.key, here.arguments) == ("history", {"record_id": opened})
        it.window.back()
        it.settle()
        assert it.window.pages.here().key == page_key
        QTest.keyClick(it.window.focusWidget() or it.window, Qt.Key.Key_H, Qt.KeyboardModifier.ControlModifier)
        it.settle()
        assert it.window.pages.here().key == "history"


def test_a_record_that_is_not_written_yet_has_no_history_and_the_key_says_so(it: Stage) -> None:
    it.window.open("edit", type="home", scope_id=SCOPE)
    it.settle()
    button = it.window.pages.currentWidget().findChild(HistoryButton)
    assert button.isHidden()
    QTest.keyClick(it.window, Qt.Key.Key_H, Qt.KeyboardModifier.ControlModifier)
    it.settle()
    assert it.window.pages.here().key == "edit"
    assert "Open a record first" in toast(it)


def test_a_timeline_entry_leads_to_the_history_of_its_record(it: Stage, qtbot: Any) -> None:
    from models.timeline import Moment
    from models.wording import Spoken
    from ui.views.timeline_entry import Around

    record_id = three_versions(it)
    entry = it.entry(record_id)
    shown = TimelineEntry(
        Around(it.link, it.window, Spoken("Tomasz")), Moment(entry, entry.changed_at, entry.author_id)
    )
    qtbot.addWidget(shown)
    shown.show()
    assert shown.history.accessibleName().startswith("History: ")
    press(shown.history)
    assert it.window.pages.here().arguments == {"record_id": record_id}


def test_used_again_in_one_click_as_a_new_version_and_undone_for_ten_seconds(it: Stage) -> None:
    record_id = three_versions(it)
    page = it.open_history(record_id)
    first = page.cards[-1]
    press(first.use)
    it.written()
    assert it.entry(record_id).body["how_to_arrive"] == "By the lane.\nCall first."
    assert len(it.casebook.history(record_id)) == 4
    assert len(page.cards) == 4
    assert any("It says again what stood today" in one for one in words_on(page.cards[0]))
    assert page.head.back.hasFocus()
    it.window.open("today")
    it.settle()
    QTest.keyClick(it.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    it.written()
    assert it.entry(record_id).body["how_to_arrive"] == "By the road."
    assert len(it.casebook.history(record_id)) == 5, "undo removes nothing either"


def test_what_stands_already_is_not_offered_and_what_is_deleted_comes_back_and_goes_again(it: Stage) -> None:
    record_id = three_versions(it)
    page = it.open_history(record_id)
    assert [card.use is None for card in page.cards] == [True, False, False]
    it.casebook.delete(record_id).result()
    it.written()
    assert any("Deleted. It can be brought back." in words_on(card) for card in page.cards)
    press(page.cards[-1].use)
    it.written()
    assert not it.entry(record_id).is_deleted
    QTest.keyClick(it.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    it.written()
    assert it.entry(record_id).is_deleted


def test_a_finished_record_and_a_colleagues_show_their_history_and_say_why_none_is_used_again(it: Stage) -> None:
    words = it.put("own_words", words="I like the dog.", said_on="2026-11-23")
    it.change(words, words="I like the dog best.")
    it.casebook.finish(words).result()
    page = it.open_history(words)
    assert page.why_not.text().endswith("You can read its history here.")
    assert all(card.use is None for card in page.cards)
    assert "Finished. From here on it stands as it is." in words_on(page.cards[0])


def test_a_version_can_be_read_whole_and_a_childs_words_are_quoted_in_their_colour(it: Stage) -> None:
    words = it.put("own_words", words="I like the dog.", said_on="2026-11-23")
    it.change(words, words="I like the dog best.")
    page = it.open_history(words)
    marked = page.cards[0].findChildren(MarkedText)
    assert [one.words() for one in marked] == ["I like the dog.", "I like the dog best."]
    assert all(one._is_childs and one._quoted for one in marked)
    fold = page.cards[1].fold
    press(fold.button)
    assert any("I like the dog." in one for one in words_on(fold.content))


def test_two_lines_that_came_together_are_shown_as_two(it: Stage) -> None:
    page = it.open_history(it.torn_note())
    apart = [card for card in page.cards if "Written apart" in pills(card)]
    assert len(apart) == 1
    assert any("Brought together with it" in one for one in words_on(apart[0]))
    assert any(one.startswith("Two lines came together: what Martin Webb wrote") for one in words_on(page.cards[0]))
    assert any("stand side by side from here on" in one for one in words_on(page.cards[0]))


def test_hundreds_of_versions_are_shown_a_few_at_a_time(it: Stage) -> None:
    record_id = it.put("home", carer_name="0")
    for number in range(1, 45):
        it.change(record_id, carer_name=str(number))
    page = it.open_history(record_id)
    assert len(page.cards) == FIRST
    more = page.findChild(Button, "history.more")
    assert more.words() == "Show 20 more of 45"
    press(more)
    it.settle()
    assert len(page.cards) == FIRST + 20
    assert page.cards[FIRST].fold.button.hasFocus()
    press(page.findChild(Button, "history.more"))
    it.settle()
    assert len(page.cards) == 45
    assert page.findChild(Button, "history.more") is None


def test_a_few_are_drawn_before_the_page_shows_and_the_others_when_there_is_nothing_else_to_do(
    it: Stage, qtbot: Any
) -> None:
    record_id = it.put("home", carer_name="0")
    for number in range(1, 8):
        it.change(record_id, carer_name=str(number))
    it.window.open("history", record_id=record_id)
    page = it.window.pages.currentWidget()
    assert len(page.cards) == AT_ONCE
    qtbot.waitUntil(lambda: len(page.cards) == 8)
    qtbot.waitUntil(lambda: not page._turn.isActive())


def test_what_was_said_within_a_note_has_a_history_of_its_own(it: Stage) -> None:
    note = it.put("visit_note", what_happened="We baked.")
    words = it.put("own_words", words="I like the dog.", said_in_id=note)
    page = it.open_history(note)
    inside = page.findChild(Button, "history.open")
    assert inside.property("row") == words
    press(inside)
    it.settle()
    assert it.window.pages.here().arguments == {"record_id": words}


# --- the rest of it is at the council -----------------------------------------------------------------------------


class Council:
    """Stands in for the sync thread: keeps what was asked for until it is answered."""

    def __init__(self, it: Stage) -> None:
        self.asked: list[tuple[str, Future[int]]] = []
        it.link.fetch_history = self

    def __call__(self, record_id: str) -> Future[int]:
        self.asked.append((record_id, Future()))
        return self.asked[-1][1]


def newest_only(it: Stage) -> tuple[Version, Version]:
    """A record of which only the newest version came: the one before it is at the council."""
    record_id = it.put("home", carer_name="Pete")
    (root,) = it.casebook.history(record_id)
    older = msgspec.structs.replace(
        root, record_id=it.casebook._desk.ids.new(), version_id=it.casebook._desk.ids.new(), author_id=MARTIN.worker_id,
        op_no=0, device_id="another laptop",
    )  # fmt: skip
    newest = msgspec.structs.replace(
        older, version_id=it.casebook._desk.ids.new(), parents=(older.version_id,), is_finished=True
    )
    exchange = it.casebook.exchange
    cursor, grants, filling = exchange.cursors()
    exchange.take([Arrival(cursor + 2, newest)], cursor=cursor + 2, grants=grants, filling=filling).result()
    it.settle()
    return older, newest


def test_the_rest_of_a_history_is_fetched_by_itself_and_shown_when_it_comes(it: Stage) -> None:
    council = Council(it)
    older, newest = newest_only(it)
    page = it.open_history(newest.record_id)
    assert [record_id for record_id, _future in council.asked] == [newest.record_id]
    assert page.rest.words.text() == "Fetching the rest of its history …"
    assert any("cannot say what it changed" in one for one in words_on(page.cards[0]))
    it.casebook.exchange.keep_history([Arrival(1, older)]).result()
    council.asked[0][1].set_result(2)
    it.settle()
    assert page.rest.isHidden()
    assert len(page.cards) == 2
    assert "Finished. From here on it stands as it is." in words_on(page.cards[0])
    page.opened(record_id=newest.record_id)
    assert len(council.asked) == 1, "what is here is not fetched again"


def test_offline_it_says_what_is_here_kindly_and_fetches_the_rest_once_the_line_is_back(it: Stage) -> None:
    council = Council(it)
    _older, newest = newest_only(it)
    page = it.open_history(newest.record_id)
    council.asked[0][1].set_exception(Trouble("The council’s server cannot be reached", "Nothing is lost."))
    it.settle()
    assert "This laptop holds its newest version." in page.rest.words.text()
    assert "when you are online" in page.rest.words.text()
    assert len(page.cards) == 1, "what is here can be read meanwhile"
    it.link.show_status(Status(OFFLINE))
    it.settle()
    assert len(council.asked) == 1
    it.link.show_status(Status(SENT))
    it.settle()
    assert len(council.asked) == 2
    council.asked[1][1].set_exception(Trouble("The council’s server cannot be reached", "Nothing is lost."))
    it.settle()
    press(page.rest.button)
    assert len(council.asked) == 3
    press(page.rest.button)
    assert len(council.asked) == 3, "it is asked for once at a time"
    council.asked[2][1].set_result(1)
    it.settle()
    assert page.rest.words.text() == "Some of it was written for other readers, and is not shown here."


def test_without_a_server_what_is_here_is_shown(it: Stage) -> None:
    _older, newest = newest_only(it)
    page = it.open_history(newest.record_id)
    assert "This laptop holds its newest version." in page.rest.words.text()
    assert len(page.cards) == 1


def test_an_answer_that_comes_after_another_record_was_opened_changes_nothing(it: Stage) -> None:
    council = Council(it)
    _older, newest = newest_only(it)
    other = three_versions(it)
    page = it.open_history(newest.record_id)
    page.opened(record_id=other)
    council.asked[0][1].set_exception(Trouble("The council’s server cannot be reached", "Nothing is lost."))
    it.settle()
    assert page.rest.isHidden()
    assert len(page.cards) == 3


def test_what_was_erased_is_told_and_cannot_be_used_again(it: Stage) -> None:
    Council(it)
    older, newest = newest_only(it)
    gone = msgspec.structs.replace(older, is_erased=True, salt=None, body=NO_BODY)
    it.casebook.exchange.keep_history([Arrival(1, gone)]).result()
    page = it.open_history(newest.record_id)
    assert any(one.startswith("Erased, as the law asked.") for one in words_on(page.cards[1]))
    assert page.cards[1].use is None


def test_a_record_that_is_not_on_this_laptop_says_so(it: Stage) -> None:
    page = it.open_history("nothing we hold")
    assert "This record is not on this laptop" in words_on(page)
    assert page.new_note_about() == {}
    assert it.open_history(three_versions(it)).new_note_about() == {"scope_id": SCOPE}


def test_somebody_elses_change_meanwhile_is_seen_before_a_version_is_used_again(it: Stage) -> None:
    record_id = three_versions(it)
    page = it.open_history(record_id)
    use = page.cards[-1].use
    # It comes in a moment ago: the page has not been drawn anew when the button is pressed.
    entry = it.entry(record_id)
    it.casebook.save(entry.draft(), {"carer_name": Edit(entry.body["carer_name"], "Ann")}).result()
    it.casebook.cut(record_id).result()
    press(use)
    it.written()
    assert it.entry(record_id).body["carer_name"] == "Ann"
    assert "This has just changed" in toast(it)
    assert len(page.cards) == 4


# --- sizes, keys and what a screen reader is told -----------------------------------------------------------------


def test_before_and_after_stand_side_by_side_and_are_stacked_in_a_small_window(it: Stage) -> None:
    page = it.open_history(three_versions(it))
    before, after = next(row for row in page.cards[0].rows if len(row.findChildren(Side)) == 2).findChildren(Side)
    assert before.y() == after.y()
    it.window.resize(1024, 600)
    it.settle()
    assert before.y() < after.y()


@pytest.mark.parametrize("text_scale", [1.0, 2.0])
def test_nothing_is_wider_than_the_smallest_window_at_any_size_of_text(
    it: Stage, look: Theme, text_scale: float
) -> None:
    page = it.open_history(it.torn_note())
    it.window.resize(1024, 600)
    look.set_look(replace(look.look, text_scale=text_scale))
    it.settle()
    content = page._scroll.content
    assert content.width() <= page._scroll.viewport().width()
    for card in page.cards:
        for child in card.findChildren(QWidget):
            if child.isVisible():
                assert child.mapTo(content, child.rect().topRight()).x() <= content.width()


def test_by_keys_alone_a_version_is_read_and_used_again(it: Stage) -> None:
    record_id = three_versions(it)
    page = it.open_history(record_id)
    wanted = page.cards[-1].use
    for _ in range(40):
        if it.window.focusWidget() is wanted:
            break
        QTest.keyClick(it.window.focusWidget() or page, Qt.Key.Key_Tab)
    assert it.window.focusWidget() is wanted
    assert wanted.accessibleName().startswith("Use this again: You, Today, ")
    QTest.keyClick(wanted, Qt.Key.Key_Space)
    it.written()
    assert it.entry(record_id).body["how_to_arrive"] == "By the lane.\nCall first."
    assert isinstance(it.window.pages.currentWidget(), HistoryPage)


def test_a_screen_reader_is_told_what_a_card_says(it: Stage) -> None:
    page = it.open_history(three_versions(it))
    assert page.cards[-1].card.accessibleName().endswith("on this laptop. Begun.")
    for button in page.findChildren(Button):
        assert button.accessibleName()


# ---- drawings ----


def test_a_drawing_is_seen_as_it_was_and_as_it_is_with_its_words(it: Stage) -> None:
    first, more = [["red", 14, 100, 700, 500, 50]], [["red", 14, 100, 700, 500, 50], ["blue", 28, 5, 5]]
    record_id = it.put("this_is_me", my_name="Tomasz", pen_held_by="child", my_drawing=first)
    it.clock.advance(minutes=10)
    it.change(record_id, my_drawing=more)
    page = it.open_history(record_id)
    newest, begun = page.cards
    before, after = newest.findChildren(DrawnSheet)
    assert before.strokes == read(first)
    assert after.strokes == read(more)
    assert before.accessibleName() == "Before, My drawing: A drawing of 1 line"
    assert after.accessibleName() == "After, My drawing: A drawing of 2 lines"
    assert {"A drawing of 1 line", "A drawing of 2 lines"} <= set(words_on(newest))
    inks = {after.grab().toImage().pixelColor(x, y).name() for x in range(2, 236) for y in range(2, 176)}
    assert {INKS["red"].lower(), "#ffffff"} <= inks
    (only,) = begun.findChildren(DrawnSheet)
    assert only.strokes == read(first)
    # All of it, with the drawing in it.
    press(begun.findChild(QWidget, "history.see_all"))
    shown = [one for one in begun.findChildren(DrawnSheet) if one.objectName() == "this_is_me.my_drawing"]
    assert [one.strokes for one in shown] == [read(first)]
    assert eyes.find_faults(it.window) == []
    assert ears.find_faults(it.window) == []
