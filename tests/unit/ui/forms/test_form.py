"""A form of any declared type: asked, saved, merged and checked from its declaration alone."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication, QWidget

from models.errors import NotAllowed, StoreFull
from models.query import Query
from models.record import declaration_of
from ui import access
from ui.autosave import How
from ui.field_row import pick_letters
from ui.form import Form
from ui.form_manner import Manner
from ui.parts.error_summary import ErrorSummary
from ui.save_line import SaveLine, words_of

KEY, CTRL, ALT = Qt.Key, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
NOTE = Manner(headed=False, inline_after="What happened", folded=frozenset({"More"}))


def box(form: Form, name: str) -> Any:
    return form.rows[name].editor.target()


def chip(form: Form, name: str, code: str) -> None:
    row = form.rows[name].editor.row  # type: ignore[attr-defined]
    wanted = next(each for each in row.chips() if each.objectName().endswith(f".{code}"))
    QTest.mouseClick(wanted, Qt.MouseButton.LeftButton)


def write(form: Form, name: str, words: str) -> None:
    form.focus_on(name)
    QTest.keyClicks(box(form, name), words)


# ---- building ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "type_name",
    ["visit_note", "own_words", "this_is_me", "communication_preferences", "planned_visit", "home", "involvement",
     "person_i_trust", "addendum", "child"],
)  # fmt: skip
def test_every_declared_type_has_a_form_with_a_name_and_a_role_for_everything(make: Any, type_name: str) -> None:
    form = make(type_name)
    for part in form.parts:
        if part.fold is not None:
            part.fold.set_open(True)
    declaration = declaration_of(type_name)
    assert declaration is not None
    # Looked up, so that one that is not asked yet is built, too.
    assert [form.rows[each.name].field for each in form.rows.fields()] == form.shown_fields()
    assert list(form.rows) == [each.name for each in declaration.fields.values() if each.is_in_form]
    stops = [each for each in form.findChildren(QWidget) if each.focusPolicy() & Qt.FocusPolicy.TabFocus]
    assert len(stops) >= len(form.rows)
    for each in stops:
        assert access.name_of(each), each
    for name, row in form.rows.items():
        assert row.editor.target().objectName() == f"{type_name}.{name}"
        assert "{" not in row.name


def test_names_and_pronouns_of_the_child_stand_in_the_questions(make: Any) -> None:
    form = make("visit_note", manner=NOTE)
    assert form.rows["seen"].name == "Did you see Sarah?"
    chip(form, "seen", "yes")
    assert form.rows["bedroom_seen"].name == "Her space seen?"


def test_a_part_that_is_folded_is_built_when_it_is_opened(make: Any, stage: Any) -> None:
    form = make("visit_note", manner=NOTE)
    assert "present" not in form.rows
    fold = next(part.fold for part in form.parts if part.fold is not None)
    QTest.mouseClick(fold.button, Qt.MouseButton.LeftButton)
    write(form, "present", "Nan")
    form.hand_over()
    stage.written()
    assert stage.only("visit_note").body["present"] == "Nan"
    assert fold.button.words() == "More · 1 answered"


def test_a_form_that_was_never_touched_leaves_nothing(make: Any, stage: Any) -> None:
    form = make("visit_note", manner=Manner(offers={"place": "home"}))
    form.focus_on("what_happened")
    form.leave()
    stage.written()
    assert stage.count("visit_note") == 0
    assert stage.casebook.waiting_count() == 3


# ---- asked only when it applies ------------------------------------------------------------------------------------


def test_a_question_is_asked_only_when_it_applies_and_the_focus_stays_where_it_is(make: Any) -> None:
    form = make("visit_note", manner=NOTE)
    assert not form.rows["seen_alone"].isVisible()
    chip(form, "seen", "yes")
    assert form.rows["seen_alone"].isVisible()
    assert form.rows["seen"].has_cursor()
    chip(form, "seen_alone", "no_other")
    assert form.rows["not_alone_reason"].isVisible()
    form.focus_on("seen")
    chip(form, "seen", "no")
    assert not form.rows["seen_alone"].isVisible()
    assert form.rows["seen"].has_cursor()


def test_a_question_is_built_when_it_is_asked_in_its_place_and_with_the_letter_it_always_had(
    make: Any, stage: Any
) -> None:
    form, asked_at_once = make("visit_note", manner=NOTE), make("visit_note", manner=NOTE)
    later = ("seen_alone", "bedroom_seen")
    assert not any(name in form.rows for name in later)
    letters = [asked_at_once.rows[name].label.letter for name in later]
    assert all(letters)
    chip(form, "seen", "yes")
    QTest.qWait(1)
    assert all(name in form.rows for name in later)
    assert list(form.rows)[:6] == ["visited_at", "place", "visit_kind", "seen", *later]
    assert [form.rows[name].label.letter for name in later] == letters
    places = [(row.y(), row.x()) for row in (form.rows[name] for name in ("seen", *later))]
    assert places == sorted(places)
    assert all(form.rows[name].isVisible() for name in later)
    chip(form, "bedroom_seen", "yes")
    stage.wait_for(lambda: stage.body(form.draft.record_id).get("bedroom_seen") is True)


def test_what_was_answered_to_a_question_that_is_not_asked_stays(make: Any, stage: Any) -> None:
    first = make("visit_note", manner=NOTE)
    chip(first, "seen", "yes")
    chip(first, "bedroom_seen", "yes")
    chip(first, "seen", "no")
    stage.wait_for(lambda: stage.count("visit_note") == 1 and stage.only("visit_note").body["seen"] == "no")
    again = make("visit_note", first.draft.record_id, NOTE)
    assert "bedroom_seen" not in again.rows
    assert again.body()["bedroom_seen"] is True
    write(again, "what_happened", "We drew.")
    again.hand_over()
    stage.wait_for(lambda: stage.body(again.draft.record_id).get("what_happened") == "We drew.")
    assert stage.body(again.draft.record_id)["bedroom_seen"] is True
    chip(again, "seen", "yes")
    assert again.rows["bedroom_seen"].editor.value() is True


def test_an_answer_that_no_longer_applies_is_kept_and_not_needed(make: Any, stage: Any) -> None:
    form = make("visit_note", manner=NOTE)
    chip(form, "seen", "yes")
    chip(form, "seen_alone", "yes")
    chip(form, "seen", "no")
    assert form.body()["seen_alone"] == "yes"
    assert "Choose if you saw Sarah alone" not in [words for words, _ in form.check()]


# ---- saving --------------------------------------------------------------------------------------------------------


def test_what_is_typed_with_real_keys_is_saved_by_itself(make: Any, stage: Any) -> None:
    form = make("visit_note", manner=NOTE)
    states = QSignalSpy(form.state_changed)
    write(form, "what_happened", "Grandad met me at the door.")
    stage.wait_for(lambda: form.state().how is How.SAVED)
    assert stage.only("visit_note").body == {"what_happened": "Grandad met me at the door."}
    assert states.count() == 1
    assert words_of(form.state()) == f"Saved on this laptop {stage.clock.moment.astimezone():%H:%M:%S}"


def test_a_tap_is_saved_at_once_with_what_is_filled_in_ahead(make: Any, stage: Any, hand_time: Any) -> None:
    form = make("visit_note", manner=Manner(headed=False, offers={"place": "home", "visit_kind": "iro"}))
    chip(form, "seen", "yes")
    stage.written()
    assert stage.only("visit_note").body == {"place": "home", "visit_kind": "iro", "seen": "yes"}


def test_leaving_a_field_saves_it(make: Any, stage: Any, hand_time: Any) -> None:
    form = make("visit_note", manner=NOTE)
    write(form, "what_happened", "x")
    assert stage.count("visit_note") == 0
    QTest.keyClick(box(form, "what_happened"), KEY.Key_Tab)
    stage.written()
    assert stage.only("visit_note").body == {"what_happened": "x"}


def test_a_hundred_keys_while_the_writer_is_held_never_wait_for_it(make: Any, stage: Any) -> None:
    form = make("visit_note", manner=NOTE)
    write(form, "what_happened", "x")
    stage.wait_for(lambda: form.state().how is How.SAVED)
    release = stage.hold_writer()
    text = "y" * 100
    for at, letter in enumerate(text):
        QTest.keyClick(box(form, "what_happened"), letter)
        if at % 10 == 0:
            QApplication.processEvents()
            form.autosave.hand_over()
    # Had one key waited for the writer, which waits for this line, the test would never come here.
    assert form.rows["what_happened"].editor.value() == "x" + text
    assert not release.is_set()
    assert stage.only("visit_note").body == {"what_happened": "x"}
    release.set()
    stage.wait_for(lambda: not form.has_unsaved())
    assert stage.only("visit_note").body == {"what_happened": "x" + text}


def test_more_typed_while_a_save_is_on_its_way_is_saved_after_it(make: Any, stage: Any) -> None:
    form = make("visit_note", manner=NOTE)
    release = stage.hold_writer()
    write(form, "what_happened", "one")
    form.autosave.hand_over()
    write(form, "what_happened", " two")
    form.autosave.hand_over()
    release.set()
    stage.wait_for(lambda: not form.has_unsaved())
    assert stage.only("visit_note").body == {"what_happened": "one two"}
    assert stage.only("visit_note").open_choices == ()
    assert form.rows["what_happened"].editor.value() == "one two"


def test_a_full_disk_keeps_the_text_on_screen_and_says_why(
    make: Any, stage: Any, monkeypatch: pytest.MonkeyPatch, hand_time: Any
) -> None:
    form = make("visit_note", manner=NOTE)
    line_under = SaveLine()
    stage.qtbot.addWidget(line_under)
    form.state_changed.connect(line_under.show_state)
    real = stage.casebook._desk.store.write

    def full(_job: Any, **_more: Any) -> Any:
        def job(_connection: Any) -> None:
            raise StoreFull("The laptop’s disk is full", "Safe.", "Wait.")

        return real(job)

    monkeypatch.setattr(stage.casebook._desk.store, "write", full)
    write(form, "what_happened", "Grandad")
    form.hand_over()
    stage.wait_for(lambda: form.state().how is How.TROUBLE)
    assert line_under.text() == "Not saved yet. The laptop’s disk is full. Heard tries again by itself."
    assert form.rows["what_happened"].editor.value() == "Grandad"
    monkeypatch.setattr(stage.casebook._desk.store, "write", real)
    hand_time.pass_by(3_000)
    stage.wait_for(lambda: form.state().how is How.SAVED)
    assert line_under.text().startswith("Saved on this laptop ")
    assert stage.only("visit_note").body == {"what_happened": "Grandad"}


def test_text_too_long_for_its_field_stays_on_screen_and_the_rest_is_saved(
    make: Any, stage: Any, hand_time: Any
) -> None:
    form = make("person_i_trust")
    write(form, "name", "Nan")
    form.focus_on("contact")
    QApplication.clipboard().setText("x" * 501)
    QTest.keyClick(box(form, "contact"), KEY.Key_V, CTRL)
    form.hand_over()
    stage.written()
    names = [entry.body for entry in stage.casebook.select(Query(types=("person_i_trust",)))]
    assert {"name": "Nan"} in names
    assert form.state().how is How.TROUBLE
    assert "500" in form.rows["contact"].shown_problem()
    QTest.keyClick(box(form, "contact"), KEY.Key_Backspace)
    assert form.rows["contact"].shown_problem() == ""
    form.hand_over()
    stage.written()
    assert form.state().how is How.SAVED


def test_a_day_that_cannot_be_read_is_asked_about_on_leaving_and_the_saved_one_stays(make: Any, stage: Any) -> None:
    record_id = stage.put("own_words", {"words": "x", "said_on": "2026-11-09"})
    form = make("own_words", record_id)
    form.focus_on("said_on")
    QTest.keyClick(box(form, "said_on"), KEY.Key_A, CTRL)
    QTest.keyClicks(box(form, "said_on"), "31/2")
    QTest.keyClick(box(form, "said_on"), KEY.Key_Tab)
    stage.written()
    assert form.rows["said_on"].shown_problem().startswith("Type a day")
    assert box(form, "said_on").text() == "31/2"
    assert stage.body(record_id)["said_on"] == "2026-11-09"
    assert [words for words, _ in form.check()] == [form.rows["said_on"].shown_problem()]


# ---- what comes from elsewhere -------------------------------------------------------------------------------------


@pytest.fixture
def profile(stage: Any) -> str:
    return stage.put(
        "this_is_me",
        {"my_name": "Sarah", "pen_held_by": "child", "helps_me": "Quiet.", "my_hopes": "Baking.", "about_me": "17."},
    )


def test_a_change_from_elsewhere_shows_at_once_where_nobody_writes(make: Any, stage: Any, profile: str) -> None:
    form = make("this_is_me", profile)
    form.focus_on("about_me")
    stage.arrive(profile, helps_me="Quiet.\nWalking.")
    assert form.rows["helps_me"].editor.value() == "Quiet.\nWalking."
    assert form.rows["about_me"].has_cursor()


def test_a_change_from_elsewhere_never_rewrites_the_field_with_the_cursor(make: Any, stage: Any, profile: str) -> None:
    form = make("this_is_me", profile)
    form.focus_on("helps_me")
    stage.arrive(profile, helps_me="Quiet.\nWalking.")
    row = form.rows["helps_me"]
    assert row.editor.value() == "Quiet."
    assert row._waiting is not None
    assert row._waiting.isVisible()
    form.focus_on("about_me")
    assert row.editor.value() == "Quiet.\nWalking."
    assert not row._waiting.isVisible()


def test_exact_words_changed_here_and_elsewhere_are_both_kept_and_shown_as_two_versions(
    make: Any, stage: Any, profile: str
) -> None:
    form = make("this_is_me", profile)
    write(form, "helps_me", "Very ")
    stage.wait_for(lambda: form.state().how is How.SAVED)
    stage.casebook.cut(profile).result()
    root = stage.casebook.history(profile)[0]
    assert root.read_body()["helps_me"] == "Quiet."
    stage.arrive(profile, base=root, helps_me="Walking.")
    row = form.rows["helps_me"]
    # The cursor is still in it: the worker's own text stays, and goes on growing where it is kept.
    assert row.editor.value() == "Very Quiet."
    write(form, "helps_me", "very ")
    stage.wait_for(lambda: not form.has_unsaved())
    entry = stage.casebook.entry(profile)
    assert entry.body["helps_me"] == "Walking."
    assert [one.value for one in entry.open_choices] == [row.editor.value()]
    form.focus_on("about_me")
    assert row.editor.value() == "Walking."
    QTest.mouseClick(row._strip.button, Qt.MouseButton.LeftButton)  # type: ignore[union-attr]
    assert stage.pages.opened == [("two_versions", {"record_id": profile})]


def test_a_prose_paragraph_from_elsewhere_is_merged_with_what_is_being_typed(make: Any, stage: Any) -> None:
    note = stage.put("visit_note", {"what_happened": "First.\nSecond."})
    form = make("visit_note", note, NOTE)
    form.focus_on("what_happened")
    QTest.keyClick(box(form, "what_happened"), KEY.Key_End, CTRL)
    stage.arrive(note, stage.me, what_happened="First, at home.\nSecond.")
    QTest.keyClicks(box(form, "what_happened"), " Mine.")
    stage.wait_for(lambda: not form.has_unsaved() and form.state().how is How.SAVED)
    assert form.rows["what_happened"].editor.value() == "First.\nSecond. Mine."
    assert stage.body(note)["what_happened"] == "First, at home.\nSecond. Mine."
    QTest.keyClicks(box(form, "what_happened"), " More.")
    form.focus_on("worker_view")
    stage.wait_for(lambda: form.rows["what_happened"].editor.value() == "First, at home.\nSecond. Mine. More.")
    assert stage.casebook.entry(note).open_choices == ()


def test_text_that_may_no_longer_be_saved_can_be_copied(make: Any, stage: Any) -> None:
    note = stage.put("visit_note", {"what_happened": "First."})
    form = make("visit_note", note, NOTE)
    line_under = SaveLine()
    stage.qtbot.addWidget(line_under)
    form.state_changed.connect(line_under.show_state)
    stage.arrive(note, stage.me, finished=True)
    write(form, "worker_view", "Too late.")
    form.hand_over()
    stage.wait_for(lambda: form.state().how is How.TROUBLE)
    assert isinstance(form.state().trouble, NotAllowed)
    copy = line_under.findChild(QWidget, "save_line.copy")
    assert copy is not None
    assert not copy.isHidden()
    assert form.unsaved_words() == "What I think it means\nToo late."


# ---- problems, letters, undo ---------------------------------------------------------------------------------------


def test_problems_are_said_in_a_summary_and_at_the_field_and_lead_to_it(make: Any, stage: Any) -> None:
    form = make("visit_note", manner=NOTE)
    chip(form, "seen", "yes")
    summary = ErrorSummary(parent=form.page.content)
    form.page.body.insertWidget(0, summary)
    found = form.check()
    words = [each for each, _ in found]
    assert words[:2] == ["Fill in when", "Choose where you met"]
    assert "Choose if you saw Sarah alone" in words
    assert form.rows["seen_alone"].shown_problem() == "Choose if you saw Sarah alone"
    summary.show_problems(found)
    at = words.index("Choose if you saw Sarah alone")
    QTest.mouseClick(summary.links()[at], Qt.MouseButton.LeftButton)
    assert form.rows["seen_alone"].has_cursor()
    assert form.rows["seen_alone"].column.contentsMargins().left() > 0
    chip(form, "seen_alone", "yes")
    assert form.rows["seen_alone"].shown_problem() == ""
    assert form.rows["seen_alone"].contentsRect() == form.rows["seen_alone"].rect()
    assert form.rows["seen_alone"].column.contentsMargins().left() == 0


def test_every_label_has_an_alt_letter_of_its_own_while_there_are_letters(make: Any) -> None:
    form = make("visit_note", manner=NOTE)
    letters = [row.label.letter.upper() for row in form.rows.values() if row.isVisible()]
    assert all(letters)
    assert len(set(letters)) == len(letters)
    letter = form.rows["what_happened"].label.letter.upper()
    QTest.keyClick(form.window(), getattr(KEY, f"Key_{letter}"), ALT)
    assert form.rows["what_happened"].has_cursor()


def test_letters_are_the_first_of_a_word_and_never_twice() -> None:
    letters = pick_letters(["When", "Where", "What happened", "W"], "F")
    assert letters[0] == "W"
    assert letters[3] == ""
    assert len({each.lower() for each in letters if each}) == 3


def test_ctrl_z_belongs_to_the_field_with_the_cursor(make: Any) -> None:
    form = make("visit_note", manner=NOTE)
    write(form, "what_happened", "one")
    write(form, "worker_view", "two")
    assert form.undo()
    assert form.rows["worker_view"].editor.value() == ""
    assert form.rows["what_happened"].editor.value() == "one"


def test_a_link_offers_the_people_of_this_child_and_a_way_to_add_one(make: Any, stage: Any) -> None:
    form = make("planned_visit")
    picker = box(form, "notice_through_id")
    assert [picker.itemText(at) for at in range(picker.count())] == ["Not recorded", "Grandad (Pete)"]
    stage.put("person_i_trust", {"name": "Nan", "relationship": "My nan"})
    stage.written()
    assert [picker.itemText(at) for at in range(picker.count())] == ["Not recorded", "Grandad (Pete)", "Nan"]
    QTest.mouseClick(form.rows["notice_through_id"].editor.add, Qt.MouseButton.LeftButton)
    assert stage.pages.opened == [("edit", {"type": "person_i_trust", "scope_id": stage.scope})]
