"""Bad networks for real, at a small size: a served council, the client that ships, and a line between that fails."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from models.clock import Clock
from models.ids import Ids
from sync.client.http import Centre, Offline
from tests.faults.network import bad_network
from tests.faults.proxy import CUT_REPLY, FATES, Line, Proxy
from tests.faults.wrong_clock import wrong_clock
from tests.laptops import World
from tests.served import served

pytestmark = pytest.mark.timeout(300)


def test_nothing_is_lost_doubled_or_passed_over_on_any_bad_line() -> None:
    result = bad_network(6, seed=21)
    assert result.ok, result.in_words()


def test_the_line_that_fails_is_cut_where_it_was_meant_to_be_and_counts_its_bytes() -> None:
    assert len(FATES) >= 15
    proxy = Proxy(1, Line(cut_every=100), chance=random.Random(1))
    proxy._next_cut = 30
    assert proxy._before_cut(20) == 20
    proxy.bytes_up += 20
    assert proxy._before_cut(50) == 10
    proxy.bytes_up += 10
    assert 100 <= proxy._next_cut < 200
    assert proxy.fired["line cut"] == 1


def test_no_wrong_clock_loses_anything_or_decides_anything() -> None:
    result = wrong_clock(5, seed=22, processes=False)
    assert result.ok, result.in_words()


def test_a_line_is_kept_open_between_the_messages_of_rounds(tmp_path: Path, clock: Clock, ids: Ids) -> None:
    world = World(tmp_path, clock, ids)
    scope = world.child("1001")
    amy = world.laptop("amy", c1001="social_worker")
    with served(world.centre) as url, Proxy(int(url.rpartition(":")[2])) as proxy:
        line = Centre(proxy.url)
        amy.wire = line  # type: ignore[assignment]
        for number in range(3):
            amy.begin("visit_note", scope, what_happened=f"amy~{number}")
            amy.sync()
        assert sum(proxy.requests.values()) >= 8
        assert proxy.connections == 1
        # Once it has broken, the next message opens another.
        proxy.choose = lambda _path: CUT_REPLY
        with pytest.raises(Offline):
            amy.sync()
        proxy.heal()
        amy.sync()
        assert proxy.connections == 2
        line.close()
    world.close()
