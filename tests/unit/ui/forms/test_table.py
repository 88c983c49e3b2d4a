"""A table of any declared type: columns from its declaration, rows read only as far as they are seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester, QSignalSpy, QTest
from PySide6.QtWidgets import QWidget

from models.fields import day, line, link, prose
from models.query import OLDEST, Query, Where
from models.record import Record, all_declarations, declaration_of, forget, record
from ui.table import CHILD_COLUMN, ENTRY, PAGE, RecordTable, RecordTableView, columns_of


@pytest.fixture
def make(stage: Any) -> Callable[..., RecordTable]:
    def build(type_name: str, query: Query | None = None) -> RecordTable:
        declaration = declaration_of(type_name)
        assert declaration is not None
        table = RecordTable(stage.link, declaration, query)
        table.tester = QAbstractItemModelTester(table)  # type: ignore[attr-defined]
        return table

    return build


def cells(table: RecordTable) -> list[list[str]]:
    return [
        [table.data(table.index(row, column)) for column in range(table.columnCount())]
        for row in range(table.rowCount())
    ]


def heads(table: RecordTable) -> list[str]:
    return [table.headerData(at, Qt.Orientation.Horizontal) for at in range(table.columnCount())]


@pytest.mark.parametrize("type_name", [each.type for each in all_declarations()])
def test_every_declared_type_has_columns_that_tell_its_records_apart(type_name: str) -> None:
    declaration = declaration_of(type_name)
    assert declaration is not None
    columns = columns_of(declaration)
    in_form = sum(field.is_in_form for field in declaration.fields.values())
    assert min(3, in_form) <= len(columns) <= 5, "a type of two fields has no third to show"
    assert len({each.name for each in columns}) == len(columns)


def test_a_childs_records_are_shown_in_words(make: Any, stage: Any) -> None:
    stage.put("visit_note", {"visited_at": "2026-11-09T16:10:00.000Z", "place": "home", "visit_kind": "iro"})
    table = make("visit_note", Query(scope_id=stage.scope))
    assert heads(table) == ["When", "Where", "Kind of visit"]
    assert cells(table)[0][1:] == ["Home visit", "IRO visit"]
    assert cells(table)[0][0].startswith("9 November 2026, ")
    said = table.data(table.index(0, 1), Qt.ItemDataRole.AccessibleTextRole)
    assert said == "Where: Home visit"
    assert table.data(table.index(0, 0), ENTRY).type == "visit_note"


def test_over_all_children_the_first_column_says_whom_it_is_about(make: Any, stage: Any) -> None:
    stage.put("own_words", {"words": "x", "said_on": "2026-11-09"})
    table = make("own_words")
    assert heads(table)[0] == CHILD_COLUMN
    assert cells(table)[0][0] == "Sarah"


def test_rows_are_read_a_page_at_a_time_and_all_of_them_are_counted(make: Any, stage: Any) -> None:
    for number in range(PAGE + 30):
        stage.casebook.save(
            stage.casebook.new_draft("own_words", stage.scope),
            {"words": edit(f"saying {number}"), "said_on": edit("2026-11-09")},
        )
    stage.written()
    declaration = declaration_of("own_words")
    assert declaration is not None
    table = RecordTable(stage.link, declaration, Query(scope_id=stage.scope, order=OLDEST))
    assert (table.rowCount(), table.total()) == (PAGE, PAGE + 30)
    assert table.canFetchMore()
    table.fetchMore()
    assert table.rowCount() == PAGE + 30
    assert not table.canFetchMore()
    assert len({table.entry_at(row).record_id for row in range(table.rowCount())}) == PAGE + 30


def edit(value: Any) -> Any:
    from models.entry import Edit

    return Edit(None, value)


def test_a_table_follows_what_changes_and_only_that(make: Any, stage: Any) -> None:
    note = stage.put("visit_note", {"place": "home"})
    table = make("visit_note", Query(scope_id=stage.scope, where=(Where("place", "is", "home"),)))
    resets = QSignalSpy(table.modelReset)
    stage.change(note, visit_kind="iro")
    stage.written()
    assert cells(table)[0][2] == "IRO visit"
    seen = resets.count()
    stage.put("own_words", {"words": "x"})
    stage.written()
    assert resets.count() == seen
    stage.casebook.delete(note).result()
    stage.written()
    assert (table.rowCount(), table.total()) == (0, 0)


def test_a_row_is_opened_by_enter_and_by_a_double_press(make: Any, stage: Any, show: Callable[..., QWidget]) -> None:
    stage.put("person_i_trust", {"name": "Nan", "relationship": "My nan"})
    table = make("person_i_trust", Query(scope_id=stage.scope, order="title"))
    view = RecordTableView(table, "People Sarah trusts")
    opened: list[Any] = []
    view.opened.connect(opened.append)
    show(view, 900, 400)
    view.setFocus()
    QTest.keyClick(view, Qt.Key.Key_Down)
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert len(opened) == 1
    place = view.visualRect(table.index(1, 0)).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    QTest.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert opened[1].body["name"] == "Nan"
    QTest.keyClick(view, Qt.Key.Key_Tab)
    assert view.currentIndex().row() == 1


@pytest.fixture
def kite() -> Iterator[str]:
    @record("kite", title="Kite", plural="Kites", edited_by="assigned", title_field="name", timeline="flown_on")
    class Kite(Record):
        name: str = line("Name")
        flown_on: date | None = day("Flown on", indexed=True)
        story: str = prose("Story")
        whose_id: str = link("Whose", to=("person_i_trust",), indexed=True)

    yield "kite"
    forget("kite")


def test_a_type_declared_here_has_its_table_with_links_by_name(make: Any, stage: Any, kite: str) -> None:
    stage.put(kite, {"name": "Red one", "flown_on": "2026-11-09", "whose_id": stage.grandad})
    table = make(kite, Query(scope_id=stage.scope))
    assert heads(table) == ["Name", "Flown on", "Whose"]
    assert cells(table) == [["Red one", "9 November 2026", "Grandad (Pete)"]]
    stage.change(stage.grandad, name="Grandad")
    stage.written()
    assert cells(table) == [["Red one", "9 November 2026", "Grandad"]]


def test_many_lines_of_text_stand_on_one(make: Any, stage: Any, kite: str) -> None:
    stage.put(kite, {"name": "Two\n  lines"})
    assert cells(make(kite, Query(scope_id=stage.scope)))[0][0] == "Two lines"
