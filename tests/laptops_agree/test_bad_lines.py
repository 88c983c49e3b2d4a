"""A line that loses, doubles and cuts messages, laptops killed at any of them, and a server that dies at its commit."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import event

from models.entry import SENT
from models.query import Query
from sync.client.http import Offline
from sync.server.administration import Administration
from sync.server.centre import open_centre
from sync.server.hub import Hub
from sync.wire import MAX_BATCH_BYTES, MAX_PAGE_ROWS
from tests.laptops import DELIVER, FAULTS, KILL_AFTER, KILL_BEFORE, LOSE_REPLY, TWICE, Killed, Laptop, World


def settle(world: World) -> None:
    world.settle()
    world.verify(is_quiet=True)


def nth(number: int, fate: str) -> Callable[[str], str]:
    """Let one message of a round meet a fate, and all others through."""
    count = itertools.count()
    return lambda _route: fate if next(count) == number else DELIVER


def write_on_both(amy: Laptop, ben: Laptop, card: str, sarah: str) -> None:
    """Work that makes a round pull, merge, push, merge again and settle."""
    ben.edit(card, helps_me="Biscuit ben~1", my_hopes="A red bike")
    ben.sync()
    amy.edit(card, helps_me="Biscuit amy~1")
    amy.begin("visit_note", sarah, what_happened="amy~2 We baked.")


@pytest.mark.parametrize("fate", FAULTS)
@pytest.mark.parametrize("number", range(3))
def test_whatever_becomes_of_one_message_the_next_round_goes_on_from_there(
    world: World, amy: Laptop, ben: Laptop, card: str, sarah: str, fate: str, number: int
) -> None:
    write_on_both(amy, ben, card, sarah)
    world.network.choose = nth(number, fate)
    try:
        amy.sync()
    except Offline:
        pass
    except Killed:
        amy.kill()
    world.verify()
    fired = dict(world.network.fired)
    settle(world)
    assert fired == ({fate: 1} if number < 2 else fired)
    for laptop in (amy, ben):
        assert laptop.body(card)["my_hopes"] == "A red bike"
        assert {choice.value for choice in laptop.choices(card)} == {"Biscuit amy~1"}
        assert laptop.casebook.count(Query(types=("visit_note",))) == 1


def test_a_line_that_fails_at_every_other_message_still_gets_everything_across(
    world: World, amy: Laptop, ben: Laptop, card: str, sarah: str
) -> None:
    write_on_both(amy, ben, card, sarah)
    fates = itertools.cycle([LOSE_REPLY, DELIVER, TWICE, KILL_AFTER, DELIVER, KILL_BEFORE])
    world.network.choose = lambda _route: next(fates)
    for _ in range(12):
        try:
            if not amy.sync().received and not amy.casebook.waiting_count():
                break
        except Offline:
            pass
        except Killed:
            amy.kill()
        world.verify()
    assert amy.casebook.waiting_count() == 0
    settle(world)


def test_the_same_batch_sent_ten_times_is_there_once(world: World, amy: Laptop, ben: Laptop, sarah: str) -> None:
    note = amy.begin("visit_note", sarah, what_happened="amy~1")
    for _ in range(10):
        world.network.choose = lambda route: LOSE_REPLY if route == "push" else DELIVER
        with pytest.raises(Offline):
            amy.sync()
    settle(world)
    assert len(amy.wire.history(amy.casebook.me, note.record_id).versions) == 1
    assert ben.body(note.record_id) == {"what_happened": "amy~1"}


def test_a_killed_laptop_has_every_acknowledged_word_and_numbers_on_without_a_gap(
    world: World, amy: Laptop, sarah: str
) -> None:
    for number in range(5):
        draft = amy.begin("visit_note", sarah, what_happened=f"amy~{number}")
        if number % 2:
            amy.casebook.cut(draft.record_id).result()
        amy.kill()
        world.verify()
    settle(world)
    assert amy.casebook.count(Query()) == 5


# --- large amounts ------------------------------------------------------------------------------------------------


def test_more_than_one_batch_and_more_than_one_page_arrive_whole_though_cut_short(
    world: World, amy: Laptop, ben: Laptop, sarah: str
) -> None:
    for number in range(620):
        draft = amy.casebook.new_draft("visit_note", sarah)
        last = amy.casebook.save(draft, {"what_happened": _edit(f"amy~{number} " + "We walked. " * 5)})
    last.result()
    world.network.choose = nth(2, LOSE_REPLY)
    with pytest.raises(Offline):
        amy.sync()
    assert 0 < amy.casebook.waiting_count() < 620
    world.network.choose = lambda _route: DELIVER
    assert amy.sync().sent == amy.casebook.count(Query()) - 500
    world.network.choose = nth(3, KILL_AFTER)
    with pytest.raises(Killed):
        ben.sync()
    ben.kill()
    settle(world)
    assert ben.casebook.count(Query()) == 620 < MAX_PAGE_ROWS


def _edit(value: str) -> Any:
    from models.entry import Edit

    return Edit("", value)


def test_a_batch_is_halved_until_it_fits_and_one_long_text_still_goes(
    world: World, amy: Laptop, ben: Laptop, sarah: str
) -> None:
    letters = world.network.chance
    for _ in range(6):
        amy.begin("visit_note", sarah, what_happened="".join(letters.choices("abcdefghijklmnopqrstuvwxyz ", k=95_000)))
    world.network.asked.clear()
    amy.sync()
    sizes = [size for route, size in world.network.asked if route == "push"]
    assert len(sizes) > 1
    assert max(sizes) <= MAX_BATCH_BYTES
    settle(world)
    assert ben.casebook.count(Query()) == 6


def test_progress_is_told_and_a_round_stops_between_two_messages_when_asked(
    world: World, amy: Laptop, sarah: str
) -> None:
    from models.status import SEND, Progress
    from sync.client.engine import Cancelled, Engine

    for number in range(3):
        amy.begin("visit_note", sarah, what_happened=f"amy~{number}")
    told: list[Progress] = []
    Engine(amy.casebook.exchange, amy.wire, progress=told.append).round()
    assert told == [Progress(SEND, 0, 3), Progress(SEND, 3, 3)]
    with pytest.raises(Cancelled):
        Engine(amy.casebook.exchange, amy.wire, must_stop=lambda: True).round()
    settle(world)


# --- nothing changed (R20) ----------------------------------------------------------------------------------------


@contextmanager
def counting(*engines: Any) -> Iterator[list[str]]:
    """Every statement that writes, on any of these databases."""
    written: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if statement.split()[0].upper() in ("INSERT", "UPDATE", "DELETE", "REPLACE"):
            written.append(statement)

    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    yield written
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)


def test_a_round_with_nothing_changed_is_one_request_and_writes_nothing_on_either_side(
    world: World, amy: Laptop, ben: Laptop, card: str, sarah: str
) -> None:
    write_on_both(amy, ben, card, sarah)
    settle(world)
    world.network.asked.clear()
    vault = amy.folder / "vault.db-wal"
    before = vault.read_bytes()
    with counting(*amy.casebook._desk.store.writers, world.centre.database._engine) as written:
        outcome = amy.sync()
    assert (outcome.sent, outcome.received) == (0, 0)
    assert written == []
    assert vault.read_bytes() == before
    ((route, size),) = world.network.asked
    assert route == "pull"
    assert size < 200
    # The control: a change is seen by the same counters.
    amy.edit(card, my_hopes="A blue bike")
    with counting(*amy.casebook._desk.store.writers, world.centre.database._engine) as written:
        amy.sync()
    assert len(written) > 4


# --- clocks and restores ------------------------------------------------------------------------------------------


def test_clocks_ten_years_wrong_change_nothing_but_the_times_shown(
    world: World, amy: Laptop, ben: Laptop, card: str
) -> None:
    from tests.conftest import StillClock

    amy.casebook._desk.clock = StillClock(datetime(2016, 1, 1, tzinfo=UTC))
    ben.casebook._desk.clock = StillClock(datetime(2038, 1, 20, tzinfo=UTC))
    ben.edit(card, helps_me="Biscuit ben~1", my_hopes="A red bike")
    ben.sync()
    amy.edit(card, helps_me="Biscuit amy~1", do_not_like="Loud rooms amy~2")
    settle(world)
    for laptop in (amy, ben):
        assert laptop.body(card) == {
            "helps_me": "Biscuit ben~1", "my_hopes": "A red bike", "do_not_like": "Loud rooms amy~2",
        }  # fmt: skip
        assert [choice.value for choice in laptop.choices(card)] == ["Biscuit amy~1"]
    assert amy.casebook.why_not_editable(amy.look(card)) == ""


def put_back(world: World) -> None:
    """Put ``copy.db`` in the place of the server's database."""
    world.centre.keep_head()
    world.centre.close()
    for name in ("heard.db-wal", "heard.db-shm"):
        (world.folder / "centre" / name).unlink(missing_ok=True)
    shutil.copy(world.folder / "copy.db", world.folder / "centre" / "heard.db")
    world.centre = open_centre(world.centre.settings, world.clock, world.ids)
    world.hub, world.office = Hub(world.centre), Administration(world.centre)
    for laptop in world.laptops:
        laptop.wire.hub = world.hub
        laptop.wire.tokens.clear()


