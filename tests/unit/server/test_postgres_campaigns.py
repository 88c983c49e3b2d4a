"""Small sizes of the PostgreSQL campaigns: what laptops were told is sent outlives restart and failover."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.faults.postgres_promote import postgres_promote
from tests.faults.postgres_restart import postgres_restart
from tests.faults.result import Result


@pytest.mark.parametrize(("campaign", "size"), [(postgres_restart, 3), (postgres_promote, 1)])
def test_a_database_that_ends_in_mid_push_loses_nothing_it_acknowledged(
    campaign: Callable[[int, int], Result], size: int
) -> None:
    result = campaign(size, 12)
    if result.not_run:
        pytest.skip(f"not run: {result.not_run}")
    assert result.ok, result.in_words()
