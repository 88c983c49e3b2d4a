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


def test_the_servers_own_wish_comes_first() -> None:
    assert Backoff(random.Random(1)).failed(retry_after=120) == 120
    assert Backoff(random.Random(1)).failed(retry_after=0.001) >= FIRST_SECONDS / 10
