"""The held-back box: a manager admits or returns, sees no more than their part allows, and the worker is told."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from sqlalchemy import insert, select, update

from models.audience import EVERYONE_ON_RECORD, ONLY_AUTHOR, PROTECTED
from models.errors import Trouble
from models.version import batch_digest, envelope_hash
from sync.codec import unpack
from sync.server.administration import Administration
from sync.server.audit import Entry
from sync.server.care import check_everything
from sync.server.centre import Centre, start_timeline
from sync.server.holding import admit, give_back, list_held, read_held, show_envelope
from sync.server.refusal import Refusal
from sync.server.tables import audit, batch, version
from sync.wire import ProofReply, ProofRequest

Enrol = Callable[..., Any]
SECRET = "what only she should read"


@pytest.fixture
def mia(sarah: str, enrol: Enrol) -> Any:
    """Sarah's team manager."""
    return enrol("mia", c1001="team_manager")


def only_held(centre: Centre) -> str:
    (one,) = list_held(centre, state="waiting")
    return str(one["held_id"])


def test_work_of_a_worker_who_had_to_leave_is_admitted_and_reaches_the_others(
    amy: Any, ben: Any, mia: Any, sarah: str, office: Administration, centre: Centre
) -> None:
    note = amy.version(sarah)
    amy.push_one(note)
    office.unassign("amy", "1001")
    late = amy.version(sarah, {"what_happened": "She said yes."}, note)
    assert amy.push_one(late).outcome == "held"
    ben.pull()
    assert admit(centre, only_held(centre), "mia", "Thank you.") == "head"
    (row,) = [row for row in ben.pull() if row.version.record_id == note.record_id]
    assert row.version.read_body() == {"what_happened": "She said yes."}
    page = amy.page()
    assert [(one.version_id, one.state, one.words) for one in page.held] == [
        (late.version_id, "admitted", "Thank you.")
    ]
    assert amy.page().held == ()
    assert check_everything(centre)["faults"] == []
    assert amy.push_one(late).outcome == "head"


def test_what_was_written_beside_the_head_is_admitted_as_a_branch_for_any_laptop_to_merge(
    amy: Any, ben: Any, mia: Any, sarah: str, office: Administration, centre: Centre
) -> None:
    first = amy.shared(sarah)
    amy.push_one(first)
    office.unassign("ben", "1001")
    ben.push_one(ben.shared(sarah, {"by": "ben"}, first))
    second = amy.shared(sarah, {"by": "amy"}, first)
    amy.push_one(second)
    assert admit(centre, only_held(centre), "mia") == "branch"
    bodies = [row.version.read_body().get("by") for row in amy.history(first.record_id)]
    assert bodies == [None, "amy", "ben"]
    branch = amy.history(first.record_id)[-1].version
    merged = amy.shared(sarah, {"by": "both"}, second, parents=(second.version_id, branch.version_id))
    assert amy.push_one(merged).outcome == "head"


def test_a_finished_record_stays_as_it_is_when_something_later_is_admitted(
    amy: Any, ben: Any, mia: Any, sarah: str, centre: Centre
) -> None:
    note = amy.version(sarah, is_finished=True)
    amy.push_one(note)
    amy.push_one(amy.version(sarah, {"late": 1}, note))
    assert admit(centre, only_held(centre), "mia") == "branch"
    assert [row.version.version_id for row in ben.pull() if row.is_head] == [note.version_id]
    assert check_everything(centre)["faults"] == []


def test_admitting_who_may_see_less_takes_it_from_those_who_may_not_read_it(
    amy: Any, ben: Any, mia: Any, sarah: str, office: Administration, centre: Centre
) -> None:
    note = amy.version(sarah)
    amy.push_one(note)
    office.revoke(amy.joined.device_id)
    amy.push_one(amy.version(sarah, {"a": 1}, note, audience=ONLY_AUTHOR))
    admit(centre, only_held(centre), "mia")
    assert [one.record_id for one in ben.told()] == [note.record_id]


