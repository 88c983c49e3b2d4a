"""A laptop copied whole, or put back from an old copy: noticed at the first thing both wrote, and nothing dropped."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from models.query import Query
from sync.client.http import Offline, Refused
from sync.server.care import check_everything
from tests.laptops import DELIVER, LOSE_REPLY, Laptop, World
from tests.verify import read_council


def forked(world: World) -> list[str]:
    return [row["device_id"] for row in world.office.devices() if row["forked_at"]]


def must_join_again(laptop: Laptop) -> bool:
    try:
        laptop.sync()
    except Refused as error:
        return error.code == "device_forked"
    return False


def test_a_copied_profile_is_noticed_at_the_first_thing_both_wrote_and_both_texts_are_kept(
    world: World, amy: Laptop, ben: Laptop, card: str, sarah: str
) -> None:
    copy = world.copy(amy, "copy")
    amy.edit(card, helps_me="Biscuit amy~1")
    amy.sync()
    assert forked(world) == []
    copy.edit(card, helps_me="Drawing copy~1")
    note = copy.begin("visit_note", sarah, what_happened="copy~2 We walked.")
    copy.sync()
    assert forked(world) == [amy.casebook.me.device_id]
    world.verify()
    assert must_join_again(amy)
    assert must_join_again(copy)
    late = amy.begin("visit_note", sarah, what_happened="amy~2 Written while it had to join again")
    assert must_join_again(amy)
    assert not amy.casebook.waiting_count(), "what is written is taken all the while"
    ben.sync()
    assert {note.record_id, late.record_id} <= {one.record_id for one in ben.casebook.select(Query())}
    world.join_again(amy)
    assert must_join_again(copy), "each must join again"
    world.join_again(copy)
    world.settle()
    world.verify(is_quiet=True)
    for laptop in (amy, copy, ben):
        shown = laptop.look(card)
        texts = {shown.body["helps_me"], *(choice.value for choice in shown.open_choices)}
        assert texts == {"Biscuit amy~1", "Drawing copy~1"}
    assert check_everything(world.centre)["faults"] == []
    assert len({one.casebook.me.device_id for one in world.laptops}) == 3


def test_work_that_waited_goes_under_the_name_and_key_it_was_written_with(
    world: World, amy: Laptop, ben: Laptop, card: str, sarah: str
) -> None:
    copy = world.copy(amy, "copy")
    amy.edit(card, my_hopes="A bike amy~1")
    amy.sync()
    before = copy.casebook.me
    copy.edit(card, my_hopes="A boat copy~1")
    copy.casebook.cut_all().result()
    copy.begin("visit_note", sarah, what_happened="copy~2 Still being written")
    world.join_again(copy)
    copy.begin("visit_note", sarah, what_happened="copy~3 Written as another laptop")
    now = copy.casebook.me
    assert (now.device_epoch, now.worker) == (before.device_epoch + 1, before.worker)
    world.network.choose = lambda route: LOSE_REPLY if route == "push" else DELIVER
    with pytest.raises(Offline):
        copy.sync()
    world.network.choose = lambda _route: DELIVER
    copy.sync()
    assert forked(world) == [before.device_id]
    versions = read_council(world.centre, []).versions.values()
    first: dict[str, str] = {}
    for one in versions:
        for word in re.findall(r"copy~\d", str(one.read_body())):
            first.setdefault(word, one.device_id)
    assert first == {"copy~1": before.device_id, "copy~2": before.device_id, "copy~3": now.device_id}
    world.join_again(amy)
    world.settle()
    world.verify(is_quiet=True)


@pytest.mark.parametrize("back", [1, 2, 7, 20])
def test_an_old_copy_put_back_behind_our_back_loses_nothing_however_old_it_is(
    world: World, amy: Laptop, ben: Laptop, card: str, sarah: str, tmp_path: Path, back: int
) -> None:
    put_back(world, amy, card, sarah, tmp_path / "kept", back)
    assert forked(world)


def put_back(world: World, amy: Laptop, card: str, sarah: str, kept: Path, back: int) -> None:
    """Let a laptop write and send ``back`` more things than its copy knows, then go on from the copy."""
    shutil.copytree(amy.folder, kept)
    for number in range(back):
        if number % 2:
            amy.edit(card, helps_me=f"Biscuit amy~{number}")
        else:
            amy.begin("visit_note", sarah, what_happened=f"amy~{number} We walked.")
        amy.sync()
    old = world.copy(amy, "old", kept)
    world.laptops.remove(amy)
    old.edit(card, helps_me="Drawing old~1")
    old.begin("visit_note", sarah, what_happened="old~2 We sat.")
    old.sync()
    world.verify()
    assert must_join_again(old)
    world.join_again(old)
    world.settle()
    world.verify(is_quiet=True)
    texts = str(old.look(card).body) + str(old.choices(card))
    assert "old~1" in texts
    amy.casebook.close()


def test_a_copy_that_its_own_mark_gives_away_begins_a_new_epoch_and_is_no_fork(
    world: World, amy: Laptop, ben: Laptop, card: str, sarah: str, tmp_path: Path
) -> None:
    shutil.copytree(amy.folder, tmp_path / "kept")
    amy.edit(card, helps_me="Biscuit amy~1")
    amy.sync()
    mark = (amy.casebook.me.device_epoch, 2)
    old = world.copy(amy, "old", tmp_path / "kept")
    world.laptops.remove(amy)
    assert old.casebook.begin_epoch_above(*mark)
    old.edit(card, helps_me="Drawing old~1")
    world.settle()
    world.verify(is_quiet=True)
    assert forked(world) == []
    amy.casebook.close()


def test_a_vault_that_is_read_after_joining_again_knows_both_its_names(
    world: World, amy: Laptop, card: str, sarah: str
) -> None:
    before = amy.casebook.me
    amy.edit(card, helps_me="Biscuit amy~1")
    amy.casebook.cut_all().result()
    world.join_again(amy)
    amy.kill()
    exchange = amy.casebook.exchange
    assert exchange.signer_of(before.device_id) == before
    assert exchange.signer_of(amy.casebook.me.device_id) == amy.casebook.me != before
    assert exchange.signer_of("a laptop this never was") == amy.casebook.me
    amy.sync()
    assert not amy.casebook.waiting_count()
    world.join_again(amy)
    assert amy.casebook.exchange.signer_of(before.device_id) == before