def test_a_server_put_back_to_an_older_copy_gets_back_what_the_laptops_hold(
    world: World, amy: Laptop, ben: Laptop, card: str, sarah: str
) -> None:
    settle(world)
    world.centre.database.backup(world.folder / "copy.db")
    amy.edit(card, helps_me="Biscuit amy~1")
    settle(world)
    ben.edit(card, my_hopes="A red bike ben~1")
    note = ben.begin("visit_note", sarah, what_happened="ben~2")
    settle(world)
    world.centre.keep_head()
    world.centre.close()
    for name in ("heard.db-wal", "heard.db-shm"):
        (world.folder / "centre" / name).unlink(missing_ok=True)
    shutil.copy(world.folder / "copy.db", world.folder / "centre" / "heard.db")
    world.centre = open_centre(world.centre.settings, world.clock, world.ids)
    world.hub = Hub(world.centre)
    for laptop in world.laptops:
        laptop.wire.hub = world.hub
        laptop.wire.tokens.clear()
    ben.sync()
    world.verify()
    settle(world)
    for laptop in (amy, ben):
        assert laptop.body(card)["helps_me"] == "Biscuit amy~1"
        assert laptop.look(note.record_id).state == SENT
        text = [laptop.body(card)["my_hopes"], *(choice.value for choice in laptop.choices(card))]
        assert "A red bike ben~1" in text