def test_what_is_returned_stays_whole_in_the_box_and_the_worker_reads_why(
    amy: Any, ben: Any, mia: Any, sarah: str, centre: Centre
) -> None:
    note = amy.version(sarah)
    amy.push_one(note)
    wrong = ben.version(sarah, {"by": "ben"}, note)
    ben.push_one(wrong)
    held_id = only_held(centre)
    give_back(centre, held_id, "mia", "This  is Amy's note. Please write one of your own.")
    (news,) = ben.page().held
    assert (news.version_id, news.state) == (wrong.version_id, "returned")
    assert news.words == "This is Amy's note. Please write one of your own."
    assert [one["state"] for one in list_held(centre)] == ["returned"]
    assert ben.push_one(wrong).outcome == "held"
    assert len(list_held(centre)) == 1
    for decide in (lambda: admit(centre, held_id, "mia"), lambda: give_back(centre, held_id, "mia", "Again")):
        with pytest.raises(Trouble, match="decided before"):
            decide()


def test_a_manager_outside_the_audience_sees_the_envelope_and_never_the_body(
    amy: Any, mia: Any, sarah: str, office: Administration, centre: Centre
) -> None:
    office.unassign("amy", "1001")
    amy.push_one(amy.version(sarah, {"what_happened": SECRET}, audience=ONLY_AUTHOR))
    shown = show_envelope(centre, only_held(centre))
    assert (shown["author_id"], shown["reason_code"], shown["audience"]) == (amy.worker_id, "not_assigned", ONLY_AUTHOR)
    assert SECRET not in str(shown)
    assert SECRET not in str(list_held(centre))
    assert not {"salt", "body", "open_choices"} & set(shown)
    with pytest.raises(Trouble, match="not among those who may read it") as error:
        read_held(centre, only_held(centre), "mia")
    assert SECRET not in str(error.value)


def test_a_manager_among_the_readers_may_read_it_and_that_is_audited(
    amy: Any, mia: Any, sarah: str, office: Administration, centre: Centre
) -> None:
    office.unassign("amy", "1001")
    amy.push_one(amy.version(sarah, {"what_happened": SECRET}, audience=PROTECTED))
    assert read_held(centre, only_held(centre), "mia")["body"] == {"what_happened": SECRET}
    with centre.database.read() as connection:
        rows = connection.exec_driver_sql("SELECT worker_id, detail FROM audit WHERE action = 'held_read'").fetchall()
    assert [row[0] for row in rows] == [mia.worker_id]
    assert SECRET not in rows[0][1]


def test_only_a_team_manager_of_the_child_decides_and_nobody_about_their_own(
    amy: Any, ben: Any, mia: Any, enrol: Enrol, sarah: str, office: Administration, centre: Centre
) -> None:
    office.open_scope("child", "1002")
    enrol("max", c1002="team_manager")
    note = amy.version(sarah)
    amy.push_one(note)
    mia.push_one(mia.version(sarah, {"by": "mia"}, note))
    held_id = only_held(centre)
    for name in ("amy", "max", "nobody"):
        with pytest.raises(Trouble, match="not a team manager of this child"):
            admit(centre, held_id, name)
    with pytest.raises(Trouble, match="Somebody else must decide"):
        admit(centre, held_id, "mia")
    with pytest.raises(Trouble, match="must be told why"):
        give_back(centre, held_id, "mia", "  ")
    with pytest.raises(Trouble, match="up to 1000 letters"):
        give_back(centre, held_id, "mia", "x" * 1001)
    assert [one["state"] for one in list_held(centre)] == ["waiting"]


def test_what_cannot_be_a_version_here_is_not_admitted_whoever_decides(
    amy: Any, ben: Any, mia: Any, sarah: str, office: Administration, centre: Centre
) -> None:
    other = office.open_scope("child", "1002")
    note = amy.version(sarah)
    amy.push_one(note)
    unsound = amy.version(sarah)
    cannot = [
        amy.version(sarah, {"a": 1}, note, parents=(amy.ids.new(),)),
        amy.version(other, {"a": 1}, note),
        msgspec.structs.replace(unsound, body_hash="0" * 64),
        amy.version(sarah, {"a": 1}, author_id=ben.worker_id),
        amy.version(amy.ids.new()),
        amy.version(sarah, {"a": 1}, note, version_id=note.version_id, parents=()),
    ]
    for one in cannot:
        assert amy.push_one(one).outcome == "held"
    office.assign("mia", "1002", "team_manager")
    for one in list_held(centre):
        with pytest.raises(Trouble, match="cannot be admitted"):
            admit(centre, one["held_id"], "mia")
    assert {one["state"] for one in list_held(centre)} == {"waiting"}
    for one in list_held(centre):
        give_back(centre, one["held_id"], "mia", "Please write it again.")


