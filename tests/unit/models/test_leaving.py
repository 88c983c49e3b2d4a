"""What a laptop must give up: hidden at once, handed over, gone; what was erased; what the held-back box says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from models.changes import Changes
from models.entry import Draft, Edit
from models.exchange import Arrival, HeldWord, News, Order
from models.query import Query
from models.store import withdrawn
from models.version import envelope_hash
from tests.unit.models.conftest import KEY, SARAH, TOM
from tests.unit.models.leaving import ONE, WHOLE, hand_over, purge, rows, take_away
from tests.vault_pages import look, new_tokens

# ---- hiding ----------------------------------------------------------------------------------------------------------


def test_what_is_withdrawn_is_hidden_in_the_commit_that_brings_the_page(desk: Any) -> None:
    note = desk.make({"what_happened": "We baked."}, type="visit_note")
    other = desk.make({"what_happened": "We baked too."}, type="visit_note")
    desk.take(note, other, scopes={SARAH: "iro"})
    while desk.book.index_some().result():
        pass
    told: list[Changes] = []
    desk.book.listen(told.append)
    desk.take(news=News(orders=[Order(ONE, SARAH, note.record_id)]))
    assert desk.book.entry(note.record_id) is None
    assert desk.book.kept(note.record_id) == desk.book.history(note.record_id) == []
    assert [one.record_id for one in desk.book.select(Query())] == [other.record_id]
    assert [hit.entry.record_id for hit in desk.book.find("baked")] == [other.record_id]
    assert note.record_id in set().union(*(one.records for one in told))
    assert rows(desk, "SELECT rowid FROM search WHERE search MATCH 'baked'") != []
    assert len(rows(desk, "SELECT rowid FROM search WHERE search MATCH 'baked'")) == 1


def test_another_role_hides_at_once_what_it_may_not_read_and_the_old_one_shows_it_again(desk: Any) -> None:
    home = desk.make({"helps_me": "Nan"}, audience="protected")
    mine = desk.make({"helps_me": "me"}, audience="only_author", by="amy")
    desk.take(home, mine, desk.make({"helps_me": "all"}), scopes={SARAH: "social_worker"})
    desk.take(scopes={SARAH: "advocate"})
    assert desk.book.entry(home.record_id) is None
    assert desk.book.count(Query()) == 2
    desk.take(scopes={SARAH: "social_worker"})
    assert desk.body(home.record_id) == {"helps_me": "Nan"}


def test_another_role_is_judged_by_what_the_council_has_and_not_by_what_waits_here(desk: Any) -> None:
    """Who may see it was changed here and not taken there: the council would never send again what it still shows."""
    all_see, few_see = desk.make({"helps_me": "all"}), desk.make({"helps_me": "Nan"}, audience="protected")
    new = Draft(desk.ids.new(), "this_is_me", SARAH)
    desk.take(all_see, few_see, scopes={SARAH: "social_worker"})
    desk.book.set_audience(all_see.record_id, "protected", ()).result()
    desk.book.set_audience(few_see.record_id, "everyone_on_record", ()).result()
    desk.book.save(new, {"helps_me": Edit("", "Not sent yet.")}).result()
    desk.book.save(Draft(all_see.record_id, "this_is_me", SARAH), {"helps_me": Edit("all", "all of them")}).result()
    desk.take(scopes={SARAH: "advocate"})
    assert desk.body(all_see.record_id) == {"helps_me": "all of them"}
    assert desk.body(new.record_id) == {"helps_me": "Not sent yet."}
    assert desk.book.entry(few_see.record_id) is None
    desk.take(scopes={SARAH: "social_worker"})
    assert desk.body(few_see.record_id) == {"helps_me": "Nan"}


def test_a_record_ordered_away_stays_hidden_whatever_the_role_until_the_server_sends_it_again(desk: Any) -> None:
    note = desk.make({"helps_me": "Nan"})
    desk.take(note, scopes={SARAH: "iro"})
    desk.take(news=News(orders=[Order(ONE, SARAH, note.record_id)]))
    desk.take(scopes={SARAH: "social_worker"})
    assert desk.book.entry(note.record_id) is None
    desk.take(desk.make({"helps_me": "Nan and Ben"}, note))
    assert desk.body(note.record_id) == {"helps_me": "Nan and Ben"}
    assert desk.book.exchange.leaving() == []


def test_an_older_copy_of_a_record_ordered_away_does_not_show_it_again(desk: Any) -> None:
    note = desk.make({"helps_me": "Nan"})
    desk.take(note, scopes={SARAH: "iro"})
    later = desk.make({"helps_me": "Nan and Ben"}, note)
    desk.take(later)
    desk.take(news=News(orders=[Order(ONE, SARAH, note.record_id)]))
    desk.book.exchange.take([Arrival(1, note)], cursor=9, grants=1, filling={}).result()
    assert desk.book.entry(note.record_id) is None


def test_a_scope_granted_again_before_its_receipt_is_shown_and_no_longer_leaving(desk: Any) -> None:
    note = desk.make({"helps_me": "Nan"})
    desk.take(note, scopes={SARAH: "iro", TOM: "iro"})
    take_away(desk, scopes={TOM: "iro"})
    assert [one.order_id for one in desk.book.exchange.leaving()] == [WHOLE.order_id]
    desk.take(scopes={SARAH: "iro", TOM: "iro"}, news=News(orders=[WHOLE]))
    assert desk.book.exchange.leaving() == []
    assert desk.body(note.record_id) == {"helps_me": "Nan"}


# ---- handing over ----------------------------------------------------------------------------------------------------


def test_an_open_form_in_a_withdrawn_record_keeps_saving_and_what_it_saved_is_handed_over(desk: Any) -> None:
    draft = desk.begin(what_happened="We baked")
    desk.cut(draft.record_id)
    take_away(desk, scopes={TOM: "iro"})
    saved = desk.write(draft, what_happened="We baked a cake")
    assert saved.entry.body["what_happened"] == "We baked a cake"
    assert desk.book.find("cake") == []
    assert not desk.book.exchange.purge(), "nothing that waits may go"
    hand_over(desk)
    purge(desk)
    assert rows(desk, "SELECT * FROM record") == []
    assert desk.book.exchange.receipts_due() == (WHOLE.order_id,)


def test_words_that_come_after_the_receipt_are_hidden_handed_over_and_purged_as_well(desk: Any) -> None:
    draft = desk.begin(what_happened="We baked")
    take_away(desk, scopes={TOM: "iro"})
    hand_over(desk)
    purge(desk)
    desk.book.exchange.receipts_taken([WHOLE.order_id]).result()
    assert desk.book.exchange.leaving() == []
    desk.write(draft, what_happened="We baked a late cake")
    assert desk.book.entry(draft.record_id) is None
    assert desk.book.waiting_count() == 1
    desk.book.exchange.cut_all().result()
    (late,) = desk.book.exchange.to_send(9)
    assert late.read_body() == {"what_happened": "We baked a late cake"}
    assert not desk.book.exchange.purge()
    hand_over(desk)
    purge(desk)
    assert rows(desk, "SELECT * FROM record") == []
    assert desk.book.exchange.receipts_due() == (WHOLE.order_id,)


def test_what_the_server_keeps_safe_is_still_said_to_be_after_the_purge(desk: Any) -> None:
    desk.begin(what_happened="We baked")
    take_away(desk, scopes={})
    hand_over(desk)
    purge(desk)
    assert [(one.kind, one.words) for one in desk.book.notices()] == [("held", "Not yours now")]


def test_a_receipt_is_owed_until_it_is_acknowledged_and_again_when_the_order_is_told_again(desk: Any) -> None:
    desk.take(desk.make({"helps_me": "Nan"}), scopes={SARAH: "iro"})
    take_away(desk, scopes={})
    take_away(desk, scopes={})
    assert desk.book.exchange.receipts_due() == ()
    purge(desk)
    assert desk.book.exchange.receipts_due() == (WHOLE.order_id,)
    take_away(desk, scopes={})
    assert desk.book.exchange.receipts_due() == (WHOLE.order_id,)
    desk.book.exchange.receipts_taken([WHOLE.order_id]).result()
    desk.book.exchange.receipts_taken([]).result()
    assert desk.book.exchange.receipts_due() == ()
    take_away(desk, scopes={})
    purge(desk)
    assert desk.book.exchange.receipts_due() == (WHOLE.order_id,)


def test_granting_again_after_the_purge_restores_the_same(desk: Any) -> None:
    note = desk.make({"helps_me": "Nan"})
    desk.take(note, scopes={SARAH: "iro"})
    before = desk.entry(note.record_id)
    take_away(desk, scopes={})
    purge(desk)
    desk.book.exchange.receipts_taken([WHOLE.order_id]).result()
    desk.take(scopes={SARAH: "iro"}, cursor=90)
    assert desk.book.exchange.cursors()[2] == {SARAH: 0}
    desk.book.exchange.take([Arrival(1, note)], cursor=90, grants=3, filling={}).result()
    assert desk.entry(note.record_id) == before


# ---- erased by law ---------------------------------------------------------------------------------------------------


def erase(desk: Any, head: Any) -> Any:
    """The council's tombstone of a record."""
    return desk.make({}, head, by="council").without_text()


