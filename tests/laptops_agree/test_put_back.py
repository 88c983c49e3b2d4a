"""What an older copy brings back of what was given up since: ordered anew, handed over and purged, with a receipt."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from models.errors import Trouble
from sync.client.http import Offline, Refused
from sync.client.proofs import GIVEN_BACK, Proofs
from sync.server.administration import Administration
from sync.server.centre import open_centre, start_timeline
from sync.server.erasing import agree_to_erasure, ask_for_erasure
from sync.server.holding import admit, list_held
from sync.server.hub import Hub
from sync.server.withdrawing import PUT_BACK
from tests.laptops import DELIVER, FAULTS, Killed, Laptop, World
from tests.vault_pages import look, new_tokens

TOKENS = new_tokens(40)


@pytest.fixture
def written(amy: Laptop, ben: Laptop, sarah: str) -> list[str]:
    """Notes about Sarah on both laptops, each with a word nobody else typed."""
    ids = [amy.begin("visit_note", sarah, what_happened=f"We said {word} there").record_id for word in TOKENS]
    for laptop in (amy, ben, amy):
        laptop.sync()
        while laptop.casebook.index_some().result():
            pass
    return ids


def give_up(world: World, laptop: Laptop) -> None:
    """Have Ben's laptop give Sarah up, with its receipt."""
    world.office.unassign("ben", "1001")
    laptop.sync()
    assert world.office.withdrawals() == []
    assert look(laptop.folder, laptop.key, TOKENS) == {}


def older_copy(world: World, laptop: Laptop, kept: Path) -> Laptop:
    """Go on from a copy; the mark beside the vault gives it away."""
    mark = (laptop.casebook.me.device_epoch, laptop.casebook.exchange.last_op_no())
    world.laptops.remove(laptop)
    laptop.casebook.close()
    old = world.copy(laptop, "old", kept)
    old.casebook.begin_epoch_above(mark[0], mark[1] + 1)
    return old


def older_server(world: World, copy: Path, *, is_noticed: bool = False) -> None:
    """Put the council back to a copy, on a new timeline; ``is_noticed``: begun by the server itself."""
    world.centre.close()
    for name in ("heard.db-wal", "heard.db-shm"):
        (world.folder / "centre" / name).unlink(missing_ok=True)
    shutil.copy(copy, world.folder / "centre" / "heard.db")
    world.centre = open_centre(world.centre.settings, world.clock, world.ids)
    if not is_noticed:
        with world.centre.database.write() as connection:
            start_timeline(connection, world.centre.council_id, world.ids.new())
    world.hub, world.office = Hub(world.centre), Administration(world.centre)
    for laptop in world.laptops:
        laptop.wire.hub = world.hub
        laptop.wire.tokens.clear()


def orders(world: World) -> list[tuple[str, bool]]:
    """Why each order was made, and whether its receipt has come."""
    return [(one["why"], one["receipt_at"] is not None) for one in world.office.withdrawals(everything=True)]


def is_bare(laptop: Laptop) -> bool:
    return look(laptop.folder, laptop.key, TOKENS) == {}


def test_a_vault_put_back_to_before_its_receipt_is_told_to_give_up_again(
    world: World, ben: Laptop, written: list[str], tmp_path: Path
) -> None:
    shutil.copytree(ben.folder, tmp_path / "kept")
    give_up(world, ben)
    old = older_copy(world, ben, tmp_path / "kept")
    assert set().union(*look(old.folder, old.key, TOKENS).values()) == set(TOKENS), "the search finds them before"
    old.sync()
    assert orders(world) == [("unassigned", True), (PUT_BACK, True)]
    assert is_bare(old)
    assert old.casebook.entry(written[0]) is None
    world.network.asked.clear()
    old.sync()
    assert [route for route, _size in world.network.asked] == ["pull"], "nothing more is asked"


