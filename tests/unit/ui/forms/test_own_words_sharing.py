"""Who can see a child's words, asked while they are written down; and what is folded away in every form."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

import models.records  # noqa: F401 - declares every type
from models.query import Query
from models.record import COMMON, FOLDED, MORE, SHOWN, all_declarations, declaration_of
from tests.drawings import photo
from ui import access
from ui.attachments import AttachmentStrip
from ui.form import Form
from ui.form_manner import Manner
from ui.form_sharing import FormSharing

LEFT = Qt.MouseButton.LeftButton
NOTE = Manner(headed=False, inline_after="What happened", folded=frozenset({MORE}))
ALL_FOUR = ("board", "carers", "parents", "school")


def find(widget: QWidget, name: str) -> Any:
    QApplication.processEvents()
    found = [each for each in widget.findChildren(QWidget, name) if each.isVisible()]
    assert len(found) == 1, f"{len(found)} of {name}"
    return found[0]


def press(widget: QWidget, *names: str) -> None:
    for name in names:
        QTest.mouseClick(find(widget, name), LEFT)


def say_words(form: Form, words: str) -> None:
    said = form.forms()[1]
    said.focus_on("words")
    QTest.keyClicks(said.rows["words"].editor.target(), words)


def opened_more(form: Form) -> None:
    for part in form.parts:
        if part.fold is not None:
            part.fold.set_open(True)
    for _ in range(3):
        QApplication.processEvents()


# ---- who can see these words ---------------------------------------------------------------------------------------


def test_the_chip_says_who_can_see_the_words_before_there_are_any(make: Any, stage: Any) -> None:
    form = make("visit_note", manner=NOTE)
    assert find(form, "own_words.sharing").words() == "Who can see this: Everyone who helps me"
    assert stage.count("own_words") == 0


def test_an_answer_given_first_waits_for_the_first_word(make: Any, stage: Any) -> None:
    form = make("visit_note", manner=NOTE)
    press(form, "own_words.sharing", "sharing.who.worker_and_iro", "sharing.done")
    assert find(form, "own_words.sharing").words() == "Who can see this: My worker and my IRO"
    assert stage.count("own_words") == stage.count("visit_note") == 0
    say_words(form, "Only for you two.")
    form.hand_over()
    stage.wait_for(lambda: not form.has_unsaved())
    said, note = stage.only("own_words"), stage.only("visit_note")
    assert (said.audience, said.keep_from) == ("worker_and_iro", ALL_FOUR)
    assert (note.audience, note.keep_from) == ("everyone_on_record", ())


def test_an_answer_given_while_words_are_typed_loses_none_of_them(make: Any, stage: Any) -> None:
    form = make("visit_note", manner=NOTE)
    press(form, "own_words.sharing")
    say_words(form, "Mum must not read this.")
    press(form, "sharing.not.parents", "sharing.done")
    stage.wait_for(lambda: stage.count("own_words") == 1 and stage.only("own_words").keep_from == ("parents",))
    assert stage.only("own_words").body["words"] == "Mum must not read this."
    stage.wait_for(lambda: find(form, "own_words.sharing").words().endswith("Everyone who helps me. Not my parents"))


def test_a_child_changes_their_mind_in_the_note_and_it_can_be_taken_back(make: Any, stage: Any) -> None:
    form = make("visit_note", manner=NOTE)
    say_words(form, "I like Becky.")
    form.hand_over()
    stage.wait_for(lambda: not form.has_unsaved())
    press(form, "own_words.sharing", "sharing.who.only_author", "sharing.done")
    stage.wait_for(lambda: stage.only("own_words").audience == "only_author")
    stage.wait_for(lambda: find(form, "own_words.sharing").words() == "Who can see this: Only Aisha Khan")
    assert stage.pages.toasts[-1] == "Only you."
    stage.pages.undo()
    stage.wait_for(lambda: stage.only("own_words").audience == "everyone_on_record")
    stage.wait_for(lambda: find(form, "own_words.sharing").words() == "Who can see this: Everyone who helps me")


@pytest.mark.parametrize("end", ["own_words.sharing", "sharing.leave"])
def test_the_question_goes_as_it_came_and_gives_the_focus_back(make: Any, stage: Any, end: str) -> None:
    form = make("visit_note", manner=NOTE)
    line = form.findChild(FormSharing)
    press(form, "own_words.sharing")
    assert QApplication.focusWidget() is line.question.who.tiles[0]
    press(form, end)
    assert line.question is None
    assert QApplication.focusWidget() is line.button
    assert stage.count("own_words") == 0


def test_each_saying_has_an_answer_of_its_own(make: Any, stage: Any) -> None:
    form = make("visit_note", manner=NOTE)
    say_words(form, "One.")
    form.hand_over()
    stage.wait_for(lambda: not form.has_unsaved())
    press(form, "own_words.sharing", "sharing.not.school", "sharing.done")
    stage.wait_for(lambda: stage.only("own_words").keep_from == ("school",))
    press(form, "own_words.add")
    second = form.forms()[2]
    QTest.keyClicks(second.rows["words"].editor.target(), "Two.")
    form.hand_over()
    stage.wait_for(lambda: stage.count("own_words") == 2)
    kept = {one.body["words"]: one.keep_from for one in stage.casebook.select(Query(types=("own_words",)))}
    assert kept == {"One.": ("school",), "Two.": ()}


# ---- what every record about a child may hold ----------------------------------------------------------------------

WITH_EVIDENCE = [one.type for one in all_declarations() if one.evidence]


@pytest.mark.parametrize("type_name", WITH_EVIDENCE)
def test_a_photo_can_be_kept_with_any_record_about_a_child(
    make: Any, stage: Any, tmp_path: Path, type_name: str
) -> None:
    form = make(type_name)
    opened_more(form)
    (strip,) = [one for one in form.findChildren(AttachmentStrip) if one.outer is form]
    path = tmp_path / "a.jpg"
    path.write_bytes(photo())
    strip.add_files([path])
    stage.wait_for(lambda: stage.count("attachment") == 1 and bool(strip.forms()))
    entry, outer = stage.only("attachment"), stage.casebook.entry(form.draft.record_id)
    assert entry.body["belongs_to_id"] == form.draft.record_id
    assert entry.audience == outer.audience
    assert {"made_by", "words_in_it"} <= set(strip.forms()[0].declaration.fields)
    caption = strip.forms()[0]
    assert caption in form.forms()
    caption.focus_on("caption")
    QTest.keyClicks(QApplication.focusWidget(), "Her street")
    form.hand_over()
    stage.wait_for(lambda: not form.has_unsaved())
    assert stage.only("attachment").title == "Her street"


@pytest.mark.parametrize("type_name", [one.type for one in all_declarations() if one.is_common])
def test_what_every_record_may_hold_asks_nothing_until_it_is_unfolded(make: Any, stage: Any, type_name: str) -> None:
    form = make(type_name)
    assert not COMMON.keys() & form.rows.keys()
    opened_more(form)
    assert COMMON.keys() <= form.rows.keys()
    chips = form.rows["themes"].editor.row  # type: ignore[attr-defined]
    QTest.mouseClick(chips.chips()[0], LEFT)
    form.hand_over()
    stage.wait_for(lambda: not form.has_unsaved())
    entry = stage.casebook.entry(form.draft.record_id)
    declaration = declaration_of(type_name)
    assert declaration is not None
    assert entry.body["themes"] == [declaration.fields["themes"].choices[0].code]
    assert any("answered" in part.fold.button.words() for part in form.parts if part.fold is not None)


def test_a_fold_says_how_many_pages_lie_in_it(make: Any, stage: Any, tmp_path: Path) -> None:
    form = make("planned_visit")
    opened_more(form)
    (strip,) = form.findChildren(AttachmentStrip)
    path = tmp_path / "a.jpg"
    path.write_bytes(photo())
    strip.add_files([path])
    stage.wait_for(lambda: bool(strip.forms()))
    again = make("planned_visit", form.draft.record_id)
    (fold,) = [part.fold for part in again.parts if part.fold is not None]
    assert fold.button.words() == "More · 1 photo or page"


def test_a_childs_words_in_a_note_can_have_a_drawing_of_their_own(make: Any, stage: Any, tmp_path: Path) -> None:
    form = make("visit_note", manner=NOTE)
    say_words(form, "This is my street.")
    form.hand_over()
    stage.wait_for(lambda: not form.has_unsaved())
    said = form.forms()[1]
    opened_more(said)
    (strip,) = said.findChildren(AttachmentStrip)
    path = tmp_path / "a.jpg"
    path.write_bytes(photo())
    strip.add_files([path])
    stage.wait_for(lambda: stage.count("attachment") == 1)
    assert stage.only("attachment").body["belongs_to_id"] == stage.only("own_words").record_id


def test_evidence_is_in_plain_sight_where_children_speak_and_folded_elsewhere() -> None:
    where = {one.type: one.evidence for one in all_declarations()}
    assert {name for name, one in where.items() if one == SHOWN} == {
        "own_words", "visit_note", "not_taking_part", "promise", "this_is_me",
    }  # fmt: skip
    assert {"planned_visit", "communication_preferences", "addendum"} <= {
        name for name, one in where.items() if one == FOLDED
    }
    assert where["attachment"] == ""


def test_everything_unfolded_has_a_name(make: Any, stage: Any) -> None:
    form = make("visit_note", manner=NOTE)
    press(form, "own_words.sharing")
    opened_more(form)
    opened_more(form.forms()[1])
    stops = [each for each in form.findChildren(QWidget) if each.focusPolicy() & Qt.FocusPolicy.TabFocus]
    assert [each for each in stops if each.isVisible() and not access.name_of(each)] == []
