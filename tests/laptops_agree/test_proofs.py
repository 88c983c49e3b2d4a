"""Laptops see for themselves that nobody at the server changed a word: tampering is told and marked, never dropped."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

from models.version import Version, digest_of_hashes, encode_body, envelope_hash, hash_body, new_salt
from sync.client.http import Offline
from sync.client.proofs import AT_ONCE, Proofs
from sync.server.outgoing import join_version, split_version
from sync.server.tables import version as version_table
from tests.laptops import LOSE_REPLY, Laptop, World


@pytest.fixture
def look() -> Callable[[Laptop], int]:
    """Sync a laptop, then let it look at everything; says how many steps that took."""
    kept: dict[str, Proofs] = {}

    def run(laptop: Laptop) -> int:
        laptop.sync()
        proofs = kept.setdefault(laptop.name, Proofs(laptop.casebook.exchange, laptop.wire))
        proofs.begin()
        steps = 1
        while proofs.step():
            steps += 1
        return steps

    return run


def doubtful(laptop: Laptop) -> set[str]:
    rows = laptop.casebook._desk.read(
        lambda connection: list(connection.exec_driver_sql("SELECT record_id, proof FROM record"))
    )
    for row in rows:
        entry = laptop.casebook.entry(row.record_id)
        assert entry is not None
        assert entry.is_doubtful == (row.proof == 2)
    return {row.record_id for row in rows if row.proof == 2}


def unlooked(laptop: Laptop) -> int:
    return len(laptop.casebook.exchange.unproved(0, 10_000))


def alter(world: World, record_id: str, change: Callable[[Version], Version], *, sign: bytes = b"") -> None:
    """Do what somebody with the server's database can do to a record's head; with ``sign``, sign it with that key."""
    with world.centre.database.read() as connection:
        rows = connection.execute(select(version_table).where(version_table.c.record_id == record_id)).all()
    row = max(rows, key=lambda one: one.seq)
    after = change(msgspec.json.decode(join_version(row.envelope, row.body), type=Version))
    envelope, body = split_version(after)
    database = sqlite3.connect(world.centre.database.path)
    database.execute(
        "UPDATE version SET envelope = ?, body = ?, envelope_hash = ? WHERE version_id = ?",
        (envelope, body, envelope_hash(after), row.version_id),
    )
    if sign:
        hashes = [envelope_hash(after)]
        signature = Ed25519PrivateKey.from_private_bytes(sign).sign(digest_of_hashes(hashes))
        database.execute(
            "UPDATE batch SET signature = ?, envelope_hashes = ? WHERE batch_id = ?",
            (signature, hashes[0], row.batch_id),
        )
    database.commit()
    database.close()


def other_words(one: Version, **more: Any) -> Version:
    body, salt = encode_body({"helps_me": "Words nobody wrote"}), new_salt()
    return msgspec.structs.replace(one, body=msgspec.Raw(body), salt=salt, body_hash=hash_body(salt, body), **more)


def test_what_was_signed_stands_and_is_looked_at_once(
    world: World, amy: Laptop, ben: Laptop, card: str, look: Callable[[Laptop], int]
) -> None:
    assert unlooked(ben) == 1
    assert look(ben) == 1
    assert (unlooked(ben), doubtful(ben), ben.notices()) == (0, set(), set())
    world.network.asked.clear()
    look(ben)
    assert [route for route, _ in world.network.asked] == ["pull"], "nothing new: nothing asked"
    look(amy)
    assert unlooked(amy) == 0, "what a worker wrote here needs no proof"


CHANGES: dict[str, Callable[[Version], Version]] = {
    "a word, and its hash left": lambda one: msgspec.structs.replace(
        one, body=msgspec.Raw(b'{"helps_me":"Words nobody wrote"}')
    ),
    "a word, with a new hash": other_words,
    "the author": lambda one: msgspec.structs.replace(one, author_id="somebody else"),
    "whom it is kept from": lambda one: msgspec.structs.replace(one, keep_from=("parents",)),
    "the moment it was written": lambda one: msgspec.structs.replace(one, written_at="2020-01-01T00:00:00.000Z"),
    "finished": lambda one: msgspec.structs.replace(one, is_finished=True),
    "deleted": lambda one: msgspec.structs.replace(one, is_deleted=True),
    "taken for erased": lambda one: msgspec.structs.replace(one, is_erased=True),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_the_server_changed_is_told_and_marked_and_kept(
    world: World, amy: Laptop, ben: Laptop, sarah: str, look: Callable[[Laptop], int], change: str
) -> None:
    card = amy.begin("this_is_me", sarah, helps_me="Biscuit").record_id
    amy.sync()
    alter(world, card, CHANGES[change])
    look(ben)
    assert doubtful(ben) == {card}
    assert "not_proved" in ben.notices()
    assert unlooked(ben) == 0


def test_a_laptop_that_knows_a_colleagues_key_takes_no_other_for_it(
    world: World, amy: Laptop, ben: Laptop, card: str, look: Callable[[Laptop], int]
) -> None:
    look(ben)
    amy.edit(card, helps_me="Biscuit, always")
    amy.sync()
    forged = Ed25519PrivateKey.generate()
    alter(world, card, other_words, sign=forged.private_bytes_raw())
    database = sqlite3.connect(world.centre.database.path)
    database.execute(
        "UPDATE device SET public_key = ? WHERE device_id = ?",
        (forged.public_key().public_bytes_raw(), amy.casebook.me.device_id),
    )
    database.commit()
    database.close()
    look(ben)
    assert doubtful(ben) == {card}
    assert ben.notices() == {"not_proved", "key_changed"}
    assert ben.body(card)["helps_me"] == "Words nobody wrote", "it is kept as it came"


def test_nobody_writes_in_a_workers_own_name_behind_their_back(
    world: World, amy: Laptop, ben: Laptop, card: str, sarah: str, look: Callable[[Laptop], int]
) -> None:
    forged = Ed25519PrivateKey.generate()
    ben.edit(card, my_hopes="A boat")
    ben.sync()
    database = sqlite3.connect(world.centre.database.path)
    database.execute("UPDATE device SET public_key = ?", (forged.public_key().public_bytes_raw(),))
    database.commit()
    database.close()
    alter(
        world, card, lambda one: other_words(one, device_id=amy.casebook.me.device_id), sign=forged.private_bytes_raw()
    )
    look(amy)
    assert doubtful(amy) == {card}


def test_a_missing_proof_is_asked_for_again_before_anybody_is_worried(
    world: World, amy: Laptop, ben: Laptop, card: str, look: Callable[[Laptop], int]
) -> None:
    world.centre.database.close()
    database = sqlite3.connect(world.centre.database.path)
    database.execute("PRAGMA foreign_keys=OFF")
    kept = database.execute("SELECT batch_id FROM version").fetchall()
    database.execute("UPDATE record SET audience = 'only_author' WHERE record_id = ?", (card,))
    database.commit()
    look(ben)
    assert (doubtful(ben), unlooked(ben)) == (set(), 1)
    database.execute("UPDATE record SET audience = 'everyone_on_record'")
    database.commit()
    look(ben)
    assert (doubtful(ben), unlooked(ben)) == (set(), 0)
    assert kept
    amy.edit(card, helps_me="Biscuit, always")
    amy.sync()
    ben.sync()
    database.execute("UPDATE record SET audience = 'only_author'")
    database.commit()
    database.close()
    look(ben)
    assert doubtful(ben) == set()
    look(ben)
    assert doubtful(ben) == {card}
    assert "not_proved" in ben.notices()


def test_a_mark_goes_when_the_record_stands_on_something_proved_again(
    world: World, amy: Laptop, ben: Laptop, card: str, look: Callable[[Laptop], int]
) -> None:
    amy.edit(card, helps_me="Biscuit, always")
    amy.sync()
    alter(world, card, CHANGES["a word, with a new hash"])
    look(ben)
    assert doubtful(ben) == {card}
    ben.edit(card, helps_me="Biscuit, ben says")
    ben.sync()
    assert doubtful(ben) == set()


def test_a_look_cut_short_goes_on_with_the_next_round(
    world: World, amy: Laptop, ben: Laptop, card: str, look: Callable[[Laptop], int]
) -> None:
    world.network.choose = lambda route: LOSE_REPLY if route == "proof" else "deliver"
    with pytest.raises(Offline):
        look(ben)
    assert (doubtful(ben), unlooked(ben)) == (set(), 1)
    world.network.choose = lambda _route: "deliver"
    look(ben)
    assert (doubtful(ben), unlooked(ben)) == (set(), 0)


def test_many_are_looked_at_in_small_steps_and_only_what_is_new(
    world: World, amy: Laptop, ben: Laptop, sarah: str, look: Callable[[Laptop], int]
) -> None:
    for number in range(AT_ONCE + 5):
        amy.begin("visit_note", sarah, what_happened=f"Note {number}")
    amy.sync()
    assert look(ben) == 2
    assert unlooked(ben) == 0
    amy.begin("visit_note", sarah, what_happened="One more")
    amy.sync()
    world.network.asked.clear()
    look(ben)
    (size,) = [size for route, size in world.network.asked if route == "proof"]
    assert size < 200


def test_a_record_still_being_written_here_has_the_head_beside_it_looked_at(
    world: World, amy: Laptop, ben: Laptop, card: str, look: Callable[[Laptop], int]
) -> None:
    look(ben)
    amy.edit(card, helps_me="Biscuit, always")
    amy.sync()
    alter(world, card, CHANGES["a word, with a new hash"])
    ben.edit(card, my_hopes="A boat")
    world.network.choose = lambda route: LOSE_REPLY if route == "push" else "deliver"
    with pytest.raises(Offline):
        ben.sync()
    proofs = Proofs(ben.casebook.exchange, ben.wire)
    proofs.step()
    assert doubtful(ben) == {card}
