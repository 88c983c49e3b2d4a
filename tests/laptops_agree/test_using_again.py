"""A version used again is an edit like any other: what colleagues wrote at the same time is never lost by it."""

from __future__ import annotations

import pytest

from models.errors import Trouble
from models.history import History
from sync.client.engine import Engine
from sync.client.http import Offline
from tests.laptops import DELIVER, LOSE_REPLY, LOSE_REQUEST, Laptop, World


def settle(world: World) -> None:
    world.settle()
    world.verify(is_quiet=True)


def history_of(laptop: Laptop, record_id: str) -> History:
    return History.of(laptop.casebook.kept(record_id), laptop.look(record_id).version_id)


def fetch(laptop: Laptop, record_id: str) -> int:
    return Engine(laptop.casebook.exchange, laptop.wire).fetch_history(record_id)


def test_what_was_used_again_reaches_the_second_laptop_word_for_word(
    world: World, amy: Laptop, ben: Laptop, card: str
) -> None:
    first = amy.casebook.history(card)[0]
    amy.edit(card, helps_me="amy~1 Nan", my_hopes="amy~2 a boat")
    settle(world)
    amy.use_again(card, first.version_id)
    settle(world)
    for laptop in (amy, ben):
        assert laptop.body(card) == first.read_body()
        assert laptop.choices(card) == ()
    assert fetch(ben, card) == 3
    history = history_of(ben, card)
    assert history.is_whole
    assert [history.version(one).read_body()["helps_me"] for one in history.order] == [
        "Biscuit",
        "amy~1 Nan",
        "Biscuit",
    ]


def test_another_box_that_a_colleague_changed_meanwhile_stands(
    world: World, amy: Laptop, ben: Laptop, card: str
) -> None:
    first = amy.casebook.history(card)[0]
    amy.edit(card, helps_me="amy~1 Nan")
    settle(world)
    amy.use_again(card, first.version_id)
    ben.edit(card, do_not_like="ben~1 surprises")
    settle(world)
    for laptop in (amy, ben):
        assert laptop.body(card)["helps_me"] == "Biscuit"
        assert laptop.body(card)["do_not_like"] == "ben~1 surprises"
        assert laptop.choices(card) == ()


def test_the_same_box_that_a_colleague_changed_meanwhile_becomes_a_choice(
    world: World, amy: Laptop, ben: Laptop, card: str
) -> None:
    first = amy.casebook.history(card)[0]
    amy.edit(card, helps_me="amy~1 Nan")
    settle(world)
    amy.use_again(card, first.version_id)
    ben.edit(card, helps_me="ben~1 a walk")
    ben.sync()
    settle(world)
    for laptop in (amy, ben):
        (choice,) = laptop.choices(card)
        assert {choice.value, laptop.body(card)["helps_me"]} == {"Biscuit", "ben~1 a walk"}


def test_a_laptop_that_holds_only_the_newest_version_fetches_the_rest_and_keeps_it(
    world: World, amy: Laptop, ben: Laptop, card: str
) -> None:
    for number in range(5):
        amy.edit(card, helps_me=f"amy~{number} words")
        amy.sync()
    ben.sync()
    assert not history_of(ben, card).is_whole
    for _ in range(2):
        assert fetch(ben, card) == 6
    history = history_of(ben, card)
    assert (len(history), history.is_whole) == (6, True)
    assert [history.kept[one].seq for one in history.order] == sorted(
        (history.kept[one].seq for one in history.order), reverse=True
    )
    settle(world)


@pytest.mark.parametrize("fault", [LOSE_REQUEST, LOSE_REPLY])
def test_a_line_that_breaks_while_history_is_fetched_loses_nothing(
    world: World, amy: Laptop, ben: Laptop, card: str, fault: str
) -> None:
    amy.edit(card, helps_me="amy~1 words")
    settle(world)
    before = ben.casebook.history(card)
    world.network.choose = lambda route: fault if route == "history" else DELIVER
    with pytest.raises(Offline):
        fetch(ben, card)
    world.network.choose = lambda _route: DELIVER
    assert ben.casebook.history(card) == before
    assert fetch(ben, card) == 2
    settle(world)


def test_the_history_of_what_the_server_does_not_know_is_what_is_here(world: World, amy: Laptop, sarah: str) -> None:
    note = amy.begin("visit_note", sarah, what_happened="amy~1 not sent yet")
    amy.casebook.cut(note.record_id).result()
    assert fetch(amy, note.record_id) == 0
    assert history_of(amy, note.record_id).is_whole
    settle(world)


def test_nobody_uses_a_version_again_over_what_they_have_not_seen(
    world: World, amy: Laptop, ben: Laptop, card: str
) -> None:
    first = amy.casebook.history(card)[0]
    seen = amy.look(card).version_id
    ben.edit(card, helps_me="ben~1 a walk")
    settle(world)
    with pytest.raises(Trouble, match="just changed"):
        amy.casebook.restore(card, first.version_id, over=seen).result()
    assert amy.body(card)["helps_me"] == "ben~1 a walk"