def test_an_id_that_is_none_is_said_to_be_so(centre: Centre) -> None:
    with pytest.raises(Trouble, match="nothing held back"):
        show_envelope(centre, "nothing")


def test_what_is_admitted_is_read_by_those_who_may_and_by_nobody_else(
    amy: Any, ben: Any, mia: Any, sarah: str, office: Administration, centre: Centre
) -> None:
    office.unassign("amy", "1001")
    mine = amy.version(sarah, audience=PROTECTED)
    shared = amy.version(sarah, audience=EVERYONE_ON_RECORD)
    amy.push(mine, shared)
    for one in list_held(centre):
        assert admit(centre, one["held_id"], "mia") == "head"
    assert {row.version.record_id for row in ben.pull()} == {shared.record_id}
    with pytest.raises(Refusal, match="not_found"):
        ben.history(mine.record_id)
    with pytest.raises(Refusal, match="not_found"):
        amy.history(shared.record_id)


def go_back(centre: Centre, *laptops: Any) -> None:
    """The server has come back from an older copy: it says so in the audit, and laptops follow its new timeline."""
    timeline = centre.ids.new()
    with centre.database.write() as connection:
        start_timeline(connection, centre.council_id, timeline)
        centre.ledger.close(connection, centre.clock.stamp(), [Entry("went_back")])
    for laptop in laptops:
        laptop.joined = msgspec.structs.replace(laptop.joined, timeline=timeline)


def keep_signature(centre: Centre, laptop: Any, *versions: Any) -> str:
    """The batch in which a laptop had signed these is here, without the versions."""
    batch_id = centre.ids.new()
    hashes = "\n".join(envelope_hash(one) for one in versions)
    row = {"batch_id": batch_id, "device_id": laptop.joined.device_id, "envelope_hashes": hashes}
    signature = laptop.key.sign(batch_digest(versions))
    with centre.database.write() as connection:
        connection.execute(
            insert(batch).values(council_id=centre.council_id, signature=signature, received_at="2026-11-01", **row)
        )
    return str(batch_id)


def test_what_a_colleague_gave_back_after_a_restore_is_admitted_in_its_authors_name(
    amy: Any, ben: Any, mia: Any, sarah: str, centre: Centre
) -> None:
    note = amy.version(sarah)
    amy.push_one(note)
    lost = amy.version(sarah, {"what_happened": "She told me."}, note)
    go_back(centre, amy, ben)
    assert ben.push_one(lost).outcome == "held"
    (row,) = list_held(centre)
    assert (row["written_by"], row["written_on"], row["worker_id"]) == ("Amy", amy.joined.device_id, ben.worker_id)
    assert row["what"].startswith("written by a colleague, lost by this server")
    assert row["proved"] == "by nobody: ask who wrote it" == show_envelope(centre, row["held_id"])["proved"]
    assert read_held(centre, row["held_id"], "mia")["body"] == {"what_happened": "She told me."}
    assert admit(centre, row["held_id"], "mia", "Thank you") == "head"
    (came,) = [one for one in ben.pull() if one.version.record_id == note.record_id]
    assert (came.version.author_id, came.version.device_id) == (amy.worker_id, amy.joined.device_id)
    with centre.database.read() as connection:
        said = connection.execute(select(audit).where(audit.c.action == "admitted")).one()
    detail = json.loads(said.detail)
    assert (said.worker_id, detail["author"], detail["given_by"]) == (mia.worker_id, amy.worker_id, ben.worker_id)
    ben.grants = 0
    assert ben.page().held == (), "he never heard that it was held"
    assert check_everything(centre)["faults"] == []
    assert amy.push_one(lost).outcome == "head", "it is known when its own laptop sends it after all"
    (proof,) = proofs(ben, lost)
    assert (proof.device_id, proof.worker_id) == (ben.joined.device_id, ben.worker_id)


def proofs(laptop: Any, one: Any) -> Any:
    packed = laptop.hub.proof(laptop.sign_in(), ProofRequest(version_ids=(one.version_id,)))
    return unpack(ProofReply, packed).batches


