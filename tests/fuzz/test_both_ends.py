"""Spoilt messages at both ends, and a rogue laptop, at a small size: no crash, no 5xx, and nothing of another child."""

from __future__ import annotations

import random

import pytest

from sync.codec import BadMessage, unpack
from sync.wire import DECLARED, MAX_MESSAGE_BYTES, PullPage
from tests.faults.fuzz import fuzz
from tests.faults.mutation import BOMB, SLY_BOMB, Maker, spoil, to_frame, to_json

pytestmark = pytest.mark.timeout(300)


def test_no_spoilt_message_and_no_rogue_laptop_gets_anywhere() -> None:
    result = fuzz(120, seed=31)
    assert result.ok, result.in_words()


def test_messages_made_from_their_own_types_are_mostly_whole_before_they_are_spoilt() -> None:
    chance = random.Random(1)
    maker = Maker(chance, ["a", "b"])
    for route in DECLARED.values():
        if route.takes is None:
            continue
        whole, spoilt = 0, 0
        for _ in range(60):
            thing = maker.make(route.takes)
            for which in (thing, spoil(spoil(spoil(thing, chance), chance), chance)):
                try:
                    unpack(route.takes, to_frame(to_json(which, chance), random.Random(0)))
                except BadMessage:
                    spoilt += which is not thing
                else:
                    whole += which is thing
        assert whole > 10, route.name
        assert spoilt > 10, route.name


@pytest.mark.parametrize("bomb", [BOMB, SLY_BOMB], ids=["declared", "undeclared"])
def test_a_bomb_of_four_times_the_limit_is_never_opened(bomb: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(bomb) < MAX_MESSAGE_BYTES // 100
    monkeypatch.setattr("sync.codec.zstandard.ZstdDecompressor", lambda **_: pytest.fail("the bomb was opened"))
    with pytest.raises(BadMessage):
        unpack(PullPage, bomb)
