"""Photos, sound and films between laptops: after all words, in parts, through every cut and kill, and never wrong."""

from __future__ import annotations

import hashlib
import itertools
import random
import time
from typing import Any

import pytest

from models.attachments.box import COMING, HERE, ONLY_HERE
from models.attachments.intake import Taken, take_in
from models.attachments.sealed import PIECE, pieces_in
from models.entry import HELD, SAVED, SENT, Entry
from models.errors import Trouble
from models.status import FILES_IN, FILES_OUT, progress_words
from sync.client.engine import Cancelled
from sync.client.http import Offline, Refused
from sync.server.care import check_everything
from tests.drawings import photo
from tests.laptops import CUT_REPLY, DELIVER, FAULTS, KILL_AFTER, KILL_BEFORE, LOSE_REQUEST, Killed, Laptop, World

SPEAKS = {"caption": "Sarah’s street", "kind": "drawing", "made_by": "child"}


def sound_of(size: int, seed: int = 1) -> Taken:
    """A sound of so many bytes, taken in."""
    data = random.Random(seed).randbytes(size)
    return Taken(data, "audio/wav", "sound", hashlib.sha256(data).hexdigest())


def attach(laptop: Laptop, scope_id: str, taken: Taken, **more: Any) -> Entry:
    draft = laptop.casebook.new_draft("attachment", scope_id, **more)
    return laptop.casebook.attachments.add(draft, taken, SPEAKS).entry


def content(laptop: Laptop, record_id: str) -> bytes:
    return bytes(laptop.casebook.attachments.content(laptop.look(record_id)))


def where(laptop: Laptop, record_id: str) -> str:
    return laptop.casebook.attachments.whereabouts([laptop.look(record_id)])[record_id]


def state(laptop: Laptop, record_id: str) -> str:
    return laptop.look(record_id).state


@pytest.fixture
def pair(world: World) -> tuple[Laptop, Laptop, str]:
    """Amy's and Ben's laptops, and Sarah's scope."""
    sarah = world.child("1001")
    return world.laptop("amy", c1001="social_worker"), world.laptop("ben", c1001="family_support"), sarah


def test_a_photo_reaches_the_second_laptop_and_sent_is_said_only_then(world: World, pair: Any) -> None:
    amy, ben, sarah = pair
    taken = take_in(photo())
    entry = attach(amy, sarah, taken)
    assert amy.carry().sent == 0  # its words have not gone yet
    amy.sync()
    assert (state(amy, entry.record_id), where(amy, entry.record_id)) == (SAVED, ONLY_HERE)
    assert amy.casebook.waiting_count() == 1
    assert [one.entry.record_id for one in amy.casebook.waiting()] == [entry.record_id]
    assert amy.carry().sent == 1
    assert (state(amy, entry.record_id), where(amy, entry.record_id)) == (SENT, HERE)
    assert amy.casebook.waiting_count() == 0
    ben.sync()
    assert where(ben, entry.record_id) == COMING
    with pytest.raises(Trouble, match="not on this laptop yet"):
        content(ben, entry.record_id)
    assert ben.casebook.attachments.small(ben.look(entry.record_id)) is None
    assert ben.carry().received == 1
    assert content(ben, entry.record_id) == taken.content
    assert ben.casebook.attachments.small(ben.look(entry.record_id))
    assert where(ben, entry.record_id) == HERE
    assert check_everything(world.centre)["ok"]


def test_nothing_to_carry_asks_nothing_and_writes_nothing(world: World, pair: Any) -> None:
    amy, ben, sarah = pair
    attach(amy, sarah, take_in(photo()))
    for laptop in (amy, ben):
        laptop.sync()
        laptop.carry()
    world.network.asked.clear()
    before = [one.casebook._desk.read(lambda c: c.exec_driver_sql("PRAGMA data_version").scalar()) for one in pair[:2]]
    assert (amy.carry().sent, ben.carry().received) == (0, 0)
    assert world.network.asked == []
    after = [one.casebook._desk.read(lambda c: c.exec_driver_sql("PRAGMA data_version").scalar()) for one in pair[:2]]
    assert after == before


def test_how_far_it_is_is_told_in_words(pair: Any) -> None:
    amy, ben, sarah = pair
    for number in range(3):
        attach(amy, sarah, take_in(photo(number)))
    amy.sync()
    amy.carry()
    assert [progress_words(one) for one in amy.progress] == [f"Sending photo {n} of 3" for n in (1, 2, 3)]
    assert {one.kind for one in amy.progress} == {FILES_OUT}
    ben.sync()
    ben.carry()
    assert {one.kind for one in ben.progress} == {FILES_IN}
    assert progress_words(ben.progress[-1]) == "Copying photo 3 of 3"


def carried_through(laptop: Laptop, tries: int = 400) -> int:
    """Carry until nothing stops it any more. Returns how often something did."""
    for stopped in range(tries):
        try:
            laptop.carry()
        except Offline:
            continue
        except Killed:
            laptop.kill()
            continue
        return stopped
    raise AssertionError("it never came to an end")