def test_the_signature_of_the_laptop_that_wrote_it_proves_it_where_it_is_here(
    amy: Any, ben: Any, mia: Any, sarah: str, centre: Centre
) -> None:
    note = amy.version(sarah)
    amy.push_one(note)
    other, lost = amy.version(sarah, {"a": 1}, note), amy.version(sarah, {"a": 2}, note)
    batch_id = keep_signature(centre, amy, other, lost)
    go_back(centre, amy, ben)
    ben.push_one(lost)
    (row,) = list_held(centre)
    assert row["proved"] == "by the signature of the laptop that wrote it"
    admit(centre, row["held_id"], "mia")
    (proof,) = proofs(ben, lost)
    assert (proof.device_id, proof.envelope_hashes[1]) == (amy.joined.device_id, envelope_hash(lost))
    with centre.database.read() as connection:
        kept = connection.execute(select(version.c.batch_id).where(version.c.version_id == lost.version_id))
        assert kept.scalar_one() == batch_id
    assert check_everything(centre)["faults"] == []


def test_a_signature_that_does_not_hold_proves_nothing(
    amy: Any, ben: Any, mia: Any, sarah: str, centre: Centre
) -> None:
    note = amy.version(sarah)
    amy.push_one(note)
    lost = amy.version(sarah, {"a": 2}, note)
    batch_id = keep_signature(centre, amy, lost)
    with centre.database.write() as connection:
        connection.execute(update(batch).where(batch.c.batch_id == batch_id).values(signature=bytes(64)))
    go_back(centre, amy, ben)
    ben.push_one(lost)
    assert list_held(centre)[0]["proved"] == "by nobody: ask who wrote it"


def test_nobody_puts_words_into_another_mouth_through_the_box(
    amy: Any, ben: Any, mia: Any, sarah: str, centre: Centre, enrol: Enrol
) -> None:
    """Only a server that went back can lack what a laptop wrote; and neither giver nor author decides."""
    note = amy.version(sarah)
    amy.push_one(note)
    forged = amy.version(sarah, {"a": 1}, note)
    ben.push_one(forged)
    (row,) = list_held(centre)
    assert row["what"].endswith("this server never went back")
    with pytest.raises(Trouble, match="cannot be admitted"):
        admit(centre, row["held_id"], "mia")
    go_back(centre, amy, ben)
    with pytest.raises(Trouble, match="cannot be admitted"):
        admit(centre, row["held_id"], "mia")
    stranger = amy.version(sarah, {"a": 3}, note, device_id=ben.joined.device_id, author_id=amy.worker_id)
    ben.push_one(stranger)
    (strange,) = [one for one in list_held(centre) if one["held_id"] != row["held_id"]]
    assert strange["what"].endswith("nothing here knows of that")
    with pytest.raises(Trouble, match="cannot be admitted"):
        admit(centre, strange["held_id"], "mia")
    second = enrol("max", c1001="team_manager")
    mine = mia.version(sarah, {"a": 4})
    second.push_one(mine)
    (held,) = [one["held_id"] for one in list_held(centre) if one["record_id"] == mine.record_id]
    for person in ("mia", "max"):
        with pytest.raises(Trouble, match="Somebody else must decide"):
            admit(centre, held, person)


def test_what_was_given_back_can_be_returned_and_its_giver_is_not_troubled(
    amy: Any, ben: Any, mia: Any, sarah: str, centre: Centre
) -> None:
    note = amy.version(sarah)
    amy.push_one(note)
    go_back(centre, amy, ben)
    ben.push_one(amy.version(sarah, {"a": 1}, note))
    give_back(centre, only_held(centre), "mia", "Amy says that this was withdrawn.")
    ben.grants = 0
    assert ben.page().held == ()
    assert [one["state"] for one in list_held(centre)] == ["returned"]


def test_a_number_that_the_authors_laptop_has_used_again_since_stays_with_what_came_first(
    amy: Any, ben: Any, mia: Any, sarah: str, centre: Centre
) -> None:
    """The author's laptop went back too, and counted on: what was lost comes in beside what it wrote since."""
    note = amy.shared(sarah)
    amy.push_one(note)
    lost = amy.shared(sarah, {"a": 1}, note)
    go_back(centre, amy, ben)
    amy.push_one(amy.shared(sarah, {"a": 2}, note, op_no=lost.op_no))
    ben.push_one(lost)
    assert admit(centre, only_held(centre), "mia") == "branch"
    assert check_everything(centre)["faults"] == []
