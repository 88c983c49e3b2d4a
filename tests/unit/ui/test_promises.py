"""You said, we did, by real presses and keys: from a child's words to an answer the child has seen, and on Today."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from models.entry import Edit, Entry
from models.law.response_policy import ResponsePolicy
from models.query import Query
from tests.unit.ui.counting import CTRL, whole_app
from ui import access
from ui.parts.labels import PlainLabel
from ui.parts.voice_quote import VoiceQuote
from ui.views.promise import NO_WORDS, PromisePage
from ui.views.you_said import YouSaidPage

K = Qt.Key


@pytest.fixture
def at(tmp_path: Path, clock: Any, look: Any, qtbot: Any, settle: Callable[[], None]) -> Iterator[SimpleNamespace]:
    with whole_app(tmp_path, clock, look, qtbot, settle) as it:
        scopes = list(it.load.scopes)
        it.sarah, it.jaydon, it.ellie = scopes
        yield it


def promises(at: SimpleNamespace, scope_id: str) -> list[Entry]:
    return list(at.casebook.select(Query(types=("promise",), scope_id=scope_id)))


def say_something(at: SimpleNamespace, words: str, on: str = "2026-11-20", **more: Any) -> str:
    draft = at.casebook.new_draft("own_words", at.sarah, **more)
    at.casebook.save(draft, {"words": Edit("", words), "said_on": Edit(None, on)}).result()
    at.casebook.cut(draft.record_id).result()
    at.settle()
    return str(draft.record_id)


def page(at: SimpleNamespace) -> PromisePage:
    shown = at.window.pages.currentWidget()
    assert isinstance(shown, PromisePage)
    return shown


def here(at: SimpleNamespace) -> str:
    return str(at.window.here().key)


def texts(widget: QWidget) -> list[str]:
    return [one.text() for one in widget.findChildren(PlainLabel) if one.isVisible()]


def about(at: SimpleNamespace, said_id: str) -> Entry:
    def found() -> list[Entry]:
        return [one for one in promises(at, at.sarah) if one.body.get("you_said_id") == said_id]

    at.hands.wait_for(found)
    (one,) = found()
    return one


def test_from_the_words_on_the_timeline_one_press_begins_the_answer(at: SimpleNamespace) -> None:
    said = say_something(at, "Can Biscuit sleep in my room?", "2026-11-23")
    at.window.open("children", scope_id=at.sarah, tab="timeline", record_id=said)
    at.settle()
    at.hands.wait_for(lambda: any(one.property("row") == said for one in answers(at)))
    (button,) = [one for one in answers(at) if one.property("row") == said]
    assert access.name_of(button) == "Answer these words of Sarah"
    at.hands.press(button)
    assert at.hands.clicks == 1
    assert [one.words() for one in page(at).findChildren(VoiceQuote)] == ["Can Biscuit sleep in my room?"]
    assert promises(at, at.sarah) == [one for one in promises(at, at.sarah) if one.body.get("you_said_id") != said]
    page(at).form.focus_on("we_promised")
    at.hands.type("I will ask your nan")
    at.hands.key(K.Key_Return, CTRL)
    # A slow machine saves once while the words are still being typed.
    at.hands.wait_for(lambda: about(at, said).body.get("we_promised") == "I will ask your nan")
    body = about(at, said).body
    assert body == {"you_said_id": said, "state": "open", "promised_by_id": at.casebook.me.worker.worker_id,
                    "due_on": "2026-12-07", "we_promised": "I will ask your nan"}  # fmt: skip


def answers(at: SimpleNamespace) -> list[QWidget]:
    found = at.window.findChildren(QWidget, "own_words.answer")
    return [one for one in found if one.isVisible()]


def test_a_second_press_opens_the_same_promise_and_never_makes_another(at: SimpleNamespace) -> None:
    said = say_something(at, "Can I stay up later?")
    for _ in range(2):
        at.window.open("promise", you_said_id=said)
        at.settle()
        page(at).form.focus_on("we_heard")
        at.hands.type("Later")
        page(at).leave()
        about(at, said)
        at.window.open("today")
    assert about(at, said).body["we_heard"] in ("LaterLater", "Later\nLater")


def test_what_is_answered_says_how_it_stands(at: SimpleNamespace) -> None:
    said = say_something(at, "Can I stay up later?")
    at.window.open("promise", you_said_id=said)
    at.settle()
    form = page(at).form
    steps = [("we_promised", "I will ask", "open"), ("cannot_because", "It is a rule of the house", "cannot")]
    for name, words, state in [*steps, ("we_did", "Weekends, then", "done")]:
        form.focus_on(name)
        at.hands.type(words)
        at.hands.wait_for(lambda state=state: about(at, said).body.get("state") == state)
    assert page(at).standing.text() == "Tell Sarah"


def test_from_today_two_presses_tell_a_child_what_happened(at: SimpleNamespace) -> None:
    row = at.hands.find("today.loop.row")
    assert (row.title(), row.words()) == ("Tell Ellie R what happened", "Said Fri 20 Nov.")
    at.hands.click("today.loop.row")
    at.hands.click("promise.told_today")
    assert at.hands.clicks == 2
    (one,) = promises(at, at.ellie)
    at.hands.wait_for(lambda: at.casebook.entry(one.record_id).body.get("told_on") == "2026-11-23")
    at.hands.wait_for(lambda: at.casebook.entry(one.record_id).body.get("state") == "told")
    assert "seen_by_child_on" not in at.casebook.entry(one.record_id).body, "how it was told is not known yet"
    page(at).form.rows["told_how"].editor.show_value("in_person")
    page(at).form._on_edit("told_how")
    at.hands.wait_for(lambda: at.casebook.entry(one.record_id).body.get("seen_by_child_on") == "2026-11-23")
    at.hands.key(K.Key_1, CTRL)
    assert not at.window.findChildren(QWidget, "today.loop.row")
    assert "Nothing waiting to be told." in texts(at.hands.find("today.loop"))


def test_ctrl_4_shows_what_to_tell_first_and_how_long_answers_take(at: SimpleNamespace) -> None:
    at.hands.key(K.Key_4, CTRL)
    shown = at.window.pages.currentWidget()
    assert isinstance(shown, YouSaidPage)
    heads = [one for one in texts(shown) if one.endswith(")")]
    assert heads == ["To tell (1)", "Still to do (1)", "Told (1)"]
    assert shown.meter.text().startswith(
        "9 days from words to an answer seen (one answer). Waiting to see an answer: 2"
    )
    assert next(access.name_of(card.open).split(". ")[1] for card in shown.list.cards) == "Tell Ellie R"
    assert shown.empty is None


def test_a_colleagues_promises_stand_under_all_of_us_and_may_be_answered(at: SimpleNamespace) -> None:
    said = say_something(at, "Can Becky come on Tuesdays?")
    draft = at.casebook.new_draft("promise", at.sarah)
    body = {"you_said_id": said, "promised_by_id": "01977f00-0000-7000-8000-00000000a002", "due_on": "2026-12-01"}
    at.casebook.save(draft, {name: Edit(None, value) for name, value in body.items()}).result()
    at.hands.key(K.Key_4, CTRL)
    shown = at.window.pages.currentWidget()
    assert draft.record_id not in [card.property("row") for card in shown.list.cards]
    at.hands.click("you_said.whose.all")
    assert draft.record_id in [card.property("row") for card in shown.list.cards]
    assert at.casebook.why_not_editable(at.casebook.entry(draft.record_id)) == ""


def test_with_nothing_to_tell_it_says_so_and_how_to_begin(at: SimpleNamespace) -> None:
    for scope in (at.jaydon, at.ellie):
        for one in promises(at, scope):
            at.casebook.delete(one.record_id).result()
    at.hands.key(K.Key_4, CTRL)
    assert "Nothing waiting to be told" in texts(at.hands.find("you_said.empty"))


def test_the_tab_of_the_child_shows_the_childs_own_and_their_meter(at: SimpleNamespace) -> None:
    at.window.open("children", scope_id=at.sarah, tab="you_said")
    at.settle()
    assert at.hands.find("child.meter").text() == "9 days from words to an answer seen (one answer)."
    assert len(at.window.pages.currentWidget().findChildren(QWidget, "loop.card")) == 1
    for one in promises(at, at.sarah):
        at.casebook.delete(one.record_id).result()
    at.window.open("today")
    at.window.open("children", scope_id=at.sarah, tab="you_said")
    at.settle()
    assert "Nothing promised yet." in texts(at.hands.find("child.empty"))


def test_the_board_answers_in_its_own_time_unless_the_worker_set_the_day(at: SimpleNamespace) -> None:
    said = say_something(at, "More buses", "2026-11-23")
    at.window.open("promise", you_said_id=said)
    at.settle()
    form = page(at).form
    form.set_value("goes_to_board", True)
    page(at).form_changed("goes_to_board")
    at.hands.wait_for(lambda: about(at, said).body.get("due_on") == "2026-12-21")
    form.set_value("due_on", "2026-12-10")
    form.set_value("goes_to_board", False)
    page(at).form_changed("goes_to_board")
    at.hands.wait_for(lambda: about(at, said).body.get("due_on") == "2026-12-10")


def test_a_child_may_take_it_back_and_it_may_stand_after_all(at: SimpleNamespace) -> None:
    (one,) = promises(at, at.ellie)
    at.window.open("promise", record_id=one.record_id)
    at.settle()
    at.hands.click("promise.withdraw")
    at.hands.wait_for(lambda: at.casebook.entry(one.record_id).body["state"] == "withdrawn_by_child")
    assert page(at).standing.text() == "Ellie R took it back"
    assert page(at).back_button.words() == "It stands after all"
    at.hands.click("promise.withdraw")
    at.hands.wait_for(lambda: at.casebook.entry(one.record_id).body["state"] == "done")


def test_it_may_be_deleted_and_brought_back(at: SimpleNamespace) -> None:
    (one,) = promises(at, at.ellie)
    at.window.open("promise", record_id=one.record_id)
    at.settle()
    at.hands.click("promise.delete")
    at.hands.wait_for(lambda: at.casebook.entry(one.record_id).is_deleted and here(at) == "today")
    at.hands.wait_for(lambda: at.window.toasts.undo_button.isVisible())
    at.hands.key(K.Key_Z, CTRL)
    at.hands.wait_for(lambda: not at.casebook.entry(one.record_id).is_deleted)


def test_it_starts_with_the_audience_of_the_words_and_says_when_they_are_not_here(at: SimpleNamespace) -> None:
    said = say_something(at, "Only for you", audience="only_author", keep_from=("parents", "school"))
    at.window.open("promise", you_said_id=said)
    at.settle()
    page(at).form.focus_on("we_heard")
    at.hands.type("x")
    page(at).leave()
    one = about(at, said)
    assert (one.audience, one.keep_from) == ("only_author", ("parents", "school"))
    draft = at.casebook.new_draft("promise", at.sarah)
    at.casebook.save(draft, {"we_promised": Edit("", "To ask")}).result()
    at.window.open("promise", record_id=draft.record_id)
    at.settle()
    assert NO_WORDS in texts(page(at))
    at.window.open("promise", record_id="01a00000-0000-7000-8000-00000000ffff")
    at.settle()
    assert "This is not on this laptop" in texts(page(at))


def test_the_day_is_filled_in_by_the_councils_own_policy(at: SimpleNamespace) -> None:
    policy = ResponsePolicy({"otherwise": 2, "board": 4}, (date(2026, 11, 24),))
    taken = at.casebook.exchange.take(
        [], cursor=1, grants=1, filling={}, scopes=dict(at.casebook.scopes), policy=policy
    )
    taken.result()
    at.settle()
    assert at.casebook.response_policy() == policy
    said = say_something(at, "Can Biscuit sleep in my room?", "2026-11-23")
    at.window.open("promise", you_said_id=said)
    at.settle()
    form = page(at).form
    assert form.body()["due_on"] == "2026-11-26"
    form.set_value("goes_to_board", True)
    page(at).form_changed("goes_to_board")
    assert form.body()["due_on"] == "2026-11-30"
