"""Cover between laptops: granted, seen by the child's team, and over by itself with nothing left."""

from __future__ import annotations

from models.query import Query
from sync.wire import CoverRequest
from tests.laptops import Laptop, World


def ask(world: World, laptop: Laptop, child: str, reason: str) -> str:
    return world.hub.cover(laptop.wire._sign_in(laptop.casebook.me), CoverRequest(child=child, reason=reason)).until_at


def test_a_worker_is_let_in_for_a_day_the_team_sees_it_and_it_ends_by_itself(
    world: World, amy: Laptop, card: str, sarah: str, clock: object
) -> None:
    mia, dee = world.laptop("mia", c1001="team_manager"), world.laptop("dee")
    world.settle()
    assert dee.casebook.entry(card) is None
    ask(world, dee, "1001", "She rang from the station")
    world.settle()
    assert dee.body(card)["helps_me"] == "Biscuit"
    (told,) = mia.casebook.select(Query(types=("cover",), scope_id=sarah))
    assert (told.body["worker_name"], told.body["reason"]) == ("Dee", "She rang from the station")
    note = dee.begin("visit_note", sarah, what_happened="We met dee~1")
    dee.sync()
    clock.advance(hours=24, seconds=1)  # type: ignore[attr-defined]
    for laptop in world.laptops:
        laptop.wire.tokens.clear()
    world.settle()
    assert dee.casebook.entry(card) is None
    assert dee.casebook.leaving_children() == []
    assert amy.body(note.record_id)["what_happened"] == "We met dee~1"
    assert [one["why"] for one in world.office.withdrawals(everything=True)] == ["unassigned"]
    assert world.office.withdrawals() == []
