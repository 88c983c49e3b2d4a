"""Pushing: appended once, heads compared and set, and nothing a worker wrote ever dropped."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from sqlalchemy import func, select

from models.audience import ONLY_AUTHOR, PROTECTED, WORKER_AND_IRO
from models.version import NO_BODY, Version, batch_digest, hash_body, new_salt
from sync.server.administration import Administration
from sync.server.care import check_everything
from sync.server.centre import Centre
from sync.server.hub import Hub
from sync.server.judging import REASONS
from sync.server.refusal import Refusal
from sync.server.tables import audit, batch, held_back, version
from sync.wire import MAX_BATCH_VERSIONS, MAX_BODY_BYTES, PushRequest

Enrol = Callable[..., Any]


def count(centre: Centre, table: Any) -> int:
    with centre.database.read() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def held_codes(office: Administration) -> list[str]:
    return [row["reason_code"] for row in office.held()]


def test_a_new_record_becomes_its_head(amy: Any, sarah: str) -> None:
    result = amy.push_one(amy.version(sarah))
    assert (result.outcome, result.seq, result.reason, result.head) == ("head", 1, "", None)


def test_a_batch_sent_again_gets_the_same_answers_and_writes_nothing(centre: Centre, amy: Any, sarah: str) -> None:
    note = amy.version(sarah)
    batched = (note, amy.version(sarah, {"what_happened": "Then tea."}, note), amy.version("not an id"))
    first = amy.push(*batched)
    before = [count(centre, table) for table in (version, held_back, batch, audit)]
    assert amy.push(*batched) == first
    assert [one.outcome for one in first] == ["head", "head", "held"]
    assert [count(centre, table) for table in (version, held_back, batch, audit)] == before


def test_a_version_repeated_inside_one_batch_is_appended_once(centre: Centre, amy: Any, sarah: str) -> None:
    note = amy.version(sarah)
    assert [result.seq for result in amy.push(note, note)] == [1, 1]
    assert count(centre, version) == 1


def test_a_repeated_branch_is_still_a_branch_and_carries_the_head_of_now(amy: Any, ben: Any, sarah: str) -> None:
    first = amy.shared(sarah)
    amy.push(first)
    mine, theirs = ben.shared(sarah, {"a": 1}, first), amy.shared(sarah, {"a": 2}, first)
    amy.push(theirs)
    assert ben.push_one(mine).outcome == "branch"
    later = amy.shared(sarah, {"a": 3}, theirs)
    amy.push(later)
    again = ben.push_one(mine)
    assert again.outcome == "branch"
    assert again.seq == 3
    assert again.head.version.version_id == later.version_id


def test_an_old_parent_makes_a_branch_that_is_on_the_server_even_if_the_laptop_never_comes_back(
    amy: Any, ben: Any, sarah: str
) -> None:
    first = amy.shared(sarah)
    amy.push(first)
    amy.push(amy.shared(sarah, {"important_to_me": "My cat"}, first))
    late = ben.push_one(ben.shared(sarah, {"important_to_me": "My brother"}, first))
    assert late.outcome == "branch"
    assert b"My cat" in late.head.version.body_bytes()
    texts = [row.version.body_bytes() for row in amy.history(first.record_id)]
    assert any(b"My brother" in text for text in texts)
    assert [row.is_head for row in amy.history(first.record_id)] == [False, True, False]


def test_a_merge_of_both_moves_the_head(amy: Any, ben: Any, sarah: str) -> None:
    first = amy.shared(sarah)
    amy.push(first)
    theirs = amy.shared(sarah, {"a": 1}, first)
    amy.push(theirs)
    mine = ben.shared(sarah, {"b": 1}, first)
    merged = ben.shared(sarah, {"a": 1, "b": 1}, mine, parents=(mine.version_id, theirs.version_id))
    branch, head = ben.push(mine, merged)
    assert (branch.outcome, head.outcome) == ("branch", "head")
    assert branch.head.version.version_id == merged.version_id


def test_a_chain_written_offline_moves_the_head_step_by_step(amy: Any, sarah: str) -> None:
    versions = [amy.version(sarah)]
    for number in range(5):
        versions.append(amy.version(sarah, {"what_happened": f"{number}"}, versions[-1]))
    assert [result.outcome for result in amy.push(*versions)] == ["head"] * 6
    assert [result.seq for result in amy.push(*versions)] == [1, 2, 3, 4, 5, 6]


def test_two_beginnings_of_one_record_are_both_kept(amy: Any, ben: Any, sarah: str) -> None:
    first = amy.shared(sarah)
    amy.push(first)
    second = ben.shared(sarah, {"important_to_me": "Rain"}, record_id=first.record_id)
    assert ben.push_one(second).outcome == "branch"


def test_the_exact_bytes_of_a_body_come_back(amy: Any, ben: Any, sarah: str) -> None:
    odd = b'{ "words" : "caf\\u00e9 \xf0\x9f\x90\x88",\n"n":1.50 ,"later_key":[{"a":null}]}'
    salt = new_salt()
    sent = amy.version(sarah, body=None, salt=salt, body_hash=hash_body(salt, odd))
    sent = msgspec.structs.replace(sent, body=msgspec.Raw(odd))
    assert amy.push_one(sent).outcome == "head"
    [row] = ben.pull()
    assert row.version.body_bytes() == odd
    assert row.version == msgspec.structs.replace(sent, body=row.version.body)


# --- Held back -----------------------------------------------------------------------------------------------------


def held(laptop: Any, sent: Version, code: str) -> None:
    result = laptop.push_one(sent)
    assert (result.outcome, result.reason, result.seq) == ("held", REASONS[code], 0)


def test_what_is_held_back_is_kept_whole_and_the_queue_moves_on(centre: Centre, amy: Any, sarah: str) -> None:
    stray = amy.version(amy.ids.new(), {"what_happened": "A stray page of words."})
    results = amy.push(amy.version(sarah), stray, amy.version(sarah))
    assert [result.outcome for result in results] == ["head", "held", "head"]
    with centre.database.read() as connection:
        row = connection.execute(select(held_back)).one()
    kept = msgspec.json.decode(row.content, type=Version)
    assert kept.body_bytes() == stray.body_bytes()
    assert (row.state, row.reason_code, row.worker_id) == ("waiting", "not_assigned", amy.worker_id)


def test_a_worker_who_is_not_assigned_any_more_has_new_work_held_back(
    office: Administration, amy: Any, sarah: str
) -> None:
    note = amy.version(sarah)
    amy.push(note)
    office.unassign("amy", "1001")
    held(amy, amy.version(sarah, {"what_happened": "More"}, note), "not_assigned")


def test_another_workers_note_is_not_changed(office: Administration, amy: Any, ben: Any, sarah: str) -> None:
    note = amy.version(sarah)
    amy.push(note)
    result = ben.push_one(ben.version(sarah, {"what_happened": "Not so"}, note))
    assert (result.outcome, result.reason) == ("held", REASONS["another_author"])
    assert result.head.version.version_id == note.version_id


def test_a_finished_note_is_not_changed_even_by_its_author(amy: Any, sarah: str) -> None:
    note = amy.version(sarah, is_finished=True)
    amy.push(note)
    held(amy, amy.version(sarah, {"what_happened": "More"}, note), "finished")


def test_the_authors_other_laptop_may_go_on_with_a_note(enrol: Enrol, amy: Any, sarah: str) -> None:
    note = amy.version(sarah)
    amy.push(note)
    other = enrol("amy")
    assert other.push_one(other.version(sarah, {"what_happened": "More"}, note)).outcome == "head"


def test_a_version_under_another_name_or_device_is_held_back(amy: Any, ben: Any, sarah: str) -> None:
    held(amy, amy.version(sarah, author_id=ben.worker_id), "not_yours")
    held(amy, amy.version(sarah, device_id=ben.joined.device_id), "not_yours")


def test_a_body_that_is_not_the_one_hashed_is_held_back(amy: Any, sarah: str) -> None:
    held(amy, amy.version(sarah, body_hash="0" * 64), "unsound")
    held(amy, amy.version(sarah, salt=None), "unsound")


@pytest.mark.parametrize(
    "body",
    [b"[]", b'"words"', b"null", b"7", b'{"a":"\xff"}', b'{"a":' + b"[" * 70 + b"]" * 70 + b"}"],
    ids=["list", "text", "null", "number", "not UTF-8", "nested"],
)
def test_a_body_that_no_laptop_could_read_is_held_back(amy: Any, sarah: str, body: bytes) -> None:
    salt = new_salt()
    sent = amy.version(sarah, salt=salt, body_hash=hash_body(salt, body))
    held(amy, msgspec.structs.replace(sent, body=msgspec.Raw(body)), "unsound")


def test_many_shallow_lists_are_no_fault(amy: Any, sarah: str) -> None:
    assert amy.push_one(amy.version(sarah, {"rows": [[number] for number in range(100)]})).outcome == "head"


def test_a_rule_from_a_newer_heard_is_held_back(amy: Any, sarah: str) -> None:
    held(amy, amy.version(sarah, policy_class="sealed_by_court"), "unknown_rule")
    held(amy, amy.version(sarah, audience="judge_only"), "unknown_rule")


def test_a_type_from_a_newer_heard_needs_no_new_server(amy: Any, ben: Any, sarah: str) -> None:
    assert amy.push_one(amy.version(sarah, type="thing_of_the_future", schema=9)).outcome == "head"
    assert [row.version.type for row in ben.pull()] == ["thing_of_the_future"]


def test_too_long_a_body_is_held_back_and_not_lost(centre: Centre, amy: Any, sarah: str) -> None:
    words = "x" * (MAX_BODY_BYTES + 1)
    held(amy, amy.version(sarah, {"w": words}), "too_large")
    with centre.database.read() as connection:
        assert words.encode() in connection.execute(select(held_back.c.content)).scalar_one()


def test_parents_must_be_versions_of_the_same_record(amy: Any, sarah: str) -> None:
    note, other = amy.version(sarah), amy.version(sarah)
    amy.push(note, other)
    held(amy, amy.version(sarah, {"a": 1}, note, parents=(amy.ids.new(),)), "parents_unknown")
    held(amy, amy.version(sarah, {"a": 1}, note, parents=(note.version_id, other.version_id)), "parents_unknown")
    held(amy, amy.version(sarah, parents=(note.version_id,)), "parents_unknown")


def test_what_came_before_its_parents_is_admitted_when_they_come(
    centre: Centre, office: Administration, amy: Any, ben: Any, sarah: str
) -> None:
    """Laptops that give a restored server back what it lacks come in any order."""
    first = amy.shared(sarah)
    theirs = ben.shared(sarah, {"n": 2}, first)
    third = amy.shared(sarah, {"n": 3}, theirs)
    fourth = amy.shared(sarah, {"n": 4}, third)
    assert [one.outcome for one in amy.push(first, third, fourth)] == ["head", "held", "held"]
    [result] = ben.push(theirs)
    assert (result.outcome, result.seq) == ("head", 2)
    assert [one.outcome for one in amy.push(third, fourth)] == ["head", "head"]
    assert [row["state"] for row in office.held()] == ["admitted", "admitted"]
    assert [row.version.version_id for row in ben.pull()] == [fourth.version_id]
    assert check_everything(centre)["faults"] == []


def test_what_came_before_its_parents_and_may_no_longer_be_written_goes_on_waiting(
    office: Administration, amy: Any, ben: Any, sarah: str
) -> None:
    first = ben.shared(sarah)
    held(amy, amy.shared(sarah, {"n": 2}, first), "parents_unknown")
    office.unassign("amy", "1001")
    ben.push(first)
    assert [row["state"] for row in office.held()] == ["waiting"]


def test_a_version_that_is_its_own_parent_is_held_back(amy: Any, sarah: str) -> None:
    own = amy.ids.new()
    held(amy, amy.version(sarah, version_id=own, parents=(own,)), "unsound")


def test_a_record_keeps_its_scope_type_and_rule_for_life(office: Administration, amy: Any, sarah: str) -> None:
    tom = office.open_scope("child", "1002")
    office.assign("amy", "1002", "social_worker")
    note = amy.version(sarah)
    amy.push(note)
    held(amy, amy.version(tom, {"a": 1}, note), "moved")
    held(amy, amy.version(sarah, {"a": 1}, note, type="own_words"), "moved")
    held(amy, amy.version(sarah, {"a": 1}, note, policy_class="shared"), "moved")


def test_a_laptop_cannot_erase(amy: Any, sarah: str) -> None:
    note = amy.version(sarah)
    amy.push(note)
    gone = amy.version(sarah, {"a": 1}, note, is_erased=True, salt=None)
    held(amy, msgspec.structs.replace(gone, body=NO_BODY), "erasing")


def test_one_version_id_with_two_contents_keeps_both(office: Administration, amy: Any, sarah: str) -> None:
    note = amy.version(sarah)
    amy.push(note)
    held(
        amy,
        amy.version(sarah, {"what_happened": "Otherwise"}, version_id=note.version_id, op_no=note.op_no),
        "version_reused",
    )
    held(
        amy,
        msgspec.structs.replace(note, body=msgspec.Raw(b'{"what_happened":"Changed on the way"}')),
        "version_reused",
    )
    assert held_codes(office) == ["version_reused", "version_reused"]


def forked(office: Administration) -> list[str]:
    return [device["device_id"] for device in office.devices() if device["forked_at"]]


def test_an_op_number_used_again_for_other_content_is_flagged_and_both_are_kept(
    centre: Centre, office: Administration, amy: Any, sarah: str
) -> None:
    first = amy.shared(sarah, op_no=7)
    amy.push(first)
    mine = amy.shared(sarah, {"helps_me": "Biscuit"}, first, op_no=8)
    assert amy.push_one(mine).outcome == "head"
    assert forked(office) == []
    copied = amy.shared(sarah, {"helps_me": "Drawing"}, first, op_no=8)
    result = amy.push_one(copied)
    assert (result.outcome, result.head) == ("branch", None), "a copied laptop is given nothing"
    assert forked(office) == [amy.joined.device_id]
    new = amy.version(sarah, {"what_happened": "From the copy"}, op_no=9)
    assert amy.push_one(new).outcome == "head"
    assert [one.outcome for one in amy.push(copied, new)] == ["branch", "head"], "sent again, the same answers"
    assert held_codes(office) == []
    assert count(centre, version) == 4


def test_a_copied_laptop_gives_and_gets_nothing(office: Administration, amy: Any, ben: Any, sarah: str) -> None:
    note = amy.version(sarah, op_no=1)
    amy.push(note, amy.version(sarah, op_no=1))
    for ask in (amy.pull, lambda: amy.history(note.record_id)):
        with pytest.raises(Refusal) as refused:
            ask()
        assert (refused.value.status, refused.value.code) == (403, "device_forked")
    amy.token = ""
    assert amy.push_one(amy.version(sarah)).outcome == "head"
    assert {note.record_id} < {row.version.record_id for row in ben.pull()}


def test_an_own_restore_begins_a_new_epoch_and_is_no_fork(office: Administration, amy: Any, sarah: str) -> None:
    amy.push(amy.version(sarah, op_no=7))
    assert amy.push_one(amy.version(sarah, op_no=7, device_epoch=2)).outcome == "head"
    assert forked(office) == []
    amy.pull()


def test_an_op_number_first_seen_on_a_held_version_is_taken_too(office: Administration, amy: Any, sarah: str) -> None:
    held(amy, amy.version(sarah, audience="judge_only", op_no=4), "unknown_rule")
    assert forked(office) == []
    assert amy.push_one(amy.version(sarah, op_no=4)).outcome == "head"
    assert forked(office) == [amy.joined.device_id]


def test_a_fork_is_in_the_audit_once_with_the_number_it_began_at(centre: Centre, amy: Any, sarah: str) -> None:
    for op_no in (1, 1, 2, 2):
        amy.push(amy.version(sarah, op_no=op_no))
    with centre.database.read() as connection:
        rows = connection.execute(select(audit.c.detail).where(audit.c.action == "forked")).scalars().all()
    assert rows == ['{"epoch":1,"op":1}']


def test_numbers_no_database_can_hold_are_held_back(amy: Any, sarah: str) -> None:
    for field, value in (("op_no", 1 << 70), ("op_no", -1), ("device_epoch", 1 << 64), ("schema", 1 << 63)):
        held(amy, amy.version(sarah, **{field: value}), "unsound")


def test_a_closed_laptop_hands_over_what_it_holds_and_reads_nothing(
    office: Administration, amy: Any, ben: Any, sarah: str
) -> None:
    note = amy.version(sarah)
    amy.push(note)
    office.revoke(amy.joined.device_id)
    result = amy.push_one(amy.version(sarah, {"what_happened": "The last words"}, note))
    assert (result.outcome, result.reason, result.head) == ("held", REASONS["device_revoked"], None)
    for ask in (amy.pull, lambda: amy.history(note.record_id)):
        with pytest.raises(Refusal) as refused:
            ask()
        assert (refused.value.status, refused.value.code) == (401, "device_revoked")
    amy.token = ""
    assert amy.push_one(amy.version(sarah)).outcome == "held"


# --- Audience on write ---------------------------------------------------------------------------------------------


def test_an_auditor_writes_nothing(enrol: Enrol, sarah: str) -> None:
    ann = enrol("ann", c1001="auditor")
    held(ann, ann.version(sarah), "may_not_begin")


def test_a_family_support_worker_cannot_write_where_a_child_lives(amy: Any, ben: Any, sarah: str) -> None:
    held(ben, ben.shared(sarah, audience=PROTECTED), "may_not_begin")
    home = amy.shared(sarah, {"address": "kept safe"}, audience=PROTECTED, type="home")
    assert amy.push_one(home).outcome == "head"
    result = ben.push_one(ben.shared(sarah, {"address": "elsewhere"}, home, audience=PROTECTED))
    assert (result.outcome, result.reason, result.head) == ("held", REASONS["may_not_read"], None)


def test_a_worker_cannot_hide_a_shared_record_from_themselves_or_take_it_over(amy: Any, ben: Any, sarah: str) -> None:
    first = amy.shared(sarah)
    amy.push(first)
    held_result = ben.push_one(ben.shared(sarah, {"a": 1}, first, audience=ONLY_AUTHOR))
    assert (held_result.outcome, held_result.reason) == ("held", REASONS["may_not_read"])
    assert amy.push_one(amy.shared(sarah, {"a": 1}, first, audience=WORKER_AND_IRO)).outcome == "head"


# --- The batch as a whole ------------------------------------------------------------------------------------------


def test_a_batch_with_a_bad_signature_stores_nothing(centre: Centre, hub: Hub, amy: Any, ben: Any, sarah: str) -> None:
    note = amy.version(sarah)
    amy.sign_in()
    for signature in (b"", b"\0" * 64, ben.key.sign(batch_digest((note,)))):
        with pytest.raises(Refusal) as refused:
            hub.push(amy.token, PushRequest(versions=(note,), signature=signature))
        assert (refused.value.status, refused.value.code) == (400, "bad_signature")
    assert count(centre, version) == count(centre, held_back) == count(centre, batch) == 0


def test_a_version_slipped_into_a_signed_batch_breaks_the_signature(hub: Hub, amy: Any, sarah: str) -> None:
    note, more = amy.version(sarah), amy.version(sarah)
    signature = amy.key.sign(batch_digest((note,)))
    with pytest.raises(Refusal, match="bad_signature"):
        hub.push(amy.sign_in(), PushRequest(versions=(note, more), signature=signature))


def test_an_empty_batch_is_answered_with_nothing(amy: Any) -> None:
    assert amy.push() == ()


def test_a_batch_over_the_limit_is_refused_whole(centre: Centre, hub: Hub, amy: Any, sarah: str) -> None:
    versions = tuple(amy.version(sarah) for _ in range(MAX_BATCH_VERSIONS + 1))
    with pytest.raises(Refusal) as refused:
        amy.push(*versions)
    assert refused.value.status == 413
    request = PushRequest(versions=versions[:2], signature=amy.key.sign(batch_digest(versions[:2])))
    with pytest.raises(Refusal, match="batch_too_large"):
        hub.push(amy.token, request, packed_bytes=256 * 1024 + 1)
    assert count(centre, version) == 0
    alone = PushRequest(versions=versions[:1], signature=amy.key.sign(batch_digest(versions[:1])))
    hub.push(amy.token, alone, packed_bytes=256 * 1024 + 1)
    assert count(centre, version) == 1


def test_a_full_batch_is_taken_whole(centre: Centre, amy: Any, sarah: str) -> None:
    results = amy.push(*(amy.version(sarah, {"n": number}) for number in range(MAX_BATCH_VERSIONS)))
    assert [result.seq for result in results] == list(range(1, MAX_BATCH_VERSIONS + 1))
    assert count(centre, batch) == 1


def test_without_a_good_token_nothing_is_pushed(hub: Hub, amy: Any, sarah: str, clock: Any) -> None:
    note = amy.version(sarah)
    request = PushRequest(versions=(note,), signature=amy.key.sign(batch_digest((note,))))
    with pytest.raises(Refusal, match="token_expired"):
        hub.push("nonsense", request)
    amy.sign_in()
    clock.advance(minutes=15, seconds=1)
    with pytest.raises(Refusal, match="token_expired"):
        hub.push(amy.token, request)