def test_an_erased_record_leaves_no_word_and_its_signatures_still_verify(desk: Any, tmp_path: Path) -> None:
    theirs_said, mine_said = new_tokens(2)
    theirs = desk.make({"helps_me": theirs_said})
    desk.take(theirs, scopes={SARAH: "iro"})
    desk.write(desk.draft(theirs.record_id), helps_me=mine_said)
    mine = desk.cut(theirs.record_id)
    hand_over(desk, "head")
    desk.book.back_up()
    hashes = {envelope_hash(one) for one in desk.book.history(theirs.record_id)}
    tombstone = erase(desk, mine)
    desk.take(tombstone)
    assert not desk.book.exchange.receipts_due()
    purge(desk)
    assert desk.book.exchange.receipts_due() == (), "nobody ordered it: no receipt is owed"
    assert look(tmp_path / "amy", KEY, [theirs_said, mine_said]) == {}
    left = desk.book.history(theirs.record_id)
    assert hashes < {envelope_hash(one) for one in left}
    assert all(one.is_erased and one.has_sound_body() for one in left)
    assert desk.entry(theirs.record_id).is_deleted
    assert desk.body(theirs.record_id) == {}
    assert not desk.book.exchange.purge()


def test_a_late_edit_of_an_erased_record_is_handed_over_before_its_words_go(desk: Any, tmp_path: Path) -> None:
    (late,) = new_tokens(1)
    theirs = desk.make({"helps_me": "Nan"})
    desk.take(theirs, scopes={SARAH: "iro"})
    draft = desk.draft(theirs.record_id)
    desk.write(draft, helps_me=late)
    desk.take(erase(desk, theirs))
    assert not desk.book.exchange.purge()
    desk.book.exchange.cut_all().result()
    (sent,) = desk.book.exchange.to_send(9)
    assert late in str(sent.read_body())
    hand_over(desk)
    purge(desk)
    assert look(tmp_path / "amy", KEY, [late]) == {}
    for record_id in desk.book.exchange.clashing():
        desk.book.exchange.merge(record_id).result()
    assert desk.entry(theirs.record_id).is_deleted
    assert rows(desk, "SELECT op_no, version_id FROM spent") == [(sent.op_no, sent.version_id)]


