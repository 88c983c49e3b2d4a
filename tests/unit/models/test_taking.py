"""Taking in what a pull brings, settling what was sent, and merging what clashes: the laptop's half of sync."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from models.entry import HELD, SAVED, SENT
from models.exchange import Arrival, Receipt, UnknownAncestry
from models.identity import Assignment, Directory, Worker
from models.law.response_policy import ResponsePolicy
from models.query import Query
from models.status import Round
from models.store import arrivals
from models.version import OpenChoice

SARAH, TOM = "01a00000-0000-7000-8000-000000000001", "01a00000-0000-7000-8000-000000000002"


def heads(desk: Any) -> list[tuple[Any, ...]]:
    sql = "SELECT tip_version_id, head_version_id, head_seq FROM record ORDER BY row"
    return list(desk.book._desk.read(lambda connection: [tuple(row) for row in connection.exec_driver_sql(sql)]))


def settle(desk: Any, *receipts: Receipt) -> set[str]:
    return set(desk.book.exchange.settle(receipts).result())


def notices(desk: Any) -> list[tuple[str, str]]:
    return [(one.kind, one.words) for one in desk.book.notices()]


def clash(desk: Any, mine: dict[str, Any], theirs: dict[str, Any], before: dict[str, Any] | None = None) -> Any:
    """Amy changed a record while Ben's change of it came in. Returns the record's id; nothing is merged yet."""
    first = desk.make(before or {"helps_me": "Biscuit", "my_hopes": "a bike"})
    desk.take(first)
    desk.write(desk.draft(first.record_id), **mine)
    desk.take(desk.make({**first.read_body(), **theirs}, first))
    return first.record_id


# --- taking -------------------------------------------------------------------------------------------------------


def test_what_comes_is_listed_like_what_was_saved_here(desk: Any) -> None:
    note = desk.make({"what_happened": "We baked.", "visited_at": "2026-11-23T09:00:00.000Z"}, type="visit_note")
    assert desk.take(note) == set()
    entry = desk.entry(note.record_id)
    assert (entry.state, entry.author_id, entry.when) == (SENT, "ben", "2026-11-23T09:00:00.000Z")
    assert desk.book.waiting() == []
    assert heads(desk) == [(note.version_id, note.version_id, 1)]


def test_a_record_nobody_is_writing_moves_forward(desk: Any) -> None:
    first = desk.make({"helps_me": "one"})
    second = desk.make({"helps_me": "two"}, first)
    third = desk.make({"helps_me": "three"}, second)
    desk.take(first)
    desk.take(second, third)
    assert desk.body(first.record_id) == {"helps_me": "three"}
    assert desk.book.exchange.clashing() == []


def test_an_older_seq_never_overwrites_a_newer_one(desk: Any) -> None:
    first = desk.make({"helps_me": "one"})
    second = desk.make({"helps_me": "two"}, first)
    book = desk.book.exchange
    book.take([Arrival(9, second)], cursor=9, grants=1, filling={}).result()
    book.take([Arrival(4, first)], cursor=9, grants=1, filling={}).result()
    assert heads(desk) == [(second.version_id, second.version_id, 9)]
    assert desk.body(first.record_id) == {"helps_me": "two"}


def test_the_same_page_twice_changes_nothing_and_order_in_a_page_is_of_no_account(desk: Any) -> None:
    first = desk.make({"helps_me": "one"})
    second = desk.make({"helps_me": "two"}, first)
    for _ in range(2):
        page = [Arrival(2, second), Arrival(1, first)]
        desk.book.exchange.take(page, cursor=2, grants=1, filling={}).result()
        assert heads(desk) == [(second.version_id, second.version_id, 2)]


def test_a_branch_is_kept_and_shown_to_nobody(desk: Any) -> None:
    first = desk.make({"helps_me": "one"})
    branch = desk.make({"helps_me": "beside"}, first)
    desk.book.exchange.take([Arrival(1, first), Arrival(2, branch, False)], cursor=2, grants=1, filling={}).result()
    assert desk.body(first.record_id) == {"helps_me": "one"}
    assert branch in desk.book.history(first.record_id)


def test_my_own_version_coming_back_is_no_news(desk: Any) -> None:
    draft = desk.begin("this_is_me", helps_me="Nan")
    mine = desk.cut(draft.record_id)
    desk.write(draft, helps_me="Nan and Biscuit")
    assert desk.take(mine) == set()
    assert desk.body(draft.record_id) == {"helps_me": "Nan and Biscuit"}
    later = desk.cut(draft.record_id)
    assert later.parents == (mine.version_id,)
    assert not desk.book.exchange.merge(draft.record_id).result()
    assert desk.take(later) == set()
    assert desk.book.exchange.clashing() == []


def test_cursors_stand_with_the_rows_they_are_for_or_not_at_all(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.take(desk.make({"helps_me": "one"}))
    monkeypatch.setattr(arrivals, "write_cursors", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        desk.take(desk.make({"helps_me": "two"}))
    assert desk.book.exchange.cursors() == (1, 1, {})
    assert desk.book.count(Query()) == 1


def test_many_records_at_once_are_taken_whether_known_or_new(desk: Any) -> None:
    some = [desk.make({"helps_me": f"{number}"}) for number in range(1200)]
    desk.take(*some[:700])
    desk.take(*(desk.make({"helps_me": "again"}, one) for one in some[:700]), *some[700:])
    assert desk.book.count(Query()) == 1200
    assert desk.body(some[0].record_id) == desk.body(some[699].record_id) == {"helps_me": "again"}


# --- scopes -------------------------------------------------------------------------------------------------------


def test_the_councils_days_for_an_answer_come_with_the_grants_and_go_with_them(desk: Any) -> None:
    assert desk.book.response_policy() == ResponsePolicy()
    days = ResponsePolicy({"otherwise": 5}, closed_on=(date(2026, 12, 28),))
    desk.take(scopes={SARAH: "iro"}, policy=days)
    assert desk.book.response_policy() == days
    desk.take()
    assert desk.book.response_policy() == days
    desk.take(scopes={SARAH: "iro"})
    assert desk.book.response_policy() == ResponsePolicy()


def test_colleagues_and_scopes_are_known_as_the_server_last_told_them(desk: Any) -> None:
    assert desk.book.directory == Directory()
    directory = Directory(
        workers=(Worker(worker_id="ben", display_name="Ben Bell"),),
        assignments=(Assignment(scope_id=SARAH, worker_id="ben", role="iro"),),
    )
    desk.take(scopes={SARAH: "social_worker"}, directory=directory)
    assert desk.book.directory == directory
    assert desk.book.scopes == {SARAH: "social_worker"}
    assert [desk.book.worker_name(name) for name in ("ben", "amy", "x")] == ["Ben Bell", "Amy", "A colleague"]
    desk.take(scopes={SARAH: "iro"})
    assert desk.book.scopes == {SARAH: "iro"}
    assert desk.book.directory == Directory()


def test_a_directory_read_while_a_new_one_lands_is_not_kept(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    real = desk.book._desk.read

    def slow(question: Any, *about: Any) -> Any:
        answer = real(question, *about)
        monkeypatch.setattr(desk.book._desk, "read", real)
        desk.take(scopes={SARAH: "iro"})
        desk.book.remember("told", "").result()
        return answer

    monkeypatch.setattr(desk.book._desk, "read", slow)
    assert desk.book.scopes == {}
    assert desk.book.scopes == {SARAH: "iro"}


def test_a_scope_granted_later_is_filled_from_its_beginning(desk: Any) -> None:
    desk.take(desk.make({"helps_me": "one"}), scopes={SARAH: "iro"}, cursor=50)
    assert desk.book.exchange.cursors() == (50, 1, {})
    desk.take(scopes={SARAH: "iro", TOM: "iro"}, cursor=60, filling={})
    assert desk.book.exchange.cursors() == (60, 1, {TOM: 0})
    desk.take(desk.make({"helps_me": "two"}, scope_id=TOM), cursor=60, filling={TOM: 12})
    assert desk.book.exchange.cursors() == (60, 1, {TOM: 12})
    desk.take(cursor=60, filling={})
    assert desk.book.exchange.cursors() == (60, 1, {})


def test_a_scope_granted_again_is_filled_also_where_something_was_begun_in_between(desk: Any) -> None:
    desk.take(desk.make({"helps_me": "one"}), scopes={SARAH: "iro"}, cursor=50)
    desk.begin("visit_note", TOM, what_happened="Begun before anyone said that Tom is not mine")
    desk.take(scopes={SARAH: "iro", TOM: "iro"}, cursor=60)
    assert desk.book.exchange.cursors() == (60, 1, {TOM: 0})


def test_a_new_role_in_a_scope_fetches_what_only_that_role_may_read(desk: Any) -> None:
    desk.take(desk.make({"helps_me": "one"}), scopes={SARAH: "youth_worker", TOM: "iro"}, cursor=50)
    desk.take(cursor=50, filling={SARAH: 30})
    desk.take(scopes={SARAH: "social_worker", TOM: "iro"}, cursor=50, filling={SARAH: 30})
    assert desk.book.exchange.cursors()[2][SARAH] == 0


def test_a_scope_taken_away_is_hidden_and_kept_and_filled_again_when_granted_again(desk: Any) -> None:
    note = desk.make({"helps_me": "one"})
    desk.take(note, scopes={SARAH: "iro"})
    desk.take(scopes={})
    assert desk.book.entry(note.record_id) is None
    desk.take(scopes={SARAH: "iro"}, cursor=9)
    assert desk.body(note.record_id) == {"helps_me": "one"}
    assert desk.book.exchange.cursors() == (9, 1, {SARAH: 0})


def test_a_clash_in_a_hidden_scope_waits_until_it_is_granted_again(desk: Any) -> None:
    record_id = clash(desk, {"helps_me": "Nan"}, {"my_hopes": "a red bike"})
    desk.take(scopes={TOM: "iro"})
    assert desk.book.exchange.clashing() == []
    desk.take(scopes={SARAH: "iro"})
    assert desk.book.exchange.clashing() == [record_id]


# --- merging ------------------------------------------------------------------------------------------------------


def test_different_fields_changed_apart_both_stand_in_a_version_of_both(desk: Any) -> None:
    record_id = clash(desk, {"helps_me": "Nan"}, {"my_hopes": "a red bike"})
    assert desk.book.exchange.merge(record_id).result()
    assert desk.body(record_id) == {"helps_me": "Nan", "my_hopes": "a red bike"}
    mine, merged = desk.book.exchange.to_send(9)
    assert set(merged.parents) == {mine.version_id, heads(desk)[0][1]}
    assert notices(desk) == []
    assert not desk.book.exchange.merge(record_id).result()
    assert len(desk.book.exchange.to_send(9)) == 2


def test_the_same_words_changed_apart_are_both_kept_and_said_to_be(desk: Any) -> None:
    record_id = clash(desk, {"helps_me": "Nan"}, {"helps_me": "Biscuit the dog"})
    desk.book.exchange.merge(record_id).result()
    entry = desk.entry(record_id)
    assert entry.body["helps_me"] == "Biscuit the dog"
    assert [(one.field, one.value, one.author_id) for one in entry.open_choices] == [("helps_me", "Nan", "amy")]
    assert notices(desk) == [("two_versions", "helps_me")]
    assert [one.record_id for one in desk.book.select(Query(has_open_choices=True))] == [record_id]
    desk.book.choose(record_id, entry.open_choices[0], "Nan and Biscuit").result()
    assert notices(desk) == []


def test_typing_goes_on_while_a_sync_is_in_flight_and_nothing_typed_is_lost(desk: Any) -> None:
    first = desk.make({"helps_me": "Biscuit"})
    desk.take(first)
    draft = desk.draft(first.record_id)
    desk.write(draft, helps_me="Biscuit and")
    (sent,) = desk.book.exchange.cut_all().result()
    desk.write(draft, helps_me="Biscuit and Nan")
    theirs = desk.make({"helps_me": "The dog"}, first)
    assert settle(desk, Receipt(sent.version_id, "branch", 3, head=Arrival(2, theirs))) == {first.record_id}
    assert desk.entry(first.record_id).state == SAVED
    desk.write(draft, helps_me="Biscuit and Nan too")
    desk.book.exchange.merge(first.record_id).result()
    saved = desk.write(draft, helps_me="Biscuit and Nan too.")
    assert saved.entry.body["helps_me"] == "The dog"
    assert [one.value for one in saved.entry.open_choices] == ["Biscuit and Nan too."]


def test_what_equals_the_head_after_merging_makes_no_version(desk: Any) -> None:
    record_id = clash(desk, {"helps_me": "the same"}, {"helps_me": "the same"})
    assert desk.book.exchange.merge(record_id).result()
    assert len(desk.book.exchange.to_send(9)) == 1
    assert heads(desk)[0][0] == heads(desk)[0][1]


def test_history_is_asked_for_when_the_base_is_not_here_and_then_the_merge_goes_through(desk: Any) -> None:
    first = desk.make({"helps_me": "Biscuit", "my_hopes": "a bike"})
    desk.take(first)
    desk.write(desk.draft(first.record_id), helps_me="Nan")
    second = desk.make({**first.read_body(), "my_hopes": "a red bike"}, first)
    third = desk.make({**second.read_body(), "my_name": "Sarah"}, second)
    desk.take(third)
    with pytest.raises(UnknownAncestry):
        desk.book.exchange.merge(first.record_id).result()
    # What was cut on the way to finding out is kept.
    assert desk.body(first.record_id)["helps_me"] == "Nan"
    rows = [Arrival(at, one) for at, one in enumerate((first, second, third), 1)]
    desk.book.exchange.keep_history(rows).result()
    assert desk.book.exchange.merge(first.record_id, is_whole=True).result()
    assert desk.body(first.record_id) == {"helps_me": "Nan", "my_hopes": "a red bike", "my_name": "Sarah"}


def test_sides_whose_common_history_nobody_has_are_merged_over_nothing_and_both_texts_stay(desk: Any) -> None:
    first = desk.make({"helps_me": "Biscuit"})
    desk.take(first)
    desk.write(desk.draft(first.record_id), helps_me="Nan")
    lost = desk.make({"helps_me": "The dog"}, first)
    desk.take(desk.make({"helps_me": "Grandad"}, lost))
    assert desk.book.exchange.merge(first.record_id, is_whole=True).result()
    entry = desk.entry(first.record_id)
    assert entry.body["helps_me"] == "Grandad"
    assert [one.value for one in entry.open_choices] == ["Nan"]


def test_a_head_that_is_not_here_asks_for_history(desk: Any) -> None:
    draft = desk.begin("this_is_me", helps_me="Nan")
    mine = desk.cut(draft.record_id)
    theirs = desk.make({"helps_me": "Nan"}, mine)
    settle(desk, Receipt(mine.version_id, "head", 1))
    desk.write(draft, helps_me="Nan and Biscuit")
    desk.take(theirs, cursor=5)
    desk.book._desk.write(
        lambda act: act.connection.exec_driver_sql("DELETE FROM version WHERE version_id = ?", (theirs.version_id,))
    ).result()
    with pytest.raises(UnknownAncestry):
        desk.book.exchange.merge(draft.record_id).result()


def test_merging_what_is_not_here_or_does_not_clash_does_nothing(desk: Any) -> None:
    assert not desk.book.exchange.merge("no such record").result()
    draft = desk.begin(what_happened="one")
    assert not desk.book.exchange.merge(draft.record_id).result()


def test_an_edit_here_beats_a_delete_there_and_the_other_way_round(desk: Any) -> None:
    edited = clash(desk, {"helps_me": "Nan"}, {})
    desk.take(desk.make({"helps_me": "Biscuit", "my_hopes": "a bike"}, _tip_of(desk, edited), is_deleted=True))
    desk.book.exchange.merge(edited).result()
    assert not desk.entry(edited).is_deleted
    deleted = desk.make({"helps_me": "Biscuit"})
    desk.take(deleted)
    desk.book.delete(deleted.record_id).result()
    desk.take(desk.make({"helps_me": "Biscuit the dog"}, deleted))
    desk.book.exchange.merge(deleted.record_id).result()
    assert desk.body(deleted.record_id) == {"helps_me": "Biscuit the dog"}
    assert not desk.entry(deleted.record_id).is_deleted
    assert ("edit_beat_delete", "") in notices(desk)


def _tip_of(desk: Any, record_id: str) -> Any:
    return desk.book.history(record_id)[0]


@pytest.mark.parametrize("closing", [{"is_finished": True}, {"is_erased": True}])
def test_nothing_is_mixed_into_a_finished_or_erased_head_and_my_text_still_goes_to_the_council(
    desk: Any, closing: dict[str, Any]
) -> None:
    note = desk.make({"what_happened": "one"}, type="visit_note", by="amy")
    desk.take(note)
    desk.write(desk.draft(note.record_id), what_happened="one and mine")
    head = desk.make({"what_happened": "one"}, note, by="amy", **closing)
    desk.take(head)
    assert desk.book.exchange.merge(note.record_id).result()
    assert desk.body(note.record_id) == {"what_happened": "one"}
    (mine,) = desk.book.exchange.to_send(9)
    assert mine.read_body() == {"what_happened": "one and mine"}
    settle(desk, Receipt(mine.version_id, "held", reason="This was finished before."))
    assert notices(desk) == [("held", "This was finished before.")]
    assert mine in desk.book.history(note.record_id)
    assert desk.book.exchange.clashing() == []
    if "is_finished" in closing:
        assert desk.entry(note.record_id).state == HELD


# --- settling -----------------------------------------------------------------------------------------------------


def test_a_version_is_sent_only_once_the_server_has_said_so(desk: Any) -> None:
    draft = desk.begin(what_happened="one")
    version = desk.cut(draft.record_id)
    assert desk.entry(draft.record_id).state == SAVED
    assert settle(desk, Receipt(version.version_id, "head", 7)) == set()
    assert desk.entry(draft.record_id).state == SENT
    assert (desk.book.waiting_count(), desk.book.exchange.to_send(9)) == (0, [])
    assert heads(desk) == [(version.version_id, version.version_id, 7)]
    # Said again after a lost reply, or of a version never sent: no change.
    assert settle(desk, Receipt(version.version_id, "head", 7), Receipt("unknown", "head", 8)) == set()
    assert heads(desk) == [(version.version_id, version.version_id, 7)]


def test_what_the_server_holds_back_is_kept_said_and_lets_the_queue_go_on(desk: Any) -> None:
    held, fine = desk.begin(what_happened="one"), desk.begin(what_happened="two")
    first, second = desk.book.exchange.cut_all().result()
    settle(desk, Receipt(first.version_id, "held", reason="You are not assigned here any more."))
    assert desk.book.exchange.to_send(9) == [second]
    entry = desk.entry(held.record_id)
    assert (entry.state, entry.held_reason) == (HELD, "You are not assigned here any more.")
    assert notices(desk) == [("held", "You are not assigned here any more.")]
    assert desk.book.waiting_count() == 1
    settle(desk, Receipt(second.version_id, "head", 1))
    assert desk.entry(fine.record_id).state == SENT
    (notice,) = desk.book.notices()
    desk.book.put_away(notice.notice_id).result()
    desk.book.put_away(999).result()
    assert desk.book.notices() == []
    assert desk.body(held.record_id) == {"what_happened": "one"}


def test_an_answer_of_a_newer_server_never_counts_as_sent(desk: Any) -> None:
    draft = desk.begin(what_happened="one")
    version = desk.cut(draft.record_id)
    settle(desk, Receipt(version.version_id, "of_a_newer_server"))
    assert desk.entry(draft.record_id).state == HELD
    assert desk.body(draft.record_id) == {"what_happened": "one"}


def test_held_work_is_not_mixed_into_every_head_that_follows(desk: Any) -> None:
    first = desk.make({"helps_me": "Nan"})
    desk.take(first)
    desk.write(desk.draft(first.record_id), helps_me="Nan and Biscuit")
    mine = desk.cut(first.record_id)
    settle(desk, Receipt(mine.version_id, "held", reason="no"))
    assert not desk.book.exchange.merge(first.record_id).result()
    assert desk.body(first.record_id) == {"helps_me": "Nan and Biscuit"}
    desk.take(desk.make({"helps_me": "Grandad"}, first), cursor=9)
    desk.book.exchange.merge(first.record_id).result()
    assert desk.body(first.record_id) == {"helps_me": "Grandad"}
    assert desk.book.exchange.to_send(9) == []
    assert mine in desk.book.history(first.record_id)


def test_a_round_that_moved_something_is_written_down_and_only_the_last_twenty_kept(desk: Any) -> None:
    for number in range(25):
        desk.book.exchange.note_round(number, 1).result()
    assert desk.book.rounds()[0] == Round(desk.clock.now(), 24, 1)
    assert [one.sent for one in desk.book.rounds()] == list(range(24, 4, -1))


# --- both authors are told ----------------------------------------------------------------------------------------


def _merge_of(desk: Any, body: dict[str, Any], head: Any, other: str, **more: Any) -> Any:
    return desk.make(body, head, parents=(head.version_id, other), **more)


def test_whose_text_lost_to_mine_on_another_laptop_is_told_to_me_as_well(desk: Any) -> None:
    draft = desk.begin("this_is_me", helps_me="Nan")
    mine = desk.cut(draft.record_id)
    settle(desk, Receipt(mine.version_id, "head", 1))
    choice = OpenChoice("helps_me", "bens", "Grandad", "ben", "")
    merged = _merge_of(desk, {"helps_me": "Nan"}, mine, "bens", open_choices=(choice,))
    desk.take(merged, cursor=5)
    assert notices(desk) == [("two_versions", "helps_me")]
    settled = desk.make({"helps_me": "Nan and Grandad"}, merged)
    desk.take(settled, cursor=6)
    assert notices(desk) == []


def test_paragraphs_of_two_authors_in_one_field_are_told_to_both(desk: Any) -> None:
    first = desk.make({"purpose": "one\n\ntwo", "why_changed": "x"}, type="planned_visit")
    desk.take(first)
    draft = desk.draft(first.record_id)
    desk.write(draft, purpose="ONE\n\ntwo")
    desk.cut(first.record_id)
    desk.write(draft, also_going="Nan")
    mine = desk.cut(first.record_id)
    settle(desk, *(Receipt(one.version_id, "head", 2 + at) for at, one in enumerate(desk.book.exchange.to_send(9))))
    body = {**mine.read_body(), "purpose": "ONE\n\ntwo\n\nBen's", "why_changed": "y"}
    desk.take(_merge_of(desk, body, mine, "bens"), cursor=9)
    assert notices(desk) == [("merged", "purpose")]


def test_whoever_deleted_is_told_when_the_record_stands_again(desk: Any) -> None:
    first = desk.make({"helps_me": "Nan"})
    desk.take(first)
    desk.book.delete(first.record_id).result()
    (mine,) = desk.book.exchange.to_send(9)
    settle(desk, Receipt(mine.version_id, "head", 2))
    desk.take(_merge_of(desk, {"helps_me": "Nan and Biscuit"}, mine, "bens"), cursor=3)
    assert not desk.entry(first.record_id).is_deleted
    assert notices(desk) == [("edit_beat_delete", "")]


def test_a_colleagues_plain_edit_and_my_own_other_laptop_raise_no_notice(desk: Any) -> None:
    draft = desk.begin("this_is_me", helps_me="Nan")
    mine = desk.cut(draft.record_id)
    settle(desk, Receipt(mine.version_id, "head", 1))
    theirs = desk.make({"helps_me": "Nan and Biscuit"}, mine)
    desk.take(theirs, cursor=2)
    desk.take(desk.make({"helps_me": "Nan"}, theirs, by="amy", parents=(theirs.version_id, "x")), cursor=3)
    assert notices(desk) == []


# --- a server that came back from an older copy (R17) -------------------------------------------------------------


def test_after_a_restore_of_the_server_everything_of_mine_is_offered_again(
    desk: Any, open_desk: Callable[..., Any]
) -> None:
    draft = desk.begin(what_happened="one")
    version = desk.cut(draft.record_id)
    settle(desk, Receipt(version.version_id, "head", 7))
    held = desk.cut(desk.begin(what_happened="held").record_id)
    settle(desk, Receipt(held.version_id, "held", reason="no"))
    desk.take(cursor=9)
    desk.book.exchange.begin_timeline("second").result()
    assert desk.book.me.timeline == desk.book.exchange.identity.timeline == "second"
    assert desk.book.exchange.cursors() == (0, 0, {})
    assert desk.book.exchange.to_send(9) == [version, held]
    assert desk.entry(draft.record_id).state == SAVED
    desk.book.close()
    assert open_desk().book.me.timeline == "second"


def test_my_newer_text_stays_on_screen_when_the_restored_server_offers_an_older_one(desk: Any) -> None:
    draft = desk.begin(what_happened="one")
    first = desk.cut(draft.record_id)
    desk.write(draft, what_happened="one and two")
    second = desk.cut(draft.record_id)
    settle(desk, Receipt(first.version_id, "head", 1), Receipt(second.version_id, "head", 2))
    desk.book.exchange.begin_timeline("second").result()
    desk.take(first)
    desk.book.exchange.merge(draft.record_id).result()
    assert desk.body(draft.record_id) == {"what_happened": "one and two"}
    assert desk.book.exchange.to_send(9) == [first, second]


def test_a_colleagues_newer_text_is_never_dropped_because_the_server_lost_it(desk: Any) -> None:
    first = desk.make({"helps_me": "Nan"})
    second = desk.make({"helps_me": "Nan and Biscuit"}, first)
    gone = desk.make({"helps_me": "a record the copy lacks"})
    desk.take(first, second, gone)
    desk.book.exchange.begin_timeline("second").result()
    desk.take(first)
    assert second in desk.book.history(first.record_id)
    assert desk.body(gone.record_id) == {"helps_me": "a record the copy lacks"}
    # Ben's own laptop offers it again.
    desk.take(second)
    assert desk.body(first.record_id) == {"helps_me": "Nan and Biscuit"}
