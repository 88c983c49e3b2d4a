"""Find, driven by keys: results as each key is typed, the last children while nothing is, a note at once."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from models.entry import Edit
from ui.views.child_facts import note_looked_at, recent_children
from ui.views.find import FindPage

LEFT, KEY, CTRL = Qt.MouseButton.LeftButton, Qt.Key, Qt.KeyboardModifier.ControlModifier


def titles(page: Any) -> list[str]:
    return [row.title for row in page.model.rows]


def test_a_note_is_found_by_a_word_while_it_is_typed(stage: Any) -> None:
    stage.fill()
    draft = stage.casebook.new_draft("visit_note", stage.scope("Sarah"))
    words = {
        "what_happened": Edit("", "The xylophone stood in the <b>hall</b>."),
        "visited_at": Edit(None, "2026-11-20T10:00:00.000Z"),
    }
    stage.casebook.save(draft, words).result()
    page = stage.show(FindPage)
    assert page.field.hasFocus()
    QTest.keyClicks(page.field, "xyl")
    stage.wait(lambda: "Visit note – Sarah · Fri 20 Nov" in titles(page))
    row = page.list.current()
    assert [row.words[start:end] for start, end in row.word_spans] == ["xylophone"]
    assert "<b>hall</b>" in row.words
    QTest.keyClick(page.field, KEY.Key_Return)
    assert stage.pages.opened == [("note", {"record_id": draft.record_id})]


def test_a_child_is_found_first_and_three_letters_and_ctrl_n_start_a_note_about_them(stage: Any) -> None:
    stage.fill()
    page = stage.show(FindPage)
    QTest.keyClicks(page.field, "noo")
    stage.wait(lambda: titles(page)[:2] == ["Children", "Noor A, 15"])
    assert page.list.current().title == "Noor A, 15"
    QTest.keyClick(page.field, KEY.Key_N, CTRL)
    assert stage.pages.opened == [("note", {"scope_id": stage.scope("Noor A")})]
    QTest.keyClick(page.field, KEY.Key_Return)
    assert stage.pages.opened[-1] == ("children", {"scope_id": stage.scope("Noor A")})
    stage.wait(lambda: recent_children(stage.casebook) == [stage.scope("Noor A")])


def test_enter_pressed_before_the_answer_never_opens_what_stood_there_for_fewer_letters(stage: Any) -> None:
    stage.fill()
    note_looked_at(stage.link, stage.scope("Leo B"))
    stage.wait(lambda: recent_children(stage.casebook) == [stage.scope("Leo B")])
    for keys in ("Return", "N"):
        page = stage.show(FindPage)
        QTest.keyClicks(page.field, "noor")
        QTest.keyClick(page.field, KEY.Key_Return) if keys == "Return" else QTest.keyClick(page.field, KEY.Key_N, CTRL)
        assert stage.pages.opened[-1][1] == {"scope_id": stage.scope("Noor A")}


def test_arrow_keys_pass_over_headings(stage: Any) -> None:
    stage.fill()
    page = stage.show(FindPage)
    QTest.keyClicks(page.field, "sa")
    stage.wait(lambda: "Notes and words" in titles(page))
    at = titles(page).index("Notes and words")
    QTest.keyClick(page.field, KEY.Key_Up)
    assert page.list.currentIndex().row() == 1
    for _ in range(at - 1):
        QTest.keyClick(page.field, KEY.Key_Down)
    assert page.list.currentIndex().row() == at + 1
    for _ in range(len(titles(page))):
        QTest.keyClick(page.field, KEY.Key_Down)
    assert page.list.currentIndex().row() == len(titles(page)) - 1
    assert page.field.hasFocus()


def test_while_nothing_is_typed_the_last_five_children_stand_there(stage: Any) -> None:
    stage.fill()
    for name in ("Leo B", "Sarah", "Noor A", "Zara P", "Tomasz W", "Ellie R", "Sarah"):
        note_looked_at(stage.link, stage.scope(name))
        stage.wait(lambda name=name: recent_children(stage.casebook)[:1] == [stage.scope(name)])
    page = stage.show(FindPage)
    assert titles(page)[:7] == [
        "Looked at last",
        "Sarah, 17",
        "Ellie R, 13",
        "Tomasz W, 11",
        "Zara P, 7",
        "Noor A, 15",
        "Pages",
    ]


def test_a_page_is_found_by_its_name(stage: Any) -> None:
    stage.fill()
    page = stage.show(FindPage)
    QTest.keyClicks(page.field, "plan")
    stage.wait(lambda: "Plan a visit" in titles(page))
    row = titles(page).index("Plan a visit")
    place = page.list.visualRect(page.model.index(row)).center()
    QTest.mouseClick(page.list.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, QPoint(place))
    assert stage.pages.opened[-1] == ("plan", {})


def test_one_letter_finds_names_and_pages_at_once(stage: Any) -> None:
    stage.fill()
    page = stage.show(FindPage)
    QTest.keyClicks(page.field, "s")
    assert titles(page) == ["Children", "Sarah, 17", "Pages", "Sync and saved", "Settings", "Show all keys"]


def test_names_do_not_wait_for_a_slow_search(stage: Any, monkeypatch: Any) -> None:
    from threading import Event

    stage.fill()
    held, real = Event(), stage.casebook.find

    def slow(text: str, limit: int = 30) -> Any:
        assert held.wait(10)
        return real(text, limit)

    monkeypatch.setattr(stage.casebook, "find", slow)
    page = stage.show(FindPage)
    QTest.keyClicks(page.field, "sar")
    stage.wait(lambda: titles(page) == ["Children", "Sarah, 17"])
    held.set()
    stage.wait(lambda: "Notes and words" in titles(page))


def test_finding_nothing_says_what_was_not_searched(stage: Any, find: Any) -> None:
    stage.fill()
    page = stage.show(FindPage)
    QTest.keyClicks(page.field, "qqqq")
    said = "Nothing on this laptop matches “qqqq”. Children not assigned to you are not searched."
    stage.wait(lambda: page.nothing.isVisible() and page.nothing.text() == said)
    QTest.keyClick(page.field, KEY.Key_Return)
    assert stage.pages.opened == []
    QTest.mouseClick(page.field.cross, LEFT)
    assert page.field.text() == ""
    assert page.list.isVisible()
    assert page.field.hasFocus()


def test_only_the_last_of_a_burst_of_keys_is_shown(stage: Any) -> None:
    stage.fill()
    page = stage.show(FindPage)
    for text in ("gr", "gra", "gran", "grand", "grandad", "kitchen"):
        page.field.setText(text)
    stage.wait(lambda: any("kitchen" in row.words for row in page.model.rows))
    assert not any("Grandad" in row.words and "kitchen" not in row.words for row in page.model.rows)


def test_every_control_has_a_name_and_the_list_says_what_it_holds(stage: Any, unnamed: Any) -> None:
    stage.fill()
    page = stage.show(FindPage, size=(1024, 600))
    QTest.keyClicks(page.field, "sar")
    stage.wait(lambda: "Notes and words" in titles(page))
    assert unnamed(page) == []
    assert page.list.accessibleDescription().endswith("First: Sarah, 17")
    assert "lives with Nan and Grandad" in str(page.model.data(page.model.index(1), Qt.ItemDataRole.AccessibleTextRole))