def test_a_branch_of_an_erased_record_that_never_came_whole_loses_its_words_too(desk: Any) -> None:
    branch = desk.make({"helps_me": "a branch"})
    desk.book.exchange.take([Arrival(3, branch, is_head=False)], cursor=3, grants=1, filling={}).result()
    withdrawn_of = {branch.record_id: SARAH}
    desk.book._desk.write(lambda it: withdrawn.note_erased(it.connection, it.pen, withdrawn_of)).result()
    purge(desk)
    (left,) = rows(desk, "SELECT envelope FROM version")
    assert b"a branch" not in left.envelope


def test_a_tombstone_of_a_record_never_held_here_asks_for_no_purge(desk: Any) -> None:
    desk.take(erase(desk, desk.make({"helps_me": "Nan"})), scopes={SARAH: "iro"})
    assert desk.book.exchange.leaving() == []


# ---- the held-back box -----------------------------------------------------------------------------------------------


def held(desk: Any) -> tuple[Draft, Any]:
    draft = desk.begin(what_happened="We baked")
    version = desk.cut(draft.record_id)
    hand_over(desk)
    assert [one.kind for one in desk.book.notices()] == ["held"]
    return draft, lambda state, words="": desk.take(
        news=News(held=[HeldWord(version.version_id, draft.record_id, state, words)])
    )


