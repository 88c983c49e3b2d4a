"""What a laptop remembers of pieces it has taken, and what it forgets when a scope begins to be filled anew."""

from __future__ import annotations

from typing import Any

import pytest

from models.casebook import Casebook
from models.exchange import Pieces
from models.store import agreement, filling


@pytest.fixture
def casebook(desk: Any) -> Casebook:
    book: Casebook = desk.book
    return book


def take(casebook: Casebook, filling_now: dict[str, int]) -> None:
    casebook.exchange.take([], cursor=9, grants=1, filling=filling_now).result()


def test_pieces_are_remembered_until_every_scope_is_filled(casebook: Casebook) -> None:
    exchange = casebook.exchange
    assert exchange.pieces() == Pieces()
    exchange.take_pieces([], [("sarah", "one"), ("tom", "two")], {"sarah": {"protected": 4}}).result()
    exchange.halves["three"] = b"half"
    assert exchange.pieces() == Pieces(frozenset({"one", "two"}), {"sarah": {"protected": 4}}, frozenset())
    assert exchange.cursors() == (0, 0, {})
    exchange.forget_pieces().result()
    assert (exchange.pieces(), exchange.halves) == (Pieces(), {})


def test_a_scope_that_has_no_piece_at_all_leaves_nothing_to_remember(casebook: Casebook) -> None:
    casebook.exchange.take_pieces([], [], {"sarah": {}}).result()
    assert casebook.exchange.pieces() == Pieces()


def test_a_scope_that_begins_to_be_filled_counts_on_nothing_taken_of_it_before(casebook: Casebook) -> None:
    exchange = casebook.exchange
    exchange.take_pieces([], [("sarah", "one"), ("sarah2", "two")], {"sarah": {"protected": 4}}).result()
    take(casebook, {"sarah": 0})
    assert exchange.pieces() == Pieces(frozenset({"two"}), {}, frozenset())
    exchange.take_pieces([], [("sarah", "one")], {"sarah": {"protected": 4}}).result()
    take(casebook, {"sarah": 0})
    assert exchange.pieces().covered == {"sarah": {"protected": 4}}


def test_a_scope_that_is_mended_comes_by_pages_from_its_beginning(casebook: Casebook) -> None:
    exchange, store = casebook.exchange, casebook._desk.store
    take(casebook, {"sarah": 5})
    exchange.take_pieces([], [("sarah", "one")], {"sarah": {"protected": 4}}).result()
    store.write(lambda connection: filling.note_by_pages(connection, ["sarah"])).result()
    assert exchange.pieces() == Pieces(frozenset(), {}, frozenset({"sarah"}))
    assert exchange.cursors()[2] == {"sarah": 0}
    store.write(lambda connection: filling.forget(connection, ["sarah"])).result()
    assert exchange.pieces() == Pieces()


def test_a_digest_is_of_what_is_granted_even_where_nothing_is_here(casebook: Casebook, desk: Any) -> None:
    desk.take(desk.make({"helps_me": "Biscuit"}))
    assert casebook.exchange.digests() == (1, {})
    digests = casebook._desk.read(agreement.digests, ["sarah"])
    assert digests == {"sarah": "0" * 16}


def test_a_scope_that_agrees_is_left_alone(casebook: Casebook, desk: Any) -> None:
    one = desk.make({"helps_me": "Biscuit"})
    desk.take(one)
    heads = casebook._desk.read(agreement.heads, one.scope_id)
    assert heads == {one.record_id: one.version_id}
    assert casebook.exchange.mend(one.scope_id, heads).result() == 0
    assert (casebook.notices(), casebook.exchange.cursors()[2]) == ([], {})
