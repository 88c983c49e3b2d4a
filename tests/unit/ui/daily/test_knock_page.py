"""Before you knock, on a page of its own: what never to do comes second, keys work, an old card asks to be checked."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget

from models.entry import Edit
from ui.parts.labels import PlainLabel
from ui.parts.voice_quote import VoiceQuote
from ui.views.child_facts import recent_children
from ui.views.knock import KnockPage

LEFT, KEY = Qt.MouseButton.LeftButton, Qt.Key


def words_in(part: QWidget) -> list[str]:
    """What a part says, in the order a screen reader meets it."""
    found = []
    for each in part.findChildren(QLabel):
        if isinstance(each, VoiceQuote):
            found.append(each.words())
        elif isinstance(each, PlainLabel) and each.text():
            found.append(each.text())
    return found


def test_what_never_to_do_is_read_second(stage: Any) -> None:
    stage.fill()
    page = stage.show(KnockPage, scope_id=stage.scope("Sarah"))
    heads = [
        one for one in words_in(page._scroll.content) if one in ("First", "Please do not", "Words", "Changes", "After")
    ]
    assert heads == ["First", "Please do not", "Words", "Changes", "After"]
    aloud = " ".join(page.pieces())
    assert aloud.index("First:") < aloud.index("Please do not:") < aloud.index("Words:") < aloud.index("Changes:")
    assert words_in(page.cards[0]) == [
        "First",
        "Speak to Grandad (Pete) first.",
        "She blocks numbers she does not know.",
        "01632 960 142, after nine",
    ]


def test_it_can_be_read_at_arms_length(stage: Any) -> None:
    stage.fill()
    page = stage.show(KnockPage, scope_id=stage.scope("Sarah"))
    sizes = {each.text(): each.font().pixelSize() for each in page.findChildren(PlainLabel) if each.isVisible()}
    assert sizes["Speak to Grandad (Pete) first."] == 30
    assert min(sizes.values()) >= 18
    assert page.about.text() == ("Before you knock · She/her · says it “SAH-rah” · checked with Sarah 9 November 2026")


def test_the_childs_own_words_are_in_their_colour_and_nobody_elses(stage: Any, find: Any) -> None:
    stage.fill()
    page = stage.show(KnockPage, scope_id=stage.scope("Sarah"))
    stop = find(page, "knock.please_do_not")
    quotes = [each.words() for each in stop.findChildren(VoiceQuote)]
    assert quotes == ["Bring anyone new without telling me.", "Ask to see me on my own."]
    page.opened(scope_id=stage.scope("Jaydon M"))
    assert page.findChildren(VoiceQuote) == [] or not any(q.isVisible() for q in page.findChildren(VoiceQuote))
    assert "Seen by a worker" in words_in(find(page, "knock.please_do_not"))


def test_enter_starts_the_note_esc_is_for_the_window_and_buttons_do_what_they_say(stage: Any) -> None:
    stage.fill()
    page = stage.show(KnockPage, scope_id=stage.scope("Sarah"))
    page.setFocus()
    scope = {"scope_id": stage.scope("Sarah")}
    QTest.keyClick(page, KEY.Key_Return)
    QTest.mouseClick(page.me, LEFT)
    page.change.setFocus()
    QTest.keyClick(page.change, KEY.Key_Return)
    QTest.mouseClick(page.close_button, LEFT)
    assert stage.pages.opened == [
        ("note", scope),
        ("this_is_me", scope),
        ("edit", {"type": "communication_preferences", **scope}),
    ]
    assert stage.pages.went_back == 1
    assert page.new_note_about() == scope
    assert recent_children(stage.casebook) == [] or recent_children(stage.casebook)[0] == stage.scope("Sarah")


def test_an_old_card_asks_to_be_checked_and_one_press_says_it_is_still_right(stage: Any, find: Any) -> None:
    stage.fill()
    scope = stage.scope("Ellie R")
    page = stage.show(KnockPage, scope_id=scope)
    bar = find(page, "knock.check")
    assert words_in(bar)[0] == "Check with Ellie R. Last checked 27 April 2026."
    QTest.mouseClick(find(page, "knock.still_right"), LEFT)
    stage.wait(lambda: not [each for each in page.findChildren(QWidget, "knock.check") if each.isVisible()])
    wishes = stage.casebook.one("communication_preferences", scope)
    assert wishes.body["checked_with_child_on"] == "2026-11-23"
    stage.wait(lambda: bool(stage.pages.toasts))
    words, undo = stage.pages.toasts[-1]
    assert words == "Checked with Ellie R today"
    undo()
    stage.wait(
        lambda: stage.casebook.one("communication_preferences", scope).body["checked_with_child_on"] == "2026-04-27"
    )


def test_a_child_nobody_has_asked_shows_the_question_and_who_may_know(stage: Any, find: Any) -> None:
    stage.fill()
    page = stage.show(KnockPage, scope_id=stage.scope("Zara P"))
    said = words_in(find(page, "knock.not_asked"))
    assert said[:2] == ["Not asked yet", "Ask: How do you like people to talk with you?"]
    assert said[2] == "Nani may know until then (My grandma, 01632 960 820)."
    QTest.mouseClick(find(page, "knock.write"), LEFT)
    assert stage.pages.opened == [("edit", {"type": "communication_preferences", "scope_id": stage.scope("Zara P")})]
    assert not page.change.isVisible()


def test_without_anyone_trusted_the_way_leads_through_the_iro_or_the_carer(stage: Any, find: Any) -> None:
    stage.fill()
    scope = stage.scope("Zara P")
    person = stage.caseload.record_ids("person_i_trust", scope)[0]
    page = stage.show(KnockPage, scope_id=scope)

    def way() -> str:
        shown = [each for each in page.findChildren(QWidget, "knock.not_asked") if each.isVisible()]
        return words_in(shown[0])[2] if shown else ""

    stage.link.wait(stage.casebook.delete(person))
    stage.wait(lambda: way() == "Until then, ask whoever looks after her, or Martin Webb, the IRO.")
    child = stage.casebook.child(scope)
    stage.link.wait(stage.casebook.save(child.draft(), {"carer_name": Edit("", "Bev")}))
    stage.wait(lambda: way() == "Bev may know until then.")


def test_a_wish_changed_elsewhere_is_on_the_card_at_once(stage: Any) -> None:
    stage.fill()
    scope = stage.scope("Sarah")
    page = stage.show(KnockPage, scope_id=scope)
    wishes = stage.casebook.one("communication_preferences", scope)
    stage.link.wait(stage.casebook.save(wishes.draft(), {"notice_days": Edit(7, 10)}))
    stage.wait(lambda: "Give 10 days’ notice." in words_in(page.cards[2]) and page.cards[2].isVisible())


@pytest.mark.parametrize("size", [(1366, 768), (1024, 600), (800, 600)])
@pytest.mark.parametrize("name", ["Sarah", "Ellie R", "Zara P"])
def test_nothing_runs_off_the_side_and_the_note_is_always_in_reach(
    stage: Any, unnamed: Any, size: Any, name: str
) -> None:
    stage.fill()
    page = stage.show(KnockPage, size=size, scope_id=stage.scope(name))
    assert page._scroll.horizontalScrollBar().maximum() == 0
    assert page.start.visibleRegion().boundingRect().height() >= 38
    assert unnamed(page) == []
    bar = page._scroll.verticalScrollBar()
    if bar.maximum():
        page.setFocus()
        QTest.keyClick(page, KEY.Key_PageDown)
        assert bar.value() > 0
