"""A round of sync against servers that answer oddly; what a good server makes of it is in tests/laptops_agree."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from models.casebook import Casebook
from models.entry import HELD, Edit
from models.errors import StoreFull, Trouble
from models.exchange import UnknownAncestry
from models.identity import Identity, Worker
from models.version import batch_digest, encode_body, hash_body
from sync.client import engine
from sync.client.engine import Engine
from sync.client.http import Offline, Refused
from sync.wire import HistoryReply, PulledRow, PullPage, PushReply, PushRequest, PushResult

ME = Identity(
    device_id="d", device_epoch=1, council_id="c", council_name="T", timeline="first", signing_key=bytes(range(32)),
    worker=Worker(worker_id="amy", display_name="Amy"),
)  # fmt: skip
NOTHING = PullPage(rows=(), cursor=0, filling={}, grant_counter=0, timeline="first", more=False)


@dataclass
class Line:
    """A server made of three functions."""

    on_pull: Callable[..., Any] = lambda _request: NOTHING
    on_push: Callable[..., Any] = lambda request: PushReply(
        results=tuple(
            PushResult(version_id=one.version_id, outcome="head", seq=at) for at, one in enumerate(request.versions, 1)
        )
    )
    on_history: Callable[..., Any] = lambda _record_id: HistoryReply(versions=())
    pushed: list[PushRequest] = field(default_factory=list)
    pulled: int = 0

    def pull(self, _identity: Identity, request: Any) -> Any:
        self.pulled += 1
        return self.on_pull(request)

    def push(self, _identity: Identity, request: PushRequest) -> Any:
        self.pushed.append(request)
        return self.on_push(request)

    def history(self, _identity: Identity, record_id: str) -> Any:
        return self.on_history(record_id)


@pytest.fixture
def casebook(tmp_path: Path, clock: Any, ids: Any) -> Iterator[Casebook]:
    opened = Casebook.open(tmp_path, bytes(32), identity=ME, clock=clock, ids=ids)
    yield opened
    opened.close()


def write(casebook: Casebook, number: int = 1, text: str = "We walked.") -> list[str]:
    drafts = [casebook.new_draft("visit_note", "scope") for _ in range(number)]
    for draft in drafts:
        casebook.save(draft, {"what_happened": Edit("", text)}).result()
    return [draft.record_id for draft in drafts]


def test_each_batch_carries_the_laptops_own_signature_over_its_versions_in_order(casebook: Casebook) -> None:
    write(casebook, 3)
    line = Line()
    outcome = Engine(casebook.exchange, line).round()
    (request,) = line.pushed
    key = Ed25519PrivateKey.from_private_bytes(ME.signing_key).public_key()
    key.verify(request.signature, batch_digest(request.versions))
    assert [version.op_no for version in request.versions] == [1, 2, 3]
    assert (outcome.sent, outcome.received, outcome.held) == (3, 0, 0)
    assert [(one.sent, one.received) for one in casebook.rounds()] == [(3, 0)]


def test_a_batch_too_large_for_the_server_is_halved_down_to_the_one_that_will_not_go(casebook: Casebook) -> None:
    records = write(casebook, 5)
    line = Line()
    good = line.on_push

    def at_most(request: PushRequest) -> Any:
        if any(version.record_id == records[2] for version in request.versions) or len(request.versions) > 3:
            raise Refused(413, "message_too_large", "")
        return good(request)

    line.on_push = at_most
    outcome = Engine(casebook.exchange, line).round()
    assert (outcome.sent, outcome.held) == (4, 1)
    entry = casebook.entry(records[2])
    assert entry is not None
    assert (entry.state, entry.body) == (HELD, {"what_happened": "We walked."})
    assert casebook.waiting_count() == 0


def test_the_next_batch_goes_while_the_receipts_of_the_last_are_written(
    casebook: Casebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "MAX_BATCH_VERSIONS", 2)
    write(casebook, 5)
    line, is_second_sent = Line(), threading.Event()
    good = line.on_push

    def answer(request: PushRequest) -> Any:
        if len(line.pushed) == 1:
            # The writing thread is busy from here on, so that the receipts of this batch cannot be written yet.
            casebook._desk.write(lambda _it: is_second_sent.wait(30))
        else:
            is_second_sent.set()
        return good(request)

    line.on_push = answer
    outcome = Engine(casebook.exchange, line).round()
    assert [version.op_no for request in line.pushed for version in request.versions] == [1, 2, 3, 4, 5]
    assert (outcome.sent, casebook.waiting_count()) == (5, 0)


def test_receipts_that_could_not_be_written_leave_their_versions_to_be_sent_again(
    casebook: Casebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "MAX_BATCH_VERSIONS", 2)
    write(casebook, 4)
    line, settle = Line(), casebook.exchange.settle

    def fail(receipts: Any) -> Any:
        monkeypatch.setattr(casebook.exchange, "settle", settle)
        full: Future[set[str]] = Future()
        full.set_exception(StoreFull("The laptop’s disk is full", ""))
        return full

    monkeypatch.setattr(casebook.exchange, "settle", fail)
    with pytest.raises(StoreFull):
        Engine(casebook.exchange, line).round()
    assert casebook.waiting_count() >= 2
    Engine(casebook.exchange, line).round()
    sent = [version.op_no for request in line.pushed for version in request.versions]
    assert (set(sent), sent.count(1), casebook.waiting_count()) == ({1, 2, 3, 4}, 2, 0)


@pytest.mark.parametrize("error", [Offline("x"), Refused(403, "nope", ""), Refused(400, "bad_signature", "")])
def test_a_push_that_fails_leaves_everything_waiting(casebook: Casebook, error: Exception) -> None:
    write(casebook, 2)

    def fail(_request: PushRequest) -> Any:
        raise error

    with pytest.raises(type(error)):
        Engine(casebook.exchange, Line(on_push=fail)).round()
    assert casebook.waiting_count() == 2
    assert casebook.rounds() == []


@pytest.mark.parametrize("spoil", [lambda some: some[:-1], lambda some: some[::-1], lambda some: (*some, some[0])])
def test_an_answer_that_does_not_fit_the_batch_counts_for_nothing(casebook: Casebook, spoil: Any) -> None:
    write(casebook, 2)
    line = Line()
    good = line.on_push
    line.on_push = lambda request: PushReply(results=tuple(spoil(good(request).results)))
    with pytest.raises(Trouble, match="does not understand"):
        Engine(casebook.exchange, line).round()
    assert casebook.waiting_count() == 2


@pytest.mark.parametrize(("code", "sent"), [("device_revoked", 1), ("unknown_device", 0)])
def test_only_a_closed_laptop_still_hands_over_when_it_gets_nothing_any_more(
    casebook: Casebook, code: str, sent: int
) -> None:
    write(casebook)

    def turn_away(_request: Any) -> Any:
        raise Refused(401, code, "")

    line = Line(on_pull=turn_away)
    with pytest.raises(Refused):
        Engine(casebook.exchange, line).round()
    assert len(line.pushed) == sent
    assert casebook.waiting_count() == 1 - sent


def test_a_server_that_promises_more_and_gives_nothing_is_not_asked_for_ever(casebook: Casebook) -> None:
    write(casebook)
    stuck = PullPage(rows=(), cursor=0, filling={}, grant_counter=0, timeline="first", more=True)
    line = Line(on_pull=lambda _request: stuck)
    with pytest.raises(Trouble, match="does not understand"):
        Engine(casebook.exchange, line).round()
    assert line.pulled == 1
    filling = PullPage(rows=(), cursor=0, filling={"s": 1}, grant_counter=0, timeline="first", more=False)
    line = Line(on_pull=lambda _request: filling)
    with pytest.raises(Trouble, match="does not understand"):
        Engine(casebook.exchange, line).round()
    assert line.pulled == 2


def test_a_page_that_only_moves_a_cursor_is_taken_and_is_no_round_to_speak_of(casebook: Casebook) -> None:
    moved = PullPage(rows=(), cursor=40, filling={}, grant_counter=2, timeline="first", more=False)
    Engine(casebook.exchange, Line(on_pull=lambda _request: moved)).round()
    assert casebook.exchange.cursors() == (40, 2, {})
    assert casebook.rounds() == []


def test_two_laptops_that_clash_at_every_push_give_way_in_the_end(
    casebook: Casebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each push meets a newer head of Ben's; after a number of passes the round ends and the rest waits."""
    monkeypatch.setattr(engine, "MOST_PASSES", 4)
    draft = casebook.new_draft("this_is_me", "scope")
    casebook.save(draft, {"my_hopes": Edit("", "a bike")}).result()
    line, seq = Line(), iter(range(10, 1000, 2))
    heads: list[Any] = []

    def always_behind(request: PushRequest) -> Any:
        body = encode_body({"my_hopes": "a bike", "helps_me": f"Ben {len(heads)}"})
        after = heads[-1].version_id if heads else request.versions[0].version_id
        heads.append(
            msgspec.structs.replace(
                request.versions[-1], version_id=f"ben {len(heads)}", author_id="ben", device_id="b", open_choices=(),
                parents=(after,), body=msgspec.Raw(body), body_hash=hash_body(b"s", body), salt=b"s",
            )
        )  # fmt: skip
        at = next(seq)
        row = PulledRow(seq=at + 1, version=heads[-1])
        return PushReply(
            results=tuple(
                PushResult(version_id=one.version_id, outcome="branch", seq=at, head=row) for one in request.versions
            )
        )

    line.on_push = always_behind
    casebook.cut(draft.record_id).result()
    casebook.save(draft, {"my_name": Edit("", "Sarah")}).result()
    Engine(casebook.exchange, line).round()
    assert len(line.pushed) == 4
    entry = casebook.entry(draft.record_id)
    assert entry is not None
    assert entry.body["my_name"] == "Sarah"
    assert entry.body["helps_me"].startswith("Ben")
    assert casebook.waiting_count() == 1


def test_only_a_history_that_is_not_there_is_passed_over(casebook: Casebook) -> None:
    record = write(casebook)[0]

    def unknown(_record_id: str, **_more: Any) -> Any:
        raise UnknownAncestry(record)

    casebook.exchange.merge = unknown  # type: ignore[assignment, method-assign]
    casebook.exchange.clashing = lambda: [record]  # type: ignore[method-assign]
    casebook.exchange.standing = lambda: (casebook.exchange.cursors(), True)  # type: ignore[method-assign]

    def history(_record_id: str) -> Any:
        raise Refused(status, "x", "")

    for status in (404, 403):
        line = Line(on_history=history)
        if status == 404:
            assert Engine(casebook.exchange, line).round().sent == 1
        else:
            with pytest.raises(Refused):
                Engine(casebook.exchange, line).round()
