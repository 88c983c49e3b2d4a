"""What I have said: the child reads what is held, says who may see it, changes their mind, and says what is not so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from models.audience import EVERYONE_ON_RECORD, KEEP_FROM, ONLY_AUTHOR, WORKER_AND_IRO
from models.drawing import read
from models.entry import Draft, Edit
from models.query import Query
from tests.unit.ui.counting import CTRL, whole_app
from ui import access
from ui.parts.chips import Chip
from ui.parts.drawn_sheet import DrawnSheet
from ui.parts.icon_label import IconLabel
from ui.parts.labels import PlainLabel
from ui.parts.voice_quote import VoiceQuote
from ui.views.what_i_said import WhatISaidPage

K = Qt.Key


@pytest.fixture
def at(tmp_path: Path, clock: Any, look: Any, qtbot: Any, settle: Callable[[], None]) -> Iterator[SimpleNamespace]:
    with whole_app(tmp_path, clock, look, qtbot, settle) as it:
        it.sarah, it.jaydon, it.ellie = list(it.load.scopes)
        yield it


def open_page(at: SimpleNamespace, scope_id: str) -> WhatISaidPage:
    at.window.open("what_i_said", scope_id=scope_id)
    at.settle()
    return page(at)


def page(at: SimpleNamespace) -> WhatISaidPage:
    shown = at.window.pages.currentWidget()
    assert isinstance(shown, WhatISaidPage)
    return shown


def quotes(page: QWidget) -> list[str]:
    return [one.words() for one in page.findChildren(VoiceQuote) if one.isVisible()]


def texts(page: QWidget) -> list[str]:
    return [one.text() for one in page.findChildren(PlainLabel) if one.isVisible()]


def first(at: SimpleNamespace, name: str) -> QWidget:
    """The button of the newest saying."""
    return next(one for one in page(at).findChildren(QWidget, name) if one.isVisible())


def newest(at: SimpleNamespace) -> Any:
    return at.casebook.entry(first(at, "what_i_said.share").property("row"))


def test_all_that_is_held_in_her_words_stands_there_with_who_sees_it_and_what_came_of_it(at: SimpleNamespace) -> None:
    shown = open_page(at, at.sarah)
    held = at.casebook.select(Query(types=("own_words",), scope_id=at.sarah, limit=500))
    assert len(held) <= 10
    assert {str(one.body["words"]) for one in held} <= set(quotes(shown))
    said = texts(shown)
    assert "Who can see this: Everyone who helps me" in said
    assert "We did: It stands on your card now, so whoever visits you reads it first." in said
    assert "This is Me" in said
    assert not at.window.rail.isVisible(), "nothing else is on a screen that is turned round"
    others = {str(one.body.get("words")) for scope in (at.jaydon, at.ellie)
              for one in at.casebook.select(Query(types=("own_words",), scope_id=scope, limit=500))}  # fmt: skip
    assert not (others - {str(one.body["words"]) for one in held}) & set(quotes(shown))


def test_she_changes_who_can_see_in_three_presses_and_may_change_her_mind(at: SimpleNamespace) -> None:
    open_page(at, at.sarah)
    entry = newest(at)
    at.hands.press(first(at, "what_i_said.share"))
    at.hands.click("sharing.who.only_author")
    at.hands.click("sharing.done")
    assert at.hands.clicks == 3
    at.hands.wait_for(lambda: at.casebook.entry(entry.record_id).audience == ONLY_AUTHOR)
    assert at.casebook.entry(entry.record_id).keep_from == tuple(sorted(KEEP_FROM))
    at.hands.wait_for(lambda: "Who can see this: Only Aisha Khan" in texts(page(at)))
    at.hands.key(K.Key_Z, CTRL)
    at.hands.wait_for(lambda: at.casebook.entry(entry.record_id).audience == EVERYONE_ON_RECORD)
    assert at.casebook.entry(entry.record_id).keep_from == ()


def test_the_answer_to_her_words_is_seen_by_no_more_people_than_the_words(at: SimpleNamespace) -> None:
    open_page(at, at.sarah)
    entry = newest(at)
    promises = Query(types=("promise",), scope_id=at.sarah)
    (promise,) = at.casebook.select(promises)
    assert (promise.body["you_said_id"], promise.keep_from) == (entry.record_id, ())
    at.hands.press(first(at, "what_i_said.share"))
    at.hands.click("sharing.who.worker_and_iro")
    at.hands.click("sharing.done")
    at.hands.wait_for(lambda: at.casebook.entry(entry.record_id).audience == WORKER_AND_IRO)
    (promise,) = at.casebook.select(promises)
    assert (promise.audience, promise.keep_from) == (WORKER_AND_IRO, tuple(sorted(KEEP_FROM)))
    at.hands.wait_for(lambda: page(at).asked is None)
    at.hands.key(K.Key_Z, CTRL)
    at.hands.wait_for(lambda: at.casebook.select(promises)[0].audience == EVERYONE_ON_RECORD)


def test_not_my_parents_is_kept_with_everyone_who_helps_me(at: SimpleNamespace) -> None:
    open_page(at, at.sarah)
    entry = newest(at)
    at.hands.press(first(at, "what_i_said.share"))
    at.hands.click("sharing.not.parents")
    at.hands.click("sharing.done")
    at.hands.wait_for(lambda: at.casebook.entry(entry.record_id).keep_from == ("parents",))
    assert at.casebook.entry(entry.record_id).audience == EVERYONE_ON_RECORD
    at.hands.wait_for(lambda: "Who can see this: Everyone who helps me. Not my parents" in texts(page(at)))


def test_leaving_it_as_it_was_changes_nothing(at: SimpleNamespace) -> None:
    open_page(at, at.sarah)
    entry = newest(at)
    at.hands.press(first(at, "what_i_said.share"))
    at.hands.key(K.Key_3)
    assert page(at).asked.who.value() == ONLY_AUTHOR
    at.hands.click("sharing.leave")
    assert page(at).asked is None
    assert at.casebook.entry(entry.record_id).version_id == entry.version_id


def test_what_is_not_so_is_put_right_beside_the_first_words_which_stay(at: SimpleNamespace) -> None:
    open_page(at, at.sarah)
    entry = newest(at)
    at.hands.press(first(at, "what_i_said.not_so"))
    at.hands.wait_for(lambda: at.window.focusWidget() is page(at).asked.box)
    at.hands.type("I said a month")
    at.hands.click("check_back.done")
    at.hands.wait_for(lambda: at.casebook.entry(entry.record_id).body.get("child_correction") == "I said a month")
    now = at.casebook.entry(entry.record_id).body
    assert now["words"] == entry.body["words"]
    assert now["checked_back_result"] == "changed"
    at.hands.wait_for(lambda: "I said a month" in quotes(page(at)))


def test_words_another_worker_wrote_down_are_theirs_to_change_and_the_press_says_so(
    at: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(at.casebook, "why_not_editable", lambda _entry: "This is another worker’s")
    shown = open_page(at, at.sarah)
    name = at.casebook.worker_name(newest(at).author_id)
    at.hands.press(first(at, "what_i_said.share"))
    assert at.window.toasts.label.text() == f"{name} wrote this down, and can change it. Tell {name}."
    assert shown.asked is None


def test_a_younger_child_has_pictures_and_larger_words(at: SimpleNamespace) -> None:
    shown = open_page(at, at.jaydon)
    assert "Everyone who helps me" in texts(shown)
    assert not any(one.startswith(("Who can see this", "I said this")) for one in texts(shown))
    sides = {one.sizeHint().width() for one in shown.findChildren(IconLabel) if one.isVisible()}
    assert max(sides) >= 34
    assert all(access.name_of(one) for one in shown.findChildren(QWidget, "what_i_said.share"))


def test_what_a_child_drew_is_shown_and_not_only_told_of(at: SimpleNamespace) -> None:
    lines = [["red", 14, 100, 700, 500, 50], ["blue", 28, 5, 5]]
    entry = at.casebook.one("this_is_me", at.jaydon)
    assert entry is not None
    draft = Draft(entry.record_id, entry.type, entry.scope_id)
    at.casebook.save(draft, {"my_drawing": Edit(None, lines), "pen_held_by": Edit(None, "child")}).result()
    shown = open_page(at, at.jaydon)
    (drawn,) = shown.findChildren(DrawnSheet)
    assert drawn.strokes == read(lines)
    assert access.name_of(drawn) == "My drawing: A drawing of 2 lines"
    assert "A drawing of 2 lines" not in quotes(shown)
    assert any("A drawing of 2 lines" in one for one in shown.pieces())


def test_a_child_of_whom_nothing_is_held_is_asked_to_start_and_a_lost_child_is_not_shown(at: SimpleNamespace) -> None:
    for type_name in ("own_words", "this_is_me", "communication_preferences"):
        for one in at.casebook.select(Query(types=(type_name,), scope_id=at.ellie, limit=500)):
            at.casebook.delete(one.record_id).result()
    assert "Nothing yet. Shall we start?" in texts(open_page(at, at.ellie))
    open_page(at, "01a00000-0000-7000-8000-00000000ffff")
    assert "This is not on this laptop" in texts(page(at))


def test_the_timeline_says_who_may_not_see_it(at: SimpleNamespace) -> None:
    draft = at.casebook.new_draft("own_words", at.sarah, keep_from=("parents",))
    edits = {"words": Edit("", "Do not tell Mum"), "said_on": Edit(None, "2026-11-23")}
    at.casebook.save(draft, edits).result()
    at.window.open("children", scope_id=at.sarah, tab="timeline")
    at.settle()
    at.hands.wait_for(lambda: any("Not my parents" in one for one in chips(at)))


def chips(at: SimpleNamespace) -> list[str]:
    return [one.words() for one in at.window.findChildren(Chip) if one.isVisible()]


def test_of_many_sayings_the_newest_ten_stand_above_her_pages_and_the_rest_is_one_press_away(
    at: SimpleNamespace,
) -> None:
    for number in range(25):
        draft = at.casebook.new_draft("own_words", at.sarah)
        on = f"2027-01-{number + 1:02}"
        at.casebook.save(draft, {"words": Edit(None, f"Saying {number}"), "said_on": Edit(None, on)}).result()
    held = len(at.casebook.select(Query(types=("own_words",), scope_id=at.sarah, limit=500)))

    def cards() -> list[QWidget]:
        shown = [page(at).page.body.itemAt(place).widget() for place in range(page(at).page.body.count())]
        return [one for one in shown if one is not None]

    def stand() -> list[str]:
        return [one.objectName() for one in cards()]

    at.window.open("what_i_said", scope_id=at.sarah)
    heard = page(at).pieces()
    assert any("This is Me" in one for one in heard), "what is not built yet is read aloud"
    at.hands.wait_for(lambda: stand().count("what_i_said.saying") == 10)
    newest = [one.findChild(VoiceQuote).words() for one in cards()[:10]]
    assert newest == [f"Saying {number}" for number in range(24, 14, -1)]
    assert stand()[10:12] == ["what_i_said.more", "what_i_said.page"]
    for shown in range(20, held + 10, 10):
        more: Any = page(at).findChild(QWidget, "what_i_said.more")
        more.click()
        at.hands.wait_for(lambda shown=shown: stand().count("what_i_said.saying") == min(shown, held))
    assert "what_i_said.more" not in stand()
