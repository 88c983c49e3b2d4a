"""A laptop that the council has closed hands over all it has; while anything is left, nothing says that it may go."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from models.attachments.box import HERE
from models.campaign import Campaign
from sync.client.blobs import Carrier
from sync.client.closing import Closed, hand_over
from sync.client.drop import DropSender
from sync.client.engine import Engine
from sync.client.http import Offline, Refused
from sync.server.care import check_everything
from sync.server.withdrawing import receipt_words
from sync.wire import EmptiedRequest
from tests.laptops import DELIVER, FAULTS, Killed, Laptop, World
from tests.laptops_agree.test_files_on_their_way import attach, sound_of, where
from tests.laptops_agree.test_put_back import older_server

TODAY = "2026-11-23"


class Drop:
    """The way out of anonymous answers; ``status`` is what the server says."""

    def __init__(self) -> None:
        self.came: list[Any] = []
        self.status = 200

    def __call__(self, data: bytes) -> int:
        self.came.append(json.loads(data))
        return self.status


def give_up(world: World, laptop: Laptop, drop: Drop) -> Closed | None:
    """What the app does once a round was refused because the council has closed this laptop."""
    with pytest.raises(Refused, match="closed"):
        Engine(laptop.casebook.exchange, laptop.wire).round()
    exchange = laptop.casebook.exchange
    carrier = Carrier(
        laptop.casebook.carriage, laptop.wire, lambda: exchange.identity, progress=lambda _far: None,
        must_stop=lambda: False,
    )  # fmt: skip
    return hand_over(exchange, laptop.wire, carrier, DropSender(exchange, drop, world.clock.today))


def ask(laptop: Laptop, *campaign_ids: str) -> None:
    """The council asks these anonymous questions; the worker's answers wait."""
    asked = [
        Campaign(
            campaign_id=one, title="How is it?", questions=("how",), opens_on="2020-01-01", closes_on="2040-01-01",
            key=bytes(32),
        )
        for one in campaign_ids
    ]  # fmt: skip
    from models.store import answers

    laptop.casebook._desk.write(lambda it: answers.put_campaigns(it.connection, asked)).result()
    for one in campaign_ids:
        laptop.casebook._desk.write(lambda it, one=one: answers.give(it, one, {"how": "Well"})).result()


def test_words_files_and_answers_all_go_before_anything_may_be_emptied(
    world: World, amy: Laptop, ben: Laptop, sarah: str
) -> None:
    world.office.set_help_line("the IT desk")
    note = ben.begin("visit_note", sarah, what_happened="Not sent yet ben~1")
    photo = attach(ben, sarah, sound_of(900))
    ask(ben, "a" * 8)
    exchange = ben.casebook.exchange
    assert exchange.left_behind() == 3 + 1, "two being written, one file, one answer"
    world.office.revoke(ben.casebook.me.device_id)
    drop = Drop()
    closed = give_up(world, ben, drop)
    assert closed is not None
    assert (closed.council_name, closed.help_line) == ("Testshire", "the IT desk")
    assert exchange.left_behind() == 0
    assert {row["record_id"] for row in world.office.held()} == {note.record_id, photo.record_id}
    assert where(ben, photo.record_id) == HERE
    assert [one["answers"] for one in drop.came] == [{"how": "Well"}]
    assert ben.casebook.close_and_look() == 0
    device_id = closed.device_id
    world.hub.emptied(EmptiedRequest(device_id=device_id, signature=closed.receipt))
    assert world.office.withdrawals() == []
    assert receipt_words(device_id, (device_id,))