def test_what_waited_on_the_older_copy_is_handed_over_before_it_goes(
    world: World, ben: Laptop, sarah: str, written: list[str], tmp_path: Path
) -> None:
    late = ben.begin("visit_note", sarah, what_happened=f"Written late ben~1 {TOKENS[0]}")
    ben.casebook.cut(late.record_id).result()
    shutil.copytree(ben.folder, tmp_path / "kept")
    give_up(world, ben)
    assert [row["record_id"] for row in world.office.held()] == [late.record_id]
    old = older_copy(world, ben, tmp_path / "kept")
    new = old.begin("visit_note", sarah, what_happened="Written later ben~2")
    old.sync()
    assert {row["record_id"] for row in world.office.held()} == {late.record_id, new.record_id}
    assert is_bare(old)
    assert orders(world)[-1] == (PUT_BACK, True)


def test_a_server_put_back_to_before_the_receipt_asks_for_it_again(
    world: World, amy: Laptop, ben: Laptop, written: list[str], tmp_path: Path
) -> None:
    world.office.unassign("ben", "1001")
    world.centre.database.backup(tmp_path / "copy.db")
    ben.sync()
    assert orders(world) == [("unassigned", True)]
    older_server(world, tmp_path / "copy.db")
    assert orders(world) == [("unassigned", False)]
    ben.sync()
    assert orders(world) == [("unassigned", True)]
    assert is_bare(ben)


def test_vault_and_server_put_back_to_before_the_receipt_end_as_bare(
    world: World, amy: Laptop, ben: Laptop, written: list[str], tmp_path: Path
) -> None:
    shutil.copytree(ben.folder, tmp_path / "kept")
    world.office.unassign("ben", "1001")
    world.centre.database.backup(tmp_path / "copy.db")
    ben.sync()
    old = older_copy(world, ben, tmp_path / "kept")
    older_server(world, tmp_path / "copy.db")
    old.sync()
    assert orders(world) == [("unassigned", True)]
    assert is_bare(old)
    world.settle()
    assert amy.body(written[0])["what_happened"].endswith("there")


def test_a_server_put_back_to_before_the_withdrawal_grants_again_until_it_is_told_anew(
    world: World, amy: Laptop, ben: Laptop, written: list[str], tmp_path: Path
) -> None:
    world.centre.database.backup(tmp_path / "copy.db")
    shutil.copytree(ben.folder, tmp_path / "kept")
    give_up(world, ben)
    old = older_copy(world, ben, tmp_path / "kept")
    older_server(world, tmp_path / "copy.db")
    old.sync()
    assert old.body(written[0])["what_happened"].endswith("there"), "the assignment stands again"
    world.office.unassign("ben", "1001")
    old.sync()
    assert orders(world) == [("unassigned", True)]
    assert is_bare(old)


def test_a_vault_put_back_beside_a_server_that_never_knew_the_child_keeps_it_hidden_and_whole(
    world: World, amy: Laptop, ben: Laptop, written: list[str], tmp_path: Path
) -> None:
    """Nothing is deleted because the server does not know it: the copy may be the last one."""
    world.centre.database.backup(tmp_path / "early.db")
    tom = world.child("1002")
    world.office.assign("ben", "1002", "social_worker")
    ben.sync()
    mine = ben.begin("visit_note", tom, what_happened="Tom ben~1")
    ben.sync()
    older_server(world, tmp_path / "early.db")
    ben.sync()
    ben.sync()
    assert ben.casebook.entry(mine.record_id) is None
    kept = ben.casebook._desk.read(lambda one: str(one.exec_driver_sql("SELECT tip FROM record").all()))
    assert "Tom ben~1" in kept
    assert orders(world) == []
    world.network.asked.clear()
    ben.sync()
    assert "remains" not in {route for route, _size in world.network.asked}, "it is asked about once"


def test_a_narrowed_record_that_comes_back_with_an_older_copy_is_found_by_comparing_and_goes(
    world: World, amy: Laptop, ben: Laptop, card: str, tmp_path: Path
) -> None:
    shutil.copytree(ben.folder, tmp_path / "kept")
    amy.casebook.set_audience(card, "protected", ()).result()
    for laptop in (amy, ben):
        laptop.sync()
    assert orders(world) == [("narrowed", True)]
    old = older_copy(world, ben, tmp_path / "kept")
    assert old.casebook.exchange.was_put_back()
    old.sync()
    assert old.agree() == 1
    assert not old.casebook.exchange.was_put_back()
    old.sync()
    assert orders(world) == [("narrowed", True), (PUT_BACK, True)]
    held = old.casebook._desk.read(lambda one: one.exec_driver_sql("SELECT record_id FROM record").all())
    assert (card,) not in [tuple(row) for row in held]
    amy.casebook.set_audience(card, "everyone_on_record", ()).result()
    amy.sync()
    old.sync()
    assert old.body(card)["helps_me"] == "Biscuit", "widened again, it comes back"


