"""Two laptops and the server: what each wrote while apart, both have, and both are told where they differ."""

from __future__ import annotations

import msgspec
import pytest
from sqlalchemy import select

from models.entry import HELD, SENT
from models.errors import NotAllowed
from models.version import Version
from sync.client.engine import Engine
from sync.client.http import Offline, Refused
from sync.client.withdrawing import is_closed_by_council
from sync.server.tables import held_back
from tests.laptops import DELIVER, FAULTS, LOSE_REPLY, LOSE_REQUEST, Killed, Laptop, World
from tests.verify import digest_of, read_council


def settle(world: World) -> None:
    world.settle()
    world.verify(is_quiet=True)


def test_a_note_written_offline_reaches_the_second_laptop(world: World, amy: Laptop, ben: Laptop, sarah: str) -> None:
    note = amy.begin("visit_note", sarah, what_happened="We baked.\n\namy~1 burnt the first ones.")
    words = amy.begin("own_words", sarah, words="They were amy~2 the best ones.", said_in_id=note.record_id)
    assert amy.look(note.record_id).state != SENT
    assert amy.sync().sent == 2
    assert amy.look(note.record_id).state == SENT
    ben.sync()
    while ben.casebook.index_some().result():
        pass
    assert ben.body(note.record_id) == {"what_happened": "We baked.\n\namy~1 burnt the first ones."}
    assert [hit.entry.record_id for hit in ben.casebook.find("best ones")] == [words.record_id]
    assert ben.casebook.directory.workers
    assert ben.casebook.worker_name(ben.look(note.record_id).author_id) == "Amy"
    settle(world)


def test_different_fields_changed_apart_both_stand(world: World, amy: Laptop, ben: Laptop, card: str) -> None:
    amy.edit(card, helps_me="amy~1 Biscuit")
    ben.edit(card, my_hopes="ben~1 a red bike")
    settle(world)
    for laptop in (amy, ben):
        assert laptop.body(card)["helps_me"] == "amy~1 Biscuit"
        assert laptop.body(card)["my_hopes"] == "ben~1 a red bike"
        assert laptop.choices(card) == ()
        assert laptop.notices() == set()


def test_different_paragraphs_of_workers_prose_both_stand_and_both_are_told(
    world: World, amy: Laptop, ben: Laptop, sarah: str
) -> None:
    visit = amy.begin("planned_visit", sarah, purpose="one\n\ntwo\n\nthree")
    settle(world)
    amy.edit(visit.record_id, purpose="amy~1 one\n\ntwo\n\nthree")
    ben.edit(visit.record_id, purpose="one\n\nthree\n\nben~1 four")
    settle(world)
    for laptop in (amy, ben):
        assert laptop.body(visit.record_id)["purpose"] == "amy~1 one\n\nthree\n\nben~1 four"
        assert laptop.notices() == {"merged"}


@pytest.mark.parametrize(
    ("type_name", "name", "before"), [("this_is_me", "helps_me", "Biscuit"), ("planned_visit", "purpose", "one line")]
)
def test_one_paragraph_or_verbatim_changed_apart_keeps_both_texts_and_says_so(
    world: World, amy: Laptop, ben: Laptop, sarah: str, type_name: str, name: str, before: str
) -> None:
    draft = amy.begin(type_name, sarah, **{name: before})
    settle(world)
    ben.edit(draft.record_id, **{name: f"{before} ben~1"})
    ben.sync()
    amy.edit(draft.record_id, **{name: f"{before} amy~1"})
    settle(world)
    for laptop in (amy, ben):
        assert laptop.body(draft.record_id)[name] == f"{before} ben~1"
        (choice,) = laptop.choices(draft.record_id)
        assert (choice.field, choice.value) == (name, f"{before} amy~1")
        assert laptop.casebook.worker_name(choice.author_id) == "Amy"
        assert laptop.notices() == {"two_versions"}
    (choice,) = ben.choices(draft.record_id)
    ben.choose(draft.record_id, choice, f"{before} ben~1 and amy~1")
    settle(world)
    for laptop in (amy, ben):
        assert laptop.body(draft.record_id)[name] == f"{before} ben~1 and amy~1"
        assert laptop.choices(draft.record_id) == ()
        assert laptop.notices() == set()