def test_an_admitted_version_is_sent_once_more_to_learn_where_it_stands(desk: Any) -> None:
    draft, hear = held(desk)
    hear("admitted")
    assert [one.kind for one in desk.book.notices()] == ["admitted"]
    (again,) = desk.book.exchange.to_send(9)
    assert again.record_id == draft.record_id


def test_a_returned_version_is_said_to_be_with_the_managers_words(desk: Any) -> None:
    draft, hear = held(desk)
    hear("returned", "Please speak to me")
    assert [(one.kind, one.words) for one in desk.book.notices()] == [
        ("returned", "Please speak to me"),
        ("held", "Not yours now"),
    ]
    assert desk.entry(draft.record_id).state == "held"
    assert rows(desk, "SELECT held_state FROM outbox") == [("returned",)]


def test_one_record_ordered_away_goes_alone_and_its_receipt_is_owed(desk: Any) -> None:
    gone, stays = desk.make({"helps_me": "Nan"}), desk.make({"helps_me": "Ben"})
    desk.take(gone, stays, scopes={SARAH: "iro"})
    desk.take(news=News(orders=[Order(ONE, SARAH, gone.record_id)]))
    purge(desk)
    assert [row.record_id for row in rows(desk, "SELECT record_id FROM record")] == [stays.record_id]
    assert desk.book.exchange.receipts_due() == (ONE,)


def test_an_erased_record_ordered_away_leaves_its_tombstone_and_owes_a_receipt(desk: Any) -> None:
    note = desk.make({"helps_me": "Nan"})
    desk.take(note, scopes={SARAH: "iro"})
    desk.write(desk.draft(note.record_id), helps_me="Nan and Biscuit")
    desk.take(erase(desk, note), news=News(orders=[Order(ONE, SARAH, note.record_id)]))
    assert not desk.book.exchange.purge(), "what was written late waits to be handed over"
    hand_over(desk)
    purge(desk)
    assert desk.book.exchange.receipts_due() == (ONE,)
    (left,) = rows(desk, "SELECT tip, is_hidden FROM record")
    assert b"Biscuit" not in left.tip
    assert not left.is_hidden
    desk.book.exchange.receipts_taken([ONE]).result()
    assert not desk.book.exchange.purge()


# ---- whom the grey rows name -----------------------------------------------------------------------------------------


def test_a_child_whose_file_is_going_is_named_until_it_has_gone_with_what_still_waits(desk: Any) -> None:
    sarah = desk.make({"known_as": "sarah", "child_code": "S-0042"}, type="child")
    tom = desk.begin("child", TOM, known_as="Ben", child_code="B-0007")
    desk.take(sarah, scopes={SARAH: "social_worker", TOM: "social_worker"})
    assert desk.book.leaving_children() == []
    take_away(desk, WHOLE, Order("order of tom", TOM), scopes={})
    named = desk.book.leaving_children()
    assert [(one.name, one.code) for one in named] == [("Ben", "B-0007"), ("sarah", "S-0042")]
    assert [one.is_waiting for one in named] == [True, False]
    assert desk.book.entry(tom.record_id) is None
    hand_over(desk)
    purge(desk)
    assert desk.book.leaving_children() == []


def test_of_a_scope_whose_child_never_came_nobody_is_named(desk: Any) -> None:
    desk.take(desk.make({"what_happened": "We baked."}, type="visit_note"), scopes={SARAH: "iro"})
    take_away(desk, WHOLE, scopes={})
    assert desk.book.leaving_children() == []
