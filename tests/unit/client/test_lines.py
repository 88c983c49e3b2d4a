"""Laptops and servers of different ages, and lines that are slow, drip or break."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from models.version import Version, encode_body
from sync.client import pace
from sync.client.http import ENOUGH_THROUGH, Centre, Offline, Refused
from sync.codec import pack, unpack
from sync.wire import (
    MAX_PAGE_BYTES,
    WIRE_HEADER,
    EnrolReply,
    EnrolRequest,
    ErrorReply,
    PullPage,
    PullRequest,
    PushRequest,
    Spoken,
    TokenReply,
)
from tests.answers import ID, ME, PAGE, REQUEST, Listen, council, http, refusal


def speaking(range_of: Spoken, *, tells: bool = True) -> Callable[[Any], bytes]:
    """A council whose server speaks these versions, and answers as the real one does."""
    within = council(http(200, pack(PAGE)))

    def answer(asked: Any) -> bytes:
        version = range_of.answer_to(int(asked.headers[WIRE_HEADER]), is_written_in=bool(asked.body))
        if not version:
            oldest, newest = (range_of.oldest, range_of.newest) if tells else (0, 0)
            return http(
                426, pack(ErrorReply(code="wire_version", message="No.", oldest_wire=oldest, newest_wire=newest))
            )
        return within(asked).replace(b"\r\n", f"\r\n{WIRE_HEADER}: {version}\r\n".encode(), 1)

    return answer


@pytest.mark.parametrize(
    ("laptop", "server", "settled"),
    [((1, 1), (1, 1), 1), ((1, 2), (1, 1), 1), ((1, 1), (1, 2), 1), ((1, 3), (2, 5), 3), ((2, 5), (1, 3), 3)],
)
def test_the_highest_version_both_speak_is_settled_once_and_kept(
    listen: Listen, laptop: tuple[int, int], server: tuple[int, int], settled: int
) -> None:
    ear = listen(speaking(Spoken(*server)))
    centre = Centre(ear.url, speaks=Spoken(*laptop))
    for _ in range(2):
        assert centre.pull(ME, REQUEST) == PAGE
    centre.close()
    named = [(asked.path[4:], int(asked.headers[WIRE_HEADER])) for asked in ear.asked]
    assert named == [("challenge", laptop[1]), ("token", settled), ("pull", settled), ("pull", settled)]


@pytest.mark.parametrize(
    ("laptop", "server", "words"),
    [((1, 1), (2, 3), "update Heard on this laptop"), ((2, 3), (1, 1), "update the server")],
)
def test_where_there_is_none_it_is_said_who_must_be_updated_and_that_nothing_is_lost(
    listen: Listen, laptop: tuple[int, int], server: tuple[int, int], words: str
) -> None:
    ear = listen(speaking(Spoken(*server)))
    centre = Centre(ear.url, speaks=Spoken(*laptop))
    with pytest.raises(Refused) as told:
        centre.pull(ME, REQUEST)
    centre.close()
    assert (told.value.status, told.value.code) == (426, "wire_version")
    assert words in told.value.help
    assert "saved on this laptop" in told.value.message
    assert [asked.path for asked in ear.asked] == ["/v1/challenge"]


def test_joining_settles_the_version_too_though_its_first_message_has_a_body(listen: Listen) -> None:
    reply = EnrolReply(
        device_id=ID, device_epoch=1, council_id=ID, council_name="T", worker=ME.worker, timeline=ID
    )  # fmt: skip
    ear = listen(
        lambda asked: http(200, pack(reply), heard_wire="1") if asked.headers[WIRE_HEADER] == "1" else
        http(426, pack(ErrorReply(code="wire_version", message="", oldest_wire=1, newest_wire=1)))
    )  # fmt: skip
    centre = Centre(ear.url, speaks=Spoken(1, 2))
    request = EnrolRequest(code="", sign_in_name="", password="", device_name="", public_key=b"")
    assert centre.enrol(request) == reply
    centre.close()
    assert [asked.headers[WIRE_HEADER] for asked in ear.asked] == ["2", "1"]


def test_a_server_rolled_back_to_an_older_one_is_met_in_the_older_version_at_once(listen: Listen) -> None:
    now = [Spoken(1, 2)]
    ear = listen(lambda asked: speaking(now[0])(asked))
    centre = Centre(ear.url, speaks=Spoken(1, 2))
    assert centre.pull(ME, REQUEST) == PAGE
    now[0] = Spoken(1, 1)
    assert centre.pull(ME, REQUEST) == PAGE
    centre.close()
    assert [asked.headers[WIRE_HEADER] for asked in ear.asked[-3:]] == ["2", "2", "1"]


def test_a_refusal_of_the_version_that_names_no_range_is_told_and_not_asked_again(listen: Listen) -> None:
    ear = listen(speaking(Spoken(2, 2), tells=False))
    centre = Centre(ear.url)
    with pytest.raises(Refused):
        centre.pull(ME, REQUEST)
    centre.close()
    assert len(ear.asked) == 1


def test_signing_in_is_tried_once_more_when_the_servers_clock_jumped_in_between(listen: Listen) -> None:
    late = [refusal(401, "challenge_over"), http(200, pack(TokenReply(token="t", seconds=9)))]

    def answer(asked: Any) -> bytes:
        return late.pop(0) if asked.path == "/v1/token" else council(http(200, pack(PAGE)))(asked)

    ear = listen(answer)
    centre = Centre(ear.url)
    assert centre.pull(ME, REQUEST) == PAGE
    late += [refusal(401, "challenge_over")] * 2
    centre._tokens.clear()
    with pytest.raises(Offline):
        centre.pull(ME, REQUEST)
    centre.close()


# --- slow lines and lines that break --------------------------------------------------------------------------------


def test_time_grows_with_what_moves_so_that_a_slow_line_is_no_dead_one() -> None:
    at = [0.0]
    clock = pace.Pace(lambda: at[0])
    for _ in range(100):
        at[0] += pace.GRACE_SECONDS / 2
        clock.moved(int(pace.GRACE_SECONDS / 2 * pace.SLOWEST_BYTES_A_SECOND))
        assert clock.left() > 0
    at[0] += pace.GRACE_SECONDS + 0.1
    with pytest.raises(pace.TooSlow):
        clock.left()
    clock.begin()
    assert clock.left() == pace.GRACE_SECONDS


@pytest.mark.parametrize("part", ["head", "body"])
def test_an_answer_that_drips_for_ever_is_given_up(listen: Listen, monkeypatch: pytest.MonkeyPatch, part: str) -> None:
    monkeypatch.setattr(pace, "GRACE_SECONDS", 0.3)
    whole = http(200, pack(PAGE), length=10_000)
    quick = whole.index(b"\r\n\r\n") + 4 if part == "body" else 0
    ear = listen(council(whole), drip=quick)
    centre = Centre(ear.url)
    with pytest.raises(Offline) as told:
        centre.pull(ME, REQUEST)
    centre.close()
    assert told.value.why == "TooSlow"


def test_a_line_that_breaks_under_large_messages_carries_smaller_ones_until_they_get_through(listen: Listen) -> None:
    broken = http(200, pack(PAGE)[:10], length=999)
    words = random.Random(1).randbytes(40_000).hex()
    long = http(200, pack(PullPage(rows=(), cursor=7, filling={}, grant_counter=1, timeline=words, more=False)))
    ear = listen(council(*[broken] * 3, http(200, pack(PAGE)), long))
    centre = Centre(ear.url)
    for _ in range(3):
        with pytest.raises(Offline):
            centre.pull(ME, REQUEST)
    assert centre.pull(ME, REQUEST) == PAGE
    rooms = [unpack(PullRequest, asked.body).room for asked in ear.asked if asked.path == "/v1/pull"]
    assert rooms == [0, MAX_PAGE_BYTES // 2, MAX_PAGE_BYTES // 4, MAX_PAGE_BYTES // 8]
    assert centre.room == MAX_PAGE_BYTES // 8
    many = tuple(fat_version() for _ in range(2))
    with pytest.raises(Refused) as told:
        centre.push(ME, PushRequest(versions=many, signature=b""))
    assert told.value.status == 413
    for _ in range(ENOUGH_THROUGH - 1):
        centre.pull(ME, REQUEST)
        assert centre.room == MAX_PAGE_BYTES // 8
    centre.pull(ME, REQUEST)
    assert centre.room == MAX_PAGE_BYTES // 4
    centre.close()


def fat_version() -> Version:
    content = encode_body({"words": random.Random(1).randbytes(60_000).hex()})
    return Version(
        version_id=ID, record_id=ID, scope_id=ID, type="t", policy_class="shared", schema=1, audience="", device_id=ID,
        device_epoch=1, op_no=1, author_id=ID, written_at="", body_hash="", body=msgspec.Raw(content),
    )  # fmt: skip
