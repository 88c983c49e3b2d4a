"""Whether a round has anything to do besides asking: never "no" while something waits, and "no" once nothing does."""

from __future__ import annotations

from typing import Any

import pytest

from models.exchange import News, Order, Receipt
from models.store import waiting
from tests.unit.models.conftest import SARAH


def waits(desk: Any) -> bool:
    return bool(desk.book._desk.read(waiting.has_any))


def test_a_record_waits_from_its_first_word_until_the_server_has_it(desk: Any) -> None:
    assert not waits(desk)
    draft = desk.begin(what_happened="We baked.")
    assert waits(desk), "it is being written"
    version = desk.cut(draft.record_id)
    assert waits(desk), "it is cut and not sent"
    desk.book.exchange.settle([Receipt(version.version_id, "head", 1)]).result()
    assert not waits(desk)


def test_what_the_server_keeps_safe_does_not_wait(desk: Any) -> None:
    version = desk.cut(desk.begin().record_id)
    desk.book.exchange.settle([Receipt(version.version_id, "held", reason="not_assigned")]).result()
    assert not waits(desk)


def test_a_clash_and_a_branch_wait_to_be_merged(desk: Any) -> None:
    first = desk.make({"helps_me": "Biscuit", "my_hopes": "a bike"})
    desk.take(first)
    assert not waits(desk)
    mine = desk.draft(first.record_id)
    desk.write(mine, helps_me="Biscuit the dog")
    version = desk.cut(first.record_id)
    theirs = desk.make({**first.read_body(), "my_hopes": "a boat"}, first)
    desk.take(theirs)
    desk.book.exchange.settle([Receipt(version.version_id, "branch", 3)]).result()
    assert waits(desk), "its head is not what it stands on"


def test_what_must_go_waits_until_its_receipt_is_taken(desk: Any) -> None:
    desk.take(desk.make({"helps_me": "Biscuit"}), scopes={SARAH: "social_worker"})
    assert not waits(desk)
    order = Order("01a00000-0000-7000-8000-0000000000f1", SARAH, "")
    desk.take(scopes={}, news=News(orders=(order,)))
    assert waits(desk)
    while desk.book.exchange.purge():
        pass
    assert waits(desk), "its receipt is owed"
    desk.book.exchange.receipts_taken([order.order_id]).result()
    assert not waits(desk)


def test_a_server_put_back_waits_until_all_has_been_offered(desk: Any) -> None:
    desk.take(desk.make({"helps_me": "Biscuit"}))
    desk.book.exchange.begin_timeline("01a00000-0000-7000-8000-0000000000f2").result()
    assert waits(desk)
    desk.book.exchange.note_given_back().result()
    assert not waits(desk)


def test_where_a_laptop_stands_is_read_again_after_every_write_and_only_then(
    desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[None] = []
    look = waiting.has_any
    monkeypatch.setattr(waiting, "has_any", lambda it: looks.append(None) or look(it))
    exchange = desk.book.exchange
    before = exchange.standing()
    assert exchange.standing() == before
    assert len(looks) == 1
    draft = desk.begin(what_happened="We baked.")
    assert exchange.standing()[1]
    version = desk.cut(draft.record_id)
    exchange.settle([Receipt(version.version_id, "head", 1)]).result()
    desk.take(desk.make({"helps_me": "Biscuit"}), scopes={SARAH: "social_worker"})
    cursors, _ = exchange.standing()
    assert (cursors, len(looks)) == (exchange.cursors(), 3)
    cursors[2]["another"] = 1
    assert exchange.standing()[0] == exchange.cursors()


def test_a_write_that_failed_has_where_a_laptop_stands_read_again_too(desk: Any) -> None:
    desk.book.exchange.standing()
    before = desk.book._desk.store.writes

    def fail(_act: Any) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        desk.book._desk.write(fail).result()
    assert desk.book._desk.store.writes == before + 1
