"""Old laptops with new servers and the reverse (R16): what one end does not know passes through it whole."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

import models.audience
from models.store.versions import encode, standing
from models.version import batch_digest
from sync.client.http import Centre as Line
from sync.client.http import Refused
from sync.server import judging, policy
from sync.wire import Spoken
from tests.laptops import Laptop, World
from tests.served import served

FACTS = {
    "given_as": msgspec.Raw(b'"drawing"'),
    "heard_in": msgspec.Raw(b'{"b":1.0,"a":[1, 2],"z":1e300,"n":12345678901234567890123}'),
}


def say(laptop: Laptop, record_id: str, more: Any) -> None:
    """Let a laptop cut a version as a newer Heard would, which knows a fact that this one does not."""

    def act(it: Any) -> None:
        row = standing(it.connection, record_id)
        assert row is not None
        working = msgspec.structs.replace(row.now(), more=more)
        it.connection.exec_driver_sql("UPDATE record SET working = ? WHERE row = ?", (encode(working), row.row))

    laptop.casebook._desk.write(act).result()
    laptop.casebook.cut(record_id).result()


def facts(laptop: Laptop, record_id: str) -> dict[str, bytes]:
    newest = laptop.casebook.history(record_id)[-1]
    return {name: bytes(value) for name, value in (newest.more or {}).items()}


WHOLE = {name: bytes(value) for name, value in FACTS.items()}


def test_facts_of_the_envelope_that_nobody_here_knows_pass_through_server_and_laptop_byte_for_byte(
    world: World, amy: Laptop, ben: Laptop, card: str
) -> None:
    amy.look(card)
    say(amy, card, FACTS)
    signed = amy.casebook.history(card)[-1]
    world.settle()
    kept = ben.casebook.entry(card)
    assert kept is not None
    assert facts(ben, card) == WHOLE
    received = ben.casebook.history(card)[-1]
    assert batch_digest([received]) == batch_digest([signed])
    # An older laptop that goes on writing keeps them, and so does a merge of two.
    ben.edit(card, my_hopes="A red bike ben~1")
    amy.edit(card, do_not_like="Loud rooms amy~1")
    world.settle()
    world.verify(is_quiet=True)
    assert facts(amy, card) == facts(ben, card) == WHOLE


def test_of_two_newer_laptops_each_keeps_what_the_other_said(world: World, amy: Laptop, ben: Laptop, card: str) -> None:
    say(amy, card, {"one": msgspec.Raw(b"1"), "both": msgspec.Raw(b'"amy"')})
    world.settle()
    say(ben, card, {"two": msgspec.Raw(b"2"), "both": msgspec.Raw(b'"amy"')})
    say(amy, card, {"one": msgspec.Raw(b"11"), "both": msgspec.Raw(b'"new"')})
    ben.edit(card, my_hopes="A red bike ben~1")
    world.settle()
    world.verify(is_quiet=True)
    assert facts(amy, card) == facts(ben, card)
    assert facts(amy, card)["two"] == b"2"
    assert facts(amy, card)["both"] == b'"new"'


@pytest.mark.parametrize(
    "wrong", [{"Bad name": b"1"}, {"x": b"[" * 100 + b"]" * 100}], ids=["a name that is none", "nested"]
)
def test_facts_that_a_laptop_could_not_read_are_held_back(
    world: World, amy: Laptop, ben: Laptop, card: str, wrong: dict[str, bytes]
) -> None:
    say(amy, card, {name: msgspec.Raw(value) for name, value in wrong.items()})
    world.settle()
    assert "held" in amy.notices()
    assert facts(ben, card) == {}


@pytest.mark.parametrize("field", ["audience", "policy_class"])
def test_a_rule_the_server_does_not_know_is_kept_whole_and_holds_up_nothing_else(
    world: World, amy: Laptop, ben: Laptop, sarah: str, field: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = amy.begin("visit_note", sarah, what_happened="amy~1 We baked.")
    amy.casebook.cut(note.record_id).result()
    version = msgspec.structs.replace(amy.casebook.history(note.record_id)[-1], **{field: "family_circle"})
    amy.casebook._desk.write(
        lambda it: it.connection.exec_driver_sql(
            "UPDATE version SET envelope = ? WHERE version_id = ?", (encode(version), version.version_id)
        )
    ).result()
    amy.begin("visit_note", sarah, what_happened="amy~2 We sang.")
    world.settle()
    with world.centre.database.read() as connection:
        (held,) = connection.exec_driver_sql("SELECT reason_code, content FROM held_back").all()
    assert held.reason_code == "unknown_rule"
    assert bytes(held.content) == encode(version)
    assert ben.casebook.entry(note.record_id) is None
    world.verify()


def test_an_older_laptop_keeps_an_audience_that_only_the_server_knows(
    world: World, amy: Laptop, sarah: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = world.laptop("amy at home", worker="amy")
    newer = (*models.audience.AUDIENCES, "family_circle")
    for module in (models.audience, judging, policy):
        monkeypatch.setattr(module, "AUDIENCES", newer)
    policy.readable.cache_clear()
    note = amy.begin("visit_note", sarah, what_happened="amy~1 We baked.")

    def widen(it: Any) -> None:
        row = standing(it.connection, note.record_id)
        assert row is not None
        working = msgspec.structs.replace(row.now(), audience="family_circle")
        it.connection.exec_driver_sql("UPDATE record SET working = ? WHERE row = ?", (encode(working), row.row))

    amy.casebook._desk.write(widen).result()
    world.settle()
    for module in (models.audience, judging, policy):
        monkeypatch.setattr(module, "AUDIENCES", newer[:-1])
    policy.readable.cache_clear()
    entry = second.look(note.record_id)
    assert (entry.audience, entry.body) == ("family_circle", {"what_happened": "amy~1 We baked."})
    assert second.casebook.history(note.record_id)[-1] == amy.casebook.history(note.record_id)[-1]


@pytest.mark.parametrize(("laptop", "server"), [((1, 1), (1, 2)), ((1, 2), (1, 1)), ((1, 3), (2, 4)), ((2, 4), (1, 3))])
def test_a_laptop_and_a_server_of_different_ages_work_together_over_a_real_line(
    world: World, amy: Laptop, ben: Laptop, sarah: str, laptop: tuple[int, int], server: tuple[int, int]
) -> None:
    with served(world.centre, Spoken(*server)) as url:
        amy.wire = Line(url, speaks=Spoken(*laptop))  # type: ignore[assignment]
        note = amy.begin("visit_note", sarah, what_happened="amy~1")
        assert amy.sync().sent == 1
        amy.wire.close()  # type: ignore[attr-defined]
    ben.sync()
    assert ben.body(note.record_id) == {"what_happened": "amy~1"}


@pytest.mark.parametrize(("laptop", "server"), [((1, 1), (2, 3)), ((2, 3), (1, 1))])
def test_where_they_share_no_version_all_stays_on_the_laptop_until_one_is_updated(
    world: World, amy: Laptop, sarah: str, laptop: tuple[int, int], server: tuple[int, int]
) -> None:
    note = amy.begin("visit_note", sarah, what_happened="amy~1")
    with served(world.centre, Spoken(*server)) as url:
        line = Line(url, speaks=Spoken(*laptop))
        amy.wire = line  # type: ignore[assignment]
        with pytest.raises(Refused) as told:
            amy.sync()
        line.close()
        assert told.value.code == "wire_version"
        assert amy.casebook.waiting_count() == 1
        updated = Line(url, speaks=Spoken(1, 3))
        amy.wire = updated  # type: ignore[assignment]
        assert amy.sync().sent == 1
        updated.close()
    assert amy.casebook.waiting_count() == 0
    assert amy.body(note.record_id) == {"what_happened": "amy~1"}