def test_what_only_a_colleague_still_has_after_two_restores_is_kept_whole_at_the_council(
    world: World, amy: Laptop, ben: Laptop, card: str, sarah: str
) -> None:
    """The server and the author's laptop both went back: the copy of whoever had read it is the last one."""
    from models.casebook import Casebook

    settle(world)
    world.centre.database.backup(world.folder / "copy.db")
    shutil.copytree(amy.folder, world.folder / "amy then")
    note = amy.begin("visit_note", sarah, what_happened="amy~1 She told me about the dog")
    amy.edit(card, helps_me="Biscuit amy~2")
    settle(world)
    amy.casebook.close()
    amy.folder = world.folder / "amy then"
    amy.casebook = Casebook.open(amy.folder, amy.key, clock=world.clock, ids=world.ids)
    amy.shown.clear()
    put_back(world)
    settle(world)
    held = {row["record_id"]: row["reason_code"] for row in world.office.held()}
    assert held[note.record_id] == held[card] == "not_yours"
    assert ben.body(note.record_id)["what_happened"] == "amy~1 She told me about the dog"
    # Once is enough: another round offers nothing again.
    world.network.asked.clear()
    ben.sync()
    assert [route for route, _size in world.network.asked] == ["pull"]


@pytest.mark.parametrize("is_in_the_copy", [True, False])
def test_nobody_goes_on_from_a_text_that_is_lost_to_the_council(
    world: World, amy: Laptop, ben: Laptop, sarah: str, is_in_the_copy: bool
) -> None:
    """Server and author went back behind it. A colleague who stood on it would write nothing more that counts."""
    from models.casebook import Casebook

    settle(world)
    if not is_in_the_copy:
        world.centre.database.backup(world.folder / "copy.db")
    plan = amy.begin("planned_visit", sarah, purpose="The park amy~1").record_id
    settle(world)
    if is_in_the_copy:
        world.centre.database.backup(world.folder / "copy.db")
    shutil.copytree(ben.folder, world.folder / "ben then")
    ben.edit(plan, purpose="The park amy~1 ben~1")
    settle(world)
    ben.casebook.close()
    ben.folder = world.folder / "ben then"
    ben.casebook = Casebook.open(ben.folder, ben.key, clock=world.clock, ids=world.ids)
    ben.shown.clear()
    put_back(world)
    settle(world)
    assert [(row["reason_code"], row["state"]) for row in world.office.held()] == [("not_yours", "waiting")]
    assert amy.body(plan)["purpose"] == ben.body(plan)["purpose"] == "The park amy~1"
    amy.edit(plan, purpose="The park amy~1 amy~2")
    settle(world)
    assert ben.body(plan)["purpose"] == "The park amy~1 amy~2"
    assert amy.look(plan).state == SENT
    world.verify(is_quiet=True)