def test_an_erased_record_that_comes_back_with_an_older_copy_loses_every_word(
    world: World, amy: Laptop, ben: Laptop, written: list[str], tmp_path: Path
) -> None:
    shutil.copytree(ben.folder, tmp_path / "kept")
    give_up(world, ben)
    for name in ("dora", "max"):
        world.office.add_worker(name, name.title())
    ask_for_erasure(world.centre, written[0], "dora", "An Article 17 request")
    agree_to_erasure(world.centre, written[0], "max")
    old = older_copy(world, ben, tmp_path / "kept")
    old.sync()
    assert is_bare(old)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("route", ["pull", "remains", "receipt"])
def test_whatever_becomes_of_a_message_the_older_copy_ends_bare(
    world: World, ben: Laptop, written: list[str], tmp_path: Path, route: str, fault: str
) -> None:
    shutil.copytree(ben.folder, tmp_path / "kept")
    give_up(world, ben)
    old = older_copy(world, ben, tmp_path / "kept")
    todo = [fault]
    world.network.choose = lambda asked: todo.pop() if asked == route and todo else DELIVER
    try:
        old.sync()
    except Offline:
        pass
    except Killed:
        old.kill()
    assert todo == []
    old.sync()
    assert is_bare(old)
    assert set(orders(world)) == {("unassigned", True), (PUT_BACK, True)}
    assert len(orders(world)) == 2, "asked twice, ordered once"


def test_an_older_server_that_knows_no_such_question_leaves_it_hidden(
    world: World, ben: Laptop, written: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(ben.folder, tmp_path / "kept")
    give_up(world, ben)
    old = older_copy(world, ben, tmp_path / "kept")

    def refuse(*_about: object) -> None:
        raise Refused(status[0], "not_found", "")

    monkeypatch.setattr(old.wire, "remains", refuse)
    status = [500]
    with pytest.raises(Trouble):
        old.sync()
    status = [404]
    old.sync()
    assert old.casebook.entry(written[0]) is None
    assert not is_bare(old)
    monkeypatch.undo()
    old.kill()
    old.sync()
    assert is_bare(old), "after the server's update it is asked at the next opening"


def test_what_only_a_colleague_gave_back_comes_in_by_a_managers_word_and_every_laptop_says_what_it_is(
    world: World, amy: Laptop, ben: Laptop, card: str, sarah: str, tmp_path: Path
) -> None:
    """Server and author's laptop both went back: the text is there again, under its author's name, and marked."""
    mia = world.laptop("mia", c1001="team_manager")
    world.settle()
    world.centre.database.backup(tmp_path / "copy.db")
    shutil.copytree(amy.folder, tmp_path / "kept")
    lost = amy.begin("visit_note", sarah, what_happened="She told me about the dog amy~1")
    world.settle()
    old = older_copy(world, amy, tmp_path / "kept")
    world.centre.keep_head()
    older_server(world, tmp_path / "copy.db", is_noticed=True)
    world.settle()
    assert old.casebook.entry(lost.record_id) is None
    (row,) = list_held(world.centre, state="waiting")
    assert (row["written_by"], row["record_id"]) == ("Amy", lost.record_id)
    assert admit(world.centre, row["held_id"], "mia") == "head"
    world.settle()
    for laptop in (old, ben, mia):
        assert laptop.body(lost.record_id)["what_happened"] == "She told me about the dog amy~1"
        entry = laptop.casebook.entry(lost.record_id)
        assert entry is not None
        assert entry.author_id == old.casebook.me.worker.worker_id
    looks = Proofs(mia.casebook.exchange, mia.wire)
    while looks.step():
        pass
    (notice,) = [one for one in mia.casebook.notices() if one.kind == "not_proved"]
    assert notice.words == GIVEN_BACK
    assert notice.record_id == lost.record_id