def test_both_settle_the_same_choice_apart_and_neither_settlement_is_lost(
    world: World, amy: Laptop, ben: Laptop, card: str
) -> None:
    ben.edit(card, helps_me="ben~1")
    ben.sync()
    amy.edit(card, helps_me="amy~1")
    settle(world)
    for laptop in (amy, ben):
        (choice,) = laptop.choices(card)
        laptop.choose(card, choice, f"{laptop.name}~2 settled")
        world.ledger.saved(f"{laptop.name}~2", laptop.name, card)
    settle(world)
    texts = {amy.body(card)["helps_me"], *(str(choice.value) for choice in amy.choices(card))}
    assert texts == {"amy~2 settled", "ben~2 settled"}


def test_a_stale_push_is_on_the_server_even_if_that_laptop_never_comes_back(
    world: World, amy: Laptop, ben: Laptop, card: str
) -> None:
    ben.edit(card, helps_me="ben~1")
    amy.edit(card, helps_me="amy~1 written without having seen it")
    came_between: list[str] = []

    def choose(route: str) -> str:
        if route != "push" or came_between:
            return DELIVER
        # Ben's version comes in between Amy's pull and her push; the reply to hers never does, nor does her laptop.
        came_between.append(route)
        ben.sync()
        return LOSE_REPLY

    world.network.choose = choose
    with pytest.raises(Offline):
        amy.sync()
    amy.casebook.close()
    world.laptops.remove(amy)
    settle(world)  # finds amy~1 on the server, for her laptop is not asked any more
    history = ben.wire.history(ben.casebook.me, card).versions
    assert [row.version.read_body()["helps_me"][:5] for row in history if not row.is_head][-1] == "amy~1"


def test_three_laptops_give_two_choices_and_all_three_texts_stay(
    world: World, amy: Laptop, ben: Laptop, cat: Laptop, card: str
) -> None:
    cat.sync()
    for laptop in (ben, cat, amy):
        laptop.edit(card, helps_me=f"{laptop.name}~1")
    settle(world)
    for laptop in (amy, ben, cat):
        texts = [laptop.body(card)["helps_me"], *(choice.value for choice in laptop.choices(card))]
        assert sorted(texts) == ["amy~1", "ben~1", "cat~1"]
        assert len({choice.losing_version_id for choice in laptop.choices(card)}) == 2


def test_many_edits_offline_never_conflict_with_themselves(world: World, amy: Laptop, ben: Laptop, sarah: str) -> None:
    note = amy.begin("visit_note", sarah, what_happened="start")
    for number in range(30):
        lines = amy.body(note.record_id)["what_happened"].split("\n")
        kept = lines[:-1] if number % 4 == 3 else lines
        amy.edit(note.record_id, what_happened="\n".join([*kept, f"line {number}"]))
        if number % 3 == 0:
            amy.casebook.cut(note.record_id).result()
    last = amy.body(note.record_id)
    settle(world)
    assert ben.body(note.record_id) == amy.body(note.record_id) == last
    assert amy.choices(note.record_id) == ()
    assert amy.notices() == set()


@pytest.mark.parametrize("is_deleter_first", [True, False])
def test_an_edit_beats_a_delete_and_whoever_deleted_is_told(
    world: World, amy: Laptop, ben: Laptop, card: str, is_deleter_first: bool
) -> None:
    amy.casebook.delete(card).result()
    ben.edit(card, helps_me="ben~1")
    for laptop in (amy, ben) if is_deleter_first else (ben, amy):
        laptop.sync()
    settle(world)
    for laptop in (amy, ben):
        assert not laptop.look(card).is_deleted
        assert laptop.body(card)["helps_me"] == "ben~1"
    assert "edit_beat_delete" in amy.notices()


