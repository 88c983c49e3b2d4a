"""A council of one child, Sarah, and the laptops of those who work with her."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from models.clock import Clock
from models.ids import Ids
from tests.laptops import Laptop, World


@pytest.fixture
def world(tmp_path: Path, clock: Clock, ids: Ids) -> Iterator[World]:
    made = World(tmp_path, clock, ids)
    yield made
    made.close()


@pytest.fixture
def sarah(world: World) -> str:
    """Her scope."""
    return world.child("1001")


@pytest.fixture
def amy(world: World, sarah: str) -> Laptop:
    """Sarah's social worker."""
    return world.laptop("amy", c1001="social_worker")


@pytest.fixture
def ben(world: World, sarah: str) -> Laptop:
    """Her family support worker."""
    return world.laptop("ben", c1001="family_support")


@pytest.fixture
def cat(world: World, sarah: str) -> Laptop:
    """Her IRO."""
    return world.laptop("cat", c1001="iro")


@pytest.fixture
def card(amy: Laptop, ben: Laptop, sarah: str) -> str:
    """Sarah's This is Me, on both laptops."""
    draft = amy.begin("this_is_me", sarah, helps_me="Biscuit", my_hopes="A bike", do_not_like="Loud rooms")
    amy.sync()
    ben.sync()
    return draft.record_id
