"""This is Me: read in the child's own colour, edited with the child, and never torn between two laptops."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from models.attachments.intake import take_in
from models.me_page import checked_words
from models.wording import Spoken
from tests.drawings import photo
from ui import access
from ui.parts.bullet_list import BulletList
from ui.parts.card import Card
from ui.parts.picture_tile import PictureTile
from ui.parts.two_versions_strip import TwoVersionsStrip
from ui.views.me_reading import QUESTIONS, MeReading
from ui.views.this_is_me import SAFE_ANYWAY, ThisIsMePage

LEFT = Qt.MouseButton.LeftButton
ME = {
    "my_name": "Sarah",
    "about_me": "I am 17. I like drawing.",
    "important_to_me": "My grandparents being close by\nBiscuit\n\nKnowing what will happen next",
    "how_to_talk_with_me": "Short, clear words.",
    "sharing_wishes": "Share with my IRO. Ask me before anyone else.",
    "copy_given_to": ["iro", "carer"],
    "pen_held_by": "child_with_worker",
    "checked_with_child_on": "2026-11-09",
}


@pytest.fixture
def page(stage: Any, show: Callable[..., QWidget]) -> Any:
    page = ThisIsMePage(stage.link, stage.pages, stage.look)
    show(page)
    return page


@pytest.fixture
def me(stage: Any) -> str:
    record_id: str = stage.put("this_is_me", ME)
    stage.written()
    return record_id


def find(page: QWidget, name: str) -> Any:
    found = page.findChild(QWidget, name)
    assert found is not None, name
    return found


def texts(page: QWidget) -> str:
    for _ in range(3):
        QApplication.processEvents()
    return "\n".join(label.accessibleName() or label.text() for label in page.findChildren(QLabel) if label.isVisible())


def reading(page: QWidget) -> MeReading:
    found = page.findChild(MeReading)
    assert found is not None
    return found


# ---- reading -------------------------------------------------------------------------------------------------------


def test_every_line_is_a_bullet_and_a_single_line_a_quote(page: Any, stage: Any, me: str) -> None:
    page.opened(scope_id=stage.scope)
    lines = find(page, "this_is_me.important_to_me")
    assert lines.lines() == ("My grandparents being close by", "Biscuit", "Knowing what will happen next")
    assert lines.accessibleName() == ME["important_to_me"]
    assert find(page, "this_is_me.how_to_talk_with_me")._is_quote()


def test_the_childs_words_have_the_childs_colour_and_a_carers_have_not(page: Any, stage: Any, me: str) -> None:
    page.opened(scope_id=stage.scope)
    assert find(page, "this_is_me.important_to_me")._tone == "voice"
    stage.change(me, pen_held_by="carer_for_child")
    stage.wait_for(lambda: find(page, "this_is_me.important_to_me")._tone == "text")


def test_the_foot_says_who_may_see_it_who_has_a_copy_and_which_version(page: Any, stage: Any, me: str) -> None:
    stage.change(me, helps_me="Quiet.")
    page.opened(scope_id=stage.scope)
    said = texts(page)
    assert "Share with my IRO. Ask me before anyone else." in said
    assert "A copy was given to: IRO, Carer" in said
    assert find(page, "this_is_me.version").words() == "Version 2, changed 23 November by you"
    QTest.mouseClick(find(page, "this_is_me.version"), LEFT)
    assert stage.pages.opened[-1] == ("history", {"record_id": me})


@pytest.mark.parametrize(
    ("pen", "words", "tone"),
    [
        ("child_with_worker", "Sarah and a worker wrote this together, in her words.", ""),
        ("carer_for_child", "A carer wrote this for Sarah. These are the carer’s words, and not Sarah’s.", "warn"),
        (None, "It is not written down yet who held the pen.", "warn"),
    ],
)
def test_the_head_says_who_held_the_pen(page: Any, stage: Any, me: str, pen: str | None, words: str, tone: str) -> None:
    stage.change(me, pen_held_by=pen)
    page.opened(scope_id=stage.scope)
    line = find(page, "this_is_me.pen_held_by")
    assert (line.text(), line.property("tone")) == (words, tone)


def test_earlier_versions_are_fetched_so_that_they_can_be_counted(
    page: Any, stage: Any, me: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.change(me, helps_me="Quiet.")
    asked: list[str] = []
    coming: Future[int] = Future()
    whole = stage.casebook.kept

    def fetch(record_id: str) -> Future[int]:
        asked.append(record_id)
        return coming

    monkeypatch.setattr(stage.link, "fetch_history", fetch)
    monkeypatch.setattr(
        stage.casebook, "kept", lambda record_id: whole(record_id) if coming.done() else whole(record_id)[-1:]
    )
    page.opened(scope_id=stage.scope)
    assert find(page, "this_is_me.version").words() == "Changed 23 November by you"
    assert asked == [me]
    coming.set_result(1)
    stage.wait_for(lambda: find(page, "this_is_me.version").words() == "Version 2, changed 23 November by you")


def test_who_may_see_it_is_one_click_away_and_stored_as_the_child_says(page: Any, stage: Any, me: str) -> None:
    page.opened(scope_id=stage.scope)
    chip = find(page, "this_is_me.sharing")
    assert chip.words() == "Who can see this: Everyone who helps me"
    QTest.mouseClick(chip, LEFT)
    QTest.mouseClick(find(page, "sharing.not.school"), LEFT)
    QTest.mouseClick(find(page, "sharing.done"), LEFT)
    stage.wait_for(lambda: stage.casebook.entry(me).keep_from == ("school",))
    stage.wait_for(lambda: find(page, "this_is_me.sharing").words().endswith("Everyone who helps me. Not my school"))
    stage.pages.undo()
    stage.wait_for(lambda: stage.casebook.entry(me).keep_from == ())


def test_pressing_the_chip_again_or_leaving_it_asks_no_more(page: Any, stage: Any, me: str) -> None:
    page.opened(scope_id=stage.scope)
    chip, line = find(page, "this_is_me.sharing"), reading(page).foot.sharing
    for press in ("this_is_me.sharing", "sharing.leave", "sharing.done"):
        QTest.mouseClick(chip, LEFT)
        assert line is not None
        assert line.question is not None
        QTest.mouseClick(find(page, press), LEFT)
        assert line.question is None
    assert stage.casebook.entry(me).audience == "everyone_on_record"


# ---- the child's own picture ---------------------------------------------------------------------------------------


def test_an_empty_place_asks_for_a_picture_and_leads_to_where_one_is_added(page: Any, stage: Any, me: str) -> None:
    page.opened(scope_id=stage.scope)
    tile = find(page, "this_is_me.add_picture")
    assert access.name_of(tile) == "My picture: add Sarah’s own picture"
    QTest.mouseClick(tile, LEFT)
    assert page.form is not None
    assert QApplication.focusWidget().objectName() == "attachment.add"


def test_the_childs_picture_stands_at_the_head_and_the_others_below(page: Any, stage: Any, me: str) -> None:
    record_ids = []
    for number, made_by in enumerate(("child", "worker")):
        draft = stage.casebook.new_draft("attachment", stage.scope)
        values = {"belongs_to_id": me, "made_by": made_by, "caption": f"Picture {number}"}
        stage.casebook.attachments.add(draft, take_in(photo(number)), values)
        record_ids.append(draft.record_id)
    page.opened(scope_id=stage.scope)
    tile = find(page, "this_is_me.picture")
    stage.wait_for(tile.has_picture)
    assert len(find(page, "this_is_me.pictures").findChildren(PictureTile)) == 2
    QTest.mouseClick(tile, LEFT)
    assert stage.pages.opened[-1] == ("attachment", {"record_id": record_ids[1]})


@pytest.mark.parametrize(
    ("day", "words", "tone"),
    [
        ("2026-11-09", "Sarah checked this on 9 Nov 2026", "ok"),
        ("2026-05-23", "Sarah checked this on 23 May 2026", "ok"),
        ("2026-05-22", "Check with Sarah. Last checked 22 May 2026", "warn"),
        (None, "Not checked with Sarah yet", "warn"),
    ],
)
def test_after_six_months_the_page_asks_to_check_again(
    page: Any, stage: Any, me: str, day: str | None, words: str, tone: str
) -> None:
    stage.change(me, checked_with_child_on=day)
    entry = stage.casebook.entry(me)
    said, _icon, shown = checked_words(entry.body, Spoken("Sarah"), stage.clock.today())
    assert (said, shown) == (words, tone)
    page.opened(scope_id=stage.scope)
    assert page.pill.text() == words


def test_a_box_nobody_has_asked_about_shows_its_question(page: Any, stage: Any, me: str) -> None:
    page.opened(scope_id=stage.scope)
    assert f"Ask: {QUESTIONS['my_hopes']}" in texts(page)
    assert f"Ask: {QUESTIONS['important_to_me']}" not in texts(page)


def test_where_nothing_was_asked_six_questions_stand_ready(page: Any, stage: Any) -> None:
    page.opened(scope_id=stage.scope)
    said = texts(page)
    assert all(f"Ask: {question}" in said for question in QUESTIONS.values())
    assert "Nothing here yet. Shall we start?" in said
    assert page.edit_button.words() == "Start with Sarah"
    assert not page.pill.isVisible()


@pytest.mark.parametrize(("wide", "columns"), [(1154, 3), (960, 2), (620, 1)])
def test_the_boxes_stand_in_three_columns_two_or_one_and_nothing_is_cut(
    page: Any, stage: Any, me: str, wide: int, columns: int
) -> None:
    page.resize(wide, 536)
    page.opened(scope_id=stage.scope)
    texts(page)
    cards = [card for card in reading(page).findChildren(Card) if card.objectName().endswith(".card")][:6]
    assert len({card.x() for card in cards}) == columns
    assert page.page.content.width() <= page.page.viewport().width()
    for lines in reading(page).findChildren(BulletList):
        assert lines.height() >= lines.heightForWidth(lines.width())


def test_two_versions_of_a_box_are_said_calmly_and_lead_to_both(page: Any, stage: Any, me: str) -> None:
    stage.change(me, helps_me="Mine.")
    stage.arrive(me, base=stage.casebook.history(me)[0], helps_me="Theirs.")
    page.opened(scope_id=stage.scope)
    card = find(page, "this_is_me.helps_me.card")
    (strip,) = card.findChildren(TwoVersionsStrip)
    texts(page)
    QTest.mouseClick(strip.button, LEFT)
    assert stage.pages.opened[-1] == ("two_versions", {"record_id": me})


def test_what_another_laptop_wrote_shows_while_the_page_is_read(page: Any, stage: Any, me: str) -> None:
    page.opened(scope_id=stage.scope)
    stage.arrive(me, my_hopes="Baking at college.")
    stage.wait_for(lambda: "Baking at college." in texts(page))


# ---- editing -------------------------------------------------------------------------------------------------------


def test_editing_is_the_same_declaration_saved_by_itself_and_read_again_when_done(
    page: Any, stage: Any, me: str
) -> None:
    page.opened(scope_id=stage.scope)
    assert page.edit_button.words() == "Edit with Sarah"
    QTest.mouseClick(page.edit_button, LEFT)
    assert QApplication.focusWidget().objectName() == "this_is_me.important_to_me"
    page.form.focus_on("my_hopes")
    QTest.keyClicks(QApplication.focusWidget(), "Baking.")
    QTest.mouseClick(page.done_button, LEFT)
    stage.wait_for(lambda: page.form is None)
    assert "Baking." in texts(page)
    entry = stage.casebook.entry(me)
    assert entry.body["my_hopes"] == "Baking."
    assert not entry.is_finished
    stage.wait_for(lambda: len(stage.casebook.history(me)) == 2)


def test_a_page_begun_with_the_child_carries_the_name_they_chose(page: Any, stage: Any) -> None:
    page.opened(scope_id=stage.scope)
    QTest.mouseClick(page.edit_button, LEFT)
    QTest.keyClicks(QApplication.focusWidget(), "Nan")
    page.act("flush")
    stage.wait_for(lambda: not page.form.has_unsaved())
    assert stage.only("this_is_me").body == {"my_name": "Sarah", "important_to_me": "Nan"}


def test_looking_at_the_form_and_going_back_leaves_nothing(page: Any, stage: Any) -> None:
    page.opened(scope_id=stage.scope)
    QTest.mouseClick(page.edit_button, LEFT)
    assert page.act("back")
    stage.wait_for(lambda: page.form is None)
    assert stage.count("this_is_me") == 0
    assert not page.act("back")


def test_what_is_still_missing_is_said_once_and_then_may_wait(page: Any, stage: Any) -> None:
    page.opened(scope_id=stage.scope)
    QTest.mouseClick(page.edit_button, LEFT)
    QTest.keyClicks(QApplication.focusWidget(), "Nan")
    QTest.mouseClick(page.done_button, LEFT)
    words = [link.words() for link in page.problems.links()]
    assert words == ["Fill in who held the pen", "Fill in how to talk with me"]
    assert SAFE_ANYWAY in page.problems.accessibleName()
    QTest.mouseClick(page.done_button, LEFT)
    stage.wait_for(lambda: page.form is None)
    assert stage.only("this_is_me").body["important_to_me"] == "Nan"


def test_two_laptops_editing_apart_keep_every_word(page: Any, stage: Any, me: str) -> None:
    page.opened(scope_id=stage.scope)
    QTest.mouseClick(page.edit_button, LEFT)
    page.form.focus_on("how_to_talk_with_me")
    QTest.keyClicks(QApplication.focusWidget(), "Slowly. ")
    page.act("flush")
    stage.wait_for(lambda: not page.form.has_unsaved())
    stage.casebook.cut(me).result()
    stage.arrive(me, base=stage.casebook.history(me)[0], how_to_talk_with_me="Use pictures.", my_hopes="Baking.")
    entry = stage.casebook.entry(me)
    assert entry.body["my_hopes"] == "Baking."
    kept = {entry.body["how_to_talk_with_me"], *(choice.value for choice in entry.open_choices)}
    assert kept == {"Use pictures.", "Slowly. Short, clear words."}
    assert page.form.rows["my_hopes"].editor.value() == "Baking."
    # The cursor is still in the box that changed: it shows what the worker wrote.
    assert page.form.rows["how_to_talk_with_me"].editor.value() == "Slowly. Short, clear words."


def test_a_page_from_a_newer_heard_says_why_it_cannot_be_edited(page: Any, stage: Any, me: str) -> None:
    stage.arrive(me, schema=99)
    page.opened(scope_id=stage.scope)
    QTest.mouseClick(page.edit_button, LEFT)
    assert page.form is None
    assert "A newer Heard wrote this" in stage.pages.toasts[-1]


# ---- names, keys, no child -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_editing", [False, True])
def test_everything_that_takes_the_focus_has_a_name(page: Any, stage: Any, me: str, is_editing: bool) -> None:
    page.opened(scope_id=stage.scope, is_editing=is_editing)
    texts(page)
    stops = [each for each in page.findChildren(QWidget) if each.focusPolicy() & Qt.FocusPolicy.TabFocus]
    unnamed = [each for each in stops if each.isVisible() and not access.name_of(each)]
    assert unnamed == []


def test_without_a_child_the_page_asks_whose_it_is(page: Any, stage: Any) -> None:
    page.opened()
    assert "Whose page?" in texts(page)
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Down)
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    assert stage.pages.opened == [("this_is_me", {"scope_id": stage.scope})]


def test_a_lock_comes_back_to_the_form_and_the_card_is_one_key_away(page: Any, stage: Any, me: str) -> None:
    page.opened(scope_id=stage.scope, is_editing=True)
    assert page.arguments() == {"scope_id": stage.scope, "is_editing": True}
    assert page.act("before_you_knock")
    assert stage.pages.opened[-1] == ("knock", {"scope_id": stage.scope})
    page.leave()