def test_a_delete_with_no_edit_beside_it_stands_and_does_not_come_back(
    world: World, amy: Laptop, ben: Laptop, card: str
) -> None:
    amy.casebook.delete(card).result()
    settle(world)
    assert ben.look(card).is_deleted
    assert ben.casebook.one("this_is_me", ben.look(card).scope_id) is None
    ben.casebook.bring_back(card).result()
    settle(world)
    assert not amy.look(card).is_deleted


def test_a_note_finished_on_one_of_my_laptops_takes_nothing_more_from_the_other(
    world: World, amy: Laptop, sarah: str
) -> None:
    other = world.laptop("amy at home", "amy")
    note = amy.begin(
        "visit_note", sarah, visited_at="2026-11-23T09:00:00.000Z", place="home", visit_kind="iro", seen="tried_not_in",
        what_happened="We baked.",
    )  # fmt: skip
    settle(world)
    amy.casebook.finish(note.record_id).result()
    other.edit(note.record_id, what_happened="We baked. amy at home~1")
    world.ledger.saved("home~1", "amy at home", note.record_id)
    amy.sync()
    settle(world)
    for laptop in (amy, other):
        assert laptop.body(note.record_id)["what_happened"] == "We baked."
        assert laptop.look(note.record_id).is_finished
    assert other.look(note.record_id).state == HELD
    assert other.notices() == {"held"}
    with pytest.raises(NotAllowed):
        other.edit(note.record_id, what_happened="more")


def test_both_of_my_laptops_finish_a_note_and_neither_text_is_lost(world: World, amy: Laptop, sarah: str) -> None:
    other = world.laptop("home", "amy")
    note = amy.begin(
        "visit_note", sarah, visited_at="2026-11-23T09:00:00.000Z", place="home", visit_kind="iro", seen="tried_not_in",
        what_happened="We baked.",
    )  # fmt: skip
    settle(world)
    for laptop in (amy, other):
        laptop.edit(note.record_id, what_happened=f"We baked. {laptop.name}~1")
        laptop.casebook.finish(note.record_id).result()
    settle(world)
    assert amy.body(note.record_id) == other.body(note.record_id)
    assert amy.look(note.record_id).is_finished


def test_two_of_one_workers_laptops_agree_like_two_workers(world: World, amy: Laptop, sarah: str) -> None:
    other = world.laptop("home", "amy")
    note = amy.begin("visit_note", sarah, what_happened="one\n\ntwo")
    settle(world)
    amy.edit(note.record_id, what_happened="amy~1 one\n\ntwo")
    other.edit(note.record_id, what_happened="one\n\ntwo home~1")
    settle(world)
    assert amy.body(note.record_id)["what_happened"] == "amy~1 one\n\ntwo home~1"


def test_a_colleague_assigned_later_gets_everything_from_the_beginning(
    world: World, amy: Laptop, ben: Laptop, card: str, sarah: str
) -> None:
    other = world.child("1002")
    world.office.assign("amy", "1002", "social_worker")
    dan = world.laptop("dan", c1002="youth_worker")
    settle(world)
    tom = amy.begin("this_is_me", other, helps_me="amy~1")
    settle(world)
    assert dan.body(tom.record_id)["helps_me"] == "amy~1"
    assert dan.casebook.entry(card) is None
    world.office.assign("dan", "1001", "youth_worker")
    settle(world)
    assert dan.body(card)["helps_me"] == "Biscuit"
    home = amy.begin("home", sarah, address="amy~2 Lane")
    settle(world)
    assert dan.casebook.entry(home.record_id) is None
    world.office.assign("dan", "1001", "social_worker")
    settle(world)
    assert dan.body(home.record_id)["address"] == "amy~2 Lane"