def test_without_the_councils_own_signature_nothing_is_handed_over_and_nothing_may_go(
    world: World, amy: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    import msgspec

    world.office.revoke(amy.casebook.me.device_id)
    real = amy.wire.closing
    monkeypatch.setattr(
        amy.wire, "closing", lambda me: msgspec.structs.replace(real(me), signature=bytes(64)), raising=True
    )
    drop = Drop()
    ask(amy, "a" * 8)
    assert give_up(world, amy, drop) is None
    assert (drop.came, amy.casebook.exchange.left_behind()) == ([], 1)


def test_what_could_not_go_is_counted_and_an_answer_nobody_waits_for_is_not(
    world: World, amy: Laptop, sarah: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    exchange = amy.casebook.exchange
    ask(amy, "a" * 8, "b" * 8)
    from models.store import answers

    amy.casebook._desk.write(lambda it: answers.put_campaigns(it.connection, [])).result()
    assert exchange.left_behind() == 0
    photo = attach(amy, sarah, sound_of(900))
    amy.sync()
    ask(amy, "c" * 8)
    world.office.revoke(amy.casebook.me.device_id)
    drop = Drop()
    drop.status = 429

    def too_large(*_about: Any) -> Any:
        raise Refused(413, "blob_too_large", "")

    monkeypatch.setattr(amy.wire, "offer_blob", too_large)
    give_up(world, amy, drop)
    assert exchange.left_behind() == 2
    monkeypatch.undo()
    drop.status = 410
    give_up(world, amy, drop)
    assert exchange.left_behind() == 0
    assert where(amy, photo.record_id) == HERE
    late = amy.begin("visit_note", sarah, what_happened="Typed at the last moment amy~9")
    assert exchange.left_behind() == 1
    assert amy.casebook.close_and_look() == 1
    assert late.record_id


def test_a_record_too_large_to_send_is_not_with_the_council(
    world: World, amy: Laptop, sarah: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    amy.begin("visit_note", sarah, what_happened="A very long one")

    def too_large(*_about: Any) -> Any:
        raise Refused(413, "message_too_large", "")

    monkeypatch.setattr(amy.wire, "push", too_large)
    amy.sync()
    assert amy.casebook.exchange.unsent_count() == 0
    assert amy.casebook.exchange.left_behind() == 1


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("route", ["push", "closing", "blob_put"])
def test_whatever_becomes_of_a_message_all_is_handed_over_in_the_end(
    world: World, ben: Laptop, sarah: str, route: str, fault: str
) -> None:
    ben.begin("visit_note", sarah, what_happened="Not sent yet ben~1")
    attach(ben, sarah, sound_of(900))
    world.office.revoke(ben.casebook.me.device_id)
    todo = [fault]
    world.network.choose = lambda asked: todo.pop() if asked == route and todo else DELIVER
    drop = Drop()
    closed = None
    for _ in range(2):
        try:
            closed = give_up(world, ben, drop)
            break
        except (Offline, pytest.fail.Exception):
            assert ben.casebook.exchange.left_behind() or route == "closing"
        except Killed:
            ben.kill()
    assert todo == []
    assert closed is not None or give_up(world, ben, drop) is not None
    assert ben.casebook.exchange.left_behind() == 0
    world.verify()


def test_what_a_server_put_back_from_an_older_copy_has_lost_goes_before_anything_may_be_emptied(
    world: World, amy: Laptop, ben: Laptop, card: str, sarah: str, tmp_path: Path
) -> None:
    """The closed laptop may hold the last copy of what was acknowledged long ago, its own and a colleague's."""
    world.centre.database.backup(tmp_path / "copy.db")
    mine = ben.begin("visit_note", sarah, what_happened="Sent and lost ben~1")
    theirs = amy.begin("visit_note", sarah, what_happened="Sent and lost amy~2")
    world.settle()
    world.centre.keep_head()
    older_server(world, tmp_path / "copy.db", is_noticed=True)
    world.office.revoke(ben.casebook.me.device_id)
    world.laptops.remove(amy)
    amy.casebook.close()
    exchange = ben.casebook.exchange
    assert exchange.left_behind() == 0, "all of it was acknowledged once"
    assert give_up(world, ben, Drop()) is None
    assert exchange.left_behind() > 1
    closed = give_up(world, ben, Drop())
    assert closed is not None
    assert exchange.left_behind() == 0
    held = {row["record_id"]: row["reason_code"] for row in world.office.held()}
    assert held == {mine.record_id: "device_revoked", theirs.record_id: "not_yours"}
    assert check_everything(world.centre)["faults"] == []
