"""What the server keeps beside a head: merged by whoever may write there, with what is being typed meanwhile."""

from __future__ import annotations

from typing import Any

import pytest

from models.exchange import Arrival, UnknownAncestry
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