def test_work_of_an_unassigned_worker_goes_to_the_held_back_box_and_the_scope_comes_back_as_it_was(
    world: World, amy: Laptop, ben: Laptop, card: str
) -> None:
    ben.edit(card, helps_me="Biscuit ben~1")
    ben.casebook.cut(card).result()
    (unsent,) = ben.casebook.exchange.to_send(9)
    world.office.unassign("ben", "1001")
    settle(world)
    assert ben.casebook.entry(card) is None
    assert ben.notices() == {"held"}
    assert [one["receipt_at"] is None for one in world.office.withdrawals(everything=True)] == [False]
    assert held_versions(world) == [unsent], "byte for byte"
    world.office.assign("ben", "1001", "family_support")
    settle(world)
    assert digest_of(ben.casebook) == digest_of(amy.casebook)
    assert ben.notices() == {"held"}, "his manager still has it"
    ben.edit(card, my_hopes="A bike ben~2")
    settle(world)
    assert (amy.body(card)["helps_me"], amy.body(card)["my_hopes"]) == ("Biscuit", "A bike ben~2")
    assert held_versions(world) == [unsent]


def held_versions(world: World) -> list[Version]:
    """What lies in the held-back box, whole."""
    with world.centre.database.read() as connection:
        rows = connection.execute(select(held_back).order_by(held_back.c.received_at)).all()
    return [msgspec.json.decode(row.content, type=Version) for row in rows]


def test_a_laptop_whose_every_purge_is_killed_ends_with_its_receipt_and_nothing_lost(
    world: World, amy: Laptop, ben: Laptop, card: str, sarah: str
) -> None:
    """Whatever becomes of a message while a scope is given up, what waited is in the box and the receipt comes."""
    for fault in FAULTS:
        ben.sync()
        note = ben.begin("visit_note", sarah, what_happened=f"ben~{fault.replace(' ', '_')}")
        world.office.unassign("ben", "1001")
        for route in ("pull", "push", "receipt"):
            todo = [fault]
            world.network.choose = lambda asked, route=route, todo=todo: (  # type: ignore[misc]
                todo.pop() if asked == route and todo else DELIVER
            )
            try:
                ben.sync()
            except Offline:
                pass
            except Killed:
                ben.kill()
        settle(world)
        assert world.office.withdrawals() == []
        assert ben.casebook.entry(note.record_id) is None
        assert [one.record_id for one in held_versions(world)][-1] == note.record_id
        world.office.assign("ben", "1001", "family_support")
        settle(world)
        assert ben.body(card)["helps_me"] == "Biscuit"


def test_a_narrowed_record_leaves_the_laptops_it_is_kept_from_and_comes_back_when_it_is_widened(
    world: World, amy: Laptop, ben: Laptop, card: str
) -> None:
    settle(world)
    amy.casebook.set_audience(card, "protected", ()).result()
    settle(world)
    assert ben.casebook.entry(card) is None
    assert card not in ben.casebook._desk.read(lambda one: str(one.exec_driver_sql("SELECT * FROM record").all()))
    assert [one["why"] for one in world.office.withdrawals(everything=True)] == ["narrowed"]
    assert world.office.withdrawals() == []
    amy.casebook.set_audience(card, "everyone_on_record", ()).result()
    settle(world)
    assert digest_of(ben.casebook) == digest_of(amy.casebook)


def test_a_laptop_believes_that_it_is_closed_only_under_its_councils_own_signature(world: World, amy: Laptop) -> None:
    me = amy.casebook.me
    world.office.revoke(me.device_id)
    reply = world.hub.closing(amy.wire._sign_in(me))
    assert is_closed_by_council(me, reply)
    for wrong in (
        {"device_id": "another laptop"},
        {"closed_at": "2026-11-23T10:31:00.000Z"},
        {"signature": bytes(64)},
        {"signature": b"short"},
    ):
        assert not is_closed_by_council(me, msgspec.structs.replace(reply, **wrong))
    for key in (b"", bytes(31), bytes(range(32))):
        assert not is_closed_by_council(msgspec.structs.replace(me, council_key=key), reply)


