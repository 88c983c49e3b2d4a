"""The answer to a child on a laptop turned round: in words or pictures, told with one key, and asked about."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from desktop.looks import Shown, take_on
from models.entry import Edit, Entry
from tests.unit.ui.counting import CTRL, whole_app
from ui.parts.labels import PlainLabel
from ui.parts.voice_quote import VoiceQuote
from ui.views.answer_letter import AnswerLetterPage

K = Qt.Key
WORDS = "Can Biscuit sleep in my room?"


@pytest.fixture
def at(tmp_path: Path, clock: Any, look: Any, qtbot: Any, settle: Callable[[], None]) -> Iterator[SimpleNamespace]:
    with whole_app(tmp_path, clock, look, qtbot, settle) as it:
        it.scopes = list(it.load.scopes)
        it.sarah = it.scopes[0]
        said = make(it, "own_words", words=WORDS, said_on="2026-11-20")
        it.promise = make(
            it, "promise", you_said_id=said.record_id, we_heard="You want your dog near. At night.",
            we_promised="I will ask Nan.", due_on="2026-12-04", we_did="Nan said yes.", state="done",
            promised_by_id=it.casebook.me.worker.worker_id,
        )  # fmt: skip
        yield it


def make(at: SimpleNamespace, type_name: str, scope_id: str = "", **answers: Any) -> Entry:
    draft = at.casebook.new_draft(type_name, scope_id or at.sarah)
    at.casebook.save(draft, {name: Edit(None, value) for name, value in answers.items()}).result()
    at.casebook.cut(draft.record_id).result()
    at.settle()
    return at.casebook.entry(draft.record_id)


def show(at: SimpleNamespace, **more: Any) -> AnswerLetterPage:
    at.window.open("answer_letter", scope_id=at.sarah, record_id=at.promise.record_id, **more)
    at.settle()
    return at.window.pages.currentWidget()


def body(at: SimpleNamespace) -> dict[str, Any]:
    return dict(at.casebook.entry(at.promise.record_id).body)


def seen(page: QWidget) -> list[str]:
    found = []
    for one in page.findChildren(QWidget):
        if one.isVisible() and isinstance(one, VoiceQuote):
            found.append(one.words())
        elif one.isVisible() and isinstance(one, PlainLabel):
            found.append(one.text())
    return found


def rows(page: QWidget) -> list[str]:
    return [one.accessibleName() for one in page.findChildren(QWidget, "letter.row") if one.isVisible()]


def test_from_the_promise_one_press_writes_to_the_child_what_was_just_typed(at: SimpleNamespace) -> None:
    at.window.open("promise", record_id=at.promise.record_id)
    at.settle()
    form = at.window.pages.currentWidget().form
    form.set_value("we_did", "Nan and I both said yes.")
    write = at.hands.find("promise.write")
    assert write.words().startswith("Write to ")
    at.hands.click("promise.write")
    at.hands.wait_for(lambda: at.window.here().key == "answer_letter")
    at.hands.wait_for(lambda: "Nan and I both said yes." in seen(at.window.pages.currentWidget()))


def test_from_the_childs_page_one_press_writes_all_answers(at: SimpleNamespace) -> None:
    at.window.open("children", scope_id=at.sarah, tab="you_said")
    at.settle()
    at.hands.click("child.write")
    shown = at.window.pages.currentWidget()
    assert WORDS in seen(shown)
    assert not at.window.findChild(QWidget, "answer_letter.told").isVisible(), "several are told one by one"


def test_the_words_stand_exactly_and_in_the_order_said_heard_did(at: SimpleNamespace) -> None:
    found = seen(show(at, in_pictures=False).page.content)
    wanted = [WORDS, "You want your dog near. At night.", "I will ask Nan.", "Nan said yes."]
    places = [found.index(one) for one in wanted]
    assert places == sorted(places)


def test_in_pictures_there_is_one_thing_in_a_row_and_the_keys_change_the_manner(at: SimpleNamespace) -> None:
    page = show(at, in_pictures=True)
    assert rows(page)[:4] == [
        f"You said. {WORDS}", "We heard. You want your dog near.", "At night.", "We did this. Nan said yes.",
    ]  # fmt: skip
    at.hands.click("answer_letter.manner.words")
    assert rows(page) == []
    at.hands.click("answer_letter.manner.pictures")
    assert rows(page)


def test_a_child_who_uses_symbols_is_shown_pictures_unasked_and_an_older_one_words(at: SimpleNamespace) -> None:
    child = at.casebook.child(at.sarah)
    at.casebook.save(child.draft(), {"born_on": Edit(child.body.get("born_on"), "2009-03-01")}).result()
    before = at.casebook.one("communication_preferences", at.sarah)
    draft = before.draft() if before else at.casebook.new_draft("communication_preferences", at.sarah)
    was = before.body.get("modes") if before else None
    at.casebook.save(draft, {"modes": Edit(was, ["speech"])}).result()
    at.settle()
    assert rows(show(at)) == []
    at.casebook.save(draft, {"modes": Edit(["speech"], ["symbols"])}).result()
    at.settle()
    assert rows(show(at))


def test_told_is_one_key_and_says_on_which_day_how_and_by_whom(at: SimpleNamespace) -> None:
    show(at)
    at.hands.key(K.Key_Return, CTRL)
    at.hands.wait_for(lambda: body(at).get("told_on"))
    today = at.casebook.clock.today().isoformat()
    me = at.casebook.me.worker.worker_id
    told = body(at)
    assert (told["told_on"], told["told_how"], told["told_by_id"], told["seen_by_child_on"], told["state"]) == (
        today, "in_person", me, today, "told",
    )  # fmt: skip
    at.hands.wait_for(lambda: not at.window.findChild(QWidget, "answer_letter.told").isVisible())
    name = at.casebook.me.worker.display_name
    at.hands.wait_for(lambda: any(f"{name} told you this on" in one for one in seen(at.window.pages.currentWidget())))


def test_telling_can_be_undone_as_it_was(at: SimpleNamespace) -> None:
    show(at)
    before = body(at)
    at.hands.click("answer_letter.told")
    at.hands.wait_for(lambda: body(at).get("told_on"))
    at.hands.wait_for(at.window.toasts.undo_button.isVisible)
    at.window.toasts.undo_button.click()
    at.hands.wait_for(lambda: not body(at).get("told_on"))
    after = body(at)
    for name in ("told_on", "told_how", "told_by_id", "seen_by_child_on", "state"):
        assert (after.get(name) or None) == (before.get(name) or None), name


def test_the_child_says_with_one_key_whether_they_are_content(at: SimpleNamespace) -> None:
    show(at)
    at.hands.key(K.Key_2)
    at.hands.wait_for(lambda: body(at).get("happy_with_answer") == "partly")
    at.hands.click("answer_letter.content.no")
    at.hands.wait_for(lambda: body(at).get("happy_with_answer") == "no")
    # What was pressed first may be drawn once more in between.
    at.hands.wait_for(lambda: at.hands.find("answer_letter.content.no").isChecked())


def test_what_is_not_answered_yet_cannot_be_told_and_nobody_is_asked(at: SimpleNamespace) -> None:
    entry = at.casebook.entry(at.promise.record_id)
    at.casebook.save(entry.draft(), {"we_did": Edit("Nan said yes.", ""), "state": Edit("done", "open")}).result()
    at.settle()
    page = show(at, in_pictures=False)
    assert not page.told.isVisible()
    assert not page.content.isVisible()
    at.hands.key(K.Key_Return, CTRL)
    at.hands.key(K.Key_1)
    at.settle()
    assert not body(at).get("told_on")
    assert not body(at).get("happy_with_answer")


def test_it_is_read_aloud_from_dear_to_the_end(at: SimpleNamespace) -> None:
    at.voice.found.emit(True)
    show(at, in_pictures=True)
    at.hands.key(K.Key_R)
    heard = at.voice.finish_all()
    assert heard[0].startswith("Dear ")
    assert WORDS in heard
    assert heard[-1] == "If not, tell me. You can change your mind."


@pytest.mark.parametrize(("in_pictures", "key"), [(True, "picture_letter"), (False, "letter")])
def test_what_is_shown_is_what_ctrl_p_prints(at: SimpleNamespace, in_pictures: bool, key: str) -> None:
    shown = show(at, in_pictures=in_pictures)._document
    at.hands.key(K.Key_P, CTRL)
    printing = at.window.pages.currentWidget()
    assert at.window.here().key == "print"
    assert printing.which.value() == (key,)
    assert printing._document == shown
    printing.which.set_value(("before_you_knock",))
    printing._draw()
    assert printing._document.kind == "before_you_knock", "the child’s other documents are not made of the promise"


def test_nothing_of_another_child_stands_on_it(at: SimpleNamespace) -> None:
    other = make(at, "own_words", at.scopes[1], words="Somebody else’s words", said_on="2026-11-20")
    make(at, "promise", at.scopes[1], you_said_id=other.record_id, we_promised="Theirs", due_on="2026-12-04")
    at.window.open("answer_letter", scope_id=at.sarah)
    at.settle()
    assert "Somebody else’s words" not in seen(at.window.pages.currentWidget())


def test_one_that_is_gone_says_so_plainly(at: SimpleNamespace) -> None:
    at.casebook.delete(at.promise.record_id).result()
    at.settle()
    page = show(at)
    assert not page.told.isVisible()
    assert "Nothing promised yet." in seen(page)


def test_in_the_form_whoever_writes_down_the_day_is_who_told_and_without_a_day_nobody_did(at: SimpleNamespace) -> None:
    at.window.open("promise", record_id=at.promise.record_id)
    at.settle()
    page = at.window.pages.currentWidget()
    at.hands.click("promise.told_today")
    at.hands.wait_for(lambda: body(at).get("told_by_id") == at.casebook.me.worker.worker_id)
    page.form.set_value("told_on", None)
    page.form_changed("told_on")
    at.hands.wait_for(lambda: not body(at).get("told_by_id"))


def test_what_a_colleague_told_stays_theirs(at: SimpleNamespace) -> None:
    entry = at.casebook.entry(at.promise.record_id)
    edits = {"told_on": Edit(None, "2026-11-21"), "told_by_id": Edit(None, "somebody"), "state": Edit("done", "told")}
    at.casebook.save(entry.draft(), edits).result()
    at.window.open("promise", record_id=at.promise.record_id)
    at.settle()
    page = at.window.pages.currentWidget()
    page.form.set_value("told_on", "2026-11-22")
    page.form_changed("told_on")
    at.hands.wait_for(lambda: body(at).get("told_on") == "2026-11-22")
    assert body(at)["told_by_id"] == "somebody"


def test_in_the_smallest_window_with_the_largest_letters_no_answer_lies_over_another(
    at: SimpleNamespace, look: Any
) -> None:
    take_on(look, Shown.LARGE)
    at.window.resize(1024, 600)
    page = show(at)
    places = [tile.geometry() for tile in page.content.tiles]
    assert all(page.content.rect().contains(place) for place in places)
    assert not any(one.intersects(other) for one, other in pairwise(places))
    assert all(tile.height() >= tile.minimumSizeHint().height() for tile in page.content.tiles)
    title = page.head.title
    assert title.fontMetrics().horizontalAdvance(title.text()) <= title.width(), "the child is named whole"