def test_texts_that_grew_from_one_another_come_back_to_a_restored_server_in_whatever_order_laptops_meet_it(
    world: World, amy: Laptop, ben: Laptop, card: str
) -> None:
    """A colleague gave back what its author then sends before it can be appended: it must not stay a colleague's."""
    settle(world)
    world.centre.database.backup(world.folder / "copy.db")
    for laptop, text in ((amy, "Biscuit amy~1"), (ben, "Biscuit amy~1 ben~1"), (amy, "Biscuit amy~1 ben~1 amy~2")):
        laptop.edit(card, helps_me=text)
        settle(world)
    put_back(world)
    ben.sync()
    assert {row["reason_code"] for row in world.office.held()} == {"not_yours", "parents_unknown"}
    settle(world)
    assert {row["state"] for row in world.office.held()} == {"admitted"}
    for laptop in (amy, ben):
        assert laptop.body(card)["helps_me"] == "Biscuit amy~1 ben~1 amy~2"
        assert laptop.look(card).state == SENT
    world.verify(is_quiet=True)


def test_a_laptop_repaired_from_its_own_backup_catches_up_and_its_new_work_is_taken(
    world: World, amy: Laptop, ben: Laptop, card: str, sarah: str
) -> None:
    from models.casebook import Casebook

    settle(world)
    amy.casebook.back_up()
    amy.edit(card, helps_me="Biscuit amy~1")
    amy.begin("visit_note", sarah, what_happened="amy~2")
    settle(world)
    amy.casebook.close()
    spoilt = bytearray((amy.folder / "vault.db").read_bytes())
    spoilt[9000] ^= 1
    (amy.folder / "vault.db").write_bytes(spoilt)
    Casebook.repair(amy.folder, amy.key)
    amy.casebook = Casebook.open(amy.folder, amy.key, clock=world.clock, ids=world.ids)
    amy.shown.clear()
    amy.edit(card, my_hopes="A blue bike amy~3")
    amy.begin("visit_note", sarah, what_happened="amy~4")
    settle(world)
    for laptop in (amy, ben):
        assert laptop.body(card)["helps_me"] == "Biscuit amy~1"
        assert laptop.body(card)["my_hopes"] == "A blue bike amy~3"
        assert laptop.casebook.count(Query(types=("visit_note",))) == 2
        assert "held" not in laptop.notices()