def test_a_closed_laptop_still_hands_over_what_was_written_on_it(
    world: World, amy: Laptop, ben: Laptop, card: str
) -> None:
    ben.edit(card, helps_me="Biscuit ben~1")
    world.office.revoke(ben.casebook.me.device_id)
    with pytest.raises(Refused) as told:
        ben.sync()
    assert told.value.code == "device_revoked"
    assert ben.casebook.waiting_count() == 0
    ben.casebook.close()
    world.laptops.remove(ben)
    world.verify()


def test_one_record_out_of_reach_does_not_hold_up_all_the_others(
    world: World, amy: Laptop, ben: Laptop, card: str, sarah: str
) -> None:
    """Amy keeps the card to herself while Ben, who cannot know, writes on an older one whose history he lacks."""
    for number in range(3):
        amy.edit(card, my_hopes=f"A bike {number}")
        amy.casebook.cut(card).result()
    ben.edit(card, helps_me="Biscuit ben~1")
    ben.casebook.cut(card).result()
    world.network.choose = lambda route: LOSE_REQUEST if route == "history" else DELIVER
    amy.sync()
    with pytest.raises(Offline):
        ben.sync()  # the head has come, its history has not
    world.network.choose = lambda _route: DELIVER
    amy.casebook.set_audience(card, "protected", ()).result()
    amy.sync()
    fine = ben.begin("visit_note", sarah, what_happened="ben~2")
    ben.sync()
    assert ben.casebook.entry(card) is None
    assert "Biscuit ben~1" in str(read_council(world.centre, []).texts[card])
    assert ben.look(fine.record_id).state == SENT
    assert ben.casebook.waiting_count() == 0
    world.verify()


# --- branches whose laptop never came back ------------------------------------------------------------------------


def test_a_branch_whose_laptop_never_came_back_is_merged_by_any_other(
    world: World, amy: Laptop, ben: Laptop, card: str
) -> None:
    before = ben.look(card)
    amy.edit(card, helps_me="Biscuit amy~1")
    amy.sync()
    ben.write(before.draft(), my_hopes="A red bike ben~1", helps_me="Nan ben~2")
    ben.casebook.cut_all().result()
    engine = Engine(ben.casebook.exchange, ben.wire)
    engine._send(ben.casebook.exchange.to_send(10))  # sent, and gone before it has read the answer
    world.laptops.remove(ben)
    amy.sync()
    assert amy.body(card)["my_hopes"] == "A red bike ben~1"
    assert amy.body(card)["helps_me"] == "Biscuit amy~1"
    assert [choice.value for choice in amy.choices(card)] == ["Nan ben~2"]
    world.settle()
    world.verify(is_quiet=True)
    later = world.laptop("later", "ben")
    world.settle()
    assert later.body(card) == amy.body(card)
    assert later.casebook.exchange.branches() == []
    ben.casebook.close()


def test_a_branch_of_a_note_is_merged_by_its_authors_other_laptop_and_by_nobody_else(
    world: World, amy: Laptop, ben: Laptop, sarah: str
) -> None:
    home = world.laptop("home", "amy")
    note = amy.begin("visit_note", sarah, what_happened="amy~1")
    world.settle()
    before = amy.look(note.record_id)
    home.edit(note.record_id, what_happened="amy~1\nhome~2")
    home.sync()
    amy.write(before.draft(), what_happened="amy~1", worker_view="amy~3")
    amy.casebook.cut_all().result()
    Engine(amy.casebook.exchange, amy.wire)._send(amy.casebook.exchange.to_send(10))
    world.laptops.remove(amy)
    ben.sync()
    assert "worker_view" not in ben.body(note.record_id)
    assert ben.casebook.exchange.branches() == []
    home.sync()
    assert home.body(note.record_id) == {"what_happened": "amy~1\nhome~2", "worker_view": "amy~3"}
    world.settle()
    assert ben.body(note.record_id) == home.body(note.record_id)
    amy.casebook.close()
