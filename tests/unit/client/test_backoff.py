"""Waiting after a round that failed: longer each time, never all at once, and as long as the server wishes."""

from __future__ import annotations

import random

from sync.client.backoff import FIRST_SECONDS, MOST_SECONDS, Backoff


def test_the_wait_grows_with_each_failure_and_has_an_end() -> None:
    waits = Backoff(random.Random(1))
    found = [waits.failed() for _ in range(40)]
    tops = [min(MOST_SECONDS, FIRST_SECONDS * 2**number) for number in range(40)]
    assert all(top / 10 <= wait <= top for wait, top in zip(found, tops, strict=True))
    waits.succeeded()
    assert waits.failed() <= FIRST_SECONDS


def test_laptops_that_fail_together_do_not_come_back_together() -> None:
    waits = {round(Backoff(random.Random(seed)).failed(), 3) for seed in range(50)}
    assert len(waits) > 45
    assert Backoff().failed() > 0


def test_the_servers_own_wish_comes_first_and_not_everybody_comes_back_at_that_very_moment() -> None:
    waits = [Backoff(random.Random(seed)).failed(retry_after=120) for seed in range(50)]
    assert all(120 < wait <= 120 + FIRST_SECONDS for wait in waits)
    assert max(waits) - min(waits) > FIRST_SECONDS / 2
    assert Backoff(random.Random(1)).failed(retry_after=0.001) >= FIRST_SECONDS / 10


def test_a_laptop_has_tried_again_within_a_minute_however_long_it_was_offline() -> None:
    waits = Backoff(random.Random(3))
    assert max(waits.failed() for _ in range(200)) <= 60
