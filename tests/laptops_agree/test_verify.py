"""The test of the checker: each breach of an invariant, done by hand, is found and named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.laptops import Laptop, World
from tests.verify import Ledger, breaches, digest_of

Spoil = Callable[[World, Laptop], object]


def on_laptop(sql: str) -> Spoil:
    return lambda _world, laptop: laptop.casebook._desk.write(lambda act: act.connection.exec_driver_sql(sql)).result()


def at_council(sql: str) -> Spoil:
    def spoil(world: World, _laptop: Laptop) -> None:
        with world.centre.database.write() as connection:
            connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
            connection.exec_driver_sql(sql)

    return spoil


def lose_everywhere(world: World, laptop: Laptop) -> None:
    laptop.casebook.close()
    world.laptops.remove(laptop)
    world.ledger.saved("never~1", laptop.name, "anywhere")


CLEAN, WAITING = "clean", "waiting"
BREACHES = [
    ("R1", CLEAN, lose_everywhere),
    ("R2", CLEAN, on_laptop("DELETE FROM audit")),
    ("R2", WAITING, on_laptop("DELETE FROM outbox")),
    ("R2", WAITING, on_laptop("UPDATE outbox SET op_no = op_no + 50")),
    ("R2", WAITING, on_laptop("UPDATE outbox SET version_id = version_id || 'x'")),
    ("R2", CLEAN, on_laptop("UPDATE record SET title = 'of another body'")),
    ("R2", CLEAN, on_laptop("UPDATE record SET is_finished = 1")),
    ("R2", CLEAN, on_laptop("DELETE FROM search")),
    ("R3", WAITING, on_laptop("DELETE FROM outbox")),
    ("R5", CLEAN, at_council("UPDATE version SET body = '{}'")),
    ("R6", CLEAN, on_laptop("DELETE FROM version WHERE op_no = 2")),
    ("R6", CLEAN, on_laptop("UPDATE version SET op_no = op_no + 1 WHERE op_no = 3")),
    ("R6", CLEAN, at_council("DELETE FROM op")),
    ("R6", CLEAN, on_laptop("UPDATE record SET head_seq = 0")),
    ("R9", WAITING, on_laptop("SELECT 1")),
    ("R9", CLEAN, on_laptop("UPDATE record SET tip_version_id = 'another'")),
    ("R9", CLEAN, on_laptop('UPDATE record SET working = \'{"body":{},"changed_at":"","audience":""}\'')),
]


@pytest.mark.parametrize(("number", "state", "spoil"), BREACHES)
def test_a_breach_is_found_and_named(
    world: World, amy: Laptop, ben: Laptop, card: str, sarah: str, number: str, state: str, spoil: Spoil
) -> None:
    amy.edit(card, helps_me="Biscuit amy~1")
    amy.casebook.cut(card).result()
    amy.begin("visit_note", sarah, what_happened="amy~2")
    amy.casebook.cut_all().result()
    world.settle()
    ben.edit(card, my_hopes="A bike ben~1")
    ben.sync()
    world.settle()
    if state == WAITING:
        amy.begin("visit_note", sarah, what_happened="amy~3")
        amy.casebook.cut_all().result()
    assert not breaches(world.laptops, world.centre, world.ledger, is_quiet=state == CLEAN)
    spoil(world, amy)
    found = breaches(world.laptops, world.centre, world.ledger, is_quiet=True)
    assert [line for line in found if line.startswith(number)], found


def test_a_cursor_ahead_of_its_rows_is_found(world: World, amy: Laptop, ben: Laptop, card: str) -> None:
    ben.edit(card, my_hopes="A bike ben~1")
    ben.sync()
    on_laptop("UPDATE cursor SET value = 500 WHERE name = 'main'")(world, amy)
    assert any(line.startswith("R6 amy: cursor 500") for line in breaches(world.laptops, world.centre, world.ledger))


def test_a_ledger_outlives_its_writer_and_a_line_cut_by_a_kill(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger")
    ledger.saved("amy~1", "amy", "one")
    ledger.saved("amy~2", "amy", "two")
    with ledger.path.open("a") as file:  # type: ignore[union-attr]
        file.write('["amy~3", "am')
    assert Ledger.read(tmp_path / "ledger").words == {"amy~1": ("amy", "one"), "amy~2": ("amy", "two")}
    assert Ledger.read(tmp_path / "none").words == {}


def test_two_laptops_that_show_the_same_have_one_digest(world: World, amy: Laptop, ben: Laptop, card: str) -> None:
    amy.edit(card, helps_me="Biscuit amy~1")
    assert digest_of(amy.casebook) != digest_of(ben.casebook)
    world.settle()
    assert digest_of(amy.casebook) == digest_of(ben.casebook) != {}
