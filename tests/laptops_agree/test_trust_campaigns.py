"""The campaigns on copies and on tampering, in a small size; their nightly sizes run with `make faults`."""

from __future__ import annotations

import pytest

from tests.faults.put_back import put_back
from tests.faults.tampering import tampering

pytestmark = pytest.mark.timeout(300)


def test_sixty_changes_behind_the_servers_back_are_all_told() -> None:
    result = tampering(60, seed=7)
    assert result.ok, result.in_words()


def test_a_copy_put_back_is_noticed_however_old_it_is_and_nothing_is_lost() -> None:
    result = put_back(12, seed=0)
    assert result.ok, result.in_words()
