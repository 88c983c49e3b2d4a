"""What the server keeps beside a head: merged by whoever may write there, with what is being typed meanwhile."""

from __future__ import annotations

from typing import Any

import pytest

from models.exchange import Arrival, Receipt, UnknownAncestry
from models.version import Version


def come_beside(desk: Any, branch: Version) -> None:
    desk.book.exchange.take(
        [Arrival(desk.last_seq() + 1, branch, is_head=False)], cursor=desk.last_seq() + 1, grants=1, filling={}
    ).result()


def test_a_branch_is_merged_with_what_is_being_typed_and_then_forgotten(desk: Any) -> None:
    first = desk.make({"helps_me": "Biscuit"})
    desk.take(first)
    desk.write(desk.draft(first.record_id), do_not_like="Loud rooms")
    come_beside(desk, desk.make({"helps_me": "Biscuit", "my_hopes": "A bike"}, first))
    ((record_id, version_id),) = desk.book.exchange.branches()
    assert desk.book.exchange.merge_branch(record_id, version_id).result()
    assert desk.body(record_id) == {"helps_me": "Biscuit", "do_not_like": "Loud rooms", "my_hopes": "A bike"}
    assert desk.book.exchange.branches() == []


def test_a_branch_of_unknown_descent_waits_for_the_history_and_both_texts_are_kept(desk: Any) -> None:
    first = desk.make({"helps_me": "Biscuit"})
    desk.take(first)
    lost = desk.make({"helps_me": "Biscuit and Nan"}, record_id=first.record_id)
    come_beside(desk, desk.make({"helps_me": "Nan"}, lost))
    ((record_id, version_id),) = desk.book.exchange.branches()
    with pytest.raises(UnknownAncestry):
        desk.book.exchange.merge_branch(record_id, version_id).result()
    assert desk.book.exchange.merge_branch(record_id, version_id, is_whole=True).result()
    assert desk.body(record_id)["helps_me"] == "Biscuit"
    assert [choice.value for choice in desk.entry(record_id).open_choices] == ["Nan"]


# ---- words that came before their record was finished without them ----


def notices(desk: Any) -> list[tuple[str, str]]:
    return [(one.kind, one.words) for one in desk.book.notices()]


def test_i_am_told_of_words_from_my_other_laptop_that_a_finished_record_does_not_have(desk: Any) -> None:
    first = desk.make({"words": "I like Becky."}, by="amy", type="own_words")
    other = desk.make({"words": "I like Becky.\nAnd the dog."}, first, by="amy")
    finished = desk.make({"words": "I like Becky.", "said_on": "2026-11-23"}, first, by="amy", is_finished=True)
    desk.take(first)
    desk.take(finished)
    come_beside(desk, other)
    ((record_id, version_id),) = desk.book.exchange.branches()
    assert not desk.book.exchange.merge_branch(record_id, version_id).result()
    assert notices(desk) == [("left_beside", "words")]
    assert desk.body(record_id) == {"words": "I like Becky.", "said_on": "2026-11-23"}
    assert other in desk.book.history(record_id)
    assert desk.book.exchange.branches() == []


@pytest.mark.parametrize(
    ("author", "body", "closing"),
    [
        ("ben", {"words": "I like Becky.\nAnd the dog."}, {"is_finished": True}),
        ("amy", {"words": "I like Becky.\nAnd the dog."}, {"is_finished": True, "is_erased": True}),
        ("amy", {}, {"is_finished": True}),
    ],
)
def test_nobody_is_told_of_what_a_colleague_wrote_what_the_law_took_or_what_has_no_words(
    desk: Any, author: str, body: dict[str, Any], closing: dict[str, bool]
) -> None:
    first = desk.make({"words": "I like Becky."}, by=author, type="own_words")
    desk.take(first)
    desk.take(desk.make({"words": "I like Becky."}, first, by=author, **closing))
    come_beside(desk, desk.make(body, first, by=author))
    ((record_id, version_id),) = desk.book.exchange.branches()
    assert not desk.book.exchange.merge_branch(record_id, version_id).result()
    assert notices(desk) == []
    assert desk.book.exchange.branches() == []


def test_a_branch_that_a_finished_record_grew_from_is_forgotten_in_silence(desk: Any) -> None:
    first = desk.make({"words": "I like Becky."}, by="amy", type="own_words")
    other = desk.make({"words": "I like Becky.\nAnd the dog."}, first, by="amy")
    desk.take(first)
    desk.take(desk.make({"words": "I like Becky."}, other, by="amy", is_finished=True))
    come_beside(desk, other)
    ((record_id, version_id),) = desk.book.exchange.branches()
    assert not desk.book.exchange.merge_branch(record_id, version_id).result()
    assert notices(desk) == []


def test_before_i_am_told_the_history_is_fetched_where_descent_is_not_known(desk: Any) -> None:
    first = desk.make({"words": "I like Becky."}, by="amy", type="own_words")
    lost = desk.make({"words": "I like Becky.\nAnd Nan."}, first, by="amy")
    desk.take(first)
    desk.take(desk.make({"words": "I like Becky."}, first, by="amy", is_finished=True))
    come_beside(desk, desk.make({"words": "I like Becky.\nAnd Nan and the dog."}, lost, by="amy"))
    ((record_id, version_id),) = desk.book.exchange.branches()
    with pytest.raises(UnknownAncestry):
        desk.book.exchange.merge_branch(record_id, version_id).result()
    desk.book.exchange.keep_history([Arrival(2, lost)]).result()
    assert not desk.book.exchange.merge_branch(record_id, version_id).result()
    assert notices(desk) == [("left_beside", "words")]


@pytest.mark.parametrize(
    ("closing", "told"),
    [({"is_finished": True}, [("left_beside", "words")]), ({"is_finished": True, "is_erased": True}, [])],
)
def test_what_i_had_sent_before_another_laptop_finished_the_record_is_told_of(
    desk: Any, closing: dict[str, bool], told: list[tuple[str, str]]
) -> None:
    first = desk.make({"words": "I like Becky."}, by="amy", type="own_words")
    desk.take(first)
    desk.write(desk.draft(first.record_id), words="I like Becky.\nAnd the dog.")
    mine = desk.cut(first.record_id)
    finished = desk.make({"words": "I like Becky."}, first, by="amy", **closing)
    receipt = Receipt(mine.version_id, "branch", 3, head=Arrival(2, finished))
    assert desk.book.exchange.settle([receipt]).result() == {first.record_id}
    assert desk.book.exchange.merge(first.record_id).result()
    assert desk.entry(first.record_id).is_finished
    assert notices(desk) == told
    assert mine in desk.book.history(first.record_id)


# ---- search words ----


def test_what_a_merge_has_cut_is_found_by_its_words_also_where_nothing_was_to_be_merged(desk: Any) -> None:
    first = desk.make({"helps_me": "Biscuit"})
    desk.take(first)
    desk.write(desk.draft(first.record_id), helps_me="Biscuit and Nan")
    assert not desk.book.exchange.merge(first.record_id).result()
    assert desk.entry(first.record_id).version_id != first.version_id
    assert [hit.entry.record_id for hit in desk.book.find("Nan")] == [first.record_id]
