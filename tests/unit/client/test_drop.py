"""Anonymous answers leave one by one, hours later, alike in everything, on a line that carries nothing else."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from models.campaign import MOST_ANSWER_BYTES, Campaign
from models.casebook import Casebook
from models.errors import Trouble
from models.identity import Identity, Worker
from sync.client.drop import LATER_SECONDS, SAME_DAY_SECONDS, DropSender, post_alone
from sync.client.http import Offline
from sync.wire import DROP_BYTES
from sync.wire.drop import drop_proof, pack_drop, unpack_drop

ME = Identity(
    device_id="d", device_epoch=1, council_id="c", council_name="T", timeline="t", signing_key=bytes(32),
    worker=Worker(worker_id="amy", display_name="Amy"),
)  # fmt: skip
QUESTION = "What should change?"
CAMPAIGN = Campaign(
    campaign_id="k", key=b"key", title="T", questions=(QUESTION, "And why?"), opens_on="2026-11-01",
    closes_on="2026-12-31",
)  # fmt: skip


@pytest.fixture
def casebook(tmp_path: Path, clock: Any, ids: Any) -> Iterator[Casebook]:
    opened = Casebook.open(tmp_path, bytes(32), identity=ME, clock=clock, ids=ids)
    give(opened, CAMPAIGN)
    yield opened
    opened.close()


def give(casebook: Casebook, *campaigns: Campaign) -> None:
    casebook.exchange.take([], cursor=1, grants=1, filling={}, scopes={}, campaigns=campaigns).result()


def send_all(sender: DropSender) -> float:
    seconds = 0.0
    while sender._exchange.answers_waiting():
        seconds += sender.gap
        sender.throw()
        assert seconds < 1e6
    return seconds


def test_open_questions_are_those_of_today(casebook: Casebook, clock: Any) -> None:
    assert casebook.open_campaigns() == [CAMPAIGN]
    clock.advance(days=60)
    assert casebook.open_campaigns() == []


def test_an_answer_is_kept_by_question_and_an_empty_one_not_at_all(casebook: Casebook, clock: Any) -> None:
    casebook.drop("k", {QUESTION: " Listen. ", "And why?": "  ", "Not asked": "x"}).result()
    casebook.drop("k", {QUESTION: ""}).result()
    ((answer, campaign),) = casebook.exchange.answers_waiting()
    assert (answer.answers, answer.day, campaign) == ({QUESTION: "Listen."}, clock.today().isoformat(), CAMPAIGN)
    assert len(answer.answer_id) == 32


@pytest.mark.parametrize("campaign_id", ["k", "another"])
def test_closed_questions_take_no_answer(casebook: Casebook, clock: Any, campaign_id: str) -> None:
    clock.advance(days=60)
    with pytest.raises(Trouble, match="closed"):
        casebook.drop(campaign_id, {QUESTION: "Listen."}).result()


def test_the_longest_answer_still_fits_and_a_longer_one_is_told(casebook: Casebook) -> None:
    with pytest.raises(Trouble, match="more than can be sent"):
        casebook.drop("k", {QUESTION: "x" * MOST_ANSWER_BYTES}).result()
    casebook.drop("k", {QUESTION: "\x01" * ((MOST_ANSWER_BYTES - 100) // 6)}).result()
    ((answer, _),) = casebook.exchange.answers_waiting()
    sent: list[bytes] = []
    send_all(DropSender(casebook.exchange, lambda data: sent.append(data) or 200, casebook.clock.today))  # type: ignore[func-returns-value]
    assert [len(one) for one in sent] == [DROP_BYTES]
    assert unpack_drop(sent[0]).answers == answer.answers


def test_what_leaves_is_proved_with_the_campaigns_key_and_is_then_forgotten(casebook: Casebook) -> None:
    casebook.drop("k", {QUESTION: "Listen."}).result()
    ((answer, _),) = casebook.exchange.answers_waiting()
    sent: list[bytes] = []
    send_all(DropSender(casebook.exchange, lambda data: sent.append(data) or 200, casebook.clock.today))  # type: ignore[func-returns-value]
    request = unpack_drop(sent[0])
    assert request.proof == drop_proof(b"key", "k", answer.answer_id, answer.day, answer.answers)
    assert casebook.exchange.answers_waiting() == []


@pytest.mark.parametrize(("status", "stays"), [(200, 0), (410, 0), (429, 1), (400, 1), (401, 1), (503, 1)])
def test_only_what_was_taken_or_never_will_be_is_forgotten(casebook: Casebook, status: int, stays: int) -> None:
    casebook.drop("k", {QUESTION: "Listen."}).result()
    tried: list[bytes] = []
    sender = DropSender(
        casebook.exchange, lambda data: tried.append(data) or status, casebook.clock.today, random.Random(1)  # type: ignore[func-returns-value]
    )  # fmt: skip
    while not tried:
        sender.throw()
    assert len(casebook.exchange.answers_waiting()) == stays


def test_offline_keeps_it_for_another_throw(casebook: Casebook) -> None:
    casebook.drop("k", {QUESTION: "Listen."}).result()

    def post(_data: bytes) -> int:
        raise Offline

    sender = DropSender(casebook.exchange, post, casebook.clock.today, random.Random(1))
    with pytest.raises(Offline):
        send_all(sender)
    assert len(casebook.exchange.answers_waiting()) == 1


def test_an_answer_to_what_is_asked_no_more_waits_without_a_key(casebook: Casebook) -> None:
    casebook.drop("k", {QUESTION: "Listen."}).result()
    give(casebook)
    sender = DropSender(casebook.exchange, lambda _data: 200, casebook.clock.today, random.Random(1))
    assert not any(sender.throw() for _ in range(5000))


def test_answers_wait_for_hours_and_less_on_a_later_day(casebook: Casebook, clock: Any) -> None:
    for wait, ahead in ((SAME_DAY_SECONDS, 0), (LATER_SECONDS, 1)):
        took = []
        for seed in range(30):
            casebook.drop("k", {QUESTION: "Listen."}).result()
            day = clock.today() + timedelta(days=ahead)
            took.append(
                send_all(DropSender(casebook.exchange, lambda _data: 200, lambda day=day: day, random.Random(seed)))
            )
        assert 0.5 * wait < sum(took) / len(took) < 2 * wait


def test_each_goes_on_a_line_of_its_own_without_a_word_of_who(listen: Callable[..., Any]) -> None:
    ear = listen(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nset-cookie: who=amy\r\n\r\n{}")
    post = post_alone(ear.url)
    for _ in range(2):
        assert post(b"x" * DROP_BYTES) == 200
    one, other = ear.asked
    assert one.headers == other.headers
    assert not {"authorization", "cookie", "heard-wire"} & set(one.headers)
    assert (one.headers["user-agent"], one.headers["connection"]) == ("Heard", "close")
    assert (one.path, len(one.body)) == ("/v1/drop", DROP_BYTES)


def test_no_line_is_offline() -> None:
    with pytest.raises(Offline):
        post_alone("http://127.0.0.1:1")(b"")


def test_what_is_too_long_is_never_cut() -> None:
    from sync.wire import DropRequest

    with pytest.raises(ValueError, match="too long"):
        pack_drop(DropRequest(campaign_id="k", answer_id="0" * 32, day="d", answers={"q": "x" * DROP_BYTES}, proof=b""))
