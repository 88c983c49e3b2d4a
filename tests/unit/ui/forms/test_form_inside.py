"""Records said inside another's form, and a type declared in a test, through the whole of the form."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from models.entry import Entry
from models.fields import Choice, choice, day, flags, line, link, moment, number, prose, tick, verbatim
from models.query import Query
from models.record import Record, forget, record
from ui.autosave import How
from ui.field_row import FieldRow
from ui.form import Form
from ui.form_manner import Manner

KEY = Qt.Key
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


# ---- records said inside -------------------------------------------------------------------------------------------


def test_a_childs_words_are_a_record_of_their_own_written_inside_the_note(make: Any, stage: Any) -> None:
    form = make("visit_note", manner=Manner(**{**vars_of(NOTE), "offers": {"visited_at": "2026-11-20T10:30:00.000Z"}}))
    (said,) = form.forms()[1:]
    write(said, "words", "I like Becky coming.")
    chip(said, "told_by", "talking")
    form.hand_over()
    stage.wait_for(lambda: not form.has_unsaved())
    words, note = stage.only("own_words"), stage.only("visit_note")
    assert words.body == {
        "words": "I like Becky coming.", "told_by": ["talking"], "said_on": "2026-11-20", "said_in_id": note.record_id,
    }  # fmt: skip
    assert note.record_id == form.draft.record_id


def vars_of(manner: Manner) -> dict[str, Any]:
    return {name: getattr(manner, name) for name in manner.__slots__}


def test_several_sayings_stand_in_one_note_and_each_is_saved_by_itself(make: Any, stage: Any) -> None:
    form = make("visit_note", manner=NOTE)
    block = form.findChild(QWidget, "own_words.inline").parentWidget()
    write(form.forms()[1], "words", "One.")
    QTest.mouseClick(block.more, Qt.MouseButton.LeftButton)
    write(form.forms()[2], "words", "Two.")
    form.leave()
    stage.written()
    stage.written()
    said = stage.casebook.select(Query(types=("own_words",)))
    assert sorted(entry.body["words"] for entry in said) == ["One.", "Two."]
    assert all(entry.version_id for entry in said)


def test_a_saying_is_removed_with_a_way_back(make: Any, stage: Any) -> None:
    form = make("visit_note", manner=NOTE)
    write(form.forms()[1], "words", "One.")
    form.hand_over()
    stage.written()
    remove = form.findChild(QWidget, "own_words.remove")
    QTest.mouseClick(remove, Qt.MouseButton.LeftButton)
    stage.wait_for(lambda: stage.count("own_words") == 0)
    stage.written()
    assert [each.body().get("words") for each in form.forms()[1:]] == [""]
    stage.pages.undo()
    stage.wait_for(lambda: [each.body().get("words") for each in form.forms()[1:]] == ["One."])


def test_the_day_of_the_visit_moves_the_day_of_what_was_said(make: Any, stage: Any) -> None:
    form = make("visit_note", manner=NOTE)
    write(form.forms()[1], "words", "One.")
    form.hand_over()
    stage.written()
    assert stage.only("own_words").body["said_on"] == "2026-11-23"
    form.focus_on("visited_at")
    QTest.keyClicks(box(form, "visited_at"), "20/11")
    QTest.keyClick(box(form, "visited_at"), KEY.Key_Tab)
    QTest.keyClicks(QApplication.focusWidget(), "1030")
    form.hand_over()
    stage.wait_for(lambda: stage.only("own_words").body["said_on"] == "2026-11-20")


def test_words_that_arrive_for_this_note_join_the_blocks(make: Any, stage: Any) -> None:
    note = stage.put("visit_note", {"what_happened": "x"})
    form = make("visit_note", note, NOTE)
    stage.put("own_words", {"words": "From the other laptop.", "said_on": "2026-11-23", "said_in_id": note})
    stage.wait_for(lambda: [each.body().get("words") for each in form.forms()[1:]] == ["From the other laptop."])


# ---- a type declared in a test -------------------------------------------------------------------------------------


@pytest.fixture
def letterbox() -> Iterator[str]:
    colours = tuple(Choice(f"c{number}", f"Colour {number}") for number in range(8))

    @record("letterbox", title="Letterbox", plural="Letterboxes", edited_by="author", timeline="hung_at")
    class Letterbox(Record):
        label: str = line("Label", to_finish=True)
        story: str = prose("Story", part="Words")
        said: str = verbatim("What {child} said about it", by="child", part="Words")
        shape: str = choice("Shape", (Choice("round", "Round"), Choice("square", "Square")), to_finish=True)
        colour: str = choice("Colour", colours)
        holds: tuple[str, ...] = flags("Holds", colours)
        painted_on: date | None = day("Painted on")
        hung_at: Any = moment("Hung at", to_finish=True)
        height: float | None = number("Height", least=0, most=200, only_when=("shape", ("square",)))
        has_key: bool | None = tick("Has a key?")
        whose_id: str = link("Whose", to=("person_i_trust",))

    @record("key_found", title="Key found", plural="Keys found", edited_by="author", shown_in="box_id")
    class KeyFound(Record):
        where: str = prose("Where it was", to_finish=True)
        box_id: str = link("Box", to=("letterbox",), is_in_form=False)

    yield "letterbox"
    forget("letterbox")
    forget("key_found")


def test_a_type_declared_here_goes_through_the_form_with_every_kind_of_field(
    make: Any, stage: Any, letterbox: str
) -> None:
    form = make(letterbox)
    write(form, "label", "Front door")
    write(form, "story", "Old.")
    write(form, "said", "it squeaks")
    chip(form, "shape", "square")
    QTest.keyClick(box(form, "colour"), KEY.Key_Down)
    chip(form, "holds", "c3")
    write(form, "painted_on", "9/11")
    write(form, "hung_at", "yesterday 2pm")
    write(form, "height", "120")
    chip(form, "has_key", "no")
    form.focus_on("whose_id")
    QTest.keyClick(box(form, "whose_id"), KEY.Key_Down)
    write(form.forms()[1], "where", "Under the mat")
    assert form.check() == []
    form.leave()
    stage.wait_for(lambda: form.state().how is How.SAVED and not form.has_unsaved())
    entry: Entry = stage.only("letterbox")
    assert {name: value for name, value in entry.body.items() if name != "hung_at"} == {
        "label": "Front door", "story": "Old.", "said": "it squeaks", "shape": "square", "colour": "c0",
        "holds": ["c3"], "painted_on": "2026-11-09", "height": 120, "has_key": False, "whose_id": stage.grandad,
    }  # fmt: skip
    assert entry.when.startswith("2026-11-22")
    assert stage.only("key_found").body == {"where": "Under the mat", "box_id": entry.record_id}
    again = make(letterbox, entry.record_id)
    assert {name: again.body()[name] for name in entry.body} == entry.body
    assert all(isinstance(row, FieldRow) for row in again.rows.values())
