"""Today, driven by keys and clicks: who to see, the card at a glance, the note in one press, what is to finish."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QMenu

from models.clock import to_stamp
from models.entry import Edit
from models.invented import leave_two_versions
from ui.parts.labels import PlainLabel
from ui.views.today import TodayPage

LEFT = Qt.MouseButton.LeftButton


def test_the_day_shows_each_visit_in_time_order_with_its_card_and_no_click(stage: Any) -> None:
    stage.fill()
    page = stage.show(TodayPage)
    assert page.title.text() == "Monday 23 November"
    assert page.summary.text() == "3 visits today. Everything you need is on this laptop."
    shown = [
        (card.findChild(PlainLabel, "planned_visit.planned_at").text(), card.facts.head, card.until.text())
        for card in page.cards
    ]
    assert shown == [
        ("10:30", "Sarah, 17", "in 25 min"),
        ("13:15", "Jaydon M, 9", "in 3 h 10 min"),
        ("15:00", "Ellie R, 13", "in 4 h 55 min"),
    ]
    assert page.cards[0].strip.words().startswith("speak to Grandad (Pete) first. Please do not:")
    assert all(card.strip.isVisible() for card in page.cards)


def test_only_the_next_visits_button_is_filled(stage: Any) -> None:
    stage.fill()
    page = stage.show(TodayPage)
    assert [card.note._kind for card in page.cards] == ["primary", "secondary", "secondary"]
    assert stage.pages.has_main_action[-1] is True


def test_one_click_starts_the_note_of_a_visit(stage: Any) -> None:
    stage.fill()
    page = stage.show(TodayPage)
    QTest.mouseClick(page.cards[1].note, LEFT)
    visit = page.cards[1].facts.visit
    assert stage.pages.opened == [("note", {"scope_id": stage.scope("Jaydon M"), "planned_visit_id": visit.record_id})]
    assert page.new_note_about() == {
        "scope_id": stage.scope("Sarah"),
        "planned_visit_id": page.cards[0].facts.visit.record_id,
    }


# The display that is none can neither raise a menu nor give it the keyboard, and says so.
@pytest.mark.qt_log_ignore("raise\\(\\)", "grabbing the keyboard", extend=True)
def test_the_strip_the_menu_and_this_is_me_open_what_they_say(stage: Any, settle: Any) -> None:
    stage.fill()
    page = stage.show(TodayPage)
    card, scope = page.cards[0], stage.scope("Sarah")
    QTest.mouseClick(card.strip, LEFT)
    QTest.mouseClick(card.me, LEFT)
    card.more.setFocus()
    QTest.keyClick(card.more, Qt.Key.Key_Space)
    menu = next(each for each in card.findChildren(QMenu) if each.isVisible())
    QTest.keyClick(menu, Qt.Key.Key_Down)
    QTest.keyClick(menu, Qt.Key.Key_Return)
    settle()
    assert stage.pages.opened == [
        ("knock", {"scope_id": scope}),
        ("this_is_me", {"scope_id": scope}),
        ("plan", {"scope_id": scope, "record_id": card.facts.visit.record_id}),
    ]


def test_a_note_begun_for_a_visit_is_gone_on_with_and_a_finished_one_is_read(stage: Any) -> None:
    stage.fill()
    page = stage.show(TodayPage)
    visit = page.cards[0].facts.visit
    draft = stage.casebook.new_draft("visit_note", visit.scope_id)
    values = {
        "visited_at": to_stamp(stage.now),
        "place": "home",
        "visit_kind": "statutory",
        "seen": "no",
        "what_happened": "Pete met me.",
        "planned_visit_id": visit.record_id,
    }
    stage.link.wait(stage.casebook.save(draft, {name: Edit(None, value) for name, value in values.items()}))
    stage.wait(lambda: page.cards[0].note.words() == "Go on writing")
    QTest.mouseClick(page.cards[0].note, LEFT)
    assert stage.pages.opened == [("note", {"record_id": draft.record_id})]
    assert page.new_note_about() == {"record_id": draft.record_id}
    stage.link.wait(stage.casebook.finish(draft.record_id))
    stage.wait(lambda: page.cards[0].note.words() == "Open note")
    assert [card.note._kind for card in page.cards] == ["secondary", "primary", "secondary"]


def test_what_is_to_finish_opens_where_it_can_be_finished(stage: Any) -> None:
    caseload = stage.fill()
    torn = leave_two_versions(stage.casebook, caseload)
    page = stage.show(TodayPage)
    rows = {row.title(): row for row in page.finish_rows}
    assert set(rows) == {
        "Visit note – Ellie R",
        "This is Me – Tomasz W",
        "Check back with Sarah",
        "Check back with Noor A",
    }
    assert rows["Visit note – Ellie R"].words().startswith("Started Fri 20 Nov")
    for title in ("Visit note – Ellie R", "This is Me – Tomasz W", "Check back with Sarah"):
        QTest.mouseClick(rows[title], LEFT)
    (note, _), (versions, torn_args), (children, check_args) = stage.pages.opened
    assert (note, versions, children) == ("note", "two_versions", "children")
    assert torn_args == {"record_id": torn}
    assert check_args["scope_id"] == stage.scope("Sarah")
    assert stage.casebook.entry(check_args["record_id"]).type == "own_words"


def test_a_day_without_visits_says_what_belongs_there_and_what_to_do(stage: Any, find: Any) -> None:
    stage.fill()
    stage.now -= timedelta(days=1)
    page = stage.show(TodayPage)
    empty = find(page, "today.empty")
    assert empty.title.text() == "No visits planned today."
    assert empty.words.text().endswith("The next one is tomorrow at 10:30: Sarah.")
    QTest.mouseClick(find(page, "today.new_note"), LEFT)
    QTest.mouseClick(find(page, "today.plan_first"), LEFT)
    QTest.mouseClick(page.plan, LEFT)
    assert [key for key, _ in stage.pages.opened] == ["note", "plan", "plan"]
    assert stage.pages.has_main_action[-1] is False
    assert page.new_note_about() == {}


def test_a_small_window_turns_the_column_into_a_chip(stage: Any, find: Any) -> None:
    stage.fill()
    page = stage.show(TodayPage, size=(1024, 600))
    assert page.finish_chip.words() == "To finish (3)"
    assert not find(page, "today.to_finish").isHidden()
    assert not any(row.isVisible() for row in page.finish_rows)
    QTest.mouseClick(page.finish_chip, LEFT)
    assert all(row.isVisible() for row in page.finish_rows)
    assert page.finish_rows[0].hasFocus()
    page.resize(1366, 768)
    assert not page.finish_chip.isVisible()
    assert all(row.isVisible() for row in page.finish_rows)
    assert len(page.cards[0].strip.words()) > 80
    assert page._scroll.horizontalScrollBar().maximum() == 0


def test_minutes_pass_and_at_midnight_another_day_begins(stage: Any) -> None:
    stage.fill()
    page = stage.show(TodayPage)
    first = page.cards[0]
    stage.now += timedelta(minutes=10)
    page.look_at_the_clock()
    assert page.cards[0] is first
    assert first.until.text() == "in 15 min"
    stage.now += timedelta(hours=2)
    page.look_at_the_clock()
    assert [card.note._kind for card in page.cards] == ["secondary", "primary", "secondary"]
    stage.now += timedelta(hours=13)
    page.look_at_the_clock()
    assert page.title.text() == "Tuesday 24 November"


def test_a_change_that_touches_nothing_here_redraws_nothing(stage: Any, settle: Any) -> None:
    caseload = stage.fill()
    page = stage.show(TodayPage)
    cards = list(page.cards)
    home = stage.casebook.entry(caseload.record_ids("home")[0])
    edit = {"how_to_arrive": Edit(home.body.get("how_to_arrive"), "Ring twice")}
    stage.link.wait(stage.casebook.save(home.draft(), edit))
    stage.wait(lambda: stage.casebook.waiting_count() == 1)
    settle()
    assert page.cards == cards


def test_the_focus_stays_on_its_button_when_the_day_is_redrawn(stage: Any) -> None:
    stage.fill()
    page = stage.show(TodayPage)
    page.cards[2].me.setFocus()
    child = stage.casebook.child(page.cards[2].facts.visit.scope_id)
    stage.link.wait(stage.casebook.save(child.draft(), {"known_as": Edit("Ellie R", "El")}))
    stage.wait(lambda: page.cards[2].facts.head == "El, 13")
    assert page.cards[2].me.hasFocus()


@pytest.mark.parametrize("size", [(1366, 768), (1024, 600)])
def test_everything_on_today_has_a_name_and_no_words_are_markup(stage: Any, unnamed: Any, size: Any) -> None:
    stage.fill()
    child = stage.casebook.children()[-1]
    stage.casebook.save(child.draft(), {"known_as": Edit(child.title, "<b>Bold</b>")}).result()
    page = stage.show(TodayPage, size=size)
    assert unnamed(page) == []
    for label in page.findChildren(QLabel):
        assert label.textFormat() is Qt.TextFormat.PlainText or not label.text()


def test_today_holds_together_at_twice_the_text_size(stage: Any, look: Any) -> None:
    from ui.theme import Look, Scheme

    stage.fill()
    look.set_look(Look(scheme=Scheme.LIGHT, text_scale=2.0))
    page = stage.show(TodayPage, size=(1024, 600))
    assert page._scroll.horizontalScrollBar().maximum() == 0
    for card in page.cards:
        assert card.width() <= page.width()
        assert card.note.isVisible()


def _count_reads(stage: Any, monkeypatch: Any) -> list[object]:
    read, asked = stage.casebook.children, list[object]()
    monkeypatch.setattr(stage.casebook, "children", lambda: asked.append(None) or read())
    return asked


def test_a_day_in_which_nothing_was_saved_is_not_read_again(stage: Any, monkeypatch: Any) -> None:
    stage.fill()
    page = stage.show(TodayPage)
    asked = _count_reads(stage, monkeypatch)
    page.leave()
    page.hide()
    stage.now += timedelta(minutes=5)
    page.show()
    page.opened()
    assert asked == []
    assert page.cards[0].until.text() == "in 20 min"
    stage.now += timedelta(minutes=10)
    page.opened()
    assert len(asked) == 1


def test_what_was_saved_while_another_page_stood_is_on_today_as_soon_as_it_is_seen(stage: Any) -> None:
    stage.fill()
    page = stage.show(TodayPage)
    cards = list(page.cards)
    page.hide()
    child = stage.casebook.child(page.cards[2].facts.visit.scope_id)
    with stage.qtbot.waitSignal(stage.link.changed):
        stage.casebook.save(child.draft(), {"known_as": Edit("Ellie R", "El")})
    assert page.cards == cards
    page.show()  # the cover is lifted: nobody opens the page
    assert page.cards[2].facts.head == "El, 13"


def test_another_minute_alone_draws_nothing_anew(stage: Any) -> None:
    stage.fill()
    page = stage.show(TodayPage)
    cards = list(page.cards)
    stage.now += timedelta(minutes=3)
    page.refresh()
    assert page.cards == cards
    assert page.cards[0].until.text() == "in 22 min"