class Halving(random.Random):
    """Cuts whatever it is asked about in the middle."""

    def randrange(self, start: int, *_more: Any) -> int:
        return start // 2


def test_a_cut_in_the_middle_of_every_part_costs_half_as_much_again_and_no_more(world: World, pair: Any) -> None:
    amy, ben, sarah = pair
    taken = sound_of(5 * 1024 * 1024)
    entry = attach(amy, sarah, taken)
    amy.sync()
    ben.sync()
    whole, world.network.chance = len(taken.content), Halving()
    for laptop, route, fate in ((amy, "blob_put", LOSE_REQUEST), (ben, "blob_get", CUT_REPLY)):
        every_other = itertools.cycle((fate, DELIVER))
        world.network.choose = lambda asked, route=route, fates=every_other: next(fates) if asked == route else DELIVER  # type: ignore[misc]
        assert carried_through(laptop) == pieces_in(whole)
    sent = [size for route, size in world.network.asked if route == "blob_put"]
    # Of a request that was cut, half had left.
    left = sum(sent) - world.network.fired[LOSE_REQUEST] * PIECE / 2
    came = sum(size for _route, size in world.network.came)
    assert left <= 1.5 * whole
    assert came <= 1.5 * whole
    assert content(ben, entry.record_id) == taken.content


@pytest.mark.parametrize("seed", range(6))
def test_any_fault_at_any_message_leaves_every_file_whole_on_both_laptops(world: World, pair: Any, seed: int) -> None:
    amy, ben, sarah = pair
    dice = random.Random(seed)
    made = {}
    for number in range(4):
        taken = sound_of(dice.choice((900, PIECE, PIECE + 1, 3 * PIECE + 9)), seed * 10 + number)
        made[attach(amy, sarah, taken).record_id] = taken.content
    world.settle()
    world.network.choose = lambda _route: dice.choice(FAULTS) if dice.random() < 0.3 else DELIVER
    for laptop in (amy, ben):
        carried_through(laptop)
        for _ in range(3):  # what the council would not take then is taken later
            carried_through(laptop)
    world.network.choose = lambda _route: DELIVER
    world.settle()
    amy.carry()
    ben.carry()
    for record_id, data in made.items():
        assert content(ben, record_id) == data
        assert content(amy, record_id) == data
        assert where(amy, record_id) == where(ben, record_id) == HERE
    assert check_everything(world.centre)["ok"]
    for laptop in (amy, ben):
        laptop.casebook.attachments.keep_house(time.time() + 1e6)
        assert len(laptop.casebook.attachments.files.names()) == len(made)


@pytest.mark.parametrize("fate", [KILL_BEFORE, KILL_AFTER, CUT_REPLY])
def test_a_kill_or_a_cut_at_each_part_goes_on_from_the_part(world: World, pair: Any, fate: str) -> None:
    amy, ben, sarah = pair
    taken = sound_of(3 * PIECE + 5)
    entry = attach(amy, sarah, taken)
    amy.sync()
    for laptop, route in ((amy, "blob_put"), (ben, "blob_get")):
        if laptop is ben:
            ben.sync()
        for _ in range(4):
            left = [fate]
            world.network.choose = lambda asked, route=route, left=left: (
                left.pop() if asked == route and left else DELIVER
            )  # type: ignore[misc]
            try:
                laptop.carry()
            except Offline:
                pass
            except Killed:
                laptop.kill()
        world.network.choose = lambda _route: DELIVER
        laptop.carry()
    assert content(ben, entry.record_id) == taken.content
    assert len([1 for route, _size in world.network.came]) <= 4 + 4


def test_words_that_wait_go_before_the_next_part(world: World, pair: Any) -> None:
    amy, _ben, sarah = pair
    entry = attach(amy, sarah, sound_of(4 * PIECE))
    amy.sync()
    asked: list[str] = []
    world.network.choose = lambda route: asked.append(route) or DELIVER  # type: ignore[func-returns-value]
    with pytest.raises(Cancelled):
        amy.carry(must_stop=lambda: asked.count("blob_put") >= 2)
    assert asked.count("blob_put") == 2
    note = amy.begin("visit_note", sarah, what_happened="Now~")
    amy.sync()
    assert state(amy, note.record_id) == SENT
    assert where(amy, entry.record_id) == ONLY_HERE
    asked.clear()
    amy.carry()
    assert asked.count("blob_put") == 2  # not a part twice
    assert where(amy, entry.record_id) == HERE


def test_what_the_council_has_not_yet_is_asked_for_once_and_then_left_for_a_while(world: World, pair: Any) -> None:
    amy, ben, sarah = pair
    entry = attach(amy, sarah, take_in(photo()))
    amy.sync()
    ben.sync()
    from sync.client.blobs import ASK_AGAIN_SECONDS, Carrier

    now = [100.0]
    exchange = ben.casebook.exchange
    carrier = Carrier(
        ben.casebook.carriage, ben.wire, lambda: exchange.identity, progress=lambda _p: None,
        must_stop=lambda: False, now=lambda: now[0],
    )  # fmt: skip
    world.network.asked.clear()
    for _ in range(3):
        assert carrier.carry().received == 0
    assert [route for route, _size in world.network.asked] == ["blob_state"]
    amy.carry()
    assert carrier.carry().received == 0
    now[0] += ASK_AGAIN_SECONDS
    assert carrier.carry().received == 1
    assert where(ben, entry.record_id) == HERE


