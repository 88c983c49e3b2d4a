"""Not taking part, by real presses and keys: two clicks or three keys, the child's right, and taken back again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from models.entry import Entry
from models.errors import Trouble
from models.query import Query
from models.timeline import Timeline, headline, short_answers
from models.wording import Spoken
from tests.unit.ui.counting import CTRL, SHIFT, whole_app
from ui import access
from ui.parts.buttons import Button
from ui.parts.labels import PlainLabel
from ui.parts.sheet import Sheet
from ui.views import not_taking_part
from ui.views.not_taking_part import NotTakingPartPage

K = Qt.Key


@pytest.fixture
def at(
    tmp_path: Path, clock: Any, look: Any, qtbot: Any, settle: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> Iterator[SimpleNamespace]:
    monkeypatch.setattr(not_taking_part, "FINISH_AFTER_MS", 50)
    with whole_app(tmp_path, clock, look, qtbot, settle) as it:
        it.before = ids(it)
        yield it


def ids(at: SimpleNamespace) -> set[str]:
    return {one.record_id for one in at.casebook.select(Query(types=("not_taking_part",)))}


def made(at: SimpleNamespace) -> Entry:
    at.hands.wait_for(lambda: ids(at) - at.before)
    (found,) = ids(at) - at.before
    entry = at.casebook.entry(found)
    assert entry is not None
    return entry


def here(at: SimpleNamespace) -> str:
    return str(at.window.here().key)


def page(at: SimpleNamespace) -> NotTakingPartPage:
    shown = at.window.pages.currentWidget()
    assert isinstance(shown, NotTakingPartPage)
    return shown


def from_child(at: SimpleNamespace) -> None:
    at.window.open("children", scope_id=at.scope)


def from_card(at: SimpleNamespace) -> None:
    at.window.open("knock", scope_id=at.scope)


def from_note(at: SimpleNamespace) -> None:
    at.window.open("note", scope_id=at.scope)


STARTS = {"child": (from_child, "children"), "knock": (from_card, "knock"), "note": (from_note, "note")}


@pytest.mark.parametrize("start", STARTS)
def test_two_clicks_write_it_down_and_lead_back(at: SimpleNamespace, start: str) -> None:
    go, key = STARTS[start]
    go(at)
    at.settle()
    at.hands.click(f"{start}.not_taking_part")
    at.hands.click("not_taking_part.done")
    entry = made(at)
    assert at.hands.clicks == 2
    at.hands.wait_for(lambda: here(at) == key)
    body = dict(entry.body)
    about = body.pop("about_id", None)
    today = at.casebook.clock.today().isoformat()
    assert body == {"what_happened": "said_no_today", "was_for": "visit", "ask_again": "next_visit",
                    "happened_on": today}  # fmt: skip
    assert (about is not None) is (start == "note"), "only a note knows which visit it was"
    at.hands.wait_for(lambda: at.casebook.entry(entry.record_id).is_finished)


@pytest.mark.parametrize("start", STARTS)
def test_three_keys_write_down_any_of_the_six(at: SimpleNamespace, start: str) -> None:
    STARTS[start][0](at)
    at.settle()
    at.hands.key(K.Key_D, CTRL | SHIFT)
    at.hands.key(K.Key_2)
    at.hands.key(K.Key_Return, CTRL)
    at.hands.wait_for(lambda: ids(at) - at.before and made(at).body.get("what_happened") == "not_now_maybe_later")
    assert (at.hands.clicks, at.hands.keys) == (0, 3)


def test_another_reason_is_a_third_click(at: SimpleNamespace) -> None:
    from_child(at)
    at.settle()
    at.hands.click("child.not_taking_part")
    at.hands.click("not_taking_part.what_happened.could_not_tell")
    at.hands.click("not_taking_part.done")
    at.hands.wait_for(lambda: ids(at) - at.before and here(at) == "children")
    assert made(at).body["what_happened"] == "could_not_tell"
    assert at.hands.clicks == 3


def test_it_says_whose_right_it_is_on_a_page_and_never_in_a_dialog(at: SimpleNamespace) -> None:
    at.window.open("not_taking_part", scope_id=at.scope)
    at.settle()
    said = [label.text() for label in page(at).findChildren(PlainLabel)]
    assert "This is her right. It is not a problem, and she does not have to give a reason." in said
    assert page(at).page_title() == "Not taking part – Sarah, 17"
    assert not at.window.findChildren(Sheet)
    assert [tile.words() for tile in page(at).tiles.tiles][2:4] == [
        "Wants someone to speak for her", "Sent her views another way",
    ]  # fmt: skip
    for tile in page(at).tiles.tiles:
        assert access.name_of(tile) == tile.words()


def test_digits_go_into_the_words_where_the_cursor_is_in_them(at: SimpleNamespace) -> None:
    at.window.open("not_taking_part", scope_id=at.scope)
    at.settle()
    box = at.hands.find("own_words.words")
    box.setFocus()
    at.hands.type("Ask me in 3 weeks")
    assert page(at).tiles.value() == "said_no_today"
    at.hands.key(K.Key_Return, CTRL)
    entry = made(at)
    at.hands.wait_for(lambda: at.casebook.entry(entry.record_id).is_finished)
    (said,) = [
        one
        for one in at.casebook.select(Query(types=("own_words",), scope_id=at.scope))
        if one.body.get("said_in_id") == entry.record_id
    ]
    assert said.body["words"] == "Ask me in 3 weeks"
    assert entry.state == "saved"


def test_leaving_without_an_answer_leaves_nothing(at: SimpleNamespace) -> None:
    from_child(at)
    at.settle()
    at.hands.key(K.Key_D, CTRL | SHIFT)
    at.hands.key(K.Key_Escape)
    at.casebook.cut_all().result()
    assert ids(at) == at.before
    assert here(at) == "children"


def test_undo_takes_it_back_with_the_words_and_undo_again_brings_both(
    at: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(not_taking_part, "FINISH_AFTER_MS", 60_000)
    at.window.open("not_taking_part", scope_id=at.scope)
    at.settle()
    at.hands.find("own_words.words").setFocus()
    at.hands.type("No thanks")
    at.hands.key(K.Key_Return, CTRL)
    entry = made(at)
    at.hands.wait_for(lambda: here(at) == "today")
    at.hands.key(K.Key_Z, CTRL)
    at.hands.wait_for(lambda: at.casebook.entry(entry.record_id).is_deleted)
    assert not said_in(at, entry.record_id)
    at.hands.wait_for(lambda: at.window.toasts.label.text() == "Taken back")
    at.hands.key(K.Key_Z, CTRL)
    at.hands.wait_for(lambda: not at.casebook.entry(entry.record_id).is_deleted and said_in(at, entry.record_id))


def said_in(at: SimpleNamespace, record_id: str) -> list[Entry]:
    found = at.casebook.select(Query(types=("own_words",), scope_id=at.scope, limit=500))
    return [one for one in found if one.body.get("said_in_id") == record_id]


def test_the_undo_of_the_page_takes_back_what_was_begun(at: SimpleNamespace) -> None:
    from_child(at)
    at.settle()
    at.hands.click("child.not_taking_part")
    at.hands.click("not_taking_part.what_happened.something_else")
    entry = made(at)
    # The button stands there once the page has heard that something was saved.
    at.hands.wait_for(lambda: at.window.findChild(QWidget, "not_taking_part.undo").isVisible())
    at.hands.click("not_taking_part.undo")
    at.hands.wait_for(lambda: at.casebook.entry(entry.record_id).is_deleted and here(at) == "children")


def test_what_it_needs_is_asked_only_with_the_answer_it_belongs_to(at: SimpleNamespace) -> None:
    at.window.open("not_taking_part", scope_id=at.scope)
    at.settle()
    rows = page(at).form.rows
    assert rows["speaker_id"].isHidden()
    assert rows["views_sent_how"].isHidden()
    assert rows["ask_again_on"].isHidden()
    at.hands.key(K.Key_3)
    assert not rows["speaker_id"].isHidden()
    at.hands.key(K.Key_4)
    assert rows["speaker_id"].isHidden()
    assert not rows["views_sent_how"].isHidden()


def test_a_missing_answer_never_blocks_saving_and_is_named_at_done(at: SimpleNamespace) -> None:
    at.window.open("not_taking_part", scope_id=at.scope)
    at.settle()
    at.hands.key(K.Key_5)
    entry = made(at)
    page(at).form.set_value("was_for", "")
    at.hands.wait_for(lambda: "was_for" not in at.casebook.entry(entry.record_id).body)
    at.hands.key(K.Key_Return, CTRL)
    assert here(at) == "not_taking_part"
    asked = [one.words() for one in page(at).problems.findChildren(Button)]
    assert asked == ["Choose what it was for"]
    assert not at.casebook.entry(entry.record_id).is_finished


def test_a_full_disk_is_said_on_the_page_and_done_waits(at: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    at.window.open("not_taking_part", scope_id=at.scope)
    at.settle()
    real = at.casebook.save

    def full(*_a: Any, **_k: Any) -> Any:
        from concurrent.futures import Future

        told: Any = Future()
        told.set_exception(Trouble("The disk is full", "Nothing saved before is lost."))
        return told

    monkeypatch.setattr(at.casebook, "save", full)
    at.hands.key(K.Key_Return, CTRL)
    at.hands.wait_for(lambda: "disk is full" in page(at).save_line.text().lower())
    assert here(at) == "not_taking_part"
    monkeypatch.setattr(at.casebook, "save", real)
    at.hands.wait_for(lambda: here(at) != "not_taking_part", 12)
    assert made(at).body["what_happened"] == "said_no_today"


def test_one_that_is_finished_is_read_and_never_written(at: SimpleNamespace) -> None:
    (known,) = at.before
    at.window.open("not_taking_part", record_id=known)
    at.settle()
    assert page(at).form is None
    assert page(at).tiles is None
    assert at.hands.find("own_words.words").words() == "Not today. Ask me when Nan is here."
    assert page(at).done_button.isHidden()
    assert page(at).undo_button.isHidden()


def test_without_a_child_it_asks_whom_and_a_lost_one_is_said_to_be_gone(at: SimpleNamespace) -> None:
    at.window.open("sync")
    at.hands.key(K.Key_D, CTRL | SHIFT)
    assert here(at) == "not_taking_part"
    assert page(at).only_asks
    at.window.open("not_taking_part", record_id="01a00000-0000-7000-8000-00000000ffff")
    at.settle()
    assert "This is not on this laptop" in [one.text() for one in page(at).findChildren(PlainLabel)]


def test_the_timeline_heads_it_by_what_happened_and_keeps_the_words_with_it(at: SimpleNamespace) -> None:
    timeline = Timeline(at.casebook, at.scope)
    while timeline.has_more:
        timeline.fetch()
    (moment,) = [one for one in timeline.moments if one.entry.type == "not_taking_part"]
    sarah = Spoken("Sarah", "she", "her", "her", is_plural=False)
    assert headline(moment.entry, sarah) == "Said not now, maybe later"
    assert short_answers(moment.entry, sarah) == "What was it for? Review meeting · Ask again? Next visit"
    assert [one.body["words"] for one in moment.inside] == ["Not today. Ask me when Nan is here."]


def test_one_begun_and_left_comes_back_on_today_the_next_morning(at: SimpleNamespace, clock: Any) -> None:
    from_child(at)
    at.settle()
    at.hands.key(K.Key_D, CTRL | SHIFT)
    at.hands.key(K.Key_2)
    entry = made(at)
    at.window.open("today")
    at.settle()
    assert not at.window.findChildren(QWidget, "today.finish.not_taking_part")
    clock.moment += timedelta(days=1)
    at.window.open("children")
    at.window.open("today")
    at.settle()
    at.hands.click("today.finish.not_taking_part")
    assert here(at) == "not_taking_part"
    assert page(at).record_id == entry.record_id
    assert page(at).tiles.value() == "not_now_maybe_later"
