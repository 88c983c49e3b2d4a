"""Nothing has changed, said with one look: the same page as a pull gives, and never to whom there is more to say."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import psycopg
import pytest
from sqlalchemy import update

from sync.codec import unpack
from sync.server.administration import Administration
from sync.server.auth import hash_token
from sync.server.centre import Centre
from sync.server.database.postgres import PostgreSQL
from sync.server.database.sqlite import SQLiteFile, SQLiteMemory
from sync.server.glancing import Glancer
from sync.server.hub import Hub
from sync.server.refusal import Refusal
from sync.server.tables import device
from sync.wire import CoverRequest, PullPage, PullRequest
from tests.unit.server.kinds import at_once, on_file, on_postgresql

Enrol = Callable[..., Any]


def request_of(laptop: Any, **other: Any) -> PullRequest:
    """What a laptop asks that has everything."""
    fields: dict[str, Any] = {
        "cursor": laptop.cursor,
        "grant_counter": laptop.grants,
        "timeline": laptop.joined.timeline,
    }
    return PullRequest(**{**fields, **other})


def look(centre: Centre, laptop: Any, **other: Any) -> bytes | None:
    """What a glance says to this laptop."""

    async def once() -> bytes | None:
        glancer = Glancer(centre)
        try:
            return await glancer.glance(laptop.token, request_of(laptop, **other))
        finally:
            await glancer.close()

    return asyncio.run(once())


@pytest.fixture
def up_to_date(amy: Any, sarah: str) -> Any:
    """A laptop that has pulled all there is, and was noted as seen."""
    amy.push(amy.version(sarah))
    amy.pull()
    return amy


def test_it_says_what_a_pull_would_say(centre: Centre, hub: Hub, up_to_date: Any) -> None:
    for timeline in ("", up_to_date.joined.timeline):
        said = look(centre, up_to_date, timeline=timeline)
        assert said is not None
        assert unpack(PullPage, said) == unpack(
            PullPage, hub.pull(up_to_date.token, request_of(up_to_date, timeline=timeline))
        )


@pytest.mark.parametrize(
    "other",
    [{"cursor": 0}, {"cursor": 2}, {"grant_counter": 99}, {"timeline": "another"}, {"filling": {"x": 0}}],
    ids=["first pull", "ahead of the line", "other grants", "another timeline", "filling"],
)
def test_a_laptop_that_stands_elsewhere_is_looked_at(centre: Centre, up_to_date: Any, other: dict[str, Any]) -> None:
    assert look(centre, up_to_date, **other) is None


def test_what_came_since_is_pulled(centre: Centre, up_to_date: Any, ben: Any, sarah: str) -> None:
    up_to_date.pull()
    assert look(centre, up_to_date) is not None
    ben.push(ben.version(sarah))
    assert look(centre, up_to_date) is None


def _revoke(centre: Centre, laptop: Any) -> None:
    Administration(centre).revoke(laptop.joined.device_id)


def _leave(centre: Centre, laptop: Any) -> None:
    Administration(centre).leave("amy")


def _mark(column: str) -> Callable[[Centre, Any], None]:
    def mark(centre: Centre, laptop: Any) -> None:
        with centre.database.write() as connection:
            mine = (device.c.council_id == centre.council_id, device.c.device_id == laptop.joined.device_id)
            connection.execute(update(device).where(*mine).values({column: centre.clock.stamp()}))

    return mark


@pytest.mark.parametrize(
    ("happened", "code"),
    [
        (_revoke, "device_revoked"),
        (_leave, "device_revoked"),
        (_mark("revoked_at"), "device_revoked"),
        (_mark("forked_at"), "device_forked"),
        (_mark("retired_at"), "device_forked"),
    ],
    ids=["closed", "left", "closed, and nothing else", "copied", "joined again"],
)
def test_a_laptop_that_gets_nothing_more_is_not_told_that_nothing_changed(
    centre: Centre, hub: Hub, up_to_date: Any, happened: Callable[[Centre, Any], None], code: str
) -> None:
    assert look(centre, up_to_date) is not None
    happened(centre, up_to_date)
    assert look(centre, up_to_date) is None
    with pytest.raises(Refusal) as refused:
        hub.pull(up_to_date.token, request_of(up_to_date))
    assert refused.value.code in (code, "token_expired")


def test_no_token_an_unknown_one_and_one_that_is_over_get_nothing(centre: Centre, up_to_date: Any, clock: Any) -> None:
    token = up_to_date.token
    for given in ("", "x", hash_token(token), token + "x"):
        up_to_date.token = given
        assert look(centre, up_to_date) is None
    up_to_date.token = token
    clock.advance(minutes=14)
    assert look(centre, up_to_date) is not None
    clock.advance(minutes=2)
    assert look(centre, up_to_date) is None


def test_cover_that_is_over_is_ended_first(centre: Centre, enrol: Enrol, amy: Any, sarah: str, clock: Any) -> None:
    amy.push(amy.version(sarah))
    duty = enrol("dee")
    duty.pull()
    duty.hub.cover(duty.token, CoverRequest(child="1001", reason="Sarah rang the duty line at night."))
    duty.pull()
    assert look(centre, duty) is not None
    clock.advance(hours=25)
    duty.sign_in()
    assert look(centre, duty) is None
    duty.pull()
    assert duty.scopes == {}, "and with it what it let them read"


def test_a_laptop_that_is_due_to_be_noted_as_seen_is_noted(centre: Centre, up_to_date: Any, clock: Any) -> None:
    clock.advance(minutes=61)
    up_to_date.sign_in()
    assert look(centre, up_to_date) is None
    up_to_date.pull()
    assert look(centre, up_to_date) is not None


# --- The line it has to the database --------------------------------------------------------------------------------


def several(centre: Centre, laptop: Any, *steps: Callable[[Glancer], Awaitable[None]]) -> list[bool]:
    """Look once before, and once after each step; say each time whether there was an answer."""

    async def looks() -> list[bool]:
        glancer = Glancer(centre)
        found = [await glancer.glance(laptop.token, request_of(laptop)) is not None]
        for step in steps:
            await step(glancer)
            found.append(await glancer.glance(laptop.token, request_of(laptop)) is not None)
        await glancer.close()
        await glancer.close()
        return found

    return asyncio.run(looks())


def test_it_may_be_closed_and_looked_through_again(centre: Centre, up_to_date: Any) -> None:
    assert several(centre, up_to_date, Glancer.close) == [True, True]


@on_postgresql
def test_a_line_that_broke_is_opened_again_and_nobody_waits_for_it(centre: Centre, up_to_date: Any) -> None:
    database = centre.database
    assert isinstance(database, PostgreSQL)

    async def cut(_: Glancer) -> None:
        with psycopg.connect(database._conninfo) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid()"
            )

    async def wait(_: Glancer) -> None:
        """Nothing more happens."""

    assert several(centre, up_to_date, cut, wait) == [True, False, True]


@on_postgresql
def test_who_comes_while_it_is_being_opened_takes_the_long_way(centre: Centre, up_to_date: Any) -> None:
    async def both() -> list[bytes | None]:
        glancer = Glancer(centre)
        asked = [glancer.glance(up_to_date.token, request_of(up_to_date)) for _ in range(2)]
        answers = await asyncio.gather(*asked)
        await glancer.close()
        return list(answers)

    first, second = asyncio.run(both())
    assert first is not None
    assert second is None


@on_file
def test_a_file_that_cannot_be_read_now_is_left_to_the_long_way(centre: Centre, up_to_date: Any) -> None:
    database = centre.database
    assert isinstance(database, SQLiteFile)
    place, aside = database.path, database.path.with_name("aside")

    async def away(glancer: Glancer) -> None:
        await glancer.close()
        place.rename(aside)

    async def back(_: Glancer) -> None:
        aside.rename(place)

    assert several(centre, up_to_date, away, back) == [True, False, True]


@pytest.mark.parametrize("kind", ["memory"], indirect=True)
def test_in_memory_it_does_not_wait_for_whoever_is_at_work(centre: Centre, up_to_date: Any) -> None:
    database = centre.database
    assert isinstance(database, SQLiteMemory)
    inside, done = threading.Event(), threading.Event()

    def work() -> None:
        with database.write():
            inside.set()
            assert done.wait(30)

    def glance() -> bool:
        assert inside.wait(30)
        try:
            return look(centre, up_to_date) is None
        finally:
            done.set()

    assert at_once(work, glance) == [None, True]
    assert look(centre, up_to_date) is not None