def test_a_lying_server_gives_nothing_that_is_not_what_its_mark_says(
    world: World, pair: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    amy, ben, sarah = pair
    entry = attach(amy, sarah, sound_of(900))
    amy.sync()
    amy.carry()
    ben.sync()
    monkeypatch.setattr(ben.wire, "fetch_part", lambda _identity, _row, _number: bytes(900))
    assert ben.carry().received == 0
    assert where(ben, entry.record_id) == COMING
    assert ben.casebook.attachments.files.names() == {}
    monkeypatch.undo()
    assert ben.carry().received == 1


def test_a_damaged_file_comes_again_by_itself(pair: Any) -> None:
    amy, _ben, sarah = pair
    taken = take_in(photo())
    entry = attach(amy, sarah, taken)
    amy.sync()
    amy.carry()
    files = amy.casebook.attachments.files
    path = files.folder / files.name_of(taken.blob_id)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(Trouble, match="damaged"):
        content(amy, entry.record_id)
    assert amy.carry().received == 1
    assert content(amy, entry.record_id) == taken.content


def test_an_unsent_file_that_is_damaged_is_told_and_does_not_hold_up_the_others(pair: Any) -> None:
    amy, _ben, sarah = pair
    lost, other = attach(amy, sarah, sound_of(700, 1)), attach(amy, sarah, sound_of(800, 2))
    amy.sync()
    files = amy.casebook.attachments.files
    (files.folder / files.name_of(lost.body["blob_id"])).write_bytes(b"junk")
    assert amy.carry().sent == 1
    assert where(amy, other.record_id) == HERE
    assert amy.notices() == {"damaged"}


def test_what_a_worker_no_longer_assigned_had_not_sent_is_kept_with_its_words(world: World, pair: Any) -> None:
    amy, ben, sarah = pair
    entry = attach(ben, sarah, sound_of(900))
    world.office.unassign("ben", "1001")
    ben.sync()
    assert ben.carry().sent == 1  # into the held-back box, with its words
    assert ben.casebook._desk.read(lambda c: c.exec_driver_sql("SELECT direction FROM blob").scalar()) == ""
    amy.sync()
    assert amy.casebook.entry(entry.record_id) is None
    world.office.assign("ben", "1001", "family_support")
    ben.sync()
    assert state(ben, entry.record_id) == HELD


def test_a_file_the_council_will_not_take_is_left_and_the_rest_goes(world: World, pair: Any) -> None:
    amy, _ben, sarah = pair
    entry, other = attach(amy, sarah, sound_of(900, 1)), attach(amy, sarah, sound_of(901, 2))
    amy.sync()
    taken = world.hub.offer_blob

    def choosy(token: str, request: Any) -> Any:
        if request.record_id == entry.record_id:
            from sync.server.refusal import not_found

            raise not_found()
        return taken(token, request)

    world.hub.offer_blob = choosy  # type: ignore[method-assign]
    assert amy.carry().sent == 1
    assert where(amy, other.record_id) == HERE
    assert where(amy, entry.record_id) == ONLY_HERE


def test_a_closed_laptop_hands_over_its_files_and_fetches_none(world: World, pair: Any) -> None:
    amy, ben, sarah = pair
    theirs = attach(amy, sarah, sound_of(900, 1))
    amy.sync()
    amy.carry()
    ben.sync()
    mine = attach(ben, sarah, sound_of(901, 2))
    ben.sync()
    world.office.revoke(ben.casebook.me.device_id)
    with pytest.raises(Refused, match="could not take this"):
        ben.carry()
    assert where(ben, mine.record_id) == HERE
    assert where(ben, theirs.record_id) == COMING


def test_a_server_put_back_from_before_is_given_the_files_again(world: World, pair: Any) -> None:
    amy, _ben, sarah = pair
    entry = attach(amy, sarah, sound_of(900))
    amy.sync()
    amy.carry()
    from sync.server.blobs import forget

    forget(world.centre, [entry.record_id])
    amy.casebook.exchange.begin_timeline("another").result()
    assert where(amy, entry.record_id) == ONLY_HERE
    amy.casebook._desk.write(lambda it: it.connection.exec_driver_sql("DELETE FROM outbox")).result()
    assert amy.carry().sent == 1
    assert check_everything(world.centre)["counts"]["blob"] == 1


def test_a_private_photo_is_never_on_a_colleagues_laptop(world: World, pair: Any) -> None:
    amy, ben, sarah = pair
    taken = take_in(photo())
    entry = attach(amy, sarah, taken, audience="only_author")
    shared = attach(amy, sarah, sound_of(900))
    amy.sync()
    amy.carry()
    ben.sync()
    assert ben.carry().received == 1
    assert ben.casebook.entry(entry.record_id) is None
    assert len(ben.casebook.attachments.files.names()) == 1
    assert content(ben, shared.record_id) == sound_of(900).content
