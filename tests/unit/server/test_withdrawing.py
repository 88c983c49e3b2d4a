"""What a laptop must give up: ordered when its worker may read less, told until its receipt has come."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from models.audience import EVERYONE_ON_RECORD, ONLY_AUTHOR, PROTECTED, SHARED, WORKER_AND_IRO
from sync.server.administration import Administration
from sync.server.care import check_everything
from sync.server.centre import Centre
from sync.server.erasing import agree_to_erasure, ask_for_erasure
from sync.server.refusal import Refusal
from sync.wire import RemainsRequest

Enrol = Callable[..., Any]


def records(laptop: Any) -> set[str]:
    """The ids of what a laptop is told to give up: records, or whole scopes."""
    return {one.record_id or one.scope_id for one in laptop.told()}


def test_a_lost_scope_is_told_to_every_laptop_of_the_worker_until_each_has_answered(
    amy: Any, ben: Any, enrol: Enrol, office: Administration, sarah: str
) -> None:
    second = enrol("amy")
    for laptop in (amy, ben, second):
        laptop.pull()
    office.unassign("amy", "1001")
    page = amy.page()
    assert (page.scopes, [(one.scope_id, one.record_id) for one in page.withdrawals]) == ({}, [(sarah, "")])
    order = page.withdrawals[0].order_id
    assert second.told()[0].order_id != order
    assert (amy.told(), ben.told()) == (page.withdrawals, ())
    assert amy.answer(order).order_ids == (order,)
    assert (amy.told(), len(second.told())) == ((), 1)
    assert amy.answer(order).order_ids == (order,)


def test_an_order_comes_with_the_page_that_takes_the_grant_away(amy: Any, office: Administration) -> None:
    amy.pull()
    assert amy.page().withdrawals == ()
    office.unassign("amy", "1001")
    assert len(amy.page().withdrawals) == 1
    assert amy.page().withdrawals == ()


def test_a_receipt_that_another_signed_counts_for_nothing(amy: Any, ben: Any, office: Administration) -> None:
    office.unassign("amy", "1001")
    (order,) = amy.told()
    with pytest.raises(Refusal, match="bad_signature"):
        amy.answer(order.order_id, key=ben.key)
    assert ben.answer(order.order_id, "no order at all").order_ids == ()
    assert amy.told() == (order,)
    with pytest.raises(Refusal, match="bad_message"):
        amy.answer(*[order.order_id] * 1001)


def test_granting_again_ends_an_order_that_has_no_receipt(amy: Any, office: Administration, sarah: str) -> None:
    note = amy.version(sarah)
    amy.push_one(note)
    amy.pull()
    office.unassign("amy", "1001")
    assert records(amy) == {sarah}
    office.assign("amy", "1001", "social_worker")
    assert amy.told() == ()
    assert [one["ended_at"] is None for one in office.withdrawals(everything=True)] == [False]
    assert office.withdrawals() == []


def test_a_narrowed_record_is_ordered_from_those_who_lose_it_and_from_nobody_else(
    amy: Any, ben: Any, enrol: Enrol, sarah: str, office: Administration
) -> None:
    advocate, iro = enrol("ada", c1001="advocate"), enrol("ian", c1001="iro")
    note = amy.shared(sarah, audience=EVERYONE_ON_RECORD)
    amy.push_one(note)
    assert amy.push_one(amy.shared(sarah, {"a": 1}, note, audience=WORKER_AND_IRO)).outcome == "head"
    assert [records(one) for one in (amy, ben, iro, advocate)] == [set(), set(), set(), {note.record_id}]
    assert [one["why"] for one in office.withdrawals()] == ["narrowed"]


def test_widening_again_ends_the_order_for_those_who_may_read_it_now(amy: Any, ben: Any, sarah: str) -> None:
    note = amy.version(sarah)
    amy.push_one(note)
    ben.pull()
    hidden = amy.version(sarah, {"a": 1}, note, audience=ONLY_AUTHOR)
    amy.push_one(hidden)
    page = ben.page()
    assert [one.record_id for one in page.withdrawals] == [note.record_id]
    amy.push_one(amy.version(sarah, {"a": 2}, hidden, audience=EVERYONE_ON_RECORD))
    assert (ben.page().grant_counter, ben.told()) == (page.grant_counter + 1, ())


def test_narrowing_and_widening_within_one_batch_takes_nothing_back(amy: Any, ben: Any, sarah: str) -> None:
    note = amy.version(sarah)
    amy.push_one(note)
    counter = ben.page().grant_counter
    hidden = amy.version(sarah, {"a": 1}, note, audience=ONLY_AUTHOR)
    amy.push(hidden, amy.version(sarah, {"a": 2}, hidden, audience=EVERYONE_ON_RECORD))
    assert (ben.told(), ben.page().grant_counter) == ((), counter)


def home(laptop: Any, scope_id: str) -> str:
    made = laptop.version(scope_id, {"postcode": "AB1"}, type="home", policy_class=SHARED, audience=PROTECTED)
    assert laptop.push_one(made).outcome == "head"
    return str(made.record_id)


def test_a_role_that_reads_less_gives_up_what_the_earlier_one_could_read_and_hears_of_nothing_else(
    amy: Any, ben: Any, office: Administration, sarah: str
) -> None:
    lives_at = home(amy, sarah)
    ben.push_one(ben.version(sarah, audience=ONLY_AUTHOR))
    amy.push_one(amy.version(sarah))
    office.assign("amy", "1001", "family_support")
    assert records(amy) == {lives_at}
    assert [one["why"] for one in office.withdrawals()] == ["role"]
    office.assign("amy", "1001", "social_worker")
    assert amy.told() == ()


def test_coming_back_in_a_lesser_role_does_not_bring_back_what_it_may_not_read(
    amy: Any, office: Administration, sarah: str
) -> None:
    lives_at = home(amy, sarah)
    office.unassign("amy", "1001")
    office.assign("amy", "1001", "family_support")
    assert records(amy) == {lives_at}


def test_what_was_narrowed_while_a_worker_was_away_stays_withdrawn_when_they_come_back(
    amy: Any, ben: Any, office: Administration, sarah: str
) -> None:
    note = amy.version(sarah)
    before = amy.version(sarah, {"a": 1})
    amy.push(note, before)
    amy.push_one(amy.version(sarah, {"a": 2}, before, audience=ONLY_AUTHOR))
    office.unassign("ben", "1001")
    ben.answer(*(one.order_id for one in ben.told() if one.record_id))
    amy.push_one(amy.version(sarah, {"a": 1}, note, audience=ONLY_AUTHOR))
    later = amy.version(sarah, {"a": 3})
    amy.push_one(later)
    amy.push_one(amy.version(sarah, {"a": 4}, later, audience=ONLY_AUTHOR))
    office.assign("ben", "1001", "family_support")
    # Not the one that came and was narrowed while he was away: he never had it.
    assert records(ben) - {before.record_id} == {note.record_id}


def test_what_a_laptop_has_shown_to_be_gone_is_not_ordered_again(amy: Any, office: Administration, sarah: str) -> None:
    home(amy, sarah)
    office.unassign("amy", "1001")
    amy.answer(amy.told()[0].order_id)
    office.assign("amy", "1001", "family_support")
    assert amy.told() == ()


def test_a_change_of_lead_alone_orders_nothing(amy: Any, office: Administration, sarah: str) -> None:
    home(amy, sarah)
    office.assign("amy", "1001", "social_worker", is_lead=True)
    assert amy.told() == ()


def test_a_closed_laptop_is_told_so_under_the_councils_signature_and_may_still_answer(
    amy: Any, ben: Any, office: Administration
) -> None:
    with pytest.raises(Refusal, match="not_closed"):
        amy.hub.closing(amy.sign_in())
    device_id = amy.joined.device_id
    office.revoke(device_id)
    told_so = amy.hub.closing(amy.sign_in())
    words = b"heard-closed-1\n" + f"{device_id}\n{told_so.closed_at}".encode()
    Ed25519PublicKey.from_public_bytes(ben.joined.council_key).verify(told_so.signature, words)
    assert told_so.device_id == device_id
    assert [(one["order_id"], one["why"]) for one in office.withdrawals()] == [(device_id, "closed")]
    assert amy.answer(device_id).order_ids == (device_id,)
    assert office.withdrawals() == []


def test_the_list_of_laptops_says_which_owe_a_receipt_and_since_when(
    amy: Any, ben: Any, office: Administration
) -> None:
    office.unassign("amy", "1001")
    rows = {row["device_id"]: row for row in office.devices()}
    since = office.withdrawals()[0]["ordered_at"]
    assert (rows[amy.joined.device_id]["owes"], rows[amy.joined.device_id]["owes_since"]) == (1, since)
    assert (rows[ben.joined.device_id]["owes"], rows[ben.joined.device_id]["owes_since"]) == (0, None)


def test_a_closed_laptop_is_ordered_nothing_more(amy: Any, office: Administration) -> None:
    office.revoke(amy.joined.device_id)
    office.unassign("amy", "1001")
    assert [one["why"] for one in office.withdrawals()] == ["closed"]


def test_a_laptop_hears_once_what_became_of_a_version_that_was_held_back(amy: Any, sarah: str) -> None:
    first = amy.version(sarah)
    second = amy.version(sarah, {"a": 1}, first)
    assert amy.push_one(second).outcome == "held"
    assert amy.page().held == ()
    amy.push_one(first)
    page = amy.page()
    assert [(one.version_id, one.record_id, one.state) for one in page.held] == [
        (second.version_id, second.record_id, "admitted")
    ]
    assert amy.page().held == ()
    assert amy.told() == ()


def test_a_server_put_back_from_an_older_copy_tells_the_grants_again_whatever_its_counter(amy: Any) -> None:
    amy.pull()
    object.__setattr__(amy, "joined", amy.joined.__class__(**{**fields(amy.joined), "timeline": amy.ids.new()}))
    page = amy.page()
    assert page.scopes is not None
    assert page.rules is not None


def fields(message: Any) -> dict[str, Any]:
    return {name: getattr(message, name) for name in message.__struct_fields__}


def test_receipts_are_in_the_audit(amy: Any, office: Administration, centre: Centre) -> None:
    office.unassign("amy", "1001")
    (order,) = amy.told()
    amy.answer(order.order_id)
    amy.answer(order.order_id)
    with centre.database.read() as connection:
        rows = connection.exec_driver_sql("SELECT worker_id, detail FROM audit WHERE action = 'receipt'").fetchall()
    assert [(row[0], order.order_id in row[1]) for row in rows] == [(amy.worker_id, True)]


def left(laptop: Any, scopes: tuple[str, ...] = (), records_: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    """Ask as a laptop that was put back: the places it is ordered to give up."""
    request = RemainsRequest(scopes=scopes, records=records_)
    told = laptop.hub.remains(laptop.token or laptop.sign_in(), request).orders
    return [(one.scope_id, one.record_id) for one in told]


def test_what_an_older_copy_brought_back_is_ordered_anew_once_and_nobody_elses_is(
    amy: Any, ben: Any, office: Administration, sarah: str
) -> None:
    office.unassign("amy", "1001")
    amy.answer(*(one.order_id for one in amy.told()))
    assert left(amy, (sarah,)) == [(sarah, "")]
    assert left(amy, (sarah,)) == [(sarah, "")], "asked again, the same"
    assert left(ben, (sarah,)) == [], "he holds it by right"
    assert [one["why"] for one in office.withdrawals()] == ["put_back"]
    amy.answer(*(one.order_id for one in amy.told()))
    assert office.withdrawals() == []
    assert left(amy, (sarah,)) == [(sarah, "")], "and again after another receipt"
    office.assign("amy", "1001", "social_worker")
    assert (left(amy, (sarah,)), office.withdrawals()) == ([], [])


def test_one_record_is_ordered_anew_only_from_whoever_may_not_keep_it(
    amy: Any, ben: Any, office: Administration, centre: Centre, sarah: str
) -> None:
    mine = amy.version(sarah, audience=ONLY_AUTHOR)
    gone = amy.shared(sarah)
    amy.push(mine, gone)
    ask_for_erasure(centre, gone.record_id, "amy", "Article 17")
    agree_to_erasure(centre, gone.record_id, "ben")
    ben.answer(*(one.order_id for one in ben.told()))
    amy.answer(*(one.order_id for one in amy.told()))
    both = (mine.record_id, gone.record_id)
    assert left(ben, (), both) == [(sarah, mine.record_id), (sarah, gone.record_id)]
    assert left(amy, (), both) == [(sarah, gone.record_id)]


def test_what_the_council_does_not_know_is_never_ordered_away_and_too_much_is_not_read(
    amy: Any, office: Administration, centre: Centre, sarah: str
) -> None:
    unknown = amy.ids.new()
    assert left(amy, (unknown, "no id", "\0"), (unknown, "no id")) == []
    assert office.withdrawals() == []
    for many in (RemainsRequest(scopes=(sarah,) * 501), RemainsRequest(scopes=(sarah,) * 250, records=(sarah,) * 251)):
        with pytest.raises(Refusal, match="bad_message"):
            amy.hub.remains(amy.sign_in(), many)
    assert left(amy, (sarah,) * 250, (sarah,) * 250) == []
    office.revoke(amy.joined.device_id)
    with pytest.raises(Refusal, match="device_revoked"):
        left(amy, (sarah,))
    assert check_everything(centre)["faults"] == []
