"""A child's timeline on the screen: what was said stands in purple, how it stands with sending, checking it back."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from models.entry import Edit
from models.invented import leave_two_versions, leave_unsent
from models.query import Query
from models.status import ATTENTION, SENT, Status
from models.store.arrivals import Receipt
from models.timeline import PAGE, Moment
from ui.parts.labels import PlainLabel
from ui.views.children import ChildrenPage
from ui.views.timeline_entry import state_words, why_waiting

LEFT = Qt.MouseButton.LeftButton


def shown(stage: Any, name: str = "Sarah", size: tuple[int, int] = (1366, 768), **more: Any) -> Any:
    page = stage.show(ChildrenPage, size=size, scope_id=stage.scope(name), **more)
    page.child.timeline.build_all()
    return page.child.timeline


def texts(view: Any, name: str) -> list[str]:
    return [each.text() for each in view.findChildren(PlainLabel, name)]


def first_said(stage: Any, name: str = "Sarah") -> Any:
    query = Query(types=("own_words",), scope_id=stage.scope(name), limit=1)
    return stage.casebook.select(query)[0]


def test_the_newest_stands_first_under_its_month_with_the_childs_words(stage: Any) -> None:
    stage.fill()
    view = shown(stage)
    assert texts(view, "timeline.month")[0] == "November 2026"
    entry = view.entries[0]
    assert entry.title.text() == "Home visit"
    assert texts(entry, "timeline.details") == ["Mon 9 Nov, 16:10 · Aisha Khan · seen alone: no, her choice"]
    quotes = [each.words() for each in entry.findChildren(object, "own_words.words")]
    assert quotes == ["I want to know a week before if anyone new is coming. I don’t like it when it changes."]
    assert entry.state.text() == "Sent"


def test_a_month_is_in_sentence_letters_and_said_once(stage: Any) -> None:
    stage.fill(children=1, notes=40)
    view = shown(stage)
    months = texts(view, "timeline.month")
    assert len(months) == len(set(months))
    assert all(month[0].isupper() and month[1:].islower() for month in (one.split()[0] for one in months))


def test_only_what_somebody_scrolls_to_is_read_and_built(stage: Any, settle: Any) -> None:
    stage.fill(children=1, notes=200)
    page = stage.show(ChildrenPage, scope_id=stage.scope("Sarah"))
    view = page.child.timeline
    stage.wait(lambda: not view._step.isActive())
    built = len(view.entries)
    assert built < 30
    assert len(view._timeline.moments) <= PAGE + 5
    bar = view._scroll.verticalScrollBar()
    bar.setValue(bar.maximum())
    stage.wait(lambda: len(view.entries) > built)
    assert view.fetch_more() >= PAGE
    view.build_all()
    assert len(view.entries) == len(view._timeline.moments)


def test_checking_back_takes_two_clicks_and_can_be_undone(stage: Any, find: Any) -> None:
    stage.fill()
    view = shown(stage)
    said = first_said(stage)
    QTest.mouseClick(find(view, "own_words.check_back", said.record_id), LEFT)
    right = find(view, "own_words.checked_back_result.right")
    assert right.hasFocus()
    QTest.mouseClick(right, LEFT)
    stage.wait(lambda: stage.casebook.entry(said.record_id).body.get("checked_back_result") == "right")
    assert stage.casebook.entry(said.record_id).body["checked_back_on"] == "2026-11-23"
    stage.wait(lambda: bool(stage.pages.toasts))
    words, undo = stage.pages.toasts[-1]
    assert words == "Checked back with Sarah"
    stage.wait(lambda: view.entries[0].check is None)
    stage.wait(lambda: not view.entries[0].check_buttons)
    undo()
    stage.wait(lambda: not stage.casebook.entry(said.record_id).body.get("checked_back_result"))
    stage.wait(lambda: bool(view.entries[0].check_buttons))
    assert stage.casebook.entry(said.record_id).body["words"] == said.body["words"]


def test_what_a_child_changed_is_kept_beside_what_they_said_first(stage: Any, find: Any) -> None:
    stage.fill()
    view = shown(stage)
    said = first_said(stage)
    QTest.mouseClick(find(view, "own_words.check_back", said.record_id), LEFT)
    QTest.mouseClick(find(view, "own_words.checked_back_result.changed"), LEFT)
    stage.wait(lambda: (box := view.entries[0].check.box) is not None and box.isVisible())
    box = find(view, "own_words.child_correction")
    assert box.hasFocus()
    QTest.keyClicks(box, "Two weeks, not one.")
    stage.wait(lambda: stage.casebook.entry(said.record_id).body.get("child_correction") == "Two weeks, not one.")
    stage.wait(lambda: find(view, "check_back.state").text().startswith("Saved on this laptop"))
    QTest.mouseClick(find(view, "check_back.done"), LEFT)
    stage.wait(lambda: view.entries[0].check is None)
    body = stage.casebook.entry(said.record_id).body
    assert (body["words"], body["checked_back_result"]) == (said.body["words"], "changed")
    stage.wait(lambda: bool(view.entries[0].findChildren(object, "own_words.child_correction")))
    stage.wait(lambda: len(stage.casebook.history(said.record_id)) >= 2)


def test_leaving_while_a_correction_is_typed_hands_it_over(stage: Any, find: Any) -> None:
    stage.fill()
    view = shown(stage)
    said = first_said(stage)
    QTest.mouseClick(find(view, "own_words.check_back", said.record_id), LEFT)
    QTest.mouseClick(find(view, "own_words.checked_back_result.changed"), LEFT)
    stage.wait(lambda: (box := view.entries[0].check.box) is not None and box.isVisible())
    QTest.keyClicks(view.entries[0].check.box, "A month")
    view.leave()
    stage.wait(lambda: stage.casebook.entry(said.record_id).body.get("child_correction") == "A month")


def test_not_now_is_remembered_and_may_be_asked_again(stage: Any, find: Any) -> None:
    stage.fill()
    view = shown(stage)
    said = first_said(stage)
    QTest.mouseClick(find(view, "own_words.check_back", said.record_id), LEFT)
    QTest.mouseClick(find(view, "own_words.checked_back_result.not_now"), LEFT)
    stage.wait(lambda: stage.casebook.entry(said.record_id).body.get("checked_back_result") == "not_now")
    assert "checked_back_on" not in stage.casebook.entry(said.record_id).body
    stage.wait(lambda: view.entries[0].check is None and bool(view.entries[0].check_buttons))


def test_a_colleagues_words_are_theirs_to_check_back(stage: Any) -> None:
    caseload = stage.fill(children=1, notes=60)
    view = shown(stage)
    me = stage.casebook.me.worker.worker_id
    open_words = [
        one
        for one in map(stage.casebook.entry, caseload.record_ids("own_words"))
        if not one.body.get("checked_back_result")
    ]
    offered = {record_id for entry in view.entries for record_id in entry.check_buttons}
    assert offered == {one.record_id for one in open_words if one.author_id == me}


def test_what_waits_and_what_is_not_finished_say_so(stage: Any, find: Any) -> None:
    caseload = stage.fill()
    note = leave_unsent(stage.casebook, caseload)[-1]
    view = shown(stage)
    entry = next(one for one in view.entries if one.moment.entry.record_id == note)
    assert entry.state.text() == "Waiting to send"
    assert entry.open.words() == "Go on"
    QTest.mouseClick(entry.open, LEFT)
    assert stage.pages.opened == [("note", {"record_id": note})]


def test_what_the_server_keeps_apart_says_why_and_that_nothing_is_lost(stage: Any) -> None:
    caseload = stage.fill()
    note = leave_unsent(stage.casebook, caseload)[-1]
    versions = [one for one in stage.casebook.exchange.to_send(10) if one.record_id == note]
    receipts = [Receipt(one.version_id, "held", reason="You are no longer assigned to Sarah.") for one in versions]
    stage.casebook.exchange.settle(receipts).result()
    view = shown(stage)
    entry = next(one for one in view.entries if one.moment.entry.record_id == note)
    assert entry.state.text() == "Kept safe for your manager"
    said = [each.text() for each in entry.findChildren(PlainLabel)]
    assert "Nothing is lost. You are no longer assigned to Sarah." in said


def test_an_entry_that_still_waits_after_a_sending_says_why(stage: Any) -> None:
    caseload = stage.fill()
    note = leave_unsent(stage.casebook, caseload)[-1]
    moment = Moment(stage.casebook.entry(note), "", "")
    assert why_waiting(moment, Status(SENT)) == ""
    later = Status(SENT, last_sent_at=stage.now.replace(hour=12))
    assert why_waiting(moment, later) == "Changed after it was last sent. It goes with the next sending."
    assert why_waiting(moment, Status(ATTENTION, words="Sign in again.")) == "Sign in again."
    assert [state_words(state)[0] for state in ("saved", "sent", "held")] == [
        "Waiting to send",
        "Sent",
        "Kept safe for your manager",
    ]


def test_two_versions_lead_to_both_side_by_side(stage: Any, find: Any) -> None:
    caseload = stage.fill()
    torn = leave_two_versions(stage.casebook, caseload)
    view = shown(stage, "Tomasz W")
    QTest.mouseClick(find(view, "timeline.two_versions"), LEFT)
    assert stage.pages.opened == [("two_versions", {"record_id": torn})]


def test_this_is_me_says_which_answers_changed(stage: Any) -> None:
    stage.fill()
    me = stage.casebook.one("this_is_me", stage.scope("Sarah"))
    edit = {"helps_me": Edit(me.body["helps_me"], "Walking.")}
    stage.casebook.save(me.draft(), edit).result()
    stage.casebook.cut(me.record_id).result()
    view = shown(stage)
    entry = view.entries[0]
    assert entry.title.text() == "This is Me"
    assert "Changed: What helps me" in [each.text() for each in entry.findChildren(PlainLabel)]
    QTest.mouseClick(entry.open, LEFT)
    assert stage.pages.opened == [("this_is_me", {"scope_id": stage.scope("Sarah")})]


def test_an_addendum_stands_under_the_note_it_adds_to(stage: Any) -> None:
    stage.fill(children=1, notes=6)
    view = shown(stage)
    said = [each.text() for entry in view.entries for each in entry.findChildren(PlainLabel)]
    assert any(words.startswith("Addendum") and "Aisha Khan" in words for words in said)
    assert any(words.startswith("I rang the next morning") for words in said)


def test_a_change_redraws_its_entry_and_leaves_the_others(stage: Any) -> None:
    stage.fill(children=1, notes=6)
    view = shown(stage)
    before = list(view.entries)
    said = first_said(stage)
    stage.link.wait(stage.casebook.save(said.draft(), {"words": Edit(said.body["words"], "Exactly this.")}))
    stage.wait(lambda: view.entries[0] is not before[0])
    assert view.entries[1:] == before[1:]
    assert [each.words() for each in view.entries[0].findChildren(object, "own_words.words")] == ["Exactly this."]


def test_a_new_note_comes_in_at_its_place(stage: Any) -> None:
    stage.fill(children=1, notes=6)
    view = shown(stage)
    draft = stage.casebook.new_draft("visit_note", stage.scope("Sarah"))
    edits = {"visited_at": Edit(None, stage.casebook.clock.stamp()), "what_happened": Edit("", "Just now.")}
    stage.link.wait(stage.casebook.save(draft, edits))
    stage.wait(lambda: view.entries[0].moment.entry.record_id == draft.record_id)


def test_an_answer_being_given_is_not_swept_away_by_a_sync(stage: Any, find: Any) -> None:
    stage.fill()
    view = shown(stage)
    said = first_said(stage)
    QTest.mouseClick(find(view, "own_words.check_back", said.record_id), LEFT)
    asking = view.entries[0].check
    draft = stage.casebook.new_draft("visit_note", stage.scope("Sarah"))
    stage.casebook.save(draft, {"visited_at": Edit(None, stage.casebook.clock.stamp())}).result()
    stage.qtbot.wait(30)
    assert view.entries[0].check is asking
    QTest.mouseClick(find(view, "own_words.checked_back_result.right"), LEFT)
    stage.wait(lambda: view.entries[0].moment.entry.record_id == draft.record_id)


def test_today_leads_to_the_very_words_to_check_back(stage: Any) -> None:
    caseload = stage.fill(children=1, notes=30)
    oldest = caseload.record_ids("own_words")[-1]
    page = stage.show(ChildrenPage, scope_id=stage.scope("Sarah"), tab="timeline", record_id=oldest)
    view = page.child.timeline
    stage.wait(lambda: any(oldest in {one.record_id for one in e.moment.inside} for e in view.entries))
    entry = next(e for e in view.entries if oldest in {one.record_id for one in e.moment.inside})
    stage.wait(lambda: not entry.visibleRegion().isEmpty())


def test_a_child_with_nothing_recorded_is_begun_with_this_is_me(stage: Any, find: Any) -> None:
    stage.fill(children=9, notes=0)
    scope = next(one for one in stage.caseload.scopes if not stage.caseload.record_ids("this_is_me", one))
    page = stage.show(ChildrenPage, scope_id=scope)
    QTest.mouseClick(find(page, "meet_first.later"), LEFT)
    stage.wait(page.child.tabs.isVisible)
    empty = find(page, "timeline.empty")
    assert empty.title.text() == "Nothing recorded yet."
    QTest.mouseClick(find(page, "timeline.start"), LEFT)
    QTest.mouseClick(find(page, "timeline.new_note"), LEFT)
    assert stage.pages.opened == [("this_is_me", {"scope_id": scope}), ("note", {"scope_id": scope})]


def test_the_next_visit_stands_above_the_timeline(stage: Any, find: Any) -> None:
    stage.fill()
    page = stage.show(ChildrenPage, scope_id=stage.scope("Sarah"))
    row = find(page, "timeline.next_visit")
    assert row.words() == "Today, 10:30 · Home visit"
    QTest.mouseClick(row, LEFT)
    key, arguments = stage.pages.opened[-1]
    assert (key, arguments["scope_id"]) == ("plan", stage.scope("Sarah"))
    assert stage.casebook.entry(arguments["record_id"]).type == "planned_visit"


def test_a_child_changes_their_mind_about_who_can_see_words_from_the_timeline_too(
    stage: Any, find: Any, settle: Any
) -> None:
    stage.fill(children=1, notes=3)
    view = shown(stage)
    said = first_said(stage)
    chip = find(view, "own_words.sharing", row=said.record_id)
    assert (chip.words(), chip.accessibleName()) == ("", "Who can see this: Everyone who helps me")
    QTest.mouseClick(chip, LEFT)
    assert any(entry.is_busy() for entry in view.entries)
    QTest.mouseClick(find(view, "sharing.not.parents"), LEFT)
    QTest.mouseClick(find(view, "sharing.done"), LEFT)
    stage.wait(lambda: stage.casebook.entry(said.record_id).keep_from == ("parents",))
    stage.wait(lambda: find(view, "own_words.sharing", row=said.record_id).words() == "Not my parents")
    settle()
    assert not any(entry.is_busy() for entry in view.entries)
    words, undo = stage.pages.toasts[-1]
    assert words == "Everyone who helps me. Not my parents."
    undo()
    stage.wait(lambda: find(view, "own_words.sharing", row=said.record_id).words() == "")


def test_coming_to_check_back_asks_at_once_and_nothing_of_words_that_were_answered(stage: Any) -> None:
    caseload = stage.fill(children=1, notes=60)
    entries = [stage.casebook.entry(one) for one in caseload.record_ids("own_words")]
    waits = next(one for one in entries if not one.body.get("checked_back_result"))
    answered = next(one for one in entries if one.body.get("checked_back_result") == "right")

    def entry_of(said: Any) -> Any:
        page = stage.show(
            ChildrenPage, scope_id=said.scope_id, tab="timeline", record_id=said.record_id, is_checking=True
        )
        view = page.child.timeline
        stage.wait(lambda: any(said.record_id in {one.record_id for one in e.moment.inside} for e in view.entries))
        found = next(e for e in view.entries if said.record_id in {one.record_id for one in e.moment.inside})
        stage.wait(lambda: not found.visibleRegion().isEmpty())
        return found

    entry = entry_of(waits)
    stage.wait(lambda: entry.check is not None and entry.check.right.hasFocus())
    assert not entry.check.right.visibleRegion().isEmpty()
    assert entry.check.words.words() == waits.body["words"]
    assert entry_of(answered).check is None
